//! The checks of the level baseline, but for volumes and profiles.

use std::collections::BTreeSet;

use super::super::outcome::{Finding, containers, plural, quoted, setters};
use super::Pod;
use crate::object::Value;

/// The capabilities that may be added (`check_capabilities_baseline.go`).
const CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// The kernel parameters that do no harm to others (`check_sysctls.go`): each release takes in some more.
const SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
];

/// `check_capabilities_baseline.go`.
pub(super) fn capabilities(pod: Pod<'_>) -> Option<Finding> {
    added(pod, &CAPABILITIES).map(|detail| Finding::new("non-default capabilities", detail))
}

/// Which containers add capabilities besides those that are `allowed`.
pub(super) fn added(pod: Pod<'_>, allowed: &[&str]) -> Option<String> {
    let mut forbidden = BTreeSet::new();
    let bad = pod.containers_with(|security| {
        let added = security["capabilities"]["add"].items().iter().map(Value::str_or_empty);
        let wrong: Vec<_> = added.filter(|it| !allowed.contains(it)).collect();
        forbidden.extend(wrong.iter().copied());
        !wrong.is_empty()
    });
    (!bad.is_empty()).then(|| {
        format!("{} must not include {} in securityContext.capabilities.add", containers(&bad), quoted(forbidden))
    })
}

/// `check_hostNamespaces.go`.
pub(super) fn host_namespaces(pod: Pod<'_>) -> Option<Finding> {
    let shared = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|it| pod.spec[*it].is_true());
    let shared: Vec<String> = shared.map(|it| format!("{it}=true")).collect();
    (!shared.is_empty()).then(|| Finding::new("host namespaces", shared.join(", ")))
}

/// `check_hostPorts.go`.
pub(super) fn host_ports(pod: Pod<'_>) -> Option<Finding> {
    let (mut bad, mut ports) = (Vec::new(), BTreeSet::new());
    for container in pod.containers() {
        let taken = container["ports"].items().iter().filter_map(|it| it["hostPort"].as_i64());
        let taken: Vec<String> = taken.filter(|it| *it != 0).map(|it| it.to_string()).collect();
        if !taken.is_empty() {
            bad.push(container["name"].str_or_empty());
            ports.extend(taken);
        }
    }
    (!bad.is_empty()).then(|| {
        let uses = plural("uses", "use", bad.len());
        let noun = plural("hostPort", "hostPorts", ports.len());
        let ports: Vec<String> = ports.into_iter().collect();
        Finding::new("hostPort", format!("{} {uses} {noun} {}", containers(&bad), ports.join(", ")))
    })
}

/// `check_hostProbesAndhostLifecycle.go`.
pub(super) fn hosts_of_handlers(pod: Pod<'_>) -> Option<Finding> {
    let (mut bad, mut hosts) = (BTreeSet::new(), BTreeSet::new());
    for container in pod.containers() {
        let probes = ["livenessProbe", "readinessProbe", "startupProbe"].map(|it| &container[it]);
        let hooks = ["postStart", "preStop"].map(|it| &container["lifecycle"][it]);
        for handler in probes.into_iter().chain(hooks) {
            let named = ["httpGet", "tcpSocket"].into_iter().map(|it| handler[it]["host"].str_or_empty());
            for host in named.filter(|it| !it.is_empty()) {
                hosts.insert(host);
                bad.insert(container["name"].str_or_empty());
            }
        }
    }
    (!bad.is_empty()).then(|| {
        let bad: Vec<&str> = bad.into_iter().collect();
        let uses = plural("uses", "use", bad.len());
        let noun = plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.len());
        Finding::new("probe or lifecycle host", format!("{} {uses} {noun} {}", containers(&bad), quoted(hosts)))
    })
}

/// `check_privileged.go`.
pub(super) fn privileged(pod: Pod<'_>) -> Option<Finding> {
    let bad = pod.containers_with(|it| it["privileged"].is_true());
    (!bad.is_empty()).then(|| {
        Finding::new("privileged", format!("{} must not set securityContext.privileged=true", containers(&bad)))
    })
}

/// `check_procMount_baseline.go`, before 1.35.
pub(super) fn proc_mount(pod: Pod<'_>) -> Option<Finding> {
    let mut kinds = BTreeSet::new();
    let bad = pod.containers_with(|security| {
        let wrong = security["procMount"].as_str().filter(|it| *it != "Default");
        kinds.extend(wrong);
        wrong.is_some()
    });
    (!bad.is_empty()).then(|| {
        let detail = format!("{} must not set securityContext.procMount to {}", containers(&bad), quoted(kinds));
        Finding::new("procMount", detail)
    })
}

/// `check_procMount_baseline.go`, from 1.35 on: what a pod whose users are its own sees of its processes is its own affair.
pub(super) fn proc_mount_of_host_users(pod: Pod<'_>) -> Option<Finding> {
    super::not_of_own_users(pod, proc_mount)
}

/// `check_sysctls.go`, as it came with each release that took in some more.
pub(super) fn sysctls_0(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SYSCTLS[..5])
}

pub(super) fn sysctls_27(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SYSCTLS[..6])
}

pub(super) fn sysctls_29(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SYSCTLS[..10])
}

pub(super) fn sysctls_32(pod: Pod<'_>) -> Option<Finding> {
    sysctls(pod, &SYSCTLS)
}

fn sysctls(pod: Pod<'_>, allowed: &[&str]) -> Option<Finding> {
    let named = pod.security()["sysctls"].items().iter().map(|it| it["name"].str_or_empty());
    let bad: Vec<&str> = named.filter(|it| !allowed.contains(it)).collect();
    (!bad.is_empty()).then(|| Finding::new("forbidden sysctls", bad.join(", ")))
}

/// `check_windowsHostProcess.go`.
pub(super) fn host_process(pod: Pod<'_>) -> Option<Finding> {
    let is_bad = |security: &Value| security["windowsOptions"]["hostProcess"].is_true();
    let who = setters(is_bad(pod.security()), &pod.containers_with(is_bad))?;
    Some(Finding::new("hostProcess", format!("{who} must not set securityContext.windowsOptions.hostProcess=true")))
}
