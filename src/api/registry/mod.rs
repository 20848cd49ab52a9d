//! The one write path: every step, client, controller, scheduler and kubelet writes through [`Api`].
//!
//! A write is defaulted, admitted, validated, checked against the stored revision and stored by the rules of its kind,
//! which are a [`Strategy`]. It follows apiserver `pkg/registry/generic/registry/store.go` and `pkg/registry/*/strategy.go`.

mod addresses;
mod admission;
mod admission_registration;
mod amounts;
mod apps;
mod binding;
mod certificate_signing_request;
mod configuration;
mod controller_revision;
mod create;
mod cron_job;
mod daemonset;
mod delete;
mod device;
mod endpoint_slice;
mod endpoints;
pub mod event;
mod eviction;
mod flow_control;
mod format;
mod horizontal_pod_autoscaler;
mod job;
mod lease;
mod limit_range;
pub mod metadata;
mod namespace;
mod networking;
mod node;
mod persistent_volume;
pub mod pod;
pub mod pod_disruption_budget;
mod pod_rules;
mod pod_template;
mod precedent;
mod priority_class;
pub mod quota;
mod rbac;
mod replication_controller;
mod resource_names;
mod resource_quota;
mod rules;
mod runtime_class;
mod scale;
pub mod selector;
pub mod service;
mod storage;
mod strategy;
pub mod syntax;
mod update;
mod warnings;
pub mod webhook_client;

use std::sync::Arc;

use crate::clock::{Names, Time};
use crate::object::{Object, Str};
use crate::store::{Store, View};

pub use delete::returns_deleted_object;
pub use persistent_volume::storage_class_name;
pub use precedent::{ByPrecedent, Precedents};
pub use scale::{ScaleSelector, Scaling, scale_not_found};
pub use strategy::{Strategy, strategy};
pub use warnings::{admission_warnings, class_warning, name_warning, update_warnings, warnings};

/// The write side of a cluster for one actor at one instant.
#[derive(Debug)]
pub struct Api<'a> {
    /// Where objects are kept.
    pub store: &'a mut Store,
    /// The instant that the write carries.
    pub now: Time,
    /// Where generated names and uids come from.
    pub names: &'a mut Names,
    /// The specs that objects were created with before.
    pub precedents: &'a mut Precedents,
    /// Who writes, as the history records it.
    pub actor: Str,
}

/// What a write may carry besides the object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Go through every rule, and store nothing.
    pub dry_run: bool,
    /// The write leaves every field with the managers that it has: if it changes nothing else, it changes nothing.
    pub same_managers: bool,
}

/// Which part of an object a write is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The object itself; its status stays as it is where the kind has a status subresource.
    #[default]
    Main,
    /// `/status`.
    Status,
    /// `/approval` of a request for a certificate.
    Approval,
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
}

#[cfg(test)]
mod tests;
