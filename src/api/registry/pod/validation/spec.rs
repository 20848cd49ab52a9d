//! The spec of pods and templates, field by field in upstream's order (`ValidatePodSpec`).

use super::{
    Context, affinity, containers, dns, env, format, os, resource_requirements, security, syntax, tolerations,
    topology_spread, volumes,
};
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::validate_labels;
use crate::object::{Meta, Value};

/// Checks the spec of a pod, whose metadata is `pod`, or of a template.
pub fn validate_pod_spec(spec: &Value, pod: Option<&Meta>, at: &At<'_>, errors: &mut ErrorList) {
    if spec["terminationGracePeriodSeconds"].is_null() {
        errors.required(&at.child("terminationGracePeriodSeconds"), "");
    }
    let mut context = Context { spec, pod, volumes: Vec::new() };
    context.volumes = volumes::validate(&spec["volumes"], pod, &at.child("volumes"), errors);
    resource_requirements::validate_claims(&spec["resourceClaims"], &at.child("resourceClaims"), errors);
    containers::validate(&context, at, errors);
    if !spec["resources"].is_null() {
        resource_requirements::validate_pod_level(&context, &at.child("resources"), errors);
    }
    validate_host_network_ports(&context, &at.child("containers"), errors);
    let always = ["Always", "OnFailure", "Never"];
    format::one_of(&spec["restartPolicy"], &always, &at.child("restartPolicy"), errors);
    let policies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
    format::one_of(&spec["dnsPolicy"], &policies, &at.child("dnsPolicy"), errors);
    if let Some(selector) = spec["nodeSelector"].as_map() {
        validate_labels(selector, &at.child("nodeSelector"), errors);
    }
    security::validate_pod(spec, &at.child("securityContext"), errors);
    affinity::validate(&spec["affinity"], &at.child("affinity"), errors);
    dns::validate(spec, &at.child("dnsConfig"), errors);
    validate_gates(spec, at, errors);
    topology_spread::validate(&spec["topologySpreadConstraints"], &at.child("topologySpreadConstraints"), errors);
    os::validate_host_process(spec, at, errors);
    os::validate_host_users(spec, at, errors);
    validate_hostname_override(spec, &at.child("hostnameOverride"), errors);
    validate_names(spec, at, errors);
    validate_scheduling(spec, at, errors);
    os::validate(spec, at, errors);
    env::validate_file_volumes(spec, at, errors);
}

/// Checks the hostname that takes the place of all others (`validatePodHostName`).
fn validate_hostname_override(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let Some(name) = spec["hostnameOverride"].as_str() else {
        return;
    };
    if spec["setHostnameAsFQDN"].is_true() {
        errors.forbidden(at, "may not be specified when setHostnameAsFQDN is true");
    }
    if spec["hostNetwork"].is_true() {
        errors.forbidden(at, "may not be specified when hostNetwork is true");
    }
    if name.len() > 64 {
        errors.too_long(at, 64);
    }
    format::text(syntax::dns_subdomain, &spec["hostnameOverride"], at, errors);
}

fn validate_gates(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, gate) in spec["readinessGates"].items().iter().enumerate() {
        let gates = at.child("readinessGates");
        let gate_at = gates.index(i);
        format::text(syntax::qualified_name, &gate["conditionType"], &gate_at.child("conditionType"), errors);
    }
    let gates = spec["schedulingGates"].items();
    let gates_at = at.child("schedulingGates");
    for (i, gate) in gates.iter().enumerate() {
        let name = &gate["name"];
        format::text(syntax::qualified_name, name, &gates_at.index(i), errors);
        if gates[..i].iter().any(|it| &it["name"] == name) {
            errors.duplicate(&gates_at.index(i), name);
        }
    }
}

fn validate_names(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut check = |field: &'static str, rule: fn(&str) -> Vec<String>| {
        if !spec[field].str_or_empty().is_empty() {
            format::text(rule, &spec[field], &at.child(field), errors);
        }
    };
    check("serviceAccountName", syntax::dns_subdomain);
    check("nodeName", syntax::dns_subdomain);
    if let Some(seconds) = spec["activeDeadlineSeconds"].as_i64() {
        let max = i64::from(i32::MAX);
        if !(1..=max).contains(&seconds) {
            errors.invalid(&at.child("activeDeadlineSeconds"), seconds, format::range_text(1, max));
        }
    }
    let mut check = |field: &'static str, rule: fn(&str) -> Vec<String>| {
        if !spec[field].str_or_empty().is_empty() {
            format::text(rule, &spec[field], &at.child(field), errors);
        }
    };
    check("hostname", syntax::dns_label);
    check("subdomain", syntax::dns_label);
}

fn validate_scheduling(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    tolerations::validate_tolerations(&spec["tolerations"], &at.child("tolerations"), errors);
    dns::validate_host_aliases(&spec["hostAliases"], &at.child("hostAliases"), errors);
    for (field, is_text) in [("priorityClassName", true), ("runtimeClassName", false)] {
        let name = &spec[field];
        let is_unset = name.is_null() || (is_text && name.str_or_empty().is_empty());
        if !is_unset {
            format::text(syntax::dns_subdomain, name, &at.child(field), errors);
        }
    }
    if !spec["preemptionPolicy"].is_null() {
        let policies = ["PreemptLowerPriority", "Never"];
        format::one_of(&spec["preemptionPolicy"], &policies, &at.child("preemptionPolicy"), errors);
    }
    if !spec["overhead"].is_null() {
        resource_requirements::validate_overhead(&spec["overhead"], &at.child("overhead"), errors);
    }
}

/// On the host network a container's port is the host's. A template may leave the host port to the pod's defaults.
fn validate_host_network_ports(context: &Context<'_>, at: &At<'_>, errors: &mut ErrorList) {
    if !context.spec["hostNetwork"].is_true() {
        return;
    }
    for (i, container) in context.spec["containers"].items().iter().enumerate() {
        for (j, port) in container["ports"].items().iter().enumerate() {
            let host_port = port["hostPort"].as_i64().unwrap_or_default();
            let is_checked = context.pod.is_some() || host_port != 0;
            if is_checked && host_port != port["containerPort"].as_i64().unwrap_or_default() {
                let container = at.index(i);
                let ports = container.child("ports");
                let port_at = ports.index(j);
                let detail = "must match `containerPort` when `hostNetwork` is true";
                errors.invalid(&port_at.child("hostPort"), host_port, detail);
            }
        }
    }
}
