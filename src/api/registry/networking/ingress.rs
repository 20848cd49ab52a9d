//! The rules of Ingresses.

use crate::api::field::{At, ErrorList};
use crate::api::registry::addresses::parse_ip;
use crate::api::registry::{Strategy, format, syntax};
use crate::map;
use crate::object::{Object, Value, literal};

/// Where a class was named before there was a field for it.
const CLASS_ANNOTATION: &str = "kubernetes.io/ingress.class";

const PATH_TYPES: [&str; 3] = ["Exact", "ImplementationSpecific", "Prefix"];

/// The rules of Ingresses.
pub static INGRESS: Strategy = Strategy {
    prepare_create: |ingress| {
        ingress.meta.generation = 1;
        ingress.body.insert(literal!("status"), map! { "loadBalancer" => Value::empty_map() });
    },
    validate: |ingress| {
        let mut errors = spec_errors(ingress);
        let class = &ingress.spec()["ingressClassName"];
        if let (Some(annotation), Some(class)) = (ingress.meta.annotation(CLASS_ANNOTATION), class.as_str())
            && annotation != class
        {
            let detail = "must match `ingressClassName` when both are specified";
            errors.invalid(&At::new("annotations").child(CLASS_ANNOTATION), annotation, detail);
        }
        errors
    },
    validate_update: |new, _| spec_errors(new),
    validate_status_update: |new, _| status_errors(new),
    ..Strategy::PLAIN
};

fn spec_errors(ingress: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (ingress.spec(), At::new("spec"));
    let rules = spec["rules"].items();
    if rules.is_empty() && spec["defaultBackend"].is_null() {
        errors.invalid(&at, Value::Null, "either `defaultBackend` or `rules` must be specified");
    }
    if !spec["defaultBackend"].is_null() {
        validate_backend(&spec["defaultBackend"], &at.child("defaultBackend"), &mut errors);
    }
    for (i, rule) in rules.iter().enumerate() {
        validate_rule(rule, &at.child("rules").index(i), &mut errors);
    }
    for (i, tls) in spec["tls"].items().iter().enumerate() {
        validate_tls(tls, &at.child("tls").index(i), &mut errors);
    }
    if let Some(class) = spec["ingressClassName"].as_str() {
        for wrong in syntax::dns_subdomain(class) {
            errors.invalid(&at.child("ingressClassName"), class, wrong);
        }
    }
    errors
}

fn validate_host(host: &str, at: &At<'_>, errors: &mut ErrorList) {
    let wrong = if host.contains('*') { syntax::wildcard_subdomain(host) } else { syntax::dns_subdomain(host) };
    for wrong in wrong {
        errors.invalid(at, host, wrong);
    }
}

fn validate_tls(tls: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, host) in tls["hosts"].items().iter().enumerate() {
        validate_host(host.str_or_empty(), &at.child("hosts").index(i), errors);
    }
    let secret = tls["secretName"].str_or_empty();
    if !secret.is_empty() {
        for wrong in syntax::dns_subdomain(secret) {
            errors.invalid(&at.child("secretName"), secret, wrong);
        }
    }
}

fn validate_rule(rule: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let host = rule["host"].str_or_empty();
    if !host.is_empty() {
        if parse_ip(host).is_some() {
            errors.invalid(&at.child("host"), host, "must be a DNS name, not an IP address");
        }
        validate_host(host, &at.child("host"), errors);
    }
    let http = &rule["http"];
    if http.is_null() {
        return;
    }
    let (at, paths) = (at.child("http"), http["paths"].items());
    if paths.is_empty() {
        errors.required(&at.child("paths"), "");
    }
    for (i, path) in paths.iter().enumerate() {
        validate_path(path, &at.child("paths").index(i), errors);
    }
}

fn validate_path(path: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let Some(kind) = path["pathType"].as_str() else {
        errors.required(&at.child("pathType"), "pathType must be specified");
        return;
    };
    let (text, path_at) = (path["path"].str_or_empty(), at.child("path"));
    match kind {
        "Exact" | "Prefix" => {
            if !text.starts_with('/') {
                errors.invalid(&path_at, text, "must be an absolute path");
            }
            for sequence in ["//", "/./", "/../", "%2f", "%2F"] {
                if text.contains(sequence) {
                    errors.invalid(&path_at, text, format!("must not contain '{sequence}'"));
                }
            }
            for end in ["/..", "/."] {
                if text.ends_with(end) {
                    errors.invalid(&path_at, text, format!("cannot end with '{end}'"));
                }
            }
        }
        "ImplementationSpecific" => {
            if !text.is_empty() && !text.starts_with('/') {
                errors.invalid(&path_at, text, "must be an absolute path");
            }
        }
        other => errors.not_supported(&at.child("pathType"), other, &PATH_TYPES),
    }
    validate_backend(&path["backend"], &at.child("backend"), errors);
}

fn validate_backend(backend: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (service, resource) = (&backend["service"], &backend["resource"]);
    match (service.is_null(), resource.is_null()) {
        (false, false) => errors.invalid(at, "", "cannot set both resource and service backends"),
        (true, true) => errors.invalid(at, "", "resource or service backend is required"),
        (true, false) => validate_resource(resource, &at.child("resource"), errors),
        (false, true) => validate_service(service, at, errors),
    }
}

fn validate_service(service: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let service_at = at.child("service");
    let name = service["name"].str_or_empty();
    if name.is_empty() {
        errors.required(&service_at.child("name"), "");
    } else {
        for wrong in syntax::dns_label(name) {
            errors.invalid(&service_at.child("name"), name, wrong);
        }
    }
    let port_at = service_at.child("port");
    let (name, number) = (&service["port"]["name"], &service["port"]["number"]);
    match (name.is_empty(), number.is_empty()) {
        (false, false) => errors.invalid(at, "", "cannot set both port name & port number"),
        (false, true) => format::text(format::port_name, name, &port_at.child("name"), errors),
        (true, false) => format::port_number(number, &port_at.child("number"), errors),
        (true, true) => errors.required(at, "port name or number is required"),
    }
}

fn validate_resource(resource: &Value, at: &At<'_>, errors: &mut ErrorList) {
    super::ingress_class::validate_group(resource, at, errors);
    for field in ["kind", "name"] {
        super::ingress_class::validate_segment(resource, field, at, errors);
    }
}

fn status_errors(ingress: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("status");
    let at = at.child("loadBalancer");
    let at = at.child("ingress");
    for (i, point) in ingress.status()["loadBalancer"]["ingress"].items().iter().enumerate() {
        let at = at.index(i);
        let (ip, host) = (point["ip"].str_or_empty(), point["hostname"].str_or_empty());
        if !ip.is_empty() && parse_ip(ip).is_none() {
            errors.invalid(&at.child("ip"), ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        }
        if !host.is_empty() {
            for wrong in syntax::dns_subdomain(host) {
                errors.invalid(&at.child("hostname"), host, wrong);
            }
            if parse_ip(host).is_some() {
                errors.invalid(&at.child("hostname"), host, "must be a DNS name, not an IP address");
            }
        }
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn errors(spec: &str) -> String {
        let mut ingress = Object::new(kinds::INGRESS, "default", "web");
        *ingress.spec_mut() = Value::from_json(spec.as_bytes()).expect("the table holds JSON");
        let errors = spec_errors(&ingress);
        if errors.is_empty() { String::new() } else { errors.to_string() }
    }

    #[test]
    fn an_ingress_leads_somewhere() {
        let table = [
            (r#"{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}"#, ""),
            ("{}", "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"),
            (
                r#"{"defaultBackend":{"service":{"name":"web"}}}"#,
                "spec.defaultBackend: Required value: port name or number is required",
            ),
            (
                r#"{"rules":[{"host":"10.0.0.1","http":{"paths":[{"path":"/"}]}}]}"#,
                "[spec.rules[0].host: Invalid value: \"10.0.0.1\": must be a DNS name, not an IP address, \
                 spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified]",
            ),
            (
                r#"{"rules":[{"http":{"paths":[{"path":"a//b","pathType":"Prefix","backend":{}}]}}]}"#,
                "[spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must be an absolute path, \
                 spec.rules[0].http.paths[0].path: Invalid value: \"a//b\": must not contain '//', \
                 spec.rules[0].http.paths[0].backend: Invalid value: \"\": resource or service backend is required]",
            ),
        ];
        for (spec, want) in table {
            assert_eq!(errors(spec), want, "{spec}");
        }
    }
}
