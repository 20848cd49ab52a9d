//! Pod templates as part of a controller's object.

use super::pod::validate_pod_template;
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Checks a pod template at `at` (`ValidatePodTemplateSpec`).
pub(super) fn validate_template(template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_pod_template(template, at, errors);
}
