//! The rules of PodDisruptionBudgets (`pkg/apis/policy/validation/validation.go`,
//! `pkg/registry/policy/poddisruptionbudget/strategy.go`).

use super::Strategy;
use super::amounts::{refuse_negative, validate_at_most_100_percent, validate_number_or_percent};
use super::selector::validate_label_selector;
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::clock::Time;
use crate::map;
use crate::object::{Object, Value, literal};

/// The type of the condition that tells whether a pod may be disrupted.
pub const DISRUPTION_ALLOWED: &str = "DisruptionAllowed";

/// The numbers that Go writes even when they are zero.
const COUNTS: [&str; 4] = ["currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"];

/// The rules of PodDisruptionBudgets.
pub static STRATEGY: Strategy = Strategy {
    prepare_create: |budget| {
        budget.meta.generation = 1;
        budget.body.insert(literal!("status"), Value::empty_map());
        default_status(budget);
    },
    validate: |budget| {
        let mut errors = ErrorList::new();
        validate_spec(budget.spec(), &mut errors);
        errors
    },
    prepare_update: |new, old| {
        if !new.spec().is_same(old.spec()) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if !new.spec().is_same(old.spec()) {
            validate_spec(new.spec(), &mut errors);
        }
        errors
    },
    prepare_status_update: |budget, _| default_status(budget),
    validate_status_update: |new, _| {
        let mut errors = ErrorList::new();
        let counts = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"];
        refuse_negative(new.status(), &counts, &At::new("status"), &mut errors);
        errors
    },
    ..Strategy::PLAIN
};

/// What the condition `DisruptionAllowed` has to say of the status: its status and reason.
pub fn verdict(budget: &Object) -> (&'static str, &'static str) {
    let allowed = budget.status()["disruptionsAllowed"].as_i64().unwrap_or_default();
    if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") }
}

/// Makes the condition `DisruptionAllowed` say what the numbers of the status do (`UpdateDisruptionAllowedCondition` in
/// `component-helpers/apps/poddisruptionbudget/helpers.go`).
pub fn update_condition(budget: &mut Object, now: Time) {
    let (status, reason) = verdict(budget);
    set_condition(budget, status, reason, "", now);
}

/// Sets the condition `DisruptionAllowed`; its transition is now if its status is another (`SetStatusCondition`).
pub fn set_condition(budget: &mut Object, status: &'static str, reason: &'static str, message: &str, now: Time) {
    let observed = budget.status()["observedGeneration"].as_i64().filter(|it| *it != 0);
    let conditions = budget.status_mut().field_mut("conditions").items_mut();
    let old = conditions.iter().position(|it| it["type"].str_or_empty() == DISRUPTION_ALLOWED);
    let same = old.and_then(|at| conditions.get(at)).filter(|it| it["status"].str_or_empty() == status);
    let since = same.map_or_else(|| Value::from(now.truncated()), |it| it["lastTransitionTime"].clone());
    let condition = Value::Map(map! {
        "type" => DISRUPTION_ALLOWED,
        "status" => status,
        "reason" => reason,
        "message" => message,
        "lastTransitionTime" => since,
        "observedGeneration" => observed,
    });
    match old.and_then(|at| conditions.get_mut(at)) {
        Some(present) => *present = condition,
        None => conditions.push(condition),
    }
}

fn default_status(budget: &mut Object) {
    for field in COUNTS {
        budget.status_mut().set_default(field, 0_i64);
    }
}

fn validate_spec(spec: &Value, errors: &mut ErrorList) {
    let at = At::new("spec");
    if !spec["minAvailable"].is_null() && !spec["maxUnavailable"].is_null() {
        errors.add(FieldError {
            wrong: Wrong::Invalid,
            field: at.to_string(),
            shown: spec_in_go(spec),
            detail: "minAvailable and maxUnavailable cannot be both set".to_owned(),
        });
    }
    for field in ["minAvailable", "maxUnavailable"] {
        validate_number_or_percent(&spec[field], &at.child(field), errors);
        validate_at_most_100_percent(&spec[field], &at.child(field), errors);
    }
    validate_label_selector(&spec["selector"], &at.child("selector"), errors);
    if let Some(policy) = spec["unhealthyPodEvictionPolicy"].as_str()
        && !matches!(policy, "AlwaysAllow" | "IfHealthyBudget")
    {
        errors.not_supported(&at.child("unhealthyPodEvictionPolicy"), policy, &["AlwaysAllow", "IfHealthyBudget"]);
    }
}

/// The spec as the API server has it in memory.
fn spec_in_go(spec: &Value) -> String {
    let fields = [
        ("MinAvailable", "minAvailable"),
        ("Selector", "selector"),
        ("MaxUnavailable", "maxUnavailable"),
        ("UnhealthyPodEvictionPolicy", "unhealthyPodEvictionPolicy"),
    ];
    let shown: Vec<String> =
        fields.iter().map(|(name, field)| format!("\"{name}\":{}", spec[*field].to_json())).collect();
    format!("{{{}}}", shown.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors_of(spec: &str) -> Vec<String> {
        let mut errors = ErrorList::new();
        validate_spec(&Value::from_json(spec.as_bytes()).expect("valid JSON"), &mut errors);
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_budget_bounds_from_one_side_with_a_number_or_a_percentage() {
        let table = [
            ("{}", ""),
            (r#"{"minAvailable":"50%","selector":{}}"#, ""),
            (r#"{"minAvailable":"120%"}"#, "spec.minAvailable: Invalid value: \"120%\": must not be greater than 100%"),
            (r#"{"maxUnavailable":-1}"#, "spec.maxUnavailable: Invalid value: -1: must be greater than or equal to 0"),
            (
                r#"{"minAvailable":1,"maxUnavailable":1}"#,
                "spec: Invalid value: {\"MinAvailable\":1,\"Selector\":null,\"MaxUnavailable\":1,\
                 \"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set",
            ),
            (
                r#"{"unhealthyPodEvictionPolicy":"Never"}"#,
                "spec.unhealthyPodEvictionPolicy: Unsupported value: \"Never\": supported values: \"AlwaysAllow\", \
                 \"IfHealthyBudget\"",
            ),
        ];
        for (spec, want) in table {
            assert_eq!(errors_of(spec).join("; "), want, "{spec}");
        }
    }
}
