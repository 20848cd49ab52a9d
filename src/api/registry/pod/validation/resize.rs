//! Changing what the containers of a running pod ask for (`ValidatePodResize`).

use super::annotations::MIRROR;
use super::update::put_back;
use super::{SPEC, validate_spec};
use crate::api::field::{At, ErrorList};
use crate::api::registry::pod::{is_sidecar, qos_class};
use crate::object::{Object, Value};

/// The parts of a container's resources.
const PARTS: [&str; 2] = ["requests", "limits"];

/// Checks a write of `/resize`: CPU and memory of the pod, its containers and its sidecars may change, and nothing
/// else.
pub fn validate_pod_resize(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if let Some(why) = reason_not_to_resize(old) {
        errors.forbidden(&At::new(""), why);
        return errors;
    }
    validate_spec(new, &mut errors);
    let (spec, before) = (new.spec(), old.spec());
    let class = qos_class(spec);
    let class_before = old.status()["qosClass"].as_shared_str().cloned().unwrap_or_else(|| qos_class(before));
    if class != class_before {
        let shown = new.status()["qosClass"].str_or_empty();
        errors.invalid(&SPEC, shown, "Pod QOS Class may not change as a result of resizing");
    }
    if !is_supported(old) {
        errors.forbidden(&SPEC, "Pod running on node without support for resize");
    }
    let mut rest = spec.clone();
    for list in ["initContainers", "containers"] {
        validate_removals(&spec[list], &before[list], list, &mut errors);
    }
    for list in ["containers", "initContainers"] {
        if !spec[list].is_same(&before[list]) {
            validate_containers(rest.field_mut(list), &before[list], list == "initContainers", &mut errors);
        }
    }
    if !before["resources"].is_null() {
        put_amounts_back(&mut rest, before);
    }
    if errors.is_empty() && !rest.is_same(before) {
        errors.forbidden(&SPEC, "only cpu and memory resources are mutable");
    }
    errors
}

fn reason_not_to_resize(old: &Object) -> Option<&'static str> {
    if old.meta.annotation(MIRROR).is_some() {
        return Some("static pods cannot be resized");
    }
    let is_windows = old.spec()["os"]["name"].str_or_empty() == "windows";
    is_windows.then_some("windows pods cannot be resized")
}

/// A kubelet that can resize says what a running container has.
fn is_supported(pod: &Object) -> bool {
    let statuses = pod.status()["containerStatuses"].items();
    let running = statuses.iter().find(|it| !it["state"]["running"].is_null());
    running.is_none_or(|it| !it["resources"].is_null())
}

/// A request or limit that is there stays there, whatever its amount.
fn validate_removals(new: &Value, old: &Value, list: &'static str, errors: &mut ErrorList) {
    let at = SPEC.child(list);
    for (i, (now, before)) in new.items().iter().zip(old.items()).enumerate() {
        if list == "initContainers" && !is_sidecar(before) {
            continue;
        }
        for part in PARTS {
            let mut names = before["resources"][part].as_map().into_iter().flat_map(|it| it.keys());
            if names.any(|name| now["resources"][part].get(name).is_null()) {
                let container = at.index(i);
                let detail = format!("resource {part} cannot be removed");
                errors.forbidden(&container.child("resources").child(part), detail);
            }
        }
    }
}

/// Puts CPU and memory back to what they were, and checks that nothing else differs.
fn validate_containers(rest: &mut Value, old: &Value, is_initial: bool, errors: &mut ErrorList) {
    for (now, before) in rest.items_mut().iter_mut().zip(old.items()) {
        let may_change = !is_initial || is_sidecar(before);
        if may_change {
            put_amounts_back(now, before);
        }
        if now.is_same(before) {
            continue;
        }
        let detail = match (is_initial, may_change) {
            (false, _) => "only cpu and memory resources are mutable",
            (true, true) => "only cpu and memory resources for sidecar containers are mutable",
            (true, false) => "resources for non-sidecar init containers are immutable",
        };
        errors.forbidden(&SPEC, detail);
    }
}

fn put_amounts_back(container: &mut Value, before: &Value) {
    for part in PARTS {
        let old = &before["resources"][part];
        if old.is_null() {
            if let Some(map) = container["resources"].as_map().filter(|it| it.contains_key(part)) {
                let mut map = map.clone();
                map.remove(part);
                container.set("resources", map);
            }
            continue;
        }
        for name in ["cpu", "memory"] {
            put_back(container.field_mut("resources").field_mut(part), old, name);
        }
    }
}
