//! Autoscalers over a ReplicaSet whose kubelet is the test: pods run and are ready from the start.

use super::{HorizontalController, annotation};
use crate::api::registry::{Part, WriteOptions};
use crate::clock::Span;
use crate::controllers::Controller;
use crate::controllers::replicaset::ReplicaSetController;
use crate::map;
use crate::object::{Key, Object, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};

struct Rig {
    cluster: Cluster,
}

impl Rig {
    /// A ReplicaSet `web` of `replicas` pods that request a cpu each, and an autoscaler with more of `spec` than the least.
    fn new(replicas: i64, spec: &str) -> Self {
        let controllers: Vec<Box<dyn Controller>> =
            vec![Box::new(ReplicaSetController::of_replica_sets()), Box::<HorizontalController>::default()];
        let mut rig = Rig { cluster: Cluster::new(&ClusterOptions::default(), controllers) };
        rig.cluster.bootstrap(&[]).expect("the system namespaces");
        let json = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut web = Object::new(kinds::REPLICA_SET, "default", "web");
        *web.spec_mut() = json(
            r#"{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
                "spec":{"containers":[{"name":"c","image":"v1","resources":{"requests":{"cpu":"1"}}}]}}}"#,
        );
        web.spec_mut().set("replicas", replicas);
        rig.cluster.api("test").create(web, &WriteOptions::default()).expect("a valid set");
        rig.pass(0);
        rig.start();
        rig.pass(600);
        let mut scaler = Object::new(kinds::HORIZONTAL_POD_AUTOSCALER, "default", "web");
        *scaler.spec_mut() = json(
            r#"{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web"},"maxReplicas":10,
                "metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]}"#,
        );
        for (key, value) in json(spec).as_map().expect("a map").iter() {
            scaler.spec_mut().set(key.clone(), value);
        }
        rig.cluster.api("test").create(scaler, &WriteOptions::default()).expect("a valid autoscaler");
        rig
    }

    fn pass(&mut self, seconds: i64) {
        self.cluster.advance(Span::seconds(seconds)).expect("it settles");
    }

    /// Lets periods pass, with every pod running at once.
    fn look(&mut self, periods: i64) {
        for _ in 0..periods {
            self.pass(15);
            self.start();
        }
    }

    fn start(&mut self) {
        let pods: Vec<Object> = self.cluster.view().list(kinds::POD).map(|it| Object::clone(it)).collect();
        let now = self.cluster.now();
        for mut pod in pods.into_iter().filter(|it| it.status()["phase"].as_str() != Some("Running")) {
            let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => now };
            pod.status_mut().set("phase", "Running");
            pod.status_mut().set("startTime", now);
            pod.status_mut().set("conditions", Value::list([ready]));
            self.cluster.api("kubelet").update(pod, Part::Status, &WriteOptions::default()).expect("a valid status");
        }
        self.pass(0);
    }

    fn use_cpu(&mut self, amount: &str) {
        let mut scaler = self.scaler();
        scaler.meta.set_annotation(annotation("cpu"), amount);
        self.cluster.api("test").update(scaler, Part::Main, &WriteOptions::default()).expect("a valid update");
    }

    fn scaler(&self) -> Object {
        let key = Key::new(kinds::HORIZONTAL_POD_AUTOSCALER, "default", "web");
        Object::clone(self.cluster.view().get(&key).expect("it is there"))
    }

    fn size(&self) -> i64 {
        let key = Key::new(kinds::REPLICA_SET, "default", "web");
        self.cluster.view().get(&key).and_then(|it| it.spec()["replicas"].as_i64()).unwrap_or_default()
    }

    fn conditions(&self) -> Vec<String> {
        let scaler = self.scaler();
        let conditions = scaler.status()["conditions"].items().iter();
        conditions.map(|it| ["type", "status", "reason"].map(|field| it[field].str_or_empty()).join(" ")).collect()
    }
}

#[test]
fn a_load_over_the_target_adds_pods_at_the_next_look_and_within_the_tolerance_none() {
    for (usage, want) in [("50%", 4), ("54%", 4), ("46%", 4), ("60%", 5), ("100%", 8), ("200%", 8), ("1 in all", 4)] {
        let mut rig = Rig::new(4, "{}");
        rig.use_cpu(usage);
        rig.pass(14);
        assert_eq!(rig.size(), 4);
        rig.pass(1);
        assert_eq!(rig.size(), want, "{usage}");
    }
}

#[test]
fn a_shared_load_is_met_by_as_many_pods_as_it_takes() {
    let mut rig = Rig::new(2, "{}");
    rig.use_cpu("3 in all");
    rig.look(4);
    assert_eq!(rig.size(), 6);
    assert_eq!(
        rig.conditions(),
        [
            "AbleToScale True ReadyForNewScale",
            "ScalingActive True ValidMetricFound",
            "ScalingLimited False DesiredWithinRange"
        ]
    );
}

#[test]
fn pods_go_when_the_highest_recommendation_of_five_minutes_is_past() {
    let mut rig = Rig::new(8, "{}");
    rig.use_cpu("50%");
    rig.look(100);
    rig.use_cpu("10%");
    rig.look(20);
    assert_eq!((rig.size(), rig.conditions()[0].as_str()), (8, "AbleToScale True ScaleDownStabilized"));
    rig.look(1);
    assert_eq!(rig.size(), 2);
}

#[test]
fn policies_and_windows_say_how_fast() {
    let behavior = r#"{"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":1,"periodSeconds":60}]},
        "scaleDown":{"stabilizationWindowSeconds":0,"policies":[{"type":"Percent","value":50,"periodSeconds":60}]}}}"#;
    let mut rig = Rig::new(2, behavior);
    rig.use_cpu("200%");
    rig.look(1);
    assert_eq!((rig.size(), rig.conditions()[2].as_str()), (3, "ScalingLimited True ScaleUpLimit"));
    rig.look(3);
    assert_eq!(rig.size(), 3);
    rig.look(1);
    assert_eq!(rig.size(), 4);
    rig.use_cpu("50%");
    rig.look(5);
    rig.use_cpu("1%");
    rig.look(1);
    assert_eq!(rig.size(), 2);
}

#[test]
fn bounds_hold_and_are_told() {
    let mut rig = Rig::new(4, r#"{"maxReplicas":5}"#);
    rig.use_cpu("200%");
    rig.look(3);
    assert_eq!((rig.size(), rig.conditions()[2].as_str()), (5, "ScalingLimited True TooManyReplicas"));
    let entries = rig.cluster.timeline().entries();
    rig.pass(86_400);
    let looks = rig.cluster.timeline().entries() - entries;
    assert!(looks < 5, "an autoscaler at rest looks {looks} times a day");
}

#[test]
fn without_metrics_nothing_is_scaled_and_the_reason_is_told() {
    let mut rig = Rig::new(4, "{}");
    rig.look(1);
    assert_eq!(rig.conditions()[1], "ScalingActive False FailedGetResourceMetric");
    rig.use_cpu("100%");
    rig.look(1);
    assert_eq!(rig.size(), 8);
}
