//! The scheduler: filters, scores and binds, one pod at a time (`pkg/scheduler`, Kubernetes 1.36).
//!
//! It keeps true that a pod which some node can take is bound to the best of them, and that a pod which none can take
//! says why. All wake-ups share one key, the scheduling queue: each reconcile takes the pod of the highest priority, so
//! the order of pods is the queue's and not the order in which they were heard of.
//!
//! Known differences: among nodes of equal score the first by name wins, where upstream draws lots; every node is
//! looked at, however many there are; pods are not preempted, pod affinity and topology spread are not looked at yet.

mod affinity;
mod cache;
pub mod filter;
mod message;
mod queue;
pub mod resources;
mod score;
mod volumes;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::persistent_volume;
use crate::controllers::{Action, Controller, EventRecord, EventVia, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::{Change, View};

use cache::Cache;
use filter::{Plugin, PodNeeds, Rejection};
use queue::Queue;
use volumes::Claims;

/// The scheduler that pods get unless they name another (`DefaultSchedulerName`).
pub const DEFAULT_SCHEDULER: &str = "default-scheduler";

/// The kube-scheduler.
#[derive(Debug, Default)]
pub struct Scheduler {
    cache: Cache,
    queue: Queue,
    /// The pods whose volumes are being bound, by what each waits for.
    binding_volumes: BTreeMap<Key, Vec<Key>>,
    /// The pod whose binding was asked for last: it goes back to the queue when the binding was refused.
    binding: Option<Key>,
}

/// The key of the scheduling queue.
fn queue_key() -> Key {
    Key::new(kinds::POD, "", "")
}

/// Whether this scheduler has to find a node for `pod` (`skipPodSchedule`, `responsibleForPod`).
fn is_waiting_for_a_node(pod: &Object) -> bool {
    pod.node_name().is_none()
        && !pod.meta.is_terminating()
        && pod.spec()["schedulerName"].as_str() == Some(DEFAULT_SCHEDULER)
        && pod.spec()["schedulingGates"].items().is_empty()
        && !cache::is_finished(pod)
}

impl Controller for Scheduler {
    fn name(&self) -> &'static str {
        DEFAULT_SCHEDULER
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[
            kinds::NODE,
            kinds::PERSISTENT_VOLUME,
            kinds::PERSISTENT_VOLUME_CLAIM,
            kinds::POD,
            kinds::STORAGE_CLASS,
        ])
    }

    fn wakes(&mut self, change: &Change, _view: View<'_>, wakes: &mut Vec<Wake>) {
        let woken = if change.key.kind == kinds::POD {
            self.pod_changed(change)
        } else if change.key.kind == kinds::NODE {
            self.cache.node_changed(change);
            self.node_changed(change)
        } else {
            self.volumes_changed(change)
        };
        if woken {
            wakes.push(Wake::now(queue_key()));
        }
    }

    fn reconcile(&mut self, view: View<'_>, _key: &Key, now: Time) -> Outcome {
        if let Some(key) = self.binding.take()
            && view.get(&key).is_some_and(|pod| is_waiting_for_a_node(pod))
        {
            self.queue.refused(key, now);
        }
        let mut outcome = Outcome::default();
        if let Some(key) = self.queue.pop(now)
            && let Some(pod) = view.get(&key)
        {
            outcome.actions = self.schedule(view, &key, pod, now);
        }
        outcome.wake_at = self.queue.next_due(now);
        outcome
    }
}

impl Scheduler {
    fn pod_changed(&mut self, change: &Change) -> bool {
        let frees_room = self.cache.pod_changed(change);
        let Some(pod) = change.after.as_ref().filter(|pod| is_waiting_for_a_node(pod)) else {
            self.queue.forget(&change.key);
            self.binding_volumes.remove(&change.key);
            return frees_room && self.queue.room_was_freed(change.time);
        };
        let same_spec = change
            .before
            .as_ref()
            .is_some_and(|before| is_waiting_for_a_node(before) && before.spec().is_same(pod.spec()));
        if same_spec {
            return false;
        }
        self.queue.add(change.key.clone(), pod.spec()["priority"].as_i64().unwrap_or(0));
        true
    }

    /// Asks every rejected pod whether the changed node could take it now (the plugins' queueing hints).
    fn node_changed(&mut self, change: &Change) -> bool {
        let Some(node) = change.after.as_ref().and_then(|node| self.cache.node(&node.meta.name)) else {
            return false;
        };
        if change.before.as_ref().is_some_and(|before| cache::schedules_alike(before, &node.object)) {
            return false;
        }
        self.queue.node_was_changed(change.time, |needs, reasons| {
            filter::first_rejection(needs, node).is_none_or(|now| !reasons.contains(&now.plugin()))
        })
    }

    /// Asks the pods that lack volumes whether they have them now.
    fn volumes_changed(&mut self, change: &Change) -> bool {
        if !matches!(change.key.kind, kinds::PERSISTENT_VOLUME_CLAIM | kinds::PERSISTENT_VOLUME | kinds::STORAGE_CLASS)
        {
            return false;
        }
        let is_bound = change.after.as_ref().is_some_and(|it| persistent_volume::is_bound(it));
        let mut ready = Vec::new();
        for (pod, claims) in self.binding_volumes.iter_mut().filter(|_| is_bound) {
            claims.retain(|it| *it != change.key);
            ready.extend(claims.is_empty().then(|| pod.clone()));
        }
        for pod in &ready {
            self.binding_volumes.remove(pod);
            self.queue.is_wanted_now(pod);
        }
        self.queue.volumes_were_changed(change.time) || !ready.is_empty()
    }

    fn schedule(&mut self, view: View<'_>, key: &Key, pod: &Arc<Object>, now: Time) -> Vec<Action> {
        let needs = PodNeeds::of(pod);
        let claims = match Claims::of(view, pod) {
            Ok(claims) => claims,
            Err(reason) => {
                let message = message::unresolvable(self.cache.len(), &reason);
                self.queue.rejected(key.clone(), needs, BTreeSet::from([Plugin::VolumeBinding]), now);
                return reject(pod, &message, now);
            }
        };
        let mut verdicts = self.cache.judge(&needs);
        let mut beyond_reach = Rejections::new();
        verdicts.feasible.retain(|node| match claims.rejection(view, &node.object) {
            None => true,
            Some(rejection) => {
                beyond_reach.insert(node.object.meta.name.clone(), rejection);
                false
            }
        });
        verdicts.rejections.append(&mut beyond_reach);
        if let Some(node) = score::best(&needs, &verdicts.feasible) {
            let delayed = claims.delayed();
            if !delayed.is_empty() {
                self.binding_volumes.insert(key.clone(), delayed);
                let plan = claims.plan(view, &node.object).unwrap_or_default();
                self.queue.rejected(key.clone(), needs, BTreeSet::new(), now);
                return plan;
            }
            self.binding = Some(key.clone());
            return bind(pod, node.object.meta.name.clone());
        }
        let message = message::unschedulable(self.cache.len(), &verdicts.rejections);
        let plugins = verdicts.rejections.values().map(|it| it.plugin()).collect();
        self.queue.rejected(key.clone(), needs, plugins, now);
        reject(pod, &message, now)
    }
}

fn event(
    pod: &Arc<Object>,
    warning: bool,
    reason: &'static str,
    action: &'static str,
    message: impl Into<Str>,
) -> Action {
    let (about, via) = (pod.clone(), EventVia::Events { action });
    Action::Event(EventRecord { about, field_path: Str::new(), warning, reason, message: message.into(), via })
}

fn bind(pod: &Arc<Object>, node: Str) -> Vec<Action> {
    let meta = &pod.meta;
    let message = format!("Successfully assigned {}/{} to {node}", meta.namespace, meta.name);
    vec![
        Action::Bind { pod: pod.key(), uid: meta.uid.clone(), node },
        event(pod, false, "Scheduled", "Binding", message),
    ]
}

/// The event and, when it says something new, the condition of a pod that no node can take.
fn reject(pod: &Arc<Object>, message: &str, now: Time) -> Vec<Action> {
    let mut actions = vec![event(pod, true, "FailedScheduling", "Scheduling", message::truncated(message))];
    let current = pod.status()["conditions"].items().iter().find(|it| it["type"].as_str() == Some("PodScheduled"));
    let says_so =
        |it: &&Value| it["reason"].as_str() == Some("Unschedulable") && it["message"].as_str() == Some(message);
    if current.filter(says_so).is_some() {
        return actions;
    }
    let since = current
        .filter(|it| it["status"].as_str() == Some("False"))
        .map_or_else(|| Value::from(now), |it| it["lastTransitionTime"].clone());
    let mut condition = map! {
        "type" => "PodScheduled",
        "observedGeneration" => pod.meta.generation,
        "status" => "False",
        "lastTransitionTime" => since,
        "reason" => "Unschedulable",
        "message" => message,
    };
    condition.insert(crate::object::literal!("lastProbeTime"), Value::Null);
    let mut pod = Object::clone(pod);
    let conditions = pod.status_mut().field_mut("conditions").items_mut();
    conditions.retain(|it| it["type"].as_str() != Some("PodScheduled"));
    conditions.push(Value::Map(condition));
    actions.push(Action::UpdateStatus(pod));
    actions
}

/// The first back-off of a pod that no node could take; each further attempt doubles it (`DefaultPodInitialBackoffDuration`).
const FIRST_BACKOFF: Span = Span::seconds(1);
/// The longest back-off (`DefaultPodMaxBackoffDuration`).
const LAST_BACKOFF: Span = Span::seconds(10);
/// How long a rejected pod waits for something to change before it is tried anyway
/// (`DefaultPodMaxInUnschedulablePodsDuration`).
const FLUSH_AFTER: Span = Span::seconds(300);

/// Why each node that cannot take a pod cannot, by node name.
type Rejections = std::collections::BTreeMap<Str, Rejection>;
