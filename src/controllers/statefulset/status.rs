//! What a StatefulSet says of its pods (`computeReplicaStatus`, `updateStatefulSetStatus`).

use crate::clock::Time;
use crate::controllers::shared::pod::is_available;
use crate::controllers::statefulset::identity;
use crate::controllers::statefulset::pods::{is_running_and_ready, min_ready_seconds};
use crate::controllers::statefulset::revisions::Revisions;
use crate::map;
use crate::object::{Object, Value};

/// The counts of a status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pods that exist.
    pub replicas: i64,
    /// Those that are ready.
    pub ready: i64,
    /// Those that have been ready for long enough.
    pub available: i64,
    /// Those of the current revision that are not on their way out.
    pub current: i64,
    /// Those of the update revision that are not on their way out.
    pub updated: i64,
}

/// Counts the stored `pods` of `set`.
pub fn count<'a>(set: &Object, pods: impl Iterator<Item = &'a Object>, revisions: &Revisions, now: Time) -> Counts {
    let mut counts = Counts::default();
    for pod in pods {
        counts.replicas += 1;
        if is_running_and_ready(pod) {
            counts.ready += 1;
            counts.available += i64::from(is_available(pod, min_ready_seconds(set), now));
        }
        if !pod.meta.is_terminating() {
            counts.current += i64::from(identity::revision(pod) == revisions.current.name.as_str());
            counts.updated += i64::from(identity::revision(pod) == revisions.update.name.as_str());
        }
    }
    counts
}

/// The status of `set`. A rolling update that has come to its end makes the update revision the current one.
pub fn status(set: &Object, mut counts: Counts, revisions: &Revisions) -> Value {
    let wanted = set.spec()["replicas"].as_i64().unwrap_or(1);
    let is_rolling = set.spec().at(&["updateStrategy", "type"]).str_or_empty() == "RollingUpdate";
    let mut current = &revisions.current.name;
    if is_rolling && [counts.updated, counts.ready, counts.replicas] == [wanted; 3] {
        (counts.current, current) = (counts.updated, &revisions.update.name);
    }
    let unless_zero = |it: i64| (it != 0).then_some(it);
    Value::Map(map! {
        "observedGeneration" => set.meta.generation,
        "replicas" => counts.replicas,
        "readyReplicas" => unless_zero(counts.ready),
        "currentReplicas" => unless_zero(counts.current),
        "updatedReplicas" => unless_zero(counts.updated),
        "currentRevision" => current,
        "updateRevision" => &revisions.update.name,
        "collisionCount" => revisions.collisions,
        "availableReplicas" => counts.available,
    })
}
