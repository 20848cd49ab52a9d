//! Fields that Go writes even when nothing is in them: those without `omitempty`.

use crate::object::{Kind, Map, Object, Value, kinds};

/// Puts into a new object what Go would write of its type: empty structs and zeroes, but no nulls.
pub(super) fn fill(object: &mut Object) {
    let empty = empty_body(object.kind);
    for (key, zero) in empty.iter() {
        fill_value(object.body.entry(key), zero);
    }
    object.body.retain(|_, value| !value.is_null());
}

fn fill_value(value: &mut Value, zero: &Value) {
    if value.is_null() {
        *value = without_nulls(zero);
    } else if let (Value::Map(map), Some(zeroes)) = (value, zero.as_map()) {
        for (key, zero) in zeroes.iter().filter(|(_, zero)| !zero.is_null()) {
            fill_value(map.entry(key), zero);
        }
    }
}

fn without_nulls(zero: &Value) -> Value {
    match zero {
        Value::Map(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            Value::Map(kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect())
        }
        other => other.clone(),
    }
}

/// What Go writes of an object of `kind` in which nothing is set: a bookmark is one.
pub(super) fn empty_body(kind: Kind) -> Map {
    let text = match kind {
        kinds::NAMESPACE => r#"{"spec":{},"status":{}}"#,
        kinds::NODE => {
            r#"{"spec":{},"status":{"daemonEndpoints":{"kubeletEndpoint":{"Port":0}},"nodeInfo":{"architecture":"",
                "bootID":"","containerRuntimeVersion":"","kernelVersion":"","kubeProxyVersion":"","kubeletVersion":"",
                "machineID":"","operatingSystem":"","osImage":"","systemUUID":""}}}"#
        }
        kinds::POD => r#"{"spec":{"containers":null},"status":{}}"#,
        kinds::EVENT => {
            r#"{"eventTime":null,"firstTimestamp":null,"involvedObject":{},"lastTimestamp":null,"reportingComponent":"",
                "reportingInstance":"","source":{}}"#
        }
        kinds::LEASE => r#"{"spec":{}}"#,
        kinds::DAEMON_SET => {
            r#"{"spec":{"selector":null,"template":{"metadata":{},"spec":{"containers":null}},"updateStrategy":{}},
                "status":{"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0}}"#
        }
        kinds::CONTROLLER_REVISION => r#"{"revision":0}"#,
        kinds::JOB => r#"{"spec":{"template":{"metadata":{},"spec":{"containers":null}}},"status":{}}"#,
        kinds::PRIORITY_CLASS => r#"{"value":0}"#,
        _ => "{}",
    };
    Value::from_json(text.as_bytes()).ok().and_then(|value| value.as_map().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_node_has_an_empty_status_in_full() {
        let mut node = Object::new(kinds::NODE, "", "n");
        fill(&mut node);
        assert_eq!(node.status()["nodeInfo"]["osImage"], Value::from(""));
        assert!(node.spec().as_map().is_some());
    }

    #[test]
    fn nothing_that_is_there_is_touched_and_no_null_comes_in() {
        let mut pod = Object::new(kinds::POD, "default", "p");
        pod.spec_mut().set("nodeName", "n");
        fill(&mut pod);
        assert_eq!(Value::Map(pod.body).to_json(), r#"{"spec":{"nodeName":"n"},"status":{}}"#);
    }
}
