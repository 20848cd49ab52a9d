//! The rules of Deployments.

use super::template::{validate_selected, validate_selector, validate_template_of_replicas};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::Strategy;
use crate::api::registry::amounts::{
    amount, refuse_above, refuse_fewer_collisions, refuse_negative, validate_at_most_100_percent,
    validate_number_or_percent,
};
use crate::api::registry::metadata::IMMUTABLE;
use crate::api::registry::pod::default_pod_template;
use crate::object::{Object, Value, literal};

/// The rules of Deployments.
pub static DEPLOYMENT: Strategy = Strategy {
    default,
    prepare_create: |deployment| {
        deployment.meta.generation = 1;
        deployment.body.insert(literal!("status"), Value::empty_map());
    },
    validate: |deployment| {
        let mut errors = ErrorList::new();
        validate_spec(deployment.spec(), &mut errors);
        errors
    },
    // Annotations are handed on to ReplicaSets, so that they count as well.
    prepare_update: |new, old| {
        if new.spec() != old.spec() || new.meta.annotations != old.meta.annotations {
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
    read_back: |_| {},
    by_precedent: None,
    prepare_status_update: |new, old| new.meta.labels = old.meta.labels.clone(),
    validate_status_update,
};

/// Refuses another selector than the stored one.
pub(super) fn refuse_other_selector(new: &Object, old: &Object, errors: &mut ErrorList) {
    if !new.spec()["selector"].is_same(&old.spec()["selector"]) {
        errors.invalid(&At::new("spec").child("selector"), &new.spec()["selector"], IMMUTABLE);
    }
}

fn default(deployment: &mut Object) {
    let spec = deployment.spec_mut();
    spec.set_default("replicas", 1_i64);
    default_pod_template(spec.field_mut("template"));
    let strategy = spec.field_mut("strategy");
    if strategy["type"].str_or_empty().is_empty() {
        strategy.set(literal!("type"), literal!("RollingUpdate"));
    }
    if strategy["type"].as_str() == Some("RollingUpdate") {
        let rolling = strategy.field_mut("rollingUpdate");
        rolling.set_default("maxUnavailable", literal!("25%"));
        rolling.set_default("maxSurge", literal!("25%"));
    }
    spec.set_default("revisionHistoryLimit", 10_i64);
    spec.set_default("progressDeadlineSeconds", 600_i64);
}

fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    refuse_negative(spec, &["replicas"], &at, errors);
    let (selector, template) = (&spec["selector"], &spec["template"]);
    if validate_selector(spec, "deployment", errors) {
        let at = at.child("template");
        validate_selected(selector, template, &at, errors);
        validate_template_of_replicas(template, "ReplicaSet", &at, errors);
    } else {
        errors.invalid(&at.child("selector"), selector, "invalid label selector");
    }
    validate_strategy(&spec["strategy"], &at.child("strategy"), errors);
    refuse_negative(spec, &["minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"], &at, errors);
    let min_ready = spec["minReadySeconds"].as_i64().unwrap_or(0);
    if let Some(deadline) = spec["progressDeadlineSeconds"].as_i64().filter(|it| *it <= min_ready) {
        errors.invalid(&at.child("progressDeadlineSeconds"), deadline, "must be greater than minReadySeconds");
    }
}

fn validate_strategy(strategy: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let rolling = &strategy["rollingUpdate"];
    let rolling_at = at.child("rollingUpdate");
    match strategy["type"].str_or_empty() {
        "Recreate" if rolling.is_null() => {}
        "Recreate" => errors.forbidden(&rolling_at, "may not be specified when strategy `type` is 'Recreate'"),
        "RollingUpdate" if rolling.is_null() => {
            errors.required(&rolling_at, "this should be defaulted and never be nil");
        }
        "RollingUpdate" => validate_rolling_update(rolling, &rolling_at, errors),
        _ => errors.add(FieldError {
            wrong: Wrong::NotSupported,
            field: at.to_string(),
            shown: strategy_in_go(strategy),
            detail: "supported values: \"Recreate\", \"RollingUpdate\"".to_owned(),
        }),
    }
}

/// The strategy as the API server has it in memory.
fn strategy_in_go(strategy: &Value) -> String {
    let rolling = &strategy["rollingUpdate"];
    let or_zero = |field: &str| if rolling[field].is_null() { "0".to_owned() } else { rolling[field].to_json() };
    let shown = if rolling.is_null() {
        "null".to_owned()
    } else {
        format!("{{\"MaxUnavailable\":{},\"MaxSurge\":{}}}", or_zero("maxUnavailable"), or_zero("maxSurge"))
    };
    format!("{{\"Type\":{},\"RollingUpdate\":{shown}}}", Value::from(strategy["type"].str_or_empty()).to_json())
}

fn validate_rolling_update(rolling: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (unavailable, surge) = (&rolling["maxUnavailable"], &rolling["maxSurge"]);
    let unavailable_at = at.child("maxUnavailable");
    validate_number_or_percent(unavailable, &unavailable_at, errors);
    validate_number_or_percent(surge, &at.child("maxSurge"), errors);
    if amount(unavailable) == 0 && amount(surge) == 0 {
        errors.invalid(&unavailable_at, unavailable, "may not be 0 when `maxSurge` is 0");
    }
    validate_at_most_100_percent(unavailable, &unavailable_at, errors);
}

fn validate_status_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (status, at) = (new.status(), At::new("status"));
    let counts = [
        "observedGeneration",
        "replicas",
        "updatedReplicas",
        "readyReplicas",
        "availableReplicas",
        "unavailableReplicas",
        "terminatingReplicas",
        "collisionCount",
    ];
    refuse_negative(status, &counts, &at, &mut errors);
    let parts = ["updatedReplicas", "readyReplicas", "availableReplicas"];
    refuse_above(status, &parts, ("replicas", "status.replicas"), &at, &mut errors);
    refuse_above(status, &["availableReplicas"], ("readyReplicas", "readyReplicas"), &at, &mut errors);
    refuse_fewer_collisions(status, old.status(), &at, &mut errors);
    errors
}
