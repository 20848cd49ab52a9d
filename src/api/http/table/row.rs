//! One object on its way into a row, and the texts that the cells of many kinds are made of.

use crate::clock::{Span, Time};
use crate::object::{Map, Quantity, Str, Value};

/// An object and the instant at which it is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub object: &'a Value,
    pub now: Time,
}

impl<'a> Row<'a> {
    /// The value at a path of the object.
    pub(super) fn at(&self, path: &[&str]) -> &'a Value {
        self.object.at(path)
    }

    pub(super) fn spec(&self, field: &str) -> &'a Value {
        self.object["spec"].get(field)
    }

    pub(super) fn status(&self, field: &str) -> &'a Value {
        self.object["status"].get(field)
    }

    /// The cell of the name.
    pub(super) fn name(&self) -> Value {
        string(self.at(&["metadata", "name"]))
    }

    /// The cell of the age.
    pub(super) fn age(&self) -> Value {
        Value::from(self.since(self.at(&["metadata", "creationTimestamp"])))
    }

    /// How long ago a time was.
    pub(super) fn since(&self, time: &Value) -> String {
        time.as_str().and_then(Time::parse).map_or_else(|| "<unknown>".into(), |it| human_duration(self.now - it))
    }

    /// Whether its deletion has begun.
    pub(super) fn is_deleted(&self) -> bool {
        !self.at(&["metadata", "deletionTimestamp"]).is_null()
    }

    /// The cells of a pod template's containers: their names, and their images.
    pub(super) fn containers(&self, template: &[&str]) -> [Value; 2] {
        let containers = self.at(template).at(&["spec", "containers"]).items();
        ["name", "image"].map(|field| Value::from(joined(containers, |it| it[field].str_or_empty())))
    }
}

/// `90s`, `5m30s`, `3h20m`, `2d3h`: coarser the longer it is (apimachinery `pkg/util/duration/duration.go`).
pub fn human_duration(span: Span) -> String {
    let seconds = span.whole_seconds();
    if seconds < -1 {
        return "<invalid>".into();
    }
    let seconds = seconds.max(0);
    let (minutes, hours, days, years) = (seconds / 60, seconds / 3600, seconds / 86_400, seconds / 31_536_000);
    let two = |big: i64, unit: char, small: i64, fine: char| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{fine}") }
    };
    if seconds < 120 {
        format!("{seconds}s")
    } else if minutes < 10 {
        two(minutes, 'm', seconds % 60, 's')
    } else if minutes < 180 {
        format!("{minutes}m")
    } else if hours < 8 {
        two(hours, 'h', minutes % 60, 'm')
    } else if hours < 48 {
        format!("{hours}h")
    } else if days < 8 {
        two(days, 'd', hours % 24, 'h')
    } else if days < 730 {
        format!("{days}d")
    } else if years < 8 {
        two(years, 'y', days % 365, 'd')
    } else {
        format!("{years}y")
    }
}

/// The cell of a string; an absent one is empty.
pub(super) fn string(value: &Value) -> Value {
    value.as_shared_str().cloned().unwrap_or_default().into()
}

/// The cell of a number; an absent one is zero.
pub(super) fn number(value: &Value) -> Value {
    Value::Int(value.as_i64().unwrap_or(0))
}

/// The cell of a number of items.
pub(super) fn count(items: usize) -> Value {
    Value::Int(i64::try_from(items).unwrap_or(i64::MAX))
}

/// The cell of a string, or `otherwise` when it is absent or empty.
pub(super) fn string_or(value: &Value, otherwise: &str) -> Value {
    match value.as_str() {
        Some(text) if !text.is_empty() => value.clone(),
        _ => Value::from(otherwise),
    }
}

/// `text`, or `otherwise` when it is empty.
pub(super) fn or(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

/// The texts of `items` with commas between them.
pub(super) fn joined<'a>(items: &'a [Value], text: impl Fn(&'a Value) -> &'a str) -> String {
    items.iter().map(text).collect::<Vec<_>>().join(",")
}

/// A canonical quantity; an absent one is `0`.
pub(super) fn quantity(value: &Value) -> String {
    Quantity::or_zero(value).to_string()
}

/// `80`, or `25%`: an integer or a string.
pub(super) fn int_or_string(value: &Value) -> Option<String> {
    value.as_i64().map(|it| it.to_string()).or_else(|| value.as_str().map(str::to_owned))
}

/// `a=b,c=d`, or `<none>` (`labels.FormatLabels`).
pub(super) fn labels(labels: &Value) -> Value {
    let pair = |(key, value): (&Str, &Value)| format!("{key}={}", value.str_or_empty());
    let pairs: Vec<_> = labels.as_map().into_iter().flat_map(Map::iter).map(pair).collect();
    Value::from(or(pairs.join(","), "<none>"))
}

/// A label selector in its text form; empty when it selects everything or nothing (`selector.String`).
pub(super) fn selector(selector: &Value) -> String {
    let mut parts: Vec<(&str, String)> = Vec::new();
    for (key, value) in selector["matchLabels"].as_map().into_iter().flat_map(Map::iter) {
        parts.push((key, format!("{key}={}", value.str_or_empty())));
    }
    for term in selector["matchExpressions"].items() {
        let key = term["key"].str_or_empty();
        let mut values: Vec<_> = term["values"].items().iter().map(Value::str_or_empty).collect();
        values.sort_unstable();
        let values = values.join(",");
        let text = match term["operator"].str_or_empty() {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return "<error>".to_owned(),
        };
        parts.push((key, text));
    }
    parts.sort_by_key(|(key, _)| *key);
    parts.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

/// The cell of a label selector (`metav1.FormatLabelSelector`).
pub(super) fn selector_cell(value: &Value) -> Value {
    Value::from(or(selector(value), "<none>"))
}

/// `True`, `False`, or `<unset>`.
pub(super) fn boolean_word(value: &Value) -> Value {
    Value::from(match value.as_bool() {
        Some(true) => "True",
        Some(false) => "False",
        None => "<unset>",
    })
}

/// The first three of a list, and how many more there are; `<unset>` when there is none.
pub(super) fn first_three(texts: &[String]) -> Value {
    const SHOWN: usize = 3;
    if texts.len() > SHOWN {
        return Value::from(format!("{} + {} more...", texts[..SHOWN].join(","), texts.len() - SHOWN));
    }
    Value::from(or(texts.join(","), "<unset>"))
}

/// Whether the condition `kind` of a list of them is true.
pub(super) fn holds(conditions: &Value, kind: &str) -> bool {
    let condition = conditions.items().iter().find(|it| it["type"].as_str() == Some(kind));
    condition.is_some_and(|it| it["status"].as_str() == Some("True"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_coarser_the_longer_it_is() {
        let table = [
            (-2, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (330, "5m30s"),
            (7200, "120m"),
            (12_000, "3h20m"),
            (100_000, "27h"),
            (183_600, "2d3h"),
            (864_000, "10d"),
            (94_608_000, "3y"),
        ];
        for (seconds, want) in table {
            assert_eq!(human_duration(Span::seconds(seconds)), want);
        }
    }

    #[test]
    fn a_selector_is_written_in_the_order_of_its_keys() {
        let json = r#"{"matchLabels":{"b":"1"},"matchExpressions":[{"key":"a","operator":"In","values":["y","x"]},
            {"key":"c","operator":"DoesNotExist"}]}"#;
        let value = Value::from_json(json.as_bytes()).expect("valid JSON");
        assert_eq!(selector(&value), "a in (x,y),b=1,!c");
        assert_eq!(selector_cell(Value::null()), Value::from("<none>"));
    }
}
