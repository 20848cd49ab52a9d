//! The counters and the availability of a Deployment (`calculateStatus` in `pkg/controller/deployment/sync.go`).

use crate::object::{Object, Str, Value, literal};

use super::conditions::{AVAILABLE, Condition, set};
use super::rollout::{Rollout, Set};
use super::spec::Spec;

impl Rollout<'_> {
    /// Brings the counters and the condition `Available` up to date, and says nothing of progress (`syncDeploymentStatus`).
    pub fn sync_status(&mut self) {
        let available = self.total("availableReplicas");
        let size: i64 = self.sets.iter().map(Set::size_before).sum();
        let updated = self.new_set().map_or(0, |it| it.count("replicas"));
        let counters = [
            ("replicas", self.total("replicas")),
            ("updatedReplicas", updated),
            ("readyReplicas", self.total("readyReplicas")),
            ("availableReplicas", available),
            ("unavailableReplicas", (size - available).max(0)),
        ];
        let terminating = self.terminating();
        let generation = self.deployment.meta.generation;
        let status = self.draft.status_mut();
        for (field, count) in counters {
            put(status, field, (count > 0).then_some(count));
        }
        put(status, "terminatingReplicas", terminating);
        status.set(literal!("observedGeneration"), generation);
        let condition = if available >= self.spec.min_available() {
            ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        let (status, reason, message) = condition;
        set(&mut self.draft, Condition::new(AVAILABLE, status, reason, message, self.now));
    }

    /// The pods that are being deleted; unknown while some ReplicaSet does not know.
    fn terminating(&self) -> Option<i64> {
        self.sets.iter().map(|it| it.object.status()["terminatingReplicas"].as_i64()).sum()
    }

    /// Whether the rollout was over when its status was last written.
    pub fn was_complete(&self) -> bool {
        is_complete(self.deployment, &self.spec)
    }
}

fn put(status: &mut Value, field: &'static str, count: Option<i64>) {
    match count {
        Some(count) => status.set(Str::from(field), count),
        None => drop(status.remove(field)),
    }
}

/// Whether all pods are of the new template and available, and there are no others (`DeploymentComplete`).
pub(super) fn is_complete(deployment: &Object, spec: &Spec) -> bool {
    let count = |field: &str| deployment.status()[field].as_i64().unwrap_or_default();
    ["updatedReplicas", "replicas", "availableReplicas"].iter().all(|it| count(it) == spec.replicas)
        && count("observedGeneration") >= deployment.meta.generation
}
