//! What typed clients ask for: watches in protobuf, and tokens of service accounts.

use prost::Message;

use super::*;
use crate::store::View;

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

impl Server {
    fn ask(&mut self, path: &str, accept: &str, authorization: &str) -> Reply {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            accept: accept.to_owned(),
            authorization: authorization.to_owned(),
            ..Request::default()
        };
        self.answer(&request)
    }

    fn code(&mut self, path: &str, accept: &str, authorization: &str) -> u16 {
        match self.ask(path, accept, authorization) {
            Reply::Done(response) => response.code,
            _ => 200,
        }
    }
}

#[test]
fn a_watch_in_protobuf_is_frames_of_their_length_an_event_and_the_object_in_its_envelope() {
    let mut server = Server::new();
    server.create("m", "");
    let accept = format!("{PROTOBUF};stream=watch");
    let Reply::Watch(mut watch) = server.ask(&format!("{MAPS}?watch=1"), &accept, "") else { panic!("no watch") };
    assert_eq!(watch.media_type(), "application/vnd.kubernetes.protobuf;stream=watch");
    let lines = watch.poll_lines(View::new(&server.store), server.now, &mut Encoded::default()).lines;
    let frame = lines.first().expect("an event");
    let length = u32::from_be_bytes(frame[..4].try_into().expect("four bytes"));
    assert_eq!(frame.len(), length as usize + 4);
    let event = k8s_pb::apimachinery::pkg::apis::meta::v1::WatchEvent::decode(&frame[4..]).expect("an event");
    assert_eq!(event.r#type.as_deref(), Some("ADDED"));
    let raw = event.object.and_then(|it| it.raw).expect("an object");
    let envelope = protobuf::open(&raw).expect("an envelope");
    assert_eq!((envelope.api_version.as_str(), envelope.kind.as_str()), ("v1", "ConfigMap"));
    let map = k8s_pb::api::core::v1::ConfigMap::decode(envelope.raw).expect("a map");
    assert_eq!(map.metadata.and_then(|it| it.name).as_deref(), Some("m"));
}

#[test]
fn whoever_takes_json_as_well_gets_lines_and_a_type_that_cannot_be_streamed_is_not_acceptable() {
    let mut server = Server::new();
    let path = format!("{MAPS}?watch=1");
    for accept in ["", "*/*", "application/vnd.kubernetes.protobuf, */*", "application/json;stream=watch"] {
        let Reply::Watch(watch) = server.ask(&path, accept, "") else { panic!("no watch: {accept}") };
        assert_eq!(watch.media_type(), "application/json", "{accept}");
    }
    assert_eq!(server.code(&path, "application/yaml", ""), 406);
}

#[test]
fn a_token_that_nobody_gave_out_is_refused_and_one_of_an_account_is_good_until_it_is_gone() {
    let mut server = Server::new();
    let accounts = "/api/v1/namespaces/a/serviceaccounts";
    assert_eq!(server.send("POST", accounts, r#"{"metadata":{"name":"s"}}"#).0, 201);
    let (code, request) = server.send("POST", &format!("{accounts}/s/token"), "{}");
    assert_eq!(code, 201);
    let header = format!("Bearer {}", request["status"]["token"].str_or_empty());
    assert_eq!(server.code(MAPS, "", &header), 200);
    for wrong in ["Bearer x", "bearer a.b.c"] {
        assert_eq!(server.code(MAPS, "", wrong), 401, "{wrong}");
    }
    for nothing in ["", "Bearer ", "Basic eDp5"] {
        assert_eq!(server.code(MAPS, "", nothing), 200, "{nothing}");
    }
    assert_eq!(server.send("DELETE", &format!("{accounts}/s"), "").0, 200);
    assert_eq!(server.code(MAPS, "", &header), 401);
}

#[test]
fn a_json_patch_has_an_upper_bound_of_operations() {
    let mut server = Server::new();
    server.create("m", "");
    let patch = |operations: usize| {
        let one = r#"{"op":"add","path":"/data","value":{}}"#;
        format!("[{}]", vec![one; operations].join(","))
    };
    let url = format!("{MAPS}/m");
    assert_eq!(server.patch(&url, "application/json-patch+json", &patch(10_000)).code, 200);
    let refused = server.patch(&url, "application/json-patch+json", &patch(10_001));
    assert_eq!(refused.code, 413);
    let Content::Json(status) = refused.content else { panic!("no status") };
    let want = "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001";
    assert_eq!(status["message"].str_or_empty(), want);
}

#[test]
fn a_list_of_one_name_has_no_pages() {
    let mut server = Server::new();
    server.create("m", "");
    server.create("n", "");
    let (_, list) = server.send("GET", &format!("{MAPS}?limit=1&fieldSelector=metadata.name%3Dm"), "");
    assert!(list["metadata"]["continue"].is_null(), "{list}");
    assert_eq!(list["items"].items().len(), 1);
}
