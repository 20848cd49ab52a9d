//! The checks of AppArmor, SELinux and seccomp.

use std::collections::BTreeSet;

use super::super::outcome::{Finding, containers, plural, quoted, setters};
use super::Pod;
use crate::api::field::quote;
use crate::object::Value;

/// What the annotations begin with that named AppArmor profiles of containers before there were fields.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
/// The same for the seccomp profiles of containers, and of pods.
const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
const SECCOMP_OF_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// The types that processes may have with SELinux; the last of them from 1.31 on.
const SE_LINUX: [&str; 5] = ["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/// Whether a profile is not that of the runtime nor one of the node.
fn is_foreign(profile: &Value) -> bool {
    !profile.is_null() && !matches!(profile["type"].str_or_empty(), "RuntimeDefault" | "Localhost")
}

/// Who has a foreign profile, and of which types those are.
struct Foreign<'a> {
    is_pod: bool,
    containers: Vec<&'a str>,
    types: BTreeSet<&'a str>,
}

impl<'a> Foreign<'a> {
    fn of(pod: Pod<'a>, field: &str) -> Self {
        let mut types = BTreeSet::new();
        let mut is_bad = |security: &'a Value| {
            let is_bad = is_foreign(&security[field]);
            if is_bad {
                types.insert(security[field]["type"].str_or_empty());
            }
            is_bad
        };
        let is_pod = is_bad(pod.security());
        let containers = pod.containers_with(is_bad);
        Foreign { is_pod, containers, types }
    }
}

/// `check_appArmorProfile.go`.
pub(super) fn app_armor(pod: Pod<'_>) -> Option<Finding> {
    let foreign = Foreign::of(pod, "appArmorProfile");
    let named = pod.annotations.iter().filter(|(key, _)| key.starts_with(APP_ARMOR));
    let bad = named.map(|(key, value)| (key, value.str_or_empty())).filter(|(_, profile)| {
        !profile.is_empty() && *profile != "runtime/default" && !profile.starts_with("localhost/")
    });
    let annotations: BTreeSet<String> = bad.map(|(key, profile)| format!("{key}={}", quote(profile))).collect();
    let mut who: Vec<String> = setters(foreign.is_pod, &foreign.containers).into_iter().collect();
    if !annotations.is_empty() {
        who.push(plural("annotation", "annotations", annotations.len()).to_owned());
    }
    if who.is_empty() {
        return None;
    }
    let types = foreign.types.into_iter().chain(annotations.iter().map(String::as_str));
    let types: Vec<&str> = types.collect();
    let reason = if types.len() == 1 { "forbidden AppArmor profile" } else { "forbidden AppArmor profiles" };
    let detail = format!("{} must not set AppArmor profile type to {}", who.join(" and "), quoted(types));
    Some(Finding::new(reason, detail))
}

/// `check_seLinuxOptions.go`, before 1.31.
pub(super) fn se_linux(pod: Pod<'_>) -> Option<Finding> {
    se_linux_types(pod, &SE_LINUX[..4])
}

/// `check_seLinuxOptions.go`, from 1.31 on.
pub(super) fn se_linux_with_engines(pod: Pod<'_>) -> Option<Finding> {
    se_linux_types(pod, &SE_LINUX)
}

fn se_linux_types(pod: Pod<'_>, allowed: &[&str]) -> Option<Finding> {
    let (mut types, mut has_user, mut has_role) = (BTreeSet::new(), false, false);
    let mut is_bad = |security: &Value| {
        let options = &security["seLinuxOptions"];
        let kind = options["type"].str_or_empty();
        let is_known = allowed.contains(&kind);
        if !is_known {
            types.insert(kind.to_owned());
        }
        let (user, role) = (!options["user"].is_empty(), !options["role"].is_empty());
        has_user |= user;
        has_role |= role;
        !is_known || user || role
    };
    let is_pod = is_bad(pod.security());
    let who = setters(is_pod, &pod.containers_with(is_bad))?;
    let mut wrong = Vec::new();
    if !types.is_empty() {
        wrong.push(format!("{} {}", plural("type", "types", types.len()), quoted(types)));
    }
    wrong.extend(has_user.then(|| "user may not be set".to_owned()));
    wrong.extend(has_role.then(|| "role may not be set".to_owned()));
    let detail = format!("{who} set forbidden securityContext.seLinuxOptions: {}", wrong.join("; "));
    Some(Finding::new("seLinuxOptions", detail))
}

/// `check_seccompProfile_baseline.go`, before 1.19.
pub(super) fn seccomp_annotations(pod: Pod<'_>) -> Option<Finding> {
    let of_containers = pod.containers().map(|it| format!("{SECCOMP}{}", it["name"].str_or_empty()));
    let keys = std::iter::once(SECCOMP_OF_POD.to_owned()).chain(of_containers);
    let bad: BTreeSet<String> = keys
        .filter_map(|key| {
            let profile = pod.annotations.str(&key)?;
            let is_fine = matches!(profile, "runtime/default" | "docker/default") || profile.starts_with("localhost/");
            (!is_fine).then(|| format!("{key}={}", quote(profile)))
        })
        .collect();
    (!bad.is_empty()).then(|| {
        let noun = plural("annotation", "annotations", bad.len());
        let bad: Vec<String> = bad.into_iter().collect();
        Finding::new("seccompProfile", format!("forbidden {noun} {}", bad.join(", ")))
    })
}

/// `check_seccompProfile_baseline.go`, from 1.19 on.
pub(super) fn seccomp(pod: Pod<'_>) -> Option<Finding> {
    let foreign = Foreign::of(pod, "seccompProfile");
    let who = setters(foreign.is_pod, &foreign.containers)?;
    let detail = format!("{who} must not set securityContext.seccompProfile.type to {}", quoted(foreign.types));
    Some(Finding::new("seccompProfile", detail))
}

/// `check_seccompProfile_restricted.go`: there has to be a profile.
pub(super) fn seccomp_required(pod: Pod<'_>) -> Option<Finding> {
    if let Some(finding) = seccomp(pod) {
        return Some(finding);
    }
    if !pod.security()["seccompProfile"].is_null() {
        return None;
    }
    let without = pod.containers_with(|it| it["seccompProfile"].is_null());
    (!without.is_empty()).then(|| {
        let who = containers(&without);
        let rule = "must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"";
        Finding::new("seccompProfile", format!("pod or {who} {rule}"))
    })
}
