//! What pods take of a quota (`pkg/quota/v1/evaluator/core/pods.go`).

use crate::api::registry::pod::{ResourceList, aggregate_containers, qos_class};
use crate::clock::{Span, Time};
use crate::object::{Object, Quantity, Str, Value, literal};

/// What a pod has to say of every container when a quota counts it.
const NEEDED: [&str; 6] = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/// Adds what `pod` takes, unless it has come to its end.
pub(super) fn add_usage(pod: &Object, now: Time, usage: &mut ResourceList) {
    let is_finished = matches!(pod.status()["phase"].str_or_empty(), "Failed" | "Succeeded");
    let is_overdue = pod.meta.deleted.is_some_and(|deleted| {
        let grace = pod.meta.deletion_grace_seconds.unwrap_or(0);
        now > deleted + Span::seconds(grace)
    });
    if is_finished || is_overdue {
        return;
    }
    let of_pod = |part: &str| {
        let spec = pod.spec();
        let mut amounts = aggregate_containers(spec, part);
        for (name, amount) in spec["resources"][part].as_map().into_iter().flat_map(|it| it.iter()) {
            amounts.insert(name.clone(), Quantity::or_zero(amount));
        }
        for (name, amount) in spec["overhead"].as_map().into_iter().flat_map(|it| it.iter()) {
            if part == "requests" || amounts.contains_key(name) {
                *amounts.entry(name.clone()).or_default() += Quantity::or_zero(amount);
            }
        }
        amounts
    };
    add_compute(&of_pod("requests"), &of_pod("limits"), usage);
}

fn add_compute(requests: &ResourceList, limits: &ResourceList, usage: &mut ResourceList) {
    usage.insert(literal!("pods"), Quantity::from_units(1));
    for (name, amount) in requests {
        let is_counted =
            matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") || name.starts_with("hugepages-");
        if is_counted {
            usage.insert(name.clone(), *amount);
        }
        if is_counted || name.contains('/') {
            usage.insert(Str::from(format!("requests.{name}")), *amount);
        }
    }
    for (name, amount) in limits {
        if matches!(name.as_str(), "cpu" | "memory" | "ephemeral-storage") {
            usage.insert(Str::from(format!("limits.{name}")), *amount);
        }
    }
}

/// Whether a quota that counts `name` counts pods by it.
pub(super) fn counts(name: &str) -> bool {
    let compute = |it: &str| matches!(it, "cpu" | "memory" | "ephemeral-storage");
    let asked = name.strip_prefix("requests.");
    name == "pods"
        || compute(name)
        || asked.is_some_and(|it| compute(it) || it.contains('/'))
        || name.strip_prefix("limits.").is_some_and(compute)
        || asked.unwrap_or(name).starts_with("hugepages-")
}

/// What containers of `pod` leave open though a quota counts one of `names`: `requests.cpu for: web`.
pub fn missing<'a>(pod: &Object, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let spec = pod.spec();
    let of = |container: &Value| {
        let list = |part: &str| -> ResourceList {
            let amounts = container["resources"][part].as_map().into_iter().flat_map(|it| it.iter());
            amounts.map(|(name, amount)| (name.clone(), Quantity::or_zero(amount))).collect()
        };
        let mut usage = ResourceList::new();
        add_compute(&list("requests"), &list("limits"), &mut usage);
        usage
    };
    let of_pod = of(spec);
    let mut texts = Vec::new();
    for name in names.filter(|name| NEEDED.contains(name)) {
        if of_pod.contains_key(name) {
            continue;
        }
        let containers = spec["containers"].items().iter().chain(spec["initContainers"].items());
        let mut open: Vec<&str> =
            containers.filter(|it| !of(it).contains_key(name)).map(|it| it["name"].str_or_empty()).collect();
        open.sort_unstable();
        if !open.is_empty() {
            texts.push(format!("{name} for: {}", open.join(",")));
        }
    }
    texts.sort_unstable();
    (!texts.is_empty()).then(|| texts.join("; "))
}

/// Whether a scope takes the pod in.
pub(super) fn is_in_scope(pod: &Object, scope: &str, operator: &str, values: &Value) -> bool {
    let spec = pod.spec();
    let has_deadline = spec["activeDeadlineSeconds"].as_i64().is_some_and(|it| it >= 0);
    match scope {
        "Terminating" => has_deadline,
        "NotTerminating" => !has_deadline,
        "BestEffort" => qos_class(spec) == "BestEffort",
        "NotBestEffort" => qos_class(spec) != "BestEffort",
        "PriorityClass" => selects(spec["priorityClassName"].as_str(), operator, values),
        "CrossNamespacePodAffinity" => crosses_namespaces(&spec["affinity"]),
        _ => false,
    }
}

/// Whether a term of a scope selector takes in an object of the class `class`.
pub(super) fn selects(class: Option<&str>, operator: &str, values: &Value) -> bool {
    let class = class.filter(|it| !it.is_empty());
    let is_named = class.is_some_and(|class| values.items().iter().any(|it| it.as_str() == Some(class)));
    match operator {
        "Exists" => class.is_some(),
        "DoesNotExist" => class.is_none(),
        "In" => is_named,
        "NotIn" => !is_named,
        _ => false,
    }
}

fn crosses_namespaces(affinity: &Value) -> bool {
    let crosses = |term: &Value| !term["namespaces"].is_empty() || !term["namespaceSelector"].is_null();
    ["podAffinity", "podAntiAffinity"].iter().any(|kind| {
        let terms = &affinity[*kind];
        let preferred = terms["preferredDuringSchedulingIgnoredDuringExecution"].items().iter();
        terms["requiredDuringSchedulingIgnoredDuringExecution"].items().iter().any(crosses)
            || preferred.map(|it| &it["podAffinityTerm"]).any(crosses)
    })
}
