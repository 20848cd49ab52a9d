//! The status of a ReplicaSet (`calculateStatus` and `updateReplicaSetStatus` in
//! `pkg/controller/replicaset/replica_set_utils.go`).

use crate::clock::Time;
use crate::controllers::shared::pod::condition;
use crate::map;
use crate::object::{Object, Str, Value, literal};

use super::census::Tally;

const REPLICA_FAILURE: &str = "ReplicaFailure";

/// Why the number of pods is not what it should be.
#[derive(Debug)]
pub(super) struct Failure {
    reason: &'static str,
    message: Str,
}

impl Failure {
    /// The failure of a sync that found `active` pods and wanted `wanted`; none if there was nothing to do.
    pub fn new(active: usize, wanted: usize, message: Str) -> Option<Self> {
        let reason = match active.cmp(&wanted) {
            std::cmp::Ordering::Less => "FailedCreate",
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Greater => "FailedDelete",
        };
        Some(Failure { reason, message })
    }
}

/// `owner` with the status that `tally` comes to, or `None` when it has it already.
pub(super) fn compute(
    owner: &Object,
    tally: &Tally,
    failure: Option<Failure>,
    counts_terminating: bool,
    now: Time,
) -> Option<Object> {
    let number = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
    let status = owner.status();
    let counters = [
        ("replicas", tally.active),
        ("terminatingReplicas", tally.terminating),
        ("fullyLabeledReplicas", tally.labelled),
        ("readyReplicas", tally.ready),
        ("availableReplicas", tally.available),
    ];
    // The first two are there at zero as well, and the second not at all for a ReplicationController.
    let counters = counters.into_iter().enumerate().filter(|(i, _)| counts_terminating || *i != 1);
    let same = |(i, (field, count)): (usize, (&str, usize))| match status[field].as_i64() {
        Some(known) => known == number(count),
        None => i > 1 && count == 0,
    };
    let has_failure = !condition(owner, REPLICA_FAILURE).is_null();
    let observed = status["observedGeneration"].as_i64().unwrap_or_default();
    if counters.clone().all(same) && observed == owner.meta.generation && has_failure == failure.is_some() {
        return None;
    }
    let mut updated = owner.clone();
    let status = updated.status_mut();
    for (i, (field, count)) in counters {
        if i < 2 || count > 0 {
            status.set(Str::from(field), Value::Int(number(count)));
        } else {
            status.remove(field);
        }
    }
    status.set(literal!("observedGeneration"), owner.meta.generation);
    if has_failure != failure.is_some() {
        set_failure(status, failure, now);
    }
    Some(updated)
}

fn set_failure(status: &mut Value, failure: Option<Failure>, now: Time) {
    let others = status["conditions"].items().iter().filter(|it| it["type"].str_or_empty() != REPLICA_FAILURE);
    let mut conditions: Vec<Value> = others.cloned().collect();
    conditions.extend(failure.map(|it| {
        Value::Map(map! {
            "type" => REPLICA_FAILURE,
            "status" => "True",
            "lastTransitionTime" => now,
            "reason" => it.reason,
            "message" => it.message,
        })
    }));
    if conditions.is_empty() {
        status.remove("conditions");
    } else {
        status.set(literal!("conditions"), conditions);
    }
}
