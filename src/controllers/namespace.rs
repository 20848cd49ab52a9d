//! Empties a namespace that is being deleted, says in its conditions how that goes, and then lets it go.
//!
//! `pkg/controller/namespace/namespace_controller.go` and `deletion/namespaced_resources_deleter.go`: pods first, then
//! everything else, five seconds after the deletion (a highly available API server may lag behind it by as much). What is
//! left is looked at again after half the time that it may take, and five seconds after each change of the namespace;
//! looks that can find nothing new take no entry on the timeline (`poll`).
//!
//! Known difference: other kinds than pods go in the order of the kinds, where upstream takes them in no order.

mod conditions;
mod poll;

use std::collections::BTreeMap;

use crate::api::custom::serving;
use crate::api::registry::{DeleteOptions, Propagation};
use crate::clock::{Span, Time};
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Kind, Meta, Object, Str, Value, kinds, literal};
use crate::store::{Change, View};
use conditions::{Remaining, updated_conditions};
use poll::Looks;

/// How long contents are left alone after the deletion and after each later change of the namespace.
const GRACE: Span = Span::seconds(5);
/// How long objects with finalizers are expected to take.
const FINALIZER_ESTIMATE: i64 = 15;
/// The finalizer in `spec.finalizers` that is this controller's.
const FINALIZER: Str = literal!("kubernetes");

/// The namespace controller.
#[derive(Debug, Default)]
pub struct NamespaceController {
    /// Namespaces in the middle of a pass: what was deleted, and is now to be looked for.
    passes: BTreeMap<Str, Pass>,
    /// Namespaces that something holds, and when they are looked at.
    looks: BTreeMap<Str, Looks>,
}

/// How far a pass over a namespace has come.
#[derive(Clone, Copy, Debug)]
enum Pass {
    /// Pods were deleted; they may take so many seconds.
    Pods { estimate: i64 },
    /// Everything else was.
    Rest,
}

impl Controller for NamespaceController {
    fn name(&self) -> &'static str {
        "namespace-controller"
    }

    fn watches(&self) -> Watches {
        Watches::AllBut(&[])
    }

    fn wakes(&mut self, change: &Change, _view: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind != kinds::NAMESPACE {
            if let Some(looks) = self.looks.get_mut(&change.key.namespace) {
                looks.pass_over(change.time);
                let key = Key::new(kinds::NAMESPACE, "", change.key.namespace.clone());
                wakes.push(Wake { key, after: looks.next - change.time });
            }
            return;
        }
        match &change.after {
            Some(after) if after.meta.is_terminating() => wakes.push(Wake { key: change.key.clone(), after: GRACE }),
            Some(_) => {}
            None => self.forget(&change.key.name),
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let pass = self.passes.remove(&key.name);
        if let Some(looks) = self.looks.get_mut(&key.name) {
            looks.pass_over(now);
        }
        let Some(namespace) = view.get(key).filter(|it| it.meta.is_terminating()) else {
            return Outcome::default();
        };
        if !namespace.spec()["finalizers"].items().iter().any(|it| it.as_str() == Some(&FINALIZER)) {
            return Outcome::default();
        }
        let pods = || view.list_in(kinds::POD, &key.name);
        match pass {
            None if pods().next().is_some() => {
                let estimate = estimate_pods(pods().map(AsRef::as_ref), namespace, now);
                self.begin(key, Pass::Pods { estimate }, pods().filter_map(|it| delete(it)).collect(), now)
            }
            Some(Pass::Pods { estimate }) if pods().next().is_some() => {
                self.finish(view, namespace, &[kinds::POD], estimate, now)
            }
            None | Some(Pass::Pods { .. }) => {
                let deletions = namespaced_kinds(view)
                    .flat_map(|kind| view.list_in(kind, &key.name).filter_map(|it| delete(it)).collect::<Vec<_>>());
                self.begin(key, Pass::Rest, deletions.collect(), now)
            }
            Some(Pass::Rest) => {
                let all: Vec<Kind> = namespaced_kinds(view).collect();
                self.finish(view, namespace, &all, 0, now)
            }
        }
    }
}

impl NamespaceController {
    fn forget(&mut self, name: &Str) {
        self.passes.remove(name);
        self.looks.remove(name);
    }

    /// Deletes, and looks at the same instant at what that left.
    fn begin(&mut self, key: &Key, pass: Pass, actions: Vec<Action>, now: Time) -> Outcome {
        self.passes.insert(key.name.clone(), pass);
        Outcome { actions, wake_at: Some(now), ..Outcome::default() }
    }

    /// Ends a pass: tells what of `kinds` remains, and comes back for it, or finalizes the namespace.
    fn finish(&mut self, view: View<'_>, namespace: &Object, kinds: &[Kind], estimate: i64, now: Time) -> Outcome {
        let name = &namespace.meta.name;
        let remaining = Remaining::count(view, name, kinds, estimate);
        let mut actions = Vec::new();
        if let Some(conditions) = updated_conditions(&namespace.status()["conditions"], &remaining, now) {
            let mut changed = namespace.clone();
            changed.status_mut().set(literal!("conditions"), conditions);
            actions.push(Action::UpdateStatus(changed));
        }
        if remaining.is_empty() {
            self.forget(name);
            actions.push(finalized(namespace));
            return Outcome { actions, ..Outcome::default() };
        }
        let before = self.looks.remove(name);
        if estimate > 0 {
            return Outcome { actions, wake_at: Some(now + come_back_after(estimate)), ..Outcome::default() };
        }
        let looks = if remaining.is_unexpected() {
            Looks::back_off(before, now)
        } else {
            Looks::every(come_back_after(FINALIZER_ESTIMATE), now)
        };
        self.looks.insert(name.clone(), looks);
        Outcome { actions, ..Outcome::default() }
    }
}

/// How soon something that may take `estimate` seconds is looked at again.
fn come_back_after(estimate: i64) -> Span {
    Span::seconds(estimate / 2 + 1)
}

fn namespaced_kinds(view: View<'_>) -> impl Iterator<Item = Kind> {
    Kind::stored().chain(serving::kinds(view)).filter(|kind| kind.info().namespaced)
}

/// The deletion of an object with everything it owns, unless it waits already for other reasons than its dependents.
fn delete(object: &Object) -> Option<Action> {
    let waits_for_dependents = object.meta.has_finalizer(&Meta::ORPHAN) || object.meta.has_finalizer(&Meta::FOREGROUND);
    if object.meta.is_terminating() && !waits_for_dependents {
        return None;
    }
    let options = DeleteOptions { propagation: Some(Propagation::Background), ..DeleteOptions::default() };
    Some(Action::Delete(object.key(), options))
}

/// The seconds that the slowest pod may take to terminate, or 0 once so many have passed since the deletion.
fn estimate_pods<'a>(pods: impl Iterator<Item = &'a Object>, namespace: &Object, now: Time) -> i64 {
    let running = pods.filter(|pod| !matches!(pod.status()["phase"].str_or_empty(), "Succeeded" | "Failed"));
    let grace = running.filter_map(|pod| pod.spec()["terminationGracePeriodSeconds"].as_i64());
    let estimate = grace.max().unwrap_or(0).max(0);
    let passed = namespace.meta.deleted.map_or(Span::ZERO, |deleted| now - deleted);
    if passed >= Span::seconds(estimate) { 0 } else { estimate }
}

/// The namespace without this controller's finalizer, whatever its version has become.
fn finalized(namespace: &Object) -> Action {
    let mut changed = namespace.clone();
    changed.meta.resource_version = 0;
    let kept = namespace.spec()["finalizers"].items().iter().filter(|it| it.as_str() != Some(&FINALIZER));
    let kept: Vec<Value> = kept.cloned().collect();
    let spec = if kept.is_empty() {
        map! {}
    } else {
        map! { "finalizers" => kept }
    };
    *changed.spec_mut() = Value::Map(spec);
    Action::Finalize(changed)
}

#[cfg(test)]
mod tests;
