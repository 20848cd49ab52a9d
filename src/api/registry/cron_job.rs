//! The rules of CronJobs (`pkg/apis/batch/v1/defaults.go`, `pkg/apis/batch/validation/validation.go`,
//! `pkg/registry/batch/cronjob/strategy.go`).

use super::Strategy;
use super::amounts::refuse_negative;
use super::job;
use crate::api::field::{At, ErrorList};
use crate::object::cron::{self, Schedule};
use crate::object::{Object, Value, literal};

/// The longest name: the Jobs' names have eleven characters more, and 63 at most.
const NAME_MAX: usize = 52;

/// The rules of CronJobs.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |job| {
        job.meta.generation = 1;
        job.body.insert(literal!("status"), Value::empty_map());
    },
    validate: |job| {
        let mut errors = ErrorList::new();
        validate_spec(job.spec(), None, &mut errors);
        if job.meta.name.len() > NAME_MAX {
            let at = At::new("metadata");
            errors.invalid(&at.child("name"), &job.meta.name, format!("must be no more than {NAME_MAX} characters"));
        }
        errors
    },
    prepare_update: |new, old| {
        if !new.spec().is_same(old.spec()) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if !new.spec().is_same(old.spec()) {
            validate_spec(new.spec(), Some(old.spec()), &mut errors);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn default(cron_job: &mut Object) {
    let spec = cron_job.spec_mut();
    if spec["concurrencyPolicy"].str_or_empty().is_empty() {
        spec.set(literal!("concurrencyPolicy"), literal!("Allow"));
    }
    spec.set_default("suspend", false);
    spec.set_default("successfulJobsHistoryLimit", 3_i64);
    spec.set_default("failedJobsHistoryLimit", 1_i64);
    let template = spec.field_mut("jobTemplate");
    template.set_default("metadata", Value::empty_map());
    job::default_template(template.field_mut("spec"));
}

/// Checks the spec, which may keep what it had in `old`.
fn validate_spec(spec: &Value, old: Option<&Value>, errors: &mut ErrorList) {
    let at = At::new("spec");
    let schedule = spec["schedule"].str_or_empty();
    let zone = &spec["timeZone"];
    if schedule.is_empty() {
        errors.required(&at.child("schedule"), "");
    } else {
        let had_zone = old.is_some_and(|it| it["schedule"].str_or_empty().contains("TZ"));
        validate_schedule(schedule, had_zone, zone, &at.child("schedule"), errors);
    }
    refuse_negative(spec, &["startingDeadlineSeconds"], &at, errors);
    if old.is_none_or(|old| !old["timeZone"].is_same(zone)) {
        validate_zone(zone, &at.child("timeZone"), errors);
    }
    match spec["concurrencyPolicy"].str_or_empty() {
        "" => errors.required(&at.child("concurrencyPolicy"), ""),
        "Allow" | "Forbid" | "Replace" => {}
        other => errors.not_supported(&at.child("concurrencyPolicy"), other, &["Allow", "Forbid", "Replace"]),
    }
    validate_template(&spec["jobTemplate"]["spec"], &at.child("jobTemplate"), errors);
    refuse_negative(spec, &["successfulJobsHistoryLimit", "failedJobsHistoryLimit"], &at, errors);
}

fn validate_schedule(schedule: &str, may_have_zone: bool, zone: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if let Err(why) = Schedule::parse(schedule) {
        errors.invalid(at, schedule, why);
    }
    if !schedule.contains("TZ") {
        return;
    }
    if !may_have_zone {
        errors.invalid(at, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    } else if !zone.is_null() {
        errors.invalid(at, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule");
    }
}

fn validate_zone(zone: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let Some(name) = zone.as_str() else { return };
    if name.is_empty() {
        return errors.invalid(at, name, "timeZone must be nil or non-empty string");
    }
    if name.eq_ignore_ascii_case("Local") {
        let detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
        errors.invalid(at, name, detail);
    }
    if name != "Local" && cron::zone(name).is_none() {
        errors.invalid(at, name, format!("unknown time zone {name}"));
    }
}

/// Checks the Jobs that are to be, which get selectors of their own.
fn validate_template(job: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let at = at.child("spec");
    job::validate_template(job, &at, errors);
    if !job["selector"].is_null() {
        errors.invalid(&at.child("selector"), &job["selector"], "`selector` will be auto-generated");
    }
    if job["manualSelector"].is_true() {
        errors.not_supported(&at.child("manualSelector"), true, &["nil", "false"]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn cron_job(changes: &str) -> Object {
        let text = r#"{"schedule":"* * * * *","jobTemplate":{"spec":{"template":{"spec":{"restartPolicy":"Never",
            "containers":[{"name":"c","image":"busybox"}]}}}}}"#;
        let mut spec = Value::from_json(text.as_bytes()).expect("valid JSON");
        let changes = Value::from_json(changes.as_bytes()).expect("valid JSON");
        for (field, value) in changes.as_map().into_iter().flat_map(|it| it.iter()) {
            spec.set(field, value);
        }
        let mut object = Object::new(kinds::CRON_JOB, "default", "c");
        object.body.insert("spec", spec);
        default(&mut object);
        object
    }

    #[test]
    fn a_cron_job_lets_its_jobs_overlap_and_keeps_four_of_them_unless_it_says_otherwise() {
        let job = cron_job("{}");
        let spec = job.spec();
        assert_eq!(spec["concurrencyPolicy"].str_or_empty(), "Allow");
        assert_eq!(spec["successfulJobsHistoryLimit"].as_i64(), Some(3));
        assert_eq!(spec["failedJobsHistoryLimit"].as_i64(), Some(1));
        let pod = spec.at(&["jobTemplate", "spec", "template", "spec"]);
        assert_eq!(pod["terminationGracePeriodSeconds"].as_i64(), Some(30));
        assert!(spec.at(&["jobTemplate", "spec", "completions"]).is_null());
    }

    #[test]
    fn schedules_zones_policies_and_limits_are_checked() {
        let table = [
            ("{}", ""),
            (r#"{"schedule":""}"#, "spec.schedule: Required value"),
            (
                r#"{"schedule":"* * * * 7"}"#,
                "spec.schedule: Invalid value: \"* * * * 7\": end of range (7) above maximum (6): 7",
            ),
            (
                r#"{"schedule":"TZ=UTC * * * * *"}"#,
                "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field \
                 instead",
            ),
            (r#"{"timeZone":"Nope/Zone"}"#, "spec.timeZone: Invalid value: \"Nope/Zone\": unknown time zone Nope/Zone"),
            (r#"{"timeZone":""}"#, "spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string"),
            (
                r#"{"timeZone":"Local"}"#,
                "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined in \
                 https://www.iana.org/time-zones",
            ),
            (
                r#"{"concurrencyPolicy":"Wait"}"#,
                "spec.concurrencyPolicy: Unsupported value: \"Wait\": supported values: \"Allow\", \"Forbid\", \"Replace\"",
            ),
            (
                r#"{"startingDeadlineSeconds":-1,"failedJobsHistoryLimit":-1}"#,
                "spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0; \
                 spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
            ),
        ];
        for (changes, want) in table {
            let errors = (STRATEGY.validate)(&cron_job(changes));
            let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(texts.join("; "), want, "{changes}");
        }
    }

    #[test]
    fn a_name_leaves_room_for_those_of_the_jobs() {
        let mut job = cron_job("{}");
        job.meta.name = "x".repeat(53).into();
        let errors = (STRATEGY.validate)(&job);
        assert!(errors.to_string().ends_with("must be no more than 52 characters"), "{errors}");
    }
}
