//! The rules of core/v1 Events (`pkg/apis/core/validation/events.go`).

use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, literal};

const REPORTER_MAX: usize = 128;
const REASON_MAX: usize = 128;
const NOTE_MAX: usize = 1024;

/// The rules of Events.
pub static STRATEGY: Strategy =
    Strategy { default, validate, validate_update: |new, _| validate(new), ..Strategy::PLAIN };

/// Go writes these fields even when they are empty.
fn default(event: &mut Object) {
    for field in ["eventTime", "firstTimestamp", "lastTimestamp"] {
        if !event.body.contains_key(field) {
            event.body.insert(field, Value::Null);
        }
    }
    for field in ["reportingComponent", "reportingInstance"] {
        if event.body[field].is_null() {
            event.body.insert(field, literal!(""));
        }
    }
    if event.body["source"].is_null() {
        event.body.insert(literal!("source"), Value::empty_map());
    }
    event.body.entry("involvedObject").map_mut();
}

fn validate(event: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let about = event.body["involvedObject"]["namespace"].str_or_empty();
    let lives_in = event.meta.namespace.as_str();
    let fits = if about.is_empty() { matches!(lives_in, "" | "default") } else { about == lives_in };
    if !fits {
        errors.invalid(&At::new("involvedObject").child("namespace"), about, "does not match event.namespace");
    }
    if !event.body["eventTime"].is_null() {
        validate_new_style(event, &mut errors);
    }
    errors
}

/// Checks what only events with an `eventTime` need.
fn validate_new_style(event: &Object, errors: &mut ErrorList) {
    let text = |field: &str| event.body[field].str_or_empty();
    let controller = text("reportingComponent");
    if controller.is_empty() {
        errors.required(&At::new("reportingComponent"), "");
    } else {
        for wrong in syntax::qualified_name(controller) {
            errors.invalid(&At::new("reportingComponent"), controller, wrong);
        }
    }
    let limits = [("reportingInstance", REPORTER_MAX), ("action", REPORTER_MAX), ("reason", REASON_MAX)];
    for (field, max) in limits {
        if text(field).is_empty() {
            errors.required(&At::new(field), "");
        } else if text(field).len() > max {
            errors.invalid(&At::new(field), "", format!("can have at most {max} characters"));
        }
    }
    if text("message").len() > NOTE_MAX {
        errors.invalid(&At::new("message"), "", format!("can have at most {NOTE_MAX} characters"));
    }
}
