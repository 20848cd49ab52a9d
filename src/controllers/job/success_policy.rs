//! When an Indexed Job is a success before every index succeeded.
//!
//! Follows `pkg/controller/job/success_policy.go`.

use crate::controllers::job::indexed::Indexes;
use crate::object::Value;

/// The message of the first rule of `policy` that the indexes in `succeeded` meet.
pub fn met(policy: &Value, completions: i64, succeeded: &Indexes) -> Option<String> {
    if succeeded.is_empty() {
        return None;
    }
    let meets = |rule: &Value| {
        let count = rule["succeededCount"].as_i64();
        let Some(text) = rule["succeededIndexes"].as_str() else {
            return count.is_some_and(|count| succeeded.total() >= count);
        };
        let required = Indexes::parse(text, completions);
        let reached = required.overlap(succeeded);
        !required.is_empty() && (reached == required.total() || count.is_some_and(|count| reached >= count))
    };
    policy["rules"].items().iter().position(meets).map(|index| format!("Matched rules at index {index}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_is_met_names_itself() {
        let policy = br#"{"rules":[{"succeededIndexes":"0,2"},{"succeededIndexes":"4-9","succeededCount":2},
            {"succeededCount":5}]}"#;
        let policy = Value::from_json(policy).expect("valid JSON");
        let table =
            [("", None), ("0,1", None), ("0-2", Some(0)), ("4,7", Some(1)), ("3,4", None), ("0,1,3,4,10", Some(2))];
        for (succeeded, want) in table {
            let got = met(&policy, 20, &Indexes::parse(succeeded, 20));
            assert_eq!(got, want.map(|index| format!("Matched rules at index {index}")), "{succeeded}");
        }
        assert_eq!(met(Value::null(), 3, &Indexes::parse("0", 3)), None);
    }
}
