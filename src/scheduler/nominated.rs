//! The pods for which room is being made on a node (`pkg/scheduler/backend/queue/nominator.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::priority;
use crate::object::{Key, Object, Str};

/// Which pods that wait are nominated to which node.
#[derive(Debug, Default)]
pub struct Nominations {
    by_node: BTreeMap<Str, BTreeMap<Key, Arc<Object>>>,
    node_of: BTreeMap<Key, Str>,
}

/// The node that `pod` is nominated to.
pub fn nominated_node(pod: &Object) -> Option<&Str> {
    pod.status()["nominatedNodeName"].as_shared_str().filter(|it| !it.is_empty())
}

impl Nominations {
    /// Takes note of a pod that waits, or with `None` that it waits no more.
    pub fn pod_changed(&mut self, key: &Key, waiting: Option<&Arc<Object>>) {
        let nominee = waiting.and_then(|pod| Some((nominated_node(pod)?, pod)));
        if let Some(node) = self.node_of.remove(key)
            && let Some(pods) = self.by_node.get_mut(&node)
        {
            pods.remove(key);
            if pods.is_empty() {
                self.by_node.remove(&node);
            }
        }
        if let Some((node, pod)) = nominee {
            self.node_of.insert(key.clone(), node.clone());
            self.by_node.entry(node.clone()).or_default().insert(key.clone(), pod.clone());
        }
    }

    /// The nominees of `node` before whom `pod` does not go: all but itself and those of a lower priority.
    pub fn ahead_of(&self, pod: &Object, node: &str) -> Vec<Arc<Object>> {
        if self.by_node.is_empty() {
            return Vec::new();
        }
        let own = priority(pod);
        self.of(node).filter(|it| priority(it) >= own && it.meta.uid != pod.meta.uid).cloned().collect()
    }

    /// The nominees of `node` that have to look for another when `pod` makes room for itself there.
    pub fn behind(&self, pod: &Object, node: &str) -> Vec<Arc<Object>> {
        let own = priority(pod);
        self.of(node).filter(|it| priority(it) < own).cloned().collect()
    }

    fn of(&self, node: &str) -> impl Iterator<Item = &Arc<Object>> {
        self.by_node.get(node).into_iter().flat_map(BTreeMap::values)
    }
}
