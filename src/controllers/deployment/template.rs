//! Templates, and what tells the ReplicaSets made of them apart.

use crate::object::{Map, Str, Value};

use super::HASH_LABEL;

/// Whether two templates differ in the hash label at most (`EqualIgnoreHash`).
pub(super) fn is_same_template(a: &Value, b: &Value) -> bool {
    a["spec"].is_same(&b["spec"]) && without_hash(&a["metadata"]) == without_hash(&b["metadata"])
}

fn without_hash(metadata: &Value) -> Map {
    let mut metadata = metadata.as_map().cloned().unwrap_or_default();
    if metadata["labels"].as_map().is_some_and(|it| it.contains_key(HASH_LABEL)) {
        metadata.entry("labels").remove(HASH_LABEL);
    }
    if metadata.iter().any(|(_, value)| value.is_empty()) {
        metadata.retain(|_, value| !value.is_empty());
    }
    metadata
}

/// `template` without the hash label, as a Deployment has it (`SetFromReplicaSetTemplate`).
pub(super) fn without_hash_label(template: &Value) -> Value {
    let mut template = template.clone();
    template.at_mut(&["metadata", "labels"]).remove(HASH_LABEL);
    template
}

/// `template` with the hash label.
pub(super) fn with_hash(template: &Value, hash: &Str) -> Value {
    let mut template = template.clone();
    template.at_mut(&["metadata", "labels"]).set(HASH_LABEL, hash);
    template
}

/// `selector` that asks for the hash label as well.
pub(super) fn selector_with_hash(selector: &Value, hash: &Str) -> Value {
    let mut selector = selector.clone();
    selector.field_mut("matchLabels").set(HASH_LABEL, hash);
    selector
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_the_same_whatever_their_hash_and_empty_fields() {
        let json = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let plain = json(r#"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"a"}]}}"#);
        assert!(is_same_template(&plain, &with_hash(&plain, &"h".into())));
        let table = [
            (
                r#"{"metadata":{"creationTimestamp":null,"labels":{"app":"web"}},"spec":{"containers":[{"image":"a"}]}}"#,
                true,
            ),
            (r#"{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"image":"b"}]}}"#, false),
            (r#"{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"image":"a"}]}}"#, false),
            (
                r#"{"metadata":{"labels":{"app":"web"},"annotations":{"v":"2"}},"spec":{"containers":[{"image":"a"}]}}"#,
                false,
            ),
        ];
        for (other, want) in table {
            assert_eq!(is_same_template(&plain, &json(other)), want, "{other}");
        }
    }
}
