//! What the status of a budget says.

use std::sync::Arc;

use crate::api::registry::pod_disruption_budget::{DISRUPTION_ALLOWED, set_condition, update_condition, verdict};
use crate::clock::{Span, Time};
use crate::controllers::shared::pod::{condition, is_ready};
use crate::object::{Map, Object, literal};

/// How long an evicted pod is waited for to be marked for deletion (`DeletionTimeout`).
const DELETION_TIMEOUT: Span = Span::seconds(2 * 60);
/// What passes between the instant at which an eviction is overdue and the look that finds it so.
const RECHECK_DELAY: Span = Span::millis(5);

/// The pods of a budget, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Count {
    /// Those that are ready and stay.
    pub healthy: i64,
    /// How many have to be.
    pub desired: i64,
    /// How many there should be.
    pub expected: i64,
}

/// The pods whose eviction was allowed and that are not being deleted yet.
#[derive(Debug, Default)]
pub(super) struct Disrupted<'a> {
    /// Their names, and when the eviction was allowed.
    pub pods: Map,
    /// Those that should have been deleted by now, and are no longer counted as disrupted.
    pub overdue: Vec<&'a Arc<Object>>,
    /// When the first of the others will be overdue.
    pub look_again: Option<Time>,
}

/// Which of the disrupted pods in the status of `budget` are still to go (`buildDisruptedPodMap`).
pub(super) fn disrupted<'a>(budget: &Object, pods: &[&'a Arc<Object>], now: Time) -> Disrupted<'a> {
    let mut disrupted = Disrupted::default();
    let Some(noted) = budget.status()["disruptedPods"].as_map() else {
        return disrupted;
    };
    for pod in pods.iter().filter(|it| !it.meta.is_terminating()) {
        let Some(since) = noted.get(&pod.meta.name) else {
            continue;
        };
        let gone_by = since.as_str().and_then(Time::parse).unwrap_or_default() + DELETION_TIMEOUT;
        if gone_by < now {
            disrupted.overdue.push(pod);
        } else {
            let look = gone_by + RECHECK_DELAY;
            disrupted.look_again = Some(disrupted.look_again.map_or(look, |it| it.min(look)));
            disrupted.pods.insert(pod.meta.name.clone(), since.clone());
        }
    }
    disrupted
}

/// How many of `pods` are healthy (`countHealthyPods`).
pub(super) fn healthy(pods: &[&Arc<Object>], disrupted: &Disrupted<'_>) -> i64 {
    let stays = |pod: &&&Arc<Object>| !pod.meta.is_terminating() && !disrupted.pods.contains_key(&pod.meta.name);
    let count = pods.iter().filter(stays).filter(|it| is_ready(it)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `budget` with a status that says `count` and `disrupted`; `None` if it does already (`updatePdbStatus`).
pub(super) fn updated(budget: &Arc<Object>, count: Count, disrupted: &Disrupted<'_>, now: Time) -> Option<Object> {
    let spare = count.healthy - count.desired;
    let allowed = if count.expected > 0 { spare.max(0) } else { 0 };
    let mut new = Object::clone(budget);
    let generation = budget.meta.generation;
    let status = new.status_mut();
    status.set(literal!("currentHealthy"), count.healthy);
    status.set(literal!("desiredHealthy"), count.desired);
    status.set(literal!("disruptionsAllowed"), allowed);
    status.set(literal!("expectedPods"), count.expected);
    status.set(literal!("observedGeneration"), generation);
    if disrupted.pods.is_empty() {
        status.remove("disruptedPods");
    } else {
        status.set(literal!("disruptedPods"), disrupted.pods.clone());
    }
    let told = condition(&new, DISRUPTION_ALLOWED);
    let is_told = (told["status"].str_or_empty(), told["reason"].str_or_empty()) == verdict(&new);
    if is_told && new.status() == budget.status() {
        return None;
    }
    update_condition(&mut new, now);
    Some(new)
}

/// `budget` after a sync that failed for `why`: it allows no disruption (`failSafe`). `None` if it says so already.
pub(super) fn failed(budget: &Arc<Object>, why: &str, now: Time) -> Option<Object> {
    let mut new = Object::clone(budget);
    new.status_mut().set(literal!("disruptionsAllowed"), 0_i64);
    set_condition(&mut new, "False", "SyncFailed", why, now);
    (new.status() != budget.status()).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Value, kinds};

    fn pod(name: &str, ready: &str, is_terminating: bool) -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "default", name);
        let ready = crate::map! { "type" => "Ready", "status" => ready };
        pod.status_mut().set("conditions", Value::list([ready]));
        pod.meta.deleted = is_terminating.then_some(Time(0));
        Arc::new(pod)
    }

    fn budget(status: &str) -> Arc<Object> {
        let mut budget = Object::new(kinds::POD_DISRUPTION_BUDGET, "default", "b");
        budget.meta.generation = 1;
        *budget.status_mut() = Value::from_json(status.as_bytes()).expect("valid JSON");
        Arc::new(budget)
    }

    #[test]
    fn a_pod_is_healthy_while_it_is_ready_and_neither_goes_nor_is_about_to() {
        let pods = [pod("a", "True", false), pod("b", "True", true), pod("c", "False", false), pod("d", "True", false)];
        let pods: Vec<&Arc<Object>> = pods.iter().collect();
        let budget = budget(r#"{"disruptedPods":{"d":"1970-01-01T00:00:10Z","b":"1970-01-01T00:00:10Z"}}"#);
        let table = [(20, 1, 0, Some(130)), (130, 1, 0, Some(130)), (131, 2, 1, None)];
        for (now, want, overdue, look_again) in table {
            let disrupted = disrupted(&budget, &pods, Time::from_unix(now));
            assert_eq!((healthy(&pods, &disrupted), disrupted.overdue.len()), (want, overdue), "at {now}");
            assert_eq!(disrupted.look_again, look_again.map(|it| Time::from_unix(it) + RECHECK_DELAY), "at {now}");
        }
    }

    #[test]
    fn what_is_spare_may_be_disrupted_and_nothing_while_no_pod_is_expected() {
        let table = [
            ((3, 2, 3), 1, "SufficientPods"),
            ((2, 2, 3), 0, "InsufficientPods"),
            ((1, 2, 3), 0, "InsufficientPods"),
            ((1, 0, 0), 0, "InsufficientPods"),
        ];
        for ((healthy, desired, expected), allowed, reason) in table {
            let count = Count { healthy, desired, expected };
            let new = updated(&budget("{}"), count, &Disrupted::default(), Time(0)).expect("a new status");
            assert_eq!(new.status()["disruptionsAllowed"].as_i64(), Some(allowed), "{count:?}");
            assert_eq!(condition(&new, DISRUPTION_ALLOWED)["reason"].str_or_empty(), reason, "{count:?}");
            assert!(updated(&Arc::new(new), count, &Disrupted::default(), Time(9)).is_none(), "{count:?}");
        }
    }

    #[test]
    fn a_sync_that_fails_forbids_disruptions_and_says_why_once() {
        let failed = |it: &Arc<Object>| super::failed(it, "no matches", Time(0));
        let new = failed(&budget(r#"{"disruptionsAllowed":2,"observedGeneration":1}"#)).expect("a new status");
        assert_eq!(new.status()["disruptionsAllowed"].as_i64(), Some(0));
        let told = condition(&new, DISRUPTION_ALLOWED);
        assert_eq!((told["reason"].str_or_empty(), told["message"].str_or_empty()), ("SyncFailed", "no matches"));
        assert!(failed(&Arc::new(new)).is_none());
    }
}
