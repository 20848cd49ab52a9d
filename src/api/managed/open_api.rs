//! The types of custom resources: from the OpenAPI schema of a version, with its `x-kubernetes-*` extensions
//! (kube-openapi `pkg/schemaconv`).

use std::collections::BTreeMap;

use super::types::{Atom, Elements, ListType, MapType, TypeId, Types};
use crate::object::{Map, Str, Value};

/// Adds the type that `schema` describes. Objects and fields of which the schema says nothing are deduced from their values.
pub fn add(types: &mut Types, schema: &Value) -> TypeId {
    if schema["x-kubernetes-int-or-string"].is_true() {
        return Types::UNTYPED;
    }
    match schema["type"].str_or_empty() {
        "object" => object(types, schema),
        "array" => list(types, schema),
        "string" => Types::TEXT,
        "integer" | "number" => Types::NUMERIC,
        "boolean" => Types::BOOLEAN,
        _ => Types::DEDUCED,
    }
}

/// Adds the type of a whole custom resource: what `schema` says, with the metadata that every object has, of type
/// `metadata`.
pub fn add_root(types: &mut Types, schema: &Value, metadata: TypeId) -> TypeId {
    let root = add(types, schema);
    let mut atom = types.atom(root).clone();
    let mut map = atom.map.take().unwrap_or_default();
    map.fields.insert(Str::from("apiVersion"), Types::TEXT);
    map.fields.insert(Str::from("kind"), Types::TEXT);
    map.fields.insert(Str::from("metadata"), metadata);
    types.add(Atom { map: Some(map), ..Atom::default() })
}

fn is_atomic(schema: &Value, extension: &str) -> bool {
    schema[extension].as_str() == Some("atomic")
}

fn object(types: &mut Types, schema: &Value) -> TypeId {
    if schema["x-kubernetes-embedded-resource"].is_true() && schema["properties"].is_null() {
        return Types::DEDUCED;
    }
    let properties = schema["properties"].as_map().into_iter().flat_map(Map::iter);
    let fields: BTreeMap<Str, TypeId> = properties.map(|(name, schema)| (name.clone(), add(types, schema))).collect();
    let keeps_unknown = schema["x-kubernetes-preserve-unknown-fields"].is_true();
    let element = match &schema["additionalProperties"] {
        Value::Map(_) => Some(add(types, &schema["additionalProperties"])),
        Value::Bool(true) => Some(Types::DEDUCED),
        _ if keeps_unknown || fields.is_empty() => Some(Types::DEDUCED),
        _ => None,
    };
    let map = MapType { fields, element, is_atomic: is_atomic(schema, "x-kubernetes-map-type") };
    types.add(Atom { map: Some(map), ..Atom::default() })
}

fn list(types: &mut Types, schema: &Value) -> TypeId {
    let element = add(types, &schema["items"]);
    let default = |key: &str| {
        let default = &schema["items"]["properties"][key]["default"];
        (!default.is_null()).then(|| default.clone())
    };
    let elements = match schema["x-kubernetes-list-type"].str_or_empty() {
        "set" => Elements::Set,
        "map" => {
            let keys = schema["x-kubernetes-list-map-keys"].items().iter().filter_map(Value::as_shared_str);
            Elements::Keyed(keys.map(|key| (key.clone(), default(key))).collect())
        }
        _ => Elements::Atomic,
    };
    types.add(Atom { list: Some(ListType { element, elements }), ..Atom::default() })
}

/// The types that a schema comes to, by themselves.
pub fn types_of(schema: &Value, add_metadata: impl FnOnce(&mut Types) -> TypeId) -> (Types, TypeId) {
    let mut types = Types::new();
    let metadata = add_metadata(&mut types);
    let root = add_root(&mut types, schema, metadata);
    (types, root)
}
