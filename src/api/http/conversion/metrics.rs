//! Metrics of autoscalers as autoscaling/v2beta1 wrote them, and v1 in its annotations: the target lies in fields of the source
//! itself (`pkg/apis/autoscaling/v2beta1/conversion.go`, `pkg/apis/autoscaling/v1/conversion.go`).

use crate::map;
use crate::object::{Map, Value, literal};

/// The fields of a source in the flat form, by the name of the source in a metric.
struct Flat {
    source: &'static str,
    /// The field that names the metric, or is the name of the resource.
    selector: &'static str,
    /// The fields of the target: utilization, average value, value.
    utilization: &'static str,
    average: &'static str,
    value: &'static str,
}

/// The sources of a metric that is wanted.
const WANTED: [Flat; 5] = [
    flat("resource", "", "targetAverageUtilization", "targetAverageValue", ""),
    flat("containerResource", "", "targetAverageUtilization", "targetAverageValue", ""),
    flat("pods", "selector", "", "targetAverageValue", ""),
    flat("object", "selector", "", "averageValue", "targetValue"),
    flat("external", "metricSelector", "", "targetAverageValue", "targetValue"),
];

/// The sources of a metric that was seen.
const SEEN: [Flat; 5] = [
    flat("resource", "", "currentAverageUtilization", "currentAverageValue", ""),
    flat("containerResource", "", "currentAverageUtilization", "currentAverageValue", ""),
    flat("pods", "selector", "", "currentAverageValue", ""),
    flat("object", "selector", "", "averageValue", "currentValue"),
    flat("external", "metricSelector", "", "currentAverageValue", "currentValue"),
];

const fn flat(
    source: &'static str,
    selector: &'static str,
    utilization: &'static str,
    average: &'static str,
    value: &'static str,
) -> Flat {
    Flat { source, selector, utilization, average, value }
}

/// Metrics that are wanted, from the flat form into that of v2.
pub(super) fn wanted_from_flat(metrics: &Value) -> Value {
    Value::list(metrics.items().iter().map(|it| from_flat(it, &WANTED, "target")))
}

/// Metrics that are wanted, in the flat form.
pub(super) fn wanted_to_flat(metrics: &Value) -> Value {
    Value::list(metrics.items().iter().map(|it| to_flat(it, &WANTED, "target")))
}

/// Metrics that were seen, from the flat form into that of v2.
pub(super) fn seen_from_flat(metrics: &Value) -> Value {
    Value::list(metrics.items().iter().map(|it| from_flat(it, &SEEN, "current")))
}

/// Metrics that were seen, in the flat form.
pub(super) fn seen_to_flat(metrics: &Value) -> Value {
    Value::list(metrics.items().iter().map(|it| to_flat(it, &SEEN, "current")))
}

fn from_flat(metric: &Value, sources: &[Flat], amounts: &'static str) -> Value {
    let mut out = metric.clone();
    for form in sources.iter().filter(|form| !metric[form.source].is_null()) {
        let source = &metric[form.source];
        let field = |name: &str| if name.is_empty() { Value::Null } else { source[name].clone() };
        let (utilization, average, value) = (field(form.utilization), field(form.average), field(form.value));
        let kind = if !utilization.is_null() {
            "Utilization"
        } else if !average.is_null() {
            "AverageValue"
        } else {
            "Value"
        };
        let mut target = map! { "averageUtilization" => utilization, "averageValue" => average, "value" => value };
        if target["averageValue"].is_null() || kind == "Value" {
            // A value of zero stands beside an average value that counts.
        } else {
            target.remove("value");
        }
        if amounts == "target" {
            target.insert(literal!("type"), kind);
        }
        let mut made = Map::new();
        if form.selector.is_empty() {
            for name in ["name", "container"] {
                if !source[name].is_null() {
                    made.insert(name, &source[name]);
                }
            }
        } else {
            made.insert(
                literal!("metric"),
                map! { "name" => &source["metricName"], "selector" => &source[form.selector] },
            );
        }
        if form.source == "object" {
            made.insert(literal!("describedObject"), &source["target"]);
        }
        made.insert(amounts, target);
        out.set(form.source, made);
    }
    out
}

fn to_flat(metric: &Value, sources: &[Flat], amounts: &'static str) -> Value {
    let mut out = metric.clone();
    for form in sources.iter().filter(|form| !metric[form.source].is_null()) {
        let source = &metric[form.source];
        let mut made = Map::new();
        let mut put = |name: &'static str, value: &Value| {
            if !name.is_empty() && !value.is_null() {
                made.insert(name, value);
            }
        };
        put("name", &source["name"]);
        put("container", &source["container"]);
        put("metricName", &source["metric"]["name"]);
        put(form.selector, &source["metric"]["selector"]);
        put("target", &source["describedObject"]);
        put(form.utilization, &source[amounts]["averageUtilization"]);
        put(form.average, &source[amounts]["averageValue"]);
        put(form.value, &source[amounts]["value"]);
        out.set(form.source, made);
    }
    out
}
