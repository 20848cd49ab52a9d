//! Security contexts of pods and containers (`validatePodSpecSecurityContext`, `ValidateSecurityContext`).

use super::{Context, format};
use crate::api::field::{At, ErrorList};
use crate::api::registry::pod::go_form::{Shape, invalid_as};
use crate::api::registry::pod::go_types::{CONTAINER_SECURITY, SECCOMP};
use crate::object::Value;

pub(super) fn validate_pod(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let security = &spec["securityContext"];
    if !security.is_empty() {
        for field in ["fsGroup", "runAsUser", "runAsGroup"] {
            format::numeric_id(&security[field], &at.child(field), errors);
        }
        let groups = at.child("supplementalGroups");
        for (i, group) in security["supplementalGroups"].items().iter().enumerate() {
            format::numeric_id(group, &groups.index(i), errors);
        }
    }
    if spec["shareProcessNamespace"].is_true() && spec["hostPID"].is_true() {
        let detail = "ShareProcessNamespace and HostPID cannot both be enabled";
        errors.invalid(&at.child("shareProcessNamespace"), true, detail);
    }
    if security.is_empty() {
        return;
    }
    validate_sysctls(spec, &at.child("sysctls"), errors);
    let change = ["Always", "OnRootMismatch"];
    format::optional_one_of(&security["fsGroupChangePolicy"], &change, &at.child("fsGroupChangePolicy"), errors);
    validate_seccomp(&security["seccompProfile"], &at.child("seccompProfile"), errors);
    validate_profiles(security, at, errors);
    let groups = ["Merge", "Strict"];
    let groups_at = at.child("supplementalGroupsPolicy");
    format::optional_one_of(&security["supplementalGroupsPolicy"], &groups, &groups_at, errors);
    let change = ["MountOption", "Recursive"];
    format::optional_one_of(&security["seLinuxChangePolicy"], &change, &at.child("seLinuxChangePolicy"), errors);
}

fn is_sysctl(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    name.len() <= 253
        && name.split(['.', '/']).all(|part| {
            let bytes = part.as_bytes();
            bytes.first().is_some_and(|b| is_plain(*b))
                && bytes.last().is_some_and(|b| is_plain(*b))
                && bytes.iter().all(|b| is_plain(*b) || matches!(b, b'-' | b'_'))
        })
}

fn validate_sysctls(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let sysctls = spec["securityContext"]["sysctls"].items();
    for (i, sysctl) in sysctls.iter().enumerate() {
        let item = at.index(i);
        let at = item.child("name");
        let name = sysctl["name"].str_or_empty();
        if name.is_empty() {
            errors.required(&at, "");
        } else if !is_sysctl(name) {
            let regex = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
            errors.invalid(&at, name, format!("must have at most 253 characters and match regex {regex}"));
        } else if sysctls[..i].iter().any(|it| it["name"].str_or_empty() == name) {
            errors.duplicate(&at, name);
        }
        let dotted = name.replace('/', ".");
        let is_ipc = ["kernel.sem", "kernel.shm", "kernel.msg", "fs.mqueue."].iter().any(|it| dotted.starts_with(it));
        if spec["hostNetwork"].is_true() && dotted.starts_with("net.") {
            errors.invalid(&at, name, "may not be specified when 'hostNetwork' is true");
        } else if spec["hostIPC"].is_true() && is_ipc {
            errors.invalid(&at, name, "may not be specified when 'hostIPC' is true");
        }
    }
}

/// Checks the Windows options and the AppArmor profile, which pods and containers have alike.
fn validate_profiles(security: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if !security["windowsOptions"].is_null() {
        super::os::validate_windows_options(&security["windowsOptions"], &at.child("windowsOptions"), errors);
    }
    if !security["appArmorProfile"].is_null() {
        validate_app_armor(&security["appArmorProfile"], &at.child("appArmorProfile"), errors);
    }
}

const PROFILE_TYPES: [&str; 3] = ["Localhost", "RuntimeDefault", "Unconfined"];

fn validate_seccomp(profile: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if profile.is_null() {
        return;
    }
    let kind = profile["type"].str_or_empty();
    let local_at = at.child("localhostProfile");
    if kind.is_empty() {
        errors.required(&at.child("type"), "type is required when seccompProfile is set");
    } else if !PROFILE_TYPES.contains(&kind) {
        errors.not_supported(&at.child("type"), kind, &PROFILE_TYPES);
    }
    match (&profile["localhostProfile"], kind) {
        (Value::Null, "Localhost") => errors.required(&local_at, "must be set when seccomp type is Localhost"),
        (Value::Null, _) => {}
        (path, "Localhost") => format::text(format::descending_path, path, &local_at, errors),
        _ => {
            let detail = "can only be set when seccomp type is Localhost";
            errors.add(invalid_as(Shape::Struct(&SECCOMP), profile, &local_at, detail));
        }
    }
}

fn validate_app_armor(profile: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let local_at = at.child("localhostProfile");
    let local = &profile["localhostProfile"];
    match profile["type"].str_or_empty() {
        "Localhost" => {
            let text = local.str_or_empty();
            if text.trim() != text {
                errors.invalid(&local_at, local, "must not be padded with whitespace");
            } else if text.is_empty() {
                errors.required(&local_at, "must be set when AppArmor type is Localhost");
            }
            if text.len() > 4095 {
                errors.too_long(&local_at, 4095);
            }
        }
        "RuntimeDefault" | "Unconfined" if local.is_null() => {}
        "RuntimeDefault" | "Unconfined" => {
            errors.invalid(&local_at, local, "can only be set when AppArmor type is Localhost");
        }
        "" => errors.required(&at.child("type"), "type is required when appArmorProfile is set"),
        other => errors.not_supported(&at.child("type"), other, &PROFILE_TYPES),
    }
}

pub(super) fn validate_container(context: &Context<'_>, security: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if security.is_empty() {
        return;
    }
    format::numeric_id(&security["runAsUser"], &at.child("runAsUser"), errors);
    format::numeric_id(&security["runAsGroup"], &at.child("runAsGroup"), errors);
    let mount = &security["procMount"];
    format::optional_one_of(mount, &["Default", "Unmasked"], &at.child("procMount"), errors);
    if context.has_host_users() && mount.str_or_empty() == "Unmasked" {
        errors.invalid(&at.child("procMount"), mount, "`hostUsers` must be false to use `Unmasked`");
    }
    validate_seccomp(&security["seccompProfile"], &at.child("seccompProfile"), errors);
    if security["allowPrivilegeEscalation"].as_bool() == Some(false) {
        if security["privileged"].is_true() {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true";
            errors.add(invalid_as(Shape::Struct(&CONTAINER_SECURITY), security, at, detail));
        }
        for _ in security["capabilities"]["add"].items().iter().filter(|it| it.as_str() == Some("CAP_SYS_ADMIN")) {
            let detail = "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN";
            errors.add(invalid_as(Shape::Struct(&CONTAINER_SECURITY), security, at, detail));
        }
    }
    validate_profiles(security, at, errors);
}
