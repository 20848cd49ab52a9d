//! What the status of a Job may become (`ValidateJobStatusUpdate` in `pkg/apis/batch/validation/validation.go`).
//!
//! Most checks look only at what a write changes, so that a status from an older controller can still be written.

use super::go_types::UNCOUNTED;
use super::indexes;
use super::policies::invalid_without_value;
use super::spec::is_indexed;
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::NOT_NEGATIVE;
use crate::api::registry::pod::go_form::{Shape, invalid_as};
use crate::clock::Time;
use crate::object::{Map, Object, Value};

const STATUS: At<'static> = At::new("status");

/// Which of the conditions that tell a Job's course are true, found in one walk over the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Course {
    complete: bool,
    failed: bool,
    target: bool,
    criteria: bool,
}

impl Course {
    fn of(conditions: &Value) -> Self {
        let mut course = Course::default();
        for condition in conditions.items() {
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

    /// Whether this is `before` or surely a good way on from it: to the criteria of success, and then to the end.
    fn follows(self, before: Course) -> bool {
        let has_failed = self.failed || self.target || before.failed || before.target;
        !has_failed && !before.complete && self.criteria >= before.criteria && self.criteria >= self.complete
    }

    fn is_finished(self) -> bool {
        self.complete || self.failed
    }
}

/// The fields of a status, found in one walk over it.
#[derive(Clone, Copy, Debug)]
struct Status<'a> {
    active: &'a Value,
    succeeded: &'a Value,
    failed: &'a Value,
    ready: &'a Value,
    terminating: &'a Value,
    start: &'a Value,
    completion: &'a Value,
    uncounted: &'a Value,
    completed_indexes: &'a Value,
    failed_indexes: &'a Value,
    conditions: &'a Value,
}

impl<'a> Status<'a> {
    fn of(job: &'a Object) -> Self {
        let none = Value::null();
        let mut status = Status {
            active: none,
            succeeded: none,
            failed: none,
            ready: none,
            terminating: none,
            start: none,
            completion: none,
            uncounted: none,
            completed_indexes: none,
            failed_indexes: none,
            conditions: none,
        };
        for (field, value) in job.status().as_map().into_iter().flat_map(Map::iter) {
            let place = match field.as_str() {
                "active" => &mut status.active,
                "succeeded" => &mut status.succeeded,
                "failed" => &mut status.failed,
                "ready" => &mut status.ready,
                "terminating" => &mut status.terminating,
                "startTime" => &mut status.start,
                "completionTime" => &mut status.completion,
                "uncountedTerminatedPods" => &mut status.uncounted,
                "completedIndexes" => &mut status.completed_indexes,
                "failedIndexes" => &mut status.failed_indexes,
                "conditions" => &mut status.conditions,
                _ => continue,
            };
            *place = value;
        }
        status
    }
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

/// Checks a changed status against the stored Job.
pub(super) fn validate_status_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if is_surely_sound(new.status(), old.status()) || new.status().is_same(old.status()) {
        return errors;
    }
    validate_status(new.spec(), &Status::of(new), &Status::of(old), &mut errors);
    errors
}

/// Whether a status surely is what it may become: that of a Job which goes on or comes to a good end, with nothing that the stored
/// one would have to be asked about but its counters, its start and its course.
fn is_surely_sound(new: &Value, old: &Value) -> bool {
    let (Some(fields), Some(before)) = (new.as_map(), old.as_map()) else {
        return false;
    };
    let (mut active, mut ready, mut terminating, mut is_counted) = (0, 0, 0, true);
    let (mut course, mut start, mut end) = (Course::default(), Value::null(), Value::null());
    for (field, value) in fields.iter() {
        let count = number(value);
        let is_sound = match field.as_str() {
            "active" => {
                active = count;
                count >= 0
            }
            "ready" => {
                ready = count;
                count >= 0
            }
            "terminating" => {
                terminating = count;
                count >= 0
            }
            "succeeded" | "failed" => count >= number(&before[field.as_str()]).max(0),
            "startTime" => {
                start = value;
                before.get("startTime").is_none_or(|it| it.is_null() || it.is_same(value))
            }
            "uncountedTerminatedPods" => {
                is_counted = value.is_empty();
                is_counted || has_one_pod_at_most(value)
            }
            "conditions" => {
                course = Course::of(value);
                true
            }
            "completionTime" => {
                end = value;
                true
            }
            "completedIndexes" | "failedIndexes" => value.is_null(),
            _ => true,
        };
        if !is_sound {
            return false;
        }
    }
    let ends_well = active == 0 && terminating == 0 && is_counted && are_in_order(start, end);
    ready <= active
        && if course.complete { ends_well } else { end.is_null() }
        && came_from(before, fields).is_some_and(|before| course.follows(before))
}

/// The course of the status before, unless something is missing in the `fields` after it that a status may not lose, or it has come
/// to an end.
fn came_from(before: &Map, fields: &Map) -> Option<Course> {
    let mut course = Course::default();
    for (field, value) in before.iter() {
        let stays = match field.as_str() {
            "startTime" | "succeeded" | "failed" => fields.contains_key(field),
            "completionTime" | "completedIndexes" | "failedIndexes" => value.is_null(),
            "conditions" => {
                course = Course::of(value);
                true
            }
            _ => true,
        };
        if !stays {
            return None;
        }
    }
    Some(course)
}

/// Whether both are times, and the first is not the later one.
fn are_in_order(start: &Value, end: &Value) -> bool {
    let time = |it: &Value| it.as_str().and_then(Time::parse);
    time(start).zip(time(end)).is_some_and(|(start, end)| start <= end)
}

/// Whether no more than one pod has ended and is not counted yet, so that none can be named twice.
fn has_one_pod_at_most(uncounted: &Value) -> bool {
    let mut named = 0;
    for (_, uids) in uncounted.as_map().into_iter().flat_map(Map::iter) {
        named += uids.items().len();
        if uids.items().iter().any(|uid| uid.str_or_empty().is_empty()) {
            return false;
        }
    }
    named < 2
}

fn validate_status(spec: &Value, new: &Status<'_>, old: &Status<'_>, errors: &mut ErrorList) {
    let before = Course::of(old.conditions);
    let course = if new.conditions.is_shared_with(old.conditions) { before } else { Course::of(new.conditions) };
    // Most Jobs have none of these conditions until their last update.
    let runs = course == Course::default() && before == Course::default();
    validate_counters(new, errors);
    if !runs {
        validate_conditions(spec, course, before, errors);
    }
    validate_times(new, old, course.complete, course.complete != before.complete, errors);
    validate_finished(new, old, course.is_finished(), course.is_finished() != before.is_finished(), errors);
    validate_indexes(spec, new, old, errors);
    if !runs {
        validate_course(course, before, errors);
    }
    validate_steps(spec, new, old, errors);
    if before.criteria && !course.criteria {
        let detail = "cannot disable the SuccessCriteriaMet=True condition";
        invalid_without_value(errors, &STATUS.child("conditions"), detail);
    }
    if before.complete && !before.criteria && course.criteria {
        let detail = "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions";
        invalid_without_value(errors, &STATUS.child("conditions"), detail);
    }
}

fn validate_counters(new: &Status<'_>, errors: &mut ErrorList) {
    let numbers = [new.active, new.succeeded, new.failed, new.ready, new.terminating].map(number);
    if numbers.iter().any(|it| *it < 0) {
        refuse_negative(numbers, errors);
    }
    if new.uncounted.as_map().is_some_and(|it| it.iter().any(|(_, uids)| !uids.items().is_empty())) {
        validate_uncounted(new, errors);
    }
}

#[cold]
fn refuse_negative(numbers: [i64; 5], errors: &mut ErrorList) {
    for (field, number) in ["active", "succeeded", "failed", "ready", "terminating"].into_iter().zip(numbers) {
        if number < 0 {
            errors.invalid(&STATUS.child(field), number, NOT_NEGATIVE);
        }
    }
}

/// Checks that each pod that has ended and is not counted yet is named once.
fn validate_uncounted(new: &Status<'_>, errors: &mut ErrorList) {
    let at = STATUS.child("uncountedTerminatedPods");
    let mut seen: Vec<&str> = Vec::new();
    for field in ["succeeded", "failed"] {
        for (i, uid) in new.uncounted[field].items().iter().enumerate() {
            let uid = uid.str_or_empty();
            if uid.is_empty() {
                errors.invalid(&at.child(field).index(i), uid, "must not be empty");
            }
            seen.push(uid);
        }
    }
    seen.sort_unstable();
    if seen.windows(2).any(|pair| pair[0] == pair[1]) {
        validate_unique(new.uncounted, &at, errors);
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

fn validate_conditions(spec: &Value, course: Course, before: Course, errors: &mut ErrorList) {
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
            complete && !criteria && !spec["successPolicy"].is_null(),
            "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
        ),
    ];
    for (broken, detail) in rules {
        if broken {
            invalid_without_value(errors, &at, detail);
        }
    }
}

fn validate_times(new: &Status<'_>, old: &Status<'_>, complete: bool, complete_changed: bool, errors: &mut ErrorList) {
    let at = STATUS.child("completionTime");
    let (start, end) = (new.start, new.completion);
    let (start_changed, end_changed) = (!start.is_same(old.start), !end.is_same(old.completion));
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
        && let Some(finish) = time(end)
        && let Some(start) = time(start)
        && finish < start
    {
        errors.invalid(&at, end, "completionTime cannot be set before startTime");
    }
}

fn validate_finished(new: &Status<'_>, old: &Status<'_>, finished: bool, has_finished: bool, errors: &mut ErrorList) {
    let (active, ready, terminating) = (number(new.active), number(new.ready), number(new.terminating));
    if finished {
        if active > 0 && (has_finished || !new.active.is_same(old.active)) {
            errors.invalid(&STATUS.child("active"), active, "active>0 is invalid for finished job");
        }
        if new.start.is_null() && (has_finished || !new.start.is_same(old.start)) {
            errors.required(&STATUS.child("startTime"), "startTime is required for finished job");
        }
        let is_uncounted = !new.uncounted["failed"].is_empty() || !new.uncounted["succeeded"].is_empty();
        if is_uncounted && (has_finished || !new.uncounted.is_same(old.uncounted)) {
            let detail = "uncountedTerminatedPods needs to be empty for finished job";
            let at = STATUS.child("uncountedTerminatedPods");
            errors.add(invalid_as(Shape::Struct(&UNCOUNTED), new.uncounted, &at, detail));
        }
        if terminating > 0 && (has_finished || !new.terminating.is_same(old.terminating)) {
            let detail = "terminating>0 is invalid for finished job";
            errors.invalid(&STATUS.child("terminating"), terminating, detail);
        }
    }
    if ready > active && !(new.ready.is_same(old.ready) && new.active.is_same(old.active)) {
        errors.invalid(&STATUS.child("ready"), ready, "cannot set more ready pods than active");
    }
}

fn validate_indexes(spec: &Value, new: &Status<'_>, old: &Status<'_>, errors: &mut ErrorList) {
    let (completed, failed) = (new.completed_indexes, new.failed_indexes);
    if completed.is_null() && failed.is_null() && old.completed_indexes.is_null() && old.failed_indexes.is_null() {
        return;
    }
    let completed_changed = !completed.is_same(old.completed_indexes);
    let failed_changed = !failed.is_same(old.failed_indexes);
    if !completed_changed && !failed_changed {
        return;
    }
    let (completed_at, failed_at) = (STATUS.child("completedIndexes"), STATUS.child("failedIndexes"));
    let completions = spec["completions"].as_i64();
    let per_index = !spec["backoffLimitPerIndex"].is_null();
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
    if completed_changed && !completed.is_empty() && !is_indexed(spec) {
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
fn validate_steps(spec: &Value, new: &Status<'_>, old: &Status<'_>, errors: &mut ErrorList) {
    if number(new.failed) < number(old.failed) {
        errors.invalid(&STATUS.child("failed"), number(new.failed), "cannot decrease the failed counter");
    }
    // An Indexed Job that is scaled down forgets the indexes beyond its completions.
    if number(new.succeeded) < number(old.succeeded) && !is_indexed(spec) {
        let detail = "cannot decrease the succeeded counter";
        errors.invalid(&STATUS.child("succeeded"), number(new.succeeded), detail);
    }
    let (end, was_end) = (new.completion, old.completion);
    if !end.is_null() && !was_end.is_null() && !end.is_same(was_end) {
        errors.invalid(&STATUS.child("completionTime"), end, "completionTime cannot be mutated");
    }
    if !old.start.is_null() && !new.start.is_same(old.start) && !spec["suspend"].is_true() {
        errors.required(&STATUS.child("startTime"), "startTime cannot be removed for unsuspended job");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_is_surely_sound_has_no_errors_by_all_rules() {
        let parse = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let job = |status: &str| {
            let mut job = Object::new(crate::object::kinds::JOB, "default", "j");
            job.body.insert("spec", parse(r#"{"completions":3}"#));
            job.body.insert("status", parse(status));
            job
        };
        let statuses = [
            "{}",
            r#"{"startTime":"2026-01-01T00:00:00Z","active":1,"ready":0,"terminating":0,"uncountedTerminatedPods":{}}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","active":1,"ready":1,"uncountedTerminatedPods":{"succeeded":["a"]}}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","succeeded":1,"failed":1}"#,
            r#"{"startTime":"2026-01-02T00:00:00Z","succeeded":2,"failed":0}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","active":-1}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","active":0,"ready":1}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","uncountedTerminatedPods":{"succeeded":["a"],"failed":["a"]}}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","uncountedTerminatedPods":{"failed":[""]}}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","completionTime":""}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","completedIndexes":"0"}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","failedIndexes":""}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Complete","status":"True"}]}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","uncountedTerminatedPods":{"succeeded":["a"]},
                "conditions":[{"type":"SuccessCriteriaMet","status":"True"}]}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","completionTime":"2026-01-01T00:00:05Z","succeeded":1,"conditions":[
                {"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","completionTime":"2025-01-01T00:00:05Z","succeeded":1,"conditions":[
                {"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","completionTime":"2026-01-01T00:00:05Z","terminating":1,"conditions":[
                {"type":"SuccessCriteriaMet","status":"True"},{"type":"Complete","status":"True"}]}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"FailureTarget","status":"True"}]}"#,
            r#"{"startTime":"2026-01-01T00:00:00Z","conditions":[{"type":"Suspended","status":"True"}]}"#,
        ];
        let mut sound = 0;
        for old in statuses.map(job) {
            for new in statuses.map(job) {
                let mut errors = ErrorList::new();
                validate_status(new.spec(), &Status::of(&new), &Status::of(&old), &mut errors);
                if is_surely_sound(new.status(), old.status()) {
                    sound += 1;
                    assert!(errors.is_empty(), "{:?} after {:?}: {errors}", new.status(), old.status());
                }
            }
        }
        assert!(sound > 8, "the usual course of a Job is seen to be sound: {sound}");
    }
}
