//! The values of the API's enumerations with the sentence that the OpenAPI documents have for each
//! (kube-openapi `pkg/generators/enum.go`).
//!
//! The table `enums.txt` names a type at the margin and below it, indented, each value in quotes and its sentence.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::object::Value;

/// A value, and what the documents say of it.
type Line = (&'static str, &'static str);

fn table() -> &'static BTreeMap<&'static str, Vec<Line>> {
    static TABLE: OnceLock<BTreeMap<&'static str, Vec<Line>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table: BTreeMap<&'static str, Vec<Line>> = BTreeMap::new();
        let mut owner = "";
        for line in include_str!("enums.txt").lines() {
            match line.strip_prefix(" \"").and_then(|it| it.split_once('"')) {
                Some((value, sentence)) => table.entry(owner).or_default().push((value, sentence.trim_start())),
                None => owner = line,
            }
        }
        table
    })
}

/// The values of the enumeration with that full name, in their order; `None` for any other type.
pub(super) fn values(name: &str) -> Option<Value> {
    let lines = table().get(name)?;
    let mut values: Vec<&str> = lines.iter().map(|it| it.0).collect();
    values.sort_unstable();
    Some(Value::list(values))
}

/// What the description of a field of that type ends with.
pub(super) fn description(name: &str) -> Option<String> {
    let lines = table().get(name)?;
    let mut text = "Possible enum values:".to_owned();
    for (value, sentence) in lines {
        text.push_str(&format!("\n - `\"{value}\"` {sentence}"));
        text.truncate(text.trim_end().len());
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enumeration_is_described_value_by_value() {
        let name = "io.k8s.api.batch.v1.ConcurrencyPolicy";
        assert_eq!(values(name), Some(Value::list(["Allow", "Forbid", "Replace"])));
        let text = description(name).expect("in the table");
        assert!(text.starts_with("Possible enum values:\n - `\"Allow\"` allows CronJobs to run concurrently.\n - `"));
        assert_eq!(values("io.k8s.api.core.v1.PodSpec"), None);
    }

    #[test]
    fn a_value_without_a_sentence_stands_alone() {
        let text = description("io.k8s.api.core.v1.AzureDataDiskKind").expect("in the table");
        assert_eq!(text, "Possible enum values:\n - `\"Dedicated\"`\n - `\"Managed\"`\n - `\"Shared\"`");
    }
}
