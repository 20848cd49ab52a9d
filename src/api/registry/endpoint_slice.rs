//! The rules of EndpointSlices (`pkg/apis/discovery/v1/defaults.go`, `pkg/apis/discovery/validation/validation.go`).

use super::metadata::{IMMUTABLE, validate_labels};
use super::service::validate_non_special_ip;
use super::{Strategy, format, syntax};
use crate::api::field::{At, ErrorList, FieldError, Wrong};
use crate::object::{Object, Value, literal};

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];
const TYPES: [&str; 3] = ["FQDN", "IPv4", "IPv6"];
/// The most that a slice may hold of each.
const ENDPOINTS_MAX: usize = 1_000;
const PORTS_MAX: usize = 20_000;
const ADDRESSES_MAX: usize = 100;
const ZONE_HINTS_MAX: usize = 8;

/// The rules of EndpointSlices.
pub static STRATEGY: Strategy = Strategy {
    default: |slice| {
        let is_whole = |port: &Value| !port["name"].is_null() && !port["protocol"].is_null();
        if slice.body["ports"].items().iter().all(is_whole) {
            return;
        }
        for port in slice.body.entry("ports").items_mut() {
            port.set_default("name", literal!(""));
            port.set_default("protocol", literal!("TCP"));
        }
    },
    validate,
    validate_update: |new, old| {
        if new.body == old.body {
            return ErrorList::new();
        }
        let mut errors = validate(new);
        if new.body["addressType"] != old.body["addressType"] {
            errors.invalid(&At::new("addressType"), &new.body["addressType"], IMMUTABLE);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn validate(slice: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let kind = &slice.body["addressType"];
    format::one_of(kind, &TYPES, &At::new("addressType"), &mut errors);
    let endpoints = slice.body["endpoints"].items();
    let at = At::new("endpoints");
    if endpoints.len() > ENDPOINTS_MAX {
        errors.too_many(&at, endpoints.len(), ENDPOINTS_MAX);
        return errors;
    }
    for (i, endpoint) in endpoints.iter().enumerate() {
        validate_endpoint(endpoint, kind.str_or_empty(), &at.index(i), &mut errors);
    }
    validate_ports(&slice.body["ports"], &mut errors);
    errors
}

fn validate_endpoint(endpoint: &Value, kind: &str, at: &At<'_>, errors: &mut ErrorList) {
    let addresses = endpoint["addresses"].items();
    let addresses_at = at.child("addresses");
    if addresses.is_empty() {
        errors.required(&addresses_at, "must contain at least 1 address");
    } else if addresses.len() > ADDRESSES_MAX {
        errors.too_many(&addresses_at, addresses.len(), ADDRESSES_MAX);
    }
    for (i, address) in addresses.iter().enumerate() {
        validate_address(address, kind, &addresses_at.index(i), errors);
    }
    if !endpoint["nodeName"].is_null() {
        format::text(syntax::dns_subdomain, &endpoint["nodeName"], &at.child("nodeName"), errors);
    }
    if let Some(topology) = endpoint["deprecatedTopology"].as_map() {
        validate_labels(topology, &at.child("deprecatedTopology"), errors);
        if topology.contains_key("kubernetes.io/hostname") {
            let at = at.child("deprecatedTopology");
            errors.invalid(&at.key("kubernetes.io/hostname"), "", "may not be set");
        }
    }
    if !endpoint["hostname"].is_null() {
        format::text(syntax::dns_label, &endpoint["hostname"], &at.child("hostname"), errors);
    }
    validate_hints(&endpoint["hints"], &at.child("hints"), errors);
}

fn validate_address(address: &Value, kind: &str, at: &At<'_>, errors: &mut ErrorList) {
    let text = address.str_or_empty();
    match kind {
        "IPv4" | "IPv6" => {
            let is_of_family = match text.parse::<std::net::IpAddr>() {
                Ok(ip) => ip.is_ipv6() == (kind == "IPv6"),
                Err(_) => false,
            };
            if !is_of_family {
                errors.invalid(at, text, format!("must be a valid {kind} address"));
            }
            validate_non_special_ip(text, at, errors);
        }
        "FQDN" => {
            let name = text.strip_suffix('.').unwrap_or(text);
            if text.is_empty() {
                errors.required(at, "");
            } else if !name.contains('.') {
                errors.invalid(at, text, "should be a domain with at least two segments separated by dots");
            } else {
                for wrong in syntax::dns_subdomain(name) {
                    errors.invalid(at, text, wrong);
                }
            }
        }
        _ => {}
    }
}

fn validate_hints(hints: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let zones = hints["forZones"].items();
    let at = at.child("forZones");
    if zones.len() > ZONE_HINTS_MAX {
        errors.too_many(&at, zones.len(), ZONE_HINTS_MAX);
        return;
    }
    for (i, zone) in zones.iter().enumerate() {
        let at = at.index(i);
        let name = &zone["name"];
        if zones[..i].iter().any(|it| it["name"] == *name) {
            errors.duplicate(&at.child("name"), name);
        }
        format::text(syntax::label_value, name, &at.child("name"), errors);
    }
}

fn validate_ports(ports: &Value, errors: &mut ErrorList) {
    let list = At::new("ports");
    let ports = ports.items();
    if ports.len() > PORTS_MAX {
        errors.too_many(&list, ports.len(), PORTS_MAX);
        return;
    }
    for (i, port) in ports.iter().enumerate() {
        let at = list.index(i);
        let name = &port["name"];
        if !name.is_empty() {
            format::text(syntax::dns_label, name, &at.child("name"), errors);
        }
        if ports[..i].iter().any(|it| it["name"] == *name) {
            errors.add(FieldError {
                wrong: Wrong::Duplicate,
                field: at.child("name").to_string(),
                shown: name.to_json(),
                detail: String::new(),
            });
        }
        format::one_of(&port["protocol"], &PROTOCOLS, &at.child("protocol"), errors);
        if !port["port"].is_null() {
            format::port_number(&port["port"], &at.child("port"), errors);
        }
        if !port["appProtocol"].is_null() {
            format::text(syntax::qualified_name, &port["appProtocol"], &at.child("appProtocol"), errors);
        }
    }
}
