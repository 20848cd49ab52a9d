//! The controller on a store, with a deletion that keeps what finalizers or a grace period hold.

use super::*;
use crate::store::Store;
use std::sync::Arc;

const DELETED: Time = Time::from_unix(1_767_225_600);
const LATER: Time = Time::from_unix(1_767_225_605);

fn namespace() -> Object {
    let mut namespace = Object::new(kinds::NAMESPACE, "", "team");
    namespace.meta.deleted = Some(DELETED);
    namespace.body = map! {
        "spec" => map! { "finalizers" => Value::list([FINALIZER]) },
        "status" => map! { "phase" => "Terminating" },
    };
    namespace
}

fn held(kind: Kind, name: &str, finalizers: &[&str]) -> Object {
    let mut object = Object::new(kind, "team", name);
    object.meta.finalizers = Arc::new(finalizers.iter().map(|it| Str::from(*it)).collect());
    object
}

fn store(objects: Vec<Object>) -> Store {
    let mut store = Store::new();
    for object in [namespace()].into_iter().chain(objects) {
        store.put(object, DELETED, literal!("test"));
    }
    store
}

fn text(action: &Action) -> String {
    match action {
        Action::Delete(key, options) => format!("delete {key} {:?}", options.propagation),
        Action::UpdateStatus(it) => {
            let conditions = it.status()["conditions"].items().iter();
            let failing = conditions.filter(|it| it["status"].as_str() == Some("True"));
            format!("status: {}", failing.map(|it| it["message"].str_or_empty()).collect::<Vec<_>>().join("; "))
        }
        Action::Finalize(it) => format!("finalize {}", it.spec()),
        other => format!("{other:?}"),
    }
}

/// How long after `now` the controller would look again if something changed at once.
fn next_look(controller: &NamespaceController, now: Time) -> Option<Span> {
    controller.looks.get("team").map(|looks| looks.next - now)
}

/// Runs one pass: carries out its deletions, and returns what was done and when to come back.
fn pass(controller: &mut NamespaceController, store: &mut Store, now: Time) -> (Vec<String>, Option<Span>) {
    let key = Key::new(kinds::NAMESPACE, "", "team");
    let mut lines = Vec::new();
    loop {
        let outcome = controller.reconcile(View::new(store), &key, now);
        for action in &outcome.actions {
            lines.push(text(action));
            match action {
                Action::Delete(key, _) => begin_deletion(store, key, now),
                Action::UpdateStatus(it) => drop(store.put(it.clone(), now, literal!("test"))),
                _ => {}
            }
        }
        if outcome.wake_at != Some(now) {
            return (lines, outcome.wake_at.map(|at| at - now).or_else(|| next_look(controller, now)));
        }
    }
}

fn begin_deletion(store: &mut Store, key: &Key, now: Time) {
    let object = store.get(key).cloned().expect("the controller deletes what is there");
    let is_graceful = object.spec()["terminationGracePeriodSeconds"].as_i64().is_some_and(|it| it > 0);
    if object.meta.finalizers.is_empty() && !is_graceful {
        store.remove(key, now, literal!("test"));
    } else {
        let mut waiting = Object::clone(&object);
        waiting.meta.deleted = Some(now);
        store.put(waiting, now, literal!("test"));
    }
}

#[test]
fn a_terminating_namespace_is_looked_at_after_five_seconds() {
    let store = store(vec![]);
    let mut wakes = Vec::new();
    for change in store.history() {
        NamespaceController::default().wakes(change, View::new(&store), &mut wakes);
    }
    assert_eq!(wakes, [Wake { key: Key::new(kinds::NAMESPACE, "", "team"), after: Span::seconds(5) }]);
}

#[test]
fn a_namespace_is_emptied_and_then_finalized() {
    let mut store = store(vec![held(kinds::CONFIG_MAP, "a", &[]), held(kinds::SECRET, "b", &[])]);
    let (lines, again) = pass(&mut NamespaceController::default(), &mut store, LATER);
    assert_eq!(
        lines,
        [
            "delete configmap/team/a Some(Background)",
            "delete secret/team/b Some(Background)",
            "status: ",
            "finalize {}"
        ]
    );
    assert_eq!(again, None);
}

#[test]
fn what_a_finalizer_holds_is_named_and_looked_at_again_after_half_its_time() {
    let mut store = store(vec![held(kinds::CONFIG_MAP, "a", &["example.com/hold"]), held(kinds::JOB, "b", &["c/d"])]);
    let mut controller = NamespaceController::default();
    let (lines, again) = pass(&mut controller, &mut store, LATER);
    assert_eq!(
        lines[2],
        "status: Some resources are remaining: configmaps. has 1 resource instances, jobs.batch has 1 resource instances; \
         Some content in the namespace has finalizers remaining: c/d in 1 resource instances, example.com/hold in 1 resource instances"
    );
    assert_eq!(again, Some(Span::seconds(8)));
    let (lines, again) = pass(&mut controller, &mut store, LATER + Span::seconds(8));
    assert!(lines.is_empty(), "nothing has changed, so nothing is written: {lines:?}");
    assert_eq!(again, Some(Span::seconds(8)));
}

#[test]
fn pods_go_first_and_everything_else_waits_for_them() {
    let mut pod = held(kinds::POD, "web", &[]);
    pod.spec_mut().set("terminationGracePeriodSeconds", 30_i64);
    let mut store = store(vec![pod, held(kinds::CONFIG_MAP, "a", &[])]);
    let mut controller = NamespaceController::default();
    let (lines, again) = pass(&mut controller, &mut store, LATER);
    assert_eq!(
        lines,
        [
            "delete pod/team/web Some(Background)",
            "status: Some resources are remaining: pods. has 1 resource instances"
        ]
    );
    assert_eq!(again, Some(Span::seconds(16)));
    store.remove(&Key::new(kinds::POD, "team", "web"), LATER, literal!("test"));
    let (lines, _) = pass(&mut controller, &mut store, LATER + Span::seconds(5));
    assert_eq!(lines, ["delete configmap/team/a Some(Background)", "status: ", "finalize {}"]);
}

#[test]
fn a_pod_that_outlives_its_grace_period_is_unexpected_and_looked_at_ever_less_often() {
    let mut pod = held(kinds::POD, "web", &[]);
    pod.spec_mut().set("terminationGracePeriodSeconds", 30_i64);
    pod.meta.deleted = Some(DELETED);
    let mut store = store(vec![pod]);
    let mut controller = NamespaceController::default();
    let late = DELETED + Span::seconds(30);
    let (lines, again) = pass(&mut controller, &mut store, late);
    assert_eq!(
        lines,
        [
            "status: Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: team for gvr: /v1, Resource=pods; Some resources are remaining: pods. has 1 resource instances"
        ]
    );
    assert_eq!(again, Some(Span::millis(5)));
    assert_eq!(pass(&mut controller, &mut store, late).1, Some(Span::millis(10)));
}

#[test]
fn a_condition_keeps_its_transition_time_while_its_status_is_the_same() {
    let mut store = store(vec![held(kinds::CONFIG_MAP, "a", &["x/y"]), held(kinds::CONFIG_MAP, "b", &["x/y"])]);
    let mut controller = NamespaceController::default();
    pass(&mut controller, &mut store, LATER);
    store.remove(&Key::new(kinds::CONFIG_MAP, "team", "a"), LATER, literal!("test"));
    pass(&mut controller, &mut store, LATER + Span::seconds(8));
    let found = store.get(&Key::new(kinds::NAMESPACE, "", "team")).cloned().expect("it waits");
    let remaining = &found.status()["conditions"][3];
    assert_eq!(
        remaining["message"].str_or_empty(),
        "Some resources are remaining: configmaps. has 1 resource instances"
    );
    assert_eq!(remaining["lastTransitionTime"].str_or_empty(), LATER.rfc3339());
}

#[test]
fn a_namespace_that_is_finalized_or_not_terminating_is_left_alone() {
    let mut active = namespace();
    active.meta.deleted = None;
    let mut done = namespace();
    *done.spec_mut() = Value::empty_map();
    for object in [active, done] {
        let mut store = Store::new();
        store.put(object, DELETED, literal!("test"));
        assert_eq!(pass(&mut NamespaceController::default(), &mut store, LATER), (vec![], None));
    }
}
