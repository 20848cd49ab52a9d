//! Kubelets with virtual containers: what a node does with the pods bound to it (`pkg/kubelet`).
//!
//! A container's process is worked out when it starts, so a pod has one deadline, its next one, and a pod at rest has
//! none. A status is written when it differs from the stored one: after the binding, when containers start or end, and at
//! the end of the pod. Differences from the real one: a container's exit is seen at once and its successor starts
//! [`latency::NOTICE`] later, `CrashLoopBackOff` is shown from the exit on, and its event is recorded once a back-off.

pub mod command;
pub mod conditions;
pub mod container;
pub mod events;
pub mod hold;
pub mod hooks;
pub mod identity;
pub mod images;
pub mod latency;
pub mod log;
pub mod network;
pub mod node;
pub mod probe;
pub mod process;
pub mod restart;
pub mod session;
pub mod shared;
pub mod shell;
pub mod start;
pub mod status;
pub mod surroundings;
pub mod termination;
pub mod worker;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use latency::{Latency, LatencyError};

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::{Action, Controller, Outcome, Wake};
use crate::map;
use crate::object::{Key, Lookup, Object, Str, Value, kinds};
use crate::store::{Change, View};
use events::Happening;
use images::Images;
use network::Range;
use shared::Shared;
use status::Place;
use surroundings::Surroundings;
use termination::Why;
use worker::{Happenings, Worker};

/// The kubelets of every node, each of which writes as `kubelet NODE`.
#[derive(Debug, Default)]
pub struct Kubelet {
    latency: Latency,
    /// What the container runtimes know: it outlives nothing but the pod.
    workers: Lookup<Key, Worker>,
    nodes: BTreeMap<Str, Node>,
    shared: Shared,
    images: Images,
}

/// What is remembered of a node.
#[derive(Debug)]
struct Node {
    actor: Str,
    range: Range,
    host: Option<Str>,
    hosts: Value,
}

impl Kubelet {
    /// Kubelets that take as long as `latency` says.
    pub fn new(latency: Latency) -> Self {
        Kubelet { latency, ..Kubelet::default() }
    }

    /// The images of the nodes, and what registries answer.
    pub fn images(&mut self) -> &mut Images {
        &mut self.images
    }

    /// Refreshes what is remembered of `node`.
    fn remember(&mut self, node: &Object) -> &mut Node {
        let index = self.nodes.len();
        let entry = self.nodes.entry(node.meta.name.clone()).or_insert_with(|| Node {
            actor: Str::from(format!("kubelet {}", node.meta.name)),
            range: Range::new(node, index),
            host: None,
            hosts: Value::Null,
        });
        let host = network::host_address(node);
        if entry.host != host {
            entry.hosts = Value::list(host.iter().map(|it| map! { "ip" => it }));
            entry.host = host;
        }
        entry
    }

    /// Lets go of the pod at `key`: its processes are killed.
    fn forget(&mut self, key: &Key, actions: &mut Vec<Action>) {
        let Some(mut worker) = self.workers.remove(key) else {
            return;
        };
        let node = worker.pod.node_name().and_then(|it| self.nodes.get_mut(it));
        if let (Some(address), Some(node)) = (&worker.address, node) {
            node.range.give_back(address);
        }
        let mut happenings = Happenings::new();
        worker.discard(&mut happenings);
        self.tell(&mut worker, &happenings, Time::default(), actions);
    }

    fn tell(&self, worker: &mut Worker, happenings: &Happenings, now: Time, actions: &mut Vec<Action>) {
        for (index, happening) in happenings {
            if self.latency.silent && !matches!(happening, Happening::NotInterpreted(_)) {
                continue;
            }
            let events = events::events(&worker.pod, worker.spec(*index), worker.list(*index), happening);
            // What probes tell is paid for where it is found.
            if !matches!(happening, Happening::Probed(..)) {
                for _ in &events {
                    worker.budget.spend(now);
                }
            }
            actions.extend(events);
        }
    }

    fn sync(&mut self, pod: &Arc<Object>, node: &Object, view: View<'_>, now: Time) -> Outcome {
        let key = pod.key();
        let latency = self.latency;
        let mut outcome = Outcome::default();
        if self.workers.get(&key).is_some_and(|it| it.pod.meta.uid != pod.meta.uid) {
            self.forget(&key, &mut outcome.actions);
        }
        let is_new = self.workers.get(&key).is_none();
        if is_new && status::is_terminal(pod.status()["phase"].str_or_empty()) && pod.meta.deleted.is_none() {
            return outcome;
        }
        outcome.actor = Some(self.remember(node).actor.clone());
        let mut worker = self.workers.remove(&key).unwrap_or_else(|| Worker::new(pod.clone(), now));
        worker.see(pod);
        let mut images = std::mem::take(&mut self.images);
        let around = &mut Surroundings { now, view, latency: &latency, node, images: &mut images };
        let mut happenings = Happenings::new();
        if pod.meta.deleted.is_some() {
            worker.end(Why::Deleted, around, &mut happenings);
        } else if status::is_terminal(pod.status()["phase"].str_or_empty()) && !worker.is_finished() {
            worker.end(Why::Finished, around, &mut happenings);
        }
        if worker.ending.is_none() {
            worker.replace_changed(around, &mut happenings);
        }
        self.give_address(&mut worker, around);
        worker.advance(around, &mut happenings);
        self.tell(&mut worker, &happenings, now, &mut outcome.actions);
        let terminated = worker.is_terminated(around);
        outcome.actions.extend(self.write_status(&mut worker, around, terminated));
        // A deletion without grace is the last one: what holds the object now is a finalizer.
        if terminated && pod.meta.deleted.is_some() && pod.meta.deletion_grace_seconds != Some(0) {
            let options =
                DeleteOptions { grace_seconds: Some(0), uid: Some(pod.meta.uid.clone()), ..DeleteOptions::default() };
            outcome.actions.push(Action::Delete(key.clone(), options));
        }
        outcome.wake_at = if terminated { None } else { worker.deadline(around) };
        self.workers.insert(key, worker);
        self.images = images;
        outcome
    }

    /// Gives the pod its address once its sandbox is made.
    fn give_address(&mut self, worker: &mut Worker, around: &Surroundings<'_>) {
        let node = worker.pod.node_name().and_then(|it| self.nodes.get_mut(it));
        let has_none = worker.address.is_none() && !worker.pod.spec()["hostNetwork"].is_true();
        if let Some(node) = node.filter(|_| has_none && worker.has_sandbox(around)) {
            worker.address = Some(node.range.take());
        }
    }

    /// The write that brings the stored status to what is now, if they differ.
    fn write_status(&mut self, worker: &mut Worker, around: &Surroundings<'_>, terminated: bool) -> Option<Action> {
        self.give_address(worker, around);
        let node = self.nodes.get(worker.pod.node_name()?)?;
        let has_sandbox = worker.has_sandbox(around);
        let place = Place { host: node.host.clone(), hosts: node.hosts.clone(), has_sandbox, terminated };
        let status = status::status(worker, &place, &mut self.shared, around.now);
        if status.is_same(worker.pod.status()) {
            return None;
        }
        let mut pod = Object::clone(&worker.pod);
        pod.body.insert("status", status);
        Some(Action::UpdateStatus(pod))
    }
}

impl Controller for Kubelet {
    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::POD if concerns(change, self.latency.silent) => wakes.push(Wake::now(change.key.clone())),
            kinds::NODE => {
                let alive = |it: &Option<Arc<Object>>| it.as_ref().is_some_and(|it| node::has_kubelet(it));
                if alive(&change.after) && !alive(&change.before) {
                    wakes.extend(view.pods_on(&change.key.name).map(|pod| Wake::now(pod.key())));
                }
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let bound = view.get(key).and_then(|pod| Some((pod, pod.node_name()?)));
        let Some((pod, node)) = bound else {
            let mut outcome = Outcome::default();
            let node = self.workers.get(key).and_then(|it| it.pod.node_name());
            outcome.actor = node.and_then(|it| self.nodes.get(it)).map(|it| it.actor.clone());
            self.forget(key, &mut outcome.actions);
            return outcome;
        };
        match view.get(&Key::new(kinds::NODE, "", node.clone())).filter(|it| node::has_kubelet(it)) {
            Some(node) => self.sync(pod, node, view, now),
            None => Outcome::default(),
        }
    }

    fn kubelets(&mut self) -> Option<&mut Kubelet> {
        Some(self)
    }
}

/// Whether a change of a pod is news to its kubelet: what kubelets write themselves is not. One that is silent leaves a
/// status that others wrote as it is, unless the phase is another.
fn concerns(change: &Change, silent: bool) -> bool {
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        return change.latest().is_some_and(|it| it.node_name().is_some());
    };
    if after.node_name().is_none() {
        return false;
    }
    if change.actor.starts_with("kubelet ") {
        return before.meta.deleted != after.meta.deleted;
    }
    before.meta.deleted != after.meta.deleted
        || !before.spec().is_same(after.spec())
        || (!before.status().is_same(after.status())
            && !(silent && before.status()["phase"] == after.status()["phase"]))
}
