//! Requests and their answers, end to end.

use super::*;
use crate::api::registry::Precedents;
use crate::clock::{Names, Span, Time};
use crate::store::Store;

mod clients;
mod managers;

const MAPS: &str = "/api/v1/namespaces/a/configmaps";

struct Server {
    store: Store,
    names: Names,
    precedents: Precedents,
    now: Time,
}

impl Server {
    /// A server with the namespace `a`.
    fn new() -> Self {
        let mut server = Server {
            store: Store::new(),
            names: Names::new(1),
            precedents: Precedents::default(),
            now: Time::from_unix(0),
        };
        assert_eq!(server.send("POST", "/api/v1/namespaces", r#"{"metadata":{"name":"a"}}"#).0, 201);
        server
    }

    fn handle(&mut self, method: &str, url: &str, content_type: &str, body: &str) -> Reply {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let request = Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            content_type: content_type.to_owned(),
            body: Bytes::from(body.to_owned()),
            ..Request::default()
        };
        self.answer(&request)
    }

    fn answer(&mut self, request: &Request) -> Reply {
        let mut api = Api {
            store: &mut self.store,
            now: self.now,
            names: &mut self.names,
            precedents: &mut self.precedents,
            actor: Str::from("tester"),
        };
        handle(&mut api, request)
    }

    fn send(&mut self, method: &str, url: &str, body: &str) -> (u16, Value) {
        match self.handle(method, url, "application/json", body) {
            Reply::Done(Response { code, content: Content::Json(value), .. }) => (code, value),
            other => panic!("{url}: {other:?}"),
        }
    }

    fn patch(&mut self, url: &str, content_type: &str, body: &str) -> Response {
        match self.handle("PATCH", url, content_type, body) {
            Reply::Done(response) => response,
            other => panic!("{url}: {other:?}"),
        }
    }

    fn create(&mut self, name: &str, rest: &str) {
        let body = format!(r#"{{"metadata":{{"name":"{name}"{rest}}}}}"#);
        assert_eq!(self.send("POST", MAPS, &body).0, 201, "{body}");
    }

    fn names_in(&mut self, url: &str) -> Vec<String> {
        let (code, list) = self.send("GET", url, "");
        assert_eq!(code, 200, "{url}: {list}");
        let name = |it: &Value| it["metadata"]["name"].str_or_empty().to_owned();
        list["items"].items().iter().map(name).collect()
    }

    fn watch(&mut self, query: &str) -> Box<Watch> {
        match self.handle("GET", &format!("{MAPS}?watch=1&{query}"), "", "") {
            Reply::Watch(watch) => watch,
            other => panic!("{query}: {other:?}"),
        }
    }

    fn poll(&self, watch: &mut Watch) -> (Vec<String>, bool) {
        let frames = watch.poll(crate::store::View::new(&self.store), self.now);
        let shown = frames.events.iter().map(|event| {
            let name = event["object"]["metadata"]["name"].str_or_empty();
            format!("{} {name}", event["type"].str_or_empty()).trim_end().to_owned()
        });
        (shown.collect(), frames.ended)
    }
}

#[test]
fn the_pages_of_a_list_together_are_the_list_as_it_was() {
    let mut server = Server::new();
    for name in ["n0", "n1", "n2"] {
        server.create(name, "");
    }
    let (_, first) = server.send("GET", &format!("{MAPS}?limit=2"), "");
    assert_eq!(first["metadata"]["remainingItemCount"], Value::Int(1));
    let token = first["metadata"]["continue"].str_or_empty().to_owned();
    server.send("DELETE", &format!("{MAPS}/n2"), "");
    assert_eq!(server.names_in(&format!("{MAPS}?limit=2&continue={token}")), ["n2"]);
    let version = server.store.version();
    server.store.compact(version);
    let (code, status) = server.send("GET", &format!("{MAPS}?continue={token}"), "");
    assert_eq!((code, status["reason"].str_or_empty()), (410, "Expired"));
    let token = status["metadata"]["continue"].str_or_empty().to_owned();
    assert!(server.names_in(&format!("{MAPS}?continue={token}")).is_empty());
}

#[test]
fn a_watch_under_a_selector_tells_of_what_enters_and_leaves_it() {
    let mut server = Server::new();
    let mut watch = server.watch("labelSelector=t%3Dx&allowWatchBookmarks=true&timeoutSeconds=100");
    server.create("a", "");
    server.create("b", r#","labels":{"t":"x"}"#);
    let merge = "application/merge-patch+json";
    server.patch(&format!("{MAPS}/a"), merge, r#"{"metadata":{"labels":{"t":"x"}}}"#);
    server.patch(&format!("{MAPS}/a"), merge, r#"{"data":{"k":"v"}}"#);
    server.patch(&format!("{MAPS}/a"), merge, r#"{"metadata":{"labels":null}}"#);
    server.send("DELETE", &format!("{MAPS}/b"), "");
    let want = ["ADDED b", "ADDED a", "MODIFIED a", "DELETED a", "DELETED b"].map(str::to_owned);
    assert_eq!(server.poll(&mut watch), (want.to_vec(), false));
    server.now = server.now + Span::seconds(60);
    assert_eq!(server.poll(&mut watch), (vec!["BOOKMARK".to_owned()], false));
    server.now = server.now + Span::seconds(40);
    assert_eq!(server.poll(&mut watch), (vec!["BOOKMARK".to_owned()], true));
}

#[test]
fn a_watch_begins_with_the_state_or_at_a_version_or_not_at_all() {
    let mut server = Server::new();
    server.create("a", "");
    let version = server.store.version();
    server.create("b", "");
    let all = ["ADDED a", "ADDED b"].map(str::to_owned).to_vec();
    for query in ["", "resourceVersion=0"] {
        let mut watch = server.watch(query);
        assert_eq!(server.poll(&mut watch).0, all, "{query}");
    }
    let mut watch = server.watch(&format!("resourceVersion={version}"));
    assert_eq!(server.poll(&mut watch).0, ["ADDED b"]);
    let initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    let mut watch = server.watch(initial);
    assert_eq!(server.poll(&mut watch).0, ["ADDED a", "ADDED b", "BOOKMARK"]);
    let mut watch = server.watch("resourceVersion=1000000");
    assert_eq!(server.poll(&mut watch), (Vec::new(), false));
    let floor = server.store.version();
    server.store.compact(floor);
    let mut watch = server.watch(&format!("resourceVersion={version}"));
    assert_eq!(server.poll(&mut watch), (vec!["ERROR".to_owned()], true));
}

#[test]
fn a_patch_warns_of_an_unknown_field_or_is_refused_for_it() {
    let mut server = Server::new();
    server.create("x", "");
    let (url, merge) = (format!("{MAPS}/x"), "application/merge-patch+json");
    let response = server.patch(&url, merge, r#"{"nope":1,"data":{"k":"v"}}"#);
    assert_eq!((response.code, response.warnings), (200, vec!["unknown field \"nope\"".to_owned()]));
    let response = server.patch(&format!("{url}?fieldValidation=Ignore"), merge, r#"{"nope":1}"#);
    assert_eq!((response.code, response.warnings), (200, Vec::new()));
    let response = server.patch(&format!("{url}?fieldValidation=Strict"), merge, r#"{"nope":1}"#);
    assert_eq!(response.code, 422);
    assert_eq!(server.patch(&url, "application/apply-patch+cbor", "{}").code, 415);
    assert_eq!(server.patch(&url, merge, "[]").code, 400);
    let stale = r#"{"metadata":{"resourceVersion":"1"},"data":{"k":"w"}}"#;
    assert_eq!(server.patch(&url, merge, stale).code, 409);
    assert_eq!(server.patch(&format!("{url}?force=true"), merge, "{}").code, 422);
}

#[test]
fn a_body_that_is_another_kind_is_told_apart_from_one_that_is_no_kind() {
    let mut server = Server::new();
    let table = [
        (
            r#"{"apiVersion":"v1","kind":"Pod"}"#,
            "Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion",
        ),
        (
            r#"{"apiVersion":"v1","kind":"Boat"}"#,
            "Boat in version \"v1\" cannot be handled as a ConfigMap: no kind \"Boat\" is registered for version \"v1\" in \
             scheme \"pkg/api/legacyscheme/scheme.go:30\"",
        ),
        (
            r#"{"metadata":{"name":"x","namespace":"b"}}"#,
            "the namespace of the provided object does not match the namespace sent on the request",
        ),
        (
            "{",
            "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: \
             unexpected end of JSON input ({)",
        ),
    ];
    for (body, want) in table {
        let (code, status) = server.send("POST", MAPS, body);
        assert_eq!((code, status["message"].str_or_empty()), (400, want));
    }
}

#[test]
fn a_body_for_a_subresource_is_checked_like_any_other() {
    let mut server = Server::new();
    let account = r#"{"metadata":{"name":"default"}}"#;
    assert_eq!(server.send("POST", "/api/v1/namespaces/a/serviceaccounts", account).0, 201);
    let pod = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}"#;
    assert_eq!(server.send("POST", "/api/v1/namespaces/a/pods", pod).0, 201);
    let table = [
        (
            "eviction",
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"}}"#,
            (
                400,
                "Pod in version \"v1\" cannot be handled as a Eviction: converting (v1.Pod) to (policy.Eviction): unknown conversion",
            ),
        ),
        (
            "eviction?dryRun=All",
            r#"{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"p"}}"#,
            (201, ""),
        ),
        (
            "eviction",
            r#"{"metadata":{"name":"p","namespace":"b"}}"#,
            (400, "the namespace of the provided object does not match the namespace sent on the request"),
        ),
        ("eviction", r#"{"metadata":{"name":"q"}}"#, (400, "name in URL does not match name in Eviction object")),
        (
            "binding",
            r#"{"metadata":{"name":"q"},"target":{"name":"n"}}"#,
            (400, "name in URL does not match name in Binding object"),
        ),
        (
            "binding",
            r#"{"metadata":{"name":"p"},"target":{"kind":"Pod"}}"#,
            (
                500,
                "[target.kind: Unsupported value: \"Pod\": supported values: \"Node\", \"<empty>\", \
                 target.name: Required value]",
            ),
        ),
        ("binding?dryRun=All", r#"{"metadata":{"name":"p"},"target":{"name":"n"}}"#, (201, "")),
        ("binding", r#"{"metadata":{"name":"p"},"target":{"name":"n"}}"#, (201, "")),
        (
            "binding?dryRun=All",
            r#"{"metadata":{"name":"p"},"target":{"name":"n"}}"#,
            (409, "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\""),
        ),
    ];
    for (subresource, body, want) in table {
        let (code, status) = server.send("POST", &format!("/api/v1/namespaces/a/pods/p/{subresource}"), body);
        assert_eq!((code, status["message"].str_or_empty()), want, "{subresource} {body}");
    }
}

/// A ConfigMap `x` with `k: v`, as client-go sends it.
const PROTOBUF: &str = "k8s\0\n\x0f\n\x02v1\x12\x09ConfigMap\x12\x0d\n\x03\n\x01x\x12\x06\n\x01k\x12\x01v\x1a\0\"\0";

#[test]
fn a_protobuf_body_is_read_as_the_json_that_it_stands_for() {
    let mut server = Server::new();
    let protobuf = "application/vnd.kubernetes.protobuf";
    let Reply::Done(response) = server.handle("POST", MAPS, protobuf, PROTOBUF) else { panic!("a watch") };
    assert_eq!(response.code, 201, "{response:?}");
    let (_, stored) = server.send("GET", &format!("{MAPS}/x"), "");
    assert_eq!(stored["data"].to_json(), r#"{"k":"v"}"#);
    let table = [
        (protobuf, "", 400, "the object provided is unrecognized (must be of type ConfigMap): empty data (<empty>)"),
        (
            protobuf,
            "{}",
            400,
            "the object provided is unrecognized (must be of type ConfigMap): provided data does not appear to be a \
             protobuf message, expected prefix [107 56 115 0] ({})",
        ),
        (
            "application/cbor",
            "",
            415,
            "the body of the request was in an unknown format - accepted media types include: application/json, \
             application/yaml, application/vnd.kubernetes.protobuf",
        ),
    ];
    for (content_type, body, code, want) in table {
        let Reply::Done(response) = server.handle("POST", MAPS, content_type, body) else { panic!("a watch") };
        let Content::Json(status) = response.content else { panic!("{content_type}") };
        assert_eq!((response.code, status["message"].str_or_empty()), (code, want));
    }
}
