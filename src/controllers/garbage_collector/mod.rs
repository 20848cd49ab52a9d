//! Deletes what has lost all its owners, and carries out foreground and orphaning deletions.
//!
//! `pkg/controller/garbagecollector` (garbagecollector.go, graph_builder.go). Upstream builds a graph of everything from
//! watches, with virtual nodes for owners it has not seen. The store answers both questions that the graph is for (who is
//! owned by a uid, which object has a uid) and is never behind, so there is no graph, no virtual owner and no cache of
//! absent owners; the cost of a change is in proportion to the references and dependents of the object that changed.
//!
//! Known differences: an item is attempted again at once where upstream's workers take some milliseconds, and a dependent
//! that is created while its owner waits for the others is collected at once rather than when the next of them goes.

#[cfg(test)]
mod cluster_tests;
mod owners;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::registry::{DeleteOptions, Propagation};
use crate::clock::Time;
use crate::controllers::{Action, Controller, EventRecord, Hearing, News, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Meta, Object, OwnerRef, Str, kinds};
use crate::store::{Change, View};
use owners::{Owners, is_blocking, is_deleting_dependents, is_in_wrong_namespace, matches_coordinates};

/// The garbage collector controller.
#[derive(Debug, Default)]
pub struct GarbageCollector {
    /// Dependents and owners in another namespace that an event has yet to tell of.
    misplaced: BTreeSet<(Key, Str)>,
}

impl Controller for GarbageCollector {
    fn name(&self) -> &'static str {
        "garbage-collector-controller"
    }

    fn watches(&self) -> Watches {
        // Events are the one kind that the real collector does not watch.
        Watches::AllBut(&[kinds::EVENT])
    }

    fn hears(&self, _: Kind) -> Hearing {
        Hearing::of(News::CREATED.and(News::REMOVED).and(News::HOLD).and(News::DELETION))
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match (&change.before, &change.after) {
            (Some(before), None) => wake_around_removed(before, view, wakes),
            (Some(before), Some(after)) if is_held_alike(before, after) => {}
            (before, Some(after)) => {
                self.wake_for_references(before.as_deref(), after, view, wakes);
                wake_for_deletion(before.as_deref(), after, view, wakes);
            }
            (None, None) => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _now: Time) -> Outcome {
        let Some(item) = view.get(key) else {
            self.misplaced.retain(|(dependent, _)| dependent != key);
            return Outcome::default();
        };
        let planned = plan(view, item);
        if self.misplaced.is_empty() {
            return Outcome { actions: planned, ..Outcome::default() };
        }
        let mut actions = self.plan_events(item);
        actions.extend(planned);
        Outcome { actions, ..Outcome::default() }
    }
}

/// Whether two revisions share everything that a collector looks at, as they do when a status changes.
fn is_held_alike(before: &Object, after: &Object) -> bool {
    Arc::ptr_eq(&before.meta.owners, &after.meta.owners)
        && Arc::ptr_eq(&before.meta.finalizers, &after.meta.finalizers)
        && before.meta.deleted == after.meta.deleted
}

/// The removal of an object concerns its dependents, and owners that wait for it.
fn wake_around_removed(removed: &Object, view: View<'_>, wakes: &mut Vec<Wake>) {
    wakes.extend(view.owned_by(&removed.meta.uid).map(|dependent| Wake::now(dependent.key())));
    for owner in removed.meta.owners.iter() {
        wake_waiting_owner(owner, view, wakes);
    }
}

fn wake_waiting_owner(owner: &OwnerRef, view: View<'_>, wakes: &mut Vec<Wake>) {
    if let Some(owner) = view.by_uid(&owner.uid).filter(|it| is_deleting_dependents(it)) {
        wakes.push(Wake::now(owner.key()));
    }
}

/// The beginning of an orphaning deletion concerns the object; that of a foreground one its dependents as well.
fn wake_for_deletion(before: Option<&Object>, after: &Object, view: View<'_>, wakes: &mut Vec<Wake>) {
    let begins = |finalizer: &Str| {
        let waits = |it: &Object| it.meta.is_terminating() && it.meta.has_finalizer(finalizer);
        waits(after) && !before.is_some_and(waits)
    };
    if begins(&Meta::ORPHAN) {
        wakes.push(Wake::now(after.key()));
    } else if begins(&Meta::FOREGROUND) {
        wakes.extend(view.owned_by(&after.meta.uid).map(|dependent| Wake::now(dependent.key())));
        wakes.push(Wake::now(after.key()));
    }
}

impl GarbageCollector {
    /// A new owner reference concerns the object if it does not lead to an owner for sure; one that was removed or blocks
    /// no longer concerns the owner that waited.
    fn wake_for_references(&mut self, before: Option<&Object>, after: &Object, view: View<'_>, wakes: &mut Vec<Wake>) {
        let old: &[OwnerRef] = before.map_or(&[], |it| &it.meta.owners);
        let new: &[OwnerRef] = &after.meta.owners;
        if old == new {
            return;
        }
        let mut doubtful = false;
        for added in new.iter().filter(|it| old.iter().all(|was| was.uid != it.uid)) {
            match view.by_uid(&added.uid) {
                Some(owner) if is_in_wrong_namespace(owner, after) => {
                    self.misplaced.insert((after.key(), added.uid.clone()));
                    doubtful = true;
                }
                Some(owner) => doubtful |= !matches_coordinates(added, owner) || is_deleting_dependents(owner),
                None => doubtful = true,
            }
        }
        if doubtful {
            wakes.push(Wake::now(after.key()));
        }
        for was in old.iter().filter(|it| it.block_owner_deletion == Some(true)) {
            let still = new.iter().any(|it| it.uid == was.uid && it.block_owner_deletion == Some(true));
            if !still {
                wake_waiting_owner(was, view, wakes);
            }
        }
    }

    /// An event for each owner reference of `item` that was found to lead into another namespace.
    fn plan_events(&mut self, item: &Arc<Object>) -> Vec<Action> {
        let key = item.key();
        let mut events = Vec::new();
        for owner in item.meta.owners.iter() {
            if self.misplaced.remove(&(key.clone(), owner.uid.clone())) {
                // The recorder is given a bare reference, which has no resource version.
                let mut about = Object::clone(item);
                about.meta.resource_version = 0;
                events.push(EventRecord::warning(
                    &Arc::new(about),
                    "OwnerRefInvalidNamespace",
                    misplaced_text(owner, &key),
                ));
            }
        }
        events
    }
}

fn misplaced_text(owner: &OwnerRef, item: &Key) -> String {
    let OwnerRef { api_version, kind, name, uid, .. } = owner;
    let namespace = &item.namespace;
    format!(
        "ownerRef [{api_version}/{kind}, namespace: {namespace}, name: {name}, uid: {uid}] does not exist in namespace {:?}",
        namespace.as_str()
    )
}

/// What is to be done about `item`: let go of its dependents, wait for them, or see whether it has an owner left.
fn plan(view: View<'_>, item: &Arc<Object>) -> Vec<Action> {
    if item.meta.is_terminating() {
        if item.meta.has_finalizer(&Meta::ORPHAN) {
            return plan_orphaning(view, item);
        }
        if !item.meta.has_finalizer(&Meta::FOREGROUND) || has_blocking_dependents(view, item) {
            return Vec::new();
        }
        return vec![remove_finalizer(item, Meta::FOREGROUND)];
    }
    if item.meta.owners.is_empty() {
        return Vec::new();
    }
    match Owners::classify(view, item) {
        Some(owners) => plan_for_owners(view, item, &owners),
        None => Vec::new(),
    }
}

fn plan_for_owners(view: View<'_>, item: &Arc<Object>, owners: &Owners) -> Vec<Action> {
    if owners.solid > 0 {
        let lost: Vec<&Str> = owners.dangling.iter().chain(&owners.waiting).copied().collect();
        return if lost.is_empty() { Vec::new() } else { vec![without_owners(item, &lost)] };
    }
    if !owners.waiting.is_empty() && view.owned_by(&item.meta.uid).next().is_some() {
        let mut actions = Vec::new();
        // Two objects that wait for each other would wait for ever: the references stop blocking.
        if view.owned_by(&item.meta.uid).any(|it| is_deleting_dependents(it)) {
            actions.extend(unblocked(item));
        }
        actions.push(delete(item, Propagation::Foreground));
        return actions;
    }
    let policy = if item.meta.has_finalizer(&Meta::ORPHAN) {
        Propagation::Orphan
    } else if item.meta.has_finalizer(&Meta::FOREGROUND) {
        Propagation::Foreground
    } else {
        Propagation::Background
    };
    vec![delete(item, policy)]
}

fn plan_orphaning(view: View<'_>, owner: &Arc<Object>) -> Vec<Action> {
    let uid = &owner.meta.uid;
    let orphaned = view.owned_by(uid).map(|dependent| without_owners(dependent, &[uid]));
    orphaned.chain([remove_finalizer(owner, Meta::ORPHAN)]).collect()
}

fn has_blocking_dependents(view: View<'_>, owner: &Object) -> bool {
    view.owned_by(&owner.meta.uid).any(|dependent| is_blocking(dependent, &owner.meta.uid))
}

fn remove_finalizer(item: &Object, finalizer: Str) -> Action {
    Action::RemoveFinalizer { key: item.key(), uid: item.meta.uid.clone(), finalizer }
}

fn delete(item: &Object, policy: Propagation) -> Action {
    let options =
        DeleteOptions { propagation: Some(policy), uid: Some(item.meta.uid.clone()), ..DeleteOptions::default() };
    Action::Delete(item.key(), options)
}

/// `item` without its references to the owners with `uids`.
fn without_owners(item: &Object, uids: &[&Str]) -> Action {
    let mut changed = item.clone();
    let kept = item.meta.owners.iter().filter(|owner| !uids.contains(&&owner.uid)).cloned();
    changed.meta.owners = Arc::new(kept.collect());
    Action::Update(changed)
}

/// `item` with references that block no owner, or `None` when none does.
fn unblocked(item: &Object) -> Option<Action> {
    if item.meta.owners.iter().all(|owner| owner.block_owner_deletion != Some(true)) {
        return None;
    }
    let mut changed = item.clone();
    for owner in Arc::make_mut(&mut changed.meta.owners) {
        if owner.block_owner_deletion == Some(true) {
            owner.block_owner_deletion = Some(false);
        }
    }
    Some(Action::Update(changed))
}
