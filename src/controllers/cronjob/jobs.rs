//! The Jobs of a CronJob, each read once for every change of it.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::cronjob::history::{End, end_of};
use crate::object::{Object, kinds};
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
}

/// The Jobs that a CronJob controls. They are listed once, and from then on heard of.
#[derive(Debug)]
pub struct Jobs {
    by_name: Vec<Seen>,
    changed: bool,
}

impl Jobs {
    /// Those of the CronJob with `uid`.
    pub fn list(view: View<'_>, uid: &str) -> Self {
        let mut jobs = Jobs { by_name: Vec::new(), changed: true };
        for job in view.owned_by(uid).filter(|it| it.kind == kinds::JOB && it.meta.is_controlled_by(uid)) {
            jobs.hear(job, true);
        }
        jobs
    }

    /// The Jobs, by name.
    pub fn all(&self) -> &[Seen] {
        &self.by_name
    }

    /// Takes note of a revision of a Job: one that it controls, or the last that it did.
    pub fn hear(&mut self, job: &Arc<Object>, is_controlled: bool) {
        // What changes is mostly the youngest, and its name the last.
        let known = self.by_name.iter().rposition(|it| it.job.meta.uid == job.meta.uid);
        match known {
            Some(at) if is_controlled => {
                let old = std::mem::replace(&mut self.by_name[at], Seen::new(job.clone()));
                self.changed |= old.ended != self.by_name[at].ended;
            }
            Some(at) => {
                self.by_name.remove(at);
                self.changed = true;
            }
            None if is_controlled => {
                let (name, namespace) = (&job.meta.name, &job.meta.namespace);
                let at =
                    self.by_name.partition_point(|it| (&it.job.meta.name, &it.job.meta.namespace) < (name, namespace));
                self.by_name.insert(at, Seen::new(job.clone()));
                self.changed = true;
            }
            None => {}
        }
    }

    /// Whether other Jobs are there than when this was last asked, or one of them has ended since.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::{OwnerRef, Str, Value};
    use crate::store::Store;

    fn job(name: &str) -> Object {
        let mut job = Object::new(kinds::JOB, "default", name);
        job.meta.uid = Str::from(format!("uid of {name}"));
        let owner = OwnerRef { uid: Str::from("c"), controller: Some(true), ..OwnerRef::default() };
        job.meta.owners = Arc::new(vec![owner]);
        job
    }

    fn names(jobs: &Jobs) -> Vec<&str> {
        jobs.all().iter().map(|it| it.job.meta.name.as_str()).collect()
    }

    #[test]
    fn the_jobs_that_are_there_are_listed_by_name() {
        let mut store = Store::new();
        let (mut freed, mut pod) = (job("e"), job("p"));
        freed.meta.owners = Arc::default();
        pod.kind = kinds::POD;
        for object in [job("b"), job("d"), freed, pod, job("a")] {
            store.put(object, Time(0), Str::from("test"));
        }
        assert_eq!(names(&Jobs::list(View::new(&store), "c")), ["a", "b", "d"]);
        assert_eq!(names(&Jobs::list(View::new(&store), "another")), [""; 0]);
    }

    #[test]
    fn other_jobs_and_the_end_of_a_job_are_changes_and_its_start_is_none() {
        let mut jobs = Jobs::list(View::new(&Store::new()), "c");
        assert!(jobs.take_changed() && !jobs.take_changed());
        for name in ["b", "d", "a", "c"] {
            jobs.hear(&Arc::new(job(name)), true);
        }
        assert_eq!((jobs.take_changed(), names(&jobs)), (true, vec!["a", "b", "c", "d"]));

        let mut started = job("b");
        started.status_mut().set("active", 1);
        jobs.hear(&Arc::new(started), true);
        assert!(!jobs.take_changed());
        assert_eq!(jobs.all()[1].job.status()["active"].as_i64(), Some(1));

        let mut ended = job("b");
        ended.status_mut().set("conditions", Value::list([map! { "type" => "Failed", "status" => "True" }]));
        jobs.hear(&Arc::new(ended), true);
        assert!(jobs.take_changed());
        assert_eq!(jobs.all()[1].ended.map(|it| it.how), Some(End::Failed));

        jobs.hear(&Arc::new(job("a")), false);
        assert_eq!((jobs.take_changed(), names(&jobs)), (true, vec!["b", "c", "d"]));
        jobs.hear(&Arc::new(job("a")), false);
        assert!(!jobs.take_changed(), "one that is not known goes unnoticed");
    }
}
