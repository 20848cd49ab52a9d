//! A JSON value whose parts are shared.
//!
//! Every change of an object makes a new revision, and the history keeps them all. Lists and maps are therefore
//! reference-counted and copied on write: two revisions share what did not change between them, and the pods of
//! one template share the template. Maps are sorted by key, so that every iteration and every text is defined.

use std::ops::Index;
use std::sync::Arc;

use super::Map;
use super::entries::{Tag, tag};

/// A shared, immutable string. Cloning it copies a pointer, and a literal costs no allocation.
pub type Str = arcstr::ArcStr;

/// A JSON value. Cloning is cheap: lists and maps are shared until one side changes, and comparing shared parts is free.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`, and what reading an absent field yields.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number without a fraction.
    Int(i64),
    /// A number with a fraction or beyond 64 bits.
    Float(f64),
    /// A string.
    Str(Str),
    /// An array.
    List(Arc<Vec<Value>>),
    /// An object.
    Map(Map),
}

static NULL: Value = Value::Null;

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Float(a), Value::Float(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => Str::ptr_eq(a, b) || a == b,
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Map(a), Value::Map(b)) => a == b,
            _ => false,
        }
    }
}

impl Value {
    /// The `null` that stands for every absent field.
    pub fn null() -> &'static Value {
        &NULL
    }

    /// An empty map.
    pub fn empty_map() -> Self {
        Value::Map(Map::new())
    }

    /// A list of `items`.
    pub fn list<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Self {
        Value::List(Arc::new(items.into_iter().map(Into::into).collect()))
    }

    /// Whether this is `null` or absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// Whether this is `true`: an absent boolean is false, as in Go.
    pub fn is_true(&self) -> bool {
        matches!(self, Value::Bool(true))
    }

    /// The integer, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Int(i) => Some(*i),
            _ => None,
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The string, or `""` when there is none: an absent string is empty, as in Go.
    pub fn str_or_empty(&self) -> &str {
        self.as_str().unwrap_or_default()
    }

    /// The shared string, if it is one.
    pub fn as_shared_str(&self) -> Option<&Str> {
        match self {
            Value::Str(s) => Some(s),
            _ => None,
        }
    }

    /// The items, or none when this is not a list.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The items for changing; anything else becomes an empty list first.
    pub fn items_mut(&mut self) -> &mut Vec<Value> {
        if !matches!(self, Value::List(_)) {
            *self = Value::List(Arc::default());
        }
        match self {
            Value::List(items) => Arc::make_mut(items),
            _ => unreachable!("it was made a list above"),
        }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map for changing; anything else becomes an empty map first.
    pub fn map_mut(&mut self) -> &mut Map {
        if !matches!(self, Value::Map(_)) {
            *self = Value::empty_map();
        }
        match self {
            Value::Map(map) => map,
            _ => unreachable!("it was made a map above"),
        }
    }

    /// The field `key` of a map, or null.
    #[inline(always)]
    pub fn get(&self, key: &str) -> &Value {
        self.tagged(tag(key), key)
    }

    /// The field `key`, whose tag is `tag`. Fields are read in thousands of places, so that a place does as little as can be.
    #[inline(never)]
    fn tagged(&self, tag: Tag, key: &str) -> &Value {
        match self {
            Value::Map(map) => map.0.find(tag, key).map_or(&NULL, |(_, value)| value),
            _ => &NULL,
        }
    }

    /// The value at a path of field names, or null when any step of it is absent.
    pub fn at(&self, path: &[&str]) -> &Value {
        path.iter().fold(self, |value, key| value.get(key))
    }

    /// Sets the field `key`, making this a map if it was none.
    pub fn set(&mut self, key: impl Into<Str>, value: impl Into<Value>) {
        self.map_mut().insert(key, value);
    }

    /// Sets the field `key` unless it is there with something other than null; returns whether it was set.
    pub fn set_default(&mut self, key: &'static str, value: impl Into<Value>) -> bool {
        if !self.get(key).is_null() {
            return false;
        }
        self.set(Str::from(key), value);
        true
    }

    /// Removes the field `key`.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        match self {
            Value::Map(map) => map.remove(key),
            _ => None,
        }
    }

    /// The field `key` for changing, made a null first when it is absent.
    pub fn field_mut(&mut self, key: &str) -> &mut Value {
        self.map_mut().entry(key)
    }

    /// The value at a path for changing; the maps on the way are made.
    pub fn at_mut(&mut self, path: &[&str]) -> &mut Value {
        path.iter().fold(self, |value, key| value.field_mut(key))
    }

    /// Whether this is absent, null, false, zero or empty: what Go's `omitempty` leaves out.
    pub fn is_empty(&self) -> bool {
        match self {
            Value::Null => true,
            Value::Bool(b) => !b,
            Value::Int(i) => *i == 0,
            Value::Float(f) => *f == 0.0,
            Value::Str(s) => s.is_empty(),
            Value::List(items) => items.is_empty(),
            Value::Map(map) => map.is_empty(),
        }
    }

    /// Whether both are the very same shared map or list. Equality would have to look inside where they are not.
    pub fn is_shared_with(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
            (Value::Map(a), Value::Map(b)) => a.is_shared_with(b),
            _ => false,
        }
    }

    /// Equality that looks inside shared parts only when they are not the very same.
    pub fn is_same(&self, other: &Value) -> bool {
        self == other
    }
}

impl Index<&str> for Value {
    type Output = Value;
    #[inline(always)]
    fn index(&self, key: &str) -> &Value {
        self.get(key)
    }
}

impl Index<usize> for Value {
    type Output = Value;
    fn index(&self, i: usize) -> &Value {
        self.items().get(i).unwrap_or(&NULL)
    }
}
