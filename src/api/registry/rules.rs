//! What differs between kinds without being a step of a write: who may write without a version, how dependents fare.

use super::Propagation;
use crate::object::{Kind, Object, kinds};

/// Whether an update may leave out the resource version (`AllowUnconditionalUpdate` in `pkg/registry/*/strategy.go`).
pub fn allows_unconditional_update(kind: Kind) -> bool {
    !kind.is_custom()
        && !matches!(
            kind,
            kinds::CUSTOM_RESOURCE_DEFINITION
                | kinds::LEASE
                | kinds::POD_DISRUPTION_BUDGET
                | kinds::SERVICE_ACCOUNT
                | kinds::VOLUME_ATTACHMENT
                | kinds::CSI_DRIVER
                | kinds::CSI_NODE
                | kinds::CSI_STORAGE_CAPACITY
                | kinds::RUNTIME_CLASS
                | kinds::MUTATING_WEBHOOK_CONFIGURATION
                | kinds::VALIDATING_WEBHOOK_CONFIGURATION
                | kinds::MUTATING_ADMISSION_POLICY
                | kinds::MUTATING_ADMISSION_POLICY_BINDING
                | kinds::VALIDATING_ADMISSION_POLICY
                | kinds::VALIDATING_ADMISSION_POLICY_BINDING
        )
}

/// Whether an update creates what is not there (`AllowCreateOnUpdate`).
pub fn allows_create_on_update(kind: Kind) -> bool {
    matches!(
        kind,
        kinds::LEASE
            | kinds::EVENT
            | kinds::SERVICE
            | kinds::ENDPOINTS
            | kinds::LIMIT_RANGE
            | kinds::ROLE
            | kinds::ROLE_BINDING
            | kinds::CLUSTER_ROLE
            | kinds::CLUSTER_ROLE_BINDING
    )
}

/// What a deletion does to dependents when nothing else says so (`DefaultGarbageCollectionPolicy`); `None` for kinds that
/// are never collected.
pub fn default_propagation(kind: Kind) -> Option<Propagation> {
    match kind {
        kinds::EVENT => None,
        kinds::JOB | kinds::REPLICATION_CONTROLLER => Some(Propagation::Orphan),
        _ => Some(Propagation::Background),
    }
}

/// The seconds that a graceful deletion of `object` takes when it begins now (`CheckGracefulDelete`); `None` for kinds
/// that go at once.
pub fn grace_period(object: &Object, asked: Option<i64>) -> Option<i64> {
    if object.kind != kinds::POD {
        return None;
    }
    let is_finished = matches!(object.status()["phase"].str_or_empty(), "Failed" | "Succeeded");
    if object.node_name().is_none() || is_finished {
        return Some(0);
    }
    let seconds = asked.or_else(|| object.spec()["terminationGracePeriodSeconds"].as_i64()).unwrap_or(0);
    Some(if seconds < 0 { 1 } else { seconds })
}

/// How the storage names an object (`/registry/minions/node-0`), as its errors show it.
pub fn storage_key(object: &Object) -> String {
    let plural = match object.kind {
        kinds::NODE => "minions",
        kind => kind.info().plural,
    };
    let meta = &object.meta;
    if meta.namespace.is_empty() {
        format!("/registry/{plural}/{}", meta.name)
    } else {
        format!("/registry/{plural}/{}/{}", meta.namespace, meta.name)
    }
}
