//! What a Job asks for, read once for each reconcile.

use crate::clock::Span;
use crate::object::{Object, Value};

/// The finalizer by which a pod is kept until it is counted.
pub const TRACKING_FINALIZER: &str = "batch.kubernetes.io/job-tracking";

/// `spec` of a Job, with the defaults of `pkg/apis/batch/v1/defaults.go` in force.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
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
    pub pod_failure_policy: &'a Value,
    /// `spec.successPolicy`, or null.
    pub success_policy: &'a Value,
    /// `spec.selector`.
    pub selector: &'a Value,
    /// `spec.template`.
    pub template: &'a Value,
}

impl<'a> Spec<'a> {
    /// Reads `job`.
    pub fn of(job: &'a Object) -> Self {
        let spec = job.spec();
        let pod_failure_policy = &spec["podFailurePolicy"];
        Spec {
            parallelism: spec["parallelism"].as_i64().unwrap_or(1),
            completions: spec["completions"].as_i64(),
            backoff_limit: spec["backoffLimit"].as_i64().unwrap_or(6),
            backoff_limit_per_index: spec["backoffLimitPerIndex"].as_i64(),
            max_failed_indexes: spec["maxFailedIndexes"].as_i64(),
            active_deadline: spec["activeDeadlineSeconds"].as_i64().map(Span::seconds),
            suspended: spec["suspend"].is_true(),
            indexed: spec["completionMode"].str_or_empty() == "Indexed",
            restarts_on_failure: spec.at(&["template", "spec", "restartPolicy"]).str_or_empty() == "OnFailure",
            replaces_only_failed: spec["podReplacementPolicy"].str_or_empty() == "Failed"
                || !pod_failure_policy.is_null(),
            pod_failure_policy,
            success_policy: &spec["successPolicy"],
            selector: &spec["selector"],
            template: &spec["template"],
        }
    }
}

/// Whether another controller looks after `job` (`spec.managedBy`).
pub fn is_managed_elsewhere(job: &Object) -> bool {
    job.spec()["managedBy"].as_str().is_some_and(|by| by != "kubernetes.io/job-controller")
}
