//! The rules of namespaces (`pkg/registry/core/namespace`).

use std::sync::Arc;

use super::{DeleteOptions, Propagation, Strategy};
use crate::api::field::{At, ErrorList};
use crate::clock::Time;
use crate::map;
use crate::object::{Meta, Object, Value, kinds, literal};

/// The rules of namespaces.
pub static STRATEGY: Strategy = Strategy {
    default: |namespace| {
        let name = namespace.meta.name.clone();
        if !name.is_empty() && namespace.meta.label("kubernetes.io/metadata.name") != Some(name.as_str()) {
            namespace.meta.set_label(literal!("kubernetes.io/metadata.name"), name);
        }
    },
    prepare_create: |namespace| {
        let name = namespace.meta.name.clone();
        if namespace.meta.label("kubernetes.io/metadata.name") != Some(name.as_str()) {
            namespace.meta.set_label(literal!("kubernetes.io/metadata.name"), name);
        }
        let finalizers = namespace.spec()["finalizers"].items();
        if !finalizers.iter().any(|it| it.as_str() == Some("kubernetes")) {
            namespace.spec_mut().field_mut("finalizers").items_mut().push(Value::from("kubernetes"));
        }
        namespace.body.insert(literal!("status"), map! { "phase" => "Active" });
    },
    validate: |namespace| {
        let mut errors = ErrorList::new();
        validate_finalizers(namespace.spec(), &mut errors);
        errors
    },
    prepare_update: |new, old| {
        let finalizers = &old.spec()["finalizers"];
        if !new.spec()["finalizers"].is_same(finalizers) {
            new.spec_mut().set(literal!("finalizers"), finalizers);
        }
    },
    // A status without a phase is that of a namespace in use.
    prepare_status_update: |new, _| {
        if new.status()["phase"].str_or_empty().is_empty() {
            new.status_mut().set(literal!("phase"), literal!("Active"));
        }
    },
    validate_status_update: |new, _| {
        let mut errors = ErrorList::new();
        let phase = new.status()["phase"].str_or_empty();
        let status = At::new("status");
        let at = status.child("Phase");
        if new.meta.deleted.is_none() && phase != "Active" {
            errors.invalid(&at, phase, "may only be 'Active' if `deletionTimestamp` is empty");
        }
        if new.meta.deleted.is_some() && phase != "Terminating" {
            errors.invalid(&at, phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
        }
        errors
    },
    ..Strategy::PLAIN
};

fn validate_finalizers(spec: &Value, errors: &mut ErrorList) {
    let root = At::new("spec");
    let at = root.child("finalizers");
    for (i, finalizer) in spec["finalizers"].items().iter().enumerate() {
        let name = finalizer.str_or_empty();
        for wrong in super::syntax::qualified_name(name) {
            errors.invalid(&at, name, wrong);
        }
        if !name.contains('/') && !matches!(name, "kubernetes" | "orphan" | "foregroundDeletion") {
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid(&at.index(i), name, detail);
        }
    }
}

/// Keeps everything but the finalizers of the spec, before an update of `/finalize`.
pub(super) fn prepare_finalize(new: &mut Object, old: &Object) {
    let finalizers = new.spec()["finalizers"].clone();
    new.body = old.body.clone();
    if !new.spec()["finalizers"].is_same(&finalizers) {
        if finalizers.is_empty() {
            new.spec_mut().remove("finalizers");
        } else {
            new.spec_mut().set(literal!("finalizers"), finalizers);
        }
    }
}

/// What a DELETE of a namespace does before it can be removed.
pub(super) enum Deletion {
    /// It is Terminating from now on.
    Begins(Object),
    /// Its content is not gone yet.
    Waits,
}

/// The deletion of a namespace as long as its spec has finalizers or it is not Terminating; `None` for anything else.
pub(super) fn deletion(object: &Object, options: &DeleteOptions, now: Time) -> Option<Deletion> {
    if object.kind != kinds::NAMESPACE {
        return None;
    }
    if object.meta.is_terminating() {
        return (!object.spec()["finalizers"].items().is_empty()).then_some(Deletion::Waits);
    }
    let mut object = object.clone();
    object.meta.deleted = Some(now.truncated());
    object.status_mut().set(literal!("phase"), literal!("Terminating"));
    let wanted = match options.propagation {
        None => return Some(Deletion::Begins(object)),
        Some(Propagation::Orphan) => Some(Meta::ORPHAN),
        Some(Propagation::Foreground) => Some(Meta::FOREGROUND),
        Some(Propagation::Background) => None,
    };
    let finalizers = Arc::make_mut(&mut object.meta.finalizers);
    finalizers.retain(|it| *it != Meta::ORPHAN && *it != Meta::FOREGROUND);
    finalizers.extend(wanted);
    Some(Deletion::Begins(object))
}
