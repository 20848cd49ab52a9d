//! The removal of a kind's objects before its definition goes (`pkg/controller/finalizer/crd_finalizer.go`).

use std::collections::BTreeMap;

use super::status_update;
use crate::api::custom::definition::CLEANUP;
use crate::api::custom::definition::conditions::{self, Condition};
use crate::api::custom::serving;
use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, Str, kinds};
use crate::store::{Change, View};

/// How often it is looked whether objects are left.
const POLL: Span = Span::seconds(5);
/// For how long that is done before the definition is said to be stuck.
const PATIENCE: Span = Span::seconds(60);

/// The loop. It remembers since when it waits for the objects of a definition.
#[derive(Debug, Default)]
pub struct DefinitionFinalizer {
    since: BTreeMap<Str, Time>,
}

impl Controller for DefinitionFinalizer {
    fn name(&self) -> &'static str {
        "crd-finalizer"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CUSTOM_RESOURCE_DEFINITION])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind != kinds::CUSTOM_RESOURCE_DEFINITION {
            return;
        }
        let is_new = !self.since.contains_key(&change.key.name);
        match change.after.as_deref() {
            Some(after) if is_new && is_ours(after) => wakes.push(Wake::now(change.key.clone())),
            Some(_) => {}
            None => {
                self.since.remove(&change.key.name);
            }
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(definition) = view.get(key).filter(|it| is_ours(it)) else {
            self.since.remove(&key.name);
            return Outcome::default();
        };
        if !conditions::is_true(definition, "Established") {
            let never = terminating("False", "NeverEstablished", "resource was never established");
            return finished(definition, never, now);
        }
        let Some(kind) = serving::definitions_kind(definition) else {
            return Outcome::default();
        };
        match self.since.get(&key.name) {
            None => {
                self.since.insert(key.name.clone(), now);
                let in_progress =
                    terminating("True", "InstanceDeletionInProgress", "CustomResource deletion is in progress");
                let mut changed = Object::clone(definition);
                conditions::set(&mut changed, in_progress, now);
                let deletions = view.list(kind).map(|it| Action::Delete(it.key(), DeleteOptions::default()));
                let actions = std::iter::once(Action::UpdateStatus(changed)).chain(deletions).collect();
                Outcome { actions, wake_at: Some(now), ..Outcome::default() }
            }
            Some(_) if view.count(kind) == 0 => {
                let done = terminating("False", "InstanceDeletionCompleted", "removed all instances");
                finished(definition, done, now)
            }
            Some(since) if now >= *since + PATIENCE => {
                self.since.insert(key.name.clone(), now);
                let stuck = terminating(
                    "True",
                    "InstanceDeletionCheck",
                    "could not confirm zero CustomResources remaining: context deadline exceeded",
                );
                let mut changed = Object::clone(definition);
                conditions::set(&mut changed, stuck, now);
                Outcome { wake_at: Some(now + POLL), ..status_update(Some(changed)) }
            }
            Some(_) => Outcome { wake_at: Some(now + POLL), ..Outcome::default() },
        }
    }
}

/// Whether a definition waits for this loop.
fn is_ours(definition: &Object) -> bool {
    definition.meta.is_terminating() && definition.meta.has_finalizer(CLEANUP)
}

fn terminating(status: &'static str, reason: &'static str, message: &'static str) -> Condition<'static> {
    Condition { ty: "Terminating", status, reason, message }
}

/// Lets the definition go.
fn finished(definition: &Object, condition: Condition<'_>, now: Time) -> Outcome {
    let mut changed = definition.clone();
    conditions::set(&mut changed, condition, now);
    changed.meta.remove_finalizer(CLEANUP);
    status_update(Some(changed))
}
