//! The rules of IngressClasses.

use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::IMMUTABLE;
use crate::api::registry::{Strategy, syntax};
use crate::object::{Object, Value, literal};

/// The longest name of a controller, in bytes.
const CONTROLLER_MAX: usize = 250;

/// The rules of IngressClasses.
pub static INGRESS_CLASS: Strategy = Strategy {
    default: |class| {
        let has_parameters = !class.spec()["parameters"].is_null();
        let spec = class.body.entry("spec").map_mut();
        if has_parameters && spec["parameters"]["scope"].is_null() {
            spec.entry("parameters").set(literal!("scope"), literal!("Cluster"));
        }
    },
    validate: spec_errors,
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        let (controller, before) = (&new.spec()["controller"], &old.spec()["controller"]);
        if !controller.is_same(before) {
            errors.invalid(&At::new("spec").child("controller"), controller.str_or_empty(), IMMUTABLE);
        }
        errors.extend(spec_errors(new));
        errors
    },
    ..Strategy::PLAIN
};

fn spec_errors(class: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (class.spec(), At::new("spec"));
    let (controller, controller_at) = (spec["controller"].str_or_empty(), at.child("controller"));
    if controller.is_empty() {
        errors.required(&controller_at, "");
    } else {
        if controller.len() > CONTROLLER_MAX {
            errors.too_long(&controller_at, CONTROLLER_MAX);
        }
        validate_domain_prefixed_path(controller, &controller_at, &mut errors);
    }
    if !spec["parameters"].is_null() {
        validate_parameters(&spec["parameters"], &at.child("parameters"), &mut errors);
    }
    errors
}

fn validate_domain_prefixed_path(text: &str, at: &At<'_>, errors: &mut ErrorList) {
    let (host, path) = match text.split_once('/') {
        Some((host, path)) if !host.is_empty() && !path.is_empty() => (host, path),
        _ => {
            errors.invalid(at, text, "must be a domain-prefixed path (such as \"acme.io/foo\")");
            return;
        }
    };
    for wrong in syntax::dns_subdomain(host) {
        errors.invalid(at, host, wrong);
    }
    if !path.bytes().all(|it| it.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&it)) {
        errors.invalid(at, path, syntax::regex_text("Invalid path", "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+", &[]));
    }
}

/// Checks the group of what a reference names.
pub(super) fn validate_group(reference: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if let Some(group) = reference["apiGroup"].as_str() {
        for wrong in syntax::dns_subdomain(group) {
            errors.invalid(&at.child("apiGroup"), group, wrong);
        }
    }
}

/// Checks that `field` of a reference is there and can be a part of a URL.
pub(super) fn validate_segment(reference: &Value, field: &'static str, at: &At<'_>, errors: &mut ErrorList) {
    let text = reference[field].str_or_empty();
    if text.is_empty() {
        errors.required(&at.child(field), "");
    }
    for wrong in syntax::path_segment(text) {
        errors.invalid(&at.child(field), text, wrong);
    }
}

fn validate_parameters(parameters: &Value, at: &At<'_>, errors: &mut ErrorList) {
    validate_group(parameters, at, errors);
    for field in ["kind", "name"] {
        validate_segment(parameters, field, at, errors);
    }
    let namespace = &parameters["namespace"];
    match parameters["scope"].as_str() {
        None => errors.required(&at.child("scope"), ""),
        Some("Namespace") => match namespace.as_str() {
            None => errors.required(&at.child("namespace"), "`parameters.scope` is set to 'Namespace'"),
            Some(name) => {
                for wrong in syntax::dns_label(name) {
                    errors.invalid(&at.child("namespace"), name, wrong);
                }
            }
        },
        Some("Cluster") => {
            if !namespace.is_null() {
                errors.forbidden(&at.child("namespace"), "`parameters.scope` is set to 'Cluster'");
            }
        }
        Some(other) => errors.not_supported(&at.child("scope"), other, &["Cluster", "Namespace"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_controller_is_named_by_domain_and_path() {
        let table = [
            ("k8s.io/ingress-nginx", ""),
            ("", "spec.controller: Required value"),
            (
                "nginx",
                "spec.controller: Invalid value: \"nginx\": must be a domain-prefixed path (such as \"acme.io/foo\")",
            ),
        ];
        for (controller, want) in table {
            let mut class = Object::new(kinds::INGRESS_CLASS, "", "nginx");
            class.spec_mut().set("controller", controller);
            let errors = spec_errors(&class);
            let text = if errors.is_empty() { String::new() } else { errors.to_string() };
            assert_eq!(text, want, "{controller}");
        }
    }
}
