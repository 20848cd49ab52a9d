//! The volumes of a pod (`ValidateVolumes`, `validateVolumeSource`).

use super::{env, format, projected, syntax};
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::{validate_annotations, validate_labels};
use crate::api::registry::persistent_volume::validate_claim_spec;
use crate::object::{Meta, Quantity, Value};

/// The sources of a volume, in the order in which a second one is refused.
const SOURCES: [&str; 29] = [
    "emptyDir",
    "hostPath",
    "gitRepo",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "flocker",
    "persistentVolumeClaim",
    "rbd",
    "cinder",
    "cephfs",
    "quobyte",
    "downwardAPI",
    "fc",
    "flexVolume",
    "configMap",
    "azureFile",
    "vsphereVolume",
    "photonPersistentDisk",
    "portworxVolume",
    "azureDisk",
    "storageos",
    "projected",
    "scaleIO",
    "csi",
    "ephemeral",
];

/// Checks the volumes at `at`, and returns those that containers may mount: those without an error.
pub(super) fn validate<'a>(
    volumes: &'a Value,
    pod: Option<&Meta>,
    at: &At<'_>,
    errors: &mut ErrorList,
) -> Vec<&'a Value> {
    let volumes = volumes.items();
    let mut sound: Vec<&Value> = Vec::with_capacity(volumes.len());
    for (i, volume) in volumes.iter().enumerate() {
        let at = at.index(i);
        let before = errors.len();
        validate_source(volume, pod, &at, errors);
        let name = volume["name"].str_or_empty();
        if name.is_empty() {
            errors.required(&at.child("name"), "");
        } else {
            format::text(syntax::dns_label, &volume["name"], &at.child("name"), errors);
        }
        if sound.iter().any(|it| it["name"].str_or_empty() == name) {
            errors.duplicate(&at.child("name"), name);
        }
        if errors.len() == before {
            sound.push(volume);
        }
    }
    sound
}

fn validate_source(volume: &Value, pod: Option<&Meta>, at: &At<'_>, errors: &mut ErrorList) {
    let mut has_one = false;
    for kind in SOURCES.iter().chain(&["image"]) {
        let source = &volume[*kind];
        if source.is_null() {
            continue;
        }
        let source_at = at.child(kind);
        if has_one {
            errors.forbidden(&at.child(name_as_second(kind)), "may not specify more than 1 volume type");
            continue;
        }
        has_one = true;
        validate_kind(kind, source, &source_at, errors);
        if *kind == "ephemeral" {
            validate_name_of_claim(pod, volume["name"].str_or_empty(), &at.child("name"), errors);
        }
    }
    if !has_one {
        errors.required(at, "must specify a volume type");
    }
}

/// What a second source is called; two of the names have always been misspelled.
fn name_as_second(kind: &str) -> &str {
    match kind {
        "downwardAPI" => "downwarAPI",
        "cephfs" => "cephFS",
        other => other,
    }
}

fn validate_kind(kind: &str, source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match kind {
        "emptyDir" => {
            let limit = &source["sizeLimit"];
            if Quantity::from_value(limit).is_ok_and(Quantity::is_negative) {
                errors.forbidden(&at.child("sizeLimit"), "SizeLimit field must be a valid resource quantity");
            }
        }
        "hostPath" => validate_host_path(source, at, errors),
        "secret" => {
            format::required(&source["secretName"], &at.child("secretName"), errors);
            validate_files(source, at, errors);
        }
        "configMap" => {
            format::required(&source["name"], &at.child("name"), errors);
            validate_files(source, at, errors);
        }
        "downwardAPI" => {
            format::file_mode(&source["defaultMode"], &at.child("defaultMode"), errors);
            for item in source["items"].items() {
                validate_downward_file(item, at, errors);
            }
        }
        "projected" => projected::validate(source, at, errors),
        "nfs" => {
            format::required(&source["server"], &at.child("server"), errors);
            let path = source["path"].str_or_empty();
            format::required(&source["path"], &at.child("path"), errors);
            if !path.starts_with('/') {
                errors.invalid(&at.child("path"), path, "must be an absolute path");
            }
        }
        "persistentVolumeClaim" => format::required(&source["claimName"], &at.child("claimName"), errors),
        "csi" => validate_csi(source, at, errors),
        "ephemeral" => validate_ephemeral(&source["volumeClaimTemplate"], &at.child("volumeClaimTemplate"), errors),
        "image" => {
            format::required(&source["reference"], &at.child("reference"), errors);
            let policies = ["Always", "IfNotPresent", "Never"];
            format::one_of(&source["pullPolicy"], &policies, &at.child("pullPolicy"), errors);
        }
        "gitRepo" => format::required(&source["repository"], &at.child("repository"), errors),
        "gcePersistentDisk" => format::required(&source["pdName"], &at.child("pdName"), errors),
        "awsElasticBlockStore" | "cinder" => format::required(&source["volumeID"], &at.child("volumeID"), errors),
        _ => {}
    }
}

fn validate_csi(source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (driver, driver_at) = (source["driver"].str_or_empty(), at.child("driver"));
    format::required(&source["driver"], &driver_at, errors);
    if driver.len() > 63 {
        errors.too_long(&driver_at, 63);
    }
    for wrong in (!driver.is_empty()).then(|| syntax::dns_subdomain(&driver.to_lowercase())).into_iter().flatten() {
        errors.invalid(&driver_at, driver, wrong);
    }
    if !source["nodePublishSecretRef"].is_null() {
        let reference = at.child("nodePublishSecretRef");
        format::required(&source["nodePublishSecretRef"]["name"], &reference.child("name"), errors);
    }
}

/// Checks the claim that the volume is to get (`ValidatePersistentVolumeClaimTemplate`).
fn validate_ephemeral(template: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if template.is_null() {
        return errors.required(at, "");
    }
    let (metadata, metadata_at) = (&template["metadata"], at.child("metadata"));
    if let Some(annotations) = metadata["annotations"].as_map() {
        validate_annotations(annotations, &metadata_at.child("annotations"), errors);
    }
    if let Some(labels) = metadata["labels"].as_map() {
        validate_labels(labels, &metadata_at.child("labels"), errors);
    }
    for field in ["name", "generateName", "namespace", "ownerReferences", "finalizers"] {
        if !metadata[field].is_empty() {
            errors.forbidden(&metadata_at.child(field), "cannot be set");
        }
    }
    validate_claim_spec(&template["spec"], &at.child("spec"), errors);
}

/// The claim is called by the pod and the volume.
fn validate_name_of_claim(pod: Option<&Meta>, volume: &str, at: &At<'_>, errors: &mut ErrorList) {
    let Some(pod) = pod.filter(|it| !it.name.is_empty() && !volume.is_empty()) else {
        return;
    };
    let claim = format!("{}-{volume}", pod.name);
    for wrong in syntax::dns_subdomain(&claim) {
        errors.invalid(at, volume, format!("PVC name {claim:?}: {wrong}"));
    }
}

/// The types of a path on the host, the empty one among them.
const HOST_PATH_TYPES: [&str; 8] =
    ["", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"];

fn validate_host_path(source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let path = source["path"].str_or_empty();
    if path.is_empty() {
        errors.required(&at.child("path"), "");
        return;
    }
    format::text(format::without_backsteps, &source["path"], &at.child("path"), errors);
    format::optional_one_of(&source["type"], &HOST_PATH_TYPES, &at.child("type"), errors);
}

/// Checks the modes and the files that the keys of a secret or a config map become.
fn validate_files(source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::file_mode(&source["defaultMode"], &at.child("defaultMode"), errors);
    let items = at.child("items");
    for (i, item) in source["items"].items().iter().enumerate() {
        validate_key_to_path(item, &items.index(i), errors);
    }
}

/// Checks the file that a key of a secret or a config map becomes.
pub(super) fn validate_key_to_path(item: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::required(&item["key"], &at.child("key"), errors);
    validate_file_path(item, at, errors);
    format::file_mode(&item["mode"], &at.child("mode"), errors);
}

fn validate_file_path(item: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if item["path"].str_or_empty().is_empty() {
        errors.required(&at.child("path"), "");
    }
    format::text(format::file_path, &item["path"], &at.child("path"), errors);
}

/// Checks one file of the downward API; `at` is the volume, which upstream names in place of the file.
pub(super) fn validate_downward_file(item: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_file_path(item, at, errors);
    let (field, resource) = (&item["fieldRef"], &item["resourceFieldRef"]);
    if !field.is_null() {
        env::validate_field_ref(field, &env::VOLUME_FIELDS, &at.child("fieldRef"), errors);
        if !resource.is_null() {
            errors.invalid(at, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
        }
    } else if !resource.is_null() {
        env::validate_resource_field_ref(resource, true, &at.child("resourceFieldRef"), errors);
    } else {
        errors.required(at, "one of fieldRef and resourceFieldRef is required");
    }
    format::file_mode(&item["mode"], &at.child("mode"), errors);
}
