//! The parts of a definition that a client may write in two shapes, `items` and `additionalProperties`: what is in them is
//! no field that Go's decoder looks at strictly, so that unknown ones go without a word.

use crate::object::{Object, Str, Value};

const FIELDS: [&str; 43] = [
    "$ref",
    "$schema",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "definitions",
    "dependencies",
    "description",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "id",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "patternProperties",
    "properties",
    "required",
    "title",
    "type",
    "uniqueItems",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-preserve-unknown-fields",
];

/// Drops from the schemas of a definition what is no field of a schema, and the fields that Go would not write again.
pub fn tidy(definition: &mut Object) {
    for version in definition.spec_mut().field_mut("versions").items_mut() {
        if version["schema"]["openAPIV3Schema"].as_map().is_some() {
            tidy_schema(version.at_mut(&["schema", "openAPIV3Schema"]));
        }
    }
}

fn tidy_schema(schema: &mut Value) {
    let Value::Map(map) = schema else {
        return;
    };
    let keys: Vec<Str> = map.keys().cloned().collect();
    for key in keys {
        let is_known = FIELDS.contains(&key.as_str()) || key == "x-kubernetes-validations";
        let is_kept = match key.as_str() {
            // Numbers are behind pointers, and these may be empty and mean it.
            "default" | "example" => !map[key.as_str()].is_null(),
            "items" | "not" | "externalDocs" => map[key.as_str()].as_map().is_some() || !map[key.as_str()].is_empty(),
            "additionalProperties" | "additionalItems" | "x-kubernetes-preserve-unknown-fields" => {
                !map[key.as_str()].is_null()
            }
            _ => matches!(map[key.as_str()], Value::Int(_) | Value::Float(_)) || !map[key.as_str()].is_empty(),
        };
        if !is_known || !is_kept {
            map.remove(&key);
            continue;
        }
        let Some(value) = map.get_mut(&key) else {
            continue;
        };
        match key.as_str() {
            "items" | "not" | "additionalProperties" => tidy_schema(value),
            "allOf" | "anyOf" | "oneOf" => value.items_mut().iter_mut().for_each(tidy_schema),
            "properties" => {
                let names: Vec<Str> = value.as_map().into_iter().flat_map(|it| it.keys().cloned()).collect();
                for name in names {
                    tidy_schema(value.field_mut(&name));
                }
            }
            _ => {}
        }
    }
}
