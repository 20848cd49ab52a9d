//! What the labels of a namespace do to pods, to their templates and to namespaces.

use super::*;
use crate::clock::Time;

/// A cluster whose namespace `n` has this label, and in it pods that are named `names`.
fn store(label: Option<(&str, &str)>, names: &[&str]) -> Store {
    let mut store = Store::new();
    store.put(labelled(label), Time(0), "test".into());
    for name in names {
        store.put(pod(name, "{}"), Time(0), "test".into());
    }
    store
}

fn labelled(label: Option<(&str, &str)>) -> Object {
    let mut namespace = Object::new(kinds::NAMESPACE, "", "n");
    if let Some((name, value)) = label {
        namespace.meta.set_label(format!("pod-security.kubernetes.io/{name}"), value);
    }
    namespace
}

fn pod(name: &str, spec: &str) -> Object {
    let mut pod = Object::new(kinds::POD, "n", name);
    *pod.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
    pod
}

#[test]
fn an_update_of_a_pod_matters_when_a_container_comes_or_has_another_image() {
    let old = r#"{"containers":[{"name":"a","image":"x"}],"ephemeralContainers":[{"name":"e","image":"x"}]}"#;
    let table = [
        (old.to_owned(), false),
        (old.replacen('}', r#","tty":true}"#, 1), false),
        (old.replacen("\"image\":\"x\"", "\"image\":\"y\"", 1), true),
        (old.replace(r#""e","image":"x""#, r#""e","image":"y""#), true),
        (old.replace("\"e\"", "\"f\""), true),
        (r#"{"containers":[{"name":"a","image":"x"}]}"#.to_owned(), false),
        (old.replace("\"ephemeralContainers\"", "\"initContainers\""), true),
    ];
    for (new, want) in table {
        assert_eq!(is_significant(pod("p", &new).spec(), pod("p", old).spec()), want, "{new}");
    }
}

#[test]
fn who_writes_what_makes_pods_is_warned_and_only_pods_are_refused() {
    let store = store(Some(("enforce", "baseline")), &[]);
    let bad = r#"{"hostPID":true,"containers":[]}"#;
    let policy = stated_for(&store, "n").expect("a policy");
    let refused = check_pod(&store, &policy, &pod("p", bad)).expect_err("it shares the processes of its node");
    assert_eq!(refused.code, 403);
    let why = "violates PodSecurity \"baseline:latest\": host namespaces (hostPID=true)";
    assert_eq!(refused.message, format!("pods \"p\" is forbidden: {why}"));
    let mut deployment = Object::new(kinds::DEPLOYMENT, "n", "d");
    deployment.spec_mut().field_mut("template").set("spec", Value::from_json(bad.as_bytes()).expect("valid JSON"));
    let of = |part| warnings(View::new(&store), &deployment, None, part);
    assert_eq!(of(Part::Main), [why.replace("violates", "would violate")]);
    assert_eq!(of(Part::Status), Vec::<String>::new());
    let mut controller = Object::new(kinds::REPLICATION_CONTROLLER, "n", "c");
    controller.spec_mut().set("replicas", 1_i64);
    assert!(warnings(View::new(&store), &controller, None, Part::Main).is_empty(), "it has no template");
}

#[test]
fn a_label_that_makes_no_sense_is_refused_unless_it_was_there() {
    let store = store(None, &[]);
    let bad = labelled(Some(("enforce", "bad")));
    let refused = check_namespace(&store, &bad, None).expect_err("it is no level");
    let want = "Namespace \"n\" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: \"bad\": must \
                be one of privileged, baseline, restricted";
    assert_eq!((refused.code, refused.message.as_str()), (422, want));
    assert!(check_namespace(&store, &bad, Some(&labelled(None))).is_err());
    assert!(check_namespace(&store, &bad, Some(&bad)).is_ok());
    assert!(check_namespace(&store, &labelled(None), Some(&bad)).is_ok());
}

#[test]
fn who_makes_a_namespace_stricter_hears_of_its_pods_by_what_is_wrong_with_them() {
    let mut store = store(None, &["free"]);
    for (name, container) in [("c", "{}"), ("b", "{}"), ("a", r#"{"ports":[{"hostPort":80}]}"#), ("d", "{}")] {
        let spec = format!(r#"{{"hostIPC":true,"containers":[{container}]}}"#);
        store.put(pod(name, &spec), Time(0), "test".into());
    }
    let told = |label, before| warnings(View::new(&store), &labelled(label), Some(&labelled(before)), Part::Main);
    let of_baseline = [
        "existing pods in namespace \"n\" violate the new PodSecurity enforce level \"baseline:latest\"",
        "a: host namespaces, hostPort",
        "b (and 2 other pods): host namespaces",
    ];
    let baseline = Some(("enforce", "baseline"));
    assert_eq!(told(baseline, None), of_baseline);
    let silent = [
        (baseline, baseline),
        (baseline, Some(("enforce", "restricted"))),
        (Some(("warn", "baseline")), None),
        (Some(("enforce-version", "v1.20")), None),
        (None, baseline),
    ];
    for (label, before) in silent {
        assert!(told(label, before).is_empty(), "{label:?} {before:?}");
    }
}

#[test]
fn of_very_many_pods_only_some_are_looked_at() {
    let names: Vec<String> = (0..3001).map(|it| format!("p-{it}")).collect();
    let store = store(None, &names.iter().map(String::as_str).collect::<Vec<_>>());
    let baseline = labelled(Some(("enforce", "baseline")));
    let told = warnings(View::new(&store), &baseline, Some(&labelled(None)), Part::Main);
    assert_eq!(told, ["new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods"]);
}
