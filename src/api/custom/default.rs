//! Filling in what a schema has defaults for (apiextensions-apiserver `pkg/apiserver/schema/defaulting/algorithm.go`).

use super::schema::Schema;
use crate::object::{Str, Value};

/// Whether `schema` has a default anywhere.
pub fn has_defaults(schema: &Schema) -> bool {
    schema.any(&|it| it.default.is_some())
}

/// Puts the defaults of `schema` where a field is absent, or null where it may not be.
pub fn apply(value: &mut Value, schema: &Schema) {
    let is_open = |value: &Value, schema: &Schema| value.is_null() && !schema.nullable;
    match value {
        Value::Map(map) => {
            for (key, of) in &schema.properties {
                let Some(default) = &of.default else {
                    continue;
                };
                if map.get(key).is_none_or(|value| is_open(value, of)) {
                    map.insert(key.clone(), default);
                }
            }
            let keys: Vec<Str> = map.keys().cloned().collect();
            for key in keys {
                let Some(of) = schema.field(&key) else {
                    continue;
                };
                let is_additional = !schema.properties.contains_key(&key);
                if is_additional && is_open(&map[key.as_str()], of) {
                    map.insert(key.clone(), of.default.clone());
                }
                if map.get(&key).is_some_and(|value| concerns(value, of))
                    && let Some(value) = map.get_mut(&key)
                {
                    apply(value, of);
                }
            }
        }
        Value::List(_) => {
            let Some(of) = schema.items.as_deref() else {
                return;
            };
            if !value.items().iter().any(|item| is_open(item, of) || concerns(item, of)) {
                return;
            }
            for item in value.items_mut() {
                if is_open(item, of) {
                    *item = of.default.clone().unwrap_or_default();
                }
                apply(item, of);
            }
        }
        _ => {}
    }
}

/// Whether there is anything below `value` that a default could go to.
fn concerns(value: &Value, schema: &Schema) -> bool {
    match value {
        Value::Map(_) => !schema.properties.is_empty() || schema.additional_schema().is_some(),
        Value::List(items) => !items.is_empty() && schema.items.is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_go_where_nothing_is_and_below_what_they_made() {
        let read = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let schema = Schema::parse(&read(
            r#"{"properties":{"a":{"default":{},"properties":{"b":{"default":1}}},"c":{"default":"x"},
                "d":{"nullable":true,"default":"x"},"e":{"additionalProperties":{"default":"y"}},
                "f":{"items":{"properties":{"g":{"default":true}}}},"h":{"properties":{"i":{"default":1}}}}}"#,
        ));
        let mut value = read(r#"{"c":null,"d":null,"e":{"k":null,"l":"z"},"f":[{},{"g":false}]}"#);
        apply(&mut value, &schema);
        let want = r#"{"a":{"b":1},"c":"x","d":null,"e":{"k":"y","l":"z"},"f":[{"g":true},{"g":false}]}"#;
        assert_eq!(value, read(want));
    }
}
