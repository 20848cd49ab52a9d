//! What a pod's status says (`pkg/api/v1/pod/util.go`, `pkg/controller/controller_utils.go`), and pods made of templates.

use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::map;
use crate::object::{Meta, Object, Str, Value, joined, kinds};

/// `status.phase`; empty when there is none yet.
pub fn phase(pod: &Object) -> &str {
    pod.status()["phase"].str_or_empty()
}

/// The condition of type `kind`, or null.
pub fn condition<'a>(object: &'a Object, kind: &str) -> &'a Value {
    let found = object.status()["conditions"].items().iter().find(|it| it["type"].str_or_empty() == kind);
    found.unwrap_or_else(|| Value::null())
}

/// Whether the condition `Ready` is true.
pub fn is_ready(pod: &Object) -> bool {
    condition(pod, "Ready")["status"].str_or_empty() == "True"
}

/// Whether the pod came to its end: `Succeeded` or `Failed`.
pub fn is_terminal(pod: &Object) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// Whether the pod neither came to its end nor is being deleted (`IsPodActive`).
pub fn is_active(pod: &Object) -> bool {
    !is_terminal(pod) && !pod.meta.is_terminating()
}

/// The most restarts of a container, and of a container that restarts always beside the others.
pub fn restarts(pod: &Object) -> (i64, i64) {
    let most = |list: &Value, counts: &dyn Fn(&str) -> bool| {
        let counted = list.items().iter().filter(|it| counts(it["name"].str_or_empty()));
        counted.map(|it| it["restartCount"].as_i64().unwrap_or_default()).max().unwrap_or_default()
    };
    let is_sidecar = |name: &str| {
        let found = pod.spec()["initContainers"].items().iter().find(|it| it["name"].str_or_empty() == name);
        found.is_some_and(|it| it["restartPolicy"].str_or_empty() == "Always")
    };
    let (regular, init) = (&pod.status()["containerStatuses"], &pod.status()["initContainerStatuses"]);
    (most(regular, &|_| true), most(init, &is_sidecar))
}

/// When a pod that is ready has been so for `min_ready_seconds`; `None` for a pod that is not ready.
///
/// Upstream asks for an instant strictly later, which a real clock always reaches within the same sync; virtual time
/// stands on the very second, so the second itself counts here.
pub fn available_at(pod: &Object, min_ready_seconds: i64) -> Option<Time> {
    let ready = condition(pod, "Ready");
    if ready["status"].str_or_empty() != "True" {
        return None;
    }
    if min_ready_seconds == 0 {
        return Some(Time(i64::MIN));
    }
    let since = ready["lastTransitionTime"].as_str().and_then(Time::parse)?;
    Some(since + Span::seconds(min_ready_seconds))
}

/// Whether the pod has been ready for `min_ready_seconds` at `now` (`IsPodAvailable`).
pub fn is_available(pod: &Object, min_ready_seconds: i64, now: Time) -> bool {
    available_at(pod, min_ready_seconds).is_some_and(|at| at <= now)
}

/// A pod of `template` (a `PodTemplateSpec`) for `owner`, which becomes its controller (`GetPodFromTemplate`).
///
/// Its name is left to the server, after `generate_name` or the owner's name and a dash.
pub fn new_from_template(template: &Value, owner: &Object, generate_name: Option<Str>) -> Object {
    let of_template = &template["metadata"];
    let texts = |field: &str| of_template[field].as_map().cloned().unwrap_or_default();
    let finalizers = of_template["finalizers"].items().iter().filter_map(Value::as_shared_str);
    let meta = Meta {
        generate_name: generate_name.unwrap_or_else(|| joined(&[&owner.meta.name, "-"])),
        namespace: owner.meta.namespace.clone(),
        labels: texts("labels"),
        annotations: texts("annotations"),
        ..Meta::held_by(Arc::new(vec![owner.controller_ref()]), Arc::new(finalizers.cloned().collect()))
    };
    Object { kind: kinds::POD, meta, body: map! { "spec" => &template["spec"] } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(phase: &str, ready: Option<&str>) -> Object {
        let mut pod = Object::new(kinds::POD, "default", "p");
        pod.status_mut().set("phase", phase);
        if let Some(status) = ready {
            let ready = map! { "type" => "Ready", "status" => status, "lastTransitionTime" => Time::from_unix(100) };
            pod.status_mut().set("conditions", Value::list([ready]));
        }
        pod
    }

    #[test]
    fn a_pod_is_ready_by_its_condition_and_available_after_the_minimum() {
        let table = [
            (None, 0, 100, false, false),
            (Some("False"), 0, 100, false, false),
            (Some("True"), 0, 100, true, true),
            (Some("True"), 10, 109, true, false),
            (Some("True"), 10, 110, true, true),
        ];
        for (status, minimum, now, ready, available) in table {
            let pod = pod("Running", status);
            let got = (is_ready(&pod), is_available(&pod, minimum, Time::from_unix(now)));
            assert_eq!(got, (ready, available), "{status:?} for {minimum} s at {now}");
        }
    }

    #[test]
    fn a_pod_is_active_until_its_end_or_its_deletion() {
        for (phase, want) in [("", true), ("Pending", true), ("Running", true), ("Succeeded", false), ("Failed", false)]
        {
            assert_eq!(is_active(&pod(phase, None)), want, "{phase}");
        }
        let mut dying = pod("Running", None);
        dying.meta.deleted = Some(Time(1));
        assert!(!is_active(&dying));
    }

    #[test]
    fn a_pod_of_a_template_takes_its_labels_and_spec_and_names_its_controller() {
        let mut owner = Object::new(kinds::JOB, "batch", "pi");
        owner.meta.uid = "u".into();
        let spec = Value::Map(map! { "restartPolicy" => "Never" });
        let template = Value::Map(map! { "metadata" => map! { "labels" => map! { "a" => "b" } }, "spec" => &spec });
        let pod = new_from_template(&template, &owner, None);
        assert_eq!((pod.meta.generate_name.as_str(), pod.meta.label("a")), ("pi-", Some("b")));
        assert_eq!((pod.spec(), pod.meta.is_controlled_by("u")), (&spec, true));
    }
}
