//! What a policy matches: resources, selectors and conditions.

use super::MATCH_POLICIES;
use super::rules::{default_rule, validate_rule};
use crate::api::field::{At, ErrorList};
use crate::api::registry::selector::validate_label_selector;
use crate::api::registry::{format, syntax};
use crate::object::{Value, literal};

/// The most conditions that a webhook or policy may have.
const CONDITIONS_MAX: usize = 64;

const RULES: [&str; 2] = ["resourceRules", "excludeResourceRules"];

/// Fills in what `MatchResources` leave open.
pub(super) fn default(resources: &mut Value) {
    resources.set_default("matchPolicy", literal!("Equivalent"));
    resources.set_default("namespaceSelector", Value::empty_map());
    resources.set_default("objectSelector", Value::empty_map());
    for field in RULES {
        if !resources[field].items().is_empty() {
            resources.field_mut(field).items_mut().iter_mut().for_each(default_rule);
        }
    }
}

/// Checks `MatchResources` (`validateMatchResources`).
pub(super) fn validate(resources: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::optional_one_of(&resources["matchPolicy"], &MATCH_POLICIES, &at.child("matchPolicy"), errors);
    for field in ["namespaceSelector", "objectSelector"] {
        validate_label_selector(&resources[field], &at.child(field), errors);
    }
    for field in RULES {
        for (i, rule) in resources[field].items().iter().enumerate() {
            let at = at.child(field);
            let at = at.index(i);
            let names = rule["resourceNames"].items();
            for (i, name) in names.iter().enumerate() {
                let names_at = at.child("resourceNames");
                for wrong in syntax::path_segment(name.str_or_empty()) {
                    errors.invalid(&names_at.index(i), name, wrong);
                }
                if names[..i].contains(name) {
                    errors.duplicate(&names_at.index(i), name);
                }
            }
            validate_rule(rule, &at, errors);
        }
    }
}

/// Checks match conditions (`validateMatchConditions`).
pub(super) fn validate_conditions(conditions: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let items = conditions.items();
    if items.len() > CONDITIONS_MAX {
        errors.too_many(at, items.len(), CONDITIONS_MAX);
    }
    for (i, condition) in items.iter().enumerate() {
        let at = at.index(i);
        if condition["expression"].str_or_empty().trim().is_empty() {
            errors.required(&at.child("expression"), "");
        }
        let name = condition["name"].str_or_empty();
        if name.is_empty() {
            errors.required(&at.child("name"), "");
            continue;
        }
        for wrong in syntax::qualified_name(name) {
            errors.invalid(&at.child("name"), name, wrong);
        }
        if items[..i].iter().any(|it| it["name"] == condition["name"]) {
            errors.duplicate(&at.child("name"), name);
        }
    }
}
