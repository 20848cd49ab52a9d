//! Values of a type: whether they fit it, and which fields they have (structured-merge-diff `typed/validate.go`,
//! `typed/tofieldset.go` and `typed/helpers.go`).

use std::fmt;

use super::path::{FieldPath, Step};
use super::set::FieldSet;
use super::types::{Elements, Handled, ListType, MapType, Scalar, TypeId, Types};
use crate::object::{Map, Str, Value};

/// What does not fit a type, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    /// The path, such as `.spec.replicas`.
    pub path: String,
    /// What is wrong there.
    pub why: String,
}

/// Everything that does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypeErrors(pub Vec<TypeError>);

impl TypeErrors {
    fn one(why: impl Into<String>) -> Self {
        TypeErrors(vec![TypeError { path: String::new(), why: why.into() }])
    }

    fn below(mut self, step: &Step) -> Self {
        for error in &mut self.0 {
            error.path.insert_str(0, &step.to_string());
        }
        self
    }

    fn extend(&mut self, other: TypeErrors) {
        self.0.extend(other.0);
    }
}

impl fmt::Display for TypeErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |error: &TypeError| {
            if error.path.is_empty() { error.why.clone() } else { format!("{}: {}", error.path, error.why) }
        };
        match self.0.as_slice() {
            [error] => f.write_str(&text(error)),
            errors => {
                f.write_str("errors:")?;
                errors.iter().try_for_each(|error| write!(f, "\n  {}", text(error)))
            }
        }
    }
}

/// A value as Go's `%v` shows what wraps it.
fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Str(text) => text.to_string(),
        Value::List(items) => format!("[{}]", items.iter().map(go_value).collect::<Vec<_>>().join(" ")),
        Value::Map(map) => {
            let entries: Vec<String> = map.iter().map(|(k, v)| format!("{k}:{}", go_value(v))).collect();
            format!("map[{}]", entries.join(" "))
        }
        other => other.to_json(),
    }
}

fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

/// Why `value` is no such scalar, or `None`. Null always is one.
pub(super) fn scalar_error(scalar: Scalar, value: &Value, prefix: &str) -> Option<String> {
    match (scalar, value) {
        (_, Value::Null)
        | (Scalar::Numeric, Value::Int(_) | Value::Float(_))
        | (Scalar::Text, Value::Str(_))
        | (Scalar::Boolean, Value::Bool(_))
        | (Scalar::Untyped, Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bool(_)) => None,
        (Scalar::Numeric, other) => Some(format!("{prefix}expected numeric (int or float), got {}", go_type(other))),
        (Scalar::Text, other) => {
            Some(format!("{prefix}expected string, got &value.valueUnstructured{{Value:{}}}", go_value(other)))
        }
        (Scalar::Boolean, other) => Some(format!("{prefix}expected boolean, got &{{{}}}", go_value(other))),
        (Scalar::Untyped, other) => Some(format!("{prefix}expected any scalar, got &{{{}}}", go_value(other))),
    }
}

/// The step to an element of a list whose elements are told apart, or why there is none.
pub(super) fn element_step(list: &ListType, element: &Value) -> Result<Step, String> {
    match &list.elements {
        Elements::Atomic => Err("invalid indexing of non-associative list".to_owned()),
        Elements::Set => match element {
            Value::Map(_) => Err("associative list without keys has an element that's a map type".to_owned()),
            Value::List(_) => Err("not supported: associative list with lists as elements".to_owned()),
            Value::Null => Err("associative list without keys has an element that's an explicit null".to_owned()),
            value => Ok(Step::Value(value.clone())),
        },
        Elements::Keyed(keys) => keyed_step(keys, element),
    }
}

fn keyed_step(keys: &[(Str, Option<Value>)], element: &Value) -> Result<Step, String> {
    let map = match element {
        Value::Map(map) => map,
        Value::Null => return Err("associative list with keys may not have a null element".to_owned()),
        _ => return Err("associative list with keys may not have non-map elements".to_owned()),
    };
    let value_of = |(name, default): &(Str, Option<Value>)| {
        map.get(name).or(default.as_ref()).map(|value| (name.clone(), value.clone()))
    };
    let mut key: Vec<(Str, Value)> = keys.iter().filter_map(value_of).collect();
    if key.is_empty() {
        let names: Vec<String> = keys.iter().map(|(name, _)| format!("{:?}", name.as_str())).collect();
        return Err(format!(
            "associative list with keys has an element that omits all key fields [{}] (and doesn't have default values for \
             any key fields)",
            names.join(" ")
        ));
    }
    key.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Step::Key(key))
}

/// Checks that `value` is of type `ty`. What is stored may have an element twice; what is applied may not.
///
/// # Errors
/// Everything that does not fit.
pub fn validate(types: &Types, ty: TypeId, value: &Value, allows_duplicates: bool) -> Result<(), TypeErrors> {
    let mut errors = TypeErrors::default();
    validate_value(types, ty, value, allows_duplicates, &mut errors);
    if errors.0.is_empty() { Ok(()) } else { Err(errors) }
}

fn validate_value(types: &Types, ty: TypeId, value: &Value, allows_duplicates: bool, errors: &mut TypeErrors) {
    let atom = types.atom(ty);
    match atom.handled(atom.form_of(Some(value))) {
        Handled::Scalar(scalar) => {
            if let Some(why) = scalar_error(scalar, value, "") {
                errors.extend(TypeErrors::one(why));
            }
        }
        Handled::List(list) => match value {
            Value::Null => {}
            Value::List(items) => validate_items(types, list, items, allows_duplicates, errors),
            other => errors.extend(TypeErrors::one(format!("expected list, got &{{{}}}", go_value(other)))),
        },
        Handled::Map(map) => match value {
            Value::Null => {}
            Value::Map(entries) => validate_entries(types, map, entries, allows_duplicates, errors),
            other => errors.extend(TypeErrors::one(format!("expected map, got &{{{}}}", go_value(other)))),
        },
    }
}

fn validate_items(types: &Types, list: &ListType, items: &[Value], allows_duplicates: bool, errors: &mut TypeErrors) {
    let mut seen: Vec<Step> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let step = if list.elements == Elements::Atomic {
            Step::Index(i64::try_from(i).unwrap_or(i64::MAX))
        } else {
            match element_step(list, item) {
                Ok(step) => step,
                Err(why) => {
                    errors.extend(TypeErrors::one(format!("element {i}: {why}")));
                    return;
                }
            }
        };
        if list.elements != Elements::Atomic {
            match seen.binary_search(&step) {
                Ok(_) if !allows_duplicates => {
                    errors.extend(TypeErrors::one(format!("duplicate entries for key {step}")));
                }
                Ok(_) => {}
                Err(at) => seen.insert(at, step.clone()),
            }
        }
        validate_below(types, list.element, item, &step, allows_duplicates, errors);
    }
}

fn validate_entries(types: &Types, map: &MapType, entries: &Map, allows_duplicates: bool, errors: &mut TypeErrors) {
    for (key, value) in entries.iter() {
        let step = Step::Field(key.clone());
        let Some(ty) = map.field_or_element(key) else {
            errors.extend(TypeErrors::one("field not declared in schema").below(&step));
            return;
        };
        validate_below(types, ty, value, &step, allows_duplicates, errors);
    }
}

fn validate_below(types: &Types, ty: TypeId, value: &Value, step: &Step, duplicates: bool, errors: &mut TypeErrors) {
    let mut below = TypeErrors::default();
    validate_value(types, ty, value, duplicates, &mut below);
    errors.extend(below.below(step));
}

/// Every leaf and every element that `value` mentions.
pub fn to_set(types: &Types, ty: TypeId, value: &Value) -> FieldSet {
    let mut set = FieldSet::default();
    add_value(types, ty, value, &mut Vec::new(), &mut set);
    set
}

fn add_value(types: &Types, ty: TypeId, value: &Value, path: &mut FieldPath, set: &mut FieldSet) {
    let atom = types.atom(ty);
    match atom.handled(atom.form_of(Some(value))) {
        Handled::Scalar(_) => set.insert(path),
        Handled::List(list) if list.elements == Elements::Atomic => set.insert(path),
        Handled::List(list) => add_items(types, list, value.items(), path, set),
        Handled::Map(map) if map.is_atomic => set.insert(path),
        Handled::Map(map) => {
            for (key, value) in value.as_map().into_iter().flat_map(Map::iter) {
                let is_declared = map.fields.contains_key(key);
                path.push(Step::Field(key.clone()));
                add_value(types, map.field_or_element(key).unwrap_or(Types::DEDUCED), value, path, set);
                let is_bare = value.is_null() || value.as_map().is_some_and(Map::is_empty);
                if is_bare || !is_declared {
                    set.insert(path);
                }
                path.pop();
            }
        }
    }
}

fn add_items(types: &Types, list: &ListType, items: &[Value], path: &mut FieldPath, set: &mut FieldSet) {
    let steps: Vec<Option<Step>> = items.iter().map(|item| element_step(list, item).ok()).collect();
    for (i, (item, step)) in items.iter().zip(&steps).enumerate() {
        let Some(step) = step else {
            continue;
        };
        let is_repeated = steps.iter().enumerate().any(|(j, other)| j != i && other.as_ref() == Some(step));
        path.push(step.clone());
        // Of an element that is there twice nobody owns what is inside.
        if !is_repeated {
            add_value(types, list.element, item, path, set);
        }
        set.insert(path);
        path.pop();
    }
}
