//! The admission of a default cluster, in the order of kube-apiserver (`pkg/kubeapiserver/options/plugins.go`).

mod claim_resize;
mod default_class;
mod default_tolerations;
mod limit_ranger;
mod namespace_lifecycle;
mod node_taint;
mod pod;
mod pod_security;
mod priority;
mod resource_quota;
mod runtime_class;
mod service_account;
mod storage_in_use;

use crate::api::Status;
use crate::clock::{Names, Time};
use crate::object::{Key, Object, kinds};
use crate::store::Store;

pub(super) use namespace_lifecycle::OpenNamespace;
pub(super) use pod::Admitted;
pub(super) use pod_security::warnings;

/// What admission comes to for every new object of a kind that has the same spec.
#[derive(Debug)]
pub(super) enum Admission {
    /// It asks nothing of the spec and changes nothing about it.
    Open,
    /// It changes the spec of pods, as long as it goes by the same.
    OfPods(Admitted),
    /// The next object is another case.
    Once,
}

/// Lets a new object in, and fills in what admission adds. It has its defaults, and neither uid nor generated name.
///
/// An object that has the spec of a `precedent` was given what admission of that came to already; `open` is the namespace that
/// something was let into last.
pub(super) fn admit_creation(
    store: &Store,
    names: &mut Names,
    object: &mut Object,
    precedent: Option<&Admission>,
    open: &mut OpenNamespace,
) -> Result<Admission, Status> {
    namespace_lifecycle::admit_creation(store, object, open)?;
    match object.kind {
        kinds::POD => match precedent {
            Some(Admission::OfPods(admitted)) => admitted.name_token(names, object),
            _ => return Ok(pod::admit(store, names, object)?.map_or(Admission::Once, Admission::OfPods)),
        },
        kinds::NODE => node_taint::admit(object),
        kinds::INGRESS => default_class::admit_ingress(store, object),
        kinds::PERSISTENT_VOLUME => storage_in_use::admit(object),
        kinds::PERSISTENT_VOLUME_CLAIM => {
            default_class::admit_claim(store, object);
            storage_in_use::admit(object);
        }
        _ => {}
    }
    Ok(Admission::Open)
}

/// Refuses what is valid and still may not be. What it returns are the quotas that the object takes from, with what is used
/// of them once it is there. `open` is the namespace that it was let into.
#[inline]
pub(super) fn check_creation(
    store: &Store,
    object: &Object,
    open: &OpenNamespace,
    now: Time,
) -> Result<Vec<Object>, Status> {
    match object.kind {
        kinds::POD => {
            if has_limits(store) {
                limit_ranger::check(store, object)?;
            }
            if let Some(policy) = open.policy() {
                pod_security::check_pod(store, policy, object)?;
            }
            runtime_class::check(store, object)?;
        }
        kinds::PERSISTENT_VOLUME_CLAIM => limit_ranger::check(store, object)?,
        kinds::PRIORITY_CLASS => priority::check_global_default(store, object)?,
        kinds::NAMESPACE => pod_security::check_namespace(store, object, None)?,
        _ => {}
    }
    if !has_quotas(store) {
        return Ok(Vec::new());
    }
    resource_quota::charge(store, object, None, now)
}

/// Whether there may be a limit range anywhere: most clusters never have one.
#[inline]
fn has_limits(store: &Store) -> bool {
    store.ever_had(kinds::LIMIT_RANGE)
}

/// Whether there may be a quota anywhere: most clusters never have one.
#[inline]
fn has_quotas(store: &Store) -> bool {
    store.ever_had(kinds::RESOURCE_QUOTA)
}

/// Refuses an update that is valid and still may not be; returns what [`check_creation`] does.
#[inline]
pub(super) fn check_update(store: &Store, new: &Object, old: &Object, now: Time) -> Result<Vec<Object>, Status> {
    match new.kind {
        kinds::PERSISTENT_VOLUME_CLAIM => {
            limit_ranger::check(store, new)?;
            claim_resize::check(store, new, old)?;
        }
        kinds::SERVICE if has_quotas(store) => {}
        kinds::POD => {
            pod_security::check_pod_update(store, new, old)?;
            return Ok(Vec::new());
        }
        kinds::NAMESPACE => {
            pod_security::check_namespace(store, new, Some(old))?;
            return Ok(Vec::new());
        }
        _ => return Ok(Vec::new()),
    }
    resource_quota::charge(store, new, Some(old), now)
}

/// Refuses ephemeral containers that are valid and still may not be.
pub(super) fn check_ephemeral_containers(store: &Store, new: &Object, old: &Object) -> Result<(), Status> {
    pod_security::check_pod_update(store, new, old)
}

/// Lets a deletion go on.
#[inline]
pub(super) fn admit_deletion(key: &Key) -> Result<(), Status> {
    namespace_lifecycle::admit_deletion(key)
}

/// Lets something be created below an object, such as a binding of a pod.
#[inline]
pub(super) fn admit_subresource(store: &Store, key: &Key, open: &mut OpenNamespace) -> Result<(), Status> {
    namespace_lifecycle::admit_subresource(store, key, open)
}

/// The name by which admission calls an object: its name is not generated yet.
#[cold]
fn called(object: &Object) -> &str {
    let meta = &object.meta;
    if !meta.name.is_empty() {
        &meta.name
    } else if !meta.generate_name.is_empty() {
        &meta.generate_name
    } else {
        "Unknown"
    }
}

/// `pods "web" is forbidden: why`.
#[cold]
fn forbidden(object: &Object, why: &str) -> Status {
    Status::forbidden(object.kind, called(object), why)
}
