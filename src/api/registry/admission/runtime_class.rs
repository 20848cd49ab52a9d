//! RuntimeClass: what running a pod in its class takes, and where it can be (`plugin/pkg/admission/runtimeclass`).

use super::forbidden;
use crate::api::Status;
use crate::object::{Key, Map, Object, Value, kinds, literal};
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
    if !scheduling.is_null() {
        let all = [pod.spec()["tolerations"].items(), scheduling["tolerations"].items()].concat();
        let merged = merged(&all);
        if !merged.is_empty() {
            pod.spec_mut().set(literal!("tolerations"), Value::list(merged));
        }
    }
    Ok(())
}

/// Tolerations without those that others make needless (`MergeTolerations` in `pkg/util/tolerations`).
fn merged(all: &[Value]) -> Vec<Value> {
    let mut merged: Vec<Value> = Vec::new();
    for (i, toleration) in all.iter().enumerate() {
        let is_needless = merged.iter().any(|it| covers(it, toleration))
            || all[i + 1..].iter().any(|it| it != toleration && covers(it, toleration));
        if !is_needless {
            merged.push(toleration.clone());
        }
    }
    merged
}

/// Whether `wide` tolerates all that `toleration` does (`isSuperset`).
fn covers(wide: &Value, toleration: &Value) -> bool {
    if wide == toleration {
        return true;
    }
    let text = |of: &Value, field: &str| of[field].str_or_empty().to_owned();
    let is_same = |field: &str| text(wide, field) == text(toleration, field);
    let exists = text(wide, "operator") == "Exists";
    let of_key = is_same("key") || (text(wide, "key").is_empty() && exists);
    let of_effect = is_same("effect") || text(wide, "effect").is_empty();
    if !of_key || !of_effect {
        return false;
    }
    if text(wide, "effect") == "NoExecute"
        && let Some(seconds) = wide["tolerationSeconds"].as_i64()
        && toleration["tolerationSeconds"].as_i64().is_none_or(|it| it > seconds)
    {
        return false;
    }
    match text(wide, "operator").as_str() {
        "" | "Equal" => matches!(text(toleration, "operator").as_str(), "" | "Equal") && is_same("value"),
        "Exists" => true,
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerations_that_others_cover_are_left_out() {
        let table = [
            (r#"[{"key":"a","operator":"Exists"},{"key":"a","value":"b","effect":"NoSchedule"}]"#, "[0]"),
            (r#"[{"key":"a","value":"b","effect":"NoSchedule"},{"operator":"Exists"}]"#, "[1]"),
            (r#"[{"key":"a","value":"b"},{"key":"a","value":"c"}]"#, "[0, 1]"),
            (r#"[{"key":"a","value":"b"},{"key":"a","value":"b"}]"#, "[0]"),
            (
                r#"[{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":5},
                    {"key":"a","operator":"Exists","effect":"NoExecute"}]"#,
                "[1]",
            ),
        ];
        for (json, want) in table {
            let all = Value::from_json(json.as_bytes()).expect("valid JSON");
            let kept: Vec<_> =
                merged(all.items()).iter().filter_map(|it| all.items().iter().position(|one| one == it)).collect();
            assert_eq!(format!("{kept:?}"), want, "{json}");
        }
    }
}
