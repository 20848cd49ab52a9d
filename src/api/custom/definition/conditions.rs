//! The conditions of a CustomResourceDefinition (apiextensions-apiserver `pkg/apihelpers/helpers.go`).

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Value};

/// The condition `ty` of a definition, or null.
pub fn find<'a>(definition: &'a Object, ty: &str) -> &'a Value {
    let conditions = definition.status()["conditions"].items();
    conditions.iter().find(|it| it["type"].str_or_empty() == ty).unwrap_or(Value::null())
}

/// Whether the condition `ty` of a definition is `True`.
pub fn is_true(definition: &Object, ty: &str) -> bool {
    find(definition, ty)["status"].str_or_empty() == "True"
}

/// A condition without its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition<'a> {
    /// `Established`.
    pub ty: &'static str,
    /// `True` or `False`.
    pub status: &'static str,
    /// The CamelCase reason.
    pub reason: &'a str,
    /// The sentence.
    pub message: &'a str,
}

/// Sets a condition; its time changes with its status only.
pub fn set(definition: &mut Object, condition: Condition<'_>, now: Time) {
    let old = find(definition, condition.ty);
    let time = match old["lastTransitionTime"].as_str() {
        Some(time) if old["status"].str_or_empty() == condition.status => Value::from(time),
        _ => Value::from(now.truncated()),
    };
    let new = Value::Map(map! {
        "lastTransitionTime" => time,
        "message" => condition.message,
        "reason" => condition.reason,
        "status" => condition.status,
        "type" => condition.ty,
    });
    let conditions = definition.status_mut().field_mut("conditions").items_mut();
    match conditions.iter_mut().find(|it| it["type"].str_or_empty() == condition.ty) {
        Some(old) => *old = new,
        None => conditions.push(new),
    }
}
