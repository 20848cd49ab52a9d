//! The rules of pods as objects of their own (`pkg/registry/core/pod/strategy.go`).

use std::sync::Arc;

use super::pod::{
    default_pod, has_label_keys, has_sound_annotations, merge_label_keys, qos_class, validate_pod,
    validate_pod_status_update, validate_pod_update,
};
use super::{ByPrecedent, Strategy};
use crate::object::{Map, Object, Str, Value, literal};
use crate::{full_map, map};

/// The rules of pods.
pub static STRATEGY: Strategy = Strategy {
    default: default_pod,
    prepare_create,
    validate: validate_pod,
    by_precedent: Some(ByPrecedent {
        default: |_| {},
        // Selectors with label keys get the values of the very pod's labels.
        says_all: |spec| !has_label_keys(spec),
        is_valid: |pod| pod.meta.annotations.is_empty() || has_sound_annotations(pod),
    }),
    prepare_update: count_generation,
    validate_update: validate_pod_update,
    prepare_status_update,
    validate_status_update: validate_pod_status_update,
    ..Strategy::PLAIN
};

fn prepare_create(pod: &mut Object) {
    pod.meta.generation = 1;
    let mut status = full_map! { "phase" => literal!("Pending"), "qosClass" => qos_class(pod.spec()) };
    if !pod.spec()["schedulingGates"].items().is_empty() {
        let mut condition = map! {
            "type" => "PodScheduled",
            "status" => "False",
            "lastTransitionTime" => pod.meta.created,
            "reason" => "SchedulingGated",
            "message" => "Scheduling is blocked due to non-empty scheduling gates",
        };
        condition.insert(literal!("lastProbeTime"), Value::Null);
        status.insert(literal!("conditions"), Value::list([condition]));
    }
    pod.body.insert(literal!("status"), status);
    merge_label_keys(pod);
}

/// A change of the spec is a new generation.
fn count_generation(new: &mut Object, old: &Object) {
    if !new.spec().is_same(old.spec()) {
        new.meta.generation = old.meta.generation + 1;
    }
}

/// Old kubelets lost owner references, the class of service and observed generations on the way, so that a status cannot
/// take them away.
fn prepare_status_update(new: &mut Object, old: &Object) {
    if !Arc::ptr_eq(&new.meta.owners, &old.meta.owners) {
        new.meta.owners = old.meta.owners.clone();
    }
    let (status, before) = (new.status(), old.status());
    let mut kept: Vec<(Str, Value)> = Vec::new();
    for field in [literal!("qosClass"), literal!("observedGeneration")] {
        if status[&*field].is_empty() && !before[&*field].is_empty() {
            let value = before[&*field].clone();
            kept.push((field, value));
        }
    }
    for (field, value) in kept {
        new.status_mut().set(field, value);
    }
    keep_observed_generations(new, before);
}

/// Conditions that say nothing of the generation they were observed at keep what the condition of that type said.
fn keep_observed_generations(new: &mut Object, before: &Value) {
    const FIELD: &str = "observedGeneration";
    let (known, conditions) = (&before["conditions"], &new.status()["conditions"]);
    if conditions.is_shared_with(known) {
        return;
    }
    let (known, conditions) = (known.items(), conditions.items());
    let is_silent = |it: &Value| it[FIELD].is_empty();
    if known.iter().all(is_silent) || !conditions.iter().any(is_silent) {
        return;
    }
    let mut kept: Vec<(usize, Value)> = Vec::new();
    for (i, condition) in conditions.iter().enumerate() {
        // A type may be there more than once: the first answers to the first.
        let nth = conditions[..i].iter().filter(|it| it["type"] == condition["type"]).count();
        let before = known.iter().filter(|it| it["type"] == condition["type"]).nth(nth);
        if let Some(before) = before.filter(|it| condition[FIELD].is_empty() && !it[FIELD].is_empty()) {
            kept.push((i, before[FIELD].clone()));
        }
    }
    for (i, generation) in kept {
        new.status_mut().field_mut("conditions").items_mut()[i].set(literal!("observedGeneration"), generation);
    }
}

/// A write of `/ephemeralcontainers` changes these and nothing else.
pub fn prepare_ephemeral_containers(new: &mut Object, old: &Object) {
    let containers = new.spec()["ephemeralContainers"].clone();
    let mut spec = old.spec().clone();
    if containers.is_null() {
        spec.remove("ephemeralContainers");
    } else {
        spec.set(literal!("ephemeralContainers"), containers);
    }
    new.body.insert(literal!("spec"), spec);
    keep_metadata(new, old);
    count_generation(new, old);
}

/// A write of `/resize` changes the resources of containers and nothing else; containers that came, went or moved are left
/// for the checks to refuse.
pub fn prepare_resize(new: &mut Object, old: &Object) {
    let lists = ["containers", "initContainers"];
    let has_same_count = |it: &str| new.spec()[it].items().len() == old.spec()[it].items().len();
    if !lists.into_iter().all(has_same_count) {
        count_generation(new, old);
        return;
    }
    let mut spec = old.spec().clone();
    if !new.spec()["resources"].is_same(&spec["resources"]) {
        match &new.spec()["resources"] {
            Value::Null => drop(spec.remove("resources")),
            resources => spec.set(literal!("resources"), resources),
        }
    }
    for list in lists {
        let resized = with_resources(&new.spec()[list], &old.spec()[list]);
        if !resized.is_null() {
            spec.set(list, resized);
        }
    }
    new.body.insert(literal!("spec"), spec);
    keep_metadata(new, old);
    count_generation(new, old);
}

fn with_resources(new: &Value, old: &Value) -> Value {
    let is_same_name = |(new, old): (&Value, &Value)| new["name"] == old["name"];
    if new.is_same(old) || !new.items().iter().zip(old.items()).all(is_same_name) {
        return new.clone();
    }
    let resized = new.items().iter().zip(old.items()).map(|(new, old)| {
        let mut container: Map = old.as_map().cloned().unwrap_or_default();
        for field in [literal!("resources"), literal!("resizePolicy")] {
            if new[&*field].is_null() {
                container.remove(&field);
            } else {
                container.insert(field.clone(), &new[&*field]);
            }
        }
        container
    });
    Value::list(resized)
}

/// A part of a pod is written without what its metadata says (`metav1.ResetObjectMetaForStatus`).
fn keep_metadata(new: &mut Object, old: &Object) {
    let meta = &mut new.meta;
    meta.labels = old.meta.labels.clone();
    meta.annotations = old.meta.annotations.clone();
    meta.owners = old.meta.owners.clone();
    meta.finalizers = old.meta.finalizers.clone();
}
