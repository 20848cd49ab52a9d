//! The cells of jobs and cron jobs.

use super::KindPrinter;
use super::column::{AGE, CONTAINERS, Column, IMAGES, NAME, field, text};
use super::row::{Row, boolean_word, count, holds, human_duration, selector_cell, string};
use crate::clock::Time;
use crate::object::Value;

const CRON_SPEC: &str = "batch.v1.CronJobSpec";
const CRON_STATUS: &str = "batch.v1.CronJobStatus";

const JOB: &[Column] = &[
    NAME,
    text("Status", "Status of the job."),
    field("Completions", "batch.v1.JobStatus", "succeeded"),
    text("Duration", "Time required to complete the job."),
    AGE,
    CONTAINERS.wide(),
    IMAGES.wide(),
    field("Selector", "batch.v1.JobSpec", "selector").wide(),
];

const CRON_JOB: &[Column] = &[
    NAME,
    field("Schedule", CRON_SPEC, "schedule"),
    field("Timezone", CRON_SPEC, "timeZone"),
    field("Suspend", CRON_SPEC, "suspend").boolean(),
    field("Active", CRON_STATUS, "active").integer(),
    field("Last Schedule", CRON_STATUS, "lastScheduleTime"),
    AGE,
    CONTAINERS.wide(),
    IMAGES.wide(),
    field("Selector", "batch.v1.JobSpec", "selector").wide(),
];

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter { group: "batch", kind: "CronJob", columns: CRON_JOB, cells: cron_job },
    KindPrinter { group: "batch", kind: "Job", columns: JOB, cells: job },
];

fn job(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["spec", "template"]);
    vec![
        row.name(),
        Value::from(status(row)),
        Value::from(completions(row)),
        Value::from(duration(row)),
        row.age(),
        names,
        images,
        selector_cell(row.spec("selector")),
    ]
}

fn status(row: &Row<'_>) -> &'static str {
    let conditions = row.status("conditions");
    let states = [
        ("Complete", holds(conditions, "Complete")),
        ("Failed", holds(conditions, "Failed")),
        ("Terminating", row.is_deleted()),
        ("Suspended", holds(conditions, "Suspended")),
        ("FailureTarget", holds(conditions, "FailureTarget")),
        ("SuccessCriteriaMet", holds(conditions, "SuccessCriteriaMet")),
    ];
    states.iter().find(|(_, holds)| *holds).map_or("Running", |(name, _)| name)
}

fn completions(row: &Row<'_>) -> String {
    let succeeded = row.status("succeeded").as_i64().unwrap_or(0);
    match (row.spec("completions").as_i64(), row.spec("parallelism").as_i64().unwrap_or(0)) {
        (Some(completions), _) => format!("{succeeded}/{completions}"),
        (None, parallelism) if parallelism > 1 => format!("{succeeded}/1 of {parallelism}"),
        (None, _) => format!("{succeeded}/1"),
    }
}

fn duration(row: &Row<'_>) -> String {
    let time = |field: &str| row.status(field).as_str().and_then(Time::parse);
    time("startTime")
        .map_or_else(String::new, |start| human_duration(time("completionTime").unwrap_or(row.now) - start))
}

fn cron_job(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["spec", "jobTemplate", "spec", "template"]);
    let time_zone = row.spec("timeZone");
    let last = row.status("lastScheduleTime");
    vec![
        row.name(),
        string(row.spec("schedule")),
        if time_zone.is_null() { Value::from("<none>") } else { time_zone.clone() },
        boolean_word(row.spec("suspend")),
        count(row.status("active").items().len()),
        Value::from(if last.is_null() { "<none>".to_owned() } else { row.since(last) }),
        row.age(),
        names,
        images,
        selector_cell(row.at(&["spec", "jobTemplate", "spec", "selector"])),
    ]
}
