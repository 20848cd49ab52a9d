//! The rules of LimitRanges (`SetDefaults_LimitRangeItem` in `pkg/apis/core/v1/defaults.go`, `ValidateLimitRange` in
//! `pkg/apis/core/validation/validation.go`).

use super::pod::resource_list;
use super::resource_names::{is_overcommit_allowed, validate_container_resource_name, validate_resource_name};
use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Quantity, Value};

const LISTS: [&str; 5] = ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"];

/// The rules of LimitRanges.
pub static STRATEGY: Strategy = Strategy {
    default,
    validate,
    validate_update: |new, old| if new.spec().is_same(old.spec()) { ErrorList::new() } else { validate(new) },
    ..Strategy::PLAIN
};

fn default(range: &mut Object) {
    let spec = range.spec_mut();
    if spec["limits"].is_null() {
        spec.set("limits", Value::Null);
        return;
    }
    for limit in spec.field_mut("limits").items_mut() {
        for list in LISTS {
            if let Some(canonical) = resource_list(&limit[list]) {
                limit.set(list, canonical);
            }
        }
        if limit["type"].as_str() == Some("Container") {
            // A limit that is not said is the most there may be, and a request the limit, or else the least.
            for (from, to) in [("max", "default"), ("default", "defaultRequest"), ("min", "defaultRequest")] {
                fill(limit, from, to);
            }
        }
    }
}

fn fill(limit: &mut Value, from: &str, to: &'static str) {
    let amounts = limit[from].as_map().cloned().unwrap_or_default();
    for (name, amount) in amounts.iter().filter(|it| limit[to].get(it.0).is_null()).collect::<Vec<_>>() {
        limit.field_mut(to).set(name.clone(), amount);
    }
}

fn validate(range: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let spec = At::new("spec");
    let list = spec.child("limits");
    let limits = range.spec()["limits"].items();
    for (i, limit) in limits.iter().enumerate() {
        let at = list.index(i);
        let kind = limit["type"].str_or_empty();
        validate_type(kind, &at.child("type"), &mut errors);
        if limits[..i].iter().any(|it| it["type"] == limit["type"]) {
            errors.duplicate(&at.child("type"), kind);
        }
        validate_item(kind, limit, &at, &mut errors);
    }
    errors
}

fn validate_type(kind: &str, at: &At<'_>, errors: &mut ErrorList) {
    let before = errors.len();
    for wrong in syntax::qualified_name(kind) {
        errors.invalid(at, kind, wrong);
    }
    let is_standard = matches!(kind, "Pod" | "Container" | "PersistentVolumeClaim");
    if errors.len() == before && !kind.contains('/') && !is_standard {
        errors.invalid(at, kind, "must be a standard limit type or fully qualified");
    }
}

fn validate_item(kind: &str, limit: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut names: Vec<&str> = Vec::new();
    for list in LISTS {
        let list_at = at.child(list);
        if kind == "Pod" && list.starts_with("default") {
            if !limit[list].is_empty() {
                errors.forbidden(&list_at, "may not be specified when `type` is 'Pod'");
            }
            continue;
        }
        if list == "maxLimitRequestRatio" && kind == "PersistentVolumeClaim" {
            let has_storage = |list: &str| !limit[list]["storage"].is_null();
            if !has_storage("min") && !has_storage("max") {
                let detail = "either minimum or maximum storage value is required, but neither was provided";
                errors.required(&at.child("limits"), detail);
            }
        }
        for name in limit[list].as_map().into_iter().flat_map(|it| it.keys()) {
            if matches!(kind, "Pod" | "Container") {
                validate_container_resource_name(name, &list_at.key(name), errors);
            } else {
                validate_resource_name(name, &list_at.key(name), errors);
            }
            names.push(name);
        }
    }
    names.sort_unstable();
    names.dedup();
    for name in names {
        validate_amounts(name, limit, at, errors);
    }
}

/// Checks that the amounts of one resource leave room for each other.
fn validate_amounts(name: &str, limit: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let amount = |list: &str| match limit[list].get(name) {
        Value::Null => None,
        value => Some(Quantity::or_zero(value)),
    };
    let mut refuse = |list: &str, shown: Quantity, detail: String| {
        errors.invalid(&at.child(list).key(name), shown, detail);
    };
    let (min, max) = (amount("min"), amount("max"));
    let (limits, requests) = (amount("default"), amount("defaultRequest"));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        refuse("min", min, format!("min value {min} is greater than max value {max}"));
    }
    if let Some(request) = requests {
        if let Some(min) = min.filter(|min| *min > request) {
            let detail = format!("min value {min} is greater than default request value {request}");
            refuse("defaultRequest", request, detail);
        }
        if let Some(max) = max.filter(|max| request > *max) {
            let detail = format!("default request value {request} is greater than max value {max}");
            refuse("defaultRequest", request, detail);
        }
        if let Some(limit) = limits.filter(|limit| request > *limit) {
            let detail = format!("default request value {request} is greater than default limit value {limit}");
            refuse("defaultRequest", request, detail);
        }
    }
    if let Some(limit) = limits {
        if let Some(min) = min.filter(|min| *min > limit) {
            refuse("default", min, format!("min value {min} is greater than default value {limit}"));
        }
        if let Some(max) = max.filter(|max| limit > *max) {
            refuse("default", max, format!("default value {limit} is greater than max value {max}"));
        }
    }
    if let Some(ratio) = amount("maxLimitRequestRatio") {
        if ratio < Quantity::from_units(1) {
            refuse("maxLimitRequestRatio", ratio, format!("ratio {ratio} is less than 1"));
        }
        if let (Some(min), Some(max)) = (min, max) {
            let most = max.milli_value() as f64 / min.milli_value() as f64;
            if ratio.milli_value() as f64 / 1000.0 > most {
                let detail = format!("ratio {ratio} is greater than max/min = {most:.6}");
                refuse("maxLimitRequestRatio", ratio, detail);
            }
        }
    }
    if let (false, Some(limit), Some(request)) = (is_overcommit_allowed(name), limits, requests)
        && limit != request
    {
        let detail = format!("default value {limit} must equal to defaultRequest value {request} in {name}");
        refuse("defaultRequest", request, detail);
    }
}
