//! One look at a claim (`syncClaim` in `pv_controller.go`).

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::persistent_volume::index::Index;
use crate::controllers::persistent_volume::{
    BIND_COMPLETED, BOUND_BY_CONTROLLER, PROVISIONER, SELECTED_NODE, class, class_name, in_phase, is_bound, matching,
    names_claim, phase, volume_key, waits_for_consumer,
};
use crate::controllers::{Action, EventRecord};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";
const PROVISIONER_OF: [&str; 2] =
    ["volume.beta.kubernetes.io/storage-provisioner", "volume.kubernetes.io/storage-provisioner"];

/// What is to be done about `claim`.
pub fn sync(view: View<'_>, claim: &Arc<Object>, index: &Index, now: Time) -> Vec<Action> {
    if is_bound(claim) {
        return sync_bound(view, claim, now);
    }
    match volume_key(claim) {
        None => sync_free(view, claim, index, now),
        Some(key) => sync_with_wish(view, claim, &key, now),
    }
}

fn pending(claim: &Object, now: Time) -> Option<Action> {
    in_phase(claim, "Pending", now).map(Action::UpdateStatus)
}

fn sync_free(view: View<'_>, claim: &Arc<Object>, index: &Index, now: Time) -> Vec<Action> {
    let waits = waits_for_consumer(view, claim) && claim.meta.annotation(SELECTED_NODE).is_none();
    if let Some(volume) = matching::best(index.candidates(view, claim), claim, None, waits) {
        return bind(&volume, claim, now);
    }
    if let Some(class) = default_class(view).filter(|_| claim.spec()["storageClassName"].is_null()) {
        let mut claimed = Object::clone(claim);
        claimed.spec_mut().set("storageClassName", class.meta.name.clone());
        return vec![Action::Update(claimed)];
    }
    let mut actions = if waits {
        let (reason, message) = first_consumer(view, claim);
        vec![EventRecord::normal(claim, reason, message)]
    } else if class_name(claim).is_empty() {
        let message = "no persistent volumes available for this claim and no storage class is set";
        vec![EventRecord::normal(claim, "FailedBinding", message)]
    } else {
        provision(view, claim)
    };
    actions.extend(pending(claim, now));
    actions
}

/// What a claim waits for whose class binds with the first consumer (`emitEventForUnboundDelayBindingClaim`).
fn first_consumer(view: View<'_>, claim: &Object) -> (&'static str, Str) {
    let uses = |pod: &&Arc<Object>| {
        let volumes = pod.spec()["volumes"].items().iter();
        let mut names = volumes.filter_map(|it| it["persistentVolumeClaim"]["claimName"].as_str());
        pod.node_name().is_none() && names.any(|it| it == claim.meta.name.as_str())
    };
    match view.list_in(kinds::POD, &claim.meta.namespace).find(uses) {
        None => ("WaitForFirstConsumer", "waiting for first consumer to be created before binding".into()),
        Some(pod) => ("WaitForPodScheduled", Str::from(format!("waiting for pod {} to be scheduled", pod.meta.name))),
    }
}

/// The newest of the default classes.
fn default_class(view: View<'_>) -> Option<Arc<Object>> {
    let defaults = view.list(kinds::STORAGE_CLASS).filter(|it| it.meta.annotation(DEFAULT_CLASS) == Some("true"));
    defaults.max_by_key(|it| (it.meta.created, std::cmp::Reverse(it.meta.name.clone()))).cloned()
}

fn provision(view: View<'_>, claim: &Arc<Object>) -> Vec<Action> {
    let Some(class) = class(view, claim) else {
        let message = format!("storageclass.storage.k8s.io {:?} not found", class_name(claim));
        return vec![EventRecord::warning(claim, "ProvisioningFailed", message)];
    };
    let provisioner = class.body["provisioner"].str_or_empty();
    if provisioner.starts_with("kubernetes.io/") {
        let message = format!("no volume plugin matched name: {provisioner}");
        return vec![EventRecord::warning(claim, "ProvisioningFailed", message)];
    }
    let mut actions = Vec::new();
    if PROVISIONER_OF.iter().any(|it| claim.meta.annotation(it) != Some(provisioner)) {
        let mut told = Object::clone(claim);
        PROVISIONER_OF.iter().for_each(|it| told.meta.set_annotation(*it, provisioner));
        actions.push(Action::Update(told));
    }
    if provisioner != PROVISIONER || claim.meta.annotation(PROVISIONER_OF[0]).is_none() {
        let message = format!(
            "Waiting for a volume to be created either by the external provisioner '{provisioner}' or manually by the system \
             administrator. If volume creation is delayed, please verify that the provisioner is running and correctly \
             registered."
        );
        actions.push(EventRecord::normal(claim, "ExternalProvisioning", message));
    }
    actions
}

/// A claim that names its volume, and is not bound to it yet.
fn sync_with_wish(view: View<'_>, claim: &Arc<Object>, key: &Key, now: Time) -> Vec<Action> {
    let Some(volume) = view.get(key) else {
        return pending(claim, now).into_iter().collect();
    };
    if names_claim(volume, claim) {
        return bind(volume, claim, now);
    }
    let told = if volume.spec()["claimRef"].is_empty() {
        match matching::mismatch(volume, claim) {
            None => return bind(volume, claim, now),
            Some(why) => {
                let message = format!("Cannot bind to requested volume {:?}: {why}", key.name);
                EventRecord::warning(claim, "VolumeMismatch", message)
            }
        }
    } else {
        let message = format!("volume {:?} already bound to a different claim.", key.name);
        EventRecord::warning(claim, "FailedBinding", message)
    };
    std::iter::once(told).chain(pending(claim, now)).collect()
}

fn sync_bound(view: View<'_>, claim: &Arc<Object>, now: Time) -> Vec<Action> {
    let lost = |reason, message: &'static str| {
        let change = in_phase(claim, "Lost", now);
        let told = change.is_some().then(|| EventRecord::warning(claim, reason, message));
        change.map(Action::UpdateStatus).into_iter().chain(told).collect()
    };
    let Some(key) = volume_key(claim) else {
        return lost("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
    };
    let Some(volume) = view.get(&key) else {
        return lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
    };
    if volume.spec()["claimRef"].is_empty() || names_claim(volume, claim) {
        return bind(volume, claim, now);
    }
    lost("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly")
}

/// The writes that bind `volume` and `claim` to each other, as far as they are not there yet.
fn bind(volume: &Arc<Object>, claim: &Arc<Object>, now: Time) -> Vec<Action> {
    let mut actions = Vec::new();
    let (mut bound, mut version) = (Object::clone(volume), volume.meta.resource_version);
    if volume.spec()["claimRef"]["uid"].str_or_empty() != claim.meta.uid.as_str() {
        if volume.spec()["claimRef"].is_empty() {
            bound.meta.set_annotation(BOUND_BY_CONTROLLER, "yes");
        }
        bound.spec_mut().set("claimRef", reference(claim));
        actions.push(Action::Update(bound.clone()));
        version = 0;
    }
    bound.meta.resource_version = version;
    actions.extend(in_phase(&bound, "Bound", now).map(Action::UpdateStatus));
    let mut version = claim.meta.resource_version;
    let mut named = Object::clone(claim);
    if !is_bound(claim) {
        if volume_key(claim).is_none() {
            named.meta.set_annotation(BOUND_BY_CONTROLLER, "yes");
        }
        named.meta.set_annotation(BIND_COMPLETED, "yes");
        named.spec_mut().set("volumeName", volume.meta.name.clone());
        actions.push(Action::Update(named.clone()));
        version = 0;
    }
    if phase(claim) != "Bound" {
        named.meta.resource_version = version;
        let status = named.status_mut();
        status.set("phase", "Bound");
        status.set("accessModes", &volume.spec()["accessModes"]);
        status.set("capacity", &volume.spec()["capacity"]);
        actions.push(Action::UpdateStatus(named));
    }
    actions
}

/// What a volume says of the claim that it is bound to.
pub fn reference(claim: &Object) -> Value {
    Value::Map(map! {
        "kind" => "PersistentVolumeClaim",
        "namespace" => &claim.meta.namespace,
        "name" => &claim.meta.name,
        "uid" => &claim.meta.uid,
        "apiVersion" => "v1",
        "resourceVersion" => claim.meta.resource_version.to_string(),
    })
}
