//! The rules of pods as objects of their own (`pkg/registry/core/pod/strategy.go`).

use super::Strategy;
use super::pod::{default_pod, qos_class, validate_pod};
use crate::map;
use crate::object::{Object, literal};

/// The rules of pods.
pub static STRATEGY: Strategy = Strategy {
    default: default_pod,
    prepare_create: |pod| {
        pod.meta.generation = 1;
        pod.body.insert(literal!("status"), map! { "phase" => "Pending", "qosClass" => qos_class(pod.spec()) });
    },
    validate: validate_pod,
    prepare_update: |new, old| {
        if !new.spec().is_same(old.spec()) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    prepare_status_update,
    ..Strategy::PLAIN
};

/// Old kubelets lost owner references on the way, so that a status does not carry them.
fn prepare_status_update(new: &mut Object, old: &Object) {
    new.meta.owners = old.meta.owners.clone();
    if new.status()["qosClass"].is_null() && !old.status()["qosClass"].is_null() {
        new.status_mut().set(literal!("qosClass"), &old.status()["qosClass"]);
    }
}
