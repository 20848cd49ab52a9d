//! The checks of a definition's names, printer columns, subresources, selectable fields and deprecations
//! (apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`).

use super::super::field_path;
use super::super::names::dns1035_label;
use super::super::schema::Schema;
use crate::api::field::{At, ErrorList};
use crate::object::Value;

const COLUMN_TYPES: [&str; 5] = ["boolean", "date", "integer", "number", "string"];
const COLUMN_FORMATS: [&str; 8] = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];
/// How many fields objects may be selected by.
const SELECTABLE_FIELDS_MAX: usize = 8;

/// Checks the syntax of names that are there.
pub fn names(names: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for field in ["plural", "singular"] {
        let text = names[field].str_or_empty();
        let wrong = dns1035_label(text);
        if !text.is_empty() && !wrong.is_empty() {
            errors.invalid(&at.child(field), text, wrong.join(","));
        }
    }
    for field in ["kind", "listKind"] {
        let text = names[field].str_or_empty();
        let wrong = dns1035_label(&text.to_lowercase());
        if !text.is_empty() && !wrong.is_empty() {
            let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
            errors.invalid(&at.child(field), text, detail);
        }
    }
    labels(names, "shortNames", at, errors);
    let (kind, list_kind) = (names["kind"].str_or_empty(), names["listKind"].str_or_empty());
    if !kind.is_empty() && kind == list_kind {
        errors.invalid(&at.child("listKind"), list_kind, "kind and listKind may not be the same");
    }
    labels(names, "categories", at, errors);
}

fn labels(names: &Value, field: &str, at: &At<'_>, errors: &mut ErrorList) {
    for (i, name) in names[field].items().iter().enumerate() {
        let wrong = dns1035_label(name.str_or_empty());
        if !wrong.is_empty() {
            errors.invalid(&at.child(field).index(i), name, wrong.join(","));
        }
    }
}

/// Checks the printer columns of a version.
pub fn columns(columns: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, column) in columns.items().iter().enumerate() {
        let at = at.index(i);
        if column["name"].str_or_empty().is_empty() {
            errors.required(&at.child("name"), "");
        }
        let one_of_types = format!("must be one of {}", COLUMN_TYPES.join(","));
        match column["type"].str_or_empty() {
            "" => errors.required(&at.child("type"), one_of_types),
            ty if COLUMN_TYPES.contains(&ty) => {}
            ty => errors.invalid(&at.child("type"), ty, one_of_types),
        }
        let format = column["format"].str_or_empty();
        if !format.is_empty() && !COLUMN_FORMATS.contains(&format) {
            let detail = format!("must be one of {}", COLUMN_FORMATS.join(","));
            errors.invalid(&at.child("format"), format, detail);
        }
        match column["jsonPath"].str_or_empty() {
            "" => errors.required(&at.child("JSONPath"), ""),
            path => simple_path(path, &at.child("JSONPath"), errors),
        }
    }
}

/// Checks that a path begins with a dot; returns whether it does.
fn is_simple_path(path: &str, at: &At<'_>, errors: &mut ErrorList) -> bool {
    let count = errors.len();
    simple_path(path, at, errors);
    errors.len() == count
}

fn simple_path(path: &str, at: &At<'_>, errors: &mut ErrorList) {
    if !path.starts_with('.') {
        errors.invalid(at, path, "must be a simple json path starting with .");
    }
}

/// Checks `subresources.scale`.
pub fn subresources(subresources: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let scale = &subresources["scale"];
    if scale.as_map().is_none() {
        return;
    }
    for (field, name, under) in [
        ("specReplicasPath", "scale.specReplicasPath", ".spec."),
        ("statusReplicasPath", "scale.statusReplicasPath", ".status."),
    ] {
        let at = at.child(name);
        match scale[field].str_or_empty() {
            "" => errors.required(&at, ""),
            path if is_simple_path(path, &at, errors) && !path.starts_with(under) => {
                let parent = under.trim_end_matches('.');
                errors.invalid(&at, path, format!("should be a json path under {parent}"));
            }
            _ => {}
        }
    }
    let at = at.child("scale.labelSelectorPath");
    let path = scale["labelSelectorPath"].str_or_empty();
    let is_under = path.starts_with(".spec.") || path.starts_with(".status.");
    if !path.is_empty() && is_simple_path(path, &at, errors) && !is_under {
        errors.invalid(&at, path, "should be a json path under either .spec or .status");
    }
}

/// Checks the fields that objects of a version can be selected by.
pub fn selectable_fields(fields: &Value, schema: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    let mut seen: Vec<String> = Vec::new();
    for (i, field) in fields.items().iter().enumerate() {
        let at = at.index(i);
        let at = at.child("jsonPath");
        let text = field["jsonPath"].str_or_empty();
        if text.is_empty() {
            errors.required(&at, "");
            continue;
        }
        let path = match field_path::follow(text, schema, false) {
            Ok(path) => path,
            Err(why) => {
                errors.invalid(&at, text, format!("is an invalid path: {why}"));
                continue;
            }
        };
        if path.root == "metadata" {
            errors.invalid(&at, text, "must not point to fields in metadata");
        }
        if !matches!(path.schema.ty.as_str(), "string" | "boolean" | "integer") {
            let detail = "must point to a field of type string, boolean or integer. Enum string fields and strings with formats \
                          are allowed.";
            errors.invalid(&at, text, detail);
        }
        if seen.contains(&path.shown) {
            errors.duplicate(&at, text);
        } else {
            seen.push(path.shown);
        }
    }
    if seen.len() > SELECTABLE_FIELDS_MAX {
        errors.too_many(at, seen.len(), SELECTABLE_FIELDS_MAX);
    }
}

/// Checks what clients of a deprecated version are told.
pub fn deprecation(version: &Value, at: &At<'_>, errors: &mut ErrorList) {
    const LONGEST: usize = 256;
    let Some(warning) = version["deprecationWarning"].as_str() else {
        return;
    };
    let at = at.child("deprecationWarning");
    if !version["deprecated"].is_true() {
        errors.invalid(&at, warning, "can only be set for deprecated versions");
        return;
    }
    if warning.len() > LONGEST {
        errors.invalid(&at, warning, "must be <= 256 characters long");
    }
    if warning.is_empty() {
        errors.invalid(&at, warning, "must not be an empty string");
    }
    if let Some((i, _)) = warning.char_indices().find(|(_, c)| c.is_control()) {
        let detail =
            format!("must only contain printable UTF-8 characters; non-printable character found at index {i}");
        errors.invalid(&at, warning, detail);
    }
}
