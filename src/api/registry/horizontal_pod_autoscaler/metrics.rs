//! What an autoscaler aims at (`validateMetrics`).

use super::validate_reference;
use crate::api::field::{At, ErrorList};
use crate::api::registry::syntax;
use crate::object::{Quantity, Value};

const TYPES: [&str; 5] = ["ContainerResource", "External", "Object", "Pods", "Resource"];
/// The fields of the sources, in the order in which they are looked for.
const SOURCES: [&str; 5] = ["object", "external", "pods", "resource", "containerResource"];

/// Checks every metric. Scaling to nothing needs one that says when to come back.
pub(super) fn validate(metrics: &Value, min: Option<i64>, at: &At<'_>, errors: &mut ErrorList) {
    for (i, metric) in metrics.items().iter().enumerate() {
        validate_metric(metric, &at.index(i), errors);
    }
    let wakes = |metric: &Value| matches!(metric["type"].str_or_empty(), "Object" | "External");
    if min == Some(0) && !metrics.items().iter().any(wakes) {
        let detail = "must specify at least one Object or External metric to support scaling to zero replicas";
        errors.forbidden(at, detail);
    }
}

fn validate_metric(metric: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let kind = metric["type"].str_or_empty();
    let is_known = TYPES.contains(&kind);
    if kind.is_empty() {
        errors.required(&at.child("type"), "must specify a metric source type");
    }
    if !is_known {
        errors.not_supported(&at.child("type"), kind, &TYPES);
    }
    let present: Vec<&str> = SOURCES.into_iter().filter(|it| !metric[*it].is_null()).collect();
    if let Some(first) = present.first() {
        validate_source(first, &metric[*first], &at.child(first), errors);
    }
    let expected = SOURCES.into_iter().find(|it| it.eq_ignore_ascii_case(kind)).unwrap_or_default();
    if !is_known {
        errors.not_supported(&at.child("type"), kind, &TYPES);
    } else if metric[expected].is_null() {
        errors.required(&at.child(expected), "must populate information for the given metric source");
    }
    if present.len() != 1 {
        for other in present.iter().filter(|it| **it != expected) {
            errors.forbidden(&at.child(other), "must populate the given metric source only");
        }
    }
}

fn validate_source(kind: &str, source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let target_at = at.child("target");
    let target = &source["target"];
    let has = |field: &str| !target[field].is_null();
    match kind {
        "object" => {
            validate_reference(&source["describedObject"], true, false, &at.child("describedObject"), errors);
            validate_name(&source["metric"], &at.child("metric"), errors);
        }
        "external" | "pods" => validate_name(&source["metric"], &at.child("metric"), errors),
        _ => validate_resource(kind, source, at, errors),
    }
    validate_target(target, &target_at, errors);
    let (average, both) = match kind {
        "object" => return require(has("value") || has("averageValue"), &target_at, "averageValue", OBJECT, errors),
        "pods" => return require(has("averageValue"), &target_at, "averageValue", PODS, errors),
        "external" => {
            require(has("value") || has("averageValue"), &target_at, "averageValue", EXTERNAL, errors);
            ("value", "may not set both a target value for metric and a per-pod target")
        }
        _ => {
            let has_any = has("averageUtilization") || has("averageValue");
            require(has_any, &target_at, "averageUtilization", RESOURCE, errors);
            ("averageUtilization", "may not set both a target raw value and a target utilization")
        }
    };
    if has(average) && has("averageValue") {
        let wrong = if kind == "external" { "value" } else { "averageValue" };
        errors.forbidden(&target_at.child(wrong), both);
    }
}

const OBJECT: &str = "must set either a target value or averageValue";
const PODS: &str = "must specify a positive target averageValue";
const EXTERNAL: &str = "must set either a target value for metric or a per-pod target";
const RESOURCE: &str = "must set either a target raw value or a target utilization";

fn require(is_there: bool, at: &At<'_>, field: &str, detail: &str, errors: &mut ErrorList) {
    if !is_there {
        errors.required(&at.child(field), detail);
    }
}

fn validate_resource(kind: &str, source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if source["name"].str_or_empty().is_empty() {
        errors.required(&at.child("name"), "must specify a resource name");
    }
    if kind != "containerResource" {
        return;
    }
    let container = source["container"].str_or_empty();
    if container.is_empty() {
        return errors.required(&at.child("container"), "must specify a container");
    }
    for wrong in syntax::dns_label(container) {
        errors.invalid(&at.child("container"), container, wrong);
    }
}

fn validate_name(metric: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let name = metric["name"].str_or_empty();
    if name.is_empty() {
        errors.required(&at.child("name"), "must specify a metric name");
    }
    for wrong in syntax::path_segment(name) {
        errors.invalid(&at.child("name"), name, wrong);
    }
}

fn validate_target(target: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let kind = target["type"].str_or_empty();
    if kind.is_empty() {
        errors.required(&at.child("type"), "must specify a metric target type");
    }
    if !matches!(kind, "Utilization" | "Value" | "AverageValue") {
        errors.invalid(&at.child("type"), kind, "must be either Utilization, Value, or AverageValue");
    }
    for field in ["value", "averageValue"] {
        let is_positive = |it: Quantity| !it.is_zero() && !it.is_negative();
        if !target[field].is_null() && !Quantity::from_value(&target[field]).is_ok_and(is_positive) {
            errors.invalid(&at.child(field), &target[field], "must be positive");
        }
    }
    if let Some(percent) = target["averageUtilization"].as_i64().filter(|it| *it < 1) {
        errors.invalid(&at.child("averageUtilization"), percent, "must be greater than 0");
    }
}
