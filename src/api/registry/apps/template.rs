//! What workloads with replicas check alike: the selector and the pod template.

use crate::api::field::{At, ErrorList};
use crate::api::registry::pod::validate_pod_template;
use crate::api::registry::selector::validate_label_selector;
use crate::object::{Map, Value, matches_label_selector};

/// Checks `spec.selector`: it is there, it is one, and it is not empty. Tells whether it can be used.
pub(super) fn validate_selector(spec: &Value, owner: &str, errors: &mut ErrorList) -> bool {
    let root = At::new("spec");
    let at = root.child("selector");
    let selector = &spec["selector"];
    if selector.is_null() {
        errors.required(&at, "");
        return true;
    }
    let before = errors.len();
    validate_label_selector(selector, &at, errors);
    let is_sound = errors.len() == before;
    if selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty() {
        errors.invalid(&at, selector, format!("empty selector is invalid for {owner}"));
    }
    is_sound
}

/// Refuses a template that the selector does not select; an empty selector is refused elsewhere.
pub(super) fn validate_selected(selector: &Value, template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let is_empty = !selector.is_null() && selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty();
    let labels = &template["metadata"]["labels"];
    if !is_empty && !matches_label_selector(selector, labels.as_map().unwrap_or(&Map::new())) {
        let metadata = at.child("metadata");
        errors.invalid(&metadata.child("labels"), labels, "`selector` does not match template `labels`");
    }
}

/// Checks a pod template whose pods are kept running by a workload of the kind `owner`.
pub fn validate_template_of_replicas(template: &Value, owner: &str, at: &At<'_>, errors: &mut ErrorList) {
    validate_pod_template(template, at, errors);
    validate_keeps_running(template, owner, at, errors);
}

/// Refuses templates whose pods would end by themselves.
pub(super) fn validate_keeps_running(template: &Value, owner: &str, at: &At<'_>, errors: &mut ErrorList) {
    let spec = at.child("spec");
    let restart = template["spec"]["restartPolicy"].str_or_empty();
    if restart != "Always" {
        errors.not_supported(&spec.child("restartPolicy"), restart, &["Always"]);
    }
    if !template["spec"]["activeDeadlineSeconds"].is_null() {
        let detail = format!("activeDeadlineSeconds in {owner} is not Supported");
        errors.forbidden(&spec.child("activeDeadlineSeconds"), detail);
    }
}
