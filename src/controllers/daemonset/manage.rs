//! Which daemon pods to make and which to remove on a node, updates aside (`podsShouldBeOnNode`).

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::shared::pod::{is_available, is_ready, phase};
use crate::controllers::{Action, EventRecord};
use crate::object::{Object, Str};

use super::backoff::FailedPods;
use super::seat::{Rules, Seat};

/// What is to be done about daemon pods.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Events that tell why.
    pub events: Vec<Action>,
    /// The nodes that need a pod.
    pub create: Vec<Str>,
    /// The names of the pods to delete.
    pub delete: Vec<Str>,
    /// When to look again although nothing changed.
    pub look_again: Option<Time>,
}

impl Plan {
    /// Whether there is no pod to make or remove.
    pub fn is_empty(&self) -> bool {
        self.create.is_empty() && self.delete.is_empty()
    }

    fn delete(&mut self, pod: &Object) {
        self.delete.push(pod.meta.name.clone());
    }
}

/// Adds to `plan` what is to be done on `node`.
pub(super) fn plan_seat(
    ds: &Arc<Object>,
    rules: &Rules,
    node: &Str,
    seat: &Seat,
    failed: &mut FailedPods,
    now: Time,
    plan: &mut Plan,
) {
    if !seat.exists {
        // Nothing else removes a pod that waits for a node which is gone: it has no kubelet and no garbage collector.
        seat.pods.iter().filter(|pod| pod.node_name().is_none()).for_each(|pod| plan.delete(pod));
        return;
    }
    if seat.fit.run && seat.pods.is_empty() {
        plan.create.push(node.clone());
        return;
    }
    let living = seat.pods.iter().filter(|pod| !pod.meta.is_terminating());
    if !seat.fit.stay {
        living.for_each(|pod| plan.delete(pod));
        return;
    }
    let mut running = Vec::new();
    for pod in living {
        match phase(pod) {
            "Failed" => match failed.allows(node, now) {
                Ok(()) => {
                    let text = format!(
                        "Found failed daemon pod {}/{} on node {node}, will try to kill it",
                        pod.meta.namespace, pod.meta.name
                    );
                    plan.events.push(EventRecord::warning(ds, "FailedDaemonPod", text));
                    plan.delete(pod);
                }
                Err(again) => plan.look_again = Some(plan.look_again.map_or(again, |at| at.min(again))),
            },
            "Succeeded" => {
                let text = format!(
                    "Found succeeded daemon pod {}/{} on node {node}, will try to delete it",
                    pod.meta.namespace, pod.meta.name
                );
                plan.events.push(EventRecord::normal(ds, "SucceededDaemonPod", text));
                plan.delete(pod);
            }
            _ => running.push(pod),
        }
    }
    if !rules.surge {
        running.iter().skip(1).for_each(|pod| plan.delete(pod));
    } else if running.is_empty() {
        if seat.fit.run {
            plan.create.push(node.clone());
        }
    } else if running.len() > 1 {
        plan_surged(rules, &running, now, plan);
    }
}

/// With surge an old and a new pod may stand side by side while the old one is ready and the new one is not available.
fn plan_surged(rules: &Rules, running: &[&Arc<Object>], now: Time, plan: &mut Plan) {
    let (mut new, mut old): (Option<&Arc<Object>>, Option<&Arc<Object>>) = (None, None);
    for pod in running {
        let slot = if rules.is_of_hash(pod) { &mut new } else { &mut old };
        if slot.is_some() {
            plan.delete(pod);
        } else {
            *slot = Some(pod);
        }
    }
    if let (Some(new), Some(old)) = (new, old)
        && (!is_ready(old) || is_available(new, rules.min_ready_seconds, now))
    {
        plan.delete(old);
    }
}

#[cfg(test)]
mod tests {
    use super::super::placement::Fit;
    use super::*;
    use crate::controllers::history::HASH_LABEL;
    use crate::map;
    use crate::object::{Value, kinds};

    /// A pod from words: its name, then any of `new`, `ready`, `dying`, `pending`, `Failed`, `Succeeded`.
    fn pod(words: &str) -> Arc<Object> {
        let mut words = words.split(' ');
        let mut pod = Object::new(kinds::POD, "default", words.next().unwrap_or_default());
        pod.meta.created = Some(Time(0));
        pod.spec_mut().set("nodeName", "node-0");
        for word in words {
            match word {
                "new" => pod.meta.set_label(HASH_LABEL, "h"),
                "dying" => pod.meta.deleted = Some(Time(0)),
                "pending" => drop(pod.spec_mut().remove("nodeName")),
                "ready" => {
                    let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => Time(0) };
                    pod.status_mut().set("conditions", Value::list([ready]));
                }
                phase => pod.status_mut().set("phase", phase),
            }
        }
        Arc::new(pod)
    }

    fn check(
        what: &str,
        surge: bool,
        (exists, run, stay): (bool, bool, bool),
        pods: &[&str],
        create: bool,
        delete: &[&str],
    ) {
        let rules = Rules { hash: "h".into(), surge, ..Rules::default() };
        let mut seat = Seat { exists, fit: Fit { run, stay }, ..Seat::default() };
        pods.iter().for_each(|it| seat.insert(pod(it)));
        let ds = Arc::new(Object::new(kinds::DAEMON_SET, "default", "web"));
        let (mut plan, mut failed) = (Plan::default(), FailedPods::default());
        plan_seat(&ds, &rules, &"node-0".into(), &seat, &mut failed, Time(0), &mut plan);
        assert_eq!(
            (plan.create.len() == 1, plan.delete.as_slice()),
            (create, delete.iter().map(|it| Str::from(*it)).collect::<Vec<_>>().as_slice()),
            "{what}"
        );
        let busy = seat.verdict(&rules, Time(0)).busy;
        assert!(busy || plan.is_empty(), "a seat with something to do is busy: {what}");
    }

    const RUN: (bool, bool, bool) = (true, true, true);
    const STAY: (bool, bool, bool) = (true, false, true);
    const LEAVE: (bool, bool, bool) = (true, false, false);
    const GONE: (bool, bool, bool) = (false, false, false);

    #[test]
    fn a_node_gets_one_pod_and_loses_those_that_do_not_belong() {
        check("none yet", false, RUN, &[], true, &[]);
        check("one", false, RUN, &["a"], false, &[]);
        check("one that is going", false, RUN, &["a dying"], false, &[]);
        check("too many: the oldest stays", false, RUN, &["a", "b", "c"], false, &["b", "c"]);
        check("too many: a bound one stays", false, RUN, &["a pending", "b"], false, &["a"]);
        check("failed", false, RUN, &["a Failed"], false, &["a"]);
        check("succeeded", false, RUN, &["a Succeeded"], false, &["a"]);
        check("may stay, need not be made", false, STAY, &[], false, &[]);
        check("may stay", false, STAY, &["a"], false, &[]);
        check("may not stay", false, LEAVE, &["a", "b dying"], false, &["a"]);
        check("node gone, pod bound", false, GONE, &["a"], false, &[]);
        check("node gone, pod pending", false, GONE, &["a pending"], false, &["a"]);
    }

    #[test]
    fn with_surge_an_old_and_a_new_pod_stand_side_by_side_until_the_new_one_serves() {
        check("none living", true, RUN, &["a dying"], true, &[]);
        check("old ready, new not", true, RUN, &["a ready", "b new"], false, &[]);
        check("old not ready", true, RUN, &["a", "b new"], false, &["a"]);
        check("new ready", true, RUN, &["a ready", "b new ready"], false, &["a"]);
        check("two old", true, RUN, &["a ready", "b ready", "c new"], false, &["b"]);
    }

    #[test]
    fn failed_and_succeeded_pods_are_told_of() {
        let seat =
            Seat { exists: true, fit: Fit { run: true, stay: true }, pods: vec![pod("a Failed"), pod("b Succeeded")] };
        let ds = Arc::new(Object::new(kinds::DAEMON_SET, "default", "web"));
        let mut plan = Plan::default();
        plan_seat(&ds, &Rules::default(), &"node-0".into(), &seat, &mut FailedPods::default(), Time(0), &mut plan);
        let told: Vec<_> = plan
            .events
            .iter()
            .map(|it| match it {
                Action::Event(it) => format!("{} {} {}", it.warning, it.reason, it.message),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            told,
            [
                "true FailedDaemonPod Found failed daemon pod default/a on node node-0, will try to kill it",
                "false SucceededDaemonPod Found succeeded daemon pod default/b on node node-0, will try to delete it",
            ]
        );
    }
}
