//! Deletions carried through by a cluster with nothing but the collector in it.

use super::*;
use crate::api::registry::{Part, WriteOptions};
use crate::object::literal;
use crate::sim::{Cluster, ClusterOptions};

/// A dependent: its name, and its owners with whether it blocks them.
type Dependent = (&'static str, &'static [(&'static str, bool)]);

struct Case {
    cluster: Cluster,
}

fn key(name: &str) -> Key {
    Key::new(kinds::CONFIG_MAP, "default", name)
}

impl Case {
    /// A cluster with these ConfigMaps, made in this order.
    fn new(objects: &[Dependent]) -> Self {
        let mut cluster = Cluster::new(&ClusterOptions::default(), vec![Box::new(GarbageCollector::default())]);
        cluster.bootstrap(&[]).expect("a fresh cluster");
        let mut case = Case { cluster };
        for (name, owners) in objects {
            let mut object = Object::new(kinds::CONFIG_MAP, "default", *name);
            object.meta.owners = Arc::new(owners.iter().map(|(owner, block)| case.reference(owner, *block)).collect());
            case.cluster.api("test").create(object, &WriteOptions::default()).expect("created");
        }
        case.settle();
        case
    }

    fn reference(&self, owner: &str, block: bool) -> OwnerRef {
        let owner = self.cluster.view().get(&key(owner)).cloned().expect("an owner is made before its dependents");
        OwnerRef {
            api_version: literal!("v1"),
            kind: literal!("ConfigMap"),
            name: owner.meta.name.clone(),
            uid: owner.meta.uid.clone(),
            controller: None,
            block_owner_deletion: block.then_some(true),
        }
    }

    fn settle(&mut self) {
        let before = self.cluster.now();
        self.cluster.run_due().expect("the collector comes to rest");
        assert_eq!(self.cluster.now(), before, "the collector takes no time");
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Object)) {
        let mut object = self.cluster.view().get(&key(name)).map(|it| Object::clone(it)).expect("there");
        change(&mut object);
        self.cluster.api("test").update(object, Part::Main, &WriteOptions::default()).expect("updated");
        self.settle();
    }

    fn delete(&mut self, name: &str, propagation: Option<Propagation>) {
        let options = DeleteOptions { propagation, ..DeleteOptions::default() };
        self.cluster.api("test").delete(&key(name), &options).expect("deleted");
        self.settle();
    }

    fn hold(mut self, name: &str) -> Self {
        self.change(name, |it| it.meta.add_finalizer("example.com/hold"));
        self
    }

    fn release(&mut self, name: &str) {
        self.change(name, |it| it.meta.remove_finalizer("example.com/hold"));
    }

    /// What is left: names, owners in brackets, `-` for what is being deleted and its finalizers.
    fn left(&self) -> Vec<String> {
        let all = self.cluster.view();
        let mine = all.list_in(kinds::CONFIG_MAP, "default").filter(|it| it.meta.name != "kube-root-ca.crt");
        mine.map(|it| {
            let owners: Vec<_> = it.meta.owners.iter().map(|owner| owner.name.as_str()).collect();
            let deletion =
                if it.meta.is_terminating() { format!(" -{}", it.meta.finalizers.join(",")) } else { String::new() };
            format!("{}[{}]{deletion}", it.meta.name, owners.join(" "))
        })
        .collect()
    }
}

const CHAIN: &[Dependent] = &[("a", &[]), ("b", &[("a", true)]), ("c", &[("b", true)])];

#[test]
fn every_policy_takes_a_chain_apart_in_its_own_way() {
    let table: [(Option<Propagation>, &[&str]); 4] = [
        (None, &[]),
        (Some(Propagation::Background), &[]),
        (Some(Propagation::Foreground), &[]),
        (Some(Propagation::Orphan), &["b[]", "c[b]"]),
    ];
    for (policy, left) in table {
        let mut case = Case::new(CHAIN);
        case.delete("a", policy);
        assert_eq!(case.left(), left, "{policy:?}");
    }
}

#[test]
fn a_foreground_deletion_waits_for_the_last_of_a_chain() {
    let mut case = Case::new(CHAIN).hold("c");
    case.delete("a", Some(Propagation::Foreground));
    assert_eq!(case.left(), ["a[] -foregroundDeletion", "b[a] -foregroundDeletion", "c[b] -example.com/hold"]);
    case.release("c");
    assert!(case.left().is_empty());
}

#[test]
fn a_background_deletion_of_a_held_owner_keeps_its_dependents_until_it_is_gone() {
    let mut case = Case::new(CHAIN).hold("a");
    case.delete("a", Some(Propagation::Background));
    assert_eq!(case.left(), ["a[] -example.com/hold", "b[a]", "c[b]"]);
    case.release("a");
    assert!(case.left().is_empty());
}

#[test]
fn an_orphaning_deletion_is_done_while_another_finalizer_holds_the_owner() {
    let mut case = Case::new(&[("owner", &[]), ("dep", &[("owner", false)])]).hold("owner");
    case.delete("owner", Some(Propagation::Orphan));
    assert_eq!(case.left(), ["dep[]", "owner[] -example.com/hold"]);
    case.release("owner");
    assert_eq!(case.left(), ["dep[]"]);
}

#[test]
fn a_dependent_that_does_not_block_is_collected_but_does_not_keep_its_owner() {
    let mut case = Case::new(&[("owner", &[]), ("dep", &[("owner", false)])]).hold("dep");
    case.delete("owner", Some(Propagation::Foreground));
    assert_eq!(case.left(), ["dep[owner] -example.com/hold"]);
}

#[test]
fn an_owner_that_waits_goes_when_the_last_blocking_reference_is_taken_off() {
    let mut case = Case::new(&[("owner", &[]), ("dep", &[("owner", true)])]).hold("dep");
    case.delete("owner", Some(Propagation::Foreground));
    assert_eq!(case.left(), ["dep[owner] -example.com/hold", "owner[] -foregroundDeletion"]);
    case.change("dep", |it| it.meta.owners = Arc::default());
    assert_eq!(case.left(), ["dep[] -example.com/hold"]);
}

#[test]
fn of_two_owners_the_second_keeps_the_dependent_whichever_way_the_first_is_deleted() {
    for policy in [Propagation::Background, Propagation::Foreground, Propagation::Orphan] {
        let mut case = Case::new(&[("a", &[]), ("b", &[]), ("dep", &[("a", true), ("b", true)])]);
        case.delete("a", Some(policy));
        assert_eq!(case.left(), ["b[]", "dep[b]"], "{policy:?}");
        case.delete("b", Some(Propagation::Background));
        assert!(case.left().is_empty());
    }
}

#[test]
fn a_cycle_goes_in_the_foreground_and_in_the_background() {
    for policy in [Propagation::Background, Propagation::Foreground] {
        let mut case = Case::new(&[("a", &[]), ("b", &[("a", true)])]);
        let back = case.reference("b", true);
        case.change("a", |it| it.meta.owners = Arc::new(vec![back]));
        assert_eq!(case.left(), ["a[b]", "b[a]"]);
        case.delete("a", Some(policy));
        assert!(case.left().is_empty(), "{policy:?}: {:?}", case.left());
    }
}

#[test]
fn a_policy_overrides_the_finalizers_that_are_there() {
    let mut case = Case::new(&[("owner", &[]), ("dep", &[("owner", true)])]);
    case.change("owner", |it| it.meta.add_finalizer("orphan"));
    case.delete("owner", Some(Propagation::Background));
    assert!(case.left().is_empty());
    let mut case = Case::new(&[("owner", &[]), ("dep", &[("owner", true)])]);
    case.change("owner", |it| it.meta.add_finalizer("orphan"));
    case.delete("owner", None);
    assert_eq!(case.left(), ["dep[]"], "without a policy the finalizer is one");
}

#[test]
fn a_dependent_that_is_made_too_late_is_collected_at_once() {
    let mut case = Case::new(&[("owner", &[])]);
    let reference = case.reference("owner", false);
    case.delete("owner", None);
    let mut late = Object::new(kinds::CONFIG_MAP, "default", "late");
    late.meta.owners = Arc::new(vec![reference]);
    case.cluster.api("test").create(late, &WriteOptions::default()).expect("created");
    case.settle();
    assert!(case.left().is_empty());
}

#[test]
fn a_thousand_dependents_take_entries_in_proportion() {
    let entries = |n: usize| {
        let mut case = Case::new(&[("owner", &[])]);
        for i in 0..n {
            let mut object = Object::new(kinds::CONFIG_MAP, "default", format!("dep-{i}"));
            object.meta.owners = Arc::new(vec![case.reference("owner", true)]);
            case.cluster.api("test").create(object, &WriteOptions::default()).expect("created");
        }
        case.settle();
        let before = case.cluster.timeline().entries();
        case.delete("owner", Some(Propagation::Foreground));
        assert!(case.left().is_empty());
        case.cluster.timeline().entries() - before
    };
    assert!(entries(1000) <= 10 * entries(100), "{} for 1000, {} for 100", entries(1000), entries(100));
}
