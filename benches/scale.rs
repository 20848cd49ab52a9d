//! What a cluster of size costs: times, and the counts that must grow with the work and with nothing else.
//!
//! `cargo bench` plays each rehearsal several times and prints the median time with the counts; `cargo bench -- NAME` plays
//! those whose names contain NAME. Times are those that a core worked, so that other programs disturb them less.
#![expect(clippy::disallowed_types, clippy::print_stdout, reason = "a benchmark reads the clock and prints")]

use std::time::{Duration, Instant};

use seatrial::api::registry::{Part, WriteOptions};
use seatrial::clock::Span;
use seatrial::map;
use seatrial::object::{Key, Kind, Object, Value, kinds};
use seatrial::sim::{Bounds, Cluster, ClusterOptions, ControlPlaneOptions, NodeSpec, control_plane};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROUNDS: usize = 3;
const DAY: i64 = 86_400;

/// What one rehearsal came to.
struct Count {
    entries: u64,
    changes: u64,
    pods: usize,
}

/// Plays a rehearsal once: the time of what is measured, and its counts.
type Rehearse = fn() -> (Duration, Count);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    println!("{:<58} {:>10} {:>9} {:>9} {:>8}", "rehearsal", "median", "entries", "changes", "pods");
    let rehearsals: Vec<(&str, Rehearse)> = vec![
        ("a new cluster with 4 nodes", new_cluster),
        ("a DaemonSet rolled out to 1,000 nodes", || daemonset(1_000)),
        ("a DaemonSet rolled out to 5,000 nodes", || daemonset(5_000)),
        ("OnDelete: every pod of 1,000 nodes deleted by hand", || update(1_000, "OnDelete", "1")),
        ("RollingUpdate of 1,000 nodes, maxUnavailable 10%", || update(1_000, "RollingUpdate", "10%")),
        ("RollingUpdate of 500 nodes, maxUnavailable 1", || update(500, "RollingUpdate", "1")),
        ("RollingUpdate of 1,000 nodes, maxUnavailable 1", || update(1_000, "RollingUpdate", "1")),
        ("a Deployment of 1,000 replicas created", || deployment(1_000, "1", false)),
        ("a Deployment of 1,000 replicas updated by quarters", || deployment(1_000, r#""25%""#, true)),
        ("a Deployment of 2,000 replicas updated by quarters", || deployment(2_000, r#""25%""#, true)),
        ("a Deployment of 1,000 replicas updated one by one", || deployment(1_000, "1", true)),
        ("a Job of 10,000 completions at parallelism 500", || job(10_000, 500)),
        ("a day of a minutely CronJob", cron_day),
        ("a day of 10,000 pods without probes", || day(10_000, false)),
        ("a day of 10,000 pods with three probes each", || day(10_000, true)),
        ("a second passes over 100 nodes with running pods", || idle(Span::seconds(1))),
        ("a year passes over 100 nodes with running pods", || idle(Span::seconds(365 * DAY))),
        ("an hour of 1,000 loops with `sleep 1`", || scripts("while true; do sleep 1; done")),
        ("an hour of 1,000 loops with `sleep 1` that count", || {
            scripts("i=0; while true; do i=$((i + 1)); sleep 1; done")
        }),
    ];
    for (name, rehearse) in rehearsals {
        if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
            print_median(name, rehearse);
        }
    }
    growth(&wanted);
    for (name, long) in [("a year of a minutely CronJob", cron_year as fn()), ("150,000 pods", fleet)] {
        if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
            long();
        }
    }
}

fn print_median(name: &str, rehearse: Rehearse) {
    let mut rounds: Vec<_> = (0..ROUNDS).map(|_| rehearse()).collect();
    rounds.sort_by_key(|(time, _)| *time);
    let (time, count) = &rounds[ROUNDS / 2];
    println!("{name:<58} {:>10.2?} {:>9} {:>9} {:>8}", time, count.entries, count.changes, count.pods);
}

fn cluster(nodes: usize) -> Cluster {
    let mut cluster = Cluster::new(&ClusterOptions::default(), control_plane(&ControlPlaneOptions::default()));
    cluster.bootstrap(&NodeSpec::numbered(nodes)).expect("a fresh cluster takes its nodes");
    cluster.run_due().expect("a fresh cluster settles");
    cluster
}

fn measured(mut cluster: Cluster, work: impl FnOnce(&mut Cluster)) -> (Duration, Count) {
    let (entries, version) = (cluster.timeline().entries(), cluster.view().version());
    let start = used();
    work(&mut cluster);
    let time = used() - start;
    let count = Count {
        entries: cluster.timeline().entries() - entries,
        changes: cluster.view().version() - version,
        pods: cluster.view().count(kinds::POD),
    };
    (time, count)
}

fn object_of(kind: Kind, json: &str) -> Object {
    Object::from_value(kind, &Value::from_json(json.as_bytes()).expect("valid JSON"))
}

fn create(cluster: &mut Cluster, kind: Kind, json: &str) {
    let mut object = object_of(kind, json);
    object.meta.namespace = "default".into();
    cluster.api("bench").create(object, &WriteOptions::default()).expect("a valid object");
}

fn settle(cluster: &mut Cluster) {
    cluster.settle(&Bounds { entries: 50_000_000, ..Bounds::default() }).expect("it settles");
}

fn daemonset_json(name: &str, strategy: &str, unavailable: &str) -> String {
    let rolling = match strategy {
        "OnDelete" => String::new(),
        _ if unavailable.ends_with('%') => format!(r#","rollingUpdate":{{"maxUnavailable":"{unavailable}"}}"#),
        _ => format!(r#","rollingUpdate":{{"maxUnavailable":{unavailable}}}"#),
    };
    format!(
        r#"{{"metadata":{{"name":"{name}"}},"spec":{{"selector":{{"matchLabels":{{"app":"{name}"}}}},
            "updateStrategy":{{"type":"{strategy}"{rolling}}},
            "template":{{"metadata":{{"labels":{{"app":"{name}"}}}},
                "spec":{{"containers":[{{"name":"c","image":"nginx:1.18.0"}}]}}}}}}}}"#
    )
}

fn new_cluster() -> (Duration, Count) {
    let start = used();
    let cluster = cluster(4);
    let time = used() - start;
    let (entries, changes) = (cluster.timeline().entries(), cluster.view().version());
    (time, Count { entries, changes, pods: 0 })
}

fn daemonset(nodes: usize) -> (Duration, Count) {
    measured(cluster(nodes), |cluster| {
        create(cluster, kinds::DAEMON_SET, &daemonset_json("agent", "RollingUpdate", "1"));
        settle(cluster);
        assert_available(cluster, nodes);
    })
}

/// A virtual hour of 1,000 pods that run `script`.
fn scripts(script: &str) -> (Duration, Count) {
    let mut cluster = cluster(10);
    for index in 0..1_000 {
        let (name, node) = (format!("loop-{index}"), format!("node-{}", index % 10));
        let container = format!(r#"{{"name":"c","image":"busybox:1.37","command":["sh","-c","{script}"]}}"#);
        let spec = format!(r#"{{"nodeName":"{node}","containers":[{container}]}}"#);
        create(&mut cluster, kinds::POD, &format!(r#"{{"metadata":{{"name":"{name}"}},"spec":{spec}}}"#));
    }
    measured(cluster, |cluster| cluster.advance(Span::seconds(3_600)).expect("an hour passes"))
}

fn assert_available(cluster: &Cluster, nodes: usize) {
    let set = cluster.view().get(&Key::new(kinds::DAEMON_SET, "default", "agent")).cloned().expect("it is there");
    let status = set.status();
    let (available, updated) = (status["numberAvailable"].as_i64(), status["updatedNumberScheduled"].as_i64());
    let want = i64::try_from(nodes).ok();
    assert_eq!((available, updated), (want, want), "{status}");
}

fn update(nodes: usize, strategy: &str, unavailable: &str) -> (Duration, Count) {
    let mut prepared = cluster(nodes);
    create(&mut prepared, kinds::DAEMON_SET, &daemonset_json("agent", strategy, unavailable));
    settle(&mut prepared);
    measured(prepared, |cluster| {
        let key = Key::new(kinds::DAEMON_SET, "default", "agent");
        let mut set = cluster.view().get(&key).map(|it| Object::clone(it)).expect("it is there");
        set.spec_mut().at_mut(&["template", "spec", "containers"]).items_mut()[0].set("image", "nginx:latest");
        cluster.api("bench").update(set, Part::Main, &WriteOptions::default()).expect("a valid change");
        settle(cluster);
        if strategy == "OnDelete" {
            let pods: Vec<_> = cluster.view().list(kinds::POD).map(|pod| pod.key()).collect();
            for pod in pods {
                cluster.api("bench").delete(&pod, &Default::default()).expect("it is deleted");
            }
            settle(cluster);
        }
        assert_available(cluster, nodes);
    })
}

/// A Deployment on nodes with ten of its pods each, created or updated with as much surge and as many unavailable pods.
fn deployment(replicas: usize, step: &str, updated: bool) -> (Duration, Count) {
    let json = format!(
        r#"{{"metadata":{{"name":"web"}},"spec":{{"replicas":{replicas},"selector":{{"matchLabels":{{"app":"web"}}}},
            "strategy":{{"rollingUpdate":{{"maxSurge":{step},"maxUnavailable":{step}}}}},
            "template":{{"metadata":{{"labels":{{"app":"web"}}}},
                "spec":{{"containers":[{{"name":"c","image":"nginx:1.18.0"}}]}}}}}}}}"#
    );
    let mut prepared = cluster(replicas / 10);
    let roll_out = |cluster: &mut Cluster| {
        settle(cluster);
        let web = cluster.view().get(&Key::new(kinds::DEPLOYMENT, "default", "web")).cloned().expect("it is there");
        let status = web.status();
        let counts = ["updatedReplicas", "availableReplicas", "replicas"].map(|it| status[it].as_i64());
        assert_eq!(counts, [i64::try_from(replicas).ok(); 3], "{status}");
    };
    if !updated {
        return measured(prepared, |cluster| {
            create(cluster, kinds::DEPLOYMENT, &json);
            roll_out(cluster);
        });
    }
    create(&mut prepared, kinds::DEPLOYMENT, &json);
    roll_out(&mut prepared);
    measured(prepared, |cluster| {
        let key = Key::new(kinds::DEPLOYMENT, "default", "web");
        let mut web = cluster.view().get(&key).map(|it| Object::clone(it)).expect("it is there");
        web.spec_mut().at_mut(&["template", "spec", "containers"]).items_mut()[0].set("image", "nginx:latest");
        cluster.api("bench").update(web, Part::Main, &WriteOptions::default()).expect("a valid change");
        roll_out(cluster);
    })
}

fn job(completions: usize, parallelism: usize) -> (Duration, Count) {
    measured(cluster(20), |cluster| {
        let json = format!(
            r#"{{"metadata":{{"name":"batch"}},"spec":{{"completions":{completions},"parallelism":{parallelism},
                "template":{{"spec":{{"restartPolicy":"Never",
                    "containers":[{{"name":"c","image":"busybox","command":["sleep","5"]}}]}}}}}}}}"#
        );
        create(cluster, kinds::JOB, &json);
        settle(cluster);
        let job = cluster.view().get(&Key::new(kinds::JOB, "default", "batch")).cloned().expect("it is there");
        assert_eq!(job.status()["succeeded"].as_i64(), i64::try_from(completions).ok(), "{}", job.status());
    })
}

fn idle(span: Span) -> (Duration, Count) {
    let mut prepared = cluster(100);
    create(&mut prepared, kinds::DAEMON_SET, &daemonset_json("agent", "RollingUpdate", "1"));
    settle(&mut prepared);
    prepared.advance(Span::seconds(7_200)).expect("time passes");
    measured(prepared, |cluster| cluster.advance(span).expect("time passes"))
}

/// A cluster of four nodes with a CronJob that starts a Job every minute, of which the last few are kept, two hours later.
fn minutely() -> Cluster {
    let mut prepared = cluster(4);
    let container = r#"{"name":"hello","image":"busybox:1.37","command":["/bin/sh","-c","date; echo Hello"]}"#;
    let json = format!(
        r#"{{"metadata":{{"name":"hello"}},"spec":{{"schedule":"* * * * *","jobTemplate":{{"spec":{{"template":{{"spec":{{
            "restartPolicy":"OnFailure","containers":[{container}]}}}}}}}}}}}}"#
    );
    create(&mut prepared, kinds::CRON_JOB, &json);
    prepared.advance(Span::seconds(7_200)).expect("two hours pass");
    prepared
}

fn cron_day() -> (Duration, Count) {
    measured(minutely(), |cluster| cluster.advance(Span::seconds(DAY)).expect("a day passes"))
}

/// 525,600 Jobs, and what is there at the end of some of the days: nothing that is over may stay for ever.
fn cron_year() {
    let (mut cluster, first, start) = (minutely(), used(), Instant::now());
    let (entries, version) = (cluster.timeline().entries(), cluster.view().version());
    for day in 1..=365 {
        cluster.advance(Span::seconds(DAY)).expect("a day passes");
        if [1, 2, 10, 100, 365].contains(&day) {
            let objects: usize = cluster.view().kinds().map(|kind| cluster.view().count(kind)).sum();
            println!(
                "a minutely CronJob after {day:>3} days: {:>8.2?} ({:>8.2?} of one core), {:>8} entries, {:>8} changes, \
                 {objects} objects, {} changes kept, memory {}, at most {}",
                start.elapsed(),
                used() - first,
                cluster.timeline().entries() - entries,
                cluster.view().version() - version,
                cluster.view().history().len(),
                memory("VmRSS:"),
                memory("VmHWM:")
            );
        }
    }
}

/// A day passes over running pods. Probes that pass are no entries: a day with them has as many as a day without.
fn day(pods: usize, probes: bool) -> (Duration, Count) {
    let mut prepared = cluster(100);
    let probed = r#","startupProbe":{"exec":{"command":["cat","/etc/hostname"]}},"readinessProbe":{"httpGet":{"port":80}},
        "livenessProbe":{"tcpSocket":{"port":80}}"#;
    let probed = if probes { probed } else { "" };
    for i in 0..pods {
        let json = format!(
            r#"{{"metadata":{{"name":"web-{i}"}},"spec":{{"nodeName":"node-{}",
                "containers":[{{"name":"web","image":"nginx:1.29"{probed}}}]}}}}"#,
            i % 100
        );
        create(&mut prepared, kinds::POD, &json);
    }
    prepared.advance(Span::seconds(7_200)).expect("time passes");
    let is_ready = |pod: &&std::sync::Arc<Object>| pod.status()["containerStatuses"][0]["ready"].is_true();
    assert_eq!(prepared.view().list(kinds::POD).filter(is_ready).count(), pods);
    let (time, count) = measured(prepared, |cluster| cluster.advance(Span::seconds(DAY)).expect("time passes"));
    assert_eq!(count.entries, 0, "nothing is due on an idle day");
    (time, count)
}

/// What is done to a number of objects.
type Handle = fn(&mut Cluster, usize);

/// Work that is done to 1,000 and to 10,000 objects: the second may cost ten times the first, and not a hundred times.
fn growth(wanted: &[String]) {
    let cases: [(&str, Handle); 8] = [
        ("ConfigMaps, created and deleted with their namespace", config_maps),
        ("pods under a quota, created and deleted", pods_under_a_quota),
        ("pods of a Deployment behind a Service", |cluster, n| behind_a_service(cluster, n, "")),
        ("pods of a Deployment behind a Service, ready one by one", |cluster, n| {
            behind_a_service(
                cluster,
                n,
                r#","readinessProbe":{"exec":{"command":["sh","-c","exit 0"]},"periodSeconds":7}"#,
            );
        }),
        ("claims of a storage class", claims),
        ("claims for volumes made by hand", claims_for_volumes),
        ("Jobs of one pod each", jobs),
        ("pods that no node has room for", no_room),
    ];
    println!(
        "{:<58} {:>12} {:>12} {:>8} {:>8}",
        "work on many objects, each", "of 1,000", "of 10,000", "entries", "changes"
    );
    for (name, handle) in cases {
        if !wanted.is_empty() && !wanted.iter().any(|it| name.contains(it.as_str()) || "growth".contains(it.as_str())) {
            continue;
        }
        let [(small, _), (large, count)] = [1_000, 10_000].map(|n| {
            let prepared = cluster(n / 100);
            let (time, count) = measured(prepared, |cluster| handle(cluster, n));
            (time / u32::try_from(n).unwrap_or(1), count)
        });
        println!(
            "{name:<58} {small:>12.2?} {large:>12.2?} {:>8.1} {:>8.1}",
            count.entries as f64 / 10_000.0,
            count.changes as f64 / 10_000.0
        );
    }
}

fn create_many(cluster: &mut Cluster, kind: Kind, n: usize, body: &str) {
    for i in 0..n {
        create(cluster, kind, &format!(r#"{{"metadata":{{"name":"it-{i}","labels":{{"app":"it"}}}},{body}}}"#));
    }
}

fn delete_all(cluster: &mut Cluster, kind: Kind) {
    let keys: Vec<Key> = cluster.view().list_in(kind, "default").map(|it| it.key()).collect();
    for key in keys {
        cluster.api("bench").delete(&key, &Default::default()).expect("it is deleted");
    }
    settle(cluster);
}

fn config_maps(cluster: &mut Cluster, n: usize) {
    let namespace = Object::new(kinds::NAMESPACE, "", "many");
    cluster.api("bench").create(namespace, &WriteOptions::default()).expect("a namespace");
    for i in 0..n {
        let object = Object::new(kinds::CONFIG_MAP, "many", format!("it-{i}"));
        cluster.api("bench").create(object, &WriteOptions::default()).expect("a valid object");
    }
    settle(cluster);
    cluster.api("bench").delete(&Key::new(kinds::NAMESPACE, "", "many"), &Default::default()).expect("it is deleted");
    settle(cluster);
    assert!(cluster.view().get(&Key::new(kinds::NAMESPACE, "", "many")).is_none());
}

fn pods_under_a_quota(cluster: &mut Cluster, n: usize) {
    create(cluster, kinds::RESOURCE_QUOTA, r#"{"metadata":{"name":"q"},"spec":{"hard":{"pods":"20000"}}}"#);
    settle(cluster);
    create_many(cluster, kinds::POD, n, r#""spec":{"containers":[{"name":"c","image":"nginx"}]}"#);
    settle(cluster);
    delete_all(cluster, kinds::POD);
}

fn behind_a_service(cluster: &mut Cluster, n: usize, probe: &str) {
    let service = r#"{"metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]}}"#;
    create(cluster, kinds::SERVICE, service);
    let json = format!(
        r#"{{"metadata":{{"name":"web"}},"spec":{{"replicas":{n},"selector":{{"matchLabels":{{"app":"web"}}}},
            "template":{{"metadata":{{"labels":{{"app":"web"}}}},
                "spec":{{"containers":[{{"name":"c","image":"nginx:1.18.0"{probe}}}]}}}}}}}}"#
    );
    create(cluster, kinds::DEPLOYMENT, &json);
    settle(cluster);
}

fn claims(cluster: &mut Cluster, n: usize) {
    let class = r#"{"metadata":{"name":"standard"},"provisioner":"seatrial.dev/virtual"}"#;
    cluster.api("bench").create(object_of(kinds::STORAGE_CLASS, class), &WriteOptions::default()).expect("a class");
    let body = r#""spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"standard","resources":{"requests":{"storage":"1Gi"}}}"#;
    create_many(cluster, kinds::PERSISTENT_VOLUME_CLAIM, n, body);
    settle(cluster);
    delete_all(cluster, kinds::PERSISTENT_VOLUME_CLAIM);
}

fn claims_for_volumes(cluster: &mut Cluster, n: usize) {
    let body =
        r#""spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"","resources":{"requests":{"storage":"1Gi"}}}"#;
    create_many(cluster, kinds::PERSISTENT_VOLUME_CLAIM, n, body);
    settle(cluster);
    let body = r#""spec":{"accessModes":["ReadWriteOnce"],"capacity":{"storage":"1Gi"},"hostPath":{"path":"/data"}}"#;
    create_many(cluster, kinds::PERSISTENT_VOLUME, n, body);
    settle(cluster);
    delete_all(cluster, kinds::PERSISTENT_VOLUME_CLAIM);
}

fn jobs(cluster: &mut Cluster, n: usize) {
    let body =
        r#""spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"busybox"}]}}}"#;
    create_many(cluster, kinds::JOB, n, body);
    settle(cluster);
    delete_all(cluster, kinds::JOB);
}

fn no_room(cluster: &mut Cluster, n: usize) {
    let body = r#""spec":{"containers":[{"name":"c","image":"nginx","resources":{"requests":{"cpu":"1000"}}}]}"#;
    create_many(cluster, kinds::POD, n, body);
    settle(cluster);
    delete_all(cluster, kinds::POD);
}

/// 30 DaemonSets on 5,000 nodes: the memory of 150,000 running pods with their whole history.
fn fleet() {
    let (nodes, sets) = (5_000, 30);
    let start = Instant::now();
    let mut cluster = Cluster::new(&ClusterOptions::default(), control_plane(&ControlPlaneOptions::default()));
    let specs: Vec<_> = (0..nodes)
        .map(|i| NodeSpec {
            capacity: map! { "cpu" => "64", "memory" => "256Gi", "ephemeral-storage" => "100Gi", "pods" => "110" },
            ..NodeSpec::new(format!("node-{i}"))
        })
        .collect();
    cluster.bootstrap(&specs).expect("a fresh cluster takes its nodes");
    for i in 0..sets {
        create(&mut cluster, kinds::DAEMON_SET, &daemonset_json(&format!("agent-{i}"), "RollingUpdate", "1"));
    }
    settle(&mut cluster);
    let running =
        cluster.view().list(kinds::POD).filter(|pod| pod.status()["phase"].as_str() == Some("Running")).count();
    println!(
        "{} running pods on {nodes} nodes with {} changes of history: {:.2?}, peak memory {}",
        running,
        cluster.view().history().len(),
        start.elapsed(),
        memory("VmHWM:")
    );
}

/// A line of what the system knows of this process's memory.
fn memory(field: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.map_or_else(|| "unknown on this system".to_owned(), |it| it.trim().to_owned())
}

/// The time that this thread has had a core for, where the system tells; else the wall clock's.
fn used() -> Duration {
    static BEGAN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|it| it.parse().ok());
    nanoseconds.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}
