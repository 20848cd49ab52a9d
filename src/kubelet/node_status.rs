//! What a kubelet says of its node: the conditions, and the events of their changes (`pkg/kubelet/nodestatus/setters.go`,
//! `pkg/kubelet/kubelet_node_status.go`).

use std::sync::Arc;

use super::events;
use super::eviction::Pressure;
use crate::clock::Time;
use crate::controllers::{Action, EventRecord};
use crate::map;
use crate::object::{Object, Str, Value, literal};

/// What a kubelet knows of its node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The pressures that it is under.
    pub pressures: Vec<Pressure>,
    /// Why it is not ready, if it is not.
    pub not_ready: Option<&'static str>,
}

impl Report {
    /// The status of `node` that says so, and the events of what has changed; nothing when it says so already, unless the
    /// kubelet has just started.
    pub fn write(&self, node: &Arc<Object>, has_started: bool, now: Time) -> Vec<Action> {
        let (mut written, mut events) = (Object::clone(node), Vec::new());
        for pressure in Pressure::ALL {
            let holds = self.pressures.contains(&pressure);
            let (reason, message, event) = pressure.words(holds);
            let condition = (pressure.name(), holds, reason, message);
            events.extend(set(&mut written, condition, now).then_some(event));
        }
        let condition = match self.not_ready {
            None => ("Ready", true, "KubeletReady", "kubelet is posting ready status"),
            Some(message) => ("Ready", false, "KubeletNotReady", message),
        };
        let event = if condition.1 { "NodeReady" } else { "NodeNotReady" };
        events.extend(set(&mut written, condition, now).then_some(event));
        if !has_started && events.is_empty() && written.status() == node.status() {
            return Vec::new();
        }
        for it in written.status_mut().field_mut("conditions").items_mut() {
            it.set("lastHeartbeatTime", now);
        }
        let mut actions: Vec<Action> = events.iter().map(|event| told(node, event)).collect();
        actions.push(Action::UpdateStatus(written));
        actions
    }
}

/// The event of a change: `Node node-1 status is now: NodeReady`.
pub fn told(node: &Arc<Object>, event: &'static str) -> Action {
    EventRecord::normal(&events::own_node(node), event, format!("Node {} status is now: {event}", node.meta.name))
}

/// Sets a condition of `node`: its type, whether it holds, the reason and the message. Returns whether it holds now and did
/// not, or the other way round.
fn set(node: &mut Object, (kind, holds, reason, message): (&str, bool, &str, &str), now: Time) -> bool {
    let status = if holds { literal!("True") } else { literal!("False") };
    let conditions = node.status_mut().field_mut("conditions").items_mut();
    let Some(condition) = conditions.iter_mut().find(|it| it["type"].as_str() == Some(kind)) else {
        conditions.push(Value::Map(map! {
            "type" => kind,
            "status" => status,
            "lastHeartbeatTime" => now,
            "lastTransitionTime" => now,
            "reason" => reason,
            "message" => message,
        }));
        return true;
    };
    let changes = condition["status"].as_str() != Some(&status);
    if changes {
        condition.set("status", Value::from(status));
        condition.set("lastTransitionTime", now);
    }
    if condition["reason"].as_str() != Some(reason) || condition["message"].as_str() != Some(message) {
        condition.set("reason", Str::from(reason));
        condition.set("message", Str::from(message));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::node::new_node;

    /// What is told and written of a node that is fine.
    fn check(report: &Report, want: &str) {
        let node = Arc::new(new_node("node-0", 0, Time::from_unix(0)));
        let told = report.write(&node, false, Time::from_unix(60)).into_iter().map(|it| match it {
            Action::Event(event) => event.message.to_string(),
            Action::UpdateStatus(node) => {
                let conditions = node.status()["conditions"].items().iter();
                let text =
                    conditions.map(|it| format!("{}={}", it["type"].str_or_empty(), it["status"].str_or_empty()));
                text.collect::<Vec<_>>().join(" ")
            }
            _ => String::new(),
        });
        assert_eq!(told.collect::<Vec<_>>().join("; "), want);
    }

    #[test]
    fn a_node_s_status_is_written_when_a_condition_changes_and_an_event_tells_of_each() {
        check(&Report::default(), "");
        check(
            &Report { pressures: vec![Pressure::Memory, Pressure::Disk], ..Report::default() },
            "Node node-0 status is now: NodeHasInsufficientMemory; Node node-0 status is now: NodeHasDiskPressure; \
             MemoryPressure=True DiskPressure=True PIDPressure=False Ready=True",
        );
        check(
            &Report { not_ready: Some("node is shutting down"), ..Report::default() },
            "Node node-0 status is now: NodeNotReady; \
             MemoryPressure=False DiskPressure=False PIDPressure=False Ready=False",
        );
    }
}
