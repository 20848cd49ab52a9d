//! The pods of a Job as a reconcile sees them, after adoption and release.

use std::sync::Arc;

use crate::controllers::Action;
use crate::controllers::job::memory::JobMemory;
use crate::controllers::job::spec::{Spec, TRACKING_FINALIZER};
use crate::controllers::shared::pod::{is_active, is_ready, is_terminal, phase};
use crate::controllers::shared::{Ownership, adopt, decide, release};
use crate::object::{Object, kinds, matches_label_selector};
use crate::store::View;

/// The pods that a Job may have to do something about.
#[derive(Debug, Default)]
pub struct Pods {
    /// All of them, by name.
    pub all: Vec<Arc<Object>>,
    /// Those that neither came to an end nor are being deleted.
    pub active: Vec<Arc<Object>>,
    /// The others: those that are or may be over.
    pub ended: Vec<Arc<Object>>,
    /// How many active ones are ready.
    pub ready: i64,
    /// How many are being deleted and have not come to an end.
    pub terminating: i64,
    /// The adoptions and releases that made them the Job's.
    pub actions: Vec<Action>,
}

impl Pods {
    /// Claims the pods of `job`. An adopted pod gets the tracking finalizer, a released one loses it.
    pub fn claim(view: View<'_>, job: &Arc<Object>, spec: &Spec<'_>, memory: &mut JobMemory) -> Self {
        let mut pods = Pods::default();
        let is_selected = |pod: &Object| matches_label_selector(spec.selector, &pod.meta.labels);
        let owned = memory.pods(view, job, is_selected);
        let free = view.without_controller(kinds::POD, &job.meta.namespace).cloned();
        for pod in owned.into_iter().chain(free) {
            match decide(job, spec.selector, &pod) {
                Ownership::Owned => pods.all.push(pod),
                Ownership::Adopt => {
                    let mut adopted = adopt(job, &pod);
                    adopted.meta.add_finalizer(TRACKING_FINALIZER);
                    pods.actions.push(Action::Update(adopted.clone()));
                    pods.all.push(Arc::new(adopted));
                }
                Ownership::Release => {
                    let mut released = release(job, &pod);
                    released.meta.remove_finalizer(TRACKING_FINALIZER);
                    pods.actions.push(Action::Update(released));
                }
                Ownership::Foreign => {}
            }
        }
        (pods.active, pods.ended) = pods.all.iter().cloned().partition(|pod| is_active(pod));
        pods.ready = count(&pods.active, is_ready);
        pods.terminating = count(&pods.ended, is_terminating);
        pods
    }
}

/// How many of `pods` are as `is` says.
pub fn count(pods: &[Arc<Object>], is: impl Fn(&Object) -> bool) -> i64 {
    i64::try_from(pods.iter().filter(|pod| is(pod)).count()).unwrap_or(i64::MAX)
}

/// Whether the pod is being deleted and has not come to an end.
pub fn is_terminating(pod: &Object) -> bool {
    pod.meta.is_terminating() && !is_terminal(pod)
}

/// Whether the pod counts as failed. One that is being deleted does too, because it may never get to say so, unless its
/// replacement waits for its end.
pub fn is_failed(pod: &Object, spec: &Spec<'_>) -> bool {
    match phase(pod) {
        "Failed" => true,
        "Succeeded" => false,
        _ => !spec.replaces_only_failed && pod.meta.is_terminating(),
    }
}
