//! `/openapi/v2` and `/openapi/v3`: what types and paths there are (kube-openapi `pkg/handler` and `pkg/handler3`).
//!
//! `kubectl explain` prints it, and kubectl looks there whether the server validates fields. Each document is made when it is
//! first asked for, once for all clusters of a release in the process.
//!
//! Known differences: version 3 is served as JSON alone, query parameters carry no descriptions, and entity tags tell releases
//! apart rather than being digests of the documents.

mod custom;
mod definitions;
mod enums;
mod gnostic;
mod paths;
#[cfg(test)]
mod tests;
mod v2;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;

pub(super) use self::definitions::{META, name_of as definition_name};
use self::definitions::{PREFIX, definitions};
use super::query::Params;
use super::{Content, Request, Response};
use crate::map;
use crate::object::{Kind, Map, Object, Release, Str, Value};
use crate::store::View;

const JSON: &str = "application/json";

/// Answers a request for one of the documents; `None` for any other path.
pub(super) fn answer(view: View<'_>, request: &Request) -> Result<Option<Response>, Response> {
    let path = request.path.trim_end_matches('/');
    let Some(rest) = path.strip_prefix("/openapi/") else { return Ok(None) };
    let source = Source { release: view.release(), custom: custom::established(view) };
    let response = match rest {
        "v3" => source.index(),
        "v2" => source.version_2(request)?,
        rest => match rest.strip_prefix("v3/") {
            Some(place) => source.version_3(request, place)?,
            None => return Ok(None),
        },
    };
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        return Err(Response::method_not_allowed());
    }
    Ok(Some(response))
}

/// What the documents are about.
struct Source {
    release: Release,
    /// The definitions of custom resources that are served.
    custom: Vec<Arc<Object>>,
}

/// The entity tag of a document (FNV-1a).
fn tag(place: &str, release: Release, revisions: &str) -> String {
    let text = format!("{} {} {place}{revisions}", env!("CARGO_PKG_VERSION"), release.git_version());
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

impl Source {
    /// The groups and versions by the places of their documents, such as `apis/apps/v1`.
    fn group_versions(&self) -> BTreeMap<String, (String, String)> {
        let built_in = Kind::all().flat_map(|kind| self.release.served(kind));
        let built_in = built_in.map(|it| (it.group.to_owned(), it.version.to_owned()));
        let all = built_in.chain(custom::group_versions(&self.custom));
        all.map(|(group, version)| (paths::root(&group, &version)[1..].to_owned(), (group, version))).collect()
    }

    /// The documents there are, each with an address that changes when the document does.
    fn index(&self) -> Response {
        let paths = self.group_versions().into_iter().map(|(place, (group, version))| {
            let added = custom::of(&self.custom, &group, &version);
            let url = format!("/openapi/v3/{place}?hash={}", tag(&place, self.release, &added.tag));
            (Str::from(place), map! { "serverRelativeURL" => url })
        });
        Response::json(200, Value::Map(map! { "paths" => paths.collect::<Map>() }))
    }

    fn version_3(&self, request: &Request, place: &str) -> Result<Response, Response> {
        let (group, version) = self.group_versions().remove(place).ok_or_else(Response::page_not_found)?;
        if !accepts(&request.accept, JSON) {
            return Err(not_acceptable());
        }
        let added = custom::of(&self.custom, &group, &version);
        let tag = tag(place, self.release, &added.tag);
        let asked = Params::parse(&request.query);
        let hash = asked.text("hash");
        if !hash.is_empty() && hash != tag {
            let mut moved = Response::new(301, Content::Text(String::new()));
            moved.headers.push(("location", format!("/openapi/v3/{place}?hash={tag}")));
            return Err(moved);
        }
        let make = || Value::Map(document(&group, &version, self.release, &added)).to_json().into_bytes();
        let bytes = if added.tag.is_empty() { cached(place, self.release, make) } else { Bytes::from(make()) };
        let mut response = tagged(request, &tag, bytes, JSON);
        if !hash.is_empty() {
            response.headers.push(("cache-control", "public, immutable".to_owned()));
        }
        Ok(response)
    }

    fn version_2(&self, request: &Request) -> Result<Response, Response> {
        let mut custom = BTreeMap::new();
        let mut revisions = String::new();
        for (group, version) in custom::group_versions(&self.custom).collect::<BTreeSet<_>>() {
            let added = custom::of(&self.custom, &group, &version);
            revisions.push_str(&added.tag);
            custom.extend(added.definitions);
        }
        let tag = tag("v2", self.release, &revisions);
        let make = || {
            let mut all = Map::new();
            for (group, version) in self.group_versions().values() {
                for (path, item) in self.paths(group, version).iter() {
                    all.insert(path.clone(), item);
                }
            }
            v2::document(&self.release.git_version(), &all, &custom)
        };
        let remembered = |key: &str, make: &dyn Fn() -> Vec<u8>| {
            if revisions.is_empty() { cached(key, self.release, make) } else { Bytes::from(make()) }
        };
        // Clients ask with an at sign or with a dot, and are answered with a dot: an at sign is no part of a media type.
        let accept = request.accept.replace("spec.v2@v1.0", "spec.v2.v1.0");
        if accepts_before(&accept, gnostic::MEDIA_TYPE, JSON) {
            let bytes = remembered("v2 protobuf", &|| gnostic::encode(&make()));
            return Ok(tagged(request, &tag, bytes, gnostic::MEDIA_TYPE));
        }
        if !accepts(&accept, JSON) {
            return Err(not_acceptable());
        }
        let bytes = remembered("v2", &|| Value::Map(make()).to_json().into_bytes());
        Ok(tagged(request, &tag, bytes, JSON))
    }

    fn paths(&self, group: &str, version: &str) -> Map {
        let added = custom::of(&self.custom, group, version);
        paths::paths(group, version, &[paths::built_in(group, version, self.release), added.resources].concat())
    }
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
fn document(group: &str, version: &str, release: Release, added: &custom::Added<'_>) -> Map {
    let resources = [paths::built_in(group, version, release), added.resources.clone()].concat();
    let paths = Value::Map(paths::paths(group, version, &resources));
    let mut schemas = BTreeMap::new();
    let mut pending = Vec::new();
    references(&paths, &mut pending);
    while let Some(name) = pending.pop() {
        if let Some(of) = added.definitions.get(&name).or_else(|| definitions().get(&name))
            && schemas.insert(name, of).is_none()
        {
            references(of, &mut pending);
        }
    }
    let schemas = schemas.into_iter().map(|(name, of)| (Str::from(name), of));
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
