//! The rules of PersistentVolumes and their claims (`pkg/apis/core/v1/defaults.go`, `ValidatePersistentVolume` and
//! `ValidatePersistentVolumeClaim` in `pkg/apis/core/validation/validation.go`, the strategies of both).
//!
//! Known difference: of the fields of a volume's source only those that are required are checked.

use super::pod::go_form::{Shape, Type, field, invalid_as};
use super::pod::{NODE_SELECTOR, claim_difference, resource_list, validate_node_selector, volume_source_difference};
use super::resource_names::validate_quantity;
use super::selector::validate_label_selector;
use super::{Strategy, format, metadata::IMMUTABLE, syntax};
use crate::api::field::{At, ErrorList};
use crate::map;
use crate::object::{Object, Quantity, Value, literal};

const SPEC: At<'static> = At::new("spec");
const ACCESS_MODES: [&str; 4] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const VOLUME_MODES: [&str; 2] = ["Block", "Filesystem"];
const BETA_CLASS: &str = "volume.beta.kubernetes.io/storage-class";

/// The storage class of a claim or a volume, by the field or the annotation that was before it.
pub fn storage_class_name(object: &Object) -> &str {
    object.meta.annotation(BETA_CLASS).unwrap_or_else(|| object.spec()["storageClassName"].str_or_empty())
}

/// `core.VolumeNodeAffinity`.
static NODE_AFFINITY: Type = Type { fields: &[field("required", "Required", Shape::StructPointer(&NODE_SELECTOR))] };

/// The sources that a volume can have, with the field that each needs.
const SOURCES: [(&str, &str); 22] = [
    ("hostPath", "path"),
    ("gcePersistentDisk", "pdName"),
    ("awsElasticBlockStore", "volumeID"),
    ("glusterfs", "endpoints"),
    ("flocker", ""),
    ("nfs", "server"),
    ("rbd", "image"),
    ("quobyte", "registry"),
    ("cephfs", "monitors"),
    ("iscsi", "targetPortal"),
    ("cinder", "volumeID"),
    ("fc", ""),
    ("flexVolume", "driver"),
    ("azureFile", "secretName"),
    ("vsphereVolume", "volumePath"),
    ("photonPersistentDisk", "pdID"),
    ("portworxVolume", "volumeID"),
    ("azureDisk", "diskName"),
    ("scaleIO", "gateway"),
    ("local", "path"),
    ("storageos", ""),
    ("csi", "driver"),
];

/// The rules of PersistentVolumes.
pub static VOLUME: Strategy = Strategy {
    default: default_volume,
    prepare_create: |volume| {
        let since = volume.meta.created;
        volume.body.insert(literal!("status"), map! { "phase" => "Pending", "lastPhaseTransitionTime" => since });
    },
    validate: validate_volume,
    validate_update: validate_volume_update,
    prepare_status_update: default_phase,
    ..Strategy::PLAIN
};

/// A status without a phase is that of a volume or claim that waits, whoever writes it.
fn default_phase(new: &mut Object, _: &Object) {
    if new.status()["phase"].str_or_empty().is_empty() {
        new.status_mut().set("phase", "Pending");
    }
}

/// The rules of PersistentVolumeClaims.
pub static CLAIM: Strategy = Strategy {
    default: default_claim,
    prepare_create: |claim| {
        claim.body.insert(literal!("status"), map! { "phase" => "Pending" });
    },
    validate: validate_claim,
    validate_update: validate_claim_update,
    prepare_status_update: default_phase,
    validate_status_update: |new, _| {
        let mut errors = ErrorList::new();
        let status = At::new("status");
        let at = status.child("capacity");
        for (name, amount) in new.status()["capacity"].as_map().into_iter().flat_map(|it| it.iter()) {
            let amount = Quantity::or_zero(amount);
            if amount.is_negative() {
                errors.invalid(&at.key(name), amount.value(), "must be a valid resource quantity");
            }
        }
        errors
    },
    ..Strategy::PLAIN
};

fn default_volume(volume: &mut Object) {
    let spec = volume.spec_mut();
    if spec["persistentVolumeReclaimPolicy"].is_empty() {
        spec.set(literal!("persistentVolumeReclaimPolicy"), literal!("Retain"));
    }
    spec.set_default("volumeMode", literal!("Filesystem"));
    if !spec["hostPath"].is_null() {
        spec.field_mut("hostPath").set_default("type", literal!(""));
    }
    if let Some(canonical) = resource_list(&spec["capacity"]) {
        spec.set(literal!("capacity"), canonical);
    }
    if !volume.status().is_null() && volume.status()["phase"].is_empty() {
        volume.status_mut().set(literal!("phase"), literal!("Pending"));
    }
}

fn default_claim(claim: &mut Object) {
    let spec = claim.spec_mut();
    spec.set_default("volumeMode", literal!("Filesystem"));
    spec.field_mut("resources").map_mut();
    for list in ["requests", "limits"] {
        if let Some(canonical) = resource_list(&spec["resources"][list]) {
            spec.field_mut("resources").set(list, canonical);
        }
    }
    // The older of the two fields follows the newer one, and the other way round, when only one of them is given.
    if spec["dataSourceRef"].is_null() && !spec["dataSource"].is_null() {
        let source = spec["dataSource"].clone();
        spec.set(literal!("dataSourceRef"), source);
    } else if spec["dataSource"].is_null()
        && !spec["dataSourceRef"].is_null()
        && spec["dataSourceRef"]["namespace"].is_empty()
    {
        let source = spec["dataSourceRef"].clone();
        spec.set(literal!("dataSource"), source);
    }
    if !claim.status().is_null() && claim.status()["phase"].is_empty() {
        claim.status_mut().set(literal!("phase"), literal!("Pending"));
    }
}

fn validate_access_modes(spec: &Value, root: &At<'_>, errors: &mut ErrorList) {
    let modes = spec["accessModes"].items();
    let at = root.child("accessModes");
    for mode in modes.iter().filter(|it| !ACCESS_MODES.contains(&it.str_or_empty())) {
        errors.not_supported(&at, mode, &ACCESS_MODES);
    }
    let is_single = |it: &Value| it.as_str() == Some("ReadWriteOncePod");
    let is_other = |it: &Value| !is_single(it) && ACCESS_MODES.contains(&it.str_or_empty());
    if modes.iter().any(is_single) && modes.iter().any(is_other) {
        errors.forbidden(&at, "may not use ReadWriteOncePod with other access modes");
    }
}

fn validate_class(spec: &Value, field: &str, root: &At<'_>, errors: &mut ErrorList) {
    if !spec[field].is_empty() {
        format::text(syntax::dns_subdomain, &spec[field], &root.child(field), errors);
    }
}

fn validate_volume(volume: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let spec = volume.spec();
    if spec["accessModes"].is_empty() {
        errors.required(&SPEC.child("accessModes"), "");
    }
    validate_access_modes(spec, &SPEC, &mut errors);
    validate_capacity(&spec["capacity"], &mut errors);
    let policies = ["Delete", "Recycle", "Retain"];
    let policy = &spec["persistentVolumeReclaimPolicy"];
    format::optional_one_of(policy, &policies, &SPEC.child("persistentVolumeReclaimPolicy"), &mut errors);
    if !spec["nodeAffinity"].is_null() {
        let required = &spec["nodeAffinity"]["required"];
        let at = SPEC.child("nodeAffinity");
        if required.is_null() {
            errors.required(&at.child("required"), "must specify required node constraints");
        } else {
            validate_node_selector(required, &at.child("required"), &mut errors);
        }
    }
    validate_source(spec, &mut errors);
    let path = spec["hostPath"]["path"].str_or_empty();
    let is_root = !path.is_empty() && path.bytes().all(|it| it == b'/');
    if is_root && policy.as_str() == Some("Recycle") {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        errors.forbidden(&SPEC.child("persistentVolumeReclaimPolicy"), detail);
    }
    validate_class(spec, "storageClassName", &SPEC, &mut errors);
    format::optional_one_of(&spec["volumeMode"], &VOLUME_MODES, &SPEC.child("volumeMode"), &mut errors);
    if let Some(class) = spec["volumeAttributesClassName"].as_str() {
        if class.is_empty() {
            errors.required(&SPEC.child("volumeAttributesClassName"), "an empty string is disallowed");
        }
        validate_class(spec, "volumeAttributesClassName", &SPEC, &mut errors);
        if spec["csi"].is_null() {
            errors.required(&SPEC.child("csi"), "has to be specified when using volumeAttributesClassName");
        }
    }
    errors
}

fn validate_capacity(capacity: &Value, errors: &mut ErrorList) {
    let at = SPEC.child("capacity");
    if capacity.is_empty() {
        errors.required(&at, "");
    }
    let count = capacity.as_map().map_or(0, |it| it.len());
    if capacity["storage"].is_null() || count > 1 {
        let shown = if capacity.is_null() { Value::Null } else { capacity.clone() };
        errors.not_supported(&at, shown, &["storage"]);
    }
    for (name, amount) in capacity.as_map().into_iter().flat_map(|it| it.iter()) {
        let amount = Quantity::or_zero(amount);
        if amount.is_negative() {
            errors.invalid(&at.key(name), amount.value(), "must be a valid resource quantity");
        }
        if amount <= Quantity::ZERO {
            errors.invalid(&at.key(name), amount, "must be greater than zero");
        }
    }
}

fn validate_source(spec: &Value, errors: &mut ErrorList) {
    let mut count = 0;
    for (source, needed) in SOURCES {
        if spec[source].is_null() {
            continue;
        }
        let at = SPEC.child(source);
        count += 1;
        if count > 1 && source != "flexVolume" {
            errors.forbidden(&at, "may not specify more than 1 volume type");
            continue;
        }
        if !needed.is_empty() && spec[source][needed].is_empty() {
            errors.required(&at.child(needed), "");
        }
        if source == "nfs" {
            let path = spec[source]["path"].str_or_empty();
            format::required(&spec[source]["path"], &at.child("path"), errors);
            if !path.starts_with('/') {
                errors.invalid(&at.child("path"), path, "must be an absolute path");
            }
        }
        if source == "csi" && spec[source]["volumeHandle"].is_empty() {
            errors.required(&at.child("volumeHandle"), "");
        }
        if matches!(source, "hostPath" | "local") {
            format::text(format::without_backsteps, &spec[source]["path"], &at.child("path"), errors);
        }
        if source == "local" && spec["nodeAffinity"].is_null() {
            errors.required(&SPEC.child("nodeAffinity"), "Local volume requires node affinity");
        }
    }
    if count == 0 {
        errors.required(&SPEC, "must specify a volume type");
    }
}

fn validate_volume_update(new: &Object, old: &Object) -> ErrorList {
    if new.spec().is_same(old.spec()) {
        return ErrorList::new();
    }
    // The strategy checks the whole volume, and so does the check of the change.
    let mut errors = validate_volume(new);
    errors.extend(validate_volume(new));
    let (spec, was) = (new.spec(), old.spec());
    if SOURCES.iter().any(|it| spec[it.0] != was[it.0]) {
        let at = SPEC.child("persistentvolumesource");
        let difference = volume_source_difference(was, spec);
        errors.forbidden(&at, format!("spec.persistentvolumesource is immutable after creation\n{difference}"));
    }
    if spec["volumeMode"] != was["volumeMode"] {
        errors.invalid(&At::new("volumeMode"), &spec["volumeMode"], IMMUTABLE);
    }
    if !was["nodeAffinity"].is_null() && spec["nodeAffinity"] != was["nodeAffinity"] {
        let detail = format!("{IMMUTABLE}, except for updating from beta label to GA");
        let at = At::new("nodeAffinity");
        errors.add(invalid_as(Shape::StructPointer(&NODE_AFFINITY), &spec["nodeAffinity"], &at, &detail));
    }
    if !was["volumeAttributesClassName"].is_null() && spec["volumeAttributesClassName"].is_null() {
        let at = SPEC.child("volumeAttributesClassName");
        errors.forbidden(&at, "update from non-nil value to nil is forbidden");
    }
    errors
}

fn validate_claim(claim: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    validate_claim_spec(claim.spec(), &SPEC, &mut errors);
    errors
}

/// Checks the spec of a claim, or of one that a pod's volume is to get (`ValidatePersistentVolumeClaimSpec`).
pub(super) fn validate_claim_spec(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if spec["accessModes"].is_empty() {
        errors.required(&at.child("accessModes"), "at least 1 access mode is required");
    }
    if !spec["selector"].is_null() {
        validate_label_selector(&spec["selector"], &at.child("selector"), errors);
    }
    validate_access_modes(spec, at, errors);
    let storage = &spec["resources"]["requests"]["storage"];
    let resources = at.child("resources");
    let storage_at = resources.key("storage");
    if storage.is_null() {
        errors.required(&storage_at, "");
    } else if Quantity::or_zero(storage) <= Quantity::ZERO {
        errors.invalid(&storage_at, Quantity::or_zero(storage), "must be greater than zero");
    } else {
        validate_quantity("storage", storage, &storage_at, errors);
    }
    validate_class(spec, "storageClassName", at, errors);
    format::optional_one_of(&spec["volumeMode"], &VOLUME_MODES, &at.child("volumeMode"), errors);
    for field in ["dataSource", "dataSourceRef"] {
        if !spec[field].is_null() {
            validate_data_source(&spec[field], &at.child(field), errors);
        }
    }
    validate_data_source_pair(spec, at, errors);
    validate_class(spec, "volumeAttributesClassName", at, errors);
}

fn validate_data_source(source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::required(&source["name"], &at.child("name"), errors);
    format::required(&source["kind"], &at.child("kind"), errors);
    if source["apiGroup"].is_empty() {
        if source["kind"].as_str() != Some("PersistentVolumeClaim") {
            let detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
            errors.invalid(at, source["kind"].str_or_empty(), detail);
        }
    } else {
        format::text(syntax::dns_subdomain, &source["apiGroup"], &at.child("apiGroup"), errors);
    }
    if !source["namespace"].is_empty() {
        format::text(syntax::dns_label, &source["namespace"], &at.child("namespace"), errors);
    }
}

/// The two fields for the source of the data say the same. Upstream shows the path of the field as the value, which is an
/// empty struct.
fn validate_data_source_pair(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (source, reference) = (&spec["dataSource"], &spec["dataSourceRef"]);
    if source.is_null() || reference.is_null() {
        return;
    }
    if !reference["namespace"].is_empty() {
        errors.invalid(at, Value::empty_map(), "may not be specified when dataSourceRef.namespace is specified");
    } else if ["apiGroup", "kind", "name"].iter().any(|it| source[*it] != reference[*it]) {
        errors.invalid(at, Value::empty_map(), "must match dataSourceRef");
    }
}

/// A claim is what it was made as, but for what can be set once and what a bound one can grow by.
fn validate_claim_update(new: &Object, old: &Object) -> ErrorList {
    if new.spec().is_same(old.spec()) && new.meta.annotations.is_shared_with(&old.meta.annotations) {
        return ErrorList::new();
    }
    let mut errors = validate_claim(new);
    let (mut is, mut was) = (new.spec().clone(), old.spec().clone());
    if was["volumeName"].is_empty() {
        was.set("volumeName", &is["volumeName"]);
    }
    let beta = |claim: &Object| claim.meta.annotation(BETA_CLASS).unwrap_or_default().to_owned();
    if beta(new) != beta(old) && was["storageClassName"].as_str() != Some(&beta(old)) {
        let metadata = At::new("metadata");
        errors.invalid(&metadata.child("annotations").key(BETA_CLASS), beta(new), IMMUTABLE);
    }
    if was["storageClassName"].is_null() {
        is.remove("storageClassName");
    }
    let size = |spec: &Value| Quantity::or_zero(&spec["resources"]["requests"]["storage"]);
    let (size, before) = (size(new.spec()), size(old.spec()));
    if new.status()["phase"].as_str() == Some("Bound") {
        is.at_mut(&["resources", "requests"]).set("storage", &was["resources"]["requests"]["storage"]);
        is.set("volumeAttributesClassName", &was["volumeAttributesClassName"]);
    }
    let without_nulls = |spec: &mut Value| spec.map_mut().retain(|_, value| !value.is_null());
    without_nulls(&mut is);
    without_nulls(&mut was);
    if is != was {
        let but = "resources.requests and volumeAttributesClassName for bound claims";
        let difference = claim_difference(&was, &is);
        errors.forbidden(&SPEC, format!("spec is immutable after creation except {but}\n{difference}"));
    }
    if size < before && size <= Quantity::or_zero(&new.status()["capacity"]["storage"]) {
        let resources = SPEC.child("resources");
        let requests = resources.child("requests");
        errors.forbidden(&requests.child("storage"), "field can not be less than status.capacity");
    }
    if new.spec()["volumeMode"] != old.spec()["volumeMode"] {
        errors.invalid(&At::new("volumeMode"), &new.spec()["volumeMode"], IMMUTABLE);
    }
    errors
}
