//! What is wrong with new pods, in upstream's words and of the fields that upstream names.

use super::pod_with_spec;
use crate::api::registry::strategy;
use crate::object::{Value, kinds};

/// What is wrong with a pod of one container, with these fields of its spec and of its container.
fn errors_of(spec: &str, container: &str) -> Vec<String> {
    let mut pod = pod_with_spec(r#"{"containers":[{"name":"c","image":"i"}]}"#);
    let parse = |text: &str| Value::from_json(text.as_bytes()).expect("the table holds JSON");
    for (field, value) in parse(spec).as_map().into_iter().flat_map(|it| it.iter()) {
        pod.spec_mut().set(field.clone(), value);
    }
    for (field, value) in parse(container).as_map().into_iter().flat_map(|it| it.iter()) {
        pod.spec_mut().field_mut("containers").items_mut()[0].set(field.clone(), value);
    }
    let rules = strategy(kinds::POD);
    (rules.default)(&mut pod);
    (rules.validate)(&pod).iter().map(ToString::to_string).collect()
}

#[test]
fn what_is_wrong_with_the_sources_of_variables_is_said_of_the_list_or_of_the_name() {
    let table = [
        (r#"{"envFrom":[{}]}"#, "envFrom: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`"),
        (r#"{"envFrom":[{"secretRef":{}}]}"#, "envFrom[0].secretRef.name: Required value"),
        (r#"{"envFrom":[{"secretRef":{"name":"a-"}}]}"#, ""),
        (
            r#"{"env":[{"name":"A","valueFrom":{"fileKeyRef":{"key":"A","volumeName":"v","path":"f"}}}]}"#,
            "env[0].valueFrom.fileKeyRef.volumeName: Not found: \"v\"",
        ),
        (
            r#"{"env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName['a']"}}}]}"#,
            "env[0].valueFrom.fieldRef.fieldPath: Invalid value: \"spec.nodeName['a']\": error converting fieldPath: field \
             label does not support subscript: spec.nodeName['a']",
        ),
    ];
    for (container, want) in table {
        let want = if want.is_empty() { String::new() } else { format!("spec.containers[0].{want}") };
        assert_eq!(errors_of("{}", container).join("; "), want, "{container}");
    }
    let nameless = errors_of("{}", r#"{"env":[{"name":"A","valueFrom":{"secretKeyRef":{"key":"k"}}}]}"#).join("; ");
    assert!(nameless.contains("secretKeyRef.name: Invalid value: \"\": a lowercase RFC 1123 subdomain"), "{nameless}");
}

#[test]
fn what_is_wrong_with_mounts_and_devices_is_said_of_the_fields_that_upstream_names() {
    let volumes = r#"{"volumes":[{"name":"v","emptyDir":{}},{"name":"d","persistentVolumeClaim":{"claimName":"d"}}]}"#;
    let table = [
        (
            r#"{"volumeMounts":[{"name":"v","mountPath":"/v","subPath":"../a"}]}"#,
            "spec.containers[0].volumeMounts.subPath: Invalid value: \"../a\": must not contain '..'",
        ),
        (
            r#"{"volumeMounts":[{"name":"v","mountPath":"/v","recursiveReadOnly":"Enabled"}]}"#,
            "spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true",
        ),
        (
            r#"{"volumeDevices":[{"name":"d","devicePath":"/../a"}]}"#,
            "spec.containers[0].volumeDevices[0].devicePath: Invalid value: \"/../a\": can not contain backsteps ('..')",
        ),
        (
            r#"{"volumeMounts":[{"name":"d","mountPath":"/a"}],"volumeDevices":[{"name":"d","devicePath":"/b"}]}"#,
            "spec.containers[0].volumeMounts[0].name: Invalid value: \"d\": must not already exist in volumeDevices; \
             spec.containers[0].volumeDevices[0].name: Invalid value: \"d\": must not already exist in volumeMounts",
        ),
    ];
    for (container, want) in table {
        assert_eq!(errors_of(volumes, container).join("; "), want, "{container}");
    }
}

#[test]
fn what_is_wrong_with_volumes_is_said_of_the_fields_that_upstream_names() {
    let table = [
        (r#"{"name":"a","projected":{"sources":[{}]}}"#, ""),
        (
            r#"{"name":"a","projected":{"sources":[{"configMap":{"name":"m","items":[{"key":"a","path":"p"}]}},
                {"secret":{"name":"s","items":[{"key":"a","path":"p"}]}}]}}"#,
            "spec.volumes[0].projected: Invalid value: \"s\": conflicting duplicate paths",
        ),
        (
            r#"{"name":"a","downwardAPI":{"items":[{"path":"p"}]}}"#,
            "spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required",
        ),
        (
            r#"{"name":"a","emptyDir":{},"downwardAPI":{}}"#,
            "spec.volumes[0].downwarAPI: Forbidden: may not specify more than 1 volume type",
        ),
        (
            r#"{"name":"a","ephemeral":{"volumeClaimTemplate":{"spec":{"accessModes":["ReadWriteOnce"]}}}}"#,
            "spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value",
        ),
    ];
    for (volume, want) in table {
        let spec = format!(r#"{{"volumes":[{volume}]}}"#);
        assert_eq!(errors_of(&spec, "{}").join("; "), want, "{volume}");
    }
}

#[test]
fn a_part_of_a_pod_is_shown_as_the_server_holds_it() {
    let security = r#"{"securityContext":{"seccompProfile":{"type":"RuntimeDefault","localhostProfile":"p"}}}"#;
    let want = "spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: \
                {\"Type\":\"RuntimeDefault\",\"LocalhostProfile\":\"p\"}: can only be set when seccomp type is Localhost";
    assert_eq!(errors_of("{}", security).join("; "), want);
    let claims = r#"{"resourceClaims":[{"name":"a"}]}"#;
    let want = "spec.resourceClaims[0]: Invalid value: {\"Name\":\"a\",\"ResourceClaimName\":null,\
                \"ResourceClaimTemplateName\":null}: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
    assert_eq!(errors_of(claims, "{}").join("; "), want);
}

#[test]
fn a_hostname_that_takes_the_place_of_all_others_is_checked() {
    let spec = r#"{"hostnameOverride":"a","hostNetwork":true,"setHostnameAsFQDN":true}"#;
    let want = "spec.hostnameOverride: Forbidden: may not be specified when setHostnameAsFQDN is true; \
                spec.hostnameOverride: Forbidden: may not be specified when hostNetwork is true";
    assert_eq!(errors_of(spec, "{}").join("; "), want);
}
