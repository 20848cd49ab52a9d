//! Node selector terms against a node (`component-helpers/scheduling/corev1/nodeaffinity`).

use std::collections::BTreeSet;

use crate::object::{Map, Object, Str, Value};

/// Whether `node` has every label of the pod's `nodeSelector` and meets its required node affinity.
pub fn matches_required_node_affinity(pod_spec: &Value, node: &Object) -> bool {
    let selector = &pod_spec["nodeSelector"];
    let selected = selector.as_map().is_none_or(|want| want.iter().all(|(k, v)| node.meta.labels.get(k) == Some(v)));
    let required = &pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    selected && (required.is_null() || matches_node_selector_terms(&required["nodeSelectorTerms"], node))
}

/// Whether any of the terms matches `node`. A term without requirements matches nothing.
pub fn matches_node_selector_terms(terms: &Value, node: &Object) -> bool {
    terms.items().iter().any(|term| matches_term(term, node))
}

/// Whether every requirement of `term` is met by `node`.
pub fn matches_term(term: &Value, node: &Object) -> bool {
    let (labels, fields) = (term["matchExpressions"].items(), term["matchFields"].items());
    if labels.is_empty() && fields.is_empty() {
        return false;
    }
    let name = Map::from_iter([("metadata.name", &node.meta.name)]);
    labels.iter().all(|it| meets(it, &node.meta.labels)) && fields.iter().all(|it| meets(it, &name))
}

fn meets(requirement: &Value, labels: &Map) -> bool {
    let actual = labels.get(requirement["key"].str_or_empty());
    let values = requirement["values"].items();
    let among = || actual.is_some_and(|it| values.contains(it));
    match requirement["operator"].str_or_empty() {
        "In" => among(),
        "NotIn" => !among(),
        "Exists" => actual.is_some(),
        "DoesNotExist" => actual.is_none(),
        "Gt" => compare(actual, values).is_some_and(|(it, bound)| it > bound),
        "Lt" => compare(actual, values).is_some_and(|(it, bound)| it < bound),
        _ => false,
    }
}

fn compare(actual: Option<&Value>, values: &[Value]) -> Option<(i64, i64)> {
    let [bound] = values else { return None };
    Some((actual?.as_str()?.parse().ok()?, bound.as_str()?.parse().ok()?))
}

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
    use crate::object::kinds;

    fn check(term: &str, want: bool) {
        let mut node = Object::new(kinds::NODE, "", "node-1");
        node.meta.set_label("gen", "5");
        node.meta.set_label("env", "dev");
        let term = Value::from_json(term.as_bytes()).expect("valid JSON");
        assert_eq!(matches_term(&term, &node), want, "{term}");
    }

    #[test]
    fn a_term_matches_when_every_requirement_is_met() {
        check(r#"{}"#, false);
        check(r#"{"matchExpressions":[{"key":"env","operator":"In","values":["dev","qa"]}]}"#, true);
        check(r#"{"matchExpressions":[{"key":"env","operator":"NotIn","values":["dev"]}]}"#, false);
        check(r#"{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}"#, true);
        check(r#"{"matchExpressions":[{"key":"zone","operator":"DoesNotExist"}]}"#, true);
        check(r#"{"matchExpressions":[{"key":"gen","operator":"Gt","values":["4"]}]}"#, true);
        check(r#"{"matchExpressions":[{"key":"gen","operator":"Gt","values":["5"]}]}"#, false);
        check(r#"{"matchExpressions":[{"key":"gen","operator":"Lt","values":["x"]}]}"#, false);
        check(r#"{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-1"]}]}"#, true);
        check(r#"{"matchFields":[{"key":"metadata.name","operator":"NotIn","values":["node-1"]}]}"#, false);
    }
}
