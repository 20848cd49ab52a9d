//! Objects as the rows of kubectl's tables (`pkg/printers/internalversion/printers.go`).

use super::{human_duration, without_uids};
use crate::clock::Time;
use crate::object::{Kind, Map, Value, kinds};

/// The columns of a kind, as `kubectl get -o wide --show-labels` names them.
pub fn names(kind: Kind) -> Vec<&'static str> {
    let own: &[&str] = match kind {
        kinds::POD => {
            &["READY", "STATUS", "RESTARTS", "AGE", "IP", "NODE", "NOMINATED NODE", "CONTAINERS", "IMAGES", "OWNER"]
        }
        kinds::NODE => &["STATUS", "ROLES", "AGE", "VERSION", "TAINTS", "INTERNAL-IP"],
        kinds::DAEMON_SET => &[
            "DESIRED",
            "CURRENT",
            "READY",
            "UP-TO-DATE",
            "AVAILABLE",
            "NODE SELECTOR",
            "AGE",
            "CONTAINERS",
            "IMAGES",
            "SELECTOR",
        ],
        kinds::JOB => &["STATUS", "COMPLETIONS", "DURATION", "AGE", "CONTAINERS", "IMAGES", "SELECTOR"],
        kinds::CONTROLLER_REVISION => &["CONTROLLER", "REVISION", "AGE"],
        kinds::NAMESPACE => &["STATUS", "AGE"],
        kinds::EVENT => &["TYPE", "REASON", "OBJECT", "MESSAGE", "COUNT", "FROM", "LAST SEEN"],
        kinds::CONFIG_MAP => &["DATA", "AGE"],
        kinds::SECRET => &["TYPE", "DATA", "AGE"],
        kinds::LEASE => &["HOLDER", "AGE"],
        _ => &["AGE"],
    };
    let mut all = vec!["NAMESPACE", "NAME"];
    all.extend(own);
    all.push("LABELS");
    all
}

/// The columns that a snapshot of a kind shows: those that say what it is about, and none that only tell the time.
pub fn snapshot_columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        kinds::POD => &["NAME", "READY", "STATUS", "RESTARTS", "NODE", "IMAGES", "OWNER"],
        kinds::NODE => &["NAME", "STATUS", "ROLES", "TAINTS"],
        kinds::DAEMON_SET => {
            &["NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "IMAGES"]
        }
        kinds::JOB => &["NAME", "STATUS", "COMPLETIONS", "DURATION", "IMAGES"],
        kinds::CONTROLLER_REVISION => &["NAME", "CONTROLLER", "REVISION"],
        kinds::NAMESPACE => &["NAME", "STATUS"],
        kinds::EVENT => &["TYPE", "REASON", "OBJECT", "MESSAGE", "COUNT", "FROM"],
        kinds::CONFIG_MAP => &["NAME", "DATA"],
        kinds::SECRET => &["NAME", "TYPE", "DATA"],
        kinds::LEASE => &["NAME", "HOLDER"],
        _ => &["NAME"],
    }
}

/// The table of `objects` with a few telling columns, aligned.
pub fn render(kind: Kind, objects: &[Value], now: Time) -> String {
    let columns = snapshot_columns(kind);
    let row = |object: &Value| columns.iter().map(|column| without_uids(&cell(kind, column, object, now))).collect();
    let rows: Vec<Vec<String>> = objects.iter().map(row).collect();
    align(&columns.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>(), &rows)
}

/// A header and rows as text with aligned columns.
pub fn align(header: &[String], rows: &[Vec<String>]) -> String {
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|row| row.get(i)).chain(header.get(i));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..header.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).map(line).collect()
}

/// What kubectl shows of `object` in `column`; `<unknown>` for a column that the kind has not.
pub fn cell(kind: Kind, column: &str, object: &Value, now: Time) -> String {
    let metadata = &object["metadata"];
    match column {
        "NAMESPACE" => return metadata["namespace"].str_or_empty().to_owned(),
        "NAME" => return metadata["name"].str_or_empty().to_owned(),
        "AGE" => return age(metadata["creationTimestamp"].str_or_empty(), now),
        "LABELS" => return or_none(pairs(&metadata["labels"])),
        _ => {}
    }
    match kind {
        kinds::POD => pod_cell(column, object, now),
        kinds::NODE => node_cell(column, object),
        kinds::DAEMON_SET => daemon_set_cell(column, object),
        kinds::JOB => job_cell(column, object, now),
        kinds::EVENT => event_cell(column, object, now),
        _ => other_cell(column, object),
    }
}

fn age(time: &str, now: Time) -> String {
    Time::parse(time).map_or_else(|| "<unknown>".into(), |time| human_duration(now - time))
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".into() } else { text }
}

fn pairs(map: &Value) -> String {
    let pair = |(key, value): (&crate::object::Str, &Value)| format!("{key}={}", value.str_or_empty());
    map.as_map().into_iter().flat_map(Map::iter).map(pair).collect::<Vec<_>>().join(",")
}

fn joined(list: &Value, field: &str) -> String {
    list.items().iter().map(|it| it[field].str_or_empty()).collect::<Vec<_>>().join(",")
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or(0)
}

fn pod_cell(column: &str, pod: &Value, now: Time) -> String {
    let (spec, status) = (&pod["spec"], &pod["status"]);
    let text = |value: &Value| or_none(value.str_or_empty().to_owned());
    match column {
        "READY" => {
            let ready = status["containerStatuses"].items().iter().filter(|it| it["ready"].is_true()).count();
            format!("{ready}/{}", spec["containers"].items().len())
        }
        "STATUS" => pod_status(pod),
        "RESTARTS" => restarts(pod, now),
        "IP" => text(&status["podIP"]),
        "NODE" => text(&spec["nodeName"]),
        "NOMINATED NODE" => text(&status["nominatedNodeName"]),
        "CONTAINERS" => joined(&spec["containers"], "name"),
        "IMAGES" => joined(&spec["containers"], "image"),
        "OWNER" => or_none(owners(pod)),
        _ => "<unknown>".into(),
    }
}

/// `DaemonSet/web`, the controller first, several with commas between them.
fn owners(object: &Value) -> String {
    let name = |it: &Value| format!("{}/{}", it["kind"].str_or_empty(), it["name"].str_or_empty());
    object.at(&["metadata", "ownerReferences"]).items().iter().map(name).collect::<Vec<_>>().join(",")
}

/// The STATUS of a pod: its phase, or better the reason that a container waits or ended for.
fn pod_status(pod: &Value) -> String {
    let status = &pod["status"];
    let phase = status["phase"].str_or_empty();
    let mut reason = status["reason"].as_str().unwrap_or(phase).to_owned();
    let gated =
        |it: &Value| it["type"].as_str() == Some("PodScheduled") && it["reason"].as_str() == Some("SchedulingGated");
    if status["conditions"].items().iter().any(gated) {
        reason = "SchedulingGated".into();
    }
    let initializing = init_status(pod);
    if let Some(init) = &initializing {
        reason.clone_from(init);
    } else {
        let mut running = false;
        for container in status["containerStatuses"].items().iter().rev() {
            let (waiting, ended) = (container.at(&["state", "waiting"]), container.at(&["state", "terminated"]));
            if let Some(why) = waiting["reason"].as_str().filter(|it| !it.is_empty()) {
                reason = why.to_owned();
            } else if !ended.is_null() {
                reason = end_reason(ended);
            } else if container["ready"].is_true() && !container.at(&["state", "running"]).is_null() {
                running = true;
            }
        }
        if reason == "Completed" && running {
            let ready = |it: &Value| it["type"].as_str() == Some("Ready") && it["status"].as_str() == Some("True");
            let ready = status["conditions"].items().iter().any(ready);
            reason = if ready { "Running" } else { "NotReady" }.into();
        }
    }
    if pod.at(&["metadata", "deletionTimestamp"]).is_null() {
        return reason;
    }
    match (status["reason"].as_str(), phase) {
        (Some("NodeLost"), _) => "Unknown".into(),
        (_, "Succeeded" | "Failed") => reason,
        _ => "Terminating".into(),
    }
}

fn end_reason(ended: &Value) -> String {
    match (ended["reason"].str_or_empty(), ended["signal"].as_i64().unwrap_or(0)) {
        ("", 0) => format!("ExitCode:{}", number(&ended["exitCode"])),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

/// The STATUS of a pod whose init containers are not through.
fn init_status(pod: &Value) -> Option<String> {
    let total = pod.at(&["spec", "initContainers"]).items().len();
    for (i, container) in pod.at(&["status", "initContainerStatuses"]).items().iter().enumerate() {
        let (waiting, ended) = (container.at(&["state", "waiting"]), container.at(&["state", "terminated"]));
        if !ended.is_null() && number(&ended["exitCode"]) == 0 {
            continue;
        }
        let restartable = pod.at(&["spec", "initContainers"])[i]["restartPolicy"].as_str() == Some("Always");
        if restartable && container["started"].is_true() {
            continue;
        }
        if !ended.is_null() {
            return Some(format!("Init:{}", end_reason(ended)));
        }
        return Some(match waiting["reason"].as_str() {
            Some(why) if !why.is_empty() && why != "PodInitializing" => format!("Init:{why}"),
            _ => format!("Init:{i}/{total}"),
        });
    }
    None
}

fn restarts(pod: &Value, now: Time) -> String {
    let statuses = pod.at(&["status", "containerStatuses"]).items();
    let count: i64 = statuses.iter().map(|it| number(&it["restartCount"])).sum();
    let last = statuses.iter().filter_map(|it| it.at(&["lastState", "terminated", "finishedAt"]).as_str()).max();
    match last {
        Some(time) if count > 0 => format!("{count} ({} ago)", age(time, now)),
        _ => count.to_string(),
    }
}

fn node_cell(column: &str, node: &Value) -> String {
    let (spec, status) = (&node["spec"], &node["status"]);
    match column {
        "STATUS" => {
            let ready = status["conditions"].items().iter().find(|it| it["type"].as_str() == Some("Ready"));
            let mut text = match ready {
                Some(it) if it["status"].as_str() == Some("True") => "Ready".to_owned(),
                Some(_) => "NotReady".to_owned(),
                None => "Unknown".to_owned(),
            };
            if spec["unschedulable"].is_true() {
                text.push_str(",SchedulingDisabled");
            }
            text
        }
        "ROLES" => {
            let labels = node.at(&["metadata", "labels"]).as_map();
            let role = |key: &crate::object::Str| key.strip_prefix("node-role.kubernetes.io/").map(str::to_owned);
            or_none(labels.into_iter().flat_map(Map::keys).filter_map(role).collect::<Vec<_>>().join(","))
        }
        "VERSION" => status.at(&["nodeInfo", "kubeletVersion"]).str_or_empty().to_owned(),
        "TAINTS" => {
            let taint = |it: &Value| match it["value"].str_or_empty() {
                "" => format!("{}:{}", it["key"].str_or_empty(), it["effect"].str_or_empty()),
                value => format!("{}={value}:{}", it["key"].str_or_empty(), it["effect"].str_or_empty()),
            };
            or_none(spec["taints"].items().iter().map(taint).collect::<Vec<_>>().join(","))
        }
        "INTERNAL-IP" => {
            let addresses = status["addresses"].items();
            let own = addresses.iter().find(|it| it["type"].as_str() == Some("InternalIP"));
            or_none(own.map(|it| it["address"].str_or_empty().to_owned()).unwrap_or_default())
        }
        _ => "<unknown>".into(),
    }
}

fn daemon_set_cell(column: &str, daemon_set: &Value) -> String {
    let (spec, status) = (&daemon_set["spec"], &daemon_set["status"]);
    let template = spec.at(&["template", "spec"]);
    match column {
        "DESIRED" => number(&status["desiredNumberScheduled"]).to_string(),
        "CURRENT" => number(&status["currentNumberScheduled"]).to_string(),
        "READY" => number(&status["numberReady"]).to_string(),
        "UP-TO-DATE" => number(&status["updatedNumberScheduled"]).to_string(),
        "AVAILABLE" => number(&status["numberAvailable"]).to_string(),
        "NODE SELECTOR" => or_none(pairs(&template["nodeSelector"])),
        "CONTAINERS" => joined(&template["containers"], "name"),
        "IMAGES" => joined(&template["containers"], "image"),
        "SELECTOR" => pairs(spec.at(&["selector", "matchLabels"])),
        _ => "<unknown>".into(),
    }
}

fn job_cell(column: &str, job: &Value, now: Time) -> String {
    let (spec, status) = (&job["spec"], &job["status"]);
    let holds = |kind: &str| {
        let conditions = status["conditions"].items();
        conditions.iter().any(|it| it["type"].as_str() == Some(kind) && it["status"].as_str() == Some("True"))
    };
    match column {
        "STATUS" => {
            let deleted = !job.at(&["metadata", "deletionTimestamp"]).is_null();
            let states = [
                ("Complete", holds("Complete")),
                ("Failed", holds("Failed")),
                ("Terminating", deleted),
                ("Suspended", holds("Suspended")),
                ("FailureTarget", holds("FailureTarget")),
                ("SuccessCriteriaMet", holds("SuccessCriteriaMet")),
            ];
            states.iter().find(|(_, holds)| *holds).map_or("Running", |(name, _)| name).to_owned()
        }
        "COMPLETIONS" => match (spec["completions"].as_i64(), number(&spec["parallelism"])) {
            (Some(completions), _) => format!("{}/{completions}", number(&status["succeeded"])),
            (None, parallelism) if parallelism > 1 => format!("{}/1 of {parallelism}", number(&status["succeeded"])),
            (None, _) => format!("{}/1", number(&status["succeeded"])),
        },
        "DURATION" => match (status["startTime"].as_str().and_then(Time::parse), &status["completionTime"]) {
            (None, _) => String::new(),
            (Some(start), end) => human_duration(end.as_str().and_then(Time::parse).unwrap_or(now) - start),
        },
        "CONTAINERS" => joined(spec.at(&["template", "spec", "containers"]), "name"),
        "IMAGES" => joined(spec.at(&["template", "spec", "containers"]), "image"),
        "SELECTOR" => pairs(spec.at(&["selector", "matchLabels"])),
        _ => "<unknown>".into(),
    }
}

fn event_cell(column: &str, event: &Value, now: Time) -> String {
    match column {
        "TYPE" => event["type"].str_or_empty().to_owned(),
        "REASON" => event["reason"].str_or_empty().to_owned(),
        "MESSAGE" => event["message"].str_or_empty().trim().to_owned(),
        "OBJECT" => {
            let about = &event["involvedObject"];
            format!("{}/{}", about["kind"].str_or_empty().to_ascii_lowercase(), about["name"].str_or_empty())
        }
        "COUNT" => event_count(event).to_string(),
        "FROM" => event_source(event).to_owned(),
        "LAST SEEN" => age(last_seen(event), now),
        _ => "<unknown>".into(),
    }
}

fn other_cell(column: &str, object: &Value) -> String {
    let entries = |field: &str| object[field].as_map().map_or(0, Map::len);
    match column {
        "STATUS" => object.at(&["status", "phase"]).str_or_empty().to_owned(),
        "TYPE" => object["type"].str_or_empty().to_owned(),
        "DATA" => (entries("data") + entries("binaryData")).to_string(),
        "HOLDER" => object.at(&["spec", "holderIdentity"]).str_or_empty().to_owned(),
        "REVISION" => number(&object["revision"]).to_string(),
        "CONTROLLER" => or_none(owners(object)),
        _ => "<unknown>".into(),
    }
}

/// How often an event was seen.
pub fn event_count(event: &Value) -> i64 {
    event.at(&["series", "count"]).as_i64().or(event["count"].as_i64()).filter(|it| *it > 0).unwrap_or(1)
}

/// Who reported an event.
pub fn event_source(event: &Value) -> &str {
    let component = event.at(&["source", "component"]).str_or_empty();
    if component.is_empty() { event["reportingComponent"].str_or_empty() } else { component }
}

fn last_seen(event: &Value) -> &str {
    let times = [event.at(&["series", "lastObservedTime"]), &event["lastTimestamp"], &event["eventTime"]];
    let times = times.into_iter().chain([event.at(&["metadata", "creationTimestamp"])]);
    times.filter_map(Value::as_str).next().unwrap_or_default()
}

/// Puts events in the order in which they were first seen; those of one instant stay in the order of their versions.
pub fn sort_events(events: &mut [Value]) {
    let first = |event: &Value| {
        let times = [&event["firstTimestamp"], &event["eventTime"], event.at(&["metadata", "creationTimestamp"])];
        let time = times.into_iter().filter_map(Value::as_str).filter_map(Time::parse).next();
        let version = event.at(&["metadata", "resourceVersion"]).str_or_empty().parse::<u64>().unwrap_or(0);
        (time.map(Time::truncated), version)
    };
    events.sort_by_key(first);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(pod: &str) -> String {
        pod_status(&Value::from_json(pod.as_bytes()).expect("valid JSON"))
    }

    #[test]
    fn a_pod_has_the_status_that_kubectl_shows() {
        let table = [
            (r#"{"status":{"phase":"Pending"}}"#, "Pending"),
            (r#"{"status":{"phase":"Failed","reason":"Evicted"}}"#, "Evicted"),
            (
                r#"{"status":{"phase":"Running","containerStatuses":[{"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}"#,
                "CrashLoopBackOff",
            ),
            (
                r#"{"status":{"phase":"Succeeded","containerStatuses":[{"state":{"terminated":{"reason":"Completed","exitCode":0}}}]}}"#,
                "Completed",
            ),
            (
                r#"{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},"status":{"phase":"Running"}}"#,
                "Terminating",
            ),
            (
                r#"{"spec":{"initContainers":[{},{}]},"status":{"phase":"Pending","initContainerStatuses":[{"state":{"running":{}}}]}}"#,
                "Init:0/2",
            ),
        ];
        for (pod, want) in table {
            assert_eq!(status(pod), want, "{pod}");
        }
    }

    #[test]
    fn a_table_is_aligned() {
        let header = ["NAME".to_owned(), "NODE".to_owned()];
        assert_eq!(align(&header, &[vec!["a-long-name".into(), "n".into()]]), "NAME         NODE\na-long-name  n\n");
    }
}
