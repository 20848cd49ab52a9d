//! Fields that Go writes even when nothing is in them: structs, and what has no `omitempty`.

use super::schema::{Field, Struct, Type, Zero, schema};
use crate::object::{Kind, Map, Object, Str, Value};

/// Puts into a new object, and into everything that it holds, what Go would write of its type: empty structs and zeroes,
/// but no nulls.
pub(super) fn fill(object: &mut Object) {
    if let Type::Struct(index) = schema().root(object.kind) {
        fill_fields(&mut object.body, schema().get(*index), Nulls::Left);
        object.body.remove("metadata");
    }
    object.body.retain(|_, value| !value.is_null());
}

/// Puts null into a changed object for every time in it that was never set: Go writes those whatever their tags say.
pub(super) fn fill_times(object: &mut Object) {
    if let Type::Struct(index) = schema().root(object.kind) {
        fill_fields(&mut object.body, schema().get(*index), Nulls::OfTimes);
        object.body.remove("metadata");
    }
    object.body.retain(|_, value| !value.is_null());
}

/// What Go writes of an object of `kind` in which nothing is set: a bookmark is one.
pub(super) fn empty_body(kind: Kind, api_version: &str) -> Map {
    let mut body = Map::new();
    if let Type::Struct(index) = schema().root_of(kind, api_version) {
        fill_fields(&mut body, schema().get(*index), Nulls::Written);
    }
    body.remove("metadata");
    body
}

/// Puts into an object that is shown the nulls of `empty`, which is the same kind's with nothing set: Go writes null for a list
/// that was never made.
pub(super) fn show_nulls(shown: &mut Value, empty: &Value) {
    for (key, zero) in empty.as_map().into_iter().flat_map(Map::iter) {
        match zero {
            Value::Null => show_null(shown, key),
            Value::Map(zeroes) if !shown[&**key].is_null() => {
                for (inner, _) in zeroes.iter().filter(|(_, zero)| zero.is_null()) {
                    if shown[&**key][&**inner].is_null() {
                        show_null(shown.field_mut(key), inner);
                    }
                }
            }
            _ => {}
        }
    }
}

fn show_null(shown: &mut Value, key: &Str) {
    if shown[&**key].is_null() {
        shown.set(key.clone(), Value::Null);
    }
}

/// Which nulls are written into what is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nulls {
    /// Those of times alone, and nothing else is written either.
    OfTimes,
    /// Those of times, beside what is no null.
    Left,
    /// All of them.
    Written,
}

fn fill_fields(map: &mut Map, of: &Struct, nulls: Nulls) {
    for (name, field) in &of.fields {
        match map.get_mut(name) {
            Some(value) if !value.is_null() => fill_value(value, &field.ty, nulls),
            _ => {
                if let Some(zero) = zero(field, nulls) {
                    map.insert(Str::from(name.as_str()), zero);
                }
            }
        }
    }
}

fn zero(field: &Field, nulls: Nulls) -> Option<Value> {
    let is_time = matches!(field.ty, Type::Time | Type::MicroTime) && field.zero == Zero::Null;
    if is_time || nulls == Nulls::OfTimes {
        return is_time.then_some(Value::Null);
    }
    Some(match field.zero {
        Zero::Absent => return None,
        Zero::Null => return (nulls == Nulls::Written).then_some(Value::Null),
        Zero::Struct => {
            let mut zero = Value::empty_map();
            fill_value(&mut zero, &field.ty, nulls);
            zero
        }
        Zero::Text(text) => Value::from(text),
        Zero::Number => Value::from(0_i64),
        Zero::False => Value::from(false),
    })
}

fn fill_value(value: &mut Value, ty: &Type, nulls: Nulls) {
    match (value, ty) {
        (Value::Map(map), Type::Struct(index)) => fill_fields(map, schema().get(*index), nulls),
        (Value::Map(map), Type::Map(of)) if matches!(**of, Type::Struct(_)) => {
            let keys: Vec<Str> = map.keys().cloned().collect();
            keys.iter().for_each(|key| fill_value(map.entry(key), of, nulls));
        }
        (Value::List(_), Type::List(of)) if !matches!(**of, Type::Struct(_)) => {}
        (list @ Value::List(_), Type::List(of)) => {
            list.items_mut().iter_mut().for_each(|value| fill_value(value, of, nulls));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn filled(kind: Kind, body: &str) -> String {
        let mut object = Object::new(kind, "", "n");
        object.body = Value::from_json(body.as_bytes()).expect("valid").as_map().cloned().expect("a map");
        fill(&mut object);
        Value::Map(object.body).to_json()
    }

    #[test]
    fn a_new_node_has_an_empty_status_in_full() {
        let mut node = Object::new(kinds::NODE, "", "n");
        fill(&mut node);
        assert_eq!(node.status()["nodeInfo"]["osImage"], Value::from(""));
        assert!(node.spec().as_map().is_some());
    }

    #[test]
    fn what_is_there_stays_and_structs_within_it_are_filled_without_nulls() {
        let table = [
            (kinds::POD, r#"{"spec":{"nodeName":"n"}}"#, r#"{"spec":{"nodeName":"n"},"status":{}}"#),
            (
                kinds::ENDPOINT_SLICE,
                r#"{"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}]}"#,
                r#"{"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"conditions":{}}]}"#,
            ),
            (kinds::CLUSTER_ROLE, r#"{"rules":null}"#, "{}"),
            (
                kinds::POD,
                r#"{"status":{"conditions":[{"type":"Ready","status":"True"}]}}"#,
                r#"{"spec":{},"status":{"conditions":[{"lastProbeTime":null,"lastTransitionTime":null,"status":"True","type":"Ready"}]}}"#,
            ),
        ];
        for (kind, body, want) in table {
            assert_eq!(filled(kind, body), want);
        }
    }

    #[test]
    fn times_that_were_never_set_are_null_and_nothing_else_is_written() {
        let mut node = Object::new(kinds::NODE, "", "n");
        let body = r#"{"spec":{"taints":[{"key":"k","effect":"NoSchedule"}]},"status":{"conditions":[{"type":"Ready",
            "status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"#;
        node.body = Value::from_json(body.as_bytes()).expect("valid").as_map().cloned().expect("a map");
        fill_times(&mut node);
        let want = r#"{"spec":{"taints":[{"effect":"NoSchedule","key":"k"}]},"status":{"conditions":[{"lastHeartbeatTime":null,"lastTransitionTime":"2026-01-01T00:00:00Z","status":"True","type":"Ready"}]}}"#;
        assert_eq!(Value::Map(node.body).to_json(), want);
    }

    #[test]
    fn a_list_that_was_never_made_is_shown_as_null() {
        let empty = Value::Map(empty_body(kinds::CLUSTER_ROLE, "rbac.authorization.k8s.io/v1"));
        let mut shown = Value::empty_map();
        show_nulls(&mut shown, &empty);
        assert_eq!(shown.to_json(), r#"{"rules":null}"#);
    }
}
