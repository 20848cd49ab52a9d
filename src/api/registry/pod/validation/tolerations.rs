//! Tolerations (`ValidateTolerations`).

use super::{format, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// Checks a list of tolerations.
pub fn validate_tolerations(tolerations: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, toleration) in tolerations.items().iter().enumerate() {
        validate(toleration, &at.index(i), errors);
    }
}

fn validate(toleration: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let operator = toleration["operator"].str_or_empty();
    let effect = toleration["effect"].str_or_empty();
    let value = toleration["value"].str_or_empty();
    if !toleration["key"].str_or_empty().is_empty() {
        format::text(format::label_key, &toleration["key"], &at.child("key"), errors);
    } else if operator != "Exists" {
        let detail = "operator must be Exists when `key` is empty, which means \"match all values and all keys\"";
        errors.invalid(&at.child("operator"), operator, detail);
    }
    if !toleration["tolerationSeconds"].is_null() && effect != "NoExecute" {
        errors.invalid(&at.child("effect"), effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    match operator {
        "" | "Equal" => {
            let wrong = syntax::label_value(value);
            if !wrong.is_empty() {
                errors.invalid(&at.child("operator"), value, wrong.join(";"));
            }
        }
        "Exists" if value.is_empty() => {}
        "Exists" => {
            errors.invalid(&at.child("operator"), value, "value must be empty when `operator` is 'Exists'");
        }
        // The comparisons are known, yet not enabled.
        "Lt" | "Gt" => errors.not_supported(&at.child("operator"), operator, &["Equal", "Exists", "Lt", "Gt"]),
        _ => errors.not_supported(&at.child("operator"), operator, &["Equal", "Exists"]),
    }
    if !effect.is_empty() && !EFFECTS.contains(&effect) {
        errors.not_supported(&at.child("effect"), effect, &EFFECTS);
    }
}
