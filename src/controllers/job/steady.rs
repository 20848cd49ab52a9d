//! Jobs at which there is nothing to do, told by one comparison: most looks at a Job find it as it was.

use super::finished;
use super::plan::wanted_active;
use super::pods::Pods;
use super::spec::Spec;
use super::status::{JobStatus, Uncounted};
use crate::clock::Time;
use crate::object::Object;

/// Whether nothing is to be done about a Job at `now`: as many of its `pods` run as are wanted, none has ended, and its
/// `status` says so. A Job that may end or wait for other reasons than those of all Jobs has to be looked at more closely.
pub fn runs_as_told(job: &Object, spec: &Spec, pods: &Pods, status: &JobStatus, now: Time) -> bool {
    let is_told = status.active == pods.active && status.ready == Some(pods.ready) && status.terminating == Some(0);
    if !is_told
        || pods.any_ended
        || pods.terminating > 0
        || !pods.actions.is_empty()
        || job.meta.is_terminating()
        || !spec.is_plain()
    {
        return false;
    }
    let wanted = wanted_active(spec.parallelism, spec.completions, pods.active, status.succeeded);
    pods.active > 0
        && pods.active == wanted
        && status.start_time.is_some()
        && status.conditions.is_empty()
        && status.uncounted.as_ref().is_some_and(Uncounted::is_empty)
        && finished::failure_by_limits(spec, status.failed, finished::restarts(spec, &pods.all), None, now).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Span;
    use crate::controllers::job::status::Stamp;
    use crate::object::kinds;

    type Edit = fn(&mut Spec, &mut Pods, &mut JobStatus);

    /// Whether a Job with two pods, one of them ready, runs as its status tells after `edit`.
    fn runs(edit: Edit) -> bool {
        let (mut spec, mut pods) = (Spec::default(), Pods { active: 2, ready: 1, ..Pods::default() });
        (spec.parallelism, spec.completions, spec.backoff_limit) = (2, Some(3), 6);
        let mut status = JobStatus {
            active: 2,
            ready: Some(1),
            terminating: Some(0),
            succeeded: 1,
            start_time: Some(Stamp::from(Time(0))),
            uncounted: Some(Uncounted::default()),
            ..JobStatus::default()
        };
        edit(&mut spec, &mut pods, &mut status);
        runs_as_told(&Object::new(kinds::JOB, "default", "j"), &spec, &pods, &status, Time::from_unix(60))
    }

    #[test]
    fn a_job_that_runs_as_told_is_left_alone_and_any_other_is_looked_at_more_closely() {
        let table: [(&str, Edit, bool); 11] = [
            ("nothing else", |_, _, _| {}, true),
            ("a pod less", |_, pods, _| pods.active = 1, false),
            ("another is ready", |_, pods, _| pods.ready = 2, false),
            ("a pod is being deleted", |_, pods, _| pods.terminating = 1, false),
            ("a pod has ended", |_, pods, _| pods.any_ended = true, false),
            ("fewer may run", |spec, _, _| spec.parallelism = 1, false),
            ("fewer are missing", |spec, _, _| spec.completions = Some(2), false),
            ("it has a deadline", |spec, _, _| spec.active_deadline = Some(Span::seconds(90)), false),
            ("it is to be suspended", |spec, _, _| spec.suspended = true, false),
            ("too many failed", |_, _, status| status.failed = 7, false),
            ("it was not started yet", |_, _, status| status.start_time = None, false),
        ];
        for (what, edit, want) in table {
            assert_eq!(runs(edit), want, "{what}");
        }
    }
}
