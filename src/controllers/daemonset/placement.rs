//! Where daemon pods belong: which nodes should run one, and how a pod is tied to its node.
//!
//! Follows `NodeShouldRunDaemonPod` in `pkg/controller/daemon/daemon_controller.go` and
//! `pkg/controller/daemon/util/daemonset_util.go`.

use crate::controllers::shared::node_fit::{matches_required_node_affinity, untolerated_taint};
use crate::map;
use crate::object::{Map, Object, Str, Value};

/// The tolerations that every daemon pod gets: key and effect, all with the operator `Exists`.
const TOLERATIONS: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

/// The one that only pods on the host's network get besides.
const HOST_NETWORK_TOLERATION: (&str, &str) = ("node.kubernetes.io/network-unavailable", "NoSchedule");

/// The path of the terms that tie a pod to its node.
const REQUIRED: [&str; 3] = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];

/// Whether a node takes part in a DaemonSet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fit {
    /// A pod should be made there if there is none.
    pub run: bool,
    /// A pod that is there may stay.
    pub stay: bool,
}

/// Whether `node` takes part in a DaemonSet whose pods have `spec`, daemon tolerations included.
pub(super) fn fit(spec: &Value, node: &Object) -> Fit {
    let wanted = spec["nodeName"].str_or_empty();
    if !(wanted.is_empty() || wanted == node.meta.name) || !matches_required_node_affinity(spec, node) {
        return Fit::default();
    }
    let tolerations = spec["tolerations"].items();
    if untolerated_taint(node, tolerations, &["NoExecute", "NoSchedule"]).is_none() {
        return Fit { run: true, stay: true };
    }
    Fit { run: false, stay: untolerated_taint(node, tolerations, &["NoExecute"]).is_none() }
}

/// Adds the daemon tolerations to `spec`, each in place of one that differs only in its seconds.
pub(super) fn add_tolerations(spec: &mut Value) {
    let host_network = spec["hostNetwork"].is_true().then_some(HOST_NETWORK_TOLERATION);
    let mut tolerations = spec["tolerations"].items().to_vec();
    for (key, effect) in TOLERATIONS.into_iter().chain(host_network) {
        let added = Value::Map(map! { "key" => key, "operator" => "Exists", "effect" => effect });
        let alike = |it: &Value| ["key", "operator", "effect", "value"].iter().all(|field| it[*field] == added[*field]);
        match tolerations.iter().position(alike) {
            Some(i) => tolerations[i] = added,
            None => tolerations.push(added),
        }
    }
    spec.set("tolerations", tolerations);
}

/// Ties a pod to `node`: the required terms of its node affinity become the node's name.
pub(super) fn tie_to_node(pod: &mut Object, node: &Str) {
    let field = map! { "key" => "metadata.name", "operator" => "In", "values" => Value::list([node]) };
    let term = map! { "matchFields" => Value::list([field]) };
    *pod.spec_mut().at_mut(&REQUIRED) = Value::Map(map! { "nodeSelectorTerms" => Value::list([term]) });
}

/// The node that a daemon pod is on or meant for (`GetTargetNodeName`).
pub(super) fn target_node(pod: &Object) -> Option<Str> {
    if let Some(bound) = pod.node_name() {
        return Some(bound.clone());
    }
    let terms = pod.spec().at(&REQUIRED)["nodeSelectorTerms"].items();
    let by_name = |it: &&Value| it["key"].str_or_empty() == "metadata.name" && it["operator"].str_or_empty() == "In";
    let field = terms.iter().flat_map(|term| term["matchFields"].items()).find(by_name)?;
    match field["values"].items() {
        [only] => only.as_shared_str().cloned(),
        _ => None,
    }
}

/// Whether an update of a node is of no interest: nothing but conditions changed, and the same ones are true
/// (`shouldIgnoreNodeUpdate`).
pub(super) fn is_heartbeat(before: &Object, after: &Object) -> bool {
    let true_conditions = |node: &Object| {
        let mut types: Vec<_> = node.status()["conditions"]
            .items()
            .iter()
            .filter(|it| it["status"].str_or_empty() == "True")
            .map(|it| it["type"].clone())
            .collect();
        types.sort_by(|a, b| a.str_or_empty().cmp(b.str_or_empty()));
        types
    };
    let rest = |node: &Object| {
        let mut status = node.status().as_map().cloned().unwrap_or_default();
        status.remove("conditions");
        let body: Map = node.body.iter().filter(|(key, _)| *key != "status").map(|(k, v)| (k.clone(), v)).collect();
        (status, body, node.meta.labels.clone(), node.meta.annotations.clone(), node.meta.deleted)
    };
    true_conditions(before) == true_conditions(after) && rest(before) == rest(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn json(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    fn check(spec: &str, taints: &str, run: bool, stay: bool) {
        let mut node = Object::new(kinds::NODE, "", "node-0");
        node.meta.set_label("disk", "ssd");
        node.spec_mut().set("taints", json(taints));
        let mut spec = json(spec);
        add_tolerations(&mut spec);
        assert_eq!(fit(&spec, &node), Fit { run, stay }, "{spec} on {taints}");
    }

    #[test]
    fn a_node_takes_part_by_name_labels_and_taints() {
        check("{}", "[]", true, true);
        check(r#"{"nodeName":"node-0"}"#, "[]", true, true);
        check(r#"{"nodeName":"node-1"}"#, "[]", false, false);
        check(r#"{"nodeSelector":{"disk":"ssd"}}"#, "[]", true, true);
        check(r#"{"nodeSelector":{"disk":"hdd"}}"#, "[]", false, false);
        check("{}", r#"[{"key":"x","effect":"PreferNoSchedule"}]"#, true, true);
        check("{}", r#"[{"key":"x","effect":"NoSchedule"}]"#, false, true);
        check("{}", r#"[{"key":"x","effect":"NoExecute"}]"#, false, false);
        check(
            r#"{"tolerations":[{"key":"x","operator":"Exists"}]}"#,
            r#"[{"key":"x","effect":"NoExecute"}]"#,
            true,
            true,
        );
    }

    #[test]
    fn daemon_pods_tolerate_trouble_but_not_a_node_that_was_never_ready() {
        check("{}", r#"[{"key":"node.kubernetes.io/unschedulable","effect":"NoSchedule"}]"#, true, true);
        check("{}", r#"[{"key":"node.kubernetes.io/disk-pressure","effect":"NoSchedule"}]"#, true, true);
        check("{}", r#"[{"key":"node.kubernetes.io/not-ready","effect":"NoExecute"}]"#, true, true);
        check("{}", r#"[{"key":"node.kubernetes.io/not-ready","effect":"NoSchedule"}]"#, false, true);
        let unavailable = r#"[{"key":"node.kubernetes.io/network-unavailable","effect":"NoSchedule"}]"#;
        check("{}", unavailable, false, true);
        check(r#"{"hostNetwork":true}"#, unavailable, true, true);
    }

    #[test]
    fn tolerations_are_added_after_the_users_and_replace_timed_ones() {
        let mut spec = json(
            r#"{"tolerations":[{"key":"a","operator":"Exists"},
                {"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}"#,
        );
        add_tolerations(&mut spec);
        let tolerations = spec["tolerations"].items();
        assert_eq!(tolerations.len(), 7);
        assert_eq!(tolerations[0]["key"].as_str(), Some("a"));
        assert!(tolerations[1]["tolerationSeconds"].is_null());
    }

    #[test]
    fn a_pod_is_tied_to_its_node_in_place_of_the_users_required_terms() {
        let mut pod = Object::new(kinds::POD, "default", "p");
        assert_eq!(target_node(&pod), None);
        pod.spec_mut().at_mut(&REQUIRED).set("nodeSelectorTerms", json(r#"[{"matchExpressions":[]}]"#));
        tie_to_node(&mut pod, &"node-1".into());
        assert_eq!(target_node(&pod).as_deref(), Some("node-1"));
        let want =
            r#"{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-1"]}]}]}"#;
        assert_eq!(pod.spec().at(&REQUIRED), &json(want));
        pod.spec_mut().set("nodeName", "node-2");
        assert_eq!(target_node(&pod).as_deref(), Some("node-2"));
    }

    #[test]
    fn a_node_update_is_a_heartbeat_when_the_same_conditions_stay_true() {
        let node = |conditions: &str, labels: &str| {
            let mut node = Object::new(kinds::NODE, "", "node-0");
            node.meta.labels = json(labels).as_map().cloned().unwrap_or_default();
            node.status_mut().set("conditions", json(conditions));
            node
        };
        let before = node(r#"[{"type":"Ready","status":"True","lastHeartbeatTime":"a"}]"#, "{}");
        let table = [
            (node(r#"[{"type":"Ready","status":"True","lastHeartbeatTime":"b"}]"#, "{}"), true),
            (node(r#"[{"type":"Ready","status":"False"}]"#, "{}"), false),
            (node(r#"[{"type":"Ready","status":"True"}]"#, r#"{"a":"b"}"#), false),
        ];
        for (after, want) in table {
            assert_eq!(is_heartbeat(&before, &after), want, "{after:?}");
        }
    }
}
