//! Objects as the rows of kubectl's tables: the cells are those of the API ([`crate::api::http::table`]), and a few more that
//! scenarios ask for.

use super::without_uids;
use crate::api::http::table::{self, human_duration};
use crate::clock::Time;
use crate::object::{Kind, Map, Value, kinds};

/// Columns beyond those of the API.
fn own_columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        kinds::POD => &["CONTAINERS", "IMAGES", "OWNER"],
        kinds::NODE => &["TAINTS"],
        kinds::EVENT => &["FROM"],
        _ => &[],
    }
}

/// The columns of a kind, as `kubectl get -o wide --show-labels` names them, and its own.
pub fn names(kind: Kind) -> Vec<String> {
    let of_api = table::headings(kind).into_iter().map(|it| it.text);
    let own = own_columns(kind).iter().map(|it| (*it).to_owned());
    let mut all = vec!["NAMESPACE".to_owned(), "NAME".to_owned()];
    all.extend(of_api.chain(own).filter(|it| it != "NAME"));
    if !all.iter().any(|it| it == "AGE") {
        all.push("AGE".to_owned());
    }
    all.push("LABELS".to_owned());
    all
}

/// What tells the time, or an address that depends on everything made before.
const FLEETING: [&str; 9] =
    ["AGE", "CREATED AT", "DURATION", "LAST SCHEDULE", "LAST SEEN", "CLUSTER-IP", "ADDRESS", "ENDPOINTS", "HOLDER"];

/// The columns that a snapshot of a kind shows: those that say what it is about, and none that only tell the time.
pub fn snapshot_columns(kind: Kind) -> Vec<String> {
    let listed: &[&str] = match kind {
        kinds::POD => &["NAME", "READY", "STATUS", "RESTARTS", "NODE", "IMAGES", "OWNER"],
        kinds::NODE => &["NAME", "STATUS", "ROLES", "TAINTS"],
        kinds::DAEMON_SET => {
            &["NAME", "DESIRED", "CURRENT", "READY", "UP-TO-DATE", "AVAILABLE", "NODE SELECTOR", "IMAGES"]
        }
        kinds::JOB => &["NAME", "STATUS", "COMPLETIONS", "DURATION", "IMAGES"],
        kinds::CONTROLLER_REVISION => &["NAME", "CONTROLLER", "REVISION"],
        kinds::NAMESPACE => &["NAME", "STATUS"],
        kinds::EVENT => &["TYPE", "REASON", "OBJECT", "MESSAGE", "COUNT", "FROM"],
        kinds::CONFIG_MAP => &["NAME", "DATA"],
        kinds::SECRET => &["NAME", "TYPE", "DATA"],
        kinds::LEASE => &["NAME", "HOLDER"],
        _ => {
            let shown =
                table::headings(kind).into_iter().filter(|it| !it.is_wide && !FLEETING.contains(&it.text.as_str()));
            return shown.map(|it| it.text).collect();
        }
    };
    listed.iter().map(|it| (*it).to_owned()).collect()
}

/// The table of `objects` with a few telling columns, aligned.
pub fn render(kind: Kind, objects: &[Value], now: Time) -> String {
    let columns = snapshot_columns(kind);
    let row = |object: &Value| columns.iter().map(|column| without_uids(&cell(kind, column, object, now))).collect();
    let rows: Vec<Vec<String>> = objects.iter().map(row).collect();
    align(&columns, &rows)
}

/// A header and rows as text with aligned columns.
pub fn align(header: &[String], rows: &[Vec<String>]) -> String {
    let width = |i: usize| {
        let cells = rows.iter().filter_map(|row| row.get(i)).chain(header.get(i));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..header.len()).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    std::iter::once(header).chain(rows.iter().map(Vec::as_slice)).map(line).collect()
}

/// What kubectl shows of `object` in `column`; `<unknown>` for a column that the kind has not.
pub fn cell(kind: Kind, column: &str, object: &Value, now: Time) -> String {
    let metadata = &object["metadata"];
    match (kind, column) {
        (_, "NAMESPACE") => metadata["namespace"].str_or_empty().to_owned(),
        (_, "NAME") => metadata["name"].str_or_empty().to_owned(),
        (_, "AGE") => age(metadata["creationTimestamp"].str_or_empty(), now),
        (_, "LABELS") => or_none(pairs(&metadata["labels"])),
        (kinds::POD, "CONTAINERS") => joined(object.at(&["spec", "containers"]), "name"),
        (kinds::POD, "IMAGES") => joined(object.at(&["spec", "containers"]), "image"),
        (kinds::POD, "OWNER") => or_none(owners(object)),
        (kinds::NODE, "TAINTS") => or_none(taints(object)),
        (kinds::EVENT, "FROM") => event_source(object).to_owned(),
        _ => table::cell(kind, column, object, now).unwrap_or_else(|| "<unknown>".to_owned()),
    }
}

fn age(time: &str, now: Time) -> String {
    Time::parse(time).map_or_else(|| "<unknown>".into(), |time| human_duration(now - time))
}

fn or_none(text: String) -> String {
    if text.is_empty() { "<none>".into() } else { text }
}

fn pairs(map: &Value) -> String {
    let pair = |(key, value): (&crate::object::Str, &Value)| format!("{key}={}", value.str_or_empty());
    map.as_map().into_iter().flat_map(Map::iter).map(pair).collect::<Vec<_>>().join(",")
}

fn joined(list: &Value, field: &str) -> String {
    list.items().iter().map(|it| it[field].str_or_empty()).collect::<Vec<_>>().join(",")
}

/// `DaemonSet/web`, several with commas between them.
fn owners(object: &Value) -> String {
    let name = |it: &Value| format!("{}/{}", it["kind"].str_or_empty(), it["name"].str_or_empty());
    object.at(&["metadata", "ownerReferences"]).items().iter().map(name).collect::<Vec<_>>().join(",")
}

/// `key=value:NoSchedule`, several with commas between them.
fn taints(node: &Value) -> String {
    let taint = |it: &Value| match it["value"].str_or_empty() {
        "" => format!("{}:{}", it["key"].str_or_empty(), it["effect"].str_or_empty()),
        value => format!("{}={value}:{}", it["key"].str_or_empty(), it["effect"].str_or_empty()),
    };
    node.at(&["spec", "taints"]).items().iter().map(taint).collect::<Vec<_>>().join(",")
}

/// How often an event was seen.
pub fn event_count(event: &Value) -> i64 {
    event.at(&["series", "count"]).as_i64().or(event["count"].as_i64()).filter(|it| *it > 0).unwrap_or(1)
}

/// Who reported an event.
pub fn event_source(event: &Value) -> &str {
    let component = event.at(&["source", "component"]).str_or_empty();
    if component.is_empty() { event["reportingComponent"].str_or_empty() } else { component }
}

/// Puts events in the order in which they were first seen; those of one instant stay in the order of their versions.
pub fn sort_events(events: &mut [Value]) {
    let first = |event: &Value| {
        let times = [&event["firstTimestamp"], &event["eventTime"], event.at(&["metadata", "creationTimestamp"])];
        let time = times.into_iter().filter_map(Value::as_str).filter_map(Time::parse).next();
        let version = event.at(&["metadata", "resourceVersion"]).str_or_empty().parse::<u64>().unwrap_or(0);
        (time.map(Time::truncated), version)
    };
    events.sort_by_key(first);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_has_the_columns_of_the_api_and_its_own() {
        let names = names(kinds::POD);
        for name in ["NAMESPACE", "NAME", "READY", "READINESS GATES", "OWNER", "AGE", "LABELS"] {
            assert_eq!(names.iter().filter(|it| *it == name).count(), 1, "{name}");
        }
        assert_eq!(snapshot_columns(kinds::PRIORITY_CLASS), ["NAME", "VALUE", "GLOBAL-DEFAULT", "PREEMPTIONPOLICY"]);
    }

    #[test]
    fn a_table_is_aligned() {
        let header = ["NAME".to_owned(), "NODE".to_owned()];
        assert_eq!(align(&header, &[vec!["a-long-name".into(), "n".into()]]), "NAME         NODE\na-long-name  n\n");
    }
}
