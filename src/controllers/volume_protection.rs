//! Takes the protection off claims and volumes that are being deleted once nothing uses them.
//!
//! Follows `pkg/controller/volume/pvcprotection` and `pkg/controller/volume/pvprotection` of Kubernetes 1.36: a claim is in use
//! while a pod that is bound to a node and not over names it, a volume while it is bound to a claim.

use crate::clock::Time;
use crate::controllers::{Action, Controller, Hearing, News, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Object, Str, Value, kinds, literal};
use crate::store::{Change, View};

const CLAIM: &str = "kubernetes.io/pvc-protection";
const VOLUME: &str = "kubernetes.io/pv-protection";

/// The controllers of claims and of volumes.
#[derive(Debug, Default)]
pub struct VolumeProtection;

impl Controller for VolumeProtection {
    fn name(&self) -> &'static str {
        "pvc-protection-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::PERSISTENT_VOLUME, kinds::PERSISTENT_VOLUME_CLAIM, kinds::POD])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD {
            Hearing::of(News::REMOVED.and(News::END)).once_there_was(kinds::PERSISTENT_VOLUME_CLAIM)
        } else {
            Hearing::ALL
        }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::PERSISTENT_VOLUME_CLAIM | kinds::PERSISTENT_VOLUME => {
                let protected = change.after.as_ref().is_some_and(|object| finalizer_of(object).is_some());
                wakes.extend(protected.then(|| Wake::now(change.key.clone())));
            }
            kinds::POD => {
                let is_over = change.after.as_ref().is_none_or(|pod| is_over(pod));
                let Some(before) = change.before.as_ref().filter(|pod| is_over && !self::is_over(pod)) else { return };
                for claim in claims_of(before) {
                    let key = Key::new(kinds::PERSISTENT_VOLUME_CLAIM, before.meta.namespace.clone(), claim);
                    if view.get(&key).is_some_and(|claim| finalizer_of(claim).is_some()) {
                        wakes.push(Wake::now(key));
                    }
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let Some((object, finalizer)) = view.get(key).and_then(|object| Some((object, finalizer_of(object)?))) else {
            return Outcome::default();
        };
        let (in_use, actor) = if key.kind == kinds::PERSISTENT_VOLUME {
            (object.status()["phase"].as_str() == Some("Bound"), Some(literal!("pv-protection-controller")))
        } else {
            let uses = |pod: &Object| {
                pod.node_name().is_some() && !is_over(pod) && claims_of(pod).any(|claim| claim == key.name)
            };
            (view.list_in(kinds::POD, &key.namespace).any(|pod| uses(pod)), None)
        };
        if in_use {
            return Outcome::default();
        }
        let action =
            Action::RemoveFinalizer { key: key.clone(), uid: object.meta.uid.clone(), finalizer: Str::from(finalizer) };
        Outcome { actions: vec![action], actor, ..Outcome::default() }
    }
}

/// The finalizer that protects `object`, if it is being deleted and only that is in the way of this controller.
fn finalizer_of(object: &Object) -> Option<&'static str> {
    let finalizer = if object.kind == kinds::PERSISTENT_VOLUME { VOLUME } else { CLAIM };
    let is_held = object.meta.is_terminating() && object.meta.finalizers.iter().any(|it| it == finalizer);
    is_held.then_some(finalizer)
}

fn is_over(pod: &Object) -> bool {
    matches!(pod.status()["phase"].str_or_empty(), "Succeeded" | "Failed")
}

/// The names of the claims that `pod` uses, those of its ephemeral volumes included.
fn claims_of(pod: &Object) -> impl Iterator<Item = Str> {
    pod.spec()["volumes"].items().iter().filter_map(|volume: &Value| {
        let named = volume["persistentVolumeClaim"]["claimName"].as_shared_str().cloned();
        let own = || Str::from(format!("{}-{}", pod.meta.name, volume["name"].str_or_empty()));
        named.or_else(|| (!volume["ephemeral"].is_null()).then(own))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::store::Store;

    #[test]
    fn a_claim_is_let_go_when_the_last_pod_that_uses_it_is_over() {
        let now = Time::from_unix(0);
        let mut store = Store::new();
        let mut claim = Object::new(kinds::PERSISTENT_VOLUME_CLAIM, "default", "data");
        claim.meta.finalizers = vec![Str::from(CLAIM)].into();
        claim.meta.deleted = Some(now);
        let key = claim.key();
        store.put(claim, now, "test".into());
        let mut pod = Object::new(kinds::POD, "default", "web");
        let volume = map! { "name" => "data", "persistentVolumeClaim" => map! { "claimName" => "data" } };
        *pod.spec_mut() = Value::Map(map! { "nodeName" => "node-0", "volumes" => Value::list([volume]) });
        store.put(pod.clone(), now, "test".into());
        let mut controller = VolumeProtection;
        assert!(controller.reconcile(View::new(&store), &key, now).actions.is_empty());
        pod.status_mut().set("phase", "Succeeded");
        store.put(pod, now, "test".into());
        let mut wakes = Vec::new();
        let view = View::new(&store);
        let change = view.changes_since(store.version() - 1).ok().and_then(|mut it| it.next_back()).expect("a change");
        controller.wakes(change, view, &mut wakes);
        assert_eq!(wakes, [Wake::now(key.clone())]);
        assert_eq!(controller.reconcile(view, &key, now).actions.len(), 1);
    }
}
