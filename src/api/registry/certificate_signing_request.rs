//! The rules of CertificateSigningRequests (`pkg/apis/certificates/validation/validation.go`,
//! `pkg/registry/certificates/certificates/strategy.go`).
//!
//! Known difference: what is inside the request is not looked at, and nobody signs it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, literal};

/// The shortest life of a certificate that can be asked for, in seconds.
const EXPIRATION_MIN: i64 = 600;

const USAGES: [&str; 23] = [
    "signing",
    "digital signature",
    "content commitment",
    "key encipherment",
    "key agreement",
    "data encipherment",
    "cert sign",
    "crl sign",
    "encipher only",
    "decipher only",
    "any",
    "server auth",
    "client auth",
    "code signing",
    "email protection",
    "s/mime",
    "ipsec end system",
    "ipsec tunnel",
    "ipsec user",
    "timestamping",
    "ocsp signing",
    "microsoft sgc",
    "netscape sgc",
];

/// The rules of CertificateSigningRequests.
pub static STRATEGY: Strategy = Strategy {
    prepare_create: |request| {
        let spec = request.body.entry("spec");
        for field in ["uid", "extra"] {
            spec.remove(field);
        }
        spec.set(literal!("username"), literal!("kubernetes-admin"));
        spec.set(literal!("groups"), Value::list([literal!("system:masters"), literal!("system:authenticated")]));
        request.body.insert(literal!("status"), Value::empty_map());
    },
    validate: request_errors,
    prepare_update: |new, old| {
        new.body.insert(literal!("spec"), old.spec());
    },
    ..Strategy::PLAIN
};

fn request_errors(request: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (request.spec(), At::new("spec"));
    if !is_pem_request(spec["request"].str_or_empty()) {
        let shown = &spec["request"];
        errors.invalid(&at.child("request"), shown, "PEM block type must be CERTIFICATE REQUEST");
    }
    let usages = spec["usages"].items();
    if usages.is_empty() {
        errors.required(&at.child("usages"), "");
    }
    for (i, usage) in usages.iter().enumerate() {
        if !USAGES.contains(&usage.str_or_empty()) {
            let mut sorted = USAGES;
            sorted.sort_unstable();
            errors.not_supported(&at.child("usages").index(i), usage, &sorted);
        }
        if usages[..i].contains(usage) {
            errors.duplicate(&at.child("usages").index(i), usage);
        }
    }
    validate_signer(spec["signerName"].str_or_empty(), &at.child("signerName"), &mut errors);
    if let Some(seconds) = spec["expirationSeconds"].as_i64().filter(|it| *it < EXPIRATION_MIN) {
        let detail = "may not specify a duration less than 600 seconds (10 minutes)";
        errors.invalid(&at.child("expirationSeconds"), seconds, detail);
    }
    errors
}

fn is_pem_request(base64: &str) -> bool {
    let text = STANDARD.decode(base64).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].iter().any(|kind| {
        text.contains(&format!("-----BEGIN {kind}-----")) && text.contains(&format!("-----END {kind}-----"))
    })
}

/// Checks the name of a signer: a domain and a path (`ValidateSignerName`).
fn validate_signer(name: &str, at: &At<'_>, errors: &mut ErrorList) {
    if name.is_empty() {
        errors.required(at, "");
        return;
    }
    let Some((domain, path)) = name.split_once('/').filter(|(_, path)| !path.contains('/')) else {
        let detail = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
        errors.invalid(at, name, detail);
        return;
    };
    for wrong in syntax::dns_subdomain(domain) {
        errors.invalid(at, domain, format!("validating label {domain:?}: {wrong}"));
    }
    if domain.split('.').count() < 2 {
        errors.invalid(at, domain, "should be a domain with at least two segments separated by dots");
    }
    for wrong in syntax::dns_subdomain(path) {
        errors.invalid(at, path, format!("validating label {path:?}: {wrong}"));
    }
}
