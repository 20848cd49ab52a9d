//! `/openapi/v2` and `/openapi/v3`: what types and paths there are (kube-openapi `pkg/handler` and `pkg/handler3`).
//!
//! `kubectl explain` prints it, and kubectl looks there whether the server validates fields. Each document is made when it is
//! first asked for, once for all clusters of a release in the process.
//!
//! Known differences: version 3 is served as JSON alone, query parameters carry no descriptions, and entity tags tell releases
//! apart rather than being digests of the documents.

mod definitions;
mod enums;
mod gnostic;
mod paths;
#[cfg(test)]
mod tests;
mod v2;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use bytes::Bytes;

pub(super) use self::definitions::{META, name_of as definition_name};
use self::definitions::{PREFIX, definitions};
use super::query::Params;
use super::{Content, Request, Response};
use crate::map;
use crate::object::{Kind, Map, Release, Served, Str, Value};

const JSON: &str = "application/json";

/// Answers a request for one of the documents; `None` for any other path.
pub(super) fn answer(release: Release, request: &Request) -> Result<Option<Response>, Response> {
    let path = request.path.trim_end_matches('/');
    let response = match path.strip_prefix("/openapi/") {
        Some("v3") => index(release),
        Some("v2") => version_2(request, release)?,
        Some(rest) => match rest.strip_prefix("v3/") {
            Some(place) => version_3(request, place, release)?,
            None => return Ok(None),
        },
        None => return Ok(None),
    };
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Err(Response::method_not_allowed());
    }
    Ok(Some(response))
}

/// Where the document of a group version is: `apis/apps/v1`.
fn place(served: &Served) -> String {
    paths::root(served.group, served.version).trim_start_matches('/').to_owned()
}

/// The group versions of a release, in the order of their places.
fn group_versions(release: Release) -> BTreeMap<String, Served> {
    let served = Kind::all().flat_map(|kind| release.served(kind));
    served.map(|it| (place(&it), it)).collect()
}

/// The documents there are, each with an address that changes when the document does.
fn index(release: Release) -> Response {
    let paths = group_versions(release).into_keys().map(|place| {
        let url = format!("/openapi/v3/{place}?hash={}", tag(&place, release));
        (Str::from(place), map! { "serverRelativeURL" => url })
    });
    Response::json(200, Value::Map(map! { "paths" => paths.collect::<Map>() }))
}

/// The entity tag of a document (FNV-1a).
fn tag(place: &str, release: Release) -> String {
    let text = format!("{} {} {place}", env!("CARGO_PKG_VERSION"), release.git_version());
    let mix =
        |seed: u64| text.bytes().fold(seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{:016X}{:016X}", mix(0xcbf2_9ce4_8422_2325), mix(0x6c62_272e_07bb_0142))
}

/// A document as it was made before, or as `make` makes it now.
fn cached(key: &str, release: Release, make: impl FnOnce() -> Vec<u8>) -> Bytes {
    static MADE: OnceLock<Mutex<BTreeMap<(Release, String), Bytes>>> = OnceLock::new();
    let made = MADE.get_or_init(Mutex::default);
    let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((release, key.to_owned())).or_insert_with(|| Bytes::from(make())).clone()
}

fn version_3(request: &Request, place: &str, release: Release) -> Result<Response, Response> {
    let Some(served) = group_versions(release).remove(place) else { return Err(Response::page_not_found()) };
    if !accepts(&request.accept, JSON) {
        return Err(not_acceptable());
    }
    let tag = tag(place, release);
    let asked = Params::parse(&request.query);
    let hash = asked.text("hash");
    if !hash.is_empty() && hash != tag {
        let mut moved = Response::new(301, Content::Text(String::new()));
        moved.headers.push(("location", format!("/openapi/v3/{place}?hash={tag}")));
        return Err(moved);
    }
    let bytes = cached(place, release, || Value::Map(document(&served, release)).to_json().into_bytes());
    let mut response = tagged(request, &tag, bytes, JSON);
    if !hash.is_empty() {
        response.headers.push(("cache-control", "public, immutable".to_owned()));
    }
    Ok(response)
}

fn version_2(request: &Request, release: Release) -> Result<Response, Response> {
    let tag = tag("v2", release);
    let make = || {
        let mut all = Map::new();
        for served in group_versions(release).values() {
            for (path, item) in paths::paths(served.group, served.version, release).iter() {
                all.insert(path.clone(), item);
            }
        }
        v2::document(&release.git_version(), &all)
    };
    // Clients ask with an at sign or with a dot, and are answered with a dot: an at sign is no part of a media type.
    let accept = request.accept.replace("spec.v2@v1.0", "spec.v2.v1.0");
    if accepts_before(&accept, gnostic::MEDIA_TYPE, JSON) {
        let bytes = cached("v2 protobuf", release, || gnostic::encode(&make()));
        return Ok(tagged(request, &tag, bytes, gnostic::MEDIA_TYPE));
    }
    if !accepts(&accept, JSON) {
        return Err(not_acceptable());
    }
    let bytes = cached("v2", release, || Value::Map(make()).to_json().into_bytes());
    Ok(tagged(request, &tag, bytes, JSON))
}

/// The document, or nothing for a client that has it.
fn tagged(request: &Request, tag: &str, bytes: Bytes, media_type: &'static str) -> Response {
    let has_it = request.if_none_match.split(',').any(|it| it.trim().trim_start_matches("W/").trim_matches('"') == tag);
    let mut response = if has_it {
        Response::new(304, Content::Bytes(Bytes::new(), media_type))
    } else {
        Response::new(200, Content::Bytes(bytes, media_type))
    };
    response.headers.push(("etag", format!("\"{tag}\"")));
    response.headers.push(("vary", "Accept".to_owned()));
    response
}

fn not_acceptable() -> Response {
    Response::new(406, Content::Text(String::new()))
}

fn clauses(accept: &str) -> impl Iterator<Item = &str> {
    accept.split(',').map(|it| it.split(';').next().unwrap_or_default().trim())
}

fn accepts(accept: &str, media_type: &str) -> bool {
    accept.trim().is_empty() || clauses(accept).any(|it| it == media_type || matches!(it, "*/*" | "application/*"))
}

/// Whether `wanted` is named, and not after `other`.
fn accepts_before(accept: &str, wanted: &str, other: &str) -> bool {
    let position = |of: &str| clauses(accept).position(|it| it == of);
    match (position(wanted), position(other)) {
        (Some(wanted), Some(other)) => wanted < other,
        (wanted, _) => wanted.is_some(),
    }
}

/// The document of a group version: its paths, and every definition that they lead to.
fn document(served: &Served, release: Release) -> Map {
    let paths = Value::Map(paths::paths(served.group, served.version, release));
    let mut names = BTreeSet::new();
    let mut pending = Vec::new();
    references(&paths, &mut pending);
    // Types of the group that no path names, such as those of subresources, are not forgotten.
    while let Some(name) = pending.pop() {
        if let Some(of) = definitions().get(&name)
            && names.insert(name)
        {
            references(of, &mut pending);
        }
    }
    let schemas = names.iter().map(|name| (Str::from(name.as_str()), &definitions()[name]));
    map! {
        "openapi" => "3.0.0",
        "info" => map! { "title" => "Kubernetes", "version" => release.git_version() },
        "paths" => paths,
        "components" => map! { "schemas" => schemas.collect::<Map>() },
    }
}

/// Notes every definition that `value` refers to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Map(map) => {
            for (key, value) in map.iter() {
                match value.as_str().and_then(|it| it.strip_prefix(PREFIX)) {
                    Some(name) if key == "$ref" => found.push(name.to_owned()),
                    _ => references(value, found),
                }
            }
        }
        Value::List(items) => items.iter().for_each(|it| references(it, found)),
        _ => {}
    }
}
