//! ReplicaSets on a cluster whose scheduler and kubelet are the test.

use super::ReplicaSetController;
use crate::api::registry::{Part, WriteOptions};
use crate::clock::Span;
use crate::map;
use crate::object::{Key, Kind, Object, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};

/// A cluster with nothing but the controllers of ReplicaSets and ReplicationControllers.
struct Rig {
    cluster: Cluster,
}

const RS: Kind = kinds::REPLICA_SET;

impl Rig {
    /// A ReplicaSet `web` with more of `spec` than the least.
    fn new(spec: &str) -> Self {
        let mut rig = Rig::empty();
        rig.create(RS, r#"{"matchLabels":{"app":"web"}}"#, spec);
        rig
    }

    fn empty() -> Self {
        let controllers: Vec<Box<dyn crate::controllers::Controller>> = vec![
            Box::new(ReplicaSetController::of_replica_sets()),
            Box::new(ReplicaSetController::of_replication_controllers()),
        ];
        let mut rig = Rig { cluster: Cluster::new(&ClusterOptions::default(), controllers) };
        rig.cluster.bootstrap(&[]).expect("the system namespaces");
        rig
    }

    fn create(&mut self, kind: Kind, selector: &str, spec: &str) {
        let json = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut owner = Object::new(kind, "default", "web");
        *owner.spec_mut() = json(
            r#"{"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"v1"}]}}}"#,
        );
        owner.spec_mut().set("selector", json(selector));
        for (key, value) in json(spec).as_map().expect("a map").iter() {
            owner.spec_mut().set(key.clone(), value);
        }
        self.cluster.api("test").create(owner, &WriteOptions::default()).expect("a valid owner");
        self.pass(0);
    }

    fn pass(&mut self, millis: i64) {
        self.cluster.advance(Span::millis(millis)).expect("it settles");
    }

    fn edit(&mut self, key: Key, part: Part, change: impl FnOnce(&mut Object)) {
        let mut object = Object::clone(self.cluster.view().get(&key).expect("it is there"));
        change(&mut object);
        self.cluster.api("test").update(object, part, &WriteOptions::default()).expect("a valid update");
    }

    fn scale(&mut self, replicas: i64) {
        self.edit(Key::new(RS, "default", "web"), Part::Main, |it| it.spec_mut().set("replicas", replicas));
        self.pass(0);
    }

    fn pods(&self) -> Vec<Key> {
        self.cluster.view().list(kinds::POD).map(|it| it.key()).collect()
    }

    fn report(&mut self, pod: &Key, phase: &str, ready: bool) {
        let now = self.cluster.now();
        self.edit(pod.clone(), Part::Status, |pod| {
            let word = if ready { "True" } else { "False" };
            let ready = map! { "type" => "Ready", "status" => word, "lastTransitionTime" => now };
            pod.status_mut().set("phase", phase);
            pod.status_mut().set("conditions", Value::list([ready]));
        });
    }

    fn start_all(&mut self) {
        self.pods().iter().for_each(|pod| self.report(pod, "Running", true));
        self.pass(0);
    }

    /// The status without the generation.
    fn status(&self, kind: Kind) -> String {
        let owner = self.cluster.view().get(&Key::new(kind, "default", "web")).cloned().expect("the owner");
        let mut status = owner.status().clone();
        status.remove("observedGeneration");
        status.to_json()
    }
}

#[test]
fn pods_come_in_bursts_until_there_are_enough_and_go_until_there_are_not_too_many() {
    let mut rig = Rig::new(r#"{"replicas":1200}"#);
    assert_eq!(rig.pods().len(), 1200);
    assert_eq!(rig.status(RS), r#"{"fullyLabeledReplicas":1200,"replicas":1200,"terminatingReplicas":0}"#);
    rig.scale(100);
    assert_eq!(rig.pods().len(), 100);
    assert_eq!(rig.status(RS), r#"{"fullyLabeledReplicas":100,"replicas":100,"terminatingReplicas":0}"#);
}

#[test]
fn a_pod_is_available_when_it_has_been_ready_for_long_enough() {
    let mut rig = Rig::new(r#"{"replicas":2,"minReadySeconds":10}"#);
    rig.start_all();
    let ready = r#"{"fullyLabeledReplicas":2,"readyReplicas":2,"replicas":2,"terminatingReplicas":0}"#;
    rig.pass(9_999);
    assert_eq!(rig.status(RS), ready);
    rig.pass(1);
    let available =
        r#"{"availableReplicas":2,"fullyLabeledReplicas":2,"readyReplicas":2,"replicas":2,"terminatingReplicas":0}"#;
    assert_eq!(rig.status(RS), available);
}

#[test]
fn a_pod_that_ended_or_lost_its_label_is_replaced_and_one_that_gets_the_label_is_taken() {
    let mut rig = Rig::new(r#"{"replicas":2}"#);
    rig.start_all();
    let [first, second] = <[Key; 2]>::try_from(rig.pods()).expect("two pods");
    rig.report(&first, "Failed", false);
    rig.pass(0);
    assert_eq!(rig.pods().len(), 3);
    rig.edit(second.clone(), Part::Main, |pod| pod.meta.set_label("app", "other"));
    rig.pass(0);
    assert_eq!(rig.pods().len(), 4);
    let owners = |rig: &Rig, key: &Key| rig.cluster.view().get(key).map_or(0, |it| it.meta.owners.len());
    assert_eq!((owners(&rig, &first), owners(&rig, &second)), (1, 0));
    rig.scale(3);
    assert_eq!(rig.pods().len(), 5);
    rig.edit(second.clone(), Part::Main, |pod| pod.meta.set_label("app", "web"));
    rig.pass(0);
    assert_eq!((owners(&rig, &second), rig.pods().len()), (1, 4));
}

#[test]
fn pods_that_cannot_be_created_are_told_of_until_they_can() {
    let template = r#""template":{"metadata":{"labels":{"app":"web"}},
        "spec":{"serviceAccountName":"nobody","containers":[{"name":"c","image":"v1"}]}}"#;
    let mut rig = Rig::new(&format!(r#"{{"replicas":3,{template}}}"#));
    rig.pass(1000);
    let condition = |rig: &Rig| {
        let set = rig.cluster.view().get(&Key::new(RS, "default", "web")).cloned().expect("the set");
        let condition = &set.status()["conditions"][0];
        format!("{} {} {}", condition["type"], condition["reason"], condition["message"])
    };
    let told = condition(&rig);
    assert!(told.contains("ReplicaFailure") && told.contains("FailedCreate"), "{told}");
    assert!(told.contains(r#"error looking up service account default/nobody"#), "{told}");
    let account = Object::new(kinds::SERVICE_ACCOUNT, "default", "nobody");
    rig.cluster.api("test").create(account, &WriteOptions::default()).expect("a valid account");
    rig.pass(5000);
    assert_eq!(rig.status(RS), r#"{"fullyLabeledReplicas":3,"replicas":3,"terminatingReplicas":0}"#);
}

#[test]
fn a_replication_controller_selects_by_plain_labels_and_counts_no_pods_that_go() {
    let mut rig = Rig::empty();
    rig.create(kinds::REPLICATION_CONTROLLER, r#"{"app":"web"}"#, r#"{"replicas":2}"#);
    rig.start_all();
    let want = r#"{"availableReplicas":2,"fullyLabeledReplicas":2,"readyReplicas":2,"replicas":2}"#;
    assert_eq!(rig.status(kinds::REPLICATION_CONTROLLER), want);
    let owner = rig.cluster.view().get(&rig.pods()[0]).map(|it| it.meta.owners[0].kind.clone());
    assert_eq!(owner.as_deref(), Some("ReplicationController"));
}

#[test]
fn pods_of_others_cost_nothing() {
    let mut rig = Rig::new(r#"{"replicas":1}"#);
    rig.start_all();
    let entries = rig.cluster.timeline().entries();
    let mut pod = Object::new(kinds::POD, "default", "bare");
    pod.spec_mut().set("containers", Value::list([map! { "name" => "c", "image" => "v1" }]));
    rig.cluster.api("test").create(pod, &WriteOptions::default()).expect("a valid pod");
    rig.report(&Key::new(kinds::POD, "default", "bare"), "Running", true);
    rig.pass(0);
    assert_eq!(rig.cluster.timeline().entries(), entries);
}
