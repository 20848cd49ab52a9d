//! What the Job controller keeps between reconciles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::controllers::job::backoff::Record;
use crate::controllers::job::spec::{Spec, TRACKING_FINALIZER};
use crate::controllers::job::status::JobStatus;
use crate::controllers::shared::pod::is_terminal;
use crate::object::{Key, Object, Str, Value, kinds};
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
    /// What the Job asks for.
    spec: Option<Arc<Spec>>,
    /// The status that was last written, by the section that was made of it.
    written: Option<(Value, JobStatus)>,
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
            let is_known = self.unfinished.get(&key.namespace).is_some_and(|it| it.contains(&key.name));
            if !is_known {
                self.unfinished.entry(key.namespace.clone()).or_default().insert(key.name.clone());
            }
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
                if !pending.contains(&pod.meta.name) {
                    pending.insert(pod.meta.name.clone());
                }
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
    pod.meta.has_finalizer(&TRACKING_FINALIZER) || !is_terminal(pod)
}

impl JobMemory {
    /// What `job` asks for.
    pub fn spec(&mut self, job: &Object) -> Arc<Spec> {
        let known = self.spec.take().filter(|it| it.is_of(job));
        self.spec.insert(known.unwrap_or_else(|| Arc::new(Spec::of(job)))).clone()
    }

    /// The status of `job`. What was written here last is not read again.
    pub fn status(&self, job: &Object) -> JobStatus {
        match &self.written {
            Some((section, status)) if section.is_shared_with(job.status()) => status.clone(),
            _ => JobStatus::of(job),
        }
    }

    /// Remembers that `section` was made of `status`.
    pub fn wrote(&mut self, section: Value, status: JobStatus) {
        self.written = Some((section, status));
    }

    /// Has `take` look at the pods of `job` that may need something, by name. A pod that is over and counted is looked at no
    /// more, so that a reconcile costs what is left to do and not what was done.
    pub fn each_pod(
        &mut self,
        view: View<'_>,
        job: &Object,
        is_selected: impl Fn(&Object) -> bool,
        mut take: impl FnMut(&Arc<Object>),
    ) {
        let uid = &job.meta.uid;
        let names = self.pending.get_or_insert_with(|| {
            view.owned_by(uid).filter(|it| it.kind == kinds::POD).map(|it| it.meta.name.clone()).collect()
        });
        names.retain(|name| {
            let key = Key { kind: kinds::POD, namespace: job.meta.namespace.clone(), name: name.clone() };
            let Some(pod) = view.get(&key).filter(|pod| pod.meta.is_controlled_by(uid)) else {
                return false;
            };
            let keep = is_pending(pod) || !is_selected(pod);
            if keep {
                take(pod);
            }
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;

    #[test]
    fn a_spec_or_a_status_that_somebody_else_wrote_is_read_anew() {
        let mut job = Object::new(kinds::JOB, "default", "j");
        *job.spec_mut() = Value::Map(map! { "parallelism" => 2 });
        let mut memory = JobMemory::default();
        let spec = memory.spec(&job);
        assert!(Arc::ptr_eq(&spec, &memory.spec(&job)));
        job.spec_mut().set("parallelism", 3);
        assert_eq!((spec.parallelism, memory.spec(&job).parallelism), (2, 3));

        let status = JobStatus { active: 2, ..JobStatus::default() };
        *job.status_mut() = status.to_value();
        memory.wrote(job.status().clone(), JobStatus { failed: 7, ..status });
        assert_eq!(memory.status(&job).failed, 7, "the section is the one that was written");
        job.status_mut().set("active", 1);
        assert_eq!((memory.status(&job).active, memory.status(&job).failed), (1, 0));
    }
}
