//! JSON patch (RFC 6902) with the leniencies of the library that the API server uses: `replace` of a missing key adds it, and
//! `test` of a missing key against null holds.

use crate::object::Value;

/// An operation that does not apply; the API tells nothing more than that.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DoesNotApply;

/// The strict errors of members that no operation has.
pub(super) fn unknown_members(patch: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    for (i, operation) in patch.items().iter().enumerate() {
        for key in operation.as_map().into_iter().flat_map(|map| map.keys()) {
            if !matches!(key.as_str(), "op" | "path" | "from" | "value") {
                unknown.push(format!("json patch unknown field \"[{i}].{key}\""));
            }
        }
    }
    unknown
}

/// The most operations that a patch may have.
pub(super) const MOST_OPERATIONS: usize = 10_000;

/// Applies the operations of `patch` to `document`, in their order.
pub(super) fn apply(mut document: Value, patch: &Value) -> Result<Value, DoesNotApply> {
    for operation in patch.items() {
        document = apply_one(document, operation)?;
    }
    Ok(document)
}

fn apply_one(mut document: Value, operation: &Value) -> Result<Value, DoesNotApply> {
    let path = operation["path"].as_str().ok_or(DoesNotApply)?;
    let value = || operation["value"].clone();
    match operation["op"].str_or_empty() {
        "add" => add(&mut document, path, value())?,
        "remove" => {
            remove(&mut document, path)?;
        }
        "replace" if path.is_empty() => return Ok(value()),
        "replace" => *slot(&mut document, path)? = value(),
        "move" => {
            let moved = remove(&mut document, from(operation)?)?;
            add(&mut document, path, moved)?;
        }
        "copy" => {
            let copied = read(&document, from(operation)?).cloned().ok_or(DoesNotApply)?;
            add(&mut document, path, copied)?;
        }
        "test" => {
            let found = read(&document, path).unwrap_or(Value::null());
            if *found != operation["value"] {
                return Err(DoesNotApply);
            }
        }
        _ => return Err(DoesNotApply),
    }
    Ok(document)
}

fn from(operation: &Value) -> Result<&str, DoesNotApply> {
    operation["from"].as_str().ok_or(DoesNotApply)
}

/// The steps of a pointer, unescaped, and its last step apart; a pointer to the whole document has none.
fn steps(pointer: &str) -> Result<(Vec<String>, String), DoesNotApply> {
    let mut steps: Vec<String> =
        pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
    let last = steps.pop().ok_or(DoesNotApply)?;
    Ok((steps, last))
}

fn read<'a>(document: &'a Value, pointer: &str) -> Option<&'a Value> {
    if pointer.is_empty() {
        return Some(document);
    }
    let (mut path, last) = steps(pointer).ok()?;
    path.push(last);
    path.iter().try_fold(document, |value, step| match value {
        Value::Map(map) => map.get(step),
        Value::List(items) => items.get(index(step, items.len())?),
        _ => None,
    })
}

/// The container that the steps lead to.
fn container<'a>(document: &'a mut Value, path: &[String]) -> Result<&'a mut Value, DoesNotApply> {
    path.iter().try_fold(document, |value, step| match value {
        Value::Map(map) => map.get_mut(step).ok_or(DoesNotApply),
        Value::List(items) => {
            let at = index(step, items.len()).ok_or(DoesNotApply)?;
            std::sync::Arc::make_mut(items).get_mut(at).ok_or(DoesNotApply)
        }
        _ => Err(DoesNotApply),
    })
}

/// A list index below `length`; negative ones count from the end.
fn index(step: &str, length: usize) -> Option<usize> {
    let at: i64 = step.parse().ok()?;
    let length = i64::try_from(length).ok()?;
    let at = if at < 0 { at + length } else { at };
    usize::try_from(at).ok().filter(|_| at < length)
}

fn add(document: &mut Value, pointer: &str, value: Value) -> Result<(), DoesNotApply> {
    let (path, last) = steps(pointer)?;
    match container(document, &path)? {
        Value::Map(map) => {
            map.insert(last, value);
        }
        Value::List(items) => {
            let at = if last == "-" { items.len() } else { index(&last, items.len() + 1).ok_or(DoesNotApply)? };
            std::sync::Arc::make_mut(items).insert(at, value);
        }
        _ => return Err(DoesNotApply),
    }
    Ok(())
}

fn remove(document: &mut Value, pointer: &str) -> Result<Value, DoesNotApply> {
    let (path, last) = steps(pointer)?;
    match container(document, &path)? {
        Value::Map(map) => map.remove(&last).ok_or(DoesNotApply),
        Value::List(items) => {
            let at = index(&last, items.len()).ok_or(DoesNotApply)?;
            Ok(std::sync::Arc::make_mut(items).remove(at))
        }
        _ => Err(DoesNotApply),
    }
}

/// What a `replace` sets.
fn slot<'a>(document: &'a mut Value, pointer: &str) -> Result<&'a mut Value, DoesNotApply> {
    let (path, last) = steps(pointer)?;
    match container(document, &path)? {
        Value::Map(map) => Ok(map.entry(&last)),
        Value::List(items) => {
            let at = index(&last, items.len()).ok_or(DoesNotApply)?;
            std::sync::Arc::make_mut(items).get_mut(at).ok_or(DoesNotApply)
        }
        _ => Err(DoesNotApply),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(document: &str, patch: &str, want: Option<&str>) {
        let read = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let got = apply(read(document), &read(patch)).ok().map(|it| it.to_json());
        assert_eq!(got.as_deref(), want, "{patch}");
    }

    #[test]
    fn operations_are_done_in_order() {
        let document = r#"{"a":"1","b":"2","l":["x"],"x/y":1}"#;
        let patch = r#"[{"op":"test","path":"/a","value":"1"},{"op":"copy","from":"/a","path":"/c"},
            {"op":"move","from":"/b","path":"/d"},{"op":"remove","path":"/x~1y"},{"op":"add","path":"/l/0","value":"w"},
            {"op":"add","path":"/l/-","value":"z"},{"op":"replace","path":"/new","value":3}]"#;
        check(document, patch, Some(r#"{"a":"1","c":"1","d":"2","l":["w","x","z"],"new":3}"#));
    }

    #[test]
    fn an_operation_that_does_not_apply_refuses_the_patch() {
        for patch in [
            r#"[{"op":"remove","path":"/nope"}]"#,
            r#"[{"op":"add","path":"/nope/deep","value":1}]"#,
            r#"[{"op":"test","path":"/a","value":"2"}]"#,
            r#"[{"op":"add","path":"/l/5","value":1}]"#,
            r#"[{"op":"dance","path":"/a"}]"#,
            r#"[{"op":"add","value":1}]"#,
        ] {
            check(r#"{"a":"1","l":[]}"#, patch, None);
        }
        check(r#"{"a":1}"#, r#"[{"op":"test","path":"/b","value":null}]"#, Some(r#"{"a":1}"#));
    }
}
