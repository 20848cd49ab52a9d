//! What an idle pod takes beyond its API object: counted by the allocator, so that a debug build says the same.
//!
//! Everything is let go but the objects themselves; what that sets free is what the kubelet, the scheduler, the store's indexes
//! and the timeline held. An empty cluster's share is taken off.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::sync::Arc;

use peak_alloc::PeakAlloc;
use seatrial::api::registry::WriteOptions;
use seatrial::clock::Span;
use seatrial::object::{Object, Value, kinds};
use seatrial::sim::{Bounds, Cluster, ClusterOptions, ControlPlaneOptions, NodeSpec, control_plane};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const NODES: usize = 20;
const PODS: usize = 1_000;
/// The most that an idle pod may take, in bytes.
const MOST: usize = 8 << 10;

fn main() {
    let probes = r#","readinessProbe":{"httpGet":{"port":80}},"livenessProbe":{"tcpSocket":{"port":80}},
        "startupProbe":{"exec":{"command":["cat","/etc/hostname"]}}"#;
    let of_script = |script: &str| format!(r#""image":"busybox:1.37","command":["sh","-c","{script}"]"#);
    let pods = [
        ("a server", r#""image":"nginx:1.29""#.to_owned()),
        ("a server with three probes", format!(r#""image":"nginx:1.29"{probes}"#)),
        ("a command that sleeps", r#""image":"busybox:1.37","command":["sleep","infinity"]"#.to_owned()),
        ("a script with a trap", of_script("trap 'exit 0' TERM; sleep infinity & wait")),
        ("a loop that leaves no trace", of_script("while true; do sleep 1; done")),
        ("a loop that counts", of_script("i=0; while true; do i=$((i + 1)); sleep 1; done")),
    ];
    println!("{:<32} {:>14} {:>14}", "an idle pod", "bytes beyond", "its object");
    let empty = beyond("", 0).0;
    let mut over = Vec::new();
    for (name, container) in pods {
        let (bytes, objects) = beyond(&container, PODS);
        let each = bytes.saturating_sub(empty) / PODS;
        println!("{name:<32} {each:>14} {:>14}", objects / PODS);
        if each > MOST {
            over.push(format!("{name} takes {each} bytes beyond its API object; {MOST} are allowed"));
        }
    }
    assert!(over.is_empty(), "{}", over.join("\n"));
}

/// The bytes that a cluster with so many idle pods holds beside its objects, and those of the objects.
fn beyond(container: &str, pods: usize) -> (usize, usize) {
    let before = ALLOCATOR.current_usage();
    let mut cluster = Cluster::new(&ClusterOptions::default(), control_plane(&ControlPlaneOptions::default()));
    cluster.bootstrap(&NodeSpec::numbered(NODES)).expect("a fresh cluster takes its nodes");
    for i in 0..pods {
        let json = format!(
            r#"{{"metadata":{{"name":"web-{i}"}},"spec":{{"nodeName":"node-{}","containers":[{{"name":"web",{container}}}]}}}}"#,
            i % NODES
        );
        let value = Value::from_json(json.as_bytes()).expect("valid JSON");
        let mut object = Object::from_value(kinds::POD, &value);
        object.meta.namespace = "default".into();
        cluster.api("bench").create(object, &WriteOptions::default()).expect("a valid pod");
    }
    cluster.settle(&Bounds { entries: 50_000_000, ..Bounds::default() }).expect("it settles");
    // Events go after an hour.
    cluster.advance(Span::seconds(7_200)).expect("time passes");
    let is_running = |pod: &&Arc<Object>| pod.status()["phase"].as_str() == Some("Running");
    assert_eq!(cluster.view().list(kinds::POD).filter(is_running).count(), pods, "every pod runs");
    cluster.compact_until(cluster.view().version());
    let held = ALLOCATOR.current_usage() - before;
    let view = cluster.view();
    let objects: Vec<Arc<Object>> = view.kinds().flat_map(|kind| view.list(kind).cloned()).collect();
    drop(cluster);
    let left = ALLOCATOR.current_usage() - before;
    (held.saturating_sub(left), left - objects.len() * size_of::<Arc<Object>>())
}
