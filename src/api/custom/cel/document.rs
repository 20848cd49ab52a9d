//! Objects as values of an expression: maps in the order of their keys, strings of some formats as what they stand for
//! (apiserver `pkg/cel/common/values.go`), and field names as expressions can write them (`pkg/cel/escaping.go`).

use std::any::Any;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Iterable, Iterator, Sizer};
use cel::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelList, CelMap, CelNull, CelString, CelTimestamp, MAP_TYPE,
    Type,
};
use cel::common::value::{CowVal, StaticVal, Val};

use crate::api::custom::schema::Schema;
use crate::object::Value;

/// Words of the language that no field can be written as.
const RESERVED: [&str; 21] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// The name that an expression writes for a field (`Escape`); `None` for one that cannot be written.
pub fn escaped(name: &str) -> Option<String> {
    if RESERVED.contains(&name) {
        return Some(format!("__{name}__"));
    }
    let mut out = String::new();
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        let (text, length) = match c {
            '_' if rest.starts_with("__") => ("__underscores__".to_owned(), 2),
            '.' => ("__dot__".to_owned(), 1),
            '-' => ("__dash__".to_owned(), 1),
            '/' => ("__slash__".to_owned(), 1),
            c if c == '_' || c.is_ascii_alphanumeric() => (c.to_string(), 1),
            _ => return None,
        };
        out.push_str(&text);
        rest = &rest[length..];
    }
    (!out.is_empty() && !out.starts_with(|c: char| c.is_ascii_digit())).then_some(out)
}

/// A map whose entries are in the order of their keys.
#[derive(Clone, Debug)]
pub struct Record {
    entries: Arc<Vec<(CelString<'static>, Box<dyn Val>)>>,
}

impl StaticVal for Record {}

impl Record {
    fn find(&self, key: &dyn Val) -> Option<&(dyn Val + 'static)> {
        let key = key.downcast_ref::<CelString<'_>>()?.inner();
        let entries = &self.entries;
        let i = entries.binary_search_by(|(name, _)| name.inner().as_bytes().cmp(key.as_bytes())).ok()?;
        Some(entries[i].1.as_ref())
    }
}

impl Val for Record {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'v>(&'b self) -> Option<&'b (dyn Indexer + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_iterable<'b, 'v>(&'b self) -> Option<&'b (dyn Iterable + 'v)>
    where
        Self: 'v,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    fn equals(&self, other: &dyn Val) -> bool {
        if let Some(other) = other.downcast_ref::<Record>() {
            let mut pairs = self.entries.iter().zip(other.entries.iter());
            return self.entries.len() == other.entries.len()
                && pairs.all(|((a, x), (b, y))| a.inner() == b.inner() && x.equals(y.as_ref()));
        }
        let Some(other) = other.downcast_ref::<CelMap<'_>>() else {
            return false;
        };
        let found = |key: &CelString<'static>| other.get(key).ok();
        self.entries.len() == other.inner().len()
            && self.entries.iter().all(|(key, value)| found(key).is_some_and(|it| value.equals(it.as_ref())))
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl Container for Record {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(self.find(value).is_some())
    }
}

impl Indexer for Record {
    fn get<'b, 'v>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'v>, ExecutionError>
    where
        Self: 'v,
    {
        let name = || key.downcast_ref::<CelString<'_>>().map_or_else(String::new, |it| it.inner().to_owned());
        self.find(key).map(CowVal::Borrowed).ok_or_else(|| ExecutionError::no_such_key(&name()))
    }

    fn steal<'v>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'v>, ExecutionError>
    where
        Self: 'v,
    {
        self.get(key).map(|it| it.clone_as_boxed())
    }
}

impl Iterable for Record {
    fn iter<'b, 'v>(&'b self) -> Box<dyn Iterator<'b, 'v> + 'b>
    where
        Self: 'v,
    {
        Box::new(Keys(self.entries.iter()))
    }
}

impl Sizer for Record {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.entries.len()).unwrap_or(i64::MAX))
    }
}

struct Keys<'b>(std::slice::Iter<'b, (CelString<'static>, Box<dyn Val>)>);

impl<'b, 'v> Iterator<'b, 'v> for Keys<'b> {
    fn next(&mut self) -> Option<&'b (dyn Val + 'v)> {
        self.0.next().map(|(key, _)| key as &dyn Val)
    }
}

fn text(it: &str) -> CelString<'static> {
    CelString::from(it.to_owned())
}

/// `value` as an expression sees it. With `is_resource` its `metadata` shows the names alone.
pub fn of(value: &Value, schema: &Schema, is_resource: bool) -> Box<dyn Val> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(it) => Box::new(CelBool::from(*it)),
        Value::Int(it) if schema.ty == "number" => Box::new(CelDouble::from(*it as f64)),
        Value::Int(it) => Box::new(CelInt::from(*it)),
        Value::Float(it) if schema.ty == "integer" => Box::new(CelInt::from(*it as i64)),
        Value::Float(it) => Box::new(CelDouble::from(*it)),
        Value::Str(it) => scalar(it, schema),
        Value::List(items) => {
            let none = Schema::default();
            let of_items = schema.items.as_deref().unwrap_or(&none);
            let items: Vec<Box<dyn Val>> =
                items.iter().map(|it| of(it, of_items, of_items.embedded_resource)).collect();
            Box::new(CelList::from(items))
        }
        Value::Map(map) => {
            let is_struct = schema.additional_schema().is_none();
            let known = |key: &str| {
                !is_struct
                    || schema.properties.contains_key(key)
                    || schema.preserves_unknown_fields()
                    || is_resource && matches!(key, "apiVersion" | "kind" | "metadata")
            };
            let none = Schema::default();
            let entries = map.iter().filter(|(key, _)| known(key)).filter_map(|(key, value)| {
                let name = if is_struct { escaped(key)? } else { key.to_string() };
                let of_field = schema.field(key).unwrap_or(&none);
                let value = match (is_resource, key.as_str()) {
                    (true, "metadata") => names(value),
                    _ => of(value, of_field, of_field.embedded_resource),
                };
                Some((text(&name), value))
            });
            record(entries.collect())
        }
    }
}

/// A map of these entries.
pub fn record(mut entries: Vec<(CelString<'static>, Box<dyn Val>)>) -> Box<dyn Val> {
    entries.sort_by(|a, b| a.0.inner().as_bytes().cmp(b.0.inner().as_bytes()));
    Box::new(Record { entries: Arc::new(entries) })
}

/// The parts of `metadata` that rules may look at.
fn names(metadata: &Value) -> Box<dyn Val> {
    let shown = ["generateName", "name"].into_iter().filter_map(|key| {
        let value: Box<dyn Val> = Box::new(text(metadata[key].as_str()?));
        Some((text(key), value))
    });
    record(shown.collect())
}

fn scalar(it: &str, schema: &Schema) -> Box<dyn Val> {
    match schema.format.as_str() {
        "byte" => {
            STANDARD.decode(it).map_or_else(|_| Box::new(text(it)) as Box<dyn Val>, |it| Box::new(CelBytes::from(it)))
        }
        "date" | "date-time" | "datetime" => match timestamp(it) {
            Some(it) => Box::new(it),
            None => Box::new(text(it)),
        },
        "duration" => match super::library::duration(it) {
            Some(it) => Box::new(CelDuration::from(it)),
            None => Box::new(text(it)),
        },
        _ => Box::new(text(it)),
    }
}

fn timestamp(it: &str) -> Option<CelTimestamp> {
    let full = if it.len() == 10 { format!("{it}T00:00:00Z") } else { it.to_owned() };
    chrono::DateTime::parse_from_rfc3339(&full).ok().map(CelTimestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_s_name_is_written_as_the_language_can() {
        let table = [
            ("plain", Some("plain")),
            ("a-b.c/d", Some("a__dash__b__dot__c__slash__d")),
            ("a__b", Some("a__underscores__b")),
            ("in", Some("__in__")),
            ("1a", None),
            ("a b", None),
        ];
        for (name, want) in table {
            assert_eq!(escaped(name).as_deref(), want, "{name}");
        }
    }
}
