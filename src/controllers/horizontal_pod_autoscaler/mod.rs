//! The HorizontalPodAutoscaler controller: as many pods as the load that a scenario scripts asks for.
//!
//! Follows `pkg/controller/podautoscaler` of Kubernetes 1.36 (`horizontal.go`, `replica_calculator.go`). There is no metrics
//! server: what pods use is written on the autoscaler (`usage`), and without that the resource metrics API is missing,
//! as it is from a cluster where nobody installed one.
//!
//! Known differences: upstream looks every 15 s; here an autoscaler looks at those same instants, counted from its
//! creation, but only where something changed or a window or a policy's period still runs, so that one at rest costs
//! nothing, and tells of what it misses once. Metrics of the types `Object`, `Pods` and `External` are answered as
//! upstream answers when their API is missing; a single container uses what is scripted for its pod.

mod behavior;
mod calculator;
mod conditions;
mod memory;
mod metrics;
mod sync;
#[cfg(test)]
mod tests;
mod usage;
mod wakes;

use std::collections::BTreeMap;

use crate::clock::{Span, Time};
use crate::controllers::{Controller, Hearing, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Object, Value, kinds};
use crate::store::{Change, View};

pub use usage::annotation;

use memory::Memory;

/// How often an autoscaler looks (`--horizontal-pod-autoscaler-sync-period`).
const PERIOD: Span = Span::seconds(15);

/// The HorizontalPodAutoscaler controller.
#[derive(Debug, Default)]
pub struct HorizontalController {
    memories: BTreeMap<Key, Memory>,
}

impl Controller for HorizontalController {
    fn name(&self) -> &'static str {
        "horizontal-pod-autoscaler"
    }

    fn watches(&self) -> Watches {
        Watches::Only(wakes::KINDS)
    }

    fn hears(&self, _: Kind) -> Hearing {
        Hearing::ALL.once_there_was(kinds::HORIZONTAL_POD_AUTOSCALER)
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        wakes::wakes(change, view, wakes);
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(scaler) = view.get(key) else {
            self.memories.remove(key);
            return Outcome { wakes: self.wake_others(view, key, now), ..Outcome::default() };
        };
        let others: Vec<_> = self.others(key).map(|(key, selector)| (key.clone(), selector.clone())).collect();
        let memory = self.memories.entry(key.clone()).or_default();
        memory.keep_to(scaler);
        let before = memory.selector.clone();
        let mut outcome = sync::sync(view, scaler, memory, &others, now);
        if memory.selector != before {
            outcome.wakes.extend(self.wake_others(view, key, now));
        }
        outcome
    }
}

impl HorizontalController {
    /// The other autoscalers of the namespace that have measured pods, and whose.
    fn others<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = (&'a Key, &'a Value)> {
        let beside = self.memories.iter().filter(move |(it, _)| it.namespace == key.namespace && *it != key);
        beside.filter_map(|(it, memory)| Some((it, memory.selector.as_ref()?)))
    }

    /// Has them look again, because whose pods they share has changed.
    fn wake_others(&self, view: View<'_>, key: &Key, now: Time) -> Vec<Wake> {
        let scalers = self.others(key).filter_map(|(it, _)| view.get(it));
        scalers.map(|it| Wake { key: it.key(), after: next_look(it, now) - now }).collect()
    }
}

/// The next instant at which `scaler` looks, after `now`.
fn next_look(scaler: &Object, now: Time) -> Time {
    let created = scaler.meta.created.unwrap_or(now);
    let periods = (now - created).0.div_euclid(PERIOD.0);
    created + PERIOD.times(periods + 1)
}
