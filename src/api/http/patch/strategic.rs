//! Strategic merge patch: maps merge, lists merge by their declared key, and directives say otherwise
//! (apimachinery `pkg/util/strategicpatch/patch.go`).

use super::super::schema::{Schema, Type};
use super::super::schema_facts::Merge;
use crate::object::{Map, Str, Value};

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

/// Why a strategic merge patch cannot be applied.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PatchError {
    /// The patch is malformed: a bad request.
    Bad(String),
    /// It cannot be processed, and the API does not say why.
    Unprocessable,
    /// An error that the API does not take for the client's.
    Internal(String),
}

type Merged<T> = Result<T, PatchError>;

/// Applies `patch` to `original`, an object of the type `ty`.
pub(super) fn apply(original: Value, patch: Value, schema: &Schema, ty: &Type) -> Merged<Value> {
    let merge = Merger { schema };
    let (original, patch) = (map_of(original), map_of(patch));
    merge.map(original, patch, ty).map(Value::Map)
}

fn map_of(value: Value) -> Map {
    match value {
        Value::Map(map) => map,
        _ => Map::new(),
    }
}

/// A value as Go's `%v` prints it: `map[image:nginx ports:[80]]`.
pub(super) fn go_format(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Str(text) => text.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(go_format).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", go_format(v))).collect();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_json(),
    }
}

fn go_map(map: &Map) -> String {
    go_format(&Value::Map(map.clone()))
}

fn no_merge_key(map: &Map, key: &str) -> PatchError {
    PatchError::Internal(format!("map: {} does not contain declared merge key: {key}", go_map(map)))
}

fn unknown_directive(directive: &Value, map: &Map) -> PatchError {
    PatchError::Internal(format!("unknown patch type: {} in map: {}", go_format(directive), go_map(map)))
}

struct Merger<'s> {
    schema: &'s Schema,
}

impl Merger<'_> {
    /// The type and the patch tags of `key` in a value of type `ty`.
    fn field<'a>(&'a self, ty: &'a Type, key: &str) -> Merged<(&'a Type, Merge)> {
        match ty {
            Type::Struct(index) => {
                let owner = self.schema.get(*index);
                let field = owner.fields.get(key).ok_or_else(|| {
                    PatchError::Internal(format!(
                        "unable to find api field in struct {} for the json field {key:?}",
                        owner.name
                    ))
                })?;
                Ok((&field.ty, field.merge))
            }
            Type::Map(of) => Ok((of, Merge::default())),
            _ => Ok((&Type::Any, Merge::default())),
        }
    }

    fn map(&self, mut original: Map, mut patch: Map, ty: &Type) -> Merged<Map> {
        if let Some(directive) = patch.get(DIRECTIVE).cloned() {
            return match directive.str_or_empty() {
                "replace" => {
                    patch.remove(DIRECTIVE);
                    Ok(patch)
                }
                "delete" => Ok(Map::new()),
                _ => Err(unknown_directive(&directive, &patch)),
            };
        }
        retain_keys(&mut original, &mut patch)?;
        self.order_lists(&mut original, &mut patch, ty)?;
        for (key, patched) in patch.iter() {
            let (key, deletes) = match key.strip_prefix(DELETE_FROM) {
                Some(field) => (Str::from(field), true),
                None => (key.clone(), false),
            };
            if patched.is_null() {
                original.remove(&key);
                continue;
            }
            let merged = match (original.get(&key).cloned(), patched) {
                (Some(Value::Map(before)), Value::Map(patched)) => {
                    let (ty, _) = self.field(ty, &key)?;
                    Some(Value::Map(self.map(before, patched.clone(), ty)?))
                }
                (Some(Value::List(before)), Value::List(patched)) => {
                    let (ty, merge) = self.field(ty, &key)?;
                    Some(Value::list(self.list(&before, patched, ty, merge, deletes)?))
                }
                _ if deletes => None,
                (_, patched) => without_directives(patched),
            };
            if let Some(merged) = merged {
                original.insert(key, merged);
            }
        }
        Ok(original)
    }

    /// Merges the lists that a `$setElementOrder` names, and brings them into that order.
    fn order_lists(&self, original: &mut Map, patch: &mut Map, ty: &Type) -> Merged<()> {
        let directives: Vec<Str> = patch.keys().filter(|key| key.starts_with(ORDER)).cloned().collect();
        for directive in directives {
            let order = patch.remove(&directive).unwrap_or_default();
            let Value::List(order) = order else {
                return Err(PatchError::Internal(format!("expected a list, but received: {}", go_format(&order))));
            };
            let name = &directive[ORDER.len()..];
            let (ty, merge) = self.field(ty, name)?;
            let before = original.get(name).cloned();
            let patched = patch.remove(name);
            let merged = match (&before, &patched) {
                (None, None) => continue,
                (Some(before), None) => before.items().to_vec(),
                (None, Some(patched)) => without_directives(patched).map(|it| it.items().to_vec()).unwrap_or_default(),
                (Some(before), Some(patched)) => self.list(before.items(), patched.items(), ty, merge, false)?,
            };
            let ordered = in_order(merged, &order, before.as_ref().map(Value::items).unwrap_or_default(), merge.key);
            original.insert(Str::from(name), Value::list(ordered));
        }
        Ok(())
    }

    fn list(&self, original: &[Value], patch: &[Value], ty: &Type, merge: Merge, deletes: bool) -> Merged<Vec<Value>> {
        if !merge.merges && !deletes {
            return Ok(patch.to_vec());
        }
        let of_maps = original.iter().chain(patch).any(|item| matches!(item, Value::Map(_)));
        if original.iter().chain(patch).any(|item| matches!(item, Value::List(_))) {
            return Err(PatchError::Unprocessable);
        }
        if !of_maps {
            if deletes {
                return Ok(original.iter().filter(|item| !patch.contains(item)).cloned().collect());
            }
            let mut merged: Vec<Value> = Vec::new();
            for item in original.iter().chain(patch) {
                if !merged.contains(item) {
                    merged.push(item.clone());
                }
            }
            return Ok(in_order(merged, patch, original, None));
        }
        let Some(key) = merge.key else {
            let name = self.schema.go_name(ty);
            return Err(PatchError::Internal(format!("cannot merge lists without merge key for {name}")));
        };
        let of = match ty {
            Type::List(of) => of.as_ref(),
            _ => &Type::Any,
        };
        let (original, patch) = special_elements(original, patch, key)?;
        let mut merged = original.clone();
        for item in &patch {
            let map = item.as_map().cloned().unwrap_or_default();
            let wanted = map.get(key).ok_or_else(|| no_merge_key(&map, key))?;
            match merged.iter().position(|it| it.get(key) == wanted) {
                Some(i) => merged[i] = Value::Map(self.map(map_of(merged[i].clone()), map.clone(), of)?),
                None => merged.extend(without_directives(item)),
            }
        }
        Ok(in_order(merged, &patch, &original, Some(key)))
    }
}

/// Clears what `$retainKeys` does not name.
fn retain_keys(original: &mut Map, patch: &mut Map) -> Merged<()> {
    let Some(retained) = patch.remove(RETAIN_KEYS) else {
        return Ok(());
    };
    let bad = || PatchError::Bad("invalid patch format of retainKeys".to_owned());
    let Value::List(retained) = retained else {
        return Err(bad());
    };
    let named = |key: &str| retained.iter().any(|it| it.as_str() == Some(key));
    if patch.keys().any(|key| !key.starts_with(DELETE_FROM) && !key.starts_with(ORDER) && !named(key)) {
        return Err(bad());
    }
    original.retain(|key, _| named(key));
    Ok(())
}

/// Carries out the elements of a list patch that are directives, and leaves the others.
fn special_elements(original: &[Value], patch: &[Value], key: &str) -> Merged<(Vec<Value>, Vec<Value>)> {
    let mut kept = original.to_vec();
    let (mut plain, mut replaces) = (Vec::new(), false);
    for item in patch {
        let Some(map) = item.as_map() else {
            plain.push(item.clone());
            continue;
        };
        let Some(directive) = map.get(DIRECTIVE) else {
            plain.push(item.clone());
            continue;
        };
        match directive.str_or_empty() {
            "delete" => {
                let wanted = map.get(key).ok_or_else(|| no_merge_key(map, key))?;
                kept.retain(|it| it.get(key) != wanted);
            }
            "replace" => replaces = true,
            "merge" => {
                return Err(PatchError::Internal("merging lists cannot yet be specified in the patch".to_owned()));
            }
            _ => return Err(unknown_directive(directive, map)),
        }
    }
    Ok(if replaces { (plain, Vec::new()) } else { (kept, plain) })
}

/// A new value without the directives in it; `None` when it is one that deletes.
fn without_directives(value: &Value) -> Option<Value> {
    match value {
        Value::Map(map) => {
            let mut out = Map::new();
            match map.get(DIRECTIVE).map(Value::str_or_empty) {
                Some("delete") => return None,
                Some("replace") | None => {}
                Some(_) => return None,
            }
            for (key, value) in map.iter() {
                let directive = key == DIRECTIVE || key == RETAIN_KEYS;
                if directive || key.starts_with(DELETE_FROM) || key.starts_with(ORDER) || value.is_null() {
                    continue;
                }
                if let Some(value) = without_directives(value) {
                    out.insert(key, value);
                }
            }
            Some(Value::Map(out))
        }
        Value::List(items) => {
            let only_directive =
                |it: &Value| it.as_map().is_some_and(|map| map.len() == 1 && map.contains_key(DIRECTIVE));
            Some(Value::list(items.iter().filter(|it| !only_directive(it)).filter_map(without_directives)))
        }
        other => Some(other.clone()),
    }
}

/// The place of `item` in `list`, by the merge key or by value.
fn place(list: &[Value], item: &Value, key: Option<&str>) -> Option<usize> {
    match key {
        Some(key) => list.iter().position(|it| it.get(key) == item.get(key)),
        None => list.iter().position(|it| it == item),
    }
}

/// Orders a merged list: what the patch names in the patch's order, the rest in the server's, and both woven together so
/// that the server's order holds wherever both are known. What is new comes first.
fn in_order(merged: Vec<Value>, patch: &[Value], server: &[Value], key: Option<&str>) -> Vec<Value> {
    let (mut named, mut rest): (Vec<Value>, Vec<Value>) =
        merged.into_iter().partition(|item| place(patch, item, key).is_some());
    named.sort_by_key(|item| place(patch, item, key));
    rest.sort_by_key(|item| place(server, item, key));
    let mut out = Vec::with_capacity(named.len() + rest.len());
    let (mut named, mut rest) = (named.into_iter().peekable(), rest.into_iter().peekable());
    loop {
        let takes_rest = match (rest.peek(), named.peek()) {
            (None, None) => return out,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(left), Some(right)) => {
                matches!((place(server, left, key), place(server, right, key)), (Some(l), Some(r)) if l < r)
            }
        };
        out.extend(if takes_rest { rest.next() } else { named.next() });
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::schema::schema;
    use super::*;
    use crate::object::kinds;

    fn patched(original: &str, patch: &str) -> Merged<String> {
        let read = |text: &str| Value::from_json(text.as_bytes()).expect("valid JSON");
        let ty = schema().root(kinds::POD);
        apply(read(original), read(patch), schema(), ty).map(|it| it.to_json())
    }

    fn check(original: &str, patch: &str, want: &str) {
        assert_eq!(patched(original, patch).as_deref(), Ok(want), "{patch}");
    }

    #[test]
    fn containers_merge_by_name_and_new_ones_come_first() {
        let pod = r#"{"spec":{"containers":[{"name":"a","image":"a:1","args":["1"]},{"name":"b","image":"b:1"}]}}"#;
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"b","image":"b:2"}]}}"#,
            r#"{"spec":{"containers":[{"args":["1"],"image":"a:1","name":"a"},{"image":"b:2","name":"b"}]}}"#,
        );
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"c"}]}}"#,
            r#"{"spec":{"containers":[{"name":"c"},{"args":["1"],"image":"a:1","name":"a"},{"image":"b:1","name":"b"}]}}"#,
        );
        check(
            pod,
            r#"{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"a","args":["9"]}]}}"#,
            r#"{"spec":{"containers":[{"image":"b:1","name":"b"},{"args":["9"],"image":"a:1","name":"a"}]}}"#,
        );
    }

    #[test]
    fn directives_delete_replace_and_retain() {
        let pod = r#"{"metadata":{"finalizers":["a/a","a/b"],"labels":{"x":"1"}},"spec":{"containers":[{"name":"a"},{"name":"b"}],"nodeSelector":{"old":"1"},"volumes":[{"name":"v","emptyDir":{}}]}}"#;
        let spec = |containers: &str, rest: &str| {
            format!(
                r#"{{"metadata":{{"finalizers":["a/a","a/b"],"labels":{{"x":"1"}}}},"spec":{{"containers":{containers},"nodeSelector":{rest}}}}}"#
            )
        };
        let volumes = r#""volumes":[{"emptyDir":{},"name":"v"}]"#;
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"b","$patch":"delete"}]}}"#,
            &spec(r#"[{"name":"a"}]"#, &format!(r#"{{"old":"1"}},{volumes}"#)),
        );
        check(
            pod,
            r#"{"spec":{"containers":[{"name":"n"},{"$patch":"replace"}],"nodeSelector":{"$patch":"replace","new":"2"}}}"#,
            &spec(r#"[{"name":"n"}]"#, &format!(r#"{{"new":"2"}},{volumes}"#)),
        );
        check(
            pod,
            r#"{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/"}}]}}"#,
            &spec(r#"[{"name":"a"},{"name":"b"}]"#, r#"{"old":"1"},"volumes":[{"hostPath":{"path":"/"},"name":"v"}]"#),
        );
        check(
            r#"{"metadata":{"finalizers":["a/a","a/b"]}}"#,
            r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a/a"],"finalizers":["a/c"]}}"#,
            r#"{"metadata":{"finalizers":["a/c","a/b"]}}"#,
        );
    }

    #[test]
    fn a_patch_that_cannot_be_merged_says_so_in_go_s_words() {
        let pod = r#"{"spec":{"containers":[{"name":"a"}]}}"#;
        let table = [
            (
                r#"{"spec":{"containers":[{"image":"noname"}]}}"#,
                "map: map[image:noname] does not contain declared merge key: name",
            ),
            (r#"{"spec":{"$patch":"destroy"}}"#, "unknown patch type: destroy in map: map[$patch:destroy]"),
        ];
        for (patch, want) in table {
            assert_eq!(patched(pod, patch), Err(PatchError::Internal(want.to_owned())));
        }
    }
}
