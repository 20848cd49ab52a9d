//! The cells of a horizontal pod autoscaler: its metrics as they are and as they are wanted.

use super::column::{AGE, Column, NAME, field};
use super::row::{Row, number, quantity};
use crate::map;
use crate::object::Value;

const SPEC: &str = "autoscaling.v2.HorizontalPodAutoscalerSpec";

pub(super) const COLUMNS: &[Column] = &[
    NAME,
    field("Reference", SPEC, "scaleTargetRef"),
    field("Targets", SPEC, "metrics"),
    field("MinPods", SPEC, "minReplicas"),
    field("MaxPods", SPEC, "maxReplicas"),
    field("Replicas", "autoscaling.v2.HorizontalPodAutoscalerStatus", "currentReplicas"),
    AGE,
];

const UNKNOWN: &str = "<unknown>";

pub(super) fn cells(row: &Row<'_>) -> Vec<Value> {
    let target = row.spec("scaleTargetRef");
    let least = row.spec("minReplicas").as_i64().map_or_else(|| "<unset>".to_owned(), |it| it.to_string());
    let specs = with_version_one(row.spec("metrics"), row.spec("targetCPUUtilizationPercentage"), "target");
    let statuses =
        with_version_one(row.status("currentMetrics"), row.status("currentCPUUtilizationPercentage"), "current");
    vec![
        row.name(),
        Value::from(format!("{}/{}", target["kind"].str_or_empty(), target["name"].str_or_empty())),
        Value::from(metrics(specs.items(), statuses.items())),
        Value::from(least),
        number(row.spec("maxReplicas")),
        number(row.status("currentReplicas")),
        row.age(),
    ]
}

/// The metrics of `autoscaling/v2`, or the CPU alone that `autoscaling/v1` knows.
fn with_version_one(metrics: &Value, cpu: &Value, side: &'static str) -> Value {
    if !metrics.is_null() || cpu.is_null() {
        return metrics.clone();
    }
    let mut resource = map! { "name" => "cpu" };
    resource.insert(side, map! { "averageUtilization" => cpu });
    Value::list([Value::Map(map! { "type" => "Resource", "resource" => resource })])
}

fn metrics(specs: &[Value], statuses: &[Value]) -> String {
    const SHOWN: usize = 2;
    if specs.is_empty() {
        return "<none>".to_owned();
    }
    let all: Vec<_> = specs.iter().enumerate().map(|(i, spec)| metric(spec, statuses.get(i))).collect();
    match all.len().checked_sub(SHOWN) {
        Some(more) if more > 0 => format!("{} + {more} more...", all[..SHOWN].join(", ")),
        _ => all.join(", "),
    }
}

fn metric(spec: &Value, status: Option<&Value>) -> String {
    let field = match spec["type"].str_or_empty() {
        "External" => "external",
        "Pods" => "pods",
        "Object" => "object",
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        _ => return "<unknown type>".to_owned(),
    };
    let target = &spec[field]["target"];
    let current = status.map(|it| &it[field]).filter(|it| !it.is_null()).map(|it| &it["current"]);
    let amount = |key: &str| match current.map(|it| &it[key]) {
        Some(value) if !value.is_null() || key == "value" => quantity(value),
        _ => UNKNOWN.to_owned(),
    };
    let is_average = !target["averageValue"].is_null();
    let average = quantity(&target["averageValue"]);
    match field {
        "pods" => format!("{}/{average}", amount("averageValue")),
        "external" | "object" if is_average => format!("{}/{average} (avg)", amount("averageValue")),
        "external" | "object" => format!("{}/{}", amount("value"), quantity(&target["value"])),
        _ => {
            let name = spec[field]["name"].str_or_empty();
            if is_average {
                return format!("{name}: {}/{average}", amount("averageValue"));
            }
            let percent = |value: &Value| value.as_i64().map(|it| format!("{it}%"));
            let now = current.and_then(|it| percent(&it["averageUtilization"])).unwrap_or_else(|| UNKNOWN.to_owned());
            let wanted = percent(&target["averageUtilization"]).unwrap_or_else(|| "<auto>".to_owned());
            format!("{name}: {now}/{wanted}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    fn targets(json: &str) -> String {
        let object = Value::from_json(json.as_bytes()).expect("valid JSON");
        cells(&Row { object: &object, now: Time::from_unix(0) })[2].str_or_empty().to_owned()
    }

    #[test]
    fn a_metric_is_shown_as_it_is_and_as_it_is_wanted() {
        let table = [
            (r#"{"spec":{}}"#, "<none>"),
            (r#"{"spec":{"targetCPUUtilizationPercentage":80}}"#, "cpu: <unknown>/80%"),
            (
                r#"{"spec":{"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"averageUtilization":50}}}]},
                    "status":{"currentMetrics":[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":20}}}]}}"#,
                "cpu: 20%/50%",
            ),
            (
                r#"{"spec":{"metrics":[{"type":"Pods","pods":{"target":{"averageValue":"5"}}},{"type":"Pods","pods":{"target":{"averageValue":"6"}}},{"type":"Odd"}]}}"#,
                "<unknown>/5, <unknown>/6 + 1 more...",
            ),
        ];
        for (json, want) in table {
            assert_eq!(targets(json), want, "{json}");
        }
    }
}
