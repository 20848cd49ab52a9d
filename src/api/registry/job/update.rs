//! What of a Job may change (`ValidateJobUpdate` in `pkg/apis/batch/validation/validation.go`).

use super::CONTROLLER_UID;
use super::go_types::{FAILURE_POLICY, SUCCESS_POLICY};
use super::spec::{is_indexed, validate_job, validate_spec};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::metadata::IMMUTABLE;
use crate::api::registry::pod::go_form::{Shape, Type, invalid_as};
use crate::api::registry::pod::template_in_go;
use crate::object::{Object, Value};

/// Checks a changed Job against the stored one.
pub(super) fn validate_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if new.spec().is_same(old.spec()) {
        return errors;
    }
    let has_prefixed = !old.spec().at(&["template", "metadata", "labels", &CONTROLLER_UID[0]]).is_null();
    errors.extend(validate_job(new, has_prefixed));
    validate_spec(new.spec(), &mut errors);
    let at = At::new("spec");
    let immutable = |field: &str, errors: &mut ErrorList| {
        let (new, old) = (&new.spec()[field], &old.spec()[field]);
        if !new.is_same(old) {
            errors.invalid(&at.child(field), new, IMMUTABLE);
        }
    };
    validate_completions(new.spec(), old.spec(), &mut errors);
    immutable("selector", &mut errors);
    let template = &new.spec()["template"];
    let is_fresh = old.spec()["suspend"].is_true() && old.status()["startTime"].is_null();
    let allowed =
        if is_fresh { with_what_may_change(&old.spec()["template"], template) } else { old.spec()["template"].clone() };
    if !template.is_same(&allowed) {
        errors.add(FieldError {
            wrong: Wrong::Invalid,
            field: at.child("template").to_string(),
            shown: template_in_go(template),
            detail: IMMUTABLE.to_owned(),
        });
    }
    immutable("completionMode", &mut errors);
    validate_policy(new, old, "podFailurePolicy", &FAILURE_POLICY, &mut errors);
    immutable("backoffLimitPerIndex", &mut errors);
    immutable("managedBy", &mut errors);
    validate_policy(new, old, "successPolicy", &SUCCESS_POLICY, &mut errors);
    errors
}

/// A policy stays what it was; the error shows it as the server holds it.
fn validate_policy(new: &Object, old: &Object, field: &'static str, ty: &'static Type, errors: &mut ErrorList) {
    let policy = &new.spec()[field];
    if !policy.is_same(&old.spec()[field]) {
        let at = At::new("spec");
        errors.add(invalid_as(Shape::StructPointer(ty), policy, &at.child(field), IMMUTABLE));
    }
}

fn validate_completions(new: &Value, old: &Value, errors: &mut ErrorList) {
    let spec = At::new("spec");
    let at = spec.child("completions");
    let completions = &new["completions"];
    if completions.is_same(&old["completions"]) {
        return;
    }
    if !is_indexed(new) {
        errors.invalid(&at, completions, IMMUTABLE);
    } else if !completions.is_null() && completions != &new["parallelism"] {
        errors.invalid(&at, completions, "can only be modified in tandem with spec.parallelism");
    }
}

/// `old` with the scheduling directives and the containers' resources of `new`: those may change while a Job is suspended.
/// The controller takes the start time away with the last pod, so that it has none then.
fn with_what_may_change(old: &Value, new: &Value) -> Value {
    let mut out = old.clone();
    for (part, fields) in [
        ("metadata", &["annotations", "labels"][..]),
        ("spec", &["nodeSelector", "tolerations", "schedulingGates"][..]),
    ] {
        for field in fields {
            take(&mut out, new, part, field);
        }
    }
    for list in ["initContainers", "containers"] {
        let containers = new["spec"][list].items();
        if containers.len() == old["spec"][list].items().len() && !containers.is_empty() {
            let own = out.field_mut("spec").field_mut(list).items_mut();
            own.iter_mut().zip(containers).for_each(|(own, new)| take_resources(own, new));
        }
    }
    let (was, is) = (&old["spec"]["affinity"], &new["spec"]["affinity"]);
    if was.is_same(is) {
        return out;
    }
    let mut affinity = was.clone();
    if is["nodeAffinity"].is_null() {
        affinity.remove("nodeAffinity");
    } else {
        affinity.set("nodeAffinity", &is["nodeAffinity"]);
    }
    if affinity.is_empty() && is.is_null() {
        out.field_mut("spec").remove("affinity");
    } else {
        out.field_mut("spec").set("affinity", affinity);
    }
    out
}

fn take_resources(own: &mut Value, new: &Value) {
    if new["resources"].is_null() {
        own.remove("resources");
    } else {
        own.set("resources", &new["resources"]);
    }
}

fn take(out: &mut Value, new: &Value, part: &str, field: &str) {
    let value = &new[part][field];
    if out[part][field].is_same(value) {
        return;
    }
    if value.is_null() {
        out.field_mut(part).remove(field);
    } else {
        out.field_mut(part).set(field, value);
    }
    // Metadata without anything in it is the same as none.
    if out[part].is_empty() && new[part].is_null() {
        out.remove(part);
    }
}
