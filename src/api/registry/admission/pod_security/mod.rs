//! PodSecurity: pods come up to the standard that the labels of their namespace name, or are refused or warned of
//! (pod-security-admission `admission/admission.go`).

mod checks;
mod namespace;
mod outcome;
mod policy;

use checks::{Pod, evaluate};
pub(in crate::api::registry) use policy::Policy;

use super::forbidden;
use crate::api::Status;
use crate::api::registry::Part;
use crate::api::registry::warnings::template_of;
use crate::object::{Key, Map, Object, Release, Value, kinds, literal};
use crate::store::{Store, View};

pub(super) use namespace::check as check_namespace;

/// The release that the plugin is on by default from.
const SINCE: u8 = 23;

/// The policy that `namespace` states, if the servers of `release` look for one.
pub(super) fn stated(namespace: &Object, release: Release) -> Option<Policy> {
    if release.minor() < SINCE { None } else { Policy::stated(&namespace.meta.labels) }
}

fn stated_for(store: &Store, namespace: &str) -> Option<Policy> {
    stated(store.get(&Key::new(kinds::NAMESPACE, literal!(""), namespace))?, store.release())
}

/// Refuses a pod that does not come up to what `policy` enforces.
#[cold]
pub(super) fn check_pod(store: &Store, policy: &Policy, pod: &Object) -> Result<(), Status> {
    let seen = Pod { annotations: &pod.meta.annotations, spec: pod.spec() };
    let found = evaluate(policy.enforce, seen, store.release().minor());
    if found.is_allowed() {
        return Ok(());
    }
    Err(forbidden(pod, &format!("violates PodSecurity \"{}\": {found}", policy.enforce)))
}

/// Refuses an update of a pod that does not come up to what its namespace enforces, unless it changes nothing that matters.
#[inline]
pub(super) fn check_pod_update(store: &Store, new: &Object, old: &Object) -> Result<(), Status> {
    if !is_significant(new.spec(), old.spec()) {
        return Ok(());
    }
    match stated_for(store, &new.meta.namespace) {
        Some(policy) => check_pod(store, &policy, new),
        None => Ok(()),
    }
}

/// Whether a pod with the spec `new` has to be looked at once more: a container came, or has another image
/// (`isSignificantPodUpdate`).
fn is_significant(new: &Value, old: &Value) -> bool {
    if new.is_shared_with(old) {
        return false;
    }
    let other_image = |(new, old): (&Value, &Value)| new["image"] != old["image"];
    let lists = ["containers", "initContainers"].map(|it| (new[it].items(), old[it].items()));
    if lists.iter().any(|(new, old)| new.len() != old.len() || new.iter().zip(*old).any(other_image)) {
        return true;
    }
    let before = old["ephemeralContainers"].items();
    new["ephemeralContainers"].items().iter().any(|container| {
        let same_name = before.iter().find(|it| it["name"] == container["name"]);
        same_name.is_none_or(|it| other_image((container, it)))
    })
}

/// What a client is warned of who wrote `object`, or a part of it, where `old` was before.
pub(in crate::api::registry) fn warnings(
    view: View<'_>,
    object: &Object,
    old: Option<&Object>,
    part: Part,
) -> Vec<String> {
    let store = view.store();
    let is_of_pod = object.kind == kinds::POD && part == Part::EphemeralContainers;
    if part != Part::Main && !is_of_pod {
        return Vec::new();
    }
    match (object.kind, old) {
        (kinds::NAMESPACE, Some(old)) => namespace::warnings(store, object, old),
        (kinds::POD, Some(old)) if !is_significant(object.spec(), old.spec()) => Vec::new(),
        _ => pod_warning(store, object).into_iter().collect(),
    }
}

/// What is wrong with a pod, or with the pods that would be made from `object`.
fn pod_warning(store: &Store, object: &Object) -> Option<String> {
    let none = Map::new();
    let seen = if object.kind == kinds::POD {
        Pod { annotations: &object.meta.annotations, spec: object.spec() }
    } else {
        let (_, template) = template_of(object)?;
        let annotations = template["metadata"]["annotations"].as_map().unwrap_or(&none);
        Pod { annotations, spec: &template["spec"] }
    };
    let policy = stated_for(store, &object.meta.namespace)?;
    let found = evaluate(policy.warn, seen, store.release().minor());
    (!found.is_allowed()).then(|| format!("would violate PodSecurity \"{}\": {found}", policy.warn))
}

#[cfg(test)]
mod tests;
