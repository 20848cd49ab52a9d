//! Events as they are stored, in a furnished cluster without controllers.

use super::*;
use crate::controllers::Action;
use crate::sim::ClusterOptions;

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
    cluster.bootstrap(&[]).expect("a fresh cluster");
    cluster
}

fn pod(cluster: &mut Cluster) -> Arc<Object> {
    let pod = Object::new(kinds::POD, "default", "web");
    cluster.store.put(pod, cluster.now, literal!("test"))
}

fn record(action: Action) -> EventRecord {
    match action {
        Action::Event(record) => record,
        other => unreachable!("{other:?} is made by EventRecord::normal"),
    }
}

fn events(cluster: &Cluster) -> Vec<Arc<Object>> {
    cluster.view().list(kinds::EVENT).cloned().collect()
}

#[test]
fn an_event_of_a_kubelet_names_its_host_and_counts() {
    let mut cluster = cluster();
    let pod = pod(&mut cluster);
    for _ in 0..2 {
        let event = record(EventRecord::normal(&pod, "Started", "Container started"));
        cluster.record_event(&literal!("kubelet node-1"), event);
        cluster.advance(Span::seconds(5)).expect("settles");
    }
    let found = events(&cluster);
    let [event] = found.as_slice() else { unreachable!("one event, got {found:?}") };
    assert_eq!(event.meta.name, format!("web.{:x}", cluster.start().0));
    assert_eq!(event.body["source"].to_json(), r#"{"component":"kubelet","host":"node-1"}"#);
    assert_eq!(event.body["count"].as_i64(), Some(2));
    assert_eq!(event.body["firstTimestamp"].str_or_empty(), "2026-01-01T00:00:00Z");
    assert_eq!(event.body["lastTimestamp"].str_or_empty(), "2026-01-01T00:00:05Z");
    let version = pod.meta.resource_version.to_string();
    assert_eq!(event.body["involvedObject"]["resourceVersion"].str_or_empty(), version);
    assert_eq!(event.body["reportingInstance"].str_or_empty(), "node-1");
    assert!(event.body.contains_key("eventTime"));
}

#[test]
fn an_event_is_named_after_its_object_and_a_number_where_that_is_a_name() {
    let mut names = Names::new(1);
    for (name, number) in [("web-x7k2p", 1_767_225_600_000_000_000), ("a.b", 0), ("a", 15), ("a", 16), ("a", -1)] {
        let about = Object::new(kinds::POD, "default", name);
        assert_eq!(EventName::of(&about, number, &mut names).text(), format!("{name}.{number:x}"));
    }
    for number in [0, 9, 10, 4_096, u64::MAX] {
        assert_eq!(decimal(number), number.to_string());
    }
    let long = "a".repeat(LONGEST_NAME);
    for name in ["system:node", "Web", &long] {
        let about = Object::new(kinds::CLUSTER_ROLE, "", name);
        let uid = EventName::of(&about, 1, &mut names).text();
        assert_eq!((uid.len(), uid.matches('-').count()), (36, 4), "{uid}");
    }
}

#[test]
fn an_event_about_a_node_lives_in_default() {
    let mut cluster = cluster();
    let node = Arc::new(Object::new(kinds::NODE, "", "node-0"));
    let event = record(EventRecord::normal(&node, "NodeReady", "Node node-0 status is now: NodeReady"));
    cluster.record_event(&literal!("node-controller"), event);
    let found = events(&cluster);
    assert_eq!(found[0].meta.namespace, "default");
    assert_eq!(found[0].body["involvedObject"].to_json(), r#"{"apiVersion":"v1","kind":"Node","name":"node-0"}"#);
}

#[test]
fn the_scheduler_s_events_have_a_series_instead_of_a_count() {
    let mut cluster = cluster();
    let pod = pod(&mut cluster);
    let scheduler = literal!("default-scheduler");
    let mut event = record(EventRecord::warning(&pod, "FailedScheduling", "0/1 nodes are available"));
    event.via = EventVia::Events { action: "Scheduling", related: None };
    for _ in 0..3 {
        cluster.record_event(&scheduler, event.clone());
        cluster.advance(Span::seconds(10)).expect("settles");
    }
    let found = events(&cluster);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].body["series"]["count"].as_i64(), Some(2), "the third is not told yet");
    assert_eq!(found[0].body["source"].to_json(), "{}");
    assert_eq!(found[0].body["eventTime"].str_or_empty(), "2026-01-01T00:00:00.000000Z");
    assert!(found[0].body["count"].is_null());
    cluster.advance(Span::seconds(600)).expect("settles");
    assert_eq!(events(&cluster)[0].body["series"]["count"].as_i64(), Some(3), "the series has ended");
}

#[test]
fn two_events_of_one_instant_have_two_names() {
    let mut cluster = cluster();
    let pod = pod(&mut cluster);
    for message in ["one", "two"] {
        cluster.record_event(&literal!("x"), record(EventRecord::normal(&pod, "Tested", message)));
    }
    assert_eq!(events(&cluster).len(), 2);
}

#[test]
fn what_the_recorder_tells_is_stored_or_refused_as_if_a_client_had_created_it() {
    let edits: [fn(&mut Object); 4] = [
        |_| {},
        |it| it.meta.namespace = literal!("elsewhere"),
        |it| drop(it.body.insert(literal!("involvedObject"), map! { "namespace" => "elsewhere" })),
        |it| drop(it.body.insert(literal!("eventTime"), "2026-01-01T00:00:00.000000Z")),
    ];
    for (i, edit) in edits.into_iter().enumerate() {
        let answers = |tells: bool| {
            let mut cluster = cluster();
            let pod = pod(&mut cluster);
            cluster.record_event(&literal!("x"), record(EventRecord::normal(&pod, "Tested", "once")));
            let mut event = Object::clone(&events(&cluster)[0]);
            event.meta = Meta { name: literal!("web.1"), namespace: literal!("default"), ..Meta::default() };
            edit(&mut event);
            [(), ()].map(|()| {
                let (event, mut api) = (event.clone(), cluster.api("x"));
                let answer = match tells {
                    true if i == 0 => api.tell(event),
                    true => api.tell_series(event),
                    false => api.create(event, &WriteOptions::default()),
                };
                answer.map_err(|status| status.message)
            })
        };
        assert_eq!(answers(true), answers(false));
        assert_eq!(answers(true).map(|it| it.is_ok()), [i == 0, false]);
    }
}

#[test]
fn an_event_is_gone_an_hour_after_its_last_change() {
    let mut cluster = cluster();
    let pod = pod(&mut cluster);
    let event = record(EventRecord::normal(&pod, "Tested", "again"));
    cluster.record_event(&literal!("x"), event.clone());
    cluster.advance(Span::seconds(3000)).expect("settles");
    cluster.record_event(&literal!("x"), event);
    cluster.advance(Span::seconds(3000)).expect("settles");
    assert_eq!(events(&cluster).len(), 1);
    let entries = cluster.timeline().entries();
    cluster.advance(Span::seconds(700)).expect("settles");
    assert_eq!((events(&cluster).len(), cluster.timeline().entries()), (0, entries));
}
