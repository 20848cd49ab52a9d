//! Clients that are slow, vanish, or send what no client should: the server goes on serving the others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::served::Served;

fn connect(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(served.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it is set");
    stream
}

/// Sends bytes, and returns what comes back until the server ends the connection or falls silent.
fn exchange(served: &Served, sent: &[u8]) -> String {
    let mut stream = connect(served);
    // A server that has heard enough may hang up before all is written.
    let _ = stream.write_all(sent);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn post(path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let mut request = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

fn get(served: &Served, path: &str) -> String {
    exchange(served, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
}

const MAPS: &str = "/api/v1/namespaces/default/configmaps";

#[test]
fn a_body_over_three_mebibytes_is_refused_and_nothing_is_stored() {
    let served = Served::start(&[]);
    let data = "x".repeat(3 << 20);
    let body =
        format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"big"}},"data":{{"k":"{data}"}}}}"#);
    let answer = exchange(&served, &post(MAPS, "application/json", body.as_bytes()));
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer:.200}");
    assert!(answer.contains("Request entity too large: limit is 3145728"), "{answer}");
    let mut chunked = format!("POST {MAPS} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in body.as_bytes().chunks(60_000) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    assert!(exchange(&served, &chunked).starts_with("HTTP/1.1 413"));
    assert!(get(&served, &format!("{MAPS}/big")).starts_with("HTTP/1.1 404"));
}

#[test]
fn what_is_no_http_or_no_json_costs_its_sender_alone() {
    let served = Served::start(&[]);
    let deep = "[".repeat(500_000);
    let giant = format!("GET /api HTTP/1.1\r\nHost: x\r\nX-Giant: {}\r\n\r\n", "x".repeat(2 << 20));
    let many: String = (0..500).map(|i| format!("X-{i}: y\r\n")).collect();
    let many = format!("GET /api HTTP/1.1\r\nHost: x\r\n{many}\r\n");
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(100_000));
    let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    for (what, sent, wanted) in [
        ("deep JSON", post(MAPS, "application/json", deep.as_bytes()), "400"),
        ("deep JSON in an object", post(MAPS, "application/json", format!("{{\"a\":{deep}").as_bytes()), "400"),
        ("deep YAML", post(MAPS, "application/yaml", &deep.as_bytes()[..200_000]), "400"),
        ("bad UTF-8", post(MAPS, "application/json", b"{\"kind\":\"\xff\xfe\"}"), "400"),
        ("giant headers", giant.into_bytes(), "431"),
        ("many headers", many.into_bytes(), "431"),
        ("a long path", long.into_bytes(), "414"),
        ("noise", noise, "400"),
        ("half a request", b"GET /api HT".to_vec(), ""),
        ("a body that breaks off", b"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nabc".to_vec(), ""),
        ("a bad length", b"POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec(), "400"),
        ("a bad chunk", b"POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_vec(), ""),
    ] {
        if wanted.is_empty() {
            // Vanishes without reading.
            let mut stream = connect(&served);
            let _ = stream.write_all(&sent);
        } else {
            let answer = exchange(&served, &sent);
            assert!(answer.starts_with(&format!("HTTP/1.1 {wanted}")), "{what}: {answer:.300}");
        }
        assert!(get(&served, "/readyz").ends_with("ok"), "after {what}");
    }
}

#[test]
fn aliases_that_multiply_are_refused() {
    let served = Served::start(&[]);
    let mut yaml = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let last = format!("*a{}, ", i - 1).repeat(10);
        yaml.push_str(&format!("a{i}: &a{i} [{}]\n", last.trim_end_matches(", ")));
    }
    let answer = exchange(&served, &post(MAPS, "application/yaml", yaml.as_bytes()));
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer:.300}");
}

#[test]
fn a_thousand_watchers_that_read_nothing_cost_little_and_hold_up_nobody() {
    let served = Served::start(&[]);
    let open = format!("GET {MAPS}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n");
    // Each needs a file on either side; where the system allows fewer, fewer will do.
    let mut watchers = Vec::new();
    for _ in 0..400 {
        let mut stream = connect(&served);
        stream.write_all(open.as_bytes()).expect("it is written");
        watchers.push(stream);
    }
    let before = served.peak_memory();
    let data = "y".repeat(200_000);
    for i in 0..30 {
        let body =
            format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"m{i}"}},"data":{{"k":"{data}"}}}}"#);
        let answer = exchange(&served, &post(MAPS, "application/json", body.as_bytes()));
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer:.300}");
    }
    assert!(get(&served, "/readyz").ends_with("ok"));
    // Thirty events of 200 kB for 400 watchers would be 2.4 GB; what is held is shared.
    if let (Some(before), Some(after)) = (before, served.peak_memory()) {
        assert!(after - before < 400_000, "{} KiB more", after - before);
    }
}
