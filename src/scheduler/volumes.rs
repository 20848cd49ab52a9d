//! The volumes of a pod: which nodes they can be reached from, and which are bound once a node is chosen
//! (`pkg/scheduler/framework/plugins/volumebinding`).
//!
//! Known differences: a pod whose volumes are being bound waits in the queue, and holds no room on its node meanwhile; the
//! capacity that a driver reports and the topologies of a class are not looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::filter::Rejection;
use crate::controllers::Action;
use crate::controllers::persistent_volume::{
    BOUND_BY_CONTROLLER, SELECTED_NODE, class, is_bound, matching, reference, volume_key, waits_for_consumer,
};
use crate::object::{Key, Object, Str, kinds};
use crate::store::View;

const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// What is known of the claims of a pod.
#[derive(Debug, Default)]
pub struct Claims {
    /// The volumes that are bound.
    bound: Vec<Arc<Object>>,
    /// The claims that are bound once a node is chosen.
    delayed: Vec<Arc<Object>>,
}

/// The keys of the claims that `pod` uses.
pub fn keys(pod: &Object) -> Vec<Key> {
    let of = |name: &str| Key::new(kinds::PERSISTENT_VOLUME_CLAIM, pod.meta.namespace.clone(), name);
    let named = |it: &crate::object::Value| it["persistentVolumeClaim"]["claimName"].as_str().map(of);
    // A generic ephemeral volume has a claim named after the pod and the volume.
    let ephemeral = |it: &crate::object::Value| {
        if it["ephemeral"].is_null() {
            return None;
        }
        let name = it["name"].as_str()?;
        Some(of(&format!("{}-{name}", pod.meta.name)))
    };
    pod.spec()["volumes"].items().iter().filter_map(|it| named(it).or_else(|| ephemeral(it))).collect()
}

/// Why `pod` has to wait for a claim that is not there.
fn missing(pod: &Object, name: &Str) -> String {
    let is_named = |it: &crate::object::Value| it["persistentVolumeClaim"]["claimName"].as_str() == Some(name);
    if pod.spec()["volumes"].items().iter().any(is_named) {
        return format!("persistentvolumeclaim {name:?} not found");
    }
    format!("waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}")
}

impl Claims {
    /// The claims of `pod`.
    ///
    /// # Errors
    /// Why no node whatever can take the pod (`PreFilter`).
    pub fn of(view: View<'_>, pod: &Object) -> Result<Self, String> {
        let mut claims = Claims::default();
        for key in keys(pod) {
            let Some(claim) = view.get(&key) else {
                return Err(missing(pod, &key.name));
            };
            if claim.status()["phase"].as_str() == Some("Lost") {
                let volume = claim.spec()["volumeName"].str_or_empty();
                return Err(format!(
                    "persistentvolumeclaim {:?} bound to non-existent persistentvolume {volume:?}",
                    key.name
                ));
            }
            if claim.meta.is_terminating() {
                return Err(format!("persistentvolumeclaim {:?} is being deleted", key.name));
            }
            let volume = volume_key(claim).filter(|_| is_bound(claim)).and_then(|it| view.get(&it));
            match volume {
                Some(volume) => claims.bound.push(volume.clone()),
                None if waits_for_consumer(view, claim) => claims.delayed.push(claim.clone()),
                None => return Err("pod has unbound immediate PersistentVolumeClaims".to_owned()),
            }
        }
        Ok(claims)
    }

    /// Why the volumes keep the pod from `node`.
    pub fn rejection(&self, view: View<'_>, node: &Object) -> Option<Rejection> {
        if self.bound.is_empty() && self.delayed.is_empty() {
            return None;
        }
        if self.bound.iter().any(|it| !matching::is_reachable(it, Some(node))) {
            return Some(Rejection::Volumes("node(s) didn't match PersistentVolume's node affinity"));
        }
        let plan = self.plan(view, node);
        plan.is_none().then_some(Rejection::Volumes("node(s) didn't find available persistent volumes to bind"))
    }

    /// The claims that have to be bound before the pod can be.
    pub fn delayed(&self) -> Vec<Key> {
        self.delayed.iter().map(|it| it.key()).collect()
    }

    /// What binds the delayed claims for a pod on `node`: `None` when nothing can.
    pub fn plan(&self, view: View<'_>, node: &Object) -> Option<Vec<Action>> {
        let (mut actions, mut taken) = (Vec::new(), BTreeSet::<Str>::new());
        for claim in &self.delayed {
            if let Some(chosen) = claim.meta.annotation(SELECTED_NODE) {
                if chosen != node.meta.name.as_str() {
                    return None;
                }
                continue;
            }
            if let Some(volume) = matching::best(view.list(kinds::PERSISTENT_VOLUME), claim, Some(node), true)
                .filter(|it| !taken.contains(&it.meta.name))
            {
                taken.insert(volume.meta.name.clone());
                if volume.spec()["claimRef"].is_empty() {
                    let mut bound = Object::clone(&volume);
                    bound.meta.set_annotation(BOUND_BY_CONTROLLER, "yes");
                    bound.spec_mut().set("claimRef", reference(claim));
                    actions.push(Action::Update(bound));
                }
                continue;
            }
            let provisioner = class(view, claim).map(|it| it.body["provisioner"].str_or_empty().to_owned())?;
            if provisioner == NO_PROVISIONER {
                return None;
            }
            let mut told = Object::clone(claim);
            told.meta.set_annotation(SELECTED_NODE, node.meta.name.clone());
            actions.push(Action::Update(told));
        }
        Some(actions)
    }
}
