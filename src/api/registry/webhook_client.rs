//! Where a webhook listens (apiserver `pkg/util/webhook/validation.go`).

use crate::api::field::{At, ErrorList};
use crate::api::registry::syntax;
use crate::object::Value;

/// Checks that a webhook has a URL or a Service.
pub fn validate(config: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (url, service) = (&config["url"], &config["service"]);
    match (url.as_str(), service.is_null()) {
        (Some(_), false) | (None, true) => errors.required(at, "exactly one of url or service is required"),
        (Some(url), true) => validate_url(url, &at.child("url"), errors),
        (None, false) => validate_service(service, &at.child("service"), errors),
    }
}

fn validate_url(url: &str, at: &At<'_>, errors: &mut ErrorList) {
    const FORM: &str = "; desired format: https://host[/path]";
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    if scheme != "https" {
        errors.invalid(at, scheme, format!("'https' is the only allowed URL scheme{FORM}"));
    }
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = if scheme.is_empty() { "" } else { rest.split('/').next().unwrap_or_default() };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if host.is_empty() {
        errors.invalid(at, "", format!("host must be specified{FORM}"));
    }
    let parts = [
        (user, "user information is not permitted in the URL"),
        (fragment, "fragments are not permitted in the URL"),
        (query, "query parameters are not permitted in the URL"),
    ];
    for (part, detail) in parts {
        if !part.is_empty() {
            errors.invalid(at, part, detail);
        }
    }
}

fn validate_service(service: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for field in ["name", "namespace"] {
        if service[field].is_empty() {
            errors.required(&at.child(field), "");
        }
    }
    let port = service["port"].as_i64().unwrap_or(0);
    if !(1..=65535).contains(&port) {
        errors.invalid(&at.child("port"), port, "port is not valid: must be between 1 and 65535, inclusive");
    }
    let path = service["path"].str_or_empty();
    if matches!(path, "" | "/") {
        return;
    }
    let at = at.child("path");
    if path == "//" {
        errors.invalid(&at, path, "segment[0] may not be empty");
        return;
    }
    if !path.starts_with('/') {
        errors.invalid(&at, path, "must start with a '/'");
    }
    let checked: String = path.chars().skip(1).collect();
    for (i, segment) in checked.strip_suffix('/').unwrap_or(&checked).split('/').enumerate() {
        if segment.is_empty() {
            errors.invalid(&at, path, format!("segment[{i}] may not be empty"));
            continue;
        }
        for wrong in syntax::dns_subdomain(segment) {
            errors.invalid(&at, path, format!("segment[{i}]: {wrong}"));
        }
    }
}
