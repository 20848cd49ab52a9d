//! The rules of admission policies and their bindings.

use super::{FAILURE_POLICIES, REINVOCATION_POLICIES, match_resources};
use crate::api::field::{At, ErrorList};
use crate::api::registry::selector::validate_label_selector;
use crate::api::registry::{Strategy, format, syntax};
use crate::object::{Object, Value, literal};

/// The most annotations that a policy may leave in the audit log.
const AUDIT_ANNOTATIONS_MAX: usize = 20;
const ACTIONS: [&str; 3] = ["Audit", "Deny", "Warn"];
const REASONS: [&str; 3] = ["Forbidden", "Invalid", "RequestEntityTooLarge"];

/// The rules of ValidatingAdmissionPolicies.
pub static VALIDATING_POLICY: Strategy = Strategy {
    default: default_policy,
    prepare_create: |policy| {
        policy.meta.generation = 1;
        policy.body.insert(literal!("status"), Value::empty_map());
    },
    validate: validating_errors,
    validate_update: |new, _| validating_errors(new),
    ..Strategy::PLAIN
};

/// The rules of MutatingAdmissionPolicies.
pub static MUTATING_POLICY: Strategy = Strategy {
    default: default_policy,
    validate: mutating_errors,
    validate_update: |new, _| mutating_errors(new),
    ..Strategy::PLAIN
};

/// The rules of ValidatingAdmissionPolicyBindings.
pub static VALIDATING_POLICY_BINDING: Strategy = Strategy {
    default: default_binding,
    validate: |binding| binding_errors(binding, true),
    validate_update: |new, _| binding_errors(new, true),
    ..Strategy::PLAIN
};

/// The rules of MutatingAdmissionPolicyBindings.
pub static MUTATING_POLICY_BINDING: Strategy = Strategy {
    validate: |binding| binding_errors(binding, false),
    validate_update: |new, _| binding_errors(new, false),
    ..VALIDATING_POLICY_BINDING
};

fn default_policy(policy: &mut Object) {
    let spec = policy.body.entry("spec");
    spec.set_default("failurePolicy", literal!("Fail"));
    if !spec["matchConstraints"].is_null() {
        match_resources::default(spec.field_mut("matchConstraints"));
    }
}

fn default_binding(binding: &mut Object) {
    let spec = binding.body.entry("spec").map_mut();
    if !spec["matchResources"].is_null() {
        match_resources::default(spec.entry("matchResources"));
    }
    if !spec["paramRef"].is_null() {
        spec.entry("paramRef").set_default("parameterNotFoundAction", literal!("Deny"));
    }
}

/// Checks what both policies have: what they match, their parameters, conditions and variables.
fn validate_common(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let policy = &spec["failurePolicy"];
    if policy.is_null() {
        errors.required(&at.child("failurePolicy"), "");
    }
    format::optional_one_of(policy, &FAILURE_POLICIES, &at.child("failurePolicy"), errors);
    if !spec["paramKind"].is_null() {
        validate_param_kind(&spec["paramKind"], &at.child("paramKind"), errors);
    }
    let (constraints, constraints_at) = (&spec["matchConstraints"], at.child("matchConstraints"));
    if constraints.is_null() {
        errors.required(&constraints_at, "");
    } else {
        match_resources::validate(constraints, &constraints_at, errors);
        if constraints["resourceRules"].items().is_empty() {
            errors.required(&constraints_at.child("resourceRules"), "");
        }
    }
    match_resources::validate_conditions(&spec["matchConditions"], &at.child("matchConditions"), errors);
    for (i, variable) in spec["variables"].items().iter().enumerate() {
        let at = at.child("variables");
        let at = at.index(i);
        let name = variable["name"].str_or_empty();
        if name.trim().is_empty() {
            errors.required(&at.child("name"), "name is not specified");
        } else if !is_identifier(name) {
            errors.invalid(&at.child("name"), name, "name is not a valid CEL identifier");
        }
        require_expression(variable, &at, errors);
    }
}

fn is_identifier(name: &str) -> bool {
    name.bytes().enumerate().all(|(i, it)| it == b'_' || it.is_ascii_alphabetic() || i > 0 && it.is_ascii_digit())
}

fn require_expression(value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if value["expression"].str_or_empty().trim().is_empty() {
        errors.required(&at.child("expression"), "expression is not specified");
    }
}

fn validate_param_kind(kind: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (version, version_at) = (kind["apiVersion"].str_or_empty(), at.child("apiVersion"));
    let (group, name) = version.split_once('/').unwrap_or(("", version));
    if version.is_empty() {
        errors.required(&version_at, "");
    } else if name.contains('/') {
        errors.invalid(&version_at, version, format!("unexpected GroupVersion string: {version}"));
    } else {
        let wrong = syntax::dns_subdomain(group);
        if !group.is_empty() && !wrong.is_empty() {
            errors.invalid(&version_at, group, wrong.join(","));
        }
        let wrong = syntax::dns1035_label(name);
        if name.is_empty() {
            errors.invalid(&version_at, version, "version must be specified");
        } else if !wrong.is_empty() {
            errors.invalid(&version_at, name, wrong.join(","));
        }
    }
    let name = kind["kind"].str_or_empty();
    let wrong = syntax::dns1035_label(&name.to_ascii_lowercase());
    if name.is_empty() {
        errors.required(&at.child("kind"), "");
    } else if !wrong.is_empty() {
        let detail = format!("may have mixed case, but should otherwise match: {}", wrong.join(","));
        errors.invalid(&at.child("kind"), name, detail);
    }
}

fn validating_errors(policy: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (policy.spec(), At::new("spec"));
    validate_common(spec, &at, &mut errors);
    let (validations, annotations) = (spec["validations"].items(), &spec["auditAnnotations"]);
    let annotations_at = at.child("auditAnnotations");
    if validations.is_empty() && annotations.items().is_empty() {
        let detail = "validations or auditAnnotations must contain at least one item";
        errors.required(&at.child("validations"), detail);
        errors.required(&annotations_at, detail);
        return errors;
    }
    for (i, validation) in validations.iter().enumerate() {
        validate_validation(validation, &at.child("validations").index(i), &mut errors);
    }
    if annotations.items().len() > AUDIT_ANNOTATIONS_MAX {
        let detail = format!("must not have more than {AUDIT_ANNOTATIONS_MAX} auditAnnotations");
        errors.invalid(&annotations_at, annotations, detail);
    }
    for (i, annotation) in annotations.items().iter().enumerate() {
        let at = annotations_at.index(i);
        let key = annotation["key"].str_or_empty();
        for wrong in syntax::qualified_name(&format!("{}/{key}", policy.meta.name)) {
            errors.invalid(&at.child("key"), key, wrong);
        }
        if annotation["valueExpression"].str_or_empty().trim().is_empty() {
            errors.required(&at.child("valueExpression"), "valueExpression is not specified");
        }
        if annotations.items()[..i].iter().any(|it| it["key"] == annotation["key"]) {
            errors.duplicate(&at.child("key"), key);
        }
    }
    errors
}

fn validate_validation(validation: &Value, at: &At<'_>, errors: &mut ErrorList) {
    require_expression(validation, at, errors);
    let (message, expression) = (&validation["message"], &validation["messageExpression"]);
    let is_blank = |it: &Value| !it.is_empty() && it.str_or_empty().trim().is_empty();
    if is_blank(expression) {
        errors.invalid(&at.child("messageExpression"), expression, "must be non-empty if specified");
    }
    if is_blank(message) {
        errors.invalid(&at.child("message"), message, "message must be non-empty if specified");
    } else if message.str_or_empty().trim().contains(['\n', '\r']) {
        errors.invalid(&at.child("message"), message, "message must not contain line breaks");
    }
    format::optional_one_of(&validation["reason"], &REASONS, &at.child("reason"), errors);
}

fn mutating_errors(policy: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (policy.spec(), At::new("spec"));
    validate_common(spec, &at, &mut errors);
    let mutations_at = at.child("mutations");
    if spec["mutations"].items().is_empty() {
        errors.required(&mutations_at, "mutations must contain at least one item");
    }
    for (i, mutation) in spec["mutations"].items().iter().enumerate() {
        let at = mutations_at.index(i);
        let field = match mutation["patchType"].str_or_empty() {
            "ApplyConfiguration" => "applyConfiguration",
            "JSONPatch" => "jsonPatch",
            "" => {
                errors.required(&at.child("patchType"), "");
                continue;
            }
            other => {
                errors.not_supported(&at.child("patchType"), other, &["ApplyConfiguration", "JSONPatch"]);
                continue;
            }
        };
        if mutation[field].is_null() {
            errors.required(&at.child(field), "");
        } else {
            require_expression(&mutation[field], &at.child(field), &mut errors);
        }
    }
    let reinvocation = &spec["reinvocationPolicy"];
    if reinvocation.is_empty() {
        errors.required(&at.child("reinvocationPolicy"), "");
    } else {
        let at = at.child("reinvocationPolicy");
        format::optional_one_of(reinvocation, &REINVOCATION_POLICIES, &at, &mut errors);
    }
    errors
}

fn binding_errors(binding: &Object, has_actions: bool) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (binding.spec(), At::new("spec"));
    let name = spec["policyName"].str_or_empty();
    if name.is_empty() {
        errors.required(&at.child("policyName"), "");
    } else {
        for wrong in syntax::dns_subdomain(name) {
            errors.invalid(&at.child("policyName"), name, wrong);
        }
    }
    if !spec["paramRef"].is_null() {
        validate_param_ref(&spec["paramRef"], &at.child("paramRef"), &mut errors);
    }
    if !spec["matchResources"].is_null() {
        match_resources::validate(&spec["matchResources"], &at.child("matchResouces"), &mut errors);
    }
    if has_actions {
        validate_actions(&spec["validationActions"], &at.child("validationActions"), &mut errors);
    }
    errors
}

fn validate_param_ref(reference: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (name, selector) = (reference["name"].str_or_empty(), &reference["selector"]);
    let both = !name.is_empty() && !selector.is_null();
    for wrong in syntax::path_segment(name) {
        errors.invalid(&at.child("name"), name, wrong);
    }
    if both {
        errors.forbidden(&at.child("name"), "name and selector are mutually exclusive");
    }
    validate_label_selector(selector, &at.child("selector"), errors);
    if both {
        errors.forbidden(&at.child("selector"), "name and selector are mutually exclusive");
    }
    if name.is_empty() && selector.is_null() {
        errors.required(at, "one of name or selector must be specified");
    }
    let action = &reference["parameterNotFoundAction"];
    if action.is_empty() {
        errors.required(&at.child("parameterNotFoundAction"), "");
    } else {
        format::optional_one_of(action, &["Deny", "Allow"], &at.child("parameterNotFoundAction"), errors);
    }
}

fn validate_actions(actions: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let items = actions.items();
    for (i, action) in items.iter().enumerate() {
        if !ACTIONS.contains(&action.str_or_empty()) {
            errors.not_supported(&at.index(i), action, &ACTIONS);
        }
        if items[..i].contains(action) {
            errors.duplicate(&at.index(i), action);
        }
    }
    let has = |name: &str| items.iter().any(|it| it.as_str() == Some(name));
    if has("Deny") && has("Warn") {
        let detail = "must not contain both Deny and Warn (repeating the same validation failure information in the API \
                      response and headers serves no purpose)";
        errors.invalid(at, actions, detail);
    }
    if items.is_empty() {
        errors.required(at, "at least one validation action is required");
    }
}
