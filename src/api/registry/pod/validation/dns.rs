//! DNS settings and entries for `/etc/hosts` (`validatePodDNSConfig`, `ValidateHostAliases`).

use super::{format, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

const MAX_NAMESERVERS: usize = 3;
const MAX_SEARCHES: usize = 32;
const MAX_SEARCH_CHARACTERS: usize = 2048;

pub(super) fn validate(spec: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let config = &spec["dnsConfig"];
    let nameservers = config["nameservers"].items();
    if spec["dnsPolicy"].str_or_empty() == "None" {
        if config.is_null() {
            errors.required(at, "must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if nameservers.is_empty() {
            let detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
            errors.required(&at.child("nameservers"), detail);
            return;
        }
    }
    if config.is_null() {
        return;
    }
    let nameservers_at = at.child("nameservers");
    if nameservers.len() > MAX_NAMESERVERS {
        let detail = format!("must not have more than {MAX_NAMESERVERS} nameservers");
        errors.invalid(&nameservers_at, &config["nameservers"], detail);
    }
    for (i, nameserver) in nameservers.iter().enumerate() {
        format::text(format::ip, nameserver, &nameservers_at.index(i), errors);
    }
    validate_searches(&config["searches"], &at.child("searches"), errors);
    for (i, option) in config["options"].items().iter().enumerate() {
        if option["name"].str_or_empty().is_empty() {
            errors.required(&at.child("options").index(i), "must not be empty");
        }
    }
}

fn validate_searches(searches: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let items = searches.items();
    if items.len() > MAX_SEARCHES {
        errors.invalid(at, searches, format!("must not have more than {MAX_SEARCHES} search paths"));
    }
    let characters = items.iter().map(|it| it.str_or_empty().len() + 1).sum::<usize>().saturating_sub(1);
    if characters > MAX_SEARCH_CHARACTERS {
        let detail =
            format!("must not have more than {MAX_SEARCH_CHARACTERS} characters (including spaces) in the search list");
        errors.invalid(at, searches, detail);
    }
    for (i, search) in items.iter().enumerate() {
        let text = search.str_or_empty();
        // The root alone is fine here.
        if text != "." {
            let text = text.strip_suffix('.').unwrap_or(text);
            for wrong in syntax::dns_subdomain_with_underscore(text) {
                errors.invalid(&at.index(i), text, wrong);
            }
        }
    }
}

pub(super) fn validate_host_aliases(aliases: &Value, at: &At<'_>, errors: &mut ErrorList) {
    for (i, alias) in aliases.items().iter().enumerate() {
        let at = at.index(i);
        format::text(format::ip, &alias["ip"], &at.child("ip"), errors);
        let hostnames = at.child("hostnames");
        for (j, hostname) in alias["hostnames"].items().iter().enumerate() {
            format::text(syntax::dns_subdomain, hostname, &hostnames.index(j), errors);
        }
    }
}
