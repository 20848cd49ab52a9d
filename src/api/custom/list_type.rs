//! Lists whose items differ: `x-kubernetes-list-type` set and map (apiextensions-apiserver `pkg/apiserver/schema/listtype`).

use super::schema::Schema;
use crate::api::field::{At, ErrorList};
use crate::object::{Map, Value};

/// Finds the items that a list has twice where its type forbids it.
pub fn check(schema: &Schema, value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    match value {
        Value::Map(map) => {
            if let Some(of) = schema.additional_schema() {
                for (key, value) in map.iter() {
                    check(of, value, &at.key(key), errors);
                }
            }
            for (key, value) in map.iter() {
                if let Some(of) = schema.properties.get(key) {
                    check(of, value, &at.child(key), errors);
                }
            }
        }
        Value::List(items) => {
            match schema.list_type.as_deref() {
                Some("set") => {
                    for i in repeated(items) {
                        errors.duplicate(&at.index(i), &items[i]);
                    }
                }
                Some("map") => check_map(schema, items, at, errors),
                _ => {}
            }
            if let Some(of) = &schema.items {
                for (i, item) in items.iter().enumerate() {
                    check(of, item, &at.index(i), errors);
                }
            }
        }
        _ => {}
    }
}

/// The places where a value comes for the second time; later ones are not told.
fn repeated(items: &[Value]) -> Vec<usize> {
    let times = |i: usize| items[..i].iter().filter(|it| **it == items[i]).count();
    (0..items.len()).filter(|i| times(*i) == 1).collect()
}

fn check_map(schema: &Schema, items: &[Value], at: &At<'_>, errors: &mut ErrorList) {
    let is_no_object = |item: &&Value| !matches!(item, Value::Map(_) | Value::Null);
    if let Some(i) = items.iter().position(|item| is_no_object(&item)) {
        errors.invalid(&at.index(i), &items[i], "must be an object for an array of list-type map");
        return;
    }
    let key_of = |item: &Value| -> Value {
        let present = schema.list_map_keys.iter().filter_map(|key| {
            let value = item.as_map().and_then(|map| map.get(key))?;
            Some((key.clone(), value.clone()))
        });
        Value::Map(present.collect::<Map>())
    };
    let keys: Vec<Value> = items.iter().map(key_of).collect();
    for i in repeated(&keys) {
        errors.duplicate(&at.index(i), &keys[i]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_item_of_the_same_value_or_key_is_a_duplicate() {
        let read = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let schema = Schema::parse(&read(
            r#"{"properties":{"tags":{"x-kubernetes-list-type":"set","items":{}},
                "ports":{"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],"items":{}},
                "names":{"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],"items":{}}}}"#,
        ));
        let table = [
            (r#"{"tags":["a","b"]}"#, ""),
            (r#"{"tags":["a","b","a","a"]}"#, r#"tags[2]: Duplicate value: "a""#),
            (r#"{"names":[{"name":"a"},{"name":"a","x":1}]}"#, r#"names[1]: Duplicate value: {"name":"a"}"#),
            (
                r#"{"ports":[{"port":1},{"port":1,"protocol":"TCP"},{"port":1}]}"#,
                r#"ports[2]: Duplicate value: {"port":1}"#,
            ),
            (r#"{"names":["a"]}"#, r#"names[0]: Invalid value: "a": must be an object for an array of list-type map"#),
        ];
        for (value, want) in table {
            let mut errors = ErrorList::new();
            check(&schema, &read(value), &At::new(""), &mut errors);
            let got = if errors.is_empty() { String::new() } else { errors.to_string() };
            assert_eq!(got, want, "{value}");
        }
    }
}
