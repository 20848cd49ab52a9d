//! Checking a value against a schema, with the texts of kube-openapi (`pkg/validation/validate`, `pkg/validation/errors`).
//!
//! Every error of a value is told; of alternatives (`anyOf`, `oneOf`), those of the one that came closest.

mod number;
mod outcome;

use super::format;
use super::schema::{Additional, Schema};
use crate::object::{Map, Value};

pub use outcome::{Failure, Outcome, Problem};

/// Checks `value`, which is at `path` (empty for the root), against `schema`.
///
/// `unchanged` tells of a part whether it is as it was stored: such a part is not held against the schema
/// (`ratcheting.go`). `old` is the stored value in the place of `value`, if there is one to compare with.
pub fn validate(schema: &Schema, value: &Value, old: Option<&Value>, path: &str) -> Outcome {
    let outcome = check(schema, value, old, path);
    if !outcome.is_valid() && old.is_some_and(|old| old == value) {
        return Outcome::default();
    }
    outcome
}

/// The value's part of a type's name in Go's validation.
fn type_name(value: &Value) -> (&'static str, &'static str) {
    match value {
        Value::Null => ("null", ""),
        Value::Bool(_) => ("boolean", ""),
        Value::Int(_) => ("integer", "int64"),
        Value::Float(_) => ("number", "float64"),
        Value::Str(_) => ("string", ""),
        Value::List(_) => ("array", ""),
        Value::Map(_) => ("object", ""),
    }
}

/// The types that a schema allows.
fn types(schema: &Schema) -> Vec<&str> {
    if schema.int_or_string {
        return vec!["integer", "string"];
    }
    if schema.ty.is_empty() { Vec::new() } else { vec![schema.ty.as_str()] }
}

fn check(schema: &Schema, value: &Value, old: Option<&Value>, path: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let types = types(schema);
    let format = format::of_schema(schema);
    if value.is_null() {
        outcome.merge(check_type(schema, &types, format, value, path));
        outcome.merge(check_allowed(schema, value, path));
        return outcome;
    }
    let mut step = |result: Outcome| {
        outcome.merge(result);
        outcome.matches += 1;
    };
    if !types.is_empty() || !format.is_empty() {
        step(check_type(schema, &types, format, value, path));
    }
    step(check_alternatives(schema, value, old, path));
    if let Value::Str(text) = value {
        step(check_string(schema, text, path));
        if format::is_known(format) {
            let valid = format::is_valid(format, text);
            step(if valid { Outcome::default() } else { Outcome::of(Failure::of_type(path, format, text)) });
        }
    }
    match value {
        Value::Int(_) | Value::Float(_) => step(number::check(schema, value, path)),
        Value::List(items) => step(check_items(schema, items, old, path)),
        _ => {}
    }
    step(check_allowed(schema, value, path));
    if let Value::Map(map) = value {
        step(check_object(schema, map, old, path));
    }
    outcome.matches += 1;
    outcome
}

fn check_type(schema: &Schema, types: &[&str], format: &str, value: &Value, path: &str) -> Outcome {
    let mut good = Outcome::default();
    good.matches += 1;
    let joined = types.join(",");
    let (found, found_format) = type_name(value);
    if value.is_null() {
        if types.is_empty() || schema.nullable {
            return good;
        }
        return Outcome::of(Failure::of_type(path, &joined, found));
    }
    let allows = |ty: &str| types.contains(&ty);
    let is_whole_float = matches!(value, Value::Float(it) if number::is_whole(*it)) && allows("integer");
    let is_int_float = found == "integer" && allows("number");
    let fits = allows(found) || is_whole_float || is_int_float;
    let is_textual = matches!(value, Value::Str(_) | Value::List(_));
    let has_format = !format.is_empty();
    let fits_format = fits || found_format == format;
    if has_format && !is_textual && !fits_format {
        return Outcome::of(Failure::of_type(path, format, found_format));
    }
    let is_numeric = allows("number") || allows("integer");
    if has_format && is_textual && !is_numeric {
        return good;
    }
    if fits { good } else { Outcome::of(Failure::of_type(path, &joined, found)) }
}

fn check_allowed(schema: &Schema, value: &Value, path: &str) -> Outcome {
    let is_same = |allowed: &Value| match (allowed, value) {
        (Value::Int(a), Value::Float(b)) | (Value::Float(b), Value::Int(a)) => *a as f64 == *b,
        (a, b) => a == b,
    };
    if schema.allowed.is_empty() || schema.allowed.iter().any(is_same) {
        return Outcome::default();
    }
    let values = schema.allowed.iter().map(|it| it.as_str().map_or_else(|| it.to_json(), str::to_owned)).collect();
    Outcome::of(Failure::new(path, Problem::NotAllowed { value: value.clone(), values }))
}

fn check_string(schema: &Schema, text: &str, path: &str) -> Outcome {
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    if let Some(max) = schema.max_length.filter(|max| length > *max) {
        return Outcome::of(Failure::new(path, Problem::TooLong(max)));
    }
    let invalid = |why: String| Outcome::of(Failure::invalid(path, text, format!("{path} in body {why}")));
    if let Some(min) = schema.min_length.filter(|min| length < *min) {
        return invalid(format!("should be at least {min} chars long"));
    }
    match &schema.pattern {
        Some(pattern) if !pattern.matches(text) => match &pattern.regex {
            Ok(_) => invalid(format!("should match '{}'", pattern.text)),
            Err(why) => invalid(format!("should match '{}, but pattern is invalid: {why}'", pattern.text)),
        },
        _ => Outcome::default(),
    }
}

fn check_items(schema: &Schema, items: &[Value], old: Option<&Value>, path: &str) -> Outcome {
    let mut outcome = Outcome::default();
    if let Some(of) = &schema.items {
        for (i, item) in items.iter().enumerate() {
            let stored = old.and_then(|old| stored_item(schema, old, item));
            outcome.merge(validate(of, item, stored, &format!("{path}[{i}]")));
        }
    }
    let size = i64::try_from(items.len()).unwrap_or(i64::MAX);
    if let Some(min) = schema.min_items.filter(|min| size < *min) {
        outcome.add(Failure::invalid(path, size, format!("{path} in body should have at least {min} items")));
    }
    if let Some(max) = schema.max_items.filter(|max| size > *max) {
        outcome.add(Failure::new(path, Problem::TooMany { actual: size, max }));
    }
    if schema.unique_items && items.iter().enumerate().any(|(i, item)| items[..i].contains(item)) {
        outcome.add(Failure::invalid(path, "", format!("{path} in body shouldn't contain duplicates")));
    }
    outcome.matches += 1;
    outcome
}

/// The item of `old` that is the same one as `item`: found by its keys in a list of type map, and not at all in others.
pub fn stored_item<'a>(schema: &Schema, old: &'a Value, item: &Value) -> Option<&'a Value> {
    if schema.list_type.as_deref() != Some("map") {
        return None;
    }
    let key_of = |it: &Value, key: &str| {
        let default = || schema.items.as_ref().and_then(|of| of.properties.get(key)).and_then(|it| it.default.clone());
        Some(it.get(key)).filter(|it| !it.is_null()).cloned().or_else(default)
    };
    old.items().iter().find(|it| schema.list_map_keys.iter().all(|key| key_of(it, key) == key_of(item, key)))
}

fn check_object(schema: &Schema, map: &Map, old: Option<&Value>, path: &str) -> Outcome {
    let mut outcome = Outcome::default();
    let size = i64::try_from(map.len()).unwrap_or(i64::MAX);
    if let Some(min) = schema.min_properties.filter(|min| size < *min) {
        outcome.add(Failure::invalid(path, size, format!("{path} in body should have at least {min} properties")));
    }
    if let Some(max) = schema.max_properties.filter(|max| size > *max) {
        outcome.add(Failure::new(path, Problem::TooMany { actual: size, max }));
    }
    let stored = |key: &str| old.and_then(Value::as_map).and_then(|old| old.get(key));
    let unknown = map.iter().filter(|(key, _)| !schema.properties.contains_key(key.as_str()));
    match &schema.additional {
        Some(Additional::Allowed(false)) => {
            for (key, _) in unknown {
                let why = format!("{path}.{key} in body is a forbidden property");
                outcome.add(Failure::invalid(path, key, why));
            }
        }
        Some(Additional::Of(of)) => {
            for (key, value) in unknown {
                outcome.merge(validate(of, value, stored(key), &format!("{path}.{key}")));
            }
        }
        _ => {}
    }
    for (key, of) in &schema.properties {
        if let Some(value) = map.get(key) {
            let below = if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
            outcome.merge(validate(of, value, stored(key), &below));
        }
    }
    for key in schema.required.iter().filter(|key| !map.contains_key(key)) {
        outcome.add(Failure::new(&format!("{path}.{key}"), Problem::Required));
    }
    outcome
}

fn check_alternatives(schema: &Schema, value: &Value, old: Option<&Value>, path: &str) -> Outcome {
    let mut outcome = Outcome::default();
    if !schema.any_of.is_empty() {
        outcome.merge(any_of(schema, value, old, path));
    }
    if !schema.one_of.is_empty() {
        outcome.merge(one_of(schema, value, old, path));
    }
    if !schema.all_of.is_empty() {
        let mut validated = 0;
        for of in &schema.all_of {
            let result = check(of, value, old, path);
            validated += usize::from(result.is_valid());
            outcome.merge(result);
        }
        if validated != schema.all_of.len() {
            let none = if validated == 0 { ". None validated" } else { "" };
            outcome.add(Failure::whole(format!("{path:?} must validate all the schemas (allOf){none}")));
        }
    }
    if schema.not.as_ref().is_some_and(|not| check(not, value, old, path).is_valid()) {
        outcome.add(Failure::whole(format!("{path:?} must not validate the schema (not)")));
    }
    outcome.matches += 1;
    outcome
}

fn any_of(schema: &Schema, value: &Value, old: Option<&Value>, path: &str) -> Outcome {
    let mut best: Option<Outcome> = None;
    for of in &schema.any_of {
        let result = check(of, value, old, path);
        if result.is_valid() {
            return result;
        }
        if best.as_ref().is_none_or(|best| result.matches > best.matches) {
            best = Some(result);
        }
    }
    let mut outcome = Outcome::default();
    outcome.add(Failure::whole(format!("{path:?} must validate at least one schema (anyOf)")));
    outcome.merge(best.unwrap_or_default());
    outcome
}

fn one_of(schema: &Schema, value: &Value, old: Option<&Value>, path: &str) -> Outcome {
    let (mut best, mut first, mut validated): (Option<Outcome>, Option<Outcome>, usize) = (None, None, 0);
    for of in &schema.one_of {
        let result = check(of, value, old, path);
        if result.is_valid() {
            validated += 1;
            best = None;
            first.get_or_insert(result);
        } else if validated == 0 && best.as_ref().is_none_or(|best| result.matches > best.matches) {
            best = Some(result);
        }
    }
    if validated == 1 {
        return first.unwrap_or_default();
    }
    let found =
        if validated == 0 { "Found none valid".to_owned() } else { format!("Found {validated} valid alternatives") };
    let mut outcome = Outcome::default();
    outcome.add(Failure::whole(format!("{path:?} must validate one and only one schema (oneOf). {found}")));
    outcome.merge(best.unwrap_or_default());
    outcome
}

#[cfg(test)]
mod tests;
