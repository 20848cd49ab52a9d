//! What a pod is as an endpoint of a Service: addresses, conditions, place and ports, and the slice around it
//! (`staging/src/k8s.io/endpointslice/utils.go`).

use std::sync::Arc;

use crate::controllers::shared::pod::is_ready;
use crate::controllers::shared::service::{IS_HEADLESS, has_address, hostname, target_port, target_ref};
use crate::map;
use crate::object::{Map, Object, Str, Value, kinds, literal};

/// The label with the name of a slice's Service.
pub const SERVICE_NAME: Str = literal!("kubernetes.io/service-name");
/// The label with the name of the controller that writes a slice.
pub const MANAGED_BY: Str = literal!("endpointslice.kubernetes.io/managed-by");
/// The name that this controller puts there.
pub const CONTROLLER: Str = literal!("endpointslice-controller.k8s.io");
/// The label of a node that says in which zone it stands.
const ZONE: &str = "topology.kubernetes.io/zone";

/// What makes an endpoint the same one although its conditions change: address, host name and pod.
pub type Identity = (Str, Str, Str);

/// The identity of an endpoint as a slice holds it.
pub fn identity(endpoint: &Value) -> Identity {
    let text = |it: &Value| it.as_shared_str().cloned().unwrap_or_default();
    (text(&endpoint["addresses"][0]), text(&endpoint["hostname"]), text(&endpoint["targetRef"]["name"]))
}

/// The address types of `service`, in the order of its families.
pub fn address_types(service: &Object) -> Vec<Str> {
    let families = service.spec()["ipFamilies"].items().iter().filter_map(Value::as_shared_str).cloned();
    let types: Vec<Str> = families.collect();
    if types.is_empty() { vec![literal!("IPv4")] } else { types }
}

/// The endpoint that `pod` is on `node`, or `None` when it has no address of that type.
pub fn endpoint(pod: &Object, node: Option<&Object>, service: &Object, address_type: &str) -> Option<Value> {
    let is_wanted = |it: &&Str| it.contains(':') == (address_type == "IPv6");
    let addresses = pod.status()["podIPs"].items().iter().filter_map(|it| it["ip"].as_shared_str());
    let addresses: Vec<Value> = addresses.filter(is_wanted).map(Value::from).collect();
    if addresses.is_empty() {
        return None;
    }
    let (serving, terminating) = (is_ready(pod), pod.meta.is_terminating());
    let ready = service.spec()["publishNotReadyAddresses"].is_true() || (serving && !terminating);
    let zone = node.and_then(|it| it.meta.labels.get(ZONE)).filter(|it| !it.is_empty());
    Some(Value::Map(map! {
        "addresses" => addresses,
        "conditions" => map! { "ready" => ready, "serving" => serving, "terminating" => terminating },
        "hostname" => hostname(pod, service),
        "nodeName" => pod.node_name(),
        "targetRef" => target_ref(pod),
        "zone" => zone,
    }))
}

/// The ports of `pod` that `service` leads to, in the order of their hashes.
pub fn ports(service: &Object, pod: &Object) -> Vec<Value> {
    let mut ports: Vec<(u128, Value)> = service.spec()["ports"]
        .items()
        .iter()
        .filter_map(|port| {
            let name = port["name"].as_shared_str().cloned().unwrap_or_default();
            let found = map! {
                "appProtocol" => &port["appProtocol"],
                "name" => name,
                "port" => target_port(pod, port)?,
                "protocol" => &port["protocol"],
            };
            Some((port_hash(&found), Value::Map(found)))
        })
        .collect();
    ports.sort_by_key(|it| it.0);
    ports.into_iter().map(|it| it.1).collect()
}

/// FNV-1a of 128 bits over a port as Go prints it: the order of a slice's ports follows from it
/// (`deepHashObjectToString` in `util/controller_utils.go`).
fn port_hash(port: &Map) -> u128 {
    let pointer = |kind: &str, it: &Value| match it {
        Value::Null => format!("(*{kind})<nil>"),
        Value::Int(number) => format!("(*{kind}){number}"),
        other => format!("(*{kind}){}", other.str_or_empty()),
    };
    let text = format!(
        "(v1.EndpointPort){{Name:{} Protocol:{} Port:{} AppProtocol:{}}}",
        pointer("string", &port["name"]),
        pointer("v1.Protocol", &port["protocol"]),
        pointer("int32", &port["port"]),
        pointer("string", &port["appProtocol"]),
    );
    text.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

/// A slice of `service` without endpoints.
pub fn new_slice(service: &Object, address_type: &Str, ports: &[Value]) -> Object {
    let mut slice = Object::new(kinds::ENDPOINT_SLICE, service.meta.namespace.clone(), "");
    slice.meta.generate_name = Str::from(format!("{}-", service.meta.name));
    slice.meta.owners = Arc::new(vec![service.controller_ref()]);
    slice.meta.labels = labels(service);
    slice.body = map! { "addressType" => address_type };
    slice.body.insert(literal!("ports"), unless_empty(ports.to_vec()));
    set_endpoints(&mut slice, Vec::new());
    slice
}

/// A list, or null when there is nothing in it: both lists of a slice are shown as null then.
fn unless_empty(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Null } else { Value::from(items) }
}

/// Sets the endpoints of a slice.
pub fn set_endpoints(slice: &mut Object, endpoints: Vec<Value>) {
    slice.body.insert(literal!("endpoints"), unless_empty(endpoints));
}

/// The labels of a slice: those of its Service, but for the three that are the controller's.
pub fn labels(service: &Object) -> Map {
    let mut labels = service.meta.labels.clone();
    labels.remove(&IS_HEADLESS);
    if !has_address(service) {
        labels.insert(IS_HEADLESS, literal!(""));
    }
    labels.insert(SERVICE_NAME, service.meta.name.clone());
    labels.insert(MANAGED_BY, CONTROLLER);
    labels
}

/// Whether a slice lacks labels of its Service or has others; the controller's own three do not count.
pub fn labels_differ(slice: &Object, service: &Object) -> bool {
    let own = |labels: &Map| {
        let mut labels = labels.clone();
        labels.retain(|key, _| key != SERVICE_NAME && key != MANAGED_BY && key != IS_HEADLESS);
        labels
    };
    own(&slice.meta.labels) != own(&service.meta.labels)
}
