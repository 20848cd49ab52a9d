//! Requests made at random: every one gets an answer, no answer is a 500 that the API does not give, and what is stored can
//! still be read.

use proptest::prelude::*;
use seatrial::api::http::{Reply, Request, handle, yaml_to_value};
use seatrial::object::Value;
use seatrial::sim::{Cluster, ClusterOptions};

fn cluster() -> Cluster {
    let mut cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
    cluster.bootstrap(&[]).expect("it is furnished");
    cluster
}

fn ask(cluster: &mut Cluster, method: &str, path: &str, query: &str, content_type: &str, body: &[u8]) -> u16 {
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: content_type.to_owned(),
        accept: "application/json".to_owned(),
        body: body.to_vec().into(),
        ..Request::default()
    };
    let now = cluster.now();
    match handle(&mut cluster.api("random"), &request) {
        Reply::Done(response) => {
            let _ = response.encode();
            response.code
        }
        Reply::Watch(mut watch) => {
            let _ = watch.poll(cluster.view(), now);
            200
        }
        Reply::Log(_) | Reply::Session(_) => 200,
    }
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "BREW"])
}

fn content_type() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "application/json",
        "application/yaml",
        "application/json-patch+json",
        "application/merge-patch+json",
        "application/strategic-merge-patch+json",
        "application/apply-patch+yaml",
        "application/vnd.kubernetes.protobuf",
        "",
    ])
}

fn path() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => prop::sample::select(vec![
            "api", "apis", "v1", "apps", "batch", "namespaces", "default", "pods", "daemonsets", "jobs", "status", "watch",
            "configmaps", "kube-root-ca.crt", "openapi", "v2", "v3", "scale", "eviction", "binding", "nodes", "version",
        ])
        .prop_map(str::to_owned),
        1 => "[a-zA-Z0-9%/._~ -]{0,12}",
    ];
    prop::collection::vec(part, 0..7).prop_map(|parts| format!("/{}", parts.join("/")))
}

fn query() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "labelSelector",
        "fieldSelector",
        "limit",
        "continue",
        "resourceVersion",
        "resourceVersionMatch",
        "watch",
        "dryRun",
        "sendInitialEvents",
        "allowWatchBookmarks",
        "timeoutSeconds",
        "fieldManager",
        "force",
        "fieldValidation",
        "pretty",
        "gracePeriodSeconds",
        "propagationPolicy",
        "orphanDependents",
    ]);
    let value = prop_oneof![
        Just("1".to_owned()),
        Just("true".to_owned()),
        Just("0".to_owned()),
        Just("NotOlderThan".to_owned()),
        Just("a=b,c!=d,e%20in%20(f)".to_owned()),
        "[ -~]{0,20}",
        "\\PC{0,8}",
    ];
    prop::collection::vec((key, value), 0..5)
        .prop_map(|pairs| pairs.into_iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&"))
}

/// JSON of any shape, with the field names of objects and patches now and then.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        "\\PC{0,10}".prop_map(serde_json::Value::from),
        prop::sample::select(vec![
            "v1",
            "Pod",
            "ConfigMap",
            "replace",
            "merge",
            "delete",
            "10%",
            "1Gi",
            "-1",
            "/metadata/name"
        ])
        .prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let key = prop_oneof![
            3 => prop::sample::select(vec![
                "apiVersion", "kind", "metadata", "name", "generateName", "namespace", "labels", "annotations", "spec", "status",
                "containers", "image", "ports", "containerPort", "env", "value", "valueFrom", "resources", "limits", "cpu",
                "template", "selector", "matchLabels", "$patch", "$retainKeys", "$deleteFromPrimitiveList/finalizers",
                "$setElementOrder/containers", "op", "path", "from", "finalizers", "ownerReferences", "data", "items", "dryRun",
                "managedFields", "resourceVersion", "deletionTimestamp", "tolerations", "affinity", "volumes", "uid",
            ])
            .prop_map(str::to_owned),
            1 => "\\PC{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map(key, inner, 0..8)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A body that gets as far as it can: an object of the right kind with a random inside.
fn object(kind: &'static str, api_version: &'static str) -> impl Strategy<Value = serde_json::Value> {
    (json(), json(), json()).prop_map(move |(metadata, spec, status)| {
        let mut metadata = if metadata.is_object() { metadata } else { serde_json::json!({}) };
        metadata["name"] = "random".into();
        serde_json::json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, "status": status})
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_path_and_query_is_answered(method in method(), path in path(), query in query(), content_type in content_type()) {
        let code = ask(&mut cluster(), method, &path, &query, content_type, b"{}");
        prop_assert!((200..600).contains(&code), "{code}");
    }

    #[test]
    fn any_bytes_are_answered(content_type in content_type(), body in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut cluster = cluster();
        for (method, path) in [
            ("POST", "/api/v1/namespaces/default/pods"),
            ("PATCH", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"),
            ("DELETE", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"),
        ] {
            ask(&mut cluster, method, path, "", content_type, &body);
        }
        let _ = yaml_to_value(&body);
    }

    #[test]
    fn any_json_is_answered_as_a_body_and_as_a_patch(body in json(), content_type in content_type()) {
        let mut cluster = cluster();
        let bytes = body.to_string();
        for (method, path) in [
            ("POST", "/apis/batch/v1/namespaces/default/jobs"),
            ("PUT", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"),
            ("PATCH", "/api/v1/namespaces/default/configmaps/kube-root-ca.crt"),
            ("PATCH", "/api/v1/namespaces/default"),
            ("DELETE", "/api/v1/namespaces/default/configmaps"),
        ] {
            ask(&mut cluster, method, path, "", content_type, bytes.as_bytes());
        }
        let code = ask(&mut cluster, "GET", "/api/v1/namespaces/default/configmaps", "", "", b"");
        prop_assert_eq!(code, 200);
    }

    #[test]
    fn any_pod_and_job_is_stored_or_refused(pod in object("Pod", "v1"), job in object("Job", "batch/v1")) {
        let mut cluster = cluster();
        for (path, body) in [("/api/v1/namespaces/default/pods", pod), ("/apis/batch/v1/namespaces/default/jobs", job)] {
            let code = ask(&mut cluster, "POST", path, "", "application/json", body.to_string().as_bytes());
            let there = ask(&mut cluster, "GET", &format!("{path}/random"), "", "", b"");
            prop_assert_eq!(code == 201, there == 200, "{} then {}", code, there);
        }
    }

    #[test]
    fn json_is_read_as_it_is_written(body in json()) {
        let text = body.to_string();
        let value = Value::from_json(text.as_bytes()).expect("it is JSON");
        let again = Value::from_json(value.to_json().as_bytes()).expect("it is JSON");
        prop_assert!(value == again, "{}", text);
    }
}
