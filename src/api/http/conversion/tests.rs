//! Objects in older versions, and what they are in the stored one.

use super::*;
use crate::object::Value;

/// Reads `written` as the version has it, checks what is stored, and that it is shown as it was written, or as `shown`.
fn check(kind: Kind, version: &str, written: &str, stored: &str, shown: Option<&str>) {
    let conversion = of(kind, kind.info().group, version).expect("a form of its own");
    let value = |text: &str| Value::from_json(text.as_bytes()).expect("the table holds JSON");
    let mut object = Object::from_value(kind, &value(written));
    (conversion.to_stored)(&mut object).expect("it can be stored");
    let of = |object: &Object| {
        let mut out = object.body.clone();
        if !object.meta.annotations.is_empty() {
            out.insert("metadata", crate::map! { "annotations" => &object.meta.annotations });
        }
        Value::Map(out)
    };
    assert_eq!(of(&object), value(stored), "{version} {written}\n{}", of(&object).to_json());
    (conversion.to_served)(&mut object);
    assert_eq!(of(&object), value(shown.unwrap_or(written)), "{version} {written}\n{}", of(&object).to_json());
}

#[test]
fn a_backend_of_an_old_ingress_names_its_service_in_two_fields() {
    check(
        kinds::INGRESS,
        "v1beta1",
        r#"{"spec":{"backend":{"serviceName":"web","servicePort":80}}}"#,
        r#"{"spec":{"defaultBackend":{"service":{"name":"web","port":{"number":80}}}}}"#,
        None,
    );
    check(
        kinds::INGRESS,
        "v1beta1",
        r#"{"spec":{"rules":[{"http":{"paths":[{"path":"/","backend":{"serviceName":"web","servicePort":"http"}}]}}]}}"#,
        r#"{"spec":{"rules":[{"http":{"paths":[{"path":"/","pathType":"ImplementationSpecific",
            "backend":{"service":{"name":"web","port":{"name":"http"}}}}]}}]}}"#,
        Some(
            r#"{"spec":{"rules":[{"http":{"paths":[{"path":"/","pathType":"ImplementationSpecific",
            "backend":{"serviceName":"web","servicePort":"http"}}]}}]}}"#,
        ),
    );
}

#[test]
fn an_old_endpoint_is_where_its_topology_says() {
    check(
        kinds::ENDPOINT_SLICE,
        "v1beta1",
        r#"{"endpoints":[{"addresses":["10.0.0.1"],"topology":{"kubernetes.io/hostname":"node-0",
            "topology.kubernetes.io/zone":"a","rack":"7"}}]}"#,
        r#"{"endpoints":[{"addresses":["10.0.0.1"],"nodeName":"node-0","zone":"a","deprecatedTopology":{"rack":"7"}}]}"#,
        Some(
            r#"{"endpoints":[{"addresses":["10.0.0.1"],"nodeName":"node-0","topology":{"kubernetes.io/hostname":"node-0",
            "topology.kubernetes.io/zone":"a","rack":"7"}}]}"#,
        ),
    );
}

#[test]
fn an_empty_selector_of_an_old_budget_selects_nothing() {
    check(
        kinds::POD_DISRUPTION_BUDGET,
        "v1beta1",
        r#"{"spec":{"selector":{}}}"#,
        r#"{"spec":{"selector":{"matchExpressions":[
            {"key":"pdb.kubernetes.io/deprecated-v1beta1-empty-selector-match","operator":"Exists"}]}}}"#,
        None,
    );
    let app = r#"{"spec":{"selector":{"matchLabels":{"app":"web"}}}}"#;
    check(kinds::POD_DISRUPTION_BUDGET, "v1beta1", app, app, None);
}

#[test]
fn an_autoscaler_of_v1_has_one_field_for_the_processor_and_annotations_for_the_rest() {
    check(
        kinds::HORIZONTAL_POD_AUTOSCALER,
        "v1",
        r#"{"spec":{"maxReplicas":3,"targetCPUUtilizationPercentage":80},"status":{"currentCPUUtilizationPercentage":10}}"#,
        r#"{"spec":{"maxReplicas":3,"metrics":[{"type":"Resource","resource":{"name":"cpu",
            "target":{"type":"Utilization","averageUtilization":80}}}]},
            "status":{"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":10}}}]}}"#,
        Some(
            r#"{"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/current-metrics":
            "[{\"resource\":{\"currentAverageUtilization\":10,\"name\":\"cpu\"},\"type\":\"Resource\"}]"}},
            "spec":{"maxReplicas":3,"targetCPUUtilizationPercentage":80},
            "status":{"currentCPUUtilizationPercentage":10,"currentReplicas":0,"desiredReplicas":0}}"#,
        ),
    );
}

#[test]
fn metrics_of_v2beta1_lie_flat() {
    check(
        kinds::HORIZONTAL_POD_AUTOSCALER,
        "v2beta1",
        r#"{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","targetAverageUtilization":50}},
            {"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"10"}},
            {"type":"External","external":{"metricName":"queue","metricSelector":{},"targetValue":"30"}}]}}"#,
        r#"{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu",
            "target":{"type":"Utilization","averageUtilization":50}}},
            {"type":"Pods","pods":{"metric":{"name":"rps"},"target":{"type":"AverageValue","averageValue":"10"}}},
            {"type":"External","external":{"metric":{"name":"queue","selector":{}},"target":{"type":"Value","value":"30"}}}]}}"#,
        None,
    );
}

#[test]
fn old_flow_control_calls_its_shares_assured() {
    check(
        kinds::PRIORITY_LEVEL_CONFIGURATION,
        "v1beta2",
        r#"{"spec":{"limited":{"assuredConcurrencyShares":30}}}"#,
        r#"{"spec":{"limited":{"nominalConcurrencyShares":30}}}"#,
        None,
    );
}

#[test]
fn old_webhooks_are_filled_in_otherwise() {
    let written = r#"{"webhooks":[{"name":"a.b.c"}]}"#;
    let stored = r#"{"webhooks":[{"name":"a.b.c","failurePolicy":"Ignore","matchPolicy":"Exact","sideEffects":"Unknown",
        "timeoutSeconds":30,"admissionReviewVersions":["v1beta1"]}]}"#;
    check(kinds::VALIDATING_WEBHOOK_CONFIGURATION, "v1beta1", written, stored, Some(stored));
}
