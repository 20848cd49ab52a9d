//! One look at a volume (`syncVolume` in `pv_controller.go`).

use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::persistent_volume::{
    BOUND_BY_CONTROLLER, PROVISIONED_BY, claim_key, claim_uid, in_phase, phase, volume_key,
};
use crate::controllers::{Action, EventRecord};
use crate::object::{Object, Value};
use crate::store::View;

/// What is to be done about `volume`.
pub fn sync(view: View<'_>, volume: &Arc<Object>, now: Time) -> Vec<Action> {
    let to = |phase: &str| in_phase(volume, phase, now).map(Action::UpdateStatus).into_iter().collect();
    let Some(key) = claim_key(volume) else {
        return to("Available");
    };
    if claim_uid(volume).is_empty() {
        return to("Available");
    }
    let claim = view.get(&key).filter(|it| it.meta.uid.as_str() == claim_uid(volume));
    let Some(claim) = claim else {
        return release(volume, now);
    };
    match volume_key(claim) {
        // The claim's own look finishes the binding.
        None => Vec::new(),
        Some(named) if named.name == volume.meta.name => to("Bound"),
        Some(_) if volume.meta.annotation(PROVISIONED_BY).is_some() => release(volume, now),
        Some(_) => unbind(volume),
    }
}

/// The claim is gone: the volume is released, and then treated as its reclaim policy says.
fn release(volume: &Arc<Object>, now: Time) -> Vec<Action> {
    if !matches!(phase(volume), "Released" | "Failed") {
        return in_phase(volume, "Released", now).map(Action::UpdateStatus).into_iter().collect();
    }
    let policy = volume.spec()["persistentVolumeReclaimPolicy"].str_or_empty();
    if policy != "Delete" || phase(volume) == "Failed" || volume.meta.annotation(PROVISIONED_BY).is_some() {
        return Vec::new();
    }
    let path = volume.spec().at(&["hostPath", "path"]).as_str();
    if path.is_some_and(|it| it.len() > "/tmp/".len() && it.starts_with("/tmp/")) {
        return vec![Action::Delete(volume.key(), DeleteOptions::default())];
    }
    let why = match path {
        Some(path) => format!("host_path deleter only supports /tmp/.+ but received provided {path}"),
        None => format!(
            "error getting deleter volume plugin for volume {:?}: no deletable volume plugin matched",
            volume.meta.name
        ),
    };
    let mut failed = Object::clone(volume);
    failed.status_mut().set("phase", "Failed");
    failed.status_mut().set("message", why.as_str());
    failed.status_mut().set("lastPhaseTransitionTime", Value::from(now));
    vec![Action::UpdateStatus(failed), EventRecord::warning(volume, "VolumeFailedDelete", why)]
}

/// Lets go of a claim that is bound elsewhere.
fn unbind(volume: &Object) -> Vec<Action> {
    let mut free = volume.clone();
    if volume.meta.annotation(BOUND_BY_CONTROLLER).is_some() {
        free.meta.annotations.remove(BOUND_BY_CONTROLLER);
        free.spec_mut().remove("claimRef");
    } else {
        free.spec_mut().field_mut("claimRef").remove("uid");
    }
    vec![Action::Update(free)]
}
