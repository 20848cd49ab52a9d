//! The end that a kubelet itself decides on for a pod: to relieve its node, to make room for a critical pod, or because the node
//! shuts down (`killPodNow` in `pkg/kubelet/pod_workers.go`).

use super::surroundings::Surroundings;
use super::termination::{Ending, Why};
use super::worker::{Happenings, Worker};
use crate::clock::Span;
use crate::object::{Object, Str};

/// The priority from which on a pod is critical (`SystemCriticalPriority` in `pkg/apis/scheduling/types.go`).
const CRITICAL_PRIORITY: i64 = 2_000_000_000;
/// What marks the mirror of a pod that a node runs from a file of its own.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// What a kubelet says of a pod that it brings to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `status.reason` of the pod if it fails: `Evicted`, `Preempting`, `Terminated`.
    pub reason: &'static str,
    /// `status.message` beside it.
    pub message: Str,
    /// The message of the condition `DisruptionTarget`; none when the pod itself is to blame.
    pub disruption: Option<Str>,
    /// How long its containers are given, unless that is what the pod says.
    pub grace: Option<Span>,
}

impl Worker {
    /// Brings the pod to the end that its kubelet decided on. An end that is under way can only come sooner.
    pub fn condemn(&mut self, verdict: Verdict, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        let own = Ending::new(Why::ByKubelet, &self.pod, around.now);
        let kill_at = verdict.grace.map_or(own.kill_at, |it| around.now + it);
        self.verdict = Some(Box::new(verdict));
        if self.ending.is_some() {
            self.hurry(kill_at, around.now);
        } else {
            self.begin_end(Ending { kill_at, ..own }, around, happenings);
        }
    }
}

/// Whether a pod is one that its node cannot do without (`IsCriticalPod` in `pkg/kubelet/types/pod_update.go`).
pub fn is_critical(pod: &Object) -> bool {
    pod.meta.annotation(MIRROR).is_some() || priority(pod) >= CRITICAL_PRIORITY
}

/// `spec.priority`, or 0.
pub fn priority(pod: &Object) -> i64 {
    pod.spec()["priority"].as_i64().unwrap_or(0)
}
