//! The checks of a `metav1.LabelSelector` (apimachinery `pkg/apis/meta/v1/validation/validation.go`).

use super::metadata::validate_labels;
use super::syntax;
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Checks the terms of a label selector; a null one has none.
pub fn validate_label_selector(selector: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if let Some(labels) = selector["matchLabels"].as_map() {
        validate_labels(labels, &at.child("matchLabels"), errors);
    }
    for (i, requirement) in selector["matchExpressions"].items().iter().enumerate() {
        validate_requirement(requirement, &at.child("matchExpressions").index(i), errors);
    }
}

fn validate_requirement(requirement: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let values = requirement["values"].items();
    match requirement["operator"].str_or_empty() {
        "In" | "NotIn" => {
            if values.is_empty() {
                errors.required(&at.child("values"), "must be specified when `operator` is 'In' or 'NotIn'");
            }
        }
        "Exists" | "DoesNotExist" => {
            if !values.is_empty() {
                errors.forbidden(
                    &at.child("values"),
                    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
                );
            }
        }
        other => errors.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    let key = requirement["key"].str_or_empty();
    for wrong in syntax::qualified_name(key) {
        errors.invalid(&at.child("key"), key, wrong);
    }
    for (i, value) in values.iter().enumerate() {
        for wrong in syntax::label_value(value.str_or_empty()) {
            errors.invalid(&at.child("values").index(i), value, wrong);
        }
    }
}
