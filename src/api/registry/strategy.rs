//! The rules of a kind as data: one function for each step of a write.

use super::{
    ByPrecedent, admission_registration, apps, certificate_signing_request, configuration, controller_revision,
    cron_job, daemonset, device, endpoint_slice, endpoints, event, flow_control, horizontal_pod_autoscaler, job, lease,
    limit_range, namespace, networking, node, persistent_volume, pod_disruption_budget, pod_rules, pod_template,
    priority_class, rbac, replication_controller, resource_quota, runtime_class, service, storage,
};
use crate::api::custom::definition;
use crate::api::field::ErrorList;
use crate::object::{Kind, Object, Str, Value, kinds};

/// What a write of a kind goes through, in the order of the fields.
///
/// The write path itself looks after metadata, and keeps the status out of writes of the object and everything else out of
/// writes of the status.
#[derive(Debug)]
pub struct Strategy {
    /// Fills in what the object leaves open (`pkg/apis/*/defaults.go`).
    pub default: fn(&mut Object),
    /// Drops what a client may not set and sets what the server sets, before a creation. Name and uid are there.
    pub prepare_create: fn(&mut Object),
    /// Checks a new object.
    pub validate: fn(&Object) -> ErrorList,
    /// Fills in what a new object is read back with from storage, after the checks.
    pub read_back: fn(&mut Object),
    /// How an object is created whose spec another one was created with before; `None` where specs are looked at anew.
    pub by_precedent: Option<ByPrecedent>,
    /// Keeps what a client may not change, before an update: the new object and the stored one.
    pub prepare_update: fn(&mut Object, &Object),
    /// Checks a changed object against the stored one.
    pub validate_update: fn(&Object, &Object) -> ErrorList,
    /// Keeps everything but the status, before an update of `/status`.
    pub prepare_status_update: fn(&mut Object, &Object),
    /// Checks a changed status against the stored object.
    pub validate_status_update: fn(&Object, &Object) -> ErrorList,
}

fn no_errors(_: &Object) -> ErrorList {
    ErrorList::new()
}

fn no_update_errors(_: &Object, _: &Object) -> ErrorList {
    ErrorList::new()
}

/// A change of anything but the status is a new generation, where the kind counts them.
fn count_generation(new: &mut Object, old: &Object) {
    if !new.kind.info().counts_generation {
        return;
    }
    let wanted = |object: &Object| -> Vec<(Str, Value)> {
        let fields = object.body.iter().filter(|(field, _)| field.as_str() != "status");
        fields.map(|(field, value)| (field.clone(), value.clone())).collect()
    };
    if wanted(new) != wanted(old) {
        new.meta.generation = old.meta.generation + 1;
    }
}

impl Strategy {
    /// The rules of a kind that has none of its own.
    pub const PLAIN: Strategy = Strategy {
        default: |_| {},
        prepare_create: |object| {
            if object.kind.info().counts_generation {
                object.meta.generation = 1;
            }
        },
        validate: no_errors,
        read_back: |_| {},
        by_precedent: None,
        prepare_update: count_generation,
        validate_update: no_update_errors,
        prepare_status_update: |_, _| {},
        validate_status_update: no_update_errors,
    };
}

static PLAIN: Strategy = Strategy::PLAIN;

/// The rules of `kind`.
pub fn strategy(kind: Kind) -> &'static Strategy {
    match kind {
        kinds::NAMESPACE => &namespace::STRATEGY,
        kinds::NODE => &node::STRATEGY,
        kinds::POD => &pod_rules::STRATEGY,
        kinds::EVENT => &event::STRATEGY,
        kinds::CONFIG_MAP => &configuration::CONFIG_MAP,
        kinds::SECRET => &configuration::SECRET,
        kinds::SERVICE => &service::STRATEGY,
        kinds::ENDPOINTS => &endpoints::STRATEGY,
        kinds::ENDPOINT_SLICE => &endpoint_slice::STRATEGY,
        kinds::PERSISTENT_VOLUME => &persistent_volume::VOLUME,
        kinds::PERSISTENT_VOLUME_CLAIM => &persistent_volume::CLAIM,
        kinds::LIMIT_RANGE => &limit_range::STRATEGY,
        kinds::RESOURCE_QUOTA => &resource_quota::STRATEGY,
        kinds::LEASE => &lease::STRATEGY,
        kinds::POD_TEMPLATE => &pod_template::STRATEGY,
        kinds::REPLICATION_CONTROLLER => &replication_controller::STRATEGY,
        kinds::DAEMON_SET => &daemonset::STRATEGY,
        kinds::DEPLOYMENT => &apps::DEPLOYMENT,
        kinds::REPLICA_SET => &apps::REPLICA_SET,
        kinds::STATEFUL_SET => &apps::STATEFUL_SET,
        kinds::CUSTOM_RESOURCE_DEFINITION => &definition::STRATEGY,
        kinds::CONTROLLER_REVISION => &controller_revision::STRATEGY,
        kinds::PRIORITY_CLASS => &priority_class::STRATEGY,
        kinds::JOB => &job::STRATEGY,
        kinds::CRON_JOB => &cron_job::STRATEGY,
        kinds::HORIZONTAL_POD_AUTOSCALER => &horizontal_pod_autoscaler::STRATEGY,
        kinds::POD_DISRUPTION_BUDGET => &pod_disruption_budget::STRATEGY,
        kinds::INGRESS => &networking::INGRESS,
        kinds::INGRESS_CLASS => &networking::INGRESS_CLASS,
        kinds::NETWORK_POLICY => &networking::NETWORK_POLICY,
        kinds::IP_ADDRESS => &networking::IP_ADDRESS,
        kinds::SERVICE_CIDR => &networking::SERVICE_CIDR,
        kinds::ROLE => &rbac::ROLE,
        kinds::ROLE_BINDING => &rbac::ROLE_BINDING,
        kinds::CLUSTER_ROLE => &rbac::CLUSTER_ROLE,
        kinds::CLUSTER_ROLE_BINDING => &rbac::CLUSTER_ROLE_BINDING,
        kinds::STORAGE_CLASS => &storage::STORAGE_CLASS,
        kinds::VOLUME_ATTACHMENT => &storage::VOLUME_ATTACHMENT,
        kinds::VOLUME_ATTRIBUTES_CLASS => &storage::VOLUME_ATTRIBUTES_CLASS,
        kinds::CSI_DRIVER => &storage::CSI_DRIVER,
        kinds::CSI_NODE => &storage::CSI_NODE,
        kinds::CSI_STORAGE_CAPACITY => &storage::CSI_STORAGE_CAPACITY,
        kinds::MUTATING_WEBHOOK_CONFIGURATION => &admission_registration::MUTATING_WEBHOOK,
        kinds::VALIDATING_WEBHOOK_CONFIGURATION => &admission_registration::VALIDATING_WEBHOOK,
        kinds::MUTATING_ADMISSION_POLICY => &admission_registration::MUTATING_POLICY,
        kinds::MUTATING_ADMISSION_POLICY_BINDING => &admission_registration::MUTATING_POLICY_BINDING,
        kinds::VALIDATING_ADMISSION_POLICY => &admission_registration::VALIDATING_POLICY,
        kinds::VALIDATING_ADMISSION_POLICY_BINDING => &admission_registration::VALIDATING_POLICY_BINDING,
        kinds::CERTIFICATE_SIGNING_REQUEST => &certificate_signing_request::STRATEGY,
        kinds::FLOW_SCHEMA => &flow_control::FLOW_SCHEMA,
        kinds::PRIORITY_LEVEL_CONFIGURATION => &flow_control::PRIORITY_LEVEL,
        kinds::RESOURCE_CLAIM => &device::CLAIM,
        kinds::RESOURCE_CLAIM_TEMPLATE => &device::CLAIM_TEMPLATE,
        kinds::RUNTIME_CLASS => &runtime_class::STRATEGY,
        _ => &PLAIN,
    }
}
