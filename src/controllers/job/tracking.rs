//! Counting pods exactly once: the two phases by which a finished pod gets from its finalizer into the counters.
//!
//! A pod is first named in `status.uncountedTerminatedPods`; then it loses its tracking finalizer; then the counter goes
//! up and the name goes. Whoever stops in between can go on from what is stored. Follows
//! `trackJobStatusAndRemoveFinalizers` of `pkg/controller/job/job_controller.go`.

use std::sync::Arc;

use crate::controllers::job::indexed::valid_index_of;
use crate::controllers::job::pod_failure_policy::judge;
use crate::controllers::job::pods::{Member, Phase};
use crate::controllers::job::status::{JobStatus, Uncounted};
use crate::controllers::job::sync::Sync;
use crate::object::{Object, Str};

/// How many pods are in flight at most (`MaxUncountedPods`): their uids have to fit into the status.
pub const MOST_UNCOUNTED: usize = 500;

/// What the first phase came to.
#[derive(Debug, Default)]
pub struct Tracked {
    /// The pods that lose their finalizer.
    pub release: Vec<Arc<Object>>,
    /// The indexes that succeeded and were not known to.
    pub new_indexes: Vec<i64>,
    /// Whether pods were left for the next reconcile.
    pub full: bool,
    /// Whether the status changed.
    pub changed: bool,
}

/// Moves the pods that are named in `status` but carry no finalizer any more into its counters; returns whether any was.
pub fn count_released(status: &mut JobStatus, pods: &[Member]) -> bool {
    let Some(uncounted) = status.uncounted.as_mut().filter(|it| !it.is_empty()) else {
        return false;
    };
    let mut with_finalizer: Vec<&Str> = pods.iter().filter(|it| it.is_tracked).map(|it| &it.pod.meta.uid).collect();
    with_finalizer.sort_unstable();
    let move_all = |uids: &mut Vec<Str>| {
        let before = uids.len();
        uids.retain(|uid| with_finalizer.binary_search(&uid).is_ok());
        i64::try_from(before - uids.len()).unwrap_or(i64::MAX)
    };
    let (succeeded, failed) = (move_all(&mut uncounted.succeeded), move_all(&mut uncounted.failed));
    status.succeeded += succeeded;
    status.failed += failed;
    succeeded + failed > 0
}

/// Names finished pods in the status, as many as fit, and says which pods lose their finalizer. These count as released
/// from then on.
pub fn track(sync: &mut Sync<'_>) -> Tracked {
    let mut tracked = Tracked::default();
    if !sync.pods.any_ended && !sync.releases_all() {
        return tracked;
    }
    let known = std::mem::take(&mut sync.uncounted);
    if sync.spec.indexed {
        for at in sync.releasable_by_index() {
            if tracked.full {
                break;
            }
            tracked.count(sync, &known, at);
        }
        return tracked;
    }
    for at in 0..sync.pods.all.len() {
        if !tracked.full && sync.is_releasable(at) {
            tracked.count(sync, &known, at);
        }
    }
    tracked
}

impl Tracked {
    /// Names the pod at this place in the status, if it may be released.
    fn count(&mut self, sync: &mut Sync<'_>, known: &Uncounted, at: usize) {
        let member = sync.pods.all[at].clone();
        if !may_release(sync, &member) {
            return;
        }
        self.changed |= name_pod(sync, &member, known, &mut self.new_indexes);
        self.release.push(member.pod);
        sync.pods.all[at].is_tracked = false;
        let in_flight = sync.status.uncounted.as_ref().map_or(0, Uncounted::len);
        self.full = self.new_indexes.len() + in_flight >= MOST_UNCOUNTED;
    }
}

/// Whether the finalizer of `pod` may go (`canRemoveFinalizer`): the pod or the Job is over, and no replacement of its
/// index has yet to learn from it how often the index failed.
fn may_release(sync: &Sync<'_>, member: &Member) -> bool {
    if sync.releases_all() || member.phase == Phase::Succeeded {
        return true;
    }
    member.is_failed(&sync.spec) && !sync.kept.has(&member.pod.meta.uid)
}

/// Names `pod` in the status if it has to be counted; returns whether the status changed.
fn name_pod(sync: &mut Sync<'_>, member: &Member, known: &Uncounted, new_indexes: &mut Vec<i64>) -> bool {
    let pod = &member.pod;
    let uid = &pod.meta.uid;
    let index = sync.spec.completions.filter(|_| sync.spec.indexed).and_then(|all| valid_index_of(pod, all));
    if member.phase == Phase::Succeeded && !known.failed.contains(uid) {
        if sync.spec.indexed {
            let fresh = index.filter(|index| !sync.succeeded_before.contains(*index));
            new_indexes.extend(fresh);
            return fresh.is_some();
        }
        let fresh = !known.succeeded.contains(uid);
        if fresh {
            sync.status.uncounted_mut().succeeded.push(uid.clone());
        }
        return fresh;
    }
    let counts = (member.is_failed(&sync.spec) || sync.job_fails())
        && !known.failed.contains(uid)
        && (!sync.spec.indexed || index.is_some())
        && judge(&sync.spec.pod_failure_policy, pod).counts();
    if counts {
        sync.status.uncounted_mut().failed.push(uid.clone());
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_pod_is_counted_when_its_finalizer_is_gone() {
        let uids = |all: &[&str]| all.iter().map(|it| Str::from(*it)).collect::<Vec<_>>();
        let uncounted = Uncounted { succeeded: uids(&["a", "b"]), failed: uids(&["c", "d"]) };
        let mut status = JobStatus { succeeded: 3, uncounted: Some(uncounted), ..JobStatus::default() };
        let member = |uid: &str, is_tracked: bool| {
            let mut pod = Object::new(kinds::POD, "default", uid);
            pod.meta.uid = Str::from(uid);
            Member { is_tracked, ..Member::new(Arc::new(pod)) }
        };
        let pods = [member("a", false), member("b", true), member("d", true)];
        assert!(count_released(&mut status, &pods));
        assert_eq!((status.succeeded, status.failed), (4, 1));
        assert_eq!(status.uncounted, Some(Uncounted { succeeded: uids(&["b"]), failed: uids(&["d"]) }));
        assert!(!count_released(&mut status, &pods));
    }
}
