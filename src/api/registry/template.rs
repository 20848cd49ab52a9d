//! Pod templates as part of a controller's object.

use super::metadata::{validate_annotations, validate_labels};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Fills in what a pod template leaves open (`SetDefaults_PodSpec` in `pkg/apis/core/v1/defaults.go`).
pub(super) fn default_template(template: &mut Value) {
    let spec = template.field_mut("spec");
    spec.set_default("restartPolicy", "Always");
    spec.set_default("terminationGracePeriodSeconds", 30_i64);
    spec.set_default("dnsPolicy", "ClusterFirst");
    spec.set_default("schedulerName", "default-scheduler");
    spec.set_default("securityContext", Value::empty_map());
}

/// Checks a pod template at `at` (`ValidatePodTemplateSpec`).
pub(super) fn validate_template(template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if let Some(labels) = template["metadata"]["labels"].as_map() {
        validate_labels(labels, &at.child("labels"), errors);
    }
    if let Some(annotations) = template["metadata"]["annotations"].as_map() {
        validate_annotations(annotations, &at.child("annotations"), errors);
    }
}
