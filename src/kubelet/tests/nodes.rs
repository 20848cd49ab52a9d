//! What pods go through with their node.

use super::*;

#[test]
fn a_pod_on_a_node_without_a_kubelet_stays_as_it_is() {
    let mut cluster = Cluster::new(&ClusterOptions::default(), vec![Box::new(Kubelet::default())]);
    cluster.bootstrap(&[]).expect("a fresh cluster");
    let ghost = Object::new(kinds::NODE, "", "node-0");
    cluster.api("test").create(ghost, &WriteOptions::default()).expect("a node");
    create(&mut cluster, r#"{"containers":[{"name":"c","image":"b"}]}"#);
    assert!(history(&mut cluster, 100).is_empty());
}

fn direct(cluster: &mut Cluster, order: machine::Order) {
    let direction = machine::NodeDirection { node: "node-0".into(), order };
    cluster.direct_node(&direction).expect("a node that runs");
    cluster.run_due().expect("it settles");
}

#[test]
fn a_node_under_pressure_costs_nothing_once_all_is_said() {
    let mut cluster = run(Latency::default(), "Always", FOR_EVER);
    cluster.advance(Span::seconds(5)).expect("it settles");
    let memory = eviction::Amount::parse("15Gi").expect("an amount");
    direct(&mut cluster, machine::Order::Use(eviction::Resource::Memory, memory));
    cluster.advance(Span::seconds(60)).expect("it settles");
    let entries = cluster.timeline().entries();
    cluster.advance(Span::seconds(365 * 86_400)).expect("idle");
    assert_eq!((cluster.timeline().entries(), cluster.timeline().waiting()), (entries, 0));
    direct(&mut cluster, machine::Order::Use(eviction::Resource::Memory, eviction::Amount::Percent(100.0)));
    cluster.advance(Span::seconds(3600)).expect("it settles");
    let entries = cluster.timeline().entries();
    cluster.advance(Span::seconds(365 * 86_400)).expect("idle");
    assert_eq!((cluster.timeline().entries(), cluster.timeline().waiting()), (entries, 0));
}

#[test]
fn a_container_does_not_outlive_its_machine() {
    let mut cluster = run(Latency::default(), "Always", r#""command":["sleep","1000"]"#);
    cluster.advance(Span::seconds(10)).expect("it settles");
    direct(&mut cluster, machine::Order::PowerOff);
    cluster.advance(Span::seconds(30)).expect("it settles");
    direct(&mut cluster, machine::Order::PowerOn);
    assert_eq!(
        history(&mut cluster, 100),
        [
            "T+0s Pending, c ContainerCreating x0",
            "T+1s Running, c running ready x0",
            "T+40s Running, c Unknown 255 x0",
            "T+41s Running, c running ready x1"
        ]
    );
}

#[test]
fn a_node_is_looked_up_anew_once_a_node_has_changed() {
    let (mut kubelet, mut store) = (Kubelet::default(), crate::store::Store::new());
    let (start, key) = (Time::from_unix(0), Key::new(kinds::NODE, "", "node-0"));
    let mut node = node::new_node("node-0", 0, start);
    let mut put = |kubelet: &mut Kubelet, store: &mut crate::store::Store, unschedulable: bool| {
        node.spec_mut().set("unschedulable", unschedulable);
        store.put(node.clone(), start, Str::from("test"));
        let found = kubelet.nodes.with_kubelet(&key.name, View::new(store)).expect("a kubelet runs there");
        assert_eq!(found.spec()["unschedulable"].as_bool(), Some(unschedulable));
        assert_eq!(kubelet.nodes.actor_of(&found, View::new(store)), "kubelet node-0");
        let again = kubelet.nodes.with_kubelet(&key.name, View::new(store)).expect("a kubelet runs there");
        assert!(Arc::ptr_eq(&again, &found));
    };
    put(&mut kubelet, &mut store, false);
    put(&mut kubelet, &mut store, true);
    store.remove(&key, start, Str::from("test"));
    assert!(kubelet.nodes.with_kubelet(&key.name, View::new(&store)).is_none());
}
