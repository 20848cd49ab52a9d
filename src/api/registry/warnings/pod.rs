//! What pods and pod templates are warned of (`warningsForPodSpecAndMeta` in `pkg/api/pod/warnings.go`).

use super::{deprecated_label, storage, volumes};
use crate::api::field::Path;
use crate::object::{Map, Value};

const REQUIRED: &str = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED: &str = "preferredDuringSchedulingIgnoredDuringExecution";
const NO_SELECTOR: &str = "a null labelSelector results in matching no pod";

/// Annotations that mean nothing any more, with what to use instead.
const OLD_ANNOTATIONS: [(&str, &str); 3] = [
    (
        "scheduler.alpha.kubernetes.io/critical-pod",
        "non-functional in v1.16+; use the \"priorityClassName\" field instead",
    ),
    ("security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
    ("security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead"),
];

/// Adds what the pod or template at `root` is warned of.
pub(super) fn pod_spec(root: &Path, spec: &Value, annotations: &Map, found: &mut Vec<String>) {
    let path = root.child("spec");
    for key in spec["nodeSelector"].as_map().into_iter().flat_map(|map| map.keys()) {
        if let Some(why) = deprecated_label(key) {
            found.push(format!("{}: {why}", path.child("nodeSelector").key(key)));
        }
    }
    let affinity = path.child("affinity");
    node_affinity(&affinity.child("nodeAffinity"), &spec["affinity"]["nodeAffinity"], found);
    spread(&path.child("topologySpreadConstraints"), &spec["topologySpreadConstraints"], found);
    for (key, why) in OLD_ANNOTATIONS.iter().filter(|it| annotations.contains_key(it.0)) {
        found.push(format!("{}: {why}", root.child("metadata").child("annotations").key(key)));
    }
    volumes::of_pod(&path.child("volumes"), &spec["volumes"], found);
    repeated(&path.child("hostAliases"), &spec["hostAliases"], "ip", found);
    let secrets = path.child("imagePullSecrets");
    repeated(&secrets, &spec["imagePullSecrets"], "name", found);
    for (i, secret) in spec["imagePullSecrets"].items().iter().enumerate() {
        if secret["name"].str_or_empty().is_empty() {
            found.push(format!("{}: invalid empty name \"\"", secrets.index(i).child("name")));
        }
    }
    for name in ["memory", "ephemeral-storage"] {
        storage::fraction(&path.child("overhead").key(name), spec["overhead"].get(name), found);
    }
    for_each_container(&path, spec, |path, it| container(path, it, found));
    ports(&path, spec, found);
    if spec["terminationGracePeriodSeconds"].as_i64().is_some_and(|it| it < 0) {
        let at = path.child("terminationGracePeriodSeconds");
        found.push(format!("{at}: must be >= 0; negative values are invalid and will be treated as 1"));
    }
    for kind in ["podAffinity", "podAntiAffinity"] {
        pod_affinity(&affinity.child(kind), &spec["affinity"][kind], found);
    }
}

fn for_each_container(path: &Path, spec: &Value, mut visit: impl FnMut(&Path, &Value)) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for (i, container) in spec[list].items().iter().enumerate() {
            visit(&path.child(list).index(i), container);
        }
    }
}

fn node_affinity(path: &Path, affinity: &Value, found: &mut Vec<String>) {
    let terms = path.child(REQUIRED).child("nodeSelectorTerms");
    for (i, term) in affinity[REQUIRED]["nodeSelectorTerms"].items().iter().enumerate() {
        selector_term(&terms.index(i), term, found);
    }
    for (i, term) in affinity[PREFERRED].items().iter().enumerate() {
        selector_term(&path.child(PREFERRED).index(i).child("preference"), &term["preference"], found);
    }
}

/// Adds what a term of a node selector is warned of.
pub(super) fn selector_term(path: &Path, term: &Value, found: &mut Vec<String>) {
    for (i, expression) in term["matchExpressions"].items().iter().enumerate() {
        let key = expression["key"].str_or_empty();
        if let Some(why) = deprecated_label(key) {
            found.push(format!("{}: {key} is {why}", path.child("matchExpressions").index(i).child("key")));
        }
    }
}

fn spread(path: &Path, constraints: &Value, found: &mut Vec<String>) {
    for (i, constraint) in constraints.items().iter().enumerate() {
        let key = constraint["topologyKey"].str_or_empty();
        if let Some(why) = deprecated_label(key) {
            found.push(format!("{}: {key} is {why}", path.index(i).child("topologyKey")));
        }
        if constraint["labelSelector"].is_null() {
            found.push(format!("{}: {NO_SELECTOR}", path.index(i).child("labelSelector")));
        }
    }
}

fn pod_affinity(path: &Path, affinity: &Value, found: &mut Vec<String>) {
    for (i, term) in affinity[REQUIRED].items().iter().enumerate() {
        if term["labelSelector"].is_null() {
            found.push(format!("{}: {NO_SELECTOR}", path.child(REQUIRED).index(i).child("labelSelector")));
        }
    }
    for (i, term) in affinity[PREFERRED].items().iter().enumerate() {
        if term["podAffinityTerm"]["labelSelector"].is_null() {
            let at = path.child(PREFERRED).index(i).child("podAffinityTerm");
            found.push(format!("{}: {NO_SELECTOR}", at.child("labelSelector")));
        }
    }
}

fn repeated(path: &Path, items: &Value, field: &str, found: &mut Vec<String>) {
    let items = items.items();
    for (i, item) in items.iter().enumerate() {
        let text = item[field].str_or_empty();
        if items[..i].iter().any(|it| it[field].str_or_empty() == text) {
            found.push(format!("{}: duplicate {field} {text:?}", path.index(i).child(field)));
        }
    }
}

fn container(path: &Path, container: &Value, found: &mut Vec<String>) {
    for name in ["memory", "ephemeral-storage"] {
        for list in ["limits", "requests"] {
            let at = path.child("resources").child(list).key(name);
            storage::fraction(&at, container["resources"][list].get(name), found);
        }
    }
    let variables = container["env"].items();
    for (i, variable) in variables.iter().enumerate() {
        let name = variable["name"].str_or_empty();
        if !variables[..i].iter().any(|it| it["name"].str_or_empty() == name) {
            continue;
        }
        // A value that is made of the one before does not hide it.
        let (value, reference) = (variable["value"].str_or_empty(), format!("$({name})"));
        if !variable["valueFrom"].is_null() || value == reference || !value.contains(&reference) {
            let at = path.child("env").index(i);
            found.push(format!("{at}: hides previous definition of {name:?}, which may be dropped when using apply"));
        }
    }
}

/// Ports of all containers, of which no two are the same.
fn ports(path: &Path, spec: &Value, found: &mut Vec<String>) {
    let mut seen: Vec<(Path, Value)> = Vec::new();
    for_each_container(path, spec, |path, container| {
        for (i, port) in container["ports"].items().iter().enumerate() {
            let at = path.child("ports").index(i);
            if !port["hostIP"].is_empty() && port["hostPort"].is_empty() {
                found.push(format!("{at}: hostIP set without hostPort: {}", shown(port)));
            }
            let is_same_port =
                |it: &Value| it["containerPort"] == port["containerPort"] && protocol(it) == protocol(port);
            for (first, other) in seen.iter().filter(|it| is_same_port(&it.1)) {
                if let Some(what) = clash(port, other) {
                    found.push(format!("{at}: {what} port definition with {first}"));
                }
            }
            seen.push((at, port.clone()));
        }
    });
}

fn protocol(port: &Value) -> &str {
    port["protocol"].as_str().unwrap_or("TCP")
}

/// How a port stands to one of the same number and protocol.
fn clash(port: &Value, other: &Value) -> Option<&'static str> {
    let (ip, other_ip) = (port["hostIP"].str_or_empty(), other["hostIP"].str_or_empty());
    let number = |it: &Value| it["hostPort"].as_i64().unwrap_or(0);
    let (on_host, other_on_host) = (number(port), number(other));
    if ip == other_ip && on_host == other_on_host {
        Some("duplicate")
    } else if on_host == 0 || other_on_host == 0 {
        Some("overlapping")
    } else if on_host == other_on_host && ip.is_empty() != other_ip.is_empty() {
        Some("dangerously ambiguous")
    } else {
        None
    }
}

/// A port as Go prints it with `%+v`.
fn shown(port: &Value) -> String {
    let number = |field: &str| port[field].as_i64().unwrap_or(0);
    let (name, ip) = (port["name"].str_or_empty(), port["hostIP"].str_or_empty());
    let (on_host, inside) = (number("hostPort"), number("containerPort"));
    format!("{{Name:{name} HostPort:{on_host} ContainerPort:{inside} Protocol:{} HostIP:{ip}}}", protocol(port))
}
