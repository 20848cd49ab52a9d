//! The cache of one ReplicaSet: its pods, what each counts as, and the sums.
//!
//! A rollout of a thousand pods changes each of them half a dozen times. If every sync looked at every pod, it would look
//! at millions; so a change marks the pod as stale, and a sync looks at that alone. Everything here follows from the view.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use crate::clock::Time;
use crate::controllers::Action;
use crate::controllers::shared::pod::{available_at, is_active, is_ready, is_terminal};
use crate::controllers::shared::{Ownership, adopt, decide, release};
use crate::object::{Key, Map, Object, Str, Value, kinds};
use crate::store::View;

use super::ranking::Facts;

/// What one pod counts as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Standing {
    active: bool,
    terminating: bool,
    labelled: bool,
    ready: bool,
    available: bool,
}

/// The sums over the pods of a ReplicaSet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Pods that neither ended nor are being deleted.
    pub active: usize,
    /// Those of them that have all labels of the template.
    pub labelled: usize,
    /// Those of them that are ready.
    pub ready: usize,
    /// Those of them that have been so for long enough.
    pub available: usize,
    /// Pods that are being deleted and have not ended.
    pub terminating: usize,
}

impl Tally {
    fn each(&mut self, standing: Standing, change: impl Fn(&mut usize)) {
        let fields = [
            (&mut self.active, standing.active),
            (&mut self.labelled, standing.labelled),
            (&mut self.ready, standing.ready),
            (&mut self.available, standing.available),
            (&mut self.terminating, standing.terminating),
        ];
        fields.into_iter().filter(|(_, counts)| *counts).for_each(|(field, _)| change(field));
    }
}

#[derive(Debug)]
struct Member {
    pod: Arc<Object>,
    standing: Standing,
    /// When it becomes available by itself.
    until: Option<Time>,
    /// What it is ranked by, once pods were ranked.
    facts: OnceLock<Box<Facts>>,
}

/// The cache of one ReplicaSet or ReplicationController.
#[derive(Debug)]
pub(super) struct Census {
    uid: Str,
    /// The owner's spec as it was asked for last, to see quickly that nothing changed.
    spec: Value,
    selector: Value,
    labels: Map,
    min_ready_seconds: i64,
    members: BTreeMap<Str, Member>,
    stale: BTreeSet<Str>,
    until: BTreeSet<(Time, Str)>,
    /// How many of the active pods are on each node, counted from when somebody asks first.
    crowd: Option<BTreeMap<Str, usize>>,
    /// The sums.
    pub tally: Tally,
}

fn template_labels(owner: &Object) -> Map {
    owner.spec().at(&["template", "metadata", "labels"]).as_map().cloned().unwrap_or_default()
}

fn min_ready_seconds(owner: &Object) -> i64 {
    owner.spec()["minReadySeconds"].as_i64().unwrap_or_default()
}

impl Census {
    /// A census in which everything is stale.
    pub fn new(view: View<'_>, owner: &Object, selector: Value) -> Self {
        let owned = view.owned_by(&owner.meta.uid).filter(|it| it.kind == kinds::POD);
        let free = view.without_controller(kinds::POD, &owner.meta.namespace);
        Census {
            uid: owner.meta.uid.clone(),
            spec: owner.spec().clone(),
            selector,
            labels: template_labels(owner),
            min_ready_seconds: min_ready_seconds(owner),
            members: BTreeMap::new(),
            stale: owned.chain(free).map(|it| it.meta.name.clone()).collect(),
            until: BTreeSet::new(),
            crowd: None,
            tally: Tally::default(),
        }
    }

    /// Whether what was counted still counts for `owner`. Another number of replicas is no reason to count anew.
    pub fn is_for(&self, owner: &Object) -> bool {
        self.uid == owner.meta.uid
            && (self.spec.is_shared_with(owner.spec())
                || self.spec["selector"].is_same(&owner.spec()["selector"])
                    && self.min_ready_seconds == min_ready_seconds(owner)
                    && self.labels == template_labels(owner))
    }

    /// Marks a pod as changed.
    pub fn touch(&mut self, name: &Str) {
        self.stale.insert(name.clone());
    }

    /// Whether it is that of the owner with `uid`.
    pub fn is_of(&self, uid: &str) -> bool {
        self.uid == uid
    }

    /// The active pods, by name.
    pub fn active(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.members.values().filter(|it| it.standing.active).map(|it| &it.pod)
    }

    /// The active pods with what they are ranked by, by name.
    pub fn ranked(&self) -> impl Iterator<Item = (&Arc<Object>, &Facts)> {
        let active = self.members.values().filter(|it| it.standing.active);
        active.map(|it| (&it.pod, &**it.facts.get_or_init(|| Box::new(Facts::of(&it.pod)))))
    }

    /// Adds how many of the active pods are on each node to `counts`.
    pub fn add_crowd(&mut self, view: View<'_>, namespace: &Str, counts: &mut BTreeMap<Str, usize>) {
        let members = &self.members;
        let crowd = self.crowd.get_or_insert_with(|| {
            let mut crowd = BTreeMap::new();
            let active = members.values().filter(|it| it.standing.active);
            active.filter_map(|it| it.pod.node_name()).for_each(|it| *crowd.entry(it.clone()).or_default() += 1);
            crowd
        });
        for (node, count) in crowd {
            *counts.entry(node.clone()).or_default() += *count;
        }
        // Of what changed since, the view tells.
        for name in &self.stale {
            let counted = self.members.get(name).filter(|it| it.standing.active);
            if let Some(count) = counted.and_then(|it| counts.get_mut(it.pod.node_name()?)) {
                *count -= 1;
            }
            let key = Key { kind: kinds::POD, namespace: namespace.clone(), name: name.clone() };
            let pod = view.get(&key).filter(|it| is_active(it) && it.meta.owners.iter().any(|it| it.uid == self.uid));
            if let Some(node) = pod.and_then(|it| it.node_name()) {
                *counts.entry(node.clone()).or_default() += 1;
            }
        }
    }

    fn note_crowd(&mut self, pod: &Object, change: impl Fn(&mut usize)) {
        if let (Some(crowd), Some(node)) = (&mut self.crowd, pod.node_name()) {
            change(crowd.entry(node.clone()).or_default());
        }
    }

    /// When the next pod becomes available by itself.
    pub fn next_available(&self) -> Option<Time> {
        self.until.first().map(|(at, _)| *at)
    }

    /// Brings it up to date, and returns the adoptions and releases that follow.
    pub fn refresh(&mut self, view: View<'_>, owner: &Object, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        while let Some((_, name)) = self.until.first().filter(|(at, _)| *at <= now).cloned() {
            self.count_out(&name).into_iter().for_each(|pod| self.count_in(pod, now));
        }
        for name in std::mem::take(&mut self.stale) {
            self.count_out(&name);
            let key = Key { kind: kinds::POD, namespace: owner.meta.namespace.clone(), name };
            let Some(pod) = view.get(&key) else {
                continue;
            };
            let ownership = decide(owner, &self.selector, pod);
            // Only pods in use are taken or let go.
            if ownership != Ownership::Owned && !is_active(pod) {
                continue;
            }
            match ownership {
                Ownership::Owned => self.count_in(pod.clone(), now),
                Ownership::Adopt => {
                    let adopted = adopt(owner, pod);
                    actions.push(Action::Update(adopted.clone()));
                    self.count_in(Arc::new(adopted), now);
                    // The update may lose, so that the pod is looked at again in any case.
                    self.stale.insert(key.name);
                }
                Ownership::Release => {
                    actions.push(Action::Update(release(owner, pod)));
                    self.stale.insert(key.name);
                }
                Ownership::Foreign => {}
            }
        }
        actions
    }

    fn count_out(&mut self, name: &Str) -> Option<Arc<Object>> {
        let member = self.members.remove(name)?;
        self.tally.each(member.standing, |count| *count -= 1);
        if member.standing.active {
            self.note_crowd(&member.pod, |count| *count -= 1);
        }
        if let Some(at) = member.until {
            self.until.remove(&(at, name.clone()));
        }
        Some(member.pod)
    }

    fn count_in(&mut self, pod: Arc<Object>, now: Time) {
        let (standing, until) = self.judge(&pod, now);
        if standing == Standing::default() {
            return;
        }
        self.tally.each(standing, |count| *count += 1);
        if standing.active {
            self.note_crowd(&pod, |count| *count += 1);
        }
        let name = pod.meta.name.clone();
        if let Some(at) = until {
            self.until.insert((at, name.clone()));
        }
        self.members.insert(name, Member { pod, standing, until, facts: OnceLock::new() });
    }

    fn judge(&self, pod: &Object, now: Time) -> (Standing, Option<Time>) {
        if !is_active(pod) {
            let terminating = pod.meta.is_terminating() && !is_terminal(pod);
            return (Standing { terminating, ..Standing::default() }, None);
        }
        let at = available_at(pod, self.min_ready_seconds);
        let standing = Standing {
            active: true,
            terminating: false,
            labelled: self.labels.iter().all(|(key, value)| pod.meta.labels.get(key) == Some(value)),
            ready: is_ready(pod),
            available: at.is_some_and(|at| at <= now),
        };
        (standing, at.filter(|at| *at > now))
    }
}
