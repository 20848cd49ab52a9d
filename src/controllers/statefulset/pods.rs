//! The pods of a StatefulSet: which it has, how they are, and what a missing one looks like.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::Action;
use crate::controllers::history::HASH_LABEL;
use crate::controllers::shared::pod::{is_available, is_ready, new_from_template, phase};
use crate::controllers::shared::{Ownership, adopt, decide, release};
use crate::controllers::statefulset::revisions::{Revision, Revisions};
use crate::controllers::statefulset::{claims, identity};
use crate::object::{Object, Value, kinds};
use crate::store::View;

/// A place among the replicas.
#[derive(Clone, Debug)]
pub enum Replica {
    /// A pod that is stored.
    There(Arc<Object>),
    /// A pod that has yet to be created.
    Missing(Object),
}

impl Replica {
    /// The pod.
    pub fn pod(&self) -> &Object {
        match self {
            Replica::There(pod) => pod,
            Replica::Missing(pod) => pod,
        }
    }
}

/// The pods that are `set`'s after adoption and release, and the updates by which they came to be.
pub fn claim(view: View<'_>, set: &Object) -> (Vec<Arc<Object>>, Vec<Action>) {
    let owned = view.owned_by(&set.meta.uid).filter(|it| it.kind == kinds::POD);
    let owned = owned.filter(|it| it.meta.is_controlled_by(&set.meta.uid));
    let orphans = view.without_controller(kinds::POD, &set.meta.namespace);
    let (mut pods, mut actions) = (Vec::new(), Vec::new());
    for pod in owned.chain(orphans) {
        let is_member = identity::ordinal(set, pod).is_some();
        match (decide(set, &set.spec()["selector"], pod), is_member) {
            (Ownership::Owned, true) => pods.push(pod.clone()),
            (Ownership::Adopt, true) => {
                let adopted = adopt(set, pod);
                actions.push(Action::Update(adopted.clone()));
                pods.push(Arc::new(adopted));
            }
            (Ownership::Release, _) | (Ownership::Owned, false) if !set.meta.is_terminating() => {
                actions.push(Action::Update(release(set, pod)));
            }
            _ => {}
        }
    }
    (pods, actions)
}

/// The pods of a set by what is to become of them.
#[derive(Debug)]
pub struct Ranks {
    /// Those that it is to have, by ordinal.
    pub replicas: Vec<Replica>,
    /// Those that it has beyond, the highest ordinal first.
    pub condemned: Vec<Arc<Object>>,
}

/// Sorts `pods` into those that `set` is to have and the others, and fills the gaps.
pub fn rank(set: &Object, pods: &[Arc<Object>], revisions: &Revisions) -> Ranks {
    let range = identity::ordinals(set);
    let with_ordinal = |pod: &Arc<Object>| Some((identity::ordinal(set, pod)?, pod.clone()));
    let mut all: Vec<(i64, Arc<Object>)> = pods.iter().filter_map(with_ordinal).collect();
    all.sort_by_key(|(ordinal, _)| *ordinal);
    let (mut inside, outside): (Vec<_>, Vec<_>) = all.into_iter().partition(|(it, _)| range.contains(it));
    inside.reverse();
    let place = |ordinal: i64| match inside.pop_if(|(it, _)| *it == ordinal) {
        Some((_, pod)) => Replica::There(pod),
        None => Replica::Missing(new_pod(set, ordinal, revision_for(set, ordinal, revisions))),
    };
    let replicas = range.map(place).collect();
    Ranks { replicas, condemned: outside.into_iter().rev().map(|(_, pod)| pod).collect() }
}

/// The revision that a new pod with that ordinal is made of: below the partition the old one (`newVersionedStatefulSetPod`).
fn revision_for<'a>(set: &Object, ordinal: i64, revisions: &'a Revisions) -> &'a Revision {
    let start = identity::ordinals(set).start;
    let strategy = &set.spec()["updateStrategy"];
    let old = match strategy["rollingUpdate"].as_map() {
        Some(rolling) => start + rolling.get("partition").and_then(Value::as_i64).unwrap_or(0),
        None if strategy["type"].str_or_empty() == "RollingUpdate" => {
            start + set.status()["currentReplicas"].as_i64().unwrap_or(0)
        }
        None => start,
    };
    if ordinal < old { &revisions.current } else { &revisions.update }
}

/// The pod of `set` with that ordinal, of `revision` (`newStatefulSetPod`).
fn new_pod(set: &Object, ordinal: i64, revision: &Revision) -> Object {
    let mut pod = new_from_template(&revision.template, set, None);
    pod.meta.name = identity::name(set, ordinal);
    identity::label(&mut pod);
    pod.meta.set_label(HASH_LABEL, revision.name.clone());
    let hostname = pod.meta.name.clone();
    pod.spec_mut().set("hostname", hostname);
    if let Some(service) = set.spec()["serviceName"].as_str().filter(|it| !it.is_empty()) {
        pod.spec_mut().set("subdomain", service);
    }
    claims::mount(set, &mut pod);
    pod
}

/// Whether `pod` runs and is ready.
pub fn is_running_and_ready(pod: &Object) -> bool {
    phase(pod) == "Running" && is_ready(pod)
}

/// Whether `pod` is no help to its set at `now`: not available, or on its way out.
pub fn is_unavailable(set: &Object, pod: &Object, now: Time) -> bool {
    !is_available(pod, min_ready_seconds(set), now) || pod.meta.is_terminating()
}

/// `spec.minReadySeconds`.
pub fn min_ready_seconds(set: &Object) -> i64 {
    set.spec()["minReadySeconds"].as_i64().unwrap_or(0)
}
