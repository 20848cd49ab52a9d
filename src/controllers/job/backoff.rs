//! How long a Job waits before it replaces failed pods.
//!
//! Follows `pkg/controller/job/backoff_utils.go`.

use crate::clock::{Span, Time};
use crate::controllers::shared::pod::condition;
use crate::object::{Object, Value};

/// The wait after the first failure; each further failure since the last success doubles it.
pub const FIRST: Span = Span::seconds(10);
/// The longest wait.
pub const LAST: Span = Span::seconds(600);

/// What is remembered of a Job's failures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Pods that failed after the last success.
    pub failures: u32,
    /// When the last of them failed.
    pub last_failure: Option<Time>,
}

impl Record {
    /// The record after pods finished at `succeeded` and at `failed`. A success starts the count anew, so that only
    /// failures after the last success count.
    #[must_use]
    pub fn after(self, succeeded: &[Time], failed: &[Time]) -> Record {
        let last_success = succeeded.iter().copied().max();
        let before = if last_success.is_some() { Record::default() } else { self };
        let counted = || failed.iter().copied().filter(|at| last_success.is_none_or(|success| *at > success));
        match counted().max() {
            None => before,
            last => Record {
                failures: before.failures + u32::try_from(counted().count()).unwrap_or(u32::MAX),
                last_failure: last,
            },
        }
    }

    /// How long to wait from `now` on; zero when a replacement may be made.
    pub fn remaining(self, now: Time) -> Span {
        remaining(self.failures, self.last_failure, now)
    }
}

/// How long to wait from `now` on, when `failures` pods failed in a row and the last of them at `last_failure`.
pub fn remaining(failures: u32, last_failure: Option<Time>, now: Time) -> Span {
    let Some(last_failure) = last_failure.filter(|_| failures > 0) else {
        return Span::ZERO;
    };
    let wait = FIRST.backed_off(failures, LAST);
    let elapsed = now - last_failure;
    if wait < elapsed { Span::ZERO } else { Span(wait.0 - elapsed.0) }
}

/// When a pod came to its end: the last container's end, else when it stopped being ready, else when its deletion began,
/// else its creation.
pub fn finished_at(pod: &Object) -> Time {
    from_containers(pod)
        .or_else(|| {
            let ready = condition(pod, "Ready");
            let since = ready["lastTransitionTime"].as_str().and_then(Time::parse);
            since.filter(|_| ready["status"].str_or_empty() == "False")
        })
        .or_else(|| {
            let grace = Span::seconds(pod.meta.deletion_grace_seconds.unwrap_or(0));
            pod.meta.deleted.map(|deleted| deleted - grace)
        })
        .or(pod.meta.created)
        .unwrap_or_default()
}

/// The end of the last container, sidecars included; `None` while any of them has not ended.
fn from_containers(pod: &Object) -> Option<Time> {
    let is_sidecar = |status: &&Value| {
        pod.spec()["initContainers"]
            .items()
            .iter()
            .any(|it| it["name"] == status["name"] && it["restartPolicy"].str_or_empty() == "Always")
    };
    let sidecars = pod.status()["initContainerStatuses"].items().iter().filter(is_sidecar);
    let mut last = None;
    for status in pod.status()["containerStatuses"].items().iter().chain(sidecars) {
        let ended = status.at(&["state", "terminated", "finishedAt"]).as_str().and_then(Time::parse)?;
        last = last.max(Some(ended));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn seconds(all: &[i64]) -> Vec<Time> {
        all.iter().copied().map(Time::from_unix).collect()
    }

    fn check_record(what: &str, succeeded: &[i64], failed: &[i64], failures: u32, last: Option<i64>) {
        let before = Record { failures: 2, last_failure: Some(Time::from_unix(50)) };
        let want = Record { failures, last_failure: last.map(Time::from_unix) };
        assert_eq!(before.after(&seconds(succeeded), &seconds(failed)), want, "{what}");
    }

    #[test]
    fn failures_since_the_last_success_count() {
        check_record("nothing new", &[], &[], 2, Some(50));
        check_record("failures only", &[], &[70, 60], 4, Some(70));
        check_record("successes only", &[60], &[], 0, None);
        check_record("failures before the success", &[80], &[60, 70], 0, None);
        check_record("failures around the success", &[65], &[60, 70, 90], 2, Some(90));
    }

    #[test]
    fn the_wait_doubles_from_ten_seconds_up_to_ten_minutes() {
        let table = [(0, 100, 0), (1, 100, 10), (1, 104, 6), (1, 110, 0), (1, 111, 0), (2, 100, 20), (6, 100, 320)];
        for (failures, now, want) in table.into_iter().chain([(7, 100, 600), (8, 100, 600), (200, 100, 600)]) {
            let got = remaining(failures, Some(Time::from_unix(100)), Time::from_unix(now));
            assert_eq!(got, Span::seconds(want), "{failures} failures at {now}");
        }
    }

    fn check(pod: &str, want: i64) {
        let value = Value::from_json(pod.as_bytes()).expect("valid JSON");
        let pod = Object::from_value(kinds::POD, &value);
        assert_eq!(finished_at(&pod), Time::from_unix(want), "{value}");
    }

    #[test]
    fn a_pod_ended_with_its_last_container_or_when_it_was_last_heard_of() {
        check(r#"{"metadata":{"creationTimestamp":"1970-01-01T00:00:05Z"}}"#, 5);
        check(r#"{"metadata":{"deletionTimestamp":"1970-01-01T00:01:00Z","deletionGracePeriodSeconds":30}}"#, 30);
        check(
            r#"{"status":{"conditions":[{"type":"Ready","status":"False","lastTransitionTime":"1970-01-01T00:00:40Z"}]}}"#,
            40,
        );
        let two = |second: &str| {
            format!(
                r#"{{"metadata":{{"creationTimestamp":"1970-01-01T00:00:05Z"}},"status":{{"containerStatuses":[
                {{"state":{{"terminated":{{"finishedAt":"1970-01-01T00:00:20Z"}}}}}},{{"state":{second}}}]}}}}"#
            )
        };
        check(&two(r#"{"terminated":{"finishedAt":"1970-01-01T00:00:30Z"}}"#), 30);
        check(&two(r#"{"running":{}}"#), 5);
    }
}
