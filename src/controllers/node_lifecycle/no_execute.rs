//! The `NoExecute` taints of a node that is not ready or not heard of (`processNoExecuteTaintingPass`).

use crate::clock::Time;
use crate::controllers::node_lifecycle::PERIOD;
use crate::controllers::node_lifecycle::no_schedule::with_taints;
use crate::controllers::shared::pod::condition;
use crate::map;
use crate::object::{Object, Value};

const NOT_READY: &str = "node.kubernetes.io/not-ready";
const UNREACHABLE: &str = "node.kubernetes.io/unreachable";

/// The taint that the condition `Ready` calls for.
fn wanted(node: &Object) -> Option<&'static str> {
    match condition(node, "Ready")["status"].str_or_empty() {
        "False" => Some(NOT_READY),
        "Unknown" => Some(UNREACHABLE),
        _ => None,
    }
}

fn is_ours(taint: &Value) -> bool {
    taint["effect"].as_str() == Some("NoExecute") && matches!(taint["key"].str_or_empty(), NOT_READY | UNREACHABLE)
}

/// Whether the taints of `node` are not what its condition calls for.
pub fn is_wrong(node: &Object) -> bool {
    let mut ours = node.spec()["taints"].items().iter().filter(|it| is_ours(it)).map(|it| it["key"].str_or_empty());
    let first = ours.next();
    first != wanted(node) || ours.next().is_some()
}

/// `node` with the taint that its condition calls for, or when it is to have it: a period after the condition changed, or was
/// `seen` to change where it does not say when. What is not called for goes at once.
pub fn swapped(node: &Object, seen: Option<Time>, now: Time) -> (Option<Object>, Option<Time>) {
    if !is_wrong(node) {
        return (None, None);
    }
    let said = condition(node, "Ready")["lastTransitionTime"].as_str().and_then(Time::parse);
    let since = said.or(seen).unwrap_or(now);
    let due = since + PERIOD;
    let wanted = wanted(node);
    if wanted.is_some() && due > now {
        return (None, Some(due));
    }
    let mut taints: Vec<Value> = node.spec()["taints"].items().iter().filter(|it| !is_ours(it)).cloned().collect();
    let added = |key| Value::Map(map! { "key" => key, "effect" => "NoExecute", "timeAdded" => now });
    taints.extend(wanted.map(added));
    (Some(with_taints(node, taints)), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn node(status: &str, taints: &[&str]) -> Object {
        let mut node = Object::new(kinds::NODE, "", "node-0");
        let ready = map! { "type" => "Ready", "status" => status, "lastTransitionTime" => Time::from_unix(100) };
        node.status_mut().set("conditions", Value::list([ready]));
        let taints = taints.iter().map(|key| map! { "key" => *key, "effect" => "NoExecute" });
        node.spec_mut().set("taints", Value::list(taints));
        node
    }

    #[test]
    fn a_node_that_is_not_ready_is_tainted_a_period_later_and_freed_at_once() {
        let table = [
            ("True", vec![], 100, None, None),
            ("False", vec![], 104, None, Some(105)),
            ("False", vec![], 105, Some("node.kubernetes.io/not-ready"), None),
            ("Unknown", vec![NOT_READY], 105, Some("node.kubernetes.io/unreachable"), None),
            ("True", vec![UNREACHABLE], 100, Some(""), None),
            ("True", vec!["maint"], 100, None, None),
        ];
        for (status, taints, now, want, due) in table {
            let (got, wait) = swapped(&node(status, &taints), None, Time::from_unix(now));
            let keys = got.map(|it| {
                let taints = it.spec()["taints"].items().iter().map(|it| it["key"].str_or_empty().to_owned());
                taints.collect::<Vec<_>>().join(",")
            });
            assert_eq!(keys.as_deref(), want, "{status} {taints:?}");
            assert_eq!(wait, due.map(Time::from_unix), "{status} {taints:?}");
        }
    }

    #[test]
    fn a_condition_that_does_not_say_since_when_counts_from_when_it_was_seen() {
        let mut node = node("False", &[]);
        node.status_mut().field_mut("conditions").items_mut()[0].remove("lastTransitionTime");
        let seen = Some(Time::from_unix(200));
        assert_eq!(swapped(&node, seen, Time::from_unix(204)), (None, Some(Time::from_unix(205))));
        assert!(swapped(&node, seen, Time::from_unix(205)).0.is_some());
    }
}
