//! Pod templates as part of a controller's object.

use super::metadata::{validate_annotations, validate_labels};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Checks a pod template at `at` (`ValidatePodTemplateSpec`).
pub(super) fn validate_template(template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if let Some(labels) = template["metadata"]["labels"].as_map() {
        validate_labels(labels, &at.child("labels"), errors);
    }
    if let Some(annotations) = template["metadata"]["annotations"].as_map() {
        validate_annotations(annotations, &at.child("annotations"), errors);
    }
}
