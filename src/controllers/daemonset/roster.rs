//! The cache of one DaemonSet: every node as a [`Seat`], and running sums over them.
//!
//! Replacing one pod takes half a dozen syncs. If each looked at every node, an update of a thousand nodes would look at
//! millions; so a change marks what it is about as stale, and a sync looks at that alone. Everything here follows from
//! the view: a roster made anew comes to the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::Action;
use crate::controllers::history::HASH_LABEL;
use crate::controllers::shared::pod::{is_terminal, new_from_template};
use crate::controllers::shared::{Ownership, adopt, decide, release};
use crate::object::{Key, Lookup, Object, Str, Value, kinds};
use crate::store::View;

use super::placement::{Fit, add_tolerations, fit, target_node, tie_to_node};
use super::rolling_update::Turns;
use super::seat::{GENERATION_LABEL, Rules, Seat, Verdict};
use super::status::Counters;

/// Where a pod of the DaemonSet is counted.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    node: Str,
    hash: Str,
}

/// The sums over all seats.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// The counters of the status.
    pub counters: Counters,
    /// The nodes where a pod may have to be made or removed.
    pub busy: BTreeSet<Str>,
    /// The nodes by what a rolling update makes of them.
    pub turns: Turns,
    /// With surge: the nodes that serve.
    pub serving: usize,
    /// When which node's availability changes by itself.
    pub until: BTreeSet<(Time, Str)>,
}

impl Tally {
    fn add(&mut self, node: &Str, verdict: &Verdict) {
        self.counters.add(verdict);
        self.serving += usize::from(verdict.serves);
        if verdict.busy {
            self.busy.insert(node.clone());
        }
        if let Some(turn) = verdict.turn {
            self.turns.entry(turn).or_default().insert(node.clone());
        }
        if let Some(at) = verdict.until {
            self.until.insert((at, node.clone()));
        }
    }

    fn remove(&mut self, node: &Str, verdict: &Verdict) {
        self.counters.remove(verdict);
        self.serving -= usize::from(verdict.serves);
        if verdict.busy {
            self.busy.remove(node);
        }
        if let Some(turn) = verdict.turn
            && let Some(nodes) = self.turns.get_mut(&turn)
        {
            nodes.remove(node);
            if nodes.is_empty() {
                self.turns.remove(&turn);
            }
        }
        if let Some(at) = verdict.until {
            self.until.remove(&(at, node.clone()));
        }
    }
}

/// Every node, and what it comes to.
pub(super) type Seats = Lookup<Str, (Seat, Verdict)>;

/// The cache of one DaemonSet.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    /// What it was made for: another uid, spec or rules make another roster.
    uid: Str,
    spec: Value,
    pub rules: Rules,
    /// A pod of the template as it is before it is tied to a node.
    prototype: Object,
    seats: Seats,
    places: Lookup<Str, Place>,
    /// How many pods are of each hash.
    pub hashes: BTreeMap<Str, usize>,
    /// The sums.
    pub tally: Tally,
    stale_pods: BTreeSet<Str>,
    stale_nodes: BTreeSet<Str>,
}

impl Roster {
    /// A roster in which everything is stale.
    pub fn new(view: View<'_>, ds: &Object, rules: Rules) -> Self {
        let mut prototype = new_from_template(&ds.spec()["template"], ds, None);
        add_tolerations(prototype.spec_mut());
        if let Some(generation) = &rules.generation {
            prototype.meta.set_label(GENERATION_LABEL, generation.clone());
        }
        prototype.meta.set_label(HASH_LABEL, rules.hash.clone());
        let owned = view.owned_by(&ds.meta.uid).filter(|it| it.kind == kinds::POD);
        let free = view.without_controller(kinds::POD, &ds.meta.namespace);
        Roster {
            uid: ds.meta.uid.clone(),
            spec: ds.spec().clone(),
            prototype,
            seats: Lookup::default(),
            places: Lookup::default(),
            hashes: BTreeMap::new(),
            tally: Tally::default(),
            stale_pods: owned.chain(free).map(|it| it.meta.name.clone()).collect(),
            stale_nodes: view.list(kinds::NODE).map(|it| it.meta.name.clone()).collect(),
            rules,
        }
    }

    /// Whether it was made for `ds` under `rules`.
    pub fn is_for(&self, ds: &Object, rules: &Rules) -> bool {
        self.uid == ds.meta.uid && self.rules == *rules && self.spec.is_same(ds.spec())
    }

    /// Marks a pod as changed.
    pub fn touch_pod(&mut self, name: &Str) {
        self.stale_pods.insert(name.clone());
    }

    /// Marks a node as changed.
    pub fn touch_node(&mut self, name: &Str) {
        self.stale_nodes.insert(name.clone());
    }

    /// Whether the DaemonSet's pods have a place on `node`, by the template alone.
    pub fn fit(&self, node: &Object) -> Fit {
        fit(self.prototype.spec(), node)
    }

    /// Whether there is a daemon pod on `node`.
    pub fn is_occupied(&self, node: &str) -> bool {
        self.seats.get(node).is_some_and(|(seat, _)| !seat.pods.is_empty())
    }

    /// The seat of `node`.
    pub fn seat(&self, node: &str) -> Option<&Seat> {
        self.seats.get(node).map(|(seat, _)| seat)
    }

    /// A new pod for `node`.
    pub fn new_pod(&self, node: &Str) -> Object {
        let mut pod = self.prototype.clone();
        tie_to_node(&mut pod, node);
        pod
    }

    /// Brings it up to date, and returns the adoptions and releases that follow.
    pub fn refresh(&mut self, view: View<'_>, ds: &Object, now: Time) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut touched = std::mem::take(&mut self.stale_nodes);
        for node in &touched {
            let found = view.get(&Key::new(kinds::NODE, "", node.clone()));
            let fit = found.map(|it| self.fit(it)).unwrap_or_default();
            let (seat, _) = self.seats.entry(node, Default::default);
            (seat.exists, seat.fit) = (found.is_some(), fit);
        }
        for name in std::mem::take(&mut self.stale_pods) {
            touched.extend(self.unseat(&name));
            let key = Key::new(kinds::POD, ds.meta.namespace.clone(), name);
            let Some(pod) = view.get(&key) else {
                continue;
            };
            let ownership = decide(ds, &ds.spec()["selector"], pod);
            let pod = match ownership {
                Ownership::Owned => pod.clone(),
                Ownership::Adopt => Arc::new(adopt(ds, pod)),
                Ownership::Release => Arc::new(release(ds, pod)),
                Ownership::Foreign => continue,
            };
            if ownership != Ownership::Owned {
                // The update may lose, so that the pod is looked at again in any case.
                self.stale_pods.insert(key.name);
                actions.push(Action::Update(Object::clone(&pod)));
            }
            if ownership != Ownership::Release {
                touched.extend(self.seat_pod(view, pod));
            }
        }
        let due = self.tally.until.iter().take_while(|(at, _)| *at <= now);
        touched.extend(due.map(|(_, node)| node.clone()));
        touched.iter().for_each(|node| self.judge(node, now));
        actions
    }

    /// Takes a pod from its seat, and returns the node.
    fn unseat(&mut self, name: &Str) -> Option<Str> {
        let place = self.places.remove(name)?;
        if let Some(count) = self.hashes.get_mut(&place.hash) {
            *count -= 1;
            if *count == 0 {
                self.hashes.remove(&place.hash);
            }
        }
        if let Some((seat, _)) = self.seats.get_mut(&place.node) {
            seat.pods.retain(|pod| pod.meta.name != *name);
        }
        Some(place.node)
    }

    /// Seats a pod on the node that it is on or meant for, and returns that.
    fn seat_pod(&mut self, view: View<'_>, pod: Arc<Object>) -> Option<Str> {
        let node = target_node(&pod)?;
        let hash = Str::from(pod.meta.label(HASH_LABEL).unwrap_or_default());
        *self.hashes.entry(hash.clone()).or_default() += 1;
        self.places.insert(pod.meta.name.clone(), Place { node: node.clone(), hash });
        if !self.seats.contains_key(&node) {
            let found = view.get(&Key::new(kinds::NODE, "", node.clone()));
            let seat = Seat {
                exists: found.is_some(),
                fit: found.map(|it| self.fit(it)).unwrap_or_default(),
                pods: Vec::new(),
            };
            self.seats.insert(node.clone(), (seat, Verdict::default()));
        }
        // A deleted pod that has ended waits for its finalizers only: the controller is done with it.
        let done = pod.meta.is_terminating() && is_terminal(&pod);
        if let Some((seat, _)) = self.seats.get_mut(&node).filter(|_| !done) {
            seat.insert(pod);
        }
        Some(node)
    }

    /// Forms the verdict on a seat anew.
    fn judge(&mut self, node: &Str, now: Time) {
        let Some((seat, verdict)) = self.seats.get_mut(node) else {
            return;
        };
        self.tally.remove(node, verdict);
        if !seat.exists && seat.pods.is_empty() {
            self.seats.remove(node);
            return;
        }
        *verdict = seat.verdict(&self.rules, now);
        self.tally.add(node, verdict);
    }

    /// What it came to, for comparison with a roster made anew.
    #[cfg(test)]
    pub fn sums(&self) -> (&Seats, &BTreeMap<Str, usize>, &Tally) {
        (&self.seats, &self.hashes, &self.tally)
    }
}
