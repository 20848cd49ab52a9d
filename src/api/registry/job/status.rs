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

fn is_true(job: &Object, condition: &str) -> bool {
    let is = |it: &Value| it["type"].as_str() == Some(condition) && it["status"].as_str() == Some("True");
    job.status()["conditions"].items().iter().any(is)
}

fn is_finished(job: &Object) -> bool {
    is_true(job, "Complete") || is_true(job, "Failed")
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
    validate_counters(new, &mut errors);
    validate_conditions(new, old, &mut errors);
    validate_times(new, old, &mut errors);
    validate_finished(new, old, &mut errors);
    validate_indexes(new, old, &mut errors);
    validate_steps(new, old, &mut errors);
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

fn validate_conditions(new: &Object, old: &Object, errors: &mut ErrorList) {
    let at = STATUS.child("conditions");
    let changed = |condition: &str| is_true(new, condition) != is_true(old, condition);
    let (complete, failed) = (is_true(new, "Complete"), is_true(new, "Failed"));
    let (target, criteria) = (is_true(new, "FailureTarget"), is_true(new, "SuccessCriteriaMet"));
    let rules = [
        (
            complete && failed && (changed("Complete") || changed("Failed")),
            "cannot set Complete=True and Failed=true conditions",
        ),
        (
            complete && target && (changed("Complete") || changed("FailureTarget")),
            "cannot set Complete=True and FailureTarget=true conditions",
        ),
        (
            failed && !target && (changed("Failed") || changed("FailureTarget")),
            "cannot set Failed=True condition without the FailureTarget=true condition",
        ),
        (
            complete && !criteria && (changed("Complete") || changed("SuccessCriteriaMet")),
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

fn validate_times(new: &Object, old: &Object, errors: &mut ErrorList) {
    let (complete, was_complete) = (is_true(new, "Complete"), is_true(old, "Complete"));
    let at = STATUS.child("completionTime");
    let (start, end) = (&new.status()["startTime"], &new.status()["completionTime"]);
    let start_changed = !start.is_same(&old.status()["startTime"]);
    let end_changed = !end.is_same(&old.status()["completionTime"]);
    if complete != was_complete || end_changed {
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

fn validate_finished(new: &Object, old: &Object, errors: &mut ErrorList) {
    let (finished, has_finished) = (is_finished(new), is_finished(new) != is_finished(old));
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

/// Checks what may only go one way.
fn validate_steps(new: &Object, old: &Object, errors: &mut ErrorList) {
    let at = STATUS.child("conditions");
    for condition in ["Failed", "Complete", "FailureTarget"] {
        if is_true(old, condition) && !is_true(new, condition) {
            invalid_without_value(errors, &at, &format!("cannot disable the terminal {condition}=True condition"));
        }
    }
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
    if is_true(old, "SuccessCriteriaMet") && !is_true(new, "SuccessCriteriaMet") {
        invalid_without_value(errors, &at, "cannot disable the SuccessCriteriaMet=True condition");
    }
    if is_true(old, "Complete") && !is_true(old, "SuccessCriteriaMet") && is_true(new, "SuccessCriteriaMet") {
        let detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions";
        invalid_without_value(errors, &at, detail);
    }
}
