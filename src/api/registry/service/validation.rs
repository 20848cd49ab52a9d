//! The checks of Services (`ValidateService`, `ValidateServiceUpdate` in `pkg/apis/core/validation/validation.go`).

use std::net::IpAddr;

use super::{is_external, is_headless, needs_health_check_port, type_of};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::api::registry::format::{self, optional_one_of};
use crate::api::registry::metadata::validate_labels;
use crate::api::registry::syntax;
use crate::object::{Object, Value};

const SPEC: At<'static> = At::new("spec");
const TYPES: [&str; 4] = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const BALANCED_ONLY: &str = "may only be used when `type` is 'LoadBalancer'";
const ONCE_SET: &str = "may not change once set";
/// The most that a client may stick to one endpoint, in seconds.
const AFFINITY_MAX: i64 = 86_400;

/// Checks a whole service, all but its metadata.
pub(super) fn validate(service: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let spec = service.spec();
    validate_topology_annotations(service, &mut errors);
    if spec["ports"].is_empty() && !is_headless(service) && type_of(service) != "ExternalName" {
        errors.required(&SPEC.child("ports"), "");
    }
    validate_for_type(service, &mut errors);
    validate_ports(&spec["ports"], &mut errors);
    if let Some(selector) = spec["selector"].as_map() {
        validate_labels(selector, &SPEC.child("selector"), &mut errors);
    }
    validate_session_affinity(spec, &mut errors);
    validate_cluster_ip_fields(service, &mut errors);
    for (i, ip) in spec["externalIPs"].items().iter().enumerate() {
        let ips = SPEC.child("externalIPs");
        let at = ips.index(i);
        let before = errors.len();
        format::text(format::ip, ip, &at, &mut errors);
        if errors.len() == before {
            validate_non_special_ip(ip.str_or_empty(), &at, &mut errors);
        }
    }
    format::one_of(&spec["type"], &TYPES, &SPEC.child("type"), &mut errors);
    validate_repeated_ports(service, &mut errors);
    validate_source_ranges(service, &mut errors);
    let is_balanced = type_of(service) == "LoadBalancer";
    if !spec["allocateLoadBalancerNodePorts"].is_null() && !is_balanced {
        errors.forbidden(&SPEC.child("allocateLoadBalancerNodePorts"), BALANCED_ONLY);
    }
    validate_load_balancer_class(service, &mut errors);
    validate_traffic(service, &mut errors);
    errors
}

/// Checks a changed service against the stored one.
pub(super) fn validate_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if new.body == old.body && new.meta.annotations.is_shared_with(&old.meta.annotations) {
        return errors;
    }
    validate_address_changes(new, old, &mut errors);
    validate_family_changes(new, old, &mut errors);
    let class = |it: &Object| it.spec()["loadBalancerClass"].clone();
    if type_of(new) == "LoadBalancer" && type_of(old) == "LoadBalancer" && class(new) != class(old) {
        errors.invalid(&SPEC.child("loadBalancerClass"), class(new), ONCE_SET);
    }
    validate_load_balancer_class(new, &mut errors);
    if needs_health_check_port(old) && needs_health_check_port(new) {
        let port = |it: &Object| it.spec()["healthCheckNodePort"].as_i64().unwrap_or(0);
        if port(old) != port(new) {
            errors.forbidden(&SPEC.child("healthCheckNodePort"), "field is immutable");
        }
    }
    errors.extend(validate(new));
    errors
}

/// Checks the status of a service (`ValidateLoadBalancerStatus`).
pub(super) fn validate_status(service: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let ingress = &service.status()["loadBalancer"]["ingress"];
    let status = At::new("status");
    let balancer = status.child("loadBalancer");
    let at = balancer.child("ingress");
    if type_of(service) != "LoadBalancer" && !ingress.is_empty() {
        errors.forbidden(&at, "may only be used when `spec.type` is 'LoadBalancer'");
        return errors;
    }
    for (i, point) in ingress.items().iter().enumerate() {
        let at = at.index(i);
        let has_ip = !point["ip"].is_empty();
        if has_ip {
            format::text(format::ip, &point["ip"], &at.child("ip"), &mut errors);
        }
        match point["ipMode"].as_str() {
            None if has_ip => errors.required(&at.child("ipMode"), "must be specified when `ip` is set"),
            Some(_) if !has_ip => {
                errors.forbidden(&at.child("ipMode"), "may not be specified when `ip` is not set");
            }
            _ => optional_one_of(&point["ipMode"], &["Proxy", "VIP"], &at.child("ipMode"), &mut errors),
        }
        let host = point["hostname"].str_or_empty();
        if !host.is_empty() {
            format::text(syntax::dns_subdomain, &point["hostname"], &at.child("hostname"), &mut errors);
            if host.parse::<IpAddr>().is_ok() {
                errors.invalid(&at.child("hostname"), host, "must be a DNS name, not an IP address");
            }
        }
    }
    errors
}

fn validate_topology_annotations(service: &Object, errors: &mut ErrorList) {
    let (mode, hints) = ("service.kubernetes.io/topology-mode", "service.kubernetes.io/topology-aware-hints");
    if let (Some(is_mode), Some(is_hints)) = (service.meta.annotation(mode), service.meta.annotation(hints))
        && is_mode != is_hints
    {
        let metadata = At::new("metadata");
        let detail = format!("must match annotations[{hints}] when both are specified");
        errors.invalid(&metadata.child("annotations").key(mode), is_mode, detail);
    }
}

fn validate_for_type(service: &Object, errors: &mut ErrorList) {
    let spec = service.spec();
    match type_of(service) {
        kind @ ("LoadBalancer" | "NodePort") if is_headless(service) => {
            let detail = format!("may not be set to 'None' for {kind} services");
            errors.invalid(&SPEC.child("clusterIPs").index(0), "None", detail);
        }
        "ExternalName" => {
            for field in ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
                if !spec[field].is_empty() {
                    errors.forbidden(&SPEC.child(field), "may not be set for ExternalName services");
                }
            }
            let name = spec["externalName"].str_or_empty();
            let name = name.strip_suffix('.').unwrap_or(name);
            if name.is_empty() {
                errors.required(&SPEC.child("externalName"), "");
            }
            for wrong in (!name.is_empty()).then(|| syntax::dns_subdomain(name)).into_iter().flatten() {
                errors.invalid(&SPEC.child("externalName"), name, wrong);
            }
        }
        _ => {}
    }
}

fn validate_ports(ports: &Value, errors: &mut ErrorList) {
    let list = SPEC.child("ports");
    let ports = ports.items();
    for (i, port) in ports.iter().enumerate() {
        let at = list.index(i);
        let name = &port["name"];
        if !name.is_empty() {
            format::text(syntax::dns_label, name, &at.child("name"), errors);
            if ports[..i].iter().any(|it| it["name"] == *name) {
                errors.duplicate(&at.child("name"), name);
            }
        } else if ports.len() > 1 {
            errors.required(&at.child("name"), "");
        }
        format::port_number(&port["port"], &at.child("port"), errors);
        format::one_of(&port["protocol"], &PROTOCOLS, &at.child("protocol"), errors);
        format::port(&port["targetPort"], &at.child("targetPort"), errors);
        if !port["appProtocol"].is_null() {
            format::text(syntax::qualified_name, &port["appProtocol"], &at.child("appProtocol"), errors);
        }
    }
}

/// A port is one number in one protocol, and so is a node port.
fn validate_repeated_ports(service: &Object, errors: &mut ErrorList) {
    let list = SPEC.child("ports");
    let ports = service.spec()["ports"].items();
    let is_repeated = |i: usize, field: &str| {
        ports[..i].iter().any(|it| it[field] == ports[i][field] && it["protocol"] == ports[i]["protocol"])
    };
    let has_node_port = |i: usize| !ports[i]["nodePort"].is_empty();
    if type_of(service) == "ClusterIP" {
        for i in (0..ports.len()).filter(|i| has_node_port(*i)) {
            errors.forbidden(&list.index(i).child("nodePort"), "may not be used when `type` is 'ClusterIP'");
        }
    }
    for i in (0..ports.len()).filter(|i| has_node_port(*i) && is_repeated(*i, "nodePort")) {
        errors.duplicate(&list.index(i).child("nodePort"), &ports[i]["nodePort"]);
    }
    for i in (0..ports.len()).filter(|i| is_repeated(*i, "port")) {
        errors.add(FieldError {
            wrong: Wrong::Duplicate,
            field: list.index(i).to_string(),
            shown: format!(
                "{{\"Name\":\"\",\"Protocol\":{},\"AppProtocol\":null,\"Port\":{},\"TargetPort\":0,\"NodePort\":0}}",
                ports[i]["protocol"].to_json(),
                ports[i]["port"].to_json()
            ),
            detail: String::new(),
        });
    }
}

fn validate_session_affinity(spec: &Value, errors: &mut ErrorList) {
    format::one_of(&spec["sessionAffinity"], &["ClientIP", "None"], &SPEC.child("sessionAffinity"), errors);
    let config = &spec["sessionAffinityConfig"];
    let at = SPEC.child("sessionAffinityConfig");
    match spec["sessionAffinity"].str_or_empty() {
        "None" if !config.is_null() => errors.forbidden(&at, "must not be set when session affinity is None"),
        "ClientIP" if config.is_null() => {
            errors.required(&at, "when session affinity type is ClientIP");
        }
        "ClientIP" if config["clientIP"].is_null() => {
            errors.required(&at.child("clientIP"), "when session affinity type is ClientIP");
        }
        "ClientIP" => {
            let at = at.child("clientIP");
            let at = at.child("timeoutSeconds");
            match config["clientIP"]["timeoutSeconds"].as_i64() {
                None => errors.required(&at, "when session affinity type is ClientIP"),
                Some(seconds) if !(1..=AFFINITY_MAX).contains(&seconds) => {
                    errors.invalid(&at, seconds, format!("must be greater than 0 and less than {AFFINITY_MAX}"));
                }
                Some(_) => {}
            }
        }
        _ => {}
    }
}

/// Checks `clusterIP`, `clusterIPs`, `ipFamilies` and `ipFamilyPolicy` (`ValidateServiceClusterIPsRelatedFields`).
pub(super) fn validate_cluster_ip_fields(service: &Object, errors: &mut ErrorList) {
    if type_of(service) == "ExternalName" {
        return;
    }
    let spec = service.spec();
    let (ips, at) = (&spec["clusterIPs"], SPEC.child("clusterIPs"));
    let first = spec["clusterIP"].str_or_empty();
    if first.is_empty() && !ips.is_empty() {
        errors.invalid(&at, ips, "must be empty when `clusterIP` is not specified");
    } else if !first.is_empty() && ips.is_empty() {
        errors.required(&at, "");
    } else if !first.is_empty() && ips[0].as_str() != Some(first) {
        errors.invalid(&at, ips, "first value must match `clusterIP`");
    }
    let families = spec["ipFamilies"].items();
    for (i, family) in families.iter().enumerate() {
        let list = SPEC.child("ipFamilies");
        optional_one_of(family, &["IPv4", "IPv6"], &list.index(i), errors);
        if families[..i].contains(family) {
            errors.duplicate(&list.index(i), family);
        }
    }
    let policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
    optional_one_of(&spec["ipFamilyPolicy"], &policies, &SPEC.child("ipFamilyPolicy"), errors);
    let before = errors.len();
    for (i, ip) in ips.items().iter().enumerate() {
        if i == 0 && ip.as_str() == Some("None") {
            if ips.items().len() > 1 {
                errors.invalid(&at, ips, "'None' must be the first and only value");
            }
            continue;
        }
        format::text(format::ip, ip, &at.index(i), errors);
    }
    let is_sound = errors.len() == before;
    if ips.items().len() > 2 {
        errors.invalid(&at, ips, "may only hold up to 2 values");
    }
    if is_sound {
        validate_ips_of_families(service, errors);
    }
}

fn is_ipv6(ip: &Value) -> bool {
    ip.str_or_empty().contains(':')
}

fn validate_ips_of_families(service: &Object, errors: &mut ErrorList) {
    let at = SPEC.child("clusterIPs");
    let ips = &service.spec()["clusterIPs"];
    let of_ipv6 = ips.items().iter().filter(|it| is_ipv6(it)).count();
    let one_family = of_ipv6 == 0 || of_ipv6 == ips.items().len();
    if ips.items().len() > 1 && one_family {
        errors.invalid(&at, ips, "may specify no more than one IP for each IP family");
    }
    if is_headless(service) {
        return;
    }
    for (i, (ip, family)) in ips.items().iter().zip(service.spec()["ipFamilies"].items()).enumerate() {
        let family = family.str_or_empty();
        if (family == "IPv6") != is_ipv6(ip) {
            let detail = format!("expected an {family} value as indicated by `ipFamilies[{i}]`");
            errors.invalid(&at.index(i), ip, detail);
        }
    }
}

/// The first address stays, and a second one is given up only by those who say so (`validateUpgradeDowngradeClusterIPs`).
fn validate_address_changes(new: &Object, old: &Object, errors: &mut ErrorList) {
    let is_name = |it: &Object| type_of(it) == "ExternalName";
    if is_name(new) || is_name(old) || (is_headless(new) && is_headless(old)) {
        return;
    }
    let at = SPEC.child("clusterIPs");
    let (ips, was) = (&new.spec()["clusterIPs"], old.spec()["clusterIPs"].items());
    let count = ips.items().len();
    if count == was.len() {
        for (i, _) in was.iter().enumerate().filter(|(i, ip)| ips[*i] != **ip) {
            errors.invalid(&at.index(i), ips, ONCE_SET);
        }
        return;
    }
    if count == 0 {
        errors.invalid(&at.index(0), ips, "primary clusterIP can not be unset");
    } else if !was.is_empty() && ips[0] != was[0] {
        errors.invalid(&at.index(0), ips, ONCE_SET);
    }
    let policy = &new.spec()["ipFamilyPolicy"];
    if count == 1 && was.len() > 1 && policy.as_str() != Some("SingleStack") {
        let detail = "must be set to 'SingleStack' when releasing the secondary clusterIP";
        errors.invalid(&SPEC.child("ipFamilyPolicy"), policy, detail);
    }
}

/// The same of families (`validateUpgradeDowngradeIPFamilies`).
fn validate_family_changes(new: &Object, old: &Object, errors: &mut ErrorList) {
    let is_name = |it: &Object| type_of(it) == "ExternalName";
    if is_name(new) || is_name(old) || is_headless(new) || is_headless(old) {
        return;
    }
    let at = SPEC.child("ipFamilies");
    let (families, was) = (&new.spec()["ipFamilies"], old.spec()["ipFamilies"].items());
    let count = families.items().len();
    if count == was.len() {
        for _ in was.iter().enumerate().filter(|(i, family)| families[*i] != **family) {
            errors.invalid(&at.index(0), families, ONCE_SET);
        }
        return;
    }
    if count < was.len() && new.spec()["clusterIPs"].is_empty() {
        errors.invalid(&at.index(0), families, "primary ipFamily can not be unset");
    }
    if count > 0 && !was.is_empty() && families[0] != was[0] {
        errors.invalid(&at.index(0), &new.spec()["clusterIPs"], ONCE_SET);
    }
    let policy = &new.spec()["ipFamilyPolicy"];
    if count == 1 && was.len() > 1 && policy.as_str() != Some("SingleStack") {
        let detail = "must be set to 'SingleStack' when releasing the secondary ipFamily";
        errors.invalid(&SPEC.child("ipFamilyPolicy"), policy, detail);
    }
}

/// Refuses addresses that mean nothing outside of one machine or link (`ValidateNonSpecialIP`).
pub(in crate::api::registry) fn validate_non_special_ip(ip: &str, at: &At<'_>, errors: &mut ErrorList) {
    let Ok(address) = ip.parse::<IpAddr>() else {
        return errors.invalid(at, ip, "must be a valid IP address");
    };
    let (link_local, link_multicast) = match address {
        IpAddr::V4(it) => (it.is_link_local(), it.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(it) => (it.segments()[0] & 0xffc0 == 0xfe80, it.segments()[0] & 0xff0f == 0xff02),
    };
    if address.is_unspecified() {
        errors.invalid(at, ip, format!("may not be unspecified ({ip})"));
    }
    if address.is_loopback() {
        errors.invalid(at, ip, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    if link_local {
        errors.invalid(at, ip, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if link_multicast {
        errors.invalid(at, ip, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

fn validate_source_ranges(service: &Object, errors: &mut ErrorList) {
    const ANNOTATION: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
    let is_balanced = type_of(service) == "LoadBalancer";
    let ranges = service.spec()["loadBalancerSourceRanges"].items();
    if !ranges.is_empty() {
        let at = SPEC.child("LoadBalancerSourceRanges");
        if !is_balanced {
            errors.forbidden(&at, BALANCED_ONLY);
        }
        for (i, range) in ranges.iter().enumerate() {
            validate_cidr(range.str_or_empty().trim(), &at.index(i), errors);
        }
    } else if let Some(text) = service.meta.annotation(ANNOTATION) {
        let metadata = At::new("metadata");
        let annotations = metadata.child("annotations");
        let at = annotations.key(ANNOTATION);
        if !is_balanced {
            errors.forbidden(&at, BALANCED_ONLY);
        }
        for range in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            validate_cidr(range, &at, errors);
        }
    }
}

fn validate_cidr(text: &str, at: &At<'_>, errors: &mut ErrorList) {
    let is_cidr = text.split_once('/').is_some_and(|(ip, bits)| {
        let max = if ip.contains(':') { 128 } else { 32 };
        ip.parse::<IpAddr>().is_ok() && bits.parse::<u8>().is_ok_and(|it| it <= max)
    });
    if !is_cidr {
        errors.invalid(at, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
    }
}

fn validate_load_balancer_class(service: &Object, errors: &mut ErrorList) {
    let class = &service.spec()["loadBalancerClass"];
    if class.is_null() {
        return;
    }
    if type_of(service) == "LoadBalancer" {
        format::text(syntax::qualified_name, class, &SPEC.child("loadBalancerClass"), errors);
    } else {
        errors.forbidden(&SPEC.child("loadBalancerClass"), BALANCED_ONLY);
    }
}

fn validate_traffic(service: &Object, errors: &mut ErrorList) {
    const POLICIES: [&str; 2] = ["Cluster", "Local"];
    let spec = service.spec();
    let external = &spec["externalTrafficPolicy"];
    let at = SPEC.child("externalTrafficPolicy");
    let has_external_ips = type_of(service) == "ClusterIP" && !spec["externalIPs"].is_empty();
    if is_external(service) {
        format::one_of(external, &POLICIES, &at, errors);
    } else if !external.is_empty() && !has_external_ips {
        errors.invalid(&at, external, "may only be set for externally-accessible services");
    }
    let health = spec["healthCheckNodePort"].as_i64().unwrap_or(0);
    let at = SPEC.child("healthCheckNodePort");
    if needs_health_check_port(service) {
        if health == 0 {
            errors.required(&at, "");
        } else {
            format::port_number(&spec["healthCheckNodePort"], &at, errors);
        }
    } else if health != 0 {
        let detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.invalid(&at, health, detail);
    }
    optional_one_of(&spec["internalTrafficPolicy"], &POLICIES, &SPEC.child("internalTrafficPolicy"), errors);
    let distributions = ["PreferClose", "PreferSameNode", "PreferSameZone"];
    optional_one_of(&spec["trafficDistribution"], &distributions, &SPEC.child("trafficDistribution"), errors);
}
