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
    let (source, reason) = match metric["type"].str_or_empty() {
        "Resource" => (&metric["resource"], "FailedGetResourceMetric"),
        "ContainerResource" => (&metric["containerResource"], "FailedGetContainerResourceMetric"),
        kind => return Err(missing_api(scaler, kind, metric)),
    };
    let container = source["container"].as_str();
    let resource = source["name"].str_or_empty();
    let wanted = &source["target"];
    let whose = if container.is_some() { "container resource" } else { "resource" };
    let (target, name, noun) = match wanted["averageUtilization"].as_i64() {
        Some(percent) => (
            Target::Utilization(percent),
            format!("{resource} {whose} utilization (percentage of request)"),
            "utilization",
        ),
        None => {
            let value = Quantity::or_zero(&wanted["averageValue"]).milli_value();
            (Target::AverageValue(value.max(1)), format!("{resource} {whose}"), "usage")
        }
    };
    let context = match container {
        Some(container) => format!("failed to get {container} container metric value: "),
        None => format!("failed to get {resource} resource metric value: "),
    };
    let unknown = |why: &str, is_settling: bool| Unknown {
        is_settling,
        reason,
        message: Str::from(format!("failed to get {resource} {noun}: {why}")),
        context: Str::from(context.as_str()),
    };
    let Some(usage) = Usage::of(scaler, resource) else {
        let absent = "the server could not find the requested resource (get pods.metrics.k8s.io)";
        let text = format!(
            "unable to get metrics for resource {resource}: unable to fetch metrics from resource metrics API: {absent}"
        );
        return Err(unknown(&text, false));
    };
    let tolerance = Tolerance::of(&scaler.spec()["behavior"]);
    let calculation = Calculation { resource, container, pods, usage, target, current, tolerance, now };
    let proposal = calculation.propose();
    proposal.map(|it| (Str::from(name), it)).map_err(|why| unknown(&why.to_string(), why == Silence::Unready))
}

/// A metric whose API nobody serves.
fn missing_api(scaler: &Object, kind: &str, metric: &Value) -> Unknown {
    const CUSTOM: &str =
        "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";
    let namespace = &scaler.meta.namespace;
    let source = match kind {
        "External" => &metric["external"],
        "Object" => &metric["object"],
        _ => &metric["pods"],
    };
    let name = source.at(&["metric", "name"]).str_or_empty();
    let is_average = !source.at(&["target", "averageValue"]).is_null();
    let (reason, message, context) = match kind {
        "External" => {
            let selector = go_selector(source.at(&["metric", "selector"]));
            let message = format!(
                "unable to get external metric {namespace}/{name}/{selector}: unable to fetch metrics from external metrics \
                 API: the server could not find the requested resource (get {name}.external.metrics.k8s.io)"
            );
            let context = if is_average {
                format!("failed to get {name} external metric: ")
            } else {
                format!("failed to get external metric {name}: ")
            };
            ("FailedGetExternalMetric", message, context)
        }
        "Object" => {
            // The real one has its error and the object's kind, namespace and name in this order as well.
            let of = &source["describedObject"];
            let (kind, object) = (of["kind"].str_or_empty(), of["name"].str_or_empty());
            let message = format!("unable to get metric {name}: {kind} on {namespace} {object}/{CUSTOM}");
            let detail = if is_average { format!("failed to get {name} object metric: ") } else { String::new() };
            ("FailedGetObjectMetric", message, format!("failed to get object metric value: {detail}"))
        }
        _ => {
            let message = format!("unable to get metric {name}: {CUSTOM}");
            ("FailedGetPodsMetric", message, "failed to get pods metric value: ".to_owned())
        }
    };
    Unknown { reason, message: message.into(), context: context.into(), is_settling: false }
}

/// A label selector as Go prints it: `nil`, or its labels; expressions are left out.
fn go_selector(selector: &Value) -> String {
    if selector.is_null() {
        return "nil".to_owned();
    }
    let labels = selector["matchLabels"].as_map().into_iter().flat_map(|it| it.iter());
    let labels: String = labels.map(|(key, value)| format!("{key}: {},", value.str_or_empty())).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{}},}}"
    )
}

fn status_of(metric: &Value, proposal: &Proposal) -> Value {
    let average = Quantity::from_millis(proposal.average).to_string();
    let current = map! { "averageUtilization" => proposal.utilization, "averageValue" => average };
    if metric["type"].str_or_empty() == "ContainerResource" {
        let source = &metric["containerResource"];
        let status = map! { "name" => &source["name"], "current" => current, "container" => &source["container"] };
        return Value::Map(map! { "type" => "ContainerResource", "containerResource" => status });
    }
    let resource = map! { "name" => &metric["resource"]["name"], "current" => current };
    Value::Map(map! { "type" => "Resource", "resource" => resource })
}
