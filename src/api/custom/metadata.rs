//! The metadata of a custom resource and of the resources in it, whose shape no schema describes
//! (apiextensions-apiserver `pkg/apiserver/schema/objectmeta`).

use super::schema::Schema;
use crate::api::field::{At, ErrorList, Path};
use crate::api::registry::{metadata, syntax};
use crate::object::{Meta, Str, Value};

/// The types that the fields of `ObjectMeta` have.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Number,
    Strings,
    TextList,
    Owners,
    Other,
}

const FIELDS: [(&str, Shape); 15] = [
    ("annotations", Shape::Strings),
    ("creationTimestamp", Shape::Text),
    ("deletionGracePeriodSeconds", Shape::Number),
    ("deletionTimestamp", Shape::Text),
    ("finalizers", Shape::TextList),
    ("generateName", Shape::Text),
    ("generation", Shape::Number),
    ("labels", Shape::Strings),
    ("managedFields", Shape::Other),
    ("name", Shape::Text),
    ("namespace", Shape::Text),
    ("ownerReferences", Shape::Owners),
    ("resourceVersion", Shape::Text),
    ("selfLink", Shape::Text),
    ("uid", Shape::Text),
];

const OWNER_FIELDS: [&str; 6] = ["apiVersion", "blockOwnerDeletion", "controller", "kind", "name", "uid"];

/// Brings `metadata` into its shape: unknown fields and nulls go, and the paths of the former are returned.
///
/// # Errors
/// The text of Go's decoder for a field of a wrong type.
pub fn coerce(metadata: &mut Value, path: &str) -> Result<Vec<String>, String> {
    let found = go_kind(metadata);
    if metadata.is_null() {
        return Ok(Vec::new());
    }
    let Value::Map(map) = metadata else {
        return Err(format!("json: cannot unmarshal {found} into Go value of type v1.ObjectMeta"));
    };
    let mut unknown = Vec::new();
    let keys: Vec<Str> = map.keys().cloned().collect();
    for key in keys {
        let Some((_, shape)) = FIELDS.iter().find(|(name, _)| *name == key) else {
            unknown.push(format!("{path}.{key}"));
            map.remove(&key);
            continue;
        };
        let value = &map[key.as_str()];
        if let Some((found, ty)) = mismatch(*shape, value) {
            return Err(format!("json: cannot unmarshal {found} into Go struct field ObjectMeta.{key} of type {ty}"));
        }
        if value.is_empty() && key != "generation" && key != "deletionGracePeriodSeconds" {
            map.remove(&key);
        } else if key == "ownerReferences"
            && let Some(owners) = map.get_mut(&key)
        {
            for (i, owner) in owners.items_mut().iter_mut().enumerate() {
                let fields: Vec<Str> = owner.as_map().into_iter().flat_map(|it| it.keys().cloned()).collect();
                for field in fields.iter().filter(|it| !OWNER_FIELDS.contains(&it.as_str())) {
                    unknown.push(format!("{path}.ownerReferences[{i}].{field}"));
                    owner.remove(field);
                }
            }
        }
    }
    Ok(unknown)
}

/// What is found and what type is wanted, where a value has another shape.
fn mismatch(shape: Shape, value: &Value) -> Option<(&'static str, &'static str)> {
    let found = go_kind(value);
    let text = |it: &Value| matches!(it, Value::Str(_) | Value::Null);
    match (shape, value) {
        (_, Value::Null) | (Shape::Other, _) => None,
        (Shape::Text, it) => (!text(it)).then_some((found, "string")),
        (Shape::Number, it) => (!matches!(it, Value::Int(_))).then_some((found, "int64")),
        (Shape::Strings, Value::Map(map)) => {
            map.iter().find(|(_, it)| !text(it)).map(|(_, it)| (go_kind(it), "string"))
        }
        (Shape::Strings, _) => Some((found, "map[string]string")),
        (Shape::TextList, Value::List(items)) => items.iter().find(|it| !text(it)).map(|it| (go_kind(it), "string")),
        (Shape::TextList, _) => Some((found, "[]string")),
        (Shape::Owners, Value::List(items)) => {
            let other = items.iter().find(|it| it.as_map().is_none());
            other.map(|it| (go_kind(it), "v1.OwnerReference"))
        }
        (Shape::Owners, _) => Some((found, "[]v1.OwnerReference")),
    }
}

fn go_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// Brings the metadata of the resources that `value` embeds into shape; returns the paths of their unknown fields.
///
/// # Errors
/// Where and why an embedded resource cannot be read as one.
pub fn coerce_embedded(value: &mut Value, schema: &Schema, path: &str) -> Result<Vec<String>, String> {
    let mut unknown = Vec::new();
    if !schema.any(&|it| it.embedded_resource) {
        return Ok(unknown);
    }
    match value {
        Value::Map(map) => {
            if schema.embedded_resource {
                for key in ["apiVersion", "kind"] {
                    if let Some(it) = map.get(key).filter(|it| it.as_str().is_none()) {
                        return Err(invalid(&format!("{path}.{key}"), it, "must be a string"));
                    }
                }
                if let Some(metadata) = map.get_mut("metadata") {
                    let at = format!("{path}.metadata");
                    let before = metadata.clone();
                    unknown.extend(coerce(metadata, &at).map_err(|why| invalid(&at, &before, &why))?);
                }
            }
            let keys: Vec<Str> = map.keys().cloned().collect();
            for key in keys {
                if let (Some(of), Some(value)) = (schema.field(&key), map.get_mut(&key)) {
                    let below = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
                    unknown.extend(coerce_embedded(value, of, &below)?);
                }
            }
        }
        Value::List(_) => {
            if let Some(of) = schema.items.as_deref() {
                for (i, item) in value.items_mut().iter_mut().enumerate() {
                    unknown.extend(coerce_embedded(item, of, &format!("{path}[{i}]"))?);
                }
            }
        }
        _ => {}
    }
    Ok(unknown)
}

fn invalid(path: &str, value: &Value, why: &str) -> String {
    let mut errors = ErrorList::new();
    errors.invalid(&Path::new(path), value, why);
    errors.to_string()
}

/// Checks the resources that `value` embeds (`objectmeta.Validate`). With `is_resource` the value itself is one.
pub fn validate_embedded(schema: &Schema, value: &Value, is_resource: bool, at: &At<'_>, errors: &mut ErrorList) {
    match value {
        Value::Map(map) => {
            if is_resource || schema.embedded_resource {
                validate_resource(value, at, errors);
            }
            for (key, value) in map.iter() {
                if let Some(of) = schema.properties.get(key) {
                    validate_embedded(of, value, false, &at.child(key), errors);
                } else if let Some(of) = schema.additional_schema() {
                    validate_embedded(of, value, false, &at.key(key), errors);
                }
            }
        }
        Value::List(items) => {
            if let Some(of) = &schema.items {
                for (i, item) in items.iter().enumerate() {
                    validate_embedded(of, item, false, &at.index(i), errors);
                }
            }
        }
        _ => {}
    }
}

fn validate_resource(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for key in ["apiVersion", "kind"] {
        let at = at.child(key);
        match &value[key] {
            Value::Null if value.as_map().is_none_or(|map| !map.contains_key(key)) => errors.required(&at, ""),
            Value::Str(text) if text.is_empty() => errors.invalid(&at, text, "must not be empty"),
            Value::Str(text) if key == "apiVersion" && text.matches('/').count() > 1 => {
                errors.invalid(&at, text, format!("unexpected GroupVersion string: {text}"));
            }
            Value::Str(text) if key == "kind" => {
                let wrong = super::names::dns1035_label(&text.to_lowercase());
                if !wrong.is_empty() {
                    let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
                    errors.invalid(&at, text, detail);
                }
            }
            Value::Str(_) => {}
            other => errors.invalid(&at, other, "must be a string"),
        }
    }
    if let Some(map) = value["metadata"].as_map() {
        let meta = Meta::from_value(&Value::from(map));
        let at = at.child("metadata");
        for wrong in syntax::path_segment(&meta.name) {
            errors.invalid(&at.child("name"), &meta.name, wrong);
        }
        if !meta.namespace.is_empty() {
            for wrong in syntax::dns_label(&meta.namespace) {
                errors.invalid(&at.child("namespace"), &meta.namespace, wrong);
            }
        }
        metadata::validate_labels(&meta.labels, &at.child("labels"), errors);
        metadata::validate_annotations(&meta.annotations, &at.child("annotations"), errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn metadata_loses_what_it_does_not_know_and_refuses_wrong_types() {
        let mut good = read(r#"{"name":"a","creationTimestamp":null,"colour":"red","labels":{}}"#);
        assert_eq!(coerce(&mut good, "metadata"), Ok(vec!["metadata.colour".to_owned()]));
        assert_eq!(good, read(r#"{"name":"a"}"#));
        let table = [
            (r#"{"labels":{"a":1}}"#, "number into Go struct field ObjectMeta.labels of type string"),
            (r#"{"name":{}}"#, "object into Go struct field ObjectMeta.name of type string"),
            ("[]", "array into Go value of type v1.ObjectMeta"),
        ];
        for (text, want) in table {
            assert_eq!(coerce(&mut read(text), "metadata"), Err(format!("json: cannot unmarshal {want}")), "{text}");
        }
    }

    #[test]
    fn an_embedded_resource_needs_a_kind_and_sound_metadata() {
        let schema = Schema::parse(&read(r#"{"properties":{"pod":{"x-kubernetes-embedded-resource":true}}}"#));
        let mut errors = ErrorList::new();
        let value = read(r#"{"pod":{"apiVersion":"v1","metadata":{"labels":{"a/b/c":"x"}}}}"#);
        validate_embedded(&schema, &value, false, &At::new(""), &mut errors);
        let text = errors.to_string();
        assert!(text.contains("pod.kind: Required value"), "{text}");
        assert!(text.contains("pod.metadata.labels: Invalid value: \"a/b/c\""), "{text}");
    }
}
