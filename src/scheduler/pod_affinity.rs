//! Pods that have to be near other pods, or must not be (`pkg/scheduler/framework/plugins/interpodaffinity`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::{Cache, NodeState, Placed};
use super::census::{Census, Counts, Question};
use super::filter::Rejection;
use super::score::MAX;
use super::terms::{Term, Terms, matches_all, namespace_labels};
use crate::object::{Map, Object, Str};
use crate::store::View;

/// What an existing pod that has to be near the new one counts for the new one (`HardPodAffinityWeight`).
const HARD_AFFINITY_WEIGHT: i64 = 1;

/// The pods on nodes that have terms. Pods of one template have the same: they are looked at together.
#[derive(Debug, Default)]
pub struct Index {
    groups: BTreeMap<(Str, String), Group>,
}

#[derive(Debug)]
struct Group {
    terms: Terms,
    by_node: Counts,
}

impl Index {
    /// Takes note of a pod that came, changed or went.
    pub fn pod_changed(&mut self, before: Option<Placed<'_>>, after: Option<Placed<'_>>) {
        let with_terms = |placed: Option<Placed<'_>>| {
            let (node, pod) = placed.filter(|(_, pod)| Terms::any(pod.spec()))?;
            Some((node.clone(), pod.spec()["affinity"].clone(), pod.meta.namespace.clone()))
        };
        let (before, after) = (with_terms(before), with_terms(after));
        if before.is_none() && after.is_none() {
            return;
        }
        if let (Some(before), Some(after)) = (&before, &after)
            && before.0 == after.0
            && before.1.is_same(&after.1)
        {
            return;
        }
        if let Some((node, affinity, namespace)) = before {
            let key = (namespace, affinity.to_json());
            if let Some(group) = self.groups.get_mut(&key) {
                count(&mut group.by_node, &node, -1);
                if group.by_node.is_empty() {
                    self.groups.remove(&key);
                }
            }
        }
        if let Some((node, affinity, namespace)) = after {
            let terms = Terms::of(&crate::object::Value::Map(crate::map! { "affinity" => &affinity }), &namespace);
            let fresh = || Group { terms: terms.unwrap_or_default(), by_node: Counts::new() };
            let group = self.groups.entry((namespace, affinity.to_json())).or_insert_with(fresh);
            count(&mut group.by_node, &node, 1);
        }
    }
}

fn count(counts: &mut Counts, node: &Str, delta: i64) {
    let pods = counts.entry(node.clone()).or_default();
    *pods += delta;
    if *pods == 0 {
        counts.remove(node);
    }
}

/// Amounts by topology key and value.
#[derive(Clone, Debug, Default)]
struct Pairs(BTreeMap<Str, BTreeMap<Str, i64>>);

impl Pairs {
    fn add(&mut self, key: &Str, node: &Object, amount: i64) {
        let Some(value) = node.meta.labels.get(key).and_then(|it| it.as_shared_str()) else { return };
        let values = self.0.entry(key.clone()).or_default();
        let total = values.entry(value.clone()).or_default();
        *total += amount;
        if *total == 0 {
            values.remove(value);
            if values.is_empty() {
                self.0.remove(key);
            }
        }
    }

    fn at(&self, key: &str, node: &Object) -> i64 {
        let values = self.0.get(key);
        values.and_then(|it| it.get(node.meta.label(key)?)).copied().unwrap_or(0)
    }

    fn any_at(&self, node: &Object) -> bool {
        self.0.keys().any(|key| self.at(key, node) > 0)
    }

    fn sum_at(&self, node: &Object) -> i64 {
        self.0.keys().map(|key| self.at(key, node)).sum()
    }
}

/// Where the pods are that matter to one pod (`preFilterState`).
#[derive(Debug, Default)]
pub struct State {
    terms: Terms,
    /// Whether the pod would do as the first of those that it has to be near.
    matches_itself: bool,
    namespace_labels: Map,
    existing_anti: Pairs,
    affinity: Pairs,
    anti: Pairs,
}

impl State {
    /// Looks at what matters to `pod`: `None` when neither it nor any pod on a node has terms.
    pub fn of(view: View<'_>, cache: &Cache, index: &Index, census: &mut Census, pod: &Object) -> Option<Box<Self>> {
        let own = Terms::of(pod.spec(), &pod.meta.namespace);
        if own.is_none() && index.groups.is_empty() {
            return None;
        }
        let mut state = Box::<State>::default();
        state.namespace_labels = namespace_labels(view, &pod.meta.namespace);
        for group in index.groups.values() {
            for term in group.terms.anti_affinity.iter().filter(|it| it.matches(pod, &state.namespace_labels)) {
                spread_over(&mut state.existing_anti, cache, &term.topology_key, &group.by_node, 1);
            }
        }
        let Some(own) = own else { return Some(state) };
        state.terms = own.resolved(view);
        if !state.terms.affinity.is_empty() {
            let counts = census.ask(view, question(&state.terms.affinity));
            for term in &state.terms.affinity {
                spread_over(&mut state.affinity, cache, &term.topology_key, &counts, 1);
            }
        }
        for term in &state.terms.anti_affinity {
            let counts = census.ask(view, question(std::slice::from_ref(term)));
            spread_over(&mut state.anti, cache, &term.topology_key, &counts, 1);
        }
        state.matches_itself = matches_all(&state.terms.affinity, pod, &Map::new());
        Some(state)
    }

    /// Why the pod cannot be on `node`.
    pub fn rejection(&self, node: &Object) -> Option<Rejection> {
        let lacks_topology = |term: &Term| node.meta.label(&term.topology_key).is_none();
        let lacks_company = |term: &Term| self.affinity.at(&term.topology_key, node) <= 0;
        if self.terms.affinity.iter().any(lacks_topology) {
            return Some(Rejection::PodAffinity);
        }
        if self.terms.affinity.iter().any(lacks_company) && !(self.affinity.0.is_empty() && self.matches_itself) {
            return Some(Rejection::PodAffinity);
        }
        if self.terms.anti_affinity.iter().any(|term| self.anti.at(&term.topology_key, node) > 0) {
            return Some(Rejection::PodAntiAffinity);
        }
        self.existing_anti.any_at(node).then_some(Rejection::ExistingAntiAffinity)
    }

    /// Supposes that `other` came to `node`, or with a negative `sign` that it went (`updateWithPod`).
    pub fn suppose(&mut self, pod: &Object, other: &Object, node: &Object, sign: i64) {
        if let Some(terms) = Terms::of(other.spec(), &other.meta.namespace) {
            for term in terms.anti_affinity.iter().filter(|it| it.matches(pod, &self.namespace_labels)) {
                self.existing_anti.add(&term.topology_key, node, sign);
            }
        }
        if matches_all(&self.terms.affinity, other, &Map::new()) {
            for term in &self.terms.affinity {
                self.affinity.add(&term.topology_key, node, sign);
            }
        }
        for term in self.terms.anti_affinity.iter().filter(|it| it.matches(other, &Map::new())) {
            self.anti.add(&term.topology_key, node, sign);
        }
    }

    /// The scores of `nodes`: `None` when no term of any pod has to do with it.
    pub fn scores(
        &self,
        view: View<'_>,
        cache: &Cache,
        index: &Index,
        census: &mut Census,
        pod: &Object,
        nodes: &[&NodeState],
    ) -> Option<Vec<i64>> {
        let mut sums = Pairs::default();
        for (terms, sign) in [(&self.terms.preferred, 1), (&self.terms.preferred_anti, -1)] {
            for term in terms {
                let counts = census.ask(view, question(std::slice::from_ref(term)));
                spread_over(&mut sums, cache, &term.topology_key, &counts, sign * term.weight);
            }
        }
        for group in index.groups.values() {
            let hard = group.terms.affinity.iter().map(|it| (it, HARD_AFFINITY_WEIGHT));
            let soft = group.terms.preferred.iter().map(|it| (it, it.weight));
            let anti = group.terms.preferred_anti.iter().map(|it| (it, -it.weight));
            for (term, weight) in hard.chain(soft).chain(anti) {
                if term.matches(pod, &self.namespace_labels) {
                    spread_over(&mut sums, cache, &term.topology_key, &group.by_node, weight);
                }
            }
        }
        if sums.0.is_empty() {
            return None;
        }
        Some(normalized(nodes.iter().map(|node| sums.sum_at(&node.object)).collect()))
    }
}

/// The pods that all of `terms` mean, those that are being deleted among them.
fn question(terms: &[Term]) -> Question {
    let all = terms.iter().map(|it| (it.namespaces.clone(), vec![it.selector.clone()])).collect();
    Question { all, with_terminating: true }
}

fn spread_over(pairs: &mut Pairs, cache: &Cache, key: &Str, counts: &Counts, weight: i64) {
    for (name, pods) in counts {
        if let Some(node) = cache.node(name) {
            pairs.add(key, &node.object, pods * weight);
        }
    }
}

fn normalized(scores: Vec<i64>) -> Vec<i64> {
    let (least, most) = (scores.iter().min().copied().unwrap_or(0), scores.iter().max().copied().unwrap_or(0));
    let share = |score: i64| if most > least { MAX * (score - least) / (most - least) } else { 0 };
    scores.into_iter().map(share).collect()
}

/// Whether what became of a pod may help `waiting`, whom pods near some nodes kept away
/// (`isSchedulableAfterPodChange`).
pub fn is_helped_by(
    view: View<'_>,
    waiting: &Object,
    before: Option<&Arc<Object>>,
    after: Option<&Arc<Object>>,
) -> bool {
    let own = Terms::of(waiting.spec(), &waiting.meta.namespace).unwrap_or_default().resolved(view);
    let no_labels = Map::new();
    let wanted = |pod: Option<&Arc<Object>>| pod.is_some_and(|it| matches_all(&own.affinity, it, &no_labels));
    let unwanted = |pod: Option<&Arc<Object>>| {
        pod.is_some_and(|pod| own.anti_affinity.iter().any(|term| term.matches(pod, &no_labels)))
    };
    let unwanting = |pod: Option<&Arc<Object>>| {
        let terms = pod.and_then(|it| Terms::of(it.spec(), &it.meta.namespace)).unwrap_or_default();
        let labels = namespace_labels(view, &waiting.meta.namespace);
        terms.anti_affinity.iter().any(|term| term.matches(waiting, &labels))
    };
    (wanted(after) && !wanted(before))
        || (unwanted(before) && !unwanted(after))
        || (after.is_none() && unwanting(before))
}
