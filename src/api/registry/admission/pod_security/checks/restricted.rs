//! The checks of the level restricted, but for volumes and profiles.

use super::super::outcome::{Finding, containers, setters};
use super::{Pod, baseline};
use crate::object::Value;

/// `check_allowPrivilegeEscalation.go`.
pub(super) fn privilege_escalation(pod: Pod<'_>) -> Option<Finding> {
    let bad = pod.containers_with(|it| it["allowPrivilegeEscalation"].as_bool() != Some(false));
    (!bad.is_empty()).then(|| {
        let detail = format!("{} must set securityContext.allowPrivilegeEscalation=false", containers(&bad));
        Finding::new("allowPrivilegeEscalation != false", detail)
    })
}

/// `check_capabilities_restricted.go`.
pub(super) fn capabilities(pod: Pod<'_>) -> Option<Finding> {
    let keeping = pod.containers_with(|security| {
        let dropped = security["capabilities"]["drop"].items();
        !dropped.iter().any(|it| it.as_str() == Some("ALL"))
    });
    let mut details = Vec::new();
    if !keeping.is_empty() {
        details.push(format!("{} must set securityContext.capabilities.drop=[\"ALL\"]", containers(&keeping)));
    }
    details.extend(baseline::added(pod, &["NET_BIND_SERVICE"]));
    (!details.is_empty()).then(|| Finding::new("unrestricted capabilities", details.join("; ")))
}

/// `check_runAsNonRoot.go`.
pub(super) fn run_as_non_root(pod: Pod<'_>) -> Option<Finding> {
    const REASON: &str = "runAsNonRoot != true";
    let said = |security: &Value| security["runAsNonRoot"].as_bool();
    let of_pod = said(pod.security());
    let against = pod.containers_with(|it| said(it) == Some(false));
    if let Some(who) = setters(of_pod == Some(false), &against) {
        return Some(Finding::new(REASON, format!("{who} must not set securityContext.runAsNonRoot=false")));
    }
    if of_pod == Some(true) {
        return None;
    }
    let silent = pod.containers_with(|it| said(it).is_none());
    (!silent.is_empty()).then(|| {
        let detail = format!("pod or {} must set securityContext.runAsNonRoot=true", containers(&silent));
        Finding::new(REASON, detail)
    })
}

/// `check_runAsUser.go`.
pub(super) fn run_as_user(pod: Pod<'_>) -> Option<Finding> {
    let is_root = |security: &Value| security["runAsUser"].as_i64() == Some(0);
    let who = setters(is_root(pod.security()), &pod.containers_with(is_root))?;
    Some(Finding::new("runAsUser=0", format!("{who} must not set runAsUser=0")))
}
