//! The admission of a default cluster, in the order of kube-apiserver (`pkg/kubeapiserver/options/plugins.go`).

mod default_class;
mod default_tolerations;
mod limit_ranger;
mod namespace_lifecycle;
mod node_taint;
mod pod;
mod priority;
mod resource_quota;
mod runtime_class;
mod service_account;
mod storage_in_use;

use crate::api::Status;
use crate::clock::{Names, Time};
use crate::object::{Key, Object, kinds};
use crate::store::Store;

pub(super) use pod::Admitted;

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
/// An object that has the spec of a `precedent` was given what admission of that came to already.
pub(super) fn admit_creation(
    store: &Store,
    names: &mut Names,
    object: &mut Object,
    precedent: Option<&Admission>,
) -> Result<Admission, Status> {
    namespace_lifecycle::admit_creation(store, object)?;
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
/// of them once it is there.
pub(super) fn check_creation(store: &Store, object: &Object, now: Time) -> Result<Vec<Object>, Status> {
    match object.kind {
        kinds::POD => {
            limit_ranger::check(store, object)?;
            runtime_class::check(store, object)?;
        }
        kinds::PERSISTENT_VOLUME_CLAIM => limit_ranger::check(store, object)?,
        kinds::PRIORITY_CLASS => priority::check_global_default(store, object)?,
        _ => {}
    }
    resource_quota::charge(store, object, None, now)
}

/// Refuses an update that is valid and still may not be; returns what [`check_creation`] does.
pub(super) fn check_update(store: &Store, new: &Object, old: &Object, now: Time) -> Result<Vec<Object>, Status> {
    match new.kind {
        kinds::PERSISTENT_VOLUME_CLAIM => limit_ranger::check(store, new)?,
        kinds::SERVICE => {}
        _ => return Ok(Vec::new()),
    }
    resource_quota::charge(store, new, Some(old), now)
}

/// Lets a deletion go on.
pub(super) fn admit_deletion(key: &Key) -> Result<(), Status> {
    namespace_lifecycle::admit_deletion(key)
}

/// Lets something be created below an object, such as a binding of a pod.
pub(super) fn admit_subresource(store: &Store, key: &Key) -> Result<(), Status> {
    namespace_lifecycle::admit_subresource(store, key)
}

/// The name by which admission calls an object: its name is not generated yet.
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
fn forbidden(object: &Object, why: &str) -> Status {
    Status::forbidden(object.kind, called(object), why)
}
