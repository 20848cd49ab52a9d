//! Which pods a kubelet looks at for a change of an object: its own, those that read the object, those that wait for room.

use std::sync::Arc;

use super::{Kubelet, status, volume};
use crate::clock::Time;
use crate::controllers::Wake;
use crate::object::{Object, Str, kinds};
use crate::store::{Change, View};

impl Kubelet {
    /// Wakes the pods whose files or variables come from an object of which a change tells, when their kubelets look.
    pub(super) fn source_changed(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let now = change.time;
        for pod in view.list_in(kinds::POD, &change.key.namespace) {
            let key = pod.key();
            let Some(worker) = self.workers.get_mut(&key) else { continue };
            if worker.ending.is_some() || !volume::uses(pod.spec(), change.key.kind, &change.key.name) {
                continue;
            }
            let retry = worker.next_sync(now, volume::RETRY_PERIOD);
            let held = worker.containers.iter_mut().filter_map(|it| it.hold.as_mut());
            let mut at = None;
            for hold in held.filter(|it| it.reason == "CreateContainerConfigError") {
                hold.retry_at = retry;
                at = Some(retry);
            }
            if worker.storage.ready.is_some() && worker.containers.iter().any(|it| it.running().is_some()) {
                let refresh = worker.next_sync(now, volume::SYNC_PERIOD);
                worker.storage.refresh_at = Some(refresh);
                at = Some(at.map_or(refresh, |it: Time| it.min(refresh)));
            }
            wakes.extend(at.map(|it| Wake { key, after: it - now }));
        }
    }

    /// Wakes the pods that wait for room when another one leaves their node.
    pub(super) fn room_made(&self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if let Some(node) = room_on(&change.before).filter(|_| room_on(&change.after).is_none()) {
            let waits = self.deferred.iter().filter(|it| view.get(it).is_some_and(|pod| pod.node_name() == Some(node)));
            wakes.extend(waits.filter(|it| **it != change.key).map(|it| Wake::now(it.clone())));
        }
    }
}

/// The node on which a pod takes up room.
fn room_on(pod: &Option<Arc<Object>>) -> Option<&Str> {
    let pod = pod.as_ref().filter(|it| !status::is_terminal(it.status()["phase"].str_or_empty()))?;
    pod.node_name()
}

/// Whether a change of a pod is news to its kubelet: what kubelets write themselves is not. One that is silent leaves a
/// status that others wrote as it is, unless the phase is another.
pub(super) fn concerns(change: &Change, silent: bool) -> bool {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return change.latest().is_some_and(|it| it.node_name().is_some());
    };
    let is_to_go = before.meta.deleted != after.meta.deleted;
    if change.actor.starts_with("kubelet ") {
        return is_to_go && after.node_name().is_some();
    }
    if !is_to_go && before.body.is_shared_with(&after.body) {
        return false;
    }
    // A silent kubelet leaves a status that others wrote as it is, unless the phase is another.
    let same_to_it = || silent && before.status()["phase"] == after.status()["phase"];
    let has_news = || !before.status().is_same(after.status()) && !same_to_it();
    after.node_name().is_some() && (is_to_go || !before.spec().is_same(after.spec()) || has_news())
}
