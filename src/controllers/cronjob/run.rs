//! A Job that is to be started for a CronJob, and what is noted of it in the CronJob's status.

use std::sync::Arc;

use crate::api::Status;
use crate::clock::Time;
use crate::controllers::cronjob::status::CronJobStatus;
use crate::controllers::{Action, EventRecord};
use crate::object::{Object, Str, joined};

/// The start of a Job. The status can only be written once the Job has a uid, so both are one action.
#[derive(Clone, Debug)]
pub struct JobRun {
    /// The Job.
    pub job: Object,
    /// The CronJob.
    pub(super) cron_job: Arc<Object>,
    /// Its status as it is without this Job.
    pub(super) status: CronJobStatus,
    /// Whether that status has to be written even if the Job cannot be created.
    pub(super) status_changed: bool,
    /// The time that the Job is started for.
    pub(super) scheduled: Time,
    /// The same in writing.
    pub(super) scheduled_text: Str,
}

impl JobRun {
    /// What follows when the Job was created as `made`.
    pub fn started(mut self, made: &Object) -> [Action; 2] {
        self.status.started(made, self.scheduled, &self.scheduled_text);
        let message = joined(&["Created job ", &made.meta.name]);
        let event = EventRecord::normal(&self.cron_job, "SuccessfulCreate", message);
        [event, Action::UpdateStatus(self.status.put_in(&self.cron_job))]
    }

    /// What follows when the Job could not be created. Nothing is told in a namespace that is being deleted.
    pub fn failed(self, status: &Status) -> Vec<Action> {
        let message = format!("Error creating job: {status}");
        let event = EventRecord::warning(&self.cron_job, "FailedCreate", message);
        let told = (!status.is_namespace_terminating()).then_some(event);
        let write = self.status_changed.then(|| Action::UpdateStatus(self.status.put_in(&self.cron_job)));
        told.into_iter().chain(write).collect()
    }
}
