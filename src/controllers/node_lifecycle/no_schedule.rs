//! The `NoSchedule` taints of a node, in step with its conditions and with `spec.unschedulable` (`doNoScheduleTaintingPass` in
//! `pkg/controller/nodelifecycle/node_lifecycle_controller.go`, `SwapNodeControllerTaint` in
//! `pkg/controller/util/node/controller_utils.go`).

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Value};

/// Which status of which condition calls for which taint.
const CONDITION_TAINTS: [(&str, &str, &str); 6] = [
    ("Ready", "False", "node.kubernetes.io/not-ready"),
    ("Ready", "Unknown", "node.kubernetes.io/unreachable"),
    ("MemoryPressure", "True", "node.kubernetes.io/memory-pressure"),
    ("DiskPressure", "True", "node.kubernetes.io/disk-pressure"),
    ("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"),
    ("PIDPressure", "True", "node.kubernetes.io/pid-pressure"),
];

/// The taint of a cordoned node.
const UNSCHEDULABLE: &str = "node.kubernetes.io/unschedulable";

/// `node` with the `NoSchedule` taints that its state calls for, or `None` when it has them.
pub fn swapped(node: &Object, now: Time) -> Option<Object> {
    let (mut kept, missing) = swapped_taints(node)?;
    let added = |key: &&str| Value::Map(map! { "key" => *key, "effect" => "NoSchedule", "timeAdded" => now });
    kept.extend(missing.iter().map(added));
    Some(with_taints(node, kept))
}

/// `node` with those taints and no others.
pub fn with_taints(node: &Object, taints: Vec<Value>) -> Object {
    let mut node = node.clone();
    if taints.is_empty() {
        node.spec_mut().remove("taints");
    } else {
        node.spec_mut().set("taints", taints);
    }
    node
}

/// Whether the `NoSchedule` taints of `node` are not what its state calls for.
pub fn is_wrong(node: &Object) -> bool {
    swapped_taints(node).is_some()
}

/// The keys of the `NoSchedule` taints that `node`'s state calls for.
fn called_for(node: &Object) -> Vec<&'static str> {
    let mut keys = Vec::new();
    for condition in node.status()["conditions"].items() {
        let (kind, status) = (condition["type"].str_or_empty(), condition["status"].str_or_empty());
        keys.extend(CONDITION_TAINTS.iter().filter(|it| (it.0, it.1) == (kind, status)).map(|it| it.2));
    }
    if node.spec()["unschedulable"].is_true() {
        keys.push(UNSCHEDULABLE);
    }
    keys
}

/// The taints that `node` keeps and the keys of those it lacks, or `None` when its taints are right.
fn swapped_taints(node: &Object) -> Option<(Vec<Value>, Vec<&'static str>)> {
    let wanted = called_for(node);
    let taints = node.spec()["taints"].items();
    let is_ours = |taint: &Value| {
        let key = taint["key"].str_or_empty();
        taint["effect"].str_or_empty() == "NoSchedule"
            && (key == UNSCHEDULABLE || CONDITION_TAINTS.iter().any(|it| it.2 == key))
    };
    let stays = |taint: &&Value| !is_ours(taint) || wanted.contains(&taint["key"].str_or_empty());
    let kept: Vec<_> = taints.iter().filter(stays).cloned().collect();
    let is_there = |key: &str| kept.iter().any(|it| is_ours(it) && it["key"].str_or_empty() == key);
    let missing: Vec<_> = wanted.iter().copied().filter(|key| !is_there(key)).collect();
    (kept.len() < taints.len() || !missing.is_empty()).then_some((kept, missing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn check(what: &str, conditions: &str, spec: &str, want: Option<(usize, &[&str])>) {
        let mut node = Object::new(kinds::NODE, "", "node-0");
        *node.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
        node.status_mut().set("conditions", Value::from_json(conditions.as_bytes()).expect("valid JSON"));
        let got = swapped_taints(&node).map(|(kept, missing)| (kept.len(), missing));
        assert_eq!(got, want.map(|(kept, missing)| (kept, missing.to_vec())), "{what}");
    }

    const READY: &str = r#"[{"type":"Ready","status":"True"},{"type":"DiskPressure","status":"False"}]"#;

    #[test]
    fn taints_follow_conditions_and_cordons_and_leave_others_alone() {
        check("healthy", READY, "{}", None);
        check("healthy, tainted by people", READY, r#"{"taints":[{"key":"a","effect":"NoSchedule"}]}"#, None);
        check(
            "new",
            "[]",
            r#"{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]}"#,
            Some((0, &[])),
        );
        check("cordoned", READY, r#"{"unschedulable":true}"#, Some((0, &["node.kubernetes.io/unschedulable"])));
        check(
            "cordoned before",
            READY,
            r#"{"unschedulable":true,"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}]}"#,
            None,
        );
        check(
            "uncordoned",
            READY,
            r#"{"taints":[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"},{"key":"a","effect":"NoExecute"}]}"#,
            Some((1, &[])),
        );
        check(
            "of another effect",
            READY,
            r#"{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoExecute"}]}"#,
            None,
        );
        for (condition, status, taint) in CONDITION_TAINTS {
            let conditions = format!(r#"[{{"type":"{condition}","status":"{status}"}}]"#);
            check(condition, &conditions, "{}", Some((0, &[taint])));
        }
        check(
            "unreachable after not ready",
            r#"[{"type":"Ready","status":"Unknown"}]"#,
            r#"{"taints":[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]}"#,
            Some((0, &["node.kubernetes.io/unreachable"])),
        );
    }
}
