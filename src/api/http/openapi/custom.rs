//! The documents of custom resources (apiextensions-apiserver `pkg/controller/openapi/builder`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::definitions::{CONVENTIONS, GVK, META, custom_name, gvk, reference, type_meta};
use super::paths::Resource;
use crate::map;
use crate::object::{Map, Object, Str, Value, kinds};
use crate::store::View;

const VERBS: [&str; 7] = ["create", "delete", "deletecollection", "get", "list", "patch", "update"];

/// The CustomResourceDefinitions whose objects are served.
pub(super) fn established(view: View<'_>) -> Vec<Arc<Object>> {
    let is_established = |object: &&Arc<Object>| {
        let conditions = object.status()["conditions"].items();
        conditions.iter().any(|it| it["type"].str_or_empty() == "Established" && it["status"].str_or_empty() == "True")
    };
    view.list(kinds::CUSTOM_RESOURCE_DEFINITION).filter(is_established).cloned().collect()
}

fn served(definition: &Object) -> impl Iterator<Item = &Value> {
    definition.spec()["versions"].items().iter().filter(|it| it["served"].is_true())
}

/// The groups and versions of definitions.
pub(super) fn group_versions(definitions: &[Arc<Object>]) -> impl Iterator<Item = (String, String)> {
    definitions.iter().flat_map(|definition| {
        let group = definition.spec()["group"].str_or_empty();
        served(definition).map(move |version| (group.to_owned(), version["name"].str_or_empty().to_owned()))
    })
}

/// What the definitions add to a group and version.
#[derive(Debug, Default)]
pub(super) struct Added<'a> {
    pub resources: Vec<Resource<'a>>,
    pub definitions: BTreeMap<String, Value>,
    /// Which revisions of which definitions these are.
    pub tag: String,
}

/// What `definitions` add to a group and version.
pub(super) fn of<'a>(definitions: &'a [Arc<Object>], group: &str, version: &str) -> Added<'a> {
    let mut added = Added::default();
    for definition in definitions.iter().filter(|it| it.spec()["group"].str_or_empty() == group) {
        let spec = definition.spec();
        let Some(found) = served(definition).find(|it| it["name"].str_or_empty() == version) else { continue };
        let kind = spec["names"]["kind"].str_or_empty();
        let list_kind = match spec["names"]["listKind"].str_or_empty() {
            "" => format!("{kind}List"),
            name => name.to_owned(),
        };
        let plural = spec["names"]["plural"].str_or_empty();
        let has = |name: &&&str| !found["subresources"][**name].is_null();
        let name = custom_name(group, version, kind);
        let list = custom_list(plural, kind, &list_kind, &name, gvk(group, version, &list_kind));
        added.definitions.insert(custom_name(group, version, &list_kind), list);
        let of = object(&found["schema"]["openAPIV3Schema"], gvk(group, version, kind));
        added.definitions.insert(name, of);
        added.resources.push(Resource {
            group: spec["group"].str_or_empty(),
            version: found["name"].str_or_empty(),
            kind,
            list_kind,
            plural,
            namespaced: spec["scope"].str_or_empty() == "Namespaced",
            verbs: &VERBS,
            subresources: ["status", "scale"].iter().filter(has).copied().collect(),
            is_custom: true,
        });
        added.tag.push_str(&format!(" {} {}", definition.meta.uid, definition.meta.generation));
    }
    added
}

fn metadata() -> Map {
    map! {
        "allOf" => Value::list([reference(&format!("{META}ObjectMeta"))]),
        "description" => format!("Standard object's metadata. More info: {CONVENTIONS}#metadata"),
    }
}

/// The definition of a custom kind: its schema, with what every object has.
fn object(schema: &Value, gvk: Value) -> Value {
    if schema.is_null() {
        return Value::Map(map! { "type" => "object", "x-kubernetes-group-version-kind" => Value::list([gvk]) });
    }
    let mut out = embedded(schema);
    let properties = out.field_mut("properties");
    properties.set("metadata", metadata());
    properties.set("apiVersion", type_meta("apiVersion"));
    properties.set("kind", type_meta("kind"));
    out.set(GVK, Value::list([gvk]));
    out
}

/// A schema in which embedded objects have the fields of objects.
fn embedded(schema: &Value) -> Value {
    let mut out = schema.clone();
    if let Some(properties) = schema["properties"].as_map() {
        let properties = properties.iter().map(|(name, of)| (name.clone(), embedded(of)));
        out.set("properties", properties.collect::<Map>());
    }
    for inner in ["items", "additionalProperties"] {
        if schema[inner].as_map().is_some() {
            out.set(inner, embedded(&schema[inner]));
        }
    }
    if schema["x-kubernetes-embedded-resource"].is_true() {
        let about = |what: &str, more: &str| map! { "description" => format!("{what} More info: {CONVENTIONS}#{more}"), "type" => "string" };
        let properties = out.field_mut("properties");
        let version = "apiVersion defines the versioned schema of this representation of an object.";
        properties.set("apiVersion", about(version, "resources"));
        let kind = "kind is a string value representing the type of this object. In CamelCase.";
        properties.set("kind", about(kind, "types-kinds"));
        properties.set("metadata", metadata());
        let required = out.field_mut("required").items_mut();
        for name in ["kind", "apiVersion"] {
            if !required.iter().any(|it| it.str_or_empty() == name) {
                required.push(Value::Str(Str::from(name)));
            }
        }
    }
    out
}

fn custom_list(plural: &str, kind: &str, list_kind: &str, item: &str, gvk: Value) -> Value {
    let items = map! {
        "description" => format!("List of {plural}. More info: {CONVENTIONS}"),
        "items" => reference(item),
        "type" => "array",
    };
    let metadata = map! {
        "allOf" => Value::list([reference(&format!("{META}ListMeta"))]),
        "description" => format!("Standard list metadata. More info: {CONVENTIONS}#types-kinds"),
    };
    Value::Map(map! {
        "description" => format!("{list_kind} is a list of {kind}"),
        "properties" => map! {
            "apiVersion" => type_meta("apiVersion"), "items" => items, "kind" => type_meta("kind"), "metadata" => metadata,
        },
        "required" => Value::list(["items"]),
        "type" => "object",
        "x-kubernetes-group-version-kind" => Value::list([gvk]),
    })
}
