//! Room for a pod at the cost of less important ones (`pkg/scheduler/framework/plugins/defaultpreemption`,
//! `pkg/scheduler/framework/preemption`).
//!
//! Known differences: of more than a hundred nodes upstream tries some from a random one on, here they are the first by
//! name; victims are told one after the other, and before the preemptor is tried again.

use std::cmp::Reverse;
use std::sync::Arc;

use super::Rejections;
use super::attempt::Attempt;
use super::burden::Burden;
use super::cache::{Cache, NodeState, occupies, priority};
use super::message;
use super::nominated::{Nominations, nominated_node};
use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::{Action, EventRecord, EventVia};
use crate::map;
use crate::object::{Map, Object, Str, Value, kinds, literal, matches_label_selector};
use crate::store::View;

const HELPLESS: &str = "Preemption is not helpful for scheduling";
const VICTIMLESS: &str = "No preemption victims found for incoming pod";
/// How many nodes are tried at least, if there are so many (`minCandidateNodesAbsolute`).
const LEAST_CANDIDATES: usize = 100;
/// The share of the nodes that is tried at least, in percent (`minCandidateNodesPercentage`).
const CANDIDATES_PERCENT: usize = 10;
/// Why a victim is disrupted (`PodReasonPreemptionByScheduler`).
const DISRUPTION: &str = "PreemptionByScheduler";

/// A node on which a pod could run if some others did not.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The node.
    pub node: Str,
    /// Those others, the most important first.
    pub victims: Vec<Arc<Object>>,
    /// How many of them a disruption budget does not allow to be disrupted.
    violations: usize,
}

/// What trying to make room came to.
#[derive(Debug)]
pub enum Preemption {
    /// Nothing: why, and whether the pod is not nominated to any node any more.
    Failed {
        /// What follows `preemption: ` in the message.
        message: String,
        /// Whether an earlier nomination is void.
        clears_nomination: bool,
    },
    /// There will be room once the victims are gone.
    Found(Candidate),
}

/// Why `pod` may not preempt (`PodEligibleToPreemptOthers`).
fn ineligible(view: View<'_>, pod: &Object, cache: &Cache, rejections: &Rejections) -> Option<&'static str> {
    if pod.spec()["preemptionPolicy"].as_str() == Some("Never") {
        return Some("not eligible due to preemptionPolicy=Never.");
    }
    let node = nominated_node(pod).filter(|it| cache.node(it).is_some())?;
    if rejections.get(node).is_none_or(super::filter::Rejection::is_unresolvable) {
        return None;
    }
    let own = priority(pod);
    let waits = view.pods_on(node).any(|it| priority(it) < own && is_being_preempted(it));
    waits.then_some("not eligible due to a terminating pod on the nominated node.")
}

fn is_being_preempted(pod: &Object) -> bool {
    let mut conditions = pod.status()["conditions"].items().iter();
    pod.meta.is_terminating()
        && conditions
            .find(|it| it["type"].as_str() == Some("DisruptionTarget"))
            .is_some_and(|it| it["status"].as_str() == Some("True") && it["reason"].as_str() == Some(DISRUPTION))
}

/// What comes of preemption for a pod that no node can take for a reason of its own.
pub fn for_no_node(view: View<'_>, pod: &Object, cache: &Cache) -> String {
    ineligible(view, pod, cache, &Rejections::new())
        .map_or_else(|| message::unavailable(cache.len(), [(HELPLESS.to_owned(), cache.len())]), ToOwned::to_owned)
}

/// Looks for the node where making room for the pod of `attempt` costs the least (`Evaluator.Preempt`).
pub fn preempt(
    attempt: &mut Attempt<'_>,
    cache: &Cache,
    nominations: &Nominations,
    rejections: &Rejections,
    now: Time,
) -> Preemption {
    if let Some(message) = ineligible(attempt.view, attempt.pod, cache, rejections) {
        return Preemption::Failed { message: message.to_owned(), clears_nomination: false };
    }
    let nodes: Vec<&NodeState> =
        rejections.iter().filter(|(_, it)| !it.is_unresolvable()).filter_map(|(name, _)| cache.node(name)).collect();
    let budgets = Budgets::of(attempt.view);
    let wanted = (nodes.len() * CANDIDATES_PERCENT / 100).max(LEAST_CANDIDATES).min(nodes.len());
    let (mut candidates, mut reasons, mut victimless) = (Vec::new(), Vec::new(), 0);
    let helpless = cache.len() - nodes.len();
    for node in nodes {
        if !node.load.has_below(priority(attempt.pod)) {
            victimless += 1;
            continue;
        }
        match candidate(attempt, node, nominations, &budgets, now) {
            Ok(candidate) => candidates.push(candidate),
            Err(why) => reasons.extend(why.into_iter().map(|reason| (reason, 1))),
        }
        if candidates.len() >= wanted && candidates.iter().any(|it| it.violations == 0) {
            break;
        }
    }
    if let Some(best) = cheapest(candidates, now) {
        return Preemption::Found(best);
    }
    reasons.extend([(VICTIMLESS.to_owned(), victimless), (HELPLESS.to_owned(), helpless)]);
    Preemption::Failed { message: message::unavailable(cache.len(), reasons), clears_nomination: true }
}

/// The fewest and least important pods of `node` without which it could take the pod, or why it could not even without all
/// that are less important, of which there are some (`SelectVictimsOnNode`).
fn candidate(
    attempt: &mut Attempt<'_>,
    node: &NodeState,
    nominations: &Nominations,
    budgets: &Budgets,
    now: Time,
) -> Result<Candidate, Vec<String>> {
    let (own, name) = (priority(attempt.pod), &node.object.meta.name);
    let less_important = |it: &&Arc<Object>| priority(it) < own && occupies(it).is_some();
    let mut spared: Vec<Arc<Object>> = attempt.view.pods_on(name).filter(less_important).cloned().collect();
    spared.sort_by_cached_key(|it| (Reverse(priority(it)), started(it, now), it.meta.name.clone()));
    let mut state = node.clone();
    for pod in &spared {
        state.load.remove(&Burden::of(pod.spec()));
        attempt.suppose(pod, &node.object, -1);
    }
    if let Some(rejection) = attempt.verdict(&state, nominations) {
        for pod in &spared {
            attempt.suppose(pod, &node.object, 1);
        }
        return Err(rejection.reasons());
    }
    let (violating, others) = budgets.split(spared);
    let (mut victims, mut violations) = (Vec::new(), 0);
    for (pod, violates) in violating.into_iter().map(|it| (it, true)).chain(others.into_iter().map(|it| (it, false))) {
        let burden = Burden::of(pod.spec());
        state.load.add(&burden);
        attempt.suppose(&pod, &node.object, 1);
        if attempt.verdict(&state, nominations).is_some() {
            state.load.remove(&burden);
            attempt.suppose(&pod, &node.object, -1);
            violations += usize::from(violates);
            victims.push(pod);
        }
    }
    for pod in &victims {
        attempt.suppose(pod, &node.object, 1);
    }
    if victims.is_empty() {
        return Err(vec![format!("expected at least one victim pod on node {:?}", name.as_str())]);
    }
    victims.sort_by_cached_key(|it| (Reverse(priority(it)), started(it, now), it.meta.name.clone()));
    Ok(Candidate { node: name.clone(), victims, violations })
}

/// When a pod started; one that has not yet starts now (`GetPodStartTime`).
fn started(pod: &Object, now: Time) -> Time {
    pod.status()["startTime"].as_str().and_then(Time::parse).unwrap_or(now)
}

/// The candidate whose victims matter the least; of equal ones the first (`pickOneNodeForPreemption`).
fn cheapest(candidates: Vec<Candidate>, now: Time) -> Option<Candidate> {
    let cost = |it: &Candidate| {
        let highest = it.victims.first().map_or(i64::MIN, |it| priority(it));
        // Shifted so that few pods of a negative priority are not dearer than many.
        let sum: i64 = it.victims.iter().map(|it| priority(it) + (1 << 31)).sum();
        let earliest = it.victims.iter().filter(|it| priority(it) == highest).map(|it| started(it, now)).min();
        (it.violations, highest, sum, it.victims.len(), Reverse(earliest))
    };
    candidates.into_iter().min_by_key(cost)
}

/// The disruption budgets, and how many disruptions each allows.
#[derive(Debug)]
struct Budgets(Vec<Arc<Object>>);

impl Budgets {
    fn of(view: View<'_>) -> Self {
        Budgets(view.list(kinds::POD_DISRUPTION_BUDGET).cloned().collect())
    }

    /// Those of `pods` whose disruption a budget does not allow, and the others (`filterPodsWithPDBViolation`).
    fn split(&self, pods: Vec<Arc<Object>>) -> (Vec<Arc<Object>>, Vec<Arc<Object>>) {
        let mut allowed: Vec<i64> =
            self.0.iter().map(|it| it.status()["disruptionsAllowed"].as_i64().unwrap_or(0)).collect();
        pods.into_iter().partition(|pod| {
            let mut violates = false;
            for (budget, allowed) in self.0.iter().zip(&mut allowed) {
                if protects(budget, pod) {
                    *allowed -= 1;
                    violates |= *allowed < 0;
                }
            }
            violates
        })
    }
}

fn protects(budget: &Object, pod: &Object) -> bool {
    let selector = &budget.spec()["selector"];
    let selects_all = selector["matchLabels"].is_empty() && selector["matchExpressions"].is_empty();
    budget.meta.namespace == pod.meta.namespace
        && !pod.meta.labels.is_empty()
        && !selects_all
        && matches_label_selector(selector, &pod.meta.labels)
        && budget.status()["disruptedPods"][pod.meta.name.as_str()].is_null()
}

/// What makes room: the victims are marked, deleted and told of (`PreemptPod`).
pub fn evict(preemptor: &Arc<Object>, candidate: &Candidate, now: Time) -> Vec<Action> {
    let mut actions = Vec::new();
    for victim in candidate.victims.iter().filter(|it| !it.meta.is_terminating()) {
        let message = format!("Preempted by pod {} on node {}", preemptor.meta.uid, candidate.node);
        actions.push(Action::UpdateStatus(marked(victim, preemptor, now)));
        actions.push(Action::Delete(victim.key(), DeleteOptions::default()));
        actions.push(Action::Event(EventRecord {
            about: victim.clone(),
            field_path: Str::new(),
            warning: false,
            reason: "Preempted",
            message: message.into(),
            via: EventVia::Events { action: "Preempting", related: Some(preemptor.clone()) },
        }));
    }
    actions
}

fn marked(victim: &Arc<Object>, preemptor: &Object, now: Time) -> Object {
    let scheduler = preemptor.spec()["schedulerName"].str_or_empty();
    let mut condition: Map = map! {
        "type" => "DisruptionTarget",
        "observedGeneration" => victim.meta.generation,
        "status" => "True",
        "lastTransitionTime" => now,
        "reason" => DISRUPTION,
        "message" => format!("{scheduler}: preempting to accommodate a higher priority pod"),
    };
    condition.insert(literal!("lastProbeTime"), Value::Null);
    let mut victim = Object::clone(victim);
    let conditions = victim.status_mut().field_mut("conditions").items_mut();
    conditions.retain(|it| it["type"].as_str() != Some("DisruptionTarget"));
    // The scheduler's patch puts what is new before what is there.
    conditions.insert(0, Value::Map(condition));
    victim
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, priority: i64, started: &str) -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.set_label("app", name);
        pod.spec_mut().set("priority", priority);
        pod.status_mut().set("startTime", started);
        Arc::new(pod)
    }

    const EARLY: &str = "2026-01-01T00:00:00Z";
    const LATE: &str = "2026-01-01T01:00:00Z";

    /// How many violations, and the priority and start of each victim.
    type Sketch<'a> = (usize, &'a [(i64, &'a str)]);

    fn check(candidates: &[Sketch<'_>], want: &str) {
        let candidate = |(i, (violations, victims)): (usize, &Sketch<'_>)| Candidate {
            node: Str::from(format!("node-{i}")),
            victims: victims.iter().map(|(priority, started)| pod("victim", *priority, started)).collect(),
            violations: *violations,
        };
        let best = cheapest(candidates.iter().enumerate().map(candidate).collect(), Time(0));
        assert_eq!(best.map(|it| it.node.to_string()).as_deref(), Some(want), "{candidates:?}");
    }

    #[test]
    fn budgets_matter_most_then_priorities_then_numbers_then_who_started_last() {
        check(&[(1, &[(0, EARLY)]), (0, &[(9, EARLY)])], "node-1");
        check(&[(0, &[(9, EARLY)]), (0, &[(5, EARLY), (5, EARLY)])], "node-1");
        check(&[(0, &[(5, EARLY), (5, EARLY)]), (0, &[(5, EARLY), (4, EARLY)])], "node-1");
        check(&[(0, &[(-5, EARLY), (-5, EARLY)]), (0, &[(-5, EARLY)])], "node-1");
        check(&[(0, &[(5, EARLY)]), (0, &[(5, LATE)])], "node-1");
        check(&[(0, &[(5, EARLY)]), (0, &[(5, EARLY)])], "node-0");
    }

    #[test]
    fn a_budget_protects_as_many_pods_as_it_does_not_allow_to_go() {
        let mut budget = Object::new(kinds::POD_DISRUPTION_BUDGET, "default", "all");
        let any = Value::Map(map! { "key" => "app", "operator" => "Exists" });
        budget.spec_mut().set("selector", Value::Map(map! { "matchExpressions" => Value::list([any]) }));
        budget.status_mut().set("disruptionsAllowed", 1);
        let gone = Value::Map(map! { "gone" => EARLY });
        budget.status_mut().set("disruptedPods", gone);
        let budgets = Budgets(vec![Arc::new(budget)]);
        let pods = ["a", "gone", "b", "c"].map(|it| pod(it, 0, EARLY)).to_vec();
        let (violating, others) = budgets.split(pods);
        let names = |pods: Vec<Arc<Object>>| pods.iter().map(|it| it.meta.name.to_string()).collect::<Vec<_>>();
        assert_eq!(
            (names(violating), names(others)),
            (vec!["b".to_owned(), "c".to_owned()], vec!["a".to_owned(), "gone".to_owned()])
        );
    }
}
