//! Probes of containers over time, without a cluster around them.

use std::sync::Arc;

use super::super::behaviour::Behaviours;
use super::super::events::Happening;
use super::super::images::Images;
use super::super::known::Known;
use super::super::latency::Latency;
use super::super::surroundings::Surroundings;
use super::super::worker::{Happenings, Worker};
use crate::clock::Time;
use crate::object::{Lookup, Object, Str, Value, kinds};
use crate::store::{Store, View};

fn at(seconds: i64) -> Time {
    Time::from_unix(seconds)
}

/// A pod of one container `c`.
fn worker(container: &str, pod: &str) -> Worker {
    let spec = format!(r#"{{{pod}"containers":[{{"name":"c","image":"app:1",{container}}}]}}"#);
    let mut object = Object::new(kinds::POD, "default", "web");
    object.meta.uid = Str::from("8a1c");
    object.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
    let mut worker = Worker::new(Arc::new(object), at(0));
    worker.address = Some(Str::from("10.244.0.2"));
    worker
}

/// What happens until `until`: the instants at which the worker has something to do, with the events of probes and ends and
/// with the states of the container.
fn history(worker: &mut Worker, until: i64) -> Vec<String> {
    let (store, latency) = (Store::default(), Latency::default());
    let node = Arc::new(Object::new(kinds::NODE, "", "node-0"));
    let (mut now, mut lines) = (at(0), Vec::new());
    loop {
        let mut happenings = Happenings::new();
        let around = &mut Surroundings {
            now,
            view: View::new(&store),
            latency: &latency,
            node: &node,
            images: &mut Images::default(),
            behaviours: &Behaviours::default(),
            known: &Known::default(),
            workers: &Lookup::default(),
        };
        worker.advance(around, &mut happenings);
        let told = happenings.iter().filter_map(|(_, it)| match it {
            Happening::Probed(_, message, 0) => Some(message.trim_end().to_owned()),
            Happening::Probed(_, message, untold) => Some(format!("{} (and {untold} untold)", message.trim_end())),
            Happening::OfContainer(_, reason, message) if *reason != "Pulled" => Some(message.to_string()),
            _ => None,
        });
        let container = &worker.containers[worker.inits];
        let state = match (container.running().is_some(), container.started, container.ready) {
            (false, ..) => "down",
            (true, false, _) => "starting",
            (true, true, false) => "unready",
            (true, true, true) => "ready",
        };
        let mut parts = vec![format!("{state} x{}", container.restarts)];
        parts.extend(told);
        lines.push(format!("{} {}", (now - at(0)).whole_seconds(), parts.join(", ")));
        match worker.deadline(around) {
            Some(next) if next <= at(until) => now = next.max(now),
            _ => return lines,
        }
    }
}

const HEALTHY: &str = r#""command":["sh","-c","touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600"]"#;
const MISSING: &str = "cat: can't open '/tmp/healthy': No such file or directory";

fn cat(role: &str, more: &str) -> String {
    format!(r#""{role}Probe":{{"exec":{{"command":["cat","/tmp/healthy"]}}{more}}}"#)
}

#[test]
fn a_container_that_fails_its_liveness_probe_is_started_anew() {
    let probe = cat("liveness", r#","initialDelaySeconds":5,"periodSeconds":5"#);
    let mut worker = worker(&format!("{HEALTHY},{probe}"), "");
    let failed = format!("Liveness probe failed: {MISSING}");
    assert_eq!(
        history(&mut worker, 140),
        [
            "0 down x0".to_owned(),
            "1 ready x0".to_owned(),
            format!("35 ready x0, {failed}"),
            format!("40 ready x0, {failed}"),
            format!("45 ready x0, {failed}, Container c failed liveness probe, will be restarted"),
            "47 ready x1".to_owned(),
            format!("80 ready x1, {failed}"),
            format!("85 ready x1, {failed}"),
            format!("90 ready x1, {failed}, Container c failed liveness probe, will be restarted"),
            "92 ready x2".to_owned(),
            format!("125 ready x2, {failed}"),
            format!("130 ready x2, {failed}"),
            format!("135 ready x2, {failed}, Container c failed liveness probe, will be restarted"),
            "137 ready x3".to_owned(),
        ]
    );
}

#[test]
fn readiness_goes_off_and_on_and_costs_entries_only_then() {
    let script = r#""command":["sh","-c","sleep 12; touch /tmp/healthy; sleep 60; rm /tmp/healthy; sleep infinity"]"#;
    let probe = cat("readiness", r#","periodSeconds":5,"failureThreshold":2"#);
    let mut worker = worker(&format!("{script},{probe}"), "");
    let failed = format!("Readiness probe failed: {MISSING}");
    let lines = history(&mut worker, 90);
    assert_eq!(
        lines,
        [
            "0 down x0".to_owned(),
            format!("1 unready x0, {failed}"),
            format!("6 unready x0, {failed}"),
            format!("11 unready x0, {failed}"),
            "16 ready x0".to_owned(),
            format!("76 ready x0, {failed}"),
            format!("81 unready x0, {failed}"),
            format!("86 unready x0, {failed}"),
        ]
    );
}

#[test]
fn failures_beyond_the_budget_of_events_are_told_in_one() {
    let probe = cat("readiness", "");
    let mut worker = worker(&format!(r#""command":["sleep","infinity"],{probe}"#), "");
    let lines = history(&mut worker, 3600);
    let failed = format!("unready x0, Readiness probe failed: {MISSING}");
    // 25 at once, then one for every 300 seconds.
    assert_eq!(lines.len(), 1 + 25 + 11, "{lines:#?}");
    assert_eq!(lines[25], format!("241 {failed}"));
    assert_eq!(lines[26], format!("301 {failed} (and 5 untold)"));
    assert_eq!(lines[27], format!("601 {failed} (and 29 untold)"));
}

#[test]
fn other_probes_wait_for_the_startup_probe() {
    let script = r#""command":["sh","-c","sleep 25; touch /tmp/healthy; sleep infinity"]"#;
    let startup = cat("startup", r#","failureThreshold":30"#);
    let probes = format!("{startup},{},{}", cat("readiness", ""), cat("liveness", r#","periodSeconds":1"#));
    let mut worker = worker(&format!("{script},{probes}"), "");
    let failed = format!("starting x0, Startup probe failed: {MISSING}");
    assert_eq!(
        history(&mut worker, 86_400),
        [
            "0 down x0".to_owned(),
            "1 starting x0".to_owned(),
            format!("10 {failed}"),
            format!("20 {failed}"),
            "30 ready x0".to_owned(),
        ]
    );
}

#[test]
fn a_container_that_does_not_start_up_is_started_anew_with_the_grace_of_the_probe() {
    let startup = cat("startup", r#","failureThreshold":2,"terminationGracePeriodSeconds":5"#);
    let mut worker =
        worker(&format!(r#""command":["sleep","infinity"],{startup}"#), r#""terminationGracePeriodSeconds":60,"#);
    let failed = format!("Startup probe failed: {MISSING}");
    assert_eq!(
        history(&mut worker, 31),
        [
            "0 down x0".to_owned(),
            "1 starting x0".to_owned(),
            format!("10 starting x0, {failed}"),
            format!("20 starting x0, {failed}, Container c failed startup probe, will be restarted"),
            "25 starting x1".to_owned(),
            format!("30 starting x1, {failed}"),
        ]
    );
}

#[test]
fn a_container_that_is_never_restarted_is_told_so() {
    let probe = cat("liveness", r#","failureThreshold":1"#);
    let mut worker = worker(&format!(r#""command":["sleep","infinity"],{probe}"#), r#""restartPolicy":"Never","#);
    let lines = history(&mut worker, 600);
    assert_eq!(lines[2], format!("10 ready x0, Liveness probe failed: {MISSING}, Container c failed liveness probe"));
    assert_eq!(lines.last().map(String::as_str), Some("12 down x0"));
}

#[test]
fn a_probe_that_takes_too_long_fails_when_its_time_is_up() {
    let probe = r#""livenessProbe":{"exec":{"command":["sh","-c","sleep 9"]},"timeoutSeconds":3,"failureThreshold":2}"#;
    let mut worker = worker(&format!(r#""command":["sleep","infinity"],{probe}"#), "");
    let failed = "Liveness probe failed: command timed out: \"sh -c sleep 9\" timed out after 3s";
    assert_eq!(
        history(&mut worker, 23),
        [
            "0 down x0".to_owned(),
            "1 ready x0".to_owned(),
            "10 ready x0".to_owned(),
            format!("13 ready x0, {failed}"),
            "20 ready x0".to_owned(),
            format!("23 ready x0, {failed}, Container c failed liveness probe, will be restarted"),
        ]
    );
}

#[test]
fn a_command_that_cannot_be_started_counts_as_nothing() {
    let probe = r#""livenessProbe":{"exec":{"command":["exit 1"]},"failureThreshold":1}"#;
    let mut worker = worker(&format!(r#""command":["sleep","infinity"],{probe}"#), "");
    let lines = history(&mut worker, 20);
    let errored = "ready x0, Liveness probe errored and resulted in unknown state: rpc error: code = Unknown";
    assert!(lines.len() == 4 && lines[3].starts_with(&format!("20 {errored}")), "{lines:#?}");
}

#[test]
fn a_probe_that_writes_is_carried_out_each_time() {
    let probe = r#""livenessProbe":{"exec":{"command":["sh","-c","echo x >> /tmp/n; [ $(wc -l < /tmp/n) -lt 4 ]"]},
        "failureThreshold":1,"terminationGracePeriodSeconds":1}"#;
    let mut worker = worker(&format!(r#""command":["sleep","infinity"],{probe}"#), "");
    let lines = history(&mut worker, 41);
    assert_eq!(lines.len(), 6, "{lines:#?}");
    assert!(lines[5].starts_with("40 ready x0, Liveness probe failed:, Container c failed liveness"), "{lines:#?}");
}

#[test]
fn probes_that_pass_cost_nothing() {
    let get = |role: &str| format!(r#""{role}Probe":{{"httpGet":{{"port":80}}}}"#);
    let probes = format!("{},{},{}", get("startup"), get("readiness"), get("liveness"));
    let mut worker = worker(&probes, "");
    assert_eq!(history(&mut worker, 365 * 86_400), ["0 down x0", "1 starting x0", "10 ready x0"]);
}

#[test]
fn a_port_that_nobody_listens_at_refuses() {
    let probe = r#""ports":[{"name":"web","containerPort":8080}],
        "livenessProbe":{"httpGet":{"port":"web","path":"/healthz"},"failureThreshold":1},
        "readinessProbe":{"tcpSocket":{"port":"web"}}"#;
    let mut worker = worker(&format!(r#""command":["sleep","infinity"],{probe}"#), "");
    let lines = history(&mut worker, 10);
    let refused = "dial tcp 10.244.0.2:8080: connect: connection refused";
    assert_eq!(
        lines[1..],
        [
            format!("1 unready x0, Readiness probe failed: {refused}"),
            format!(
                "10 unready x0, Liveness probe failed: Get \"http://10.244.0.2:8080/healthz\": {refused}, Container c failed \
                 liveness probe, will be restarted"
            ),
        ]
    );
}
