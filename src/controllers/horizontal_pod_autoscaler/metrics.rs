//! All metrics of an autoscaler: the one that asks for most wins (`computeReplicasForMetrics` in
//! `pkg/controller/podautoscaler/horizontal.go`).

use std::sync::Arc;

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Quantity, Str, Value};

use super::calculator::{Calculation, Proposal, Silence, Target, Tolerance};
use super::usage::Usage;

/// Why a metric says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// The reason of the condition and the event.
    pub reason: &'static str,
    /// What went wrong.
    pub message: Str,
    /// What was looked for, as the summary of all failures begins.
    pub context: Str,
    /// Whether it will say something as pods grow older.
    pub is_settling: bool,
}

/// What all metrics come to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// How many replicas they ask for and which metric does, unless they say nothing that may be followed.
    pub wanted: Option<(i64, Str)>,
    /// What they were seen to be.
    pub statuses: Vec<Value>,
    /// Those that say nothing.
    pub unknown: Vec<Unknown>,
    /// Whether they will say something else as pods grow older.
    pub is_settling: bool,
}

/// Asks every metric of `scaler`, whose target has `pods` and is to have `current` of them.
pub(super) fn ask(scaler: &Object, pods: &[Arc<Object>], current: i64, now: Time) -> Outcome {
    let metrics = scaler.spec()["metrics"].items();
    let mut outcome = Outcome::default();
    for metric in metrics {
        match ask_one(scaler, metric, pods, current, now) {
            Ok((name, proposal)) => {
                outcome.is_settling |= proposal.is_settling;
                outcome.statuses.push(status_of(metric, &proposal));
                if outcome.wanted.as_ref().is_none_or(|(most, _)| proposal.replicas > *most) {
                    outcome.wanted = Some((proposal.replicas, name));
                }
            }
            Err(unknown) => outcome.unknown.push(unknown),
        }
    }
    // What some metrics do not tell may be what speaks against a scaling down.
    if !outcome.unknown.is_empty() && outcome.wanted.as_ref().is_some_and(|(wanted, _)| *wanted < current) {
        outcome.wanted = None;
    }
    outcome
}

fn ask_one(
    scaler: &Object,
    metric: &Value,
    pods: &[Arc<Object>],
    current: i64,
    now: Time,
) -> Result<(Str, Proposal), Unknown> {
    let kind = metric["type"].str_or_empty();
    if kind != "Resource" {
        return Err(missing_api(kind, metric));
    }
    let resource = metric["resource"]["name"].str_or_empty();
    let wanted = &metric["resource"]["target"];
    let (target, name, noun) = match wanted["averageUtilization"].as_i64() {
        Some(percent) => (
            Target::Utilization(percent),
            format!("{resource} resource utilization (percentage of request)"),
            "utilization",
        ),
        None => {
            let value = Quantity::or_zero(&wanted["averageValue"]).milli_value();
            (Target::AverageValue(value.max(1)), format!("{resource} resource"), "usage")
        }
    };
    let unknown = |why: &str, is_settling: bool| Unknown {
        is_settling,
        reason: "FailedGetResourceMetric",
        message: Str::from(format!("failed to get {resource} {noun}: {why}")),
        context: Str::from(format!("failed to get {resource} resource metric value: ")),
    };
    let Some(usage) = Usage::of(scaler, resource) else {
        let absent = "the server could not find the requested resource (get pods.metrics.k8s.io)";
        let text = format!(
            "unable to get metrics for resource {resource}: unable to fetch metrics from resource metrics API: {absent}"
        );
        return Err(unknown(&text, false));
    };
    let tolerance = Tolerance::of(&scaler.spec()["behavior"]);
    let calculation = Calculation { resource, pods, usage, target, current, tolerance, now };
    let proposal = calculation.propose();
    proposal.map(|it| (Str::from(name), it)).map_err(|why| unknown(&why.to_string(), why == Silence::Unready))
}

/// A metric whose API nobody serves.
fn missing_api(kind: &str, metric: &Value) -> Unknown {
    let source = match kind {
        "ContainerResource" => "containerResource",
        "External" => "external",
        "Object" => "object",
        _ => "pods",
    };
    let name = metric[source].at(&["metric", "name"]).str_or_empty();
    let (reason, api) = match kind {
        "ContainerResource" => ("FailedGetContainerResourceMetric", "resource metrics API"),
        "External" => ("FailedGetExternalMetric", "external metrics API"),
        "Object" => ("FailedGetObjectMetric", "custom metrics API"),
        _ => ("FailedGetPodsMetric", "custom metrics API"),
    };
    let message = format!(
        "unable to get metric {name}: unable to fetch metrics from {api}: the server could not find the requested resource"
    );
    let context = format!("failed to get {source} metric value: ");
    Unknown { reason, message: message.into(), context: context.into(), is_settling: false }
}

fn status_of(metric: &Value, proposal: &Proposal) -> Value {
    let average = Quantity::from_millis(proposal.average).to_string();
    let current = map! { "averageUtilization" => proposal.utilization, "averageValue" => average };
    let resource = map! { "name" => &metric["resource"]["name"], "current" => current };
    Value::Map(map! { "type" => "Resource", "resource" => resource })
}
