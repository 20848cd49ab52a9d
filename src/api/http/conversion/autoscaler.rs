//! HorizontalPodAutoscalers of autoscaling/v1 and v2beta1 (`pkg/apis/autoscaling/v1/conversion.go`,
//! `pkg/apis/autoscaling/v2beta1/conversion.go`). What v1 has no fields for, it carries in annotations.

use super::{Conversion, metrics};
use crate::map;
use crate::object::{Object, Value, literal};

const METRICS: &str = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR: &str = "autoscaling.alpha.kubernetes.io/behavior";
const CURRENT_METRICS: &str = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS: &str = "autoscaling.alpha.kubernetes.io/conditions";

/// autoscaling/v1.
pub(super) static V1: Conversion = Conversion {
    to_stored: |scaler| {
        stored_from_v1(scaler);
        Ok(())
    },
    to_served: served_in_v1,
};

/// autoscaling/v2beta1.
pub(super) static V2BETA1: Conversion = Conversion {
    to_stored: |scaler| {
        for (part, field, change) in [
            ("spec", "metrics", metrics::wanted_from_flat as fn(&Value) -> Value),
            ("status", "currentMetrics", metrics::seen_from_flat),
        ] {
            change_field(scaler, part, field, change);
        }
        Ok(())
    },
    to_served: |scaler| {
        change_field(scaler, "spec", "metrics", metrics::wanted_to_flat);
        change_field(scaler, "status", "currentMetrics", metrics::seen_to_flat);
    },
};

fn change_field(scaler: &mut Object, part: &str, field: &'static str, change: fn(&Value) -> Value) {
    if !scaler.body[part][field].items().is_empty() {
        let changed = change(&scaler.body[part][field]);
        scaler.body.entry(part).set(field, changed);
    }
}

/// The share of the processor that a metric asks for, if it is that metric.
fn cpu_utilization<'a>(metric: &'a Value, amounts: &str) -> Option<&'a Value> {
    let source = &metric["resource"];
    let is_cpu = metric["type"].as_str() == Some("Resource") && source["name"].as_str() == Some("cpu");
    Some(&source[amounts]["averageUtilization"]).filter(|it| is_cpu && !it.is_null())
}

fn cpu_metric(amounts: &'static str, utilization: Value) -> Value {
    let mut target = map! { "averageUtilization" => utilization };
    if amounts == "target" {
        target.insert(literal!("type"), literal!("Utilization"));
    }
    let mut source = map! { "name" => "cpu" };
    source.insert(amounts, target);
    Value::Map(map! { "type" => "Resource", "resource" => source })
}

/// Takes an annotation off and reads it.
fn take(scaler: &mut Object, annotation: &str) -> Option<Value> {
    let text = scaler.meta.annotations.remove(annotation)?;
    Value::from_json(text.str_or_empty().as_bytes()).ok()
}

fn stored_from_v1(scaler: &mut Object) {
    let mut wanted: Vec<Value> = match take(scaler, METRICS) {
        Some(written) => metrics::wanted_from_flat(&written).items().to_vec(),
        None => Vec::new(),
    };
    let target = scaler.body.get_mut("spec").and_then(|spec| spec.remove("targetCPUUtilizationPercentage"));
    wanted.extend(target.map(|it| cpu_metric("target", it)));
    if !wanted.is_empty() {
        scaler.spec_mut().set(literal!("metrics"), wanted);
    }
    if let Some(behavior) = take(scaler, BEHAVIOR) {
        scaler.spec_mut().set(literal!("behavior"), behavior);
    }
    let mut seen: Vec<Value> = match take(scaler, CURRENT_METRICS) {
        Some(written) => metrics::seen_from_flat(&written).items().to_vec(),
        None => Vec::new(),
    };
    let current = scaler.body.get_mut("status").and_then(|status| status.remove("currentCPUUtilizationPercentage"));
    if seen.is_empty() {
        seen.extend(current.map(|it| cpu_metric("current", it)));
    }
    if !seen.is_empty() {
        scaler.status_mut().set(literal!("currentMetrics"), seen);
    }
    if let Some(conditions) = take(scaler, CONDITIONS) {
        scaler.status_mut().set(literal!("conditions"), conditions);
    }
}

fn served_in_v1(scaler: &mut Object) {
    let remove = |scaler: &mut Object, part: &str, field: &str| {
        let part = scaler.body.get_mut(part).filter(|it| !it.is_null());
        part.and_then(|it| it.remove(field)).unwrap_or_default()
    };
    let wanted = remove(scaler, "spec", "metrics");
    if let Some(utilization) = wanted.items().iter().find_map(|it| cpu_utilization(it, "target")) {
        scaler.spec_mut().set(literal!("targetCPUUtilizationPercentage"), utilization);
    }
    let others = wanted.items().iter().filter(|it| cpu_utilization(it, "target").is_none());
    let others = metrics::wanted_to_flat(&Value::list(others));
    let behavior = remove(scaler, "spec", "behavior");
    let seen = remove(scaler, "status", "currentMetrics");
    if let Some(utilization) = seen.items().iter().find_map(|it| cpu_utilization(it, "current")) {
        scaler.status_mut().set(literal!("currentCPUUtilizationPercentage"), utilization);
    }
    let conditions = remove(scaler, "status", "conditions");
    // Of these, v1 writes the zeroes (`types.go` has no `omitempty` for them).
    let status = scaler.status_mut();
    status.set_default("currentReplicas", 0_i64);
    status.set_default("desiredReplicas", 0_i64);
    let carried = [
        (METRICS, others),
        (BEHAVIOR, behavior),
        (CURRENT_METRICS, metrics::seen_to_flat(&seen)),
        (CONDITIONS, conditions),
    ];
    for (annotation, value) in carried {
        if !value.is_empty() {
            scaler.meta.set_annotation(annotation, value.to_json());
        }
    }
}
