//! `metav1.LabelSelector` against labels (apimachinery `pkg/apis/meta/v1/helpers.go` and `pkg/labels/selector.go`).

use super::{Map, Value};

/// Whether `labels` match the label selector `selector` (`matchLabels` and `matchExpressions`).
///
/// A null selector matches nothing and an empty one everything, as in `LabelSelectorAsSelector`.
pub fn matches_label_selector(selector: &Value, labels: &Map) -> bool {
    let Some(selector) = selector.as_map() else {
        return false;
    };
    let equal = |(key, want): (&super::Str, &Value)| labels.get(key) == Some(want);
    selector["matchLabels"].as_map().is_none_or(|pairs| pairs.iter().all(equal))
        && selector["matchExpressions"].items().iter().all(|it| matches_requirement(it, labels))
}

fn matches_requirement(requirement: &Value, labels: &Map) -> bool {
    let actual = labels.get(requirement["key"].str_or_empty());
    let among = || actual.is_some_and(|it| requirement["values"].items().contains(it));
    match requirement["operator"].str_or_empty() {
        "In" => among(),
        "NotIn" => !among(),
        "Exists" => actual.is_some(),
        "DoesNotExist" => actual.is_none(),
        _ => false,
    }
}

/// A label selector as one line, such as `app=web,tier in (back,front)`; empty when it selects nothing or everything
/// (`LabelSelectorAsSelector` and `Selector.String`).
pub fn label_selector_text(selector: &Value) -> String {
    let mut terms: Vec<(&str, String)> = Vec::new();
    for (key, value) in selector["matchLabels"].as_map().into_iter().flat_map(|it| it.iter()) {
        terms.push((key, format!("{key}={}", value.str_or_empty())));
    }
    for requirement in selector["matchExpressions"].items() {
        let key = requirement["key"].str_or_empty();
        let mut values: Vec<&str> = requirement["values"].items().iter().map(Value::str_or_empty).collect();
        values.sort_unstable();
        values.dedup();
        let values = values.join(",");
        terms.push(match requirement["operator"].str_or_empty() {
            "In" => (key, format!("{key} in ({values})")),
            "NotIn" => (key, format!("{key} notin ({values})")),
            "DoesNotExist" => (key, format!("!{key}")),
            _ => (key, key.to_owned()),
        });
    }
    terms.sort_by(|a, b| a.0.cmp(b.0));
    terms.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn a_selector_is_shown_as_a_line_of_terms_in_the_order_of_their_keys() {
        let table = [
            ("null", ""),
            ("{}", ""),
            (r#"{"matchLabels":{"b":"2","a":"1"}}"#, "a=1,b=2"),
            (
                r#"{"matchLabels":{"z":"1"},"matchExpressions":[{"key":"c","operator":"In","values":["y","x"]},
                    {"key":"d","operator":"DoesNotExist"},{"key":"e","operator":"Exists"}]}"#,
                "c in (x,y),!d,e,z=1",
            ),
        ];
        for (selector, want) in table {
            let selector = Value::from_json(selector.as_bytes()).expect("valid JSON");
            assert_eq!(label_selector_text(&selector), want);
        }
    }

    fn check(selector: &str, want: bool) {
        let labels = map! { "app" => "web", "tier" => "front" };
        let selector = Value::from_json(selector.as_bytes()).expect("valid JSON");
        assert_eq!(matches_label_selector(&selector, &labels), want, "{selector}");
    }

    #[test]
    fn a_selector_matches_when_every_term_does() {
        check("null", false);
        check("{}", true);
        check(r#"{"matchLabels":{"app":"web"}}"#, true);
        check(r#"{"matchLabels":{"app":"web","tier":"back"}}"#, false);
        check(r#"{"matchExpressions":[{"key":"app","operator":"In","values":["web","db"]}]}"#, true);
        check(r#"{"matchExpressions":[{"key":"zone","operator":"NotIn","values":["a"]}]}"#, true);
        check(r#"{"matchExpressions":[{"key":"zone","operator":"Exists"}]}"#, false);
        check(r#"{"matchExpressions":[{"key":"zone","operator":"DoesNotExist"}]}"#, true);
    }
}
