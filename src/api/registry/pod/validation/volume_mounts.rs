//! Where containers mount volumes (`ValidateVolumeMounts`, `ValidateVolumeDevices`).

use super::{Context, format};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Checks the mounts and the devices of `container`, which is at `at`.
pub(super) fn validate(context: &Context<'_>, container: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let devices = container["volumeDevices"].items();
    let mounts = container["volumeMounts"].items();
    let mounts_at = at.child("volumeMounts");
    for (i, mount) in mounts.iter().enumerate() {
        let at = mounts_at.index(i);
        validate_name(context, mount, &at, errors);
        validate_path(mount, &mounts[..i], devices, &at, errors);
        validate_sub_path(mount, &mounts_at, &at, errors);
        validate_propagation(container, mount, &mounts_at, errors);
        validate_recursive_read_only(mount, &mounts_at.child("recursiveReadOnly"), errors);
    }
    let devices_at = at.child("volumeDevices");
    for (i, device) in devices.iter().enumerate() {
        validate_device(context, device, &devices[..i], mounts, &devices_at.index(i), errors);
    }
}

fn validate_name(context: &Context<'_>, mount: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let name = mount["name"].str_or_empty();
    format::required(&mount["name"], &at.child("name"), errors);
    if context.volume(name).is_none() {
        errors.not_found(&at.child("name"), name);
    }
}

fn validate_path(mount: &Value, before: &[Value], devices: &[Value], at: &At<'_>, errors: &mut ErrorList) {
    let path = mount["mountPath"].str_or_empty();
    format::required(&mount["mountPath"], &at.child("mountPath"), errors);
    if before.iter().any(|it| it["mountPath"].str_or_empty() == path) {
        errors.invalid(&at.child("mountPath"), path, "must be unique");
    }
    let name = mount["name"].str_or_empty();
    if devices.iter().any(|it| it["name"].str_or_empty() == name) {
        errors.invalid(&at.child("name"), name, "must not already exist in volumeDevices");
    }
    if devices.iter().any(|it| it["devicePath"].str_or_empty() == path) {
        errors.invalid(&at.child("mountPath"), path, "must not already exist as a path in volumeDevices");
    }
}

/// Paths below a volume. What is wrong with one is said of the list, as upstream does, but for one beside the other.
fn validate_sub_path(mount: &Value, list: &At<'_>, at: &At<'_>, errors: &mut ErrorList) {
    let (path, expression) = (&mount["subPath"], &mount["subPathExpr"]);
    if !path.str_or_empty().is_empty() {
        format::text(format::descending_path, path, &list.child("subPath"), errors);
    }
    if expression.str_or_empty().is_empty() {
        return;
    }
    if !path.str_or_empty().is_empty() {
        errors.invalid(&at.child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive");
    }
    format::text(format::descending_path, expression, &list.child("subPathExpr"), errors);
}

fn validate_propagation(container: &Value, mount: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let propagation = &mount["mountPropagation"];
    let supported = ["Bidirectional", "HostToContainer", "None"];
    format::optional_one_of(propagation, &supported, &at.child("mountPropagation"), errors);
    let is_privileged = container["securityContext"]["privileged"].is_true();
    if propagation.as_str() == Some("Bidirectional") && !is_privileged {
        let detail = "Bidirectional mount propagation is available only to privileged containers";
        errors.forbidden(&at.child("mountPropagation"), detail);
    }
}

/// Checks whether what is mounted below a volume is to be read-only too (`validateMountRecursiveReadOnly`).
fn validate_recursive_read_only(mount: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match mount["recursiveReadOnly"].as_str() {
        None | Some("Disabled") => {}
        Some("Enabled" | "IfPossible") => {
            if !mount["readOnly"].is_true() {
                errors.forbidden(at, "may only be specified when readOnly is true");
            }
            if !matches!(mount["mountPropagation"].as_str(), None | Some("None")) {
                errors.forbidden(at, "may only be specified when mountPropagation is None or not specified");
            }
        }
        Some(other) => errors.not_supported(at, other, &["Disabled", "Enabled", "IfPossible"]),
    }
}

fn validate_device(
    context: &Context<'_>,
    device: &Value,
    before: &[Value],
    mounts: &[Value],
    at: &At<'_>,
    errors: &mut ErrorList,
) {
    let (name, path) = (device["name"].str_or_empty(), device["devicePath"].str_or_empty());
    let (name_at, path_at) = (at.child("name"), at.child("devicePath"));
    format::required(&device["name"], &name_at, errors);
    let is_same = |it: &Value, field: &str, text: &str| it[field].str_or_empty() == text;
    if !name.is_empty() && before.iter().any(|it| is_same(it, "name", name)) {
        errors.invalid(&name_at, name, "must be unique");
    }
    match context.volume(name) {
        None => errors.not_found(&name_at, name),
        Some(volume) if volume["persistentVolumeClaim"].is_null() && volume["ephemeral"].is_null() => {
            let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode";
            errors.invalid(&name_at, name, detail);
        }
        Some(_) => {}
    }
    format::required(&device["devicePath"], &path_at, errors);
    let has_backsteps = !format::without_backsteps(path).is_empty();
    if !has_backsteps && before.iter().any(|it| is_same(it, "devicePath", path)) {
        errors.invalid(&path_at, path, "must be unique");
    }
    if has_backsteps {
        errors.invalid(&path_at, path, "can not contain backsteps ('..')");
    }
    if mounts.iter().any(|it| is_same(it, "name", name)) {
        errors.invalid(&name_at, name, "must not already exist in volumeMounts");
    }
    if mounts.iter().any(|it| is_same(it, "mountPath", path)) {
        errors.invalid(&path_at, path, "must not already exist as a path in volumeMounts");
    }
}
