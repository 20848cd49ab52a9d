//! The rules of ResourceQuotas (`ValidateResourceQuota` in `pkg/apis/core/validation/validation.go`).

use super::pod::go_form::Shape::{self, List, Structs, Text};
use super::pod::go_form::{Type, field, invalid_as};
use super::pod::resource_list;
use super::resource_names::{validate_quantity, validate_resource_name};
use super::{Strategy, metadata::IMMUTABLE};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, literal};

static REQUIREMENT: Type = Type {
    fields: &[
        field("scopeName", "ScopeName", Text),
        field("operator", "Operator", Text),
        field("values", "Values", List),
    ],
};

/// `core.ScopeSelector`.
static SCOPE_SELECTOR: Type = Type { fields: &[field("matchExpressions", "MatchExpressions", Structs(&REQUIREMENT))] };

/// What a scope can be.
const SCOPES: [&str; 7] = [
    "Terminating",
    "NotTerminating",
    "BestEffort",
    "NotBestEffort",
    "PriorityClass",
    "CrossNamespacePodAffinity",
    "VolumeAttributesClass",
];

/// Scopes that exclude each other.
const CONFLICTS: [[&str; 2]; 2] = [["BestEffort", "NotBestEffort"], ["Terminating", "NotTerminating"]];

/// The rules of ResourceQuotas.
pub static STRATEGY: Strategy = Strategy {
    default: |quota| {
        quota.body.entry("spec").map_mut();
        if let Some(canonical) = resource_list(&quota.spec()["hard"]) {
            quota.spec_mut().set(literal!("hard"), canonical);
        }
    },
    prepare_create: |quota| {
        quota.body.insert(literal!("status"), Value::empty_map());
    },
    validate: |quota| {
        let mut errors = ErrorList::new();
        validate_spec(quota.spec(), &mut errors);
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.spec().is_same(old.spec()) {
            return errors;
        }
        validate_spec(new.spec(), &mut errors);
        let sorted = |quota: &Object| {
            let mut scopes: Vec<_> =
                quota.spec()["scopes"].items().iter().map(|it| it.str_or_empty().to_owned()).collect();
            scopes.sort_unstable();
            scopes.dedup();
            scopes
        };
        if sorted(new) != sorted(old) {
            errors.invalid(&At::new("spec").child("scopes"), &new.spec()["scopes"], IMMUTABLE);
        }
        errors
    },
    prepare_status_update: |quota, _| {
        for list in ["hard", "used"] {
            if let Some(canonical) = resource_list(&quota.status()[list]) {
                quota.status_mut().set(list, canonical);
            }
        }
    },
    validate_status_update: |new, _| {
        let mut errors = ErrorList::new();
        for list in ["hard", "used"] {
            validate_amounts(&new.status()[list], &At::new("status").child(list), &mut errors);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    validate_amounts(&spec["hard"], &at.child("hard"), errors);
    let names: Vec<&str> = spec["hard"].as_map().into_iter().flat_map(|it| it.keys()).map(|it| it.as_str()).collect();
    let scopes = &spec["scopes"];
    for scope in scopes.items() {
        let scope = scope.str_or_empty();
        if !SCOPES.contains(&scope) {
            errors.invalid(&at.child("scopes"), scopes, "unsupported scope");
        }
        for _ in names.iter().filter(|name| !is_scoped(scope, name)) {
            errors.invalid(&at.child("scopes"), scopes, "unsupported scope applied to resource");
        }
    }
    let has = |scope: &str| scopes.items().iter().any(|it| it.as_str() == Some(scope));
    for _ in CONFLICTS.iter().filter(|pair| pair.iter().all(|scope| has(scope))) {
        errors.invalid(&at.child("scopes"), scopes, "conflicting scopes");
    }
    validate_scope_selector(spec, &names, &at.child("scopeSelector"), errors);
}

fn validate_scope_selector(spec: &Value, names: &[&str], at: &At<'_>, errors: &mut ErrorList) {
    let at = at.child("matchExpressions");
    let selector = &spec["scopeSelector"];
    let terms = selector["matchExpressions"].items();
    for term in terms {
        let (scope, operator) = (term["scopeName"].str_or_empty(), term["operator"].str_or_empty());
        if !SCOPES.contains(&scope) {
            errors.invalid(&at.child("scopeName"), scope, "unsupported scope");
        }
        for _ in names.iter().filter(|name| !is_scoped(scope, name)) {
            let detail = "unsupported scope applied to resource";
            errors.add(invalid_as(Shape::StructPointer(&SCOPE_SELECTOR), selector, &at, detail));
        }
        let needs_exists = !matches!(scope, "PriorityClass" | "VolumeAttributesClass") && SCOPES.contains(&scope);
        if needs_exists && operator != "Exists" {
            let detail = "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, \
                          ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort \
                          or ResourceQuotaScopeCrossNamespacePodAffinity";
            errors.invalid(&at.child("operator"), operator, detail);
        }
        let values = &term["values"];
        match operator {
            "In" | "NotIn" if values.is_empty() => {
                let detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
                errors.required(&at.child("values"), detail);
            }
            "Exists" | "DoesNotExist" if !values.is_empty() => {
                let detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
                errors.invalid(&at.child("values"), values, detail);
            }
            "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
            other => errors.invalid(&at.child("operator"), other, "not a valid selector operator"),
        }
    }
    let has = |scope: &str| terms.iter().any(|it| it["scopeName"].as_str() == Some(scope));
    for _ in CONFLICTS.iter().filter(|pair| pair.iter().all(|scope| has(scope))) {
        errors.invalid(&at, &spec["scopes"], "conflicting scopes");
    }
}

/// Whether a scope makes sense for what a quota counts (`IsResourceQuotaScopeValidForResource`).
fn is_scoped(scope: &str, name: &str) -> bool {
    let compute = ["cpu", "memory", "limits.cpu", "limits.memory", "requests.cpu", "requests.memory"];
    if !is_standard(name) {
        return true;
    }
    match scope {
        "Terminating" | "NotTerminating" | "NotBestEffort" | "PriorityClass" | "CrossNamespacePodAffinity" => {
            name == "pods" || compute.contains(&name)
        }
        "BestEffort" => name == "pods",
        "VolumeAttributesClass" => matches!(name, "persistentvolumeclaims" | "requests.storage"),
        _ => true,
    }
}

/// Whether a quota can count it under a name without a domain (`IsStandardQuotaResourceName`).
fn is_standard(name: &str) -> bool {
    let standard = [
        "cpu",
        "memory",
        "ephemeral-storage",
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "persistentvolumeclaims",
        "configmaps",
        "services.nodeports",
        "services.loadbalancers",
    ];
    standard.contains(&name) || name.starts_with("hugepages-") || name.starts_with("requests.hugepages-")
}

fn validate_amounts(amounts: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (name, amount) in amounts.as_map().into_iter().flat_map(|it| it.iter()) {
        let at = at.key(name);
        validate_resource_name(name, &at, errors);
        if !name.contains('/') && !is_standard(name) {
            errors.invalid(&at, name, "must be a standard resource for quota");
        }
        validate_quantity(name, amount, &at, errors);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_quota_counts_what_can_be_counted_in_scopes_that_fit() {
        let table = [
            (r#"{"hard":{"pods":"2","requests.cpu":"1","count/deployments.apps":"4"}}"#, ""),
            (
                r#"{"hard":{"boats":"2"}}"#,
                "[spec.hard[boats]: Invalid value: \"boats\": must be a standard resource type or fully qualified, \
                 spec.hard[boats]: Invalid value: \"boats\": must be a standard resource for quota]",
            ),
            (r#"{"hard":{"pods":"1500m"}}"#, "spec.hard[pods]: Invalid value: \"1500m\": must be an integer"),
            (
                r#"{"hard":{"secrets":"1"},"scopes":["BestEffort"]}"#,
                "spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource",
            ),
            (
                r#"{"hard":{"pods":"1"},"scopes":["BestEffort","NotBestEffort"]}"#,
                "spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes",
            ),
        ];
        for (spec, want) in table {
            let mut quota = Object::new(kinds::RESOURCE_QUOTA, "default", "q");
            *quota.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
            let errors = (STRATEGY.validate)(&quota);
            let got = if errors.is_empty() { String::new() } else { errors.to_string() };
            assert_eq!(got, want, "{spec}");
        }
    }
}
