//! The revision that a StatefulSet's pods are of, and the one that they are to be of (`getStatefulSetRevisions`).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::controllers::Action;
use crate::controllers::history::{compute_hash, holds, number, template_patch};
use crate::controllers::shared::claim;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

/// The label with the hash of a revision's template (`history.ControllerRevisionHashLabel`).
const HASH: &str = "controller.kubernetes.io/hash";

/// One revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// The name of its object, which its pods are labelled with.
    pub name: Str,
    /// The template.
    pub template: Value,
}

/// The revisions of a set.
#[derive(Clone, Debug)]
pub struct Revisions {
    /// What pods are of that are not to be renewed.
    pub current: Revision,
    /// What pods are to be of.
    pub update: Revision,
    /// How many names were found taken so far.
    pub collisions: i64,
    /// The stored ones, oldest first.
    pub stored: Vec<Arc<Object>>,
    /// What has to be done for this to be so: adoption, a new revision or a new number.
    pub actions: Vec<Action>,
}

/// The revisions of `set`.
pub fn revisions(view: View<'_>, set: &Object) -> Revisions {
    let claimed = claim(view, set, kinds::CONTROLLER_REVISION, &set.spec()["selector"], |_, _| {});
    let (mut stored, mut actions) = (claimed.objects, claimed.actions);
    stored.sort_by_key(|it| (number(it), it.meta.created, it.meta.name.clone()));
    let template = &set.spec()["template"];
    let mut collisions = set.status()["collisionCount"].as_i64().unwrap_or(0);
    let next = stored.last().map_or(0, |it| number(it)) + 1;
    let update = match stored.iter().rev().find(|it| holds(it, template)) {
        Some(same) => {
            if stored.last().is_some_and(|it| !Arc::ptr_eq(it, same)) {
                let mut renumbered = Object::clone(same);
                renumbered.body.insert("revision", next);
                actions.push(Action::Update(renumbered));
            }
            same.meta.name.clone()
        }
        None => {
            let (name, hash) = free_name(view, set, &mut collisions);
            if view.get(&key(set, &name)).is_none() {
                actions.push(Action::Create(new_revision(set, &name, &hash, next)));
            }
            name
        }
    };
    let update = Revision { name: update, template: template.clone() };
    let last = set.status()["currentRevision"].str_or_empty();
    let current = stored.iter().find(|it| it.meta.name.as_str() == last).map(|it| read(it));
    Revisions { current: current.unwrap_or_else(|| update.clone()), update, collisions, stored, actions }
}

fn key(set: &Object, name: &Str) -> Key {
    Key::new(kinds::CONTROLLER_REVISION, set.meta.namespace.clone(), name.clone())
}

/// A name that is free, or taken by a revision of the same template; each one that is not counts as a collision.
fn free_name(view: View<'_>, set: &Object, collisions: &mut i64) -> (Str, String) {
    let template = &set.spec()["template"];
    loop {
        let hash = compute_hash(template, Some(*collisions));
        let name = Str::from(format!("{}-{hash}", set.meta.name));
        if view.get(&key(set, &name)).is_none_or(|it| holds(it, template)) {
            return (name, hash);
        }
        *collisions += 1;
    }
}

fn new_revision(set: &Object, name: &Str, hash: &str, number: i64) -> Object {
    let template = &set.spec()["template"];
    let mut revision = Object::new(kinds::CONTROLLER_REVISION, set.meta.namespace.clone(), name.clone());
    revision.meta.labels = template["metadata"]["labels"].as_map().cloned().unwrap_or_default();
    revision.meta.set_label(HASH, hash);
    revision.meta.annotations = set.meta.annotations.clone();
    revision.meta.owners = Arc::new(vec![set.controller_ref()]);
    revision.body.insert("data", template_patch(template));
    revision.body.insert("revision", number);
    revision
}

fn read(revision: &Object) -> Revision {
    let mut template = revision.body["data"].at(&["spec", "template"]).clone();
    template.remove("$patch");
    Revision { name: revision.meta.name.clone(), template }
}

/// Deletes the oldest revisions beyond the limit that neither the set nor any of its pods is of.
pub fn truncate(set: &Object, revisions: &Revisions, pods: &[Arc<Object>]) -> Vec<Action> {
    let Some(limit) = set.spec()["revisionHistoryLimit"].as_i64().and_then(|it| usize::try_from(it).ok()) else {
        return Vec::new();
    };
    let of_pods = pods.iter().map(|it| super::identity::revision(it));
    let live: BTreeSet<&str> = of_pods.chain([revisions.current.name.as_str(), &revisions.update.name]).collect();
    let dead: Vec<_> = revisions.stored.iter().filter(|it| !live.contains(it.meta.name.as_str())).collect();
    let surplus = dead.len().saturating_sub(limit);
    dead.into_iter().take(surplus).map(|it| Action::Delete(it.key(), DeleteOptions::default())).collect()
}
