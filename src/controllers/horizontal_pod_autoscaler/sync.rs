//! One look of an autoscaler (`reconcileAutoscaler` in `pkg/controller/podautoscaler/horizontal.go`).

use std::sync::Arc;

use crate::api::registry::scale_not_found;
use crate::clock::Time;
use crate::controllers::{Action, EventRecord, Outcome};
use crate::object::{Key, Kind, Object, Str, Value, kinds, label_selector_text, literal, matches_label_selector};
use crate::store::View;

use super::behavior::{Bounds, normalize};
use super::conditions::{ABLE_TO_SCALE, SCALING_ACTIVE, SCALING_LIMITED, set};
use super::memory::Memory;
use super::metrics::{self, Unknown};
use super::next_look;

/// The kinds that can be scaled.
pub(super) const SCALABLE: [Kind; 4] =
    [kinds::DEPLOYMENT, kinds::REPLICA_SET, kinds::REPLICATION_CONTROLLER, kinds::STATEFUL_SET];

/// Where the target of `scaler` is.
pub(super) fn target_key(scaler: &Object) -> Option<Key> {
    let target = &scaler.spec()["scaleTargetRef"];
    let kind = SCALABLE.into_iter().find(|it| it.info().kind == target["kind"].str_or_empty())?;
    Some(Key::new(kind, scaler.meta.namespace.clone(), target["name"].str_or_empty()))
}

/// A look in the course of being taken.
struct Look<'a> {
    scaler: &'a Arc<Object>,
    draft: Object,
    now: Time,
    outcome: Outcome,
}

impl Look<'_> {
    fn set(&mut self, kind: &str, status: &str, reason: &str, message: impl Into<Str>) {
        set(&mut self.draft, kind, status, reason, message, self.now);
    }

    fn warn(&mut self, reason: &'static str, message: impl Into<Str>) {
        self.outcome.actions.push(EventRecord::warning(self.scaler, reason, message));
    }

    /// Has the autoscaler looked at again at its next instant.
    fn look_again(&mut self) {
        self.outcome.wake_at = Some(next_look(self.scaler, self.now));
    }

    fn finish(mut self) -> Outcome {
        if !self.draft.status().is_same(self.scaler.status()) {
            self.outcome.actions.push(Action::UpdateStatus(self.draft));
        }
        self.outcome
    }
}

/// Looks at `scaler` once; `others` are the autoscalers beside it, and whose pods they measure.
pub(super) fn sync(
    view: View<'_>,
    scaler: &Arc<Object>,
    memory: &mut Memory,
    others: &[(Key, Value)],
    now: Time,
) -> Outcome {
    let mut look = Look { scaler, draft: Object::clone(scaler), now, outcome: Outcome::default() };
    let target = target_key(scaler).and_then(|key| view.get(&key));
    let Some(target) = target else {
        refuse_target(&mut look);
        return look.finish();
    };
    look.set(
        ABLE_TO_SCALE,
        "True",
        "SucceededGetScale",
        "the HPA controller was able to get the target's current scale",
    );
    let current = target.spec()["replicas"].as_i64().unwrap_or(1);
    memory.begin(current, now);
    let spec = scaler.spec();
    let bounds =
        Bounds { min: spec["minReplicas"].as_i64().unwrap_or(1), max: spec["maxReplicas"].as_i64().unwrap_or(1) };
    if current == 0 && bounds.min != 0 {
        let message = "scaling is disabled since the replica count of the target is zero";
        look.set(SCALING_ACTIVE, "False", "ScalingDisabled", message);
        write_counts(&mut look, current, current, Vec::new(), false);
        return look.finish();
    }
    if current > bounds.max || current < bounds.min {
        let (wanted, bound) = if current > bounds.max {
            (bounds.max, "above Spec.MaxReplicas")
        } else {
            (bounds.min, "below Spec.MinReplicas")
        };
        let reason = format!("Current number of replicas {bound}");
        rescale(&mut look, memory, target, (current, wanted), &reason, Vec::new());
        return look.finish();
    }
    let selector = selector_of(target);
    let selects = |it: &&Arc<Object>| matches_label_selector(&selector, &it.meta.labels);
    let pods: Vec<_> = view.list_in(kinds::POD, &target.meta.namespace).filter(selects).cloned().collect();
    memory.selector = Some(selector.clone());
    if let Some(why) = shared_with(scaler, &selector, &pods, others) {
        refuse_selector(&mut look, current, &why);
        return look.finish();
    }
    follow_metrics(&mut look, memory, target, &pods, current, bounds);
    look.finish()
}

/// Why nothing can be said of pods that others of `others` measure as well (`validateAndParseSelector`). Upstream names
/// them in no order; here they are sorted.
fn shared_with(scaler: &Object, selector: &Value, pods: &[Arc<Object>], others: &[(Key, Value)]) -> Option<String> {
    let measures = |other: &Value| pods.iter().any(|it| matches_label_selector(other, &it.meta.labels));
    let mut names: Vec<&str> =
        others.iter().filter(|(_, other)| measures(other)).map(|(key, _)| key.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    names.push(&scaler.meta.name);
    names.sort_unstable();
    let keys: Vec<_> = names.iter().map(|name| format!("{{{name} {}}}", scaler.meta.namespace)).collect();
    let text = label_selector_text(selector);
    Some(format!("pods by selector {text} are controlled by multiple HPAs: [{}]", keys.join(" ")))
}

fn refuse_selector(look: &mut Look<'_>, current: i64, why: &str) {
    look.warn("AmbiguousSelector", why);
    look.warn("FailedComputeMetricsReplicas", why);
    look.set(SCALING_ACTIVE, "False", "AmbiguousSelector", why);
    let desired = look.scaler.status()["desiredReplicas"].as_i64().unwrap_or_default();
    write_counts(look, current, desired, Vec::new(), false);
}

fn refuse_target(look: &mut Look<'_>) {
    let target = &look.scaler.spec()["scaleTargetRef"];
    let kind = SCALABLE.into_iter().find(|it| it.info().kind == target["kind"].str_or_empty());
    let (name, kind_name) = (target["name"].str_or_empty().to_owned(), target["kind"].str_or_empty().to_owned());
    let why = match kind {
        Some(kind) => scale_not_found(kind, &name).message,
        None if Kind::by_api_version(target["apiVersion"].str_or_empty(), &kind_name).is_some() => {
            "the server could not find the requested resource".to_owned()
        }
        None => format!(
            "no matches for kind {kind_name:?} in group {:?}",
            target["apiVersion"].str_or_empty().split_once('/').map_or("", |(group, _)| group)
        ),
    };
    look.warn("FailedGetScale", why.as_str());
    let message = format!("the HPA controller was unable to get the target's current scale: {why}");
    look.set(ABLE_TO_SCALE, "False", "FailedGetScale", message);
}

fn follow_metrics(
    look: &mut Look<'_>,
    memory: &mut Memory,
    target: &Arc<Object>,
    pods: &[Arc<Object>],
    current: i64,
    bounds: Bounds,
) {
    let asked = metrics::ask(look.scaler, pods, current, look.now);
    for unknown in &asked.unknown {
        look.warn(unknown.reason, unknown.message.clone());
    }
    let Some((wanted, metric)) = asked.wanted else {
        tell_unknown(look, &asked.unknown, current, asked.statuses);
        return;
    };
    let message = format!("the HPA was able to successfully calculate a replica count from {metric}");
    look.set(SCALING_ACTIVE, "True", "ValidMetricFound", message);
    let normal = normalize(look.scaler, memory, current, wanted, bounds, look.now);
    look.set(ABLE_TO_SCALE, "True", normal.able.0, normal.able.1);
    let limited = if normal.is_limited { "True" } else { "False" };
    look.set(SCALING_LIMITED, limited, normal.limited.0, normal.limited.1);
    // What is not followed yet, and what pods too young to count may add, is looked at again without a change.
    let rests = wanted == current || (normal.replicas == current && is_held(look.scaler, wanted, current, bounds));
    if !rests || asked.is_settling {
        look.look_again();
    }
    if normal.replicas == current {
        write_counts(look, current, current, asked.statuses, false);
        return;
    }
    let reason = match wanted.cmp(&current) {
        std::cmp::Ordering::Greater => format!("{metric} above target"),
        std::cmp::Ordering::Less => "All metrics below target".to_owned(),
        std::cmp::Ordering::Equal => String::new(),
    };
    rescale(look, memory, target, (current, normal.replicas), &reason, asked.statuses);
}

/// Whether a bound or a policy keeps the target from the size that is wanted however much time passes.
fn is_held(scaler: &Object, wanted: i64, current: i64, bounds: Bounds) -> bool {
    let (direction, bound) = if wanted > current { ("scaleUp", bounds.max) } else { ("scaleDown", bounds.min) };
    let select = scaler.spec()["behavior"][direction]["selectPolicy"].str_or_empty();
    current == bound || select == "Disabled"
}

/// The label selector of the pods of `target`.
pub(super) fn selector_of(target: &Object) -> Value {
    let selector = &target.spec()["selector"];
    if target.kind == kinds::REPLICATION_CONTROLLER {
        Value::Map(crate::map! { "matchLabels" => selector })
    } else {
        selector.clone()
    }
}

fn tell_unknown(look: &mut Look<'_>, unknown: &[Unknown], current: i64, statuses: Vec<Value>) {
    let Some(first) = unknown.first() else {
        return;
    };
    let message = format!("the HPA was unable to compute the replica count: {}", first.message);
    look.set(SCALING_ACTIVE, "False", first.reason, message);
    let of = look.scaler.spec()["metrics"].items().len();
    let summary = format!(
        "invalid metrics ({} invalid out of {of}), first error is: {}{}",
        unknown.len(),
        first.context,
        first.message
    );
    look.warn("FailedComputeMetricsReplicas", summary);
    let desired = look.scaler.status()["desiredReplicas"].as_i64().unwrap_or_default();
    write_counts(look, current, desired, statuses, false);
    if unknown.iter().any(|it| it.is_settling) {
        look.look_again();
    }
}

fn rescale(
    look: &mut Look<'_>,
    memory: &mut Memory,
    target: &Arc<Object>,
    (from, to): (i64, i64),
    reason: &str,
    statuses: Vec<Value>,
) {
    let mut sized = Object::clone(target);
    sized.spec_mut().set(literal!("replicas"), to);
    look.outcome.actions.push(Action::Update(sized));
    let message = format!("the HPA controller was able to update the target scale to {to}");
    look.set(ABLE_TO_SCALE, "True", "SucceededRescale", message);
    let event = EventRecord::normal(look.scaler, "SuccessfulRescale", format!("New size: {to}; reason: {reason}"));
    look.outcome.actions.push(event);
    memory.scaled(from, to, look.now);
    write_counts(look, from, to, statuses, true);
    look.look_again();
}

fn write_counts(look: &mut Look<'_>, current: i64, desired: i64, statuses: Vec<Value>, scaled: bool) {
    let now = look.now;
    let status = look.draft.status_mut();
    if current == 0 {
        status.remove("currentReplicas");
    } else {
        status.set(literal!("currentReplicas"), current);
    }
    status.set(literal!("desiredReplicas"), desired);
    status.set(literal!("currentMetrics"), if statuses.is_empty() { Value::Null } else { statuses.into() });
    if scaled {
        status.set(literal!("lastScaleTime"), now);
    }
}
