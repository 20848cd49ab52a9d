//! The checks of `spec.conversion` (apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`, apiserver
//! `pkg/util/webhook/validation.go`).

use super::super::names::dns1035_label;
use crate::api::field::{At, ErrorList};
use crate::api::registry::syntax;
use crate::object::Value;

const STRATEGIES: [&str; 2] = ["None", "Webhook"];
const REVIEW_VERSIONS: [&str; 2] = ["v1", "v1beta1"];

/// Checks how objects are converted between versions.
pub fn check(conversion: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if conversion.as_map().is_none() {
        return;
    }
    let strategy = conversion["strategy"].str_or_empty();
    match strategy {
        "" => errors.required(&at.child("strategy"), ""),
        it if STRATEGIES.contains(&it) => {}
        it => errors.not_supported(&at.child("strategy"), it, &STRATEGIES),
    }
    let config = &conversion["webhook"]["clientConfig"];
    let versions = &conversion["webhook"]["conversionReviewVersions"];
    let at_config = at.child("webhookClientConfig");
    if strategy == "Webhook" {
        match config.as_map() {
            None => errors.required(&at_config, "required when strategy is set to Webhook"),
            Some(_) => client_config(config, &at_config, errors),
        }
        review_versions(versions, &at.child("conversionReviewVersions"), errors);
        return;
    }
    let detail = "should not be set when strategy is not set to Webhook";
    if config.as_map().is_some() {
        errors.forbidden(&at_config, detail);
    }
    if !versions.items().is_empty() {
        errors.forbidden(&at.child("conversionReviewVersions"), detail);
    }
}

fn client_config(config: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (url, service) = (config["url"].as_str(), config["service"].as_map());
    match (url, service) {
        (Some(_), Some(_)) | (None, None) => errors.required(at, "exactly one of url or service is required"),
        (Some(url), None) => check_url(url, &at.child("url"), errors),
        (None, Some(_)) => check_service(&config["service"], &at.child("service"), errors),
    }
}

/// Checks a webhook's URL (`ValidateWebhookURL`).
fn check_url(url: &str, at: &At<'_>, errors: &mut ErrorList) {
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
        errors.invalid(at, host, format!("host must be specified{FORM}"));
    }
    if !user.is_empty() {
        errors.invalid(at, user, "user information is not permitted in the URL");
    }
    if !fragment.is_empty() {
        errors.invalid(at, fragment, "fragments are not permitted in the URL");
    }
    if !query.is_empty() {
        errors.invalid(at, query, "query parameters are not permitted in the URL");
    }
}

/// Checks a webhook's Service (`ValidateWebhookService`).
fn check_service(service: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for field in ["name", "namespace"] {
        if service[field].str_or_empty().is_empty() {
            errors.required(&at.child(field), "");
        }
    }
    let port = service["port"].as_i64().unwrap_or(443);
    if !(1..=65535).contains(&port) {
        errors.invalid(&at.child("port"), port, "port is not valid: must be between 1 and 65535, inclusive");
    }
    let path = service["path"].str_or_empty();
    if matches!(path, "" | "/") {
        return;
    }
    let at = at.child("path");
    if !path.starts_with('/') {
        errors.invalid(&at, path, "must start with a '/'");
    }
    let inner = path.get(1..).unwrap_or_default();
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    for (i, step) in inner.split('/').enumerate() {
        if step.is_empty() {
            errors.invalid(&at, path, format!("segment[{i}] may not be empty"));
            continue;
        }
        for wrong in syntax::dns_subdomain(step) {
            errors.invalid(&at, path, format!("segment[{i}]: {wrong}"));
        }
    }
}

fn review_versions(versions: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let versions = versions.items();
    if versions.is_empty() {
        errors.required(at, "");
        return;
    }
    for (i, version) in versions.iter().enumerate() {
        if versions[..i].contains(version) {
            errors.invalid(&at.index(i), version, "duplicate version");
            continue;
        }
        for wrong in dns1035_label(version.str_or_empty()) {
            errors.invalid(&at.index(i), version, wrong);
        }
    }
    if !versions.iter().any(|it| REVIEW_VERSIONS.contains(&it.str_or_empty())) {
        let detail = format!("must include at least one of {}", REVIEW_VERSIONS.join(", "));
        errors.invalid(at, versions.to_vec(), detail);
    }
}
