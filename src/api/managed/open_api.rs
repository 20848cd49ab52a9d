//! The types of custom resources: from the OpenAPI schema of a version, with its `x-kubernetes-*` extensions
//! (kube-openapi `pkg/schemaconv/openapi.go`).

use std::collections::BTreeMap;

use super::types::{Atom, Elements, ListType, MapType, TypeId, Types};
use crate::object::{Map, Str, Value};

/// Adds the type of a whole custom resource: what `schema` says, with the metadata that every object has, of type
/// `metadata`.
pub fn add_root(types: &mut Types, schema: &Value, metadata: TypeId) -> TypeId {
    let keeps_unknown = schema["x-kubernetes-preserve-unknown-fields"].is_true();
    let mut builder = Builder { types, metadata };
    let map = builder.map(schema, keeps_unknown);
    let map = builder.with_meta_fields(map);
    types.add(Atom { map: Some(map), ..Atom::default() })
}

struct Builder<'t> {
    types: &'t mut Types,
    metadata: TypeId,
}

impl Builder<'_> {
    /// Adds the type that `schema` describes. Objects and fields of which the schema says nothing are deduced from their
    /// values; whoever keeps unknown fields keeps them in everything below.
    fn add(&mut self, schema: &Value, keeps_unknown: bool) -> TypeId {
        let keeps_unknown = keeps_unknown || schema["x-kubernetes-preserve-unknown-fields"].is_true();
        if schema["x-kubernetes-int-or-string"].is_true() {
            return Types::UNTYPED;
        }
        match schema["type"].str_or_empty() {
            "object" => {
                let mut map = self.map(schema, keeps_unknown);
                if schema["x-kubernetes-embedded-resource"].is_true() {
                    map = self.with_meta_fields(map);
                }
                self.types.add(Atom { map: Some(map), ..Atom::default() })
            }
            "array" => self.list(schema, keeps_unknown),
            "string" if matches!(schema["format"].str_or_empty(), "date-time" | "int-or-string") => Types::UNTYPED,
            "string" => Types::TEXT,
            "integer" | "number" => Types::NUMERIC,
            "boolean" => Types::BOOLEAN,
            _ => Types::DEDUCED,
        }
    }

    fn with_meta_fields(&self, mut map: MapType) -> MapType {
        map.fields.insert(Str::from("apiVersion"), Types::TEXT);
        map.fields.insert(Str::from("kind"), Types::TEXT);
        map.fields.insert(Str::from("metadata"), self.metadata);
        map
    }

    fn map(&mut self, schema: &Value, keeps_unknown: bool) -> MapType {
        let properties = schema["properties"].as_map().into_iter().flat_map(Map::iter);
        let fields: BTreeMap<Str, TypeId> =
            properties.map(|(name, schema)| (name.clone(), self.add(schema, keeps_unknown))).collect();
        let element = match &schema["additionalProperties"] {
            Value::Map(_) => Some(self.add(&schema["additionalProperties"], keeps_unknown)),
            Value::Bool(true) => Some(Types::DEDUCED),
            Value::Bool(false) => None,
            _ if keeps_unknown || fields.is_empty() => Some(Types::DEDUCED),
            _ => None,
        };
        MapType { fields, element, is_atomic: schema["x-kubernetes-map-type"].as_str() == Some("atomic") }
    }

    fn list(&mut self, schema: &Value, keeps_unknown: bool) -> TypeId {
        let element = self.add(&schema["items"], keeps_unknown);
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
        self.types.add(Atom { list: Some(ListType { element, elements }), ..Atom::default() })
    }
}
