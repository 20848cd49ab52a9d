//! The Deployment controller: a ReplicaSet for each template, and the move of replicas from the old ones to the new one.
//!
//! Follows `pkg/controller/deployment` of Kubernetes 1.36 (`deployment_controller.go`, `sync.go`, `rolling.go`, `recreate.go`,
//! `progress.go`, `util/deployment_util.go`). Known differences: hashes are of another make (see [`super::history`]); what
//! upstream writes to a Deployment's status in several steps of one sync is one write; a ReplicaSet that could not be
//! created is told of with the first retry, 5 ms later, and a Deployment is never given up after 15 failures.

mod annotations;
mod cleanup;
mod conditions;
mod new_replica_set;
mod progress;
mod recreate;
mod rollback;
mod rolling;
mod rollout;
mod scale;
mod spec;
mod status;
mod template;
#[cfg(test)]
mod tests;
mod wakes;

use std::collections::BTreeMap;

use crate::api::Status;
use crate::clock::Time;
use crate::controllers::shared::claim;
use crate::controllers::{Controller, EventRecord, Hearing, News, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Map, Object, Str, kinds, literal};
use crate::store::{Change, View};

use rollout::Rollout;
use spec::Strategy;

/// The label that tells the ReplicaSets of a Deployment and their pods apart.
const HASH_LABEL: &str = "pod-template-hash";

/// The Deployment controller.
#[derive(Debug, Default)]
pub struct DeploymentController {
    /// What the API answered to the last action that failed, by Deployment.
    refusals: BTreeMap<Key, Str>,
}

impl Controller for DeploymentController {
    fn name(&self) -> &'static str {
        "deployment-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::DEPLOYMENT, kinds::POD, kinds::REPLICA_SET])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD {
            Hearing { news: News::REMOVED, ..Hearing::controlled_by(kinds::REPLICA_SET) }
        } else {
            Hearing::ALL
        }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        wakes::wakes(change, view, wakes);
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let refusal = self.refusals.remove(key);
        let Some(deployment) = view.get(key) else {
            return Outcome::default();
        };
        if deployment.spec()["selector"].as_map().is_some_and(Map::is_empty) {
            let text = "This deployment is selecting all pods. A non-empty selector is required.";
            let mut observed = Object::clone(deployment);
            observed.status_mut().set(literal!("observedGeneration"), deployment.meta.generation);
            let event = EventRecord::warning(deployment, "SelectingAll", text);
            return Outcome { actions: vec![event, super::Action::UpdateStatus(observed)], ..Outcome::default() };
        }
        let selector = &deployment.spec()["selector"];
        let claimed = claim(view, deployment, kinds::REPLICA_SET, selector, |_, _| {});
        if !claimed.actions.is_empty() {
            return Outcome { actions: claimed.actions, ..Outcome::default() };
        }
        let mut rollout = Rollout::new(view, deployment, claimed.objects, now, refusal);
        sync(&mut rollout);
        rollout.into_outcome()
    }

    fn refused(&mut self, key: &Key, status: &Status) {
        if !status.is_conflict() {
            self.refusals.insert(key.clone(), status.message.as_str().into());
        }
    }
}

/// One sync of a Deployment whose ReplicaSets are known (`syncDeployment`).
fn sync(rollout: &mut Rollout<'_>) {
    if rollout.deployment.meta.is_terminating() {
        rollout.sync_new_replica_set(false);
        rollout.sync_status();
        return;
    }
    rollout.check_paused_conditions();
    if rollout.spec.paused {
        rollout.sync_scale();
        return;
    }
    if let Some(revision) = rollback::asked_for(rollout.deployment) {
        rollout.roll_back(revision);
        return;
    }
    rollout.sync_new_replica_set(false);
    if rollout.is_scaling_event() {
        rollout.sync_scale();
        return;
    }
    match rollout.spec.strategy {
        Strategy::Recreate => rollout.recreate(),
        Strategy::RollingUpdate => rollout.roll(),
    }
}
