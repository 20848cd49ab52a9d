//! The rules of PriorityClasses (`pkg/apis/scheduling/validation/validation.go`).

use super::Strategy;
use super::metadata::IMMUTABLE;
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, literal};

/// The highest value that is not one of the system's own.
const HIGHEST: i64 = 1_000_000_000;
/// The system's classes and their values.
const SYSTEM: [(&str, i64); 2] = [("system-node-critical", 2_000_001_000), ("system-cluster-critical", 2_000_000_000)];

/// The rules of PriorityClasses.
pub static STRATEGY: Strategy = Strategy {
    default: |class| {
        if class.body["preemptionPolicy"].is_null() {
            class.body.insert(literal!("preemptionPolicy"), literal!("PreemptLowerPriority"));
        }
        if class.body["value"].is_null() {
            class.body.insert(literal!("value"), Value::Int(0));
        }
    },
    prepare_create: |class| class.meta.generation = 1,
    validate,
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.body["value"] != old.body["value"] {
            errors.forbidden(&At::new("value"), "may not be changed in an update.");
        }
        if new.body["preemptionPolicy"] != old.body["preemptionPolicy"] {
            errors.invalid(&At::new("preemptionPolicy"), &new.body["preemptionPolicy"], IMMUTABLE);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn validate(class: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let value = class.body["value"].as_i64().unwrap_or(0);
    if class.meta.name.starts_with("system-") {
        if let Some(why) = why_not_of_the_system(class, value) {
            let detail =
                format!("priority class names with 'system-' prefix are reserved for system use only. error: {why}");
            errors.forbidden(&At::new("metadata").child("name"), detail);
        }
    } else if value > HIGHEST {
        errors.forbidden(&At::new("value"), format!("maximum allowed value of a user defined priority is {HIGHEST}"));
    }
    match class.body["preemptionPolicy"].str_or_empty() {
        "PreemptLowerPriority" | "Never" => {}
        "" => errors.required(&At::new("preemptionPolicy"), ""),
        other => errors.not_supported(&At::new("preemptionPolicy"), other, &["PreemptLowerPriority", "Never"]),
    }
    errors
}

fn why_not_of_the_system(class: &Object, value: i64) -> Option<String> {
    let name = class.meta.name.as_str();
    let Some((_, want)) = SYSTEM.iter().find(|it| it.0 == name) else {
        return Some(format!("{name} is not a known system priority class"));
    };
    if value != *want {
        return Some(format!("value of {name} PriorityClass must be {want}"));
    }
    class.body["globalDefault"].is_true().then(|| format!("globalDefault of {name} PriorityClass must be false"))
}
