//! The documents as a client reads them.

use super::*;
use crate::object::kinds;
use crate::store::Store;

fn get(path: &str, accept: &str) -> Response {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let request = Request {
        method: "GET".to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        accept: accept.to_owned(),
        ..Request::default()
    };
    match answer(View::new(&Store::new()), &request) {
        Ok(Some(response)) | Err(response) => response,
        Ok(None) => panic!("{path}"),
    }
}

fn read(path: &str) -> Value {
    let response = get(path, JSON);
    assert_eq!(response.code, 200, "{path}");
    Value::from_json(&response.encode().0).expect("JSON")
}

#[test]
fn every_document_of_the_index_is_there_and_refers_to_nothing_that_is_not() {
    let index = read("/openapi/v3");
    let places = index["paths"].as_map().expect("paths");
    assert!(places.contains_key("api/v1") && places.contains_key("apis/apps/v1"));
    for (place, link) in places.iter() {
        let document = read(link["serverRelativeURL"].str_or_empty());
        let mut found = Vec::new();
        references(&document, &mut found);
        for name in found {
            assert!(!document["components"]["schemas"][name.as_str()].is_null(), "{place}: {name}");
        }
    }
}

#[test]
fn every_kind_has_a_definition_that_says_so() {
    for kind in Kind::all() {
        let info = kind.info();
        let Some(preferred) = Release::LATEST.preferred(kind) else { continue };
        let document = read(&format!("/openapi/v3/{}", &paths::root(preferred.group, preferred.version)[1..]));
        let name = definitions::name_of(preferred.group, preferred.version, info.kind);
        let definition = &document["components"]["schemas"][name.as_str()];
        let want = definitions::gvk(preferred.group, preferred.version, info.kind);
        assert_eq!(definition["x-kubernetes-group-version-kind"][0], want, "{name}");
    }
}

#[test]
fn a_field_has_what_its_tags_say() {
    let document = read("/openapi/v3/apis/apps/v1");
    let schemas = &document["components"]["schemas"];
    let volumes = &schemas["io.k8s.api.core.v1.PodSpec"]["properties"]["volumes"];
    let want = r##"{"items":{"allOf":[{"$ref":"#/components/schemas/io.k8s.api.core.v1.Volume"}],"default":{}},"type":"array","x-kubernetes-list-map-keys":["name"],"x-kubernetes-list-type":"map","x-kubernetes-patch-merge-key":"name","x-kubernetes-patch-strategy":"merge,retainKeys"}"##;
    let mut shown = volumes.clone();
    shown.remove("description");
    assert_eq!(shown.to_json(), want);
    let ty = &schemas["io.k8s.api.apps.v1.DaemonSetUpdateStrategy"]["properties"]["type"];
    assert_eq!(ty["enum"], Value::list(["OnDelete", "RollingUpdate"]));
    assert!(ty["description"].str_or_empty().contains("\n\nPossible enum values:\n - `\"OnDelete\"` "));
    let port = &schemas["io.k8s.api.core.v1.ContainerPort"]["properties"]["containerPort"];
    assert_eq!((port["default"].as_i64(), port["format"].str_or_empty()), (Some(0), "int32"));
    let protocol = &schemas["io.k8s.api.core.v1.ContainerPort"]["properties"]["protocol"];
    assert_eq!(protocol["default"].str_or_empty(), "TCP");
    let metadata = &schemas["io.k8s.api.apps.v1.DaemonSet"]["properties"]["metadata"];
    assert_eq!(metadata["default"], Value::empty_map());
}

#[test]
fn patch_takes_field_validation() {
    let document = read("/openapi/v3/apis/apps/v1");
    let path = &document["paths"]["/apis/apps/v1/namespaces/{namespace}/daemonsets/{name}"];
    let patch = &path["patch"];
    assert!(patch["parameters"].items().iter().any(|it| it["name"].str_or_empty() == "fieldValidation"));
    assert_eq!(patch["x-kubernetes-group-version-kind"]["kind"].str_or_empty(), "DaemonSet");
    assert_eq!(patch["operationId"].str_or_empty(), "patchAppsV1NamespacedDaemonSet");
    assert_eq!(path["get"]["x-kubernetes-action"].str_or_empty(), "get");
}

#[test]
fn a_client_that_has_a_document_is_not_sent_it_again() {
    let index = read("/openapi/v3");
    let url = index["paths"]["apis/batch/v1"]["serverRelativeURL"].str_or_empty();
    let response = get(url, JSON);
    let header = |response: &Response, name: &str| {
        response.headers.iter().find(|it| it.0 == name).map(|it| it.1.clone()).unwrap_or_default()
    };
    assert_eq!(header(&response, "cache-control"), "public, immutable");
    let request = Request {
        method: "GET".to_owned(),
        path: "/openapi/v3/apis/batch/v1".to_owned(),
        if_none_match: header(&response, "etag"),
        ..Request::default()
    };
    let again = answer(View::new(&Store::new()), &request).expect("served").expect("a document");
    assert_eq!((again.code, again.encode().0.len()), (304, 0));
    let moved = get("/openapi/v3/apis/batch/v1?hash=OLD", JSON);
    assert_eq!((moved.code, header(&moved, "location")), (301, url.to_owned()));
    assert_eq!(get("/openapi/v3/apis/batch/v9", JSON).code, 404);
    assert_eq!(get("/openapi/v3/apis/batch/v1", "text/html").code, 406);
}

#[test]
fn version_2_says_the_same_in_the_older_form() {
    let document = read("/openapi/v2");
    let strategy = &document["definitions"]["io.k8s.api.apps.v1.DaemonSetSpec"]["properties"]["updateStrategy"];
    assert_eq!(strategy["$ref"].str_or_empty(), "#/definitions/io.k8s.api.apps.v1.DaemonSetUpdateStrategy");
    assert!(strategy["default"].is_null() && !strategy["description"].is_null());
    let quantity = &document["definitions"]["io.k8s.apimachinery.pkg.api.resource.Quantity"];
    assert_eq!(quantity["type"].str_or_empty(), "string");
    let post = &document["paths"]["/api/v1/namespaces/{namespace}/pods"]["post"];
    assert_eq!(post["parameters"].items().last().map(|it| it["in"].str_or_empty()), Some("body"));
    assert_eq!(post["responses"]["200"]["schema"]["$ref"].str_or_empty(), "#/definitions/io.k8s.api.core.v1.Pod");
}

#[test]
fn version_2_is_a_protobuf_message_for_those_who_ask() {
    use super::super::protobuf::wire::{Reader, Wire};
    let response = get("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");
    let (bytes, media_type) = response.encode();
    assert_eq!((response.code, media_type), (200, gnostic::MEDIA_TYPE));
    let mut reader = Reader::new(&bytes);
    let mut numbers = Vec::new();
    while let Some((number, value)) = reader.field().expect("a message") {
        assert!(matches!(value, Wire::Bytes(_)));
        numbers.push(number);
    }
    assert_eq!(numbers, [1, 2, 8, 9]);
}

#[test]
fn a_custom_kind_has_its_schema_and_what_every_object_has() {
    let definition = r#"{"metadata":{"name":"boats.sea.example.com"},"spec":{"group":"sea.example.com","scope":"Namespaced",
        "names":{"kind":"Boat","listKind":"BoatList","plural":"boats"},"versions":[{"name":"v1","served":true,
        "subresources":{"status":{}},"schema":{"openAPIV3Schema":{"type":"object","description":"A boat.","properties":
        {"spec":{"type":"object","properties":{"sails":{"type":"integer","default":2}}}}}}}]},
        "status":{"conditions":[{"type":"Established","status":"True"}]}}"#;
    let value = Value::from_json(definition.as_bytes()).expect("JSON");
    let mut store = Store::new();
    let object = Object::from_value(kinds::CUSTOM_RESOURCE_DEFINITION, &value);
    store.put(object, crate::clock::Time::from_unix(0), Str::new());
    let ask = |path: &str| {
        let request = Request { method: "GET".to_owned(), path: path.to_owned(), ..Request::default() };
        let response = answer(View::new(&store), &request).expect("served").expect("a document");
        Value::from_json(&response.encode().0).expect("JSON")
    };
    let document = ask("/openapi/v3/apis/sea.example.com/v1");
    let boat = &document["components"]["schemas"]["com.example.sea.v1.Boat"];
    assert_eq!(boat["properties"]["spec"]["properties"]["sails"]["default"].as_i64(), Some(2));
    assert_eq!(boat["x-kubernetes-group-version-kind"][0]["kind"].str_or_empty(), "Boat");
    assert!(!document["components"]["schemas"]["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"].is_null());
    let path = "/apis/sea.example.com/v1/namespaces/{namespace}/boats/{name}/status";
    assert_eq!(document["paths"][path]["put"]["x-kubernetes-action"].str_or_empty(), "put");
    let index = ask("/openapi/v3");
    assert!(index["paths"]["apis/sea.example.com/v1"]["serverRelativeURL"].str_or_empty().contains("?hash="));
    let older = ask("/openapi/v2");
    let sails = &older["definitions"]["com.example.sea.v1.Boat"]["properties"]["spec"]["properties"]["sails"];
    assert_eq!(sails.to_json(), r#"{"type":"integer"}"#);
}
