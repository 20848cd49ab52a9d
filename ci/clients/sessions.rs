//! Logs that are followed and commands that are executed, by clients that vanish in the middle or send what is no WebSocket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::served::Served;

const PODS: &str = "/api/v1/namespaces/default/pods";

fn connect(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(served.address()).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("it is set");
    stream
}

fn ask(served: &Served, head: &str, body: &str) -> String {
    let mut stream = connect(served);
    let length = body.len();
    let request = format!("{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).expect("written");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// How often the server is asked whether the pod has started: each answer takes it some time.
const MOST_QUESTIONS: usize = 20_000;

/// How often a server asks whether a client reads.
const PINGS: usize = 3;

/// A server with a pod that prints a line a second and a container without an end.
fn served_with_pod() -> Served {
    let served = Served::start(&["--speed", "100"]);
    let pod = r#"{"metadata":{"name":"web"},"spec":{"containers":[{"name":"web","image":"busybox",
        "command":["sh","-c","while true; do echo tick; sleep 1; done"]}]}}"#;
    let answer = ask(&served, &format!("POST {PODS}"), pod);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let has_started = |_: usize| ask(&served, &format!("GET {PODS}/web/log?tailLines=1"), "").contains("tick");
    assert!((0..MOST_QUESTIONS).any(has_started), "the pod does not start");
    served
}

/// Shakes hands for `POST /exec` of a command.
fn upgraded(served: &Served, query: &str) -> TcpStream {
    let mut stream = connect(served);
    let request = format!(
        "POST {PODS}/web/exec?{query}&stdin=true&stdout=true&stderr=true HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("written");
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    for _ in 0..PINGS {
        let mut ping = [0; 2];
        stream.read_exact(&mut ping).expect("a ping");
        assert_eq!(ping, [0x89, 0], "a ping without a payload");
        stream.write_all(&frame(10, b"")).expect("written");
    }
    stream
}

/// A frame of a client, masked with zeroes.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | opcode, 0x80 | u8::try_from(payload.len()).expect("a short frame"), 0, 0, 0, 0];
    frame.extend_from_slice(payload);
    frame
}

/// The payloads that the server sends until it closes.
fn answered(stream: &mut TcpStream) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    loop {
        let mut head = [0; 2];
        if stream.read_exact(&mut head).is_err() {
            return frames;
        }
        let length = match head[1] {
            126 => {
                let mut length = [0; 2];
                stream.read_exact(&mut length).expect("a length");
                usize::from(u16::from_be_bytes(length))
            }
            length => usize::from(length),
        };
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload).expect("a payload");
        if head[0] & 0x0f == 8 {
            return frames;
        }
        frames.push(payload);
    }
}

fn is_well(served: &Served) {
    let mut stream = upgraded(served, "command=cat");
    stream.write_all(&frame(2, b"\0hello")).expect("written");
    stream.write_all(&frame(2, &[255, 0])).expect("written");
    let frames = answered(&mut stream);
    assert!(frames.contains(&b"\x01hello".to_vec()), "{frames:?}");
    let status = frames.last().expect("a status");
    assert!(status.starts_with(b"\x03") && String::from_utf8_lossy(status).contains(r#""status":"Success""#));
}

#[test]
fn a_client_that_vanishes_from_a_log_or_a_command_costs_nobody_anything() {
    let served = served_with_pod();
    for _ in 0..20 {
        let mut following = connect(&served);
        let request = format!("GET {PODS}/web/log?follow=true HTTP/1.1\r\nHost: x\r\n\r\n");
        following.write_all(request.as_bytes()).expect("written");
        following.read_exact(&mut [0; 100]).expect("some of it");
        drop(following);
        drop(upgraded(&served, "command=sleep&command=1000000"));
        let mut reading = upgraded(&served, "command=sh&command=-c&command=while+true;do+echo+x;sleep+1;done");
        reading.read_exact(&mut [0; 8]).expect("some of it");
    }
    is_well(&served);
}

#[test]
fn what_is_no_websocket_ends_its_own_session_alone() {
    let served = served_with_pod();
    let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let giant = [&[0x82, 0xff][..], &[0x7f; 8], &[0; 4]].concat();
    for (what, sent) in [
        ("noise", noise),
        ("a frame without a mask", vec![0x82, 0x01, 0x00]),
        ("a frame that says it is giant", giant),
        ("a reserved opcode", frame(5, b"x")),
        ("a continuation of nothing", frame(0, b"x")),
        ("half a frame", vec![0x82, 0x85, 0]),
        ("a channel that there is not", frame(2, b"\x63x")),
        ("an empty message", frame(2, b"")),
        ("text that is none", frame(1, b"\xff\xfe")),
        ("a close and more", [frame(8, b""), frame(2, b"\0x")].concat()),
    ] {
        let mut stream = upgraded(&served, "command=sleep&command=1000000");
        stream.write_all(&sent).unwrap_or_else(|error| panic!("{what}: {error}"));
    }
    is_well(&served);
}

#[test]
fn who_does_not_ask_for_a_session_as_one_should_is_told() {
    let served = served_with_pod();
    for (head, wanted) in [
        ("POST /exec?command=ls&stdout=true", "Upgrade request required"),
        ("POST /exec?command=ls", "you must specify at least 1 of stdin, stdout, stderr"),
        ("GET /exec?command=ls&stdout=true&container=x", "container x is not valid for pod web"),
        ("PUT /exec?command=ls&stdout=true", "the server does not allow this method"),
        ("POST /portforward?ports=80", "port-forward is not supported"),
        ("GET /log?tailLines=-1", "tailLines: Invalid value: -1: must be greater than or equal to 0"),
    ] {
        let (method, rest) = head.split_once(' ').expect("a method");
        let answer = ask(&served, &format!("{method} {PODS}/web{rest}"), "");
        assert!(answer.contains(wanted), "{head}: {answer}");
    }
}
