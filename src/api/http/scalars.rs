//! Scalars that Go reads by rules of their own: quantities, times, base64; and its words for JSON that is none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::schema::Type;
use crate::clock::Time;
use crate::object::{Quantity, Value};

/// A quantity in its canonical form.
pub(super) fn quantity(text: &str) -> Result<Value, String> {
    match Quantity::parse(text.trim()) {
        Ok(quantity) => Ok(Value::from(quantity.to_string())),
        Err(_) => {
            Err("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
                .to_owned())
        }
    }
}

/// A time in UTC, in whole seconds or microseconds.
pub(super) fn time(text: &str, micro: bool) -> Result<Value, String> {
    let layout = if micro { "2006-01-02T15:04:05.000000Z07:00" } else { "2006-01-02T15:04:05Z07:00" };
    match Time::parse(text) {
        Some(time) if micro => Ok(Value::Str(time.rfc3339_micro())),
        Some(time) => Ok(Value::Str(time.rfc3339())),
        None => Err(format!("parsing time {text:?} as {layout:?}: cannot parse {text:?} as \"2006\"")),
    }
}

/// Base64 text, checked.
pub(super) fn base64(text: &str) -> Result<Value, String> {
    use base64::DecodeError::{InvalidByte, InvalidLastSymbol};
    match STANDARD.decode(text) {
        Ok(bytes) => Ok(Value::from(STANDARD.encode(bytes))),
        Err(InvalidByte(offset, _) | InvalidLastSymbol(offset, _)) => {
            Err(format!("illegal base64 data at input byte {offset}"))
        }
        Err(_) => Err(format!("illegal base64 data at input byte {}", text.len() / 4 * 4)),
    }
}

/// The error of a type that reads itself, when it finds `found` where a string must be.
pub(super) fn refuse(found: &str, ty: &Type) -> Option<String> {
    let of = match ty {
        Type::Time | Type::MicroTime => "string",
        Type::IntOrString => "int32",
        Type::Quantity => return quantity("").err(),
        _ => return None,
    };
    Some(format!("json: cannot unmarshal {found} into Go value of type {of}"))
}

/// Go's zero value: what a null in a list or map stands for.
pub(super) fn zero(ty: &Type) -> Value {
    match ty {
        Type::Struct(_) => Value::empty_map(),
        Type::Str => Value::from(""),
        Type::Int32 | Type::Int64 | Type::Float | Type::IntOrString => Value::Int(0),
        Type::Bool => Value::Bool(false),
        Type::Quantity => Value::from("0"),
        _ => Value::Null,
    }
}

/// What Go says of a text that is no JSON.
pub(super) fn go_syntax_error(text: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".to_owned();
    }
    let line = text.split(|byte| *byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let found = line.get(error.column().saturating_sub(1)).copied().map_or(' ', char::from);
    let wanted = error.to_string();
    let place = if wanted.contains("key must be a string") {
        "looking for beginning of object key string"
    } else if wanted.contains("expected `:`") {
        "after object key"
    } else if wanted.contains("`,` or `}`") {
        "after object key:value pair"
    } else if wanted.contains("`,` or `]`") {
        "after array element"
    } else if wanted.contains("trailing characters") {
        "after top-level value"
    } else {
        "looking for beginning of value"
    };
    format!("invalid character '{found}' {place}")
}
