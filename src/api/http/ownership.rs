//! The types of built-in kinds as server-side apply knows them: the Go types with the markers of how they are owned.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::go_types::{GoField, go_types};
use super::schema::{Schema, Struct, Type, schema};
use crate::api::managed::types::{Atom, Elements, MapType, TypeId, Types};
use crate::object::{Kind, Str, Value};

/// The full name of the type of `metadata`.
const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/// Every built-in type, and the one of each kind in each version.
#[derive(Debug)]
pub(super) struct Ownership {
    pub types: Types,
    /// The type of `metadata`.
    pub metadata: TypeId,
    /// The type of an `autoscaling/v1` Scale.
    pub scale: TypeId,
    roots: BTreeMap<(Kind, String), TypeId>,
}

impl Ownership {
    /// The type of a kind's objects in a version.
    pub(super) fn root(&self, kind: Kind, api_version: &str) -> TypeId {
        self.roots.get(&(kind, api_version.to_owned())).copied().unwrap_or(Types::DEDUCED)
    }
}

/// The types of every built-in kind, made at the first use.
pub(super) fn ownership() -> &'static Ownership {
    static OWNERSHIP: OnceLock<Ownership> = OnceLock::new();
    OWNERSHIP.get_or_init(|| built_in(schema()))
}

fn built_in(schema: &Schema) -> Ownership {
    let mut types = Types::new();
    // Structs refer to each other, so each has its place before any is filled in.
    let structs: Vec<TypeId> = schema.structs().iter().map(|_| types.add(Atom::default())).collect();
    for (of, ty) in schema.structs().iter().zip(&structs) {
        let map = struct_type(of, schema, &structs, &mut types);
        types.set(*ty, Atom { map: Some(map), ..Atom::default() });
    }
    let mut roots = BTreeMap::new();
    for kind in Kind::all() {
        for served in kind.info().served() {
            let api_version = served.api_version();
            let ty = simple(schema.root_of(kind, &api_version), &structs, &mut types);
            roots.insert((kind, api_version), ty);
        }
    }
    let metadata =
        schema.structs().iter().position(|it| it.full_name == OBJECT_META).map_or(Types::DEDUCED, |i| structs[i]);
    let scale = simple(schema.body_type("Scale"), &structs, &mut types);
    Ownership { types, metadata, scale, roots }
}

fn struct_type(of: &Struct, schema: &Schema, structs: &[TypeId], types: &mut Types) -> MapType {
    let mut fields = BTreeMap::new();
    for (name, field) in &of.fields {
        let ty = match go_types().field(&of.full_name, name) {
            Some(go) => marked(go, &field.ty, schema, structs, types),
            None => simple(&field.ty, structs, types),
        };
        fields.insert(Str::from(name.as_str()), ty);
    }
    let is_atomic = go_types().get(&of.full_name).is_some_and(|it| it.atomic);
    MapType { fields, element: None, is_atomic }
}

/// The type of a field as its markers say.
fn marked(go: &GoField, ty: &Type, schema: &Schema, structs: &[TypeId], types: &mut Types) -> TypeId {
    match (go.map_type, go.list_type, ty) {
        // A struct that is owned as a whole elsewhere, and here field by field.
        (Some("granular"), _, Type::Struct(index)) => {
            let inner = struct_type(&schema.structs()[*index], schema, structs, types);
            types.add(Atom { map: Some(MapType { is_atomic: false, ..inner }), ..Atom::default() })
        }
        (Some("atomic"), _, Type::Struct(index)) => {
            let inner = struct_type(&schema.structs()[*index], schema, structs, types);
            types.add(Atom { map: Some(MapType { is_atomic: true, ..inner }), ..Atom::default() })
        }
        (Some("atomic"), _, Type::Map(of)) => {
            let element = simple(of, structs, types);
            types.add_map(element, true)
        }
        (_, Some("set"), Type::List(of)) => {
            let element = simple(of, structs, types);
            types.add_list(element, Elements::Set)
        }
        (_, Some("map"), Type::List(of)) => {
            let keys = go.list_map_keys.iter().map(|key| (Str::from(*key), key_default(of, key, schema)));
            let keys = keys.collect();
            let element = simple(of, structs, types);
            types.add_list(element, Elements::Keyed(keys))
        }
        // Raw JSON is one value to whoever sets it.
        (_, _, Type::Any) if go.ty.ends_with("RawExtension") => Types::ATOMIC,
        (_, _, ty) => simple(ty, structs, types),
    }
}

/// What stands for an absent key of an element: its default, or for a key that Go always writes its zero.
fn key_default(element: &Type, key: &str, schema: &Schema) -> Option<Value> {
    let Type::Struct(index) = element else {
        return None;
    };
    let of = &schema.structs()[*index];
    let go = go_types().field(&of.full_name, key)?;
    if let Some(default) = go.default {
        return Value::from_json(default.as_bytes()).ok();
    }
    if go.omits_empty || go.is_pointer() {
        return None;
    }
    match of.fields.get(key).map(|field| &field.ty) {
        Some(Type::Str) => Some(Value::from("")),
        Some(Type::Int32 | Type::Int64) => Some(Value::Int(0)),
        _ => None,
    }
}

/// A type of which nothing else is said.
fn simple(ty: &Type, structs: &[TypeId], types: &mut Types) -> TypeId {
    match ty {
        Type::Struct(index) => structs.get(*index).copied().unwrap_or(Types::DEDUCED),
        Type::Map(of) => {
            let element = simple(of, structs, types);
            types.add_map(element, false)
        }
        Type::List(of) => {
            let element = simple(of, structs, types);
            types.add_list(element, Elements::Atomic)
        }
        Type::Str | Type::Bytes => Types::TEXT,
        Type::Int32 | Type::Int64 | Type::Float => Types::NUMERIC,
        Type::Bool => Types::BOOLEAN,
        Type::Time | Type::MicroTime | Type::Quantity | Type::IntOrString => Types::UNTYPED,
        Type::Any => Types::DEDUCED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::managed::{format::to_fields, typed};
    use crate::object::kinds;

    fn fields(kind: Kind, text: &str) -> String {
        let value = Value::from_json(text.as_bytes()).expect("valid JSON");
        let ownership = ownership();
        to_fields(&typed::to_set(&ownership.types, ownership.root(kind, &kind.info().api_version()), &value)).to_json()
    }

    #[test]
    fn lists_are_owned_by_their_keys_and_atomic_structs_as_a_whole() {
        let pod = r#"{"metadata":{"finalizers":["a/b"],"labels":{"x":"1"}},"spec":{"containers":[{"name":"a","args":["1"],
            "ports":[{"containerPort":80}],"env":[{"name":"E","valueFrom":{"fieldRef":{"fieldPath":"x"}}}]}],
            "nodeSelector":{"a":"b"},"securityContext":{}}}"#;
        let want = r#"{"f:metadata":{"f:finalizers":{"v:\"a/b\"":{}},"f:labels":{"f:x":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:args":{},"f:env":{"k:{\"name\":\"E\"}":{".":{},"f:name":{},"f:valueFrom":{"f:fieldRef":{}}}},"f:name":{},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}},"f:nodeSelector":{},"f:securityContext":{}}}"#;
        assert_eq!(fields(kinds::POD, pod), want);
    }
}
