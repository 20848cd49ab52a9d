//! How fast an autoscaler may scale (`SetDefaults_HorizontalPodAutoscalerBehavior`, `validateBehavior`).

use crate::api::field::{At, ErrorList};
use crate::map;
use crate::object::{Quantity, Value};

/// The longest period of a policy, in seconds.
const LONGEST_PERIOD: i64 = 1800;
/// The longest time over which recommendations are taken together, in seconds.
const LONGEST_WINDOW: i64 = 3600;

/// Fills in the rules of both directions.
pub(super) fn default(behavior: &mut Value) {
    let policy =
        |kind: &str, value: i64| Value::Map(map! { "periodSeconds" => 15_i64, "type" => kind, "value" => value });
    let up = behavior.field_mut("scaleUp");
    up.set_default("stabilizationWindowSeconds", 0_i64);
    up.set_default("selectPolicy", "Max");
    up.set_default("policies", Value::list([policy("Pods", 4), policy("Percent", 100)]));
    let down = behavior.field_mut("scaleDown");
    down.set_default("selectPolicy", "Max");
    down.set_default("policies", Value::list([policy("Percent", 100)]));
}

/// Checks the rules of both directions.
pub(super) fn validate(behavior: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for direction in ["scaleUp", "scaleDown"] {
        if !behavior[direction].is_null() {
            validate_rules(&behavior[direction], &at.child(direction), errors);
        }
    }
}

fn validate_rules(rules: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let window_at = at.child("stabilizationWindowSeconds");
    if let Some(window) = rules["stabilizationWindowSeconds"].as_i64() {
        if window < 0 {
            errors.invalid(&window_at, window, "must be greater than or equal to zero");
        }
        if window > LONGEST_WINDOW {
            errors.invalid(&window_at, window, format!("must be less than or equal to {LONGEST_WINDOW}"));
        }
    }
    if let Some(select) = rules["selectPolicy"].as_str()
        && !matches!(select, "Disabled" | "Max" | "Min")
    {
        errors.not_supported(&at.child("selectPolicy"), select, &["Disabled", "Max", "Min"]);
    }
    let policies_at = at.child("policies");
    if rules["policies"].items().is_empty() {
        errors.required(&policies_at, "must specify at least one Policy");
    }
    for (i, policy) in rules["policies"].items().iter().enumerate() {
        validate_policy(policy, &policies_at.index(i), errors);
    }
    if Quantity::from_value(&rules["tolerance"]).is_ok_and(Quantity::is_negative) {
        errors.invalid(&at.child("tolerance"), &rules["tolerance"], "must be greater than or equal to 0");
    }
}

fn validate_policy(policy: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let kind = policy["type"].str_or_empty();
    if !matches!(kind, "Pods" | "Percent") {
        errors.not_supported(&at.child("type"), kind, &["Percent", "Pods"]);
    }
    let number = |field: &str| policy[field].as_i64().unwrap_or(0);
    for field in ["value", "periodSeconds"] {
        if number(field) <= 0 {
            errors.invalid(&at.child(field), number(field), "must be greater than zero");
        }
    }
    let period = number("periodSeconds");
    if period > LONGEST_PERIOD {
        let detail = format!("must be less than or equal to {LONGEST_PERIOD}");
        errors.invalid(&at.child("periodSeconds"), period, detail);
    }
}
