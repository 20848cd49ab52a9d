//! The cells of volumes, claims and the classes and drivers behind them.

use super::KindPrinter;
use super::column::{AGE, Column, NAME, field, text};
use super::row::{Row, count, joined, or, quantity, string, string_or};
use crate::object::Value;

const PV_SPEC: &str = "core.v1.PersistentVolumeSpec";
const PV_STATUS: &str = "core.v1.PersistentVolumeStatus";
const PVC_SPEC: &str = "core.v1.PersistentVolumeClaimSpec";
const PVC_STATUS: &str = "core.v1.PersistentVolumeClaimStatus";
const CLASS: &str = "storage.v1.StorageClass";
const DRIVER: &str = "storage.v1.CSIDriverSpec";
const CAPACITY: &str = "storage.v1.CSIStorageCapacity";
const ATTACHMENT: &str = "storage.v1.VolumeAttachmentSpec";

const PERSISTENT_VOLUME: &[Column] = &[
    NAME,
    field("Capacity", PV_SPEC, "capacity"),
    field("Access Modes", PV_SPEC, "accessModes"),
    field("Reclaim Policy", PV_SPEC, "persistentVolumeReclaimPolicy"),
    field("Status", PV_STATUS, "phase"),
    field("Claim", PV_SPEC, "claimRef"),
    text("StorageClass", "StorageClass of the pv"),
    text("VolumeAttributesClass", "VolumeAttributesClass of the pv"),
    field("Reason", PV_STATUS, "reason"),
    AGE,
    field("VolumeMode", PV_SPEC, "volumeMode").wide(),
];

const PERSISTENT_VOLUME_CLAIM: &[Column] = &[
    NAME,
    field("Status", PVC_STATUS, "phase"),
    field("Volume", PVC_SPEC, "volumeName"),
    field("Capacity", PVC_STATUS, "capacity"),
    field("Access Modes", PVC_STATUS, "accessModes"),
    text("StorageClass", "StorageClass of the pvc"),
    text("VolumeAttributesClass", "VolumeAttributesClass of the pvc"),
    AGE,
    field("VolumeMode", PVC_SPEC, "volumeMode").wide(),
];

const STORAGE_CLASS: &[Column] = &[
    NAME,
    field("Provisioner", CLASS, "provisioner"),
    field("ReclaimPolicy", CLASS, "reclaimPolicy"),
    field("VolumeBindingMode", CLASS, "volumeBindingMode"),
    field("AllowVolumeExpansion", CLASS, "allowVolumeExpansion"),
    AGE,
];

const VOLUME_ATTRIBUTES_CLASS: &[Column] =
    &[NAME, field("DriverName", "storage.v1.VolumeAttributesClass", "driverName"), AGE];

const VOLUME_ATTACHMENT: &[Column] = &[
    NAME,
    field("Attacher", ATTACHMENT, "attacher").as_name(),
    field("PV", "storage.v1.VolumeAttachmentSource", "persistentVolumeName"),
    field("Node", ATTACHMENT, "nodeName"),
    field("Attached", "storage.v1.VolumeAttachmentStatus", "attached").boolean(),
    AGE,
];

const CSI_NODE: &[Column] =
    &[NAME, text("Drivers", "Drivers indicates the number of CSI drivers registered on the node").integer(), AGE];

const CSI_DRIVER: &[Column] = &[
    NAME,
    field("AttachRequired", DRIVER, "attachRequired").boolean(),
    field("PodInfoOnMount", DRIVER, "podInfoOnMount").boolean(),
    field("StorageCapacity", DRIVER, "storageCapacity").boolean(),
    field("TokenRequests", DRIVER, "tokenRequests"),
    field("RequiresRepublish", DRIVER, "requiresRepublish").boolean(),
    field("Modes", DRIVER, "volumeLifecycleModes"),
    AGE,
];

const CSI_STORAGE_CAPACITY: &[Column] =
    &[NAME, field("StorageClassName", CAPACITY, "storageClassName"), field("Capacity", CAPACITY, "capacity")];

const GROUP: &str = "storage.k8s.io";

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter { group: "", kind: "PersistentVolume", columns: PERSISTENT_VOLUME, cells: persistent_volume },
    KindPrinter { group: "", kind: "PersistentVolumeClaim", columns: PERSISTENT_VOLUME_CLAIM, cells: claim },
    KindPrinter { group: GROUP, kind: "CSIDriver", columns: CSI_DRIVER, cells: csi_driver },
    KindPrinter { group: GROUP, kind: "CSINode", columns: CSI_NODE, cells: csi_node },
    KindPrinter { group: GROUP, kind: "CSIStorageCapacity", columns: CSI_STORAGE_CAPACITY, cells: csi_capacity },
    KindPrinter { group: GROUP, kind: "StorageClass", columns: STORAGE_CLASS, cells: storage_class },
    KindPrinter { group: GROUP, kind: "VolumeAttachment", columns: VOLUME_ATTACHMENT, cells: volume_attachment },
    KindPrinter {
        group: GROUP,
        kind: "VolumeAttributesClass",
        columns: VOLUME_ATTRIBUTES_CLASS,
        cells: attributes_class,
    },
];

/// `RWO,ROX`: the short forms of access modes, in the order in which they are always listed.
fn access_modes(modes: &Value) -> Value {
    const SHORT: [(&str, &str); 4] =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];
    let has = |mode: &str| modes.items().iter().any(|it| it.as_str() == Some(mode));
    let shown: Vec<_> = SHORT.iter().filter(|(mode, _)| has(mode)).map(|(_, short)| *short).collect();
    Value::from(shown.join(","))
}

/// The class of a volume or a claim: that of the old annotation first.
fn class(row: &Row<'_>) -> Value {
    let annotation = row.at(&["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"]);
    if annotation.is_null() { string(row.spec("storageClassName")) } else { annotation.clone() }
}

fn or_unset(value: &Value) -> Value {
    if value.is_null() { Value::from("<unset>") } else { value.clone() }
}

fn phase(row: &Row<'_>) -> Value {
    if row.is_deleted() { Value::from("Terminating") } else { string(row.status("phase")) }
}

fn persistent_volume(row: &Row<'_>) -> Vec<Value> {
    let claim = row.spec("claimRef");
    let claim = match claim {
        Value::Null => String::new(),
        claim => format!("{}/{}", claim["namespace"].str_or_empty(), claim["name"].str_or_empty()),
    };
    vec![
        row.name(),
        Value::from(quantity(&row.spec("capacity")["storage"])),
        access_modes(row.spec("accessModes")),
        string(row.spec("persistentVolumeReclaimPolicy")),
        phase(row),
        Value::from(claim),
        class(row),
        or_unset(row.spec("volumeAttributesClassName")),
        string(row.status("reason")),
        row.age(),
        or_unset(row.spec("volumeMode")),
    ]
}

fn claim(row: &Row<'_>) -> Vec<Value> {
    let bound = !row.spec("volumeName").is_empty();
    let capacity = if bound { quantity(&row.status("capacity")["storage"]) } else { String::new() };
    let modes = if bound { access_modes(row.status("accessModes")) } else { Value::from("") };
    vec![
        row.name(),
        phase(row),
        string(row.spec("volumeName")),
        Value::from(capacity),
        modes,
        class(row),
        or_unset(row.spec("volumeAttributesClassName")),
        row.age(),
        or_unset(row.spec("volumeMode")),
    ]
}

/// The name of a class, and whether an annotation makes it the default.
fn class_name(row: &Row<'_>, annotations: &[&str]) -> Value {
    let is_default = |key: &&str| row.at(&["metadata", "annotations", key]).as_str() == Some("true");
    match row.name() {
        name if annotations.iter().any(is_default) => Value::from(format!("{} (default)", name.str_or_empty())),
        name => name,
    }
}

fn storage_class(row: &Row<'_>) -> Vec<Value> {
    let annotations =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
    vec![
        class_name(row, &annotations),
        string(row.at(&["provisioner"])),
        string_or(row.at(&["reclaimPolicy"]), "Delete"),
        string_or(row.at(&["volumeBindingMode"]), "Immediate"),
        Value::Bool(row.at(&["allowVolumeExpansion"]).is_true()),
        row.age(),
    ]
}

fn attributes_class(row: &Row<'_>) -> Vec<Value> {
    let name = class_name(row, &["volumeattributesclass.kubernetes.io/is-default-class"]);
    vec![name, string(row.at(&["driverName"])), row.age()]
}

fn volume_attachment(row: &Row<'_>) -> Vec<Value> {
    vec![
        row.name(),
        string(row.spec("attacher")),
        string(&row.spec("source")["persistentVolumeName"]),
        string(row.spec("nodeName")),
        Value::Bool(row.status("attached").is_true()),
        row.age(),
    ]
}

fn csi_node(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), count(row.spec("drivers").items().len()), row.age()]
}

fn csi_driver(row: &Row<'_>) -> Vec<Value> {
    let requests = row.spec("tokenRequests");
    let requests = match requests {
        Value::Null => "<unset>".to_owned(),
        list => joined(list.items(), |it| it["audience"].str_or_empty()),
    };
    let flag = |field: &str| Value::Bool(row.spec(field).is_true());
    vec![
        row.name(),
        Value::Bool(row.spec("attachRequired").as_bool().unwrap_or(true)),
        flag("podInfoOnMount"),
        flag("storageCapacity"),
        Value::from(requests),
        flag("requiresRepublish"),
        Value::from(or(joined(row.spec("volumeLifecycleModes").items(), Value::str_or_empty), "<none>")),
        row.age(),
    ]
}

fn csi_capacity(row: &Row<'_>) -> Vec<Value> {
    let capacity = row.at(&["capacity"]);
    let shown = if capacity.is_null() { "<unset>".to_owned() } else { quantity(capacity) };
    vec![row.name(), string(row.at(&["storageClassName"])), Value::from(shown)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    #[test]
    fn a_claim_has_capacity_and_modes_once_it_is_bound() {
        let json = r#"{"metadata":{"name":"c"},"spec":{"storageClassName":"s"},"status":{"phase":"Pending","accessModes":["ReadWriteOnce"]}}"#;
        let object = Value::from_json(json.as_bytes()).expect("valid JSON");
        let cells = claim(&Row { object: &object, now: Time::from_unix(0) });
        let shown: Vec<&str> = cells.iter().map(Value::str_or_empty).collect();
        assert_eq!(shown, ["c", "Pending", "", "", "", "s", "<unset>", "<unknown>", "<unset>"]);
    }

    #[test]
    fn access_modes_are_short_and_always_in_one_order() {
        assert_eq!(access_modes(&Value::list(["ReadWriteMany", "ReadWriteOnce"])), Value::from("RWO,RWX"));
    }
}
