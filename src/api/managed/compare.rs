//! What differs between two values of a type (structured-merge-diff `typed/compare.go`).

use std::collections::BTreeMap;

use super::path::{FieldPath, Step};
use super::set::FieldSet;
use super::typed::element_step;
use super::types::{Elements, Handled, ListType, MapType, TypeId, Types};
use crate::object::{Map, Str, Value};

/// The fields by which two values differ. No field is in two of the sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Those that only the first has.
    pub removed: FieldSet,
    /// Those that both have, with other values.
    pub modified: FieldSet,
    /// Those that only the second has.
    pub added: FieldSet,
}

impl Comparison {
    /// Whether nothing differs.
    pub fn is_same(&self) -> bool {
        self.removed.is_empty() && self.modified.is_empty() && self.added.is_empty()
    }

    /// Passes each of the sets through `filter`.
    pub fn filtered(self, filter: impl Fn(&FieldSet) -> FieldSet) -> Self {
        Comparison { removed: filter(&self.removed), modified: filter(&self.modified), added: filter(&self.added) }
    }
}

/// Compares two values of type `ty`.
pub fn compare(types: &Types, ty: TypeId, before: &Value, after: &Value) -> Comparison {
    let mut walk = Walk { types, path: Vec::new(), out: Comparison::default() };
    walk.value(ty, Some(before), Some(after));
    walk.out
}

struct Walk<'t> {
    types: &'t Types,
    path: FieldPath,
    out: Comparison,
}

impl Walk<'_> {
    fn value(&mut self, ty: TypeId, before: Option<&Value>, after: Option<&Value>) {
        if let (Some(before), Some(after)) = (before, after)
            && before.is_shared_with(after)
        {
            return;
        }
        let types = self.types;
        let atom = types.atom(ty);
        let (left, right) = (atom.form_of(before), atom.form_of(after));
        let is_leaf = if after.is_none() {
            self.handle(atom.handled(left), before, after)
        } else if before.is_none() || left == right {
            self.handle(atom.handled(right), before, after)
        } else {
            self.handle(atom.handled(left), before, after);
            self.handle(atom.handled(right), before, after)
        };
        if !is_leaf {
            match (before, after) {
                (None, _) => self.out.added.insert(&self.path),
                (_, None) => self.out.removed.insert(&self.path),
                _ => {}
            }
        }
    }

    /// Compares as one form, and tells whether the value was a leaf.
    fn handle(&mut self, form: Handled<'_>, before: Option<&Value>, after: Option<&Value>) -> bool {
        match form {
            Handled::Scalar(_) => self.leaf(before, after),
            Handled::List(list) => {
                let (left, right) = (before.map_or(&[][..], Value::items), after.map_or(&[][..], Value::items));
                if list.elements == Elements::Atomic || (left.is_empty() && right.is_empty()) {
                    return self.leaf(before, after);
                }
                self.items(list, left, right);
                false
            }
            Handled::Map(map) => {
                let entries = |it: Option<&Value>| it.and_then(Value::as_map).cloned().unwrap_or_default();
                let (left, right) = (entries(before), entries(after));
                if map.is_atomic || (left.is_empty() && right.is_empty()) {
                    return self.leaf(before, after);
                }
                self.entries(map, &left, &right);
                false
            }
        }
    }

    fn leaf(&mut self, before: Option<&Value>, after: Option<&Value>) -> bool {
        match (before, after) {
            (None, _) => self.out.added.insert(&self.path),
            (_, None) => self.out.removed.insert(&self.path),
            (Some(before), Some(after)) if before != after => self.out.modified.insert(&self.path),
            _ => {}
        }
        true
    }

    fn below(&mut self, step: Step, ty: TypeId, before: Option<&Value>, after: Option<&Value>) {
        self.path.push(step);
        self.value(ty, before, after);
        self.path.pop();
    }

    fn entries(&mut self, map: &MapType, left: &Map, right: &Map) {
        let ty = |key: &str| map.field_or_element(key).unwrap_or(Types::DEDUCED);
        for (key, before) in left.iter() {
            let after = right.get(key);
            if after.is_some_and(|after| before.is_shared_with(after)) {
                continue;
            }
            self.below(Step::Field(key.clone()), ty(key), Some(before), after);
        }
        let added: Vec<(&Str, &Value)> = right.iter().filter(|(key, _)| !left.contains_key(key)).collect();
        for (key, after) in added {
            self.below(Step::Field(key.clone()), ty(key), None, Some(after));
        }
    }

    fn items(&mut self, list: &ListType, left: &[Value], right: &[Value]) {
        let (mut left, right) = (by_step(list, left), by_step(list, right));
        for (step, after) in right {
            let before = left.remove(&step).unwrap_or_default();
            self.element(list, step, &before, &after);
        }
        for (step, before) in left {
            self.element(list, step, &before, &[]);
        }
    }

    /// Compares the elements of one key. Where there are several on a side, they are compared as a whole.
    fn element(&mut self, list: &ListType, step: Step, before: &[&Value], after: &[&Value]) {
        match (before, after) {
            ([] | [_], [] | [_]) => self.below(step, list.element, before.first().copied(), after.first().copied()),
            ([_, _, ..], [_, _, ..]) => {
                if before != after {
                    self.at(step, |out, path| out.modified.insert(path));
                }
            }
            ([_, _, ..], rest) => {
                self.at(step.clone(), |out, path| out.removed.insert(path));
                if let Some(after) = rest.first() {
                    self.below(step, list.element, None, Some(after));
                }
            }
            (rest, [_, _, ..]) => {
                if let Some(before) = rest.first() {
                    self.below(step.clone(), list.element, Some(before), None);
                }
                self.at(step, |out, path| out.added.insert(path));
            }
        }
    }

    fn at(&mut self, step: Step, note: impl FnOnce(&mut Comparison, &[Step])) {
        self.path.push(step);
        note(&mut self.out, &self.path);
        self.path.pop();
    }
}

fn by_step<'v>(list: &ListType, items: &'v [Value]) -> BTreeMap<Step, Vec<&'v Value>> {
    let mut out: BTreeMap<Step, Vec<&Value>> = BTreeMap::new();
    for item in items {
        if let Ok(step) = element_step(list, item) {
            out.entry(step).or_default().push(item);
        }
    }
    out
}
