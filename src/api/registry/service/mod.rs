//! The rules of Services (`pkg/apis/core/v1/defaults.go`, `pkg/registry/core/service/strategy.go`, and the fields that come
//! and go with the type).

mod allocation;
mod cluster_ips;
mod node_ports;
#[cfg(test)]
mod tests;
mod validation;

use super::Strategy;
use crate::map;
use crate::object::{Object, Value, literal};

pub(in crate::api::registry) use allocation::{begin_create, begin_update, claim_addresses, release};
pub use cluster_ips::{CLUSTER_IP_RANGE, KUBERNETES_SERVICE_IP};
pub(in crate::api::registry) use validation::validate_non_special_ip;

/// The rules of Services.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create: |service| {
        service.body.insert(literal!("status"), map! { "loadBalancer" => Value::empty_map() });
    },
    validate: validation::validate,
    prepare_update: drop_what_the_type_has_not,
    validate_update: validation::validate_update,
    prepare_status_update: |service, _| {
        service.status_mut().field_mut("loadBalancer").map_mut();
        default_status(service);
    },
    validate_status_update: |new, _| validation::validate_status(new),
    ..Strategy::PLAIN
};

/// The type of a service: `ClusterIP` and so on.
fn type_of(service: &Object) -> &str {
    service.spec()["type"].str_or_empty()
}

/// Whether it has an address inside the cluster, `None` counted as one.
fn needs_cluster_ip(service: &Object) -> bool {
    matches!(type_of(service), "ClusterIP" | "NodePort" | "LoadBalancer")
}

/// Whether it can be reached from outside.
fn is_external(service: &Object) -> bool {
    matches!(type_of(service), "NodePort" | "LoadBalancer")
}

/// Whether its ports have ports on the nodes.
fn needs_node_ports(service: &Object) -> bool {
    let is_allocated = service.spec()["allocateLoadBalancerNodePorts"].as_bool() != Some(false);
    type_of(service) == "NodePort" || (type_of(service) == "LoadBalancer" && is_allocated)
}

/// Whether nodes tell a load balancer if they have endpoints of it (`NeedsHealthCheck`).
fn needs_health_check_port(service: &Object) -> bool {
    type_of(service) == "LoadBalancer" && service.spec()["externalTrafficPolicy"].as_str() == Some("Local")
}

/// Whether it has no address of its own.
fn is_headless(service: &Object) -> bool {
    let ips = service.spec()["clusterIPs"].items();
    ips.len() == 1 && ips[0].as_str() == Some("None")
}

fn default(service: &mut Object) {
    let spec = service.spec_mut();
    if spec["sessionAffinity"].is_empty() {
        spec.set(literal!("sessionAffinity"), literal!("None"));
    }
    match spec["sessionAffinity"].str_or_empty() {
        "None" => {
            spec.remove("sessionAffinityConfig");
        }
        "ClientIP" if spec.at(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]).is_null() => {
            *spec.at_mut(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]) = Value::Int(10_800);
        }
        _ => {}
    }
    if spec["type"].is_empty() {
        spec.set(literal!("type"), literal!("ClusterIP"));
    }
    for zero in ["healthCheckNodePort", "publishNotReadyAddresses"] {
        if !spec[zero].is_null() && spec[zero].is_empty() {
            spec.remove(zero);
        }
    }
    if !spec["ports"].items().iter().all(is_whole_port) {
        spec.field_mut("ports").items_mut().iter_mut().for_each(default_port);
    }
    default_traffic_policies(service);
    if !service.status().is_null() {
        default_status(service);
    }
}

fn is_whole_port(port: &Value) -> bool {
    let has_zero = port["nodePort"].as_i64() == Some(0) || port["name"].as_str() == Some("");
    !has_zero && !port["protocol"].is_empty() && !port["targetPort"].is_empty()
}

fn default_port(port: &mut Value) {
    if port["protocol"].is_empty() {
        port.set(literal!("protocol"), literal!("TCP"));
    }
    if port["targetPort"].is_empty() {
        let number = port["port"].clone();
        port.set(literal!("targetPort"), number);
    }
    for zero in ["nodePort", "name"] {
        if port[zero].is_empty() {
            port.remove(zero);
        }
    }
}

fn default_traffic_policies(service: &mut Object) {
    let (external, inside) = (is_external(service), needs_cluster_ip(service));
    let balanced = type_of(service) == "LoadBalancer";
    let spec = service.spec_mut();
    if external && spec["externalTrafficPolicy"].is_empty() {
        spec.set(literal!("externalTrafficPolicy"), literal!("Cluster"));
    }
    if inside && spec["internalTrafficPolicy"].is_null() {
        spec.set(literal!("internalTrafficPolicy"), literal!("Cluster"));
    }
    if balanced && spec["allocateLoadBalancerNodePorts"].is_null() {
        spec.set(literal!("allocateLoadBalancerNodePorts"), true);
    }
}

/// An address of a load balancer is one that nodes answer for, unless it says otherwise.
fn default_status(service: &mut Object) {
    let lacks_mode = |it: &Value| !it["ip"].is_empty() && it["ipMode"].is_null();
    let is_balanced = type_of(service) == "LoadBalancer";
    let status = service.status_mut();
    if !is_balanced || !status["loadBalancer"]["ingress"].items().iter().any(lacks_mode) {
        return;
    }
    for ingress in status.field_mut("loadBalancer").field_mut("ingress").items_mut() {
        if lacks_mode(ingress) {
            ingress.set(literal!("ipMode"), literal!("VIP"));
        }
    }
}

/// Drops what the server had filled in for the old type and the new one cannot have (`dropTypeDependentFields`). What the
/// client changed in the same breath stays, for validation to refuse.
fn drop_what_the_type_has_not(new: &mut Object, old: &Object) {
    let same = |new: &Object, field: &str| new.spec()[field].is_same(&old.spec()[field]);
    if needs_cluster_ip(old) && !needs_cluster_ip(new) {
        if same(new, "clusterIPs") {
            new.spec_mut().remove("clusterIP");
            new.spec_mut().remove("clusterIPs");
        }
        for field in ["ipFamilies", "ipFamilyPolicy"] {
            if same(new, field) {
                new.spec_mut().remove(field);
            }
        }
    }
    if needs_node_ports(old) && !needs_node_ports(new) && node_ports::of(old).eq(node_ports::of(new)) {
        for port in new.spec_mut().field_mut("ports").items_mut() {
            port.remove("nodePort");
        }
    }
    let was_balanced = type_of(old) == "LoadBalancer" && type_of(new) != "LoadBalancer";
    let dropped = [
        ("healthCheckNodePort", needs_health_check_port(old) && !needs_health_check_port(new)),
        ("allocateLoadBalancerNodePorts", was_balanced),
        ("loadBalancerClass", was_balanced),
        ("externalTrafficPolicy", is_external(old) && !is_external(new)),
    ];
    for (field, has_lost_its_use) in dropped {
        if has_lost_its_use && same(new, field) {
            new.spec_mut().remove(field);
        }
    }
    if was_balanced {
        new.body.insert(literal!("status"), map! { "loadBalancer" => Value::empty_map() });
    }
}
