//! What the kubelets remember of their nodes, so that nothing is looked up anew for each pod that they see to.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::network::{self, Range};
use super::node;
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

/// What is remembered of a node.
#[derive(Debug)]
pub(super) struct Node {
    /// As whom its kubelet writes.
    pub(super) actor: Str,
    /// The addresses of its pods.
    pub(super) range: Range,
    /// The node as it was when the rest was last looked up.
    seen: Option<Arc<Object>>,
    /// The last change of any node when a pod was last seen to here: as long as that is the last one, this node is as it was.
    as_of: u64,
    has_kubelet: bool,
    /// Its own address.
    pub(super) host: Option<Str>,
    /// `hostIPs` of its pods.
    pub(super) hosts: Value,
}

impl Node {
    /// Whether it was looked up as it is now.
    fn is_seen(&self, node: &Arc<Object>) -> bool {
        self.seen.as_ref().is_some_and(|it| Arc::ptr_eq(it, node))
    }
}

/// The nodes that a pod was seen to on, by name.
#[derive(Debug, Default)]
pub(super) struct Nodes(BTreeMap<Str, Node>);

impl Nodes {
    /// What is remembered of the node `name`.
    pub(super) fn get(&self, name: &Str) -> Option<&Node> {
        self.0.get(name)
    }

    /// The same for changing.
    pub(super) fn get_mut(&mut self, name: &Str) -> Option<&mut Node> {
        self.0.get_mut(name)
    }

    /// Refreshes what is remembered of `node`.
    pub(super) fn remember(&mut self, node: &Arc<Object>) -> &mut Node {
        let index = self.0.len();
        let entry = self.0.entry(node.meta.name.clone()).or_insert_with(|| Node {
            actor: Str::from(format!("kubelet {}", node.meta.name)),
            range: Range::new(node, index),
            seen: None,
            as_of: 0,
            has_kubelet: false,
            host: None,
            hosts: Value::Null,
        });
        if !entry.is_seen(node) {
            entry.has_kubelet = node::has_kubelet(node);
            let host = network::host_address(node);
            if entry.host != host {
                entry.hosts = Value::list(host.iter().map(|it| map! { "ip" => it }));
                entry.host = host;
            }
            entry.seen = Some(node.clone());
        }
        entry
    }

    /// As whom the kubelet of `node` writes, of which is remembered what it is now.
    pub(super) fn actor_of(&mut self, node: &Arc<Object>, view: View<'_>) -> Str {
        let as_of = view.store().last_change_of(kinds::NODE);
        if let Some(known) = self.0.get_mut(&node.meta.name)
            && known.is_seen(node)
        {
            known.as_of = as_of;
            return known.actor.clone();
        }
        let known = self.remember(node);
        known.as_of = as_of;
        known.actor.clone()
    }

    /// The node `name`, if there is one and a kubelet runs on it.
    pub(super) fn with_kubelet(&self, name: &Str, view: View<'_>) -> Option<Arc<Object>> {
        let last = view.store().last_change_of(kinds::NODE);
        if let Some(known) = self.0.get(name)
            && known.as_of == last
        {
            return known.seen.clone().filter(|_| known.has_kubelet);
        }
        view.get(&Key::new(kinds::NODE, Str::new(), name.clone())).filter(|it| self.has_kubelet(it)).cloned()
    }

    /// Whether a kubelet runs on `node`.
    fn has_kubelet(&self, node: &Arc<Object>) -> bool {
        match self.0.get(&node.meta.name) {
            Some(known) if known.is_seen(node) => known.has_kubelet,
            _ => node::has_kubelet(node),
        }
    }
}
