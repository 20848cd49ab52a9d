//! Pod templates (`ValidatePodTemplateSpec`).

use super::{annotations, spec};
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::{validate_annotations, validate_labels};
use crate::object::{Map, Value};

/// Checks the pod template `template` (`metadata` and `spec`) at `at`, as in `spec.template`.
pub fn validate_pod_template(template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_template_metadata(template, at, errors);
    let pod = &template["spec"];
    let spec_at = at.child("spec");
    spec::validate_pod_spec(pod, None, &spec_at, errors);
    if !pod["ephemeralContainers"].items().is_empty() {
        errors.forbidden(&spec_at.child("ephemeralContainers"), "ephemeral containers not allowed in pod template");
    }
}

/// Checks the labels and annotations of a pod template.
pub fn validate_template_metadata(template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let metadata = &template["metadata"];
    if let Some(labels) = metadata["labels"].as_map() {
        validate_labels(labels, &at.child("labels"), errors);
    }
    let none = Map::new();
    let notes = metadata["annotations"].as_map().unwrap_or(&none);
    validate_annotations(notes, &at.child("annotations"), errors);
    annotations::validate_specific(notes, &template["spec"], &at.child("annotations"), errors);
}
