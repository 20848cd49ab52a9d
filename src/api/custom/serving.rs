//! Which custom kinds a cluster serves, and under which names (apiextensions-apiserver
//! `pkg/apiserver/customresource_handler.go`, `customresource_discovery_controller.go`).

use std::sync::Arc;

use super::definition::{self, Definition, Version, conditions};
use super::{default, memo, version_order};
use crate::object::{Key, Kind, Map, Object, Str, Value, kinds};
use crate::store::View;

/// A version of a definition, as a request speaks of it.
#[derive(Clone, Debug)]
pub struct Served {
    definition: definition::Shared,
    version: usize,
}

impl PartialEq for Served {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.definition, &other.definition) && self.version == other.version
    }
}

impl Eq for Served {}

impl Served {
    /// The definition.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.definition.versions[self.version]
    }

    /// `example.com/v1`.
    pub fn api_version(&self) -> Str {
        self.definition.api_version(&self.version().name)
    }

    /// Whether the version has the subresource.
    pub fn has_subresource(&self, name: &str) -> bool {
        match name {
            "status" => self.version().status,
            "scale" => self.version().scale.is_some(),
            _ => false,
        }
    }

    /// A stored object as this version shows it: with the version's name, and the defaults that it was stored without.
    pub fn read(&self, object: &Object) -> Object {
        let mut read = object.clone();
        let api_version = self.api_version();
        if read.body["apiVersion"].as_str() != Some(api_version.as_str()) {
            read.body.insert("apiVersion", api_version);
        }
        if self.version().has_defaults {
            let mut value = Value::Map(std::mem::take(&mut read.body));
            default::apply(&mut value, &self.version().schema);
            if let Value::Map(body) = value {
                read.body = body;
            }
        }
        read
    }

    /// A stored object as this version shows it, with its kind.
    pub fn shown(&self, object: &Object) -> Map {
        let read = self.read(object);
        match read.to_value(None) {
            Value::Map(map) => map,
            _ => Map::new(),
        }
    }
}

/// The definition of a stored revision, if it is served: its names are accepted, and they still are those of the kind.
pub fn served(object: &Arc<Object>) -> Option<definition::Shared> {
    conditions::is_true(object, "Established").then(|| memo::read(object)).flatten()
}

/// Compares two versions: the greater one is preferred.
pub fn compare_versions(a: &str, b: &str) -> std::cmp::Ordering {
    version_order::compare(a, b)
}

/// Every definition that the cluster serves, in the order of their names.
pub fn definitions(view: View<'_>) -> Vec<definition::Shared> {
    view.list(kinds::CUSTOM_RESOURCE_DEFINITION).filter_map(served).collect()
}

/// The kinds of the definitions that the cluster serves, in their order.
pub fn kinds(view: View<'_>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = definitions(view).iter().map(|it| it.kind).collect();
    kinds.sort_unstable();
    kinds
}

/// The kind of a definition, served or not.
pub fn definitions_kind(definition: &Arc<Object>) -> Option<Kind> {
    memo::read(definition).map(|it| it.kind)
}

/// The definition behind a custom kind.
pub fn definition_of(view: View<'_>, kind: Kind) -> Option<definition::Shared> {
    let info = kind.info();
    named(view, info.group, info.plural).filter(|it| it.kind == kind)
}

fn named(view: View<'_>, group: &str, plural: &str) -> Option<definition::Shared> {
    let name = format!("{plural}.{group}");
    view.get(&Key::new(kinds::CUSTOM_RESOURCE_DEFINITION, "", name)).and_then(served)
}

fn version_of(definition: definition::Shared, version: &str) -> Option<Served> {
    let version = definition.versions.iter().position(|it| it.served && it.name == version)?;
    Some(Served { definition, version })
}

/// What is behind `/apis/GROUP/VERSION/PLURAL`, if a definition serves it.
pub fn by_resource(view: View<'_>, group: &str, version: &str, plural: &str) -> Option<Served> {
    version_of(named(view, group, plural)?, version)
}

/// What serves `apiVersion` and `kind`, if a definition does.
pub fn by_api_version(view: View<'_>, api_version: &str, kind: &str) -> Option<Served> {
    let (group, version) = api_version.split_once('/')?;
    let definition = definitions(view).into_iter().find(|it| it.group == group && it.names.kind == kind)?;
    version_of(definition, version)
}

/// The kind with that `apiVersion` and `kind`, be it built in or custom.
pub fn kind_by_api_version(view: View<'_>, api_version: &str, kind: &str) -> Option<Kind> {
    Kind::by_api_version(api_version, kind)
        .or_else(|| by_api_version(view, api_version, kind).map(|it| it.definition.kind))
}

/// The kind that people mean by `name`: kind, plural, singular or short name, in any case, with the group or without.
/// Built-in kinds come first.
pub fn kind_by_any_name(view: View<'_>, name: &str) -> Option<Kind> {
    Kind::by_any_name(name).or_else(|| definition_by_any_name(view, name).map(|it| it.kind))
}

/// The definition that people mean by `name`.
pub fn definition_by_any_name(view: View<'_>, name: &str) -> Option<definition::Shared> {
    definitions(view).into_iter().find(|it| it.is_called(name))
}

/// The version that clients of a definition prefer, as they would speak of it.
pub fn preferred(definition: &definition::Shared) -> Option<Served> {
    let version = definition.served_versions().first().copied()?.clone();
    version_of(definition.clone(), &version)
}

/// The version of `definition` that stored objects are in.
pub fn stored(definition: &definition::Shared) -> Option<Served> {
    let version = definition.versions.iter().position(|it| it.storage)?;
    Some(Served { definition: definition.clone(), version })
}

/// The version that `object`, of a custom kind, says it is in, served or not; the storage version when it does not say.
pub fn of_object(definition: &definition::Shared, object: &Object) -> Option<Served> {
    let name = object.body["apiVersion"].str_or_empty();
    let name = name.strip_prefix(&format!("{}/", definition.group)).unwrap_or_default();
    match definition.versions.iter().position(|it| it.name == name) {
        Some(version) => Some(Served { definition: definition.clone(), version }),
        None => stored(definition),
    }
}
