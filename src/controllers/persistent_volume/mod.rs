//! PersistentVolumes and their claims: who is bound to whom, what is made for a claim, and what becomes of a volume afterwards.
//!
//! Follows `pkg/controller/volume/persistentvolume` of Kubernetes 1.36. Known differences: the four writes of a binding are made
//! at one instant; of the volume plugins only `hostPath` below `/tmp` can delete what it holds, and none recycles; and a claim
//! that waits is looked at when there is news of what it could get, where upstream looks every 15 s and its events count up.

mod claim;
mod index;
pub mod matching;
mod provisioner;
mod volume;

pub use claim::reference;
pub use provisioner::{PROVISIONER, VirtualProvisioner};

use std::sync::Arc;

pub use crate::api::registry::storage_class_name as class_name;
use crate::clock::Time;
use crate::controllers::{Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::{Change, View};
use index::Index;

/// The annotation of a claim that is bound for good.
pub const BIND_COMPLETED: &str = "pv.kubernetes.io/bind-completed";
/// The annotation of what this controller bound, rather than somebody who wrote the other's name.
pub const BOUND_BY_CONTROLLER: &str = "pv.kubernetes.io/bound-by-controller";
/// The annotation of a volume with the provisioner that made it.
pub const PROVISIONED_BY: &str = "pv.kubernetes.io/provisioned-by";
/// The annotation of a claim with the node that its first pod will run on.
pub const SELECTED_NODE: &str = "volume.kubernetes.io/selected-node";

/// The controller of volumes and claims.
#[derive(Debug, Default)]
pub struct PersistentVolumeController {
    index: Index,
}

impl Controller for PersistentVolumeController {
    fn name(&self) -> &'static str {
        "persistentvolume-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::PERSISTENT_VOLUME, kinds::PERSISTENT_VOLUME_CLAIM, kinds::STORAGE_CLASS])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let Some(object) = change.latest() else { return };
        match change.key.kind {
            kinds::PERSISTENT_VOLUME_CLAIM => {
                wakes.push(Wake::now(change.key.clone()));
                // A volume whose claim goes or chose another one is released.
                wakes.extend(volume_key(object).filter(|it| view.get(it).is_some()).map(Wake::now));
                if change.after.is_none() {
                    wakes.extend(self.index.of_uid(&object.meta.uid).cloned().map(Wake::now));
                }
            }
            kinds::PERSISTENT_VOLUME => {
                self.index.learn(change);
                wakes.push(Wake::now(change.key.clone()));
                wakes.extend(claim_key(object).filter(|it| view.get(it).is_some()).map(Wake::now));
                if claim_key(object).is_none() {
                    let is_of_interest = |claim: &Object| {
                        class_name(claim) == class_name(object)
                            || claim.spec()["volumeName"].str_or_empty() == object.meta.name.as_str()
                    };
                    wakes.extend(unbound(view, is_of_interest).map(Wake::now));
                }
            }
            kinds::STORAGE_CLASS if change.after.is_some() => {
                // A claim that names no class may get this one, as the default.
                let is_of_interest = |claim: &Object| {
                    let name = class_name(claim);
                    name == object.meta.name.as_str() || name.is_empty()
                };
                wakes.extend(unbound(view, is_of_interest).map(Wake::now));
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(object) = view.get(key) else {
            return Outcome::default();
        };
        let actions = match key.kind {
            kinds::PERSISTENT_VOLUME => volume::sync(view, object, now),
            _ => claim::sync(view, object, &self.index, now),
        };
        Outcome { actions, ..Outcome::default() }
    }
}

/// The claims that are bound to nothing yet and to which a change `is_of_interest`: the others would only repeat themselves.
fn unbound(view: View<'_>, is_of_interest: impl Fn(&Object) -> bool) -> impl Iterator<Item = Key> {
    let claims = view.list(kinds::PERSISTENT_VOLUME_CLAIM).filter(|it| !is_bound(it) && is_of_interest(it));
    claims.map(|it| it.key()).collect::<Vec<_>>().into_iter()
}

/// Whether a claim is bound for good.
pub fn is_bound(claim: &Object) -> bool {
    claim.meta.annotation(BIND_COMPLETED).is_some()
}

/// The volume that a claim names.
pub fn volume_key(claim: &Object) -> Option<Key> {
    let name = claim.spec()["volumeName"].as_shared_str().filter(|it| !it.is_empty())?;
    Some(Key::new(kinds::PERSISTENT_VOLUME, "", name.clone()))
}

/// The claim that a volume names.
pub fn claim_key(volume: &Object) -> Option<Key> {
    let reference = &volume.spec()["claimRef"];
    let name = reference["name"].as_shared_str().filter(|it| !it.is_empty())?;
    let namespace = reference["namespace"].as_shared_str().cloned().unwrap_or_default();
    Some(Key::new(kinds::PERSISTENT_VOLUME_CLAIM, namespace, name.clone()))
}

fn claim_uid(volume: &Object) -> &str {
    volume.spec()["claimRef"]["uid"].str_or_empty()
}

/// Whether `volume` names `claim`, by its uid where it has one (`IsVolumeBoundToClaim`).
pub fn names_claim(volume: &Object, claim: &Object) -> bool {
    let uid = claim_uid(volume);
    claim_key(volume).is_some_and(|it| it == claim.key()) && (uid.is_empty() || uid == claim.meta.uid.as_str())
}

/// The StorageClass of `claim`.
pub fn class(view: View<'_>, claim: &Object) -> Option<Arc<Object>> {
    view.get(&Key::new(kinds::STORAGE_CLASS, "", Str::from(class_name(claim)))).cloned()
}

/// Whether the binding of `claim` waits for its first pod.
pub fn waits_for_consumer(view: View<'_>, claim: &Object) -> bool {
    class(view, claim).is_some_and(|it| it.body["volumeBindingMode"].as_str() == Some("WaitForFirstConsumer"))
}

/// `phase` of a volume or a claim.
fn phase(object: &Object) -> &str {
    object.status()["phase"].str_or_empty()
}

/// `object` with a status of that phase, or `None` if it has it.
fn in_phase(object: &Object, phase: &str, now: Time) -> Option<Object> {
    if self::phase(object) == phase {
        return None;
    }
    let mut changed = object.clone();
    changed.status_mut().set("phase", phase);
    if object.kind == kinds::PERSISTENT_VOLUME {
        changed.status_mut().set("lastPhaseTransitionTime", Value::from(now));
    }
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// The claims that the last change of a store is news to, where `fast` and `slow` ask for these classes and `named` for
    /// the volume `v`.
    fn woken(kind: crate::object::Kind, name: &str, class: &str) -> Vec<String> {
        let mut store = Store::new();
        for (claim, class, volume) in [("fast", "fast", ""), ("named", "other", "v"), ("slow", "slow", "")] {
            let mut claim = Object::new(kinds::PERSISTENT_VOLUME_CLAIM, "default", claim);
            claim.spec_mut().set("storageClassName", class);
            claim.spec_mut().set("volumeName", volume);
            store.put(claim, Time(0), Str::from("test"));
        }
        let mut object = Object::new(kind, "", name);
        object.spec_mut().set("storageClassName", class);
        store.put(object, Time(0), Str::from("test"));
        let change = store.changes_since(1).expect("all is kept").last().cloned().expect("a change");
        let mut wakes = Vec::new();
        PersistentVolumeController::default().wakes(&change, View::new(&store), &mut wakes);
        let claims = wakes.into_iter().filter(|it| it.key.kind == kinds::PERSISTENT_VOLUME_CLAIM);
        claims.map(|it| it.key.name.to_string()).collect()
    }

    #[test]
    fn a_claim_that_waits_is_only_looked_at_when_there_is_news_of_what_it_could_get() {
        assert_eq!(woken(kinds::PERSISTENT_VOLUME, "u", "fast"), ["fast"]);
        assert_eq!(woken(kinds::PERSISTENT_VOLUME, "v", "slow"), ["named", "slow"]);
        assert!(woken(kinds::PERSISTENT_VOLUME, "u", "").is_empty());
        assert_eq!(woken(kinds::STORAGE_CLASS, "slow", ""), ["slow"]);
    }
}
