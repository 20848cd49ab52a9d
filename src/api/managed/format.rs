//! `fieldsV1`: sets of fields as JSON (structured-merge-diff `fieldpath/serialize.go` and `serialize-pe.go`).

use super::path::Step;
use super::set::FieldSet;
use crate::object::{Map, Str, Value};

/// The set as `fieldsV1` shows it: `{"f:spec":{"f:replicas":{}}}`.
pub fn to_fields(set: &FieldSet) -> Value {
    Value::Map(node_map(set, false))
}

fn node_map(set: &FieldSet, is_member: bool) -> Map {
    let mut entries: Vec<(Str, Value)> = Vec::with_capacity(set.nodes().len() + 1);
    if is_member && !set.is_empty() {
        entries.push((crate::object::literal!("."), Value::empty_map()));
    }
    for node in set.nodes() {
        entries.push((step_text(&node.step), Value::Map(node_map(&node.below, node.is_member))));
    }
    Map::from_entries(entries)
}

/// The step as a key of `fieldsV1`.
fn step_text(step: &Step) -> Str {
    Str::from(match step {
        Step::Field(name) => format!("f:{name}"),
        Step::Key(key) => {
            let mut text = String::from("k:{");
            for (i, (name, value)) in key.iter().enumerate() {
                let comma = if i > 0 { "," } else { "" };
                text.push_str(&format!("{comma}{}:{}", Value::from(name).to_json(), value.to_json()));
            }
            text.push('}');
            text
        }
        Step::Value(value) => format!("v:{}", value.to_json()),
        Step::Index(at) => format!("i:{at}"),
    })
}

/// Reads `fieldsV1`.
///
/// # Errors
/// What is wrong with one of its keys. Forms of steps that are not known are left out.
pub fn from_fields(fields: &Value) -> Result<FieldSet, String> {
    match fields {
        Value::Map(map) => Ok(read(map)?.0),
        Value::Null => Ok(FieldSet::default()),
        _ => Err("managedFields parsing: expect { or n".to_owned()),
    }
}

/// The paths below a node, and whether the node is a member itself: it is when nothing is below it.
fn read(map: &Map) -> Result<(FieldSet, bool), String> {
    let (mut set, mut is_member) = (FieldSet::default(), false);
    for (key, value) in map.iter() {
        if key == "." {
            is_member = true;
        } else if let Some(step) = read_step(key)? {
            let (below, ends_here) = match value {
                Value::Map(map) => read(map)?,
                _ => (FieldSet::default(), true),
            };
            set.insert_node(&step, ends_here, below);
        }
    }
    let is_leaf = set.is_empty();
    Ok((set, is_member || is_leaf))
}

fn read_step(key: &str) -> Result<Option<Step>, String> {
    if key.len() < 2 {
        return Err("key must be 2 characters long:".to_owned());
    }
    let Some((form, rest)) = key.split_once(':').filter(|(form, _)| form.len() == 1) else {
        return Err(format!("missing colon: {key}"));
    };
    let json = |text: &str| Value::from_json(text.as_bytes()).map_err(|error| error.to_string());
    Ok(match form {
        "f" => Some(Step::Field(Str::from(rest))),
        "v" => Some(Step::Value(json(rest)?)),
        "k" => match json(rest)? {
            Value::Map(map) => Some(Step::Key(map.iter().map(|(k, v)| (k.clone(), v.clone())).collect())),
            _ => return Err("expect { or n".to_owned()),
        },
        "i" => Some(Step::Index(rest.parse().map_err(|_| format!("strconv.Atoi: parsing {rest:?}: invalid syntax"))?)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            r#"{}"#,
            r#"{"f:data":{".":{},"f:a":{},"f:b":{}}}"#,
            r#"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}}},"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{}}}}"#,
            r#"{"f:metadata":{"f:finalizers":{".":{},"v:\"a/b\"":{}}},"f:list":{"i:0":{}}}"#,
        ] {
            let set = from_fields(&value(text)).expect(text);
            assert_eq!(to_fields(&set), value(text));
        }
    }

    #[test]
    fn a_key_that_cannot_be_read_is_refused_and_an_unknown_form_left_out() {
        assert!(from_fields(&value(r#"{"x:what":{}}"#)).expect("an unknown form").is_empty());
        for (text, want) in [
            (r#"{"f":{}}"#, "key must be 2 characters long:"),
            (r#"{"data":{}}"#, "missing colon: data"),
            (r#"{"i:x":{}}"#, "strconv.Atoi: parsing \"x\": invalid syntax"),
        ] {
            assert_eq!(from_fields(&value(text)), Err(want.to_owned()), "{text}");
        }
    }
}
