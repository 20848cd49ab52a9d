//! How fast a recommendation is followed: stabilisation windows, policies and bounds (`normalizeDesiredReplicas`,
//! `normalizeDesiredReplicasWithBehaviors` and what they call in `pkg/controller/podautoscaler/horizontal.go`).

use crate::clock::{Span, Time};
use crate::object::{Object, Value};

use super::memory::{Memory, changed_within};

/// How far a scaling down looks back where nothing else is said (`--horizontal-pod-autoscaler-downscale-stabilization`).
const DOWNSCALE_WINDOW: i64 = 300;

type Reason = (&'static str, &'static str);

const READY: Reason = ("ReadyForNewScale", "recommended size matches current size");
const UP_STABILIZED: Reason = (
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
);
const DOWN_STABILIZED: Reason = (
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent recommendation",
);
const WITHIN: Reason = ("DesiredWithinRange", "the desired count is within the acceptable range");
const TOO_FEW: Reason = ("TooFewReplicas", "the desired replica count is less than the minimum replica count");
const TOO_MANY: Reason = ("TooManyReplicas", "the desired replica count is more than the maximum replica count");
const UP_LIMIT: Reason = ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate");
const DOWN_LIMIT: Reason =
    ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate");

/// The bounds of an autoscaler.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// `minReplicas`.
    pub min: i64,
    /// `maxReplicas`.
    pub max: i64,
}

/// What a recommendation becomes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Normal {
    /// How many replicas there are to be.
    pub replicas: i64,
    /// Why `AbleToScale` is True.
    pub able: Reason,
    /// Whether bounds or policies held the scaling back.
    pub is_limited: bool,
    /// Why `ScalingLimited` is what it is.
    pub limited: Reason,
}

/// What the recommendation `desired` becomes for `scaler`, whose target has `current` replicas. It is remembered.
pub(super) fn normalize(
    scaler: &Object,
    memory: &mut Memory,
    current: i64,
    desired: i64,
    bounds: Bounds,
    now: Time,
) -> Normal {
    let behavior = &scaler.spec()["behavior"];
    let (stabilized, why) = if behavior.is_null() {
        let cutoff = now - Span::seconds(DOWNSCALE_WINDOW);
        let recent = memory.recommendations.iter().filter(|(at, _)| *at >= cutoff).map(|(_, it)| *it);
        (recent.fold(desired, i64::max), DOWN_STABILIZED)
    } else {
        stabilize(behavior, memory, current, desired, now)
    };
    memory.recommendations.push((now, desired));
    let able = if stabilized == desired { READY } else { why };
    let (replicas, limited) = if behavior.is_null() {
        limit(stabilized, bounds.min, bounds.max, (2 * current).max(4))
    } else {
        limit_by_policies(behavior, memory, current, stabilized, bounds, now)
    };
    Normal { replicas, able, is_limited: replicas != stabilized, limited }
}

/// Takes the lowest of the recommendations of the window of scaling up, and the highest of that of scaling down.
fn stabilize(behavior: &Value, memory: &Memory, current: i64, desired: i64, now: Time) -> (i64, Reason) {
    let window = |direction: &str, unset: i64| {
        Span::seconds(behavior[direction]["stabilizationWindowSeconds"].as_i64().unwrap_or(unset))
    };
    let recent = |window: Span| memory.recommendations.iter().filter(move |(at, _)| *at > now - window).map(|it| it.1);
    let lowest = recent(window("scaleUp", 0)).fold(desired, i64::min);
    let highest = recent(window("scaleDown", DOWNSCALE_WINDOW)).fold(desired, i64::max);
    let stabilized = current.max(lowest).min(highest);
    (stabilized, if desired >= current { UP_STABILIZED } else { DOWN_STABILIZED })
}

/// Without policies a target at most doubles, or goes to four.
fn limit(desired: i64, min: i64, max: i64, fastest: i64) -> (i64, Reason) {
    let (most, why) = if max > fastest { (fastest, UP_LIMIT) } else { (max, TOO_MANY) };
    if desired < min {
        (min, TOO_FEW)
    } else if desired > most {
        (most, why)
    } else {
        (desired, WITHIN)
    }
}

fn limit_by_policies(
    behavior: &Value,
    memory: &Memory,
    current: i64,
    desired: i64,
    bounds: Bounds,
    now: Time,
) -> (i64, Reason) {
    if desired > current {
        let fastest = fastest_up(&behavior["scaleUp"], memory, current, now).max(current);
        let (most, why) = if bounds.max > fastest { (fastest, UP_LIMIT) } else { (bounds.max, TOO_MANY) };
        if desired > most {
            return (most, why);
        }
    } else if desired < current {
        let fastest = fastest_down(&behavior["scaleDown"], memory, current, now).min(current);
        let (least, why) = if bounds.min < fastest { (fastest, DOWN_LIMIT) } else { (bounds.min, TOO_FEW) };
        if desired < least {
            return (least, why);
        }
    }
    (desired, WITHIN)
}

/// The size at the start of a policy's period, and the policy's value.
fn periods<'a>(
    rules: &'a Value,
    memory: &'a Memory,
    current: i64,
    now: Time,
) -> impl Iterator<Item = (i64, &'a str, i64)> {
    rules["policies"].items().iter().map(move |policy| {
        let period = Span::seconds(policy["periodSeconds"].as_i64().unwrap_or_default());
        let added = changed_within(&memory.ups, period, now);
        let removed = changed_within(&memory.downs, period, now);
        let value = policy["value"].as_i64().unwrap_or_default();
        (current - added + removed, policy["type"].str_or_empty(), value)
    })
}

/// The most replicas that policies allow now (`calculateScaleUpLimitWithScalingRules`).
fn fastest_up(rules: &Value, memory: &Memory, current: i64, now: Time) -> i64 {
    let proposals = periods(rules, memory, current, now).map(|(start, kind, value)| match kind {
        // Rounded up: a small target could never grow otherwise.
        "Percent" => (start * (100 + value) + 99).div_euclid(100),
        _ => start + value,
    });
    let proposed = match rules["selectPolicy"].str_or_empty() {
        "Disabled" => None,
        "Min" => proposals.min(),
        _ => proposals.max(),
    };
    proposed.unwrap_or(current)
}

/// The fewest replicas that policies allow now (`calculateScaleDownLimitWithBehaviors`).
fn fastest_down(rules: &Value, memory: &Memory, current: i64, now: Time) -> i64 {
    let proposals = periods(rules, memory, current, now).map(|(start, kind, value)| match kind {
        "Percent" => (start * (100 - value)).div_euclid(100),
        _ => start - value,
    });
    let proposed = match rules["selectPolicy"].str_or_empty() {
        "Disabled" => None,
        "Min" => proposals.max(),
        _ => proposals.min(),
    };
    proposed.unwrap_or(current)
}
