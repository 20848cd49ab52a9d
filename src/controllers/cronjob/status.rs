//! A CronJob's status: what a look reads, changes and writes back.

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Str, Value, decimal, literal};

/// `status` of a CronJob.
#[derive(Clone, Debug, Default)]
pub struct CronJobStatus {
    /// References to the Jobs that run.
    active: Value,
    /// The uids of those Jobs, in the same order.
    active_uids: Vec<Str>,
    /// The time that the last Job was started for.
    pub last_schedule: Option<Time>,
    /// When the last success completed.
    pub last_success: Option<Time>,
    last_schedule_text: Value,
    last_success_text: Value,
}

impl CronJobStatus {
    /// Reads the status of `cron_job`. A time that is written as in `known`, a status that was read before, is not read again.
    pub fn of(cron_job: &Object, known: &CronJobStatus) -> Self {
        let status = cron_job.status();
        let active = status["active"].clone();
        let (schedule, success) = (status["lastScheduleTime"].clone(), status["lastSuccessfulTime"].clone());
        let time = |text: &Value| text.as_str().and_then(Time::parse);
        CronJobStatus {
            active_uids: active.items().iter().map(uid).collect(),
            active,
            last_schedule: if known.last_schedule_text == schedule { known.last_schedule } else { time(&schedule) },
            last_success: if known.last_success_text == success { known.last_success } else { time(&success) },
            last_schedule_text: schedule,
            last_success_text: success,
        }
    }

    /// `cron_job` with this status.
    pub fn put_in(&self, cron_job: &Object) -> Object {
        cron_job.with_status(Value::Map(map! {
            "active" => &self.active,
            "lastScheduleTime" => &self.last_schedule_text,
            "lastSuccessfulTime" => &self.last_success_text,
        }))
    }

    /// References to the Jobs that run.
    pub fn active(&self) -> &[Value] {
        self.active.items()
    }

    /// The uids of the Jobs that run, in the order of the references to them.
    pub fn active_uids(&self) -> &[Str] {
        &self.active_uids
    }

    /// Whether the Job with `uid` runs.
    pub fn is_active(&self, uid: &str) -> bool {
        self.active_uids.iter().any(|it| it == uid)
    }

    /// Takes the Job with `uid` off those that run.
    pub fn drop_from_active(&mut self, uid: &str) {
        if self.is_active(uid) {
            self.active_uids.retain(|it| it != uid);
            let rest: Vec<Value> = self.active().iter().filter(|it| it["uid"].str_or_empty() != uid).cloned().collect();
            self.active = if rest.is_empty() { Value::Null } else { Value::from(rest) };
        }
    }

    /// Notes a success that completed at `time`, written as `text`.
    pub fn succeeded(&mut self, time: Option<Time>, text: &Value) {
        self.last_success = time;
        self.last_success_text = text.clone();
    }

    /// Notes that `job` was started for the time `scheduled`, which is written as `text`.
    pub fn started(&mut self, job: &Object, scheduled: Time, text: &Str) {
        let reference = map! {
            "apiVersion" => literal!("batch/v1"),
            "kind" => literal!("Job"),
            "name" => &job.meta.name,
            "namespace" => &job.meta.namespace,
            "resourceVersion" => decimal(job.meta.resource_version),
            "uid" => &job.meta.uid,
        };
        self.active.items_mut().push(Value::Map(reference));
        self.active_uids.push(job.meta.uid.clone());
        // It is written in whole seconds.
        self.last_schedule = Some(Time::from_unix(scheduled.unix()));
        self.last_schedule_text = Value::from(text);
    }
}

/// The uid of what `reference` refers to, or empty.
fn uid(reference: &Value) -> Str {
    reference["uid"].as_shared_str().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn what_was_started_is_active_until_it_is_dropped() {
        let cron_job = Object::new(kinds::CRON_JOB, "default", "hello");
        let mut job = Object::new(kinds::JOB, "default", "hello-1");
        (job.meta.uid, job.meta.resource_version) = ("u".into(), 7);
        let mut status = CronJobStatus::of(&cron_job, &CronJobStatus::default());
        status.started(&job, Time::from_unix(60), &"1970-01-01T00:01:00Z".into());
        let stored = status.put_in(&cron_job);
        let json = r#"{"active":[{"apiVersion":"batch/v1","kind":"Job","name":"hello-1","namespace":"default","resourceVersion":"7","uid":"u"}],"lastScheduleTime":"1970-01-01T00:01:00Z"}"#;
        assert_eq!(stored.status().to_json(), json);
        let mut status = CronJobStatus::of(&stored, &CronJobStatus::default());
        assert_eq!((status.last_schedule, status.last_success), (Some(Time::from_unix(60)), None));
        status.drop_from_active("another");
        assert!(status.is_active("u"));
        status.drop_from_active("u");
        assert_eq!(status.put_in(&stored).status().to_json(), r#"{"lastScheduleTime":"1970-01-01T00:01:00Z"}"#);
    }

    #[test]
    fn a_time_that_is_written_otherwise_than_before_is_read_anew() {
        let mut cron_job = Object::new(kinds::CRON_JOB, "default", "hello");
        let mut read = |text: &str, known: &CronJobStatus| {
            cron_job.status_mut().set("lastSuccessfulTime", text);
            CronJobStatus::of(&cron_job, known)
        };
        let first = read("1970-01-01T00:01:00Z", &CronJobStatus::default());
        let marked = CronJobStatus { last_success: Some(Time::from_unix(7)), ..first };
        assert_eq!(read("1970-01-01T00:01:00Z", &marked).last_success, Some(Time::from_unix(7)));
        assert_eq!(read("1970-01-01T00:02:00Z", &marked).last_success, Some(Time::from_unix(120)));
    }
}
