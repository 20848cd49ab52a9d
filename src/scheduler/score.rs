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
    let total = |i: usize| {
        let room = least_allocated(needs, nodes[i]) + balanced_allocation(needs, nodes[i]);
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
    let tolerations = needs.spec["tolerations"].items();
    let taints = node.object.spec()["taints"].items().iter();
    let soft = taints.filter(|it| it["effect"].as_str() == Some("PreferNoSchedule"));
    i64::try_from(soft.filter(|taint| !tolerations.iter().any(|it| tolerates(it, taint))).count()).unwrap_or(i64::MAX)
}

/// The weights of the preferred node affinity terms that match.
fn preferred_weight(needs: &PodNeeds, node: &NodeState) -> i64 {
    let terms = &needs.spec["affinity"]["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"];
    let matching = terms.items().iter().filter(|it| matches_node_selector_term(&it["preference"], &node.object));
    matching.map(|it| it["weight"].as_i64().unwrap_or(0)).sum()
}

/// The more room is left, the better: the mean over CPU and memory (`NodeResourcesFit`, `LeastAllocated`).
fn least_allocated(needs: &PodNeeds, node: &NodeState) -> i64 {
    let share = |name: &str| {
        let (offered, used) = (node.allocatable.get(name), node.load.assumed.get(name) + needs.assumed.get(name));
        if offered == 0 || used > offered { 0 } else { (offered - used) * MAX / offered }
    };
    (share("cpu") + share("memory")) / 2
}

/// The nearer the used shares of CPU and memory are to each other, the better (`NodeResourcesBalancedAllocation`).
fn balanced_allocation(needs: &PodNeeds, node: &NodeState) -> i64 {
    let share = |name: &str| {
        let offered = node.allocatable.get(name);
        if offered == 0 {
            return 0;
        }
        ((node.load.requested.get(name) + needs.requests.get(name)) * 10_000 / offered).min(10_000)
    };
    let deviation = (share("cpu") - share("memory")).abs() / 2;
    (10_000 - deviation) / 100
}
