//! Containers, init containers and ephemeral containers (`validateContainers` and its siblings).

use super::{Context, env, format, probes, resource_names, resource_requirements, security, syntax, volume_mounts};
use crate::api::field::{At, ErrorList};
use crate::object::{Str, Value};

/// Checks the three lists of containers of a pod spec at `at`.
pub(super) fn validate(context: &Context<'_>, at: &At<'_>, errors: &mut ErrorList) {
    validate_containers(context, &at.child("containers"), errors);
    validate_init_containers(context, &at.child("initContainers"), errors);
    validate_ephemeral_containers(context, &at.child("ephemeralContainers"), errors);
}

fn name(container: &Value) -> &str {
    container["name"].str_or_empty()
}

fn validate_containers(context: &Context<'_>, at: &At<'_>, errors: &mut ErrorList) {
    let containers = context.spec["containers"].items();
    if containers.is_empty() {
        errors.required(at, "");
        return;
    }
    for (i, container) in containers.iter().enumerate() {
        let at = at.index(i);
        validate_any(context, container, &at, errors);
        if containers[..i].iter().any(|it| name(it) == name(container)) {
            errors.duplicate(&at.child("name"), name(container));
        }
        probes::validate_all(context, container, &at, errors);
        validate_restart_policy(container, &at, errors);
    }
    validate_host_ports(containers, at, errors);
}

fn validate_init_containers(context: &Context<'_>, at: &At<'_>, errors: &mut ErrorList) {
    let init = context.spec["initContainers"].items();
    let regular = context.spec["containers"].items();
    for (i, container) in init.iter().enumerate() {
        let container_at = at.index(i);
        validate_any(context, container, &container_at, errors);
        validate_init_restart_policy(container, &container_at, errors);
        let is_taken = |it: &Value| name(it) == name(container) && !name(it).is_empty();
        if regular.iter().chain(&init[..i]).any(is_taken) {
            errors.duplicate(&container_at.child("name"), name(container));
        }
        // Init containers run one after the other, so that their ports clash only within one.
        validate_host_ports(std::slice::from_ref(container), at, errors);
        if super::super::is_sidecar(container) {
            probes::validate_all(context, container, &container_at, errors);
            continue;
        }
        for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
            if !container[field].is_null() {
                let detail = "may not be set for init containers without restartPolicy=Always";
                errors.forbidden(&container_at.child(field), detail);
            }
        }
        let policies = container_at.child("resizePolicy");
        for (j, policy) in container["resizePolicy"].items().iter().enumerate() {
            if policy["restartPolicy"].as_str() == Some("RestartContainer") {
                let detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
                let policy_at = policies.index(j);
                errors.invalid(&policy_at.child("restartPolicy"), &policy["restartPolicy"], detail);
            }
        }
    }
}

/// The fields that an ephemeral container may not have, in the order of the type; it is no part of the pod's work, and gets no
/// share of it.
const NEVER_EPHEMERAL: [&str; 9] = [
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
];

fn validate_ephemeral_containers(context: &Context<'_>, at: &At<'_>, errors: &mut ErrorList) {
    let ephemeral = context.spec["ephemeralContainers"].items();
    let others = || context.spec["containers"].items().iter().chain(context.spec["initContainers"].items());
    for (i, container) in ephemeral.iter().enumerate() {
        let at = at.index(i);
        validate_any(context, container, &at, errors);
        validate_image_of_pod(container, &at, errors);
        if others().chain(&ephemeral[..i]).any(|it| name(it) == name(container)) {
            errors.duplicate(&at.child("name"), name(container));
        }
        let target = container["targetContainerName"].str_or_empty();
        if !target.is_empty() && !others().any(|it| name(it) == target) {
            errors.not_found(&at.child("targetContainerName"), target);
        }
        let detail = "cannot be set for an Ephemeral Container";
        for field in NEVER_EPHEMERAL {
            if !container[field].is_empty() {
                errors.forbidden(&at.child(field), detail);
            }
        }
        let mounts = at.child("volumeMounts");
        for (j, mount) in container["volumeMounts"].items().iter().enumerate() {
            for field in ["subPath", "subPathExpr"] {
                if !mount[field].str_or_empty().is_empty() {
                    errors.forbidden(&mounts.index(j).child(field), detail);
                }
            }
        }
    }
}

/// What holds for every kind of container (`validateContainerCommon`).
fn validate_any(context: &Context<'_>, container: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if name(container).is_empty() {
        errors.required(&at.child("name"), "");
    } else {
        format::text(syntax::dns_label, &container["name"], &at.child("name"), errors);
    }
    format::required(&container["image"], &at.child("image"), errors);
    let policies = ["File", "FallbackToLogsOnError"];
    format::one_of(&container["terminationMessagePolicy"], &policies, &at.child("terminationMessagePolicy"), errors);
    validate_ports(&container["ports"], &at.child("ports"), errors);
    env::validate(&container["env"], &at.child("env"), errors);
    env::validate_from(&container["envFrom"], &at.child("envFrom"), errors);
    volume_mounts::validate(context, container, at, errors);
    let policies = ["Always", "IfNotPresent", "Never"];
    format::one_of(&container["imagePullPolicy"], &policies, &at.child("imagePullPolicy"), errors);
    let names = resource_names::validate_container_resource_name;
    resource_requirements::validate(context, &container["resources"], names, &at.child("resources"), errors);
    validate_resize_policy(context, &container["resizePolicy"], &at.child("resizePolicy"), errors);
    security::validate_container(context, &container["securityContext"], &at.child("securityContext"), errors);
}

fn validate_ports(ports: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let ports = ports.items();
    for (i, port) in ports.iter().enumerate() {
        let at = at.index(i);
        let name = &port["name"];
        if !name.str_or_empty().is_empty() {
            let wrong = format::port_name(name.str_or_empty());
            if wrong.is_empty() && ports[..i].iter().any(|it| &it["name"] == name) {
                errors.duplicate(&at.child("name"), name);
            }
            for wrong in wrong {
                errors.invalid(&at.child("name"), name, wrong);
            }
        }
        if port["containerPort"].as_i64().unwrap_or_default() == 0 {
            errors.required(&at.child("containerPort"), "");
        } else {
            format::port_number(&port["containerPort"], &at.child("containerPort"), errors);
        }
        if port["hostPort"].as_i64().unwrap_or_default() != 0 {
            format::port_number(&port["hostPort"], &at.child("hostPort"), errors);
        }
        format::one_of(&port["protocol"], &["SCTP", "TCP", "UDP"], &at.child("protocol"), errors);
    }
}

/// Host ports of the containers that run side by side must differ.
fn validate_host_ports(containers: &[Value], at: &At<'_>, errors: &mut ErrorList) {
    let mut taken: Vec<(&str, &str, i64)> = Vec::new();
    for (i, container) in containers.iter().enumerate() {
        for (j, port) in container["ports"].items().iter().enumerate() {
            let number = port["hostPort"].as_i64().unwrap_or_default();
            if number == 0 {
                continue;
            }
            let (protocol, ip) = (port["protocol"].str_or_empty(), port["hostIP"].str_or_empty());
            if taken.contains(&(protocol, ip, number)) {
                let container = at.index(i);
                let ports = container.child("ports");
                let port_at = ports.index(j);
                errors.duplicate(&port_at.child("hostPort"), format!("{protocol}/{ip}/{number}"));
            }
            taken.push((protocol, ip, number));
        }
    }
}

/// The rules of an init container are looked at only if it has a policy of its own.
fn validate_init_restart_policy(container: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if !container["restartPolicy"].is_null() {
        validate_restart_policy(container, at, errors);
    } else if !container["restartPolicyRules"].is_empty() {
        errors.required(&at.child("restartPolicy"), RULES_NEED_POLICY);
    }
}

const RULES_NEED_POLICY: &str = "must specify restartPolicy when restart rules are used";

fn validate_restart_policy(container: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let rules = container["restartPolicyRules"].items();
    if container["restartPolicy"].is_null() && rules.is_empty() {
        return;
    }
    let supported = ["Always", "Never", "OnFailure"];
    format::optional_one_of(&container["restartPolicy"], &supported, &at.child("restartPolicy"), errors);
    if container["restartPolicy"].is_null() {
        errors.required(&at.child("restartPolicy"), RULES_NEED_POLICY);
    }
    let rules_at = at.child("restartPolicyRules");
    if rules.len() > 20 {
        errors.too_many(&rules_at, rules.len(), 20);
    }
    for (i, rule) in rules.iter().enumerate() {
        let at = rules_at.index(i);
        let action = rule["action"].str_or_empty();
        if !["Restart", "RestartAllContainers"].contains(&action) {
            errors.not_supported(&at.child("action"), action, &["Restart", "RestartAllContainers"]);
        }
        let codes_at = at.child("exitCodes");
        let codes = &rule["exitCodes"];
        if codes.is_null() {
            errors.required(&codes_at, "must be specified");
            continue;
        }
        let operator = codes["operator"].str_or_empty();
        if !["In", "NotIn"].contains(&operator) {
            errors.not_supported(&codes_at.child("operator"), operator, &["In", "NotIn"]);
        }
        if codes["values"].items().len() > 255 {
            errors.too_many(&codes_at.child("values"), codes["values"].items().len(), 255);
        }
    }
}

fn validate_resize_policy(context: &Context<'_>, policies: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let policies = policies.items();
    for (i, policy) in policies.iter().enumerate() {
        let resource = &policy["resourceName"];
        if policies[..i].iter().any(|it| &it["resourceName"] == resource) {
            errors.duplicate(&at.index(i), resource);
        }
        format::one_of(resource, &["cpu", "memory"], at, errors);
        format::one_of(&policy["restartPolicy"], &["NotRequired", "RestartContainer"], at, errors);
        let is_never = context.spec["restartPolicy"].str_or_empty() == "Never";
        if is_never && policy["restartPolicy"].str_or_empty() != "NotRequired" {
            let detail = "must be 'NotRequired' when `restartPolicy` is 'Never'";
            errors.invalid(at, &policy["restartPolicy"], detail);
        }
    }
}

/// What a pod's containers must keep to and a template's need not (`validateContainersOnlyForPod`).
pub(super) fn validate_images_of_pod(containers: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, container) in containers.items().iter().enumerate() {
        validate_image_of_pod(container, &at.index(i), errors);
    }
}

/// An image of a pod has no blanks around it.
pub(super) fn validate_image_of_pod(container: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let image = container["image"].str_or_empty();
    if image.trim().len() != image.len() {
        errors.invalid(&at.child("image"), Str::from(image), "must not have leading or trailing whitespace");
    }
}
