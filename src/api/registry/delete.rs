//! Deleting (apiserver `pkg/registry/rest/delete.go` and `Store.Delete` in `pkg/registry/generic/registry/store.go`).

use std::sync::Arc;

use super::rules::{default_propagation, grace_period};
use super::{Api, DeleteOptions, Deleted, Propagation, admission, namespace, service};
use crate::api::Status;
use crate::api::custom::definition;
use crate::clock::{Span, Time};
use crate::object::{Key, Kind, Meta, Object, Str, kinds};

/// Whether a completed deletion answers with the object rather than with a `Status` (`ReturnDeletedObject`).
pub fn returns_deleted_object(kind: Kind) -> bool {
    matches!(
        kind,
        kinds::POD
            | kinds::SERVICE_ACCOUNT
            | kinds::SERVICE
            | kinds::PERSISTENT_VOLUME
            | kinds::PERSISTENT_VOLUME_CLAIM
            | kinds::POD_TEMPLATE
            | kinds::RESOURCE_QUOTA
    )
}

/// How a deletion goes on.
enum Step {
    /// Deletion has begun before, and this request changes nothing about it.
    Pending,
    /// The object stays, marked like this.
    Mark(Object),
    /// The object is marked like this for a moment, and then gone.
    MarkAndRemove(Object),
    /// The object goes as it is.
    Remove,
}

impl Api<'_> {
    /// Deletes an object, or begins to.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when a precondition does not hold.
    pub fn delete(&mut self, key: &Key, options: &DeleteOptions) -> Result<Deleted, Status> {
        admission::admit_deletion(key)?;
        let Some(old) = self.store.get(key).cloned() else {
            return Err(Status::not_found(key.kind, &key.name));
        };
        check_preconditions(&old, options)?;
        let step = match namespace::deletion(&old, options, self.now) {
            Some(namespace::Deletion::Begins(object)) => Step::Mark(object),
            Some(namespace::Deletion::Waits) => Step::Pending,
            None if key.kind == kinds::CUSTOM_RESOURCE_DEFINITION => match definition::deletion(&old, self.now) {
                Some(marked) => Step::Mark(marked),
                None => step(&old, options, self.now),
            },
            None => step(&old, options, self.now),
        };
        match step {
            Step::Pending => Ok(Deleted::Waiting(old)),
            Step::Mark(object) if options.dry_run => Ok(Deleted::Waiting(Arc::new(object))),
            Step::Mark(object) if object == *old => Ok(Deleted::Waiting(old)),
            Step::Mark(object) => Ok(Deleted::Waiting(self.store.put(object, self.now, self.actor.clone()))),
            Step::MarkAndRemove(object) if options.dry_run => Ok(Deleted::Gone(Arc::new(object))),
            Step::MarkAndRemove(object) => {
                let marked = self.store.put(object, self.now, self.actor.clone());
                self.remove(&marked);
                Ok(Deleted::Gone(marked))
            }
            Step::Remove => {
                if !options.dry_run {
                    self.remove(&old);
                }
                Ok(Deleted::Gone(old))
            }
        }
    }

    /// Takes an object out of the store, and what it held with it (`AfterDelete`).
    pub(super) fn remove(&mut self, object: &Object) {
        self.store.remove(&object.key(), self.now, self.actor.clone());
        if object.kind == kinds::SERVICE {
            service::release(self, object);
        }
    }

    /// Deletes `keys` one by one, as a DELETE of a collection does; those that are gone already are no failure.
    ///
    /// # Errors
    /// The first that is refused ends it; those before it stay deleted.
    pub fn delete_collection(&mut self, keys: &[Key], options: &DeleteOptions) -> Result<(), Status> {
        for key in keys {
            match self.delete(key, options) {
                Err(status) if !status.is_not_found() => return Err(status),
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether `object` has the uid and version that `options` ask for.
pub(super) fn check_preconditions(object: &Object, options: &DeleteOptions) -> Result<(), Status> {
    let why = match (&options.uid, &options.resource_version) {
        (Some(uid), _) if *uid != object.meta.uid => format!(
            "the UID in the precondition ({uid}) does not match the UID in record ({}). The object might have been deleted \
             and then recreated",
            object.meta.uid
        ),
        (_, Some(version)) if *version != object.meta.resource_version.to_string() => format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({}). The \
             object might have been modified",
            object.meta.resource_version
        ),
        _ => return Ok(()),
    };
    // This check names the kind where others name the resource.
    let info = object.kind.info();
    let mut status = Status::conflict(object.kind, &object.meta.name, &why);
    let kind = if info.group.is_empty() { info.kind.to_owned() } else { format!("{}.{}", info.kind, info.group) };
    status.message = format!("Operation cannot be fulfilled on {kind} {:?}: {why}", object.meta.name.as_str());
    status.details.insert("kind", info.kind);
    Err(status)
}

fn step(old: &Object, options: &DeleteOptions, now: Time) -> Step {
    let asked = options.grace_seconds.map(|it| if it < 0 { 1 } else { it });
    let finalizers = collection_finalizers(&old.meta, old.kind, options.propagation);
    let waits = !finalizers.as_ref().unwrap_or(&old.meta.finalizers).is_empty();
    let grace = grace_period(old, asked);
    if !waits && grace.is_none() {
        return Step::Remove;
    }
    let mut object = old.clone();
    let graceful = match begin(&mut object.meta, grace, asked, now) {
        Grace::Pending => return Step::Pending,
        Grace::None => None,
        Grace::Seconds(seconds) => Some(seconds),
    };
    if let Some(finalizers) = finalizers {
        object.meta.finalizers = Arc::new(finalizers);
    }
    match graceful {
        None if waits => {
            mark_as_deleting(&mut object.meta, now);
            Step::Mark(object)
        }
        None => Step::Remove,
        Some(seconds) if waits || seconds > 0 => Step::Mark(object),
        Some(_) => Step::MarkAndRemove(object),
    }
}

/// How the grace period of a deletion stands.
enum Grace {
    /// The kind knows none, or it is over.
    None,
    /// It runs already, and no shorter one was asked for.
    Pending,
    /// It is this many seconds from the beginning of the deletion.
    Seconds(i64),
}

/// Begins or shortens a graceful deletion of so many seconds, if it is one (`BeforeDelete`).
fn begin(meta: &mut Meta, grace: Option<i64>, asked: Option<i64>, now: Time) -> Grace {
    let Some(seconds) = grace else {
        return Grace::None;
    };
    if let Some(deleted) = meta.deleted {
        let running = meta.deletion_grace_seconds.map_or(0, |it| if it < 0 { 1 } else { it });
        if running == 0 {
            return Grace::None;
        }
        return match asked {
            Some(shorter) if shorter < running => {
                meta.deleted = Some(deleted - Span::seconds(running) + Span::seconds(shorter));
                meta.deletion_grace_seconds = Some(shorter);
                Grace::Seconds(shorter)
            }
            _ => Grace::Pending,
        };
    }
    meta.deleted = Some((now + Span::seconds(seconds)).truncated());
    meta.deletion_grace_seconds = Some(seconds);
    if meta.generation > 0 {
        meta.generation += 1;
    }
    Grace::Seconds(seconds)
}

/// Marks an object that knows no grace period (`markAsDeleting`).
fn mark_as_deleting(meta: &mut Meta, now: Time) {
    if meta.deleted.is_none() && meta.generation > 0 {
        meta.generation += 1;
    }
    let now = now.truncated();
    meta.deleted = Some(meta.deleted.map_or(now, |it| it.min(now)));
    meta.deletion_grace_seconds = Some(0);
}

/// The finalizers with those of the garbage collector as the deletion wants them, or `None` when they are so already
/// (`deletionFinalizersForGarbageCollection`).
fn collection_finalizers(meta: &Meta, kind: Kind, asked: Option<Propagation>) -> Option<Vec<Str>> {
    let default = default_propagation(kind);
    let present = || {
        meta.finalizers.iter().find_map(|it| match it.as_str() {
            "orphan" => Some(Propagation::Orphan),
            "foregroundDeletion" => Some(Propagation::Foreground),
            _ => None,
        })
    };
    let policy = default.map(|default| asked.or_else(present).unwrap_or(default));
    let wanted = match policy {
        Some(Propagation::Orphan) => Some(Meta::ORPHAN),
        Some(Propagation::Foreground) => Some(Meta::FOREGROUND),
        Some(Propagation::Background) | None => None,
    };
    let is_collectors = |it: &Str| *it == Meta::ORPHAN || *it == Meta::FOREGROUND;
    if meta.finalizers.iter().filter(|it| is_collectors(it)).eq(wanted.iter()) {
        return None;
    }
    Some(meta.finalizers.iter().filter(|it| !is_collectors(it)).cloned().chain(wanted).collect())
}
