//! The rules that make a schema structural (apiextensions-apiserver `pkg/apiserver/schema/validation.go`, `complete.go`,
//! `convert.go`): what a field is says the schema itself, and what is nested in `allOf` and the like only adds conditions.

use super::schema::{Additional, Schema};
use crate::api::field::{At, ErrorList};

/// Where in an object a schema applies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Item,
    Field,
}

/// Why a schema cannot be read as a structural one at all (`NewStructural`).
pub fn unreadable(schema: &Schema) -> Option<String> {
    if let Some(field) = schema.unsupported.first() {
        let field = field.strip_prefix("$s").map_or(*field, |_| "schema");
        return Some(format!("OpenAPIV3Schema '{field}' is not supported"));
    }
    if schema.preserve_unknown_fields == Some(false) {
        return Some("internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined".to_owned());
    }
    if schema.items_are_listed {
        return Some("OpenAPIV3Schema 'items' must be a schema, but is an array".to_owned());
    }
    schema.children().find_map(unreadable)
}

/// What keeps `schema` from being structural, sorted by its text (`ValidateStructural`).
pub fn errors(schema: &Schema, at: &At<'_>) -> ErrorList {
    let mut found = ErrorList::new();
    invariants(schema, Level::Root, at, &mut found);
    complete(schema, Some(schema), at, at, &mut found);
    let mut sorted: Vec<_> = found.iter().cloned().collect();
    sorted.sort_by_key(ToString::to_string);
    let mut errors = ErrorList::new();
    sorted.into_iter().for_each(|error| errors.add(error));
    errors
}

fn invariants(schema: &Schema, level: Level, at: &At<'_>, errors: &mut ErrorList) {
    if schema.ty == "array" && schema.items.is_none() {
        errors.required(&at.child("items"), "must be specified");
    }
    if let Some(items) = &schema.items {
        invariants(items, Level::Item, &at.child("items"), errors);
    }
    let properties = at.child("properties");
    for (key, field) in &schema.properties {
        invariants(field, Level::Field, &properties.key(key), errors);
    }
    if let Some(additional) = &schema.additional {
        let at = at.child("additionalProperties");
        if level == Level::Root {
            errors.forbidden(&at, "must not be used at the root");
        }
        if let Additional::Of(schema) = additional {
            invariants(schema, Level::Field, &at, errors);
        }
    }
    extensions(schema, at, errors);
    let skips_first = schema.all_of.first().is_some_and(is_int_or_string);
    conditions(schema, is_int_or_string(schema), skips_first, at, errors);
    types(schema, level, at, errors);
    metadata(schema, level, at, errors);
}

fn extensions(schema: &Schema, at: &At<'_>, errors: &mut ErrorList) {
    if !schema.int_or_string {
        return;
    }
    let detail = "must be false if x-kubernetes-int-or-string is true";
    if schema.preserves_unknown_fields() {
        errors.invalid(&at.child("x-kubernetes-preserve-unknown-fields"), true, detail);
    }
    if schema.embedded_resource {
        errors.invalid(&at.child("x-kubernetes-embedded-resource"), true, detail);
    }
}

fn types(schema: &Schema, level: Level, at: &At<'_>, errors: &mut ErrorList) {
    let at_type = at.child("type");
    let ty = schema.ty.as_str();
    if schema.embedded_resource && ty != "object" {
        let detail = "must be object if x-kubernetes-embedded-resource is true";
        match ty {
            "" => errors.required(&at_type, detail),
            ty => errors.invalid(&at_type, ty, detail),
        }
    } else if ty.is_empty() && !schema.int_or_string && !schema.preserves_unknown_fields() {
        errors.required(
            &at_type,
            match level {
                Level::Root => "must not be empty at the root",
                Level::Item => "must not be empty for specified array items",
                Level::Field => "must not be empty for specified object fields",
            },
        );
    }
    if schema.embedded_resource && schema.additional.is_some() {
        errors
            .forbidden(&at.child("additionalProperties"), "must not be used if x-kubernetes-embedded-resource is set");
    }
    if level == Level::Root && !ty.is_empty() && ty != "object" {
        errors.invalid(&at_type, ty, "must be object at the root");
    }
}

fn metadata(schema: &Schema, level: Level, at: &At<'_>, errors: &mut ErrorList) {
    let is_resource = level == Level::Root || schema.embedded_resource;
    let properties = at.child("properties");
    for key in ["kind", "apiVersion"] {
        if let Some(field) = schema.properties.get(key).filter(|field| is_resource && field.ty != "string") {
            errors.invalid(&properties.key(key).child("type"), field.ty.as_str(), "must be string");
        }
    }
    if let Some(field) = schema.properties.get("metadata") {
        let at = properties.key("metadata");
        if is_resource && field.ty != "object" {
            errors.invalid(&at.child("type"), field.ty.as_str(), "must be object");
        }
        if level == Level::Root && !is_plain_metadata(field) {
            errors.forbidden(
                &at,
                "must not specify anything other than name and generateName, but metadata is implicitly specified",
            );
        }
    }
    if schema.embedded_resource && !schema.preserves_unknown_fields() && schema.properties.is_empty() {
        errors.required(
            &properties,
            "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields",
        );
    }
}

/// Whether the schema of `metadata` says nothing beyond the conditions of a name.
fn is_plain_metadata(schema: &Schema) -> bool {
    let only_names = schema.properties.keys().all(|key| key == "name" || key == "generateName");
    let others = Schema { properties: Default::default(), ty: String::new(), default: None, ..schema.clone() };
    only_names && describes_nothing(&others)
}

/// Whether nothing but a type is said.
fn describes_nothing(schema: &Schema) -> bool {
    says_no_more(schema) && schema.children().next().is_none() && schema.additional.is_none() && no_conditions(schema)
}

/// Whether a schema has none of the parts that say what a field is.
fn says_no_more(schema: &Schema) -> bool {
    schema.title.is_empty()
        && schema.description.is_empty()
        && !schema.nullable
        && schema.default.is_none()
        && !schema.preserves_unknown_fields()
        && !schema.embedded_resource
        && !schema.int_or_string
        && schema.list_map_keys.is_empty()
        && schema.list_type.is_none()
        && schema.map_type.is_none()
        && schema.rules.is_empty()
}

/// Whether a schema has none of the parts that are conditions of a value.
fn no_conditions(schema: &Schema) -> bool {
    let counts = [schema.max_length, schema.min_length, schema.max_items, schema.min_items];
    let counts = counts.into_iter().chain([schema.max_properties, schema.min_properties]);
    counts.flatten().next().is_none()
        && [schema.maximum, schema.minimum, schema.multiple_of].into_iter().flatten().next().is_none()
        && schema.format.is_empty()
        && schema.pattern.is_none()
        && !schema.unique_items
        && schema.required.is_empty()
        && schema.allowed.is_empty()
}

/// Whether `anyOf` is the pair of integer and string that was written before `x-kubernetes-int-or-string`.
fn is_int_or_string(schema: &Schema) -> bool {
    let is_type = |schema: &Schema, ty: &str| schema.ty == ty && describes_nothing(schema);
    matches!(schema.any_of.as_slice(), [a, b] if is_type(a, "integer") && is_type(b, "string"))
}

fn conditions(schema: &Schema, skips_any_of: bool, skips_first: bool, at: &At<'_>, errors: &mut ErrorList) {
    if !skips_any_of {
        for (i, of) in schema.any_of.iter().enumerate() {
            nested(of, false, &at.child("anyOf").index(i), errors);
        }
    }
    for (i, of) in schema.all_of.iter().enumerate() {
        nested(of, skips_first && i == 0, &at.child("allOf").index(i), errors);
    }
    for (i, of) in schema.one_of.iter().enumerate() {
        nested(of, false, &at.child("oneOf").index(i), errors);
    }
    if let Some(of) = &schema.not {
        nested(of, false, &at.child("not"), errors);
    }
    if let Some(pattern) = &schema.pattern
        && let Err(why) = &pattern.regex
    {
        let detail = format!("must be a valid regular expression, but isn't: {why}");
        errors.invalid(&at.child("pattern"), pattern.text.as_str(), detail);
    }
}

fn nested(schema: &Schema, skips_any_of: bool, at: &At<'_>, errors: &mut ErrorList) {
    conditions(schema, skips_any_of, false, at, errors);
    if let Some(items) = &schema.items {
        nested(items, false, &at.child("items"), errors);
    }
    let properties = at.child("properties");
    for (key, field) in &schema.properties {
        nested(field, false, &properties.key(key), errors);
    }
    let mut forbidden = |is_there: bool, field: &str, detail: &str| {
        if is_there {
            errors.forbidden(&at.child(field), detail);
        }
    };
    let (empty, undefined, unset) =
        ("must be empty to be structural", "must be undefined to be structural", "must be false to be structural");
    let has_additional = matches!(schema.additional, Some(Additional::Of(_) | Additional::Allowed(true)));
    forbidden(!schema.ty.is_empty(), "type", empty);
    forbidden(has_additional, "additionalProperties", undefined);
    forbidden(schema.default.is_some(), "default", undefined);
    forbidden(!schema.title.is_empty(), "title", empty);
    forbidden(!schema.description.is_empty(), "description", empty);
    forbidden(schema.nullable, "nullable", unset);
    forbidden(schema.preserves_unknown_fields(), "x-kubernetes-preserve-unknown-fields", unset);
    forbidden(schema.embedded_resource, "x-kubernetes-embedded-resource", unset);
    forbidden(schema.int_or_string, "x-kubernetes-int-or-string", unset);
    forbidden(!schema.list_map_keys.is_empty(), "x-kubernetes-list-map-keys", empty);
    forbidden(schema.list_type.is_some(), "x-kubernetes-list-type", undefined);
    forbidden(schema.map_type.is_some(), "x-kubernetes-map-type", undefined);
    forbidden(!schema.rules.is_empty(), "x-kubernetes-validations", empty);
    if schema.properties.contains_key("metadata") {
        errors.forbidden(&properties.key("metadata"), "must not be specified in a nested context");
    }
}

/// Checks that every field that a condition names is one that the schema itself has (`validateStructuralCompleteness`).
fn complete(of: &Schema, whole: Option<&Schema>, at: &At<'_>, of_at: &At<'_>, errors: &mut ErrorList) {
    let Some(schema) = whole else {
        errors.required(at, format!("because it is defined in {of_at}"));
        return;
    };
    if let Some(not) = &of.not {
        complete_nested(not, Some(schema), at, &of_at.child("not"), errors);
    }
    for (field, alternatives) in [("allOf", &of.all_of), ("anyOf", &of.any_of), ("oneOf", &of.one_of)] {
        for (i, alternative) in alternatives.iter().enumerate() {
            complete_nested(alternative, Some(schema), at, &of_at.child(field).index(i), errors);
        }
    }
}

fn complete_nested(of: &Schema, whole: Option<&Schema>, at: &At<'_>, of_at: &At<'_>, errors: &mut ErrorList) {
    complete(of, whole, at, of_at, errors);
    let Some(schema) = whole else {
        return;
    };
    if let Some(items) = &of.items {
        complete_nested(items, schema.items.as_deref(), &at.child("items"), &of_at.child("items"), errors);
    }
    let (properties, of_properties) = (at.child("properties"), of_at.child("properties"));
    for (key, field) in &of.properties {
        let (at, of_at) = (properties.key(key), of_properties.key(key));
        match schema.properties.get(key) {
            Some(known) => complete_nested(field, Some(known), &at, &of_at, errors),
            None => errors.required(&at, format!("because it is defined in {of_at}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Value;

    fn told(schema: &str) -> String {
        let schema = Schema::parse(&Value::from_json(schema.as_bytes()).expect("valid JSON"));
        let errors = errors(&schema, &At::new("s"));
        if errors.is_empty() { String::new() } else { errors.to_string() }
    }

    #[test]
    fn a_schema_that_is_not_structural_is_told_why() {
        let table = [
            (r#"{"type":"object","properties":{"spec":{"type":"object"}}}"#, ""),
            ("{}", "s.type: Required value: must not be empty at the root"),
            (
                r#"{"type":"array","items":{"type":"string"}}"#,
                r#"s.type: Invalid value: "array": must be object at the root"#,
            ),
            (
                r#"{"type":"object","properties":{"a":{}}}"#,
                "s.properties[a].type: Required value: must not be empty for specified object fields",
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"array"}}}"#,
                "s.properties[a].items: Required value: must be specified",
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string","anyOf":[{"type":"string"}]}}}"#,
                "s.properties[a].anyOf[0].type: Forbidden: must be empty to be structural",
            ),
            (
                r#"{"type":"object","properties":{"a":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]}}}"#,
                "",
            ),
            (
                r#"{"type":"object","oneOf":[{"properties":{"b":{"minimum":1}}}]}"#,
                "s.properties[b]: Required value: because it is defined in s.oneOf[0].properties[b]",
            ),
            (
                r#"{"type":"object","properties":{"metadata":{"type":"object","properties":{"name":{"type":"string","maxLength":3}}}}}"#,
                "",
            ),
            (
                r#"{"type":"object","properties":{"metadata":{"type":"object","properties":{"labels":{"type":"object"}}}}}"#,
                "s.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is \
                 implicitly specified",
            ),
            (
                r#"{"type":"object","properties":{"a":{"type":"string","pattern":"("}}}"#,
                "s.properties[a].pattern: Invalid value: \"(\": must be a valid regular expression, but isn't: \
                 error parsing regexp: missing closing ): `(`",
            ),
        ];
        for (schema, want) in table {
            assert_eq!(told(schema), want, "{schema}");
        }
    }
}
