//! Pods on nodes, from their binding to their end.

mod hooks;
mod images;
mod nodes;
mod resize;

use super::*;
use crate::api::registry::WriteOptions;
use crate::clock::Span;
use crate::object::Value;
use crate::sim::{Cluster, ClusterOptions, NodeSpec};

fn key(name: &str) -> Key {
    Key::new(kinds::POD, "default", name)
}

fn cluster(latency: Latency) -> Cluster {
    let mut cluster = Cluster::new(&ClusterOptions::default(), vec![Box::new(Kubelet::new(latency))]);
    cluster.bootstrap(&NodeSpec::numbered(1)).expect("a fresh cluster");
    cluster
}

fn create(cluster: &mut Cluster, spec: &str) {
    let mut pod = Object::new(kinds::POD, "default", "web");
    let mut spec = Value::from_json(spec.as_bytes()).expect("valid JSON");
    spec.set("nodeName", "node-0");
    spec.set("automountServiceAccountToken", false);
    spec.set_default("terminationGracePeriodSeconds", 30);
    pod.body.insert("spec", spec);
    cluster.api("test").create(pod, &WriteOptions::default()).expect("a pod");
}

/// A pod of one container `c` with this command, restarted by `policy`.
fn run(latency: Latency, policy: &str, command: &str) -> Cluster {
    let mut cluster = cluster(latency);
    let spec = format!(r#"{{"restartPolicy":"{policy}","containers":[{{"name":"c","image":"app:1",{command}}}]}}"#);
    create(&mut cluster, &spec);
    cluster
}

const FOR_EVER: &str = r#""env":[]"#;

/// What a status says in short: the phase, and for each container its state, its restarts and whether it is ready.
fn summary(pod: &Object) -> String {
    let mut text = pod.status()["phase"].str_or_empty().to_owned();
    for field in ["initContainerStatuses", "containerStatuses"] {
        for it in pod.status()[field].items() {
            let state = &it["state"];
            let what = match (&state["waiting"], &state["terminated"]) {
                (Value::Null, Value::Null) => "running".to_owned(),
                (Value::Null, it) => format!("{} {}", it["reason"].str_or_empty(), it["exitCode"]),
                (it, _) => it["reason"].str_or_empty().to_owned(),
            };
            let ready = if it["ready"].is_true() { " ready" } else { "" };
            text.push_str(&format!(", {} {what}{ready} x{}", it["name"].str_or_empty(), it["restartCount"]));
        }
    }
    text
}

/// Lets `seconds` pass, and lists what the pod's status became and when.
fn history(cluster: &mut Cluster, seconds: i64) -> Vec<String> {
    cluster.advance(Span::seconds(seconds)).expect("it settles");
    let start = cluster.start();
    let line = |change: &Change| {
        let text = match &change.after {
            Some(pod) if pod.status()["containerStatuses"].is_null() => return None,
            Some(pod) => summary(pod),
            None => "gone".to_owned(),
        };
        (change.key.kind == kinds::POD).then(|| format!("T+{} {text}", change.time - start))
    };
    let view = cluster.view();
    let mut lines: Vec<String> = view.history().filter_map(line).collect();
    // A change of the metadata alone, such as a shorter grace period, is none of the status.
    lines.dedup();
    lines
}

fn delete(cluster: &mut Cluster, grace: i64) {
    // The deletion is written out: the kubelet is under test, not the registry.
    let mut pod = Object::clone(cluster.view().get(&key("web")).expect("the pod"));
    pod.meta.deleted = Some(cluster.now() + Span::seconds(grace));
    pod.meta.deletion_grace_seconds = Some(grace);
    let now = cluster.now();
    cluster.api("test").store.put(pod, now, Str::from("test"));
}

#[test]
fn a_pod_is_pending_at_once_and_running_a_second_later() {
    let mut cluster = run(Latency::default(), "Always", FOR_EVER);
    assert_eq!(
        history(&mut cluster, 100),
        ["T+0s Pending, c ContainerCreating x0", "T+1s Running, c running ready x0"]
    );
    let entries = cluster.timeline().entries();
    assert_eq!(history(&mut cluster, 365 * 86_400).len(), 2);
    assert_eq!(cluster.timeline().entries(), entries);
    assert_eq!(cluster.timeline().waiting(), 0);
}

#[test]
fn a_status_has_every_field_that_the_kubelet_writes() {
    let mut cluster = cluster(Latency::default());
    create(
        &mut cluster,
        r#"{"volumes":[{"name":"v","emptyDir":{}}],"containers":[{"name":"c","image":"app:1",
            "volumeMounts":[{"name":"v","mountPath":"/v","readOnly":true}]}]}"#,
    );
    cluster.advance(Span::seconds(2)).expect("it settles");
    let view = cluster.view();
    let status = view.get(&key("web")).expect("the pod").status().clone();
    let types: Vec<_> =
        status["conditions"].items().iter().map(|it| format!("{}={}", it["type"], it["status"])).collect();
    assert_eq!(
        types.join(" ").replace('"', ""),
        "PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True"
    );
    let container = &status["containerStatuses"][0];
    assert_eq!(container["image"].as_str(), Some("docker.io/library/app:1"));
    assert_eq!(container["lastState"].to_json(), "{}");
    assert_eq!(container["resources"].to_json(), "{}");
    assert_eq!(container["user"].to_json(), r#"{"linux":{"gid":0,"supplementalGroups":[0],"uid":0}}"#);
    assert_eq!(container["containerID"].str_or_empty().len(), "containerd://".len() + 64);
    assert_eq!(
        container["volumeMounts"].to_json(),
        r#"[{"mountPath":"/v","name":"v","readOnly":true,"recursiveReadOnly":"Disabled"}]"#
    );
    assert_eq!(status["podIPs"].to_json(), r#"[{"ip":"10.244.0.2"}]"#);
    assert_eq!(status["hostIPs"].to_json(), r#"[{"ip":"10.0.0.1"}]"#);
    assert_eq!(status["startTime"].as_str(), Some("2026-01-01T00:00:00Z"));
}

#[test]
fn a_command_that_ends_decides_the_phase() {
    let mut cluster = run(Latency::default(), "Never", r#""command":["sh","-c","sleep 5; exit 3"]"#);
    assert_eq!(
        history(&mut cluster, 100),
        ["T+0s Pending, c ContainerCreating x0", "T+1s Running, c running ready x0", "T+6s Failed, c Error 3 x0"]
    );
    let mut cluster = run(Latency::default(), "OnFailure", r#""command":["true"]"#);
    assert_eq!(
        history(&mut cluster, 100),
        ["T+0s Pending, c ContainerCreating x0", "T+1s Succeeded, c Completed 0 x0"]
    );
}

#[test]
fn a_container_that_fails_is_restarted_at_once_and_then_after_back_offs() {
    let mut cluster = run(Latency::default(), "Always", r#""command":["sh","-c","sleep 3; exit 1"]"#);
    assert_eq!(
        history(&mut cluster, 60),
        [
            "T+0s Pending, c ContainerCreating x0",
            "T+1s Running, c running ready x0",
            "T+4s Running, c Error 1 x0",
            "T+5s Running, c running ready x1",
            "T+8s Running, c Error 1 x1",
            "T+9s Running, c CrashLoopBackOff x1",
            "T+18s Running, c running ready x2",
            "T+21s Running, c Error 1 x2",
            "T+22s Running, c CrashLoopBackOff x2",
            "T+41s Running, c running ready x3",
            "T+44s Running, c Error 1 x3",
            "T+45s Running, c CrashLoopBackOff x3",
        ]
    );
    let view = cluster.view();
    let pod = view.get(&key("web")).expect("the pod");
    let container = &pod.status()["containerStatuses"][0];
    let message = format!("back-off 40s restarting failed container=c pod=web_default({})", pod.meta.uid);
    assert_eq!(container["state"]["waiting"]["message"].as_str(), Some(message.as_str()));
    assert_eq!(container["lastState"]["terminated"]["exitCode"], Value::Int(1));
}

#[test]
fn a_deleted_pod_stops_as_its_process_does() {
    let mut cluster = run(Latency::default(), "Always", FOR_EVER);
    cluster.advance(Span::seconds(10)).expect("it settles");
    delete(&mut cluster, 30);
    let lines = history(&mut cluster, 60);
    assert_eq!(lines[3..], ["T+10s Succeeded, c Completed 0 x0", "T+10s gone"]);

    let mut cluster = run(Latency::default(), "Always", r#""command":["sleep","1000"]"#);
    cluster.advance(Span::seconds(10)).expect("it settles");
    delete(&mut cluster, 30);
    let lines = history(&mut cluster, 60);
    assert_eq!(lines[3..], ["T+40s Failed, c Error 137 x0", "T+40s gone"]);
}

#[test]
fn a_pod_that_is_deleted_before_it_starts_never_runs() {
    let mut cluster = run(Latency::default(), "Always", FOR_EVER);
    cluster.advance(Span::millis(500)).expect("it settles");
    delete(&mut cluster, 30);
    let lines = history(&mut cluster, 60);
    assert_eq!(lines[2..], ["T+500ms Failed, c ContainerStatusUnknown 137 x0", "T+500ms gone"]);
}

#[test]
fn init_containers_run_one_after_the_other() {
    let mut cluster = cluster(Latency::default());
    create(
        &mut cluster,
        r#"{"restartPolicy":"Always","initContainers":[{"name":"a","image":"b","command":["sleep","2"]},
            {"name":"b","image":"b","command":["sleep","3"]}],"containers":[{"name":"c","image":"b"}]}"#,
    );
    assert_eq!(
        history(&mut cluster, 100),
        [
            "T+0s Pending, a PodInitializing x0, b PodInitializing x0, c PodInitializing x0",
            "T+1s Pending, a running x0, b PodInitializing x0, c PodInitializing x0",
            "T+3s Pending, a Completed 0 ready x0, b PodInitializing x0, c PodInitializing x0",
            "T+4s Pending, a Completed 0 ready x0, b running x0, c PodInitializing x0",
            "T+7s Pending, a Completed 0 ready x0, b Completed 0 ready x0, c PodInitializing x0",
            "T+8s Running, a Completed 0 ready x0, b Completed 0 ready x0, c running ready x0",
        ]
    );
}

#[test]
fn a_simulated_kubelet_is_as_quick_as_it_is_told() {
    let latency: Latency = "start=2s,stop=200ms".parse().expect("a latency");
    let mut cluster = run(latency, "Always", r#""command":["sh","-c","sleep 1; exit 1"]"#);
    assert_eq!(
        history(&mut cluster, 14)[1..],
        [
            "T+2s Running, c running ready x0",
            "T+3s Running, c CrashLoopBackOff x0",
            "T+13s Running, c running ready x1",
            "T+14s Running, c CrashLoopBackOff x1"
        ]
    );
    let mut cluster = run(latency, "Always", r#""command":["sleep","100"]"#);
    cluster.advance(Span::seconds(10)).expect("it settles");
    delete(&mut cluster, 30);
    assert_eq!(history(&mut cluster, 60).last().map(String::as_str), Some("T+10.2s gone"));
}

#[test]
fn a_pod_that_was_active_for_too_long_fails() {
    let mut cluster = cluster(Latency::default());
    create(&mut cluster, r#"{"activeDeadlineSeconds":5,"containers":[{"name":"c","image":"b"}]}"#);
    let lines = history(&mut cluster, 100);
    assert_eq!(lines[2..], ["T+5s Failed, c Completed 0 x0"]);
    let view = cluster.view();
    let status = view.get(&key("web")).expect("the pod").status().clone();
    assert_eq!(status["reason"].as_str(), Some("DeadlineExceeded"));
}

#[test]
fn pods_that_start_together_share_what_their_statuses_have_in_common() {
    let mut cluster = cluster(Latency::default());
    for name in ["a", "b"] {
        let mut pod = Object::new(kinds::POD, "default", name);
        let spec =
            r#"{"nodeName":"node-0","automountServiceAccountToken":false,"containers":[{"name":"c","image":"b"}]}"#;
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        cluster.api("test").create(pod, &WriteOptions::default()).expect("a pod");
    }
    cluster.advance(Span::seconds(2)).expect("it settles");
    let view = cluster.view();
    let conditions = |name: &str| match &view.get(&key(name)).expect("the pod").status()["conditions"] {
        Value::List(items) => items.clone(),
        _ => panic!("conditions are a list"),
    };
    assert!(Arc::ptr_eq(&conditions("a"), &conditions("b")));
}

/// The reasons of the events about pods, with their messages where `wanted` asks for them.
fn told(cluster: &Cluster, reason: &str) -> Vec<String> {
    let view = cluster.view();
    let events = view.list(kinds::EVENT).filter(|it| it.body["involvedObject"]["kind"].as_str() == Some("Pod"));
    let events = events.filter(|it| it.body["reason"].as_str() == Some(reason));
    events
        .map(|it| format!("{} {}", it.body["involvedObject"]["fieldPath"].str_or_empty(), it.body["message"]))
        .collect()
}

#[test]
fn a_command_that_is_not_interpreted_runs_until_it_is_killed_and_an_event_says_so() {
    let mut cluster = run(Latency::default(), "Never", r#""command":["sh","-c","while true; do tar; done"]"#);
    let lines = history(&mut cluster, 1000);
    assert_eq!(lines.last().map(String::as_str), Some("T+1s Running, c running ready x0"));
    assert_eq!(
        told(&cluster, "NotInterpreted"),
        [r#"spec.containers{c} "Command of container c is not interpreted: \"tar\"; it runs until it is killed""#]
    );
    delete(&mut cluster, 30);
    let lines = history(&mut cluster, 60);
    assert_eq!(lines[3..], ["T+17m10s Failed, c Error 137 x0", "T+17m10s gone"]);
}

#[test]
fn a_program_that_is_none_cannot_start() {
    let mut cluster = run(Latency::default(), "Never", r#""command":["exit","3"]"#);
    assert_eq!(history(&mut cluster, 10)[1..], ["T+1s Failed, c StartError 128 x0"]);
    assert_eq!(told(&cluster, "Failed").len(), 1);
}

#[test]
fn a_pod_that_is_removed_by_force_is_killed_all_the_same() {
    let mut cluster = run(Latency::default(), "Always", FOR_EVER);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let now = cluster.now();
    cluster.api("test").store.remove(&key("web"), now, Str::from("test"));
    cluster.advance(Span::seconds(5)).expect("it settles");
    assert_eq!(told(&cluster, "Killing"), [r#"spec.containers{c} "Stopping container c""#]);
    create(&mut cluster, r#"{"containers":[{"name":"c","image":"b"}]}"#);
    assert_eq!(history(&mut cluster, 5).last().map(String::as_str), Some("T+11s Running, c running ready x0"));
}

#[test]
fn a_phase_that_somebody_else_ended_stays_and_the_containers_stop() {
    let mut cluster = run(Latency::default(), "Always", r#""command":["sleep","100"]"#);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let mut pod = Object::clone(cluster.view().get(&key("web")).expect("the pod"));
    pod.status_mut().set("phase", "Failed");
    let now = cluster.now();
    cluster.api("test").store.put(pod, now, Str::from("test"));
    assert_eq!(history(&mut cluster, 100).last().map(String::as_str), Some("T+35s Failed, c Error 137 x0"));
}

#[test]
fn a_sidecar_starts_before_the_containers_and_stops_after_them() {
    let mut cluster = cluster(Latency::default());
    create(
        &mut cluster,
        r#"{"restartPolicy":"Never","initContainers":[{"name":"s","image":"b","restartPolicy":"Always"}],
            "containers":[{"name":"c","image":"b","command":["sleep","5"]}]}"#,
    );
    assert_eq!(
        history(&mut cluster, 100),
        [
            "T+0s Pending, s PodInitializing x0, c PodInitializing x0",
            "T+1s Running, s running ready x0, c running ready x0",
            "T+6s Succeeded, s Completed 0 x0, c Completed 0 x0",
        ]
    );
}

#[test]
fn a_termination_message_comes_from_the_log_where_the_container_asks_for_it() {
    let command = r#""terminationMessagePolicy":"FallbackToLogsOnError","command":["sh","-c","echo lost; exit 1"]"#;
    let mut cluster = run(Latency::default(), "Never", command);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let view = cluster.view();
    let state = &view.get(&key("web")).expect("the pod").status()["containerStatuses"][0]["state"];
    assert_eq!(state["terminated"]["message"].as_str(), Some("lost\n"));
}

#[test]
fn a_container_whose_image_changes_is_replaced() {
    let mut cluster = run(Latency::default(), "Never", FOR_EVER);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let mut pod = Object::clone(cluster.view().get(&key("web")).expect("the pod"));
    pod.spec_mut().at_mut(&["containers"]).items_mut()[0].set("image", "app:2");
    let now = cluster.now();
    cluster.api("test").store.put(pod, now, Str::from("test"));
    assert_eq!(history(&mut cluster, 5).last().map(String::as_str), Some("T+5s Running, c running ready x1"));
    let view = cluster.view();
    let image = &view.get(&key("web")).expect("the pod").status()["containerStatuses"][0]["image"];
    assert_eq!(image.as_str(), Some("docker.io/library/app:2"));
    let message = r#"spec.containers{c} "Container c definition changed, will be restarted""#;
    assert_eq!(told(&cluster, "Killing"), [message]);
}

#[test]
fn the_last_words_of_a_container_are_in_its_file() {
    let command = r#""terminationMessagePath":"/dev/termination-log",
        "command":["sh","-c","echo the disk is full > /dev/termination-log; exit 1"]"#;
    let mut cluster = run(Latency::default(), "Never", command);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let view = cluster.view();
    let state = &view.get(&key("web")).expect("the pod").status()["containerStatuses"][0]["state"];
    assert_eq!(state["terminated"]["message"].as_str(), Some("the disk is full\n"));
}

#[test]
fn an_ephemeral_container_runs_beside_the_others_and_is_never_started_again() {
    let mut cluster = run(Latency::default(), "Always", FOR_EVER);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let mut pod = Object::clone(cluster.view().get(&key("web")).expect("the pod"));
    let debug = r#"[{"name":"debug","image":"busybox","command":["sh","-c","sleep 3; exit 1"]}]"#;
    pod.spec_mut().set("ephemeralContainers", Value::from_json(debug.as_bytes()).expect("valid JSON"));
    let now = cluster.now();
    cluster.api("test").store.put(pod, now, Str::from("test"));
    let of_debug = |cluster: &Cluster| {
        let view = cluster.view();
        let status = view.get(&key("web")).expect("the pod").status().clone();
        assert_eq!(status["phase"].as_str(), Some("Running"));
        assert_eq!(status["containerStatuses"].items().len(), 1);
        status["ephemeralContainerStatuses"][0]["state"].clone()
    };
    cluster.advance(Span::seconds(1)).expect("it settles");
    assert!(!of_debug(&cluster)["running"].is_null());
    cluster.advance(Span::seconds(100)).expect("it settles");
    assert_eq!(of_debug(&cluster)["terminated"]["exitCode"], Value::Int(1));
    assert_eq!(told(&cluster, "Started")[1], "spec.ephemeralContainers{debug} \"Container started\"");
}

#[test]
fn a_rule_can_start_every_container_of_the_pod_anew() {
    let mut cluster = cluster(Latency::default());
    create(
        &mut cluster,
        r#"{"restartPolicy":"Never","initContainers":[{"name":"i","image":"b","command":["sleep","1"]}],
            "containers":[{"name":"a","image":"b"},
                {"name":"c","image":"b","command":["sh","-c","sleep 5; exit 88"],"restartPolicy":"Never",
                    "restartPolicyRules":[{"action":"RestartAllContainers","exitCodes":{"operator":"In","values":[88]}}]}]}"#,
    );
    let lines = history(&mut cluster, 12);
    let last = "Running, i Completed 0 ready x1, a running ready x1, c running ready x1";
    assert!(lines.iter().any(|it| it.ends_with(last)), "{lines:#?}");
    assert!(lines.iter().any(|it| it.contains("i running x1")), "{lines:#?}");
}
