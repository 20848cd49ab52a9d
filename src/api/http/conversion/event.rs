//! Events as events.k8s.io/v1 shows them: the stored form is that of core/v1, with other names for the same things
//! (`pkg/apis/events/v1/conversion.go`).

use super::Conversion;
use crate::object::{Map, Object};

/// The names of the fields in core/v1 and in events.k8s.io/v1.
const NAMES: [(&str, &str); 8] = [
    ("count", "deprecatedCount"),
    ("firstTimestamp", "deprecatedFirstTimestamp"),
    ("involvedObject", "regarding"),
    ("lastTimestamp", "deprecatedLastTimestamp"),
    ("message", "note"),
    ("reportingComponent", "reportingController"),
    ("source", "deprecatedSource"),
    ("reportingInstance", "reportingInstance"),
];

/// The way between the two.
pub(super) static CONVERSION: Conversion = Conversion {
    to_stored: |event| {
        event.body = renamed(event, |core, new| (new, core));
        Ok(())
    },
    to_served: |event| {
        event.body = renamed(event, |core, new| (core, new));
        // Go leaves these two out here when they are empty, and writes them there.
        for field in ["reportingController", "reportingInstance"] {
            if event.body[field].is_empty() {
                event.body.remove(field);
            }
        }
    },
};

fn renamed(event: &Object, way: fn(&'static str, &'static str) -> (&'static str, &'static str)) -> Map {
    let mut body = event.body.clone();
    for (core, new) in NAMES {
        let (from, to) = way(core, new);
        if from != to
            && let Some(value) = body.remove(from)
        {
            body.insert(to, value);
        }
    }
    body
}

/// The field of the stored form that events.k8s.io/v1 calls `label` in a field selector.
pub(in crate::api::http) fn selected_field(label: &str) -> Option<&str> {
    Some(match label {
        "metadata.name" | "metadata.namespace" | "reason" | "type" => label,
        "regarding.kind" => "involvedObject.kind",
        "regarding.namespace" => "involvedObject.namespace",
        "regarding.name" => "involvedObject.name",
        "regarding.uid" => "involvedObject.uid",
        "regarding.apiVersion" => "involvedObject.apiVersion",
        "regarding.resourceVersion" => "involvedObject.resourceVersion",
        "regarding.fieldPath" => "involvedObject.fieldPath",
        "reportingController" => "reportingComponent",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::kinds;

    #[test]
    fn an_event_has_two_forms_and_comes_back_from_either() {
        let mut event = Object::new(kinds::EVENT, "default", "e");
        event.body = map! {
            "involvedObject" => map! { "name" => "web" }, "message" => "hello", "count" => 2_i64,
            "reportingComponent" => "", "reportingInstance" => "", "source" => map! { "component" => "x" },
        };
        let stored = event.clone();
        (CONVERSION.to_served)(&mut event);
        assert_eq!(event.body["regarding"]["name"].as_str(), Some("web"));
        assert_eq!(event.body["note"].as_str(), Some("hello"));
        assert_eq!(event.body["deprecatedSource"]["component"].as_str(), Some("x"));
        assert!(!event.body.contains_key("reportingController") && !event.body.contains_key("message"));
        (CONVERSION.to_stored)(&mut event).expect("nothing to refuse");
        for field in ["involvedObject", "message", "count", "source"] {
            assert_eq!(event.body[field], stored.body[field], "{field}");
        }
    }
}
