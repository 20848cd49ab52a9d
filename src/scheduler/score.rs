//! Which of the nodes that can take a pod is best (`plugins/*/` scores with the weights of `default_plugins.go`).

use super::cache::NodeState;
use super::filter::PodNeeds;
use super::resources::Assumed;
use crate::controllers::shared::node_fit::{matches_node_selector_term, tolerates};
use crate::object::Value;

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
    let taints = taint_scores(needs, nodes);
    let affinity = affinity_scores(needs, nodes);
    let asked = &needs.burden.asked;
    let requested = [asked.requests.get("cpu"), asked.requests.get("memory")];
    let total = |i: usize| {
        let room = room(requested, asked.assumed, nodes[i]);
        let of = |scores: &Option<Vec<i64>>| scores.as_ref().map_or(0, |it| it[i]);
        let company = POD_TOPOLOGY_SPREAD * of(&company.spread) + INTER_POD_AFFINITY * of(&company.affinity);
        room + company + TAINT_TOLERATION * of(&taints) + NODE_AFFINITY * of(&affinity)
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

/// The fewer taints the pod had better stay away from, the higher: `None` when no node has taints, which all are as good as
/// each other then.
fn taint_scores(needs: &PodNeeds, nodes: &[&NodeState]) -> Option<Vec<i64>> {
    if nodes.iter().all(|node| node.taints.is_empty()) {
        return None;
    }
    let scores = normalized(nodes.iter().map(|node| untolerated_preferences(needs, node)).collect());
    Some(scores.into_iter().map(|it| MAX - it).collect())
}

/// The more of the preferred node affinity a node meets, the higher: `None` when the pod prefers none.
fn affinity_scores(needs: &PodNeeds, nodes: &[&NodeState]) -> Option<Vec<i64>> {
    let terms = &needs.spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
    if terms.is_empty() {
        return None;
    }
    Some(normalized(nodes.iter().map(|node| preferred_weight(terms.items(), node)).collect()))
}

/// How many `PreferNoSchedule` taints the pod does not tolerate.
fn untolerated_preferences(needs: &PodNeeds, node: &NodeState) -> i64 {
    let tolerations = needs.spec["tolerations"].items();
    let soft = node.taints.items().iter().filter(|it| it["effect"].as_str() == Some("PreferNoSchedule"));
    i64::try_from(soft.filter(|taint| !tolerations.iter().any(|it| tolerates(it, taint))).count()).unwrap_or(i64::MAX)
}

/// The weights of those of `terms` that match.
fn preferred_weight(terms: &[Value], node: &NodeState) -> i64 {
    let matching = terms.iter().filter(|it| matches_node_selector_term(&it["preference"], &node.object));
    matching.map(|it| it["weight"].as_i64().unwrap_or(0)).sum()
}

/// What the room on a node is worth to a pod that has `requested` CPU and memory, and is `assumed` to take so much of both:
/// the more is left, the better (`NodeResourcesFit`, `LeastAllocated`), and the nearer the used shares are to each other
/// (`NodeResourcesBalancedAllocation`).
fn room(requested: [i64; 2], assumed: Assumed, node: &NodeState) -> i64 {
    let shares = |resource: &str, requested: i64, taken: i64| {
        let offered = node.allocatable.get(resource);
        if offered == 0 {
            return (0, 0);
        }
        let left = if taken > offered { 0 } else { (offered - taken) * MAX / offered };
        let used = ((node.load.requested.get(resource) + requested) * 10_000 / offered).min(10_000);
        (left, used)
    };
    let (cpu_left, cpu_used) = shares("cpu", requested[0], node.load.assumed.cpu + assumed.cpu);
    let (memory_left, memory_used) = shares("memory", requested[1], node.load.assumed.memory + assumed.memory);
    let deviation = (cpu_used - memory_used).abs() / 2;
    (cpu_left + memory_left) / 2 + (10_000 - deviation) / 100
}
