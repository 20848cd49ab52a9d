//! Which of the Jobs that are over are too many to keep (`cleanupFinishedJobs`).

use crate::clock::Time;
use crate::controllers::cronjob::jobs::Seen;
use crate::object::Object;

/// How a Job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// `Complete`.
    Complete,
    /// `Failed`.
    Failed,
}

impl End {
    /// The type of the condition that says so.
    pub fn condition(self) -> &'static str {
        match self {
            End::Complete => "Complete",
            End::Failed => "Failed",
        }
    }
}

/// How `job` ended, if it is over.
pub fn end_of(job: &Object) -> Option<End> {
    let conditions = job.status()["conditions"].items().iter();
    conditions.filter(|it| it["status"].str_or_empty() == "True").find_map(|it| match it["type"].str_or_empty() {
        "Complete" => Some(End::Complete),
        "Failed" => Some(End::Failed),
        _ => None,
    })
}

/// How many Jobs of each end are kept; without a limit all are.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// `spec.successfulJobsHistoryLimit`.
    pub complete: Option<usize>,
    /// `spec.failedJobsHistoryLimit`.
    pub failed: Option<usize>,
}

/// The Jobs beyond `limits`, the oldest of each end first.
pub fn surplus(limits: Limits, jobs: &[Seen]) -> Vec<&Seen> {
    let (mut complete, mut failed) = (0, 0);
    for ended in jobs.iter().filter_map(|it| it.ended) {
        match ended.how {
            End::Complete => complete += 1,
            End::Failed => failed += 1,
        }
    }
    let mut surplus = Vec::new();
    for (how, count, limit) in [(End::Complete, complete, limits.complete), (End::Failed, failed, limits.failed)] {
        if limit.is_some_and(|kept| count > kept) {
            oldest(jobs, how, count - limit.unwrap_or(0), &mut surplus);
        }
    }
    surplus
}

/// Puts the oldest `count` of those Jobs that ended like `how` into `into`. Mostly that is one, which has just ended.
fn oldest<'a>(jobs: &'a [Seen], how: End, count: usize, into: &mut Vec<&'a Seen>) {
    let over = jobs.iter().filter(|it| it.ended.is_some_and(|end| end.how == how));
    if count == 1 {
        return into.extend(over.min_by(|a, b| age(a).cmp(&age(b))));
    }
    let mut over: Vec<_> = over.collect();
    over.sort_by(|a, b| age(a).cmp(&age(b)));
    into.extend(over.drain(..count));
}

/// What Jobs are sorted by: those that started come first, the oldest before the others, equals by name.
fn age(seen: &Seen) -> (bool, Option<Time>, &str) {
    let started = seen.ended.and_then(|it| it.started);
    (started.is_none(), started, &seen.job.meta.name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::map;
    use crate::object::{Value, kinds};

    fn job(name: &str, started: Option<i64>, condition: &str) -> Seen {
        let mut job = Object::new(kinds::JOB, "default", name);
        let condition = map! { "type" => condition, "status" => "True" };
        job.status_mut().set("conditions", Value::list([condition]));
        if let Some(at) = started {
            job.status_mut().set("startTime", Time::from_unix(at));
        }
        Seen::new(Arc::new(job))
    }

    #[test]
    fn the_oldest_of_each_end_go_when_there_are_more_than_the_limit() {
        let jobs = [
            job("c", Some(30), "Complete"),
            job("a", Some(30), "Complete"),
            job("b", Some(10), "Complete"),
            job("never", None, "Failed"),
            job("bad", Some(5), "Failed"),
            job("busy", Some(1), "Suspended"),
        ];
        let gone = |complete: usize, failed: usize| -> Vec<String> {
            let limits = Limits { complete: Some(complete), failed: Some(failed) };
            surplus(limits, &jobs).iter().map(|it| it.job.meta.name.to_string()).collect()
        };
        assert_eq!(gone(3, 2), [""; 0]);
        assert_eq!(gone(2, 1), ["b", "bad"]);
        assert_eq!(gone(1, 0), ["b", "a", "bad", "never"]);
        assert_eq!(surplus(Limits::default(), &jobs).len(), 0, "without limits everything is kept");
    }
}
