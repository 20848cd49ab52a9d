//! Paths to fields as ownership knows them: field names, list elements by key or value, and indexes.
//!
//! It follows structured-merge-diff `fieldpath/element.go` and `path.go`.

use std::cmp::Ordering;
use std::fmt;

use crate::object::{Str, Value};

/// One step of a path below an object. Steps sort by their form first: fields, keys, values, indexes.
#[derive(Clone, Debug)]
pub enum Step {
    /// A field of a struct or an entry of a map.
    Field(Str),
    /// An element of a list that is identified by some of its fields, which are sorted by name.
    Key(Vec<(Str, Value)>),
    /// An element of a set.
    Value(Value),
    /// An element by its place.
    Index(i64),
}

/// A path from the root of an object.
pub type FieldPath = Vec<Step>;

impl Step {
    /// The step to the field `name`.
    pub fn field(name: &str) -> Self {
        Step::Field(Str::from(name))
    }

    fn rank(&self) -> u8 {
        match self {
            Step::Field(_) => 0,
            Step::Key(_) => 1,
            Step::Value(_) => 2,
            Step::Index(_) => 3,
        }
    }
}

impl Ord for Step {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Step::Field(a), Step::Field(b)) => a.as_str().cmp(b),
            (Step::Key(a), Step::Key(b)) => compare_keys(a, b),
            (Step::Value(a), Step::Value(b)) => compare_values(a, b),
            (Step::Index(a), Step::Index(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Step {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Step {}

fn compare_keys(a: &[(Str, Value)], b: &[(Str, Value)]) -> Ordering {
    for ((a_name, a_value), (b_name, b_value)) in a.iter().zip(b) {
        let order = a_name.as_str().cmp(b_name).then_with(|| compare_values(a_value, b_value));
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// A total order of values of any types: numbers, texts, booleans, lists, maps, null.
pub fn compare_values(a: &Value, b: &Value) -> Ordering {
    let rank = |it: &Value| match it {
        Value::Int(_) | Value::Float(_) => 0_u8,
        Value::Str(_) => 1,
        Value::Bool(_) => 2,
        Value::List(_) => 3,
        Value::Map(_) => 4,
        Value::Null => 5,
    };
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
        (Value::Int(a), Value::Float(b)) => (*a as f64).total_cmp(b),
        (Value::Float(a), Value::Int(b)) => a.total_cmp(&(*b as f64)),
        (Value::Str(a), Value::Str(b)) => a.as_str().cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::List(a), Value::List(b)) => {
            let unequal = a.iter().zip(b.iter()).map(|(a, b)| compare_values(a, b)).find(|it| it.is_ne());
            unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        (Value::Map(a), Value::Map(b)) => {
            let entry =
                |(a, b): ((&Str, &Value), (&Str, &Value))| a.0.as_str().cmp(b.0).then_with(|| compare_values(a.1, b.1));
            let unequal = a.iter().zip(b.iter()).map(entry).find(|it| it.is_ne());
            unequal.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

/// A value as a path shows it: texts quoted, the rest plain.
fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("{:?}", text.as_str()),
        Value::List(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Map(map) => map.iter().map(|(key, value)| format!("{key}={}", shown(value))).collect(),
        other => other.to_json(),
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Key(key) => {
                let parts: Vec<String> = key.iter().map(|(name, value)| format!("{name}={}", shown(value))).collect();
                write!(f, "[{}]", parts.join(","))
            }
            Step::Value(value) => write!(f, "[={}]", shown(value)),
            Step::Index(at) => write!(f, "[{at}]"),
        }
    }
}

/// A path as conflicts name it, such as `.spec.containers[name="a"].image`.
pub fn path_text(path: &[Step]) -> String {
    path.iter().map(Step::to_string).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_conflicts_name_it() {
        let key = vec![(Str::from("containerPort"), Value::Int(80)), (Str::from("protocol"), Value::from("TCP"))];
        let path = [Step::field("spec"), Step::Key(key), Step::Value(Value::from("a")), Step::Index(3)];
        assert_eq!(path_text(&path), ".spec[containerPort=80,protocol=\"TCP\"][=\"a\"][3]");
    }

    #[test]
    fn steps_sort_by_their_form_and_then_by_what_they_name() {
        let key = |text: &str| Step::Key(vec![(Str::from("name"), Value::from(text))]);
        let sorted = [
            Step::field("a"),
            Step::field("b"),
            key("a"),
            key("b"),
            Step::Value(Value::Int(9)),
            Step::Value(Value::Int(10)),
            Step::Value(Value::from("a")),
            Step::Index(0),
        ];
        for pair in sorted.windows(2) {
            assert!(pair[0] < pair[1], "{} {}", pair[0], pair[1]);
        }
    }
}
