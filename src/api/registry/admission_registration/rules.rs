//! Rules: the operations and resources that a webhook or policy is about.

use crate::api::field::{At, ErrorList};
use crate::object::{Value, literal};

const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const SCOPES: [&str; 3] = ["*", "Cluster", "Namespaced"];

/// Fills in what a rule leaves open.
pub(super) fn default_rule(rule: &mut Value) {
    rule.set_default("scope", literal!("*"));
}

fn has_star(list: &Value) -> bool {
    list.items().len() > 1 && list.items().iter().any(|it| it.as_str() == Some("*"))
}

/// Checks operations and resources (`validateRuleWithOperations`).
pub(super) fn validate_rule(rule: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (operations, operations_at) = (&rule["operations"], at.child("operations"));
    if operations.items().is_empty() {
        errors.required(&operations_at, "");
    }
    if has_star(operations) {
        errors.invalid(&operations_at, operations, "if '*' is present, must not specify other operations");
    }
    for (i, operation) in operations.items().iter().enumerate() {
        if !OPERATIONS.contains(&operation.str_or_empty()) {
            errors.not_supported(&operations_at.index(i), operation, &OPERATIONS);
        }
    }
    for (field, what) in [("apiGroups", "API groups"), ("apiVersions", "API versions")] {
        let at = at.child(field);
        if rule[field].items().is_empty() {
            errors.required(&at, "");
        }
        if has_star(&rule[field]) {
            errors.invalid(&at, &rule[field], format!("if '*' is present, must not specify other {what}"));
        }
    }
    for (i, version) in rule["apiVersions"].items().iter().enumerate() {
        if version.is_empty() {
            errors.required(&at.child("apiVersions").index(i), "");
        }
    }
    validate_resources(&rule["resources"], &at.child("resources"), errors);
    let scope = &rule["scope"];
    if !scope.is_null() && !SCOPES.contains(&scope.str_or_empty()) {
        errors.not_supported(&at.child("scope"), scope, &SCOPES);
    }
}

/// Checks resources: what a wildcard covers is not named again (`validateResources`).
fn validate_resources(resources: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let items: Vec<&str> = resources.items().iter().map(Value::str_or_empty).collect();
    if items.is_empty() {
        errors.required(at, "");
    }
    let (mut whole, mut everywhere): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    let mut last_is_plain = false;
    for (i, item) in items.iter().enumerate() {
        if item.is_empty() {
            errors.required(&at.index(i), "");
            continue;
        }
        let Some((resource, subresource)) = item.split_once('/') else {
            last_is_plain = *item != "*";
            continue;
        };
        if whole.contains(&resource) {
            let detail = format!("if '{resource}/*' is present, must not specify {item}");
            errors.invalid(&at.index(i), *item, detail);
        }
        if everywhere.contains(&subresource) {
            let detail = format!("if '*/{subresource}' is present, must not specify {item}");
            errors.invalid(&at.index(i), *item, detail);
        }
        if subresource == "*" {
            whole.push(resource);
        }
        if resource == "*" {
            everywhere.push(subresource);
        }
    }
    if items.len() > 1 && items.contains(&"*/*") {
        errors.invalid(at, resources, "if '*/*' is present, must not specify other resources");
    }
    if items.contains(&"*") && last_is_plain {
        let detail = "if '*' is present, must not specify other resources without subresources";
        errors.invalid(at, resources, detail);
    }
}
