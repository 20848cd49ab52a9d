//! What the status of a Job may become (`ValidateJobStatusUpdate` in `pkg/apis/batch/validation/validation.go`).
//!
//! Most checks look only at what a write changes, so that a status from an older controller can still be written.

use super::indexes;
use super::policies::invalid_without_value;
use super::spec::is_indexed;
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::NOT_NEGATIVE;
use crate::clock::Time;
use crate::object::{Object, Value};

const STATUS: At<'static> = At::new("status");

/// Which of the conditions that tell a Job's course are true, found in one walk over the list.
#[derive(Clone, Copy, Debug, Default)]
struct Course {
    complete: bool,
    failed: bool,
    target: bool,
    criteria: bool,
}

impl Course {
    fn of(job: &Object) -> Self {
        let mut course = Course::default();
        for condition in job.status()["conditions"].items() {
            let flag = match condition["type"].str_or_empty() {
                "Complete" => &mut course.complete,
                "Failed" => &mut course.failed,
                "FailureTarget" => &mut course.target,
                "SuccessCriteriaMet" => &mut course.criteria,
                _ => continue,
            };
            *flag |= condition["status"].as_str() == Some("True");
        }
        course
    }

    fn is_finished(self) -> bool {
        self.complete || self.failed
    }
}

fn number(job: &Object, field: &str) -> i64 {
    job.status()[field].as_i64().unwrap_or(0)
}

/// Checks a changed status against the stored Job.
pub(super) fn validate_status_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if new.status().is_same(old.status()) {
        return errors;
    }
    let (course, before) = (Course::of(new), Course::of(old));
    validate_counters(new, &mut errors);
    validate_conditions(new, course, before, &mut errors);
    validate_times(new, old, course.complete, course.complete != before.complete, &mut errors);
    validate_finished(new, old, course.is_finished(), course.is_finished() != before.is_finished(), &mut errors);
    validate_indexes(new, old, &mut errors);
    validate_course(course, before, &mut errors);
    validate_steps(new, old, &mut errors);
    if before.criteria && !course.criteria {
        let detail = "cannot disable the SuccessCriteriaMet=True condition";
        invalid_without_value(&mut errors, &STATUS.child("conditions"), detail);
    }
    if before.complete && !before.criteria && course.criteria {
        let detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions";
        invalid_without_value(&mut errors, &STATUS.child("conditions"), detail);
    }
    errors
}

fn validate_counters(new: &Object, errors: &mut ErrorList) {
    for field in ["active", "succeeded", "failed", "ready", "terminating"] {
        if number(new, field) < 0 {
            errors.invalid(&STATUS.child(field), number(new, field), NOT_NEGATIVE);
        }
    }
    let uncounted = &new.status()["uncountedTerminatedPods"];
    let at = STATUS.child("uncountedTerminatedPods");
    let mut seen: Vec<&str> = Vec::new();
    for field in ["succeeded", "failed"] {
        for (i, uid) in uncounted[field].items().iter().enumerate() {
            let uid = uid.str_or_empty();
            if uid.is_empty() {
                errors.invalid(&at.child(field).index(i), uid, "must not be empty");
            }
            seen.push(uid);
        }
    }
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        validate_unique(uncounted, &at, errors);
    }
}

/// Names the uids that are listed twice; only looked for when there are some.
fn validate_unique(uncounted: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut seen = std::collections::BTreeSet::new();
    for field in ["succeeded", "failed"] {
        for (i, uid) in uncounted[field].items().iter().enumerate() {
            let uid = uid.str_or_empty();
            if !uid.is_empty() && !seen.insert(uid) {
                errors.duplicate(&at.child(field).index(i), uid);
            }
        }
    }
}

fn validate_conditions(new: &Object, course: Course, before: Course, errors: &mut ErrorList) {
    let at = STATUS.child("conditions");
    let Course { complete, failed, target, criteria } = course;
    let (complete_changed, failed_changed) = (complete != before.complete, failed != before.failed);
    let (target_changed, criteria_changed) = (target != before.target, criteria != before.criteria);
    let rules = [
        (
            complete && failed && (complete_changed || failed_changed),
            "cannot set Complete=True and Failed=true conditions",
        ),
        (
            complete && target && (complete_changed || target_changed),
            "cannot set Complete=True and FailureTarget=true conditions",
        ),
        (
            failed && !target && (failed_changed || target_changed),
            "cannot set Failed=True condition without the FailureTarget=true condition",
        ),
        (
            complete && !criteria && (complete_changed || criteria_changed),
            "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
        ),
        (criteria && failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions"),
        (criteria && target, "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"),
        (
            complete && !criteria && !new.spec()["successPolicy"].is_null(),
            "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
        ),
    ];
    for (broken, detail) in rules {
        if broken {
            invalid_without_value(errors, &at, detail);
        }
    }
}

fn validate_times(new: &Object, old: &Object, complete: bool, complete_changed: bool, errors: &mut ErrorList) {
    let at = STATUS.child("completionTime");
    let (start, end) = (&new.status()["startTime"], &new.status()["completionTime"]);
    let start_changed = !start.is_same(&old.status()["startTime"]);
    let end_changed = !end.is_same(&old.status()["completionTime"]);
    if complete_changed || end_changed {
        if !end.is_null() && !complete {
            errors.invalid(&at, end, "cannot set completionTime when there is no Complete=True condition");
        }
        if end.is_null() && complete {
            errors.required(&at, "completionTime is required for Complete jobs");
        }
    }
    let time = |it: &Value| it.as_str().and_then(Time::parse);
    if (start_changed || end_changed)
        && let (Some(start), Some(finish)) = (time(start), time(end))
        && finish < start
    {
        errors.invalid(&at, end, "completionTime cannot be set before startTime");
    }
}

fn validate_finished(new: &Object, old: &Object, finished: bool, has_finished: bool, errors: &mut ErrorList) {
    let changed = |field: &str| !new.status()[field].is_same(&old.status()[field]);
    if finished {
        if number(new, "active") > 0 && (has_finished || changed("active")) {
            errors.invalid(&STATUS.child("active"), number(new, "active"), "active>0 is invalid for finished job");
        }
        if new.status()["startTime"].is_null() && (has_finished || changed("startTime")) {
            errors.required(&STATUS.child("startTime"), "startTime is required for finished job");
        }
        let uncounted = &new.status()["uncountedTerminatedPods"];
        let is_uncounted = !uncounted["failed"].is_empty() || !uncounted["succeeded"].is_empty();
        if is_uncounted && (has_finished || changed("uncountedTerminatedPods")) {
            let detail = "uncountedTerminatedPods needs to be empty for finished job";
            errors.invalid(&STATUS.child("uncountedTerminatedPods"), uncounted, detail);
        }
        if number(new, "terminating") > 0 && (has_finished || changed("terminating")) {
            let detail = "terminating>0 is invalid for finished job";
            errors.invalid(&STATUS.child("terminating"), number(new, "terminating"), detail);
        }
    }
    if number(new, "ready") > number(new, "active") && (changed("ready") || changed("active")) {
        errors.invalid(&STATUS.child("ready"), number(new, "ready"), "cannot set more ready pods than active");
    }
}

fn validate_indexes(new: &Object, old: &Object, errors: &mut ErrorList) {
    let (completed, failed) = (&new.status()["completedIndexes"], &new.status()["failedIndexes"]);
    let completed_changed = !completed.is_same(&old.status()["completedIndexes"]);
    let failed_changed = !failed.is_same(&old.status()["failedIndexes"]);
    if !completed_changed && !failed_changed {
        return;
    }
    let (completed_at, failed_at) = (STATUS.child("completedIndexes"), STATUS.child("failedIndexes"));
    let completions = new.spec()["completions"].as_i64();
    let per_index = !new.spec()["backoffLimitPerIndex"].is_null();
    if let (true, Some(completions)) = (completed_changed, completions)
        && let Err(why) = indexes::count(completed.str_or_empty(), completions)
    {
        errors.invalid(&completed_at, completed, format!("error parsing completedIndexes: {why}"));
    }
    if let (true, true, Some(completions), Some(text)) = (failed_changed, per_index, completions, failed.as_str())
        && let Err(why) = indexes::count(text, completions)
    {
        errors.invalid(&failed_at, failed, format!("error parsing failedIndexes: {why}"));
    }
    if completed_changed && !completed.is_empty() && !is_indexed(new.spec()) {
        let detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
        errors.invalid(&completed_at, completed, detail);
    }
    if failed_changed && !failed.is_null() && !per_index {
        let detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
        errors.invalid(&failed_at, failed, detail);
    }
    if let (Some(completions), Some(text)) = (completions, failed.as_str())
        && let Some(index) = indexes::overlap(completed.str_or_empty(), text, completions)
    {
        errors.invalid(&failed_at, failed, format!("failedIndexes and completedIndexes overlap at index: {index}"));
    }
}

/// Checks that the conditions in which a Job ends stay.
fn validate_course(course: Course, before: Course, errors: &mut ErrorList) {
    let steps = [
        ("Failed", before.failed && !course.failed),
        ("Complete", before.complete && !course.complete),
        ("FailureTarget", before.target && !course.target),
    ];
    for (condition, _) in steps.into_iter().filter(|(_, is_taken_back)| *is_taken_back) {
        let detail = format!("cannot disable the terminal {condition}=True condition");
        invalid_without_value(errors, &STATUS.child("conditions"), &detail);
    }
}

/// Checks what may only go one way.
fn validate_steps(new: &Object, old: &Object, errors: &mut ErrorList) {
    if number(new, "failed") < number(old, "failed") {
        errors.invalid(&STATUS.child("failed"), number(new, "failed"), "cannot decrease the failed counter");
    }
    // An Indexed Job that is scaled down forgets the indexes beyond its completions.
    if number(new, "succeeded") < number(old, "succeeded") && !is_indexed(new.spec()) {
        let detail = "cannot decrease the succeeded counter";
        errors.invalid(&STATUS.child("succeeded"), number(new, "succeeded"), detail);
    }
    let (end, was_end) = (&new.status()["completionTime"], &old.status()["completionTime"]);
    if !end.is_null() && !was_end.is_null() && !end.is_same(was_end) {
        errors.invalid(&STATUS.child("completionTime"), end, "completionTime cannot be mutated");
    }
    let (start, was_start) = (&new.status()["startTime"], &old.status()["startTime"]);
    if !was_start.is_null() && !start.is_same(was_start) && !new.spec()["suspend"].is_true() {
        errors.required(&STATUS.child("startTime"), "startTime cannot be removed for unsuspended job");
    }
}
