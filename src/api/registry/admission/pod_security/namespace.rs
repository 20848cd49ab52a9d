//! The labels of namespaces themselves: they have to make sense, and who makes them stricter hears of the pods that are there
//! (`ValidateNamespace` and `EvaluatePodsInNamespace`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::SINCE;
use super::checks::{Pod, evaluate};
use super::policy::{Level, Policy, Standard, is_stated};
use crate::api::Status;
use crate::api::field::quote;
use crate::object::{Object, kinds};
use crate::store::Store;

/// So many of the pods of a namespace are looked at.
const MOST_PODS: usize = 3000;

/// Refuses labels that are neither levels nor versions, unless `old` had the very same.
pub(in crate::api::registry::admission) fn check(
    store: &Store,
    new: &Object,
    old: Option<&Object>,
) -> Result<(), Status> {
    if !is_stated(&new.meta.labels) || store.release().minor() < SINCE {
        return Ok(());
    }
    let (_, errors) = Policy::of(&new.meta.labels);
    if errors.is_empty() || old.is_some_and(|old| Policy::of(&old.meta.labels).1 == errors) {
        return Ok(());
    }
    Err(Status::invalid(new.kind, &new.meta.name, &errors))
}

/// What is told of the pods in a namespace that was `old`, if they are held to something else now and not to less.
pub(super) fn warnings(store: &Store, new: &Object, old: &Object) -> Vec<String> {
    if !is_stated(&new.meta.labels) || store.release().minor() < SINCE {
        return Vec::new();
    }
    let (enforced, before) = (Policy::of(&new.meta.labels).0.enforce, Policy::of(&old.meta.labels).0.enforce);
    let is_relaxed = enforced.version == before.version && enforced.level <= before.level;
    if enforced.level == Level::Privileged || is_relaxed {
        return Vec::new();
    }
    of_pods(store, &new.meta.name, enforced)
}

/// The pods of a namespace that do not come up to a standard: pods with the same faults are told of together, by the name that
/// sorts first.
fn of_pods(store: &Store, namespace: &str, standard: Standard) -> Vec<String> {
    let mut pods: Vec<&Arc<Object>> = store.list_in(kinds::POD, namespace).collect();
    let total = pods.len();
    let mut warnings = Vec::new();
    if total > MOST_PODS {
        pods = one_of_each_controller_first(pods);
        pods.truncate(MOST_PODS);
        warnings.push(format!(
            "new PodSecurity enforce level only checked against the first {MOST_PODS} of {total} existing pods"
        ));
    }
    let mut faults: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for pod in pods {
        let seen = Pod { annotations: &pod.meta.annotations, spec: pod.spec() };
        let found = evaluate(standard, seen, store.release().minor());
        if !found.is_allowed() {
            faults.entry(found.reasons()).or_default().insert(&pod.meta.name);
        }
    }
    if faults.is_empty() {
        return warnings;
    }
    let name = quote(namespace);
    warnings
        .push(format!("existing pods in namespace {name} violate the new PodSecurity enforce level \"{standard}\""));
    let mut of_pods: Vec<String> = faults.iter().map(|(fault, names)| told_of(names, fault)).collect();
    of_pods.sort();
    warnings.extend(of_pods);
    warnings
}

/// `a (and 2 other pods): what is wrong with them`.
fn told_of(names: &BTreeSet<&str>, fault: &str) -> String {
    let first = names.first().copied().unwrap_or_default();
    match names.len() {
        0 | 1 => format!("{first}: {fault}"),
        2 => format!("{first} (and 1 other pod): {fault}"),
        many => format!("{first} (and {} other pods): {fault}", many - 1),
    }
}

/// The pods in an order in which the further pods of a controller come last, as they are likely to be like its first.
fn one_of_each_controller_first(pods: Vec<&Arc<Object>>) -> Vec<&Arc<Object>> {
    let mut seen = BTreeSet::new();
    let is_first = |pod: &&Arc<Object>| pod.meta.controller().is_none_or(|it| seen.insert(it.uid.clone()));
    let (mut first, others): (Vec<_>, Vec<_>) = pods.into_iter().partition(is_first);
    first.extend(others);
    first
}
