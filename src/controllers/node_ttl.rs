//! Tells kubelets, in an annotation of their nodes, for how long they may remember Secrets and ConfigMaps: the longer, the
//! larger the cluster.
//!
//! Follows `pkg/controller/ttl/ttl_controller.go` of Kubernetes 1.36. Nodes that are there already get the value for a larger
//! or smaller cluster when they next change, as they do there.

use crate::clock::Time;
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Str, kinds, literal};
use crate::store::{Change, View};

/// The annotation.
pub const TTL: Str = literal!("node.alpha.kubernetes.io/ttl");

/// Cluster sizes and what they mean: the fewest and the most nodes, and seconds. They overlap, so that a cluster at a boundary
/// does not swing to and fro.
const BOUNDARIES: [(usize, usize, i64); 6] =
    [(0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, 10000, 300), (9000, usize::MAX, 600)];

/// The TTL controller.
#[derive(Debug, Default)]
pub struct NodeTtlController {
    step: usize,
}

impl NodeTtlController {
    /// The seconds that are right for `nodes` nodes, after those that were right before.
    fn seconds(&mut self, nodes: usize) -> i64 {
        let last = BOUNDARIES.len() - 1;
        while self.step < last && nodes > BOUNDARIES[self.step].1 {
            self.step += 1;
        }
        while self.step > 0 && nodes < BOUNDARIES[self.step].0 {
            self.step -= 1;
        }
        BOUNDARIES[self.step].2
    }
}

/// What the annotation says of a node that joins a cluster of `nodes` nodes, itself included.
pub fn annotation_for(nodes: usize) -> Str {
    Str::from(NodeTtlController::default().seconds(nodes).to_string())
}

impl Controller for NodeTtlController {
    fn name(&self) -> &'static str {
        "ttl-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::NODE])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind != kinds::NODE {
            return;
        }
        let Some(node) = &change.after else {
            return;
        };
        let wanted = self.seconds(view.count(kinds::NODE));
        if said(node) != Some(wanted) {
            wakes.push(Wake::now(change.key.clone()));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let wanted = self.seconds(view.count(kinds::NODE));
        let Some(node) = view.get(key).filter(|it| said(it) != Some(wanted)) else {
            return Outcome::default();
        };
        let mut told = Object::clone(node);
        told.meta.set_annotation(TTL, wanted.to_string());
        Outcome { actions: vec![Action::Update(told)], ..Outcome::default() }
    }
}

fn said(node: &Object) -> Option<i64> {
    node.meta.annotation(&TTL).and_then(|it| it.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn larger_clusters_remember_longer_and_shrink_with_some_slack() {
        let mut controller = NodeTtlController::default();
        for (nodes, want) in [(1, 0), (100, 0), (101, 15), (95, 15), (89, 0), (501, 30), (5000, 300), (1799, 60)] {
            assert_eq!(controller.seconds(nodes), want, "{nodes} nodes");
        }
        assert_eq!(annotation_for(20_000), "600");
    }
}
