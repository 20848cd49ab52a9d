//! Probes and lifecycle hooks (`validateProbe`, `validateHandler`, `validateLifecycle`).

use super::{Context, format};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// Checks the hooks and probes of a container that keeps running.
pub(super) fn validate_all(context: &Context<'_>, container: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let lifecycle = &container["lifecycle"];
    if !lifecycle.is_null() {
        let lifecycle_at = at.child("lifecycle");
        for hook in ["postStart", "preStop"] {
            if !lifecycle[hook].is_null() {
                validate_handler(context, &lifecycle[hook], &lifecycle_at.child(hook), errors);
            }
        }
        if !lifecycle["stopSignal"].is_null() && context.spec["os"].is_null() {
            let detail = "may not be set for containers with empty `spec.os.name`";
            errors.forbidden(&lifecycle_at.child("stopSignal"), detail);
        }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if !container[probe].is_null() {
            validate_probe(context, &container[probe], probe == "readinessProbe", &at.child(probe), errors);
        }
    }
}

fn validate_probe(context: &Context<'_>, probe: &Value, is_readiness: bool, at: &At<'_>, errors: &mut ErrorList) {
    validate_handler(context, probe, at, errors);
    for field in ["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"] {
        format::non_negative(&probe[field], &at.child(field), errors);
    }
    let grace = &probe["terminationGracePeriodSeconds"];
    if grace.as_i64().is_some_and(|it| it <= 0) {
        errors.invalid(&at.child("terminationGracePeriodSeconds"), grace, format::POSITIVE);
    }
    if is_readiness {
        if !grace.is_null() {
            let detail = "must not be set for readinessProbes";
            errors.invalid(&at.child("terminationGracePeriodSeconds"), grace, detail);
        }
    } else if probe["successThreshold"].as_i64() != Some(1) {
        let threshold = probe["successThreshold"].as_i64().unwrap_or_default();
        errors.invalid(&at.child("successThreshold"), threshold, "must be 1");
    }
}

/// A probe and a hook have exactly one handler.
fn validate_handler(context: &Context<'_>, handler: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut has_one = false;
    for kind in ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] {
        let action = &handler[kind];
        if action.is_null() {
            continue;
        }
        if has_one {
            errors.forbidden(&at.child(kind), "may not specify more than 1 handler type");
            continue;
        }
        has_one = true;
        let at = at.child(kind);
        match kind {
            "exec" if action["command"].items().is_empty() => errors.required(&at.child("command"), ""),
            "exec" => {}
            "httpGet" => validate_http_get(action, &at, errors),
            "tcpSocket" => format::port(&action["port"], &at.child("port"), errors),
            "grpc" => format::port_number(&action["port"], &at.child("port"), errors),
            _ => validate_sleep(context, action, &at, errors),
        }
    }
    if !has_one {
        errors.required(at, "must specify a handler type");
    }
}

fn validate_http_get(action: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::required(&action["path"], &at.child("path"), errors);
    format::port(&action["port"], &at.child("port"), errors);
    let schemes = ["HTTP", "HTTPS"];
    if !schemes.contains(&action["scheme"].str_or_empty()) {
        errors.not_supported(&at.child("scheme"), action["scheme"].str_or_empty(), &schemes);
    }
    for header in action["httpHeaders"].items() {
        format::text(format::header_name, &header["name"], &at.child("httpHeaders"), errors);
    }
}

fn validate_sleep(context: &Context<'_>, action: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let seconds = action["seconds"].as_i64().unwrap_or_default();
    if let Some(grace) = context.grace_seconds()
        && !(0..=grace).contains(&seconds)
    {
        let detail = format!("must be non-negative and less than terminationGracePeriodSeconds ({grace})");
        errors.invalid(at, seconds, detail);
    }
}
