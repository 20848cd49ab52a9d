//! The node controller: it taints nodes by their conditions, and gives up those that are not heard of.
//!
//! Follows `pkg/controller/nodelifecycle` of Kubernetes 1.36. A node whose taints are right wakes nobody, and one whose kubelet
//! is in this cluster is always heard of: its lease renews itself. Known difference: nodes are tainted with `NoExecute` as soon
//! as that is due, where upstream spreads this over a zone at one node in ten seconds.

mod health;
mod no_execute;
mod no_schedule;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::{Action, Controller, EventRecord, Outcome, Wake, Watches};
use crate::kubelet::node::has_kubelet;
use crate::object::{Key, Object, Str, kinds};
use crate::store::{Change, View};
use health::Health;

/// How often nodes are looked at (`nodeMonitorPeriod`): `NoExecute` taints come so much later than the others.
const PERIOD: Span = Span::seconds(5);

/// The node controller.
#[derive(Debug, Default)]
pub struct NodeLifecycleController {
    /// When each node without a kubelet of this cluster was heard of last.
    heard: BTreeMap<Str, Health>,
    /// The nodes of kubelets of this cluster that are down.
    silent: BTreeSet<Str>,
    /// The nodes that came, as far as nobody was told yet, and those that went.
    registered: BTreeSet<Str>,
    removed: BTreeMap<Str, Arc<Object>>,
}

impl Controller for NodeLifecycleController {
    fn name(&self) -> &'static str {
        "node-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::LEASE, kinds::NODE])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let key = Key::new(kinds::NODE, "", change.key.name.clone());
        match (change.key.kind, &change.after) {
            (kinds::NODE, None) => {
                self.heard.remove(&change.key.name);
                self.silent.remove(&change.key.name);
                self.registered.remove(&change.key.name);
                if let Some(node) = &change.before {
                    self.removed.insert(change.key.name.clone(), node.clone());
                    wakes.push(Wake::now(key));
                }
            }
            (kinds::NODE, Some(node)) => {
                if change.before.is_none() && !has_kubelet(node) {
                    self.registered.insert(change.key.name.clone());
                }
                let is_watched = !has_kubelet(node) || self.silent.contains(&change.key.name);
                if is_watched {
                    health::hear_node(self.heard.entry(change.key.name.clone()).or_default(), node, change.time);
                } else {
                    self.heard.remove(&change.key.name);
                }
                if is_watched || no_schedule::is_wrong(node) {
                    wakes.push(Wake::now(key.clone()));
                }
                if no_execute::is_wrong(node) {
                    wakes.push(Wake { key, after: PERIOD });
                }
            }
            (kinds::LEASE, Some(lease)) if lease.meta.namespace == "kube-node-lease" => {
                if let Some(health) = self.heard.get_mut(&change.key.name) {
                    health::hear_lease(health, lease, change.time);
                    wakes.extend(view.get(&key).is_some().then(|| Wake::now(key)));
                }
            }
            _ => {}
        }
    }

    fn heartbeat(&mut self, node: &Arc<Object>, last: Option<Time>) -> Option<Wake> {
        let name = &node.meta.name;
        let Some(last) = last else {
            self.silent.remove(name);
            return None;
        };
        self.silent.insert(name.clone());
        self.heard.insert(name.clone(), Health::last_heard(node, last));
        Some(Wake::now(node.key()))
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let mut outcome = view.get(key).map(|node| self.look_at(view, node, now)).unwrap_or_default();
        outcome.actions.extend(self.tidings(view, key));
        outcome
    }
}

impl NodeLifecycleController {
    fn look_at(&self, view: View<'_>, node: &Arc<Object>, now: Time) -> Outcome {
        if let Some(tainted) = no_schedule::swapped(node, now) {
            return Outcome { actions: vec![Action::Update(tainted)], wake_at: self.next(node), ..Outcome::default() };
        }
        if self.next(node).is_some_and(|at| at <= now) {
            return Outcome { actions: health::give_up(view, node, now), ..Outcome::default() };
        }
        let seen = self.heard.get(&node.meta.name).and_then(Health::since);
        let (tainted, due) = no_execute::swapped(node, seen, now);
        let actions: Vec<Action> = tainted.into_iter().map(Action::Update).collect();
        let wake_at = self.next(node).into_iter().chain(due).min();
        Outcome { actions, wake_at, ..Outcome::default() }
    }

    /// The events about a node that came or went (`RecordNodeEvent`). Nobody is told that those of this cluster's own kubelets
    /// came: they are there before anybody looks.
    fn tidings(&mut self, view: View<'_>, key: &Key) -> Vec<Action> {
        let name = &key.name;
        let mut actions = Vec::new();
        if let Some(node) = self.removed.remove(name) {
            let message = format!("Node {name} event: Removing Node {name} from Controller");
            let about = EventRecord::named(&node, &node.meta.uid);
            actions.push(EventRecord::normal(&about, "RemovingNode", message));
        }
        if let Some(node) = view.get(key).filter(|_| self.registered.remove(name)) {
            let message = format!("Node {name} event: Registered Node {name} in Controller");
            let about = EventRecord::named(node, &node.meta.uid);
            actions.push(EventRecord::normal(&about, "RegisteredNode", message));
        }
        actions
    }

    /// When `node` is given up unless it is heard of.
    fn next(&self, node: &Arc<Object>) -> Option<Time> {
        health::given_up_at(self.heard.get(&node.meta.name)?, node)
    }
}
