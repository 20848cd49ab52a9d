//! What a Deployment asks for, read once (`pkg/controller/deployment/util/deployment_util.go`).

use crate::controllers::shared::{Rounding, scaled};
use crate::object::{Object, Value};

/// How new pods take the place of old ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// All old pods end before the first new one starts.
    Recreate,
    /// A few at a time.
    RollingUpdate,
}

/// What a Deployment asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spec {
    /// The number of pods.
    pub replicas: i64,
    /// How it updates.
    pub strategy: Strategy,
    /// How many pods there may be beyond that number during a rolling update.
    pub max_surge: i64,
    /// How many pods may be unavailable during a rolling update.
    pub max_unavailable: i64,
    /// For how many seconds a pod has to be ready to be available.
    pub min_ready_seconds: i64,
    /// For how many seconds a rollout may make no progress.
    pub progress_deadline: Option<i64>,
    /// How many old ReplicaSets are kept.
    pub history_limit: Option<i64>,
    /// Whether rollouts are suspended.
    pub paused: bool,
}

impl Spec {
    /// Reads the spec of `deployment`.
    pub fn of(deployment: &Object) -> Self {
        let spec = deployment.spec();
        let replicas = spec["replicas"].as_i64().unwrap_or(1);
        let recreates = spec["strategy"]["type"].str_or_empty() == "Recreate";
        let rolling = &spec["strategy"]["rollingUpdate"];
        let (max_surge, max_unavailable) =
            if recreates { (0, 0) } else { fenceposts(&rolling["maxSurge"], &rolling["maxUnavailable"], replicas) };
        // The largest number that the API takes stands for none.
        let unless_unbounded = |value: &Value| value.as_i64().filter(|it| *it != i64::from(i32::MAX));
        Spec {
            replicas,
            strategy: if recreates { Strategy::Recreate } else { Strategy::RollingUpdate },
            max_surge,
            max_unavailable: max_unavailable.min(replicas),
            min_ready_seconds: spec["minReadySeconds"].as_i64().unwrap_or_default(),
            progress_deadline: unless_unbounded(&spec["progressDeadlineSeconds"]),
            history_limit: unless_unbounded(&spec["revisionHistoryLimit"]),
            paused: spec["paused"].is_true(),
        }
    }

    /// How many pods there may be at most.
    pub fn max_replicas(&self) -> i64 {
        self.replicas + self.max_surge
    }

    /// How many pods have to be available.
    pub fn min_available(&self) -> i64 {
        self.replicas - self.max_unavailable
    }
}

/// The surge is rounded up and what may be unavailable down; where both come to nothing, one pod may be unavailable, so
/// that the rollout can move (`ResolveFenceposts`).
fn fenceposts(surge: &Value, unavailable: &Value, replicas: i64) -> (i64, i64) {
    match (scaled(surge, replicas, Rounding::Up), scaled(unavailable, replicas, Rounding::Down)) {
        (0, 0) => (0, 1),
        both => both,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_surge_is_rounded_up_and_the_unavailable_pods_down_but_one_of_them_is_at_least_one() {
        let (number, percent) = (Value::Int, |text: &str| Value::from(text));
        let table = [
            (percent("25%"), percent("25%"), 4, (1, 1)),
            (percent("25%"), percent("25%"), 3, (1, 0)),
            (percent("25%"), percent("25%"), 10, (3, 2)),
            (percent("0%"), percent("1%"), 2, (0, 1)),
            (number(0), percent("25%"), 1, (0, 1)),
            (number(2), number(0), 9, (2, 0)),
        ];
        for (surge, unavailable, replicas, want) in table {
            assert_eq!(fenceposts(&surge, &unavailable, replicas), want, "{surge:?} {unavailable:?} of {replicas}");
        }
    }
}
