//! The state of a cluster, or of one object, as text.

use std::fmt::Write as _;

use super::{columns, is_furniture, relative_time};
use crate::clock::Time;
use crate::object::{Kind, Map, Value};

/// Fields that say nothing about what a scenario is about, or could not be the same on another cluster.
const HIDDEN: [&str; 4] = ["uid", "resourceVersion", "managedFields", "selfLink"];
/// What `kubectl apply` remembers in an annotation: the manifest once more.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Every object that a fresh cluster would not hold, kind by kind, as kubectl's tables, with the conditions and the
/// finalizers of each. Events are left out.
pub fn render_cluster(kinds: &[(Kind, Vec<Value>)], start: Time, now: Time) -> String {
    let mut out = format!("at T+{}\n", now - start);
    for (kind, objects) in kinds {
        let objects: Vec<_> = objects.iter().filter(|it| !is_furniture(it)).cloned().collect();
        if objects.is_empty() {
            continue;
        }
        let _ = write!(out, "\n{}\n", kind.info().plural);
        for line in columns::render(*kind, &objects, now).lines() {
            let _ = writeln!(out, "  {line}");
        }
        for object in &objects {
            let facts = facts(object, start);
            if !facts.is_empty() {
                let _ = writeln!(out, "  {}", object.at(&["metadata", "name"]).str_or_empty());
            }
            for fact in facts {
                let _ = writeln!(out, "    {fact}");
            }
        }
    }
    out
}

/// What a table does not show: deletion, finalizers, conditions that are not a matter of course, counters, times.
fn facts(object: &Value, start: Time) -> Vec<String> {
    let mut out = Vec::new();
    let metadata = &object["metadata"];
    if let Some(time) = metadata["deletionTimestamp"].as_str() {
        out.push(format!("deletion by {}", relative_time(time, start)));
    }
    let finalizers: Vec<_> = metadata["finalizers"].items().iter().map(Value::str_or_empty).collect();
    if !finalizers.is_empty() {
        out.push(format!("finalizers {}", finalizers.join(", ")));
    }
    let status = &object["status"];
    if object["kind"].as_str() == Some("Job") {
        let counters = ["active", "ready", "succeeded", "failed", "terminating"];
        let counter = |name: &&str| status[*name].as_i64().filter(|it| *it != 0).map(|it| format!("{name} {it}"));
        let counters: Vec<_> = counters.iter().filter_map(counter).collect();
        if !counters.is_empty() {
            out.push(counters.join(", "));
        }
    }
    for (field, word) in [("startTime", "started"), ("completionTime", "completed")] {
        if let Some(time) = status[field].as_str() {
            out.push(format!("{word} {}", relative_time(time, start)));
        }
    }
    for condition in status["conditions"].items() {
        if is_matter_of_course(object["kind"].str_or_empty(), condition) {
            continue;
        }
        out.push(condition_line(condition, start));
    }
    for container in status["containerStatuses"].items() {
        if let Some(line) = container_line(container, start) {
            out.push(line);
        }
    }
    out
}

/// A condition that is as it is on every object of its kind where all is well.
fn is_matter_of_course(kind: &str, condition: &Value) -> bool {
    let good = match (kind, condition["type"].str_or_empty()) {
        ("Node", "Ready") => "True",
        ("Node", _) => "False",
        ("Pod", _) => "True",
        _ => return false,
    };
    condition["status"].as_str() == Some(good) && (kind != "Pod" || condition["reason"].is_null())
}

fn condition_line(condition: &Value, start: Time) -> String {
    let text = |field: &str| condition[field].str_or_empty().to_owned();
    let mut line = format!("{}={}", text("type"), text("status"));
    if let Some(time) = condition["lastTransitionTime"].as_str() {
        let _ = write!(line, " since {}", relative_time(time, start));
    }
    for part in [text("reason"), text("message")] {
        if !part.is_empty() {
            let _ = write!(line, ", {part}");
        }
    }
    line
}

fn container_line(container: &Value, start: Time) -> Option<String> {
    let name = container["name"].str_or_empty();
    let (key, state) = container["state"].as_map()?.iter().next()?;
    let time = |field: &str| state[field].as_str().map(|it| relative_time(it, start));
    let line = match key.as_str() {
        "running" => format!("{name} running since {}", time("startedAt")?),
        "waiting" => format!("{name} waiting: {}", state["reason"].str_or_empty()),
        _ => format!(
            "{name} exited with {} at {} ({})",
            state["exitCode"].as_i64().unwrap_or(0),
            time("finishedAt").unwrap_or_default(),
            state["reason"].str_or_empty()
        ),
    };
    Some(match container["restartCount"].as_i64() {
        Some(count) if count > 0 => format!("{line}, restarted {count} times"),
        _ => line,
    })
}

/// One object in full, as YAML: times as `T+40s`, and none of the fields that only this run could have.
pub fn render_object(object: &Value, start: Time) -> String {
    let shown = cleaned(object, start);
    serde_yaml::to_string(&shown).unwrap_or_default()
}

fn cleaned(value: &Value, start: Time) -> Value {
    match value {
        Value::Str(text) if is_time(text) => Value::from(relative_time(text, start)),
        Value::List(items) => Value::list(items.iter().map(|it| cleaned(it, start))),
        Value::Map(map) => {
            let mut out = Map::new();
            for (key, value) in map.iter() {
                if HIDDEN.contains(&key.as_str()) || key == LAST_APPLIED {
                    continue;
                }
                let value = cleaned(value, start);
                if key != "annotations" || !value.is_empty() {
                    out.insert(key.clone(), value);
                }
            }
            Value::Map(out)
        }
        other => other.clone(),
    }
}

/// Whether a text looks like an RFC 3339 time.
fn is_time(text: &str) -> bool {
    let shape = text.as_bytes();
    shape.len() >= 20 && shape[4] == b'-' && shape[10] == b'T' && text.ends_with('Z') && Time::parse(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_shown_without_what_only_one_run_could_have() {
        let text = r#"{"metadata":{"name":"a","uid":"x","creationTimestamp":"1970-01-01T00:00:40Z"}}"#;
        let object = Value::from_json(text.as_bytes()).expect("valid JSON");
        let want = "metadata:\n  creationTimestamp: T+40s\n  name: a\n";
        assert_eq!(render_object(&object, Time::from_unix(0)), want);
    }
}
