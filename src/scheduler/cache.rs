//! What the scheduler knows of every node: what it offers and what its pods ask for. Derived from the store's changes
//! (`pkg/scheduler/backend/cache`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Rejections;
use super::filter::{HostPort, PodNeeds, Rejection, first_rejection, host_ports};
use super::resources::{Resources, nonzero_requests, pod_requests};
use crate::object::{Object, Str};
use crate::store::Change;

/// A node as the filters see it (`framework.NodeInfo`).
#[derive(Clone, Debug)]
pub struct NodeState {
    /// The node.
    pub object: Arc<Object>,
    /// What its pods may ask for in all.
    pub allocatable: Resources,
    /// What its pods ask for.
    pub requested: Resources,
    /// What its pods ask for, with the amounts that scoring assumes.
    pub assumed: Resources,
    /// How many pods it has.
    pub pods: i64,
    /// The host ports in use.
    pub ports: Vec<HostPort>,
}

/// What the pods of a node that is not there (yet) would take.
#[derive(Clone, Debug, Default)]
struct Load {
    requested: Resources,
    assumed: Resources,
    pods: i64,
    ports: Vec<HostPort>,
}

/// Every node, by name.
#[derive(Debug, Default)]
pub struct Cache {
    nodes: BTreeMap<Str, NodeState>,
    homeless: BTreeMap<Str, Load>,
}

/// What the filters said of every node they were asked about.
#[derive(Debug)]
pub struct Verdicts<'a> {
    /// The nodes that can take the pod, by name.
    pub feasible: Vec<&'a NodeState>,
    /// Why the others cannot.
    pub rejections: Rejections,
}

/// Whether a pod is over: it asks for nothing any more.
pub fn is_finished(pod: &Object) -> bool {
    matches!(pod.status()["phase"].as_str(), Some("Succeeded" | "Failed"))
}

fn occupies(pod: &Object) -> Option<&Str> {
    pod.node_name().filter(|_| !is_finished(pod))
}

/// Whether two revisions of a node are the same to every filter.
pub fn schedules_alike(before: &Object, after: &Object) -> bool {
    before.meta.labels == after.meta.labels
        && before.spec()["taints"].is_same(&after.spec()["taints"])
        && before.spec()["unschedulable"] == after.spec()["unschedulable"]
        && allocatable(before) == allocatable(after)
}

fn allocatable(node: &Object) -> Resources {
    Resources::of(&node.status()["allocatable"])
}

impl Cache {
    /// The number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node called `name`.
    pub fn node(&self, name: &str) -> Option<&NodeState> {
        self.nodes.get(name)
    }

    /// Takes note of a node that came, changed or went.
    pub fn node_changed(&mut self, change: &Change) {
        let name = &change.key.name;
        let Some(object) = change.after.clone() else {
            if let Some(it) = self.nodes.remove(name)
                && it.pods > 0
            {
                let load = Load { requested: it.requested, assumed: it.assumed, pods: it.pods, ports: it.ports };
                self.homeless.insert(name.clone(), load);
            }
            return;
        };
        if let Some(state) = self.nodes.get_mut(name) {
            if !schedules_alike(&state.object, &object) {
                state.allocatable = allocatable(&object);
            }
            state.object = object;
            return;
        }
        let load = self.homeless.remove(name).unwrap_or_default();
        let state = NodeState {
            allocatable: allocatable(&object),
            object,
            requested: load.requested,
            assumed: load.assumed,
            pods: load.pods,
            ports: load.ports,
        };
        self.nodes.insert(name.clone(), state);
    }

    /// Takes note of a pod that came, changed or went. Returns whether room became free.
    pub fn pod_changed(&mut self, change: &Change) -> bool {
        let before = change.before.as_deref().and_then(|pod| Some((occupies(pod)?, pod)));
        let after = change.after.as_deref().and_then(|pod| Some((occupies(pod)?, pod)));
        match (before, after) {
            (None, Some((node, pod))) => {
                self.load(node, pod, 1);
                false
            }
            (Some((node, pod)), None) => {
                self.load(node, pod, -1);
                true
            }
            (Some((node, old)), Some((_, new))) if !old.spec().is_same(new.spec()) => {
                self.load(node, old, -1);
                self.load(node, new, 1);
                true
            }
            _ => false,
        }
    }

    fn load(&mut self, node: &Str, pod: &Object, sign: i64) {
        let (requests, assumed, ports) =
            (pod_requests(pod.spec()), nonzero_requests(pod.spec()), host_ports(pod.spec()));
        let (requested_now, assumed_now, pods_now, ports_now) = match self.nodes.get_mut(node) {
            Some(it) => (&mut it.requested, &mut it.assumed, &mut it.pods, &mut it.ports),
            None => {
                let it = self.homeless.entry(node.clone()).or_default();
                (&mut it.requested, &mut it.assumed, &mut it.pods, &mut it.ports)
            }
        };
        *pods_now += sign;
        if sign > 0 {
            requested_now.add(&requests);
            assumed_now.add(&assumed);
            ports_now.extend(ports);
        } else {
            requested_now.subtract(&requests);
            assumed_now.subtract(&assumed);
            for port in ports {
                if let Some(i) = ports_now.iter().position(|it| *it == port) {
                    ports_now.swap_remove(i);
                }
            }
        }
    }

    /// Asks every node, or those that the pod names, whether it can take the pod.
    pub fn judge(&self, needs: &PodNeeds) -> Verdicts<'_> {
        let mut verdicts = Verdicts { feasible: Vec::new(), rejections: Rejections::new() };
        if let Some(named) = &needs.named_nodes {
            let candidates: Vec<_> = named.iter().filter_map(|name| self.nodes.get(name)).collect();
            for node in candidates {
                verdicts.add(needs, node);
            }
            if verdicts.feasible.is_empty() {
                let others = self.nodes.keys().filter(|name| !named.contains(*name));
                verdicts.rejections.extend(others.map(|name| (name.clone(), Rejection::NotNamed)));
            }
            return verdicts;
        }
        for node in self.nodes.values() {
            verdicts.add(needs, node);
        }
        verdicts
    }
}

impl<'a> Verdicts<'a> {
    fn add(&mut self, needs: &PodNeeds, node: &'a NodeState) {
        match first_rejection(needs, node) {
            None => self.feasible.push(node),
            Some(rejection) => {
                self.rejections.insert(node.object.meta.name.clone(), rejection);
            }
        }
    }
}
