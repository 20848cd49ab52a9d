//! Removes pods that nobody else would: those bound to a node that is gone, those that are being deleted on a node that
//! is said to be out of service, and those that are being deleted without ever having been on a node.
//!
//! Follows `pkg/controller/podgc/gc_controller.go`. The rounds of 20 s fall on whole multiples of 20 s, and take place
//! only while there is something to look at. Not there yet: the threshold of 12500 pods that have ended.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::shared::pod::{is_ready, is_terminal};
use crate::controllers::{Action, Controller, Hearing, News, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Kind, Object, Str, Value, kinds};
use crate::store::{Change, View};

/// The time between two rounds.
const PERIOD: Span = Span::seconds(20);
/// How long a node must have been missing since a round found it so.
const QUARANTINE: Span = Span::seconds(40);

/// The taint by which somebody says that a machine is shut down for good and runs nothing any more.
const OUT_OF_SERVICE: &str = "node.kubernetes.io/out-of-service";

/// The pod garbage collector.
#[derive(Debug, Default)]
pub struct PodGarbageCollector {
    /// The missing nodes that pods are bound to, and when a round first found them; `None` before the next round.
    missing: BTreeMap<Str, Option<Time>>,
    /// The nodes that are not ready and said to be out of service.
    out_of_service: BTreeSet<Str>,
    /// The pods to look at that are being deleted without a node.
    unbound: Vec<Key>,
}

/// The one thing that is reconciled: a round.
fn round() -> Key {
    Key::new(kinds::POD, "", "")
}

/// The time from `now` until the next round.
fn until_round(now: Time) -> Span {
    Span(PERIOD.0 - now.0.rem_euclid(PERIOD.0))
}

impl Controller for PodGarbageCollector {
    fn name(&self) -> &'static str {
        "pod-garbage-collector"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::NODE, kinds::POD])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD {
            Hearing::of(News::CREATED.and(News::SPEC).and(News::DELETION).and(News::UNBOUND))
        } else {
            Hearing::ALL
        }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        if self.suspects(change, view) {
            wakes.push(Wake { key: round(), after: until_round(change.time) });
        }
    }

    fn reconcile(&mut self, view: View<'_>, _: &Key, now: Time) -> Outcome {
        let mut outcome = Outcome::default();
        for node in &self.out_of_service {
            let stuck = view.pods_on(node).filter(|pod| is_stuck(pod));
            stuck.for_each(|pod| outcome.actions.extend(removal(pod, None)));
        }
        let is_missing = |node: &Str| view.get(&Key::new(kinds::NODE, "", node.clone())).is_none();
        self.missing.retain(|node, _| is_missing(node) && has_lost_pods(view, node));
        for (node, found) in &mut self.missing {
            if found.is_some_and(|at| now - at >= QUARANTINE) {
                // Pods that are still there after this are found anew, as upstream's next round does.
                *found = None;
                let lost = view.pods_on(node).filter(|pod| is_lost(pod));
                lost.for_each(|pod| outcome.actions.extend(removal(pod, Some(now))));
            } else {
                found.get_or_insert(now);
            }
        }
        for key in std::mem::take(&mut self.unbound) {
            if let Some(pod) = view.get(&key).filter(|it| is_stranded(it)) {
                outcome.actions.extend(removal(pod, None));
            }
        }
        outcome.wake_at = (!self.missing.is_empty()).then(|| now + until_round(now));
        outcome
    }
}

impl PodGarbageCollector {
    /// Whether `change` leaves something for a round, which is noted.
    fn suspects(&mut self, change: &Change, view: View<'_>) -> bool {
        match change.key.kind {
            kinds::NODE => {
                let name = &change.key.name;
                if change.after.as_ref().is_some_and(|it| is_out_of_service(it)) {
                    self.out_of_service.insert(name.clone());
                    return view.pods_on(name).any(|pod| is_stuck(pod));
                }
                if !self.out_of_service.is_empty() {
                    self.out_of_service.remove(name);
                }
                let lost = change.after.is_none() && has_lost_pods(view, name);
                lost && self.note(name)
            }
            kinds::POD => {
                let Some(pod) = &change.after else {
                    return false;
                };
                if is_stranded(pod) {
                    self.unbound.push(change.key.clone());
                    return true;
                }
                if !self.out_of_service.is_empty()
                    && is_stuck(pod)
                    && pod.node_name().is_some_and(|node| self.out_of_service.contains(node))
                {
                    return true;
                }
                if change.before.as_ref().is_some_and(|before| before.spec().is_shared_with(pod.spec())) {
                    return false;
                }
                let node = pod.node_name();
                let newly_bound = node.is_some() && change.before.as_ref().and_then(|it| it.node_name()) != node;
                node.is_some_and(|node| {
                    newly_bound
                        && is_lost(pod)
                        && view.get(&Key::new(kinds::NODE, "", node.clone())).is_none()
                        && self.note(node)
                })
            }
            _ => false,
        }
    }

    fn note(&mut self, node: &Str) -> bool {
        self.missing.entry(node.clone()).or_default();
        true
    }
}

/// Whether a pod of a missing node is still to be failed and deleted. One that a finalizer holds after that is deleted
/// over and over upstream, to no effect; here it costs nothing.
fn is_lost(pod: &Object) -> bool {
    !(pod.meta.is_terminating() && is_terminal(pod))
}

fn has_lost_pods(view: View<'_>, node: &Str) -> bool {
    view.pods_on(node).any(|pod| is_lost(pod))
}

/// Whether a pod is being deleted, has no node whose kubelet would do it, and has not been failed for that before.
fn is_stranded(pod: &Object) -> bool {
    pod.meta.is_terminating() && pod.node_name().is_none() && !is_terminal(pod)
}

/// Whether nobody but a kubelet ends a pod that is being deleted. One that is over and held by a finalizer is left alone.
fn is_stuck(pod: &Object) -> bool {
    pod.meta.is_terminating() && (!is_terminal(pod) || pod.meta.deletion_grace_seconds != Some(0))
}

/// Whether `node` is not ready and carries the taint that says that it will not come back to end its pods.
fn is_out_of_service(node: &Object) -> bool {
    let taints = node.spec()["taints"].items();
    taints.iter().any(|it| it["key"].str_or_empty() == OUT_OF_SERVICE) && !is_ready(node)
}

/// Fails a pod that has not come to its end, and deletes it at once. `orphaned` is now for a pod whose node is gone.
fn removal(pod: &Object, orphaned: Option<Time>) -> Vec<Action> {
    let mut actions = Vec::new();
    if !is_terminal(pod) {
        let mut failed = pod.clone();
        failed.status_mut().set("phase", "Failed");
        if let Some(now) = orphaned {
            set_disruption_target(&mut failed, now);
        }
        actions.push(Action::UpdateStatus(failed));
    }
    let at_once = DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() };
    actions.push(Action::Delete(pod.key(), at_once));
    actions
}

fn set_disruption_target(pod: &mut Object, now: Time) {
    let generation = (pod.meta.generation > 0).then_some(pod.meta.generation);
    let mut condition = Value::Map(map! {
        "type" => "DisruptionTarget",
        "observedGeneration" => generation,
        "status" => "True",
        "lastTransitionTime" => now,
        "reason" => "DeletionByPodGC",
        "message" => "PodGC: node no longer exists",
    });
    condition.set("lastProbeTime", Value::Null);
    let conditions = pod.status_mut().field_mut("conditions").items_mut();
    match conditions.iter_mut().find(|it| it["type"].str_or_empty() == "DisruptionTarget") {
        Some(there) => *there = condition,
        // The controller's patch puts what is new before what is there.
        None => conditions.insert(0, condition),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn pod(name: &str, node: Option<&str>) -> Object {
        let mut pod = Object::new(kinds::POD, "default", name);
        if let Some(node) = node {
            pod.spec_mut().set("nodeName", node);
        }
        pod.status_mut().set("phase", "Running");
        pod
    }

    /// Tells the collector of every change of `store`, then has it go its rounds; says what it did when.
    fn rounds(store: &mut Store, until: i64) -> Vec<String> {
        let (mut collector, mut wakes) = (PodGarbageCollector::default(), Vec::new());
        for change in store.changes_since(1).expect("all is kept") {
            collector.wakes(change, View::new(store), &mut wakes);
        }
        let mut due = wakes.first().map(|wake| Time::from_unix(3) + wake.after);
        let mut done = Vec::new();
        while let Some(now) = due.filter(|at| at.unix() <= until) {
            let outcome = collector.reconcile(View::new(store), &round(), now);
            done.push(format!("{}", now.unix()));
            for action in outcome.actions {
                match action {
                    Action::UpdateStatus(pod) => {
                        let conditions = pod.status()["conditions"].items();
                        let reason = conditions.first().map_or("no condition", |it| it["reason"].str_or_empty());
                        done.push(format!("fail {} {reason}", pod.meta.name));
                        store.put(pod, now, "test".into());
                    }
                    Action::Delete(key, options) => {
                        done.push(format!("delete {} {:?}", key.name, options.grace_seconds));
                        store.remove(&key, now, "test".into());
                    }
                    other => done.push(format!("{other:?}")),
                }
            }
            due = outcome.wake_at;
        }
        done
    }

    fn check(objects: Vec<Object>, gone: Option<&str>, want: &[&str]) {
        let (mut store, at) = (Store::new(), Time::from_unix(3));
        objects.into_iter().for_each(|it| drop(store.put(it, at, "test".into())));
        if let Some(node) = gone {
            store.remove(&Key::new(kinds::NODE, "", node), at, "test".into());
        }
        assert_eq!(rounds(&mut store, 300), want);
    }

    #[test]
    fn a_pod_whose_node_is_gone_fails_and_goes_after_the_quarantine() {
        let node = Object::new(kinds::NODE, "", "node-0");
        let want = ["20", "40", "60", "fail a DeletionByPodGC", "delete a Some(0)", "80"];
        check(vec![node.clone(), pod("a", Some("node-0"))], Some("node-0"), &want);
        check(vec![pod("a", Some("node-0"))], None, &want);
        check(vec![node.clone(), pod("a", Some("node-0"))], None, &[]);
        check(vec![node], Some("node-0"), &[]);
    }

    #[test]
    fn the_reason_for_which_a_lost_pod_failed_comes_before_its_other_conditions() {
        let mut lost = pod("a", Some("node-0"));
        let conditions = |of: &[&str]| Value::list(of.iter().map(|kind| map! { "type" => *kind }));
        for (before, want) in [
            (&["Ready"][..], &["DisruptionTarget", "Ready"][..]),
            (&["Ready", "DisruptionTarget"], &["Ready", "DisruptionTarget"]),
        ] {
            lost.status_mut().set("conditions", conditions(before));
            set_disruption_target(&mut lost, Time(0));
            let kinds = lost.status()["conditions"].items().iter().map(|it| it["type"].str_or_empty());
            assert_eq!(kinds.collect::<Vec<_>>(), want);
        }
    }

    #[test]
    fn a_pod_that_a_finalizer_holds_is_left_alone_once_it_has_failed() {
        let mut held = pod("a", Some("node-0"));
        held.meta.deleted = Some(Time(0));
        check(vec![held.clone()], None, &["20", "40", "60", "fail a DeletionByPodGC", "delete a Some(0)", "80"]);
        held.status_mut().set("phase", "Failed");
        check(vec![held], None, &[]);
    }

    #[test]
    fn a_node_that_comes_back_in_time_keeps_its_pods() {
        let (mut store, at) = (Store::new(), Time::from_unix(3));
        store.put(pod("a", Some("node-0")), at, "test".into());
        let mut collector = PodGarbageCollector::default();
        let change = store.changes_since(1).expect("kept").next().cloned().expect("one");
        collector.wakes(&change, View::new(&store), &mut Vec::new());
        assert!(collector.reconcile(View::new(&store), &round(), Time::from_unix(20)).wake_at.is_some());
        store.put(Object::new(kinds::NODE, "", "node-0"), at, "test".into());
        let outcome = collector.reconcile(View::new(&store), &round(), Time::from_unix(40));
        assert!(outcome.actions.is_empty() && outcome.wake_at.is_none());
    }

    #[test]
    fn a_pod_that_is_deleted_on_a_node_out_of_service_goes_in_the_next_round_unless_the_node_is_ready() {
        let node = |taint: &str, ready: &str| {
            let mut node = Object::new(kinds::NODE, "", "node-0");
            node.spec_mut().set("taints", Value::list([map! { "key" => taint, "effect" => "NoExecute" }]));
            node.status_mut().set("conditions", Value::list([map! { "type" => "Ready", "status" => ready }]));
            node
        };
        let mut dying = pod("a", Some("node-0"));
        dying.meta.deleted = Some(Time(0));
        let want = ["20", "fail a no condition", "delete a Some(0)"];
        check(vec![node(OUT_OF_SERVICE, "False"), dying.clone()], None, &want);
        check(vec![dying.clone(), node(OUT_OF_SERVICE, "Unknown")], None, &want);
        check(vec![node(OUT_OF_SERVICE, "True"), dying.clone()], None, &[]);
        check(vec![node("example.com/maintenance", "False"), dying], None, &[]);
        check(vec![node(OUT_OF_SERVICE, "False"), pod("a", Some("node-0"))], None, &[]);
    }

    #[test]
    fn a_pod_deleted_before_it_had_a_node_goes_in_the_next_round() {
        let mut dying = pod("a", None);
        dying.meta.deleted = Some(Time(0));
        check(vec![dying], None, &["20", "fail a no condition", "delete a Some(0)"]);
    }
}
