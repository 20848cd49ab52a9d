//! The rules of Endpoints (`ValidateEndpoints` in `pkg/apis/core/validation/validation.go`).

use super::service::validate_non_special_ip;
use super::{Strategy, format, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, literal};

const PROTOCOLS: [&str; 3] = ["SCTP", "TCP", "UDP"];

/// The rules of Endpoints.
pub static STRATEGY: Strategy = Strategy {
    default: |endpoints| {
        let lacks_protocol = |subset: &Value| subset["ports"].items().iter().any(|it| it["protocol"].is_empty());
        if !endpoints.body["subsets"].items().iter().any(lacks_protocol) {
            return;
        }
        for subset in endpoints.body.entry("subsets").items_mut() {
            for port in subset.field_mut("ports").items_mut().iter_mut().filter(|it| it["protocol"].is_empty()) {
                port.set(literal!("protocol"), literal!("TCP"));
            }
        }
    },
    validate,
    validate_update: |new, old| if new.body == old.body { ErrorList::new() } else { validate(new) },
    ..Strategy::PLAIN
};

fn validate(endpoints: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let list = At::new("subsets");
    for (i, subset) in endpoints.body["subsets"].items().iter().enumerate() {
        let at = list.index(i);
        if subset["addresses"].is_empty() && subset["notReadyAddresses"].is_empty() {
            errors.required(&at, "must specify `addresses` or `notReadyAddresses`");
        }
        for field in ["addresses", "notReadyAddresses"] {
            let addresses = at.child(field);
            for (j, address) in subset[field].items().iter().enumerate() {
                validate_address(address, &addresses.index(j), &mut errors);
            }
        }
        let ports = subset["ports"].items();
        let ports_at = at.child("ports");
        for (j, port) in ports.iter().enumerate() {
            validate_port(port, ports.len() > 1, &ports_at.index(j), &mut errors);
        }
    }
    errors
}

fn validate_address(address: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::text(format::ip, &address["ip"], &at.child("ip"), errors);
    if !address["hostname"].is_empty() {
        format::text(syntax::dns_label, &address["hostname"], &at.child("hostname"), errors);
    }
    if !address["nodeName"].is_null() {
        format::text(syntax::dns_subdomain, &address["nodeName"], &at.child("nodeName"), errors);
    }
    validate_non_special_ip(address["ip"].str_or_empty(), &at.child("ip"), errors);
}

fn validate_port(port: &Value, needs_name: bool, at: &At<'_>, errors: &mut ErrorList) {
    if !port["name"].is_empty() {
        format::text(syntax::dns_label, &port["name"], &at.child("name"), errors);
    } else if needs_name {
        errors.required(&at.child("name"), "");
    }
    format::port_number(&port["port"], &at.child("port"), errors);
    format::one_of(&port["protocol"], &PROTOCOLS, &at.child("protocol"), errors);
    if !port["appProtocol"].is_null() {
        format::text(syntax::qualified_name, &port["appProtocol"], &at.child("appProtocol"), errors);
    }
}
