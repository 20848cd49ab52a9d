//! The rollback that an annotation asks for (`pkg/controller/deployment/rollback.go`). `kubectl rollout undo` has long patched
//! the template instead, but who still writes the annotation is served.

use crate::controllers::{Action, EventRecord};
use crate::object::{Object, Value};

use super::annotations::{self, ROLLBACK_TO, kept_back};
use super::rollout::Rollout;
use super::template::{is_same_template, without_hash_label};

const NOT_FOUND: &str = "DeploymentRollbackRevisionNotFound";

/// The revision that `deployment` is to be rolled back to, if any is asked for; 0 means the one before the present one.
pub(super) fn asked_for(deployment: &Object) -> Option<i64> {
    deployment.meta.annotation(ROLLBACK_TO)?.parse().ok()
}

/// The revision before the highest; 0 if there is none (`LastRevision`).
fn last_revision(revisions: impl Iterator<Item = i64>) -> i64 {
    let mut all: Vec<i64> = revisions.collect();
    all.sort_unstable();
    all.iter().rev().nth(1).copied().unwrap_or(0)
}

impl Rollout<'_> {
    /// Gives the Deployment the template of `revision` and takes the annotation off. What is new about its ReplicaSets is
    /// written first, and the rollback is looked at again after that.
    pub fn roll_back(&mut self, revision: i64) {
        if !self.sync_new_replica_set(true) || self.has_plans() {
            return;
        }
        let known = |it: &Object| it.meta.annotation(annotations::REVISION).and_then(|it| it.parse::<i64>().ok());
        let wanted = match revision {
            0 => last_revision(self.sets.iter().filter_map(|it| known(&it.object))),
            other => other,
        };
        if wanted == 0 {
            self.give_up_rollback(NOT_FOUND, "Unable to find last revision.");
            return;
        }
        let Some(found) = self.sets.iter().position(|it| known(&it.object) == Some(wanted)) else {
            self.give_up_rollback(NOT_FOUND, "Unable to find the revision to rollback to.");
            return;
        };
        let (name, set) = (self.deployment.meta.name.clone(), self.sets[found].object.clone());
        let template = &set.spec()["template"];
        if is_same_template(template, &self.deployment.spec()["template"]) {
            let text =
                format!("The rollback revision contains the same template as current deployment {:?}", name.as_str());
            self.give_up_rollback("DeploymentRollbackTemplateUnchanged", &text);
            return;
        }
        let mut rolled = Object::clone(self.deployment);
        rolled.spec_mut().set("template", without_hash_label(template));
        rolled.meta.annotations.retain(|key, _| kept_back(key) && key != ROLLBACK_TO);
        for (key, value) in set.meta.annotations.iter().filter(|(key, _)| !kept_back(key)) {
            rolled.meta.set_annotation(key.clone(), value.as_shared_str().cloned().unwrap_or_default());
        }
        self.act(Action::Update(rolled));
        let text = format!("Rolled back deployment {:?} to revision {wanted}", name.as_str());
        self.act(EventRecord::normal(self.deployment, "DeploymentRollback", text));
    }

    fn give_up_rollback(&mut self, reason: &'static str, text: &str) {
        self.act(EventRecord::warning(self.deployment, reason, text.to_owned()));
        let mut cleared = Object::clone(self.deployment);
        cleared.meta.annotations.retain(|key, _: &Value| key != ROLLBACK_TO);
        self.act(Action::Update(cleared));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_revision_is_the_one_before_the_highest() {
        for (all, want) in [(vec![], 0), (vec![1], 0), (vec![1, 2], 1), (vec![5, 1, 3], 3), (vec![2, 2], 2)] {
            assert_eq!(last_revision(all.iter().copied()), want, "{all:?}");
        }
    }
}
