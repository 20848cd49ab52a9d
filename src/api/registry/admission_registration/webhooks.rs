//! The rules of webhook configurations.

use super::rules::{default_rule, validate_rule};
use super::{FAILURE_POLICIES, MATCH_POLICIES, REINVOCATION_POLICIES, match_resources};
use crate::api::field::{At, ErrorList};
use crate::api::registry::selector::validate_label_selector;
use crate::api::registry::{Strategy, format, syntax, webhook_client};
use crate::object::{Object, Value, literal};

/// The versions of AdmissionReview that a server speaks.
const REVIEW_VERSIONS: [&str; 2] = ["v1", "v1beta1"];
const ALL_SIDE_EFFECTS: [&str; 4] = ["None", "NoneOnDryRun", "Some", "Unknown"];
const NO_SIDE_EFFECTS: [&str; 2] = ["None", "NoneOnDryRun"];

/// The rules of ValidatingWebhookConfigurations.
pub static VALIDATING_WEBHOOK: Strategy = Strategy {
    default: |configuration| default_hooks(configuration, false),
    validate: |configuration| configuration_errors(configuration, Strict::ALL),
    validate_update: |new, old| configuration_errors(new, Strict::after(old)),
    ..Strategy::PLAIN
};

/// The rules of MutatingWebhookConfigurations.
pub static MUTATING_WEBHOOK: Strategy =
    Strategy { default: |configuration| default_hooks(configuration, true), ..VALIDATING_WEBHOOK };

fn default_hooks(configuration: &mut Object, mutates: bool) {
    if configuration.body["webhooks"].items().is_empty() {
        return;
    }
    for hook in configuration.body.entry("webhooks").items_mut() {
        hook.set_default("failurePolicy", literal!("Fail"));
        hook.set_default("matchPolicy", literal!("Equivalent"));
        hook.set_default("namespaceSelector", Value::empty_map());
        hook.set_default("objectSelector", Value::empty_map());
        hook.set_default("timeoutSeconds", 10_i64);
        if mutates {
            hook.set_default("reinvocationPolicy", literal!("Never"));
        }
        if !hook["clientConfig"]["service"].is_null() {
            hook.at_mut(&["clientConfig", "service"]).set_default("port", 443_i64);
        }
        if !hook["rules"].items().is_empty() {
            hook.field_mut("rules").items_mut().iter_mut().for_each(default_rule);
        }
    }
}

/// Which rules that came later hold: a configuration that broke one before may go on doing so.
#[derive(Clone, Copy)]
struct Strict {
    no_side_effects: bool,
    known_review_version: bool,
    unique_names: bool,
}

impl Strict {
    const ALL: Strict = Strict { no_side_effects: true, known_review_version: true, unique_names: true };

    fn after(old: &Object) -> Self {
        let hooks = old.body["webhooks"].items();
        let names: Vec<&Value> = hooks.iter().map(|hook| &hook["name"]).collect();
        Strict {
            no_side_effects: hooks.iter().all(|hook| NO_SIDE_EFFECTS.contains(&hook["sideEffects"].str_or_empty())),
            known_review_version: hooks.iter().all(|hook| {
                let versions = hook["admissionReviewVersions"].items();
                versions.is_empty() || versions.iter().any(|it| REVIEW_VERSIONS.contains(&it.str_or_empty()))
            }),
            unique_names: names.iter().enumerate().all(|(i, name)| !names[..i].contains(name)),
        }
    }
}

fn configuration_errors(configuration: &Object, strict: Strict) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("webhooks");
    let hooks = configuration.body["webhooks"].items();
    for (i, hook) in hooks.iter().enumerate() {
        let at = at.index(i);
        validate_hook(hook, strict, &at, &mut errors);
        let versions_at = at.child("admissionReviewVersions");
        validate_review_versions(&hook["admissionReviewVersions"], strict, &versions_at, &mut errors);
        let repeats = hooks[..i].iter().any(|it| it["name"] == hook["name"]);
        if strict.unique_names && repeats && !hook["name"].is_empty() {
            errors.duplicate(&at.child("name"), &hook["name"]);
        }
    }
    errors
}

fn validate_hook(hook: &Value, strict: Strict, at: &At<'_>, errors: &mut ErrorList) {
    validate_qualified_name(hook["name"].str_or_empty(), &at.child("name"), errors);
    for (i, rule) in hook["rules"].items().iter().enumerate() {
        validate_rule(rule, &at.child("rules").index(i), errors);
    }
    format::optional_one_of(&hook["failurePolicy"], &FAILURE_POLICIES, &at.child("failurePolicy"), errors);
    format::optional_one_of(&hook["matchPolicy"], &MATCH_POLICIES, &at.child("matchPolicy"), errors);
    let allowed: &[&str] = if strict.no_side_effects { &NO_SIDE_EFFECTS } else { &ALL_SIDE_EFFECTS };
    if hook["sideEffects"].is_null() {
        errors.required(&at.child("sideEffects"), format!("must specify one of {}", allowed.join(", ")));
    }
    format::optional_one_of(&hook["sideEffects"], allowed, &at.child("sideEffects"), errors);
    let timeout = &hook["timeoutSeconds"];
    if timeout.as_i64().is_some_and(|it| !(1..=30).contains(&it)) {
        let detail = "the timeout value must be between 1 and 30 seconds";
        errors.invalid(&at.child("timeoutSeconds"), timeout, detail);
    }
    for field in ["namespaceSelector", "objectSelector"] {
        validate_label_selector(&hook[field], &at.child(field), errors);
    }
    let reinvocation = &hook["reinvocationPolicy"];
    format::optional_one_of(reinvocation, &REINVOCATION_POLICIES, &at.child("reinvocationPolicy"), errors);
    webhook_client::validate(&hook["clientConfig"], &at.child("clientConfig"), errors);
    match_resources::validate_conditions(&hook["matchConditions"], &at.child("matchConditions"), errors);
}

/// Checks that a name is a domain of three parts or more (`IsFullyQualifiedName`).
fn validate_qualified_name(name: &str, at: &At<'_>, errors: &mut ErrorList) {
    if name.is_empty() {
        errors.required(at, "");
        return;
    }
    let wrong = syntax::dns_subdomain(name);
    if !wrong.is_empty() {
        errors.invalid(at, name, wrong.join(","));
    } else if name.split('.').count() < 3 {
        errors.invalid(at, name, "should be a domain with at least three segments separated by dots");
    }
}

fn validate_review_versions(versions: &Value, strict: Strict, at: &At<'_>, errors: &mut ErrorList) {
    let (items, listed) = (versions.items(), REVIEW_VERSIONS.join(", "));
    if items.is_empty() {
        errors.required(at, format!("must specify one of {listed}"));
        return;
    }
    for (i, version) in items.iter().enumerate() {
        if items[..i].contains(version) {
            errors.invalid(&at.index(i), version, "duplicate version");
            continue;
        }
        for wrong in syntax::dns1035_label(version.str_or_empty()) {
            errors.invalid(&at.index(i), version, wrong);
        }
    }
    let is_known = items.iter().any(|it| REVIEW_VERSIONS.contains(&it.str_or_empty()));
    if strict.known_review_version && !is_known {
        errors.invalid(at, versions, format!("must include at least one of {listed}"));
    }
}
