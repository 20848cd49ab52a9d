//! The rules of Leases (`pkg/apis/coordination/validation/validation.go`).

use super::Strategy;
use super::metadata::NOT_NEGATIVE;
use crate::api::field::{At, ErrorList};
use crate::object::Object;

/// The rules of Leases.
pub static STRATEGY: Strategy = Strategy {
    default: |lease| {
        lease.body.entry("spec").map_mut();
    },
    validate,
    validate_update: |new, old| if new.spec().is_same(old.spec()) { ErrorList::new() } else { validate(new) },
    ..Strategy::PLAIN
};

fn validate(lease: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (lease.spec(), At::new("spec"));
    if let Some(seconds) = spec["leaseDurationSeconds"].as_i64().filter(|it| *it <= 0) {
        errors.invalid(&at.child("leaseDurationSeconds"), seconds, "must be greater than 0");
    }
    if let Some(count) = spec["leaseTransitions"].as_i64().filter(|it| *it < 0) {
        errors.invalid(&at.child("leaseTransitions"), count, NOT_NEGATIVE);
    }
    if spec["holderIdentity"].as_str() == Some("") {
        errors.invalid(&at.child("holderIdentity"), "", "must not be empty");
    }
    errors
}
