//! The cells of a pod: what kubectl says of its containers, and why they are not ready.

use super::KindPrinter;
use super::column::{AGE, CONTAINERS, Column, IMAGES, NAME, field, text};
use super::row::{Row, holds, labels, string_or};
use crate::map;
use crate::object::Value;

const STATUS: &str = "core.v1.PodStatus";
const SPEC: &str = "core.v1.PodSpec";

const POD: &[Column] = &[
    NAME,
    text("Ready", "The aggregate readiness state of this pod for accepting traffic."),
    text("Status", "The aggregate status of the containers in this pod."),
    text(
        "Restarts",
        "The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.",
    ),
    AGE,
    field("IP", STATUS, "podIP").wide(),
    field("Node", SPEC, "nodeName").wide(),
    field("Nominated Node", STATUS, "nominatedNodeName").wide(),
    field("Readiness Gates", SPEC, "readinessGates").wide(),
];

const POD_TEMPLATE: &[Column] = &[NAME, CONTAINERS, IMAGES, text("Pod Labels", "The labels for the pod template.")];

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter { group: "", kind: "Pod", columns: POD, cells: pod },
    KindPrinter { group: "", kind: "PodTemplate", columns: POD_TEMPLATE, cells: pod_template },
];

fn pod(row: &Row<'_>) -> Vec<Value> {
    let state = State::of(row);
    let restarts = match state.restarts {
        Restarts { count, last: Some(time) } if count != 0 => format!("{count} ({} ago)", row.since(time)),
        Restarts { count, .. } => count.to_string(),
    };
    vec![
        row.name(),
        Value::from(format!("{}/{}", state.ready, state.total)),
        Value::from(state.reason),
        Value::from(restarts),
        row.age(),
        string_or(&row.status("podIPs")[0]["ip"], "<none>"),
        string_or(row.spec("nodeName"), "<none>"),
        string_or(row.status("nominatedNodeName"), "<none>"),
        readiness_gates(row),
    ]
}

fn readiness_gates(row: &Row<'_>) -> Value {
    let gates = row.spec("readinessGates").items();
    if gates.is_empty() {
        return Value::from("<none>");
    }
    let passed = gates.iter().filter(|it| holds(row.status("conditions"), it["conditionType"].str_or_empty())).count();
    Value::from(format!("{passed}/{}", gates.len()))
}

fn pod_template(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["template"]);
    vec![row.name(), names, images, labels(row.at(&["template", "metadata", "labels"]))]
}

/// What a row says of itself beside its cells: that the pod has come to its end.
pub(super) fn conditions(object: &Value) -> Option<Value> {
    let (reason, message) = match object.at(&["status", "phase"]).str_or_empty() {
        "Succeeded" => ("Succeeded", "The pod has completed successfully."),
        "Failed" => ("Failed", "The pod failed."),
        _ => return None,
    };
    let condition = map! { "type" => "Completed", "status" => "True", "reason" => reason, "message" => message };
    Some(Value::list([Value::Map(condition)]))
}

/// What the statuses of a pod's containers add up to.
struct State<'a> {
    total: usize,
    ready: usize,
    restarts: Restarts<'a>,
    reason: String,
}

/// How often containers ended, and when the last of them did.
#[derive(Default)]
struct Restarts<'a> {
    count: i64,
    last: Option<&'a Value>,
}

impl<'a> Restarts<'a> {
    fn add(&mut self, container: &'a Value) {
        self.count += container["restartCount"].as_i64().unwrap_or(0);
        let ended = container.at(&["lastState", "terminated", "finishedAt"]);
        if ended.as_str() > self.last.and_then(Value::as_str) {
            self.last = Some(ended);
        }
    }
}

impl<'a> State<'a> {
    fn of(row: &Row<'a>) -> Self {
        let phase = row.status("phase").str_or_empty();
        let own = row.status("reason").str_or_empty();
        let gated = |it: &Value| {
            it["type"].as_str() == Some("PodScheduled") && it["reason"].as_str() == Some("SchedulingGated")
        };
        let reason = if row.status("conditions").items().iter().any(gated) {
            "SchedulingGated"
        } else if own.is_empty() {
            phase
        } else {
            own
        };
        let sidecars = row.spec("initContainers").items().iter().filter(|it| is_sidecar(it)).count();
        let mut state = State {
            total: row.spec("containers").items().len() + sidecars,
            ready: 0,
            restarts: Restarts::default(),
            reason: reason.to_owned(),
        };
        let mut of_sidecars = Restarts::default();
        let initializing = state.look_at_init_containers(row, &mut of_sidecars);
        if !initializing || holds(row.status("conditions"), "Initialized") {
            // Init containers that are through do not count any more; sidecars go on beside the containers.
            state.restarts = of_sidecars;
            state.look_at_containers(row);
        }
        if row.is_deleted() {
            if own == "NodeLost" {
                state.reason = "Unknown".to_owned();
            } else if !matches!(phase, "Succeeded" | "Failed") {
                state.reason = "Terminating".to_owned();
            }
        }
        state
    }

    /// Goes through the init containers up to the first that is not through; whether there is one.
    fn look_at_init_containers(&mut self, row: &Row<'a>, of_sidecars: &mut Restarts<'a>) -> bool {
        let specs = row.spec("initContainers").items();
        let statuses = row.status("initContainerStatuses").items();
        let is_sidecar = |status: &Value| specs.iter().any(|it| it["name"] == status["name"] && is_sidecar(it));
        for (i, container) in statuses.iter().enumerate() {
            self.restarts.add(container);
            if is_sidecar(container) {
                of_sidecars.add(container);
            }
            let (waiting, ended) = (container.at(&["state", "waiting"]), container.at(&["state", "terminated"]));
            if !ended.is_null() && ended["exitCode"].as_i64().unwrap_or(0) == 0 {
                continue;
            }
            if is_sidecar(container) && container["started"].is_true() {
                self.ready += usize::from(container["ready"].is_true());
                continue;
            }
            self.reason = match waiting["reason"].str_or_empty() {
                _ if !ended.is_null() => format!("Init:{}", end_reason(ended)),
                "" | "PodInitializing" => format!("Init:{i}/{}", specs.len()),
                why => format!("Init:{why}"),
            };
            return true;
        }
        false
    }

    fn look_at_containers(&mut self, row: &Row<'a>) {
        let mut runs = false;
        for container in row.status("containerStatuses").items().iter().rev() {
            self.restarts.add(container);
            let (waiting, ended) = (container.at(&["state", "waiting"]), container.at(&["state", "terminated"]));
            match waiting["reason"].str_or_empty() {
                "" if !ended.is_null() => self.reason = end_reason(ended),
                "" if container["ready"].is_true() && !container.at(&["state", "running"]).is_null() => {
                    runs = true;
                    self.ready += 1;
                }
                "" => {}
                why => self.reason = why.to_owned(),
            }
        }
        if self.reason == "Completed" && runs {
            self.reason = if holds(row.status("conditions"), "Ready") { "Running" } else { "NotReady" }.to_owned();
        }
    }
}

fn is_sidecar(container: &Value) -> bool {
    container["restartPolicy"].as_str() == Some("Always")
}

fn end_reason(ended: &Value) -> String {
    match (ended["reason"].str_or_empty(), ended["signal"].as_i64().unwrap_or(0)) {
        ("", 0) => format!("ExitCode:{}", ended["exitCode"].as_i64().unwrap_or(0)),
        ("", signal) => format!("Signal:{signal}"),
        (reason, _) => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn cells(pod: &str) -> Vec<String> {
        let object = Value::from_json(pod.as_bytes()).expect("valid JSON");
        let cells = super::pod(&Row { object: &object, now: Time::from_unix(100) });
        cells.iter().map(|it| it.str_or_empty().to_owned()).collect()
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
                r#"{"spec":{"initContainers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Pending","initContainerStatuses":[{"name":"a","state":{"running":{}}}]}}"#,
                "Init:0/2",
            ),
            (
                r#"{"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}}"#,
                "SchedulingGated",
            ),
        ];
        for (pod, want) in table {
            assert_eq!(cells(pod)[2], want, "{pod}");
        }
    }

    #[test]
    fn restarts_say_when_the_last_one_was() {
        let pod = r#"{"status":{"containerStatuses":[{"restartCount":2,"lastState":{"terminated":{"finishedAt":"1970-01-01T00:00:40Z"}}}]}}"#;
        assert_eq!(cells(pod)[3], "2 (60s ago)");
        assert_eq!(cells(r#"{"status":{"containerStatuses":[{"restartCount":0}]}}"#)[3], "0");
    }

    #[test]
    fn a_sidecar_counts_as_a_container() {
        let pod = r#"{"spec":{"containers":[{"name":"c"}],"initContainers":[{"name":"s","restartPolicy":"Always"}]},
            "status":{"phase":"Running","containerStatuses":[{"name":"c","ready":true,"state":{"running":{}}}],
            "initContainerStatuses":[{"name":"s","ready":true,"started":true,"state":{"running":{}}}]}}"#;
        assert_eq!(cells(pod)[1..3], ["2/2", "Running"]);
    }
}
