//! A provisioner that makes a virtual volume for each claim of its classes, as a cluster's storage driver does (the events and
//! annotations are those of `sig-storage-lib-external-provisioner`).

use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::persistent_volume::claim::reference;
use crate::controllers::persistent_volume::{
    PROVISIONED_BY, SELECTED_NODE, class, class_name, is_bound, phase, volume_key, waits_for_consumer,
};
use crate::controllers::{Action, Controller, EventRecord, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Object, Value, kinds};
use crate::store::{Change, View};

/// The provisioner that StorageClasses name to get virtual volumes.
pub const PROVISIONER: &str = "seatrial.dev/virtual";

/// The provisioner.
#[derive(Debug, Default)]
pub struct VirtualProvisioner;

impl Controller for VirtualProvisioner {
    fn name(&self) -> &'static str {
        PROVISIONER
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::PERSISTENT_VOLUME, kinds::PERSISTENT_VOLUME_CLAIM])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        let concerns = match change.key.kind {
            kinds::PERSISTENT_VOLUME_CLAIM => change.after.as_ref().is_some_and(|it| is_asked(it) && !is_bound(it)),
            kinds::PERSISTENT_VOLUME => change.after.as_ref().is_some_and(|it| is_ours(it)),
            _ => false,
        };
        wakes.extend(concerns.then(|| Wake::now(change.key.clone())));
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let actions = match view.get(key) {
            Some(claim) if key.kind == kinds::PERSISTENT_VOLUME_CLAIM => provision(view, claim),
            Some(volume) if is_ours(volume) && phase(volume) == "Released" => delete(volume),
            _ => Vec::new(),
        };
        Outcome { actions, ..Outcome::default() }
    }
}

fn is_asked(claim: &Object) -> bool {
    claim.meta.annotation("volume.kubernetes.io/storage-provisioner") == Some(PROVISIONER)
}

fn is_ours(volume: &Object) -> bool {
    volume.meta.annotation(PROVISIONED_BY) == Some(PROVISIONER)
}

fn delete(volume: &Object) -> Vec<Action> {
    if volume.spec()["persistentVolumeReclaimPolicy"].str_or_empty() != "Delete" || volume.meta.is_terminating() {
        return Vec::new();
    }
    vec![Action::Delete(volume.key(), DeleteOptions::default())]
}

fn provision(view: View<'_>, claim: &Arc<Object>) -> Vec<Action> {
    let node = claim.meta.annotation(SELECTED_NODE);
    let name = format!("pvc-{}", claim.meta.uid);
    let waits = waits_for_consumer(view, claim) && node.is_none();
    let is_made = view.get(&Key::new(kinds::PERSISTENT_VOLUME, "", name.as_str())).is_some();
    let Some(class) = class(view, claim).filter(|_| is_asked(claim) && !waits && !is_made) else {
        return Vec::new();
    };
    if is_bound(claim) || volume_key(claim).is_some() {
        return Vec::new();
    }
    let of = format!("{}/{}", claim.meta.namespace, claim.meta.name);
    vec![
        EventRecord::normal(
            claim,
            "Provisioning",
            format!("External provisioner is provisioning volume for claim {of:?}"),
        ),
        Action::Create(new_volume(&name, claim, &class, node)),
        EventRecord::normal(claim, "ProvisioningSucceeded", format!("Successfully provisioned volume {name}")),
    ]
}

fn new_volume(name: &str, claim: &Object, class: &Object, node: Option<&str>) -> Object {
    let mut volume = Object::new(kinds::PERSISTENT_VOLUME, "", name);
    volume.meta.set_annotation(PROVISIONED_BY, PROVISIONER);
    let storage = claim.spec().at(&["resources", "requests", "storage"]);
    let mut spec = map! {
        "capacity" => map! { "storage" => storage },
        "accessModes" => &claim.spec()["accessModes"],
        "claimRef" => reference(claim),
        "persistentVolumeReclaimPolicy" => class.body["reclaimPolicy"].as_str().unwrap_or("Delete"),
        "storageClassName" => class_name(claim),
        "volumeMode" => claim.spec()["volumeMode"].as_str().unwrap_or("Filesystem"),
        "csi" => map! { "driver" => PROVISIONER, "volumeHandle" => name },
    };
    if let Some(node) = node {
        let term = map! { "key" => "kubernetes.io/hostname", "operator" => "In", "values" => Value::list([node]) };
        let terms = Value::list([map! { "matchExpressions" => Value::list([term]) }]);
        spec.insert("nodeAffinity", map! { "required" => map! { "nodeSelectorTerms" => terms } });
    }
    volume.body.insert("spec", Value::Map(spec));
    volume
}
