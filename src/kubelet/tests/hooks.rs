//! Hooks around containers, and the order in which containers end.

use super::*;

#[test]
fn a_container_runs_only_after_its_hook_and_the_next_one_waits_too() {
    let mut cluster = cluster(Latency::default());
    create(
        &mut cluster,
        r#"{"containers":[{"name":"a","image":"b","lifecycle":{"postStart":{"exec":{"command":["sh","-c","sleep 4"]}}}},
            {"name":"b","image":"b","lifecycle":{"postStart":{"sleep":{"seconds":2}}}}]}"#,
    );
    assert_eq!(
        history(&mut cluster, 100),
        [
            "T+0s Pending, a ContainerCreating x0, b ContainerCreating x0",
            "T+1s Pending, a ContainerCreating x0, b ContainerCreating x0",
            "T+5s Pending, a running ready x0, b ContainerCreating x0",
            "T+7s Running, a running ready x0, b running ready x0",
        ]
    );
}

#[test]
fn a_container_whose_hook_fails_is_killed_and_started_again() {
    let mut cluster = run(
        Latency::default(),
        "Always",
        r#""lifecycle":{"postStart":{"exec":{"command":["sh","-c","echo no >&2; exit 3"]}}}"#,
    );
    assert_eq!(
        history(&mut cluster, 5),
        [
            "T+0s Pending, c ContainerCreating x0",
            "T+1s Running, c PostStartHookError x0",
            "T+2s Running, c PostStartHookError x1",
            "T+3s Running, c CrashLoopBackOff x1",
        ]
    );
    assert_eq!(told(&cluster, "FailedPostStartHook"), [r#"spec.containers{c} "PostStartHook failed""#]);
    assert_eq!(told(&cluster, "Killing"), [r#"spec.containers{c} "FailedPostStartHook""#]);
}

#[test]
fn a_hook_before_the_end_is_part_of_the_grace_period() {
    let hook = |seconds: i64| {
        format!(
            r#""command":["sleep","1000"],"lifecycle":{{"preStop":{{"exec":{{"command":["sleep","{seconds}"]}}}}}}"#
        )
    };
    for (seconds, want) in [(5, "T+40s gone"), (29, "T+41s gone"), (100, "T+42s gone")] {
        let mut cluster = run(Latency::default(), "Always", &hook(seconds));
        cluster.advance(Span::seconds(10)).expect("it settles");
        delete(&mut cluster, 30);
        assert_eq!(history(&mut cluster, 60).last().map(String::as_str), Some(want), "{seconds}");
    }
    let mut cluster = run(
        Latency::default(),
        "Always",
        r#""lifecycle":{"preStop":{"exec":{"command":["sh","-c","sleep 5; exit 1"]}}}"#,
    );
    cluster.advance(Span::seconds(10)).expect("it settles");
    delete(&mut cluster, 30);
    assert_eq!(history(&mut cluster, 60).last().map(String::as_str), Some("T+15s gone"));
    assert_eq!(told(&cluster, "FailedPreStopHook"), [r#"spec.containers{c} "PreStopHook failed""#]);
}

#[test]
fn sidecars_end_after_the_containers_and_the_last_one_first() {
    let mut cluster = cluster(Latency::default());
    let trap = |name: &str, seconds: i64| {
        format!(
            r#"{{"name":"{name}","image":"b","restartPolicy":"Always",
                "command":["sh","-c","trap 'sleep {seconds}; exit 0' TERM; sleep 1000 & wait"]}}"#
        )
    };
    let spec = format!(
        r#"{{"initContainers":[{},{}],"containers":[{{"name":"c","image":"b",
            "command":["sh","-c","trap 'sleep 3; exit 0' TERM; sleep 1000 & wait"]}}]}}"#,
        trap("a", 1),
        trap("b", 2)
    );
    create(&mut cluster, &spec);
    cluster.advance(Span::seconds(10)).expect("it settles");
    delete(&mut cluster, 30);
    let lines = history(&mut cluster, 60);
    assert_eq!(
        lines[3..],
        [
            "T+13s Running, a running ready x0, b running ready x0, c Completed 0 x0",
            "T+15s Running, a running ready x0, b Completed 0 x0, c Completed 0 x0",
            "T+16s Succeeded, a Completed 0 x0, b Completed 0 x0, c Completed 0 x0",
            "T+16s gone",
        ]
    );
}
