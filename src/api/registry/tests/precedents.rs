//! Objects whose specs were looked at before.

use super::*;
use crate::api::registry::precedent::Case;
use crate::api::registry::strategy;
use crate::object::Meta;

const POD: &str = r#"{"containers":[{"name":"c","image":"b"}]}"#;
const JOB: &str = r#"{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"b"}]}}}"#;

fn parse(json: &str) -> Value {
    Value::from_json(json.as_bytes()).expect("valid JSON")
}

/// What three creations come to, with `change` made after each. The specs are one map, or equal ones.
fn created(kind: Kind, spec: &str, is_shared: bool, change: fn(&mut Desk, &mut Object)) -> Vec<String> {
    let mut desk = Desk::new();
    let mut object = Object::new(kind, "default", "one");
    object.body.insert("spec", parse(spec));
    let mut answers = Vec::new();
    for name in ["one", "two", "three"] {
        object.meta.name = name.into();
        if !is_shared {
            *object.spec_mut() = parse(spec);
            desk.precedents = Precedents::default();
        }
        answers.push(match desk.api().create(object.clone(), &WriteOptions::default()) {
            Ok(stored) => stored.to_value(None).to_json(),
            Err(status) => status.message,
        });
        change(&mut desk, &mut object);
    }
    answers
}

#[test]
fn an_object_with_a_known_spec_is_what_it_would_be_without_a_precedent() {
    let spread = r#"{"containers":[{"name":"c","image":"b"}],"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z",
        "whenUnsatisfiable":"DoNotSchedule","labelSelector":{},"matchLabelKeys":["app"]}]}"#;
    let with_token =
        r#"{"containers":[{"name":"c","image":"b"}],"volumes":[{"name":"kube-api-access-x","emptyDir":{}}]}"#;
    let two_containers = r#"{"initContainers":[{"name":"i","image":"b","volumeMounts":[{"name":"v","mountPath":"/v"}]}],
        "containers":[{"name":"c","image":"b"},{"name":"d","image":"b","volumeMounts":[
            {"name":"v","mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}]}],
        "volumes":[{"name":"v","emptyDir":{}}]}"#;
    let indexed = r#"{"completions":3,"completionMode":"Indexed","template":{"spec":{"restartPolicy":"Never",
        "containers":[{"name":"c","image":"b"}]}}}"#;
    let changes: [fn(&mut Desk, &mut Object); 9] = [
        |_, _| {},
        |desk, _| {
            let secrets = |it: &mut Object| drop(it.body.insert("imagePullSecrets", parse(r#"[{"name":"s"}]"#)));
            desk.edit(kinds::SERVICE_ACCOUNT, "default", Part::Main, secrets).expect("an account");
        },
        |desk, _| drop(desk.delete(kinds::SERVICE_ACCOUNT, "default", DeleteOptions::default())),
        |desk, _| {
            let class = r#"{"metadata":{"name":"high"},"value":7,"globalDefault":true}"#;
            desk.create(kinds::PRIORITY_CLASS, "", class).ok();
        },
        |desk, _| {
            let range = r#"{"metadata":{"name":"r"},"spec":{"limits":[{"type":"Container","default":{"cpu":"1"}}]}}"#;
            desk.create(kinds::LIMIT_RANGE, "default", range).ok();
        },
        |_, object| object.meta.set_annotation("kubernetes.io/config.mirror", "x"),
        |_, object| object.meta.set_annotation("controller.kubernetes.io/pod-deletion-cost", "dear"),
        |_, object| object.meta.set_label("app", "not a value"),
        |_, object| drop(object.body.insert("status", parse(r#"{"phase":"Running"}"#))),
    ];
    for (kind, spec) in [
        (kinds::POD, POD),
        (kinds::POD, spread),
        (kinds::POD, with_token),
        (kinds::POD, two_containers),
        (kinds::POD, r#"{"containers":[]}"#),
        (kinds::JOB, JOB),
        (kinds::JOB, indexed),
        (kinds::JOB, r#"{"completions":-1}"#),
    ] {
        for change in changes {
            assert_eq!(created(kind, spec, true, change), created(kind, spec, false, change), "{spec}");
        }
    }
}

#[test]
fn a_job_with_a_known_spec_is_refused_for_a_name_that_is_no_label() {
    let answers = created(kinds::JOB, JOB, true, |desk, object| {
        let long = Object { meta: Meta { name: "a".repeat(64).into(), ..object.meta.clone() }, ..object.clone() };
        let status = desk.api().create(long, &WriteOptions::default()).expect_err("its name is too long");
        assert!(status.message.contains("must be no more than 63 bytes"), "{}", status.message);
    });
    assert!(answers.iter().all(|it| it.starts_with('{')), "{answers:?}");
}

fn is_known(desk: &Desk, object: &Object) -> bool {
    matches!(desk.precedents.case(strategy(object.kind), object, &desk.store), Case::Known { .. })
}

#[test]
fn a_spec_is_known_by_being_the_very_same_and_as_long_as_admission_goes_by_the_same() {
    let mut desk = Desk::new();
    let mut pod = Object::new(kinds::POD, "default", "one");
    pod.body.insert("spec", parse(POD));
    assert!(!is_known(&desk, &pod), "nothing was created yet");
    desk.api().create(pod.clone(), &WriteOptions::default()).expect("a pod");
    assert!(is_known(&desk, &pod), "the very same spec");

    let mut other = pod.clone();
    *other.spec_mut() = parse(POD);
    assert!(!is_known(&desk, &other), "an equal spec");
    other = pod.clone();
    other.spec_mut().set("hostname", "h");
    assert!(!is_known(&desk, &other), "a changed spec");
    other = pod.clone();
    other.kind = kinds::JOB;
    assert!(!is_known(&desk, &other), "another kind");
    other = pod.clone();
    other.meta.namespace = "elsewhere".into();
    assert!(!is_known(&desk, &other), "the account of another namespace");

    desk.create(kinds::NAMESPACE, "", r#"{"metadata":{"name":"elsewhere"}}"#).expect("a namespace");
    desk.create(kinds::SERVICE_ACCOUNT, "elsewhere", r#"{"metadata":{"name":"default"}}"#).expect("an account");
    desk.create(kinds::PRIORITY_CLASS, "", r#"{"metadata":{"name":"low"},"value":1}"#).expect("a class");
    assert!(is_known(&desk, &pod), "another account and another class that came");
    desk.create(kinds::PRIORITY_CLASS, "", r#"{"metadata":{"name":"high"},"value":7,"globalDefault":true}"#)
        .expect("a class");
    assert!(!is_known(&desk, &pod), "another priority");
}

#[test]
fn the_spec_that_came_first_makes_room_for_another() {
    let mut desk = Desk::new();
    let pods: Vec<Object> = (0..40)
        .map(|i| {
            let mut pod = Object::new(kinds::POD, "default", format!("p{i}"));
            pod.body.insert("spec", parse(POD));
            desk.api().create(pod.clone(), &WriteOptions::default()).expect("a pod");
            pod
        })
        .collect();
    let known: Vec<bool> = pods.iter().map(|it| is_known(&desk, it)).collect();
    assert_eq!(known.iter().filter(|it| **it).count(), 32);
    assert_eq!(known[..8], [false; 8]);
}
