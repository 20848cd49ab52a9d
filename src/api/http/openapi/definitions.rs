//! The definitions of the API's types, as kube-openapi generates them for version 3 (`pkg/generators/openapi.go`).
//!
//! Names, types, descriptions and required fields are those that k8s-openapi carries; defaults, list types, patch tags and
//! enumerations come from the table of Go types.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value as Json;

use super::super::go_types::{GoField, full_name, go_types};
use super::super::schema::schema;
use super::enums;
use crate::map;
use crate::object::{Kind, Map, Served, Str, Value};

/// Where version 3 keeps its definitions.
pub(super) const PREFIX: &str = "#/components/schemas/";
/// The package of the types that every group shares.
pub(in super::super) const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.";

/// Types that read themselves from JSON: a field of theirs has no zero default.
const SELF_READING: [&str; 10] = [
    "Time",
    "MicroTime",
    "Quantity",
    "IntOrString",
    "FieldsV1",
    "RawExtension",
    "JSON",
    "JSONSchemaPropsOrArray",
    "JSONSchemaPropsOrBool",
    "JSONSchemaPropsOrStringArray",
];

/// The definitions by their full names, made at the first use.
pub(super) fn definitions() -> &'static BTreeMap<String, Value> {
    static DEFINITIONS: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    DEFINITIONS.get_or_init(|| {
        let carried = schema().definitions().iter();
        let mut all: BTreeMap<String, Value> =
            carried.map(|(name, json)| (name.clone(), Value::Map(definition(name, json)))).collect();
        all.insert(format!("{META}Patch"), Value::Map(map! { "description" => PATCH, "type" => "object" }));
        all.insert(format!("{META}WatchEvent"), Value::Map(watch_event()));
        let kinds = Kind::all().flat_map(|kind| kind.info().served().map(move |served| (kind, served)));
        for (kind, served) in kinds {
            add_kind(&mut all, kind, &served);
        }
        for name in ["DeleteOptions", "Status", "WatchEvent"] {
            if let Some(shared) = all.get_mut(&format!("{META}{name}")) {
                shared.set(GVK, Value::list(group_versions().map(|(group, version)| gvk(&group, &version, name))));
            }
        }
        all
    })
}

pub(super) const GVK: &str = "x-kubernetes-group-version-kind";
/// Where the documents point to for what all kinds share.
pub(super) const CONVENTIONS: &str =
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md";
const PATCH: &str = "Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.";

/// An entry of `x-kubernetes-group-version-kind`.
pub(super) fn gvk(group: &str, version: &str, kind: &str) -> Value {
    Value::Map(map! { "group" => group, "kind" => kind, "version" => version })
}

fn group_versions() -> impl Iterator<Item = (String, String)> {
    let mut all: Vec<(String, String)> = Kind::all()
        .flat_map(|kind| kind.info().served())
        .map(|it| (it.group.to_owned(), it.version.to_owned()))
        .collect();
    all.sort();
    all.dedup();
    all.into_iter()
}

/// The name of the definition of a kind in a group and version, such as `io.k8s.api.apps.v1.DaemonSet`.
pub(in super::super) fn name_of(group: &str, version: &str, kind: &str) -> String {
    match group {
        "" => format!("io.k8s.api.core.{version}.{kind}"),
        "apiextensions.k8s.io" => format!("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.{version}.{kind}"),
        "apiregistration.k8s.io" => format!("io.k8s.kube-aggregator.pkg.apis.apiregistration.{version}.{kind}"),
        group => format!("io.k8s.api.{}.{version}.{kind}", group.split('.').next().unwrap_or(group)),
    }
}

/// The name of the definition of a custom kind: `com.example.stable.v1.CronTab`.
pub(super) fn custom_name(group: &str, version: &str, kind: &str) -> String {
    let mut parts: Vec<&str> = group.split('.').collect();
    parts.reverse();
    format!("{}.{version}.{kind}", parts.join("."))
}

/// Tells of a kind's definition which kind it is, and adds that of its list. A version that k8s-openapi has no type for has
/// the fields of the preferred one, or none at all.
fn add_kind(all: &mut BTreeMap<String, Value>, kind: Kind, served: &Served) {
    let info = kind.info();
    let preferred = name_of(info.group, info.preferred().version, info.kind);
    let name = name_of(served.group, served.version, info.kind);
    let known = all.get(&name).or_else(|| all.get(&preferred)).cloned();
    let mut of = known.unwrap_or_else(|| Value::Map(map! { "type" => "object" }));
    of.set(GVK, Value::list([gvk(served.group, served.version, info.kind)]));
    all.insert(name.clone(), of);
    if info.verbs.contains(&"list") {
        let list = format!("{}List", info.kind);
        let mut of = list_definition(info.kind, &name);
        of.insert(GVK, Value::list([gvk(served.group, served.version, &list)]));
        all.insert(name_of(served.group, served.version, &list), Value::Map(of));
    }
}

/// What every object says of its `apiVersion` or `kind`.
pub(super) fn type_meta(field: &str) -> Map {
    let of = &schema().definitions()[&format!("{META}Status")]["properties"][field]["description"];
    map! { "description" => of.as_str().unwrap_or_default(), "type" => "string" }
}

fn list_definition(kind: &str, item: &str) -> Map {
    let items = map! { "allOf" => Value::list([reference(item)]), "default" => Value::empty_map() };
    let items =
        map! { "description" => format!("items is the list of {kind} objects."), "items" => items, "type" => "array" };
    let metadata = map! {
        "allOf" => Value::list([reference(&format!("{META}ListMeta"))]),
        "default" => Value::empty_map(),
        "description" => format!("Standard list metadata. More info: {CONVENTIONS}#types-kinds"),
    };
    map! {
        "description" => format!("{kind}List is a list of {kind} objects."),
        "properties" => map! {
            "apiVersion" => type_meta("apiVersion"), "items" => items, "kind" => type_meta("kind"), "metadata" => metadata,
        },
        "required" => Value::list(["items"]),
        "type" => "object",
    }
}

fn watch_event() -> Map {
    let object = map! {
        "allOf" => Value::list([reference("io.k8s.apimachinery.pkg.runtime.RawExtension")]),
        "description" => "Object is:\n * If Type is Added or Modified: the new state of the object.\n * If Type is Deleted: the state of the object immediately before deletion.\n * If Type is Error: *Status is recommended; other types may make sense\n   depending on context.",
    };
    map! {
        "description" => "Event represents a single event to a watched resource.",
        "properties" => map! { "object" => object, "type" => map! { "default" => "", "type" => "string" } },
        "required" => Value::list(["type", "object"]),
        "type" => "object",
    }
}

pub(super) fn reference(name: &str) -> Value {
    Value::Map(map! { "$ref" => format!("{PREFIX}{name}") })
}

fn definition(name: &str, json: &Json) -> Map {
    let description = json["description"].as_str();
    match name.rsplit('.').next().unwrap_or_default() {
        "Quantity" => {
            let one_of = ["string", "number"].map(|it| Value::Map(map! { "type" => it }));
            return map! { "description" => description, "oneOf" => Value::list(one_of) };
        }
        "IntOrString" => {
            let one_of = ["integer", "string"].map(|it| Value::Map(map! { "type" => it }));
            return map! { "description" => description, "format" => "int-or-string", "oneOf" => Value::list(one_of) };
        }
        "JSON" | "JSONSchemaPropsOrArray" | "JSONSchemaPropsOrBool" | "JSONSchemaPropsOrStringArray" => {
            return map! { "description" => description };
        }
        _ => {}
    }
    let mut out = map! {
        "description" => description,
        "format" => json["format"].as_str(),
        "type" => json["type"].as_str(),
    };
    let properties = json["properties"].as_object();
    if let Some(properties) = properties {
        let properties =
            properties.iter().map(|(field, json)| (Str::from(field.as_str()), property(name, field, json)));
        out.insert("properties", properties.collect::<Map>());
    }
    // Every object of k8s-openapi has metadata; only of some does the API ask for them.
    let asks_for =
        |field: &&str| *field != "metadata" || go_types().field(name, field).is_some_and(|it| !it.omits_empty);
    let required: Vec<&str> =
        json["required"].as_array().into_iter().flatten().filter_map(Json::as_str).filter(asks_for).collect();
    if !required.is_empty() {
        out.insert("required", Value::list(required));
    }
    if go_types().get(name).is_some_and(|it| it.atomic) {
        out.insert("x-kubernetes-map-type", "atomic");
    }
    out
}

fn property(owner: &str, field: &str, json: &Json) -> Value {
    let Some(go) = go_types().field(owner, field) else {
        // `apiVersion` and `kind` are embedded in every object.
        return Value::Map(typed(json, "*string", true, owner, json["description"].as_str().map(str::to_owned)));
    };
    let mut description = json["description"].as_str().unwrap_or_default().to_owned();
    if go.lists_values
        && let Some(values) = enums::description(&go.named_type(owner))
    {
        let gap = if description.is_empty() { "" } else { "\n\n" };
        description.push_str(&format!("{gap}{values}"));
    }
    let mut out = typed(json, go.ty, go.omits_empty, owner, Some(description).filter(|it| !it.is_empty()));
    if let Some(default) = go.default.and_then(|it| Value::from_json(it.as_bytes()).ok()) {
        if let Some(reference) = out.remove("$ref") {
            out.insert("allOf", Value::list([Value::Map(map! { "$ref" => reference })]));
        }
        out.insert("default", default);
    }
    add_extensions(&mut out, go);
    Value::Map(out)
}

fn add_extensions(out: &mut Map, go: &GoField) {
    let list = |items: &[&'static str]| (!items.is_empty()).then(|| Value::list(items.iter().copied()));
    let extensions = [
        ("x-kubernetes-list-map-keys", list(&go.list_map_keys)),
        ("x-kubernetes-list-type", go.list_type.map(Value::from)),
        ("x-kubernetes-map-type", go.map_type.map(Value::from)),
        ("x-kubernetes-patch-merge-key", go.patch_merge_key.map(Value::from)),
        ("x-kubernetes-patch-strategy", go.patch_strategy.map(Value::from)),
    ];
    for (name, value) in extensions {
        if let Some(value) = value {
            out.insert(name, value);
        }
    }
}

/// A value of the Go type `ty`: its OpenAPI type, its zero default, and for an enumeration the values.
fn typed(json: &Json, ty: &str, omits_empty: bool, owner: &str, description: Option<String>) -> Map {
    let is_pointer = ty.starts_with('*');
    let bare = ty.trim_start_matches('*');
    if let Some(target) = json["$ref"].as_str() {
        let target = target.rsplit('/').next().unwrap_or_default();
        let short = target.rsplit('.').next().unwrap_or_default();
        let default = (!is_pointer && !SELF_READING.contains(&short)).then(Value::empty_map);
        if default.is_none() && description.is_none() {
            return map! { "$ref" => format!("{PREFIX}{target}") };
        }
        return map! { "allOf" => Value::list([reference(target)]), "default" => default, "description" => description };
    }
    let mut out = map! {
        "description" => description,
        "format" => json["format"].as_str(),
        "type" => json["type"].as_str(),
    };
    let element = bare.strip_prefix("[]").or_else(|| bare.strip_prefix("map[")?.split_once(']').map(|it| it.1));
    match json["type"].as_str().unwrap_or_default() {
        "array" => {
            out.insert("items", typed(&json["items"], element.unwrap_or_default(), false, owner, None));
            return out;
        }
        "object" => {
            if json["additionalProperties"].is_object() {
                let of = typed(&json["additionalProperties"], element.unwrap_or_default(), false, owner, None);
                out.insert("additionalProperties", of);
            }
            return out;
        }
        _ => {}
    }
    if !is_pointer && !omits_empty && bare != "[]byte" {
        out.insert("default", zero(json["type"].as_str().unwrap_or_default()));
    }
    let is_named = bare.contains('.') || bare.starts_with(|first: char| first.is_ascii_uppercase());
    if is_named && let Some(values) = enums::values(&full_name(bare, owner)) {
        out.insert("enum", values);
    }
    out
}

fn zero(ty: &str) -> Value {
    match ty {
        "string" => Value::from(""),
        "integer" | "number" => Value::Int(0),
        "boolean" => Value::Bool(false),
        _ => Value::Null,
    }
}
