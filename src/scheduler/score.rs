//! Which of the nodes that can take a pod is best (`plugins/*/` scores with the weights of `default_plugins.go`).

use super::cache::NodeState;
use super::filter::PodNeeds;
use crate::controllers::shared::node_fit::{matches_node_selector_term, tolerates};

/// The highest score of a plugin before its weight (`MaxNodeScore`).
pub const MAX: i64 = 100;
/// Weight of `TaintToleration`.
const TAINT_TOLERATION: i64 = 3;
/// Weight of `NodeAffinity`.
const NODE_AFFINITY: i64 = 2;
/// Weight of `PodTopologySpread`.
const POD_TOPOLOGY_SPREAD: i64 = 2;
/// Weight of `InterPodAffinity`.
const INTER_POD_AFFINITY: i64 = 2;

/// What plugins that look at other pods make of the nodes, one score each; without scores a plugin has nothing to say.
#[derive(Debug, Default)]
pub struct Company {
    /// `PodTopologySpread`.
    pub spread: Option<Vec<i64>>,
    /// `InterPodAffinity`.
    pub affinity: Option<Vec<i64>>,
}

/// The best of `nodes`: the highest score, and of equal ones the first by name.
pub fn best<'a>(needs: &PodNeeds, nodes: &[&'a NodeState], company: &Company) -> Option<&'a NodeState> {
    let taints = normalized_reverse(nodes.iter().map(|node| untolerated_preferences(needs, node)).collect());
    let affinity = normalized(nodes.iter().map(|node| preferred_weight(needs, node)).collect());
    let wanted = [Wanted::of(needs, "cpu"), Wanted::of(needs, "memory")];
    let total = |i: usize| {
        let room = room(&wanted, nodes[i]);
        let of = |scores: &Option<Vec<i64>>| scores.as_ref().map_or(0, |it| it[i]);
        let company = POD_TOPOLOGY_SPREAD * of(&company.spread) + INTER_POD_AFFINITY * of(&company.affinity);
        room + company + TAINT_TOLERATION * taints[i] + NODE_AFFINITY * affinity[i]
    };
    let mut best: Option<(i64, &NodeState)> = None;
    for (i, node) in nodes.iter().enumerate() {
        let score = total(i);
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, node));
        }
    }
    best.map(|(_, node)| node)
}

fn normalized(scores: Vec<i64>) -> Vec<i64> {
    let highest = scores.iter().copied().max().unwrap_or(0);
    if highest == 0 {
        return scores;
    }
    scores.into_iter().map(|it| it * MAX / highest).collect()
}

fn normalized_reverse(scores: Vec<i64>) -> Vec<i64> {
    normalized(scores).into_iter().map(|it| MAX - it).collect()
}

/// How many `PreferNoSchedule` taints the pod does not tolerate.
fn untolerated_preferences(needs: &PodNeeds, node: &NodeState) -> i64 {
    if node.taints.is_empty() {
        return 0;
    }
    let tolerations = needs.spec["tolerations"].items();
    let soft = node.taints.items().iter().filter(|it| it["effect"].as_str() == Some("PreferNoSchedule"));
    i64::try_from(soft.filter(|taint| !tolerations.iter().any(|it| tolerates(it, taint))).count()).unwrap_or(i64::MAX)
}

/// The weights of the preferred node affinity terms that match.
fn preferred_weight(needs: &PodNeeds, node: &NodeState) -> i64 {
    let terms = &needs.spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
    let matching = terms.items().iter().filter(|it| matches_node_selector_term(&it["preference"], &node.object));
    matching.map(|it| it["weight"].as_i64().unwrap_or(0)).sum()
}

/// What a pod wants of one resource.
struct Wanted {
    resource: &'static str,
    requested: i64,
    assumed: i64,
}

impl Wanted {
    fn of(needs: &PodNeeds, resource: &'static str) -> Self {
        Wanted { resource, requested: needs.requests.get(resource), assumed: needs.assumed.get(resource) }
    }
}

/// What the room on a node is worth, over CPU and memory: the more is left, the better (`NodeResourcesFit`,
/// `LeastAllocated`), and the nearer the used shares are to each other (`NodeResourcesBalancedAllocation`).
fn room(wanted: &[Wanted; 2], node: &NodeState) -> i64 {
    let shares = |it: &Wanted| {
        let offered = node.allocatable.get(it.resource);
        if offered == 0 {
            return (0, 0);
        }
        let taken = node.load.assumed.get(it.resource) + it.assumed;
        let left = if taken > offered { 0 } else { (offered - taken) * MAX / offered };
        let used = ((node.load.requested.get(it.resource) + it.requested) * 10_000 / offered).min(10_000);
        (left, used)
    };
    let [(cpu_left, cpu_used), (memory_left, memory_used)] = [shares(&wanted[0]), shares(&wanted[1])];
    let deviation = (cpu_used - memory_used).abs() / 2;
    (cpu_left + memory_left) / 2 + (10_000 - deviation) / 100
}
