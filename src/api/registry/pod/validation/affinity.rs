//! Node affinity, pod affinity and pod anti-affinity (`validateAffinity`, `ValidateNodeSelector`).

use super::topology_spread::refuse_selected_keys;
use super::{format, syntax};
use crate::api::field::{At, ErrorList};
use crate::api::registry::selector::validate_label_selector;
use crate::object::Value;

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";

pub(super) fn validate(affinity: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let node = &affinity["nodeAffinity"];
    if !node.is_null() {
        let at = at.child("nodeAffinity");
        if !node[REQUIRED].is_null() {
            validate_node_selector(&node[REQUIRED], &at.child(REQUIRED), errors);
        }
        for (i, term) in node[PREFERRED].items().iter().enumerate() {
            let terms = at.child(PREFERRED);
            let at = terms.index(i);
            validate_weight(&term["weight"], &at.child("weight"), errors);
            // A preference that no node can have is no harm.
            validate_node_selector_term(&term["preference"], false, &at.child("preference"), errors);
        }
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        if affinity[kind].is_null() {
            continue;
        }
        let at = at.child(kind);
        let terms = at.child(REQUIRED);
        for (i, term) in affinity[kind][REQUIRED].items().iter().enumerate() {
            validate_pod_affinity_term(term, &terms.index(i), errors);
        }
        let terms = at.child(PREFERRED);
        for (i, term) in affinity[kind][PREFERRED].items().iter().enumerate() {
            let at = terms.index(i);
            validate_weight(&term["weight"], &at.child("weight"), errors);
            validate_pod_affinity_term(&term["podAffinityTerm"], &at.child("podAffinityTerm"), errors);
        }
    }
}

fn validate_weight(weight: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let weight = weight.as_i64().unwrap_or_default();
    if !(1..=100).contains(&weight) {
        errors.invalid(at, weight, "must be in the range 1-100");
    }
}

/// Checks a `NodeSelector`: the required terms of a node affinity.
pub fn validate_node_selector(selector: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let at = at.child("nodeSelectorTerms");
    let terms = selector["nodeSelectorTerms"].items();
    if terms.is_empty() {
        errors.required(&at, "must have at least one node selector term");
    }
    for (i, term) in terms.iter().enumerate() {
        validate_node_selector_term(term, true, &at.index(i), errors);
    }
}

fn validate_node_selector_term(term: &Value, is_required: bool, at: &At<'_>, errors: &mut ErrorList) {
    let expressions = at.child("matchExpressions");
    for (i, requirement) in term["matchExpressions"].items().iter().enumerate() {
        validate_expression(requirement, is_required, &expressions.index(i), errors);
    }
    let fields = at.child("matchFields");
    for (i, requirement) in term["matchFields"].items().iter().enumerate() {
        validate_field(requirement, &fields.index(i), errors);
    }
}

fn validate_expression(requirement: &Value, is_required: bool, at: &At<'_>, errors: &mut ErrorList) {
    let values = requirement["values"].items();
    let values_at = at.child("values");
    match requirement["operator"].str_or_empty() {
        "In" | "NotIn" if values.is_empty() => {
            errors.required(&values_at, "must be specified when `operator` is 'In' or 'NotIn'");
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            errors.forbidden(&values_at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
        }
        "Gt" | "Lt" if values.len() != 1 => {
            errors.required(&values_at, "must be specified single value when `operator` is 'Lt' or 'Gt'");
        }
        "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
        other => errors.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    format::text(format::label_key, &requirement["key"], &at.child("key"), errors);
    if is_required {
        for (i, value) in values.iter().enumerate() {
            format::text(syntax::label_value, value, &values_at.index(i), errors);
        }
    }
}

fn validate_field(requirement: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let values = requirement["values"].items();
    let values_at = at.child("values");
    match requirement["operator"].str_or_empty() {
        "In" | "NotIn" if values.len() != 1 => {
            let detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
            errors.required(&values_at, detail);
        }
        "In" | "NotIn" => {}
        other => errors.invalid(&at.child("operator"), other, "not a valid selector operator"),
    }
    if requirement["key"].str_or_empty() != "metadata.name" {
        let key = requirement["key"].str_or_empty();
        errors.invalid(&at.child("key"), key, "not a valid field selector key");
        return;
    }
    for (i, value) in values.iter().enumerate() {
        format::text(syntax::dns_subdomain, value, &values_at.index(i), errors);
    }
}

fn validate_pod_affinity_term(term: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_label_selector(&term["labelSelector"], &at.child("labelSelector"), errors);
    validate_label_selector(&term["namespaceSelector"], &at.child("namespaceSelector"), errors);
    for namespace in term["namespaces"].items() {
        format::text(syntax::dns_label, namespace, &at.child("namespace"), errors);
    }
    validate_label_keys(term, at, errors);
    let topology_key = &term["topologyKey"];
    if topology_key.str_or_empty().is_empty() {
        errors.required(&at.child("topologyKey"), "can not be empty");
    }
    format::text(format::label_key, topology_key, &at.child("topologyKey"), errors);
}

/// Checks `matchLabelKeys` and `mismatchLabelKeys` (`validateMatchLabelKeysAndMismatchLabelKeys`).
fn validate_label_keys(term: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let selector = &term["labelSelector"];
    for field in ["matchLabelKeys", "mismatchLabelKeys"] {
        let keys = term[field].items();
        if !keys.is_empty() && selector.is_null() {
            errors.forbidden(&at.child(field), "must not be specified when labelSelector is not set");
            continue;
        }
        let keys_at = at.child(field);
        for (i, key) in keys.iter().enumerate() {
            format::text(format::label_key, key, &keys_at.index(i), errors);
        }
    }
    let (keys, others) = (term["matchLabelKeys"].items(), term["mismatchLabelKeys"].items());
    refuse_selected_keys(keys, selector, "matchLabelKeys", at, errors);
    for (i, key) in keys.iter().enumerate() {
        if others.contains(key) {
            let keys_at = at.child("matchLabelKeys");
            errors.invalid(&keys_at.index(i), key, "exists in both matchLabelKeys and mismatchLabelKeys");
        }
    }
}
