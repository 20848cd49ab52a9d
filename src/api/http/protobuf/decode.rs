//! Messages as the JSON that a typed Go client would have sent: what `omitempty` leaves out is left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::go_types::{GoStruct, go_types};
use super::super::scalars;
use super::super::schema::{Schema, Struct, Type, schema};
use super::self_reading;
use super::wire::{Reader, Wire, WireError};
use crate::clock::{Span, Time};
use crate::object::{Map, Str, Value};

/// How deep messages may be nested; only schemas of custom resources are nested without a bound of their own.
const DEEPEST: usize = 128;

/// Reads a message of type `ty`, or says in Go's words what is wrong with it.
pub(in super::super) fn decode(raw: &[u8], ty: &Type) -> Result<Value, String> {
    match ty {
        Type::Struct(index) => Decoder { schema: schema(), depth: 0 }.object(raw, schema().get(*index)),
        _ => Err("object does not implement the protobuf marshalling interface".to_owned()),
    }
}

struct Decoder<'s> {
    schema: &'s Schema,
    depth: usize,
}

/// A field's value while its message is read.
type Entries = Vec<(Str, Value)>;

impl<'s> Decoder<'s> {
    fn object(&mut self, raw: &[u8], of: &'s Struct) -> Result<Value, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err("exceeded max depth".to_owned());
        }
        let mut entries = Entries::new();
        if let Some(go) = go_types().get(&of.full_name) {
            self.fields(raw, of, go, &mut entries)?;
        }
        self.depth -= 1;
        entries.retain(|(name, value)| {
            let omits_zero = of.fields.get(name.as_str()).is_some_and(|it| it.omits_zero);
            !(value.is_null() || omits_zero && value.is_empty())
        });
        Ok(Value::Map(Map::from_entries(entries)))
    }

    /// Reads the fields of a message that is `go` in Go, and of those embedded in it, into the entries of one object.
    fn fields(&mut self, raw: &[u8], of: &'s Struct, go: &GoStruct, entries: &mut Entries) -> Result<(), String> {
        let mut reader = Reader::new(raw);
        while let Some((number, wire)) = reader.field().map_err(text)? {
            if let Some((_, inner)) = go.embedded.iter().find(|it| it.0 == number) {
                if let (Wire::Bytes(raw), Some(inner)) = (wire, go_types().get(inner)) {
                    self.fields(raw, of, inner, entries)?;
                }
                continue;
            }
            let Some(field) = go.fields.iter().find(|it| it.number == number) else { continue };
            let Some(ty) = of.fields.get(field.name).map(|it| &it.ty) else { continue };
            let wrong = || wrong_type(wire, field.name);
            match ty {
                // A list with a name of its own is a message with its items.
                Type::List(element) if !field.ty.contains("[]") => {
                    let Wire::Bytes(raw) = wire else { return Err(wrong()) };
                    let items = self.wrapped_items(raw, element, field.name)?;
                    set(entries, field.name, items);
                }
                Type::List(element) => {
                    let list = entry(entries, field.name);
                    self.item(wire, element, field.ty, field.name, list.items_mut())?;
                }
                Type::Map(of) => {
                    let Wire::Bytes(raw) = wire else { return Err(wrong()) };
                    let (key, value) = self.pair(raw, of, field.ty, field.name)?;
                    let map = entry(entries, field.name);
                    map.set(key, value);
                }
                ty => {
                    let value = self.value(wire, ty, field.ty, field.name)?;
                    set(entries, field.name, value);
                }
            }
        }
        Ok(())
    }

    /// One element of a repeated field, or several numbers in one piece.
    fn item(
        &mut self,
        wire: Wire<'_>,
        element: &'s Type,
        go: &str,
        name: &str,
        items: &mut Vec<Value>,
    ) -> Result<(), String> {
        if let (Wire::Bytes(packed), Type::Int32 | Type::Int64 | Type::Bool) = (wire, element) {
            let mut reader = Reader::new(packed);
            while !reader.is_at_end() {
                let number = reader.varint().map_err(text)?;
                items.push(self.value(Wire::Varint(number), element, go, name)?);
            }
            return Ok(());
        }
        let item = self.value(wire, element, go, name)?;
        items.push(if item.is_null() { scalars::zero(element) } else { item });
        Ok(())
    }

    fn wrapped_items(&mut self, raw: &[u8], element: &'s Type, name: &str) -> Result<Value, String> {
        let mut items = Vec::new();
        let mut reader = Reader::new(raw);
        while let Some((number, wire)) = reader.field().map_err(text)? {
            if number == 1 {
                self.item(wire, element, "", name, &mut items)?;
            }
        }
        Ok(Value::list(items))
    }

    /// An entry of a map: a message with a key and a value.
    fn pair(&mut self, raw: &[u8], of: &'s Type, go: &str, name: &str) -> Result<(Str, Value), String> {
        let mut key = Str::new();
        let mut value = scalars::zero(of);
        let mut reader = Reader::new(raw);
        while let Some((number, wire)) = reader.field().map_err(text)? {
            match (number, wire, of) {
                (1, Wire::Bytes(raw), _) => key = Str::from(String::from_utf8_lossy(raw)),
                (2, Wire::Bytes(raw), Type::List(element)) => value = self.wrapped_items(raw, element, name)?,
                (2, wire, of) => value = self.value(wire, of, go, name)?,
                _ => {}
            }
        }
        Ok((key, if value.is_null() { scalars::zero(of) } else { value }))
    }

    /// A single value. `go` is the type of its field in Go.
    fn value(&mut self, wire: Wire<'_>, ty: &'s Type, go: &str, name: &str) -> Result<Value, String> {
        match (ty, wire) {
            (Type::Bool, Wire::Varint(it)) => Ok(Value::Bool(it != 0)),
            #[expect(clippy::cast_possible_truncation, reason = "Go keeps the low bits as well")]
            (Type::Int32, Wire::Varint(it)) => Ok(Value::Int(i64::from(it as u32 as i32))),
            (Type::Int64, Wire::Varint(it)) => Ok(Value::Int(i64::from_ne_bytes(it.to_ne_bytes()))),
            (Type::Float, Wire::Fixed64(it)) => Ok(Value::Float(f64::from_bits(it))),
            (Type::Str, Wire::Bytes(it)) => Ok(Value::Str(Str::from(String::from_utf8_lossy(it)))),
            (Type::Bytes, Wire::Bytes(it)) => Ok(Value::from(STANDARD.encode(it))),
            (Type::Time | Type::MicroTime, Wire::Bytes(it)) => time(it, *ty == Type::MicroTime).map_err(text),
            (Type::Quantity, Wire::Bytes(it)) => {
                let quantity = inner_text(it, 1).map_err(text)?;
                if quantity.is_empty() { Ok(Value::from("0")) } else { scalars::quantity(&quantity) }
            }
            (Type::IntOrString, Wire::Bytes(it)) => int_or_string(it).map_err(text),
            (Type::Struct(index), Wire::Bytes(it)) => self.object(it, self.schema.get(*index)),
            (Type::Any, Wire::Bytes(it)) => self.any(it, go),
            _ => Err(wrong_type(wire, name)),
        }
    }

    /// A value that Go reads from JSON by rules of its own.
    fn any(&mut self, raw: &[u8], go: &str) -> Result<Value, String> {
        let go = self_reading(go);
        let schema = |decoder: &mut Self, raw: &[u8]| {
            let of = decoder.schema.named("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps");
            of.map_or(Ok(Value::Null), |of| decoder.object(raw, of))
        };
        let mut value = if go == "JSONSchemaPropsOrBool" { Value::Bool(false) } else { Value::Null };
        let mut reader = Reader::new(raw);
        while let Some(field) = reader.field().map_err(text)? {
            match (go, field) {
                ("JSONSchemaPropsOrBool", (1, Wire::Varint(it))) if !matches!(value, Value::Map(_)) => {
                    value = Value::Bool(it != 0);
                }
                ("JSONSchemaPropsOrBool", (2, Wire::Bytes(raw)))
                | ("JSONSchemaPropsOrArray" | "JSONSchemaPropsOrStringArray", (1, Wire::Bytes(raw))) => {
                    value = schema(self, raw)?;
                }
                ("JSONSchemaPropsOrArray", (2, Wire::Bytes(raw))) => {
                    let item = schema(self, raw)?;
                    value.items_mut().push(item);
                }
                ("JSONSchemaPropsOrStringArray", (2, Wire::Bytes(raw))) => {
                    value.items_mut().push(Value::from(String::from_utf8_lossy(raw).into_owned()));
                }
                ("FieldsV1" | "RawExtension" | "JSON", (1, Wire::Bytes(raw))) => {
                    value = Value::from_json(raw).map_err(|error| scalars::go_syntax_error(raw, &error))?;
                }
                _ => {}
            }
        }
        Ok(value)
    }
}

fn text(error: WireError) -> String {
    error.to_string()
}

/// `proto: wrong wireType = 0 for field Name`.
fn wrong_type(wire: Wire<'_>, name: &str) -> String {
    let number = match wire {
        Wire::Varint(_) => 0,
        Wire::Fixed64(_) => 1,
        Wire::Bytes(_) => 2,
        Wire::Fixed32(_) => 5,
    };
    let (first, rest) = name.split_at_checked(1).unwrap_or_default();
    format!("proto: wrong wireType = {number} for field {}{rest}", first.to_uppercase())
}

fn set(entries: &mut Entries, name: &'static str, value: Value) {
    *entry(entries, name) = value;
}

fn entry<'a>(entries: &'a mut Entries, name: &'static str) -> &'a mut Value {
    let at = entries.iter().position(|it| it.0 == name).unwrap_or_else(|| {
        entries.push((Str::from(name), Value::Null));
        entries.len() - 1
    });
    &mut entries[at].1
}

/// The text of a message that has little else.
fn inner_text(raw: &[u8], wanted: u32) -> Result<String, WireError> {
    let mut found = String::new();
    let mut reader = Reader::new(raw);
    while let Some((number, wire)) = reader.field()? {
        if let (true, Wire::Bytes(text)) = (number == wanted, wire) {
            found = String::from_utf8_lossy(text).into_owned();
        }
    }
    Ok(found)
}

/// A point in time; an empty message is Go's zero time, which is null in JSON.
fn time(raw: &[u8], micro: bool) -> Result<Value, WireError> {
    if raw.is_empty() {
        return Ok(Value::Null);
    }
    let (mut seconds, mut nanos) = (0i64, 0i64);
    let mut reader = Reader::new(raw);
    while let Some(field) = reader.field()? {
        match field {
            (1, Wire::Varint(it)) => seconds = i64::from_ne_bytes(it.to_ne_bytes()),
            (2, Wire::Varint(it)) => nanos = i64::from_ne_bytes(it.to_ne_bytes()),
            _ => {}
        }
    }
    // A time counts nanoseconds in 64 bits; what is further away is the furthest that can be told.
    const FURTHEST: i64 = i64::MAX / 1_000_000_000 - 1;
    let seconds = seconds.clamp(-FURTHEST, FURTHEST);
    let nanos = nanos.clamp(0, 999_999_999);
    let at = Time::from_unix(seconds) + Span(nanos);
    Ok(Value::Str(if micro { at.rfc3339_micro() } else { at.rfc3339() }))
}

fn int_or_string(raw: &[u8]) -> Result<Value, WireError> {
    let (mut is_text, mut number, mut text) = (false, 0i64, String::new());
    let mut reader = Reader::new(raw);
    while let Some(field) = reader.field()? {
        match field {
            (1, Wire::Varint(it)) => is_text = it == 1,
            #[expect(clippy::cast_possible_truncation, reason = "Go keeps the low bits as well")]
            (2, Wire::Varint(it)) => number = i64::from(it as u32 as i32),
            (3, Wire::Bytes(it)) => text = String::from_utf8_lossy(it).into_owned(),
            _ => {}
        }
    }
    Ok(if is_text { Value::from(text) } else { Value::Int(number) })
}
