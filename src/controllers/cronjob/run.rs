//! A Job that is to be started for a CronJob, and what is noted of it in the CronJob's status.

use std::sync::Arc;

use crate::api::Status;
use crate::clock::Time;
use crate::controllers::{Action, EventRecord};
use crate::map;
use crate::object::{Object, Value};

/// The start of a Job. The status can only be written once the Job has a uid, so both are one action.
#[derive(Clone, Debug)]
pub struct JobRun {
    /// The Job.
    pub job: Object,
    /// What the events are about.
    pub about: Arc<Object>,
    /// The CronJob with its status as it is without this Job.
    pub cron_job: Object,
    /// Whether that status has to be written even if the Job cannot be created.
    pub status_changed: bool,
    /// The time that the Job is started for.
    pub scheduled: Time,
}

impl JobRun {
    /// What follows when the Job was created as `made`.
    pub fn started(mut self, made: &Object) -> [Action; 2] {
        note(&mut self.cron_job, made, self.scheduled);
        let message = format!("Created job {}", made.meta.name);
        [EventRecord::normal(&self.about, "SuccessfulCreate", message), Action::UpdateStatus(self.cron_job)]
    }

    /// What follows when the Job could not be created. Nothing is told in a namespace that is being deleted.
    pub fn failed(self, status: &Status) -> Vec<Action> {
        let message = format!("Error creating job: {status}");
        let event = EventRecord::warning(&self.about, "FailedCreate", message);
        let told = (!status.is_namespace_terminating()).then_some(event);
        let write = self.status_changed.then_some(Action::UpdateStatus(self.cron_job));
        told.into_iter().chain(write).collect()
    }
}

/// Notes `job`, started for the time `scheduled`, in the status of `cron_job`.
pub fn note(cron_job: &mut Object, job: &Object, scheduled: Time) {
    let reference = map! {
        "kind" => "Job",
        "namespace" => &job.meta.namespace,
        "name" => &job.meta.name,
        "uid" => &job.meta.uid,
        "apiVersion" => "batch/v1",
        "resourceVersion" => job.meta.resource_version.to_string(),
    };
    let status = cron_job.status_mut();
    status.field_mut("active").items_mut().push(Value::Map(reference));
    status.set("lastScheduleTime", scheduled.rfc3339());
}
