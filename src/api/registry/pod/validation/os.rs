//! What depends on the operating system of a pod, and on the host's users (`validateOS`, `validateWindows`,
//! `validateWindowsHostProcessPod`, `validateHostUsers`).

use super::{format, syntax, visit_containers};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

const LINUX_ONLY: &str = "cannot be set for a windows pod";

/// What a Windows pod may not set in its security context.
const LINUX_POD_FIELDS: [&str; 11] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
    "supplementalGroupsPolicy",
    "seLinuxChangePolicy",
];

/// What a container of a Windows pod may not set in its security context.
const LINUX_CONTAINER_FIELDS: [&str; 10] = [
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

pub(super) fn validate(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if spec["os"].is_null() {
        return;
    }
    let os_at = at.child("os");
    match spec["os"]["name"].str_or_empty() {
        "" => errors.required(&os_at.child("name"), "cannot be empty"),
        "linux" => validate_linux(spec, at, errors),
        "windows" => validate_windows(spec, at, errors),
        other => errors.not_supported(&os_at, other, &["linux", "windows"]),
    }
}

fn validate_linux(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let detail = "windows options cannot be set for a linux pod";
    if !spec["securityContext"]["windowsOptions"].is_null() {
        errors.forbidden(&at.child("securityContext").child("windowsOptions"), detail);
    }
    visit_containers(spec, at, |container, at| {
        if !container["securityContext"]["windowsOptions"].is_null() {
            errors.forbidden(&at.child("securityContext").child("windowsOptions"), detail);
        }
    });
}

fn validate_windows(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let security = &spec["securityContext"];
    let security_at = at.child("securityContext");
    refuse(security, &LINUX_POD_FIELDS[..2], &security_at, errors);
    for field in ["hostUsers", "hostPID", "hostIPC"] {
        let is_set = if field == "hostUsers" { !spec[field].is_null() } else { spec[field].is_true() };
        if is_set {
            errors.forbidden(&at.child(field), LINUX_ONLY);
        }
    }
    refuse(security, &LINUX_POD_FIELDS[2..6], &security_at, errors);
    if !spec["shareProcessNamespace"].is_null() {
        errors.forbidden(&at.child("shareProcessNamespace"), LINUX_ONLY);
    }
    refuse(security, &LINUX_POD_FIELDS[6..], &security_at, errors);
    visit_containers(spec, at, |container, at| {
        refuse(&container["securityContext"], &LINUX_CONTAINER_FIELDS, &at.child("securityContext"), errors);
    });
}

fn refuse(security: &Value, fields: &[&str], at: &At<'_>, errors: &mut ErrorList) {
    for field in fields.iter().filter(|it| !security[**it].is_null()) {
        errors.forbidden(&at.child(field), LINUX_ONLY);
    }
}

/// A pod with users of its own cannot share the host's other namespaces.
pub(super) fn validate_host_users(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if spec["hostUsers"].as_bool() != Some(false) {
        return;
    }
    for (field, shown) in [("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")] {
        if spec[field].is_true() {
            errors.forbidden(&at.child(shown), "when `hostUsers` is false");
        }
    }
}

/// Host process containers come all or none, and on the host's network.
pub(super) fn validate_host_process(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let of_pod = spec["securityContext"]["windowsOptions"]["hostProcess"].as_bool();
    let (mut containers, mut host_processes) = (0, 0);
    visit_containers(spec, at, |container, at| {
        containers += 1;
        let own = container["securityContext"]["windowsOptions"]["hostProcess"].as_bool();
        if let (Some(of_pod), Some(own)) = (of_pod, own)
            && of_pod != own
        {
            let detail = format!("pod hostProcess value must be identical if both are specified, was {of_pod}");
            let security = at.child("securityContext");
            let options = security.child("windowsOptions");
            errors.invalid(&options.child("hostProcess"), own, detail);
        }
        host_processes += usize::from(own.or(of_pod) == Some(true));
    });
    if host_processes == 0 {
        return;
    }
    if host_processes != containers {
        let detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
        errors.invalid(at, "", detail);
    }
    if !spec["hostNetwork"].is_true() {
        let detail = "hostNetwork must be true if pod contains any hostProcess containers";
        errors.invalid(&at.child("hostNetwork"), false, detail);
    }
}

pub(super) fn validate_windows_options(options: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if !options["gmsaCredentialSpecName"].is_null() {
        let name_at = at.child("gmsaCredentialSpecName");
        format::text(syntax::dns_subdomain, &options["gmsaCredentialSpecName"], &name_at, errors);
    }
    let spec_at = at.child("gmsaCredentialSpec");
    match options["gmsaCredentialSpec"].as_str() {
        Some("") => errors.invalid(&spec_at, "", "gmsaCredentialSpec cannot be an empty string"),
        Some(text) if text.len() > 64 * 1024 => {
            errors.invalid(&spec_at, text, "gmsaCredentialSpec size must be under 64 KiB");
        }
        _ => {}
    }
    if let Some(name) = options["runAsUserName"].as_str() {
        for wrong in user_name(name) {
            errors.invalid(&at.child("runAsUserName"), name, wrong);
        }
    }
}

fn user_name(name: &str) -> Vec<&'static str> {
    let mut wrong = Vec::new();
    if name.is_empty() {
        return vec!["runAsUserName cannot be an empty string"];
    }
    if name.contains(|c: char| c.is_ascii_control()) {
        return vec!["runAsUserName cannot contain control characters"];
    }
    if name.matches('\\').count() > 1 {
        return vec!["runAsUserName cannot contain more than one backslash"];
    }
    let (domain, user) = name.split_once('\\').map_or((None, name), |(domain, user)| (Some(domain), user));
    if let Some(domain) = domain {
        if domain.len() >= 256 {
            wrong.push("runAsUserName's Domain length must be under 256 characters");
        }
        let is_net_bios = (1..=15).contains(&domain.len())
            && !domain.starts_with('.')
            && !domain.contains(['/', ':', '*', '?', '"', '<', '>', '|']);
        if !is_net_bios && !syntax::dns_subdomain(&domain.to_ascii_lowercase()).is_empty() {
            wrong.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
        }
    }
    if user.is_empty() {
        wrong.push("runAsUserName's User cannot be empty");
    } else if user.len() > 104 {
        wrong.push("runAsUserName's User length must not be longer than 104 characters");
    }
    if !user.is_empty() && user.chars().all(|c| matches!(c, '.' | ' ')) {
        wrong.push("runAsUserName's User cannot contain only periods or spaces");
    }
    if user.contains(['"', '/', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']']) {
        wrong.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
    }
    wrong
}
