//! The run as JSON, for tools.

use serde_json::{Value, json};

use super::failure::{Failure, Place};
use super::record::{Outcome, RunRecord, ScenarioRecord, StepRecord};

/// The run as one JSON document, indented.
pub fn render_json(run: &RunRecord) -> String {
    let document = json!({
        "features": run.features,
        "failed": run.failed(),
        "exitCode": run.exit_code(),
        "scenarios": run.scenarios.iter().map(scenario).collect::<Vec<_>>(),
        "errors": run.errors.iter().map(failure).collect::<Vec<_>>(),
        "pendingSnapshots": run.pending,
        "unreferencedSnapshots": run.unreferenced,
    });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn scenario(it: &ScenarioRecord) -> Value {
    json!({
        "place": place(&it.place),
        "feature": it.feature,
        "name": it.name,
        "tags": it.tags,
        "passed": it.failure().is_none() && it.skipped.is_none(),
        "skipped": it.skipped,
        "time": it.time,
        "digest": format!("{:016x}", it.digest),
        "entries": it.entries,
        "snapshots": it.snapshots,
        "steps": it.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

fn step(it: &StepRecord) -> Value {
    let (outcome, why) = match &it.outcome {
        Outcome::Passed => ("passed", Value::Null),
        Outcome::NotRun => ("not run", Value::Null),
        Outcome::Failed(it) => ("failed", failure(it)),
    };
    json!({ "keyword": it.keyword, "text": it.text, "place": place(&it.place), "outcome": outcome, "failure": why })
}

fn failure(it: &Failure) -> Value {
    json!({
        "class": it.class.name(),
        "message": it.message,
        "expected": it.expected,
        "actual": it.actual,
        "place": it.place.as_ref().map(place),
        "help": it.help,
        "why": it.why,
        "time": it.time,
        "timeline": it.tail,
    })
}

fn place(it: &Place) -> Value {
    json!({ "path": it.path, "line": it.line, "column": it.column })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_tells_what_failed_and_where() {
        let text = render_json(&super::super::record::tests::run());
        let document: Value = serde_json::from_str(&text).expect("valid JSON");
        assert_eq!(document["failed"], 1);
        assert_eq!(document["scenarios"][1]["steps"][0]["failure"]["class"], "expectation failed");
        assert_eq!(document["scenarios"][1]["steps"][1]["outcome"], "not run");
        assert_eq!(document["scenarios"][0]["digest"], "0000000000000007");
    }
}
