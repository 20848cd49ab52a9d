//! NamespaceLifecycle: nothing is made in a namespace that is not there or is going
//! (apiserver `pkg/admission/plugin/namespace/lifecycle/admission.go`).

use super::called;
use super::pod_security::{self, Policy};
use crate::api::Status;
use crate::map;
use crate::object::{Key, Kind, Object, Str, Value, kinds, literal};
use crate::store::Store;

/// The namespaces that cannot be deleted.
const IMMORTAL: [&str; 3] = ["default", "kube-system", "kube-public"];

/// The namespace that something was let into last. It is open as long as no namespace has changed since.
#[derive(Debug, Default)]
pub(in crate::api::registry) struct OpenNamespace {
    name: Str,
    as_of: Option<u64>,
    policy: Option<Policy>,
}

impl OpenNamespace {
    /// Whether it is `namespace` and still open.
    #[inline]
    fn is(&self, store: &Store, namespace: &Str) -> bool {
        self.as_of == Some(store.last_change_of(kinds::NAMESPACE)) && self.name == *namespace
    }

    fn remember(&mut self, store: &Store, namespace: &Object) {
        *self = OpenNamespace {
            name: namespace.meta.name.clone(),
            as_of: Some(store.last_change_of(kinds::NAMESPACE)),
            policy: pod_security::stated(namespace, store.release()),
        };
    }

    /// What it asks of the pods in it, if its labels say something of that.
    #[inline]
    pub(super) fn policy(&self) -> Option<&Policy> {
        self.policy.as_ref()
    }
}

/// Refuses what would be made in a namespace that is not there or is going.
#[inline]
pub(super) fn admit_creation(store: &Store, object: &Object, open: &mut OpenNamespace) -> Result<(), Status> {
    let namespace = &object.meta.namespace;
    if namespace.is_empty() || open.is(store, namespace) {
        return Ok(());
    }
    open.remember(store, check_namespace(store, object.kind, namespace, || called(object))?);
    Ok(())
}

/// Refuses what would be made below an object of such a namespace.
#[inline]
pub(super) fn admit_subresource(store: &Store, key: &Key, open: &mut OpenNamespace) -> Result<(), Status> {
    if open.is(store, &key.namespace) {
        return Ok(());
    }
    open.remember(store, check_namespace(store, key.kind, &key.namespace, || &key.name)?);
    Ok(())
}

fn check_namespace<'a, 'b>(
    store: &'b Store,
    kind: Kind,
    namespace: &Str,
    name: impl FnOnce() -> &'a str,
) -> Result<&'b Object, Status> {
    let Some(found) = store.get(&Key::new(kinds::NAMESPACE, literal!(""), namespace.clone())) else {
        return Err(Status::not_found(kinds::NAMESPACE, namespace));
    };
    if found.status()["phase"].as_str() != Some("Terminating") {
        return Ok(found);
    }
    let why = format!("unable to create new content in namespace {namespace} because it is being terminated");
    let mut status = Status::forbidden(kind, name(), &why);
    let cause = map! {
        "reason" => "NamespaceTerminating",
        "message" => format!("namespace {namespace} is being terminated"),
        "field" => "metadata.namespace",
    };
    status.details.insert(literal!("causes"), Value::list([cause]));
    Err(status)
}

#[inline]
pub(super) fn admit_deletion(key: &Key) -> Result<(), Status> {
    if key.kind == kinds::NAMESPACE && IMMORTAL.contains(&key.name.as_str()) {
        return Err(Status::forbidden(key.kind, &key.name, "this namespace may not be deleted"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn put_namespace(store: &mut Store, phase: &str) {
        let mut namespace = Object::new(kinds::NAMESPACE, "", "n");
        namespace.status_mut().set("phase", phase);
        store.put(namespace, Time(0), "test".into());
    }

    #[test]
    fn a_namespace_that_was_open_is_looked_at_anew_when_namespaces_change() {
        let (mut store, mut open) = (Store::new(), OpenNamespace::default());
        let pod = Object::new(kinds::POD, "n", "p");
        let admits = |store: &Store, open: &mut OpenNamespace| admit_creation(store, &pod, open).is_ok();
        assert!(!admits(&store, &mut open), "it is not there");
        put_namespace(&mut store, "Active");
        assert!(admits(&store, &mut open) && admits(&store, &mut open));
        assert!(open.is(&store, &literal!("n")) && !open.is(&store, &literal!("other")));
        put_namespace(&mut store, "Terminating");
        assert!(!admits(&store, &mut open), "it is going");
        put_namespace(&mut store, "Active");
        assert!(admits(&store, &mut open));
        store.remove(&Key::new(kinds::NAMESPACE, "", "n"), Time(0), "test".into());
        assert!(!admits(&store, &mut open) && admit_subresource(&store, &pod.key(), &mut open).is_err(), "it is gone");
    }
}
