//! The rules of Roles, ClusterRoles and their bindings (`pkg/apis/rbac/v1/defaults.go`, `pkg/apis/rbac/validation/validation.go`).
//!
//! Known differences: nothing is authorized by them, so nobody is kept from giving away rights they have not got themselves, and
//! the rules of an aggregated ClusterRole are what was stored last.

use super::Strategy;
use super::selector::validate_label_selector;
use super::syntax;
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::object::{Object, Value, literal};

/// The group that roles, users and groups belong to.
const GROUP: &str = "rbac.authorization.k8s.io";

/// The rules of Roles.
pub static ROLE: Strategy = Strategy {
    validate: |role| role_errors(role, true),
    validate_update: |role, _| role_errors(role, true),
    ..Strategy::PLAIN
};

/// The rules of ClusterRoles.
pub static CLUSTER_ROLE: Strategy =
    Strategy { validate: cluster_role_errors, validate_update: |role, _| cluster_role_errors(role), ..Strategy::PLAIN };

/// The rules of RoleBindings.
pub static ROLE_BINDING: Strategy = Strategy {
    default: default_binding,
    validate: |binding| binding_errors(binding, true),
    validate_update: |new, old| binding_update_errors(new, old, true),
    ..Strategy::PLAIN
};

/// The rules of ClusterRoleBindings.
pub static CLUSTER_ROLE_BINDING: Strategy = Strategy {
    default: default_binding,
    validate: |binding| binding_errors(binding, false),
    validate_update: |new, old| binding_update_errors(new, old, false),
    ..Strategy::PLAIN
};

fn default_binding(binding: &mut Object) {
    let role = binding.body.entry("roleRef");
    if role["apiGroup"].is_empty() {
        role.set(literal!("apiGroup"), literal!("rbac.authorization.k8s.io"));
    }
    let is_plain = |it: &Value| it["apiGroup"].is_empty() && matches!(it["kind"].str_or_empty(), "User" | "Group");
    if binding.body["subjects"].items().iter().any(is_plain) {
        for subject in binding.body.entry("subjects").items_mut() {
            if is_plain(subject) {
                subject.set(literal!("apiGroup"), literal!("rbac.authorization.k8s.io"));
            }
        }
    }
}

fn role_errors(role: &Object, is_namespaced: bool) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("rules");
    for (i, rule) in role.body["rules"].items().iter().enumerate() {
        validate_rule(rule, is_namespaced, &at.index(i), &mut errors);
    }
    errors
}

fn cluster_role_errors(role: &Object) -> ErrorList {
    let mut errors = role_errors(role, false);
    let aggregation = &role.body["aggregationRule"];
    if aggregation.is_null() {
        return errors;
    }
    let at = At::new("aggregationRule");
    let at = at.child("clusterRoleSelectors");
    let selectors = aggregation["clusterRoleSelectors"].items();
    if selectors.is_empty() {
        errors.required(&at, "at least one clusterRoleSelector required if aggregationRule is non-nil");
    }
    for (i, selector) in selectors.iter().enumerate() {
        validate_label_selector(selector, &at.index(i), &mut errors);
    }
    errors
}

fn validate_rule(rule: &Value, is_namespaced: bool, at: &At<'_>, errors: &mut ErrorList) {
    let has = |field: &str| !rule[field].items().is_empty();
    if !has("verbs") {
        errors.required(&at.child("verbs"), "verbs must contain at least one value");
    }
    if has("nonResourceURLs") {
        let (at, urls) = (at.child("nonResourceURLs"), &rule["nonResourceURLs"]);
        if is_namespaced {
            errors.invalid(&at, urls, "namespaced rules cannot apply to non-resource URLs");
        }
        if has("apiGroups") || has("resources") || has("resourceNames") {
            errors.invalid(&at, urls, "rules cannot apply to both regular resources and non-resource URLs");
        }
        return;
    }
    if !has("apiGroups") {
        errors.required(&at.child("apiGroups"), "resource rules must supply at least one api group");
    }
    if !has("resources") {
        errors.required(&at.child("resources"), "resource rules must supply at least one resource");
    }
}

fn binding_errors(binding: &Object, is_namespaced: bool) -> ErrorList {
    let mut errors = ErrorList::new();
    let (role, at) = (&binding.body["roleRef"], At::new("roleRef"));
    let group = role["apiGroup"].str_or_empty();
    if group != GROUP {
        errors.not_supported(&at.child("apiGroup"), group, &[GROUP]);
    }
    let kinds: &[&str] = if is_namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    let kind = role["kind"].str_or_empty();
    if !kinds.contains(&kind) {
        errors.not_supported(&at.child("kind"), kind, kinds);
    }
    let name = role["name"].str_or_empty();
    if name.is_empty() {
        errors.required(&at.child("name"), "");
    }
    for wrong in syntax::path_segment(name) {
        errors.invalid(&at.child("name"), name, wrong);
    }
    let at = At::new("subjects");
    for (i, subject) in binding.body["subjects"].items().iter().enumerate() {
        validate_subject(subject, is_namespaced, &at.index(i), &mut errors);
    }
    errors
}

fn binding_update_errors(new: &Object, old: &Object, is_namespaced: bool) -> ErrorList {
    let mut errors = binding_errors(new, is_namespaced);
    let role = &new.body["roleRef"];
    if !role.is_same(&old.body["roleRef"]) {
        let text = |field: &str| Value::from(role[field].str_or_empty()).to_json();
        errors.add(FieldError {
            wrong: Wrong::Invalid,
            field: "roleRef".to_owned(),
            shown: format!("{{\"APIGroup\":{},\"Kind\":{},\"Name\":{}}}", text("apiGroup"), text("kind"), text("name")),
            detail: "cannot change roleRef".to_owned(),
        });
    }
    errors
}

fn validate_subject(subject: &Value, is_namespaced: bool, at: &At<'_>, errors: &mut ErrorList) {
    let (name, group) = (subject["name"].str_or_empty(), subject["apiGroup"].str_or_empty());
    if name.is_empty() {
        errors.required(&at.child("name"), "");
    }
    match subject["kind"].str_or_empty() {
        "ServiceAccount" => {
            if !name.is_empty() {
                for wrong in syntax::dns_subdomain(name) {
                    errors.invalid(&at.child("name"), name, wrong);
                }
            }
            if !group.is_empty() {
                errors.not_supported(&at.child("apiGroup"), group, &[""]);
            }
            if !is_namespaced && subject["namespace"].is_empty() {
                errors.required(&at.child("namespace"), "");
            }
        }
        kind @ ("User" | "Group") => {
            if name.is_empty() {
                let detail = format!("{} name cannot be empty", kind.to_ascii_lowercase());
                errors.invalid(&at.child("name"), name, detail);
            }
            if group != GROUP {
                errors.not_supported(&at.child("apiGroup"), group, &[GROUP]);
            }
        }
        other => errors.not_supported(&at.child("kind"), other, &["ServiceAccount", "User", "Group"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn object(kind: crate::object::Kind, json: &str) -> Object {
        Object::from_value(kind, &Value::from_json(json.as_bytes()).expect("the table holds JSON"))
    }

    #[test]
    fn a_rule_is_about_resources_or_about_urls_and_never_about_nothing() {
        let table = [
            (r#"{"rules":[{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}]}"#, ""),
            (
                r#"{"rules":[{"apiGroups":[""],"resources":["pods"]}]}"#,
                "rules[0].verbs: Required value: verbs must contain at least one value",
            ),
            (
                r#"{"rules":[{"verbs":["get"],"nonResourceURLs":["/metrics"]}]}"#,
                "rules[0].nonResourceURLs: Invalid value: [\"/metrics\"]: namespaced rules cannot apply to non-resource URLs",
            ),
        ];
        for (json, want) in table {
            let errors = role_errors(&object(kinds::ROLE, json), true);
            let text = if errors.is_empty() { String::new() } else { errors.to_string() };
            assert_eq!(text, want, "{json}");
        }
    }

    #[test]
    fn a_binding_never_changes_its_role() {
        let old = object(
            kinds::ROLE_BINDING,
            r#"{"roleRef":{"kind":"Role","name":"a"},"subjects":[{"kind":"User","name":"u"}]}"#,
        );
        let mut old = old;
        default_binding(&mut old);
        assert_eq!(old.body["subjects"][0]["apiGroup"].str_or_empty(), GROUP);
        let mut new = old.clone();
        new.body.entry("roleRef").set("name", "b");
        let want = "roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\",\"Kind\":\"Role\",\"Name\":\"b\"}: cannot \
                    change roleRef";
        assert_eq!(binding_update_errors(&new, &old, true).to_string(), want);
    }
}
