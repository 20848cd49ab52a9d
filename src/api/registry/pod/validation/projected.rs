//! Projected volumes (`validateProjectedVolumeSource`).

use super::format;
use super::volumes::{validate_downward_file, validate_files};
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// The shortest life of a service account token, in seconds.
const SHORTEST_TOKEN: i64 = 600;
/// The longest life of a service account token, in seconds.
const LONGEST_TOKEN: i64 = 1 << 32;

pub(super) fn validate(volume: &Value, at: &At<'_>, errors: &mut ErrorList) {
    format::file_mode(&volume["defaultMode"], &at.child("defaultMode"), errors);
    let sources_at = at.child("sources");
    let mut taken: Vec<&str> = Vec::new();
    for (i, source) in volume["sources"].items().iter().enumerate() {
        let at = sources_at.index(i);
        let mut has_one = false;
        for kind in
            ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"]
        {
            let part = &source[kind];
            if part.is_null() {
                continue;
            }
            if has_one {
                errors.forbidden(&at, "may not specify more than 1 volume type per source");
                continue;
            }
            has_one = true;
            validate_part(kind, part, &at.child(kind), errors);
            for path in paths(part) {
                if taken.contains(&path) {
                    errors.invalid(&sources_at, path, "conflicting duplicate paths");
                }
                taken.push(path);
            }
        }
        if !has_one {
            errors.required(&at, "must specify a volume type");
        }
    }
}

/// The files that a source makes by name.
fn paths(part: &Value) -> impl Iterator<Item = &str> {
    let own = part["path"].as_str().filter(|it| !it.is_empty());
    own.into_iter().chain(part["items"].items().iter().map(|it| it["path"].str_or_empty()).filter(|it| !it.is_empty()))
}

fn validate_part(kind: &str, part: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match kind {
        "secret" | "configMap" => {
            format::required(&part["name"], &at.child("name"), errors);
            validate_files(part, at, errors);
        }
        "downwardAPI" => {
            let items = at.child("items");
            for (i, item) in part["items"].items().iter().enumerate() {
                validate_downward_file(item, &items.index(i), errors);
            }
        }
        "serviceAccountToken" => {
            let seconds = part["expirationSeconds"].as_i64().unwrap_or_default();
            if seconds < SHORTEST_TOKEN {
                let detail = "may not specify a duration less than 10 minutes";
                errors.invalid(&at.child("expirationSeconds"), seconds, detail);
            }
            if seconds > LONGEST_TOKEN {
                let detail = "may not specify a duration larger than 2^32 seconds";
                errors.invalid(&at.child("expirationSeconds"), seconds, detail);
            }
            if part["path"].str_or_empty().is_empty() {
                errors.required(&at.child("path"), "");
            } else {
                format::text(format::file_path, &part["path"], &at.child("path"), errors);
            }
        }
        _ => {}
    }
}
