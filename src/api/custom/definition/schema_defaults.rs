//! The checks of the defaults in a schema: each must be what the schema itself takes
//! (apiextensions-apiserver `pkg/apiserver/schema/defaulting/validation.go`).

use super::super::schema::Schema;
use super::super::validate::validate;
use super::super::{cel, metadata, prune};
use crate::api::field::{At, ErrorList, Path};

/// Checks every default of `schema`, which is that of a whole object.
pub fn check(schema: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    walk(schema, at, true, false, errors);
}

fn walk(schema: &Schema, at: &At<'_>, is_resource: bool, is_in_metadata: bool, errors: &mut ErrorList) {
    let is_resource = is_resource || schema.embedded_resource;
    let is_in_metadata = is_in_metadata && !schema.embedded_resource;
    if schema.default.is_some() {
        one(schema, &at.child("default"), is_resource, is_in_metadata, errors);
    }
    if let Some(items) = &schema.items {
        walk(items, &at.child("items"), false, is_in_metadata, errors);
    }
    let properties = at.child("properties");
    for (key, of) in &schema.properties {
        let is_in_metadata = is_in_metadata || is_resource && prune::is_meta_field(key);
        walk(of, &properties.key(key), false, is_in_metadata, errors);
    }
}

fn one(schema: &Schema, at: &At<'_>, is_resource: bool, is_in_metadata: bool, errors: &mut ErrorList) {
    let Some(default) = &schema.default else {
        return;
    };
    if !is_in_metadata {
        let mut pruned = default.clone();
        prune::prune(&mut pruned, schema, is_resource);
        if pruned != *default {
            errors.invalid(at, default, "must not have unknown fields");
        }
        let count = errors.len();
        metadata::validate_embedded(schema, default, is_resource, at, errors);
        if errors.len() > count {
            return;
        }
    }
    let path = Path::new(&at.to_string());
    let outcome = validate(schema, default, None, "");
    if !outcome.is_valid() {
        errors.extend(outcome.field_errors(Some(&path)));
        return;
    }
    if let Some(rules) = cel::Rules::of(schema) {
        rules.validate(default, None, Some(&path), errors);
    }
}
