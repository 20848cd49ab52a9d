//! Which changes wake which DaemonSets, and what they make stale.
//!
//! Follows the event handlers of `pkg/controller/daemon/daemon_controller.go`. An update of a node wakes a DaemonSet only
//! when a pod is missing there or must go, or when pods are known to be where they should not (`syncNodeUpdate`): an added
//! taint that pods may sit out, and a deleted node, leave the status as it was until something else happens.

use crate::controllers::Wake;
use crate::object::{Key, Object, OwnerRef, Str, kinds, matches_label_selector};
use crate::store::{Change, View};

use super::DaemonSetController;
use super::placement::is_heartbeat;

/// The DaemonSet that `owner` refers to, if it is there and the same one.
fn resolve(view: View<'_>, namespace: &Str, owner: Option<&OwnerRef>) -> Option<Key> {
    let owner = owner.filter(|it| it.kind == kinds::DAEMON_SET.info().kind)?;
    let key = Key::new(kinds::DAEMON_SET, namespace.clone(), owner.name.clone());
    view.get(&key).is_some_and(|ds| ds.meta.uid == owner.uid).then_some(key)
}

/// The DaemonSets of `object`'s namespace that select it.
fn selecting(view: View<'_>, object: &Object) -> Vec<Key> {
    if object.meta.labels.is_empty() {
        return Vec::new();
    }
    let selects = |ds: &&_| -> bool {
        let ds: &Object = ds;
        matches_label_selector(&ds.spec()["selector"], &object.meta.labels)
    };
    let sets = view.list_in(kinds::DAEMON_SET, &object.meta.namespace).map(|it| &**it);
    sets.filter(selects).map(Object::key).collect()
}

/// The DaemonSets that a change of a pod or a revision concerns. `first_seen_counts` says whether the creation of an
/// object that has a controller already is of interest to that controller.
fn concerned(change: &Change, view: View<'_>, first_seen_counts: bool) -> Vec<Key> {
    let namespace = &change.key.namespace;
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    let (old, new) = (before.and_then(|it| it.meta.controller()), after.and_then(|it| it.meta.controller()));
    let changed_hands = !before.zip(after).is_some_and(|(before, after)| before.meta.has_controller_of(&after.meta));
    let mut keys = Vec::new();
    if changed_hands {
        keys.extend(resolve(view, namespace, old));
    }
    let Some(after) = after else {
        return keys;
    };
    if new.is_some() {
        if before.is_some() || first_seen_counts {
            keys.extend(resolve(view, namespace, new));
        }
    } else if !after.meta.is_terminating()
        && before.is_none_or(|it| changed_hands || it.meta.labels != after.meta.labels)
    {
        keys.extend(selecting(view, after));
    }
    keys
}

impl DaemonSetController {
    /// Marks what `change` makes stale, and wakes the DaemonSets that it concerns.
    pub(super) fn hear(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::DAEMON_SET => wakes.push(Wake::now(change.key.clone())),
            kinds::POD => {
                for key in concerned(change, view, true) {
                    if let Some(roster) = self.rosters.get_mut(&key) {
                        roster.touch_pod(&change.key.name);
                    }
                    wakes.push(Wake::now(key));
                }
            }
            kinds::CONTROLLER_REVISION => {
                let namespace = &change.key.namespace;
                self.histories.retain(|key, _| key.namespace != *namespace);
                wakes.extend(concerned(change, view, false).into_iter().map(Wake::now));
            }
            kinds::NODE => self.hear_node(change, view, wakes),
            _ => {}
        }
    }

    fn hear_node(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let same_place = |(before, after): (&Object, &Object)| {
            before.meta.labels == after.meta.labels && before.spec().is_same(after.spec())
        };
        let moved = !before.zip(after).is_some_and(same_place);
        let heartbeat = before.zip(after).is_some_and(|(before, after)| !moved && is_heartbeat(before, after));
        if heartbeat {
            return;
        }
        for (key, roster) in &mut self.rosters {
            if moved {
                roster.touch_node(&change.key.name);
            }
            let Some(node) = after else {
                continue;
            };
            let (fit, occupied) = (roster.fit(node), roster.is_occupied(&node.meta.name));
            let misscheduled = || {
                let status = view.get(key).map(|ds| ds.status()["numberMisscheduled"].as_i64().unwrap_or_default());
                status.is_some_and(|count| count > 0)
            };
            let concerns = if occupied { !fit.stay || misscheduled() } else { fit.run };
            if concerns {
                wakes.push(Wake::now(key.clone()));
            }
        }
    }
}
