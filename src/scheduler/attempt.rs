//! One pod's attempt to find a node: what every filter says of every node (`pkg/scheduler/schedule_one.go`).

use std::sync::Arc;

use super::burden::Burden;
use super::cache::{Cache, NodeState};
use super::census::Census;
use super::filter::{PodNeeds, Rejection, first_rejection};
use super::nominated::{Nominations, nominated_node};
use super::pod_affinity::{self, Index};
use super::score::Company;
use super::volumes::Claims;
use super::{Rejections, spread};
use crate::object::Object;
use crate::store::View;

/// What is known of the pod and of the pods that matter to it.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The store.
    pub view: View<'a>,
    /// The pod.
    pub pod: &'a Arc<Object>,
    /// What it needs of a node by itself.
    pub needs: PodNeeds,
    /// Its volumes.
    pub claims: Claims,
    spread: spread::State,
    /// What pods make of each other's nearness, where any has a say in it.
    affinity: Option<Box<pod_affinity::State>>,
}

/// What the filters said of every node they were asked about.
#[derive(Debug, Default)]
pub struct Verdicts<'a> {
    /// The nodes that can take the pod, by name.
    pub feasible: Vec<&'a NodeState>,
    /// Why the others cannot.
    pub rejections: Rejections,
}

impl<'a> Attempt<'a> {
    /// Prepares the filters for `pod` with these `needs` (`PreFilter`).
    pub fn new(
        view: View<'a>,
        pod: &'a Arc<Object>,
        needs: PodNeeds,
        claims: Claims,
        cache: &Cache,
        index: &Index,
        census: &mut Census,
    ) -> Self {
        Attempt {
            view,
            pod,
            needs,
            claims,
            spread: spread::State::of(view, cache, census, pod),
            affinity: pod_affinity::State::of(view, cache, index, census, pod),
        }
    }

    fn rejection(&self, node: &NodeState) -> Option<Rejection> {
        first_rejection(&self.needs, node)
            .or_else(|| self.claims.rejection(self.view, &node.object))
            .or_else(|| self.spread.rejection(&node.object))
            .or_else(|| self.affinity.as_ref().and_then(|it| it.rejection(&node.object)))
    }

    /// Supposes that `other` came to `node`, or with a negative `sign` that it went. The room on the node is the caller's
    /// business.
    pub fn suppose(&mut self, other: &Object, node: &Object, sign: i64) {
        self.claims.suppose(self.pod, other, sign);
        self.spread.suppose(self.pod, other, node, sign);
        self.affinity.get_or_insert_default().suppose(self.pod, other, node, sign);
    }

    /// Why `node` cannot take the pod, now and once those have come for whom room is being made there
    /// (`RunFilterPluginsWithNominatedPods`).
    pub fn verdict(&mut self, node: &NodeState, nominations: &Nominations) -> Option<Rejection> {
        let ahead = nominations.ahead_of(self.pod, &node.object.meta.name);
        if !ahead.is_empty() {
            let mut crowded = node.clone();
            for nominee in &ahead {
                crowded.load.add(&Burden::of(nominee.spec()));
                self.suppose(nominee, &node.object, 1);
            }
            let rejection = self.rejection(&crowded);
            for nominee in &ahead {
                self.suppose(nominee, &node.object, -1);
            }
            if rejection.is_some() {
                return rejection;
            }
        }
        self.rejection(node)
    }

    /// Asks the node that the pod is nominated to, and if that cannot take it every node, or those that the pod names.
    pub fn judge<'n>(&mut self, cache: &'n Cache, nominations: &Nominations) -> Verdicts<'n> {
        let mut verdicts = Verdicts::default();
        if let Some(node) = nominated_node(self.pod).and_then(|it| cache.node(it))
            && self.verdict(node, nominations).is_none()
        {
            verdicts.feasible.push(node);
            return verdicts;
        }
        let Some(named) = self.needs.named_nodes.clone() else {
            verdicts.feasible = Vec::with_capacity(cache.len());
            for node in cache.nodes() {
                self.ask(node, nominations, &mut verdicts);
            }
            return verdicts;
        };
        for node in named.iter().filter_map(|name| cache.node(name)) {
            self.ask(node, nominations, &mut verdicts);
        }
        if verdicts.feasible.is_empty() {
            let others = cache.nodes().map(|it| &it.object.meta.name).filter(|name| !named.contains(*name));
            verdicts.rejections.extend(others.map(|name| (name.clone(), Rejection::NotNamed)));
        }
        verdicts
    }

    fn ask<'n>(&mut self, node: &'n NodeState, nominations: &Nominations, verdicts: &mut Verdicts<'n>) {
        match self.verdict(node, nominations) {
            None => verdicts.feasible.push(node),
            Some(rejection) => {
                verdicts.rejections.insert(node.object.meta.name.clone(), rejection);
            }
        }
    }

    /// What the other pods make of the nodes that can take this one.
    pub fn company(&self, cache: &Cache, index: &Index, census: &mut Census, nodes: &[&NodeState]) -> Company {
        Company {
            spread: spread::scores(self.view, cache, census, self.pod, nodes),
            affinity: self.affinity.as_ref().and_then(|it| it.scores(self.view, cache, index, census, self.pod, nodes)),
        }
    }
}
