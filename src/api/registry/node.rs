//! The rules of Nodes (`pkg/registry/core/node/strategy.go`, `ValidateNode` in `pkg/apis/core/validation/validation.go`).

use super::addresses::{Cidr, NOT_A_CIDR};
use super::resource_names::validate_quantity;
use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::object::{Map, Object, Value, literal};

/// The rules of Nodes.
pub static STRATEGY: Strategy = Strategy {
    default: |node| {
        node.body.entry("spec").map_mut();
        agree_on_blocks(node.spec_mut());
        default_status(node.status_mut());
    },
    validate: |node| {
        let mut errors = ErrorList::new();
        validate_node(node, &mut errors);
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.spec().is_same(old.spec()) {
            return errors;
        }
        // What is wrong with the node itself counts twice.
        validate_node(new, &mut errors);
        validate_changes(new, old, &mut errors);
        errors
    },
    prepare_status_update: |node, _| default_status(node.status_mut()),
    validate_status_update: |new, old| {
        let mut errors = ErrorList::new();
        let is_alike = |field: &str| new.status()[field].is_same(&old.status()[field]);
        if !["capacity", "allocatable", "addresses"].into_iter().all(is_alike) {
            validate_changes(new, old, &mut errors);
        }
        errors
    },
    ..Strategy::PLAIN
};

/// Lets the two fields for a node's blocks of pod addresses agree; the one block wins over a list of others
/// (`Convert_v1_NodeSpec_To_core_NodeSpec`).
fn agree_on_blocks(spec: &mut Value) {
    let (one, first) = (&spec["podCIDR"], &spec["podCIDRs"][0]);
    if !one.is_empty() && one != first {
        let blocks = Value::list([one.clone()]);
        spec.set(literal!("podCIDRs"), blocks);
    } else if one.is_empty() && !first.is_empty() {
        let first = first.clone();
        spec.set(literal!("podCIDR"), first);
    }
}

/// Checks a node by itself (`ValidateNode`).
fn validate_node(node: &Object, errors: &mut ErrorList) {
    validate_taints(node.spec(), errors);
    validate_resources(node.status(), errors);
    let swap = &node.status()["nodeInfo"]["swap"]["capacity"];
    if swap.as_i64().is_some_and(|it| it <= 0) {
        let at = At::new("metadata");
        errors.invalid(&at.child("nodeSwapStatus").child("capacity"), swap, "must be greater than zero");
    }
    validate_blocks(node.spec(), errors);
}

/// Checks what may change of a node (`ValidateNodeUpdate`).
fn validate_changes(new: &Object, old: &Object, errors: &mut ErrorList) {
    validate_resources(new.status(), errors);
    let (status, spec) = (At::new("status"), At::new("spec"));
    let (addresses, at) = (new.status()["addresses"].items(), status.child("addresses"));
    for (i, address) in addresses.iter().enumerate() {
        if addresses[..i].contains(address) {
            let text = |field: &str| Value::from(address[field].str_or_empty()).to_json();
            errors.add(FieldError {
                wrong: Wrong::Duplicate,
                field: at.index(i).to_string(),
                shown: format!("{{\"Type\":{},\"Address\":{}}}", text("type"), text("address")),
                detail: String::new(),
            });
        }
    }
    let fixed = "except from \"\" to valid";
    let (is, was) = (new.spec()["podCIDRs"].items(), old.spec()["podCIDRs"].items());
    let changed = is.iter().zip(was).filter(|(is, was)| is != was).count();
    let changed = if !was.is_empty() && is.len() != was.len() { 1 } else { changed };
    for _ in 0..changed {
        errors.forbidden(&spec.child("podCIDRs"), format!("node updates may not change podCIDR {fixed}"));
    }
    let (is, was) = (&new.spec()["providerID"], &old.spec()["providerID"]);
    if !was.is_empty() && is != was {
        errors.forbidden(&spec.child("providerID"), format!("node updates may not change providerID {fixed}"));
    }
    validate_taints(new.spec(), errors);
    if new.spec()["externalID"] != old.spec()["externalID"] {
        errors.forbidden(&spec.child("externalID"), "may not be updated");
    }
}

/// Checks what a node has and what it offers (`ValidateNodeResources`).
fn validate_resources(status: &Value, errors: &mut ErrorList) {
    let root = At::new("status");
    for list in ["capacity", "allocatable"] {
        let at = root.child(list);
        for (name, amount) in status[list].as_map().into_iter().flat_map(Map::iter) {
            validate_quantity(name, amount, &at.child(name), errors);
        }
    }
}

/// Checks a node's blocks of pod addresses: at most one of each family.
fn validate_blocks(spec: &Value, errors: &mut ErrorList) {
    let root = At::new("spec");
    let (blocks, at) = (spec["podCIDRs"].items(), root.child("podCIDRs"));
    let parsed: Vec<_> = blocks.iter().map(|it| Cidr::parse(it.str_or_empty())).collect();
    for (i, _) in parsed.iter().enumerate().filter(|(_, it)| it.is_none()) {
        errors.invalid(&at.index(i), &blocks[i], NOT_A_CIDR);
    }
    if blocks.len() < 2 {
        return;
    }
    let families: Vec<bool> = parsed.iter().flatten().map(Cidr::is_ipv6).collect();
    if !(blocks.len() == 2 && (families == [true, false] || families == [false, true])) {
        errors.invalid(&at, &spec["podCIDRs"], "may specify no more than one CIDR for each IP family");
    }
    for (i, block) in blocks.iter().enumerate() {
        if blocks[..i].contains(block) {
            errors.duplicate(&at.index(i), block);
        }
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

/// Checks the taints. Their errors are told under `metadata`, where they are not (`ValidateNode`).
fn validate_taints(spec: &Value, errors: &mut ErrorList) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn node(json: &str) -> Object {
        let body = Value::from_json(json.as_bytes()).expect("valid JSON");
        let mut node = Object::new(kinds::NODE, "", "n");
        for (field, value) in body.as_map().into_iter().flat_map(Map::iter) {
            node.body.insert(field.clone(), value.clone());
        }
        (STRATEGY.default)(&mut node);
        node
    }

    #[test]
    fn blocks_of_pod_addresses_are_told_in_both_fields_and_the_one_wins() {
        let table = [
            (r#"{"podCIDR":"10.0.0.0/24"}"#, r#"["10.0.0.0/24"]"#, "10.0.0.0/24"),
            (r#"{"podCIDRs":["10.0.0.0/24","fd00::/64"]}"#, r#"["10.0.0.0/24","fd00::/64"]"#, "10.0.0.0/24"),
            (
                r#"{"podCIDR":"10.0.1.0/24","podCIDRs":["10.0.0.0/24","fd00::/64"]}"#,
                r#"["10.0.1.0/24"]"#,
                "10.0.1.0/24",
            ),
        ];
        for (spec, many, one) in table {
            let node = node(&format!(r#"{{"spec":{spec}}}"#));
            assert_eq!(node.spec()["podCIDRs"].to_json(), many, "{spec}");
            assert_eq!(node.spec()["podCIDR"].as_str(), Some(one), "{spec}");
        }
    }

    #[test]
    fn what_a_node_has_and_its_blocks_are_checked() {
        let table = [
            (r#"{"status":{"capacity":{"cpu":"4","memory":"8Gi","example.com/gpu":"2","pods":"110"}}}"#, ""),
            (
                r#"{"status":{"capacity":{"cpu":"-1"},"allocatable":{"pods":"1500m"}}}"#,
                "[status.capacity.cpu: Invalid value: \"-1\": must be greater than or equal to 0, status.allocatable.pods: \
                 Invalid value: \"1500m\": must be an integer]",
            ),
            (
                r#"{"spec":{"podCIDR":"x"}}"#,
                "spec.podCIDRs[0]: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)",
            ),
            (
                r#"{"spec":{"podCIDRs":["10.0.0.0/24","10.0.0.0/24"]}}"#,
                "[spec.podCIDRs: Invalid value: [\"10.0.0.0/24\",\"10.0.0.0/24\"]: may specify no more than one CIDR for each \
                 IP family, spec.podCIDRs[1]: Duplicate value: \"10.0.0.0/24\"]",
            ),
        ];
        for (json, want) in table {
            let errors = (STRATEGY.validate)(&node(json));
            assert_eq!(if errors.is_empty() { String::new() } else { errors.to_string() }, want, "{json}");
        }
    }

    #[test]
    fn addresses_of_a_status_are_told_once_and_a_wrong_taint_counts_twice() {
        let old = node("{}");
        let address = r#"{"type":"InternalIP","address":"10.0.0.1"}"#;
        let new = node(&format!(r#"{{"status":{{"addresses":[{address},{address}]}}}}"#));
        let errors = (STRATEGY.validate_status_update)(&new, &old);
        assert_eq!(
            errors.to_string(),
            r#"status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"10.0.0.1"}"#
        );
        let new = node(r#"{"spec":{"taints":[{"key":"k","effect":"Sometimes"}]}}"#);
        let errors = (STRATEGY.validate_update)(&new, &old);
        assert_eq!(errors.len(), 2);
        assert!(errors.to_string().starts_with("metadata.taints[0].effect: Unsupported value"), "{errors}");
    }
}
