//! The scheduler in a cluster of its own.

use super::Scheduler;
use crate::api::registry::WriteOptions;
use crate::clock::Span;
use crate::map;
use crate::object::{Key, Object, Value, kinds};
use crate::sim::{Cluster, ClusterOptions};

struct Rehearsal {
    cluster: Cluster,
}

impl Rehearsal {
    fn new() -> Self {
        let scheduler: Vec<Box<dyn crate::controllers::Controller>> = vec![Box::new(Scheduler::default())];
        let mut cluster = Cluster::new(&ClusterOptions::default(), scheduler);
        let mut namespace = Object::new(kinds::NAMESPACE, "", "default");
        namespace.spec_mut().set("finalizers", Value::list(["kubernetes"]));
        cluster.api("test").create(namespace, &WriteOptions::default()).expect("the namespace");
        let account = Object::new(kinds::SERVICE_ACCOUNT, "default", "default");
        cluster.api("test").create(account, &WriteOptions::default()).expect("the service account");
        Rehearsal { cluster }
    }

    fn node(&mut self, name: &str, cpu: &str, change: impl Fn(&mut Object)) {
        let mut node = Object::new(kinds::NODE, "", name);
        node.meta.set_label("kubernetes.io/hostname", name);
        let room = map! { "cpu" => cpu, "memory" => "8Gi", "pods" => "2" };
        let ready = Value::Map(map! { "type" => "Ready", "status" => "True" });
        *node.status_mut() =
            Value::Map(map! { "capacity" => &room, "allocatable" => &room, "conditions" => Value::list([ready]) });
        change(&mut node);
        let made = self.cluster.api("test").create(node.clone(), &WriteOptions::default()).expect("the node");
        let mut made = Object::clone(&made);
        made.spec_mut().set("taints", node.spec()["taints"].clone());
        *made.status_mut() = node.status().clone();
        let api = &mut self.cluster.api("test");
        let made = api
            .update(made, crate::api::registry::Part::Main, &WriteOptions::default())
            .and_then(|main| {
                let mut made = Object::clone(&main);
                *made.status_mut() = node.status().clone();
                api.update(made, crate::api::registry::Part::Status, &WriteOptions::default())
            })
            .expect("the node's status");
        assert_eq!(made.meta.name, name);
    }

    fn pod(&mut self, name: &str, cpu: &str, change: impl Fn(&mut Value)) {
        let mut pod = Object::new(kinds::POD, "default", name);
        let resources = Value::Map(map! { "requests" => Value::Map(map! { "cpu" => cpu }) });
        let container = Value::Map(map! { "name" => "c", "image" => "img", "resources" => resources });
        *pod.spec_mut() = Value::Map(map! {
            "containers" => Value::list([container]),
            "schedulerName" => "default-scheduler",
            "restartPolicy" => "Always",
        });
        change(pod.spec_mut());
        self.cluster.api("test").create(pod, &WriteOptions::default()).expect("the pod");
        self.cluster.run_due().expect("a bounded queue");
    }

    fn place(&self, name: &str) -> String {
        let pod = self.cluster.view().get(&Key::new(kinds::POD, "default", name)).cloned().expect("the pod is there");
        let conditions = pod.status()["conditions"].items();
        let message = conditions.iter().find(|it| it["reason"].as_str() == Some("Unschedulable"));
        let message = message.map(|it| it["message"].str_or_empty().to_owned());
        pod.node_name().map_or_else(|| message.unwrap_or_default(), |node| node.to_string())
    }

    fn check(&self, name: &str, want: &str) {
        assert_eq!(self.place(name), want, "{name}");
    }
}

const HELPLESS: &str =
    "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.";
const VICTIMLESS: &str =
    "no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";

#[test]
fn a_pod_goes_where_there_is_room() {
    let mut it = Rehearsal::new();
    it.node("node-0", "1", |_| {});
    it.node("node-1", "4", |_| {});
    it.pod("big", "2", |_| {});
    it.check("big", "node-1");
}

#[test]
fn pods_spread_to_the_node_with_more_room_left() {
    let mut it = Rehearsal::new();
    it.node("node-0", "4", |_| {});
    it.node("node-1", "4", |_| {});
    it.pod("a", "1", |_| {});
    it.pod("b", "1", |_| {});
    it.check("a", "node-0");
    it.check("b", "node-1");
}

#[test]
fn without_nodes_a_pod_says_so_and_is_bound_when_one_joins() {
    let mut it = Rehearsal::new();
    it.pod("early", "1", |_| {});
    it.check("early", "no nodes available to schedule pods");
    it.node("node-0", "4", |_| {});
    it.cluster.advance(Span::seconds(2)).expect("time passes");
    it.check("early", "node-0");
}

#[test]
fn a_pod_that_asks_for_more_than_a_node_has_is_beyond_preemption() {
    let mut it = Rehearsal::new();
    it.node("node-0", "1", |_| {});
    it.pod("big", "2", |_| {});
    it.check("big", &format!("0/1 nodes are available: 1 Insufficient cpu. {HELPLESS}"));
}

#[test]
fn a_full_node_takes_no_more_until_a_pod_leaves() {
    let mut it = Rehearsal::new();
    it.node("node-0", "4", |_| {});
    for name in ["a", "b", "c"] {
        it.pod(name, "1", |_| {});
    }
    it.check("c", &format!("0/1 nodes are available: 1 Too many pods. {VICTIMLESS}"));
    let options = crate::api::registry::DeleteOptions { grace_seconds: Some(0), ..Default::default() };
    it.cluster.api("test").delete(&Key::new(kinds::POD, "default", "a"), &options).expect("it is deleted");
    it.cluster.advance(Span::seconds(2)).expect("time passes");
    it.check("c", "node-0");
}

#[test]
fn a_taint_keeps_away_what_does_not_tolerate_it() {
    let mut it = Rehearsal::new();
    let taint = || Value::Map(map! { "key" => "env", "value" => "dev", "effect" => "NoSchedule" });
    it.node("node-0", "4", |node| node.spec_mut().set("taints", Value::list([taint()])));
    it.pod("web", "1", |_| {});
    it.check("web", &format!("0/1 nodes are available: 1 node(s) had untolerated taint(s). {HELPLESS}"));
    it.pod("dev", "1", |spec| {
        let toleration = map! { "key" => "env", "operator" => "Equal", "value" => "dev", "effect" => "NoSchedule" };
        spec.set("tolerations", Value::list([Value::Map(toleration)]));
    });
    it.check("dev", "node-0");
}

#[test]
fn a_pod_that_names_a_node_is_put_to_no_other() {
    let mut it = Rehearsal::new();
    it.node("node-0", "4", |_| {});
    let naming = |node: &'static str| {
        move |spec: &mut Value| {
            let field = map! { "key" => "metadata.name", "operator" => "In", "values" => Value::list([node]) };
            let term = map! { "matchFields" => Value::list([Value::Map(field)]) };
            let terms = map! { "nodeSelectorTerms" => Value::list([Value::Map(term)]) };
            *spec.at_mut(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]) =
                Value::Map(terms);
        }
    };
    it.pod("here", "1", naming("node-0"));
    it.check("here", "node-0");
    it.pod("elsewhere", "1", naming("node-9"));
    it.check(
        "elsewhere",
        &format!("0/1 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity]. {HELPLESS}"),
    );
}

#[test]
fn a_rejected_pod_is_tried_again_every_five_minutes_and_costs_nothing_in_between() {
    let mut it = Rehearsal::new();
    it.node("node-0", "1", |_| {});
    it.pod("big", "2", |_| {});
    let before = it.cluster.timeline().entries();
    it.cluster.advance(Span::seconds(3000)).expect("time passes");
    assert_eq!(it.cluster.timeline().entries() - before, 10);
}
