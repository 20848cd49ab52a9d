//! The checks one by one, on pods that pass and pods that do not.

use super::super::policy::Policy;
use super::*;

/// What a pod is told that has this spec and these annotations.
fn told(standard: &str, annotations: &str, spec: &str) -> String {
    let parse = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
    let (level, version) = standard.split_once(':').unwrap_or((standard, "latest"));
    let mut labels = Map::new();
    labels.insert("pod-security.kubernetes.io/enforce", level);
    labels.insert("pod-security.kubernetes.io/enforce-version", version);
    let (policy, errors) = Policy::of(&labels);
    assert!(errors.is_empty(), "{standard}");
    let annotations = parse(annotations);
    let pod = Pod { annotations: annotations.as_map().expect("a map"), spec: &parse(spec) };
    evaluate(policy.enforce, pod, 36).to_string()
}

fn check(table: &[(&str, &str, &str)]) {
    for (standard, spec, want) in table {
        assert_eq!(told(standard, "{}", spec), *want, "{standard} {spec}");
    }
}

/// A spec that comes up to every level but for what is in `rest`, which starts with a comma.
fn hardened(rest: &str) -> String {
    format!(
        r#"{{"containers":[{{"name":"a","securityContext":{{"allowPrivilegeEscalation":false,
            "capabilities":{{"drop":["ALL"]}},"runAsNonRoot":true,"seccompProfile":{{"type":"RuntimeDefault"}}}}}}]{rest}}}"#
    )
}

#[test]
fn a_plain_pod_comes_up_to_baseline_and_lacks_four_things_for_restricted() {
    let plain = r#"{"containers":[{"name":"a"},{"name":"b"}]}"#;
    let lacks = "allowPrivilegeEscalation != false (containers \"a\", \"b\" must set \
                 securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers \"a\", \"b\" must set \
                 securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or containers \"a\", \"b\" must set \
                 securityContext.runAsNonRoot=true), seccompProfile (pod or containers \"a\", \"b\" must set \
                 securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")";
    check(&[
        ("privileged", plain, ""),
        ("baseline", plain, ""),
        ("restricted", plain, lacks),
        ("restricted:v1.99", plain, lacks),
        (
            "restricted:v1.7",
            plain,
            "runAsNonRoot != true (pod or containers \"a\", \"b\" must set securityContext.runAsNonRoot=true)",
        ),
        ("restricted", &hardened(""), ""),
    ]);
}

#[test]
fn what_is_shared_with_the_node_is_against_baseline() {
    check(&[
        ("baseline", r#"{"hostIPC":true,"hostNetwork":true}"#, "host namespaces (hostNetwork=true, hostIPC=true)"),
        (
            "baseline",
            r#"{"volumes":[{"name":"a","hostPath":{"path":"/"}},{"name":"b","emptyDir":{}}]}"#,
            "hostPath volumes (volume \"a\")",
        ),
        (
            "baseline",
            r#"{"containers":[{"name":"a","ports":[{"hostPort":80},{"hostPort":0}]}]}"#,
            "hostPort (container \"a\" uses hostPort 80)",
        ),
        (
            "baseline",
            r#"{"initContainers":[{"name":"b","ports":[{"hostPort":9},{"hostPort":80}]}],
                "containers":[{"name":"a","ports":[{"hostPort":80}]}]}"#,
            "hostPort (containers \"b\", \"a\" use hostPorts 80, 9)",
        ),
        (
            "baseline",
            r#"{"securityContext":{"windowsOptions":{"hostProcess":true}},
                "containers":[{"name":"a","securityContext":{"windowsOptions":{"hostProcess":true}}}]}"#,
            "hostProcess (pod and container \"a\" must not set securityContext.windowsOptions.hostProcess=true)",
        ),
    ]);
}

#[test]
fn containers_may_not_have_more_rights_than_usual() {
    let added = r#"{"containers":[{"name":"a","securityContext":{"capabilities":{"add":["SYS_TIME","CHOWN","NET_RAW"]}}}],
        "ephemeralContainers":[{"name":"e","securityContext":{"privileged":true}}]}"#;
    let shown = r#"{"containers":[{"name":"a","securityContext":{"procMount":"Unmasked"}}]}"#;
    let of_own = r#"{"hostUsers":false,"containers":[{"name":"a","securityContext":{"procMount":"Unmasked"}}]}"#;
    let proc_mount = "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")";
    check(&[
        (
            "baseline",
            added,
            "non-default capabilities (container \"a\" must not include \"NET_RAW\", \"SYS_TIME\" in \
             securityContext.capabilities.add), privileged (container \"e\" must not set securityContext.privileged=true)",
        ),
        ("baseline", shown, proc_mount),
        ("baseline:v1.34", of_own, proc_mount),
        ("baseline", of_own, ""),
    ]);
    let hidden = told("restricted", "{}", of_own);
    assert!(hidden.contains(proc_mount) && !hidden.contains("runAsNonRoot"), "{hidden}");
}

#[test]
fn probes_and_hooks_may_not_name_a_host_from_1_34_on() {
    let spec = r#"{"containers":[
        {"name":"b","livenessProbe":{"httpGet":{"host":"z.example"}},"lifecycle":{"preStop":{"tcpSocket":{"host":"a.example"}}}},
        {"name":"a","startupProbe":{"tcpSocket":{"host":"a.example"}},"readinessProbe":{"httpGet":{"host":""}}}]}"#;
    let want =
        "probe or lifecycle host (containers \"a\", \"b\" use probe or lifecycle hosts \"a.example\", \"z.example\")";
    check(&[("baseline:v1.33", spec, ""), ("baseline:v1.34", spec, want), ("baseline", spec, want)]);
}

#[test]
fn kernel_parameters_that_do_no_harm_grew_in_number() {
    let spec = r#"{"securityContext":{"sysctls":[{"name":"net.ipv4.tcp_wmem"},{"name":"net.ipv4.tcp_fin_timeout"},
        {"name":"net.ipv4.ip_local_reserved_ports"},{"name":"net.ipv4.tcp_syncookies"},{"name":"kernel.msgmax"}]}}"#;
    let later = [
        (
            "baseline:v1.26",
            "net.ipv4.tcp_wmem, net.ipv4.tcp_fin_timeout, net.ipv4.ip_local_reserved_ports, kernel.msgmax",
        ),
        ("baseline:v1.27", "net.ipv4.tcp_wmem, net.ipv4.tcp_fin_timeout, kernel.msgmax"),
        ("baseline:v1.29", "net.ipv4.tcp_wmem, kernel.msgmax"),
        ("baseline", "kernel.msgmax"),
    ];
    for (standard, names) in later {
        check(&[(standard, spec, &format!("forbidden sysctls ({names})"))]);
    }
}

#[test]
fn profiles_are_those_of_the_runtime_or_of_the_node() {
    let spec = |field: &str| {
        format!(
            r#"{{"securityContext":{{"{field}":{{"type":"Unconfined"}}}},"containers":[
                {{"name":"a","securityContext":{{"{field}":{{"type":"Localhost"}}}}}},
                {{"name":"b","securityContext":{{"{field}":{{"type":"Unconfined"}}}}}}]}}"#
        )
    };
    check(&[
        (
            "baseline",
            &spec("appArmorProfile"),
            "forbidden AppArmor profile (pod and container \"b\" must not set AppArmor profile type to \"Unconfined\")",
        ),
        (
            "baseline",
            &spec("seccompProfile"),
            "seccompProfile (pod and container \"b\" must not set securityContext.seccompProfile.type to \"Unconfined\")",
        ),
        ("baseline:v1.18", &spec("seccompProfile"), ""),
    ]);
    let annotations = r#"{"container.apparmor.security.beta.kubernetes.io/a":"unconfined",
        "container.apparmor.security.beta.kubernetes.io/b":"localhost/x","seccomp.security.alpha.kubernetes.io/pod":"none"}"#;
    let app_armor = "forbidden AppArmor profile (annotation must not set AppArmor profile type to \
                     \"container.apparmor.security.beta.kubernetes.io/a=\"unconfined\"\")";
    let seccomp = "seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod=\"none\")";
    assert_eq!(told("baseline", annotations, "{}"), app_armor);
    assert_eq!(told("baseline:v1.18", annotations, "{}"), format!("{app_armor}, {seccomp}"));
}

#[test]
fn options_of_se_linux_are_its_type_alone() {
    let spec = r#"{"securityContext":{"seLinuxOptions":{"type":"container_engine_t","level":"s0"}},
        "containers":[{"name":"a","securityContext":{"seLinuxOptions":{"type":"x","user":"u","role":"r"}}}]}"#;
    check(&[
        (
            "baseline:v1.30",
            spec,
            "seLinuxOptions (pod and container \"a\" set forbidden securityContext.seLinuxOptions: types \
             \"container_engine_t\", \"x\"; user may not be set; role may not be set)",
        ),
        (
            "baseline",
            spec,
            "seLinuxOptions (container \"a\" set forbidden securityContext.seLinuxOptions: type \"x\"; user may not be set; \
             role may not be set)",
        ),
    ]);
}

#[test]
fn hardened_pods_have_few_kinds_of_volumes() {
    let volumes =
        r#","volumes":[{"name":"a","hostPath":{}},{"name":"b","nfs":{}},{"name":"c","secret":{}},{"name":"d"}]"#;
    check(&[
        (
            "restricted",
            &hardened(volumes),
            "restricted volume types (volumes \"a\", \"b\", \"d\" use restricted volume types \"hostPath\", \"nfs\", \
             \"unknown\")",
        ),
        (
            "restricted",
            &hardened(r#","volumes":[{"name":"a","hostPath":{}}]"#),
            "restricted volume types (volume \"a\" uses restricted volume type \"hostPath\")",
        ),
    ]);
}

#[test]
fn hardened_pods_are_not_root_and_what_says_otherwise_is_told_first() {
    let root = r#","securityContext":{"runAsNonRoot":false,"runAsUser":0,"seccompProfile":{"type":"Unconfined"}}"#;
    let of_own = r#","hostUsers":false,"securityContext":{"runAsNonRoot":false,"runAsUser":0}"#;
    let wrong = "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false), runAsUser=0 (pod must not set \
                 runAsUser=0)";
    let profile = "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")";
    check(&[
        ("restricted", &hardened(root), &format!("{wrong}, {profile}")),
        ("restricted:v1.34", &hardened(of_own), wrong),
        ("restricted", &hardened(of_own), ""),
    ]);
}

#[test]
fn hardened_pods_of_windows_need_not_say_what_windows_has_not() {
    let spec = r#"{"os":{"name":"windows"},"containers":[{"name":"a"}]}"#;
    let user = "runAsNonRoot != true (pod or container \"a\" must set securityContext.runAsNonRoot=true)";
    check(&[("restricted", spec, user)]);
    assert!(
        told("restricted:v1.24", "{}", spec).starts_with("allowPrivilegeEscalation != false (container \"a\" must")
    );
}

#[test]
fn what_hardened_pods_may_add_is_told_beside_what_they_have_to_drop() {
    let spec = r#"{"os":{"name":"linux"},"securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"Localhost"}},
        "containers":[{"name":"a","securityContext":{"allowPrivilegeEscalation":false,
        "capabilities":{"drop":["all"],"add":["NET_BIND_SERVICE","CHOWN"]}}}]}"#;
    let want = "unrestricted capabilities (container \"a\" must set securityContext.capabilities.drop=[\"ALL\"]; container \
                \"a\" must not include \"CHOWN\" in securityContext.capabilities.add)";
    check(&[("restricted", spec, want), ("restricted:v1.21", spec, "")]);
}
