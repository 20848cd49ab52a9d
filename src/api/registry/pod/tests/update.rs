//! What may change of a pod that is there.

use super::pod;
use crate::api::field::ErrorList;
use crate::api::registry::pod::{
    default_pod, validate_ephemeral_containers_update, validate_pod_resize, validate_pod_status_update,
    validate_pod_update,
};
use crate::object::{Object, Value};

type Check = fn(&Object, &Object) -> ErrorList;

fn pod_of(spec: &str, status: &str) -> Object {
    let spec = format!(r#"{{"containers":[{{"name":"c","image":"busybox:1"}}]{spec}}}"#);
    let mut pod = pod(&format!(r#"{{"metadata":{{"name":"p","namespace":"n"}},"spec":{spec},"status":{status}}}"#));
    default_pod(&mut pod);
    pod
}

fn merge(target: &mut Value, patch: &Value) {
    let Value::Map(fields) = patch else {
        *target = patch.clone();
        return;
    };
    for (key, value) in fields.iter() {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.field_mut(key), value);
        }
    }
}

/// Changes the pod by a merge patch, and compares what is wrong with that, one line an error.
fn check(rule: Check, old: &Object, patch: &str, want: &[&str]) {
    let patch = Value::from_json(patch.as_bytes()).expect("the table holds JSON");
    let mut new = old.clone();
    for part in ["spec", "status"] {
        if !patch[part].is_null() {
            merge(new.body.entry(part), &patch[part]);
        }
    }
    if !patch["annotations"].is_null() {
        let mut notes = Value::Map(new.meta.annotations.clone());
        merge(&mut notes, &patch["annotations"]);
        new.meta.annotations = notes.as_map().cloned().unwrap_or_default();
    }
    default_pod(&mut new);
    let errors = rule(&new, old);
    let first_line = |it: String| it.lines().next().unwrap_or_default().to_owned();
    let got: Vec<_> = errors.iter().map(|it| first_line(it.to_string())).collect();
    assert_eq!(got, want, "{patch:?}");
}

const OTHERS: &str = "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

#[test]
fn images_and_nothing_else_of_the_containers_may_change() {
    let old = pod_of("", "{}");
    let check = |patch: &str, want: &[&str]| check(validate_pod_update, &old, patch, want);
    let full = |fields: &str| {
        format!(
            r#"{{"spec":{{"containers":[{{"name":"c","terminationMessagePath":"/dev/termination-log","resources":{{}}{fields}}}]}}}}"#
        )
    };
    check(&full(r#","image":"busybox:2","imagePullPolicy":"IfNotPresent""#), &[]);
    check(&full(r#","image":"busybox:1","imagePullPolicy":"Always""#), &[OTHERS]);
    check(&full(r#","image":"busybox:1","command":["true"]"#), &[OTHERS]);
    check(r#"{"spec":{"nodeSelector":{"a":"b"}}}"#, &[OTHERS]);
    check(r#"{"spec":{"hostNetwork":true}}"#, &[OTHERS]);
    check(
        r#"{"spec":{"containers":[{"name":"c","image":"busybox:1"},{"name":"d","image":"busybox:1"}]}}"#,
        &["spec.containers: Forbidden: pod updates may not add or remove containers"],
    );
}

#[test]
fn a_deadline_may_be_set_and_lowered() {
    let none = pod_of("", "{}");
    check(validate_pod_update, &none, r#"{"spec":{"activeDeadlineSeconds":10}}"#, &[]);
    let old = pod_of(r#","activeDeadlineSeconds":10"#, "{}");
    let check = |patch: &str, want: &[&str]| check(validate_pod_update, &old, patch, want);
    check(r#"{"spec":{"activeDeadlineSeconds":9}}"#, &[]);
    check(
        r#"{"spec":{"activeDeadlineSeconds":11}}"#,
        &["spec.activeDeadlineSeconds: Invalid value: 11: must be less than or equal to previous value"],
    );
    check(
        r#"{"spec":{"activeDeadlineSeconds":null}}"#,
        &["spec.activeDeadlineSeconds: Invalid value: null: must not update from a positive integer to nil value"],
    );
}

#[test]
fn tolerations_may_come_and_change_their_seconds() {
    let old =
        pod_of(r#","tolerations":[{"key":"a","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}]"#, "{}");
    let check = |list: &str, want: &[&str]| {
        check(validate_pod_update, &old, &format!(r#"{{"spec":{{"tolerations":{list}}}}}"#), want);
    };
    check(r#"[{"key":"a","operator":"Exists","effect":"NoExecute"},{"key":"b","operator":"Exists"}]"#, &[]);
    let refused = "spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds";
    check(r#"[{"key":"b","operator":"Exists"}]"#, &[refused]);
    check(r#"[{"key":"a","operator":"Exists"}]"#, &[refused]);
}

#[test]
fn a_negative_grace_period_may_become_one_second() {
    let old = pod_of(r#","terminationGracePeriodSeconds":-1"#, "{}");
    check(validate_pod_update, &old, r#"{"spec":{"terminationGracePeriodSeconds":1}}"#, &[]);
    check(validate_pod_update, &old, r#"{"spec":{"terminationGracePeriodSeconds":2}}"#, &[OTHERS]);
}

#[test]
fn a_gated_pod_may_lose_gates_and_go_to_fewer_nodes() {
    let old = pod_of(r#","schedulingGates":[{"name":"a"},{"name":"b"}],"nodeSelector":{"x":"y"}"#, "{}");
    let check = |patch: &str, want: &[&str]| check(validate_pod_update, &old, patch, want);
    check(r#"{"spec":{"schedulingGates":[{"name":"b"}]}}"#, &[]);
    check(r#"{"spec":{"schedulingGates":null,"nodeSelector":{"x":"y","z":"z"}}}"#, &[]);
    check(
        r#"{"spec":{"schedulingGates":[{"name":"c"}]}}"#,
        &["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c'"],
    );
    check(
        r#"{"spec":{"nodeSelector":{"x":"z"}}}"#,
        &[
            r#"spec.nodeSelector: Invalid value: {"x":"z"}: only additions to spec.nodeSelector are allowed (no mutations or deletions)"#,
        ],
    );
    check(
        r#"{"spec":{"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"k","operator":"Exists"}]}]}}}}}"#,
        &[],
    );
    check(r#"{"spec":{"affinity":{"podAffinity":{}}}}"#, &[OTHERS]);
}

#[test]
fn the_terms_of_a_gated_pod_may_only_ask_for_more() {
    let term = |expressions: &str| {
        format!(
            r#""affinity":{{"nodeAffinity":{{"requiredDuringSchedulingIgnoredDuringExecution":{{"nodeSelectorTerms":[{{"matchExpressions":[{expressions}]}}]}}}}}}"#
        )
    };
    let first = r#"{"key":"k","operator":"Exists"}"#;
    let old = pod_of(&format!(r#","schedulingGates":[{{"name":"a"}}],{}"#, term(first)), "{}");
    let check = |expressions: &str, want: &[&str]| {
        check(validate_pod_update, &old, &format!(r#"{{"spec":{{{}}}}}"#, term(expressions)), want);
    };
    check(&format!(r#"{first},{{"key":"l","operator":"Exists"}}"#), &[]);
    check(
        r#"{"key":"l","operator":"Exists"}"#,
        &[
            r#"spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]: Invalid value: {"MatchExpressions":[{"Key":"l","Operator":"Exists","Values":null}],"MatchFields":null}: only additions are allowed (no mutations or deletions)"#,
        ],
    );
}

#[test]
fn the_mirror_annotation_stays() {
    let old = pod_of("", "{}");
    check(
        validate_pod_update,
        &old,
        r#"{"annotations":{"kubernetes.io/config.mirror":"x"}}"#,
        &["metadata.annotations[kubernetes.io/config.mirror]: Forbidden: may not add mirror pod annotation"],
    );
}

#[test]
fn a_container_that_has_ended_for_good_stays_ended() {
    let status = |code: i64| {
        format!(r#"{{"containerStatuses":[{{"name":"c","state":{{"terminated":{{"exitCode":{code}}}}}}}]}}"#)
    };
    let running = r#"{"status":{"containerStatuses":[{"name":"c","state":{"running":{}}}]}}"#;
    let refused = "status.containerStatuses[0].state: Forbidden: may not be transitioned to non-terminated state";
    for (policy, code, want) in
        [("Always", 0, &[][..]), ("OnFailure", 1, &[]), ("OnFailure", 0, &[refused]), ("Never", 1, &[refused])]
    {
        let old = pod_of(&format!(r#","restartPolicy":"{policy}""#), &status(code));
        check(validate_pod_status_update, &old, running, want);
    }
}

#[test]
fn a_status_names_its_class_and_conditions_properly() {
    let old = pod_of("", r#"{"qosClass":"BestEffort"}"#);
    let check = |status: &str, want: &[&str]| {
        check(validate_pod_status_update, &old, &format!(r#"{{"status":{status}}}"#), want);
    };
    check(r#"{"qosClass":"Burstable"}"#, &[r#"status.qosClass: Invalid value: "Burstable": field is immutable"#]);
    check(r#"{"conditions":[{"type":"Ready"},{"type":"example.com/ok"}]}"#, &[]);
    check(r#"{"podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}"#, &[]);
    check(
        r#"{"podIPs":[{"ip":"10.0.0.1"},{"ip":"10.0.0.2"}]}"#,
        &[
            r#"status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each IP family"#,
        ],
    );
}

#[test]
fn ephemeral_containers_may_only_come() {
    let old = pod_of(r#","ephemeralContainers":[{"name":"d","image":"busybox:1"}]"#, "{}");
    let check = |list: &str, want: &[&str]| {
        let patch = format!(r#"{{"spec":{{"ephemeralContainers":{list}}}}}"#);
        check(validate_ephemeral_containers_update, &old, &patch, want);
    };
    check(r#"[{"name":"d","image":"busybox:1"},{"name":"e","image":"busybox:1"}]"#, &[]);
    check(
        r#"[{"name":"e","image":"busybox:1"}]"#,
        &[r#"spec.ephemeralContainers: Forbidden: existing ephemeral containers "d" may not be removed"#],
    );
    check(
        r#"[{"name":"d","image":"busybox:2"}]"#,
        &[r#"spec.ephemeralContainers: Forbidden: existing ephemeral containers "d" may not be changed"#],
    );
}

#[test]
fn a_resize_changes_amounts_of_cpu_and_memory() {
    let resources = |it: &str| {
        format!(
            r#""containers":[{{"name":"c","image":"busybox:1","imagePullPolicy":"IfNotPresent","terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File","resources":{{"requests":{{{it}}}}}}}]"#
        )
    };
    let mut old = pod_of("", r#"{"qosClass":"Burstable"}"#);
    let spec = format!("{{{}}}", resources(r#""cpu":"100m""#));
    merge(old.spec_mut(), &Value::from_json(spec.as_bytes()).expect("the table holds JSON"));
    default_pod(&mut old);
    let check = |it: &str, want: &[&str]| {
        check(validate_pod_resize, &old, &format!(r#"{{"spec":{{{}}}}}"#, resources(it)), want);
    };
    check(r#""cpu":"200m""#, &[]);
    check(r#""cpu":"200m","memory":"1Mi""#, &[]);
    check(r#""cpu":"100m","ephemeral-storage":"1Mi""#, &["spec: Forbidden: only cpu and memory resources are mutable"]);
    check(
        r#""memory":"1Mi""#,
        &["spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed"],
    );
}

#[test]
fn the_refusal_shows_what_differs() {
    let old = pod_of(r#","nodeSelector":{"a":"b"}"#, "{}");
    let mut new = old.clone();
    new.spec_mut().field_mut("nodeSelector").set("a", "c");
    new.spec_mut().set("hostNetwork", true);
    let errors = validate_pod_update(&new, &old);
    let text = errors.iter().next().map(|it| it.detail.clone()).unwrap_or_default();
    let difference: Vec<_> = text.lines().skip(1).collect();
    let want = [
        "@@ -40,13 +40,13 @@",
        "  \"ActiveDeadlineSeconds\": null,",
        "  \"DNSPolicy\": \"ClusterFirst\",",
        "  \"NodeSelector\": {",
        "-  \"a\": \"b\"",
        "+  \"a\": \"c\"",
        "  },",
        "  \"ServiceAccountName\": \"\",",
        "  \"AutomountServiceAccountToken\": null,",
        "  \"NodeName\": \"\",",
        "  \"SecurityContext\": {",
        "-  \"HostNetwork\": false,",
        "+  \"HostNetwork\": true,",
        "   \"HostPID\": false,",
        "   \"HostIPC\": false,",
        "   \"ShareProcessNamespace\": null,",
    ];
    assert_eq!(difference, want);
}
