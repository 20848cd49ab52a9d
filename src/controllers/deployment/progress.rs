//! Whether a rollout moves, is over, or has not moved for too long (`pkg/controller/deployment/progress.go`).

use crate::clock::{Span, Time};
use crate::object::{Object, Value};

use super::conditions::{
    Condition, NEW_REPLICA_SET_AVAILABLE, PROGRESSING, REPLICA_FAILURE, TIMED_OUT, find, remove, replace, set,
};
use super::rollout::Rollout;
use super::status::is_complete;

impl Rollout<'_> {
    /// Brings the status up to date during a rollout (`syncRolloutStatus`).
    pub fn sync_rollout_status(&mut self) {
        self.sync_status();
        let Some(deadline) = self.spec.progress_deadline.map(Span::seconds) else {
            remove(&mut self.draft, PROGRESSING);
            self.take_over_failure();
            return;
        };
        let known = find(self.conditions(), PROGRESSING).clone();
        let count = |field: &str| self.draft.status()[field].as_i64().unwrap_or_default();
        let was_over = known["reason"].str_or_empty() == NEW_REPLICA_SET_AVAILABLE;
        if !(was_over && count("replicas") == count("updatedReplicas")) {
            self.judge(&known, deadline);
        }
        self.take_over_failure();
        self.watch_deadline(deadline);
    }

    fn judge(&mut self, known: &Value, deadline: Span) {
        let subject = match self.new_set() {
            Some(set) => format!("ReplicaSet {:?}", set.object.meta.name.as_str()),
            None => format!("Deployment {:?}", self.deployment.meta.name.as_str()),
        };
        let told = |status, reason, what: &str| {
            Condition::new(PROGRESSING, status, reason, format!("{subject} {what}"), self.now)
        };
        if is_complete(&self.draft, &self.spec) {
            let condition = told("True", NEW_REPLICA_SET_AVAILABLE, "has successfully progressed.");
            set(&mut self.draft, condition);
        } else if is_progressing(self.deployment, &self.draft) {
            // Progress is told anew each time, since the deadline counts from it.
            let mut condition = told("True", "ReplicaSetUpdated", "is progressing.");
            if known["status"].str_or_empty() == "True" {
                condition.since = known["lastTransitionTime"].clone();
            }
            replace(&mut self.draft, condition);
        } else if is_timed_out(known, deadline, self.now) {
            let condition = told("False", TIMED_OUT, "has timed out progressing.");
            set(&mut self.draft, condition);
        }
    }

    /// A failure of a ReplicaSet is the Deployment's as well, the new one's first (`getReplicaFailures`).
    fn take_over_failure(&mut self) {
        let all = self.new_set().into_iter().chain(&self.sets);
        let mut failures = all.map(|it| find(it.object.status()["conditions"].items(), REPLICA_FAILURE));
        let Some(failure) = failures.find(|it| !it.is_null()).cloned() else {
            return remove(&mut self.draft, REPLICA_FAILURE);
        };
        let text = |field: &str| failure[field].as_shared_str().cloned().unwrap_or_default();
        let since: &Value = &failure["lastTransitionTime"];
        let condition = Condition {
            kind: REPLICA_FAILURE,
            status: text("status"),
            reason: text("reason"),
            message: text("message"),
            updated: since.clone(),
            since: since.clone(),
        };
        set(&mut self.draft, condition);
    }

    /// Has a rollout that does not move looked at when its deadline has passed, a second later for good measure
    /// (`requeueStuckDeployment`).
    fn watch_deadline(&mut self, deadline: Span) {
        let known = find(self.conditions(), PROGRESSING);
        let reason = known["reason"].str_or_empty();
        if is_complete(&self.draft, &self.spec) || [TIMED_OUT, NEW_REPLICA_SET_AVAILABLE].contains(&reason) {
            return;
        }
        let Some(due) = last_update(known).map(|it| it + deadline) else {
            return;
        };
        let close = due - self.now < Span::seconds(1);
        self.wake_at = Some(due + if close { Span::millis(5) } else { Span::seconds(1) });
    }
}

fn last_update(condition: &Value) -> Option<Time> {
    condition["lastUpdateTime"].as_str().and_then(Time::parse)
}

/// Whether more pods are new, ready or available, or fewer are old (`DeploymentProgressing`).
fn is_progressing(before: &Object, after: &Object) -> bool {
    let counts = |it: &Object| {
        ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"]
            .map(|field| it.status()[field].as_i64().unwrap_or_default())
    };
    let [replicas, updated, ready, available] = counts(before);
    let [new_replicas, new_updated, new_ready, new_available] = counts(after);
    new_updated > updated
        || new_replicas - new_updated < replicas - updated
        || new_ready > ready
        || new_available > available
}

/// Whether nothing was heard of progress for longer than the deadline. A rollout that is over cannot be late
/// (`DeploymentTimedOut`).
fn is_timed_out(known: &Value, deadline: Span, now: Time) -> bool {
    match known["reason"].str_or_empty() {
        NEW_REPLICA_SET_AVAILABLE => false,
        TIMED_OUT => true,
        _ => last_update(known).is_some_and(|it| it + deadline < now),
    }
}
