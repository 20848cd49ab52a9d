//! Carrying out what controllers want done, in their order, through the API's write path.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::Status;
use crate::api::registry::{DeleteOptions, Part, WriteOptions};
use crate::clock::Span;
use crate::controllers::cronjob::JobRun;
use crate::controllers::{Action, Announced, EventRecord};
use crate::object::{Key, Object, Str, decimal, joined};
use crate::sim::cluster::Cluster;
use crate::sim::timeline::Words;

/// The first retry of a key whose action failed; each further failure doubles it
/// (client-go `util/workqueue/default_rate_limiters.go`).
const FIRST_RETRY: Span = Span::millis(5);
/// The longest time between retries.
const LAST_RETRY: Span = Span::seconds(1000);

/// How often the reconciles of a key failed in a row.
#[derive(Debug, Default)]
pub struct Backoff {
    failures: BTreeMap<(usize, Key), u32>,
}

impl Backoff {
    fn failed(&mut self, controller: usize, key: &Key) -> Span {
        let failures = self.failures.entry((controller, key.clone())).or_default();
        *failures += 1;
        FIRST_RETRY.backed_off(*failures, LAST_RETRY)
    }

    /// Whether no key failed that was not reconciled well since.
    pub(super) fn is_empty(&self) -> bool {
        self.failures.is_empty()
    }

    fn forget(&mut self, controller: usize, key: &Key) {
        if !self.is_empty() {
            self.failures.remove(&(controller, key.clone()));
        }
    }
}

impl Cluster {
    /// Applies `actions`, and has the key reconciled again after a back-off when one of them failed.
    pub(super) fn apply(&mut self, controller: usize, key: &Key, actor: &Str, actions: Vec<Action>) {
        let mut failed = None;
        for action in actions {
            if let Action::CreateChildren { objects, owner } = action {
                failed = failed.or(self.create_children(actor, objects, &owner).err());
                continue;
            }
            if let Action::StartJob(run) = action {
                failed = failed.or(self.start_job(actor, *run).err());
                continue;
            }
            if let Action::Ask(call) = action {
                self.ask_api(controller, &call);
                continue;
            }
            if let Action::Sequence(steps) = action {
                let done = steps.into_iter().try_for_each(|it| self.act_and_record(actor, it));
                failed = failed.or(done.err());
                continue;
            }
            let goes_on = matches!(
                action,
                Action::CreateChild { .. } | Action::DeleteChild { .. } | Action::Announced(_) | Action::Event(_)
            );
            if let Err(status) = self.act_and_record(actor, action) {
                failed.get_or_insert(status);
                if !goes_on {
                    break;
                }
            }
        }
        if let Some(status) = failed {
            if let Some(controller) = self.controllers.get_mut(controller) {
                controller.refused(key, &status);
            }
            let after = self.backoff.failed(controller, key);
            self.timeline.push(controller, key.clone(), self.now + after);
        } else {
            self.backoff.forget(controller, key);
        }
    }

    /// Carries out one action and records it.
    fn act_and_record(&mut self, actor: &Str, action: Action) -> Result<(), Status> {
        let words = describe(&action);
        let result = self.act(actor, action);
        self.record_action(actor, words, &result);
        result.map(drop)
    }

    /// Records an action in `words`, and how it went.
    fn record_action(&mut self, actor: &Str, words: Words, result: &Result<Option<Str>, Status>) {
        let words = match result {
            Ok(None) => words,
            Ok(Some(name)) => words.and(" ", name),
            Err(status) => with_refusal(words, status),
        };
        self.timeline.record(self.now, actor, words);
    }

    /// Starts the Job of a CronJob and notes it in the status of that.
    fn start_job(&mut self, actor: &Str, run: JobRun) -> Result<(), Status> {
        let words = named("create ", &run.job);
        let result = self.api(actor).create(run.job.clone(), &WriteOptions::default());
        self.record_action(actor, words, &result.as_ref().map(|_| None).map_err(Clone::clone));
        match result {
            Ok(made) => run.started(&made).into_iter().try_for_each(|it| self.act_and_record(actor, it)),
            Err(status) => {
                for action in run.failed(&status) {
                    // The first failure is the one that is told.
                    drop(self.act_and_record(actor, action));
                }
                Err(status)
            }
        }
    }

    /// Creates `objects` in batches that double, until a batch has a failure; returns the first one.
    fn create_children(&mut self, actor: &Str, objects: Vec<Object>, owner: &Arc<Object>) -> Result<(), Status> {
        let (mut batch, mut done, mut failed) = (1, 0, Ok(()));
        for object in objects {
            if done == batch {
                if failed.is_err() {
                    break;
                }
                (batch, done) = (batch * 2, 0);
            }
            done += 1;
            let made = self.act_and_record(actor, Action::CreateChild { object, owner: owner.clone() });
            failed = failed.and(made);
        }
        failed
    }

    /// Carries out one action, but for those that were taken apart before; the name it returns is one that the server made.
    fn act(&mut self, actor: &Str, action: Action) -> Result<Option<Str>, Status> {
        let plain = WriteOptions::default();
        match action {
            Action::Create(object) => self.api(actor).create(object, &plain).map(|it| Some(it.meta.name.clone())),
            Action::CreateChild { object, owner } => {
                let singular = object.kind.info().singular;
                let result = self.api(actor).create(object, &plain);
                let event = match &result {
                    Ok(made) => EventRecord::normal(
                        &owner,
                        "SuccessfulCreate",
                        joined(&["Created ", singular, ": ", &made.meta.name]),
                    ),
                    Err(status) => EventRecord::warning(&owner, "FailedCreate", format!("Error creating: {status}")),
                };
                self.announce(actor, event);
                result.map(|it| Some(it.meta.name.clone()))
            }
            Action::Announced(announced) => {
                let Announced { action, about, success, failures } = *announced;
                let result = self.act(actor, action);
                match &result {
                    Ok(_) if success.0.is_empty() => {}
                    Ok(_) => self.announce(actor, EventRecord::normal(&about, success.0, success.1)),
                    Err(status) => failures.into_iter().for_each(|(reason, text)| {
                        self.announce(actor, EventRecord::warning(&about, reason, text + &status.to_string()));
                    }),
                }
                result
            }
            Action::CreateChildren { .. } | Action::StartJob(_) | Action::Sequence(_) | Action::Ask(_) => Ok(None),
            Action::RemoveFinalizer { key, uid, finalizer } => {
                let stored = self.store.get(&key).filter(|it| it.meta.uid == uid && it.meta.has_finalizer(&finalizer));
                let Some(mut object) = stored.map(|it| Object::clone(it)) else {
                    return Ok(None);
                };
                object.meta.remove_finalizer(&finalizer);
                self.api(actor).update(object, Part::Main, &plain).map(|_| None)
            }
            Action::Update(object) => self.api(actor).update(object, Part::Main, &plain).map(|_| None),
            Action::UpdateStatus(object) => self.api(actor).update(object, Part::Status, &plain).map(|_| None),
            Action::Finalize(object) => self.api(actor).update(object, Part::Finalize, &plain).map(|_| None),
            Action::Delete(key, options) => self.delete_unless_gone(actor, &key, &options).map(|_| None),
            Action::DeleteChild { key, options, owner } => {
                let result = self.delete_unless_gone(actor, &key, &options);
                let event = match &result {
                    Ok(true) => EventRecord::normal(
                        &owner,
                        "SuccessfulDelete",
                        joined(&["Deleted ", key.kind.info().singular, ": ", &key.name]),
                    ),
                    Ok(false) => return Ok(None),
                    Err(status) => EventRecord::warning(&owner, "FailedDelete", format!("Error deleting: {status}")),
                };
                self.announce(actor, event);
                result.map(|_| None)
            }
            Action::Bind { pod, uid, node } => self.api(actor).bind(&pod, &uid, &node).map(|_| None),
            Action::Event(record) => {
                self.record_event(actor, record);
                Ok(None)
            }
            Action::Heartbeat { node, beats } => {
                self.set_heartbeat(actor, &node, beats);
                Ok(None)
            }
        }
    }

    fn announce(&mut self, actor: &Str, event: Action) {
        if let Action::Event(record) = event {
            self.record_event(actor, record);
        }
    }

    fn delete_unless_gone(&mut self, actor: &Str, key: &Key, options: &DeleteOptions) -> Result<bool, Status> {
        match self.api(actor).delete(key, options) {
            Ok(_) => Ok(true),
            Err(status) if status.is_not_found() => Ok(false),
            Err(status) => Err(status),
        }
    }
}

/// What an action is about to do, in words that are not put together yet: most are never read.
fn describe(action: &Action) -> Words {
    match action {
        Action::Create(object) | Action::CreateChild { object, .. } => named("create ", object),
        Action::Announced(announced) => describe(&announced.action),
        Action::StartJob(run) => named("create ", &run.job),
        Action::Update(object) => named("update ", object),
        Action::UpdateStatus(object) => named("update status of ", object),
        Action::Finalize(object) => named("finalize ", object),
        Action::Delete(key, _) | Action::DeleteChild { key, .. } => {
            Words::new(["delete ", key.kind.info().singular, "/"], &key.name)
        }
        Action::RemoveFinalizer { key, finalizer, .. } => {
            let from = joined(&[key.kind.info().singular, "/", &key.name]);
            Words::new(["remove finalizer ", "", ""], finalizer).and(" from ", &from)
        }
        Action::Bind { pod, node, .. } => Words::new(["bind ", "pod", "/"], &pod.name).and(" to ", node),
        Action::Heartbeat { node, beats } => {
            let verb = if *beats { "renew the lease of " } else { "leave the lease of " };
            Words::new([verb, "node", "/"], node)
        }
        Action::Event(record) => Words::new(["event ", record.reason, " "], &record.message),
        Action::Ask(call) => Words::new(["ask for ", "", ""], &Str::from(&*call.request.path)),
        Action::CreateChildren { objects, .. } => counted("create ", objects.len(), " objects"),
        Action::Sequence(steps) => counted("", steps.len(), " actions"),
    }
}

#[cold]
fn counted(verb: &'static str, count: usize, noun: &'static str) -> Words {
    Words::new([verb, "", ""], &decimal(count as u64)).and(noun, &Str::new())
}

#[cold]
fn with_refusal(words: Words, status: &Status) -> Words {
    words.and(": ", &Str::from(status.to_string()))
}

#[inline(never)]
fn named(verb: &'static str, object: &Object) -> Words {
    let name = if object.meta.name.is_empty() { &object.meta.generate_name } else { &object.meta.name };
    Words::new([verb, object.kind.info().singular, "/"], name)
}
