//! A CronJob's status: what a look reads, changes and writes back.

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Str, Value, literal};

/// `status` of a CronJob.
#[derive(Clone, Debug)]
pub struct CronJobStatus {
    /// References to the Jobs that run.
    active: Value,
    /// The time that the last Job was started for.
    pub last_schedule: Option<Time>,
    /// When the last success completed.
    pub last_success: Option<Time>,
    last_schedule_text: Value,
    last_success_text: Value,
}

impl CronJobStatus {
    /// Reads the status of `cron_job`.
    pub fn of(cron_job: &Object) -> Self {
        let status = cron_job.status();
        let (schedule, success) = (&status["lastScheduleTime"], &status["lastSuccessfulTime"]);
        CronJobStatus {
            active: status["active"].clone(),
            last_schedule: schedule.as_str().and_then(Time::parse),
            last_success: success.as_str().and_then(Time::parse),
            last_schedule_text: schedule.clone(),
            last_success_text: success.clone(),
        }
    }

    /// `cron_job` with this status.
    pub fn put_in(self, cron_job: &Object) -> Object {
        let mut cron_job = cron_job.clone();
        *cron_job.status_mut() = Value::Map(map! {
            "active" => self.active,
            "lastScheduleTime" => self.last_schedule_text,
            "lastSuccessfulTime" => self.last_success_text,
        });
        cron_job
    }

    /// References to the Jobs that run.
    pub fn active(&self) -> &[Value] {
        self.active.items()
    }

    /// Whether the Job with `uid` runs.
    pub fn is_active(&self, uid: &str) -> bool {
        self.active().iter().any(|it| it["uid"].str_or_empty() == uid)
    }

    /// Takes the Job with `uid` off those that run.
    pub fn drop_from_active(&mut self, uid: &str) {
        if self.is_active(uid) {
            let rest: Vec<Value> = self.active().iter().filter(|it| it["uid"].str_or_empty() != uid).cloned().collect();
            self.active = if rest.is_empty() { Value::Null } else { Value::from(rest) };
        }
    }

    /// Notes a success that completed at `time`, written as `text`.
    pub fn succeeded(&mut self, time: Option<Time>, text: &Value) {
        self.last_success = time;
        self.last_success_text = text.clone();
    }

    /// Notes that `job` was started for a time that is written as `scheduled`.
    pub fn started(&mut self, job: &Object, scheduled: &Str) {
        let reference = map! {
            "apiVersion" => literal!("batch/v1"),
            "kind" => literal!("Job"),
            "name" => &job.meta.name,
            "namespace" => &job.meta.namespace,
            "resourceVersion" => job.meta.resource_version.to_string(),
            "uid" => &job.meta.uid,
        };
        self.active.items_mut().push(Value::Map(reference));
        self.last_schedule_text = Value::from(scheduled);
    }
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
        let mut status = CronJobStatus::of(&cron_job);
        status.started(&job, &"1970-01-01T00:01:00Z".into());
        let stored = status.put_in(&cron_job);
        let json = r#"{"active":[{"apiVersion":"batch/v1","kind":"Job","name":"hello-1","namespace":"default","resourceVersion":"7","uid":"u"}],"lastScheduleTime":"1970-01-01T00:01:00Z"}"#;
        assert_eq!(stored.status().to_json(), json);
        let mut status = CronJobStatus::of(&stored);
        assert_eq!((status.last_schedule, status.last_success), (Some(Time::from_unix(60)), None));
        status.drop_from_active("another");
        assert!(status.is_active("u"));
        status.drop_from_active("u");
        assert_eq!(status.put_in(&stored).status().to_json(), r#"{"lastScheduleTime":"1970-01-01T00:01:00Z"}"#);
    }
}
