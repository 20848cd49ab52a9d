//! CustomResourceDefinitions: what one says, read once, and the rules for writing one
//! (apiextensions-apiserver `pkg/apis/apiextensions`, `pkg/registry/customresourcedefinition`).

pub mod conditions;
mod conversion;
mod known_fields;
mod open_api;
mod parts;
mod schema_defaults;
mod spec;
mod strategy;
#[cfg(test)]
mod tests;
mod update;

use std::sync::{Arc, OnceLock};

use super::ownership::Ownership;
use super::schema::Schema;
use super::webhook::Webhook;
use super::{cel, default, version_order};
use crate::object::{CustomKind, Kind, Object, Str, Value};

pub use strategy::{CLEANUP, STRATEGY, deletion, warnings};

/// What a CustomResourceDefinition says, ready to be asked for every object of its kind.
#[derive(Debug)]
pub struct Definition {
    /// `spec.group`.
    pub group: Str,
    /// The names that were accepted.
    pub names: Names,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
    /// Its versions in the order of the definition.
    pub versions: Vec<Version>,
    /// The webhook that converts between versions, if one does.
    pub webhook: Option<Webhook>,
    /// The kind that its objects are stored under.
    pub kind: Kind,
    /// Whether it is on its way out: nothing new is created.
    pub is_terminating: bool,
}

/// `status.acceptedNames`.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// `widgets`.
    pub plural: Str,
    /// `widget`.
    pub singular: Str,
    /// `wg`.
    pub short_names: Vec<Str>,
    /// `Widget`.
    pub kind: Str,
    /// `WidgetList`.
    pub list_kind: Str,
    /// `all`.
    pub categories: Vec<Str>,
}

/// One of `spec.versions`.
#[derive(Debug)]
pub struct Version {
    /// `v1`.
    pub name: Str,
    /// Whether it is served.
    pub served: bool,
    /// Whether objects are stored in it.
    pub storage: bool,
    /// What a client that uses it is told, if it is deprecated.
    pub deprecation: Option<String>,
    /// Its schema.
    pub schema: Schema,
    /// Its schema as it is written.
    pub open_api: Value,
    /// How its objects are owned, once somebody asked.
    pub ownership: OnceLock<Ownership>,
    /// Whether the schema has a default anywhere.
    pub has_defaults: bool,
    /// The rules in the schema, compiled; `None` when there are none.
    pub rules: Option<cel::Rules>,
    /// Whether it has the `status` subresource.
    pub status: bool,
    /// Its `scale` subresource.
    pub scale: Option<Scale>,
    /// `additionalPrinterColumns`, as they are written.
    pub columns: Value,
    /// The fields that its objects can be selected by, without the leading dot.
    pub selectable_fields: Vec<String>,
}

/// `subresources.scale`: paths such as `.spec.replicas`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    /// `specReplicasPath`.
    pub spec_replicas: String,
    /// `statusReplicasPath`.
    pub status_replicas: String,
    /// `labelSelectorPath`.
    pub label_selector: Option<String>,
}

impl Definition {
    /// Reads a definition as it is stored.
    ///
    /// `None` when it names no kind, or when a process has met more kinds than it can tell apart.
    pub fn read(object: &Object) -> Option<Definition> {
        let spec = object.spec();
        let accepted = Names::read(&object.status()["acceptedNames"]);
        let names = if accepted.kind.is_empty() { Names::read(&spec["names"]) } else { accepted };
        let group = spec["group"].as_shared_str()?.clone();
        let namespaced = spec["scope"].str_or_empty() == "Namespaced";
        let plural = spec["names"]["plural"].str_or_empty();
        let kind = CustomKind { group: &group, plural, kind: spec["names"]["kind"].str_or_empty(), namespaced };
        let kind = kind.interned()?;
        let versions = spec["versions"].items();
        let read = |version: &Value| Version::read(version, versions, &group, &names);
        Some(Definition {
            versions: versions.iter().map(read).collect(),
            webhook: Webhook::read(&spec["conversion"]),
            is_terminating: object.meta.is_terminating() || conditions::is_true(object, "Terminating"),
            group,
            names,
            namespaced,
            kind,
        })
    }

    /// Whether people mean it by `name`: its kind, plural, singular or a short name, in any case, with the group or without.
    pub fn is_called(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let names = &self.names;
        let is_one = |text: &str| {
            text == names.plural
                || text == names.singular
                || text == names.kind.to_lowercase()
                || names.short_names.iter().any(|short| text == *short)
        };
        is_one(&name) || name.strip_suffix(&format!(".{}", self.group)).is_some_and(is_one)
    }

    /// The version called `name`.
    pub fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|it| it.name == name)
    }

    /// The version that objects are stored in.
    pub fn storage(&self) -> Option<&Version> {
        self.versions.iter().find(|it| it.storage)
    }

    /// `example.com/v1`.
    pub fn api_version(&self, version: &str) -> Str {
        Str::from(format!("{}/{version}", self.group))
    }

    /// The names of the versions that are served, the one that clients prefer first.
    pub fn served_versions(&self) -> Vec<&Str> {
        let mut names: Vec<&Str> = self.versions.iter().filter(|it| it.served).map(|it| &it.name).collect();
        names.sort_by(|a, b| version_order::compare(b, a));
        names
    }
}

impl Names {
    /// Reads `names` as a definition writes them.
    pub fn read(value: &Value) -> Self {
        let text = |key: &str| value[key].as_shared_str().cloned().unwrap_or_default();
        let texts = |key: &str| value[key].items().iter().filter_map(Value::as_shared_str).cloned().collect();
        Names {
            plural: text("plural"),
            singular: text("singular"),
            short_names: texts("shortNames"),
            kind: text("kind"),
            list_kind: text("listKind"),
            categories: texts("categories"),
        }
    }
}

impl Version {
    fn read(value: &Value, all: &[Value], group: &str, names: &Names) -> Self {
        let schema = Schema::parse(&value["schema"]["openAPIV3Schema"]);
        let scale = &value["subresources"]["scale"];
        let text = |value: &Value| value.str_or_empty().to_owned();
        Version {
            name: value["name"].as_shared_str().cloned().unwrap_or_default(),
            served: value["served"].is_true(),
            storage: value["storage"].is_true(),
            deprecation: deprecation(value, all, group, &names.kind),
            has_defaults: default::has_defaults(&schema),
            rules: cel::Rules::of(&schema),
            schema,
            open_api: value["schema"]["openAPIV3Schema"].clone(),
            ownership: OnceLock::new(),
            status: value["subresources"]["status"].as_map().is_some(),
            scale: scale.as_map().map(|_| Scale {
                spec_replicas: text(&scale["specReplicasPath"]),
                status_replicas: text(&scale["statusReplicasPath"]),
                label_selector: scale["labelSelectorPath"].as_str().filter(|it| !it.is_empty()).map(str::to_owned),
            }),
            columns: value["additionalPrinterColumns"].clone(),
            selectable_fields: value["selectableFields"]
                .items()
                .iter()
                .map(|it| it["jsonPath"].str_or_empty().trim_start_matches('.').to_owned())
                .collect(),
        }
    }
}

/// What a client of a deprecated version is told: the definition's own words, or which version to use instead.
fn deprecation(version: &Value, all: &[Value], group: &str, kind: &str) -> Option<String> {
    if !version["deprecated"].is_true() {
        return None;
    }
    if let Some(warning) = version["deprecationWarning"].as_str() {
        return Some(warning.to_owned());
    }
    let name = version["name"].str_or_empty();
    let fresh = all.iter().filter(|it| it["served"].is_true() && !it["deprecated"].is_true());
    let newer = fresh.map(|it| it["name"].str_or_empty()).filter(|it| version_order::compare(it, name).is_gt());
    let message = format!("{group}/{name} {kind} is deprecated");
    Some(match newer.max_by(|a, b| version_order::compare(a, b)) {
        Some(best) => format!("{message}; use {group}/{best} {kind}"),
        None => message,
    })
}

/// A definition, to be asked by whoever holds it.
pub type Shared = Arc<Definition>;
