//! The bounds of numbers (kube-openapi `pkg/validation/validate/values.go`).

use super::{Failure, Outcome};
use crate::api::custom::format;
use crate::api::custom::schema::Schema;
use crate::object::Value;

/// Whether `it` has no fraction (`swag.IsFloat64AJSONInteger`).
pub(super) fn is_whole(it: f64) -> bool {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    it.is_finite() && it.abs() <= LARGEST && it.fract().abs() < 1e-9
}

/// A float as Go's `%v` writes it.
pub(crate) fn go_float(it: f64) -> String {
    let exponent = if it == 0.0 { 0 } else { it.abs().log10().floor() as i32 };
    if (-4..21).contains(&exponent) {
        return format!("{it}");
    }
    let text = format!("{it:e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, digits) = exponent.strip_prefix('-').map_or(('+', exponent), |digits| ('-', digits));
    format!("{mantissa}e{sign}{digits:0>2}")
}

/// Checks a number's range, factor and bounds.
pub(super) fn check(schema: &Schema, value: &Value, path: &str) -> Outcome {
    let mut outcome = Outcome::default();
    range(schema, value, path, &mut outcome);
    let invalid = |why: String| Failure::invalid(path, value, format!("{path} in body {why}"));
    // Bounds are told as the kind of number that the value is.
    let shown = |bound: f64| match value {
        Value::Int(_) => (bound as i64).to_string(),
        _ => go_float(bound),
    };
    let compare = |bound: f64| match value {
        Value::Int(it) => it.cmp(&(bound as i64)),
        Value::Float(it) => it.partial_cmp(&bound).unwrap_or(std::cmp::Ordering::Equal),
        _ => std::cmp::Ordering::Equal,
    };
    if let Some(factor) = schema.multiple_of {
        if factor <= 0.0 {
            let why = format!("factor MultipleOf declared for {path} must be positive: {}", shown(factor));
            outcome.add(Failure::invalid(path, shown(factor), why));
        } else if !is_multiple(value, factor) {
            outcome.add(invalid(format!("should be a multiple of {}", shown(factor))));
        }
    }
    if let Some(min) = schema.minimum {
        let order = compare(min);
        if order.is_lt() || schema.exclusive_minimum && order.is_eq() {
            let than = if schema.exclusive_minimum { "greater than" } else { "greater than or equal to" };
            outcome.add(invalid(format!("should be {than} {}", shown(min))));
        }
    }
    if let Some(max) = schema.maximum {
        let order = compare(max);
        if order.is_gt() || schema.exclusive_maximum && order.is_eq() {
            let than = if schema.exclusive_maximum { "less than" } else { "less than or equal to" };
            outcome.add(invalid(format!("should be {than} {}", shown(max))));
        }
    }
    outcome.matches += 1;
    outcome
}

fn is_multiple(value: &Value, factor: f64) -> bool {
    match value {
        Value::Int(it) if factor as i64 != 0 => it.checked_rem(factor as i64) == Some(0),
        Value::Int(it) => is_whole(1.0 / factor * *it as f64),
        Value::Float(it) if factor < 1.0 => is_whole(1.0 / factor * it),
        Value::Float(it) => is_whole(it / factor),
        _ => true,
    }
}

/// Whether the number fits into the format of its type (`IsValueValidAgainstRange`).
fn range(schema: &Schema, value: &Value, path: &str, outcome: &mut Outcome) {
    let format = format::of_schema(schema);
    let fits = match (schema.ty.as_str(), format, value) {
        ("integer", "int32", Value::Int(it)) => i32::try_from(*it).is_ok(),
        ("integer", "int32", Value::Float(it)) => is_whole(*it) && it.abs() <= f64::from(i32::MAX),
        ("integer", _, Value::Float(it)) => is_whole(*it),
        ("number", "float", Value::Float(it)) => it.abs() <= f64::from(f32::MAX),
        _ => true,
    };
    if fits {
        return;
    }
    let of = if format.is_empty() { "(default format)".to_owned() } else { format!("with format {format}") };
    outcome.add(Failure::whole(format!("Checked value must be of type {} {of} in {path}", schema.ty)));
}
