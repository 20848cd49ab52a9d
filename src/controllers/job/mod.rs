//! Job: runs pods until enough of them succeeded or too many failed.
//!
//! Follows `pkg/controller/job` of Kubernetes 1.36. Known differences: pods are looked at in the order of their names where
//! upstream's order is that of a hash map, and nothing is ever seen late, so that expectations are not needed. While a
//! back-off lasts the active pods are told as they are; early patch releases told none then, and had the write refused.

mod backoff;
mod finished;
mod indexed;
mod memory;
mod new_pod;
mod plan;
mod pod_failure_policy;
mod pods;
mod removal;
mod spec;
mod status;
mod steady;
mod success_policy;
mod sync;
#[cfg(test)]
mod tests;
mod tracking;
mod wakes;

pub use spec::TRACKING_FINALIZER;
pub use status::is_finished;

use crate::clock::Time;
use crate::controllers::{Controller, Hearing, Outcome, Wake, Watches};
use crate::object::{Key, Kind, kinds};
use crate::store::{Change, View};

/// The Job controller.
#[derive(Debug, Default)]
pub struct JobController {
    memory: memory::Memory,
}

impl Controller for JobController {
    fn name(&self) -> &'static str {
        "job-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::JOB, kinds::POD])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD { Hearing::controlled_by(kinds::JOB) } else { Hearing::ALL }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        wakes::wakes(change, view, &mut self.memory, wakes);
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(object) = view.get(key) else {
            return Outcome::default();
        };
        if key.kind == kinds::POD {
            let orphaned = wakes::is_tracked(object) && wakes::is_orphan(view, object);
            let actions = if orphaned { vec![sync::release(object)] } else { Vec::new() };
            return Outcome { actions, ..Outcome::default() };
        }
        let Some(memory) = self.memory.of(object) else {
            return Outcome::default();
        };
        let spec = memory.spec(object);
        if spec.is_managed_elsewhere { Outcome::default() } else { sync::sync(view, object, spec, now, memory) }
    }
}
