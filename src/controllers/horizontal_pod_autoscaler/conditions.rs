//! The conditions of an autoscaler (`setConditionInList` in `pkg/controller/podautoscaler/horizontal.go`).

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Str, Value, literal};

/// Whether the target can be read and sized.
pub(super) const ABLE_TO_SCALE: &str = "AbleToScale";
/// Whether metrics say what size there should be.
pub(super) const SCALING_ACTIVE: &str = "ScalingActive";
/// Whether bounds or policies hold a scaling back.
pub(super) const SCALING_LIMITED: &str = "ScalingLimited";

/// Sets the condition `kind`; the time is that of the last change of its status.
pub(super) fn set(scaler: &mut Object, kind: &str, status: &str, reason: &str, message: impl Into<Str>, now: Time) {
    let mut conditions = scaler.status()["conditions"].items().to_vec();
    let place = conditions.iter().position(|it| it["type"].str_or_empty() == kind);
    let since = match place.map(|i| &conditions[i]) {
        Some(known) if known["status"].str_or_empty() == status => known["lastTransitionTime"].clone(),
        _ => now.into(),
    };
    let condition = Value::Map(map! {
        "type" => kind,
        "status" => status,
        "reason" => reason,
        "message" => message.into(),
        "lastTransitionTime" => since,
    });
    match place {
        Some(i) => conditions[i] = condition,
        None => conditions.push(condition),
    }
    scaler.status_mut().set(literal!("conditions"), conditions);
}
