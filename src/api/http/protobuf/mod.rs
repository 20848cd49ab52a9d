//! `application/vnd.kubernetes.protobuf`: bodies as client-go's typed clients send them, read as the JSON that they would have
//! sent, and answers in it for clients that take nothing else (apimachinery `pkg/runtime/serializer/protobuf`).
//!
//! Any built-in type is transcoded by its schema and the table of Go types; there is no code for single kinds. Fields with
//! numbers that no table knows are dropped, as an older server does.

mod decode;
mod encode;
#[cfg(test)]
mod tests;
pub(super) mod wire;

use self::wire::{Reader, Wire, WireError};
use super::openapi::{META, definition_name};
use super::schema::{Type, schema};
use crate::object::{Kind, Str, Value};

pub(super) use decode::decode;
pub(super) use encode::{encode, watch_frame};

/// The media type of bodies and answers.
pub(super) const MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf";

/// The media type of the frames of a watch.
pub(super) const STREAM_MEDIA_TYPE: &str = "application/vnd.kubernetes.protobuf;stream=watch";

/// What every body begins with.
const MAGIC: [u8; 4] = *b"k8s\0";

/// A `runtime.Unknown`: which kind it is, and its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Envelope<'a> {
    pub api_version: Str,
    pub kind: Str,
    pub raw: &'a [u8],
}

/// Opens the envelope around a body, or says in the server's words why there is none.
pub(super) fn open(body: &[u8]) -> Result<Envelope<'_>, String> {
    if body.is_empty() {
        return Err("empty data".to_owned());
    }
    let Some(message) = body.strip_prefix(&MAGIC) else {
        return Err(format!(
            "provided data does not appear to be a protobuf message, expected prefix [{}]",
            MAGIC.map(|byte| byte.to_string()).join(" ")
        ));
    };
    if message.is_empty() {
        return Err("empty body".to_owned());
    }
    unknown(message).map_err(|why| why.to_string())
}

fn unknown(message: &[u8]) -> Result<Envelope<'_>, WireError> {
    let mut envelope = Envelope { api_version: Str::new(), kind: Str::new(), raw: &[] };
    let mut reader = Reader::new(message);
    while let Some(field) = reader.field()? {
        match field {
            (1, Wire::Bytes(type_meta)) => {
                let mut reader = Reader::new(type_meta);
                while let Some(field) = reader.field()? {
                    match field {
                        (1, Wire::Bytes(text)) => envelope.api_version = Str::from(String::from_utf8_lossy(text)),
                        (2, Wire::Bytes(text)) => envelope.kind = Str::from(String::from_utf8_lossy(text)),
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(raw)) => envelope.raw = raw,
            _ => {}
        }
    }
    Ok(envelope)
}

/// The type of a kind, which may be no resource of its own, such as `DeleteOptions`.
pub(super) fn type_of(api_version: &str, kind: &str) -> Option<Type> {
    if let Some(kind) = Kind::by_api_version(api_version, kind) {
        return Some(schema().root_of(kind, api_version).clone());
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let of_group = schema().by_name(&definition_name(group, version, kind));
    of_group.or_else(|| schema().by_name(&format!("{META}{kind}")))
}

/// The innermost type of a field that Go reads from JSON by rules of its own.
fn self_reading(go: &str) -> &str {
    match go.rsplit([']', '*', '.']).next().unwrap_or_default() {
        // A named map.
        "JSONSchemaDependencies" => "JSONSchemaPropsOrStringArray",
        name => name,
    }
}

/// Wraps an object that is encoded already.
fn wrapped(value: &Value, raw: &[u8]) -> Vec<u8> {
    let mut out = wire::Writer::default();
    out.message(1, |out| {
        out.text(1, value["apiVersion"].str_or_empty());
        out.text(2, value["kind"].str_or_empty());
    });
    out.bytes(2, raw);
    out.text(3, "");
    [MAGIC.as_slice(), &out.into_bytes()].concat()
}
