//! What a Job asks for, read once for every change of its spec.

use crate::clock::Span;
use crate::object::{Object, Str, Value, literal};

/// The finalizer by which a pod is kept until it is counted.
pub const TRACKING_FINALIZER: Str = literal!("batch.kubernetes.io/job-tracking");

/// `spec` of a Job, with the defaults of `pkg/apis/batch/v1/defaults.go` in force.
#[derive(Clone, Debug)]
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
    /// Reads `job`.
    pub fn of(job: &Object) -> Self {
        let section = job.spec();
        let (template, pod_failure_policy) = (&section["template"], &section["podFailurePolicy"]);
        Spec {
            section: section.clone(),
            is_managed_elsewhere: is_managed_elsewhere(job),
            parallelism: section["parallelism"].as_i64().unwrap_or(1),
            completions: section["completions"].as_i64(),
            backoff_limit: section["backoffLimit"].as_i64().unwrap_or(6),
            backoff_limit_per_index: section["backoffLimitPerIndex"].as_i64(),
            max_failed_indexes: section["maxFailedIndexes"].as_i64(),
            active_deadline: section["activeDeadlineSeconds"].as_i64().map(Span::seconds),
            suspended: section["suspend"].is_true(),
            indexed: section["completionMode"].str_or_empty() == "Indexed",
            restarts_on_failure: template.at(&["spec", "restartPolicy"]).str_or_empty() == "OnFailure",
            replaces_only_failed: section["podReplacementPolicy"].str_or_empty() == "Failed"
                || !pod_failure_policy.is_null(),
            pod_failure_policy: pod_failure_policy.clone(),
            success_policy: section["successPolicy"].clone(),
            selector: section["selector"].clone(),
            template: template.clone(),
        }
    }

    /// Whether this is what `job` asks for.
    pub fn is_of(&self, job: &Object) -> bool {
        self.section.is_shared_with(job.spec())
    }
}

/// Whether another controller looks after `job` (`spec.managedBy`).
pub fn is_managed_elsewhere(job: &Object) -> bool {
    job.spec()["managedBy"].as_str().is_some_and(|by| by != "kubernetes.io/job-controller")
}
