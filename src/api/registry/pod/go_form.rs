//! Pods in the form in which the server holds them, for messages that show a part of one.

use super::go_types::{CLAIM_SPEC, EPHEMERAL_CONTAINER, POD_SPEC, TERM, VOLUME_SOURCE};
use crate::api::field::{At, FieldError, Wrong, escaped_json};
use crate::api::unified_diff;
use crate::object::{Map, Value};

/// How a value of a field is written in Go.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// A number, or a port by number or name.
    Number,
    /// An amount of a resource.
    Quantity,
    /// A pointer to a scalar, or to a struct of which nothing is known.
    Pointer,
    /// A list of scalars.
    List,
    /// A map of scalars.
    Map,
    /// A label selector, which is the same inside and outside of the server.
    Selector,
    /// A struct.
    Struct(&'static Type),
    /// A pointer to a struct.
    StructPointer(&'static Type),
    /// A list of structs.
    Structs(&'static Type),
}

/// A struct.
#[derive(Debug)]
pub struct Type {
    /// Its fields in order.
    pub fields: &'static [Field],
}

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name in JSON.
    pub json: &'static str,
    /// Its name in Go.
    pub name: &'static str,
    /// How its value is written.
    pub shape: Shape,
}

/// A field by its names in JSON and in Go.
pub const fn field(json: &'static str, name: &'static str, shape: Shape) -> Field {
    Field { json, name, shape }
}

/// The fields of a pod spec that the server keeps in the security context.
const HOST_FIELDS: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/// The spec in the server's own form, where what the pod shares with its host is part of the security context.
pub(super) fn internal_spec(spec: &Value) -> Value {
    let mut out = spec.clone();
    let mut context = spec["securityContext"].as_map().cloned();
    for field in HOST_FIELDS {
        if let Some(value) = out.remove(field) {
            context.get_or_insert_with(Map::new).insert(field, value);
        }
    }
    if let Some(context) = context {
        out.set("securityContext", context);
    }
    out
}

/// How pod spec `new` differs from `old`, as the refusal of an update shows it.
pub(super) fn spec_difference(old: &Value, new: &Value) -> String {
    difference(&POD_SPEC, &internal_spec(old), &internal_spec(new))
}

/// How ephemeral container `new` differs from `old`, as the refusal of an update shows it.
pub(super) fn ephemeral_container_difference(old: &Value, new: &Value) -> String {
    difference(&EPHEMERAL_CONTAINER, old, new)
}

/// How the spec `new` of a claim differs from `old`, as the refusal of an update shows it.
pub fn claim_difference(old: &Value, new: &Value) -> String {
    difference(&CLAIM_SPEC, old, new)
}

/// How the source that the spec `new` of a volume names differs from that of `old`, as the refusal of an update shows it.
pub fn volume_source_difference(old: &Value, new: &Value) -> String {
    difference(&VOLUME_SOURCE, old, new)
}

/// How the struct `new` differs from `old`.
fn difference(ty: &'static Type, old: &Value, new: &Value) -> String {
    unified_diff::of_json(&Shape::Struct(ty).to_json(old), &Shape::Struct(ty).to_json(new))
}

/// A pod template as the refusal of its change shows it: metadata by its names in JSON, the spec by those in Go.
pub fn template_in_go(template: &Value) -> String {
    let mut out = String::from("{");
    for (key, value) in template["metadata"].as_map().into_iter().flat_map(|it| it.iter()) {
        if !value.is_empty() {
            out.push_str(&format!("{}:{},", Value::from(key).to_json(), value.to_json()));
        }
    }
    out.push_str(&format!("\"Spec\":{}}}", Shape::Struct(&POD_SPEC).to_json(&internal_spec(&template["spec"]))));
    escaped_json(&out)
}

/// Terms of a node selector as an error shows them.
pub(super) fn terms_in_go(terms: &Value) -> String {
    Shape::Structs(&TERM).to_json(terms)
}

/// A term of a node selector as an error shows it.
pub(super) fn term_in_go(term: &Value) -> String {
    Shape::Struct(&TERM).to_json(term)
}

/// The error that a struct is not one that the field takes, which shows it as the server holds it.
pub fn invalid_as(shape: Shape, value: &Value, at: &At<'_>, detail: &str) -> FieldError {
    let (field, detail) = (at.to_string(), detail.to_owned());
    FieldError { wrong: Wrong::Invalid, field, shown: shape.to_json(value), detail }
}

/// The error that a struct is in its list already, which shows it as the server holds it.
pub fn duplicate_as(ty: &'static Type, value: &Value, at: &At<'_>) -> FieldError {
    let (field, shown) = (at.to_string(), struct_json(ty, value));
    FieldError { wrong: Wrong::Duplicate, field, shown, detail: String::new() }
}

impl Shape {
    /// The value as JSON with every field of its type, set or not.
    pub(super) fn to_json(self, value: &Value) -> String {
        match self {
            Shape::Text if value.is_null() => "\"\"".to_owned(),
            Shape::Flag if value.is_null() => "false".to_owned(),
            Shape::Number if value.is_null() => "0".to_owned(),
            Shape::Quantity if value.is_null() => "\"0\"".to_owned(),
            Shape::List | Shape::Map if value.is_empty() => "null".to_owned(),
            Shape::Selector if !value.is_null() => selector_json(value),
            Shape::Struct(ty) => struct_json(ty, value),
            Shape::StructPointer(ty) if !value.is_null() => struct_json(ty, value),
            Shape::Structs(ty) if !value.is_empty() => {
                let items: Vec<_> = value.items().iter().map(|it| struct_json(ty, it)).collect();
                format!("[{}]", items.join(","))
            }
            // A list that is said to be empty is none that was not said.
            Shape::Structs(_) => if value.is_null() { "null" } else { "[]" }.to_owned(),
            _ => value.to_json(),
        }
    }
}

fn struct_json(ty: &Type, value: &Value) -> String {
    let fields: Vec<_> =
        ty.fields.iter().map(|it| format!("\"{}\":{}", it.name, it.shape.to_json(&value[it.json]))).collect();
    format!("{{{}}}", fields.join(","))
}

fn selector_json(selector: &Value) -> String {
    let parts = ["matchLabels", "matchExpressions"].iter().filter(|it| !selector[**it].is_empty());
    let parts: Vec<_> = parts.map(|it| format!("\"{it}\":{}", selector[*it].to_json())).collect();
    format!("{{{}}}", parts.join(","))
}
