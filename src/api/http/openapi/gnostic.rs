//! The document of version 2 as the protobuf message that client-go asks for first (`openapi.v2.Document` of gnostic-models).
//!
//! Values of any type, such as extensions, are YAML text in it; JSON is that as well.

use super::super::protobuf::wire::Writer;
use crate::object::{Map, Str, Value};

/// The media type of the message.
pub(super) const MEDIA_TYPE: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// Writes the document.
pub(super) fn encode(document: &Map) -> Vec<u8> {
    let mut out = Writer::default();
    out.text(1, document["swagger"].str_or_empty());
    out.message(2, |info| {
        info.text(1, document["info"]["title"].str_or_empty());
        info.text(2, document["info"]["version"].str_or_empty());
    });
    out.message(8, |paths| {
        for (path, item) in entries(&document["paths"]) {
            named(paths, 2, path, |out| path_item(out, item));
        }
    });
    out.message(9, |definitions| {
        for (name, of) in entries(&document["definitions"]) {
            named(definitions, 1, name, |out| schema(out, of));
        }
    });
    out.into_bytes()
}

fn entries(value: &Value) -> impl Iterator<Item = (&Str, &Value)> {
    value.as_map().into_iter().flat_map(Map::iter)
}

/// `NamedSchema`, `NamedAny` and the like: a name and a value.
fn named(out: &mut Writer, number: u32, name: &str, value: impl FnOnce(&mut Writer)) {
    out.message(number, |out| {
        out.text(1, name);
        out.message(2, value);
    });
}

/// `Any`: text in YAML.
fn any(out: &mut Writer, number: u32, value: &Value) {
    if !value.is_null() {
        out.message(number, |out| out.text(2, &value.to_json()));
    }
}

fn texts(out: &mut Writer, number: u32, values: &Value) {
    for value in values.items() {
        out.bytes(number, value.str_or_empty().as_bytes());
    }
}

fn flag(out: &mut Writer, number: u32, value: &Value) {
    if value.is_true() {
        out.uint(number, 1);
    }
}

fn extensions(out: &mut Writer, number: u32, of: &Value) {
    for (name, value) in entries(of).filter(|(name, _)| name.starts_with("x-")) {
        named(out, number, name, |out| out.text(2, &value.to_json()));
    }
}

fn path_item(out: &mut Writer, item: &Value) {
    for (number, method) in [(2, "get"), (3, "put"), (4, "post"), (5, "delete"), (8, "patch")] {
        if !item[method].is_null() {
            out.message(number, |out| operation(out, &item[method]));
        }
    }
    for parameter in item["parameters"].items() {
        out.message(9, |out| out.message(1, |out| self::parameter(out, parameter)));
    }
}

fn operation(out: &mut Writer, of: &Value) {
    texts(out, 1, &of["tags"]);
    out.text(3, of["description"].str_or_empty());
    out.text(5, of["operationId"].str_or_empty());
    texts(out, 6, &of["produces"]);
    texts(out, 7, &of["consumes"]);
    for parameter in of["parameters"].items() {
        out.message(8, |out| out.message(1, |out| self::parameter(out, parameter)));
    }
    out.message(9, |out| {
        for (code, response) in entries(&of["responses"]) {
            named(out, 1, code, |out| {
                out.message(1, |out| {
                    out.text(1, response["description"].str_or_empty());
                    if !response["schema"].is_null() {
                        out.message(2, |out| out.message(1, |out| schema(out, &response["schema"])));
                    }
                });
            });
        }
    });
    texts(out, 10, &of["schemes"]);
    extensions(out, 13, of);
}

/// `Parameter`: a body, or something in the query or the path.
fn parameter(out: &mut Writer, of: &Value) {
    let place = of["in"].str_or_empty();
    let common = |out: &mut Writer| {
        flag(out, 1, &of["required"]);
        out.text(2, place);
        out.text(3, of["description"].str_or_empty());
        out.text(4, of["name"].str_or_empty());
    };
    match place {
        "body" => out.message(1, |out| {
            out.text(1, of["description"].str_or_empty());
            out.text(2, of["name"].str_or_empty());
            out.text(3, place);
            flag(out, 4, &of["required"]);
            out.message(5, |out| schema(out, &of["schema"]));
        }),
        "path" => out.message(2, |out| {
            out.message(4, |out| {
                common(out);
                out.text(5, of["type"].str_or_empty());
                flag(out, 19, &of["uniqueItems"]);
            });
        }),
        _ => out.message(2, |out| {
            out.message(3, |out| {
                common(out);
                out.text(6, of["type"].str_or_empty());
                flag(out, 20, &of["uniqueItems"]);
            });
        }),
    }
}

fn schema(out: &mut Writer, of: &Value) {
    out.text(1, of["$ref"].str_or_empty());
    out.text(2, of["format"].str_or_empty());
    out.text(3, of["title"].str_or_empty());
    out.text(4, of["description"].str_or_empty());
    any(out, 5, &of["default"]);
    for (number, key) in [(6, "multipleOf"), (7, "maximum"), (9, "minimum")] {
        match &of[key] {
            Value::Float(it) => out.double(number, *it),
            Value::Int(it) => out.double(number, *it as f64),
            _ => {}
        }
    }
    flag(out, 8, &of["exclusiveMaximum"]);
    flag(out, 10, &of["exclusiveMinimum"]);
    out.text(13, of["pattern"].str_or_empty());
    let counts = [
        (11, "maxLength"),
        (12, "minLength"),
        (14, "maxItems"),
        (15, "minItems"),
        (17, "maxProperties"),
        (18, "minProperties"),
    ];
    for (number, key) in counts {
        if let Some(it) = of[key].as_i64() {
            out.int(number, it);
        }
    }
    flag(out, 16, &of["uniqueItems"]);
    texts(out, 19, &of["required"]);
    for value in of["enum"].items() {
        any(out, 20, value);
    }
    match &of["additionalProperties"] {
        Value::Null => {}
        Value::Bool(it) => out.message(21, |out| out.uint(2, u64::from(*it))),
        it => out.message(21, |out| out.message(1, |out| schema(out, it))),
    }
    if let Some(ty) = of["type"].as_str() {
        out.message(22, |out| out.text(1, ty));
    }
    if !of["items"].is_null() {
        out.message(23, |out| out.message(1, |out| schema(out, &of["items"])));
    }
    for it in of["allOf"].items() {
        out.message(24, |out| schema(out, it));
    }
    if !of["properties"].is_null() {
        out.message(25, |out| {
            for (name, of) in entries(&of["properties"]) {
                named(out, 1, name, |out| schema(out, of));
            }
        });
    }
    extensions(out, 31, of);
}
