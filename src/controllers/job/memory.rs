//! What the Job controller keeps between reconciles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::controllers::job::backoff::Record;
use crate::controllers::job::spec::TRACKING_FINALIZER;
use crate::controllers::shared::pod::is_terminal;
use crate::object::{Key, Object, Str, kinds};
use crate::store::View;

/// What is remembered of one Job.
#[derive(Debug, Default)]
pub struct JobMemory {
    /// The failures that replacements wait for. Lost with the process upstream, too.
    pub backoff: Record,
    /// How many pods should be active after a creation whose outcome has not been looked at yet.
    pub created: Option<i64>,
    /// How often in a row pods could not be created.
    pub failed_creations: u32,
    /// The names of the Job's pods that may need something; `None` until they are first listed.
    pending: Option<BTreeSet<Str>>,
}

/// What is remembered of every Job, by uid.
#[derive(Debug, Default)]
pub struct Memory {
    jobs: BTreeMap<Str, JobMemory>,
    /// The Jobs that are not over, by namespace and name.
    unfinished: BTreeMap<Str, BTreeSet<Str>>,
}

impl Memory {
    /// What is remembered of the Job with `uid`.
    pub fn job(&mut self, uid: &Str) -> &mut JobMemory {
        self.jobs.entry(uid.clone()).or_default()
    }

    /// Takes note of whether the Job at `key` is over. A pod without a controller is held against those that are not.
    pub fn note(&mut self, key: &Key, is_over: bool) {
        if !is_over {
            self.unfinished.entry(key.namespace.clone()).or_default().insert(key.name.clone());
        } else if let Some(names) = self.unfinished.get_mut(&key.namespace) {
            names.remove(&key.name);
            if names.is_empty() {
                self.unfinished.remove(&key.namespace);
            }
        }
    }

    /// The names of the Jobs in `namespace` that are not over.
    pub fn unfinished(&self, namespace: &str) -> impl Iterator<Item = &Str> {
        self.unfinished.get(namespace).into_iter().flatten()
    }

    /// Forgets the Job with `uid`.
    pub fn forget(&mut self, uid: &str) {
        self.jobs.remove(uid);
    }

    /// Takes note of a pod of the Job with `uid`: its revision before and after a change.
    pub fn observe(&mut self, uid: &str, before: Option<&Object>, after: Option<&Object>) {
        let Some(pending) = self.jobs.get_mut(uid).and_then(|job| job.pending.as_mut()) else {
            return;
        };
        let relabelled = before.zip(after).is_some_and(|(before, after)| before.meta.labels != after.meta.labels);
        match (before, after) {
            (_, Some(pod)) if relabelled || is_pending(pod) => {
                pending.insert(pod.meta.name.clone());
            }
            // A pod that was counted stays in the list until the next reconcile passes over it.
            (_, Some(_)) | (None, None) => {}
            (Some(pod), None) => {
                pending.remove(&pod.meta.name);
            }
        }
    }
}

/// Whether a Job may still have to do something about its pod: it runs, or it is not counted yet.
fn is_pending(pod: &Object) -> bool {
    pod.meta.has_finalizer(TRACKING_FINALIZER) || !is_terminal(pod)
}

impl JobMemory {
    /// The pods of `job` that may need something, by name. A pod that is over and counted is looked at no more, so that a
    /// reconcile costs what is left to do and not what was done.
    pub fn pods(&mut self, view: View<'_>, job: &Object, is_selected: impl Fn(&Object) -> bool) -> Vec<Arc<Object>> {
        let uid = &job.meta.uid;
        let names = self.pending.get_or_insert_with(|| {
            view.owned_by(uid).filter(|it| it.kind == kinds::POD).map(|it| it.meta.name.clone()).collect()
        });
        let mut pods = Vec::with_capacity(names.len());
        names.retain(|name| {
            let key = Key { kind: kinds::POD, namespace: job.meta.namespace.clone(), name: name.clone() };
            let Some(pod) = view.get(&key).filter(|pod| pod.meta.is_controlled_by(uid)) else {
                return false;
            };
            let keep = is_pending(pod) || !is_selected(pod);
            if keep {
                pods.push(pod.clone());
            }
            keep
        });
        pods
    }
}
