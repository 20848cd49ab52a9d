//! Defaults of pods and templates, and the class of service that follows.

use super::pod_with_spec;
use crate::api::registry::pod::{default_pod, default_pod_template, qos_class};
use crate::object::Value;

fn check(spec: &str, path: &[&str], want: &str) {
    let mut pod = pod_with_spec(spec);
    default_pod(&mut pod);
    let at = path.iter().fold(pod.spec(), |value, step| match step.parse::<usize>() {
        Ok(i) => &value[i],
        Err(_) => &value[*step],
    });
    assert_eq!(at.to_json(), want, "{path:?} of {spec}");
    let once = pod.clone();
    default_pod(&mut pod);
    assert!(pod.spec().is_same(once.spec()), "defaulting twice changes nothing: {spec}");
}

fn container(fields: &str) -> String {
    format!(r#"{{"containers":[{{"name":"c","image":"busybox"{fields}}}]}}"#)
}

#[test]
fn a_container_gets_pull_policy_termination_message_and_resources() {
    check(
        &container(""),
        &["containers", "0"],
        r#"{"image":"busybox","imagePullPolicy":"Always","name":"c","resources":{},"terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File"}"#,
    );
    check(
        r#"{"containers":[{"name":"c","image":"busybox:1"}]}"#,
        &["containers", "0", "imagePullPolicy"],
        r#""IfNotPresent""#,
    );
}

#[test]
fn a_pod_gets_its_policies() {
    check(
        r#"{"containers":[],"serviceAccount":"builder"}"#,
        &[],
        r#"{"containers":[],"dnsPolicy":"ClusterFirst","enableServiceLinks":true,"restartPolicy":"Always","schedulerName":"default-scheduler","securityContext":{},"serviceAccount":"builder","serviceAccountName":"builder","terminationGracePeriodSeconds":30}"#,
    );
}

#[test]
fn a_port_speaks_tcp_and_takes_the_host_port_on_the_host_network() {
    check(
        &container(r#","ports":[{"containerPort":80}]"#),
        &["containers", "0", "ports", "0"],
        r#"{"containerPort":80,"protocol":"TCP"}"#,
    );
    check(
        r#"{"hostNetwork":true,"containers":[{"name":"c","ports":[{"containerPort":80}]}]}"#,
        &["containers", "0", "ports", "0"],
        r#"{"containerPort":80,"hostPort":80,"protocol":"TCP"}"#,
    );
}

#[test]
fn probes_and_hooks_get_their_numbers_and_paths() {
    check(
        &container(r#","livenessProbe":{"grpc":{"port":1}}"#),
        &["containers", "0", "livenessProbe"],
        r#"{"failureThreshold":3,"grpc":{"port":1,"service":""},"periodSeconds":10,"successThreshold":1,"timeoutSeconds":1}"#,
    );
    check(
        &container(r#","lifecycle":{"preStop":{"httpGet":{"port":1}}}"#),
        &["containers", "0", "lifecycle", "preStop", "httpGet"],
        r#"{"path":"/","port":1,"scheme":"HTTP"}"#,
    );
}

#[test]
fn environment_references_get_version_and_divisor() {
    check(
        &container(r#","env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}}]"#),
        &["containers", "0", "env", "0", "valueFrom", "fieldRef"],
        r#"{"apiVersion":"v1","fieldPath":"metadata.name"}"#,
    );
    check(
        &container(r#","env":[{"name":"A","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}}]"#),
        &["containers", "0", "env", "0", "valueFrom", "resourceFieldRef", "divisor"],
        r#""0""#,
    );
}

#[test]
fn volumes_get_modes_types_and_a_source() {
    let volume = |source: &str| format!(r#"{{"containers":[],"volumes":[{{"name":"v"{source}}}]}}"#);
    let check_volume = |source: &str, want: &str| check(&volume(source), &["volumes", "0"], want);
    check_volume("", r#"{"emptyDir":{},"name":"v"}"#);
    check_volume(r#","hostPath":{"path":"/var"}"#, r#"{"hostPath":{"path":"/var","type":""},"name":"v"}"#);
    check_volume(r#","secret":{"secretName":"s"}"#, r#"{"name":"v","secret":{"defaultMode":420,"secretName":"s"}}"#);
    check_volume(
        r#","configMap":{"name":"m","defaultMode":256}"#,
        r#"{"configMap":{"defaultMode":256,"name":"m"},"name":"v"}"#,
    );
    check_volume(
        r#","projected":{"sources":[{"serviceAccountToken":{"path":"t"}}]}"#,
        r#"{"name":"v","projected":{"defaultMode":420,"sources":[{"serviceAccountToken":{"expirationSeconds":3600,"path":"t"}}]}}"#,
    );
    check_volume(r#","emptyDir":{"sizeLimit":"1024Mi"}"#, r#"{"emptyDir":{"sizeLimit":"1Gi"},"name":"v"}"#);
}

#[test]
fn limits_become_requests_and_amounts_become_canonical() {
    let resources = |json: &str, want: &str| {
        check(&container(&format!(r#","resources":{json}"#)), &["containers", "0", "resources"], want);
    };
    resources(r#"{"limits":{"cpu":"1000m"}}"#, r#"{"limits":{"cpu":"1"},"requests":{"cpu":"1"}}"#);
    resources(r#"{"requests":{"cpu":"0.1"}}"#, r#"{"requests":{"cpu":"100m"}}"#);
    resources(r#"{"requests":{"cpu":1,"memory":"1024Mi"}}"#, r#"{"requests":{"cpu":"1","memory":"1Gi"}}"#);
    resources(
        r#"{"requests":{"memory":"1e6"},"limits":{"memory":"2000k"}}"#,
        r#"{"limits":{"memory":"2M"},"requests":{"memory":"1e6"}}"#,
    );
}

#[test]
fn pod_level_requests_come_from_the_containers_and_then_from_the_limits() {
    check(
        r#"{"resources":{"limits":{"cpu":"2","memory":"1Gi"}},"containers":[{"name":"a","resources":{"requests":{"cpu":"250m"}}},{"name":"b","resources":{"requests":{"cpu":"250m"}}}]}"#,
        &["resources"],
        r#"{"limits":{"cpu":"2","memory":"1Gi"},"requests":{"cpu":"500m","memory":"1Gi"}}"#,
    );
}

#[test]
fn a_template_keeps_limits_and_host_ports_as_they_are() {
    let json = br#"{"spec":{"hostNetwork":true,"containers":[{"name":"c","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1"}}}]}}"#;
    let mut template = Value::from_json(json).expect("valid JSON");
    default_pod_template(&mut template);
    let container = &template["spec"]["containers"][0];
    assert_eq!(container["resources"].to_json(), r#"{"limits":{"cpu":"1"}}"#);
    assert_eq!(container["ports"][0].to_json(), r#"{"containerPort":80,"protocol":"TCP"}"#);
    assert!(template["spec"]["enableServiceLinks"].is_null());
}

#[test]
fn the_class_of_service_follows_from_requests_and_limits() {
    let class = |resources: &str, want: &str| {
        let mut pod = pod_with_spec(&container(&format!(r#","resources":{resources}"#)));
        default_pod(&mut pod);
        assert_eq!(qos_class(pod.spec()), want, "{resources}");
    };
    class("{}", "BestEffort");
    class(r#"{"requests":{"cpu":"0.1"}}"#, "Burstable");
    class(r#"{"limits":{"cpu":"1"}}"#, "Burstable");
    class(r#"{"limits":{"cpu":"1","memory":"1Gi"}}"#, "Guaranteed");
    class(r#"{"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}}"#, "Burstable");
    class(r#"{"requests":{"cpu":"0","memory":"0"}}"#, "BestEffort");
    class(r#"{"requests":{"ephemeral-storage":"1Gi"}}"#, "BestEffort");
}
