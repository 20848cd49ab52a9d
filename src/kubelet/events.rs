//! What a kubelet tells about a pod, in its own words (`pkg/kubelet/events`, `pkg/kubelet/kuberuntime`).

use std::sync::Arc;

use crate::controllers::{Action, EventRecord, EventVia};
use crate::object::{Object, Str, literal};

/// Something that a kubelet records an event for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// A container is made and its process started.
    Started,
    /// A container is made, but its process cannot be started.
    CannotStart(Str),
    /// Its command is not interpreted; what of it is named.
    NotInterpreted(String),
    /// Its restart is held up.
    BackOff,
    /// It is told to stop.
    Killing,
    /// Something else about the container: whether it is a warning, the reason and the message.
    OfContainer(bool, &'static str, Str),
    /// What a probe found, with how often it found the same since it was last told.
    Probed(&'static str, Str, u32),
    /// Something about the whole pod: whether it is a warning, the reason and the message.
    OfPod(bool, &'static str, Str),
}

/// What an event is about that a kubelet records of its own node: it names that by hand, with the name in place of the uid
/// (`nodeRef` in `pkg/kubelet/kubelet.go`), and kubectl looks for both.
pub fn own_node(node: &Object) -> Arc<Object> {
    EventRecord::named(node, &node.meta.name)
}

/// The message of a pod that was active for too long (`pkg/kubelet/active_deadline.go`).
pub const DEADLINE_MESSAGE: &str = "Pod was active on the node longer than the specified deadline";

/// `web_default(8a1c...)`: a pod in the words of the kubelet's messages (`pkg/kubelet/util/format`).
pub fn pod_name(pod: &Object) -> String {
    format!("{}_{}({})", pod.meta.name, pod.meta.namespace, pod.meta.uid)
}

/// Tells of `happening` to the container `name` of `pod`, which is at `path` in the spec.
pub fn tell(
    pod: &Arc<Object>,
    name: &str,
    path: impl FnOnce() -> Str,
    happening: &Happening,
    actions: &mut Vec<Action>,
) {
    if let Happening::OfPod(warning, reason, message) = happening {
        let (about, field_path, message) = (pod.clone(), Str::new(), message.clone());
        let (warning, via) = (*warning, EventVia::Core);
        actions.push(Action::Event(EventRecord { about, field_path, warning, reason, message, via }));
        return;
    }
    let path = path();
    let mut record = |warning: bool, reason: &'static str, message: Str, via: EventVia| {
        let (about, field_path) = (pod.clone(), path.clone());
        actions.push(Action::Event(EventRecord { about, field_path, warning, reason, message, via }));
    };
    match happening {
        Happening::Started => {
            record(false, "Created", literal!("Container created"), EventVia::Core);
            record(false, "Started", literal!("Container started"), EventVia::Core);
        }
        Happening::CannotStart(message) => {
            record(false, "Created", literal!("Container created"), EventVia::Core);
            record(true, "Failed", Str::from(format!("Error: {message}")), EventVia::Core);
        }
        Happening::NotInterpreted(construct) => {
            let message =
                format!("Command of container {name} is not interpreted: {construct:?}; it runs until it is killed");
            record(true, "NotInterpreted", Str::from(message), EventVia::Core);
        }
        Happening::BackOff => {
            let message = format!("Back-off restarting failed container {name} in pod {}", pod_name(pod));
            record(true, "BackOff", Str::from(message), EventVia::Core);
        }
        Happening::Killing => {
            record(false, "Killing", Str::from(format!("Stopping container {name}")), EventVia::Core);
        }
        Happening::OfContainer(warning, reason, message) => record(*warning, reason, message.clone(), EventVia::Core),
        Happening::Probed(reason, message, untold) => {
            record(true, reason, message.clone(), EventVia::CoreAgain { untold: *untold });
        }
        Happening::OfPod(..) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn check(happening: &Happening, want: &[(&str, &str)]) {
        let mut pod = Object::new(kinds::POD, "default", "web-0");
        pod.meta.uid = Str::from("8a1c");
        let mut actions = Vec::new();
        tell(&Arc::new(pod), "web", || Str::from("spec.containers{web}"), happening, &mut actions);
        let got: Vec<_> = actions
            .iter()
            .filter_map(|it| match it {
                Action::Event(record) => Some((record.reason, record.message.as_str())),
                _ => None,
            })
            .collect();
        assert_eq!(got, want);
    }

    #[test]
    fn a_kubelet_tells_of_containers_in_its_own_words() {
        check(&Happening::Started, &[("Created", "Container created"), ("Started", "Container started")]);
        check(&Happening::Killing, &[("Killing", "Stopping container web")]);
        check(
            &Happening::BackOff,
            &[("BackOff", "Back-off restarting failed container web in pod web-0_default(8a1c)")],
        );
        check(
            &Happening::NotInterpreted("while".to_owned()),
            &[("NotInterpreted", "Command of container web is not interpreted: \"while\"; it runs until it is killed")],
        );
    }
}
