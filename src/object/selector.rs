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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

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
