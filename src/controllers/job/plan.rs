//! What a Job does about the number of its pods: the decisions of `manageJob`, without carrying them out.

use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::job::backoff::{self, Record, finished_at};
use crate::controllers::job::indexed::{Indexes, Kept, failures_before, indexes_of, split_repeated};
use crate::controllers::job::pods::Pods;
use crate::controllers::job::removal::sort_for_removal;
use crate::controllers::job::spec::Spec;
use crate::object::Object;

/// How many pods one reconcile creates or deletes at most (`MaxPodCreateDeletePerSync`).
pub const MOST_AT_ONCE: usize = 500;

/// What is to be done about the number of pods.
#[derive(Clone, Debug, PartialEq)]
pub enum Plan {
    /// The number is right.
    Nothing,
    /// These are too many.
    Remove(Vec<Arc<Object>>),
    /// There are too few, but the last failure was less long ago than this.
    Wait(Span),
    /// So many are missing.
    Create(i64),
    /// Pods of these indexes are missing.
    CreateIndexes(Vec<i64>),
}

/// What a plan is made of besides the Job itself.
#[derive(Debug)]
pub struct Standing<'a> {
    /// The Job's pods.
    pub pods: &'a Pods,
    /// How many pods succeeded.
    pub succeeded: i64,
    /// The indexes that succeeded, and those that failed for good.
    pub done: &'a Indexes,
    /// The failed pods that are kept until their index has a replacement.
    pub kept: &'a Kept,
    /// The failures since the last success.
    pub backoff: Record,
    /// The present.
    pub now: Time,
}

/// How many pods should be active: as many as may, but no more than completions are missing. A work queue that has a
/// success starts no more.
pub fn wanted_active(parallelism: i64, completions: Option<i64>, active: i64, succeeded: i64) -> i64 {
    match completions {
        None if succeeded > 0 => active,
        None => parallelism,
        Some(completions) => (completions - succeeded).clamp(0, parallelism.max(0)),
    }
}

/// Decides about the number of pods. A reconcile removes or creates, never both; removal comes first.
pub fn plan_pods(spec: &Spec, standing: &Standing<'_>) -> Plan {
    let pods = standing.pods;
    let active = pods.active;
    if spec.suspended {
        let all = surplus(spec, pods, usize::try_from(active).unwrap_or(0));
        return if all.is_empty() { Plan::Nothing } else { Plan::Remove(all) };
    }
    let wanted = wanted_active(spec.parallelism, spec.completions, active, standing.succeeded);
    let mut surplus = surplus(spec, pods, usize::try_from(active - wanted).unwrap_or(0));
    surplus.truncate(MOST_AT_ONCE);
    if !surplus.is_empty() {
        return Plan::Remove(surplus);
    }
    let terminating = if spec.replaces_only_failed { pods.terminating } else { 0 };
    let missing = wanted - terminating - active;
    if missing <= 0 {
        return Plan::Nothing;
    }
    let missing = missing.min(i64::try_from(MOST_AT_ONCE).unwrap_or(i64::MAX));
    if spec.backoff_limit_per_index.is_some() {
        return plan_indexes_apart(spec, standing, missing);
    }
    let wait = standing.backoff.remaining(standing.now);
    if wait > Span::ZERO {
        return Plan::Wait(wait);
    }
    if spec.indexed { Plan::CreateIndexes(pending_indexes(spec, standing, missing)) } else { Plan::Create(missing) }
}

/// At least `count` pods to remove: first those whose index is taken or not valid, then those that are least far along.
fn surplus(spec: &Spec, pods: &Pods, count: usize) -> Vec<Arc<Object>> {
    let active = || pods.active().map(|it| &it.pod);
    let sort = |pods: &mut Vec<Arc<Object>>| sort_for_removal(pods);
    let (mut remove, mut keep) = match spec.completions.filter(|_| spec.indexed) {
        Some(completions) => split_repeated(active(), completions, sort),
        None if count == 0 => return Vec::new(),
        None => (Vec::new(), active().cloned().collect()),
    };
    if remove.len() < count {
        sort(&mut keep);
        keep.truncate(count - remove.len());
        remove.append(&mut keep);
    }
    remove
}

/// The lowest `count` indexes that are neither done nor have a pod.
fn pending_indexes(spec: &Spec, standing: &Standing<'_>, count: i64) -> Vec<i64> {
    let mut taken = standing.done.with(indexes_of(standing.pods.active().map(|it| &it.pod)));
    if spec.replaces_only_failed {
        let terminating = standing.pods.all.iter().filter(|it| it.is_terminating());
        taken = taken.with(indexes_of(terminating.map(|it| &it.pod)));
    }
    taken.first_missing(count, spec.completions.unwrap_or(0))
}

/// With a back-off for each index: the pending ones whose wait is over, or the shortest wait of all.
fn plan_indexes_apart(spec: &Spec, standing: &Standing<'_>, count: i64) -> Plan {
    let wait_of = |index: &i64| {
        standing.kept.get(*index).map_or(Span::ZERO, |pod| {
            let (failures, ignored) = failures_before(pod);
            let failures = u32::try_from(failures + ignored + 1).unwrap_or(u32::MAX);
            backoff::remaining(failures, Some(finished_at(pod)), standing.now)
        })
    };
    let pending = pending_indexes(spec, standing, count);
    let shortest = pending.iter().map(wait_of).min();
    let ready: Vec<_> = pending.into_iter().filter(|index| wait_of(index) == Span::ZERO).collect();
    match shortest {
        None => Plan::Nothing,
        Some(wait) if ready.is_empty() => Plan::Wait(wait),
        Some(_) => Plan::CreateIndexes(ready),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_pods_are_wanted_as_may_run_and_are_missing() {
        let table = [
            ("one completion", 1, Some(1), 0, 0, 1),
            ("bounded by parallelism", 2, Some(5), 0, 0, 2),
            ("bounded by what is missing", 3, Some(5), 0, 4, 1),
            ("all done", 3, Some(5), 0, 5, 0),
            ("more than all done", 3, Some(5), 0, 7, 0),
            ("parallelism 0 pauses", 0, Some(5), 0, 1, 0),
            ("a work queue", 3, None, 1, 0, 3),
            ("a work queue with a success", 3, None, 1, 1, 1),
        ];
        for (what, parallelism, completions, active, succeeded, want) in table {
            assert_eq!(wanted_active(parallelism, completions, active, succeeded), want, "{what}");
        }
    }
}
