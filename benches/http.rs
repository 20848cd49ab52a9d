//! What the API costs a client: in process, and over loopback HTTP with the server on one thread.
//!
//! `cargo bench --bench http` prints each measure with the counts that it comes from; `cargo bench --bench http -- NAME` those
//! whose names contain NAME.
#![expect(clippy::disallowed_types, clippy::print_stdout, reason = "a benchmark reads the clock and prints")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use seatrial::api::http::{self, Reply, Request};
use seatrial::sim::{Cluster, ClusterOptions, ControlPlaneOptions, NodeSpec, control_plane};
use seatrial::stage::server::{self, Limits};
use seatrial::stage::service::SharedCluster;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many connections ask at the same time.
const CONNECTIONS: usize = 8;
const WATCHERS: usize = 1_000;
const PODS: usize = 5_000;

/// One request of a benchmark, made anew for each call.
type Ask = fn(usize) -> (&'static str, String, String);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with('-')).collect();
    println!("{:<44} {:>8} {:>12} {:>12}", "measure", "requests", "a request", "a second");
    let measures: [(&str, usize, Ask); 4] = [
        ("GET of a pod", 20_000, |i| ("GET", pod_path(i % PODS), String::new())),
        ("LIST of 5,000 pods", 40, |_| ("GET", "/api/v1/namespaces/default/pods".to_owned(), String::new())),
        ("CREATE of a ConfigMap", 20_000, |i| ("POST", config_maps(), config_map(i))),
        ("PATCH of a pod", 10_000, |i| ("PATCH", pod_path(i % PODS), patch(i))),
    ];
    for (name, count, ask) in measures {
        for (place, measure) in
            [("in process", in_process as fn(usize, Ask) -> Duration), ("over loopback", over_loopback)]
        {
            let name = format!("{name}, {place}");
            if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
                let took = measure(count, ask);
                let each = took / u32::try_from(count).unwrap_or(1);
                let rate = count as f64 / took.as_secs_f64();
                println!("{name:<44} {count:>8} {each:>12.2?} {rate:>12.0}");
            }
        }
    }
    let name = "an event reaches 1,000 watchers";
    if wanted.is_empty() || wanted.iter().any(|it| name.contains(it.as_str())) {
        println!("{name:<44} {WATCHERS:>8} {:>12.2?}", watchers());
    }
}

fn pod_path(i: usize) -> String {
    format!("/api/v1/namespaces/default/pods/pod-{i}")
}

fn config_maps() -> String {
    "/api/v1/namespaces/default/configmaps".to_owned()
}

fn config_map(i: usize) -> String {
    format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"map-{i}"}},"data":{{"key":"value"}}}}"#)
}

fn patch(i: usize) -> String {
    format!(r#"{{"metadata":{{"annotations":{{"count":"{i}"}}}}}}"#)
}

fn content_type(method: &str) -> &'static str {
    if method == "PATCH" { "application/merge-patch+json" } else { "application/json" }
}

/// A cluster of 50 nodes with 5,000 pods, of which most run.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(&ClusterOptions::default(), control_plane(&ControlPlaneOptions::default()));
    cluster.bootstrap(&NodeSpec::numbered(50)).expect("it is furnished");
    for i in 0..PODS {
        let body = format!(
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"pod-{i}","labels":{{"app":"web"}}}},"spec":{{"containers":[{{"name":"web","image":"nginx"}}]}}}}"#
        );
        let code = answer(&mut cluster, ("POST", "/api/v1/namespaces/default/pods".to_owned(), body));
        assert_eq!(code, 201);
    }
    cluster.settle(&seatrial::sim::Bounds::default()).expect("it settles");
    cluster.compact();
    cluster
}

fn answer(cluster: &mut Cluster, (method, path, body): (&str, String, String)) -> u16 {
    let request = Request {
        method: method.to_owned(),
        path,
        content_type: content_type(method).to_owned(),
        accept: "application/json".to_owned(),
        body: Bytes::from(body),
        ..Request::default()
    };
    match http::handle(&mut cluster.api("bench"), &request) {
        Reply::Done(response) => {
            std::hint::black_box(response.encode());
            response.code
        }
        Reply::Watch(_) | Reply::Log(_) | Reply::Session(_) => 200,
    }
}

fn in_process(count: usize, ask: Ask) -> Duration {
    let mut cluster = cluster();
    let began = Instant::now();
    for i in 0..count {
        let code = answer(&mut cluster, ask(i));
        assert!(code < 300, "it answers {code}");
        cluster.run_due().expect("it settles");
    }
    began.elapsed()
}

/// Serves a cluster from a thread of its own.
fn serve() -> (SocketAddr, SharedCluster) {
    let cluster = SharedCluster::new(cluster());
    let service = Arc::new(cluster.service());
    let (told, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = runtime();
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            told.send(listener.local_addr().expect("an address")).expect("somebody asks");
            let limits = Arc::new(Limits::default());
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                stream.set_nodelay(true).expect("it is set");
                tokio::spawn(server::connection(stream, service.clone(), limits.clone()));
            }
        });
    });
    (address.recv().expect("it listens"), cluster)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn over_loopback(count: usize, ask: Ask) -> Duration {
    let (address, _cluster) = serve();
    runtime().block_on(async move {
        let mut senders = Vec::new();
        for _ in 0..CONNECTIONS {
            let stream = TcpStream::connect(address).await.expect("a connection");
            stream.set_nodelay(true).expect("it is set");
            let (sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
            tokio::spawn(connection);
            senders.push(sender);
        }
        let began = Instant::now();
        let asking = senders.into_iter().enumerate().map(|(first, mut sender)| async move {
            for i in (first..count).step_by(CONNECTIONS) {
                let (method, path, body) = ask(i);
                let request = ::http::Request::builder()
                    .method(method)
                    .uri(path)
                    .header("host", "bench")
                    .header("content-type", content_type(method))
                    .header("accept", "application/json")
                    .body(Full::new(Bytes::from(body)))
                    .expect("a request");
                let response = sender.send_request(request).await.expect("an answer");
                assert!(response.status().is_success(), "it answers {}", response.status());
                let _ = response.into_body().collect().await.expect("a body");
            }
        });
        futures::future::join_all(asking).await;
        began.elapsed()
    })
}

/// How long it takes from a change until the last of a thousand watchers has read its event: the median of several changes.
fn watchers() -> Duration {
    let (address, cluster) = serve();
    let version = cluster.with(|cluster| cluster.view().version());
    runtime().block_on(async move {
        let mut streams = Vec::new();
        for _ in 0..WATCHERS {
            let mut stream =
                TcpStream::connect(address).await.expect("a connection: allow more open files (ulimit -n)");
            let request = format!("GET /api/v1/pods?watch=1&resourceVersion={version} HTTP/1.1\r\nHost: bench\r\n\r\n");
            stream.write_all(request.as_bytes()).await.expect("it is written");
            let mut head = [0; 1024];
            let read = stream.read(&mut head).await.expect("a head");
            assert!(head[..read].starts_with(b"HTTP/1.1 200"));
            streams.push(stream);
        }
        let mut rounds = Vec::new();
        for round in 0..9 {
            let began = Instant::now();
            cluster.with(|cluster| answer(cluster, ("PATCH", pod_path(round), patch(round))));
            let reading = streams.iter_mut().map(|stream| async move {
                let mut event = vec![0; 64 << 10];
                let mut length = 0;
                while !event[..length].ends_with(b"\n\r\n") {
                    length += stream.read(&mut event[length..]).await.expect("an event");
                }
            });
            futures::future::join_all(reading).await;
            rounds.push(began.elapsed());
        }
        rounds.sort();
        rounds[rounds.len() / 2]
    })
}
