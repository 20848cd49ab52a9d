//! The annotations by which a Deployment and its ReplicaSets know revisions and sizes
//! (`pkg/controller/deployment/util/deployment_util.go`).

use crate::object::{Object, Str};

use super::spec::Spec;

/// The number of a rollout, on ReplicaSets and on the Deployment.
pub(super) const REVISION: &str = "deployment.kubernetes.io/revision";
/// The numbers that a ReplicaSet had before it was rolled back to.
const REVISION_HISTORY: &str = "deployment.kubernetes.io/revision-history";
/// The size of the Deployment when a ReplicaSet was sized last.
const DESIRED_REPLICAS: &str = "deployment.kubernetes.io/desired-replicas";
/// That, with the surge.
const MAX_REPLICAS: &str = "deployment.kubernetes.io/max-replicas";

/// The revision to which a Deployment is to be rolled back.
pub(super) const ROLLBACK_TO: &str = "deprecated.deployment.rollback.to";

/// Annotations of a Deployment that are not handed on to its ReplicaSets.
const KEPT_BACK: [&str; 6] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    REVISION,
    REVISION_HISTORY,
    DESIRED_REPLICAS,
    MAX_REPLICAS,
    ROLLBACK_TO,
];

/// Whether the annotation `key` is not handed on to ReplicaSets, nor back from one that is rolled back to.
pub(super) fn kept_back(key: &str) -> bool {
    KEPT_BACK.contains(&key)
}

/// The longest revision history that is kept, in characters (`maxRevHistoryLengthInChars`).
const HISTORY_LENGTH: usize = 2000;

fn number(object: &Object, annotation: &str) -> Option<i64> {
    object.meta.annotation(annotation).and_then(|it| it.parse().ok())
}

/// The revision of `object`; one that is no number counts as 0.
pub(super) fn revision(object: &Object) -> i64 {
    number(object, REVISION).unwrap_or_default()
}

/// The size of the Deployment when `set` was sized last.
pub(super) fn desired_replicas(set: &Object) -> Option<i64> {
    number(set, DESIRED_REPLICAS)
}

/// That size with the surge.
pub(super) fn max_replicas(set: &Object) -> Option<i64> {
    number(set, MAX_REPLICAS)
}

/// Sets `annotation`, and returns whether it was another.
fn put(object: &mut Object, annotation: &str, value: &str) -> bool {
    let changes = object.meta.annotation(annotation) != Some(value);
    if changes {
        object.meta.set_annotation(annotation, value);
    }
    changes
}

/// Notes the Deployment's size on `set`, and returns whether it was another (`SetReplicasAnnotations`).
pub(super) fn set_sizes(set: &mut Object, spec: &Spec) -> bool {
    let desired = put(set, DESIRED_REPLICAS, &spec.replicas.to_string());
    put(set, MAX_REPLICAS, &spec.max_replicas().to_string()) || desired
}

/// Sets the Deployment's revision.
pub(super) fn set_revision(deployment: &mut Object, revision: &str) -> bool {
    put(deployment, REVISION, revision)
}

/// Brings the annotations of the Deployment's new ReplicaSet up to date, whose number is to be `next` at least, and returns
/// whether that changed any (`SetNewReplicaSetAnnotations`).
pub(super) fn hand_on(deployment: &Object, set: &mut Object, next: i64) -> bool {
    let mut changed = false;
    for (key, value) in deployment.meta.annotations.iter() {
        if !kept_back(key) {
            changed |= put(set, key, value.str_or_empty());
        }
    }
    let before = set.meta.annotation(REVISION).map(Str::from);
    let known = match before.as_deref() {
        None | Some("") => 0,
        Some(text) => match text.parse::<i64>() {
            Ok(number) => number,
            Err(_) => return false,
        },
    };
    if known >= next {
        return changed;
    }
    set.meta.set_annotation(REVISION, next.to_string());
    // A number that it had before means that the Deployment was rolled back to it.
    if let Some(before) = before {
        let history = set.meta.annotation(REVISION_HISTORY).unwrap_or_default();
        if let Some(history) = longer_history(history, &before, HISTORY_LENGTH) {
            set.meta.set_annotation(REVISION_HISTORY, history);
        }
    }
    true
}

/// `history` with one more revision, without the oldest where it would be longer than `limit`.
fn longer_history(history: &str, revision: &str, limit: usize) -> Option<String> {
    if history.is_empty() {
        return Some(revision.to_owned());
    }
    let mut rest = history;
    while rest.len() + 1 + revision.len() > limit {
        rest = rest.split_once(',')?.1;
    }
    Some(format!("{rest},{revision}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn set(annotations: &[(&str, &str)]) -> Object {
        let mut set = Object::new(kinds::REPLICA_SET, "default", "web-1");
        annotations.iter().for_each(|(key, value)| set.meta.set_annotation(*key, *value));
        set
    }

    #[test]
    fn a_set_gets_the_next_revision_and_remembers_those_it_had() {
        let deployment = set(&[("team", "a"), (REVISION, "9")]);
        let table = [
            (vec![], 1, Some("1"), None, true),
            (vec![(REVISION, "1"), ("team", "a")], 1, Some("1"), None, false),
            (vec![(REVISION, "1")], 3, Some("3"), Some("1"), true),
            (vec![(REVISION, "3"), (REVISION_HISTORY, "1")], 5, Some("5"), Some("1,3"), true),
            (vec![(REVISION, "7"), ("team", "a")], 5, Some("7"), None, false),
            (vec![(REVISION, "x")], 5, Some("x"), None, false),
        ];
        for (annotations, next, revision, history, changed) in table {
            let mut set = set(&annotations);
            assert_eq!(hand_on(&deployment, &mut set, next), changed, "{annotations:?}");
            let got = (set.meta.annotation(REVISION), set.meta.annotation(REVISION_HISTORY));
            assert_eq!(got, (revision, history), "{annotations:?}");
            assert_eq!(set.meta.annotation("team"), Some("a"));
        }
    }

    #[test]
    fn a_history_that_grows_too_long_loses_its_oldest_revisions() {
        assert_eq!(longer_history("1,2,3", "4", 7).as_deref(), Some("1,2,3,4"));
        assert_eq!(longer_history("1,2,3", "4", 6).as_deref(), Some("2,3,4"));
        assert_eq!(longer_history("1", "400", 3), None);
    }
}
