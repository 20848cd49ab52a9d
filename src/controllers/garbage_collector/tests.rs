//! Table tests of [`super::plan`] and of which changes wake whom, on a store with ConfigMaps.

use super::*;
use crate::clock::Time;
use crate::object::{Kind, literal};
use crate::store::Store;

const NOW: Time = Time::from_unix(1_767_225_600);

/// An object of a table: its namespace and name, the owners it names, and its finalizers once deletion has begun.
struct Row {
    kind: Kind,
    namespace: &'static str,
    name: &'static str,
    owners: &'static [OwnerCell],
    deleting: Option<&'static [&'static str]>,
}

/// A reference to the ConfigMap of that name in the table, with `blockOwnerDeletion`.
type OwnerCell = (&'static str, Option<bool>);

const fn row(name: &'static str, owners: &'static [OwnerCell]) -> Row {
    Row { kind: kinds::CONFIG_MAP, namespace: "default", name, owners, deleting: None }
}

const fn deleting(row: Row, finalizers: &'static [&'static str]) -> Row {
    Row { deleting: Some(finalizers), ..row }
}

fn object(row: &Row) -> Object {
    let mut object = Object::new(row.kind, row.namespace, row.name);
    object.meta.uid = uid(row.name);
    object.meta.owners = Arc::new(row.owners.iter().map(|(name, block)| reference(name, *block)).collect());
    if let Some(finalizers) = row.deleting {
        object.meta.deleted = Some(NOW);
        object.meta.finalizers = Arc::new(finalizers.iter().map(|it| Str::from(*it)).collect());
    }
    object
}

fn uid(name: &str) -> Str {
    Str::from(format!("uid-of-{name}"))
}

fn reference(name: &str, block: Option<bool>) -> OwnerRef {
    OwnerRef {
        api_version: literal!("v1"),
        kind: literal!("ConfigMap"),
        name: Str::from(name),
        uid: uid(name),
        controller: None,
        block_owner_deletion: block,
    }
}

fn store(rows: &[Row]) -> Store {
    let mut store = Store::new();
    for row in rows {
        store.put(object(row), NOW, literal!("test"));
    }
    store
}

/// What the collector does about each object of the table, in its order: `name: action, action`.
fn done(store: &Store, rows: &[Row]) -> Vec<String> {
    let mut collector = GarbageCollector::default();
    wake_keys(&mut collector, store);
    let mut lines = Vec::new();
    for row in rows {
        let key = Key::new(row.kind, row.namespace, row.name);
        let outcome = collector.reconcile(View::new(store), &key, NOW);
        let texts: Vec<_> = outcome.actions.iter().map(text).collect();
        if !texts.is_empty() {
            lines.push(format!("{}: {}", row.name, texts.join(", ")));
        }
    }
    lines
}

fn text(action: &Action) -> String {
    match action {
        Action::Update(it) => {
            let owners = it.meta.owners.iter().map(|owner| match owner.block_owner_deletion {
                Some(true) => format!("{}!", owner.name),
                _ => owner.name.to_string(),
            });
            format!("set owners of {} to [{}]", it.meta.name, owners.collect::<Vec<_>>().join(" "))
        }
        Action::Delete(key, options) => {
            assert_eq!(options.uid, Some(uid(&key.name)));
            format!("delete {:?}", options.propagation.expect("the collector always says how"))
        }
        Action::RemoveFinalizer { finalizer, .. } => format!("remove {finalizer}"),
        Action::Event(record) => format!("{}: {}", record.reason, record.message),
        other => format!("{other:?}"),
    }
}

/// Which objects the changes of `store` wake.
fn wake_keys(collector: &mut GarbageCollector, store: &Store) -> Vec<Str> {
    let mut wakes = Vec::new();
    for change in store.history() {
        collector.wakes(change, View::new(store), &mut wakes);
    }
    assert!(wakes.iter().all(|wake| wake.after == crate::clock::Span::ZERO));
    wakes.into_iter().map(|wake| wake.key.name).collect()
}

fn check(rows: &[Row], want: &[&str]) {
    assert_eq!(done(&store(rows), rows), want);
}

#[test]
fn an_object_with_an_owner_stays() {
    check(&[row("owner", &[]), row("dep", &[("owner", None)])], &[]);
}

#[test]
fn an_object_that_never_had_an_owner_stays() {
    check(&[row("alone", &[])], &[]);
}

#[test]
fn an_object_whose_owners_are_all_gone_is_deleted_in_the_background() {
    check(&[row("dep", &[("a", None), ("b", Some(true))])], &["dep: delete Background"]);
}

#[test]
fn the_policy_of_a_collected_object_follows_its_own_finalizers() {
    for (finalizer, want) in [("orphan", "dep: delete Orphan"), ("foregroundDeletion", "dep: delete Foreground")] {
        let rows = [row("dep", &[("gone", None)])];
        let mut store = Store::new();
        let mut dep = object(&rows[0]);
        dep.meta.add_finalizer(finalizer);
        store.put(dep, NOW, literal!("test"));
        assert_eq!(done(&store, &rows), [want]);
    }
}

#[test]
fn an_object_with_one_of_two_owners_left_loses_the_reference_to_the_other() {
    check(&[row("b", &[]), row("dep", &[("a", None), ("b", None)])], &["dep: set owners of dep to [b]"]);
}

#[test]
fn an_object_with_one_owner_waiting_and_one_solid_lets_the_waiting_one_go() {
    let owner = deleting(row("a", &[]), &["foregroundDeletion"]);
    check(&[owner, row("b", &[]), row("dep", &[("a", Some(true)), ("b", None)])], &["dep: set owners of dep to [b]"]);
}

#[test]
fn an_owner_of_another_uid_is_not_the_owner() {
    let rows = [row("owner", &[]), row("dep", &[("owner", None)])];
    let mut store = Store::new();
    let mut again = object(&rows[0]);
    again.meta.uid = literal!("another");
    store.put(again, NOW, literal!("test"));
    store.put(object(&rows[1]), NOW, literal!("test"));
    assert_eq!(done(&store, &rows), ["dep: delete Background"]);
}

#[test]
fn an_owner_under_another_name_is_not_the_owner() {
    let rows = [row("owner", &[]), row("dep", &[("owner", None)])];
    let mut store = store(&rows[..1]);
    let mut dep = object(&rows[1]);
    Arc::make_mut(&mut dep.meta.owners)[0].name = literal!("misspelt");
    store.put(dep, NOW, literal!("test"));
    assert_eq!(wake_keys(&mut GarbageCollector::default(), &store), ["dep"]);
    assert_eq!(done(&store, &rows), ["dep: delete Background"]);
}

#[test]
fn an_owner_of_an_unknown_kind_is_left_alone_with_its_dependent() {
    let rows = [row("dep", &[("a", None), ("b", None)])];
    let mut store = Store::new();
    let mut dep = object(&rows[0]);
    Arc::make_mut(&mut dep.meta.owners)[1].kind = literal!("Submarine");
    store.put(dep, NOW, literal!("test"));
    assert!(done(&store, &rows).is_empty());
}

#[test]
fn an_owner_in_another_namespace_is_told_of_and_does_not_count() {
    let owner = Row { namespace: "other", ..row("owner", &[]) };
    check(
        &[owner, row("dep", &[("owner", None)])],
        &[
            "dep: OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: uid-of-owner] does not exist in namespace \"default\", delete Background",
        ],
    );
}

#[test]
fn a_cluster_scoped_dependent_of_a_namespaced_owner_gets_the_event_and_stays() {
    let dependent = Row { kind: kinds::PRIORITY_CLASS, namespace: "", ..row("dep", &[("owner", None)]) };
    check(
        &[row("owner", &[]), dependent],
        &[
            "dep: OwnerRefInvalidNamespace: ownerRef [v1/ConfigMap, namespace: , name: owner, uid: uid-of-owner] does not exist in namespace \"\"",
        ],
    );
}

#[test]
fn a_cluster_scoped_owner_is_found_from_every_namespace() {
    let rows = [Row { kind: kinds::NODE, namespace: "", ..row("owner", &[]) }, row("dep", &[("owner", None)])];
    let mut store = store(&rows[..1]);
    let mut dep = object(&rows[1]);
    Arc::make_mut(&mut dep.meta.owners)[0].kind = literal!("Node");
    store.put(dep, NOW, literal!("test"));
    assert!(done(&store, &rows).is_empty());
}

#[test]
fn a_waiting_owner_stays_while_a_dependent_blocks_it_and_goes_when_none_does() {
    let owner = || deleting(row("owner", &[]), &["foregroundDeletion"]);
    check(&[owner(), row("dep", &[("owner", Some(true))])], &["dep: delete Background"]);
    for block in [&[("owner", Some(false))], &[("owner", None)]] {
        check(&[owner(), row("dep", block)], &["owner: remove foregroundDeletion", "dep: delete Background"]);
    }
}

#[test]
fn a_foreground_deletion_goes_down_a_chain() {
    let rows = [
        deleting(row("a", &[]), &["foregroundDeletion"]),
        row("b", &[("a", Some(true))]),
        row("c", &[("b", Some(true))]),
    ];
    check(&rows, &["b: delete Foreground"]);
}

#[test]
fn in_a_cycle_that_is_deleted_in_the_foreground_the_references_stop_blocking() {
    let rows = [deleting(row("a", &[("b", Some(true))]), &["foregroundDeletion"]), row("b", &[("a", Some(true))])];
    check(&rows, &["b: set owners of b to [a], delete Foreground"]);
}

#[test]
fn an_orphaning_deletion_takes_the_references_off_and_then_the_finalizer() {
    let rows = [
        deleting(row("owner", &[]), &["example.com/hold", "orphan"]),
        row("one", &[("owner", Some(true))]),
        row("two", &[("owner", None), ("other", None)]),
        row("other", &[]),
    ];
    check(&rows, &["owner: set owners of one to [], set owners of two to [other], remove orphan"]);
}

#[test]
fn an_object_that_another_finalizer_holds_keeps_its_dependents() {
    let rows = [deleting(row("owner", &[]), &["example.com/hold"]), row("dep", &[("owner", None)])];
    check(&rows, &[]);
}

#[test]
fn a_removal_wakes_the_dependents_and_an_owner_that_waits() {
    let rows = [
        deleting(row("top", &[]), &["foregroundDeletion"]),
        row("idle", &[]),
        row("middle", &[("top", Some(true)), ("idle", Some(true))]),
        row("bottom", &[("middle", None)]),
    ];
    let mut store = store(&rows);
    store.compact(store.version());
    store.remove(&Key::new(kinds::CONFIG_MAP, "default", "middle"), NOW, literal!("test"));
    assert_eq!(wake_keys(&mut GarbageCollector::default(), &store), ["bottom", "top"]);
}

#[test]
fn a_reference_that_stops_blocking_wakes_the_owner_that_waits() {
    let rows = [deleting(row("owner", &[]), &["foregroundDeletion"]), row("dep", &[("owner", Some(true))])];
    let mut store = store(&rows);
    store.compact(store.version());
    store.put(object(&row("dep", &[("owner", Some(false))])), NOW, literal!("test"));
    assert_eq!(wake_keys(&mut GarbageCollector::default(), &store), ["owner"]);
}

#[test]
fn what_concerns_no_owner_wakes_nobody() {
    let rows = [row("owner", &[]), row("dep", &[("owner", Some(true))])];
    let mut store = store(&rows);
    store.put(object(&rows[1]), NOW, literal!("test"));
    assert!(wake_keys(&mut GarbageCollector::default(), &store).is_empty());
}
