//! The rules of CertificateSigningRequests (`pkg/apis/certificates/validation/validation.go`,
//! `pkg/registry/certificates/certificates/strategy.go`).
//!
//! Known difference: what is inside the request is not looked at, and nobody signs it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::clock::Time;
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

/// Keeps everything but the conditions, which say whether the request is approved, and says when they were changed.
pub fn prepare_approval(new: &mut Object, old: &Object, now: Time) {
    let mut conditions = new.status()["conditions"].clone();
    let known = &old.status()["conditions"];
    if !conditions.items().is_empty() {
        for condition in conditions.items_mut() {
            condition.set_default("lastUpdateTime", now.truncated());
            let before =
                known.items().iter().find(|it| it["type"] == condition["type"] && it["status"] == condition["status"]);
            let since = before.map(|it| it["lastTransitionTime"].clone()).filter(|it| !it.is_null());
            condition.set_default("lastTransitionTime", since.unwrap_or_else(|| now.truncated().into()));
        }
    }
    new.body = old.body.clone();
    if conditions.is_null() {
        new.status_mut().remove("conditions");
    } else {
        new.status_mut().set("conditions", conditions);
    }
}

/// What is wrong with the conditions of an approval.
pub fn approval_errors(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let at = At::new("status.conditions");
    let conditions = new.status()["conditions"].items();
    let has = |conditions: &[Value], wanted: &str| conditions.iter().any(|it| it["type"].as_str() == Some(wanted));
    for (i, condition) in conditions.iter().enumerate() {
        let (at, kind) = (at.index(i), condition["type"].str_or_empty());
        if kind.is_empty() {
            errors.required(&at.child("type"), "");
        }
        match condition["status"].str_or_empty() {
            "" => errors.required(&at.child("status"), ""),
            "True" => {}
            other if matches!(kind, "Approved" | "Denied" | "Failed") => {
                errors.not_supported(&at.child("status"), other, &["True"]);
            }
            "False" | "Unknown" => {}
            other => errors.not_supported(&at.child("status"), other, &["True", "False", "Unknown"]),
        }
        if conditions[..i].iter().any(|it| it["type"] == condition["type"]) {
            errors.duplicate(&at.child("type"), kind);
        }
    }
    if has(conditions, "Approved") && has(conditions, "Denied") {
        errors.invalid(&at, "Denied", "Approved and Denied conditions are mutually exclusive");
    }
    for decided in ["Approved", "Denied"] {
        if has(old.status()["conditions"].items(), decided) && !has(conditions, decided) {
            errors.forbidden(&at, format!("updates may not remove a condition of type {decided:?}"));
        }
    }
    errors
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn request(conditions: &str) -> Object {
        let mut request = Object::new(kinds::CERTIFICATE_SIGNING_REQUEST, "", "r");
        let conditions = Value::from_json(conditions.as_bytes()).expect("valid");
        request.status_mut().set("conditions", conditions);
        request.spec_mut().set("username", "somebody");
        request
    }

    #[test]
    fn an_approval_changes_conditions_alone_and_says_when() {
        let old = request("[]");
        let mut new = request(r#"[{"type":"Approved","status":"True"}]"#);
        new.spec_mut().set("username", "somebody else");
        prepare_approval(&mut new, &old, Time::from_unix(0));
        assert_eq!(new.spec()["username"], Value::from("somebody"));
        let condition = &new.status()["conditions"][0];
        assert_eq!(condition["lastTransitionTime"].as_str(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(condition["lastUpdateTime"].as_str(), Some("1970-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_decided_stays_decided() {
        let approved = r#"[{"type":"Approved","status":"True"}]"#;
        let table = [
            ("[]", approved, "[]"),
            (
                "[]",
                r#"[{"type":"Approved","status":"False"}]"#,
                "status.conditions[0].status: Unsupported value: \"False\": supported values: \"True\"",
            ),
            (approved, "[]", "status.conditions: Forbidden: updates may not remove a condition of type \"Approved\""),
            (
                approved,
                r#"[{"type":"Approved","status":"True"},{"type":"Denied","status":"True"}]"#,
                "status.conditions: Invalid value: \"Denied\": Approved and Denied conditions are mutually exclusive",
            ),
        ];
        for (old, new, want) in table {
            assert_eq!(approval_errors(&request(new), &request(old)).to_string(), want, "{new}");
        }
    }
}
