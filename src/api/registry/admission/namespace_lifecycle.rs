//! NamespaceLifecycle: nothing is made in a namespace that is not there or is going
//! (apiserver `pkg/admission/plugin/namespace/lifecycle/admission.go`).

use super::called;
use crate::api::Status;
use crate::map;
use crate::object::{Key, Kind, Object, Str, Value, kinds, literal};
use crate::store::Store;

/// The namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

pub(super) fn admit_creation(store: &Store, object: &Object) -> Result<(), Status> {
    if object.meta.namespace.is_empty() {
        return Ok(());
    }
    check_namespace(store, object.kind, &object.meta.namespace, called(object))
}

pub(super) fn admit_subresource(store: &Store, key: &Key) -> Result<(), Status> {
    check_namespace(store, key.kind, &key.namespace, &key.name)
}

fn check_namespace(store: &Store, kind: Kind, namespace: &Str, name: &str) -> Result<(), Status> {
    let Some(found) = store.get(&Key::new(kinds::NAMESPACE, literal!(""), namespace.clone())) else {
        return Err(Status::not_found(kinds::NAMESPACE, namespace));
    };
    if found.status()["phase"].as_str() != Some("Terminating") {
        return Ok(());
    }
    let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
    let mut status = Status::forbidden(kind, name, &why);
    let cause = map! {
        "reason" => "NamespaceTerminating",
        "message" => format!("namespace {namespace} is being terminated"),
        "field" => "metadata.namespace",
    };
    status.details.insert(literal!("causes"), Value::list([cause]));
    Err(status)
}

pub(super) fn admit_deletion(key: &Key) -> Result<(), Status> {
    if key.kind == kinds::NAMESPACE && IMMORTAL.contains(&key.name.as_str()) {
        return Err(Status::forbidden(key.kind, &key.name, "this namespace may not be deleted"));
    }
    Ok(())
}
