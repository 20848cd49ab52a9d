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

use crate::clock::Time;
use crate::controllers::{Controller, Hearing, Outcome, Wake, Watches};
use crate::object::{Key, Kind, OwnerRef, Str, kinds};
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

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::JOB { Hearing::controlled_by(kinds::CRON_JOB) } else { Hearing::ALL }
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::JOB {
            self.of_job(change, wakes);
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

impl CronJobController {
    /// Wakes the CronJob that controls the Job, and the one that did before.
    fn of_job(&mut self, change: &Change, wakes: &mut Vec<Wake>) {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let old = before.and_then(|it| Some((it, it.meta.controller()?)));
        let new = after.and_then(|it| Some((it, it.meta.controller()?)));
        // Revisions share what did not change between them, and owners hardly ever do.
        let is_lost = |old: &OwnerRef| new.is_none_or(|(_, new)| !std::ptr::eq(old, new) && old != new);
        if let Some((job, owner)) = old.filter(|(_, owner)| is_lost(owner)) {
            self.memory.hear(&owner.uid, job, false);
            wakes.extend(owner_key(&change.key.namespace, owner).map(Wake::now));
        }
        if let Some((job, owner)) = new {
            self.memory.hear(&owner.uid, job, true);
            wakes.extend(owner_key(&change.key.namespace, owner).map(Wake::now));
        }
    }
}

/// The CronJob that controls a Job.
fn owner_key(namespace: &Str, owner: &OwnerRef) -> Option<Key> {
    (owner.kind == "CronJob").then(|| Key::new(kinds::CRON_JOB, namespace.clone(), owner.name.clone()))
}
