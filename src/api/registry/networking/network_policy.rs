//! The rules of NetworkPolicies. Nothing is kept from reaching a pod by them: there is no network between the pods.

use crate::api::field::{At, ErrorList};
use crate::api::registry::addresses::{Cidr, NOT_A_CIDR};
use crate::api::registry::selector::validate_label_selector;
use crate::api::registry::{Strategy, format};
use crate::object::{Object, Value, literal};

/// The rules of NetworkPolicies.
pub static NETWORK_POLICY: Strategy = Strategy {
    default,
    validate: spec_errors,
    // The strategy checks the whole policy, and so does the check of the change.
    validate_update: |new, _| {
        let mut errors = spec_errors(new);
        errors.extend(errors.clone());
        errors
    },
    ..Strategy::PLAIN
};

fn default(policy: &mut Object) {
    let spec = policy.spec_mut();
    spec.field_mut("podSelector").map_mut();
    for rules in ["ingress", "egress"] {
        let is_open = |port: &Value| port["protocol"].is_null();
        if !spec[rules].items().iter().any(|rule| rule["ports"].items().iter().any(is_open)) {
            continue;
        }
        for rule in spec.field_mut(rules).items_mut() {
            if rule["ports"].items().iter().any(is_open) {
                for port in rule.field_mut("ports").items_mut() {
                    port.set_default("protocol", literal!("TCP"));
                }
            }
        }
    }
    if spec["policyTypes"].items().is_empty() {
        let mut types = vec![literal!("Ingress")];
        if !spec["egress"].items().is_empty() {
            types.push(literal!("Egress"));
        }
        spec.set(literal!("policyTypes"), Value::list(types));
    }
}

fn spec_errors(policy: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (policy.spec(), At::new("spec"));
    validate_label_selector(&spec["podSelector"], &at.child("podSelector"), &mut errors);
    for (rules, peers) in [("ingress", "from"), ("egress", "to")] {
        for (i, rule) in spec[rules].items().iter().enumerate() {
            let at = at.child(rules);
            let at = at.index(i);
            for (i, port) in rule["ports"].items().iter().enumerate() {
                validate_port(port, &at.child("ports").index(i), &mut errors);
            }
            for (i, peer) in rule[peers].items().iter().enumerate() {
                validate_peer(peer, &at.child(peers).index(i), &mut errors);
            }
        }
    }
    let (types, at) = (&spec["policyTypes"], at.child("policyTypes"));
    if types.items().len() > 2 {
        errors.invalid(&at, types, "may not specify more than two policyTypes");
        return errors;
    }
    for (i, one) in types.items().iter().enumerate() {
        if !matches!(one.str_or_empty(), "Ingress" | "Egress") {
            errors.not_supported(&at.index(i), one, &["Ingress", "Egress"]);
        }
    }
    errors
}

fn validate_port(port: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::optional_one_of(&port["protocol"], &["TCP", "UDP", "SCTP"], &at.child("protocol"), errors);
    let (end, end_at) = (&port["endPort"], at.child("endPort"));
    match &port["port"] {
        Value::Null => {
            if !end.is_null() {
                errors.invalid(&end_at, end, "may not be specified when `port` is not specified");
            }
        }
        Value::Str(_) => {
            if !end.is_null() {
                errors.invalid(&end_at, end, "may not be specified when `port` is non-numeric");
            }
            format::text(format::port_name, &port["port"], &at.child("port"), errors);
        }
        number => {
            format::port_number(number, &at.child("port"), errors);
            if let Some(last) = end.as_i64() {
                if last < number.as_i64().unwrap_or(0) {
                    errors.invalid(&end_at, last, "must be greater than or equal to `port`");
                }
                format::port_number(end, &end_at, errors);
            }
        }
    }
}

fn validate_peer(peer: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let mut peers = 0;
    for field in ["podSelector", "namespaceSelector"] {
        if !peer[field].is_null() {
            peers += 1;
            validate_label_selector(&peer[field], &at.child(field), errors);
        }
    }
    let block = &peer["ipBlock"];
    if !block.is_null() {
        peers += 1;
        validate_block(block, &at.child("ipBlock"), errors);
    }
    if peers == 0 {
        errors.required(at, "must specify a peer");
    } else if peers > 1 && !block.is_null() {
        errors.forbidden(at, "may not specify both ipBlock and another peer");
    }
}

fn validate_block(block: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let text = block["cidr"].str_or_empty();
    if text.is_empty() {
        errors.required(&at.child("cidr"), "");
        return;
    }
    let Some(outer) = Cidr::parse(text) else {
        errors.invalid(&at.child("cidr"), text, NOT_A_CIDR);
        return;
    };
    for (i, except) in block["except"].items().iter().enumerate() {
        let at = at.child("except");
        let at = at.index(i);
        match Cidr::parse(except.str_or_empty()) {
            None => errors.invalid(&at, except, NOT_A_CIDR),
            Some(inner) if outer.is_strictly_above(&inner) => {}
            Some(_) => errors.invalid(&at, except, "must be a strict subset of `cidr`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn policy(spec: &str) -> Object {
        let mut policy = Object::new(kinds::NETWORK_POLICY, "default", "p");
        *policy.spec_mut() = Value::from_json(spec.as_bytes()).expect("the table holds JSON");
        policy
    }

    #[test]
    fn a_policy_is_about_what_comes_in_and_about_what_goes_out_if_it_says_so() {
        let table = [
            (r#"{"podSelector":{}}"#, r#"["Ingress"]"#),
            (r#"{"podSelector":{},"egress":[{"ports":[{"port":53}]}]}"#, r#"["Ingress","Egress"]"#),
        ];
        for (spec, want) in table {
            let mut policy = policy(spec);
            default(&mut policy);
            assert_eq!(policy.spec()["policyTypes"].to_json(), want, "{spec}");
            for port in policy.spec()["egress"][0]["ports"].items() {
                assert_eq!(port["protocol"].str_or_empty(), "TCP");
            }
        }
    }

    #[test]
    fn a_peer_is_a_block_or_selected_and_an_exception_lies_inside_its_block() {
        let table = [
            (r#"{"ingress":[{"from":[{}]}]}"#, "spec.ingress[0].from[0]: Required value: must specify a peer"),
            (
                r#"{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["11.0.0.0/16"]}}]}]}"#,
                "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
            ),
            (
                r#"{"egress":[{"ports":[{"port":90,"endPort":80}]}]}"#,
                "spec.egress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`",
            ),
        ];
        for (spec, want) in table {
            assert_eq!(spec_errors(&policy(spec)).to_string(), want, "{spec}");
        }
    }
}
