//! Addresses, families and node ports of a service as it is written (`pkg/registry/core/service/storage/alloc.go` and
//! `storage.go`). Clusters have one family, IPv4.

use super::node_ports::{self, NodePorts};
use super::validation::validate_cluster_ip_fields;
use super::{cluster_ips, is_external, needs_cluster_ip, needs_health_check_port, needs_node_ports, type_of};
use crate::api::Status;
use crate::api::field::{At, ErrorList};
use crate::api::registry::{Api, DeleteOptions};
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::Store;

const SPEC: At<'static> = At::new("spec");

/// Gives a new service what it needs before it is checked. Nothing is taken before [`claim_addresses`].
pub(in crate::api::registry) fn begin_create(store: &Store, service: &mut Object) -> Result<(), Status> {
    let ip = service.spec()["clusterIP"].clone();
    if !ip.is_empty() && service.spec()["clusterIPs"].is_empty() {
        service.spec_mut().set(literal!("clusterIPs"), Value::list([ip]));
    }
    init_families(service, None)?;
    allocate_ips(store, service)?;
    if is_external(service) {
        let mut ports = NodePorts::in_use(store, service);
        node_ports::allocate_new(service, &mut ports)?;
        node_ports::allocate_health_check(service, None, &mut ports)?;
    }
    Ok(())
}

/// Gives a changed service what it needs before it is checked, and back what the client left out.
pub(in crate::api::registry) fn begin_update(store: &Store, new: &mut Object, old: &Object) -> Result<(), Status> {
    if new.body == old.body {
        return Ok(());
    }
    (super::STRATEGY.default)(new);
    keep_what_was_allocated(new, old);
    agree_on_cluster_ips(new, old);
    init_families(new, Some(old))?;
    if type_of(old) == "ExternalName" && type_of(new) != "ExternalName" {
        allocate_ips(store, new)?;
    }
    if is_external(new) {
        let mut ports = NodePorts::in_use(store, new);
        node_ports::allocate_changed(new, old, &mut ports)?;
        node_ports::allocate_health_check(new, Some(old), &mut ports)?;
    }
    Ok(())
}

/// Fills in allocated values that the client may not know of (`patchAllocatedValues`).
fn keep_what_was_allocated(new: &mut Object, old: &Object) {
    if needs_cluster_ip(old) && needs_cluster_ip(new) {
        if new.spec()["clusterIP"].is_empty() {
            new.spec_mut().set(literal!("clusterIP"), &old.spec()["clusterIP"]);
        }
        if new.spec()["clusterIPs"].is_empty() && new.spec()["clusterIP"] == old.spec()["clusterIP"] {
            new.spec_mut().set(literal!("clusterIPs"), &old.spec()["clusterIPs"]);
        }
    }
    if needs_node_ports(old) && needs_node_ports(new) {
        keep_node_ports(new, old);
    }
    if needs_health_check_port(old)
        && needs_health_check_port(new)
        && new.spec()["healthCheckNodePort"].is_empty()
        && !old.spec()["healthCheckNodePort"].is_empty()
    {
        new.spec_mut().set(literal!("healthCheckNodePort"), &old.spec()["healthCheckNodePort"]);
    }
}

/// A port keeps its node port by its name, unless another port of the service has it now.
fn keep_node_ports(new: &mut Object, old: &Object) {
    let mut used: Vec<i64> =
        node_ports::of(old).filter(|it| *it != 0 && node_ports::of(new).any(|new| new == *it)).collect();
    let mut kept = Vec::new();
    for (i, port) in new.spec()["ports"].items().iter().enumerate() {
        if !port["nodePort"].is_empty() {
            continue;
        }
        let same_name = |it: &&Value| it["name"].str_or_empty() == port["name"].str_or_empty();
        let before = old.spec()["ports"].items().iter().rfind(same_name).and_then(|it| it["nodePort"].as_i64());
        if let Some(number) = before.filter(|it| *it != 0 && !used.contains(it)) {
            used.push(number);
            kept.push((i, number));
        }
    }
    for (i, number) in kept {
        if let Some(port) = new.spec_mut().field_mut("ports").items_mut().get_mut(i) {
            port.set(literal!("nodePort"), number);
        }
    }
}

/// Finds out what a client means that knows of `clusterIP` alone (`normalizeClusterIPs`).
fn agree_on_cluster_ips(new: &mut Object, old: &Object) {
    let (ip, was) = (new.spec()["clusterIP"].clone(), &old.spec()["clusterIP"]);
    if new.spec()["clusterIPs"].is_empty() && !old.spec()["clusterIPs"].is_empty() && ip == *was {
        new.spec_mut().set(literal!("clusterIPs"), &old.spec()["clusterIPs"]);
    }
    let is_other = ip.str_or_empty() != was.str_or_empty();
    if is_other && new.spec()["clusterIPs"].is_same(&old.spec()["clusterIPs"]) {
        if ip.is_empty() {
            new.spec_mut().remove("clusterIPs");
        } else {
            new.spec_mut().set(literal!("clusterIPs"), Value::list([ip]));
        }
    }
}

fn invalid(service: &Object, errors: &ErrorList) -> Result<(), Status> {
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid(service.kind, &service.meta.name, errors)) }
}

/// Fills in `ipFamilyPolicy` and `ipFamilies` (`initIPFamilyFields`).
fn init_families(service: &mut Object, old: Option<&Object>) -> Result<(), Status> {
    if type_of(service) == "ExternalName" || old.is_some_and(|old| prefers_two_families_as_before(service, old)) {
        return Ok(());
    }
    let spec = service.spec();
    let free_form = spec["clusterIP"].as_str() == Some("None") && spec["selector"].is_empty();
    if spec["ipFamilyPolicy"].is_null() {
        let before = old.map(|old| old.spec()["ipFamilyPolicy"].clone()).filter(|it| !it.is_null());
        let derived = if free_form { literal!("RequireDualStack") } else { literal!("SingleStack") };
        service.spec_mut().set(literal!("ipFamilyPolicy"), before.unwrap_or(Value::Str(derived)));
    }
    let mut errors = ErrorList::new();
    validate_cluster_ip_fields(service, &mut errors);
    invalid(service, &errors)?;
    if let Some(old) = old {
        check_reductions(service, old, &mut errors);
    }
    check_policy(service.spec(), &mut errors);
    infer_families(service, &mut errors);
    invalid(service, &errors)?;
    if free_form {
        if service.spec()["ipFamilies"].is_empty() {
            set_families(service, &["IPv4"]);
        }
        let families = service.spec()["ipFamilies"].items();
        if families.len() < 2 && service.spec()["ipFamilyPolicy"].as_str() != Some("SingleStack") {
            let both = if families[0].as_str() == Some("IPv4") { ["IPv4", "IPv6"] } else { ["IPv6", "IPv4"] };
            set_families(service, &both);
        }
        return Ok(());
    }
    let policy = &service.spec()["ipFamilyPolicy"];
    if policy.as_str() == Some("RequireDualStack") {
        let detail = "this cluster is not configured for dual-stack services";
        errors.invalid(&SPEC.child("ipFamilyPolicy"), policy, detail);
    }
    for (i, family) in service.spec()["ipFamilies"].items().iter().enumerate() {
        if family.as_str() != Some("IPv4") {
            errors.invalid(&SPEC.child("ipFamilies").index(i), family, "not configured on this cluster");
        }
    }
    invalid(service, &errors)?;
    if service.spec()["ipFamilies"].is_empty() {
        set_families(service, &["IPv4"]);
    }
    Ok(())
}

fn set_families(service: &mut Object, families: &[&'static str]) {
    service.spec_mut().set(literal!("ipFamilies"), Value::list(families.iter().copied()));
}

/// Whether both would take a second family if there were one, and nothing about addresses has changed.
fn prefers_two_families_as_before(new: &Object, old: &Object) -> bool {
    let prefers = |it: &Object| it.spec()["ipFamilyPolicy"].as_str() == Some("PreferDualStack");
    let fields = ["type", "clusterIPs", "ipFamilies"];
    prefers(new) && prefers(old) && fields.iter().all(|field| new.spec()[*field].is_same(&old.spec()[*field]))
}

/// Lets a service give its second family up only when it says that it wants one.
fn check_reductions(service: &mut Object, old: &Object, errors: &mut ErrorList) {
    let fields = [
        ("clusterIPs", "must be 'SingleStack' to release the secondary cluster IP"),
        ("ipFamilies", "must be 'SingleStack' to release the secondary IP family"),
    ];
    let is_single = service.spec()["ipFamilyPolicy"].as_str() == Some("SingleStack");
    for (field, detail) in fields {
        let (now, before) = (&service.spec()[field], &old.spec()[field]);
        if is_single && now.items().len() > 1 && now.is_same(before) {
            let first = Value::list(now.items().iter().take(1));
            service.spec_mut().set(field, first);
        } else if !is_single && !now.is_empty() && now.items().len() < before.items().len() {
            errors.invalid(&SPEC.child("ipFamilyPolicy"), &service.spec()["ipFamilyPolicy"], detail);
        }
    }
}

fn check_policy(spec: &Value, errors: &mut ErrorList) {
    if spec["ipFamilyPolicy"].as_str() != Some("SingleStack") {
        return;
    }
    for (field, what) in [("clusterIPs", "cluster IPs"), ("ipFamilies", "IP families")] {
        if spec[field].items().len() == 2 {
            let detail = format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
            errors.invalid(&SPEC.child("ipFamilyPolicy"), &spec["ipFamilyPolicy"], detail);
        }
    }
}

/// Takes the families from the addresses that were asked for.
fn infer_families(service: &mut Object, errors: &mut ErrorList) {
    let ips = service.spec()["clusterIPs"].clone();
    for (i, ip) in ips.items().iter().enumerate() {
        let ip = ip.str_or_empty();
        if ip == "None" {
            break;
        }
        if i < service.spec()["ipFamilies"].items().len() {
            continue;
        }
        if ip.contains(':') {
            errors.invalid(&SPEC.child("clusterIPs").index(i), &ips, "IPv6 is not configured on this cluster");
        } else {
            service.spec_mut().field_mut("ipFamilies").items_mut().push(Value::Str(literal!("IPv4")));
        }
    }
}

/// Gives a service an address, or checks that it can have the one it asks for.
fn allocate_ips(store: &Store, service: &mut Object) -> Result<(), Status> {
    let ips = &service.spec()["clusterIPs"];
    if type_of(service) == "ExternalName" || ips[0].as_str() == Some("None") {
        return Ok(());
    }
    if let Some(ip) = ips[0].as_str().filter(|it| !it.is_empty()) {
        let Some(why) = cluster_ips::why_not(store, ip) else { return Ok(()) };
        let mut errors = ErrorList::new();
        errors.invalid(&SPEC.child("clusterIPs"), ips, format!("failed to allocate IP {ip}: {why}"));
        return invalid(service, &errors);
    }
    let Some(ip) = cluster_ips::free(store, service) else {
        let message = "Internal error occurred: failed to allocate a serviceIP: range is full";
        return Err(Status::failure(500, "InternalError", message));
    };
    service.spec_mut().set(literal!("clusterIP"), &ip);
    service.spec_mut().set(literal!("clusterIPs"), Value::list([ip]));
    Ok(())
}

/// The addresses that a service holds.
fn addresses(service: &Object) -> impl Iterator<Item = &Str> {
    service.spec()["clusterIPs"].items().iter().filter_map(Value::as_shared_str).filter(|it| *it != "None")
}

/// Takes the addresses that `new` has beyond `old`, and gives those back that it has no longer.
pub(in crate::api::registry) fn claim_addresses(api: &mut Api<'_>, old: Option<&Object>, new: &Object) {
    let had = |ip: &Str| old.is_some_and(|old| addresses(old).any(|it| it == ip));
    for ip in addresses(new).filter(|ip| !had(ip)) {
        let mut address = cluster_ips::new_ip_address(ip, new);
        address.meta.uid = api.names.uid();
        address.meta.created = Some(api.now.truncated());
        address.meta.generation = 1;
        api.store.put(address, api.now, literal!("kube-apiserver"));
    }
    for ip in old.into_iter().flat_map(addresses).filter(|ip| !addresses(new).any(|it| it == *ip)) {
        api.store.remove(&cluster_ips::key(ip), api.now, literal!("kube-apiserver"));
    }
}

/// Gives back what a service held that is gone, and deletes the endpoints of its name.
pub(in crate::api::registry) fn release(api: &mut Api<'_>, service: &Object) {
    for ip in addresses(service) {
        api.store.remove(&cluster_ips::key(ip), api.now, literal!("kube-apiserver"));
    }
    let endpoints = Key::new(kinds::ENDPOINTS, service.meta.namespace.clone(), service.meta.name.clone());
    if api.store.get(&endpoints).is_some() {
        let actor = std::mem::replace(&mut api.actor, literal!("kube-apiserver"));
        // Whoever deleted the endpoints in the meantime has done what is wanted here.
        let _gone_either_way = api.delete(&endpoints, &DeleteOptions::default());
        api.actor = actor;
    }
}
