//! The annotations of a pod that mean something to the kubelet (`ValidatePodSpecificAnnotationUpdates`).

use crate::api::field::{At, ErrorList};
use crate::object::{Map, Meta, Value};

/// The annotation of pods that mirror a kubelet's own.
pub(super) const MIRROR: &str = "kubernetes.io/config.mirror";

/// The prefix of annotations that named AppArmor profiles before there were fields.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// The annotation by which a user says what a pod's deletion costs.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// Checks the annotations of a pod or a pod template that have a form (`ValidatePodSpecificAnnotations`).
pub(super) fn validate_specific(annotations: &Map, spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if annotations.is_empty() {
        return;
    }
    if let Some(value) = annotations.get(MIRROR)
        && spec["nodeName"].is_empty()
    {
        errors.invalid(&at.key(MIRROR), value.str_or_empty(), "must set spec.nodeName if mirror pod annotation is set");
    }
    if let Some(cost) = annotations.get(DELETION_COST).map(Value::str_or_empty)
        && !is_cost(cost)
    {
        errors.invalid(&at.key(DELETION_COST), cost, "must be a 32bit integer");
    }
}

/// A number of 32 bits without a plus sign or leading zeros.
fn is_cost(text: &str) -> bool {
    (text == "0" || !text.starts_with(['0', '+'])) && text.parse::<i32>().is_ok()
}

/// These annotations stay what they were when the pod was made.
pub(super) fn validate_update(new: &Meta, old: &Meta, errors: &mut ErrorList) {
    if new.annotations.is_shared_with(&old.annotations) {
        return;
    }
    let metadata = At::new("metadata");
    let at = metadata.child("annotations");
    // A pod that has a wrong cost already may keep or change it.
    let cost = new.annotations.get(DELETION_COST).map(Value::str_or_empty);
    let was_wrong = old.annotations.get(DELETION_COST).is_some_and(|it| !is_cost(it.str_or_empty()));
    if let Some(cost) = cost.filter(|it| !was_wrong && !is_cost(it)) {
        errors.invalid(&at.key(DELETION_COST), cost, "must be a 32bit integer");
    }
    let what = |key: &str| match key {
        MIRROR => Some("mirror pod annotation"),
        _ if key.starts_with(APP_ARMOR) => Some("AppArmor annotations"),
        _ => None,
    };
    for (key, value) in old.annotations.iter() {
        if let Some(what) = what(key).filter(|_| &new.annotations[key.as_str()] != value) {
            errors.forbidden(&at.key(key), format!("may not remove or update {what}"));
        }
    }
    for (key, _) in new.annotations.iter() {
        if let Some(what) = what(key).filter(|_| !old.annotations.contains_key(key)) {
            errors.forbidden(&at.key(key), format!("may not add {what}"));
        }
    }
}
