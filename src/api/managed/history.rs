//! The managers of an object as a client sees them: what is recorded with it, and what the loops of the cluster wrote since,
//! which only the store's log tells.
//!
//! Each revision knows its version and each change the revision before, so that the changes of one object are found by
//! going from version to version, without an index. Known difference: of an object whose log is forgotten, or too long to
//! read, the oldest revision that is known counts as made by its first known writer.

use std::sync::Arc;

use super::actors::{self, change_of, manager_of};
use super::entries::{Managed, shown};
use super::update::{ResetFields, Rules};
use super::writes::{Write, update};
use crate::map;
use crate::object::{Object, Str, Value};
use crate::store::{Change, View};

/// How many changes of an object are read at most.
const LONGEST: usize = 1000;

/// The type of an object, what each way of writing it cannot touch, and what it is with nothing in it.
#[derive(Clone, Debug)]
pub struct Facts<'t> {
    /// The rules of a write of the object itself.
    pub main: Rules<'t>,
    /// What a write of its status cannot touch.
    pub status: &'t ResetFields,
    /// The object with nothing in it.
    pub empty: Value,
    /// The version that the fields are named in.
    pub api_version: Str,
}

/// The change that made `version`.
fn change_at<'v>(view: &'v View<'_>, version: u64) -> Option<&'v Change> {
    let mut changes = view.changes_since(version.checked_sub(1)?).ok()?;
    changes.next().filter(|change| change.version == version)
}

/// Whether both carry the very same record.
fn same_record(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

/// Where the managers of a revision are to be worked out from.
struct Origin<'a> {
    /// The record to begin with, or null for none.
    record: Value,
    /// The oldest revision that is known, when nothing tells who made it.
    unknown: Option<&'a Arc<Object>>,
    /// What happened since, the latest first.
    since: Vec<&'a Change>,
}

fn origin<'v>(view: &'v View<'_>, object: &Object) -> Origin<'v> {
    let mut record = object.meta.managed_fields.clone();
    let (mut since, mut unknown) = (Vec::new(), None);
    let mut version = object.meta.resource_version;
    while let Some(change) = change_at(view, version) {
        let after = change.latest().filter(|after| same_record(&after.meta.managed_fields, &record));
        if after.is_none() || since.len() >= LONGEST {
            break;
        }
        let Some(before) = &change.before else {
            if record.is_null() {
                since.push(change);
            }
            break;
        };
        if !same_record(&before.meta.managed_fields, &record) {
            if !record.is_null() {
                break;
            }
            // A loop wrote the object anew, without what was recorded.
            record = before.meta.managed_fields.clone();
        }
        since.push(change);
        version = before.meta.resource_version;
        unknown = record.is_null().then_some(before);
        if change_at(view, version).is_some() {
            unknown = None;
        }
    }
    Origin { record, unknown, since }
}

/// The managers of `object`, a revision that `view` has or had.
pub fn managed(view: View<'_>, object: &Object, facts: &Facts<'_>) -> Managed {
    let origin = origin(&view, object);
    let mut managed = Managed::read(&origin.record).unwrap_or_default();
    if let Some(first) = origin.unknown {
        let actor = origin.since.last().map_or("", |change| change.actor.as_str());
        create(facts, actor, first, first.meta.created.unwrap_or_default(), &mut managed);
    }
    for change in origin.since.iter().rev() {
        note(facts, change, &mut managed);
    }
    managed
}

/// The managers of `object` as the API shows them; null when there are none.
pub fn managed_fields(view: View<'_>, object: &Object, facts: &Facts<'_>) -> Value {
    let record = &object.meta.managed_fields;
    let entries = if origin(&view, object).since.is_empty() && !record.is_null() {
        shown(record)
    } else {
        managed(view, object, facts).to_shown()
    };
    if entries.items().is_empty() { Value::Null } else { entries }
}

fn create(facts: &Facts<'_>, actor: &str, object: &Object, time: crate::clock::Time, managed: &mut Managed) {
    let new = actors::as_sent(object).to_value(Some(&facts.api_version));
    let write = Write {
        rules: facts.main,
        api_version: facts.api_version.clone(),
        subresource: "",
        manager: manager_of(actor),
        now: time,
    };
    *managed = update(&write, &facts.empty, &new, std::mem::take(managed), true);
}

/// Folds a change of the loops into `managed`.
fn note(facts: &Facts<'_>, change: &Change, managed: &mut Managed) {
    let (before, after) = match (&change.before, &change.after) {
        (None, Some(after)) => return create(facts, &change.actor, after, change.time, managed),
        (Some(before), Some(after)) => (before, after),
        _ => return,
    };
    let (rules, subresource) = match change_of(before, after) {
        actors::Change::Unowned => return,
        actors::Change::Main => (facts.main, ""),
        actors::Change::Status => (Rules { reset: facts.status, ..facts.main }, "status"),
    };
    let write = Write {
        rules,
        api_version: facts.api_version.clone(),
        subresource,
        manager: manager_of(&change.actor),
        now: change.time,
    };
    // What is the same in both is nobody's news: of a new status, nothing else is compared.
    let shown = |object: &Object| match subresource {
        "status" => Value::Map(map! { "status" => object.status() }),
        _ => object.to_value(Some(&facts.api_version)),
    };
    // An object of which no record is left is followed from here on all the same.
    *managed = update(&write, &shown(before), &shown(after), std::mem::take(managed), true);
}
