//! Services as they are created and changed.

use crate::api::Status;
use crate::api::registry::{Api, DeleteOptions, Part, Precedents, WriteOptions};
use crate::clock::{Names, Time};
use crate::object::{Key, Object, Value, kinds, literal};
use crate::store::Store;

struct Cluster {
    store: Store,
    names: Names,
    precedents: Precedents,
}

impl Cluster {
    fn new() -> Self {
        let mut cluster = Cluster { store: Store::new(), names: Names::new(1), precedents: Precedents::default() };
        let mut namespace = Object::new(kinds::NAMESPACE, "", "default");
        namespace.status_mut().set("phase", "Active");
        cluster.api().create(namespace, &WriteOptions::default()).expect("a namespace");
        cluster
    }

    fn api(&mut self) -> Api<'_> {
        Api {
            store: &mut self.store,
            now: Time::from_unix(0),
            names: &mut self.names,
            precedents: &mut self.precedents,
            actor: literal!("kubectl"),
        }
    }

    fn create(&mut self, name: &str, spec: &str) -> Result<Value, String> {
        let made = self.api().create(service(name, spec), &WriteOptions::default());
        shown(made.map(|it| it.spec().clone()))
    }

    /// Merges `patch` into the spec of a service.
    fn patch(&mut self, name: &str, patch: &str) -> Result<Value, String> {
        let key = Key::new(kinds::SERVICE, "default", name);
        let patch = Value::from_json(patch.as_bytes()).expect("valid JSON");
        let made = self.api().modify(&key, Part::Main, &WriteOptions::default(), |service| {
            for (field, value) in patch.as_map().into_iter().flat_map(|it| it.iter()) {
                if value.is_null() {
                    service.spec_mut().remove(field);
                } else {
                    service.spec_mut().set(field.clone(), value);
                }
            }
            Ok(())
        });
        shown(made.map(|it| it.spec().clone()))
    }
}

fn service(name: &str, spec: &str) -> Object {
    let mut service = Object::new(kinds::SERVICE, "default", name);
    *service.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
    service
}

fn shown(result: Result<Value, Status>) -> Result<Value, String> {
    result.map_err(|status| status.message)
}

#[test]
fn a_minimal_service_has_an_address_of_its_own() {
    let mut cluster = Cluster::new();
    let spec = cluster.create("s", r#"{"ports":[{"port":80}]}"#).expect("a service");
    let ip = spec["clusterIP"].str_or_empty().to_owned();
    assert!(ip.starts_with("10.96."), "{ip}");
    let want = format!(
        r#"{{"clusterIP":"{ip}","clusterIPs":["{ip}"],"internalTrafficPolicy":"Cluster","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","ports":[{{"port":80,"protocol":"TCP","targetPort":80}}],"sessionAffinity":"None","type":"ClusterIP"}}"#
    );
    assert_eq!(spec.to_json(), want);
    let holder = cluster.store.get(&Key::new(kinds::IP_ADDRESS, "", ip.as_str())).expect("the address is taken");
    assert_eq!(holder.spec()["parentRef"]["name"].as_str(), Some("s"));
}

#[test]
fn an_address_that_was_asked_for_is_given_once_and_given_back() {
    let mut cluster = Cluster::new();
    let spec = r#"{"clusterIP":"10.96.0.10","ports":[{"port":80}]}"#;
    cluster.create("a", spec).expect("a free address");
    let want = "Service \"b\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to allocate IP 10.96.0.10: \
                provided IP is already allocated";
    assert_eq!(cluster.create("b", spec).expect_err("it is taken"), want);
    let outside = cluster.create("b", r#"{"clusterIP":"1.2.3.4","ports":[{"port":80}]}"#).expect_err("outside");
    assert!(outside.ends_with("the provided network does not match the current range"), "{outside}");
    let key = Key::new(kinds::SERVICE, "default", "a");
    cluster.api().delete(&key, &DeleteOptions::default()).expect("deleted");
    cluster.create("b", spec).expect("it is free again");
    cluster.patch("b", r#"{"type":"ExternalName","externalName":"a.b"}"#).expect("a name");
    assert_eq!(cluster.store.count(kinds::IP_ADDRESS), 0);
}

#[test]
fn an_address_cannot_change_but_goes_with_the_type() {
    let mut cluster = Cluster::new();
    cluster.create("s", r#"{"ports":[{"port":80}]}"#).expect("a service");
    let want = "Service \"s\" is invalid: spec.clusterIPs[0]: Invalid value: [\"None\"]: may not change once set";
    assert_eq!(cluster.patch("s", r#"{"clusterIP":"None"}"#).expect_err("it is set"), want);
    let named = cluster.patch("s", r#"{"type":"ExternalName","externalName":"a.b"}"#).expect("a name");
    for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
        assert!(named[field].is_null(), "{field}");
    }
    let back = cluster.patch("s", r#"{"type":"NodePort"}"#).expect("on nodes");
    assert!(!back["clusterIP"].is_empty() && !back["ports"][0]["nodePort"].is_empty());
}

#[test]
fn ports_on_nodes_are_given_kept_and_given_up() {
    let mut cluster = Cluster::new();
    let spec = r#"{"type":"NodePort","ports":[{"name":"a","port":53},{"name":"b","port":53,"protocol":"UDP"}]}"#;
    let made = cluster.create("dns", spec).expect("a service");
    let port = made["ports"][0]["nodePort"].as_i64().expect("a port");
    assert!((30_086..=32_767).contains(&port), "{port}");
    assert_eq!(made["ports"][1]["nodePort"].as_i64(), Some(port), "two protocols share a number");
    let taken = format!(r#"{{"type":"NodePort","ports":[{{"port":80,"nodePort":{port}}}]}}"#);
    let want = format!(
        "Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: {port}: provided port is already allocated"
    );
    assert_eq!(cluster.create("web", &taken).expect_err("it is taken"), want);
    let want = "Service \"web\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid \
                range. The range of valid ports is 30000-32767";
    let outside = r#"{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}"#;
    assert_eq!(cluster.create("web", outside).expect_err("it is no node port"), want);
    let kept = cluster.patch("dns", r#"{"ports":[{"name":"a","port":54}]}"#).expect("another port of that name");
    assert_eq!(kept["ports"][0]["nodePort"].as_i64(), Some(port));
    let inside = cluster.patch("dns", r#"{"type":"ClusterIP"}"#).expect("inside only");
    assert!(inside["ports"][0]["nodePort"].is_null() && inside["externalTrafficPolicy"].is_null());
    cluster.create("web", &taken).expect("it is free again");
}

#[test]
fn a_local_load_balancer_has_a_port_for_its_health() {
    let mut cluster = Cluster::new();
    let spec = r#"{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80}]}"#;
    let made = cluster.create("lb", spec).expect("a service");
    assert_eq!(made["allocateLoadBalancerNodePorts"].as_bool(), Some(true));
    assert!(made["healthCheckNodePort"].as_i64().is_some_and(|it| it != 0));
    let want = "Service \"lb\" is invalid: spec.healthCheckNodePort: Forbidden: field is immutable";
    assert_eq!(cluster.patch("lb", r#"{"healthCheckNodePort":31000}"#).expect_err("it is set"), want);
    let plain = cluster.patch("lb", r#"{"externalTrafficPolicy":"Cluster"}"#).expect("cluster wide");
    assert!(plain["healthCheckNodePort"].is_null());
}

#[test]
fn a_headless_service_without_selector_is_of_both_families() {
    let mut cluster = Cluster::new();
    let made = cluster.create("s", r#"{"clusterIP":"None","selector":{"a":"b"}}"#).expect("headless");
    assert_eq!(made["ipFamilies"].to_json(), r#"["IPv4"]"#);
    let made = cluster.create("t", r#"{"clusterIP":"None"}"#).expect("headless");
    assert_eq!(made["ipFamilies"].to_json(), r#"["IPv4","IPv6"]"#);
    assert_eq!(made["ipFamilyPolicy"].as_str(), Some("RequireDualStack"));
}

#[test]
fn what_is_wrong_with_a_service_is_said_field_by_field() {
    let table = [
        (r"{}", "spec.ports: Required value"),
        (
            r#"{"ports":[{"port":0}]}"#,
            "[spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: \
             Invalid value: 0: must be between 1 and 65535, inclusive]",
        ),
        (
            r#"{"ports":[{"port":1},{"name":"b","port":1}]}"#,
            "[spec.ports[0].name: Required value, spec.ports[1]: Duplicate value: \
             {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":1,\"TargetPort\":0,\"NodePort\":0}]",
        ),
        (
            r#"{"type":"Boat","ports":[{"port":1}]}"#,
            "spec.type: Unsupported value: \"Boat\": supported values: \"ClusterIP\", \"ExternalName\", \
             \"LoadBalancer\", \"NodePort\"",
        ),
        (r#"{"type":"ExternalName"}"#, "spec.externalName: Required value"),
        (
            r#"{"ports":[{"port":1,"nodePort":30001}]}"#,
            "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
        ),
        (
            r#"{"externalIPs":["127.0.0.1"],"ports":[{"port":1}]}"#,
            "spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
        ),
        (
            r#"{"ipFamilies":["IPv6"],"ports":[{"port":1}]}"#,
            "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster",
        ),
        (
            r#"{"ipFamilyPolicy":"RequireDualStack","ports":[{"port":1}]}"#,
            "spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services",
        ),
        (
            r#"{"type":"NodePort","clusterIP":"None","ports":[{"port":1}]}"#,
            "spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services",
        ),
        (
            r#"{"sessionAffinityConfig":{"clientIP":{"timeoutSeconds":0}},"sessionAffinity":"ClientIP","ports":[{"port":1}]}"#,
            "spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 0: must be greater than 0 and less than 86400",
        ),
    ];
    for (spec, want) in table {
        let got = Cluster::new().create("s", spec).expect_err(spec);
        assert_eq!(got, format!("Service \"s\" is invalid: {want}"), "{spec}");
    }
}

#[test]
fn a_trial_run_takes_nothing() {
    let mut cluster = Cluster::new();
    let made = cluster
        .api()
        .create(service("s", r#"{"ports":[{"port":80}]}"#), &WriteOptions { dry_run: true, ..WriteOptions::default() });
    assert!(!made.expect("would be taken").spec()["clusterIP"].is_empty());
    assert_eq!(cluster.store.count(kinds::IP_ADDRESS), 0);
}
