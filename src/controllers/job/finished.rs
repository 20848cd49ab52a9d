//! When a Job is over, and why.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::job::indexed::Indexes;
use crate::controllers::job::pod_failure_policy::{Verdict, judge};
use crate::controllers::job::pods::{Member, Phase};
use crate::controllers::job::spec::Spec;
use crate::controllers::job::status::{Condition, JobStatus, Stamp};
use crate::controllers::{Action, EventRecord};
use crate::object::{Object, Str, literal};

/// The interim condition of a Job that fails: its pods are being removed.
pub const FAILURE_TARGET: Str = literal!("FailureTarget");
/// The condition of a Job that failed.
pub const FAILED: Str = literal!("Failed");
/// The interim condition of a Job that succeeds.
pub const SUCCESS_CRITERIA_MET: Str = literal!("SuccessCriteriaMet");
/// The condition of a Job that succeeded.
pub const COMPLETE: Str = literal!("Complete");

/// Every reason for which a Job fails.
const REASONS: [&str; 5] =
    ["PodFailurePolicy", "BackoffLimitExceeded", "DeadlineExceeded", "MaxFailedIndexesExceeded", "FailedIndexes"];

/// Why a Job fails: the condition's reason and message.
pub type Failure = (&'static str, String);

/// The failure that `spec.podFailurePolicy` makes of one of `pods`.
pub fn failure_by_policy<'a>(spec: &Spec, mut pods: impl Iterator<Item = &'a Member>) -> Option<Failure> {
    if spec.pod_failure_policy.is_null() {
        return None;
    }
    let judged = |it: &Member| it.is_failed(spec).then(|| judge(&spec.pod_failure_policy, &it.pod));
    pods.find_map(|it| match judged(it)? {
        Verdict::FailJob(message) => Some(("PodFailurePolicy", message)),
        _ => None,
    })
}

/// The failure of a Job with `failed` failed pods, or with `restarts` restarts of containers under `OnFailure`, or that
/// was active for too long.
pub fn failure_by_limits(spec: &Spec, failed: i64, restarts: i64, start: Option<Time>, now: Time) -> Option<Failure> {
    let too_many_restarts = spec.restarts_on_failure && restarts >= spec.backoff_limit.max(1);
    if failed > spec.backoff_limit || too_many_restarts {
        return Some(("BackoffLimitExceeded", "Job has reached the specified backoff limit".to_owned()));
    }
    let deadline = start.zip(spec.active_deadline).map(|(start, span)| start + span);
    if !spec.suspended && deadline.is_some_and(|deadline| now >= deadline) {
        return Some(("DeadlineExceeded", "Job was active longer than specified deadline".to_owned()));
    }
    None
}

/// The failure of an Indexed Job by its failed indexes.
pub fn failure_by_indexes(spec: &Spec, failed: &Indexes, succeeded: &Indexes) -> Option<Failure> {
    if spec.max_failed_indexes.is_some_and(|most| failed.total() > most) {
        let message = "Job has exceeded the specified maximal number of failed indexes";
        return Some(("MaxFailedIndexesExceeded", message.to_owned()));
    }
    let all = spec.completions.is_some_and(|all| failed.total() + succeeded.total() >= all);
    (failed.total() > 0 && all).then(|| ("FailedIndexes", "Job has failed indexes".to_owned()))
}

/// How often containers of `pods` that still run were restarted, where `spec` has that count.
pub fn restarts(spec: &Spec, pods: &[Member]) -> i64 {
    let mut restarts = 0;
    if !spec.restarts_on_failure {
        return restarts;
    }
    for pod in pods.iter().filter(|it| matches!(it.phase, Phase::Running | Phase::Pending)) {
        let status = pod.pod.status();
        for container in status["initContainerStatuses"].items().iter().chain(status["containerStatuses"].items()) {
            restarts += container["restartCount"].as_i64().unwrap_or(0);
        }
    }
    restarts
}

/// Whether enough pods succeeded and none is left that could.
pub fn is_complete(completions: Option<i64>, succeeded: i64, active: i64) -> bool {
    active == 0 && succeeded >= completions.unwrap_or(1)
}

/// Puts the interim condition in `status` and returns the terminal one that follows it, and whether `status` changed.
pub fn begin(status: &mut JobStatus, interim: Condition, now: &Stamp) -> (Condition, bool) {
    let terminal = if interim.kind == FAILURE_TARGET { FAILED } else { COMPLETE };
    let condition = Condition::new(terminal, interim.reason.clone(), interim.message.clone(), now);
    let is_new = status.condition(&interim.kind).is_none();
    if is_new {
        status.conditions.push(interim);
    }
    (condition, is_new)
}

/// Adds the events that tell of a Job's end to `events`.
pub fn tell(
    job: &Arc<Object>,
    completions: Option<i64>,
    succeeded: i64,
    terminal: &Condition,
    events: &mut Vec<Action>,
) {
    if terminal.kind != COMPLETE {
        let reason = REASONS.into_iter().find(|it| terminal.reason == *it).unwrap_or("Failed");
        events.push(EventRecord::warning(job, reason, terminal.message.clone()));
        return;
    }
    if completions.is_some_and(|completions| succeeded > completions) {
        let message = "Too many succeeded pods running after completion count reached";
        events.push(EventRecord::warning(job, "TooManySucceededPods", message));
    }
    events.push(EventRecord::normal(job, "Completed", literal!("Job completed")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Value, kinds};

    fn job(spec: &str) -> Object {
        let mut job = Object::new(kinds::JOB, "default", "j");
        *job.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
        job
    }

    fn check(spec: &str, failed: i64, restarts: i64, now: i64, want: Option<&str>) {
        let job = job(spec);
        let start = Some(Time::from_unix(100));
        let failure = failure_by_limits(&Spec::of(&job), failed, restarts, start, Time::from_unix(now));
        assert_eq!(failure.map(|(reason, _)| reason), want, "{spec}: {failed} failed, {restarts} restarts at {now}");
    }

    #[test]
    fn a_job_fails_when_more_pods_failed_than_its_limit() {
        check(r#"{"backoffLimit":1}"#, 1, 0, 100, None);
        check(r#"{"backoffLimit":1}"#, 2, 0, 100, Some("BackoffLimitExceeded"));
        check(r#"{"backoffLimit":0}"#, 1, 0, 100, Some("BackoffLimitExceeded"));
    }

    #[test]
    fn restarts_count_as_failures_only_where_containers_restart_in_place() {
        let on_failure =
            |limit| format!(r#"{{"backoffLimit":{limit},"template":{{"spec":{{"restartPolicy":"OnFailure"}}}}}}"#);
        check(&on_failure(2), 0, 1, 100, None);
        check(&on_failure(2), 0, 2, 100, Some("BackoffLimitExceeded"));
        check(&on_failure(0), 0, 0, 100, None);
        check(&on_failure(0), 0, 1, 100, Some("BackoffLimitExceeded"));
        check(r#"{"backoffLimit":2,"template":{"spec":{"restartPolicy":"Never"}}}"#, 0, 9, 100, None);
    }

    #[test]
    fn a_job_fails_at_its_deadline_unless_it_is_suspended() {
        check(r#"{"activeDeadlineSeconds":10}"#, 0, 0, 109, None);
        check(r#"{"activeDeadlineSeconds":10}"#, 0, 0, 110, Some("DeadlineExceeded"));
        check(r#"{"activeDeadlineSeconds":10,"suspend":true}"#, 0, 0, 200, None);
    }

    #[test]
    fn failed_indexes_fail_a_job_when_there_are_too_many_or_nothing_else_is_left() {
        let table = [
            ("", "0-3", None),
            ("1", "0-1", None),
            ("1,3", "0", Some("MaxFailedIndexesExceeded")),
            ("1", "0,2,3", Some("FailedIndexes")),
        ];
        let job = job(r#"{"completions":4,"completionMode":"Indexed","maxFailedIndexes":1}"#);
        for (failed, succeeded, want) in table {
            let (failed, succeeded) = (Indexes::parse(failed, 4), Indexes::parse(succeeded, 4));
            let failure = failure_by_indexes(&Spec::of(&job), &failed, &succeeded);
            assert_eq!(failure.map(|(reason, _)| reason), want, "{failed}");
        }
    }

    #[test]
    fn a_job_is_complete_when_enough_succeeded_and_no_pod_is_active() {
        let table = [(Some(2), 1, 0, false), (Some(2), 2, 1, false), (Some(2), 2, 0, true), (Some(0), 0, 0, true)];
        for (completions, succeeded, active, want) in
            table.into_iter().chain([(None, 0, 0, false), (None, 1, 1, false), (None, 1, 0, true)])
        {
            assert_eq!(is_complete(completions, succeeded, active), want, "{completions:?} {succeeded} {active}");
        }
    }
}
