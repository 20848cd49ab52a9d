//! Which changes wake which ReplicaSets, and which pods they make stale (the event handlers of
//! `pkg/controller/replicaset/replica_set.go`).
//!
//! Upstream wakes a ReplicaSet for every change of its pods; here only for those that it counts, since it would find
//! nothing to do otherwise.

use crate::controllers::Wake;
use crate::controllers::shared::pod::{condition, is_terminal};
use crate::object::{Key, Object, OwnerRef, kinds, matches_label_selector};
use crate::store::{Change, View};

use super::ReplicaSetController;

impl ReplicaSetController {
    /// Marks what `change` makes stale, and wakes the owners that it concerns.
    pub(super) fn hear(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::POD {
            self.hear_pod(change, view, wakes);
        } else if change.key.kind == self.family.kind && change.actor != self.family.actor {
            wakes.push(Wake::now(change.key.clone()));
        }
    }

    fn hear_pod(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let old = before.and_then(|it| it.meta.controller());
        let new = after.and_then(|it| it.meta.controller());
        let changed_hands =
            !before.zip(after).is_some_and(|(before, after)| before.meta.has_controller_of(&after.meta));
        if changed_hands && let Some(key) = self.resolve(view, old) {
            self.concern(key, change, wakes, true);
        }
        if let Some(key) = self.resolve(view, new) {
            let counts = !before.zip(after).is_some_and(|(before, after)| counts_the_same(before, after));
            self.concern(key, change, wakes, counts || changed_hands);
        }
        let Some(pod) = after.filter(|it| new.is_none() && !it.meta.is_terminating() && !it.meta.labels.is_empty())
        else {
            return;
        };
        if before.is_none_or(|it| old.is_some() || it.meta.labels != pod.meta.labels) {
            let owners = view.list_in(self.family.kind, &pod.meta.namespace);
            let selecting = owners.filter(|it| matches_label_selector(&self.family.selector(it), &pod.meta.labels));
            let keys: Vec<_> = selecting.map(|it| it.key()).collect();
            keys.into_iter().for_each(|key| self.concern(key, change, wakes, true));
        }
    }

    fn concern(&mut self, key: Key, change: &Change, wakes: &mut Vec<Wake>, wake: bool) {
        if let Some(census) = self.censuses.get_mut(&key) {
            census.touch(&change.key.name);
        }
        if wake {
            wakes.push(Wake::now(key));
        }
    }

    /// The owner that `reference` refers to, if it is of this kind, there, and the same one.
    fn resolve(&self, view: View<'_>, reference: Option<&OwnerRef>) -> Option<Key> {
        let reference = reference.filter(|it| it.kind == self.family.kind.info().kind)?;
        view.by_uid(&reference.uid).filter(|it| it.kind == self.family.kind).map(|it| it.key())
    }
}

/// Whether a ReplicaSet counts a pod after a change as it did before.
fn counts_the_same(before: &Object, after: &Object) -> bool {
    before.meta.labels == after.meta.labels
        && before.meta.is_terminating() == after.meta.is_terminating()
        && is_terminal(before) == is_terminal(after)
        && condition(before, "Ready") == condition(after, "Ready")
}
