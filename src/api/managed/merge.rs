//! Merging what is applied into what is there, and removing fields (structured-merge-diff `typed/merge.go` and
//! `typed/remove.go`).

use std::collections::BTreeMap;

use super::path::Step;
use super::set::FieldSet;
use super::typed::element_step;
use super::types::{Elements, Handled, ListType, MapType, TypeId, Types};
use crate::object::{Map, Str, Value};

/// `live` with everything in it that `applied` says. Nothing is removed.
pub fn merge(types: &Types, ty: TypeId, live: &Value, applied: &Value) -> Value {
    merge_value(types, ty, Some(live), Some(applied)).unwrap_or_default()
}

fn merge_value(types: &Types, ty: TypeId, live: Option<&Value>, applied: Option<&Value>) -> Option<Value> {
    let (Some(live_value), Some(applied_value)) = (live, applied) else {
        return applied.or(live).cloned();
    };
    let atom = types.atom(ty);
    // Where both are of different forms, what is applied decides. A null takes the form of the other side.
    let form = match atom.form_of(applied) {
        super::types::Forms::Any => atom.form_of(live),
        form => form,
    };
    match atom.handled(form) {
        Handled::Scalar(_) => applied.cloned(),
        Handled::List(list) => {
            let (left, right) = (live_value.items(), applied_value.items());
            if list.elements == Elements::Atomic || (left.is_empty() && right.is_empty()) {
                return applied.cloned();
            }
            let items = merge_items(types, list, left, right);
            (!items.is_empty()).then(|| Value::from(items))
        }
        Handled::Map(map) => {
            let empty = Map::new();
            let (left, right) = (live_value.as_map().unwrap_or(&empty), applied_value.as_map().unwrap_or(&empty));
            if map.is_atomic || (left.is_empty() && right.is_empty()) {
                return applied.cloned();
            }
            let merged = merge_entries(types, map, left, right);
            (!merged.is_empty()).then_some(Value::Map(merged))
        }
    }
}

fn merge_entries(types: &Types, map: &MapType, left: &Map, right: &Map) -> Map {
    let mut out = left.clone();
    for (key, applied) in right.iter() {
        let ty = map.field_or_element(key).unwrap_or(Types::DEDUCED);
        match merge_value(types, ty, left.get(key), Some(applied)) {
            Some(merged) => {
                out.insert(key, merged);
            }
            None => {
                out.remove(key);
            }
        }
    }
    out
}

/// The elements of a list in their order, and by their steps; of those that are there twice, none.
type ByStep<'v> = (Vec<(Step, &'v Value)>, BTreeMap<Step, Option<&'v Value>>);

fn by_step<'v>(list: &ListType, items: &'v [Value]) -> ByStep<'v> {
    let (mut order, mut known) = (Vec::new(), BTreeMap::new());
    for item in items {
        if let Ok(step) = element_step(list, item) {
            let once = (!known.contains_key(&step)).then_some(item);
            known.insert(step.clone(), once);
            order.push((step, item));
        }
    }
    (order, known)
}

/// Weaves both lists together: what both have comes in the order of what is applied, and what only one has keeps its place
/// among its neighbours.
fn merge_items(types: &Types, list: &ListType, live: &[Value], applied: &[Value]) -> Vec<Value> {
    let (left, in_left) = by_step(list, live);
    let (right, in_right) = by_step(list, applied);
    let mut out = Vec::with_capacity(left.len().max(right.len()));
    let merged = |step: &Step| {
        let of = |known: &BTreeMap<Step, Option<&Value>>| known.get(step).copied().flatten().cloned();
        merge_value(types, list.element, of(&in_left).as_ref(), of(&in_right).as_ref())
    };
    let mut shared = right.iter().map(|(step, _)| step).filter(|step| in_left.contains_key(step));
    let mut next = shared.next();
    let mut done: std::collections::BTreeSet<&Step> = std::collections::BTreeSet::new();
    let (mut l, mut r) = (0, 0);
    while l < left.len() || r < right.len() {
        if let (Some((a, _)), Some((b, _))) = (left.get(l), right.get(r)) {
            if a == b {
                done.insert(b);
                out.extend(merged(b));
                (l, r) = (l + 1, r + 1);
                next = shared.next();
                continue;
            }
            if in_right.contains_key(a) && next.is_some_and(|next| next != a) {
                // Both have it, and another one is due before.
                l += 1;
                continue;
            }
        }
        if let Some((step, item)) = left.get(l) {
            if !in_right.contains_key(step) {
                out.push((*item).clone());
                l += 1;
                continue;
            }
            if done.contains(step) {
                l += 1;
            }
        }
        if let Some((step, _)) = right.get(r) {
            done.insert(step);
            out.extend(merged(step));
            r += 1;
            if next == Some(step) {
                next = shared.next();
            }
        }
    }
    out
}

/// `value` without the fields and elements in `fields`. Containers that nothing is left in are removed too.
pub fn remove(types: &Types, ty: TypeId, value: &Value, fields: &FieldSet) -> Value {
    if fields.is_empty() {
        return value.clone();
    }
    let atom = types.atom(ty);
    match atom.handled(atom.form_of(Some(value))) {
        Handled::Scalar(_) => value.clone(),
        Handled::List(list) if list.elements == Elements::Atomic => Value::Null,
        Handled::List(list) => {
            let kept: Vec<Value> =
                value.items().iter().filter_map(|item| kept_item(types, list, item, fields)).collect();
            if kept.is_empty() { Value::Null } else { Value::from(kept) }
        }
        Handled::Map(map) if map.is_atomic => Value::Null,
        Handled::Map(map) => {
            let entries = value.as_map().into_iter().flat_map(Map::iter);
            let kept: Vec<(Str, Value)> = entries.filter_map(|it| kept_entry(types, map, it, fields)).collect();
            if kept.is_empty() { Value::Null } else { Value::Map(Map::from_entries(kept)) }
        }
    }
}

fn kept_item(types: &Types, list: &ListType, item: &Value, fields: &FieldSet) -> Option<Value> {
    let Ok(step) = element_step(list, item) else {
        return Some(item.clone());
    };
    if fields.has_step(&step) {
        return None;
    }
    Some(match fields.below(&step) {
        Some(below) => remove(types, list.element, item, below),
        None => item.clone(),
    })
}

fn kept_entry(types: &Types, map: &MapType, (key, value): (&Str, &Value), fields: &FieldSet) -> Option<(Str, Value)> {
    let step = Step::Field(key.clone());
    if fields.has_step(&step) {
        return None;
    }
    let ty = map.field_or_element(key).unwrap_or(Types::DEDUCED);
    let kept = match fields.below(&step) {
        Some(below) => remove(types, ty, value, below),
        None => value.clone(),
    };
    Some((key.clone(), kept))
}
