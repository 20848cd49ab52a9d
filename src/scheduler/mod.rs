//! The scheduler: filters, scores and binds, one pod at a time (`pkg/scheduler`, Kubernetes 1.36).
//!
//! It keeps true that a pod which some node can take is bound to the best of them, and that a pod which none can take
//! says why. All wake-ups share one key, the scheduling queue: each reconcile takes the pod of the highest priority, so
//! the order of pods is the queue's and not the order in which they were heard of.
//!
//! Known differences: among nodes of equal score the first by name wins, where upstream draws lots; every node is
//! looked at, however many there are; where a pod's images are already is no score.

mod affinity;
mod attempt;
mod burden;
mod cache;
mod census;
mod exclusive;
pub mod filter;
mod message;
mod nominated;
mod pod_affinity;
mod preemption;
mod queue;
pub mod resources;
mod score;
mod spread;
mod terms;
mod volumes;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::persistent_volume;
use crate::controllers::{Action, Controller, EventRecord, EventVia, Hearing, News, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Kind, Object, Str, Value, joined, kinds};
use crate::store::{Change, View};

use attempt::Attempt;
use cache::{Cache, occupies, placed, priority};
use census::Census;
use filter::{Plugin, PodNeeds, Rejection};
use nominated::{Nominations, nominated_node};
use preemption::Preemption;
use queue::Queue;
use volumes::Claims;

/// The scheduler that pods get unless they name another (`DefaultSchedulerName`).
pub const DEFAULT_SCHEDULER: &str = "default-scheduler";

/// The kube-scheduler.
#[derive(Debug, Default)]
pub struct Scheduler {
    cache: Cache,
    /// The pods on nodes that want others near, or not near.
    with_terms: pod_affinity::Index,
    census: Census,
    nominations: Nominations,
    queue: Queue,
    /// The pods whose volumes are being bound, by what each waits for.
    binding_volumes: BTreeMap<Key, Vec<Key>>,
    /// The pod whose binding was asked for last, with its uid: it goes back to the queue when the binding was refused, and one
    /// of the same name that came after it does not.
    binding: Option<(Key, Str)>,
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

/// Whether two revisions of a pod share what other pods can mean it by.
fn looks_alike(before: &Object, after: &Object) -> bool {
    before.meta.labels.is_shared_with(&after.meta.labels) && before.meta.is_terminating() == after.meta.is_terminating()
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

    fn hears(&self, kind: Kind) -> Hearing {
        if kind != kinds::POD {
            return Hearing::ALL;
        }
        let parts = News::DELETION.and(News::LABELS).and(News::SPEC).and(News::END).and(News::UNBOUND);
        Hearing::of(News::CREATED.and(News::REMOVED).and(parts))
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let woken = if change.key.kind == kinds::POD {
            self.pod_changed(change, view)
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
        if let Some((key, uid)) = self.binding.take()
            && view.get(&key).is_some_and(|pod| pod.meta.uid == uid && is_waiting_for_a_node(pod))
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
    fn pod_changed(&mut self, change: &Change, view: View<'_>) -> bool {
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let same_spec = before.zip(after).is_some_and(|(before, after)| before.spec().is_shared_with(after.spec()));
        let node = after.and_then(|it| it.node_name());
        let old_node = if same_spec { node } else { before.and_then(|it| it.node_name()) };
        let (left, taken) = (placed(before, old_node), placed(after, node));
        let was_placed = old_node.is_some();
        if was_placed && left.is_none() && taken.is_none() && (node.is_some() || after.is_none()) {
            // It was over, and nobody has waited for it to go.
            return false;
        }
        if same_spec
            && node.is_some()
            && left.is_some() == taken.is_some()
            && before.zip(after).is_some_and(|(before, after)| looks_alike(before, after))
        {
            return false;
        }
        let mut frees_room = false;
        if left.is_some() || taken.is_some() {
            frees_room = self.cache.pod_changed(left, taken);
            self.with_terms.pod_changed(left, taken);
        }
        self.census.pod_changed(before.map(|it| &**it), after.map(|it| &**it));
        let waiting = after.filter(|pod| taken.is_none() && is_waiting_for_a_node(pod));
        if !was_placed {
            self.nominations.pod_changed(&change.key, waiting);
        }
        let Some(pod) = waiting else {
            if !was_placed {
                self.queue.forget(&change.key);
                self.binding_volumes.remove(&change.key);
            }
            let freed = frees_room && self.queue.room_was_freed(change.time);
            return self.company_changed(change, view) || freed;
        };
        let is_alike = before.is_some_and(|before| {
            is_waiting_for_a_node(before)
                && before.spec().is_same(pod.spec())
                && (before.meta.labels == pod.meta.labels || !self.queue.waits_for_company(&change.key))
        });
        if is_alike {
            return false;
        }
        self.queue.add(change.key.clone(), priority(pod));
        true
    }

    /// Asks the pods that others kept away whether what became of a pod on a node helps them (the plugins' queueing hints).
    fn company_changed<'a>(&mut self, change: &'a Change, view: View<'_>) -> bool {
        if self.queue.nobody_waits() {
            return false;
        }
        let placed = |pod: &'a Option<Arc<Object>>| pod.as_ref().filter(|it| occupies(it).is_some());
        let (before, after) = (placed(&change.before), placed(&change.after));
        let is_alike = match (before, after) {
            (Some(before), Some(after)) => before.meta.labels == after.meta.labels,
            (None, None) => true,
            _ => false,
        };
        if is_alike {
            return false;
        }
        self.queue.company_changed(change.time, |key, plugins| {
            view.get(key).is_some_and(|waiting| {
                (plugins.contains(&Plugin::PodTopologySpread) && spread::is_helped_by(waiting, before, after))
                    || (plugins.contains(&Plugin::InterPodAffinity)
                        && pod_affinity::is_helped_by(view, waiting, before, after))
                    || (plugins.contains(&Plugin::VolumeRestrictions)
                        && after.is_none()
                        && before.is_some_and(|gone| exclusive::shares_a_claim(waiting, gone)))
            })
        })
    }

    /// Asks every rejected pod whether the changed node could take it now (the plugins' queueing hints).
    fn node_changed(&mut self, change: &Change) -> bool {
        let Some(node) = change.after.as_ref().and_then(|node| self.cache.node(&node.meta.name)) else {
            // One domain fewer may leave the others even.
            let is_uneven = |_: &Key, plugins: &BTreeSet<Plugin>| plugins.contains(&Plugin::PodTopologySpread);
            return self.queue.company_changed(change.time, is_uneven);
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

    /// No node whatever can take the pod, for one reason of one plugin (a `PreFilter` that fails).
    fn reject_everywhere(
        &mut self,
        view: View<'_>,
        key: &Key,
        pod: &Arc<Object>,
        (plugin, reason): (Plugin, &str),
        now: Time,
    ) -> Vec<Action> {
        let preemption = preemption::for_no_node(view, pod, &self.cache);
        let message = message::unresolvable(self.cache.len(), reason, &preemption);
        self.queue.rejected(key.clone(), PodNeeds::of(pod), BTreeSet::from([plugin]), now);
        reject(pod, &message, nominated_node(pod), now)
    }

    fn schedule(&mut self, view: View<'_>, key: &Key, pod: &Arc<Object>, now: Time) -> Vec<Action> {
        let needs = PodNeeds::with(pod, self.cache.burden(pod));
        if needs.named_nodes.as_ref().is_some_and(BTreeSet::is_empty) {
            return self.reject_everywhere(view, key, pod, (Plugin::NodeAffinity, affinity::CONFLICT), now);
        }
        let claims = match Claims::of(view, pod) {
            Ok(claims) => claims,
            Err(reason) => {
                return self.reject_everywhere(view, key, pod, (Plugin::VolumeBinding, &reason), now);
            }
        };
        let mut attempt = Attempt::new(view, pod, needs, claims, &self.cache, &self.with_terms, &mut self.census);
        let verdicts = attempt.judge(&self.cache, &self.nominations);
        let node = match verdicts.feasible.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => {
                let company = attempt.company(&self.cache, &self.with_terms, &mut self.census, several);
                score::best(&attempt.needs, several, &company)
            }
        };
        if let Some(node) = node {
            let delayed = attempt.claims.delayed();
            if !delayed.is_empty() {
                self.binding_volumes.insert(key.clone(), delayed);
                let plan = attempt.claims.plan(view, &node.object).unwrap_or_default();
                self.queue.rejected(key.clone(), attempt.needs, BTreeSet::new(), now);
                return plan;
            }
            self.binding = Some((key.clone(), pod.meta.uid.clone()));
            return bind(pod, node.object.meta.name.clone());
        }
        let preemption = preemption::preempt(&mut attempt, &self.cache, &self.nominations, &verdicts.rejections, now);
        let plugins = verdicts.rejections.values().map(|it| it.plugin()).collect();
        self.queue.rejected(key.clone(), attempt.needs, plugins, now);
        let told = |preemption: &str| message::unschedulable(self.cache.len(), &verdicts.rejections, preemption);
        match preemption {
            Preemption::Failed { message, clears_nomination } => {
                reject(pod, &told(&message), nominated_node(pod).filter(|_| !clears_nomination), now)
            }
            Preemption::Found(candidate) => {
                let mut actions = reject(pod, &told(""), Some(&candidate.node), now);
                for nominee in self.nominations.behind(pod, &candidate.node) {
                    actions.push(Action::UpdateStatus(nominated_to(&nominee, None)));
                    self.queue.is_wanted_now(&nominee.key());
                }
                actions.extend(preemption::evict(pod, &candidate, now));
                actions
            }
        }
    }
}

fn event(
    pod: &Arc<Object>,
    warning: bool,
    reason: &'static str,
    action: &'static str,
    message: impl Into<Str>,
) -> Action {
    let (about, via) = (pod.clone(), EventVia::Events { action, related: None });
    Action::Event(EventRecord { about, field_path: Str::new(), warning, reason, message: message.into(), via })
}

fn bind(pod: &Arc<Object>, node: Str) -> Vec<Action> {
    let meta = &pod.meta;
    let message = joined(&["Successfully assigned ", &meta.namespace, "/", &meta.name, " to ", &node]);
    vec![
        Action::Bind { pod: pod.key(), uid: meta.uid.clone(), node },
        event(pod, false, "Scheduled", "Binding", message),
    ]
}

/// The pod with the node that it is nominated to, or to none.
fn nominated_to(pod: &Arc<Object>, node: Option<&Str>) -> Object {
    let mut pod = Object::clone(pod);
    match node {
        Some(node) => pod.status_mut().set(crate::object::literal!("nominatedNodeName"), node.clone()),
        None => drop(pod.status_mut().remove("nominatedNodeName")),
    }
    pod
}

/// The event and, when it says something new, the condition of a pod that no node can take, with the node that it is
/// nominated to (`handleSchedulingFailure`).
fn reject(pod: &Arc<Object>, message: &str, nominated: Option<&Str>, now: Time) -> Vec<Action> {
    let mut actions = vec![event(pod, true, "FailedScheduling", "Scheduling", message::truncated(message))];
    let current = pod.status()["conditions"].items().iter().find(|it| it["type"].as_str() == Some("PodScheduled"));
    let says_so =
        |it: &&Value| it["reason"].as_str() == Some("Unschedulable") && it["message"].as_str() == Some(message);
    if current.filter(says_so).is_some() {
        if nominated_node(pod) != nominated {
            actions.push(Action::UpdateStatus(nominated_to(pod, nominated)));
        }
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
    let mut pod = nominated_to(pod, nominated);
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
