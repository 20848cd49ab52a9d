//! JSON as messages, for clients that take nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::go_types::{GoStruct, go_types};
use super::super::schema::{Schema, Struct, Type, schema};
use super::wire::Writer;
use super::{self_reading, type_of, wrapped};
use crate::clock::Time;
use crate::object::{Map, Value};

const SCHEMA_PROPS: &str = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

/// Writes an object, a list or a `Status` in its envelope; `None` for what has no protobuf form, such as custom resources.
pub(in super::super) fn encode(value: &Value) -> Option<Vec<u8>> {
    let (api_version, kind) = (value["apiVersion"].str_or_empty(), value["kind"].str_or_empty());
    let mut out = Writer::default();
    match type_of(api_version, kind) {
        Some(Type::Struct(index)) => object(&mut out, value, schema().get(index), schema()),
        _ => list(&mut out, value, api_version, kind)?,
    }
    Some(wrapped(value, &out.into_bytes()))
}

/// Writes an event of a watch as a frame: its length in four bytes, and a `WatchEvent` without an envelope around the object
/// in one.
pub(in super::super) fn watch_frame(event: &Value) -> Option<Vec<u8>> {
    let object = encode(&event["object"])?;
    let mut out = Writer::default();
    out.text(1, event["type"].str_or_empty());
    out.message(2, |out| out.bytes(1, &object));
    let message = out.into_bytes();
    let length = u32::try_from(message.len()).ok()?;
    Some([length.to_be_bytes().as_slice(), &message].concat())
}

fn list(out: &mut Writer, value: &Value, api_version: &str, kind: &str) -> Option<()> {
    let Some(Type::Struct(index)) = type_of(api_version, kind.strip_suffix("List")?) else { return None };
    let meta = schema().named("io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta")?;
    out.message(1, |out| object(out, &value["metadata"], meta, schema()));
    for item in value["items"].items() {
        out.message(2, |out| object(out, item, schema().get(index), schema()));
    }
    Some(())
}

fn object(out: &mut Writer, value: &Value, of: &Struct, schema: &Schema) {
    if let Some(go) = go_types().get(&of.full_name) {
        fields(out, value, of, go, schema);
    }
}

fn fields(out: &mut Writer, value: &Value, of: &Struct, go: &GoStruct, schema: &Schema) {
    for field in &go.fields {
        let value = &value[field.name];
        let (false, Some(ty)) = (value.is_null(), of.fields.get(field.name).map(|it| &it.ty)) else { continue };
        match ty {
            Type::List(element) if !field.ty.contains("[]") => {
                out.message(field.number, |out| items(out, 1, value, element, "", schema));
            }
            Type::List(element) => items(out, field.number, value, element, field.ty, schema),
            Type::Map(of) => {
                for (key, value) in value.as_map().into_iter().flat_map(Map::iter) {
                    out.message(field.number, |out| {
                        out.bytes(1, key.as_bytes());
                        match of.as_ref() {
                            Type::List(element) => out.message(2, |out| items(out, 1, value, element, "", schema)),
                            of => single(out, 2, value, of, field.ty, schema),
                        }
                    });
                }
            }
            ty => single(out, field.number, value, ty, field.ty, schema),
        }
    }
    for (number, inner) in &go.embedded {
        if let Some(inner) = go_types().get(inner) {
            out.message(*number, |out| fields(out, value, of, inner, schema));
        }
    }
}

fn items(out: &mut Writer, number: u32, value: &Value, element: &Type, go: &str, schema: &Schema) {
    for item in value.items() {
        single(out, number, item, element, go, schema);
    }
}

fn single(out: &mut Writer, number: u32, value: &Value, ty: &Type, go: &str, schema: &Schema) {
    match ty {
        Type::Bool => out.uint(number, u64::from(value.is_true())),
        Type::Int32 | Type::Int64 => out.int(number, value.as_i64().unwrap_or_default()),
        Type::Float => match value {
            Value::Float(it) => out.double(number, *it),
            it => out.double(number, it.as_i64().unwrap_or_default() as f64),
        },
        Type::Str => out.bytes(number, value.str_or_empty().as_bytes()),
        Type::Bytes => out.bytes(number, &STANDARD.decode(value.str_or_empty()).unwrap_or_default()),
        Type::Time | Type::MicroTime => {
            let time = Time::parse(value.str_or_empty());
            out.message(number, |out| {
                if let Some(time) = time {
                    out.int(1, time.unix());
                    out.int(2, (time - time.truncated()).0);
                }
            });
        }
        Type::Quantity => out.message(number, |out| out.text(1, value.str_or_empty())),
        Type::IntOrString => out.message(number, |out| match value {
            Value::Str(text) => {
                out.uint(1, 1);
                out.uint(2, 0);
                out.bytes(3, text.as_bytes());
            }
            number => {
                out.uint(1, 0);
                out.int(2, number.as_i64().unwrap_or_default());
                out.bytes(3, b"");
            }
        }),
        Type::Struct(index) => out.message(number, |out| object(out, value, schema.get(*index), schema)),
        Type::Any => out.message(number, |out| any(out, value, go, schema)),
        Type::Map(_) | Type::List(_) => {}
    }
}

/// A value that Go writes as JSON by rules of its own.
fn any(out: &mut Writer, value: &Value, go: &str, schema: &Schema) {
    let go = self_reading(go);
    let props = |out: &mut Writer, number: u32, value: &Value| {
        if let Some(of) = schema.named(SCHEMA_PROPS) {
            out.message(number, |out| object(out, value, of, schema));
        }
    };
    match (go, value) {
        ("JSONSchemaPropsOrBool", Value::Bool(it)) => out.uint(1, u64::from(*it)),
        ("JSONSchemaPropsOrBool", it) => {
            out.uint(1, 1);
            props(out, 2, it);
        }
        ("JSONSchemaPropsOrArray", Value::List(items)) => items.iter().for_each(|it| props(out, 2, it)),
        ("JSONSchemaPropsOrStringArray", Value::List(items)) => {
            items.iter().for_each(|it| out.bytes(2, it.str_or_empty().as_bytes()));
        }
        ("JSONSchemaPropsOrArray" | "JSONSchemaPropsOrStringArray", it) => props(out, 1, it),
        (_, it) => out.bytes(1, it.to_json().as_bytes()),
    }
}
