//! The one write path: every step, client, controller, scheduler and kubelet writes through [`Api`].
//!
//! A write is defaulted, admitted, validated, checked against the stored revision and stored by the rules of its kind,
//! which are a [`Strategy`]. It follows apiserver `pkg/registry/generic/registry/store.go` and `pkg/registry/*/strategy.go`.

pub mod pod;
mod strategy;

use std::sync::Arc;

use crate::api::Status;
use crate::clock::{Names, Time};
use crate::object::{Key, Object, Str};
use crate::store::{Store, View};

pub use strategy::{Strategy, strategy};

/// The write side of a cluster for one actor at one instant.
#[derive(Debug)]
pub struct Api<'a> {
    /// Where objects are kept.
    pub store: &'a mut Store,
    /// The instant that the write carries.
    pub now: Time,
    /// Where generated names and uids come from.
    pub names: &'a mut Names,
    /// Who writes, as the history records it.
    pub actor: Str,
}

/// What a write may carry besides the object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Go through every rule, and store nothing.
    pub dry_run: bool,
}

/// Which part of an object a write is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The object itself; its status stays as it is where the kind has a status subresource.
    #[default]
    Main,
    /// `/status`.
    Status,
    /// `/ephemeralcontainers` of a pod.
    EphemeralContainers,
    /// `/resize` of a pod.
    Resize,
    /// `/finalize` of a namespace.
    Finalize,
}

/// `propagationPolicy`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// Leave the dependents alone.
    Orphan,
    /// Delete the dependents afterwards.
    Background,
    /// Delete the dependents first.
    Foreground,
}

/// `metav1.DeleteOptions`, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// The grace period in seconds, or the kind's own.
    pub grace_seconds: Option<i64>,
    /// What happens to dependents, or the kind's default.
    pub propagation: Option<Propagation>,
    /// The uid that the object must have.
    pub uid: Option<Str>,
    /// The resource version that the object must have.
    pub resource_version: Option<Str>,
    /// Go through every rule, and remove nothing.
    pub dry_run: bool,
}

/// What a deletion came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Deleted {
    /// The object is gone; this was its last revision.
    Gone(Arc<Object>),
    /// The object waits for its grace period or finalizers; this is its revision now.
    Waiting(Arc<Object>),
}

impl Api<'_> {
    /// What is stored now.
    pub fn view(&self) -> View<'_> {
        View::new(self.store)
    }

    /// Creates `object`, and returns it as stored. With a `generateName` and no name, the name is made here.
    pub fn create(&mut self, mut object: Object, options: &WriteOptions) -> Result<Arc<Object>, Status> {
        let strategy = strategy(object.kind);
        (strategy.default)(&mut object);
        if object.meta.name.is_empty() {
            object.meta.name = Str::from(format!("{}{}", object.meta.generate_name, self.names.suffix(5)));
        }
        if self.store.get(&object.key()).is_some() {
            return Err(Status::already_exists(object.kind, &object.meta.name));
        }
        object.meta.uid = self.names.uid();
        object.meta.created = Some(self.now.truncated());
        (strategy.prepare_create)(&mut object);
        let errors = (strategy.validate)(&object);
        if !errors.is_empty() {
            return Err(Status::invalid(object.kind, &object.meta.name, &errors));
        }
        if options.dry_run {
            return Ok(Arc::new(object));
        }
        Ok(self.store.put(object, self.now, self.actor.clone()))
    }

    /// Replaces an object or a part of it. A `resource_version` of 0 replaces whatever is there.
    pub fn update(&mut self, object: Object, part: Part, options: &WriteOptions) -> Result<Arc<Object>, Status> {
        let _ = (part, options);
        let key = object.key();
        let Some(old) = self.store.get(&key).cloned() else {
            return Err(Status::not_found(key.kind, &key.name));
        };
        if object.meta.resource_version != 0 && object.meta.resource_version != old.meta.resource_version {
            return Err(Status::stale(key.kind, &key.name));
        }
        Ok(self.store.put(object, self.now, self.actor.clone()))
    }

    /// Deletes an object, or begins to.
    pub fn delete(&mut self, key: &Key, options: &DeleteOptions) -> Result<Deleted, Status> {
        let _ = options;
        match self.store.remove(key, self.now, self.actor.clone()) {
            Some(object) => Ok(Deleted::Gone(object)),
            None => Err(Status::not_found(key.kind, &key.name)),
        }
    }

    /// Binds the pod `pod` to `node` (`pods/binding`), as the scheduler does.
    pub fn bind(&mut self, pod: &Key, uid: &str, node: &str) -> Result<Arc<Object>, Status> {
        let Some(old) = self.store.get(pod).cloned() else {
            return Err(Status::not_found(pod.kind, &pod.name));
        };
        let _ = uid;
        let mut bound = Object::clone(&old);
        bound.spec_mut().set("nodeName", node);
        Ok(self.store.put(bound, self.now, self.actor.clone()))
    }
}
