//! The history as text: who did what when, and in a few words what changed by it.

use super::{is_furniture, relative_time};
use crate::clock::Time;
use crate::object::{Kind, Map, Object, Value, kinds};
use crate::store::Change;

/// Fields whose change says nothing: they follow from others, or only tell versions and heartbeats.
const QUIET: &[&str] = &[
    "observedGeneration",
    "lastHeartbeatTime",
    "lastProbeTime",
    "lastTransitionTime",
    "containerID",
    "imageID",
    "podIP",
    "podIPs",
    "hostIP",
    "hostIPs",
    "uid",
    "resourceVersion",
    "renewTime",
    "generation",
    "managedFields",
    "kubectl.kubernetes.io/last-applied-configuration",
];
/// Conditions of a pod that follow from others, or that its node name and its containers tell already.
const QUIET_CONDITIONS: &[&str] = &["ContainersReady", "Initialized", "PodReadyToStartContainers", "PodScheduled"];
/// How many changes of one write are told.
const TOLD: usize = 6;

/// The changes that a scenario is about, a line each: those of what a fresh cluster holds and of leases are left out.
/// `about` chooses among them.
pub fn render_trace(history: &[Change], start: Time, about: &dyn Fn(&Object) -> bool) -> String {
    let mut rows = Vec::new();
    for change in history {
        let Some(latest) = change.latest() else {
            continue;
        };
        let furniture = is_furniture(&latest.to_value(None)) || is_registration(change, start);
        if furniture || latest.kind == kinds::LEASE || !about(latest) {
            continue;
        }
        let what = describe(change, start);
        if !what.is_empty() {
            rows.push((format!("T+{}", change.time - start), change.actor.to_string(), what));
        }
    }
    let width = |pick: fn(&(String, String, String)) -> &String| {
        rows.iter().map(|row| pick(row).chars().count()).max().unwrap_or(0)
    };
    let (times, actors) = (width(|row| &row.0), width(|row| &row.1));
    rows.iter().map(|(time, actor, what)| format!("{time:<times$}  {actor:<actors$}  {what}\n")).collect()
}

/// Whether this is one of the nodes that the cluster starts with coming up.
fn is_registration(change: &Change, start: Time) -> bool {
    let by_itself = change.actor.starts_with("kubelet ") || change.actor == "node-controller";
    change.key.kind == kinds::NODE && change.time == start && by_itself
}

fn named(kind: Kind, object: &Object) -> String {
    let mut name = format!("{}/{}", kind.info().singular, object.meta.name);
    if !object.meta.namespace.is_empty() && object.meta.namespace != "default" {
        name.push_str(&format!(" in namespace {}", object.meta.namespace));
    }
    name
}

/// One change in a few words; empty when nothing of it is worth a line.
fn describe(change: &Change, start: Time) -> String {
    let kind = change.key.kind;
    match (&change.before, &change.after) {
        (None, Some(after)) if kind == kinds::EVENT => event_line(after),
        (Some(_), Some(after)) if kind == kinds::EVENT => {
            let count = super::columns::event_count(&after.to_value(None));
            format!("{} (seen {count} times)", event_line(after))
        }
        (_, None) if kind == kinds::EVENT => String::new(),
        (None, Some(after)) => format!("creates {}", named(kind, after)),
        (Some(before), None) => format!("removes {}", named(kind, before)),
        (Some(before), Some(after)) => {
            let changes = differences(before, after, start);
            if changes.is_empty() {
                return String::new();
            }
            format!("{}: {}", named(kind, after), shortened(changes))
        }
        (None, None) => String::new(),
    }
}

fn shortened(mut changes: Vec<String>) -> String {
    let more = changes.len().saturating_sub(TOLD);
    changes.truncate(TOLD);
    let text = changes.join(", ");
    if more == 0 { text } else { format!("{text}, and {more} more") }
}

fn event_line(event: &Object) -> String {
    let about = &event.body["involvedObject"];
    format!(
        "event {} {} on {}/{}: {}",
        event.body["type"].str_or_empty(),
        event.body["reason"].str_or_empty(),
        about["kind"].str_or_empty().to_ascii_lowercase(),
        about["name"].str_or_empty(),
        event.body["message"].str_or_empty().trim().replace('\n', " ")
    )
}

/// What a write changed, a few words for each field.
fn differences(before: &Object, after: &Object, start: Time) -> Vec<String> {
    let mut out = Vec::new();
    if let (None, Some(by)) = (before.meta.deleted, after.meta.deleted) {
        out.push(format!("deletion by T+{}", by - start));
    }
    for finalizer in after.meta.finalizers.iter().filter(|it| !before.meta.has_finalizer(it)) {
        out.push(format!("finalizer {finalizer} put on"));
    }
    for finalizer in before.meta.finalizers.iter().filter(|it| !after.meta.has_finalizer(it)) {
        out.push(format!("finalizer {finalizer} taken off"));
    }
    for owner in after.meta.owners.iter().filter(|it| !before.meta.owners.iter().any(|old| old.uid == it.uid)) {
        out.push(format!("owned by {}/{}", owner.kind.to_ascii_lowercase(), owner.name));
    }
    for owner in before.meta.owners.iter().filter(|it| !after.meta.owners.iter().any(|new| new.uid == it.uid)) {
        out.push(format!("no more owned by {}/{}", owner.kind.to_ascii_lowercase(), owner.name));
    }
    for (word, old, new) in [
        ("label", &before.meta.labels, &after.meta.labels),
        ("annotation", &before.meta.annotations, &after.meta.annotations),
    ] {
        compare_maps(word, old, new, start, &mut out);
    }
    let (old, new) = (Value::Map(before.body.clone()), Value::Map(after.body.clone()));
    compare("", &old, &new, start, &mut out);
    // What a pod has come to is read first.
    out.sort_by_key(|it| !it.starts_with("phase "));
    out
}

fn compare_maps(word: &str, old: &Map, new: &Map, start: Time, out: &mut Vec<String>) {
    let keys = old.keys().chain(new.keys().filter(|key| !old.contains_key(key)));
    for key in keys.filter(|key| !QUIET.contains(&key.as_str())) {
        compare(&format!("{word} {key}"), &old[key.as_str()], &new[key.as_str()], start, out);
    }
}

/// Tells how `new` differs from `old`, leaf by leaf.
fn compare(path: &str, old: &Value, new: &Value, start: Time, out: &mut Vec<String>) {
    if old.is_same(new) {
        return;
    }
    match (old, new) {
        (Value::Map(_) | Value::Null, Value::Map(_)) | (Value::Map(_), Value::Null) => {
            let (empty, other) = (Map::new(), Map::new());
            let (old, new) = (old.as_map().unwrap_or(&empty), new.as_map().unwrap_or(&other));
            let mut keys: Vec<_> = old.keys().chain(new.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys.into_iter().filter(|key| !QUIET.contains(&key.as_str())) {
                let inner = match path {
                    "" | "spec" | "status" => key.to_string(),
                    path => format!("{path}.{key}"),
                };
                compare(&inner, &old[key.as_str()], &new[key.as_str()], start, out);
            }
        }
        (Value::List(_) | Value::Null, Value::List(_)) | (Value::List(_), Value::Null) => {
            compare_lists(path, old.items(), new.items(), start, out);
        }
        _ => out.push(format!("{path} {}", arrow(old, new, start))),
    }
}

/// Items that have a name or a type are told apart by it: conditions, containers, taints.
fn compare_lists(path: &str, old: &[Value], new: &[Value], start: Time, out: &mut Vec<String>) {
    let id = |it: &Value| ["name", "type", "key"].iter().find_map(|key| it[*key].as_shared_str().cloned());
    if old.iter().chain(new).any(|it| id(it).is_none()) {
        let size = |items: &[Value]| format!("{} items", items.len());
        out.push(if old.len() == new.len() {
            format!("{path} changed")
        } else {
            format!("{path} {} -> {}", size(old), size(new))
        });
        return;
    }
    let find = |items: &[Value], name: &str| items.iter().find(|it| id(it).is_some_and(|it| it == name)).cloned();
    let mut names: Vec<_> = new.iter().chain(old).filter_map(id).collect();
    names.dedup();
    let mut seen: Vec<crate::object::Str> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            continue;
        }
        let (before, after) = (find(old, &name).unwrap_or_default(), find(new, &name).unwrap_or_default());
        seen.push(name.clone());
        if path.ends_with("ontainerStatuses") {
            compare_containers(&name, &before, &after, out);
        } else if path == "conditions" {
            compare_conditions(&name, &before, &after, start, out);
        } else if before.is_null() {
            out.push(format!("{path}[{name}] added"));
        } else if after.is_null() {
            out.push(format!("{path}[{name}] removed"));
        } else {
            compare(&format!("{path}[{name}]"), &before, &after, start, out);
        }
    }
}

/// Of a container only its state is told, and that it was restarted.
fn compare_containers(name: &str, old: &Value, new: &Value, out: &mut Vec<String>) {
    let state = |it: &Value| {
        let (key, state) = it["state"].as_map()?.iter().next()?;
        let reason = state["reason"].as_str().map(|it| format!(" ({it})")).unwrap_or_default();
        Some(match key.as_str() {
            "terminated" => format!("{name} exited with {}{reason}", state["exitCode"].as_i64().unwrap_or(0)),
            other => format!("{name} {other}{reason}"),
        })
    };
    let (before, after) = (state(old), state(new));
    if before != after {
        out.extend(after);
    }
    let restarts = new["restartCount"].as_i64().unwrap_or(0);
    if restarts > old["restartCount"].as_i64().unwrap_or(0) {
        out.push(format!("{name} restarted {restarts} times"));
    }
}

fn compare_conditions(name: &str, old: &Value, new: &Value, start: Time, out: &mut Vec<String>) {
    if QUIET_CONDITIONS.contains(&name) || (old.is_null() && name == "Ready" && new["status"].as_str() == Some("False"))
    {
        return;
    }
    if old["status"] != new["status"] {
        let reason = new["reason"].as_str().map(|it| format!(" ({it})")).unwrap_or_default();
        out.push(format!("{name} {}{reason}", arrow(&old["status"], &new["status"], start)));
    } else if old["reason"] != new["reason"] {
        out.push(format!("{name} {}", arrow(&old["reason"], &new["reason"], start)));
    } else if old["message"] != new["message"] {
        out.push(format!("{name} {}", new["message"].str_or_empty()));
    }
}

/// `old -> new`, or only one side when the other is absent.
fn arrow(old: &Value, new: &Value, start: Time) -> String {
    let text = |value: &Value| match value {
        Value::Str(text) => {
            let text = relative_time(text, start);
            if text.chars().count() > 60 { format!("{}..", text.chars().take(58).collect::<String>()) } else { text }
        }
        other => other.to_json(),
    };
    match (old.is_null(), new.is_null()) {
        (true, _) => text(new),
        (_, true) => format!("{} -> none", text(old)),
        _ => format!("{} -> {}", text(old), text(new)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, want: &[&str]) {
        let read = |text: &str| {
            let value = Value::from_json(text.as_bytes()).expect("valid JSON");
            Object::from_value(kinds::POD, &value)
        };
        assert_eq!(differences(&read(before), &read(after), Time::from_unix(0)), want);
    }

    #[test]
    fn a_write_is_told_in_a_few_words() {
        check(r#"{"status":{"phase":"Pending"}}"#, r#"{"status":{"phase":"Running"}}"#, &["phase Pending -> Running"]);
        check(r#"{"spec":{}}"#, r#"{"spec":{"nodeName":"n"}}"#, &["nodeName n"]);
        check(
            r#"{"status":{"conditions":[{"type":"Ready","status":"False"}]}}"#,
            r#"{"status":{"conditions":[{"type":"Ready","status":"True"}],"startTime":"1970-01-01T00:00:02Z"}}"#,
            &["Ready False -> True", "startTime T+2s"],
        );
        check(
            r#"{"status":{"containerStatuses":[{"name":"web","state":{"waiting":{"reason":"ContainerCreating"}}}]}}"#,
            r#"{"status":{"phase":"Running","containerStatuses":[{"name":"web","state":{"running":{}}}]}}"#,
            &["phase Running", "web running"],
        );
        check(
            r#"{"metadata":{"finalizers":["a"]}}"#,
            r#"{"metadata":{"deletionTimestamp":"1970-01-01T00:00:30Z"}}"#,
            &["deletion by T+30s", "finalizer a taken off"],
        );
        check(r#"{"status":{"podIP":"1"}}"#, r#"{"status":{"podIP":"2"}}"#, &[]);
    }
}
