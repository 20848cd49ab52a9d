//! Kubelets with virtual containers: what a node does with the pods bound to it (`pkg/kubelet`).
//!
//! A container's process is worked out when it starts, so a pod has one deadline, its next one, and a pod at rest has
//! none. A status is written when it differs from the stored one: after the binding, when containers start or end, and at
//! the end of the pod. Differences from the real one: a container's exit is seen at once; its successor starts, or is found
//! held up, [`latency::NOTICE`] later. `CrashLoopBackOff` is shown from then on, where a real kubelet shows it with its next
//! look at the pod, up to a minute and a half later.

pub mod admission;
pub mod behaviour;
pub mod command;
pub mod conditions;
pub mod container;
mod disks;
pub mod downward;
pub mod environment;
pub mod events;
pub mod eviction;
pub mod hold;
pub mod hooks;
mod housekeeping;
pub mod identity;
pub mod image_behaviour;
pub mod image_facts;
pub mod images;
pub mod known;
pub mod latency;
pub mod log;
pub mod machine;
pub mod net;
pub mod network;
pub mod node;
pub mod node_status;
mod nodes;
pub mod power;
pub mod preemption;
pub mod probe;
pub mod process;
pub mod resize;
pub mod restart;
pub mod session;
pub mod shared;
pub mod shell;
pub mod shutdown;
pub mod start;
pub mod status;
pub mod surroundings;
pub mod termination;
pub mod verdict;
pub mod volume;
mod wakes;
pub mod worker;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use latency::{Latency, LatencyError};

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Lookup, Object, Str, kinds};
use crate::store::{Change, View};
use behaviour::{Behaviours, Direction, Whom};
use events::Happening;
use images::Images;
use known::Known;
use machine::Machine;
use net::{ApiCall, Visit};
use nodes::Nodes;
use shared::Shared;
use shell::network::Reply;
use status::Place;
use surroundings::Surroundings;
use termination::Why;
use verdict::Verdict;
use volume::Disks;
use wakes::concerns;
use worker::{Happenings, Worker};

/// The kubelets of every node, each of which writes as `kubelet NODE`.
#[derive(Debug, Default)]
pub struct Kubelet {
    latency: Latency,
    /// Those of nodes that take another time than the rest.
    latencies: BTreeMap<Str, Latency>,
    /// What the container runtimes know: it outlives nothing but the pod.
    workers: Lookup<Key, Box<Worker>>,
    nodes: Nodes,
    shared: Shared,
    /// Made when they are first needed, and out of here while a pod is seen to.
    images: Option<Box<Images>>,
    /// What pods share on the disks of nodes and of claims, and which pods' running scripts have something of it.
    disks: Disks,
    disk_users: BTreeMap<Str, BTreeSet<Key>>,
    behaviours: Arc<Behaviours>,
    /// The machines about which there is something to know.
    machines: BTreeMap<Str, Machine>,
    /// The pods that are to be ended, and why.
    verdicts: BTreeMap<Key, Verdict>,
    /// Who waits for the end of which pods.
    waiting_for: BTreeMap<Key, Vec<Wake>>,
    /// The critical pods that wait for room, and who makes it.
    preempting: BTreeMap<Key, BTreeSet<Key>>,
    /// The pods that kubelets which have just started have not looked at yet, and whether their machines have booted.
    restarted: BTreeMap<Key, bool>,
    /// What was worked out before; out of here while a pod is seen to.
    known: Option<Box<Known>>,
    /// The pods that wait for room to change their resources.
    deferred: BTreeSet<Key>,
}

impl Kubelet {
    /// Kubelets that take as long as `latency` says.
    pub fn new(latency: Latency) -> Self {
        Kubelet { latency, ..Kubelet::default() }
    }

    /// Whether they are simulated: they do what they are told to do and no more ([`Latency::SIMULATED`]).
    pub fn is_simulated(&self) -> bool {
        self.latency.silent
    }

    /// The images of the nodes, and what registries answer.
    pub fn images(&mut self) -> &mut Images {
        self.images.get_or_insert_default()
    }

    /// Says how long one thing takes, on one node or on all of them.
    pub fn set_latency(&mut self, node: Option<&str>, part: latency::Part, span: Span) {
        match node {
            Some(node) => {
                let mut latency = self.latency_of(node);
                latency.set(part, span);
                self.latencies.insert(Str::from(node), latency);
            }
            None => {
                self.latency.set(part, span);
                self.latencies.values_mut().for_each(|it| it.set(part, span));
            }
        }
    }

    /// Says how much shorter or longer everything may take, in thousandths, on one node or on all of them; what chance makes
    /// of it follows from `seed`.
    pub fn set_jitter(&mut self, node: Option<&str>, jitter: i64, seed: u64) {
        let with = |latency: Latency| Latency { jitter, seed, ..latency };
        match node {
            Some(node) => drop(self.latencies.insert(Str::from(node), with(self.latency_of(node)))),
            None => {
                self.latency = with(self.latency);
                self.latencies.values_mut().for_each(|it| *it = with(*it));
            }
        }
    }

    fn latency_of(&self, node: &str) -> Latency {
        self.latencies.get(node).copied().unwrap_or(self.latency)
    }

    /// Lets go of the pod at `key`: its processes are killed.
    fn forget(&mut self, key: &Key, actions: &mut Vec<Action>) {
        match self.workers.remove(key) {
            Some(worker) => self.discard(worker, key, actions),
            None => drop(self.deferred.remove(key)),
        }
    }

    /// Lets go of `worker`, that of the pod at `key`.
    fn discard(&mut self, mut worker: Box<Worker>, key: &Key, actions: &mut Vec<Action>) {
        self.deferred.remove(key);
        let node = worker.pod.node_name().and_then(|it| self.nodes.get_mut(it));
        if let (Some(address), Some(node)) = (&worker.address, node) {
            node.range.give_back(address);
        }
        worker.storage.store(&mut self.disks);
        for users in self.disk_users.values_mut() {
            users.remove(key);
        }
        let mut happenings = Happenings::new();
        worker.discard(&mut happenings);
        self.tell(&mut worker, &happenings, Time::default(), actions);
    }

    fn tell(&mut self, worker: &mut Worker, happenings: &Happenings, now: Time, actions: &mut Vec<Action>) {
        for (index, happening) in happenings {
            if self.latency.silent && !matches!(happening, Happening::NotInterpreted(_)) {
                continue;
            }
            let before = actions.len();
            let name = worker.spec(*index)["name"].as_shared_str().cloned().unwrap_or_default();
            let path = || self.shared.field_path(worker.list(*index), &name);
            events::tell(&worker.pod, &name, path, happening, actions);
            // What probes tell is paid for where it is found.
            if !matches!(happening, Happening::Probed(..)) {
                for _ in before..actions.len() {
                    worker.budget.spend(now);
                }
            }
        }
    }

    /// Takes out what is known of `pod`. What is known of an earlier one of its name is let go of.
    fn take_worker(&mut self, pod: &Object, key: &Key, actions: &mut Vec<Action>) -> Option<Box<Worker>> {
        let worker = self.workers.remove(key)?;
        if worker.pod.meta.uid == pod.meta.uid {
            return Some(worker);
        }
        self.discard(worker, key, actions);
        None
    }

    /// Whether the node takes a pod of which nothing is known yet, or which its kubelet, that was started again, has not looked
    /// at since; what is known of that is in `worker`.
    fn takes(
        &mut self,
        pod: &Arc<Object>,
        node: &Object,
        at: (View<'_>, Time),
        worker: &mut Option<Box<Worker>>,
        outcome: &mut Outcome,
    ) -> bool {
        let Some(known) = worker.take() else {
            return self.admit(pod, node, at, false, outcome);
        };
        let key = pod.key();
        self.workers.insert(key.clone(), known);
        let is_taken = self.admit(pod, node, at, true, outcome);
        if is_taken {
            *worker = self.workers.remove(&key);
        }
        is_taken
    }

    fn sync(&mut self, pod: &Arc<Object>, key: &Key, node: &Arc<Object>, view: View<'_>, now: Time) -> Outcome {
        let latency = self.latency_of(&node.meta.name).of(&[&pod.meta.uid]);
        let mut outcome = Outcome::default();
        let mut known = self.take_worker(pod, key, &mut outcome.actions);
        let is_new = known.is_none();
        if is_new && status::is_terminal(pod.status()["phase"].str_or_empty()) && pod.meta.deleted.is_none() {
            return outcome;
        }
        outcome.actor = Some(self.nodes.actor_of(node, view));
        let restarted = self.restarted.remove(key);
        if (is_new || restarted.is_some()) && !self.takes(pod, node, (view, now), &mut known, &mut outcome) {
            return outcome;
        }
        let mut worker = known.unwrap_or_else(|| Box::new(Worker::new(pod.clone(), now)));
        if !is_new {
            worker.see(pod);
        }
        let mut images = self.images.take().unwrap_or_default();
        let (behaviours, known) = (self.behaviours.clone(), self.known.take().unwrap_or_default());
        let nobody = Lookup::default();
        let around = &mut Surroundings {
            now,
            view,
            latency: &latency,
            node,
            images: &mut images,
            behaviours: &behaviours,
            known: &known,
            workers: &nobody,
        };
        let mut happenings = Happenings::new();
        if let Some(booted) = restarted {
            self.find(&mut worker, booted, around, &mut happenings);
        }
        self.set_up_volumes(&mut worker, around, &mut happenings);
        self.give_address(&mut worker, around);
        let others = std::mem::take(&mut self.workers);
        around.workers = &others;
        if pod.meta.deleted.is_some() {
            worker.end(Why::Deleted, around, &mut happenings);
        } else if status::is_terminal(pod.status()["phase"].str_or_empty()) && !worker.is_finished() {
            worker.end(Why::Finished, around, &mut happenings);
        }
        if let Some(verdict) = self.verdicts.remove(key) {
            worker.condemn(verdict, around, &mut happenings);
        }
        if worker.ending.is_none() {
            worker.replace_changed(around, &mut happenings);
            resize::sync(&mut worker, around, &mut happenings);
        }
        worker.advance(around, &mut happenings);
        let visits = talk(&mut worker, around, &mut happenings, &mut outcome.actions);
        resize::finish(&mut worker, around, &mut happenings);
        self.note_deferred(key, worker.resize.is_some());
        worker.storage.store(&mut self.disks);
        self.tell(&mut worker, &happenings, now, &mut outcome.actions);
        let terminated = worker.is_terminated(around);
        self.write_status(&mut worker, around, terminated, &mut outcome.actions);
        if terminated && let Some(deletion) = last_deletion(pod) {
            outcome.actions.push(deletion);
        }
        outcome.wake_at = if terminated { None } else { worker.deadline(around) };
        self.workers = others;
        self.visit(visits, now, &mut outcome.wakes);
        self.share_disks(&mut worker, now, &mut outcome);
        outcome.wakes.extend(self.watch(&worker, node, now));
        self.workers.insert(key.clone(), worker);
        (self.images, self.known) = (Some(images), Some(known));
        outcome
    }

    /// Remembers whether the pod `key` waits for resources that another has.
    fn note_deferred(&mut self, key: &Key, waits: bool) {
        if waits {
            self.deferred.insert(key.clone());
        } else if !self.deferred.is_empty() {
            self.deferred.remove(key);
        }
    }

    /// Gives a pod its address once its network is made.
    fn give_address(&mut self, worker: &mut Worker, around: &Surroundings<'_>) {
        if worker.address.is_some() || !worker.has_sandbox(around) || worker.pod.spec()["hostNetwork"].is_true() {
            return;
        }
        let node = worker.pod.node_name().and_then(|it| self.nodes.get_mut(it));
        worker.address = node.map(|it| it.range.take());
    }

    /// Sets up the volumes of a pod before anything of it is started, and takes what others wrote to those that it shares
    /// with them.
    fn set_up_volumes(&mut self, worker: &mut Worker, around: &Surroundings<'_>, happenings: &mut Happenings) {
        if worker.storage.ready.is_none() && worker.ending.is_none() {
            worker.hold = if around.latency.silent {
                None
            } else {
                let pod = worker.pod.clone();
                let facts = downward::Facts { pod: &pod, address: None, node: around.node };
                let sources = volume::Sources { facts, view: around.view, now: around.now };
                volume::check(worker, &sources, &around.known.origins, happenings)
            };
            worker.storage.ready = worker.hold.is_none().then_some(around.now);
        }
        worker.refresh(around);
        if worker.containers.iter().all(|it| it.running().is_some()) {
            return;
        }
        worker.bring_up(around.now);
        if worker.storage.is_on_disks {
            self.load_disks(worker, around);
        }
    }

    /// Takes what others wrote to the disks that a pod has something of.
    fn load_disks(&mut self, worker: &mut Worker, around: &Surroundings<'_>) {
        let names = volume::shared_names(&worker.pod, around.view);
        for name in &names {
            let users = self.disk_users.entry(name.clone()).or_default();
            for key in users.iter() {
                if let Some(other) = self.workers.get_mut(key) {
                    other.bring_up(around.now);
                    other.storage.store(&mut self.disks);
                }
            }
            users.insert(worker.pod.key());
        }
        worker.storage.store(&mut self.disks);
        worker.storage.load(&names, &self.disks);
    }

    /// Writes the status as it is now, if the stored one differs.
    fn write_status(
        &mut self,
        worker: &mut Worker,
        around: &Surroundings<'_>,
        terminated: bool,
        actions: &mut Vec<Action>,
    ) {
        self.give_address(worker, around);
        let Some(node) = worker.pod.node_name().and_then(|it| self.nodes.get(it)) else {
            return;
        };
        let has_sandbox = worker.has_sandbox(around);
        let place = Place { host: node.host.clone(), hosts: node.hosts.clone(), has_sandbox, terminated };
        let status = status::status(worker, &place, &mut self.shared, around.now);
        if !status.is_same(worker.pod.status()) {
            actions.push(Action::UpdateStatus(worker.pod.with_status(status)));
        }
    }

    /// Takes note of connections to pods; those that they change are looked at anew.
    fn visit(&mut self, visits: Vec<Visit>, now: Time, wakes: &mut Vec<Wake>) {
        for visit in visits {
            if let Some(worker) = self.workers.get_mut(&visit.pod)
                && worker.visited(&visit, now)
            {
                wakes.push(Wake::now(visit.pod));
            }
        }
    }

    /// The API server has answered what a process in a container asked, with a status code and a body, or does not.
    pub fn answered(&mut self, call: &ApiCall, answer: Option<(u16, Str)>, now: Time) {
        let Some(worker) = self.workers.get_mut(&call.pod) else {
            return;
        };
        let address = call.address.clone();
        let reply = match answer {
            Some((status, body)) => Reply::Http { address, status, body },
            None => Reply::Silent(address, false),
        };
        let running = worker.containers.iter_mut().filter_map(|it| it.running_mut());
        if let Some(running) = running.into_iter().find(|it| it.id == call.container_id) {
            running.reply(call.process, reply, now);
            worker.look_ahead(now);
        }
    }

    /// Takes in what a scenario says of containers, and tells which pod to look at for it.
    ///
    /// # Errors
    /// Why nothing can be said of them: there is no such container, or it does not run.
    pub fn direct(&mut self, direction: &Direction, now: Time) -> Result<Option<Key>, String> {
        match &direction.whom {
            Whom::Image(image) => {
                Arc::make_mut(&mut self.behaviours).set(image.clone(), direction.behaviour.clone());
                Ok(None)
            }
            Whom::Container(pod, name) => {
                let worker = self.workers.get_mut(pod).ok_or_else(|| format!("no kubelet runs {pod}"))?;
                worker.direct(name, &direction.behaviour, now)?;
                Ok(Some(pod.clone()))
            }
        }
    }
}

impl Controller for Kubelet {
    fn name(&self) -> &'static str {
        "kubelet"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CONFIG_MAP, kinds::NODE, kinds::POD, kinds::SECRET])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::POD {
            self.awaited_pod(change, wakes);
            if !self.deferred.is_empty() {
                self.room_made(change, view, wakes);
            }
        }
        match change.key.kind {
            kinds::POD if concerns(change, self.latency.silent) => wakes.push(Wake::now(change.key.clone())),
            kinds::NODE if change.after.is_none() => drop(self.machines.remove(&change.key.name)),
            kinds::NODE => {
                let alive = |it: &Option<Arc<Object>>| it.as_ref().is_some_and(|it| node::has_kubelet(it));
                if alive(&change.after) && !alive(&change.before) {
                    wakes.extend(view.pods_on(&change.key.name).map(|pod| Wake::now(pod.key())));
                }
            }
            kinds::CONFIG_MAP | kinds::SECRET => self.source_changed(change, view, wakes),
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        if key.kind == kinds::NODE {
            return self.keep_house(key, view, now);
        }
        let bound = view.get(key).and_then(|pod| Some((pod, pod.node_name()?)));
        let Some((pod, node)) = bound else {
            let mut outcome = Outcome::default();
            self.let_go(key);
            let Some(worker) = self.workers.remove(key) else {
                self.deferred.remove(key);
                return outcome;
            };
            let node = worker.pod.node_name();
            if node.is_some_and(|it| self.is_down(it)) {
                self.discard(worker, key, &mut Vec::new());
                return outcome;
            }
            outcome.actor = node.and_then(|it| self.nodes.get(it)).map(|it| it.actor.clone());
            self.discard(worker, key, &mut outcome.actions);
            return outcome;
        };
        match self.nodes.with_kubelet(node, view) {
            Some(_) if self.is_down(node) => Outcome::default(),
            Some(node) => self.sync(pod, key, &node, view, now),
            None => Outcome::default(),
        }
    }

    fn kubelets(&mut self) -> Option<&mut Kubelet> {
        Some(self)
    }
}

/// What makes the object of a pod go that is at its end. A deletion without grace is the last one: what holds the object then is a
/// finalizer.
fn last_deletion(pod: &Object) -> Option<Action> {
    let is_asked = pod.meta.deleted.is_some() && pod.meta.deletion_grace_seconds != Some(0);
    let options = DeleteOptions { grace_seconds: Some(0), uid: Some(pod.meta.uid.clone()), ..DeleteOptions::default() };
    is_asked.then(|| Action::Delete(pod.key(), options))
}

/// Answers what the processes of a pod ask of the network now, until nobody asks or the API server is to be asked first.
/// Returns the connections to other pods.
fn talk(
    worker: &mut Worker,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
    actions: &mut Vec<Action>,
) -> Vec<Visit> {
    let mut visits = Vec::new();
    while let Some(answered) = net::answers(worker, around) {
        let (own, others): (Vec<Visit>, Vec<Visit>) =
            answered.visits.into_iter().partition(|it| it.pod == worker.pod.key());
        for visit in own {
            worker.visited(&visit, around.now);
        }
        visits.extend(others);
        if let Some(call) = answered.call {
            actions.push(Action::Ask(call));
            break;
        }
        worker.advance(around, happenings);
    }
    visits
}
