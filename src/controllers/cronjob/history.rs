//! Which of the Jobs that are over are too many to keep (`cleanupFinishedJobs`).

use std::sync::Arc;

use crate::clock::Time;
use crate::object::{Object, Value};

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

/// A Job, and how it ended, if it is over.
pub type Ended<'a> = (&'a Arc<Object>, Option<End>);

/// The Jobs beyond the history limits of `spec`, the oldest of each end first.
pub fn surplus<'a>(spec: &Value, jobs: &[Ended<'a>]) -> Vec<&'a Arc<Object>> {
    let limits = [(End::Complete, "successfulJobsHistoryLimit"), (End::Failed, "failedJobsHistoryLimit")];
    let mut surplus = Vec::new();
    for (end, limit) in limits {
        let Some(limit) = spec[limit].as_i64() else { continue };
        let over = jobs.iter().filter(|(_, it)| *it == Some(end)).map(|(job, _)| *job);
        let kept = usize::try_from(limit).unwrap_or(0);
        if over.clone().count() > kept {
            let mut over: Vec<_> = over.collect();
            over.sort_by_cached_key(|it| age(it));
            surplus.extend(over.drain(..over.len() - kept));
        }
    }
    surplus
}

/// What Jobs are sorted by: those that started come first, the oldest before the others, equals by name.
fn age(job: &Object) -> (bool, Option<Time>, String) {
    let started = job.status()["startTime"].as_str().and_then(Time::parse);
    (started.is_none(), started, job.meta.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::kinds;

    fn job(name: &str, started: Option<i64>, condition: &str) -> Arc<Object> {
        let mut job = Object::new(kinds::JOB, "default", name);
        let condition = map! { "type" => condition, "status" => "True" };
        job.status_mut().set("conditions", Value::list([condition]));
        if let Some(at) = started {
            job.status_mut().set("startTime", Time::from_unix(at));
        }
        Arc::new(job)
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
        let ended: Vec<Ended<'_>> = jobs.iter().map(|it| (it, end_of(it))).collect();
        let gone = |successful: i64, failed: i64| -> Vec<String> {
            let limits = map! { "successfulJobsHistoryLimit" => successful, "failedJobsHistoryLimit" => failed };
            surplus(&Value::Map(limits), &ended).iter().map(|it| it.meta.name.to_string()).collect()
        };
        assert_eq!(gone(3, 2), [""; 0]);
        assert_eq!(gone(2, 1), ["b", "bad"]);
        assert_eq!(gone(1, 0), ["b", "a", "bad", "never"]);
        assert_eq!(surplus(&Value::Null, &ended).len(), 0, "without limits everything is kept");
    }
}
