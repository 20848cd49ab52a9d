//! Which slices come of which pods, in a cluster with this controller alone.

use std::sync::Arc;

use super::EndpointSliceController;
use crate::api::registry::{Part, WriteOptions};
use crate::controllers::Controller;
use crate::map;
use crate::object::{Key, Object, Value, kinds};
use crate::sim::{Cluster, ClusterOptions, NodeSpec};

fn cluster() -> Cluster {
    let controllers: Vec<Box<dyn Controller>> = vec![Box::new(EndpointSliceController::default())];
    let mut cluster = Cluster::new(&ClusterOptions::default(), controllers);
    cluster.bootstrap(&NodeSpec::numbered(1)).expect("a fresh cluster");
    cluster
}

fn json(text: &str) -> Value {
    Value::from_json(text.as_bytes()).expect("valid JSON")
}

fn service(cluster: &mut Cluster, spec: &str) {
    let mut service = Object::new(kinds::SERVICE, "default", "web");
    *service.spec_mut() = json(spec);
    cluster.api("test").create(service, &WriteOptions::default()).expect("a service");
    cluster.run_due().expect("settles");
}

fn pods(cluster: &mut Cluster, from: usize, to: usize) {
    for i in from..to {
        let mut pod = Object::new(kinds::POD, "default", format!("p{i:03}"));
        pod.meta.set_label("app", "web");
        *pod.spec_mut() = json(r#"{"nodeName":"node-0","containers":[{"name":"c","image":"nginx"}]}"#);
        let made = cluster.api("test").create(pod, &WriteOptions::default()).expect("a pod");
        set_status(cluster, &made, "True", &format!("10.244.{}.{}", i / 200, i % 200 + 2));
    }
    cluster.run_due().expect("settles");
}

fn set_status(cluster: &mut Cluster, pod: &Arc<Object>, ready: &str, ip: &str) {
    let mut pod = Object::clone(pod);
    *pod.status_mut() = Value::Map(map! {
        "phase" => "Running", "podIP" => ip, "podIPs" => Value::list([map! { "ip" => ip }]),
        "conditions" => Value::list([map! { "type" => "Ready", "status" => ready }]),
    });
    cluster.api("test").update(pod, Part::Status, &WriteOptions::default()).expect("a status");
}

fn slices(cluster: &Cluster) -> Vec<Arc<Object>> {
    let all = cluster.view();
    all.list_in(kinds::ENDPOINT_SLICE, "default").filter(|it| it.meta.name != "kubernetes").cloned().collect()
}

fn sizes(cluster: &Cluster) -> Vec<usize> {
    let mut sizes: Vec<_> = slices(cluster).iter().map(|it| it.body["endpoints"].items().len()).collect();
    sizes.sort_unstable();
    sizes
}

const PLAIN: &str = r#"{"selector":{"app":"web"},"ports":[{"port":80,"protocol":"TCP","targetPort":80}]}"#;

#[test]
fn a_slice_holds_a_hundred_endpoints_and_the_rest_goes_into_another() {
    let mut cluster = cluster();
    service(&mut cluster, PLAIN);
    assert_eq!(sizes(&cluster), [0]);
    pods(&mut cluster, 0, 100);
    assert_eq!(sizes(&cluster), [100]);
    pods(&mut cluster, 100, 130);
    assert_eq!(sizes(&cluster), [30, 100]);
    pods(&mut cluster, 130, 250);
    assert_eq!(sizes(&cluster).iter().sum::<usize>(), 250);
    assert!(sizes(&cluster).iter().all(|it| *it <= 100));
}

#[test]
fn an_endpoint_changes_in_its_place_when_its_pod_gets_unready() {
    let mut cluster = cluster();
    service(&mut cluster, PLAIN);
    pods(&mut cluster, 0, 3);
    let before = slices(&cluster);
    let pod = cluster.view().get(&Key::new(kinds::POD, "default", "p001")).cloned().expect("a pod");
    set_status(&mut cluster, &pod, "False", "10.244.0.3");
    cluster.run_due().expect("settles");
    let after = slices(&cluster);
    assert_eq!(before[0].meta.uid, after[0].meta.uid);
    let ready = |slice: &Object| -> Vec<bool> {
        slice.body["endpoints"].items().iter().map(|it| it["conditions"]["ready"].is_true()).collect()
    };
    assert_eq!((ready(&before[0]), ready(&after[0])), (vec![true; 3], vec![true, false, true]));
}

#[test]
fn a_service_that_keeps_traffic_close_gives_hints() {
    let mut cluster = cluster();
    let spec = r#"{"selector":{"app":"web"},"ports":[{"port":80,"protocol":"TCP","targetPort":80}],
                   "trafficDistribution":"PreferSameNode"}"#;
    service(&mut cluster, spec);
    pods(&mut cluster, 0, 1);
    assert_eq!(slices(&cluster)[0].body["endpoints"][0]["hints"].to_json(), r#"{"forNodes":[{"name":"node-0"}]}"#);
}

#[test]
fn what_others_do_to_a_slice_is_put_right_after_a_second() {
    let mut cluster = cluster();
    service(&mut cluster, PLAIN);
    pods(&mut cluster, 0, 2);
    let mut changed = Object::clone(&slices(&cluster)[0]);
    changed.body.remove("endpoints");
    cluster.api("kubectl").update(changed, Part::Main, &WriteOptions::default()).expect("an update");
    assert_eq!(sizes(&cluster), [0]);
    cluster.advance(crate::clock::Span::seconds(1)).expect("settles");
    assert_eq!(sizes(&cluster), [2]);
}
