//! The one document of version 2: what version 3 says, in the older form.

use std::collections::BTreeMap;

use super::definitions::{PREFIX, definitions};
use crate::map;
use crate::object::{Map, Str, Value};

/// The document with these paths in the form of version 3.
pub(super) fn document(version: &str, paths: &Map, custom: &BTreeMap<String, Value>) -> Map {
    let paths: Map = paths.iter().map(|(path, item)| (path.clone(), path_item(item))).collect();
    let all = definitions().iter().chain(custom);
    let all: Map = all.map(|(name, of)| (Str::from(name.as_str()), definition(name, of))).collect();
    map! {
        "swagger" => "2.0",
        "info" => map! { "title" => "Kubernetes", "version" => version },
        "paths" => paths,
        "definitions" => all,
    }
}

/// A definition; the types that are strings or numbers are called strings.
fn definition(name: &str, of: &Value) -> Value {
    if of["x-kubernetes-preserve-unknown-fields"].is_true() {
        // Clients of this version take properties for all that there may be.
        let gvk = "x-kubernetes-group-version-kind";
        return Value::Map(map! { "type" => "object", "x-kubernetes-group-version-kind" => &of[gvk] });
    }
    let mut out = schema(of);
    match name.rsplit('.').next().unwrap_or_default() {
        "Quantity" | "IntOrString" => out.set("type", "string"),
        _ => {}
    }
    out
}

/// A schema without defaults, with references beside their descriptions rather than below `allOf`.
fn schema(of: &Value) -> Value {
    let Some(map) = of.as_map() else { return of.clone() };
    let mut out = Map::new();
    for (key, value) in map.iter() {
        match key.as_str() {
            "default" | "nullable" | "anyOf" | "oneOf" | "not" => {}
            "allOf" => {
                if let Some(target) = value[0]["$ref"].as_str() {
                    out.insert("$ref", reference(target));
                }
            }
            "$ref" => {
                out.insert("$ref", reference(value.str_or_empty()));
            }
            "items" | "additionalProperties" => {
                out.insert(key.clone(), schema(value));
            }
            "properties" => {
                let fields = value.as_map().into_iter().flat_map(Map::iter);
                out.insert(key.clone(), fields.map(|(name, of)| (name.clone(), schema(of))).collect::<Map>());
            }
            _ => {
                out.insert(key.clone(), value);
            }
        }
    }
    Value::Map(out)
}

fn reference(target: &str) -> String {
    format!("#/definitions/{}", target.strip_prefix(PREFIX).unwrap_or(target))
}

fn path_item(item: &Value) -> Value {
    let entries = item.as_map().into_iter().flat_map(Map::iter);
    let entries = entries.map(|(key, value)| match key.as_str() {
        "parameters" => (key.clone(), parameters(value)),
        _ => (key.clone(), operation(value)),
    });
    Value::Map(entries.collect())
}

fn parameters(of: &Value) -> Value {
    Value::list(of.items().iter().map(|parameter| {
        let mut out = parameter.clone();
        let schema = out.remove("schema").unwrap_or_default();
        for (key, value) in schema.as_map().into_iter().flat_map(Map::iter) {
            out.set(key.clone(), value);
        }
        out
    }))
}

fn operation(of: &Value) -> Value {
    let mut out = of.clone();
    let mut takes = parameters(&of["parameters"]);
    if let Some(body) = out.remove("requestBody") {
        let media = body["content"].as_map().into_iter().flat_map(Map::iter);
        let consumes: Vec<Str> = media.map(|(name, _)| name.clone()).collect();
        let of = body["content"].as_map().and_then(|it| it.iter().next()).map(|(_, it)| schema(&it["schema"]));
        takes.items_mut().push(Value::Map(map! {
            "in" => "body", "name" => "body", "required" => &body["required"], "schema" => of,
        }));
        out.set("consumes", Value::list(consumes));
    }
    if !takes.items().is_empty() {
        out.set("parameters", takes);
    }
    let mut produces = Vec::new();
    let responses = of["responses"].as_map().into_iter().flat_map(Map::iter).map(|(code, response)| {
        let content: Vec<(&Str, &Value)> = response["content"].as_map().into_iter().flat_map(Map::iter).collect();
        if produces.is_empty() {
            produces = content.iter().map(|it| it.0.clone()).collect();
        }
        let of = content.first().map(|(_, it)| schema(&it["schema"]));
        (code.clone(), Value::Map(map! { "description" => &response["description"], "schema" => of }))
    });
    let responses: Map = responses.collect();
    out.set("responses", responses);
    out.set("produces", Value::list(produces));
    out.set("schemes", Value::list(["https"]));
    out
}
