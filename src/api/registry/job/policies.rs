//! What the policies of a Job may be: pod failure, success and pod replacement.

use super::go_types::SUCCESS_POLICY;
use super::indexes;
use super::spec::is_indexed;
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::metadata::NOT_NEGATIVE;
use crate::api::registry::pod::go_form::{Shape, invalid_as};
use crate::api::registry::syntax;
use crate::object::Value;

const MAX_RULES: usize = 20;
const MAX_EXIT_CODES: usize = 255;
const MAX_PATTERNS: usize = 20;
const MAX_SUCCEEDED_INDEXES: usize = 64 * 1024;

/// Adds an `Invalid` that shows no value.
pub(super) fn invalid_without_value(errors: &mut ErrorList, at: &At<'_>, detail: &str) {
    let (field, detail) = (at.to_string(), detail.to_owned());
    errors.add(FieldError { wrong: Wrong::Invalid, field, shown: String::new(), detail });
}

/// Checks `podReplacementPolicy`.
pub(super) fn validate_replacement_policy(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let Some(policy) = spec["podReplacementPolicy"].as_str() else {
        return;
    };
    let supported: &[&str] =
        if spec["podFailurePolicy"].is_null() { &["Failed", "TerminatingOrFailed"] } else { &["Failed"] };
    if !supported.contains(&policy) {
        errors.not_supported(at, policy, supported);
    }
}

/// Checks `podFailurePolicy`.
pub(super) fn validate_pod_failure_policy(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let rules = spec["podFailurePolicy"]["rules"].items();
    let at = at.child("rules");
    if rules.len() > MAX_RULES {
        errors.too_many(&at, rules.len(), MAX_RULES);
    }
    for (i, rule) in rules.iter().enumerate() {
        validate_rule(spec, rule, &at.index(i), errors);
    }
}

fn validate_rule(spec: &Value, rule: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    let action_at = at.child("action");
    match rule["action"].str_or_empty() {
        "" => errors.required(&action_at, format!("valid values: [{}]", quoted(&actions))),
        "FailIndex" if spec["backoffLimitPerIndex"].is_null() => {
            errors.invalid(&action_at, "FailIndex", "requires the backoffLimitPerIndex to be set");
        }
        action if !actions.contains(&action) => errors.not_supported(&action_at, action, &actions),
        _ => {}
    }
    let (exit_codes, conditions) = (&rule["onExitCodes"], rule["onPodConditions"].items());
    if !exit_codes.is_null() {
        validate_exit_codes(spec, exit_codes, &at.child("onExitCodes"), errors);
    }
    validate_patterns(conditions, &at.child("onPodConditions"), errors);
    match (exit_codes.is_null(), conditions.is_empty()) {
        (false, false) => {
            invalid_without_value(errors, at, "specifying both OnExitCodes and OnPodConditions is not supported");
        }
        (true, true) => {
            invalid_without_value(errors, at, "specifying one of OnExitCodes and OnPodConditions is required");
        }
        _ => {}
    }
}

/// As Go prints a list with `%q`.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>().join(" ")
}

fn validate_patterns(patterns: &[Value], at: &At<'_>, errors: &mut ErrorList) {
    if patterns.len() > MAX_PATTERNS {
        errors.too_many(at, patterns.len(), MAX_PATTERNS);
    }
    let statuses = ["False", "True", "Unknown"];
    for (i, pattern) in patterns.iter().enumerate() {
        let at = at.index(i);
        let kind = pattern["type"].str_or_empty();
        for wrong in syntax::qualified_name(kind) {
            errors.invalid(&at.child("type"), kind, wrong);
        }
        match pattern["status"].str_or_empty() {
            "" => errors.required(&at.child("status"), format!("valid values: [{}]", quoted(&statuses))),
            status if !statuses.contains(&status) => errors.not_supported(&at.child("status"), status, &statuses),
            _ => {}
        }
    }
}

fn validate_exit_codes(spec: &Value, requirement: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let operators = ["In", "NotIn"];
    let operator = requirement["operator"].str_or_empty();
    match operator {
        "" => errors.required(&at.child("operator"), format!("valid values: [{}]", quoted(&operators))),
        other if !operators.contains(&other) => errors.not_supported(&at.child("operator"), other, &operators),
        _ => {}
    }
    if let Some(name) = requirement["containerName"].as_str() {
        let pod = spec.at(&["template", "spec"]);
        let mut containers = pod["containers"].items().iter().chain(pod["initContainers"].items());
        if !containers.any(|it| it["name"].as_str() == Some(name)) {
            let detail = "must be one of the container or initContainer names in the pod template";
            errors.invalid(&at.child("containerName"), name, detail);
        }
    }
    let (values, values_at) = (requirement["values"].items(), at.child("values"));
    if values.is_empty() {
        errors.invalid(&values_at, &requirement["values"], "at least one value is required");
    } else if values.len() > MAX_EXIT_CODES {
        errors.too_many(&values_at, values.len(), MAX_EXIT_CODES);
    }
    for (i, value) in values.iter().enumerate() {
        if operator == "In" && value.as_i64() == Some(0) {
            errors.invalid(&values_at.index(i), 0_i64, "must not be 0 for the In operator");
        }
        if values[..i].contains(value) {
            errors.duplicate(&values_at.index(i), value);
        }
    }
    if values.windows(2).any(|pair| pair[0].as_i64() > pair[1].as_i64()) {
        errors.invalid(&values_at, &requirement["values"], "must be ordered");
    }
}

/// Checks `successPolicy`.
pub(super) fn validate_success_policy(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let policy = &spec["successPolicy"];
    if policy.is_null() {
        return;
    }
    if !is_indexed(spec) {
        let detail = "requires indexed completion mode";
        return errors.add(invalid_as(Shape::Struct(&SUCCESS_POLICY), policy, at, detail));
    }
    let (rules, at) = (policy["rules"].items(), at.child("rules"));
    if rules.is_empty() {
        errors.required(&at, "at least one rules must be specified when the successPolicy is specified");
    }
    if rules.len() > MAX_RULES {
        errors.too_many(&at, rules.len(), MAX_RULES);
    }
    for (i, rule) in rules.iter().enumerate() {
        validate_success_rule(rule, spec["completions"].as_i64().unwrap_or(0), &at.index(i), errors);
    }
}

fn validate_success_rule(rule: &Value, completions: i64, at: &At<'_>, errors: &mut ErrorList) {
    let (indexes, count) = (rule["succeededIndexes"].as_str(), rule["succeededCount"].as_i64());
    if indexes.is_none() && count.is_none() {
        errors.required(at, "at least one of succeededCount or succeededIndexes must be specified");
    }
    let mut named = 0;
    if let Some(indexes) = indexes {
        let at = at.child("succeededIndexes");
        if indexes.len() > MAX_SUCCEEDED_INDEXES {
            errors.too_long(&at, MAX_SUCCEEDED_INDEXES);
        }
        match indexes::count(indexes, completions) {
            Ok(count) => named = count,
            Err(why) => errors.invalid(&at, indexes, format!("error parsing succeededIndexes: {why}")),
        }
    }
    let Some(count) = count else {
        return;
    };
    let at = at.child("succeededCount");
    if count < 0 {
        errors.invalid(&at, count, NOT_NEGATIVE);
    }
    if count > completions {
        let detail = format!("must be less than or equal to {completions} (the number of specified completions)");
        errors.invalid(&at, count, detail);
    }
    if indexes.is_some() && count > named {
        let detail = format!(
            "must be less than or equal to {named} (the number of indexes in the specified succeededIndexes field)"
        );
        errors.invalid(&at, count, detail);
    }
}
