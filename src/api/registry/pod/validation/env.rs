//! Environment variables and where they come from (`ValidateEnv`, `ValidateEnvFrom`).

use super::{format, syntax, visit_containers};
use crate::api::field::{At, ErrorList};
use crate::object::{Quantity, Value};

/// The fields that `fieldRef` of a variable may name, besides those with a subscript.
const ENV_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// The fields that `fieldRef` of a file in a volume may name, besides those with a subscript.
pub(super) const VOLUME_FIELDS: [&str; 5] =
    ["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"];

/// Every field that the downward API knows of, supported here or not (`ConvertDownwardAPIFieldLabel`).
const KNOWN_FIELDS: [&str; 14] = [
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.serviceAccountName",
    "spec.schedulerName",
    "status.phase",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

const RESOURCES: [&str; 6] = [
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
];

pub(super) fn validate(variables: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, variable) in variables.items().iter().enumerate() {
        let at = at.index(i);
        if variable["name"].str_or_empty().is_empty() {
            errors.required(&at.child("name"), "");
        } else {
            format::text(format::variable_name, &variable["name"], &at.child("name"), errors);
        }
        if !variable["valueFrom"].is_null() {
            validate_source(variable, &at.child("valueFrom"), errors);
        }
    }
}

fn validate_source(variable: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let source = &variable["valueFrom"];
    let mut count = 0;
    if !source["fieldRef"].is_null() {
        count += 1;
        validate_field_ref(&source["fieldRef"], &ENV_FIELDS, &at.child("fieldRef"), errors);
    }
    if !source["resourceFieldRef"].is_null() {
        count += 1;
        validate_resource_field_ref(&source["resourceFieldRef"], false, &at.child("resourceFieldRef"), errors);
    }
    for reference in ["configMapKeyRef", "secretKeyRef"] {
        if !source[reference].is_null() {
            count += 1;
            validate_key_ref(&source[reference], &at.child(reference), errors);
        }
    }
    if !source["fileKeyRef"].is_null() {
        count += 1;
        validate_file_ref(&source["fileKeyRef"], &at.child("fileKeyRef"), errors);
    }
    if count == 0 {
        let detail =
            "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`";
        errors.invalid(at, "", detail);
    } else if !variable["value"].str_or_empty().is_empty() {
        errors.invalid(at, "", "may not be specified when `value` is not empty");
    } else if count > 1 {
        errors.invalid(at, "", "may not have more than one field specified at a time");
    }
}

/// Checks a `fieldRef` that may name one of `supported`, or a label or annotation by subscript.
pub(super) fn validate_field_ref(field: &Value, supported: &[&str], at: &At<'_>, errors: &mut ErrorList) {
    let (version, path) = (field["apiVersion"].str_or_empty(), field["fieldPath"].str_or_empty());
    if version.is_empty() {
        errors.required(&at.child("apiVersion"), "");
        return;
    }
    if path.is_empty() {
        errors.required(&at.child("fieldPath"), "");
        return;
    }
    let subscript = path.strip_suffix("']").and_then(|it| it.split_once("['"));
    let whole = subscript.map_or(path, |(field, _)| field);
    // The former name of spec.nodeName is converted before it is looked up.
    let whole = if whole == "spec.host" { "spec.nodeName" } else { whole };
    let refused = if version != "v1" {
        Some(format!("unsupported pod version: {version}"))
    } else if subscript.is_some() && !matches!(whole, "metadata.annotations" | "metadata.labels") {
        Some(format!("field label does not support subscript: {path}"))
    } else if !KNOWN_FIELDS.contains(&whole) {
        Some(format!("field label not supported: {whole}"))
    } else {
        None
    };
    if let Some(why) = refused {
        errors.invalid(&at.child("fieldPath"), path, format!("error converting fieldPath: {why}"));
        return;
    }
    match subscript {
        Some(("metadata.annotations", key)) => {
            format::text(format::label_key, &Value::from(key.to_lowercase()), at, errors);
        }
        Some((_, key)) => format::text(format::label_key, &Value::from(key), at, errors),
        None if !supported.contains(&whole) => errors.not_supported(&at.child("fieldPath"), whole, supported),
        None => {}
    }
}

/// Checks a `resourceFieldRef`; in a volume it has to name its container.
pub(super) fn validate_resource_field_ref(field: &Value, in_volume: bool, at: &At<'_>, errors: &mut ErrorList) {
    let resource = field["resource"].str_or_empty();
    let is_huge_page = resource.starts_with("limits.hugepages-") || resource.starts_with("requests.hugepages-");
    if in_volume && field["containerName"].str_or_empty().is_empty() {
        errors.required(&at.child("containerName"), "");
    } else if resource.is_empty() {
        errors.required(&at.child("resource"), "");
    } else if !RESOURCES.contains(&resource) && !is_huge_page {
        errors.not_supported(&at.child("resource"), resource, &RESOURCES);
    }
    validate_divisor(resource, &field["divisor"], &at.child("divisor"), errors);
}

fn validate_divisor(resource: &str, divisor: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let divisor = Quantity::or_zero(divisor);
    if divisor.is_zero() {
        return;
    }
    let what = match resource.split_once('.').map(|(_, name)| name) {
        Some("cpu") => {
            if !matches!(divisor.to_string().as_str(), "1m" | "1") {
                errors.invalid(at, resource, "only divisor's values 1m and 1 are supported with the cpu resource");
            }
            return;
        }
        Some("memory") => "memory",
        Some("ephemeral-storage") => "local ephemeral storage",
        Some(name) if name.starts_with("hugepages-") => "hugepages",
        _ => return,
    };
    let supported = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei";
    if !supported.split(", ").any(|it| it == divisor.to_string()) {
        let detail = format!("only divisor's values {supported} are supported with the {what} resource");
        errors.invalid(at, resource, detail);
    }
}

fn validate_key_ref(reference: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::text(syntax::dns_subdomain, &reference["name"], &at.child("name"), errors);
    if reference["key"].str_or_empty().is_empty() {
        errors.required(&at.child("key"), "");
    } else {
        format::text(syntax::config_map_key, &reference["key"], &at.child("key"), errors);
    }
}

fn validate_file_ref(reference: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if reference["key"].str_or_empty().is_empty() {
        errors.required(&at.child("key"), "");
    } else {
        format::text(format::variable_name, &reference["key"], &at.child("key"), errors);
    }
    if reference["volumeName"].str_or_empty().is_empty() {
        errors.required(&at.child("volumeName"), "");
    } else {
        format::text(syntax::dns_label, &reference["volumeName"], &at.child("volumeName"), errors);
    }
    if reference["path"].str_or_empty().is_empty() {
        errors.required(&at.child("path"), "");
    } else {
        format::text(format::without_backsteps, &reference["path"], &at.child("path"), errors);
    }
}

/// Variables that come from a file need the volume with the file to be an `emptyDir` (`validateFileKeyRefVolumes`).
pub(super) fn validate_file_volumes(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    visit_containers(spec, at, |container, at| {
        let list = at.child("env");
        for (i, variable) in container["env"].items().iter().enumerate() {
            let reference = &variable["valueFrom"]["fileKeyRef"];
            if reference.is_null() {
                continue;
            }
            let variable_at = list.index(i);
            let from = variable_at.child("valueFrom");
            let file = from.child("fileKeyRef");
            let name = reference["volumeName"].str_or_empty();
            // Of volumes of one name the last counts.
            match spec["volumes"].items().iter().rfind(|it| it["name"].str_or_empty() == name) {
                None => errors.not_found(&file.child("volumeName"), name),
                Some(volume) if volume["emptyDir"].is_null() => {
                    errors.invalid(&file.child("volumeName"), name, "referenced volume must be of type emptyDir");
                }
                Some(_) => {}
            }
        }
    });
}

pub(super) fn validate_from(sources: &Value, list: &At<'_>, errors: &mut ErrorList) {
    for (i, source) in sources.items().iter().enumerate() {
        let at = list.index(i);
        if !source["prefix"].str_or_empty().is_empty() {
            format::text(format::variable_name, &source["prefix"], &at.child("prefix"), errors);
        }
        let mut count = 0;
        for reference in ["configMapRef", "secretRef"] {
            if !source[reference].is_null() {
                count += 1;
                validate_named_source(&source[reference]["name"], &at.child(reference), errors);
            }
        }
        // Upstream names the list here, and not the item.
        if count == 0 {
            errors.invalid(list, "", "must specify one of: `configMapRef` or `secretRef`");
        } else if count > 1 {
            errors.invalid(list, "", "may not have more than one field specified at a time");
        }
    }
}

/// The name is checked like the beginning of one, which may end in a dash.
fn validate_named_source(name: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let at = at.child("name");
    let text = name.str_or_empty();
    if text.is_empty() {
        return errors.required(&at, "");
    }
    for wrong in syntax::dns_subdomain(&syntax::as_prefix(text)) {
        errors.invalid(&at, name, wrong);
    }
}
