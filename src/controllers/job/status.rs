//! A Job's status, typed: what a reconcile reads, changes and writes back.

use crate::clock::Time;
use crate::map;
use crate::object::{Object, Str, Value, literal};

/// `status` of a Job.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobStatus {
    /// In the order in which they came to be true.
    pub conditions: Vec<Condition>,
    /// When it was first started, or last resumed.
    pub start_time: Option<Stamp>,
    /// When it completed.
    pub completion_time: Option<Stamp>,
    /// Pods that neither came to an end nor are being deleted.
    pub active: i64,
    /// Those of them that are ready; absent until the first sync.
    pub ready: Option<i64>,
    /// Pods that are being deleted and have not come to an end; absent until the first sync.
    pub terminating: Option<i64>,
    /// Pods that succeeded and are counted.
    pub succeeded: i64,
    /// Pods that failed and are counted.
    pub failed: i64,
    /// The indexes that succeeded, as text.
    pub completed_indexes: String,
    /// The indexes that failed, as text; absent without a back-off limit for each index.
    pub failed_indexes: Option<String>,
    /// Pods that succeeded and still carry the tracking finalizer, by uid; absent until the first sync.
    pub uncounted: Option<Uncounted>,
}

/// `status.uncountedTerminatedPods`: between the two phases of counting a pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Uncounted {
    /// The uids of pods that succeeded.
    pub succeeded: Vec<Str>,
    /// The uids of pods that failed.
    pub failed: Vec<Str>,
}

/// A time, and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamp {
    /// The time.
    pub at: Time,
    /// As `metav1.Time`.
    pub text: Str,
}

impl Stamp {
    fn from_value(value: &Value) -> Option<Self> {
        let text = value.as_shared_str()?;
        Time::parse(text).map(|at| Stamp { at, text: text.clone() })
    }
}

impl From<Time> for Stamp {
    fn from(at: Time) -> Self {
        Stamp { at, text: at.rfc3339() }
    }
}

/// One of `status.conditions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// `Suspended`, `FailureTarget`, `Failed`, `SuccessCriteriaMet` or `Complete`.
    pub kind: Str,
    /// `True` or `False`.
    pub status: Str,
    /// The CamelCase reason.
    pub reason: Str,
    /// The sentence.
    pub message: Str,
    /// The whole of it, as the API shows it.
    value: Value,
}

impl Condition {
    /// A condition that is true from `now` on.
    pub fn new(kind: Str, reason: impl Into<Str>, message: impl Into<Str>, now: &Stamp) -> Self {
        Self::of(kind, literal!("True"), reason.into(), message.into(), now)
    }

    /// A condition that is false from `now` on.
    pub fn new_false(kind: Str, reason: impl Into<Str>, message: impl Into<Str>, now: &Stamp) -> Self {
        Self::of(kind, literal!("False"), reason.into(), message.into(), now)
    }

    /// Upstream sets the time of the probe with that of the transition.
    fn of(kind: Str, status: Str, reason: Str, message: Str, now: &Stamp) -> Self {
        let value = Value::Map(map! {
            "lastProbeTime" => &now.text,
            "lastTransitionTime" => &now.text,
            "message" => &message,
            "reason" => &reason,
            "status" => &status,
            "type" => &kind,
        });
        Condition { kind, status, reason, message, value }
    }

    fn from_value(value: &Value) -> Self {
        let text = |key: &str| value[key].as_shared_str().cloned().unwrap_or_default();
        let (kind, status, reason, message) = (text("type"), text("status"), text("reason"), text("message"));
        Condition { kind, status, reason, message, value: value.clone() }
    }

    /// Whether it is of `kind` and true.
    pub fn is_true(&self, kind: &str) -> bool {
        self.kind == kind && self.status == "True"
    }
}

impl JobStatus {
    /// Reads the status of `job`.
    pub fn of(job: &Object) -> Self {
        let status = job.status();
        if status.is_empty() {
            return JobStatus::default();
        }
        let time = |key: &str| Stamp::from_value(&status[key]);
        let count = |key: &str| status[key].as_i64().unwrap_or(0);
        JobStatus {
            conditions: status["conditions"].items().iter().map(Condition::from_value).collect(),
            start_time: time("startTime"),
            completion_time: time("completionTime"),
            active: count("active"),
            ready: status["ready"].as_i64(),
            terminating: status["terminating"].as_i64(),
            succeeded: count("succeeded"),
            failed: count("failed"),
            completed_indexes: status["completedIndexes"].str_or_empty().to_owned(),
            failed_indexes: status["failedIndexes"].as_str().map(str::to_owned),
            uncounted: status["uncountedTerminatedPods"]
                .as_map()
                .map(|it| Uncounted { succeeded: uids(&it["succeeded"]), failed: uids(&it["failed"]) }),
        }
    }

    /// As the API shows it. Counts are left out at 0, except those that tell 0 from unknown.
    pub fn to_value(&self) -> Value {
        let unless_zero = |count: i64| (count != 0).then_some(count);
        let conditions = || Value::list(self.conditions.iter().map(|it| &it.value));
        Value::Map(map! {
            "active" => unless_zero(self.active),
            "completedIndexes" => Some(self.completed_indexes.as_str()).filter(|it| !it.is_empty()),
            "completionTime" => self.completion_time.as_ref().map(|it| &it.text),
            "conditions" => (!self.conditions.is_empty()).then(conditions),
            "failed" => unless_zero(self.failed),
            "failedIndexes" => self.failed_indexes.as_deref(),
            "ready" => self.ready,
            "startTime" => self.start_time.as_ref().map(|it| &it.text),
            "succeeded" => unless_zero(self.succeeded),
            "terminating" => self.terminating,
            "uncountedTerminatedPods" => self.uncounted.as_ref().map(Uncounted::to_value),
        })
    }

    /// The condition of `kind` if it is true.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|it| it.is_true(kind))
    }

    /// Whether there is a condition of `kind`, true or false.
    pub fn tells_of(&self, kind: &str) -> bool {
        self.conditions.iter().any(|it| it.kind == kind)
    }

    /// Puts `condition` in place of the one of its kind or at the end; one that is false is not put where none was.
    /// Returns whether anything changed (`ensureJobConditionStatus`).
    pub fn ensure(&mut self, condition: Condition) -> bool {
        match self.conditions.iter_mut().find(|it| it.kind == condition.kind) {
            Some(old) => {
                let same = (&old.status, &old.reason, &old.message)
                    == (&condition.status, &condition.reason, &condition.message);
                if !same {
                    *old = condition;
                }
                !same
            }
            None if condition.status == "False" => false,
            None => {
                self.conditions.push(condition);
                true
            }
        }
    }

    /// The uids in flight, put there empty when there were none.
    pub fn uncounted_mut(&mut self) -> &mut Uncounted {
        self.uncounted.get_or_insert_default()
    }
}

/// Whether the Job object `job` is over: `Complete` or `Failed`.
pub fn is_finished(job: &Object) -> bool {
    job.status()["conditions"]
        .items()
        .iter()
        .any(|it| matches!(it["type"].str_or_empty(), "Complete" | "Failed") && it["status"].str_or_empty() == "True")
}

fn uids(value: &Value) -> Vec<Str> {
    value.items().iter().filter_map(|it| it.as_shared_str().cloned()).collect()
}

impl Uncounted {
    fn to_value(&self) -> Value {
        if self.is_empty() {
            return Value::empty_map();
        }
        let unless_empty = |uids: &[Str]| (!uids.is_empty()).then(|| Value::list(uids));
        Value::Map(map! { "failed" => unless_empty(&self.failed), "succeeded" => unless_empty(&self.succeeded) })
    }

    /// How many pods are in flight.
    pub fn len(&self) -> usize {
        self.succeeded.len() + self.failed.len()
    }

    /// Whether no pod is in flight.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_tell_zero_from_unknown_are_always_shown() {
        let status = JobStatus { ready: Some(0), terminating: Some(0), ..JobStatus::default() };
        let status = JobStatus { uncounted: Some(Uncounted::default()), ..status };
        assert_eq!(status.to_value().to_json(), r#"{"ready":0,"terminating":0,"uncountedTerminatedPods":{}}"#);
    }

    #[test]
    fn a_status_with_everything_in_it_is_read_as_it_was_written() {
        let stamp = |seconds: i64| Some(Stamp::from(Time::from_unix(seconds)));
        let uncounted = Uncounted { succeeded: vec!["a".into()], failed: vec!["b".into(), "c".into()] };
        let status = JobStatus {
            conditions: vec![Condition::new(literal!("Complete"), "R", "M", &Time(0).into())],
            start_time: stamp(1),
            completion_time: stamp(2),
            active: 1,
            ready: Some(2),
            terminating: Some(3),
            succeeded: 4,
            failed: 5,
            completed_indexes: "0-3".to_owned(),
            failed_indexes: Some("4,6".to_owned()),
            uncounted: Some(uncounted),
        };
        let mut job = Object::new(crate::object::kinds::JOB, "default", "j");
        *job.status_mut() = status.to_value();
        assert_eq!((job.status().as_map().map(crate::object::Map::len), JobStatus::of(&job)), (Some(11), status));
    }

    #[test]
    fn a_condition_becomes_false_only_where_it_was() {
        let resumed = Condition::new_false(literal!("Suspended"), "JobResumed", "Job resumed", &Time(0).into());
        let mut status = JobStatus::default();
        assert!(!status.ensure(resumed.clone()));
        assert!(status.ensure(Condition::new(literal!("Suspended"), "JobSuspended", "Job suspended", &Time(0).into())));
        assert!(status.ensure(resumed.clone()));
        assert!(!status.ensure(resumed));
        assert_eq!(status.conditions.len(), 1);
    }
}
