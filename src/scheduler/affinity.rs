//! The nodes that a pod names itself (`NodeAffinity.PreFilter` in `pkg/scheduler/framework/plugins/nodeaffinity`).

use std::collections::BTreeSet;

use crate::object::{Str, Value};

/// Why no node can take a pod each of whose terms names several nodes at once (`errReasonConflict`).
pub const CONFLICT: &str = "pod affinity terms conflict";

/// The nodes that the pod's required affinity names in `matchFields`, when every term names some: no other node needs a
/// look (`NodeAffinity.PreFilter`). `None` when any node may do.
pub fn named_nodes(pod_spec: &Value) -> Option<BTreeSet<Str>> {
    let required = &pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let terms = required["nodeSelectorTerms"].items();
    if terms.is_empty() {
        return None;
    }
    let mut names = BTreeSet::new();
    for term in terms {
        let mut of_term: Option<BTreeSet<Str>> = None;
        for field in term["matchFields"].items() {
            if field["key"].as_str() != Some("metadata.name") || field["operator"].as_str() != Some("In") {
                continue;
            }
            let values: BTreeSet<_> =
                field["values"].items().iter().filter_map(|it| it.as_shared_str().cloned()).collect();
            of_term = Some(of_term.map_or(values.clone(), |it| it.intersection(&values).cloned().collect()));
        }
        names.extend(of_term?);
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(terms: &str, want: Option<&[&str]>) {
        let terms = Value::from_json(terms.as_bytes()).expect("valid JSON");
        let mut spec = Value::Null;
        let required = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
        spec.at_mut(&required).set("nodeSelectorTerms", &terms);
        let want = want.map(|names| names.iter().map(|it| Str::from(*it)).collect());
        assert_eq!(named_nodes(&spec), want, "{terms}");
    }

    #[test]
    fn a_pod_names_nodes_when_each_of_its_terms_does() {
        let named = |name: &str| {
            format!(r#"{{"matchFields":[{{"key":"metadata.name","operator":"In","values":["{name}"]}}]}}"#)
        };
        let labelled = r#"{"matchExpressions":[{"key":"zone","operator":"Exists"}]}"#;
        check("[]", None);
        check(&format!("[{labelled}]"), None);
        check(&format!("[{}]", named("a")), Some(&["a"]));
        check(&format!("[{},{}]", named("b"), named("a")), Some(&["a", "b"]));
        check(&format!("[{},{labelled}]", named("a")), None);
        let field = |name: &str| format!(r#"{{"key":"metadata.name","operator":"In","values":["{name}"]}}"#);
        check(&format!(r#"[{{"matchFields":[{},{}]}}]"#, field("a"), field("b")), Some(&[]));
    }
}
