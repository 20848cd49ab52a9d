//! The checks of `spec.conversion` (apiextensions-apiserver `pkg/apis/apiextensions/validation/validation.go`).

use super::super::names::dns1035_label;
use crate::api::field::{At, ErrorList};
use crate::api::registry::webhook_client;
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
            Some(_) => webhook_client::validate(config, &at_config, errors),
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
