//! What the containers of a pod ask for together, and the class of service that follows from it
//! (component-helpers `resource/helpers.go`, `pkg/apis/core/v1/helper/qos/qos.go`).

use std::collections::BTreeMap;

use super::draft::Draft;
use crate::object::{Quantity, Str, Value, literal};

/// Amounts by resource name.
pub type ResourceList = BTreeMap<Str, Quantity>;

/// Whether a container is one that starts first and keeps running (`restartPolicy: Always` among `initContainers`).
pub fn is_sidecar(init_container: &Value) -> bool {
    init_container["restartPolicy"].as_str() == Some("Always")
}

/// What the containers take together of `part` (`requests` or `limits`): the sum of those that run side by side, or
/// what an init container takes beside the sidecars started before it, if that is more.
pub fn aggregate_containers(spec: &Value, part: &str) -> ResourceList {
    let mut running = ResourceList::new();
    for container in spec["containers"].items() {
        add(&mut running, &container["resources"][part]);
    }
    let (mut sidecars, mut initial) = (ResourceList::new(), ResourceList::new());
    for container in spec["initContainers"].items() {
        let mut together = sidecars.clone();
        add(&mut together, &container["resources"][part]);
        if is_sidecar(container) {
            add(&mut running, &container["resources"][part]);
            sidecars.clone_from(&together);
        }
        at_least(&mut initial, together);
    }
    at_least(&mut running, initial);
    running
}

fn add(total: &mut ResourceList, list: &Value) {
    for (name, amount) in list.as_map().into_iter().flat_map(|it| it.iter()) {
        *total.entry(name.clone()).or_default() += Quantity::or_zero(amount);
    }
}

fn at_least(total: &mut ResourceList, other: ResourceList) {
    for (name, amount) in other {
        let entry = total.entry(name).or_insert(amount);
        *entry = (*entry).max(amount);
    }
}

/// Whether `resources` of a pod spec may speak of the resource.
pub(super) fn is_pod_level(name: &str) -> bool {
    matches!(name, "cpu" | "memory") || name.starts_with("hugepages-")
}

fn is_overcommit_allowed(name: &str) -> bool {
    !name.starts_with("hugepages-")
}

/// Fills in the pod-level resources from those of the containers, where the pod has some.
pub(super) fn default_pod_level(draft: &mut Draft<'_>) {
    if draft.get("resources").is_null() {
        return;
    }
    default_huge_page_limits(draft);
    default_requests(draft);
    default_limits(draft);
}

fn set_missing(draft: &mut Draft<'_>, part: &'static str, amounts: ResourceList) {
    let mut resources = draft.get("resources").clone();
    let mut has_changed = false;
    for (name, amount) in amounts {
        if resources[part].get(&name).is_null() {
            resources.field_mut(part).set(name, amount);
            has_changed = true;
        }
    }
    if has_changed {
        draft.set(literal!("resources"), resources);
    }
}

fn default_huge_page_limits(draft: &mut Draft<'_>) {
    let resources = draft.get("resources");
    if resources["limits"].is_empty() && resources["requests"].is_empty() {
        return;
    }
    let mut amounts = aggregate_containers(draft.current(), "limits");
    amounts.retain(|name, _| name.starts_with("hugepages-") && resources["requests"].get(name).is_null());
    set_missing(draft, "limits", amounts);
}

fn default_requests(draft: &mut Draft<'_>) {
    if draft.get("resources")["limits"].is_empty() {
        return;
    }
    let mut amounts = aggregate_containers(draft.current(), "requests");
    amounts.retain(|name, _| is_pod_level(name) && is_overcommit_allowed(name));
    let limits = draft.get("resources")["limits"].clone();
    for (name, limit) in limits.as_map().into_iter().flat_map(|it| it.iter()) {
        if is_pod_level(name) {
            amounts.entry(name.clone()).or_insert_with(|| Quantity::or_zero(limit));
        }
    }
    set_missing(draft, "requests", amounts);
}

fn default_limits(draft: &mut Draft<'_>) {
    let resources = draft.get("resources");
    if !resources["limits"].is_empty() || resources["requests"].is_empty() {
        return;
    }
    let spec = draft.current();
    let mut amounts = aggregate_containers(spec, "limits");
    amounts.retain(|name, _| {
        let has_limit = |it: &Value| !it["resources"]["limits"].get(name).is_null();
        is_pod_level(name)
            && is_overcommit_allowed(name)
            && spec["containers"].items().iter().all(has_limit)
            && spec["initContainers"].items().iter().all(has_limit)
    });
    set_missing(draft, "limits", amounts);
}

/// The class of service of a pod: `Guaranteed`, `Burstable` or `BestEffort`.
pub fn qos_class(spec: &Value) -> Str {
    let pod_level = &spec["resources"];
    if !pod_level["limits"].is_empty() || !pod_level["requests"].is_empty() {
        return qos_of([pod_level].into_iter());
    }
    let containers = spec["containers"].items().iter().chain(spec["initContainers"].items());
    qos_of(containers.map(|it| &it["resources"]))
}

fn qos_of<'a>(all: impl Iterator<Item = &'a Value>) -> Str {
    let (mut requests, mut limits) = (ResourceList::new(), ResourceList::new());
    let mut is_guaranteed = true;
    for resources in all {
        collect(&mut requests, &resources["requests"]);
        is_guaranteed &= collect(&mut limits, &resources["limits"]) == 2;
    }
    if requests.is_empty() && limits.is_empty() {
        return literal!("BestEffort");
    }
    let is_equal = requests.iter().all(|(name, amount)| limits.get(name) == Some(amount));
    if is_guaranteed && is_equal && requests.len() == limits.len() {
        literal!("Guaranteed")
    } else {
        literal!("Burstable")
    }
}

/// Adds the CPU and memory of `list` that are above 0, and counts how many of the two there were.
fn collect(total: &mut ResourceList, list: &Value) -> usize {
    if list.is_null() {
        return 0;
    }
    let mut count = 0;
    for name in [literal!("cpu"), literal!("memory")] {
        let amount = Quantity::or_zero(list.get(&name));
        if amount > Quantity::ZERO {
            *total.entry(name).or_default() += amount;
            count += 1;
        }
    }
    count
}
