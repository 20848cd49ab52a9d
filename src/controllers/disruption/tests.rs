//! Budgets over pods of several controllers, in a store of their own.

use super::*;
use crate::clock::Span;
use crate::map;
use crate::object::OwnerRef;
use crate::store::Store;

fn owner(store: &mut Store, kind: crate::object::Kind, name: &str, replicas: i64, above: Option<OwnerRef>) -> OwnerRef {
    let mut owner = Object::new(kind, "default", name);
    owner.meta.uid = format!("uid-{name}").into();
    owner.meta.owners = Arc::new(above.into_iter().collect());
    owner.spec_mut().set("replicas", replicas);
    let reference = owner.controller_ref();
    store.put(owner, Time(0), "test".into());
    reference
}

fn pod(store: &mut Store, name: &str, owner: Option<&OwnerRef>) {
    let mut pod = Object::new(kinds::POD, "default", name);
    pod.meta.owners = Arc::new(owner.into_iter().cloned().collect());
    pod.meta.labels = map! { "app" => "web" };
    *pod.status_mut() = value(r#"{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}"#);
    store.put(pod, Time(0), "test".into());
}

fn value(text: &str) -> Value {
    Value::from_json(text.as_bytes()).expect("valid JSON")
}

/// What is done about a budget with `spec`, as words.
fn synced(store: &Store, spec: &str) -> Vec<String> {
    let mut budget = Object::new(kinds::POD_DISRUPTION_BUDGET, "default", "b");
    *budget.spec_mut() = value(spec);
    budget.spec_mut().set("selector", value(r#"{"matchLabels":{"app":"web"}}"#));
    let outcome = sync(View::new(store), &Arc::new(budget), Time::from_unix(1));
    let words = |action: Action| match action {
        Action::Event(event) => format!("{}: {}", event.reason, event.message),
        Action::UpdateStatus(it) => ["expectedPods", "desiredHealthy", "currentHealthy", "disruptionsAllowed"]
            .map(|field| it.status()[field].to_json())
            .join(" "),
        other => format!("{other:?}"),
    };
    outcome.actions.into_iter().map(words).collect()
}

#[test]
fn a_share_is_of_the_scales_of_all_controllers_that_the_pods_have() {
    let mut store = Store::new();
    let web = owner(&mut store, kinds::DEPLOYMENT, "web", 7, None);
    let old = owner(&mut store, kinds::REPLICA_SET, "web-1", 2, Some(web.clone()));
    let new = owner(&mut store, kinds::REPLICA_SET, "web-2", 5, Some(web));
    let data = owner(&mut store, kinds::STATEFUL_SET, "data", 3, None);
    for (name, owner) in [("a", &old), ("b", &new), ("c", &new), ("d", &data)] {
        pod(&mut store, name, Some(owner));
    }
    let table = [
        (r#"{"maxUnavailable":2}"#, "10 8 4 0"),
        (r#"{"maxUnavailable":"25%"}"#, "10 7 4 0"),
        (r#"{"minAvailable":"25%"}"#, "10 3 4 1"),
        (r#"{"minAvailable":1}"#, "4 1 4 3"),
        ("{}", "0 0 4 0"),
    ];
    for (spec, want) in table {
        assert_eq!(synced(&store, spec), [want], "{spec}");
    }
}

#[test]
fn pods_without_a_controller_are_told_of_where_its_scale_matters() {
    let mut store = Store::new();
    assert_eq!(synced(&store, r#"{"minAvailable":1}"#), ["NoPods: No matching pods found", "0 1 0 0"]);
    pod(&mut store, "a", None);
    assert_eq!(synced(&store, r#"{"minAvailable":1}"#), ["1 1 1 0"]);
    let told = synced(&store, r#"{"maxUnavailable":1}"#);
    assert!(
        told[0].starts_with(
            "UnmanagedPods: Pods selected by this PodDisruptionBudget (selector: \
             &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were"
        ),
        "{told:?}"
    );
    assert_eq!(told[1..], ["0 0 1 0"]);
}

#[test]
fn what_cannot_be_scaled_or_found_makes_the_sync_fail() {
    let mut store = Store::new();
    let daemon = owner(&mut store, kinds::DAEMON_SET, "web", 0, None);
    pod(&mut store, "a", Some(&daemon));
    let failed = |why: &str| {
        vec![format!("CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: {why}")]
    };
    let table = [
        (daemon.clone(), "daemonsets.apps does not implement the scale subresource"),
        (OwnerRef { kind: "ReplicaSet".into(), ..daemon.clone() }, "found no controllers for pod \"a\""),
        (OwnerRef { kind: "Fleet".into(), ..daemon }, "no matches for kind \"Fleet\" in version \"apps/v1\""),
    ];
    for (reference, why) in table {
        pod(&mut store, "a", Some(&reference));
        assert_eq!(synced(&store, r#"{"maxUnavailable":1}"#)[..1], failed(why));
    }
}

#[test]
fn an_announcement_that_did_not_come_true_is_taken_back_after_two_minutes() {
    let announced = |reason: &str, phase: &str| {
        let mut pod = Object::new(kinds::POD, "default", "web");
        let status = format!(
            r#"{{"phase":"{phase}","conditions":[{{"type":"DisruptionTarget","status":"True","reason":"{reason}",
                "lastTransitionTime":"1970-01-01T00:00:10Z"}}]}}"#
        );
        *pod.status_mut() = value(&status);
        Arc::new(pod)
    };
    let pod = announced("EvictionByEvictionAPI", "Running");
    assert_eq!(stale::at(&pod), Some(Time::from_unix(10) + Span::seconds(120)));
    assert_eq!(stale::at(&announced("EvictionByEvictionAPI", "Failed")), None);
    assert_eq!(stale::at(&announced("TerminationByKubelet", "Running")), None);
    let Action::UpdateStatus(reset) = stale::reset(&pod, Time::from_unix(130)) else { unreachable!("made above") };
    assert_eq!(
        reset.status()["conditions"].to_json(),
        r#"[{"lastProbeTime":null,"lastTransitionTime":"1970-01-01T00:02:10Z","status":"False","type":"DisruptionTarget"}]"#
    );
}
