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
use crate::object::{Key, Object, OwnerRef, Str, kinds, matches_label_selector};
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
    let over = change.after.as_ref().is_none_or(|job| is_finished(job));
    // What is not over was not so before, either.
    if over || change.before.is_none() {
        memory.note(&change.key, over);
    }
    if !over {
        let same_spec = match (&change.before, &change.after) {
            (Some(before), Some(after)) => before.meta.generation == after.meta.generation,
            _ => false,
        };
        let after = if same_spec { BATCH } else { Span::ZERO };
        wakes.push(Wake { key: change.key.clone(), after });
        return;
    }
    let Some(job) = change.before.as_ref().filter(|before| change.after.is_none() || !is_finished(before)) else {
        return;
    };
    memory.forget(&job.meta.uid);
    let pods = view.owned_by(&job.meta.uid).filter(|it| it.kind == kinds::POD && is_tracked(it));
    wakes.extend(pods.map(|pod| Wake::now(pod.key())));
}

fn of_pod(change: &Change, view: View<'_>, memory: &mut Memory, wakes: &mut Vec<Wake>) {
    let Some(pod) = change.latest() else {
        return;
    };
    let before = change.before.as_deref();
    let (old, current) = (before.and_then(|it| it.meta.controller()), pod.meta.controller());
    for owner in [old.filter(|_| old != current), current].into_iter().flatten() {
        memory.observe(&owner.uid, before, change.after.as_deref());
    }
    let going = change.after.is_none() || pod.meta.is_terminating();
    if let Some(owner) = old.filter(|_| !going && old != current)
        && let Some(job) = job_of(view, &pod.meta.namespace, owner)
    {
        wakes.push(Wake { key: job.key(), after: BATCH });
    }
    if let Some(owner) = current {
        match job_of(view, &pod.meta.namespace, owner) {
            Some(job) if !is_finished(job) => wakes.push(Wake { key: job.key(), after: BATCH }),
            _ if going && change.after.is_some() && is_tracked(pod) => wakes.push(Wake::now(pod.key())),
            _ => {}
        }
        return;
    }
    if change.after.is_some() && is_tracked(pod) {
        wakes.push(Wake::now(pod.key()));
    }
    let changed = before.is_none_or(|before| before.meta.labels != pod.meta.labels || old.is_some());
    if changed && !going {
        let namespace = &pod.meta.namespace;
        let key = |name: &Str| Key { kind: kinds::JOB, namespace: namespace.clone(), name: name.clone() };
        let selecting = memory
            .unfinished(namespace)
            .filter_map(|name| view.get(&key(name)))
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
    let key = Key { kind: kinds::JOB, namespace: namespace.clone(), name: owner.name.clone() };
    view.store().get(&key).filter(|job| job.meta.uid == owner.uid)
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
