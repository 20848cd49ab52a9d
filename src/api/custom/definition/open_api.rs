//! What the schema of a CustomResourceDefinition may say (apiextensions-apiserver
//! `pkg/apis/apiextensions/validation/validation.go`, `ValidateCustomResourceDefinitionOpenAPISchema`).

use super::super::schema::{Additional, Rule, Schema};
use super::super::{cel, field_path, prune};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
const REASONS: [&str; 4] = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// What is known of the place of a schema.
#[derive(Clone, Default)]
struct Place {
    is_root: bool,
    /// Why no default may be here, if none may.
    forbids_defaults: Option<String>,
    is_in_metadata: bool,
    /// The innermost list or map whose parts cannot be found again in an older object.
    uncorrelatable: Option<String>,
    /// Whether rules are compiled here: not in conditions, and not in a schema that is not structural.
    has_rules: bool,
}

/// Errors about the schema, and errors about the rules in it, which are told after the others.
#[derive(Default)]
struct Found {
    schema: ErrorList,
    rules: ErrorList,
}

/// Checks a schema; with `has_rules` its rules are compiled.
pub fn check(schema: &Schema, at: &At<'_>, has_rules: bool, errors: &mut ErrorList) {
    let place = Place { is_root: true, has_rules, ..Place::default() };
    let found = walk(schema, at, &place);
    errors.extend(found.schema);
    errors.extend(found.rules);
}

fn walk(schema: &Schema, at: &At<'_>, place: &Place) -> Found {
    let mut found = Found::default();
    vocabulary(schema, at, place, &mut found.schema);
    if schema.unique_items {
        let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        found.schema.forbidden(&at.child("uniqueItems"), detail);
    }
    below(schema, at, place, &mut found);
    extensions(schema, at, &mut found.schema);
    keys_of_items(schema, at, &mut found.schema);
    for (i, rule) in schema.rules.iter().enumerate() {
        rule_texts(schema, rule, &at.child("x-kubernetes-validations").index(i), &mut found.schema);
    }
    if found.schema.is_empty() && place.has_rules && !schema.rules.is_empty() {
        let is_resource = place.is_root || schema.embedded_resource;
        let place = cel::Place { uncorrelatable: place.uncorrelatable.as_deref(), is_resource };
        cel::check(schema, at, place, &mut found.rules);
    }
    found
}

/// Which parts of JSON schema are refused, and where (`specStandardValidatorV3`).
fn vocabulary(schema: &Schema, at: &At<'_>, place: &Place, errors: &mut ErrorList) {
    let ty = schema.ty.as_str();
    if !ty.is_empty() && !TYPES.contains(&ty) {
        errors.not_supported(&at.child("type"), ty, &TYPES);
    }
    if let (Some(why), true) = (&place.forbids_defaults, schema.default.is_some()) {
        errors.forbidden(&at.child("default"), format!("must not be set {why}"));
    }
    for field in ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] {
        if schema.unsupported.contains(&field) {
            errors.forbidden(&at.child(field), format!("{field} is not supported"));
        }
    }
    if ty == "null" {
        errors.forbidden(&at.child("type"), "type cannot be set to null, use nullable as an alternative");
    }
    if schema.items_are_listed {
        errors.forbidden(&at.child("items"), "items must be a schema object and not an array");
    }
    if place.is_in_metadata && schema.embedded_resource {
        errors.forbidden(&at.child("x-kubernetes-embedded-resource"), "must not be used inside of resource meta");
    }
}

fn below(schema: &Schema, at: &At<'_>, place: &Place, found: &mut Found) {
    let mut merge = |other: Found| {
        found.schema.extend(other.schema);
        found.rules.extend(other.rules);
    };
    let place_is_root = place.is_root;
    let inner = Place { is_root: false, ..place.clone() };
    if let Some(additional) = &schema.additional {
        let at = at.child("additionalProperties");
        if !schema.properties.is_empty() && !matches!(additional, Additional::Allowed(true)) {
            let mut only = Found::default();
            only.schema.forbidden(&at, "additionalProperties and properties are mutual exclusive");
            merge(only);
        }
        if let Additional::Of(of) = additional {
            let mut place = inner.clone();
            if place.is_in_metadata {
                place.forbids_defaults = Some("inside additionalProperties applying to object metadata".to_owned());
            }
            merge(walk(of, &at, &place));
        }
    }
    let properties = at.child("properties");
    for (key, of) in &schema.properties {
        let mut place = inner.clone();
        let is_correlatable = matches!(schema.map_type.as_deref(), None | Some("granular" | "atomic"));
        if !is_correlatable && place.uncorrelatable.is_none() {
            place.uncorrelatable = Some(at.to_string());
        }
        if (place_is_root || schema.embedded_resource) && prune::is_meta_field(key) {
            place.is_in_metadata = true;
            if place_is_root {
                place.forbids_defaults = Some(format!("in top-level {key}"));
            }
        }
        merge(walk(of, &properties.key(key), &place));
    }
    let condition = Place { has_rules: false, ..inner.clone() };
    if let Some(not) = &schema.not {
        merge(walk(not, &at.child("not"), &condition));
    }
    for (field, list) in [("allOf", &schema.all_of), ("oneOf", &schema.one_of), ("anyOf", &schema.any_of)] {
        for (i, of) in list.iter().enumerate() {
            merge(walk(of, &at.child(field).index(i), &condition));
        }
    }
    if let Some(items) = &schema.items {
        let mut place = inner;
        if schema.list_type.as_deref() != Some("map") && place.uncorrelatable.is_none() {
            place.uncorrelatable = Some(at.to_string());
        }
        merge(walk(items, &at.child("items"), &place));
    }
}

fn extensions(schema: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    if schema.preserve_unknown_fields == Some(false) {
        errors.invalid(&at.child("x-kubernetes-preserve-unknown-fields"), false, "must be true or undefined");
    }
    let needs_type = |wanted: &str, extension: &str, errors: &mut ErrorList| {
        let detail = format!("must be {wanted} if {extension} is specified");
        match schema.ty.as_str() {
            "" => errors.required(&at.child("type"), detail),
            ty => errors.invalid(&at.child("type"), ty, detail),
        }
    };
    if let Some(map_type) = schema.map_type.as_deref() {
        if schema.ty != "object" {
            needs_type("object", "x-kubernetes-map-type", errors);
        }
        if !matches!(map_type, "atomic" | "granular") {
            errors.not_supported(&at.child("x-kubernetes-map-type"), map_type, &["atomic", "granular"]);
        }
    }
    let list_type = schema.list_type.as_deref();
    if list_type.is_some() && schema.ty != "array" {
        needs_type("array", "x-kubernetes-list-type", errors);
    } else if let (Some("set"), Some(items)) = (list_type, &schema.items) {
        items_of_set(items, &at.child("items"), errors);
    }
    if let Some(list_type) = list_type.filter(|it| !matches!(*it, "atomic" | "set" | "map")) {
        errors.not_supported(&at.child("x-kubernetes-list-type"), list_type, &["atomic", "set", "map"]);
    }
    if !schema.list_map_keys.is_empty() && list_type != Some("map") {
        let detail = "must be map if x-kubernetes-list-map-keys is non-empty";
        match list_type {
            None => errors.required(&at.child("x-kubernetes-list-type"), detail),
            Some(list_type) => errors.invalid(&at.child("x-kubernetes-list-type"), list_type, detail),
        }
    }
    if list_type == Some("map") {
        list_map(schema, at, errors);
    }
}

fn items_of_set(items: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    let detail = "must be atomic as item of a list with x-kubernetes-list-type=set";
    let list_type = items.list_type.as_deref();
    match items.ty.as_str() {
        "array" if !matches!(list_type, None | Some("atomic")) => {
            errors.invalid(&at.child("x-kubernetes-list-type"), list_type, detail);
        }
        "object" if items.map_type.as_deref() != Some("atomic") => {
            errors.invalid(&at.child("x-kubernetes-map-type"), list_type, detail);
        }
        _ => {}
    }
}

fn list_map(schema: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    let at_keys = at.child("x-kubernetes-list-map-keys");
    let keys = &schema.list_map_keys;
    if keys.is_empty() {
        errors.required(&at_keys, "must not be empty if x-kubernetes-list-type is map");
    }
    let at_items = at.child("items");
    let Some(items) = &schema.items else {
        errors.required(&at_items, "must have a schema if x-kubernetes-list-type is map");
        return;
    };
    if items.ty != "object" {
        let detail = "must be object if parent array's x-kubernetes-list-type is map";
        errors.invalid(&at_items.child("type"), items.ty.as_str(), detail);
        return;
    }
    let properties = at_items.child("properties");
    for (i, key) in keys.iter().enumerate() {
        match items.properties.get(key) {
            Some(of) if matches!(of.ty.as_str(), "array" | "object") => {
                let detail = "must be a scalar type if parent array's x-kubernetes-list-type is map";
                errors.invalid(&properties.key(key).child("type"), items.ty.as_str(), detail);
            }
            Some(_) => {}
            None => errors.invalid(&at_keys, Value::list(keys.iter()), "entries must all be names of item properties"),
        }
        if keys[..i].contains(key) {
            errors.invalid(&at_keys, Value::list(keys.iter()), "must not contain duplicate entries");
        }
    }
}

/// Checks that every item of a set or map has what it is told apart by (`validateMapListKeysMapSet`).
fn keys_of_items(schema: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    let (Some(items), Some(list_type @ ("set" | "map"))) = (&schema.items, schema.list_type.as_deref()) else {
        return;
    };
    let at = at.child("items");
    if items.nullable {
        let detail = format!("cannot be nullable when x-kubernetes-list-type is {list_type}");
        errors.forbidden(&at.child("nullable"), detail);
    }
    if list_type != "map" {
        return;
    }
    let properties = at.child("properties");
    for key in &schema.list_map_keys {
        let Some(of) = items.properties.get(key) else {
            continue;
        };
        let at = properties.key(key);
        if !items.required.contains(key) && of.default.is_none() {
            let detail =
                "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
            errors.required(&at.child("default"), detail);
        }
        if of.nullable {
            let detail = "this property is in x-kubernetes-list-map-keys, so it cannot be nullable";
            errors.forbidden(&at.child("nullable"), detail);
        }
    }
}

fn rule_texts(schema: &Schema, rule: &Rule, at: &At<'_>, errors: &mut ErrorList) {
    let breaks = |text: &str| text.contains(['\n', '\r']);
    let (text, message) = (rule.rule.trim(), rule.message.trim());
    let at_message = at.child("message");
    if text.is_empty() {
        errors.required(&at.child("rule"), "rule is not specified");
    } else if !rule.message.is_empty() && message.is_empty() {
        errors.invalid(&at_message, rule.message.as_str(), "must be non-empty if specified");
    } else if breaks(message) {
        errors.invalid(&at_message, rule.message.as_str(), "must not contain line breaks");
    } else if breaks(text) && message.is_empty() {
        errors.required(&at_message, "message must be specified if rule contains line breaks");
    }
    if !rule.message_expression.is_empty() && rule.message_expression.trim().is_empty() {
        errors.required(&at.child("messageExpression"), "messageExpression must be non-empty if specified");
    }
    if let Some(reason) = rule.reason.as_ref().filter(|it| !REASONS.contains(&it.as_str())) {
        errors.not_supported(&at.child("reason"), reason, &REASONS);
    }
    if rule.field_path.is_empty() {
        return;
    }
    let at_path = at.child("fieldPath");
    let path = rule.field_path.as_str();
    if path.trim().is_empty() {
        errors.invalid(&at_path, path, "must be non-empty if specified");
    }
    if breaks(path) {
        errors.invalid(&at_path, path, "must not contain line breaks");
    }
    if field_path::follow(path, schema, true).is_err() {
        errors.invalid(&at_path, path, "must be a valid path");
    }
}
