//! The volumes of a pod: which nodes they can be reached from, and which are bound once a node is chosen
//! (`pkg/scheduler/framework/plugins/volumebinding`).
//!
//! Known differences: a pod whose volumes are being bound waits in the queue, and holds no room on its node meanwhile; the
//! capacity that a driver reports is not looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::exclusive::Exclusive;
use super::filter::Rejection;
use crate::controllers::Action;
use crate::controllers::persistent_volume::{
    BOUND_BY_CONTROLLER, SELECTED_NODE, class, is_bound, matching, reference, volume_key, waits_for_consumer,
};
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

const NO_PROVISIONER: &str = "kubernetes.io/no-provisioner";

/// What is known of the claims of a pod.
#[derive(Debug, Default)]
pub struct Claims {
    /// Those that no other pod may use.
    exclusive: Exclusive,
    /// The volumes that are bound.
    bound: Vec<Arc<Object>>,
    /// The claims that are bound once a node is chosen.
    delayed: Vec<Arc<Object>>,
}

/// The keys of the claims that `pod` uses.
pub fn keys(pod: &Object) -> Vec<Key> {
    let of = |name: &str| Key::new(kinds::PERSISTENT_VOLUME_CLAIM, pod.meta.namespace.clone(), name);
    let named = |it: &Value| it["persistentVolumeClaim"]["claimName"].as_str().map(of);
    // A generic ephemeral volume has a claim named after the pod and the volume.
    let ephemeral = |it: &Value| {
        if it["ephemeral"].is_null() {
            return None;
        }
        let name = it["name"].as_str()?;
        Some(of(&format!("{}-{name}", pod.meta.name)))
    };
    pod.spec()["volumes"].items().iter().filter_map(|it| named(it).or_else(|| ephemeral(it))).collect()
}

/// Why a pod has to wait for the claim of an ephemeral volume that is not there yet.
fn missing(name: &Str) -> String {
    format!("waiting for ephemeral volume controller to create the persistentvolumeclaim {name:?}")
}

/// The labels by which a volume says where it is, with the older name of each (`topologyLabels`).
const TOPOLOGY_LABELS: [(&str, &str); 4] = [
    ("failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"),
    ("topology.kubernetes.io/zone", "topology.kubernetes.io/zone"),
    ("topology.kubernetes.io/region", "topology.kubernetes.io/region"),
];

/// Whether `node` is in the zone and region that the labels of `volume` name. A node that says nothing of where it is will
/// do (`plugins/volumezone`).
fn is_in_zone_of(volume: &Object, node: &Object) -> bool {
    if TOPOLOGY_LABELS.iter().all(|(label, _)| node.meta.label(label).is_none()) {
        return true;
    }
    TOPOLOGY_LABELS.iter().all(|(label, newer)| {
        let Some(places) = volume.meta.label(label) else { return true };
        let place = node.meta.label(label).or_else(|| node.meta.label(newer));
        place.is_some_and(|place| places.split("__").any(|it| it == place))
    })
}

/// Whether a volume of a class with these allowed `topologies` can be made for `node` (`MatchTopologySelectorTerms`).
fn is_allowed(topologies: &[Value], node: &Object) -> bool {
    let meets = |it: &Value| {
        node.meta
            .label(it["key"].str_or_empty())
            .is_some_and(|label| it["values"].items().iter().any(|value| value.as_str() == Some(label)))
    };
    let mut terms = topologies.iter().map(|it| it["matchLabelExpressions"].items());
    topologies.is_empty() || terms.any(|it| !it.is_empty() && it.iter().all(meets))
}

impl Claims {
    /// The claims of `pod`.
    ///
    /// # Errors
    /// Why no node whatever can take the pod (`PreFilter`).
    pub fn of(view: View<'_>, pod: &Object) -> Result<Self, String> {
        if pod.spec()["volumes"].is_empty() {
            return Ok(Claims::default());
        }
        let mut claims = Claims { exclusive: Exclusive::of(view, pod)?, ..Claims::default() };
        for key in keys(pod) {
            let Some(claim) = view.get(&key) else {
                return Err(missing(&key.name));
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

    /// Supposes that `other` came to a node, or with a negative `sign` that it went.
    pub fn suppose(&mut self, pod: &Object, other: &Object, sign: i64) {
        self.exclusive.suppose(pod, other, sign);
    }

    /// Why the volumes keep the pod from `node`.
    pub fn rejection(&self, view: View<'_>, node: &Object) -> Option<Rejection> {
        if self.exclusive.is_in_use() {
            return Some(Rejection::ClaimInUse);
        }
        if self.bound.is_empty() && self.delayed.is_empty() {
            return None;
        }
        if self.bound.iter().any(|it| !matching::is_reachable(it, Some(node))) {
            return Some(Rejection::Volumes("node(s) didn't match PersistentVolume's node affinity"));
        }
        if self.plan(view, node).is_none() {
            return Some(Rejection::Volumes("node(s) didn't find available persistent volumes to bind"));
        }
        let elsewhere = self.bound.iter().any(|it| !is_in_zone_of(it, node));
        elsewhere.then_some(Rejection::Volumes("node(s) had no available volume zone"))
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
            let class = class(view, claim)?;
            let provisioner = class.body["provisioner"].str_or_empty();
            let topologies = class.body["allowedTopologies"].items();
            if provisioner == NO_PROVISIONER || !is_allowed(topologies, node) {
                return None;
            }
            let mut told = Object::clone(claim);
            told.meta.set_annotation(SELECTED_NODE, node.meta.name.clone());
            actions.push(Action::Update(told));
        }
        Some(actions)
    }
}
