//! Dropping the fields that a schema does not know (apiextensions-apiserver `pkg/apiserver/schema/pruning`), and the nulls
//! that it has no use for (`pkg/apiserver/schema/defaulting/prunenulls.go`).

use super::schema::Schema;
use crate::object::{Map, Str, Value};

/// The fields that every object has, whatever its schema says.
pub(super) fn is_meta_field(key: &str) -> bool {
    matches!(key, "apiVersion" | "kind" | "metadata")
}

/// Drops from an object what `schema` does not know, and returns the paths of what was dropped, sorted.
///
/// With `is_resource` the fields that every object has are kept at the root.
pub fn prune(value: &mut Value, schema: &Schema, is_resource: bool) -> Vec<String> {
    let mut pruner = Pruner { path: String::new(), unknown: Vec::new() };
    pruner.prune(value, Some(schema), is_resource);
    pruner.unknown.sort();
    pruner.unknown
}

struct Pruner {
    path: String,
    unknown: Vec<String>,
}

impl Pruner {
    fn prune(&mut self, value: &mut Value, schema: Option<&Schema>, is_resource: bool) {
        match schema {
            Some(schema) if schema.preserves_unknown_fields() => self.keep(value, schema, is_resource),
            schema => match value {
                Value::Map(map) => self.prune_map(map, schema, is_resource),
                Value::List(_) => self.prune_items(value, schema.and_then(|it| it.items.as_deref())),
                _ => {}
            },
        }
    }

    fn prune_map(&mut self, map: &mut Map, schema: Option<&Schema>, is_resource: bool) {
        let is_resource = is_resource || schema.is_some_and(|it| it.embedded_resource);
        let keys: Vec<Str> = map.keys().cloned().collect();
        for key in keys {
            if schema.is_some() && is_resource && is_meta_field(&key) {
                continue;
            }
            let known = schema.is_some_and(|it| it.properties.contains_key(&key) || it.additional.is_some());
            if known {
                let below = schema.and_then(|it| it.field(&key));
                self.below(&key, |this| this.change(map, &key, |this, value| this.prune(value, below, false)));
            } else {
                self.below(&key, |this| this.unknown.push(this.path.clone()));
                map.remove(&key);
            }
        }
    }

    fn prune_items(&mut self, list: &mut Value, schema: Option<&Schema>) {
        if !list.items().iter().any(is_compound) {
            return;
        }
        for (i, item) in list.items_mut().iter_mut().enumerate() {
            self.at_index(i, |this| this.prune(item, schema, false));
        }
    }

    /// Keeps every field of a value, and prunes below those that the schema knows.
    fn keep(&mut self, value: &mut Value, schema: &Schema, is_resource: bool) {
        match value {
            Value::Map(map) => {
                let is_resource = is_resource || schema.embedded_resource;
                let keys: Vec<Str> = map.keys().cloned().collect();
                for key in keys.iter().filter(|key| !(is_resource && is_meta_field(key))) {
                    if schema.properties.contains_key(key) || schema.additional.is_some() {
                        let below = schema.field(key);
                        self.below(key, |this| this.change(map, key, |this, value| this.prune(value, below, false)));
                    }
                }
            }
            Value::List(_) => {
                let Some(of) = schema.items.as_deref() else {
                    return;
                };
                for (i, item) in value.items_mut().iter_mut().enumerate() {
                    self.at_index(i, |this| this.keep(item, of, false));
                }
            }
            _ => {}
        }
    }

    /// Has `change` at the field `key`, and leaves the map shared when nothing below it can change.
    fn change(&mut self, map: &mut Map, key: &str, change: impl FnOnce(&mut Self, &mut Value)) {
        if map.get(key).is_some_and(is_compound)
            && let Some(value) = map.get_mut(key)
        {
            change(self, value);
        }
    }

    fn below(&mut self, key: &str, with: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        with(self);
        self.path.truncate(length);
    }

    fn at_index(&mut self, i: usize, with: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(&format!("[{i}]"));
        with(self);
        self.path.truncate(length);
    }
}

fn is_compound(value: &Value) -> bool {
    matches!(value, Value::Map(_) | Value::List(_))
}

/// Drops the nulls in maps that are neither allowed nor replaced by a default.
pub fn prune_nulls(value: &mut Value, schema: Option<&Schema>) {
    match value {
        Value::Map(map) => {
            let keys: Vec<Str> = map.keys().cloned().collect();
            for key in keys {
                let below = schema.and_then(|it| it.field(&key));
                if map[key.as_str()].is_null() && below.is_some_and(|it| !it.nullable && it.default.is_none()) {
                    map.remove(&key);
                } else if map.get(&key).is_some_and(is_compound)
                    && let Some(value) = map.get_mut(&key)
                {
                    prune_nulls(value, below);
                }
            }
        }
        Value::List(_) if value.items().iter().any(is_compound) => {
            let of = schema.and_then(|it| it.items.as_deref());
            for item in value.items_mut() {
                prune_nulls(item, of);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn what_the_schema_does_not_know_is_dropped_and_told() {
        let spec = r#"{"type":"object","properties":{"size":{"type":"integer"},"free":{"type":"object",
            "x-kubernetes-preserve-unknown-fields":true,"properties":{"strict":{"type":"object","properties":{"a":{"type":"string"}}}}},
            "list":{"type":"array","items":{"type":"object","properties":{"a":{"type":"string"}}}},
            "labels":{"type":"object","additionalProperties":{"type":"string"}},
            "pod":{"type":"object","x-kubernetes-embedded-resource":true,"properties":{"spec":{"type":"object"}}}}}"#;
        let schema = Schema::parse(&read(&format!(r#"{{"type":"object","properties":{{"spec":{spec}}}}}"#)));
        let mut value = read(
            r#"{"apiVersion":"a/v1","kind":"K","metadata":{"name":"x"},"extra":1,"spec":{"size":1,"other":2,
                "free":{"x":{"y":1},"strict":{"a":"1","b":2}},"list":[{"a":"1","b":2}],"labels":{"k":"v"},
                "pod":{"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{"z":1},"q":1}}}"#,
        );
        let unknown = prune(&mut value, &schema, true);
        let want = ["extra", "spec.free.strict.b", "spec.list[0].b", "spec.other", "spec.pod.q", "spec.pod.spec.z"];
        assert_eq!(unknown, want);
        let kept = read(
            r#"{"apiVersion":"a/v1","kind":"K","metadata":{"name":"x"},"spec":{"size":1,"free":{"x":{"y":1},"strict":{"a":"1"}},
                "list":[{"a":"1"}],"labels":{"k":"v"},"pod":{"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{}}}}"#,
        );
        assert_eq!(value, kept);
    }

    #[test]
    fn a_null_goes_unless_it_is_allowed_or_stands_for_a_default() {
        let schema = Schema::parse(&read(
            r#"{"properties":{"plain":{"type":"string"},"nullable":{"type":"string","nullable":true},
                "defaulted":{"type":"string","default":"a"}}}"#,
        ));
        let mut value = read(r#"{"plain":null,"nullable":null,"defaulted":null,"unknown":null}"#);
        prune_nulls(&mut value, Some(&schema));
        assert_eq!(value, read(r#"{"nullable":null,"defaulted":null,"unknown":null}"#));
    }
}
