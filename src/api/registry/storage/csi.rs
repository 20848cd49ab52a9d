//! The rules of CSIDrivers and CSINodes.

use super::validate_driver_name;
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::{IMMUTABLE, NOT_NEGATIVE};
use crate::api::registry::{Strategy, syntax};
use crate::object::{Object, Value, literal};

/// The longest id of a node, in bytes.
const NODE_ID_MAX: usize = 256;
/// The least time between two updates of what a node can take, in seconds.
const UPDATE_PERIOD_MIN: i64 = 10;

/// The rules of CSIDrivers.
pub static CSI_DRIVER: Strategy = Strategy {
    default: default_driver,
    validate: |driver| {
        let mut errors = ErrorList::new();
        validate_driver_name(&driver.meta.name, &At::new("name"), &mut errors);
        errors.extend(driver_errors(driver));
        errors
    },
    prepare_update: |new, old| {
        let counted = ["tokenRequests", "requiresRepublish", "seLinuxMount"];
        if counted.iter().any(|field| !new.spec()[*field].is_same(&old.spec()[*field])) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    validate_update: |new, old| {
        let mut errors = driver_errors(new);
        let at = At::new("spec");
        for (field, shown) in [("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "volumeLifecycleModes")]
        {
            let value = &new.spec()[field];
            if !value.is_same(&old.spec()[field]) {
                errors.invalid(&at.child(shown), value, IMMUTABLE);
            }
        }
        errors
    },
    ..Strategy::PLAIN
};

/// The rules of CSINodes.
pub static CSI_NODE: Strategy = Strategy {
    default: |node| {
        node.body.entry("spec").map_mut();
    },
    validate: node_errors,
    validate_update: |new, old| {
        let mut errors = node_errors(new);
        for driver in new.spec()["drivers"].items() {
            let before = old.spec()["drivers"].items().iter().find(|it| it["name"] == driver["name"]);
            let differs =
                |it: &Value| ["nodeID", "topologyKeys"].iter().any(|field| !driver[*field].is_same(&it[*field]));
            if before.is_some_and(differs) {
                errors.invalid(&At::new("CSINodeDriver"), driver, IMMUTABLE);
            }
        }
        errors
    },
    ..Strategy::PLAIN
};

fn default_driver(driver: &mut Object) {
    let spec = driver.body.entry("spec");
    spec.set_default("attachRequired", true);
    for field in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] {
        spec.set_default(field, false);
    }
    spec.set_default("fsGroupPolicy", literal!("ReadWriteOnceWithFSType"));
    if spec["volumeLifecycleModes"].items().is_empty() {
        spec.set(literal!("volumeLifecycleModes"), Value::list([literal!("Persistent")]));
    }
}

fn driver_errors(driver: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (driver.spec(), At::new("spec"));
    let policies = ["File", "None", "ReadWriteOnceWithFSType"];
    let policy = spec["fsGroupPolicy"].str_or_empty();
    if !policies.contains(&policy) {
        errors.not_supported(&at.child("fsGroupPolicy"), policy, &policies);
    }
    validate_token_requests(&spec["tokenRequests"], &at.child("tokenRequests"), &mut errors);
    for mode in spec["volumeLifecycleModes"].items() {
        if !matches!(mode.str_or_empty(), "Ephemeral" | "Persistent") {
            errors.not_supported(&at.child("volumeLifecycleModes"), mode, &["Ephemeral", "Persistent"]);
        }
    }
    let period = &spec["nodeAllocatableUpdatePeriodSeconds"];
    if period.as_i64().is_some_and(|it| it < UPDATE_PERIOD_MIN) {
        let detail = "must be greater than or equal to 10 seconds";
        errors.invalid(&at.child("nodeAllocatableUpdatePeriodSeconds"), period, detail);
    }
    if !spec["serviceAccountTokenInSecrets"].is_null() && spec["tokenRequests"].items().is_empty() {
        let detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
        let field = "serviceAccountTokenInSecrets";
        errors.invalid(&at.child(field), &spec[field], detail);
    }
    errors
}

fn validate_token_requests(requests: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut audiences: Vec<&str> = Vec::new();
    for (i, request) in requests.items().iter().enumerate() {
        let at = at.index(i);
        let audience = request["audience"].str_or_empty();
        if audiences.contains(&audience) {
            errors.duplicate(&at.child("audience"), audience);
            continue;
        }
        audiences.push(audience);
        let Some(seconds) = request["expirationSeconds"].as_i64() else { continue };
        if seconds < 600 {
            errors.invalid(&at.child("expirationSeconds"), seconds, "may not specify a duration less than 10 minutes");
        }
        if seconds > 1 << 32 {
            errors.invalid(
                &at.child("expirationSeconds"),
                seconds,
                "may not specify a duration larger than 2^32 seconds",
            );
        }
    }
}

fn node_errors(node: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("spec");
    let at = at.child("drivers");
    let mut names: Vec<&str> = Vec::new();
    for (i, driver) in node.spec()["drivers"].items().iter().enumerate() {
        let (at, name) = (at.index(i), driver["name"].str_or_empty());
        validate_driver_name(name, &at.child("name"), &mut errors);
        let id = driver["nodeID"].str_or_empty();
        if id.is_empty() {
            errors.required(&at.child("nodeID"), "");
        }
        if id.len() > NODE_ID_MAX {
            errors.invalid(&at.child("nodeID"), id, format!("must be {NODE_ID_MAX} characters or less"));
        }
        let count = &driver["allocatable"]["count"];
        if count.as_i64().is_some_and(|it| it < 0) {
            errors.invalid(&at.child("allocatable").child("count"), count, NOT_NEGATIVE);
        }
        if names.contains(&name) {
            errors.duplicate(&at.child("name"), name);
        }
        names.push(name);
        validate_topology_keys(&driver["topologyKeys"], &at, &mut errors);
    }
    errors
}

fn validate_topology_keys(keys: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut seen: Vec<&str> = Vec::new();
    for key in keys.items().iter().map(Value::str_or_empty) {
        if key.is_empty() {
            errors.required(at, "");
        }
        if seen.contains(&key) {
            errors.duplicate(at, key);
        }
        seen.push(key);
        for wrong in syntax::qualified_name(key) {
            errors.invalid(at, keys, wrong);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_driver_is_attached_unless_it_says_otherwise_and_stays_so() {
        let mut old = Object::new(kinds::CSI_DRIVER, "", "csi.example.com");
        default_driver(&mut old);
        let want = r#"{"attachRequired":true,"fsGroupPolicy":"ReadWriteOnceWithFSType","podInfoOnMount":false,"requiresRepublish":false,"seLinuxMount":false,"storageCapacity":false,"volumeLifecycleModes":["Persistent"]}"#;
        assert_eq!(old.spec().to_json(), want);
        let mut new = old.clone();
        new.spec_mut().set("attachRequired", false);
        let errors = (CSI_DRIVER.validate_update)(&new, &old);
        assert_eq!(errors.to_string(), "spec.attachedRequired: Invalid value: false: field is immutable");
    }

    #[test]
    fn a_node_names_each_driver_once_with_its_id() {
        let mut node = Object::new(kinds::CSI_NODE, "", "node-0");
        let drivers = r#"[{"name":"a.b","nodeID":"n"},{"name":"a.b"}]"#;
        node.spec_mut().set("drivers", Value::from_json(drivers.as_bytes()).expect("valid JSON"));
        let want = "[spec.drivers[1].nodeID: Required value, spec.drivers[1].name: Duplicate value: \"a.b\"]";
        assert_eq!(node_errors(&node).to_string(), want);
    }
}
