//! Which pods go first when there are too many (`getPodsToDelete`, and `ActivePodsWithRanks` in
//! `pkg/controller/controller_utils.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::shared::pod::{condition, is_active, is_ready, phase, restarts};
use crate::object::{Object, Str, kinds};
use crate::store::View;

/// The annotation by which a user says what a pod's deletion costs.
const DELETION_COST: &str = "controller.kubernetes.io/pod-deletion-cost";

/// How many active pods of the same Deployment are on each node. A ReplicaSet without an owner has no such neighbours
/// (`getIndirectlyRelatedPods`).
pub(super) fn colocated(view: View<'_>, owner: &Object, pods: &[Arc<Object>]) -> BTreeMap<Str, usize> {
    let mut counts = BTreeMap::new();
    let Some(controller) = owner.meta.controller() else {
        return counts;
    };
    let mut count = |pod: &Object| {
        if let Some(node) = pod.node_name() {
            *counts.entry(node.clone()).or_default() += 1;
        }
    };
    pods.iter().for_each(|pod| count(pod));
    let siblings = view.owned_by(&controller.uid).filter(|it| it.kind == owner.kind && it.meta.uid != owner.meta.uid);
    for sibling in siblings.filter(|it| it.meta.is_controlled_by(&controller.uid)) {
        let pods = view.owned_by(&sibling.meta.uid).filter(|it| it.kind == kinds::POD && is_active(it));
        pods.for_each(|pod| count(pod));
    }
    counts
}

/// What a pod is ranked by.
#[derive(Debug)]
struct Rank<'a> {
    assigned: bool,
    phase: u8,
    ready: bool,
    cost: i32,
    colocated: usize,
    ready_since: Option<Time>,
    restarts: i64,
    sidecar_restarts: i64,
    created: Option<Time>,
    uid: &'a str,
}

impl<'a> Rank<'a> {
    fn of(pod: &'a Object, colocated: &BTreeMap<Str, usize>) -> Self {
        let node = pod.node_name();
        let (restarts, sidecar_restarts) = restarts(pod);
        Rank {
            assigned: node.is_some(),
            phase: match phase(pod) {
                "Unknown" => 1,
                "Running" => 2,
                _ => 0,
            },
            ready: is_ready(pod),
            cost: pod.meta.annotation(DELETION_COST).map_or(0, deletion_cost),
            colocated: node.and_then(|it| colocated.get(it)).copied().unwrap_or_default(),
            ready_since: condition(pod, "Ready")["lastTransitionTime"].as_str().and_then(Time::parse),
            restarts,
            sidecar_restarts,
            created: pod.meta.created,
            uid: &pod.meta.uid,
        }
    }

    /// Whether the pod goes before the other.
    fn goes_before(&self, other: &Rank<'_>, now: Time) -> bool {
        if self.assigned != other.assigned {
            return !self.assigned;
        }
        if self.phase != other.phase {
            return self.phase < other.phase;
        }
        if self.ready != other.ready {
            return !self.ready;
        }
        if self.cost != other.cost {
            return self.cost < other.cost;
        }
        if self.colocated != other.colocated {
            return self.colocated > other.colocated;
        }
        if self.ready && self.ready_since != other.ready_since {
            return self.is_younger(self.ready_since, other, other.ready_since, now);
        }
        if self.restarts != other.restarts {
            return self.restarts > other.restarts;
        }
        if self.sidecar_restarts != other.sidecar_restarts {
            return self.sidecar_restarts > other.sidecar_restarts;
        }
        self.created != other.created && self.is_younger(self.created, other, other.created, now)
    }

    /// Whether `mine` is younger than `others` by an order of magnitude; within one, the uids decide, so that neither old
    /// nor young pods are favoured. An unknown instant comes first.
    fn is_younger(&self, mine: Option<Time>, other: &Rank<'_>, others: Option<Time>, now: Time) -> bool {
        let (Some(mine), Some(others)) = (mine, others) else {
            return mine.is_none();
        };
        let magnitude = |since: Time| u64::try_from((now - since).0).ok().and_then(u64::checked_ilog2);
        match magnitude(mine).cmp(&magnitude(others)) {
            std::cmp::Ordering::Equal => self.uid < other.uid,
            order => order.is_lt(),
        }
    }
}

/// A number as Kubernetes writes it: no plus sign, no leading zeros. What is none costs nothing.
fn deletion_cost(text: &str) -> i32 {
    let plain = text == "0" || !text.starts_with(['0', '+']);
    text.parse().ok().filter(|_| plain).unwrap_or_default()
}

/// `pods` with those that go first first; of equals, in the order given.
///
/// Each is put in its place by a search, because the rule is no total order (a uid decides between some and not between
/// others) and the library's sort may refuse such.
pub(super) fn in_order_of_deletion(
    pods: Vec<Arc<Object>>,
    colocated: &BTreeMap<Str, usize>,
    now: Time,
) -> Vec<Arc<Object>> {
    let ranks: Vec<_> = pods.iter().map(|pod| Rank::of(pod, colocated)).collect();
    let mut order: Vec<usize> = Vec::with_capacity(pods.len());
    for (i, rank) in ranks.iter().enumerate() {
        let at = order.partition_point(|placed| !rank.goes_before(&ranks[*placed], now));
        order.insert(at, i);
    }
    order.into_iter().map(|i| pods[i].clone()).collect()
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

    fn check(what: &str, first: &str, second: &str) {
        let colocated = BTreeMap::from([("crowded".into(), 3), ("node-0".into(), 1)]);
        for pods in [[first, second], [second, first]] {
            let order = in_order_of_deletion(pods.map(pod).to_vec(), &colocated, Time::from_unix(1000));
            assert_eq!(order[0].meta.name, first.split(' ').next().unwrap_or_default(), "{what}");
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
        check("ready for about the same time: by uid", "a ready=10", "b ready=300");
        check("ready just now", "b ready=1000", "a ready=999");
        check("more restarts", "b ready=5 restarts=2", "a ready=5 restarts=1");
        check("more restarts of a sidecar", "b sidecar=2", "a sidecar=1");
        check("younger", "b made=990", "a made=10");
        check("of about the same age: by uid", "a made=10", "b made=300");
    }

    #[test]
    fn of_equal_pods_the_first_goes_first() {
        let pods = ["a", "b", "c"].map(pod).to_vec();
        let order = in_order_of_deletion(pods, &BTreeMap::new(), Time::from_unix(1000));
        assert_eq!(order.iter().map(|it| it.meta.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
