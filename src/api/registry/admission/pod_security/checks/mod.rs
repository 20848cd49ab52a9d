//! The checks of the pod security standards (pod-security-admission `policy/check_*.go`), and which of them make up a level at a
//! version (`policy/registry.go`).

mod baseline;
mod profiles;
mod restricted;
mod volumes;

use super::outcome::{Finding, Outcome};
use super::policy::{Level, Standard};
use crate::object::{Map, Value};

/// The last release that some check changed with: what is asked for by a later version is checked as this.
const NEWEST: u8 = 35;

/// What checks look at: a pod, or what pods are made from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pod<'a> {
    pub(super) annotations: &'a Map,
    pub(super) spec: &'a Value,
}

impl<'a> Pod<'a> {
    /// Init, main and ephemeral containers.
    fn containers(self) -> impl Iterator<Item = &'a Value> {
        ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(move |it| self.spec[it].items())
    }

    /// The names of the containers whose security context is as `is_bad` says.
    fn containers_with(self, mut is_bad: impl FnMut(&'a Value) -> bool) -> Vec<&'a str> {
        let bad = self.containers().filter(|it| is_bad(&it["securityContext"]));
        bad.map(|it| it["name"].str_or_empty()).collect()
    }

    /// The security context of the pod itself.
    fn security(self) -> &'a Value {
        &self.spec["securityContext"]
    }

    fn is_windows(self) -> bool {
        self.spec["os"]["name"].as_str() == Some("windows")
    }

    /// Whether its users are not those of the node.
    fn has_own_users(self) -> bool {
        self.spec["hostUsers"].as_bool() == Some(false)
    }
}

/// A rule, which finds something or nothing.
type Rule = fn(Pod<'_>) -> Option<Finding>;

/// A check of a level.
struct Check {
    id: &'static str,
    /// What it came to be from which minor release on, the oldest first.
    versions: &'static [(u8, Rule)],
    /// The check of the level below that it stands in for.
    instead_of: Option<&'static str>,
}

impl Check {
    const fn new(id: &'static str, versions: &'static [(u8, Rule)]) -> Self {
        Check { id, versions, instead_of: None }
    }

    const fn instead_of(mut self, id: &'static str) -> Self {
        self.instead_of = Some(id);
        self
    }

    /// What it was at a minor release, if there was such a check.
    fn at(&self, minor: u8) -> Option<Rule> {
        self.versions.iter().rev().find(|it| it.0 <= minor).map(|it| it.1)
    }
}

/// The checks of the level baseline, by id.
static BASELINE: [Check; 12] = [
    Check::new("appArmorProfile", &[(0, profiles::app_armor)]),
    Check::new("capabilities_baseline", &[(0, baseline::capabilities)]),
    Check::new("hostNamespaces", &[(0, baseline::host_namespaces)]),
    Check::new("hostPathVolumes", &[(0, volumes::host_paths)]),
    Check::new("hostPorts", &[(0, baseline::host_ports)]),
    Check::new("hostProbesAndHostLifecycle", &[(34, baseline::hosts_of_handlers)]),
    Check::new("privileged", &[(0, baseline::privileged)]),
    Check::new("procMount", &[(0, baseline::proc_mount), (35, baseline::proc_mount_of_host_users)]),
    Check::new("seLinuxOptions", &[(0, profiles::se_linux), (31, profiles::se_linux_with_engines)]),
    Check::new("seccompProfile_baseline", &[(0, profiles::seccomp_annotations), (19, profiles::seccomp)]),
    Check::new(
        "sysctls",
        &[(0, baseline::sysctls_0), (27, baseline::sysctls_27), (29, baseline::sysctls_29), (32, baseline::sysctls_32)],
    ),
    Check::new("windowsHostProcess", &[(0, baseline::host_process)]),
];

/// What the level restricted has besides, by id.
static RESTRICTED: [Check; 7] = [
    Check::new(
        "allowPrivilegeEscalation",
        &[(8, restricted::privilege_escalation), (25, |it| not_of_windows(it, restricted::privilege_escalation))],
    ),
    Check::new(
        "capabilities_restricted",
        &[(22, restricted::capabilities), (25, |it| not_of_windows(it, restricted::capabilities))],
    )
    .instead_of("capabilities_baseline"),
    Check::new("procMount_restricted", &[(35, baseline::proc_mount)]).instead_of("procMount"),
    Check::new("restrictedVolumes", &[(0, volumes::restricted)]).instead_of("hostPathVolumes"),
    Check::new(
        "runAsNonRoot",
        &[(0, restricted::run_as_non_root), (35, |it| not_of_own_users(it, restricted::run_as_non_root))],
    ),
    Check::new("runAsUser", &[(23, restricted::run_as_user), (35, |it| not_of_own_users(it, restricted::run_as_user))]),
    Check::new(
        "seccompProfile_restricted",
        &[(19, profiles::seccomp_required), (25, |it| not_of_windows(it, profiles::seccomp_required))],
    )
    .instead_of("seccompProfile_baseline"),
];

fn not_of_windows(pod: Pod<'_>, rule: Rule) -> Option<Finding> {
    if pod.is_windows() { None } else { rule(pod) }
}

fn not_of_own_users(pod: Pod<'_>, rule: Rule) -> Option<Finding> {
    if pod.has_own_users() { None } else { rule(pod) }
}

/// Holds `pod` to a standard, on a server of the minor release `server`.
pub(super) fn evaluate(standard: Standard, pod: Pod<'_>, server: u8) -> Outcome {
    let minor = standard.version.minor(NEWEST.min(server));
    let above: &[Check] = match standard.level {
        Level::Privileged => return Outcome::default(),
        Level::Baseline => &[],
        Level::Restricted => &RESTRICTED,
    };
    let is_replaced = |check: &Check| above.iter().any(|it| it.instead_of == Some(check.id) && it.at(minor).is_some());
    let checks = BASELINE.iter().filter(|it| !is_replaced(it)).chain(above);
    Outcome(checks.filter_map(|it| it.at(minor)).filter_map(|rule| rule(pod)).collect())
}

#[cfg(test)]
mod tests;
