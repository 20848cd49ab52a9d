//! RuntimeClass: what running a pod in its class takes, and where it can be (`plugin/pkg/admission/runtimeclass`).

use super::forbidden;
use crate::api::Status;
use crate::object::{Key, Map, Object, kinds, literal};
use crate::store::Store;

/// Fills in what the class of `pod` says of overhead, node selector and tolerations.
pub(super) fn admit(store: &Store, pod: &mut Object) -> Result<(), Status> {
    let Some(name) = pod.spec()["runtimeClassName"].as_shared_str().cloned() else {
        return Ok(());
    };
    let Some(class) = store.get(&Key::new(kinds::RUNTIME_CLASS, "", name.clone())).cloned() else {
        return Err(forbidden(pod, &format!("pod rejected: RuntimeClass {:?} not found", name.as_str())));
    };
    let overhead = &class.body["overhead"]["podFixed"];
    if !class.body["overhead"].is_null() {
        let own = &pod.spec()["overhead"];
        if !own.is_null() && own != overhead {
            return Err(forbidden(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead"));
        }
        pod.spec_mut().set(literal!("overhead"), overhead.clone());
    }
    let scheduling = &class.body["scheduling"];
    for (key, value) in scheduling["nodeSelector"].as_map().into_iter().flat_map(Map::iter) {
        let own = &pod.spec()["nodeSelector"][key.as_str()];
        if !own.is_null() && own != value {
            let why = format!(
                "conflict: runtimeClass.scheduling.nodeSelector[{key}] = {}; pod.spec.nodeSelector[{key}] = {}",
                value.str_or_empty(),
                own.str_or_empty()
            );
            return Err(forbidden(pod, &why));
        }
        pod.spec_mut().field_mut("nodeSelector").set(key.clone(), value.clone());
    }
    for toleration in scheduling["tolerations"].items() {
        let own = pod.spec_mut().field_mut("tolerations").items_mut();
        if !own.contains(toleration) {
            own.push(toleration.clone());
        }
    }
    Ok(())
}

/// Refuses a pod whose overhead is not that of its class.
pub(super) fn check(store: &Store, pod: &Object) -> Result<(), Status> {
    let own = &pod.spec()["overhead"];
    if own.is_null() {
        return Ok(());
    }
    let name = pod.spec()["runtimeClassName"].str_or_empty();
    let class = store.get(&Key::new(kinds::RUNTIME_CLASS, "", name));
    if class.is_none_or(|it| it.body["overhead"].is_null()) {
        let why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
        return Err(forbidden(pod, why));
    }
    Ok(())
}
