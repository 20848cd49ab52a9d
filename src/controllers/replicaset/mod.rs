//! The ReplicaSet controller: as many pods of the template as are asked for. A ReplicationController is kept the same way.
//!
//! Follows `pkg/controller/replicaset` and `pkg/controller/replication` of Kubernetes 1.36. Known differences: expectations
//! are not there, because what a sync did is visible to the next one; of pods that rank the same the one whose name comes
//! first goes first, where upstream's order is that of a cache, and of pods of about one age the younger (`ranking`); the
//! condition `ReplicaFailure` comes with the first retry, 5 ms after the failure, because only then is the API's answer known.

mod census;
mod ranking;
mod status;
#[cfg(test)]
mod tests;
mod wakes;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::Status;
use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::shared::pod::new_from_template;
use crate::controllers::{Action, Controller, Hearing, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Kind, Object, Str, Value, kinds};
use crate::store::{Change, View};

use census::Census;

/// The most pods that one sync makes, and the most that it deletes (`BurstReplicas`).
const BURST: usize = 500;

/// What a ReplicaSet and a ReplicationController differ in.
#[derive(Debug)]
struct Family {
    kind: Kind,
    actor: &'static str,
    watches: &'static [Kind],
    /// Whether the status counts pods that are being deleted.
    counts_terminating: bool,
}

static REPLICA_SETS: Family = Family {
    kind: kinds::REPLICA_SET,
    actor: "replicaset-controller",
    watches: &[kinds::POD, kinds::REPLICA_SET],
    counts_terminating: true,
};
static REPLICATION_CONTROLLERS: Family = Family {
    kind: kinds::REPLICATION_CONTROLLER,
    actor: "replication-controller",
    watches: &[kinds::POD, kinds::REPLICATION_CONTROLLER],
    counts_terminating: false,
};

impl Family {
    /// The label selector of `owner`: a ReplicationController's is a plain map of labels.
    fn selector(&self, owner: &Object) -> Value {
        let selector = &owner.spec()["selector"];
        if self.kind == kinds::REPLICATION_CONTROLLER {
            Value::Map(map! { "matchLabels" => selector })
        } else {
            selector.clone()
        }
    }
}

/// The controller of ReplicaSets, or that of ReplicationControllers.
#[derive(Debug)]
pub struct ReplicaSetController {
    family: &'static Family,
    /// The caches, by owner.
    censuses: BTreeMap<Key, Census>,
    /// Why the last attempt to make or delete pods failed, by owner.
    failures: BTreeMap<Key, Str>,
}

impl ReplicaSetController {
    /// The controller of ReplicaSets.
    pub fn of_replica_sets() -> Self {
        Self::of(&REPLICA_SETS)
    }

    /// The controller of ReplicationControllers.
    pub fn of_replication_controllers() -> Self {
        Self::of(&REPLICATION_CONTROLLERS)
    }

    fn of(family: &'static Family) -> Self {
        ReplicaSetController { family, censuses: BTreeMap::new(), failures: BTreeMap::new() }
    }
}

impl Controller for ReplicaSetController {
    fn name(&self) -> &'static str {
        self.family.actor
    }

    fn watches(&self) -> Watches {
        Watches::Only(self.family.watches)
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD { Hearing::controlled_by(self.family.kind) } else { Hearing::ALL }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        self.hear(change, view, wakes);
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let failure = self.failures.remove(key);
        let Some(owner) = view.get(key) else {
            self.censuses.remove(key);
            return Outcome::default();
        };
        if !self.censuses.get(key).is_some_and(|it| it.is_for(owner)) {
            self.censuses.insert(key.clone(), Census::new(view, owner, self.family.selector(owner)));
        }
        let Some(census) = self.censuses.get_mut(key) else {
            return Outcome::default();
        };
        let mut actions = census.refresh(view, owner, now);
        let (tally, wake_at) = (census.tally.clone(), census.next_available());
        let wanted = usize::try_from(owner.spec()["replicas"].as_i64().unwrap_or(1)).unwrap_or_default();
        let mut failed = None;
        if !owner.meta.is_terminating() {
            failed = failure.and_then(|message| status::Failure::new(tally.active, wanted, message));
            actions.extend(self.manage(view, owner, wanted));
        }
        let updated = status::compute(owner, &tally, failed, self.family.counts_terminating, now);
        actions.extend(updated.map(Action::UpdateStatus));
        Outcome { actions, wake_at, ..Outcome::default() }
    }

    fn refused(&mut self, key: &Key, status: &Status) {
        if !status.is_conflict() {
            self.failures.insert(key.clone(), status.message.as_str().into());
        }
    }
}

impl ReplicaSetController {
    /// Makes the pods that are missing, or deletes those that are too many (`manageReplicas`).
    fn manage(&mut self, view: View<'_>, owner: &Arc<Object>, wanted: usize) -> Vec<Action> {
        let key = owner.key();
        let Some(active) = self.censuses.get(&key).map(|it| it.tally.active) else {
            return Vec::new();
        };
        if active < wanted {
            // Nothing can be created in a namespace that is being deleted, and nobody is told that it failed.
            let namespace = view.get(&Key::new(kinds::NAMESPACE, "", owner.meta.namespace.clone()));
            if namespace.is_some_and(|it| it.meta.is_terminating()) {
                return Vec::new();
            }
            let pod = new_from_template(&owner.spec()["template"], owner, None);
            let objects = vec![pod; (wanted - active).min(BURST)];
            return vec![Action::CreateChildren { objects, owner: owner.clone() }];
        }
        let surplus = (active - wanted).min(BURST);
        if surplus == 0 {
            return Vec::new();
        }
        let delete = |pod: &Arc<Object>| Action::DeleteChild {
            key: pod.key(),
            options: DeleteOptions::default(),
            owner: owner.clone(),
        };
        let colocated =
            if surplus < active { ranking::colocated(view, owner, &mut self.censuses) } else { BTreeMap::new() };
        let Some(census) = self.censuses.get(&key) else {
            return Vec::new();
        };
        if surplus == active {
            return census.active().map(delete).collect();
        }
        let pods: Vec<_> = census.ranked().collect();
        ranking::first_to_go(&pods, surplus, &colocated).iter().map(delete).collect()
    }
}
