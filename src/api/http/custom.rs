//! What requests about custom objects do otherwise: how bodies are read, and which groups, versions and resources there are
//! (apiextensions-apiserver `pkg/apiserver/customresource_handler.go`, `customresource_discovery_controller.go`).

use std::collections::BTreeMap;

use crate::api::Status;
use crate::api::custom::{Definition, Served, Version, serving};
use crate::api::field::{ErrorList, Path};
use crate::clock::Time;
use crate::map;
use crate::object::{Map, Str, Value, kinds};
use crate::store::View;

/// Checks what a body says it is, and brings it into the shape of its version; returns strict errors about fields.
///
/// # Errors
/// `Err` of a status for a body of another kind; `Err` of a text in it for one that cannot be read.
pub(super) fn accept(value: &mut Value, expected: &str, custom: &Served) -> Result<Vec<String>, Refusal> {
    let kind = &custom.definition().names.kind;
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let api_version = or(value["apiVersion"].str_or_empty(), expected);
    let found = or(value["kind"].str_or_empty(), kind);
    if api_version != expected {
        return Err(Refusal::Answer(Status::bad_request(format!(
            "the API version in the data ({api_version}) does not match the expected API version ({expected})"
        ))));
    }
    if found != *kind {
        let mut errors = ErrorList::new();
        errors.invalid(&Path::new("kind"), found, format!("must be {kind}"));
        let name = value["metadata"]["name"].str_or_empty();
        return Err(Refusal::Answer(Status::invalid(custom.definition().kind, name, &errors)));
    }
    if value.as_map().is_none() {
        return Err(Refusal::Unreadable("cannot restore struct from: a value that is no object".to_owned()));
    }
    value.set("apiVersion", api_version);
    value.set("kind", kind);
    let unknown = custom.accept(value).map_err(Refusal::Unreadable)?;
    Ok(unknown.into_iter().map(|path| format!("unknown field {path:?}")).collect())
}

/// Why a body is not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// The whole answer.
    Answer(Status),
    /// Why it cannot be read as an object.
    Unreadable(String),
}

/// The groups of the definitions that are served, in their order.
pub(super) fn groups(view: View<'_>) -> Vec<Str> {
    let mut groups: Vec<Str> = serving::definitions(view)
        .iter()
        .filter(|it| it.versions.iter().any(|version| version.served))
        .map(|it| it.group.clone())
        .collect();
    groups.sort();
    groups.dedup();
    groups
}

/// The versions of a group that definitions serve, the preferred one first.
pub(super) fn versions(view: View<'_>, group: &str) -> Vec<Str> {
    let mut names: Vec<Str> = Vec::new();
    for definition in serving::definitions(view).iter().filter(|it| it.group == group) {
        names.extend(definition.served_versions().into_iter().cloned());
    }
    names.sort_by(|a, b| serving::compare_versions(b, a));
    names.dedup();
    names
}

/// The versions of a group that definitions serve, each with the time since when one has.
pub(super) fn versions_since(view: View<'_>, group: &str) -> BTreeMap<Str, Option<Time>> {
    let mut since: BTreeMap<Str, Option<Time>> = BTreeMap::new();
    for object in view.list(kinds::CUSTOM_RESOURCE_DEFINITION) {
        let Some(definition) = serving::served(object).filter(|it| it.group == group) else {
            continue;
        };
        for version in definition.served_versions() {
            let first = since.entry(version.clone()).or_insert(object.meta.created);
            *first = (*first).min(object.meta.created);
        }
    }
    since
}

/// The rows of discovery that definitions add to a group and version, with the names that they are sorted by.
pub(super) fn resources(view: View<'_>, group: &str, version: &str) -> Vec<(String, Value)> {
    let mut rows = Vec::new();
    for definition in serving::definitions(view).iter().filter(|it| it.group == group) {
        let Some(version) = definition.version(version).filter(|it| it.served) else {
            continue;
        };
        let plural = &definition.names.plural;
        rows.push((plural.to_string(), Value::Map(resource(definition))));
        for (name, row) in subresources(definition, version) {
            rows.push((format!("{plural}/{name}"), Value::Map(row)));
        }
    }
    rows
}

/// What can be done with the objects of a definition, in the order in which a server tells it.
pub(super) fn verbs(definition: &Definition) -> &'static [&'static str] {
    if definition.is_terminating {
        &["delete", "deletecollection", "get", "list", "watch"]
    } else {
        &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
    }
}

fn resource(definition: &Definition) -> Map {
    let names = &definition.names;
    let unless_empty = |names: &[Str]| (!names.is_empty()).then(|| Value::list(names.iter()));
    map! {
        "name" => &names.plural,
        "singularName" => &names.singular,
        "namespaced" => definition.namespaced,
        "kind" => &names.kind,
        "verbs" => Value::list(verbs(definition).iter().copied()),
        "shortNames" => unless_empty(&names.short_names),
        "categories" => unless_empty(&names.categories),
        "storageVersionHash" => definition.storage().map(|version| storage_hash(definition, version)),
    }
}

fn subresources(definition: &Definition, version: &Version) -> Vec<(&'static str, Map)> {
    let row = |name: &str, kind: &str| {
        map! {
            "name" => format!("{}/{name}", definition.names.plural),
            "singularName" => "",
            "namespaced" => definition.namespaced,
            "kind" => kind,
            "verbs" => Value::list(["get", "patch", "update"]),
        }
    };
    let mut rows = Vec::new();
    if version.status {
        rows.push(("status", row("status", &definition.names.kind)));
    }
    if version.scale.is_some() {
        let mut scale = row("scale", "Scale");
        scale.insert("group", "autoscaling");
        scale.insert("version", "v1");
        rows.push(("scale", scale));
    }
    rows
}

/// The first eight bytes of the SHA-256 of `group/version/Kind`, in base64: what clients compare storage versions by.
fn storage_hash(definition: &Definition, version: &Version) -> String {
    use base64::Engine;
    use sha2::Digest;
    let text = format!("{}/{}/{}", definition.group, version.name, definition.names.kind);
    base64::engine::general_purpose::STANDARD.encode(&sha2::Sha256::digest(text)[..8])
}
