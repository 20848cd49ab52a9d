//! The conditions of a Deployment (`SetDeploymentCondition` and its neighbours in
//! `pkg/controller/deployment/util/deployment_util.go`), and those of a paused one.

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Str, Value, literal};

use super::rollout::Rollout;

/// Whether a rollout moves.
pub(super) const PROGRESSING: &str = "Progressing";
/// Whether enough pods are available.
pub(super) const AVAILABLE: &str = "Available";
/// Whether pods could not be created or deleted.
pub(super) const REPLICA_FAILURE: &str = "ReplicaFailure";

/// The reason of a rollout that is over.
pub(super) const NEW_REPLICA_SET_AVAILABLE: &str = "NewReplicaSetAvailable";
/// The reason of a rollout that made no progress for too long.
pub(super) const TIMED_OUT: &str = "ProgressDeadlineExceeded";
const PAUSED: &str = "DeploymentPaused";

/// A condition of a Deployment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    /// Its type.
    pub kind: &'static str,
    /// `True`, `False` or `Unknown`.
    pub status: Str,
    /// The reason.
    pub reason: Str,
    /// The sentence.
    pub message: Str,
    /// When something was heard of it last.
    pub updated: Value,
    /// Since when its status has been so.
    pub since: Value,
}

impl Condition {
    /// A condition that begins now.
    pub fn new(kind: &'static str, status: &str, reason: &str, message: impl Into<Str>, now: Time) -> Self {
        let (status, reason) = (Str::from(status), Str::from(reason));
        Condition { kind, status, reason, message: message.into(), updated: now.into(), since: now.into() }
    }

    fn into_value(self) -> Value {
        Value::Map(map! {
            "type" => self.kind,
            "status" => self.status,
            "lastUpdateTime" => self.updated,
            "lastTransitionTime" => self.since,
            "reason" => self.reason,
            "message" => self.message,
        })
    }
}

/// Takes the condition `kind` off, if it is there.
pub(super) fn remove(deployment: &mut Object, kind: &str) {
    let conditions = deployment.status()["conditions"].items();
    if conditions.iter().all(|it| it["type"].str_or_empty() != kind) {
        return;
    }
    let kept: Vec<_> = conditions.iter().filter(|it| it["type"].str_or_empty() != kind).cloned().collect();
    if kept.is_empty() {
        deployment.status_mut().remove("conditions");
    } else {
        deployment.status_mut().set(literal!("conditions"), kept);
    }
}

/// Puts a condition in the place of the one of its type, unless that has the same status and reason.
pub(super) fn set(deployment: &mut Object, mut condition: Condition) {
    let known = find(deployment.status()["conditions"].items(), condition.kind);
    let same_status = known["status"].str_or_empty() == condition.status;
    if same_status && known["reason"].str_or_empty() == condition.reason {
        return;
    }
    if same_status {
        condition.since = known["lastTransitionTime"].clone();
    }
    replace(deployment, condition);
}

/// Puts a condition in the place of the one of its type.
pub(super) fn replace(deployment: &mut Object, condition: Condition) {
    let others = deployment.status()["conditions"].items().iter();
    let mut conditions: Vec<_> = others.filter(|it| it["type"].str_or_empty() != condition.kind).cloned().collect();
    conditions.push(condition.into_value());
    deployment.status_mut().set(literal!("conditions"), conditions);
}

/// The condition `kind` among `conditions`, or null.
pub(super) fn find<'a>(conditions: &'a [Value], kind: &str) -> &'a Value {
    conditions.iter().find(|it| it["type"].str_or_empty() == kind).unwrap_or_else(|| Value::null())
}

impl Rollout<'_> {
    /// Tells in the condition that the Deployment was paused or resumed, so that the time until then does not count against
    /// its deadline (`checkPausedConditions`).
    pub fn check_paused_conditions(&mut self) {
        if self.spec.progress_deadline.is_none() {
            return;
        }
        let reason = find(self.conditions(), PROGRESSING)["reason"].str_or_empty();
        if reason == TIMED_OUT {
            return;
        }
        let (reason, message) = match (self.spec.paused, reason == PAUSED) {
            (true, false) => (PAUSED, "Deployment is paused"),
            (false, true) => ("DeploymentResumed", "Deployment is resumed"),
            _ => return,
        };
        let condition = Condition::new(PROGRESSING, "Unknown", reason, message, self.now);
        set(&mut self.draft, condition);
    }
}
