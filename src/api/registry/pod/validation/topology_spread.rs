//! Topology spread constraints (`validateTopologySpreadConstraints`).

use super::format;
use crate::api::field::{At, ErrorList};
use crate::api::registry::selector::validate_label_selector;
use crate::object::Value;

pub(super) fn validate(constraints: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let constraints = constraints.items();
    for (i, constraint) in constraints.iter().enumerate() {
        validate_one(constraint, &constraints[i + 1..], &at.index(i), errors);
    }
}

fn validate_one(constraint: &Value, rest: &[Value], at: &At<'_>, errors: &mut ErrorList) {
    let max_skew = constraint["maxSkew"].as_i64().unwrap_or_default();
    if max_skew <= 0 {
        errors.invalid(&at.child("maxSkew"), max_skew, format::POSITIVE);
    }
    let topology_key = constraint["topologyKey"].str_or_empty();
    if topology_key.is_empty() {
        errors.required(&at.child("topologyKey"), "can not be empty");
    }
    let action = constraint["whenUnsatisfiable"].str_or_empty();
    if !matches!(action, "DoNotSchedule" | "ScheduleAnyway") {
        errors.not_supported(&at.child("whenUnsatisfiable"), action, &["DoNotSchedule", "ScheduleAnyway"]);
    }
    let is_same = |it: &Value| {
        it["topologyKey"].str_or_empty() == topology_key && it["whenUnsatisfiable"].str_or_empty() == action
    };
    if rest.iter().any(is_same) {
        errors.duplicate(&at.child("{topologyKey, whenUnsatisfiable}"), format!("{{{topology_key}, {action}}}"));
    }
    if let Some(min_domains) = constraint["minDomains"].as_i64() {
        if min_domains <= 0 {
            errors.invalid(&at.child("minDomains"), min_domains, format::POSITIVE);
        }
        if action != "DoNotSchedule" {
            let detail = format!("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not {action}");
            errors.invalid(&at.child("minDomains"), min_domains, detail);
        }
    }
    for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
        format::optional_one_of(&constraint[field], &["Honor", "Ignore"], &at.child(field), errors);
    }
    validate_match_label_keys(constraint, &at.child("matchLabelKeys"), errors);
    validate_label_selector(&constraint["labelSelector"], &at.child("labelSelector"), errors);
}

/// The keys of `matchLabelKeys` were merged into the selector when the pod was made: one term each, and no other.
fn validate_match_label_keys(constraint: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let keys = constraint["matchLabelKeys"].items();
    if keys.is_empty() {
        return;
    }
    let selector = &constraint["labelSelector"];
    if selector.is_null() {
        errors.forbidden(at, "must not be specified when labelSelector is not set");
    }
    for (i, key) in keys.iter().enumerate() {
        format::text(format::label_key, key, &at.index(i), errors);
    }
    refuse_selected_keys(keys, selector, "matchLabelKeys", at, errors);
}

/// A key of `keys` that the selector names besides the term that was merged in is there twice.
pub(super) fn refuse_selected_keys(keys: &[Value], selector: &Value, field: &str, at: &At<'_>, errors: &mut ErrorList) {
    let terms = selector["matchExpressions"].items();
    for (j, term) in terms.iter().enumerate() {
        let Some(i) = keys.iter().position(|it| it == &term["key"]) else {
            continue;
        };
        let is_label = !selector["matchLabels"].get(term["key"].str_or_empty()).is_null();
        if is_label || terms[..j].iter().any(|it| it["key"] == term["key"]) {
            let detail = format!("exists in both {field} and labelSelector");
            errors.invalid(&at.index(i), &term["key"], detail);
        }
    }
}
