//! What a Job's pod failure policy says of a failed pod.
//!
//! Follows `pkg/controller/job/pod_failure_policy.go`.

use crate::object::{Object, Value};

/// The verdict on a failed pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The failure counts towards the back-off limit, by a rule or because none matched.
    Count,
    /// The failure does not count.
    Ignore,
    /// The pod's index is not tried again.
    FailIndex,
    /// The whole Job fails, with this message.
    FailJob(String),
}

impl Verdict {
    /// Whether the failure counts towards the back-off limit.
    pub fn counts(&self) -> bool {
        *self != Verdict::Ignore
    }
}

/// The verdict of the first rule of `policy` that matches `pod`.
pub fn judge(policy: &Value, pod: &Object) -> Verdict {
    for (index, rule) in policy["rules"].items().iter().enumerate() {
        let action = rule["action"].str_or_empty();
        let matched = if !rule["onExitCodes"].is_null() {
            matching_container(pod, &rule["onExitCodes"]).map(|status| {
                format!(
                    "Container {} for pod {}/{} failed with exit code {} matching {action} rule at index {index}",
                    status["name"].str_or_empty(),
                    pod.meta.namespace,
                    pod.meta.name,
                    status.at(&["state", "terminated", "exitCode"]).as_i64().unwrap_or(0),
                )
            })
        } else {
            matching_condition(pod, rule["onPodConditions"].items()).map(|kind| {
                format!(
                    "Pod {}/{} has condition {kind} matching {action} rule at index {index}",
                    pod.meta.namespace, pod.meta.name
                )
            })
        };
        match (matched, action) {
            (Some(message), "FailJob") => return Verdict::FailJob(message),
            (Some(_), "FailIndex") => return Verdict::FailIndex,
            (Some(_), "Ignore") => return Verdict::Ignore,
            (Some(_), "Count") => return Verdict::Count,
            _ => {}
        }
    }
    Verdict::Count
}

/// The first container that ended with an exit code other than 0 which `requirement` matches; init containers come last.
fn matching_container<'a>(pod: &'a Object, requirement: &Value) -> Option<&'a Value> {
    let name = requirement["containerName"].as_str();
    let values = requirement["values"].items();
    let matches = |code: i64| match requirement["operator"].str_or_empty() {
        "In" => values.iter().any(|it| it.as_i64() == Some(code)),
        "NotIn" => values.iter().all(|it| it.as_i64() != Some(code)),
        _ => false,
    };
    let containers = pod.status()["containerStatuses"].items().iter();
    containers.chain(pod.status()["initContainerStatuses"].items()).find(|status| {
        let code = status.at(&["state", "terminated", "exitCode"]).as_i64();
        name.is_none_or(|name| status["name"].str_or_empty() == name)
            && code.is_some_and(|code| code != 0 && matches(code))
    })
}

fn matching_condition<'a>(pod: &'a Object, patterns: &[Value]) -> Option<&'a str> {
    let matches = |condition: &&Value| {
        patterns.iter().any(|it| it["type"] == condition["type"] && it["status"] == condition["status"])
    };
    pod.status()["conditions"].items().iter().find(matches).map(|it| it["type"].str_or_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    const POLICY: &str = r#"{"rules":[
        {"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget","status":"True"}]},
        {"action":"Count","onExitCodes":{"operator":"In","values":[1,2]}},
        {"action":"FailIndex","onExitCodes":{"containerName":"c","operator":"In","values":[3]}},
        {"action":"FailJob","onExitCodes":{"operator":"NotIn","values":[1,2,3,4]}}]}"#;

    fn check(status: &str, want: Verdict) {
        let json = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let mut pod = Object::new(kinds::POD, "default", "p");
        *pod.status_mut() = json(status);
        assert_eq!(judge(&json(POLICY), &pod), want, "{status}");
    }

    fn exited(name: &str, code: i64) -> String {
        format!(r#"{{"containerStatuses":[{{"name":"{name}","state":{{"terminated":{{"exitCode":{code}}}}}}}]}}"#)
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        check(&exited("c", 1), Verdict::Count);
        check(&exited("c", 3), Verdict::FailIndex);
        check(&exited("other", 3), Verdict::Count);
        check(&exited("c", 4), Verdict::Count);
        check(&exited("c", 0), Verdict::Count);
        let message = "Container c for pod default/p failed with exit code 42 matching FailJob rule at index 3";
        check(&exited("c", 42), Verdict::FailJob(message.to_owned()));
        check(r#"{"conditions":[{"type":"DisruptionTarget","status":"True"}]}"#, Verdict::Ignore);
        check(r#"{"conditions":[{"type":"DisruptionTarget","status":"False"}]}"#, Verdict::Count);
    }
}
