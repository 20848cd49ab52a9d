//! Deployments on a cluster whose scheduler and kubelet are the test.

use super::DeploymentController;
use crate::api::registry::{Part, WriteOptions};
use crate::clock::Span;
use crate::controllers::Controller;
use crate::controllers::replicaset::ReplicaSetController;
use crate::map;
use crate::object::{Key, Object, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};

/// A cluster with the controllers of Deployments and ReplicaSets alone, and a Deployment `web` on it.
struct Rig {
    cluster: Cluster,
}

impl Rig {
    /// A Deployment with more of `spec` than the least, all of whose pods run.
    fn new(spec: &str) -> Self {
        let controllers: Vec<Box<dyn Controller>> =
            vec![Box::new(DeploymentController::default()), Box::new(ReplicaSetController::of_replica_sets())];
        let mut rig = Rig { cluster: Cluster::new(&ClusterOptions::default(), controllers) };
        rig.cluster.bootstrap(&[]).expect("the system namespaces");
        let json = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut web = Object::new(kinds::DEPLOYMENT, "default", "web");
        *web.spec_mut() = json(
            r#"{"selector":{"matchLabels":{"app":"web"}},
                "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"v1"}]}}}"#,
        );
        for (key, value) in json(spec).as_map().expect("a map").iter() {
            web.spec_mut().set(key.clone(), value);
        }
        rig.cluster.api("test").create(web, &WriteOptions::default()).expect("a valid Deployment");
        rig.pass(0);
        rig.start_all();
        rig
    }

    fn pass(&mut self, millis: i64) {
        self.cluster.advance(Span::millis(millis)).expect("it settles");
    }

    fn edit(&mut self, change: impl FnOnce(&mut Value)) {
        let mut web = Object::clone(self.cluster.view().get(&Self::key()).expect("it is there"));
        change(web.spec_mut());
        self.cluster.api("test").update(web, Part::Main, &WriteOptions::default()).expect("a valid update");
        self.pass(0);
    }

    fn set_image(&mut self, image: &str) {
        self.edit(|spec| {
            spec.at_mut(&["template", "spec", "containers"]).items_mut()[0].set("image", image);
        });
    }

    fn key() -> Key {
        Key::new(kinds::DEPLOYMENT, "default", "web")
    }

    fn web(&self) -> Object {
        Object::clone(self.cluster.view().get(&Self::key()).expect("it is there"))
    }

    fn count(&self, field: &str) -> i64 {
        self.web().status()[field].as_i64().unwrap_or_default()
    }

    fn condition(&self, kind: &str) -> String {
        let web = self.web();
        let found = web.status()["conditions"].items().iter().find(|it| it["type"].as_str() == Some(kind));
        found.map(|it| format!("{} {}", it["status"].str_or_empty(), it["reason"].str_or_empty())).unwrap_or_default()
    }

    /// Has one pod that does not run yet report that it does; whether there was one.
    fn start_one(&mut self) -> bool {
        let view = self.cluster.view();
        let waiting = view.list(kinds::POD).find(|it| it.status()["phase"].as_str() != Some("Running"));
        let Some(mut pod) = waiting.map(|it| Object::clone(it)) else {
            return false;
        };
        let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => self.cluster.now() };
        pod.status_mut().set("phase", "Running");
        pod.status_mut().set("conditions", Value::list([ready]));
        self.cluster.api("kubelet").update(pod, Part::Status, &WriteOptions::default()).expect("a valid status");
        self.pass(0);
        true
    }

    fn start_all(&mut self) {
        while self.start_one() {}
    }

    /// The sizes and revisions of the ReplicaSets, by revision.
    fn sets(&self) -> Vec<(String, i64)> {
        let sets = self.cluster.view().list(kinds::REPLICA_SET).cloned().collect::<Vec<_>>();
        let mut sets: Vec<_> = sets
            .iter()
            .map(|it| {
                let of = |key: &str| it.meta.annotation(key).unwrap_or_default().to_owned();
                let history = of("deployment.kubernetes.io/revision-history");
                let sep = if history.is_empty() { "" } else { " after " };
                let revision = format!("{}{sep}{history}", of(super::annotations::REVISION));
                (revision, it.spec()["replicas"].as_i64().unwrap_or_default())
            })
            .collect();
        sets.sort();
        sets
    }
}

fn sizes(of: &[(&str, i64)]) -> Vec<(String, i64)> {
    of.iter().map(|(revision, size)| ((*revision).to_owned(), *size)).collect()
}

#[test]
fn a_rolling_update_keeps_within_its_bounds_at_every_step() {
    for (surge, unavailable, replicas) in [("1", "0", 3), ("0", "1", 3), ("\"25%\"", "\"25%\"", 10), ("4", "2", 5)] {
        let rolling = format!(r#"{{"maxSurge":{surge},"maxUnavailable":{unavailable}}}"#);
        let spec =
            format!(r#"{{"replicas":{replicas},"strategy":{{"type":"RollingUpdate","rollingUpdate":{rolling}}}}}"#);
        let mut rig = Rig::new(&spec);
        assert_eq!(
            (rig.count("availableReplicas"), rig.condition("Progressing").as_str()),
            (replicas, "True NewReplicaSetAvailable")
        );
        let bounds = super::spec::Spec::of(&rig.web());
        rig.set_image("v2");
        loop {
            let (pods, available) = (rig.count("replicas"), rig.count("availableReplicas"));
            assert!(pods <= bounds.max_replicas() && available >= bounds.min_available(), "{pods} {available} {spec}");
            if !rig.start_one() {
                break;
            }
        }
        assert_eq!(rig.sets(), sizes(&[("1", 0), ("2", replicas)]), "{spec}");
        assert_eq!(rig.condition("Progressing"), "True NewReplicaSetAvailable");
        assert_eq!(rig.web().meta.annotation(super::annotations::REVISION), Some("2"));
    }
}

#[test]
fn a_rollback_takes_the_old_set_up_again_under_a_new_number() {
    let mut rig = Rig::new(r#"{"replicas":2}"#);
    for image in ["v2", "v1", "v2"] {
        rig.set_image(image);
        rig.start_all();
    }
    assert_eq!(rig.sets(), sizes(&[("3 after 1", 0), ("4 after 2", 2)]));
}

#[test]
fn the_annotation_that_asks_for_a_rollback_is_obeyed_once_and_taken_off() {
    let mut rig = Rig::new(r#"{"replicas":2}"#);
    for image in ["v2", "v3"] {
        rig.set_image(image);
        rig.start_all();
    }
    let table = [
        ("0", "v2", "DeploymentRollback", "Rolled back deployment \"web\" to revision 2"),
        ("1", "v1", "DeploymentRollback", "Rolled back deployment \"web\" to revision 1"),
        (
            "5",
            "v1",
            "DeploymentRollbackTemplateUnchanged",
            "The rollback revision contains the same template as current deployment \"web\"",
        ),
        ("9", "v1", "DeploymentRollbackRevisionNotFound", "Unable to find the revision to rollback to."),
    ];
    for (asked, image, reason, text) in table {
        let mut web = rig.web();
        web.meta.set_annotation("deprecated.deployment.rollback.to", asked);
        rig.cluster.api("test").update(web, Part::Main, &WriteOptions::default()).expect("a valid update");
        rig.pass(0);
        rig.start_all();
        let web = rig.web();
        assert_eq!(web.spec()["template"]["spec"]["containers"][0]["image"].str_or_empty(), image, "to {asked}");
        assert!(web.spec()["template"]["metadata"]["labels"]["pod-template-hash"].is_null());
        assert_eq!(web.meta.annotation("deprecated.deployment.rollback.to"), None);
        let is_told = |it: &&std::sync::Arc<Object>| {
            it.body["reason"].str_or_empty() == reason && it.body["message"].str_or_empty() == text
        };
        assert_eq!(rig.cluster.view().list(kinds::EVENT).filter(is_told).count(), 1, "to {asked}");
    }
    assert_eq!(rig.sets(), sizes(&[("3", 0), ("4 after 2", 0), ("5 after 1", 2)]));
}

#[test]
fn scaling_in_the_middle_of_a_stuck_rollout_spreads_over_all_sets() {
    let mut rig = Rig::new(
        r#"{"replicas":10,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":3,"maxUnavailable":2}}}"#,
    );
    rig.set_image("bad");
    assert_eq!(rig.sets(), sizes(&[("1", 8), ("2", 5)]));
    rig.edit(|spec| spec.set("replicas", 15_i64));
    assert_eq!(rig.sets(), sizes(&[("1", 11), ("2", 7)]));
    rig.edit(|spec| spec.set("replicas", 0_i64));
    assert_eq!(rig.sets(), sizes(&[("1", 0), ("2", 0)]));
}

#[test]
fn a_paused_deployment_is_scaled_and_not_rolled_out() {
    let mut rig = Rig::new(r#"{"replicas":2}"#);
    rig.edit(|spec| spec.set("paused", true));
    assert_eq!(rig.condition("Progressing"), "Unknown DeploymentPaused");
    rig.set_image("v2");
    rig.edit(|spec| spec.set("replicas", 3_i64));
    rig.start_all();
    assert_eq!((rig.sets(), rig.count("updatedReplicas")), (sizes(&[("1", 3)]), 0));
    rig.edit(|spec| spec.set("paused", false));
    rig.start_all();
    assert_eq!(rig.sets(), sizes(&[("1", 0), ("2", 3)]));
}

#[test]
fn a_rollout_that_does_not_move_is_told_of_when_its_deadline_has_passed() {
    let mut rig = Rig::new(r#"{"replicas":2,"progressDeadlineSeconds":60}"#);
    rig.pass(1_000_000);
    assert_eq!(rig.condition("Progressing"), "True NewReplicaSetAvailable");
    rig.set_image("bad");
    rig.pass(60_000);
    assert_eq!(rig.condition("Progressing"), "True ReplicaSetUpdated");
    rig.pass(1_000);
    assert_eq!(rig.condition("Progressing"), "False ProgressDeadlineExceeded");
    assert_eq!(rig.condition("Available"), "True MinimumReplicasAvailable");
    rig.set_image("v3");
    rig.start_all();
    assert_eq!(rig.condition("Progressing"), "True NewReplicaSetAvailable");
}

#[test]
fn pods_that_are_not_available_go_first_so_that_a_second_rollout_is_not_held_up() {
    let mut rig = Rig::new(r#"{"replicas":4}"#);
    rig.set_image("bad");
    assert_eq!(rig.sets(), sizes(&[("1", 3), ("2", 2)]));
    rig.set_image("v3");
    assert_eq!(rig.sets(), sizes(&[("1", 3), ("2", 0), ("3", 2)]));
}

#[test]
fn old_sets_beyond_the_limit_go_the_oldest_first() {
    let mut rig = Rig::new(r#"{"replicas":1,"revisionHistoryLimit":1}"#);
    for image in ["v2", "v3", "v4"] {
        rig.set_image(image);
        rig.start_all();
    }
    assert_eq!(rig.sets(), sizes(&[("3", 0), ("4", 1)]));
}

#[test]
fn a_taken_name_gives_the_template_another_hash() {
    let mut rig = Rig::new(r#"{"replicas":1}"#);
    let template = {
        let mut web = rig.web();
        web.spec_mut().at_mut(&["template", "spec", "containers"]).items_mut()[0].set("image", "v2");
        web.spec()["template"].clone()
    };
    let taken = format!("web-{}", crate::controllers::history::compute_hash(&template, None));
    let mut stranger = Object::clone(rig.cluster.view().list(kinds::REPLICA_SET).next().expect("the first set"));
    stranger.meta =
        crate::object::Meta { name: taken.as_str().into(), namespace: "default".into(), ..Default::default() };
    *stranger.spec_mut() = Value::Map(map! {
        "replicas" => 0_i64,
        "selector" => map! { "matchLabels" => map! { "app" => "other" } },
        "template" => stranger.spec()["template"].clone(),
    });
    stranger.spec_mut().at_mut(&["template", "metadata", "labels"]).set("app", "other");
    rig.cluster.api("test").create(stranger, &WriteOptions::default()).expect("a valid set");
    rig.set_image("v2");
    rig.start_all();
    assert_eq!((rig.count("collisionCount"), rig.count("updatedReplicas")), (1, 1));
}
