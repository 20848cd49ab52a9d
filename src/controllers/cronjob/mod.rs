//! CronJob: starts a Job at each time of a schedule, and keeps a history of those that are over.
//!
//! Follows `pkg/controller/cronjob` of Kubernetes 1.36. Known differences: Jobs are found by the uid of their owner where
//! upstream goes by its name, so that a CronJob made anew under an old name does not see the Jobs of the old one; and a
//! changed schedule is looked at at once.

mod history;
mod new_job;
mod run;
mod schedule;
mod sync;

pub use run::JobRun;

use crate::clock::Time;
use crate::controllers::{Controller, Outcome, Wake, Watches};
use crate::object::{Key, OwnerRef, Str, kinds};
use crate::store::{Change, View};

/// The CronJob controller.
#[derive(Debug, Default)]
pub struct CronJobController {
    schedules: schedule::Schedules,
}

impl Controller for CronJobController {
    fn name(&self) -> &'static str {
        "cronjob-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CRON_JOB, kinds::JOB])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::CRON_JOB if change.after.is_some() => wakes.push(Wake::now(change.key.clone())),
            kinds::JOB => {
                let old = change.before.as_ref().and_then(|it| it.meta.controller());
                let new = change.after.as_ref().and_then(|it| it.meta.controller());
                let owners = old.filter(|_| old != new).into_iter().chain(new);
                wakes.extend(owners.filter_map(|it| owner_key(&change.key.namespace, it)).map(Wake::now));
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        view.get(key).map_or_else(Outcome::default, |it| sync::sync(view, it, now, &mut self.schedules))
    }
}

/// The CronJob that controls a Job.
fn owner_key(namespace: &Str, owner: &OwnerRef) -> Option<Key> {
    (owner.kind == "CronJob").then(|| Key::new(kinds::CRON_JOB, namespace.clone(), owner.name.clone()))
}
