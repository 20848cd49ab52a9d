//! What the scheduler knows of every node: what it offers and what its pods ask for. Derived from the store's changes
//! (`pkg/scheduler/backend/cache`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::burden::{Burden, LastBurden};
use super::filter::HostPort;
use super::resources::{Assumed, Resources};
use crate::object::{Object, Str, Value};
use crate::store::Change;

/// A node as the filters see it (`framework.NodeInfo`).
#[derive(Clone, Debug)]
pub struct NodeState {
    /// The node.
    pub object: Arc<Object>,
    /// What its pods may ask for in all.
    pub allocatable: Resources,
    /// What its pods take of that.
    pub load: Load,
    /// Whether it is cordoned.
    pub is_cordoned: bool,
    /// Its taints.
    pub taints: Value,
}

impl NodeState {
    fn new(object: Arc<Object>, load: Load) -> Self {
        let (is_cordoned, taints) = (object.spec()["unschedulable"].is_true(), object.spec()["taints"].clone());
        NodeState { allocatable: allocatable(&object), is_cordoned, taints, object, load }
    }
}

/// What the pods of a node take, be the node there or not.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// What they ask for.
    pub requested: Resources,
    /// What they ask for, with the amounts that scoring assumes.
    pub assumed: Assumed,
    /// How many there are.
    pub pods: i64,
    /// The host ports in use.
    pub ports: Vec<HostPort>,
    /// The priorities that there are, in order, and how many pods have each.
    priorities: Vec<(i64, u32)>,
}

impl Load {
    /// Takes note of another pod.
    pub fn add(&mut self, pod: &Burden) {
        self.pods += 1;
        self.requested.add(&pod.asked.requests);
        self.assumed.add(pod.asked.assumed);
        self.ports.extend_from_slice(&pod.ports);
        match self.priorities.binary_search_by_key(&pod.priority, |it| it.0) {
            Ok(at) => self.priorities[at].1 += 1,
            Err(at) => self.priorities.insert(at, (pod.priority, 1)),
        }
    }

    /// Takes note of a pod that is there no more.
    pub fn remove(&mut self, pod: &Burden) {
        self.pods -= 1;
        self.requested.subtract(&pod.asked.requests);
        self.assumed.subtract(pod.asked.assumed);
        for port in &pod.ports {
            if let Some(i) = self.ports.iter().position(|it| it == port) {
                self.ports.swap_remove(i);
            }
        }
        if let Ok(at) = self.priorities.binary_search_by_key(&pod.priority, |it| it.0) {
            self.priorities[at].1 -= 1;
            if self.priorities[at].1 == 0 {
                self.priorities.remove(at);
            }
        }
    }

    /// Whether any of the pods has a lower priority than `priority`.
    pub fn has_below(&self, priority: i64) -> bool {
        self.priorities.first().is_some_and(|(lowest, _)| *lowest < priority)
    }
}

/// The priority of a pod (`PodPriority`).
pub fn priority(pod: &Object) -> i64 {
    pod.spec()["priority"].as_i64().unwrap_or(0)
}

/// Every node, by name.
#[derive(Debug, Default)]
pub struct Cache {
    nodes: BTreeMap<Str, NodeState>,
    homeless: BTreeMap<Str, Load>,
    burdens: LastBurden,
}

/// Whether a pod is over: it asks for nothing any more.
pub fn is_finished(pod: &Object) -> bool {
    matches!(pod.status()["phase"].as_str(), Some("Succeeded" | "Failed"))
}

/// The node whose room `pod` takes.
pub fn occupies(pod: &Object) -> Option<&Str> {
    pod.node_name().filter(|_| !is_finished(pod))
}

/// A pod with the node whose room it takes.
pub type Placed<'a> = (&'a Str, &'a Object);

/// `pod`, if there is one, with the room that it takes on `node`, where it is; `None` when it takes none.
pub fn placed<'a>(pod: Option<&'a Arc<Object>>, node: Option<&'a Str>) -> Option<Placed<'a>> {
    let (node, pod) = node.zip(pod)?;
    (!is_finished(pod)).then_some((node, &**pod))
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
                && it.load.pods > 0
            {
                self.homeless.insert(name.clone(), it.load);
            }
            return;
        };
        if let Some(state) = self.nodes.get_mut(name) {
            if schedules_alike(&state.object, &object) {
                state.object = object;
            } else {
                *state = NodeState::new(object, std::mem::take(&mut state.load));
            }
            return;
        }
        let load = self.homeless.remove(name).unwrap_or_default();
        self.nodes.insert(name.clone(), NodeState::new(object, load));
    }

    /// Takes note of a pod that came, changed or went. Returns whether room became free.
    pub fn pod_changed(&mut self, before: Option<Placed<'_>>, after: Option<Placed<'_>>) -> bool {
        match (before, after) {
            (None, Some((node, pod))) => {
                let burden = self.burden(pod);
                self.load(node).add(&burden);
                false
            }
            (Some((node, pod)), None) => {
                let burden = self.burden(pod);
                self.load(node).remove(&burden);
                true
            }
            (Some((node, old)), Some((_, new))) if !old.spec().is_same(new.spec()) => {
                let (left, taken) = (self.burden(old), self.burden(new));
                let load = self.load(node);
                load.remove(&left);
                load.add(&taken);
                true
            }
            _ => false,
        }
    }

    /// What `pod` takes of the node that it is on or comes to.
    pub fn burden(&mut self, pod: &Object) -> Arc<Burden> {
        self.burdens.of(pod.spec())
    }

    fn load(&mut self, node: &Str) -> &mut Load {
        match self.nodes.get_mut(node) {
            Some(it) => &mut it.load,
            None => self.homeless.entry(node.clone()).or_default(),
        }
    }

    /// Every node, by name.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &NodeState> {
        self.nodes.values()
    }
}
