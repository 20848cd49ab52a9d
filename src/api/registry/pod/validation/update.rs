//! What may change of a pod once it is there (`ValidatePodUpdate`, `ValidateContainerUpdates`).

use super::gated;
use super::{SPEC, annotations, format, validate_spec, validate_tolerations};
use crate::api::field::{At, ErrorList};
use crate::api::registry::pod::go_form::spec_difference;
use crate::object::{Object, Value, literal};

/// The fields that a pod's author may change, as the refusal of any other change lists them.
const CHANGEABLE: [&str; 5] = [
    "`spec.containers[*].image`",
    "`spec.initContainers[*].image`",
    "`spec.activeDeadlineSeconds`",
    "`spec.tolerations` (only additions to existing tolerations)",
    "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

/// Checks a changed pod against the stored one, all but its metadata.
///
/// A spec that both share was checked when it came.
pub fn validate_pod_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let is_same_spec = new.spec().is_same(old.spec());
    if !is_same_spec {
        validate_spec(new, &mut errors);
    }
    annotations::validate_update(&new.meta, &old.meta, &mut errors);
    if !is_same_spec {
        validate_changes(new.spec(), old.spec(), &mut errors);
    }
    errors
}

fn validate_changes(new: &Value, old: &Value, errors: &mut ErrorList) {
    for list in ["containers", "initContainers"] {
        if !validate_images(&new[list], &old[list], &SPEC.child(list), errors) {
            return;
        }
    }
    if !validate_deadline(&new["activeDeadlineSeconds"], &old["activeDeadlineSeconds"], errors) {
        return;
    }
    validate_added_tolerations(&new["tolerations"], &old["tolerations"], errors);
    gated::validate_removed_gates(new, old, errors);
    let mut rest = without_changeable(new, old);
    if !old["schedulingGates"].items().is_empty() {
        gated::validate_narrowing(&mut rest, old, errors);
    }
    if !rest.is_same(old) {
        let difference = spec_difference(old, &rest);
        let detail = format!("pod updates may not change fields other than {}\n{difference}", CHANGEABLE.join(","));
        errors.forbidden(&SPEC, detail);
    }
}

/// Checks the images of a list of containers; false if it has not the same length, so that no comparison makes sense.
fn validate_images(new: &Value, old: &Value, at: &At<'_>, errors: &mut ErrorList) -> bool {
    if new.items().len() != old.items().len() {
        errors.forbidden(at, "pod updates may not add or remove containers");
        return false;
    }
    for (i, container) in new.items().iter().enumerate() {
        let image = container["image"].str_or_empty();
        let container_at = at.index(i);
        if image.is_empty() {
            errors.required(&container_at.child("image"), "");
        }
        if image.trim().len() != image.len() {
            errors.invalid(&container_at.child("image"), image, "must not have leading or trailing whitespace");
        }
    }
    true
}

/// A deadline may be set and lowered; false if the rest is not worth a look.
fn validate_deadline(new: &Value, old: &Value, errors: &mut ErrorList) -> bool {
    let at = SPEC.child("activeDeadlineSeconds");
    let (Some(seconds), before) = (new.as_i64(), old.as_i64()) else {
        if !old.is_null() {
            errors.invalid(&at, Value::Null, "must not update from a positive integer to nil value");
        }
        return true;
    };
    let max = i64::from(i32::MAX);
    if !(0..=max).contains(&seconds) {
        errors.invalid(&at, seconds, format::range_text(0, max));
        return false;
    }
    if before.is_some_and(|before| before < seconds) {
        errors.invalid(&at, seconds, "must be less than or equal to previous value");
        return false;
    }
    true
}

/// Tolerations may come, and those that are there may last longer or shorter.
fn validate_added_tolerations(new: &Value, old: &Value, errors: &mut ErrorList) {
    let at = SPEC.child("tolerations");
    let is_kept = |old: &Value| {
        let same = |field: &str, new: &Value| new[field].str_or_empty() == old[field].str_or_empty();
        new.items().iter().any(|it| ["key", "operator", "value", "effect"].iter().all(|field| same(field, it)))
    };
    if !old.items().iter().all(is_kept) {
        errors.forbidden(&at, "existing toleration can not be modified except its tolerationSeconds");
        return;
    }
    validate_tolerations(new, &at, errors);
}

/// The new spec with what may change put back to what it was.
fn without_changeable(new: &Value, old: &Value) -> Value {
    let mut rest = new.clone();
    for list in ["containers", "initContainers"] {
        if new[list].is_same(&old[list]) {
            continue;
        }
        for (container, before) in rest.field_mut(list).items_mut().iter_mut().zip(old[list].items()) {
            put_back(container, before, "image");
        }
    }
    for field in ["activeDeadlineSeconds", "schedulingGates", "tolerations"] {
        put_back(&mut rest, old, field);
    }
    let grace = literal!("terminationGracePeriodSeconds");
    if old[&*grace].as_i64().is_some_and(|it| it < 0) && rest[&*grace].as_i64() == Some(1) {
        put_back(&mut rest, old, &grace);
    }
    rest
}

/// Gives `field` the value it had, or takes it away if there was none.
pub(super) fn put_back(rest: &mut Value, old: &Value, field: &str) {
    if rest[field].is_same(&old[field]) {
        return;
    }
    if old[field].is_null() {
        rest.remove(field);
    } else {
        rest.set(field, &old[field]);
    }
}
