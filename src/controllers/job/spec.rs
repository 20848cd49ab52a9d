//! What a Job asks for, read once for every change of its spec.

use crate::clock::Span;
use crate::object::{Map, Object, Str, Value, literal};

/// The finalizer by which a pod is kept until it is counted.
pub const TRACKING_FINALIZER: Str = literal!("batch.kubernetes.io/job-tracking");

/// `spec` of a Job, with the defaults of `pkg/apis/batch/v1/defaults.go` in force.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    /// What was read.
    section: Value,
    /// Whether another controller looks after the Job (`spec.managedBy`).
    pub is_managed_elsewhere: bool,
    /// How many pods may run at once.
    pub parallelism: i64,
    /// How many pods have to succeed; `None` for a work queue, which is done when any pod succeeded and none is left.
    pub completions: Option<i64>,
    /// How many failures are too many.
    pub backoff_limit: i64,
    /// The same for each index.
    pub backoff_limit_per_index: Option<i64>,
    /// How many failed indexes are too many.
    pub max_failed_indexes: Option<i64>,
    /// How long the Job may be active.
    pub active_deadline: Option<Span>,
    /// Whether no pod may run.
    pub suspended: bool,
    /// Whether each completion has an index.
    pub indexed: bool,
    /// Whether pods restart their containers in place.
    pub restarts_on_failure: bool,
    /// Whether a pod that is being deleted is replaced only once it came to its end.
    pub replaces_only_failed: bool,
    /// `spec.podFailurePolicy`, or null.
    pub pod_failure_policy: Value,
    /// `spec.successPolicy`, or null.
    pub success_policy: Value,
    /// `spec.selector`.
    pub selector: Value,
    /// `spec.template`.
    pub template: Value,
}

impl Spec {
    /// Reads `job`, field by field as they come: most are absent from most Jobs.
    pub fn of(job: &Object) -> Self {
        let section = job.spec();
        let mut spec = Spec { section: section.clone(), parallelism: 1, backoff_limit: 6, ..Spec::default() };
        for (field, value) in section.as_map().into_iter().flat_map(Map::iter) {
            match field.as_str() {
                "managedBy" => spec.is_managed_elsewhere = is_another(value),
                "parallelism" => spec.parallelism = value.as_i64().unwrap_or(spec.parallelism),
                "completions" => spec.completions = value.as_i64(),
                "backoffLimit" => spec.backoff_limit = value.as_i64().unwrap_or(spec.backoff_limit),
                "backoffLimitPerIndex" => spec.backoff_limit_per_index = value.as_i64(),
                "maxFailedIndexes" => spec.max_failed_indexes = value.as_i64(),
                "activeDeadlineSeconds" => spec.active_deadline = value.as_i64().map(Span::seconds),
                "suspend" => spec.suspended = value.is_true(),
                "completionMode" => spec.indexed = value.str_or_empty() == "Indexed",
                "podReplacementPolicy" => spec.replaces_only_failed |= value.str_or_empty() == "Failed",
                "podFailurePolicy" => {
                    spec.replaces_only_failed |= !value.is_null();
                    spec.pod_failure_policy = value.clone();
                }
                "successPolicy" => spec.success_policy = value.clone(),
                "selector" => spec.selector = value.clone(),
                "template" => {
                    spec.restarts_on_failure = value["spec"]["restartPolicy"].str_or_empty() == "OnFailure";
                    spec.template = value.clone();
                }
                _ => {}
            }
        }
        spec
    }

    /// Whether it neither has indexes nor a deadline, and is not suspended.
    pub fn is_plain(&self) -> bool {
        !self.indexed && !self.suspended && self.active_deadline.is_none()
    }

    /// Whether this is what `job` asks for.
    pub fn is_of(&self, job: &Object) -> bool {
        self.section.is_shared_with(job.spec())
    }
}

/// Whether another controller looks after `job` (`spec.managedBy`).
pub fn is_managed_elsewhere(job: &Object) -> bool {
    is_another(&job.spec()["managedBy"])
}

/// Whether `managedBy` names another controller.
fn is_another(by: &Value) -> bool {
    by.as_str().is_some_and(|by| by != "kubernetes.io/job-controller")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn read(spec: &str) -> Spec {
        let mut job = Object::new(kinds::JOB, "default", "j");
        *job.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
        Spec::of(&job)
    }

    #[test]
    fn what_a_job_does_not_ask_for_is_as_the_api_defaults_it() {
        for text in ["null", "{}", r#"{"parallelism":null,"backoffLimit":null,"completions":null}"#] {
            let spec = read(text);
            assert_eq!((spec.parallelism, spec.completions, spec.backoff_limit), (1, None, 6), "{text}");
            assert!(!spec.suspended && !spec.indexed && !spec.replaces_only_failed && !spec.is_managed_elsewhere);
        }
    }

    #[test]
    fn a_pod_is_replaced_after_its_end_where_that_is_asked_for_or_a_failure_policy_has_to_judge_it() {
        let table = [
            (r#"{"podReplacementPolicy":"TerminatingOrFailed"}"#, false),
            (r#"{"podReplacementPolicy":"Failed"}"#, true),
            (r#"{"podFailurePolicy":{"rules":[]}}"#, true),
            (r#"{"podFailurePolicy":{"rules":[]},"podReplacementPolicy":"TerminatingOrFailed"}"#, true),
        ];
        for (text, want) in table {
            assert_eq!(read(text).replaces_only_failed, want, "{text}");
        }
    }
}
