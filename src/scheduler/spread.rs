//! Pods that are to be spread evenly over nodes, zones and so on (`pkg/scheduler/framework/plugins/podtopologyspread`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::{Cache, NodeState};
use super::census::{Census, Counts, Question};
use super::filter::Rejection;
use super::score::MAX;
use crate::controllers::shared::node_fit::{matches_required_node_affinity, untolerated_taint};
use crate::map;
use crate::object::{Key, Map, Object, Str, Value, kinds, literal, matches_label_selector};
use crate::store::View;

const HOSTNAME: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

/// One of `topologySpreadConstraints`.
#[derive(Clone, Debug)]
struct Constraint {
    max_skew: i64,
    topology_key: Str,
    /// Which pods count: those that all of these select.
    selectors: Vec<Value>,
    min_domains: usize,
    /// Whether nodes that the pod's node affinity rules out do not count.
    honors_affinity: bool,
    /// Whether nodes with taints that the pod does not tolerate do not count.
    honors_taints: bool,
}

impl Constraint {
    fn of(constraint: &Value, labels: &Map) -> Self {
        let keys = constraint["matchLabelKeys"].items().iter().filter_map(Value::as_shared_str);
        let mut pairs = Map::new();
        for key in keys {
            if let Some(value) = labels.get(key) {
                pairs.insert(key.clone(), value.clone());
            }
        }
        let mut selectors = vec![constraint["labelSelector"].clone()];
        if !pairs.is_empty() {
            // Without a selector the keys alone select.
            selectors.retain(|it| !it.is_null());
            selectors.push(Value::Map(map! { "matchLabels" => Value::Map(pairs) }));
        }
        Constraint {
            max_skew: constraint["maxSkew"].as_i64().unwrap_or(1),
            topology_key: constraint["topologyKey"].as_shared_str().cloned().unwrap_or_default(),
            selectors,
            min_domains: constraint["minDomains"].as_i64().and_then(|it| it.try_into().ok()).unwrap_or(1),
            honors_affinity: constraint["nodeAffinityPolicy"].as_str() != Some("Ignore"),
            honors_taints: constraint["nodeTaintsPolicy"].as_str() == Some("Honor"),
        }
    }

    fn selects(&self, labels: &Map) -> bool {
        self.selectors.iter().all(|it| matches_label_selector(it, labels))
    }

    /// Whether the pods of `node` count (`matchNodeInclusionPolicies`).
    fn includes(&self, pod: &Object, node: &Object) -> bool {
        (!self.honors_affinity || matches_required_node_affinity(pod.spec(), node))
            && (!self.honors_taints
                || untolerated_taint(node, pod.spec()["tolerations"].items(), &["NoSchedule", "NoExecute"]).is_none())
    }
}

fn constraints(pod: &Object, action: &str) -> Vec<Constraint> {
    let all = pod.spec()["topologySpreadConstraints"].items().iter();
    all.filter(|it| it["whenUnsatisfiable"].as_str() == Some(action))
        .map(|it| Constraint::of(it, &pod.meta.labels))
        .collect()
}

fn has_all_keys(constraints: &[Constraint], node: &Object) -> bool {
    constraints.iter().all(|it| node.meta.label(&it.topology_key).is_some())
}

fn domain<'a>(node: &'a Object, key: &str) -> Option<&'a Str> {
    node.meta.labels.get(key).and_then(Value::as_shared_str)
}

/// How many pods each domain has, and how many domains have as many.
#[derive(Debug, Default)]
struct Domains {
    pods: BTreeMap<Str, i64>,
    domains: BTreeMap<i64, usize>,
}

impl Domains {
    fn add(&mut self, domain: &Str, pods: i64) {
        let known = self.pods.get(domain).copied();
        let total = known.unwrap_or(0) + pods;
        self.pods.insert(domain.clone(), total);
        *self.domains.entry(total).or_default() += 1;
        if let Some(count) = known.and_then(|it| self.domains.get_mut(&it)) {
            *count -= 1;
        }
        if let Some(known) = known
            && self.domains.get(&known) == Some(&0)
        {
            self.domains.remove(&known);
        }
    }

    /// The pods of the domain with the fewest; none when there are too few domains (`minMatchNum`).
    fn least(&self, min_domains: usize) -> i64 {
        if self.pods.len() < min_domains {
            return 0;
        }
        self.domains.first_key_value().map_or(0, |(pods, _)| *pods)
    }
}

/// The constraints that must hold for one pod, and where the pods are that count (`preFilterState`).
#[derive(Debug, Default)]
pub struct State {
    constraints: Vec<Constraint>,
    domains: Vec<Domains>,
    /// Whether the pod itself counts, for each constraint.
    counts_itself: Vec<bool>,
}

impl State {
    /// Looks at what matters to `pod`.
    pub fn of(view: View<'_>, cache: &Cache, census: &mut Census, pod: &Object) -> Self {
        let constraints = constraints(pod, "DoNotSchedule");
        if constraints.is_empty() {
            return State::default();
        }
        let mut domains = Vec::new();
        for constraint in &constraints {
            let counts = census.ask(view, question(pod, constraint));
            let mut found = Domains::default();
            for node in cache.nodes().map(|it| &it.object) {
                if has_all_keys(&constraints, node)
                    && constraint.includes(pod, node)
                    && let Some(domain) = domain(node, &constraint.topology_key)
                {
                    found.add(domain, counts.get(&node.meta.name).copied().unwrap_or(0));
                }
            }
            domains.push(found);
        }
        let counts_itself = constraints.iter().map(|it| it.selects(&pod.meta.labels)).collect();
        State { constraints, domains, counts_itself }
    }

    /// Why the pod cannot be on `node`.
    pub fn rejection(&self, node: &Object) -> Option<Rejection> {
        for (i, constraint) in self.constraints.iter().enumerate() {
            let Some(domain) = domain(node, &constraint.topology_key) else {
                return Some(Rejection::NoTopology);
            };
            let there = self.domains[i].pods.get(domain).copied().unwrap_or(0);
            let skew = there + i64::from(self.counts_itself[i]) - self.domains[i].least(constraint.min_domains);
            if skew > constraint.max_skew {
                return Some(Rejection::Skew);
            }
        }
        None
    }

    /// Supposes that `other` came to `node`, or with a negative `sign` that it went (`updateWithPod`).
    pub fn suppose(&mut self, pod: &Object, other: &Object, node: &Object, sign: i64) {
        if other.meta.namespace != pod.meta.namespace || !has_all_keys(&self.constraints, node) {
            return;
        }
        for (constraint, domains) in self.constraints.iter().zip(&mut self.domains) {
            if constraint.selects(&other.meta.labels)
                && constraint.includes(pod, node)
                && let Some(domain) = domain(node, &constraint.topology_key)
            {
                domains.add(domain, sign);
            }
        }
    }
}

fn question(pod: &Object, constraint: &Constraint) -> Question {
    Question::staying(&pod.meta.namespace, constraint.selectors.clone())
}

/// Whether what became of a pod may help `waiting`, which would have been one too many in some domain
/// (`isSchedulableAfterPodChange`).
pub fn is_helped_by(waiting: &Object, before: Option<&Arc<Object>>, after: Option<&Arc<Object>>) -> bool {
    let constraints = constraints(waiting, "DoNotSchedule");
    let counted = |pod: Option<&Arc<Object>>| {
        pod.filter(|it| it.meta.namespace == waiting.meta.namespace)
            .map_or_else(Vec::new, |pod| constraints.iter().map(|it| it.selects(&pod.meta.labels)).collect::<Vec<_>>())
    };
    let (before, after) = (counted(before), counted(after));
    before != after && (before.contains(&true) || after.contains(&true))
}

/// The scores of `nodes`, which are in the order of their names: `None` when the pod has no wish.
pub fn scores(
    view: View<'_>,
    cache: &Cache,
    census: &mut Census,
    pod: &Object,
    nodes: &[&NodeState],
) -> Option<Vec<i64>> {
    let is_default = pod.spec()["topologySpreadConstraints"].items().is_empty();
    let wishes = if is_default { default_constraints(view, pod)? } else { constraints(pod, "ScheduleAnyway") };
    if wishes.is_empty() {
        return None;
    }
    // A default must not keep nodes without a zone from being told apart.
    let counts_for_all = |node: &Object| is_default || has_all_keys(&wishes, node);
    let is_scored: Vec<bool> = nodes.iter().map(|it| counts_for_all(&it.object)).collect();
    let mut sums = vec![0.0_f64; nodes.len()];
    for wish in &wishes {
        let labels: Vec<Option<&str>> = nodes.iter().map(|it| it.object.meta.label(&wish.topology_key)).collect();
        if labels.iter().all(Option::is_none) {
            continue;
        }
        let by_node = census.ask(view, question(pod, wish));
        let is_by_node = wish.topology_key == HOSTNAME;
        let mut domains: BTreeMap<&str, i64> = BTreeMap::new();
        if !is_by_node {
            let scored = labels.iter().zip(&is_scored).filter(|(_, scored)| **scored);
            domains.extend(scored.map(|(label, _)| (label.unwrap_or_default(), 0)));
            count_domains(&mut domains, cache, pod, wish, &by_node, counts_for_all);
        }
        let size = if is_by_node { is_scored.iter().filter(|it| **it).count() } else { domains.len() };
        let weight = f64::from(u32::try_from(size + 2).unwrap_or(u32::MAX)).ln();
        let skew = f64::from(u32::try_from(wish.max_skew - 1).unwrap_or(0));
        // Both are in the order of the names.
        let mut counted = by_node.iter().peekable();
        for (i, node) in nodes.iter().enumerate() {
            let (Some(domain), true) = (labels[i], is_scored[i]) else { continue };
            let pods = if is_by_node {
                let name = &node.object.meta.name;
                while counted.next_if(|(counted, _)| *counted < name).is_some() {}
                counted.peek().filter(|(counted, _)| *counted == name).map(|(_, pods)| *pods)
            } else {
                domains.get(domain)
            };
            let pods = pods.and_then(|it| u32::try_from(*it).ok()).unwrap_or(0);
            sums[i] += f64::from(pods) * weight + skew;
        }
    }
    Some(normalized(&sums, &is_scored))
}

fn count_domains(
    domains: &mut BTreeMap<&str, i64>,
    cache: &Cache,
    pod: &Object,
    wish: &Constraint,
    by_node: &Counts,
    counts_for_all: impl Fn(&Object) -> bool,
) {
    for (name, pods) in by_node {
        let Some(node) = cache.node(name).map(|it| &it.object) else { continue };
        if counts_for_all(node)
            && wish.includes(pod, node)
            && let Some(total) = domains.get_mut(node.meta.label(&wish.topology_key).unwrap_or_default())
        {
            *total += pods;
        }
    }
}

/// The fewer pods, the higher the score (`NormalizeScore`).
fn normalized(sums: &[f64], is_scored: &[bool]) -> Vec<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "counts of pods times a small logarithm")]
    let raw: Vec<i64> = sums.iter().map(|it| it.round() as i64).collect();
    let scored = || raw.iter().zip(is_scored).filter(|(_, scored)| **scored).map(|(score, _)| *score);
    let (least, most) = (scored().min().unwrap_or(0), scored().max().unwrap_or(0));
    let of = |(score, scored): (&i64, &bool)| match (scored, most) {
        (false, _) => 0,
        (true, 0) => MAX,
        (true, most) => MAX * (most + least - score) / most,
    };
    raw.iter().zip(is_scored).map(of).collect()
}

/// What is wished for pods that wish for nothing: an even spread over nodes and zones of what belongs together
/// (`systemDefaultConstraints`, `buildDefaultConstraints`).
fn default_constraints(view: View<'_>, pod: &Object) -> Option<Vec<Constraint>> {
    let selectors = default_selectors(view, pod);
    if selectors.is_empty() {
        return None;
    }
    let constraint = |topology_key: Str, max_skew: i64| Constraint {
        max_skew,
        topology_key,
        selectors: selectors.clone(),
        min_domains: 1,
        honors_affinity: true,
        honors_taints: false,
    };
    Some(vec![constraint(Str::from(HOSTNAME), 3), constraint(Str::from(ZONE), 5)])
}

/// What the services and the controller of `pod` select, as far as they select by anything (`DefaultSelector`).
fn default_selectors(view: View<'_>, pod: &Object) -> Vec<Value> {
    let mut pairs = Map::new();
    for service in view.list_in(kinds::SERVICE, &pod.meta.namespace) {
        let Some(selector) = service.spec()["selector"].as_map() else { continue };
        if selector.iter().all(|(key, value)| pod.meta.labels.get(key) == Some(value)) {
            for (key, value) in selector.iter() {
                pairs.insert(key.clone(), value.clone());
            }
        }
    }
    let mut selectors = Vec::new();
    let owner = pod.meta.controller();
    let kind = owner.and_then(|it| match (&*it.api_version, &*it.kind) {
        ("v1", "ReplicationController") => Some(kinds::REPLICATION_CONTROLLER),
        ("apps/v1", "ReplicaSet") => Some(kinds::REPLICA_SET),
        ("apps/v1", "StatefulSet") => Some(kinds::STATEFUL_SET),
        _ => None,
    });
    if let (Some(owner), Some(kind)) = (owner, kind)
        && let Some(controller) = view.get(&Key::new(kind, pod.meta.namespace.clone(), owner.name.clone()))
    {
        let selector = &controller.spec()["selector"];
        if kind == kinds::REPLICATION_CONTROLLER {
            for (key, value) in selector.as_map().into_iter().flat_map(Map::iter) {
                pairs.insert(key.clone(), value.clone());
            }
        } else if !(selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty()) {
            selectors.push(selector.clone());
        }
    }
    if !pairs.is_empty() {
        let mut selector = Map::new();
        selector.insert(literal!("matchLabels"), Value::Map(pairs));
        selectors.push(Value::Map(selector));
    }
    selectors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_with_fewer_pods_score_higher_and_nodes_that_are_not_scored_get_nothing() {
        let table: [(&[f64], &[bool], &[i64]); 4] = [
            (&[0.0, 0.0], &[true, true], &[100, 100]),
            (&[2.0, 4.0], &[true, true], &[100, 50]),
            (&[1.4, 1.6], &[true, true], &[100, 50]),
            (&[0.0, 3.0, 9.0], &[false, true, true], &[0, 100, 33]),
        ];
        for (sums, scored, want) in table {
            assert_eq!(normalized(sums, scored), want, "{sums:?}");
        }
    }

    #[test]
    fn the_least_is_taken_over_all_domains_and_is_none_when_there_are_too_few() {
        let mut domains = Domains::default();
        for (domain, pods) in [("a", 3), ("b", 1), ("b", 1), ("c", 5)] {
            domains.add(&Str::from(domain), pods);
        }
        assert_eq!((domains.least(1), domains.least(3), domains.least(4)), (2, 2, 0));
        domains.add(&Str::from("b"), -2);
        assert_eq!(domains.least(1), 0);
        domains.add(&Str::from("b"), 9);
        assert_eq!(domains.least(1), 3);
    }
}
