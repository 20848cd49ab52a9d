//! Which nodes a pod may run on: taints and tolerations, node selector and required node affinity.
//!
//! Follows component-helpers `scheduling/corev1/helpers.go` and `scheduling/corev1/nodeaffinity/nodeaffinity.go`.

use crate::object::{Map, Object, Value};

/// Whether `toleration` tolerates `taint`.
pub fn tolerates(toleration: &Value, taint: &Value) -> bool {
    let effect = toleration["effect"].str_or_empty();
    let key = toleration["key"].str_or_empty();
    if !effect.is_empty() && effect != taint["effect"].str_or_empty() {
        return false;
    }
    if !key.is_empty() && key != taint["key"].str_or_empty() {
        return false;
    }
    match toleration["operator"].str_or_empty() {
        "" | "Equal" => toleration["value"].str_or_empty() == taint["value"].str_or_empty(),
        "Exists" => true,
        _ => false,
    }
}

/// The first of `node`'s taints with one of `effects` that none of `tolerations` tolerates.
pub fn untolerated_taint<'a>(node: &'a Object, tolerations: &[Value], effects: &[&str]) -> Option<&'a Value> {
    untolerated(node.spec()["taints"].items(), tolerations, effects)
}

/// The first of `taints` with one of `effects` that none of `tolerations` tolerates.
pub fn untolerated<'a>(taints: &'a [Value], tolerations: &[Value], effects: &[&str]) -> Option<&'a Value> {
    taints
        .iter()
        .filter(|taint| effects.contains(&taint["effect"].str_or_empty()))
        .find(|taint| !tolerations.iter().any(|toleration| tolerates(toleration, taint)))
}

/// Whether the node selector and the required node affinity of a pod with `spec` let it run on `node`.
pub fn matches_required_node_affinity(spec: &Value, node: &Object) -> bool {
    if let Some(selector) = spec["nodeSelector"].as_map()
        && !selector.iter().all(|(key, want)| node.meta.labels.get(key) == Some(want))
    {
        return false;
    }
    let required = spec.at(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]);
    required.is_null() || matches_node_selector(required, node)
}

/// Whether any term of a `NodeSelector` matches `node`.
pub fn matches_node_selector(selector: &Value, node: &Object) -> bool {
    selector["nodeSelectorTerms"].items().iter().any(|term| matches_node_selector_term(term, node))
}

/// Whether `node` meets every requirement of `term`. A term without requirements matches nothing.
pub fn matches_node_selector_term(term: &Value, node: &Object) -> bool {
    let (expressions, fields) = (term["matchExpressions"].items(), term["matchFields"].items());
    !(expressions.is_empty() && fields.is_empty())
        && expressions.iter().all(|it| matches_expression(it, &node.meta.labels))
        && fields.iter().all(|it| matches_field(it, node))
}

fn matches_expression(requirement: &Value, labels: &Map) -> bool {
    let actual = labels.get(requirement["key"].str_or_empty());
    let values = requirement["values"].items();
    let among = || actual.is_some_and(|it| values.contains(it));
    let compare = |wanted: std::cmp::Ordering| {
        let number = |it: Option<&Value>| it.and_then(Value::as_str).and_then(|text| text.parse::<i64>().ok());
        match (number(actual), number(values.first())) {
            (Some(actual), Some(bound)) => actual.cmp(&bound) == wanted,
            _ => false,
        }
    };
    match requirement["operator"].str_or_empty() {
        "In" => among(),
        "NotIn" => !among(),
        "Exists" => actual.is_some(),
        "DoesNotExist" => actual.is_none(),
        "Gt" => compare(std::cmp::Ordering::Greater),
        "Lt" => compare(std::cmp::Ordering::Less),
        _ => false,
    }
}

fn matches_field(requirement: &Value, node: &Object) -> bool {
    if requirement["key"].str_or_empty() != "metadata.name" {
        return false;
    }
    let named = requirement["values"].items().iter().any(|it| it.as_str() == Some(&node.meta.name));
    match requirement["operator"].str_or_empty() {
        "In" => named,
        "NotIn" => !named,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn json(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    fn node(labels: &str, taints: &str) -> Object {
        let mut node = Object::new(kinds::NODE, "", "node-0");
        node.meta.labels = json(labels).as_map().cloned().unwrap_or_default();
        node.spec_mut().set("taints", json(taints));
        node
    }

    #[test]
    fn a_toleration_matches_by_key_operator_value_and_effect() {
        let taint = json(r#"{"key":"dedicated","value":"db","effect":"NoSchedule"}"#);
        let table = [
            (r#"{"operator":"Exists"}"#, true),
            (r#"{"key":"dedicated","operator":"Exists"}"#, true),
            (r#"{"key":"dedicated","value":"db"}"#, true),
            (r#"{"key":"dedicated","operator":"Equal","value":"db","effect":"NoSchedule"}"#, true),
            (r#"{"key":"dedicated","operator":"Equal","value":"web"}"#, false),
            (r#"{"key":"other","operator":"Exists"}"#, false),
            (r#"{"key":"dedicated","operator":"Exists","effect":"NoExecute"}"#, false),
        ];
        for (toleration, want) in table {
            assert_eq!(tolerates(&json(toleration), &taint), want, "{toleration}");
        }
    }

    #[test]
    fn only_taints_of_the_effects_asked_for_count() {
        let node = node("{}", r#"[{"key":"a","effect":"PreferNoSchedule"},{"key":"b","effect":"NoSchedule"}]"#);
        assert!(untolerated_taint(&node, &[], &["NoExecute"]).is_none());
        let found = untolerated_taint(&node, &[], &["NoExecute", "NoSchedule"]);
        assert_eq!(found.map(|it| it["key"].str_or_empty()), Some("b"));
    }

    #[test]
    fn a_node_matches_when_the_selector_and_one_term_do() {
        let node = node(r#"{"zone":"a","cores":"8"}"#, "[]");
        let table = [
            ("[]", false),
            ("[{}]", false),
            (r#"[{"matchExpressions":[{"key":"zone","operator":"In","values":["a","b"]}]}]"#, true),
            (r#"[{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}]"#, false),
            (r#"[{"matchExpressions":[{"key":"gpu","operator":"NotIn","values":["x"]}]}]"#, true),
            (
                r#"[{"matchExpressions":[{"key":"gpu","operator":"Exists"}]},{"matchExpressions":[{"key":"zone","operator":"Exists"}]}]"#,
                true,
            ),
            (r#"[{"matchExpressions":[{"key":"cores","operator":"Gt","values":["4"]}]}]"#, true),
            (r#"[{"matchExpressions":[{"key":"cores","operator":"Lt","values":["8"]}]}]"#, false),
            (r#"[{"matchExpressions":[{"key":"zone","operator":"Gt","values":["1"]}]}]"#, false),
            (r#"[{"matchFields":[{"key":"metadata.name","operator":"In","values":["node-0"]}]}]"#, true),
            (r#"[{"matchFields":[{"key":"metadata.name","operator":"NotIn","values":["node-0"]}]}]"#, false),
        ];
        for (terms, want) in table {
            let mut spec = Value::Null;
            spec.at_mut(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"])
                .set("nodeSelectorTerms", json(terms));
            assert_eq!(matches_required_node_affinity(&spec, &node), want, "{terms}");
        }
        assert!(matches_required_node_affinity(&json(r#"{"nodeSelector":{"zone":"a"}}"#), &node));
        assert!(!matches_required_node_affinity(&json(r#"{"nodeSelector":{"zone":"b"}}"#), &node));
    }
}
