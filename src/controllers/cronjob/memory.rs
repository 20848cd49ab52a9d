//! What the controller keeps of CronJobs between looks. All of it can be read anew at any time.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::cronjob::jobs::Jobs;
use crate::controllers::cronjob::spec::Spec;
use crate::controllers::cronjob::status::CronJobStatus;
use crate::object::{Lookup, Object, Str, Value};

/// What is kept of every CronJob, by uid.
#[derive(Debug, Default)]
pub struct Memory(Lookup<Str, CronJobMemory>);

impl Memory {
    /// What is kept of the CronJob with `uid`.
    pub fn of(&mut self, uid: &Str) -> &mut CronJobMemory {
        self.0.entry(uid, CronJobMemory::default)
    }

    /// Takes note of a revision of a Job that the object with `uid` controls, or of the last that it did.
    pub fn hear(&mut self, uid: &Str, job: &Arc<Object>, is_controlled: bool) {
        if let Some(jobs) = self.0.get_mut(uid).and_then(|it| it.jobs.as_mut()) {
            jobs.hear(job, is_controlled);
        }
    }

    /// Forgets the CronJob with `uid`.
    pub fn forget(&mut self, uid: &Str) {
        self.0.remove(uid);
    }
}

/// What is kept of one CronJob.
#[derive(Debug, Default)]
pub struct CronJobMemory {
    /// Its Jobs, once they are listed.
    pub jobs: Option<Jobs>,
    /// What it asks for.
    pub spec: Option<Spec>,
    /// Its status, by the section that was read or written; of no section at first.
    pub status: (Value, CronJobStatus),
    /// The last look, if it came to nothing and another would come to nothing, too.
    pub rest: Option<Rest>,
}

/// A look that came to nothing. Until its time is over, another comes to the same, unless the CronJob changes or one of its
/// Jobs does so in what the controller reads.
#[derive(Debug)]
pub struct Rest {
    /// The CronJob that was looked at.
    pub cron_job: Arc<Object>,
    /// The next time of the schedule.
    pub until: Time,
    /// When to look again.
    pub wake_at: Option<Time>,
}

impl Rest {
    /// Whether a look at `cron_job` at `now` comes to the same.
    pub fn holds(&self, cron_job: &Arc<Object>, now: Time) -> bool {
        now < self.until && Arc::ptr_eq(&self.cron_job, cron_job)
    }
}
