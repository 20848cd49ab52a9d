//! The rules of HorizontalPodAutoscalers in the form of autoscaling/v2 (`pkg/apis/autoscaling/v2/defaults.go`,
//! `pkg/apis/autoscaling/validation/validation.go`, `pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go`).

mod behavior;
mod metrics;
#[cfg(test)]
mod tests;

use super::Strategy;
use super::amounts::refuse_negative;
use super::syntax;
use crate::api::field::{At, ErrorList};
use crate::map;
use crate::object::{Object, Value, literal};

/// The processor time, in percent of what is requested, that an autoscaler without metrics aims at.
const DEFAULT_UTILIZATION: i64 = 80;

/// The rules of HorizontalPodAutoscalers.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |scaler| {
        scaler.body.insert(literal!("status"), Value::empty_map());
        default_status(scaler);
    },
    validate: |scaler| {
        let mut errors = ErrorList::new();
        validate_spec(scaler.spec(), 1, false, &mut errors);
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if !new.spec().is_same(old.spec()) {
            let lowest = i64::from(old.spec()["minReplicas"].as_i64() != Some(0));
            let had_bad_target = api_version_error(&old.spec()["scaleTargetRef"], false).is_some();
            validate_spec(new.spec(), lowest, had_bad_target, &mut errors);
        }
        errors
    },
    prepare_status_update: |scaler, _| default_status(scaler),
    validate_status_update: |new, _| {
        let mut errors = ErrorList::new();
        refuse_negative(new.status(), &["currentReplicas", "desiredReplicas"], &At::new("status"), &mut errors);
        errors
    },
    ..Strategy::PLAIN
};

fn default(scaler: &mut Object) {
    let spec = scaler.spec_mut();
    spec.set_default("minReplicas", 1_i64);
    if spec["metrics"].items().is_empty() {
        let target = map! { "averageUtilization" => DEFAULT_UTILIZATION, "type" => "Utilization" };
        let source = map! { "name" => "cpu", "target" => target };
        spec.set("metrics", Value::list([Value::Map(map! { "resource" => source, "type" => "Resource" })]));
    }
    if !spec["behavior"].is_null() {
        behavior::default(spec.field_mut("behavior"));
    }
}

/// Go writes these even when there is nothing to tell.
fn default_status(scaler: &mut Object) {
    let status = scaler.status_mut();
    status.set_default("desiredReplicas", 0_i64);
    if status["currentMetrics"].is_null() {
        status.set("currentMetrics", Value::Null);
    }
}

fn validate_spec(spec: &Value, lowest: i64, allows_any_version: bool, errors: &mut ErrorList) {
    let at = At::new("spec");
    let min = spec["minReplicas"].as_i64();
    let max = spec["maxReplicas"].as_i64().unwrap_or(0);
    if let Some(min) = min.filter(|it| *it < lowest) {
        errors.invalid(&at.child("minReplicas"), min, format!("must be greater than or equal to {lowest}"));
    }
    let max_at = at.child("maxReplicas");
    if max == 0 {
        errors.required(&max_at, "must be set and greater than 0");
    } else if max < 1 {
        errors.invalid(&max_at, max, "must be greater than 0");
    }
    if min.is_some_and(|min| max < min) {
        errors.invalid(&max_at, max, "must be greater than or equal to `minReplicas`");
    }
    let target = &spec["scaleTargetRef"];
    let is_core = target["kind"].as_str() == Some("ReplicationController");
    validate_reference(target, is_core, allows_any_version, &at.child("scaleTargetRef"), errors);
    metrics::validate(&spec["metrics"], min, &at.child("metrics"), errors);
    behavior::validate(&spec["behavior"], &at.child("behavior"), errors);
}

/// Checks what a reference leads to (`ValidateCrossVersionObjectReference`).
fn validate_reference(
    reference: &Value,
    allows_core: bool,
    allows_any_version: bool,
    at: &At<'_>,
    errors: &mut ErrorList,
) {
    for field in ["kind", "name"] {
        let text = reference[field].str_or_empty();
        if text.is_empty() {
            errors.required(&at.child(field), "");
        }
        for wrong in syntax::path_segment(text) {
            errors.invalid(&at.child(field), text, wrong);
        }
    }
    if allows_any_version {
        return;
    }
    if let Some(wrong) = api_version_error(reference, allows_core) {
        errors.invalid(&at.child("apiVersion"), reference["apiVersion"].str_or_empty(), wrong);
    }
}

fn api_version_error(reference: &Value, allows_core: bool) -> Option<String> {
    let text = reference["apiVersion"].str_or_empty();
    let group = match text.matches('/').count() {
        0 => "",
        1 => text.split('/').next().unwrap_or_default(),
        _ => return Some(format!("unexpected GroupVersion string: {text}")),
    };
    (group.is_empty() && !allows_core).then(|| "apiVersion must specify API group".to_owned())
}
