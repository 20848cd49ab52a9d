//! Autoscalers as they are defaulted and refused.

use super::*;
use crate::object::kinds;

fn scaler(spec: &str) -> Object {
    let mut object = Object::new(kinds::HORIZONTAL_POD_AUTOSCALER, "default", "web");
    object.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
    object
}

const TARGET: &str = r#""scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}"#;

#[test]
fn an_autoscaler_without_metrics_aims_at_four_fifths_of_the_requested_processor_time() {
    let mut scaler = scaler(&format!("{{\"maxReplicas\":3,{TARGET}}}"));
    default(&mut scaler);
    assert_eq!(scaler.spec()["minReplicas"].as_i64(), Some(1));
    let want =
        r#"[{"resource":{"name":"cpu","target":{"averageUtilization":80,"type":"Utilization"}},"type":"Resource"}]"#;
    assert_eq!(scaler.spec()["metrics"].to_json(), want);
    assert!(scaler.spec()["behavior"].is_null());
}

#[test]
fn a_behavior_that_is_there_has_rules_for_both_directions() {
    let mut scaler = scaler(r#"{"behavior":{"scaleDown":{"selectPolicy":"Disabled"}}}"#);
    default(&mut scaler);
    let behavior = &scaler.spec()["behavior"];
    assert_eq!(behavior["scaleDown"]["selectPolicy"].str_or_empty(), "Disabled");
    assert_eq!(behavior["scaleUp"]["policies"].items().len(), 2);
    assert_eq!(behavior["scaleUp"]["stabilizationWindowSeconds"].as_i64(), Some(0));
    assert!(behavior["scaleDown"]["stabilizationWindowSeconds"].is_null());
}

#[test]
fn what_an_autoscaler_cannot_mean_is_refused() {
    let table = [
        (r#"{"maxReplicas":3,TARGET}"#, ""),
        (
            "{}",
            "spec.maxReplicas: Required value: must be set and greater than 0; spec.scaleTargetRef.kind: Required value; \
             spec.scaleTargetRef.name: Required value; spec.scaleTargetRef.apiVersion: Invalid value: \"\": apiVersion must \
             specify API group",
        ),
        (
            r#"{"minReplicas":5,"maxReplicas":3,TARGET}"#,
            "spec.maxReplicas: Invalid value: 3: must be greater than or equal to `minReplicas`",
        ),
        (
            r#"{"minReplicas":0,"maxReplicas":3,TARGET}"#,
            "spec.minReplicas: Invalid value: 0: must be greater than or equal to 1; spec.metrics: Forbidden: must specify at \
             least one Object or External metric to support scaling to zero replicas",
        ),
        (
            r#"{"maxReplicas":3,TARGET,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization"}}}]}"#,
            "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a \
             target utilization",
        ),
        (
            r#"{"maxReplicas":3,TARGET,"metrics":[{"type":"Pods","resource":{"name":"cpu","target":{"type":"Value",
               "averageValue":"0"}}}]}"#,
            "spec.metrics[0].resource.target.averageValue: Invalid value: \"0\": must be positive; spec.metrics[0].pods: \
             Required value: must populate information for the given metric source",
        ),
        (
            r#"{"maxReplicas":3,TARGET,"behavior":{"scaleUp":{"policies":[{"type":"Pods","value":0,"periodSeconds":1801}]}}}"#,
            "spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero; \
             spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
        ),
    ];
    for (spec, want) in table {
        let scaler = scaler(&spec.replace("TARGET", TARGET));
        let mut errors = ErrorList::new();
        validate_spec(scaler.spec(), 1, false, &mut errors);
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(texts.join("; "), want, "{spec}");
    }
}
