//! The disruption controller: how many pods of each PodDisruptionBudget are healthy, and how many may be disrupted.
//!
//! Follows `pkg/controller/disruption/disruption.go` of Kubernetes 1.36. Known difference: of several budgets over one pod
//! upstream looks at one that chance picks when the pod changes; here it is the one whose name comes first.

mod expected;
mod stale;
mod status;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::{Action, Controller, EventRecord, Outcome, Wake, Watches};
use crate::object::{Key, Object, Value, kinds, matches_label_selector};
use crate::store::{Change, View};
use status::Count;

/// The disruption controller.
#[derive(Debug, Default)]
pub struct DisruptionController {
    /// The pods of which an event has yet to tell that several budgets cover them.
    ambiguous: BTreeSet<Key>,
}

impl Controller for DisruptionController {
    fn name(&self) -> &'static str {
        "disruption-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::POD, kinds::POD_DISRUPTION_BUDGET])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::POD_DISRUPTION_BUDGET if change.after.is_some() => wakes.push(Wake::now(change.key.clone())),
            kinds::POD => {
                if let Some(pod) = change.latest() {
                    self.wake_budget(pod, view, wakes);
                }
                let stale_at = change.after.as_ref().and_then(|pod| stale::at(pod));
                wakes.extend(
                    stale_at.map(|at| Wake { key: change.key.clone(), after: at.max(change.time) - change.time }),
                );
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(object) = view.get(key) else {
            self.ambiguous.remove(key);
            return Outcome::default();
        };
        if key.kind == kinds::POD {
            let told = self.ambiguous.remove(key).then(|| tell_of_ambiguity(view, object)).flatten();
            let reset = stale::at(object).filter(|at| *at <= now).map(|_| stale::reset(object, now));
            return Outcome { actions: told.into_iter().chain(reset).collect(), ..Outcome::default() };
        }
        sync(view, object, now)
    }
}

impl DisruptionController {
    /// A change of `pod` concerns the budget that covers it.
    fn wake_budget(&mut self, pod: &Arc<Object>, view: View<'_>, wakes: &mut Vec<Wake>) {
        if !view.ever_had(kinds::POD_DISRUPTION_BUDGET) {
            return;
        }
        let mut covering = budgets_of(&view, pod);
        let Some(budget) = covering.next() else {
            return;
        };
        wakes.push(Wake::now(budget.key()));
        if covering.next().is_some() {
            self.ambiguous.insert(pod.key());
            wakes.push(Wake::now(pod.key()));
        }
    }
}

/// The budgets that cover `pod`, by name.
fn budgets_of<'a>(view: &'a View<'_>, pod: &'a Object) -> impl Iterator<Item = &'a Arc<Object>> {
    let budgets = view.list_in(kinds::POD_DISRUPTION_BUDGET, &pod.meta.namespace);
    budgets.filter(|it| matches_label_selector(&it.spec()["selector"], &pod.meta.labels))
}

fn tell_of_ambiguity(view: View<'_>, pod: &Arc<Object>) -> Option<Action> {
    let mut covering = budgets_of(&view, pod);
    let (chosen, _) = (covering.next()?, covering.next()?);
    let message = format!(
        "Pod {:?}/{:?} matches multiple PodDisruptionBudgets.  Chose {:?} arbitrarily.",
        pod.meta.namespace.as_str(),
        pod.meta.name.as_str(),
        chosen.meta.name.as_str()
    );
    Some(EventRecord::warning(pod, "MultiplePodDisruptionBudgets", message))
}

/// Brings the status of `budget` up to date (`trySync`).
fn sync(view: View<'_>, budget: &Arc<Object>, now: Time) -> Outcome {
    let mut outcome = Outcome::default();
    let selector = &budget.spec()["selector"];
    let covered = |pod: &&Arc<Object>| matches_label_selector(selector, &pod.meta.labels);
    let pods: Vec<&Arc<Object>> = view.list_in(kinds::POD, &budget.meta.namespace).filter(covered).collect();
    if pods.is_empty() {
        outcome.actions.push(EventRecord::normal(budget, "NoPods", "No matching pods found"));
    }
    let expected = match expected::count(view, budget.spec(), &pods) {
        Ok(expected) => expected,
        Err(why) => {
            let message = format!("Failed to calculate the number of expected pods: {why}");
            outcome.actions.push(EventRecord::warning(budget, "CalculateExpectedPodCountFailed", message));
            outcome.actions.extend(status::failed(budget, &why, now).map(Action::UpdateStatus));
            return outcome;
        }
    };
    if expected.has_unmanaged {
        outcome.actions.push(EventRecord::warning(budget, "UnmanagedPods", unmanaged(selector)));
    }
    let disrupted = status::disrupted(budget, &pods, now);
    for pod in &disrupted.overdue {
        let namespace = &budget.meta.namespace;
        // Upstream names the namespace twice where it means the budget's name.
        let message = format!("Pod was expected by PDB {namespace}/{namespace} to be deleted but it wasn't");
        outcome.actions.push(EventRecord::warning(pod, "NotDeleted", message));
    }
    let healthy = status::healthy(&pods, &disrupted);
    let count = Count { healthy, desired: expected.desired, expected: expected.pods };
    outcome.actions.extend(status::updated(budget, count, &disrupted, now).map(Action::UpdateStatus));
    outcome.wake_at = disrupted.look_again;
    outcome
}

fn unmanaged(selector: &Value) -> String {
    format!(
        "Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of the PDB \
         cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set \
         \".spec.minAvailable\" field of the PDB to an integer value.",
        selector_in_go(selector)
    )
}

/// A label selector as Go prints it.
fn selector_in_go(selector: &Value) -> String {
    let labels = selector["matchLabels"].as_map().into_iter().flat_map(|it| it.iter());
    let labels: String = labels.map(|(key, value)| format!("{key}: {},", value.str_or_empty())).collect();
    let requirement = |it: &Value| {
        let values: Vec<&str> = it["values"].items().iter().map(Value::str_or_empty).collect();
        format!(
            "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
            it["key"].str_or_empty(),
            it["operator"].str_or_empty(),
            values.join(" ")
        )
    };
    let requirements: String = selector["matchExpressions"].items().iter().map(requirement).collect();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{labels}}},MatchExpressions:[]LabelSelectorRequirement{{{requirements}}},}}"
    )
}
