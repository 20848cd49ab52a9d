//! Priority: the number behind a pod's priority class (`plugin/pkg/admission/priority`).

use std::sync::Arc;

use super::forbidden;
use crate::api::Status;
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::Store;

/// What a pod gets from its class.
struct Class {
    name: Str,
    value: i64,
    preemption: Value,
}

/// Gives a pod its priority, and returns the class that it has it from.
pub(super) fn admit(store: &Store, pod: &mut Object) -> Result<Option<Arc<Object>>, Status> {
    let asked = pod.spec()["priorityClassName"].str_or_empty();
    let found = if asked.is_empty() {
        default_class(store).cloned()
    } else {
        let Some(class) = store.get(&Key::new(kinds::PRIORITY_CLASS, "", asked)) else {
            return Err(forbidden(pod, &format!("no PriorityClass with name {asked} was found")));
        };
        Some(class.clone())
    };
    let class = found.as_deref().map_or_else(no_class, read);
    if let Some(own) = pod.spec()["priority"].as_i64().filter(|own| *own != class.value) {
        let why = format!(
            "the integer value of priority ({own}) must not be provided in pod spec; priority admission controller \
             computed {} from the given PriorityClass name",
            class.value
        );
        return Err(forbidden(pod, &why));
    }
    let own = &pod.spec()["preemptionPolicy"];
    if let Some(own) = own.as_str().filter(|own| Some(*own) != class.preemption.as_str()) {
        let why = format!(
            "the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission controller \
             computed {} from the given PriorityClass name",
            class.preemption.str_or_empty()
        );
        return Err(forbidden(pod, &why));
    }
    let spec = pod.spec_mut();
    if !class.name.is_empty() {
        spec.set(literal!("priorityClassName"), class.name);
    }
    spec.set(literal!("priority"), class.value);
    spec.set(literal!("preemptionPolicy"), class.preemption);
    Ok(found)
}

/// The class of pods that name none: of those marked as the global default the one with the lowest value.
pub(super) fn default_class(store: &Store) -> Option<&Arc<Object>> {
    let marked = store.list(kinds::PRIORITY_CLASS).filter(|it| it.body["globalDefault"].is_true());
    marked.min_by_key(|it| it.body["value"].as_i64())
}

fn no_class() -> Class {
    Class { name: Str::new(), value: 0, preemption: Value::Str(literal!("PreemptLowerPriority")) }
}

fn read(class: &Object) -> Class {
    let preemption = match &class.body["preemptionPolicy"] {
        Value::Null => Value::Str(literal!("PreemptLowerPriority")),
        policy => policy.clone(),
    };
    Class { name: class.meta.name.clone(), value: class.body["value"].as_i64().unwrap_or(0), preemption }
}

/// Refuses a second global default.
pub(super) fn check_global_default(store: &Store, class: &Object) -> Result<(), Status> {
    if !class.body["globalDefault"].is_true() {
        return Ok(());
    }
    let other = store
        .list(kinds::PRIORITY_CLASS)
        .find(|it| it.body["globalDefault"].is_true() && it.meta.name != class.meta.name);
    match other {
        None => Ok(()),
        Some(other) => {
            let why =
                format!("PriorityClass {} is already marked as default. Only one default can exist", other.meta.name);
            Err(forbidden(class, &why))
        }
    }
}
