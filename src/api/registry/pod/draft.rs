//! A value that is copied only when something of it changes.
//!
//! The pods of one template share its containers and volumes, and a template is defaulted long before its pods are made.
//! Defaulting therefore reads first, and writes only what is missing.

use crate::object::{Str, Value};

/// A rule that yields the changed value, or `None` when nothing is to change.
pub(super) type Rule = fn(&Value) -> Option<Value>;

/// A map under change.
pub(super) struct Draft<'a> {
    was: &'a Value,
    now: Option<Value>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(was: &'a Value) -> Self {
        Draft { was, now: None }
    }

    /// The map as it is by now.
    pub(super) fn current(&self) -> &Value {
        self.now.as_ref().unwrap_or(self.was)
    }

    pub(super) fn get(&self, key: &str) -> &Value {
        self.current().get(key)
    }

    pub(super) fn set(&mut self, key: impl Into<Str>, value: impl Into<Value>) {
        self.now.get_or_insert_with(|| self.was.clone()).set(key, value);
    }

    /// Sets a field that is absent, or a Go zero value: null, `""` or 0.
    pub(super) fn unless_set(&mut self, key: &'static str, value: impl Into<Value>) {
        let is_zero = match self.get(key) {
            Value::Null | Value::Int(0) => true,
            Value::Str(text) => text.is_empty(),
            _ => false,
        };
        if is_zero {
            self.set(Str::from(key), value);
        }
    }

    /// Sets a field that is absent: a pointer in Go, where a zero is a value.
    pub(super) fn unless_present(&mut self, key: &'static str, value: impl Into<Value>) {
        if self.get(key).is_null() {
            self.set(Str::from(key), value);
        }
    }

    /// Applies `rule` to the field `key`, if it is there.
    pub(super) fn within(&mut self, key: &'static str, rule: Rule) {
        let changed = match self.get(key) {
            Value::Null => None,
            value => rule(value),
        };
        if let Some(value) = changed {
            self.set(Str::from(key), value);
        }
    }

    /// Applies `rule` to each item of the list `key`.
    pub(super) fn each(&mut self, key: &'static str, rule: Rule) {
        if let Some(list) = each(self.get(key), rule) {
            self.set(Str::from(key), list);
        }
    }

    /// The changed map, or `None` when nothing changed.
    pub(super) fn done(self) -> Option<Value> {
        self.now
    }
}

fn each(list: &Value, rule: Rule) -> Option<Value> {
    let mut changed: Option<Value> = None;
    for (i, item) in list.items().iter().enumerate() {
        if let Some(value) = rule(item) {
            changed.get_or_insert_with(|| list.clone()).items_mut()[i] = value;
        }
    }
    changed
}

/// Puts what `rule` makes of `value` in its place.
pub(super) fn apply(value: &mut Value, rule: Rule) {
    if let Some(changed) = rule(value) {
        *value = changed;
    }
}
