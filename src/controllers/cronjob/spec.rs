//! What a CronJob asks for, read once for every change of its spec.

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::clock::Span;
use crate::controllers::cronjob::history::Limits;
use crate::controllers::cronjob::schedule::Clockwork;
use crate::object::cron::zone;
use crate::object::{Map, Meta, Object, OwnerRef, Str, Value};

/// `spec` of a CronJob.
#[derive(Debug)]
pub struct Spec {
    /// What was read.
    section: Value,
    /// The text of the schedule.
    pub schedule: Str,
    /// Whether that text names a zone itself, which is not officially supported.
    pub schedule_names_zone: bool,
    /// The schedule and its zone.
    pub clockwork: Result<Clockwork, Fault>,
    /// Whether no Job may start.
    pub is_suspended: bool,
    /// How late a Job may start.
    pub deadline: Option<Span>,
    /// What becomes of a Job whose time comes while another runs.
    pub concurrency: Concurrency,
    /// How many Jobs that are over are kept.
    pub limits: Limits,
    /// What every Job is made of.
    pub template: Template,
}

/// Why no time of a schedule can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no time zone of that name.
    Zone(Str),
    /// What is wrong with the schedule, in the words of the parser.
    Schedule(String),
}

/// `spec.concurrencyPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concurrency {
    /// Both run.
    Allow,
    /// It does not start.
    Forbid,
    /// It starts in the place of the other.
    Replace,
}

/// What is the same for all Jobs of a CronJob.
#[derive(Clone, Debug)]
pub struct Template {
    /// Their labels.
    pub labels: Map,
    /// Their annotations, but for the time that each is started for.
    pub annotations: Map,
    /// Their owner, the CronJob.
    pub owners: Arc<Vec<OwnerRef>>,
    /// Their finalizers, of which there are none.
    pub finalizers: Arc<Vec<Str>>,
    /// `spec` of each.
    pub spec: Value,
}

impl Spec {
    /// Reads `cron_job`.
    pub fn of(cron_job: &Object) -> Self {
        let section = cron_job.spec().clone();
        let schedule = section["schedule"].as_shared_str().cloned().unwrap_or_default();
        let clockwork = time_zone(&section).map_err(Fault::Zone).and_then(|zone| {
            let clockwork = Clockwork::new(&schedule, zone);
            clockwork.map_err(Fault::Schedule)
        });
        let limit = |field: &str| section[field].as_i64().map(|it| usize::try_from(it).unwrap_or(0));
        Spec {
            clockwork,
            schedule_names_zone: schedule.contains("TZ"),
            is_suspended: section["suspend"].is_true(),
            deadline: section["startingDeadlineSeconds"].as_i64().map(Span::seconds),
            concurrency: match section["concurrencyPolicy"].str_or_empty() {
                "Forbid" => Concurrency::Forbid,
                "Replace" => Concurrency::Replace,
                _ => Concurrency::Allow,
            },
            limits: Limits { complete: limit("successfulJobsHistoryLimit"), failed: limit("failedJobsHistoryLimit") },
            template: Template::of(cron_job, &section["jobTemplate"]),
            schedule,
            section,
        }
    }

    /// Whether this is what `cron_job` asks for.
    pub fn is_of(&self, cron_job: &Object) -> bool {
        self.section.is_shared_with(cron_job.spec())
    }
}

impl Template {
    fn of(cron_job: &Object, template: &Value) -> Self {
        let Meta { labels, annotations, .. } = Meta::from_value(&template["metadata"]);
        let owners = Arc::new(vec![cron_job.controller_ref()]);
        Template { labels, annotations, owners, finalizers: Arc::default(), spec: template["spec"].clone() }
    }
}

/// The time zone that `spec` names, or the name of a zone that does not exist; that of the controller is UTC.
fn time_zone(spec: &Value) -> Result<TimeZone, Str> {
    match spec["timeZone"].as_shared_str() {
        None => Ok(TimeZone::UTC),
        Some(name) if matches!(name.as_str(), "" | "UTC") => Ok(TimeZone::UTC),
        Some(name) => zone(name).ok_or_else(|| name.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::kinds;

    #[test]
    fn a_changed_spec_is_read_anew_and_a_changed_status_is_not() {
        let mut cron_job = Object::new(kinds::CRON_JOB, "default", "hello");
        *cron_job.spec_mut() = Value::Map(map! { "schedule" => "@hourly", "concurrencyPolicy" => "Forbid" });
        let spec = Spec::of(&cron_job);
        assert_eq!(spec.concurrency, Concurrency::Forbid);
        cron_job.status_mut().set("lastScheduleTime", "2026-01-01T00:00:00Z");
        assert!(spec.is_of(&cron_job));
        cron_job.spec_mut().set("concurrencyPolicy", "Replace");
        assert!(!spec.is_of(&cron_job));
        assert_eq!(Spec::of(&cron_job).concurrency, Concurrency::Replace);
    }

    #[test]
    fn what_is_wrong_with_a_schedule_is_told_apart() {
        let table = [
            ("@fortnight", "UTC", Fault::Schedule("unrecognized descriptor: @fortnight".to_owned())),
            ("@hourly", "Nope/Zone", Fault::Zone("Nope/Zone".into())),
        ];
        for (schedule, zone, want) in table {
            let mut cron_job = Object::new(kinds::CRON_JOB, "default", "hello");
            *cron_job.spec_mut() = Value::Map(map! { "schedule" => schedule, "timeZone" => zone });
            assert_eq!(Spec::of(&cron_job).clockwork.err(), Some(want), "{schedule} {zone}");
        }
    }
}
