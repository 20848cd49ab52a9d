//! Who owns what after an update or an apply, and what an apply makes of an object
//! (structured-merge-diff `merge/update.go` and `merge/conflict.go`).

use super::compare::{Comparison, compare};
use super::entries::{Managed, Manager, Owned};
use super::merge::{merge, remove};
use super::path::FieldPath;
use super::set::FieldSet;
use super::typed::to_set;
use super::types::{TypeId, Types};
use crate::object::{Str, Value};

/// A field that another manager has with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Whose field it is.
    pub manager: Manager,
    /// The field.
    pub path: FieldPath,
}

/// Which fields a write cannot touch, and so cannot own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResetFields {
    /// Fields that are out of reach, with all below them.
    pub except: FieldSet,
    /// The only fields in reach, when that is said instead.
    pub only: Option<FieldSet>,
}

impl ResetFields {
    /// What of `set` is in reach.
    pub fn filter(&self, set: &FieldSet) -> FieldSet {
        match &self.only {
            Some(only) => set.only_trees(only),
            None => set.without_trees(&self.except),
        }
    }
}

/// The type of an object and the rules of one way to write it.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'t> {
    /// Every type.
    pub types: &'t Types,
    /// The type of the object.
    pub root: TypeId,
    /// What the write cannot touch.
    pub reset: &'t ResetFields,
}

impl Rules<'_> {
    fn set_of(&self, object: &Value) -> FieldSet {
        to_set(self.types, self.root, object)
    }

    fn named(&self, set: &FieldSet) -> FieldSet {
        set.with_named_fields(self.types, Some(self.root))
    }

    fn without(&self, object: &Value, fields: &FieldSet) -> Value {
        remove(self.types, self.root, object, fields)
    }

    /// Takes from every other manager what changed and what went away.
    fn take(
        &self,
        live: &Value,
        new: &Value,
        managed: &mut Managed,
        writer: &Manager,
        force: bool,
    ) -> Result<Comparison, Vec<Conflict>> {
        let compared = compare(self.types, self.root, live, new).filtered(|set| self.reset.filter(set));
        let changed = compared.modified.union(&compared.added);
        let others = || managed.iter().filter(|(manager, _)| *manager != writer);
        if !force {
            let conflicts: Vec<Conflict> = others()
                .flat_map(|(manager, owned)| {
                    let paths = owned.fields.intersection(&changed).paths();
                    paths.into_iter().map(|path| Conflict { manager: manager.clone(), path })
                })
                .collect();
            if !conflicts.is_empty() {
                return Err(conflicts);
            }
        }
        if !compared.is_same() {
            for (_, owned) in managed.iter_mut().filter(|(manager, _)| *manager != writer) {
                owned.fields = owned.fields.difference(&changed).difference(&compared.removed);
            }
        }
        managed.retain(|_, owned| !owned.fields.is_empty());
        Ok(compared)
    }

    /// Notes that `writer` made `new` of `live`: what it changed is its own now.
    pub fn update(&self, live: &Value, new: &Value, managed: &mut Managed, writer: &Manager, version: &Str) {
        let Ok(compared) = self.take(live, new, managed, writer, true) else {
            return;
        };
        let before = managed.remove(writer);
        let had = before.as_ref().map(|owned| owned.fields.clone()).unwrap_or_default();
        let fields = had.difference(&compared.removed).union(&compared.modified).union(&compared.added);
        let fields = self.reset.filter(&fields);
        if !fields.is_empty() {
            let time = before.and_then(|owned| owned.time);
            managed.insert(writer.clone(), Owned { fields, api_version: version.clone(), time });
        }
    }

    /// What `writer` makes of `live` by applying `applied`, or `None` when nothing of the object changes.
    ///
    /// # Errors
    /// The fields that others have with other values, unless `force` takes them over.
    pub fn apply(
        &self,
        live: &Value,
        applied: &Value,
        managed: &mut Managed,
        (writer, version): (&Manager, &Str),
        force: bool,
    ) -> Result<Option<Value>, Vec<Conflict>> {
        let merged = merge(self.types, self.root, live, applied);
        let last = managed.get(writer).map(|owned| owned.fields.clone()).unwrap_or_default();
        let fields = self.reset.filter(&self.set_of(applied));
        let time = managed.get(writer).and_then(|owned| owned.time);
        managed.insert(writer.clone(), Owned { fields, api_version: version.clone(), time });
        let new = self.prune(merged, managed, &last);
        self.take(live, &new, managed, writer, force)?;
        Ok((new != *live).then_some(new))
    }

    /// Removes what the applier had applied last time and does not now, and nobody else has (`prune`).
    fn prune(&self, merged: Value, managed: &Managed, last: &FieldSet) -> Value {
        if last.is_empty() {
            return merged;
        }
        let last = self.named(last);
        let pruned = self.without(&merged, &last);
        let owned = managed.values().fold(FieldSet::default(), |all, owned| all.union(&owned.fields));
        let in_merged = self.named(&self.set_of(&merged));
        // What someone owns comes back.
        let kept = self.named(&self.set_of(&pruned)).union(&self.named(&owned));
        let pruned = self.without(&merged, &in_merged.difference(&kept));
        // What the applier never had comes back too.
        let in_pruned = self.named(&self.set_of(&pruned));
        self.without(&merged, &in_merged.difference(&in_pruned).intersection(&last))
    }
}
