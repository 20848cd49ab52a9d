//! CronJob: starts a Job at each time of a schedule, and keeps a history of those that are over.
//!
//! Follows `pkg/controller/cronjob` of Kubernetes 1.36. Known differences: Jobs are found by the uid of their owner where
//! upstream goes by its name, so that a CronJob made anew under an old name does not see the Jobs of the old one; and a
//! changed schedule is looked at at once.

mod history;
mod jobs;
mod memory;
mod new_job;
mod run;
mod schedule;
mod spec;
mod status;
mod sync;

pub use run::JobRun;

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::{Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, OwnerRef, kinds};
use crate::store::{Change, View};

/// The CronJob controller.
#[derive(Debug, Default)]
pub struct CronJobController {
    memory: memory::Memory,
}

impl Controller for CronJobController {
    fn name(&self) -> &'static str {
        "cronjob-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CRON_JOB, kinds::JOB])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::JOB {
            of_job(change, wakes);
        } else if change.after.is_some() {
            wakes.push(Wake::now(change.key.clone()));
        } else if let Some(gone) = &change.before {
            self.memory.forget(&gone.meta.uid);
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        view.get(key).map_or_else(Outcome::default, |it| sync::sync(view, it, now, self.memory.of(&it.meta.uid)))
    }
}

/// Wakes the CronJob that controls the Job, and the one that did before.
fn of_job(change: &Change, wakes: &mut Vec<Wake>) {
    let (old, new) = (controller(change.before.as_ref()), controller(change.after.as_ref()));
    // Revisions share what did not change between them, and owners hardly ever do.
    let is_lost = |old: &&OwnerRef| new.is_none_or(|new| !std::ptr::eq(*old, new) && *old != new);
    for owner in old.filter(is_lost).into_iter().chain(new) {
        if owner.kind == "CronJob" {
            wakes.push(Wake::now(Key::new(kinds::CRON_JOB, change.key.namespace.clone(), owner.name.clone())));
        }
    }
}

fn controller(job: Option<&Arc<Object>>) -> Option<&OwnerRef> {
    job.and_then(|it| it.meta.controller())
}
