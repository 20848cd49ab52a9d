//! The rules of Nodes (`pkg/registry/core/node/strategy.go`, `ValidateNode` in `pkg/apis/core/validation/validation.go`).

use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::object::{Value, literal};

/// The rules of Nodes.
pub static STRATEGY: Strategy = Strategy {
    default: |node| {
        default_ranges(node.body.entry("spec"));
        default_status(node.status_mut());
    },
    validate: |node| {
        let mut errors = ErrorList::new();
        validate_taints(node.spec(), &mut errors);
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.spec().is_same(old.spec()) {
            return errors;
        }
        validate_taints(new.spec(), &mut errors);
        let at = At::new("spec");
        for (field, wrong) in [("podCIDRs", "podCIDR"), ("providerID", "providerID")] {
            let (is, was) = (&new.spec()[field], &old.spec()[field]);
            if !was.is_empty() && !is.is_same(was) {
                let detail = format!("node updates may not change {wrong} except from \"\" to valid");
                errors.forbidden(&at.child(field), detail);
            }
        }
        // The strategy checks the whole node, and the check of the change looks at the taints once more.
        validate_taints(new.spec(), &mut errors);
        errors
    },
    prepare_status_update: |node, _| default_status(node.status_mut()),
    ..Strategy::PLAIN
};

/// The range of a node is the first of its ranges; if they differ, the one range counts
/// (`Convert_v1_NodeSpec_To_core_NodeSpec`).
fn default_ranges(spec: &mut Value) {
    spec.map_mut();
    let (one, first) = (spec["podCIDR"].str_or_empty(), spec["podCIDRs"][0].str_or_empty());
    if one == first {
        return;
    }
    if one.is_empty() {
        let first = spec["podCIDRs"][0].clone();
        spec.set(literal!("podCIDR"), first);
    } else {
        let one = spec["podCIDR"].clone();
        spec.set(literal!("podCIDRs"), Value::list([one]));
    }
}

/// Fills in a status: Go writes most of these parts even when nothing is known.
fn default_status(status: &mut Value) {
    const INFO: [&str; 10] = [
        "machineID",
        "systemUUID",
        "bootID",
        "kernelVersion",
        "osImage",
        "containerRuntimeVersion",
        "kubeletVersion",
        "kubeProxyVersion",
        "operatingSystem",
        "architecture",
    ];
    // A node that says nothing else has all of its capacity to give.
    if status["allocatable"].is_null() && !status["capacity"].is_null() {
        let capacity = status["capacity"].clone();
        status.set(literal!("allocatable"), capacity);
    }
    let info = &status["nodeInfo"];
    if INFO.iter().any(|field| info[*field].is_null()) {
        let info = status.field_mut("nodeInfo");
        for field in INFO {
            info.set_default(field, literal!(""));
        }
    }
    let times = ["lastHeartbeatTime", "lastTransitionTime"];
    let has_times = |it: &Value| it.as_map().is_some_and(|it| times.iter().all(|time| it.contains_key(time)));
    if !status["conditions"].items().iter().all(has_times) {
        for condition in status.field_mut("conditions").items_mut() {
            for time in times {
                condition.field_mut(time);
            }
        }
    }
    if status.at(&["daemonEndpoints", "kubeletEndpoint", "Port"]).is_null() {
        *status.at_mut(&["daemonEndpoints", "kubeletEndpoint", "Port"]) = Value::Int(0);
    }
}

fn validate_taints(spec: &Value, errors: &mut ErrorList) {
    // Upstream says so of the metadata.
    let root = At::new("metadata");
    let at = root.child("taints");
    let taints = spec["taints"].items();
    for (i, taint) in taints.iter().enumerate() {
        let at = at.index(i);
        let (key, value) = (taint["key"].str_or_empty(), taint["value"].str_or_empty());
        for wrong in syntax::qualified_name(key) {
            errors.invalid(&at.child("key"), key, wrong);
        }
        let wrong = syntax::label_value(value);
        if !wrong.is_empty() {
            errors.invalid(&at.child("value"), value, wrong.join(";"));
        }
        match taint["effect"].str_or_empty() {
            "NoSchedule" | "PreferNoSchedule" | "NoExecute" => {}
            "" => errors.required(&at.child("effect"), ""),
            other => {
                errors.not_supported(&at.child("effect"), other, &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
            }
        }
        let is_same = |it: &Value| it["key"] == taint["key"] && it["effect"] == taint["effect"];
        if taints[..i].iter().any(is_same) {
            errors.add(FieldError {
                wrong: Wrong::Duplicate,
                field: at.to_string(),
                shown: show_taint(taint),
                detail: "taints must be unique by key and effect pair".to_owned(),
            });
        }
    }
}

/// A taint in the order and with the names of its fields inside the API server.
fn show_taint(taint: &Value) -> String {
    let text = |field: &str| Value::from(taint[field].str_or_empty()).to_json();
    format!(
        "{{\"Key\":{},\"Value\":{},\"Effect\":{},\"TimeAdded\":{}}}",
        text("key"),
        text("value"),
        text("effect"),
        taint["timeAdded"].to_json()
    )
}
