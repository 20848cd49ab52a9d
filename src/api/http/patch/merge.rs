//! JSON merge patch (RFC 7386): null deletes, maps merge, anything else replaces.

use crate::object::Value;

/// Applies `patch` to `target`.
pub(super) fn apply(mut target: Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_map() else {
        return patch.clone();
    };
    let map = target.map_mut();
    for (key, value) in patch.iter() {
        if value.is_null() {
            map.remove(key);
        } else {
            let before = map.remove(key).unwrap_or_default();
            map.insert(key, apply(before, value));
        }
    }
    target
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_deletes_maps_merge_and_the_rest_is_replaced() {
        let table = [
            (r#"{"a":1,"b":{"c":2,"d":3}}"#, r#"{"a":null,"b":{"c":4}}"#, r#"{"b":{"c":4,"d":3}}"#),
            (r#"{"a":[1,2]}"#, r#"{"a":[3]}"#, r#"{"a":[3]}"#),
            (r#"{"a":"x"}"#, r#"{"a":{"b":null,"c":1}}"#, r#"{"a":{"c":1}}"#),
        ];
        for (target, patch, want) in table {
            let read = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
            assert_eq!(apply(read(target), &read(patch)).to_json(), want);
        }
    }
}
