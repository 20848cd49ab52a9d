//! The controller in a cluster of its own, with the part of scheduler and kubelet played by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::DaemonSetController;
use super::roster::Roster;
use super::seat::Rules;
use crate::api::registry::{DeleteOptions, Part, WriteOptions};
use crate::clock::{Names, Span, Time};
use crate::controllers::history::HASH_LABEL;
use crate::controllers::{Action, Controller};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};
use crate::store::View;

fn json(text: &str) -> Value {
    Value::from_json(text.as_bytes()).expect("valid JSON")
}

/// A cluster with nothing but the DaemonSet controller.
struct Ship {
    cluster: Cluster,
}

impl Ship {
    fn new(nodes: usize) -> Self {
        let controllers: Vec<Box<dyn Controller>> = vec![Box::new(DaemonSetController::default())];
        let mut ship = Ship { cluster: Cluster::new(&ClusterOptions::default(), controllers) };
        ship.cluster.bootstrap(&[]).expect("the system namespaces");
        (0..nodes).for_each(|i| ship.add_node(&format!("node-{i}"), "{}"));
        ship
    }

    fn add_node(&mut self, name: &str, labels: &str) {
        let mut node = Object::new(kinds::NODE, "", name);
        node.meta.labels = json(labels).as_map().cloned().unwrap_or_default();
        self.cluster.api("test").create(node, &WriteOptions::default()).expect("a new node");
        self.edit_node(name, |node| node.spec_mut().set("taints", Vec::new()));
    }

    /// Creates the DaemonSet `web` with more of `spec` than the least.
    fn daemon_set(&mut self, spec: &str) {
        let mut ds = Object::new(kinds::DAEMON_SET, "default", "web");
        ds.meta.generation = 1;
        ds.meta.set_annotation("deprecated.daemonset.template.generation", "1");
        *ds.spec_mut() = json(
            r#"{"selector":{"matchLabels":{"app":"web"}},"revisionHistoryLimit":10,
                "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"v1"}]}},
                "updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":1,"maxSurge":0}}}"#,
        );
        for (key, value) in json(spec).as_map().expect("a map").iter() {
            ds.spec_mut().set(key.clone(), value);
        }
        self.cluster.api("test").create(ds, &WriteOptions::default()).expect("a new DaemonSet");
    }

    fn edit(&mut self, key: Key, part: Part, change: impl FnOnce(&mut Object)) {
        let mut object = Object::clone(self.cluster.view().get(&key).expect("it is there"));
        change(&mut object);
        self.cluster.api("test").update(object, part, &WriteOptions::default()).expect("a valid update");
    }

    fn ds_key() -> Key {
        Key::new(kinds::DAEMON_SET, "default", "web")
    }

    /// Gives the template another image, as a client's update does: generation and annotation count on.
    fn set_image(&mut self, image: &str) {
        self.edit(Self::ds_key(), Part::Main, |ds| {
            let generation = ds.meta.annotation("deprecated.daemonset.template.generation").unwrap_or_default();
            let next = generation.parse::<i64>().unwrap_or_default() + 1;
            ds.meta.set_annotation("deprecated.daemonset.template.generation", next.to_string());
            ds.meta.generation += 1;
            let container = &mut ds.spec_mut().at_mut(&["template", "spec", "containers"]).items_mut()[0];
            container.set("image", image);
        });
    }

    fn edit_node(&mut self, name: &str, change: impl FnOnce(&mut Object)) {
        self.edit(Key::new(kinds::NODE, "", name), Part::Main, change);
    }

    fn edit_pod(&mut self, name: &str, part: Part, change: impl FnOnce(&mut Object)) {
        self.edit(Key::new(kinds::POD, "default", name), part, change);
    }

    fn ds(&self) -> Arc<Object> {
        self.cluster.view().get(&Self::ds_key()).cloned().expect("the DaemonSet is there")
    }

    fn pods(&self) -> Vec<Arc<Object>> {
        self.cluster.view().list(kinds::POD).cloned().collect()
    }

    fn run(&mut self) {
        self.cluster.run_due().expect("it settles");
    }

    /// Binds every pod to the node it is meant for, and has it run; then lets the controller look. Says whether any did.
    fn play(&mut self) -> bool {
        self.run();
        let now = self.cluster.now();
        let mut any = false;
        for pod in self.pods().iter().filter(|pod| pod.meta.is_terminating()) {
            let at_once = DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() };
            self.cluster.api("kubelet").delete(&pod.key(), &at_once).expect("it is there");
            any = true;
        }
        self.run();
        for pod in self.pods().iter().filter(|pod| pod.node_name().is_none()) {
            let Some(node) = super::placement::target_node(pod) else { continue };
            self.cluster.api("scheduler").bind(&pod.key(), &pod.meta.uid, &node).expect("a free pod");
            self.edit_pod(&pod.meta.name, Part::Status, |pod| {
                let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => now };
                *pod.status_mut() = Value::Map(map! { "phase" => "Running", "conditions" => Value::list([ready]) });
            });
            any = true;
        }
        self.run();
        any
    }

    /// Plays until nothing more happens, and returns the most nodes that were without a ready pod on the way.
    fn roll(&mut self) -> usize {
        let mut away = 0;
        loop {
            self.run();
            let is_ready =
                |it: &&Arc<Object>| !it.meta.is_terminating() && crate::controllers::shared::pod::is_ready(it);
            let ready = self.pods().iter().filter(is_ready).count();
            away = away.max(self.cluster.view().count(kinds::NODE).saturating_sub(ready));
            if !self.play() {
                return away;
            }
        }
    }

    /// `node: image` of every pod, in the order of nodes.
    fn images(&self) -> Vec<String> {
        let mut images: Vec<_> = self
            .pods()
            .iter()
            .map(|pod| {
                let node = super::placement::target_node(pod).unwrap_or_default();
                format!("{node}: {}", pod.spec()["containers"][0]["image"].str_or_empty())
            })
            .collect();
        images.sort();
        images
    }

    fn counter(&self, name: &str) -> i64 {
        self.ds().status()[name].as_i64().unwrap_or_default()
    }

    fn revisions(&self) -> Vec<i64> {
        let mut numbers: Vec<_> = self
            .cluster
            .view()
            .list(kinds::CONTROLLER_REVISION)
            .map(|it| it.body["revision"].as_i64().unwrap_or_default())
            .collect();
        numbers.sort_unstable();
        numbers
    }
}

#[test]
fn every_node_gets_one_pod_and_every_counter_follows() {
    let mut ship = Ship::new(3);
    ship.daemon_set("{}");
    ship.run();
    assert_eq!(ship.images(), ["node-0: v1", "node-1: v1", "node-2: v1"]);
    let counters =
        |ship: &Ship| ["desired", "current", "updated"].map(|it| ship.counter(&format!("{it}NumberScheduled")));
    assert_eq!((counters(&ship), ship.counter("numberUnavailable")), ([3, 3, 3], 3));
    ship.roll();
    assert_eq!((ship.counter("numberReady"), ship.counter("numberAvailable")), (3, 3));
    assert!(ship.ds().status()["numberUnavailable"].is_null());
    let pod = ship.pods().remove(0);
    assert_eq!(pod.meta.label("pod-template-generation"), Some("1"));
    assert_eq!(pod.spec()["tolerations"].items().len(), 6);
    assert!(pod.meta.is_controlled_by(&ship.ds().meta.uid) && pod.meta.generate_name == "web-");
}

#[test]
fn nodes_come_change_and_go() {
    let mut ship = Ship::new(1);
    let selector = r#"{"template":{"metadata":{"labels":{"app":"web"}},
        "spec":{"nodeSelector":{"disk":"ssd"},"containers":[{"name":"c","image":"v1"}]}}}"#;
    ship.daemon_set(selector);
    ship.roll();
    assert_eq!((ship.images(), ship.counter("observedGeneration")), (vec![], 1));
    ship.edit_node("node-0", |node| node.meta.set_label("disk", "ssd"));
    ship.add_node("node-1", r#"{"disk":"ssd"}"#);
    ship.roll();
    assert_eq!(ship.images(), ["node-0: v1", "node-1: v1"]);
    ship.edit_node("node-0", |node| drop(node.meta.labels.remove("disk")));
    ship.roll();
    assert_eq!((ship.images(), ship.counter("desiredNumberScheduled")), (vec!["node-1: v1".to_owned()], 1));
}

#[test]
fn an_added_taint_and_a_deleted_node_leave_the_status_until_something_else_happens() {
    let mut ship = Ship::new(2);
    ship.daemon_set("{}");
    ship.roll();
    ship.edit_node("node-0", |node| node.spec_mut().set("taints", json(r#"[{"key":"a","effect":"NoSchedule"}]"#)));
    ship.run();
    assert_eq!((ship.counter("desiredNumberScheduled"), ship.counter("numberMisscheduled")), (2, 0));
    let node = Key::new(kinds::NODE, "", "node-1");
    ship.cluster.api("test").delete(&node, &DeleteOptions::default()).expect("it is there");
    ship.run();
    assert_eq!(ship.counter("desiredNumberScheduled"), 2);
    let pod = ship.pods().remove(0).meta.name.clone();
    ship.edit_pod(&pod, Part::Main, |pod| pod.meta.set_annotation("a", "b"));
    ship.run();
    assert_eq!((ship.counter("desiredNumberScheduled"), ship.counter("numberMisscheduled")), (0, 1));
    assert_eq!(ship.pods().len(), 2, "both pods may stay");
    ship.edit_node("node-0", |node| drop(node.spec_mut().remove("taints")));
    ship.run();
    assert_eq!((ship.counter("desiredNumberScheduled"), ship.counter("numberMisscheduled")), (1, 0));
}

#[test]
fn a_rolling_update_keeps_to_max_unavailable() {
    for (limit, want) in [("1", 1), ("2", 2), ("\"50%\"", 3)] {
        let mut ship = Ship::new(5);
        ship.daemon_set(&format!(
            r#"{{"updateStrategy":{{"type":"RollingUpdate","rollingUpdate":{{"maxUnavailable":{limit},"maxSurge":0}}}}}}"#
        ));
        ship.roll();
        ship.set_image("v2");
        assert_eq!(ship.roll(), want, "{limit}");
        assert_eq!(ship.images(), ["node-0: v2", "node-1: v2", "node-2: v2", "node-3: v2", "node-4: v2"]);
        assert_eq!((ship.counter("updatedNumberScheduled"), ship.revisions()), (5, vec![1, 2]));
    }
}

#[test]
fn with_surge_no_node_is_ever_without_a_ready_pod() {
    let mut ship = Ship::new(3);
    ship.daemon_set(
        r#"{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":"34%"}}}"#,
    );
    ship.roll();
    ship.set_image("v2");
    ship.run();
    assert_eq!(ship.pods().len(), 5, "34 % of three nodes are two");
    assert!(ship.ds().status()["updatedNumberScheduled"].is_null(), "the old pod is the one that counts");
    assert_eq!(ship.roll(), 0);
    assert_eq!(ship.images(), ["node-0: v2", "node-1: v2", "node-2: v2"]);
}

#[test]
fn on_delete_waits_for_pods_to_be_deleted() {
    let mut ship = Ship::new(2);
    ship.daemon_set(r#"{"updateStrategy":{"type":"OnDelete"}}"#);
    ship.roll();
    ship.set_image("v2");
    ship.roll();
    assert_eq!(
        (ship.images(), ship.counter("updatedNumberScheduled")),
        (vec!["node-0: v1".into(), "node-1: v1".into()], 0)
    );
    let first = ship.pods().into_iter().find(|it| it.node_name().is_some_and(|node| node == "node-0")).expect("bound");
    ship.cluster.api("test").delete(&first.key(), &DeleteOptions::default()).expect("it is there");
    ship.roll();
    assert_eq!(
        (ship.images(), ship.counter("updatedNumberScheduled")),
        (vec!["node-0: v2".into(), "node-1: v1".into()], 1)
    );
}

#[test]
fn a_pod_counts_as_available_after_min_ready_seconds() {
    let mut ship = Ship::new(1);
    ship.daemon_set(r#"{"minReadySeconds":10}"#);
    ship.roll();
    assert_eq!((ship.counter("numberReady"), ship.counter("numberAvailable")), (1, 0));
    ship.cluster.advance(Span::seconds(9)).expect("it settles");
    assert_eq!(ship.counter("numberAvailable"), 0);
    ship.cluster.advance(Span::seconds(1)).expect("it settles");
    assert_eq!(ship.counter("numberAvailable"), 1);
}

#[test]
fn revisions_are_renumbered_on_rollback_and_kept_to_the_limit() {
    let mut ship = Ship::new(1);
    ship.daemon_set(r#"{"revisionHistoryLimit":1}"#);
    ship.roll();
    ship.set_image("v2");
    ship.roll();
    ship.set_image("v1");
    ship.roll();
    assert_eq!(ship.revisions(), [2, 3]);
    ship.set_image("v3");
    ship.roll();
    assert_eq!(ship.revisions(), [3, 4]);
}

#[test]
fn orphans_are_adopted_and_pods_no_longer_selected_are_released() {
    let mut ship = Ship::new(1);
    ship.daemon_set("{}");
    ship.roll();
    let name = ship.pods().remove(0).meta.name.clone();
    ship.cluster.advance(Span::seconds(1)).expect("it settles");
    ship.edit_pod(&name, Part::Main, |pod| pod.meta.set_label("app", "other"));
    ship.roll();
    assert_eq!(ship.images(), ["node-0: v1", "node-0: v1"]);
    let free = ship.pods().iter().filter(|it| it.meta.owners.is_empty()).count();
    assert_eq!((free, ship.counter("currentNumberScheduled")), (1, 1));
    ship.edit_pod(&name, Part::Main, |pod| pod.meta.set_label("app", "web"));
    ship.roll();
    assert_eq!(ship.pods().iter().map(|it| it.meta.name.clone()).collect::<Vec<_>>(), [name], "the oldest stays");
}

#[test]
fn a_failed_pod_is_replaced_with_back_off() {
    let mut ship = Ship::new(1);
    ship.daemon_set("{}");
    let mut replaced = Vec::new();
    for second in 0..20 {
        ship.roll();
        let pod = ship.pods().remove(0);
        if pod.status()["phase"].as_str() == Some("Running") {
            replaced.push(second);
            ship.edit_pod(&pod.meta.name, Part::Status, |pod| pod.status_mut().set("phase", "Failed"));
            ship.roll();
        }
        ship.cluster.advance(Span::seconds(1)).expect("it settles");
    }
    assert_eq!(replaced, [0, 1, 2, 4, 8, 16]);
}

#[test]
fn a_deleted_daemonset_is_left_alone() {
    let mut ship = Ship::new(1);
    ship.daemon_set("{}");
    ship.roll();
    ship.edit(Ship::ds_key(), Part::Main, |ds| ds.meta.add_finalizer("example.com/hold"));
    let foreground =
        DeleteOptions { propagation: Some(crate::api::registry::Propagation::Foreground), ..DeleteOptions::default() };
    ship.cluster.api("test").delete(&Ship::ds_key(), &foreground).expect("it is there");
    ship.add_node("node-1", "{}");
    ship.roll();
    assert_eq!(ship.pods().len(), 1);
}

/// A fresh controller's roster for the DaemonSet, brought up to date.
fn fresh(view: View<'_>, ds: &Object, now: Time) -> Roster {
    let revisions: BTreeMap<i64, Str> = view
        .owned_by(&ds.meta.uid)
        .filter(|it| it.kind == kinds::CONTROLLER_REVISION)
        .map(|it| {
            (it.body["revision"].as_i64().unwrap_or_default(), it.meta.label(HASH_LABEL).unwrap_or_default().into())
        })
        .collect();
    let hash = revisions.into_values().next_back().unwrap_or_default();
    let mut roster = Roster::new(view, ds, Rules::of(ds, hash));
    roster.refresh(view, ds, now);
    roster
}

/// One of many things that happen to nodes, pods and the DaemonSet.
fn disturb(ship: &mut Ship, names: &mut Names) {
    let pods = ship.pods();
    let pick = |names: &mut Names, many: usize| (names.next_u64() % many.max(1) as u64) as usize;
    let node = format!("node-{}", pick(names, 6));
    let key = Key::new(kinds::NODE, "", node.as_str());
    let node_is_there = ship.cluster.view().get(&key).is_some();
    let pod = (!pods.is_empty()).then(|| pods[pick(names, pods.len())].clone());
    match (pick(names, 12), pod) {
        (0, _) if !node_is_there => ship.add_node(&node, "{}"),
        (1, _) if node_is_there => {
            drop(ship.cluster.api("test").delete(&key, &DeleteOptions::default()));
        }
        (2, _) if node_is_there => ship.edit_node(&node, |node| {
            node.spec_mut().set("taints", json(r#"[{"key":"a","effect":"NoSchedule"}]"#));
        }),
        (3, _) if node_is_there => ship.edit_node(&node, |node| {
            node.spec_mut().set("taints", json(r#"[{"key":"a","effect":"NoExecute"}]"#));
        }),
        (4, _) if node_is_there => ship.edit_node(&node, |node| drop(node.spec_mut().remove("taints"))),
        (5, Some(pod)) => drop(ship.cluster.api("test").delete(&pod.key(), &DeleteOptions::default())),
        (6, Some(pod)) => ship.edit_pod(&pod.meta.name, Part::Status, |pod| pod.status_mut().set("phase", "Failed")),
        (7, Some(pod)) => ship.edit_pod(&pod.meta.name, Part::Main, |pod| pod.meta.set_label("app", "other")),
        (8, Some(pod)) => ship.edit_pod(&pod.meta.name, Part::Main, |pod| pod.meta.set_label("app", "web")),
        (9, _) => ship.set_image(&format!("v{}", pick(names, 3))),
        (10, _) => ship.cluster.advance(Span::seconds(3)).expect("it settles"),
        _ => drop(ship.play()),
    }
}

#[test]
fn a_roster_kept_up_to_date_is_the_one_made_anew() {
    for (seed, spec) in [
        (1, r#"{"minReadySeconds":5}"#),
        (
            2,
            r#"{"updateStrategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":0,"maxSurge":2}},"minReadySeconds":5}"#,
        ),
        (3, r#"{"updateStrategy":{"type":"OnDelete"}}"#),
    ] {
        let (mut ship, mut names) = (Ship::new(4), Names::new(seed));
        let mut controller = DaemonSetController::default();
        ship.daemon_set(spec);
        let mut heard = 1;
        for step in 0..400 {
            disturb(&mut ship, &mut names);
            let now = ship.cluster.now();
            let view = ship.cluster.view();
            for change in view.changes_since(heard).expect("all is kept") {
                controller.wakes(change, view, &mut Vec::new());
            }
            heard = view.version();
            // The watching controller's own actions are not carried out, so that only a settled history can be compared.
            controller.reconcile(view, &Ship::ds_key(), now);
            let Some(roster) = controller.rosters.get_mut(&Ship::ds_key()) else { continue };
            let ds = ship.ds();
            let want = fresh(view, &ds, now);
            roster.refresh(view, &ds, now);
            if roster.rules == want.rules {
                assert_eq!(roster.sums(), want.sums(), "seed {seed}, step {step}");
            }
        }
    }
}

#[test]
fn a_sync_makes_and_deletes_at_most_250_pods() {
    let mut ship = Ship::new(300);
    ship.daemon_set("{}");
    let mut controller = DaemonSetController::default();
    let counts = |controller: &mut DaemonSetController, ship: &Ship| {
        let actions = controller.reconcile(ship.cluster.view(), &Ship::ds_key(), ship.cluster.now()).actions;
        let made =
            actions.iter().map(|it| if let Action::CreateChildren { objects, .. } = it { objects.len() } else { 0 });
        let deleted = actions.iter().filter(|it| matches!(it, Action::DeleteChild { .. })).count();
        (made.sum::<usize>(), deleted)
    };
    assert_eq!(counts(&mut controller, &ship), (250, 0));
    ship.roll();
    assert_eq!(ship.counter("numberAvailable"), 300);
    ship.edit(Ship::ds_key(), Part::Main, |ds| {
        ds.spec_mut().at_mut(&["template", "spec"]).set("nodeSelector", map! { "nowhere" => "true" });
    });
    assert_eq!(counts(&mut DaemonSetController::default(), &ship), (0, 250));
}

#[test]
fn a_daemonset_that_selects_everything_is_told_so() {
    let mut ship = Ship::new(1);
    ship.daemon_set("{}");
    let mut ds = Object::clone(&ship.ds());
    ds.spec_mut().set("selector", Value::empty_map());
    let mut store = crate::store::Store::new();
    store.put(ds, Time(0), "test".into());
    let outcome = DaemonSetController::default().reconcile(View::new(&store), &Ship::ds_key(), Time(0));
    let Some(Action::Event(event)) = outcome.actions.first() else {
        panic!("an event: {outcome:?}");
    };
    assert_eq!(
        (event.reason, event.message.as_str()),
        ("SelectingAll", "This daemon set is selecting all pods. A non-empty selector is required.")
    );
}
