//! Which change concerns which Job, and how soon.
//!
//! Changes of a Job's spec are looked at at once; changes of pods and of the status are gathered for a second, so that a
//! thousand pods that end together make one reconcile (`enqueueSyncJobBatched`).

use std::sync::Arc;

use crate::clock::Span;
use crate::controllers::Wake;
use crate::controllers::job::memory::Memory;
use crate::controllers::job::spec::{TRACKING_FINALIZER, is_managed_elsewhere};
use crate::controllers::job::status::is_finished;
use crate::object::{Object, OwnerRef, Str, kinds, matches_label_selector};
use crate::store::{Change, View};

/// How long changes of pods and of the status are gathered (`syncJobBatchPeriod`).
pub const BATCH: Span = Span::seconds(1);

/// Which keys `change` concerns: Jobs, and pods whose Job will not take the tracking finalizer off.
pub fn wakes(change: &Change, view: View<'_>, memory: &mut Memory, wakes: &mut Vec<Wake>) {
    match change.key.kind {
        kinds::JOB => of_job(change, view, memory, wakes),
        kinds::POD => of_pod(change, view, memory, wakes),
        _ => {}
    }
}

fn of_job(change: &Change, view: View<'_>, memory: &mut Memory, wakes: &mut Vec<Wake>) {
    if let Some(job) = change.after.as_ref().filter(|job| !is_finished(job)) {
        // What is not over was not so before, either.
        let after = match &change.before {
            Some(before) if before.meta.generation == job.meta.generation => BATCH,
            Some(_) => Span::ZERO,
            None => {
                memory.opened(&change.key);
                Span::ZERO
            }
        };
        memory.goes_on(job);
        wakes.push(Wake { key: change.key.clone(), after });
        return;
    }
    let was_open = |before: &&Arc<Object>| memory.saw_unfinished(before) || !is_finished(before);
    let Some(job) = change.before.as_ref().filter(|before| change.after.is_none() || was_open(before)) else {
        return;
    };
    memory.forget(job);
    for pod in view.owned_by(&job.meta.uid) {
        if pod.kind == kinds::POD && is_tracked(pod) {
            wakes.push(Wake::now(pod.key()));
        }
    }
}

fn of_pod(change: &Change, view: View<'_>, memory: &mut Memory, wakes: &mut Vec<Wake>) {
    let Some(pod) = change.latest() else {
        return;
    };
    let is_there = change.after.is_some();
    let is_relabelled = change.before.as_ref().is_some_and(|before| before.meta.labels != pod.meta.labels);
    let lost = change.before.as_ref().filter(|before| !before.meta.has_controller_of(&pod.meta));
    let lost = lost.and_then(|before| before.meta.controller());
    if let Some(owner) = lost {
        memory.observe(&owner.uid, pod, true, is_relabelled);
        if is_there
            && !pod.meta.is_terminating()
            && let Some(job) = job_of(view, &pod.meta.namespace, owner)
        {
            wakes.push(Wake { key: job.key(), after: BATCH });
        }
    }
    let Some(owner) = pod.meta.controller() else {
        if is_there {
            of_orphan(pod, change.before.is_none() || is_relabelled || lost.is_some(), view, memory, wakes);
        }
        return;
    };
    let unfinished = memory.observe(&owner.uid, pod, !is_there, is_relabelled);
    // While no Job changed after the pod did, what was heard of the Job last is how it is.
    let is_current = |job: &&Arc<Object>| {
        view.store().last_change_of(kinds::JOB) < change.version && owner.kind == "Job" && job.meta.name == owner.name
    };
    let goes_on = |job: &&Arc<Object>| unfinished.is_some_and(|known| Arc::ptr_eq(known, job)) || !is_finished(job);
    let job = unfinished.filter(is_current);
    match job.or_else(|| job_of(view, &pod.meta.namespace, owner).filter(goes_on)) {
        Some(job) => wakes.push(Wake { key: job.key(), after: BATCH }),
        None if is_there && pod.meta.is_terminating() && is_tracked(pod) => wakes.push(Wake::now(pod.key())),
        None => {}
    }
}

/// A pod without a controller concerns the clean-up, and if that `is_news` the Jobs that would adopt it.
#[inline(never)]
fn of_orphan(pod: &Object, is_news: bool, view: View<'_>, memory: &Memory, wakes: &mut Vec<Wake>) {
    if is_tracked(pod) {
        wakes.push(Wake::now(pod.key()));
    }
    if is_news && !pod.meta.is_terminating() {
        let selecting = memory
            .unfinished(&pod.meta.namespace)
            .filter_map(|key| view.get(key))
            .filter(|job| !is_finished(job) && matches_label_selector(&job.spec()["selector"], &pod.meta.labels));
        wakes.extend(selecting.map(|job| Wake { key: job.key(), after: BATCH }));
    }
}

/// Whether the pod carries the tracking finalizer.
pub fn is_tracked(pod: &Object) -> bool {
    pod.meta.has_finalizer(&TRACKING_FINALIZER)
}

/// The Job that `owner` names in `namespace`, if it is that very one.
pub fn job_of<'a>(view: View<'a>, namespace: &Str, owner: &OwnerRef) -> Option<&'a Arc<Object>> {
    if owner.kind != "Job" {
        return None;
    }
    let job = view.store().by_uid(&owner.uid)?;
    (job.kind == kinds::JOB && job.meta.name == owner.name && job.meta.namespace == *namespace).then_some(job)
}

/// Whether nobody but the controller's clean-up will take the tracking finalizer off `pod`
/// (`syncOrphanPod`): its Job is gone or over, or it has no controller at all.
pub fn is_orphan(view: View<'_>, pod: &Object) -> bool {
    let Some(owner) = pod.meta.controller() else {
        return true;
    };
    if owner.kind != "Job" || owner.api_version != "batch/v1" {
        return false;
    }
    job_of(view, &pod.meta.namespace, owner).is_none_or(|job| !is_managed_elsewhere(job) && is_finished(job))
}
