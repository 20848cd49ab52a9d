//! `/healthz`, `/livez` and `/readyz`, as a whole and check by check (apiserver `pkg/server/healthz`).
//!
//! Known differences: an embedded control plane is up or it is not there, so every check passes.

use super::Response;
use super::query::Params;

/// The checks of each path, in order.
const CHECKS: [&str; 35] = [
    "ping",
    "log",
    "etcd",
    "etcd-readiness",
    "informer-sync",
    "poststarthook/start-apiserver-admission-initializer",
    "poststarthook/generic-apiserver-start-informers",
    "poststarthook/priority-and-fairness-config-consumer",
    "poststarthook/priority-and-fairness-filter",
    "poststarthook/storage-object-count-tracker-hook",
    "poststarthook/start-apiextensions-informers",
    "poststarthook/start-apiextensions-controllers",
    "poststarthook/crd-informer-synced",
    "poststarthook/start-system-namespaces-controller",
    "poststarthook/start-cluster-authentication-info-controller",
    "poststarthook/start-kube-apiserver-identity-lease-controller",
    "poststarthook/start-kube-apiserver-identity-lease-garbage-collector",
    "poststarthook/start-legacy-token-tracking-controller",
    "poststarthook/start-service-ip-repair-controllers",
    "poststarthook/rbac/bootstrap-roles",
    "poststarthook/scheduling/bootstrap-system-priority-classes",
    "poststarthook/priority-and-fairness-config-producer",
    "poststarthook/bootstrap-controller",
    "poststarthook/start-kubernetes-service-cidr-controller",
    "poststarthook/aggregator-reload-proxy-client-cert",
    "poststarthook/start-kube-aggregator-informers",
    "poststarthook/apiservice-status-local-available-controller",
    "poststarthook/apiservice-status-remote-available-controller",
    "poststarthook/apiservice-registration-controller",
    "poststarthook/apiservice-discovery-controller",
    "poststarthook/kube-apiserver-autoregistration",
    "autoregister-completion",
    "poststarthook/apiservice-openapi-controller",
    "poststarthook/apiservice-openapiv3-controller",
    "shutdown",
];

/// The checks that only readiness makes.
const OF_READINESS: [&str; 3] = ["etcd-readiness", "informer-sync", "shutdown"];

/// Answers a request below one of these paths; `None` for any other path.
pub(super) fn answer(path: &str, query: &str) -> Option<Response> {
    let path = path.trim_matches('/');
    let (name, check) = path.split_once('/').unwrap_or((path, ""));
    if !matches!(name, "healthz" | "livez" | "readyz") {
        return None;
    }
    let mut checks = checks(name);
    if !check.is_empty() {
        return Some(if checks.any(|it| it == check) { Response::text(200, "ok") } else { Response::page_not_found() });
    }
    let params = Params::parse(query);
    if params.get("verbose").is_none() {
        return Some(Response::text(200, "ok"));
    }
    Some(Response::text(200, &report(name, checks, &params)))
}

fn checks(name: &str) -> impl Iterator<Item = &'static str> {
    CHECKS.iter().copied().filter(move |it| name == "readyz" || !OF_READINESS.contains(it))
}

/// Every path of health, those of the checks included.
pub(super) fn paths() -> Vec<String> {
    let names = ["healthz", "livez", "readyz"];
    let of_checks = names.iter().flat_map(|name| checks(name).map(move |check| format!("/{name}/{check}")));
    names.iter().map(|it| format!("/{it}")).chain(of_checks).collect()
}

/// What each check came to, in the words of `?verbose`.
fn report<'a>(name: &str, checks: impl Iterator<Item = &'a str>, params: &Params) -> String {
    let mut excluded: Vec<&str> = params.all("exclude").flat_map(|it| it.split(',')).collect();
    excluded.sort_unstable();
    excluded.dedup();
    let mut out = String::new();
    for check in checks {
        let was = excluded.len();
        excluded.retain(|it| *it != check);
        out.push_str(&format!("[+]{check}{} ok\n", if excluded.len() < was { " excluded:" } else { "" }));
    }
    if !excluded.is_empty() {
        let quoted: Vec<String> = excluded.iter().map(|it| format!("{it:?}")).collect();
        out.push_str(&format!("warn: some health checks cannot be excluded: no matches for {}\n", quoted.join(", ")));
    }
    out.push_str(&format!("{name} check passed\n"));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::http::Content;

    fn text(path: &str, query: &str) -> String {
        match answer(path, query) {
            Some(Response { content: Content::Text(text), .. }) => text,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn each_check_can_be_asked_for() {
        assert_eq!(text("/livez", ""), "ok");
        assert_eq!(text("/readyz/shutdown", ""), "ok");
        assert_eq!(text("/livez/poststarthook/rbac/bootstrap-roles", ""), "ok");
        assert_eq!(text("/livez/shutdown", ""), "404 page not found\n");
        assert!(answer("/health", "").is_none());
    }

    #[test]
    fn a_verbose_answer_names_the_checks_and_those_left_out() {
        let said = text("/livez", "verbose&exclude=etcd&exclude=boats");
        assert!(said.starts_with("[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n"), "{said}");
        let end = "warn: some health checks cannot be excluded: no matches for \"boats\"\nlivez check passed\n";
        assert!(said.ends_with(end), "{said}");
    }
}
