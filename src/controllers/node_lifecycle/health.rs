//! Nodes that are not heard of: neither their status nor their lease is renewed (`tryUpdateNodeHealth`, `MarkPodsNotReady`).

use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::shared::pod::condition;
use crate::controllers::{Action, EventRecord};
use crate::map;
use crate::object::{Object, Str, Value};
use crate::store::View;

/// How long a node may be silent (`nodeMonitorGracePeriod`).
const GRACE: Span = Span::seconds(50);
/// The same for one that never reported its condition (`nodeStartupGracePeriod`).
const STARTUP_GRACE: Span = Span::seconds(60);
/// The conditions that nobody knows any more when a node is silent.
const CONDITIONS: [&str; 4] = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/// What is remembered of a node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// When it was heard of last.
    at: Option<Time>,
    /// The condition `Ready` as it was then.
    ready: Value,
    /// When that was seen to be so for the first time.
    since: Option<Time>,
    /// When its lease was renewed last.
    renewed: Str,
}

impl Health {
    /// What is known of `node`, whose lease was renewed at `last` for the last time.
    pub fn last_heard(node: &Object, last: Time) -> Self {
        Health { at: Some(last), ready: condition(node, "Ready").clone(), since: None, renewed: Str::new() }
    }

    /// Since when the node is seen to be ready or not.
    pub fn since(&self) -> Option<Time> {
        self.since
    }
}

/// Takes note of `node` at `now`: a condition that was reported anew is a sign of life.
pub fn hear_node(health: &mut Health, node: &Object, now: Time) {
    let ready = condition(node, "Ready");
    if health.ready["status"] != ready["status"] {
        health.since = Some(now);
    }
    if ready.is_null() {
        health.at.get_or_insert(node.meta.created.unwrap_or(now));
    } else if health.ready != *ready || health.at.is_none() {
        // What this controller wrote itself is no sign of life.
        if ready["status"].as_str() != Some("Unknown") || health.at.is_none() {
            health.at = Some(now);
        }
        health.ready = ready.clone();
    }
}

/// Takes note of a node's `lease` at `now`.
pub fn hear_lease(health: &mut Health, lease: &Object, now: Time) {
    let renewed = lease.spec()["renewTime"].as_shared_str().cloned().unwrap_or_default();
    if !renewed.is_empty() && health.renewed != renewed {
        health.renewed = renewed;
        health.at = Some(now);
    }
}

/// When `node` is given up unless it is heard of; `None` when it was.
pub fn given_up_at(health: &Health, node: &Object) -> Option<Time> {
    let ready = condition(node, "Ready");
    let grace = if ready.is_null() { STARTUP_GRACE } else { GRACE };
    let is_known = |it: &&str| condition(node, it)["status"].as_str() != Some("Unknown");
    CONDITIONS.iter().any(is_known).then_some(health.at? + grace)
}

/// Gives `node` up: its conditions are unknown and its pods not ready.
pub fn give_up(view: View<'_>, node: &Arc<Object>, now: Time) -> Vec<Action> {
    let was_ready = condition(node, "Ready")["status"].as_str() == Some("True");
    let mut silent = Object::clone(node);
    let conditions = silent.status_mut().field_mut("conditions").items_mut();
    for kind in CONDITIONS {
        match conditions.iter_mut().find(|it| it["type"].as_str() == Some(kind)) {
            Some(known) if known["status"].as_str() == Some("Unknown") => {}
            Some(known) => {
                known.set("status", "Unknown");
                known.set("reason", "NodeStatusUnknown");
                known.set("message", "Kubelet stopped posting node status.");
                known.set("lastTransitionTime", Value::from(now));
            }
            None => conditions.push(Value::Map(map! {
                "type" => kind,
                "status" => "Unknown",
                "lastHeartbeatTime" => node.meta.created,
                "lastTransitionTime" => now,
                "reason" => "NodeStatusNeverUpdated",
                "message" => "Kubelet never posted node status.",
            })),
        }
    }
    let mut actions = vec![Action::UpdateStatus(silent)];
    if was_ready {
        let message = format!("Node {} status is now: NodeNotReady", node.meta.name);
        let about = EventRecord::named(node, &node.meta.uid);
        actions.push(EventRecord::normal(&about, "NodeNotReady", message));
        actions.extend(view.pods_on(&node.meta.name).flat_map(|pod| unready(pod, now)));
    }
    actions
}

/// `pod`, not ready any more, and the event that says so.
fn unready(pod: &Arc<Object>, now: Time) -> Vec<Action> {
    if condition(pod, "Ready")["status"].as_str() != Some("True") {
        return Vec::new();
    }
    let mut changed = Object::clone(pod);
    for it in changed.status_mut().field_mut("conditions").items_mut() {
        if it["type"].as_str() == Some("Ready") {
            it.set("status", "False");
            it.set("lastTransitionTime", Value::from(now));
        }
    }
    vec![Action::UpdateStatus(changed), EventRecord::warning(pod, "NodeNotReady", "Node is not ready")]
}
