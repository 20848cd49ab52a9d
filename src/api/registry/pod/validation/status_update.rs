//! What a write of a pod's status may say (`ValidatePodStatusUpdate`).

use std::net::IpAddr;

use super::{annotations, format, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Str, Value};

const STATUS: At<'static> = At::new("status");

/// Checks a changed status against the stored pod.
pub fn validate_pod_status_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    annotations::validate_update(&new.meta, &old.meta, &mut errors);
    if !is_surely_sound(new.status(), old.status()) {
        validate_status(new.status(), old.status(), old.spec(), &mut errors);
    }
    errors
}

/// Whether nothing that the status says can be wrong, as seen in one walk over it: most statuses are written by kubelets.
fn is_surely_sound(status: &Value, before: &Value) -> bool {
    let is_sound = |(field, value): (&Str, &Value)| match field.as_str() {
        "conditions" => {
            value.is_shared_with(&before["conditions"])
                || value.items().iter().all(|it| is_system_condition(it["type"].str_or_empty()))
        }
        "containerStatuses" | "initContainerStatuses" | "ephemeralContainerStatuses" => {
            before[field.as_str()].items().iter().all(|it| it["state"]["terminated"].is_null())
        }
        "podIPs" | "hostIPs" => value.is_shared_with(&before[field.as_str()]) || is_one_address(value),
        "qosClass" => value == &before["qosClass"],
        "nominatedNodeName" | "resourceClaimStatuses" => value.is_empty(),
        _ => true,
    };
    let fields = status.as_map();
    fields.is_some_and(|it| it.iter().all(is_sound)) && (!status["qosClass"].is_null() || before["qosClass"].is_null())
}

fn is_one_address(list: &Value) -> bool {
    matches!(list.items(), [only] if format::ip(only["ip"].str_or_empty()).is_empty())
}

fn validate_status(status: &Value, before: &Value, spec: &Value, errors: &mut ErrorList) {
    // The path is upstream's: the conditions are checked while it still speaks of the metadata.
    let conditions = &status["conditions"];
    if !conditions.is_shared_with(&before["conditions"]) {
        validate_conditions(conditions, &At::new("metadata").child("conditions"), errors);
    }
    let nominated = &status["nominatedNodeName"];
    if !nominated.str_or_empty().is_empty() && nominated != &before["nominatedNodeName"] {
        format::text(syntax::dns_subdomain, nominated, &STATUS.child("nominatedNodeName"), errors);
    }
    let class = status["qosClass"].str_or_empty();
    if class != before["qosClass"].str_or_empty() {
        errors.invalid(&STATUS.child("qosClass"), class, crate::api::registry::metadata::IMMUTABLE);
    }
    validate_transitions(status, before, spec, "containerStatuses", errors);
    validate_transitions(status, before, spec, "initContainerStatuses", errors);
    validate_transitions(status, before, spec, "ephemeralContainerStatuses", errors);
    validate_claims(&status["resourceClaimStatuses"], spec, errors);
    for field in ["podIPs", "hostIPs"] {
        let addresses = &status[field];
        // What is stored was checked when it came.
        if !addresses.is_null() && !addresses.is_same(&before[field]) {
            validate_ips(addresses, &STATUS.child(field), errors);
        }
    }
}

/// Whether the name of a condition is Kubernetes' own.
fn is_system_condition(kind: &str) -> bool {
    matches!(kind, "PodScheduled" | "Ready" | "Initialized" | "ContainersReady" | "PodReadyToStartContainers")
}

fn validate_conditions(conditions: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, condition) in conditions.items().iter().enumerate() {
        let kind = condition["type"].str_or_empty();
        if !is_system_condition(kind) && !syntax::is_qualified_name(kind) {
            format::text(syntax::qualified_name, &condition["type"], &at.index(i).child("Type"), errors);
        }
    }
}

/// A container that has ended and is not to be restarted stays ended (`ValidateContainerStateTransition`).
fn validate_transitions(new: &Value, old: &Value, spec: &Value, list: &'static str, errors: &mut ErrorList) {
    let at = STATUS.child(list);
    for (i, before) in old[list].items().iter().enumerate() {
        let ended = &before["state"]["terminated"];
        if ended.is_null() || may_restart(spec, list, before) {
            continue;
        }
        for now in new[list].items() {
            if now["name"] == before["name"] && now["state"]["terminated"].is_null() {
                let detail = "may not be transitioned to non-terminated state";
                errors.forbidden(&at.index(i).child("state"), detail);
            }
        }
    }
}

/// Whether the kubelet restarts the container that `status` says has ended: by its own rules and policy, or the pod's.
fn may_restart(spec: &Value, list: &str, status: &Value) -> bool {
    let containers = match list {
        "containerStatuses" => "containers",
        "initContainerStatuses" => "initContainers",
        // Ephemeral containers are never restarted.
        _ => return false,
    };
    let exit_code = status["state"]["terminated"]["exitCode"].as_i64().unwrap_or_default();
    let container = spec[containers].items().iter().find(|it| it["name"] == status["name"]);
    let container = container.unwrap_or(Value::null());
    if container["restartPolicyRules"].items().iter().any(|rule| is_met(rule, exit_code)) {
        return true;
    }
    let starts_all = |it: &Value| it["action"].as_str() == Some("RestartAllContainers");
    let all = spec["initContainers"].items().iter().chain(spec["containers"].items());
    if all.flat_map(|it| it["restartPolicyRules"].items()).any(starts_all) {
        return true;
    }
    let own = container["restartPolicy"].str_or_empty();
    match if own.is_empty() { spec["restartPolicy"].str_or_empty() } else { own } {
        "Always" => true,
        "OnFailure" => exit_code != 0,
        _ => false,
    }
}

fn is_met(rule: &Value, exit_code: i64) -> bool {
    let codes = &rule["exitCodes"];
    let is_listed = codes["values"].items().iter().any(|it| it.as_i64() == Some(exit_code));
    match codes["operator"].str_or_empty() {
        "In" => is_listed,
        "NotIn" => !is_listed,
        _ => false,
    }
}

fn validate_claims(statuses: &Value, spec: &Value, errors: &mut ErrorList) {
    let at = STATUS.child("resourceClaimStatuses");
    let statuses = statuses.items();
    for (i, status) in statuses.iter().enumerate() {
        let name = &status["name"];
        let status_at = at.index(i);
        let name_at = status_at.child("name");
        if !spec["resourceClaims"].items().iter().any(|it| &it["name"] == name) {
            errors.invalid(&name_at, name, "must match the name of an entry in `spec.resourceClaims`");
        }
        if statuses[..i].iter().any(|it| &it["name"] == name) {
            errors.duplicate(&name_at, name);
        }
        if !status["resourceClaimName"].is_null() {
            format::text(syntax::dns_subdomain, &status["resourceClaimName"], &name_at, errors);
        }
    }
}

/// A pod and a host have at most one address of each family.
fn validate_ips(list: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let items = list.items();
    for (i, item) in items.iter().enumerate() {
        format::text(format::ip, &item["ip"], &at.index(i), errors);
    }
    if items.len() < 2 {
        return;
    }
    let families = items.iter().filter_map(|it| it["ip"].str_or_empty().parse::<IpAddr>().ok());
    let v4 = families.filter(IpAddr::is_ipv4).count();
    if items.len() > 2 || v4 != 1 {
        let shown = Value::list(items.iter().map(|it| [("IP", &it["ip"])].into_iter().collect::<crate::object::Map>()));
        errors.invalid(at, shown, "may specify no more than one IP for each IP family");
    }
    for (i, item) in items.iter().enumerate() {
        if items[..i].contains(item) {
            let shown = [("IP", &item["ip"])].into_iter().collect::<crate::object::Map>();
            errors.duplicate(&at.index(i), shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    const STORED: &str = r#"{"qosClass":"BestEffort","conditions":[{"type":"Ready"}],"podIPs":[{"ip":"10.0.0.1"}],
        "containerStatuses":[{"name":"c","state":{"terminated":{"exitCode":1}}}]}"#;

    fn pod(status: &str) -> Object {
        let mut pod = Object::new(kinds::POD, "default", "p");
        let parse = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        pod.body.insert("spec", parse(r#"{"restartPolicy":"Never","containers":[{"name":"c"}]}"#));
        pod.body.insert("status", parse(status));
        pod
    }

    #[test]
    fn what_is_surely_sound_has_no_errors_and_what_is_wrong_is_seen() {
        let table = [
            (STORED, 0),
            (r#"{"qosClass":"BestEffort"}"#, 0),
            (r#"{"phase":"Running"}"#, 1),
            (r#"{"qosClass":"Burstable"}"#, 1),
            (r#"{"qosClass":"BestEffort","conditions":[{"type":"a b"}]}"#, 1),
            (r#"{"qosClass":"BestEffort","conditions":[{"type":"example.com/a"},{"type":"Ready"}]}"#, 0),
            (r#"{"qosClass":"BestEffort","containerStatuses":[{"name":"c","state":{"running":{}}}]}"#, 1),
            (r#"{"qosClass":"BestEffort","podIPs":[{"ip":"10.0.0.256"}]}"#, 1),
            (r#"{"qosClass":"BestEffort","podIPs":[{"ip":"10.0.0.2"}]}"#, 0),
            (r#"{"qosClass":"BestEffort","podIPs":[{"ip":"10.0.0.2"},{"ip":"10.0.0.3"}]}"#, 1),
            (r#"{"qosClass":"BestEffort","nominatedNodeName":"A"}"#, 1),
            (r#"{"qosClass":"BestEffort","resourceClaimStatuses":[{"name":"a"}]}"#, 1),
        ];
        let old = pod(STORED);
        for (status, want) in table {
            let new = pod(status);
            assert_eq!(validate_pod_status_update(&new, &old).len(), want, "{status}");
            let mut errors = ErrorList::new();
            validate_status(new.status(), old.status(), old.spec(), &mut errors);
            assert_eq!(errors.len(), want, "{status} by all rules");
        }
        let (shared, fresh) = (old.clone(), pod(r#"{"qosClass":"BestEffort","podIPs":[{"ip":"10.0.0.2"}]}"#));
        assert!(is_surely_sound(shared.status(), pod(r#"{"qosClass":"BestEffort"}"#).status()));
        assert!(is_surely_sound(fresh.status(), old.status()));
    }
}
