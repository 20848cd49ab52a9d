//! Who manages what, as clients see it.

use super::*;
use crate::api::registry::{Part, WriteOptions};
use crate::object::{Key, Object, kinds};

const APPLY: &str = "application/apply-patch+yaml";

impl Server {
    /// Writes as the loops of the cluster do.
    fn api_of(&mut self, actor: &str) -> Api<'_> {
        self.now = self.now + Span::seconds(1);
        Api {
            store: &mut self.store,
            now: self.now,
            names: &mut self.names,
            precedents: &mut self.precedents,
            actor: Str::from(actor),
        }
    }

    /// A pod of a job: its controller makes it, and a kubelet runs it.
    fn pod(&mut self) {
        let account = Object::new(kinds::SERVICE_ACCOUNT, "a", "default");
        self.api_of("service-account-controller").create(account, &WriteOptions::default()).expect("an account");
        let text = r#"{"metadata":{"name":"p","labels":{"l":"1"}},"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]}}"#;
        let mut pod = Object::from_value(kinds::POD, &Value::from_json(text.as_bytes()).expect("valid JSON"));
        pod.meta.namespace = Str::from("a");
        self.api_of("job-controller").create(pod, &WriteOptions::default()).expect("a pod");
        let key = Key::new(kinds::POD, "a", "p");
        self.api_of("default-scheduler").bind(&key, "", "node-0").expect("free");
        let mut api = self.api_of("kubelet node-0");
        let options = WriteOptions::default();
        api.modify(&key, Part::Status, &options, |pod| {
            pod.status_mut().set("phase", "Running");
            Ok(())
        })
        .expect("its status");
    }

    fn managers(&mut self, url: &str) -> Vec<String> {
        let (code, object) = self.send("GET", url, "");
        assert_eq!(code, 200, "{object}");
        told(&object)
    }
}

/// `manager operation subresource fields` of each entry.
fn told(object: &Value) -> Vec<String> {
    let entry = |it: &Value| {
        let text = |field: &str| it[field].str_or_empty().to_owned();
        let words = [text("manager"), text("operation"), text("subresource"), it["fieldsV1"].to_json()];
        words.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ")
    };
    object["metadata"]["managedFields"].items().iter().map(entry).collect()
}

const POD: &str = "/api/v1/namespaces/a/pods/p";

#[test]
fn what_the_loops_wrote_is_told_from_the_log() {
    let mut server = Server::new();
    server.pod();
    let want = [
        r#"kube-controller-manager Update {"f:metadata":{"f:labels":{".":{},"f:l":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}"#,
        r#"kubelet Update status {"f:status":{"f:phase":{}}}"#,
    ];
    assert_eq!(server.managers(POD), want);
    let (_, list) = server.send("GET", "/api/v1/namespaces/a/pods", "");
    assert_eq!(told(&list["items"][0]), want);
}

#[test]
fn a_client_conflicts_with_a_controller_and_the_log_goes_on_after_its_write() {
    let mut server = Server::new();
    server.pod();
    let config = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"l":"2","m":"1"}}}"#;
    let refused = server.patch(&format!("{POD}?fieldManager=me"), APPLY, config);
    let Content::Json(status) = refused.content else { panic!("a Status") };
    let message =
        "Apply failed with 1 conflict: conflict with \"kube-controller-manager\" using v1: .metadata.labels.l";
    assert_eq!((refused.code, status["message"].str_or_empty()), (409, message));
    assert_eq!(server.patch(&format!("{POD}?fieldManager=me&force=true"), APPLY, config).code, 200);
    let before = server.managers(POD);
    assert_eq!(before[0], r#"me Apply {"f:metadata":{"f:labels":{"f:l":{},"f:m":{}}}}"#);
    let key = Key::new(kinds::POD, "a", "p");
    let relabel = |pod: &mut Object| {
        pod.meta.set_label("m", "3");
        Ok(())
    };
    server.api_of("job-controller").modify(&key, Part::Main, &WriteOptions::default(), relabel).expect("a label");
    let after = server.managers(POD);
    assert_eq!(after[0], r#"me Apply {"f:metadata":{"f:labels":{"f:l":{}}}}"#);
    assert!(after.iter().any(|it| it.starts_with("kube-controller-manager Update") && it.contains("f:m")), "{after:?}");
}

#[test]
fn an_apply_that_changes_nothing_makes_no_version() {
    let mut server = Server::new();
    server.pod();
    let config = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"n":"1"}}}"#;
    let url = format!("{POD}?fieldManager=me");
    assert_eq!(server.patch(&url, APPLY, config).code, 200);
    let version = server.store.version();
    server.now = server.now + Span::seconds(5);
    assert_eq!(server.patch(&url, APPLY, config).code, 200);
    assert_eq!(server.patch(POD, "application/merge-patch+json", r#"{"metadata":{"labels":{"n":"1"}}}"#).code, 200);
    assert_eq!(server.store.version(), version);
}

#[test]
fn managers_are_forgotten_on_request_and_known_again_from_the_next_apply_on() {
    let mut server = Server::new();
    server.create("x", r#","labels":{"l":"1"}"#);
    let url = format!("{MAPS}/x");
    assert_eq!(server.managers(&url), [r#"tester Update {"f:metadata":{"f:labels":{".":{},"f:l":{}}}}"#]);
    let reset = r#"{"metadata":{"managedFields":[]}}"#;
    assert_eq!(server.patch(&url, "application/merge-patch+json", reset).code, 200);
    assert!(server.managers(&url).is_empty());
    let config = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"1"}}"#;
    assert_eq!(server.patch(&format!("{url}?fieldManager=me"), APPLY, config).code, 200);
    let want = [
        r#"me Apply {"f:data":{"f:a":{}}}"#,
        r#"before-first-apply Update {"f:metadata":{"f:labels":{".":{},"f:l":{}}}}"#,
    ];
    assert_eq!(server.managers(&url), want);
}

#[test]
fn a_pod_whose_beginning_is_forgotten_still_has_managers() {
    let mut server = Server::new();
    server.pod();
    let version = server.store.version();
    server.store.compact(version - 1);
    let managers = server.managers(POD);
    assert!(managers.iter().any(|it| it.starts_with("kubelet Update status")), "{managers:?}");
    server.store.compact(version);
    assert!(server.managers(POD).len() <= 1);
}

#[test]
fn a_scale_is_applied_to_and_owned_like_the_field_that_it_shows() {
    let mut server = Server::new();
    let collection = "/apis/apps/v1/namespaces/a/deployments";
    let web = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"}},
        "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}"#;
    assert_eq!(server.send("POST", collection, web).0, 201);
    let url = format!("{collection}/web");
    let scale = |replicas: u32| {
        format!(
            r#"{{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{{"name":"web"}},"spec":{{"replicas":{replicas}}}}}"#
        )
    };
    let refused = server.patch(&format!("{url}/scale?fieldManager=me"), APPLY, &scale(3));
    let Content::Json(status) = refused.content else { panic!("a Status") };
    let message = "Apply failed with 1 conflict: conflict with \"tester\" using apps/v1: .spec.replicas";
    assert_eq!((refused.code, status["message"].str_or_empty()), (409, message));
    assert_eq!(server.patch(&format!("{url}/scale?fieldManager=me&force=true"), APPLY, &scale(3)).code, 200);
    let managers = server.managers(&url);
    assert_eq!(managers[0], r#"me Apply scale {"f:spec":{"f:replicas":{}}}"#);
    assert!(!managers[1].contains("f:replicas"), "{managers:?}");
    let other = server.patch(&format!("{url}/scale?fieldManager=me"), APPLY, web);
    let Content::Json(status) = other.content else { panic!("a Status") };
    assert_eq!(status["message"].str_or_empty(), "invalid object type: apps/v1, Kind=Deployment");
}
