//! Hints of which clients an endpoint is for, from a Service's `trafficDistribution`
//! (`staging/src/k8s.io/endpointslice/trafficdist/trafficdist.go`).

use crate::map;
use crate::object::{Object, Value, literal};

/// The hint that the endpoint should have, or null: only a ready one gets any.
fn hint(service: &Object, endpoint: &Value) -> Value {
    let by_node = match service.spec()["trafficDistribution"].str_or_empty() {
        "PreferClose" | "PreferSameZone" => false,
        "PreferSameNode" => true,
        _ => return Value::Null,
    };
    let named = |it: &Value| match it {
        Value::Null => Value::Null,
        name => Value::list([map! { "name" => name }]),
    };
    let nodes = if by_node { named(&endpoint["nodeName"]) } else { Value::Null };
    let hints = map! { "forNodes" => nodes, "forZones" => named(&endpoint["zone"]) };
    if hints.is_empty() { Value::Null } else { Value::Map(hints) }
}

/// `endpoint` with the hints that it should have. One that is not ready keeps those that it had.
pub fn with_hints(service: &Object, mut endpoint: Value) -> Value {
    if !endpoint["conditions"]["ready"].is_true() && !service.spec()["trafficDistribution"].is_null() {
        return endpoint;
    }
    match hint(service, &endpoint) {
        Value::Null => drop(endpoint.remove("hints")),
        hints => endpoint.set(literal!("hints"), hints),
    }
    endpoint
}

/// `endpoint` without its hints.
pub fn without_hints(endpoint: &Value) -> Value {
    let mut bare = endpoint.clone();
    bare.remove("hints");
    bare
}
