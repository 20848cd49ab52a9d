//! EndpointSlices of discovery.k8s.io/v1beta1 (`pkg/apis/discovery/v1beta1/conversion.go`): where an endpoint is was a map of
//! topology labels.

use super::Conversion;
use crate::object::{Object, Value, literal};

const HOST: &str = "kubernetes.io/hostname";
const ZONE: &str = "topology.kubernetes.io/zone";

pub(super) static V1BETA1: Conversion = Conversion {
    to_stored: |slice| {
        each_endpoint(slice, &stored_endpoint);
        Ok(())
    },
    to_served: |slice| each_endpoint(slice, &served_endpoint),
};

fn each_endpoint(slice: &mut Object, change: &dyn Fn(&mut Value)) {
    if !slice.body["endpoints"].items().is_empty() {
        slice.body.entry("endpoints").items_mut().iter_mut().for_each(change);
    }
}

fn stored_endpoint(endpoint: &mut Value) {
    let Some(mut topology) = endpoint.remove("topology") else { return };
    for (label, field) in [(ZONE, "zone"), (HOST, "nodeName")] {
        if let Some(value) = topology.remove(label)
            && endpoint[field].is_null()
        {
            endpoint.set(field, value);
        }
    }
    if !topology.is_empty() {
        endpoint.set(literal!("deprecatedTopology"), topology);
    }
}

fn served_endpoint(endpoint: &mut Value) {
    let mut topology = endpoint.remove("deprecatedTopology").unwrap_or_default();
    if let Some(zone) = endpoint.remove("zone") {
        topology.set(literal!("topology.kubernetes.io/zone"), zone);
    }
    if !endpoint["nodeName"].is_null() {
        topology.set(literal!("kubernetes.io/hostname"), &endpoint["nodeName"]);
    }
    if !topology.is_empty() {
        endpoint.set(literal!("topology"), topology);
    }
}
