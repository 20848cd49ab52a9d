//! The rules of PodTemplates (`ValidatePodTemplate` in `pkg/apis/core/validation/validation.go`).

use super::Strategy;
use super::pod::{default_pod_template, validate_pod_template};
use crate::api::field::{At, ErrorList};
use crate::object::Object;

/// The rules of PodTemplates.
pub static STRATEGY: Strategy = Strategy {
    default: |template| default_pod_template(template.body.entry("template")),
    validate,
    validate_update: |new, old| {
        let is_same = new.body["template"].is_same(&old.body["template"]);
        if is_same { ErrorList::new() } else { validate(new) }
    },
    ..Strategy::PLAIN
};

fn validate(template: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    validate_pod_template(&template.body["template"], &At::new("template"), &mut errors);
    errors
}
