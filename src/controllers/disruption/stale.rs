//! Pods that were to be disrupted and then were not: the condition that announced it is taken back
//! (`nonTerminatingPodHasStaleDisruptionCondition`).

use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::Action;
use crate::controllers::shared::pod::{condition, is_active};
use crate::map;
use crate::object::{Object, Value};

/// How long a pod may be announced to go without going.
const TIMEOUT: Span = Span::seconds(2 * 60);
const DISRUPTION_TARGET: &str = "DisruptionTarget";

/// When the announcement that `pod` is disrupted is taken back; `None` if there is none, or it holds however long it takes.
pub(super) fn at(pod: &Object) -> Option<Time> {
    if !is_active(pod) {
        return None;
    }
    let announced = condition(pod, DISRUPTION_TARGET);
    let holds =
        announced["status"].str_or_empty() == "True" && announced["reason"].str_or_empty() != "TerminationByKubelet";
    let since = announced["lastTransitionTime"].as_str().filter(|_| holds).and_then(Time::parse)?;
    Some(since + TIMEOUT)
}

/// Takes the announcement back.
pub(super) fn reset(pod: &Arc<Object>, now: Time) -> Action {
    let mut kept = Object::clone(pod);
    for condition in kept.status_mut().field_mut("conditions").items_mut() {
        if condition["type"].str_or_empty() == DISRUPTION_TARGET {
            *condition = Value::Map(map! {
                "type" => DISRUPTION_TARGET,
                "status" => "False",
                "lastTransitionTime" => now.truncated(),
            });
            condition.set("lastProbeTime", Value::Null);
        }
    }
    Action::UpdateStatus(kept)
}
