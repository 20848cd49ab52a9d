//! Webhooks and policies, right and wrong.

use super::{VALIDATING_POLICY, VALIDATING_POLICY_BINDING, VALIDATING_WEBHOOK};
use crate::api::registry::Strategy;
use crate::object::{Kind, Object, Value, kinds};

fn check(kind: Kind, rules: &Strategy, json: &str) -> (Object, String) {
    let mut object = Object::from_value(kind, &Value::from_json(json.as_bytes()).expect("the table holds JSON"));
    object.meta.name = "checks".into();
    (rules.default)(&mut object);
    let errors = (rules.validate)(&object);
    let text = if errors.is_empty() { String::new() } else { errors.to_string() };
    (object, text)
}

const HOOK: &str = r#"{"webhooks":[{"name":"a.example.com","sideEffects":"None","admissionReviewVersions":["v1"],
    "clientConfig":{"service":{"name":"s","namespace":"n"}},
    "rules":[{"operations":["CREATE"],"apiGroups":[""],"apiVersions":["v1"],"resources":["pods"]}]}]}"#;

#[test]
fn a_webhook_is_filled_in() {
    let (hook, errors) = check(kinds::VALIDATING_WEBHOOK_CONFIGURATION, &VALIDATING_WEBHOOK, HOOK);
    assert_eq!(errors, "");
    let hook = &hook.body["webhooks"][0];
    assert_eq!(hook["failurePolicy"].str_or_empty(), "Fail");
    assert_eq!(hook["timeoutSeconds"], Value::Int(10));
    assert_eq!(hook["clientConfig"]["service"]["port"], Value::Int(443));
    assert_eq!(hook["rules"][0]["scope"].str_or_empty(), "*");
}

#[test]
fn a_webhook_is_checked() {
    let table = [
        (
            HOOK.replace("a.example.com", "short"),
            "webhooks[0].name: Invalid value: \"short\": should be a domain with at least three segments separated by dots",
        ),
        (
            HOOK.replace("\"sideEffects\":\"None\",", ""),
            "webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun",
        ),
        (
            HOOK.replace("[\"v1\"],\n", "[\"v7\"],\n"),
            "webhooks[0].admissionReviewVersions: Invalid value: [\"v7\"]: must include at least one of v1, v1beta1",
        ),
        (
            HOOK.replace(r#""service":{"name":"s","namespace":"n"}"#, r#""url":"http://example.com""#),
            "webhooks[0].clientConfig.url: Invalid value: \"http\": 'https' is the only allowed URL scheme; desired format: \
             https://host[/path]",
        ),
        (
            HOOK.replace(r#"["pods"]"#, r#"["pods/*","pods/status"]"#),
            "webhooks[0].rules[0].resources[1]: Invalid value: \"pods/status\": if 'pods/*' is present, must not specify \
             pods/status",
        ),
    ];
    for (json, want) in table {
        assert_eq!(check(kinds::VALIDATING_WEBHOOK_CONFIGURATION, &VALIDATING_WEBHOOK, &json).1, want, "{json}");
    }
}

#[test]
fn a_policy_has_something_to_say_and_something_to_say_it_about() {
    let table = [
        (
            r#"{"spec":{"matchConstraints":{"resourceRules":[{"operations":["*"],"apiGroups":["*"],"apiVersions":["*"],
                "resources":["*"]}]},"validations":[{"expression":"true"}]}}"#,
            "",
        ),
        (
            r#"{"spec":{"validations":[{"expression":" "}]}}"#,
            "[spec.matchConstraints: Required value, spec.validations[0].expression: Required value: expression is not \
             specified]",
        ),
    ];
    for (json, want) in table {
        assert_eq!(check(kinds::VALIDATING_ADMISSION_POLICY, &VALIDATING_POLICY, json).1, want, "{json}");
    }
}

#[test]
fn a_binding_denies_or_warns_and_never_both() {
    let json = r#"{"spec":{"policyName":"p","validationActions":["Deny","Warn"],"paramRef":{"name":"x"}}}"#;
    let (binding, errors) = check(kinds::VALIDATING_ADMISSION_POLICY_BINDING, &VALIDATING_POLICY_BINDING, json);
    assert_eq!(binding.spec()["paramRef"]["parameterNotFoundAction"].str_or_empty(), "Deny");
    assert!(errors.contains("must not contain both Deny and Warn"), "{errors}");
}
