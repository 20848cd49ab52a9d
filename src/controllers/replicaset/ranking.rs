//! Which pods go first when there are too many (`getPodsToDelete`, and `ActivePodsWithRanks` in
//! `pkg/controller/controller_utils.go`).

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::census::Census;
use crate::clock::Time;
use crate::controllers::shared::pod::{condition, is_active, is_ready, phase, restarts};
use crate::object::{Key, Object, Str, kinds};
use crate::store::View;

/// The annotation by which a user says what a pod's deletion costs.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// What a pod is ranked by that its own object tells.
#[derive(Debug)]
pub(super) struct Facts {
    node: Option<Str>,
    phase: u8,
    ready: bool,
    cost: i32,
    ready_since: Option<Time>,
    restarts: i64,
    sidecar_restarts: i64,
}

impl Facts {
    /// The facts about `pod`.
    pub fn of(pod: &Object) -> Self {
        let (restarts, sidecar_restarts) = restarts(pod);
        Facts {
            node: pod.node_name().cloned(),
            phase: match phase(pod) {
                "Unknown" => 1,
                "Running" => 2,
                _ => 0,
            },
            ready: is_ready(pod),
            cost: pod.meta.annotation(DELETION_COST).map_or(0, deletion_cost),
            ready_since: condition(pod, "Ready")["lastTransitionTime"].as_str().and_then(Time::parse),
            restarts,
            sidecar_restarts,
        }
    }
}

/// How many active pods of the same Deployment are on each node. A ReplicaSet without an owner has no such neighbours
/// (`getIndirectlyRelatedPods`).
pub(super) fn colocated(view: View<'_>, owner: &Object, censuses: &mut BTreeMap<Key, Census>) -> BTreeMap<Str, usize> {
    let mut counts = BTreeMap::new();
    let Some(controller) = owner.meta.controller() else {
        return counts;
    };
    let related = view.owned_by(&controller.uid).filter(|it| it.kind == owner.kind);
    for set in related.filter(|it| it.meta.is_controlled_by(&controller.uid)) {
        match censuses.get_mut(&set.key()).filter(|it| it.is_of(&set.meta.uid)) {
            Some(census) => census.add_crowd(view, &set.meta.namespace, &mut counts),
            None => {
                let pods = view.owned_by(&set.meta.uid).filter(|it| it.kind == kinds::POD && is_active(it));
                for node in pods.filter_map(|it| it.node_name()) {
                    *counts.entry(node.clone()).or_default() += 1;
                }
            }
        }
    }
    counts
}

/// What a pod is ranked by.
#[derive(Debug)]
struct Rank<'a> {
    facts: &'a Facts,
    colocated: usize,
    created: Option<Time>,
}

/// How far a pod is along, and how full its node is.
type Class = (bool, u8, bool, i32, Reverse<usize>);
/// Since when a pod has been ready, how often it and its sidecars restarted, and since when it is there. An instant that is
/// not known comes before all others, and then the later one.
type Age = (Option<Reverse<Time>>, Reverse<i64>, Reverse<i64>, Option<Reverse<Time>>);

impl<'a> Rank<'a> {
    fn of(pod: &'a Object, facts: &'a Facts, colocated: &BTreeMap<Str, usize>) -> Self {
        Rank {
            facts,
            colocated: facts.node.as_ref().and_then(|it| colocated.get(it)).copied().unwrap_or_default(),
            created: pod.meta.created,
        }
    }

    /// What decides before any age does: the pods of the smaller class go first.
    fn class(&self) -> Class {
        let Facts { node, phase, ready, cost, .. } = self.facts;
        (node.is_some(), *phase, *ready, *cost, Reverse(self.colocated))
    }

    /// What decides between pods of one class: the smaller goes first.
    ///
    /// Known difference: upstream compares instants by orders of magnitude of the time since, and within one by uids, which
    /// are random. What is a toss of a coin there falls to the younger here, so that it is not the seed that decides.
    fn age(&self) -> Age {
        let facts = self.facts;
        let since = if facts.ready { facts.ready_since.map(Reverse) } else { None };
        (since, Reverse(facts.restarts), Reverse(facts.sidecar_restarts), self.created.map(Reverse))
    }
}

/// A number as Kubernetes writes it: no plus sign, no leading zeros. What is none costs nothing.
fn deletion_cost(text: &str) -> i32 {
    let plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| plain).unwrap_or_default()
}

/// The `surplus` pods that go first, in that order; of equals, in the order given.
///
/// Only the classes that they are of are put in order.
pub(super) fn first_to_go(
    pods: &[(&Arc<Object>, &Facts)],
    surplus: usize,
    colocated: &BTreeMap<Str, usize>,
) -> Vec<Arc<Object>> {
    let ranks: Vec<_> = pods.iter().map(|(pod, facts)| Rank::of(pod, facts, colocated)).collect();
    let mut classes: Vec<_> = ranks.iter().map(Rank::class).collect();
    let last = surplus.min(classes.len()).checked_sub(1).map(|it| *classes.select_nth_unstable(it).1);
    let mut order: Vec<usize> = (0..ranks.len()).filter(|i| Some(ranks[*i].class()) <= last).collect();
    order.sort_by_key(|i| (ranks[*i].class(), ranks[*i].age()));
    order.into_iter().take(surplus).map(|i| pods[i].0.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::Value;

    /// A pod from words: its uid, then any of `on=NODE`, `phase=PHASE`, `ready=SECOND`, `cost=N`, `restarts=N`, `sidecar=N`,
    /// `made=SECOND`.
    fn pod(words: &str) -> Arc<Object> {
        let mut words = words.split(' ');
        let name = words.next().unwrap_or_default();
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.uid = name.into();
        pod.meta.created = Some(Time(0));
        pod.spec_mut().set("nodeName", "node-0");
        pod.status_mut().set("phase", "Running");
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or_default();
            let number: i64 = value.parse().unwrap_or_default();
            let counted = Value::list([map! { "name" => "c", "restartCount" => number }]);
            match key {
                "on" => pod.spec_mut().set("nodeName", value),
                "phase" => pod.status_mut().set("phase", value),
                "cost" => pod.meta.set_annotation(DELETION_COST, value),
                "restarts" => pod.status_mut().set("containerStatuses", counted),
                "sidecar" => {
                    let container = map! { "name" => "c", "restartPolicy" => "Always" };
                    pod.spec_mut().set("initContainers", Value::list([container]));
                    pod.status_mut().set("initContainerStatuses", counted);
                }
                "made" => pod.meta.created = Some(Time::from_unix(number)),
                _ => {
                    let since = Time::from_unix(number);
                    let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => since };
                    pod.status_mut().set("conditions", Value::list([ready]));
                }
            }
        }
        Arc::new(pod)
    }

    /// The names of the pods that go first at the second 1000.
    fn in_order(pods: &[Arc<Object>], surplus: usize, colocated: &BTreeMap<Str, usize>) -> Vec<String> {
        let facts: Vec<Facts> = pods.iter().map(|it| Facts::of(it)).collect();
        let pods: Vec<_> = pods.iter().zip(&facts).collect();
        let order = first_to_go(&pods, surplus, colocated);
        order.iter().map(|it| it.meta.name.to_string()).collect()
    }

    fn check(what: &str, first: &str, second: &str) {
        let colocated = BTreeMap::from([("crowded".into(), 3), ("node-0".into(), 1)]);
        for pods in [[first, second], [second, first]] {
            let order = in_order(&pods.map(pod), 1, &colocated);
            assert_eq!(order, [first.split(' ').next().unwrap_or_default()], "{what}");
        }
    }

    #[test]
    fn pods_that_serve_least_go_first() {
        check("without a node", "b on=", "a phase=Pending");
        check("pending", "b phase=Pending", "a phase=Unknown");
        check("unknown", "b phase=Unknown", "a");
        check("not ready", "b", "a ready=1");
        check("cheap", "b ready=1 cost=-5", "a ready=999");
        check("a cost that is no number is none", "b cost=-1", "a cost=+7");
        check("crowded", "b on=crowded ready=1", "a ready=999");
        check("ready for a shorter time", "b ready=990", "a ready=10");
        check("ready for about the same time: the one that is so for less", "b ready=300", "a ready=10");
        check("ready just now", "b ready=1000", "a ready=999");
        check("more restarts", "b ready=5 restarts=2", "a ready=5 restarts=1");
        check("more restarts of a sidecar", "b sidecar=2", "a sidecar=1");
        check("younger", "b made=990", "a made=10");
        check("of about the same age: the younger", "b made=300", "a made=10");
    }

    #[test]
    fn of_equal_pods_the_first_goes_first() {
        let pods = ["a", "b", "c phase=Pending", "d"].map(pod);
        for (surplus, want) in [(0, &[][..]), (2, &["c", "a"]), (4, &["c", "a", "b", "d"]), (9, &["c", "a", "b", "d"])]
        {
            assert_eq!(in_order(&pods, surplus, &BTreeMap::new()), want, "{surplus}");
        }
    }
}
