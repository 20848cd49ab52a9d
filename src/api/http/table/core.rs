//! The cells of nodes, namespaces, events and what else belongs to every cluster.

use super::KindPrinter;
use super::column::{AGE, Column, META, NAME, field, text};
use super::row::{Row, count, or, quantity, string, string_or};
use crate::object::{Map, Value};

const NODE_STATUS: &str = "core.v1.NodeStatus";
const NODE_INFO: &str = "core.v1.NodeSystemInfo";
const EVENT_DOC: &str = "core.v1.Event";

const NODE: &[Column] = &[
    NAME,
    text("Status", "The status of the node"),
    text("Roles", "The roles of the node"),
    AGE,
    field("Version", NODE_INFO, "kubeletVersion"),
    field("Internal-IP", NODE_STATUS, "addresses").wide(),
    field("External-IP", NODE_STATUS, "addresses").wide(),
    field("OS-Image", NODE_INFO, "osImage").wide(),
    field("Kernel-Version", NODE_INFO, "kernelVersion").wide(),
    field("Container-Runtime", NODE_INFO, "containerRuntimeVersion").wide(),
];

const EVENT: &[Column] = &[
    field("Last Seen", EVENT_DOC, "lastTimestamp"),
    field("Type", EVENT_DOC, "type"),
    field("Reason", EVENT_DOC, "reason"),
    field("Object", EVENT_DOC, "involvedObject"),
    field("Subobject", "core.v1.ObjectReference", "fieldPath").wide(),
    field("Source", EVENT_DOC, "source").wide(),
    field("Message", EVENT_DOC, "message"),
    field("First Seen", EVENT_DOC, "firstTimestamp").wide(),
    field("Count", EVENT_DOC, "count").wide(),
    field("Name", META, "name").as_name().wide(),
];

const NAMESPACE: &[Column] = &[NAME, text("Status", "The status of the namespace"), AGE];
const SECRET: &[Column] =
    &[NAME, field("Type", "core.v1.Secret", "type"), field("Data", "core.v1.Secret", "data"), AGE];
const CONFIG_MAP: &[Column] = &[NAME, field("Data", "core.v1.ConfigMap", "data"), AGE];
const SERVICE_ACCOUNT: &[Column] = &[NAME, field("Secrets", "core.v1.ServiceAccount", "secrets").wide(), AGE];

const RESOURCE_QUOTA: &[Column] = &[
    NAME,
    text("Request", "Request represents a minimum amount of cpu/memory that a container may consume."),
    text(
        "Limit",
        "Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.",
    ),
    AGE,
];

const COMPONENT_STATUS: &[Column] = &[
    NAME,
    text("Status", "Status of the component conditions"),
    text("Message", "Message of the component conditions"),
    text("Error", "Error of the component conditions"),
];

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter { group: "", kind: "ComponentStatus", columns: COMPONENT_STATUS, cells: component_status },
    KindPrinter { group: "", kind: "ConfigMap", columns: CONFIG_MAP, cells: config_map },
    KindPrinter { group: "", kind: "Event", columns: EVENT, cells: event },
    KindPrinter { group: "", kind: "Namespace", columns: NAMESPACE, cells: namespace },
    KindPrinter { group: "", kind: "Node", columns: NODE, cells: node },
    KindPrinter { group: "", kind: "ResourceQuota", columns: RESOURCE_QUOTA, cells: resource_quota },
    KindPrinter { group: "", kind: "Secret", columns: SECRET, cells: secret },
    KindPrinter { group: "", kind: "ServiceAccount", columns: SERVICE_ACCOUNT, cells: service_account },
    KindPrinter { group: "events.k8s.io", kind: "Event", columns: EVENT, cells: event },
];

fn entries(value: &Value) -> usize {
    value.as_map().map_or(0, Map::len)
}

fn config_map(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), count(entries(row.at(&["data"])) + entries(row.at(&["binaryData"]))), row.age()]
}

fn secret(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), string(row.at(&["type"])), count(entries(row.at(&["data"]))), row.age()]
}

fn service_account(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), count(row.at(&["secrets"]).items().len()), row.age()]
}

fn namespace(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), string(row.status("phase")), row.age()]
}

fn node(row: &Row<'_>) -> Vec<Value> {
    let info = row.status("nodeInfo");
    let address = |kind: &str| {
        let found = row.status("addresses").items().iter().find(|it| it["type"].as_str() == Some(kind));
        found.map_or_else(|| Value::from("<none>"), |it| string(&it["address"]))
    };
    vec![
        row.name(),
        Value::from(node_status(row)),
        Value::from(roles(row)),
        row.age(),
        string(&info["kubeletVersion"]),
        address("InternalIP"),
        address("ExternalIP"),
        string_or(&info["osImage"], "<unknown>"),
        kernel(info),
        string_or(&info["containerRuntimeVersion"], "<unknown>"),
    ]
}

/// `6.1 (amd64)`: the kernel, and what it runs on.
fn kernel(info: &Value) -> Value {
    match (info["kernelVersion"].str_or_empty(), info["architecture"].str_or_empty()) {
        ("", _) => Value::from("<unknown>"),
        (version, "") => Value::from(version),
        (version, architecture) => Value::from(format!("{version} ({architecture})")),
    }
}

fn node_status(row: &Row<'_>) -> String {
    let ready = row.status("conditions").items().iter().rev().find(|it| it["type"].as_str() == Some("Ready"));
    let status = match ready {
        Some(it) if it["status"].as_str() == Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    };
    let cordoned = if row.spec("unschedulable").is_true() { ",SchedulingDisabled" } else { "" };
    format!("{status}{cordoned}")
}

/// The roles that labels give a node, in order: by a key of its own, or by the value of `kubernetes.io/role`.
fn roles(row: &Row<'_>) -> String {
    let mut roles = Vec::new();
    for (key, value) in row.at(&["metadata", "labels"]).as_map().into_iter().flat_map(Map::iter) {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => roles.push(role),
            None if key == "kubernetes.io/role" => roles.push(value.str_or_empty()),
            None => {}
        }
    }
    roles.retain(|it| !it.is_empty());
    roles.sort_unstable();
    roles.dedup();
    or(roles.join(","), "<none>")
}

/// The first field that is there: events have other names for some fields in their own group.
fn either<'a>(row: &Row<'a>, names: [&str; 2]) -> &'a Value {
    let first = row.at(&[names[0]]);
    if first.is_null() { row.at(&[names[1]]) } else { first }
}

fn event(row: &Row<'_>) -> Vec<Value> {
    let first = match either(row, ["firstTimestamp", "deprecatedFirstTimestamp"]) {
        Value::Null => row.since(row.at(&["eventTime"])),
        time => row.since(time),
    };
    let series = row.at(&["series"]);
    let last = match either(row, ["lastTimestamp", "deprecatedLastTimestamp"]) {
        _ if !series.is_null() => row.since(&series["lastObservedTime"]),
        Value::Null => first.clone(),
        time => row.since(time),
    };
    let about = either(row, ["involvedObject", "regarding"]);
    let kind = about["kind"].str_or_empty().to_lowercase();
    let target = match about["name"].str_or_empty() {
        "" => kind,
        name => format!("{kind}/{name}"),
    };
    vec![
        Value::from(last),
        string(row.at(&["type"])),
        string(row.at(&["reason"])),
        Value::from(target),
        string(&about["fieldPath"]),
        Value::from(event_source(row)),
        Value::from(either(row, ["message", "note"]).str_or_empty().trim()),
        Value::from(first),
        Value::Int(event_count(row)),
        row.name(),
    ]
}

fn event_count(row: &Row<'_>) -> i64 {
    let series = row.at(&["series"]);
    if !series.is_null() {
        return series["count"].as_i64().unwrap_or(0);
    }
    either(row, ["count", "deprecatedCount"]).as_i64().filter(|it| *it != 0).unwrap_or(1)
}

/// `kubelet, node-0`: the component that reported an event, and where it runs.
fn event_source(row: &Row<'_>) -> String {
    let source = either(row, ["source", "deprecatedSource"]);
    let first = |a: &Value, b: &Value| match a.str_or_empty() {
        "" => b.str_or_empty().to_owned(),
        text => text.to_owned(),
    };
    let component = first(&source["component"], either(row, ["reportingComponent", "reportingController"]));
    let instance = first(&source["host"], row.at(&["reportingInstance"]));
    if instance.is_empty() { component } else { format!("{component}, {instance}") }
}

fn resource_quota(row: &Row<'_>) -> Vec<Value> {
    let (mut requests, mut limits) = (Vec::new(), Vec::new());
    for (resource, hard) in row.status("hard").as_map().into_iter().flat_map(Map::iter) {
        let used = row.status("used").get(resource);
        let list = if resource.starts_with("limits.") { &mut limits } else { &mut requests };
        list.push(format!("{resource}: {}/{}", quantity(used), quantity(hard)));
    }
    vec![row.name(), Value::from(requests.join(", ")), Value::from(limits.join(", ")), row.age()]
}

fn component_status(row: &Row<'_>) -> Vec<Value> {
    let healthy = row.at(&["conditions"]).items().iter().find(|it| it["type"].as_str() == Some("Healthy"));
    let status = match healthy.map(|it| it["status"].str_or_empty()) {
        None => "Unknown",
        Some("True") => "Healthy",
        Some(_) => "Unhealthy",
    };
    let text = |field: &str| healthy.map_or_else(|| Value::from(""), |it| string(&it[field]));
    vec![row.name(), Value::from(status), text("message"), text("error")]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn cells(cells: fn(&Row<'_>) -> Vec<Value>, json: &str) -> String {
        let object = Value::from_json(json.as_bytes()).expect("valid JSON");
        Value::from(cells(&Row { object: &object, now: Time::from_unix(100) })).to_json()
    }

    #[test]
    fn an_event_of_either_group_has_the_same_cells() {
        let old = r#"{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p"},"type":"Normal","reason":"R","message":"m ",
            "source":{"component":"kubelet","host":"n"},"count":2,"firstTimestamp":"1970-01-01T00:00:10Z","lastTimestamp":"1970-01-01T00:01:00Z"}"#;
        let new = r#"{"metadata":{"name":"e"},"regarding":{"kind":"Pod","name":"p"},"type":"Normal","reason":"R","note":"m ",
            "deprecatedSource":{"component":"kubelet","host":"n"},"deprecatedCount":2,"deprecatedFirstTimestamp":"1970-01-01T00:00:10Z",
            "deprecatedLastTimestamp":"1970-01-01T00:01:00Z"}"#;
        let want = r#"["40s","Normal","R","pod/p","","kubelet, n","m","90s",2,"e"]"#;
        assert_eq!(cells(event, old), want);
        assert_eq!(cells(event, new), want);
    }

    #[test]
    fn a_node_has_roles_by_two_kinds_of_labels() {
        let json = r#"{"metadata":{"name":"n","labels":{"node-role.kubernetes.io/worker":"","kubernetes.io/role":"db"}},
            "spec":{"unschedulable":true},"status":{"conditions":[{"type":"Ready","status":"False"}]}}"#;
        let want = r#"["n","NotReady,SchedulingDisabled","db,worker","<unknown>","","<none>","<none>","<unknown>","<unknown>","<unknown>"]"#;
        assert_eq!(cells(node, json), want);
    }

    #[test]
    fn a_quota_separates_requests_from_limits() {
        let json = r#"{"metadata":{"name":"q"},"status":{"hard":{"pods":"10","limits.cpu":"2"},"used":{"pods":"3"}}}"#;
        assert_eq!(cells(resource_quota, json), r#"["q","pods: 3/10","limits.cpu: 0/2","<unknown>"]"#);
    }
}
