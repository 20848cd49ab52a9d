//! The Jobs of a CronJob, each read once for every change of it.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::cronjob::history::{End, end_of};
use crate::object::{Object, Str, kinds};
use crate::store::View;

/// A Job of a CronJob, as it was read.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The Job.
    pub job: Arc<Object>,
    /// How it ended, if it is over.
    pub ended: Option<Ended>,
}

/// The end of a Job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub how: End,
    /// When the Job was started, if it ever was.
    pub started: Option<Time>,
    /// When it completed.
    pub completed: Option<Time>,
}

impl Seen {
    /// Reads `job`.
    pub fn new(job: Arc<Object>) -> Self {
        let ended = end_of(&job).map(|how| {
            let status = job.status();
            let time = |field: &str| status[field].as_str().and_then(Time::parse);
            Ended { how, started: time("startTime"), completed: time("completionTime") }
        });
        Seen { job, ended }
    }

    fn is_revision_of(&self, job: &Object) -> bool {
        self.job.meta.uid == job.meta.uid
    }
}

/// The Jobs that a CronJob controls, by name.
#[derive(Debug, Default)]
pub struct Jobs(Vec<Seen>);

impl Jobs {
    /// The Jobs.
    pub fn all(&self) -> &[Seen] {
        &self.0
    }

    /// Reads those Jobs of the CronJob with `uid` that changed; returns whether all are the same as before, and ended or
    /// not as before.
    pub fn refresh(&mut self, view: View<'_>, uid: &Str) -> bool {
        let (mut at, mut same) = (0, true);
        for job in view.owned_by(uid) {
            if let Some(seen) = self.0.get_mut(at) {
                if Arc::ptr_eq(&seen.job, job) {
                    at += 1;
                    continue;
                }
                if seen.is_revision_of(job) && job.meta.is_controlled_by(uid) {
                    let old = std::mem::replace(seen, Seen::new(job.clone()));
                    same &= old.ended == seen.ended;
                    at += 1;
                    continue;
                }
            }
            if job.kind == kinds::JOB && job.meta.is_controlled_by(uid) {
                same = false;
                self.insert(at, job);
                at += 1;
            }
        }
        same &= at == self.0.len();
        self.0.truncate(at);
        if !self.0.is_sorted_by(|a, b| a.job.meta.name <= b.job.meta.name) {
            self.0.sort_by(|a, b| a.job.meta.name.cmp(&b.job.meta.name));
        }
        same
    }

    /// Puts `job` at `at`, in the place of those before it that are no more.
    fn insert(&mut self, at: usize, job: &Arc<Object>) {
        let known = self.0[at..].iter().position(|it| it.is_revision_of(job));
        match known {
            Some(gone) => {
                self.0.drain(at..at + gone);
                if !Arc::ptr_eq(&self.0[at].job, job) {
                    self.0[at] = Seen::new(job.clone());
                }
            }
            None => self.0.insert(at, Seen::new(job.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::{OwnerRef, Value};
    use crate::store::Store;

    fn job(name: &str) -> Object {
        let mut job = Object::new(kinds::JOB, "default", name);
        job.meta.uid = Str::from(format!("uid of {name}"));
        let owner = OwnerRef { uid: Str::from("c"), controller: Some(true), ..OwnerRef::default() };
        job.meta.owners = Arc::new(vec![owner]);
        job
    }

    fn put(store: &mut Store, job: Object) {
        store.put(job, Time(0), Str::from("test"));
    }

    fn names(jobs: &Jobs) -> Vec<&str> {
        jobs.all().iter().map(|it| it.job.meta.name.as_str()).collect()
    }

    #[test]
    fn the_jobs_are_those_that_are_there_and_only_an_end_makes_a_change() {
        let (mut store, mut jobs, uid) = (Store::new(), Jobs::default(), Str::from("c"));
        assert!(jobs.refresh(View::new(&store), &uid));
        for name in ["b", "d", "a", "c"] {
            put(&mut store, job(name));
        }
        assert!(!jobs.refresh(View::new(&store), &uid), "new Jobs");
        assert_eq!(names(&jobs), ["a", "b", "c", "d"]);
        assert!(jobs.refresh(View::new(&store), &uid));

        let mut started = job("b");
        started.status_mut().set("active", 1);
        put(&mut store, started);
        assert!(jobs.refresh(View::new(&store), &uid), "nothing that is read changed");
        assert_eq!(jobs.all()[1].job.status()["active"].as_i64(), Some(1));

        let mut ended = job("b");
        ended.status_mut().set("conditions", Value::list([map! { "type" => "Failed", "status" => "True" }]));
        put(&mut store, ended);
        assert!(!jobs.refresh(View::new(&store), &uid), "a Job ended");
        assert_eq!(jobs.all()[1].ended.map(|it| it.how), Some(End::Failed));

        store.remove(&job("a").key(), Time(0), Str::from("test"));
        store.remove(&job("c").key(), Time(0), Str::from("test"));
        put(&mut store, job("bb"));
        assert!(!jobs.refresh(View::new(&store), &uid), "others are there");
        assert_eq!(names(&jobs), ["b", "bb", "d"]);
        store.remove(&job("d").key(), Time(0), Str::from("test"));
        assert!(!jobs.refresh(View::new(&store), &uid), "the last is gone");
        assert_eq!(names(&jobs), ["b", "bb"]);

        let mut freed = job("b");
        freed.meta.owners = Arc::default();
        put(&mut store, freed);
        assert!(!jobs.refresh(View::new(&store), &uid), "one is not controlled any more");
        assert_eq!(names(&jobs), ["bb"]);
    }
}
