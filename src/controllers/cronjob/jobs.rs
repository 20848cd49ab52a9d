//! The Jobs of a CronJob, each read once for every change of it.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::cronjob::history::{End, Limits, end_of};
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
}

/// What a look has to know of the Jobs as long as nothing is to be done about any of them.
#[derive(Debug, Default)]
pub struct Tally {
    /// How many are complete.
    complete: usize,
    /// How many failed.
    failed: usize,
    /// The uids of those that are not over.
    running: Vec<Str>,
    /// When the last of those that are complete completed.
    last_success: Option<Time>,
}

impl Tally {
    fn of(jobs: &[Seen]) -> Self {
        let mut tally = Tally::default();
        for seen in jobs {
            match seen.ended {
                None => tally.running.push(seen.job.meta.uid.clone()),
                Some(Ended { how: End::Failed, .. }) => tally.failed += 1,
                Some(Ended { how: End::Complete, completed, .. }) => {
                    tally.complete += 1;
                    tally.last_success = tally.last_success.max(completed);
                }
            }
        }
        tally
    }

    /// Whether a status says all of this: exactly those Jobs are `active` that are not over, and there was a success as late
    /// as the last of these.
    pub fn is_told_by(&self, active: &[Str], last_success: Option<Time>) -> bool {
        self.last_success <= last_success
            && self.running.iter().all(|it| active.contains(it))
            && active.iter().all(|it| self.running.contains(it))
    }

    /// Whether no more Jobs of either end are there than are kept.
    pub fn is_within(&self, limits: Limits) -> bool {
        limits.complete.is_none_or(|most| self.complete <= most) && limits.failed.is_none_or(|most| self.failed <= most)
    }
}

/// The Jobs that a CronJob controls. They are listed once, and from then on heard of.
#[derive(Debug)]
pub struct Jobs {
    by_name: Vec<Seen>,
    tally: Tally,
    changed: bool,
}

impl Jobs {
    /// Those of the CronJob with `uid`.
    pub fn list(view: View<'_>, uid: &str) -> Self {
        let mut jobs = Jobs { by_name: Vec::new(), tally: Tally::default(), changed: true };
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

    /// Counts the Jobs if there are others than when this was last asked, or one of them has ended since; returns whether so.
    pub fn count(&mut self) -> bool {
        let changed = std::mem::take(&mut self.changed);
        if changed {
            self.tally = Tally::of(&self.by_name);
        }
        changed
    }

    /// What the last count came to.
    pub fn tally(&self) -> &Tally {
        &self.tally
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
        assert!(jobs.count() && !jobs.count());
        for name in ["b", "d", "a", "c"] {
            jobs.hear(&Arc::new(job(name)), true);
        }
        assert_eq!((jobs.count(), names(&jobs)), (true, vec!["a", "b", "c", "d"]));

        let mut started = job("b");
        started.status_mut().set("active", 1);
        jobs.hear(&Arc::new(started), true);
        assert!(!jobs.count());
        assert_eq!(jobs.all()[1].job.status()["active"].as_i64(), Some(1));

        let mut ended = job("b");
        ended.status_mut().set("conditions", Value::list([map! { "type" => "Failed", "status" => "True" }]));
        jobs.hear(&Arc::new(ended), true);
        assert!(jobs.count());
        assert_eq!(jobs.all()[1].ended.map(|it| it.how), Some(End::Failed));

        jobs.hear(&Arc::new(job("a")), false);
        assert_eq!((jobs.count(), names(&jobs)), (true, vec!["b", "c", "d"]));
        jobs.hear(&Arc::new(job("a")), false);
        assert!(!jobs.count(), "one that is not known goes unnoticed");
    }

    #[test]
    fn a_status_is_held_against_the_jobs_as_they_were_counted_last() {
        let mut jobs = Jobs::list(View::new(&Store::new()), "c");
        let over = |name: &str, how: &str| {
            let mut job = job(name);
            job.status_mut().set("conditions", Value::list([map! { "type" => how, "status" => "True" }]));
            job.status_mut().set("completionTime", "1970-01-01T00:01:00Z");
            Arc::new(job)
        };
        for job in [Arc::new(job("a")), over("b", "Complete"), over("c", "Failed"), over("d", "Complete")] {
            jobs.hear(&job, true);
        }
        assert!(jobs.count());
        let (uid, minute) = (|name: &str| Str::from(format!("uid of {name}")), Time::from_unix(60));
        for (active, last, want) in [
            (vec![uid("a")], Some(minute), true),
            (vec![uid("a")], Some(Time::from_unix(61)), true),
            (vec![uid("a")], None, false),
            (vec![], Some(minute), false),
            (vec![uid("a"), uid("b")], Some(minute), false),
        ] {
            assert_eq!(jobs.tally().is_told_by(&active, last), want, "{active:?} {last:?}");
        }
        for (complete, failed, want) in [(2, 1, true), (1, 1, false), (2, 0, false)] {
            let limits = Limits { complete: Some(complete), failed: Some(failed) };
            assert_eq!(jobs.tally().is_within(limits), want, "{limits:?}");
        }
        jobs.hear(&over("a", "Complete"), true);
        assert!(jobs.count() && jobs.tally().is_within(Limits::default()));
        assert!(jobs.tally().is_told_by(&[], Some(minute)) && !jobs.tally().is_told_by(&[uid("a")], Some(minute)));
    }
}
