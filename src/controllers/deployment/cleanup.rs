//! Old ReplicaSets beyond the history limit (`cleanupDeployment` in `pkg/controller/deployment/sync.go`).

use crate::api::registry::DeleteOptions;
use crate::controllers::Action;

use super::annotations::revision;
use super::rollout::Rollout;

impl Rollout<'_> {
    /// Deletes the oldest of them that have no pods.
    pub fn clean_up(&mut self) {
        let Some(limit) = self.spec.history_limit else {
            return;
        };
        let mut old = self.old();
        old.retain(|i| !self.sets[*i].object.meta.is_terminating());
        let surplus = old.len().saturating_sub(usize::try_from(limit).unwrap_or_default());
        old.sort_by_key(|i| (revision(&self.sets[*i].object), self.sets[*i].age()));
        for index in old.into_iter().take(surplus) {
            let set = &self.sets[index];
            let is_observed = set.count("observedGeneration") >= set.object.meta.generation;
            if set.count("replicas") == 0 && set.size_before() == 0 && set.draft.is_none() && is_observed {
                let key = set.object.key();
                self.act(Action::Delete(key, DeleteOptions::default()));
            }
        }
    }
}
