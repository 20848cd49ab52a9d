//! Projected volumes (`validateProjectedVolumeSource`).

use super::format;
use super::volumes::{validate_downward_file, validate_key_to_path};
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
        let source_at = sources_at.index(i);
        let mut count = 0;
        for kind in
            ["secret", "configMap", "downwardAPI", "serviceAccountToken", "clusterTrustBundle", "podCertificate"]
        {
            let part = &source[kind];
            if !part.is_null() {
                count += 1;
                validate_part(kind, part, (at, &source_at.child(kind)), &mut taken, errors);
            }
        }
        if count > 1 {
            errors.forbidden(&source_at, "may not specify more than 1 volume type per source");
        }
    }
}

/// Checks one source. Some of what is wrong with it is said of the volume, which is the first of `at`.
fn validate_part<'a>(
    kind: &str,
    part: &'a Value,
    at: (&At<'_>, &At<'_>),
    taken: &mut Vec<&'a str>,
    errors: &mut ErrorList,
) {
    let (volume, at) = at;
    let mut take = |path: &'a str, shown: &str, errors: &mut ErrorList| {
        if path.is_empty() {
        } else if taken.contains(&path) {
            errors.invalid(volume, shown, "conflicting duplicate paths");
        } else {
            taken.push(path);
        }
    };
    match kind {
        "secret" | "configMap" => {
            let name = part["name"].str_or_empty();
            format::required(&part["name"], &at.child("name"), errors);
            let items = at.child("items");
            for (i, item) in part["items"].items().iter().enumerate() {
                validate_key_to_path(item, &items.index(i), errors);
                take(item["path"].str_or_empty(), name, errors);
            }
        }
        "downwardAPI" => {
            for item in part["items"].items() {
                validate_downward_file(item, at, errors);
                let path = item["path"].str_or_empty();
                take(path, path, errors);
            }
        }
        "serviceAccountToken" => validate_token(part, volume, at, errors),
        _ => {
            let path = part["path"].str_or_empty();
            take(path, path, errors);
        }
    }
}

fn validate_token(token: &Value, volume: &At<'_>, at: &At<'_>, errors: &mut ErrorList) {
    let seconds = token["expirationSeconds"].as_i64().unwrap_or_default();
    if seconds < SHORTEST_TOKEN {
        let detail = "may not specify a duration less than 10 minutes";
        errors.invalid(&at.child("expirationSeconds"), seconds, detail);
    }
    if seconds > LONGEST_TOKEN {
        let detail = "may not specify a duration larger than 2^32 seconds";
        errors.invalid(&at.child("expirationSeconds"), seconds, detail);
    }
    if token["path"].str_or_empty().is_empty() {
        errors.required(&volume.child("path"), "");
    } else {
        format::text(format::file_path, &token["path"], &volume.child("path"), errors);
    }
}
