//! Containers whose requests change while they run.

use super::*;

/// Changes the requests of the only container of the pod `web`.
fn resize(cluster: &mut Cluster, cpu: &str) {
    let mut pod = Object::clone(cluster.view().get(&key("web")).expect("the pod"));
    let resources = format!(r#"{{"requests":{{"cpu":"{cpu}"}}}}"#);
    let resources = Value::from_json(resources.as_bytes()).expect("valid JSON");
    pod.spec_mut().at_mut(&["containers"]).items_mut()[0].set("resources", resources);
    let now = cluster.now();
    cluster.api("test").store.put(pod, now, Str::from("test"));
    cluster.advance(Span::seconds(5)).expect("it settles");
}

#[test]
fn a_running_container_is_resized_where_the_node_has_the_room() {
    let mut cluster = run(Latency::default(), "Always", r#""resources":{"requests":{"cpu":"1"}}"#);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let shown = |cluster: &Cluster| {
        let view = cluster.view();
        let status = view.get(&key("web")).expect("the pod").status().clone();
        let pending = status["conditions"].items().iter().find(|it| it["type"].as_str() == Some("PodResizePending"));
        let pending = pending.map(|it| format!("{} {}", it["reason"].str_or_empty(), it["message"].str_or_empty()));
        let container = &status["containerStatuses"][0];
        (container["allocatedResources"]["cpu"].str_or_empty().to_owned(), container["restartCount"].clone(), pending)
    };
    resize(&mut cluster, "2");
    assert_eq!(shown(&cluster), ("2".to_owned(), Value::Int(0), None));
    resize(&mut cluster, "5");
    let message = "Infeasible Node didn't have enough capacity: cpu, requested: 5000, capacity: 4000";
    assert_eq!(shown(&cluster), ("2".to_owned(), Value::Int(0), Some(message.to_owned())));
    resize(&mut cluster, "3");
    assert_eq!(shown(&cluster), ("3".to_owned(), Value::Int(0), None));
}

#[test]
fn a_container_that_asks_for_it_is_restarted_when_it_is_resized() {
    let policy = r#""resources":{"requests":{"cpu":"1"}},
        "resizePolicy":[{"resourceName":"cpu","restartPolicy":"RestartContainer"}]"#;
    let mut cluster = run(Latency::default(), "Always", policy);
    cluster.advance(Span::seconds(5)).expect("it settles");
    resize(&mut cluster, "2");
    assert_eq!(history(&mut cluster, 5).last().map(String::as_str), Some("T+6s Running, c running ready x1"));
    assert_eq!(told(&cluster, "Killing"), [r#"spec.containers{c} "Container c resize requires restart""#]);
}
