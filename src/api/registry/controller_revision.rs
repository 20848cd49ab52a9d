//! The rules of ControllerRevisions (`ValidateControllerRevision` in `pkg/apis/apps/validation/validation.go`).

use super::Strategy;
use super::metadata::{IMMUTABLE, NOT_NEGATIVE};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, literal};

/// The rules of ControllerRevisions.
pub static STRATEGY: Strategy = Strategy {
    default: |revision| {
        if revision.body["revision"].is_null() {
            revision.body.insert(literal!("revision"), Value::Int(0));
        }
    },
    validate: |revision| {
        let mut errors = ErrorList::new();
        validate_number(revision, &mut errors);
        let data = &revision.body["data"];
        if data.is_null() {
            errors.required(&At::new("data"), "data is mandatory");
        } else if data.as_map().is_none() {
            errors.required(&At::new("data"), "data must be a valid JSON object");
        }
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        validate_number(new, &mut errors);
        if !new.body["data"].is_same(&old.body["data"]) {
            errors.invalid(&At::new("data"), &new.body["data"], IMMUTABLE);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn validate_number(revision: &Object, errors: &mut ErrorList) {
    if let Some(number) = revision.body["revision"].as_i64().filter(|it| *it < 0) {
        errors.invalid(&At::new("revision"), number, NOT_NEGATIVE);
    }
}
