//! The rules of ReplicationControllers (`pkg/apis/core/v1/defaults.go`, `pkg/apis/core/validation/validation.go`,
//! `pkg/registry/core/replicationcontroller/strategy.go`).

use super::Strategy;
use super::amounts::refuse_negative;
use super::apps::{validate_replica_set_status, validate_template_of_replicas};
use super::pod::default_pod_template;
use crate::api::field::{At, ErrorList};
use crate::map;
use crate::object::{Map, Object, Value, literal, matches_label_selector};

/// The rules of ReplicationControllers.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |controller| {
        controller.meta.generation = 1;
        controller.body.insert(literal!("status"), map! { "replicas" => 0_i64 });
    },
    validate: |controller| {
        let mut errors = ErrorList::new();
        validate_spec(controller.spec(), &mut errors);
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
            // It is checked as a new one and again as a changed one.
            validate_spec(new.spec(), &mut errors);
            let again = errors.clone();
            errors.extend(again);
        }
        errors
    },
    prepare_status_update: |controller, _| {
        controller.status_mut().set_default("replicas", 0_i64);
    },
    validate_status_update: |new, _| validate_replica_set_status(new.status()),
    ..Strategy::PLAIN
};

/// Without labels and a selector, a controller has those of its template.
fn default(controller: &mut Object) {
    if !controller.spec()["template"].is_null() {
        default_pod_template(controller.spec_mut().field_mut("template"));
    }
    let labels = controller.spec().at(&["template", "metadata", "labels"]).as_map().cloned().unwrap_or_default();
    if !labels.is_empty() {
        if controller.spec()["selector"].is_empty() {
            controller.spec_mut().set("selector", Value::Map(labels.clone()));
        }
        if controller.meta.labels.is_empty() {
            controller.meta.labels = labels;
        }
    }
    controller.spec_mut().set_default("replicas", 1_i64);
}

fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    refuse_negative(spec, &["minReadySeconds"], &at, errors);
    let (selector, template) = (&spec["selector"], &spec["template"]);
    if selector.is_empty() {
        errors.required(&at.child("selector"), "");
    }
    refuse_negative(spec, &["replicas"], &at, errors);
    let at = at.child("template");
    if template.is_null() {
        return errors.required(&at, "");
    }
    let wanted = Value::Map(map! { "matchLabels" => selector });
    let labels = template.at(&["metadata", "labels"]);
    if !selector.is_empty() && !matches_label_selector(&wanted, labels.as_map().unwrap_or(&Map::new())) {
        let metadata = at.child("metadata");
        errors.invalid(&metadata.child("labels"), labels, "`selector` does not match template `labels`");
    }
    validate_template_of_replicas(template, "ReplicationController", &at, errors);
}
