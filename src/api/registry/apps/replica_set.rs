//! The rules of ReplicaSets.

use super::deployment::refuse_other_selector;
use super::template::{validate_selected, validate_selector, validate_template_of_replicas};
use crate::api::field::{At, ErrorList};
use crate::api::registry::Strategy;
use crate::api::registry::amounts::{refuse_above, refuse_negative};
use crate::api::registry::pod::default_pod_template;
use crate::map;
use crate::object::{Value, literal};

/// The rules of ReplicaSets.
pub static REPLICA_SET: Strategy = Strategy {
    default: |set| {
        let spec = set.spec_mut();
        spec.set_default("replicas", 1_i64);
        default_pod_template(spec.field_mut("template"));
    },
    prepare_create: |set| {
        set.meta.generation = 1;
        set.body.insert(literal!("status"), map! { "replicas" => 0_i64 });
    },
    validate: |set| {
        let mut errors = ErrorList::new();
        validate_spec(set.spec(), &mut errors);
        errors
    },
    prepare_update: |new, old| {
        if !new.spec().is_same(old.spec()) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if !new.spec().is_same(old.spec()) {
            validate_spec(new.spec(), &mut errors);
            refuse_other_selector(new, old, &mut errors);
        }
        errors
    },
    prepare_status_update: |set, _| {
        set.status_mut().set_default("replicas", 0_i64);
    },
    validate_status_update: |new, _| validate_status(new.status()),
    ..Strategy::PLAIN
};

fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    refuse_negative(spec, &["replicas", "minReadySeconds"], &at, errors);
    let (selector, template) = (&spec["selector"], &spec["template"]);
    if validate_selector(spec, "deployment", errors) {
        let at = at.child("template");
        validate_selected(selector, template, &at, errors);
        validate_template_of_replicas(template, "ReplicaSet", &at, errors);
    } else {
        errors.invalid(&at.child("selector"), selector, "invalid label selector");
    }
}

/// Checks the status of a ReplicaSet; a ReplicationController has the same.
pub fn validate_status(status: &Value) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("status");
    let parts = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"];
    refuse_negative(status, &["replicas"], &at, &mut errors);
    refuse_negative(status, &parts, &at, &mut errors);
    refuse_negative(status, &["observedGeneration", "terminatingReplicas"], &at, &mut errors);
    refuse_above(status, &parts, ("replicas", "status.replicas"), &at, &mut errors);
    refuse_above(status, &["availableReplicas"], ("readyReplicas", "readyReplicas"), &at, &mut errors);
    errors
}
