//! One node as a DaemonSet sees it: does it take part, which daemon pods are there, and what follows for the counters,
//! for the pods to make or remove, and for a rolling update.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::history::HASH_LABEL;
use crate::controllers::shared::pod::{available_at, is_available, is_ready, is_terminal};
use crate::controllers::shared::{self, Rounding};
use crate::object::{Object, Str, Value};

use super::placement::Fit;

/// The label that names the generation of the template on pods, kept for clients of old.
pub(super) const GENERATION_LABEL: &str = "pod-template-generation";
/// The annotation that counts the generations of a DaemonSet's template.
pub(super) const GENERATION_ANNOTATION: &str = "deprecated.daemonset.template.generation";

/// What of a DaemonSet decides about its pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rules {
    /// The hash of the current revision.
    pub hash: Str,
    /// The template's generation, if the annotation holds a number.
    pub generation: Option<Str>,
    /// `spec.minReadySeconds`.
    pub min_ready_seconds: i64,
    /// Whether a rolling update may make a second pod on a node before the first goes.
    pub surge: bool,
}

impl Rules {
    /// The rules of `ds`, whose current revision has `hash`.
    pub fn of(ds: &Object, hash: Str) -> Self {
        let generation = ds.meta.annotation(GENERATION_ANNOTATION).and_then(|it| it.parse::<i64>().ok());
        Rules {
            hash,
            generation: generation.map(|it| Str::from(it.to_string())),
            min_ready_seconds: ds.spec()["minReadySeconds"].as_i64().unwrap_or_default(),
            surge: super::rolling_update::surge_count(ds.spec(), 1) > 0,
        }
    }

    /// Whether `pod` is of the current template: by the generation's label or by the hash (`IsPodUpdated`).
    pub fn is_updated(&self, pod: &Object) -> bool {
        let generation = self.generation.as_deref();
        (generation.is_some() && pod.meta.label(GENERATION_LABEL) == generation) || self.is_of_hash(pod)
    }

    /// Whether `pod` is labelled with the current hash.
    pub fn is_of_hash(&self, pod: &Object) -> bool {
        !self.hash.is_empty() && pod.meta.label(HASH_LABEL) == Some(&self.hash)
    }
}

/// A node and the daemon pods that are on it or meant for it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seat {
    /// Whether the node exists.
    pub exists: bool,
    /// Whether it takes part.
    pub fit: Fit,
    /// The daemon pods, bound ones first, then the oldest, then by name. Deleted pods that have ended are left out.
    pub pods: Vec<Arc<Object>>,
}

/// What a rolling update makes of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// Its pod is not there or not available yet: counts against `maxUnavailable`, or with surge against `maxSurge`.
    Waiting,
    /// Its old pod is not available: replaced at once.
    Broken,
    /// Its old pod is available: replaced when the limits let it.
    Candidate,
    /// With surge: the new pod is available, so the old one goes.
    Superseded,
    /// With surge: takes no part any more, and its old pod is not available: the pod goes.
    LeftBroken,
    /// With surge: takes no part any more, but its old pod is available: goes once enough others are.
    Leaving,
    /// With surge: the node does not exist, so that nothing can be decided.
    Unknown,
}

/// What a seat comes to at an instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// A daemon pod should run there.
    pub desired: bool,
    /// It should, and there is one.
    pub current: bool,
    /// There is one, and it should not.
    pub misscheduled: bool,
    /// Its first pod is ready.
    pub ready: bool,
    /// Its first pod has been ready for long enough.
    pub available: bool,
    /// Its first pod is of the current template.
    pub updated: bool,
    /// There may be a pod to make or to remove there.
    pub busy: bool,
    /// What a rolling update makes of it; `None` when it is done with.
    pub turn: Option<Turn>,
    /// With surge: it counts as available to a rolling update.
    pub serves: bool,
    /// When availability will change even if nothing else does.
    pub until: Option<Time>,
}

impl Seat {
    /// Adds a pod in its place.
    pub fn insert(&mut self, pod: Arc<Object>) {
        let rank = |it: &Object| (it.node_name().is_none(), it.meta.created, it.meta.name.clone());
        let place = rank(&pod);
        let at = self.pods.partition_point(|it| rank(it) < place);
        self.pods.insert(at, pod);
    }

    /// What it comes to at `now`.
    pub fn verdict(&self, rules: &Rules, now: Time) -> Verdict {
        let mut verdict = Verdict { turn: self.turn(rules, now), busy: self.is_busy(rules, now), ..Verdict::default() };
        verdict.serves = rules.surge && self.serves(rules, now);
        let changes = self.pods.iter().filter_map(|pod| available_at(pod, rules.min_ready_seconds));
        verdict.until = changes.filter(|at| *at > now).min();
        if !self.exists {
            return verdict;
        }
        verdict.desired = self.fit.run;
        let Some(first) = self.pods.first() else {
            return verdict;
        };
        if self.fit.run {
            verdict.current = true;
            verdict.ready = is_ready(first);
            verdict.available = is_available(first, rules.min_ready_seconds, now);
            verdict.updated = rules.is_updated(first);
        } else {
            verdict.misscheduled = true;
        }
        verdict
    }

    /// Whether [`super::manage::plan_seat`] may find something to do.
    fn is_busy(&self, rules: &Rules, now: Time) -> bool {
        if !self.exists {
            return self.pods.iter().any(|pod| pod.node_name().is_none());
        }
        let mut living = self.pods.iter().filter(|pod| !pod.meta.is_terminating());
        if !self.fit.stay {
            return living.next().is_some();
        }
        let (mut running, mut ended) = (Vec::new(), false);
        for pod in living {
            if is_terminal(pod) { ended = true } else { running.push(pod) }
        }
        let missing = if rules.surge { running.is_empty() } else { self.pods.is_empty() };
        (self.fit.run && missing) || ended || (running.len() > 1 && !is_surging(rules, &running, now))
    }

    /// The living pod of the current template and the one of an older, or `None` when there are more
    /// (`findUpdatedPodsOnNode`).
    fn new_and_old(&self, rules: &Rules) -> Option<(Option<&Object>, Option<&Object>)> {
        let (mut new, mut old) = (None, None);
        for pod in self.pods.iter().filter(|pod| !pod.meta.is_terminating()) {
            let slot = if rules.is_updated(pod) { &mut new } else { &mut old };
            if slot.replace(&**pod).is_some() {
                return None;
            }
        }
        Some((new, old))
    }

    fn serves(&self, rules: &Rules, now: Time) -> bool {
        let judged = self.new_and_old(rules).and_then(|(new, old)| old.or(new));
        judged.is_some_and(|pod| is_available(pod, rules.min_ready_seconds, now))
    }

    fn turn(&self, rules: &Rules, now: Time) -> Option<Turn> {
        if self.pods.is_empty() && !(self.exists && self.fit.run) {
            return None;
        }
        let available = |pod: &Object| is_available(pod, rules.min_ready_seconds, now);
        let Some(pair) = self.new_and_old(rules) else {
            return Some(Turn::Waiting);
        };
        if rules.surge {
            return match pair {
                (_, None) => None,
                (None, Some(_)) if !self.exists => Some(Turn::Unknown),
                (None, Some(old)) => Some(match (self.fit.run, available(old)) {
                    (true, true) => Turn::Candidate,
                    (true, false) => Turn::Broken,
                    (false, true) => Turn::Leaving,
                    (false, false) => Turn::LeftBroken,
                }),
                (Some(new), Some(_)) => Some(if available(new) { Turn::Superseded } else { Turn::Waiting }),
            };
        }
        match pair {
            (None, None) | (Some(_), Some(_)) => Some(Turn::Waiting),
            (Some(new), None) => (!available(new)).then_some(Turn::Waiting),
            (None, Some(old)) => Some(if available(old) { Turn::Candidate } else { Turn::Broken }),
        }
    }

    /// The name of the living pod of an older template.
    pub fn old_pod(&self, rules: &Rules) -> Option<Str> {
        self.new_and_old(rules)?.1.map(|pod| pod.meta.name.clone())
    }
}

/// Whether `running` are, with surge, an old pod that is ready and a new one that is not available yet: both stay.
fn is_surging(rules: &Rules, running: &[&Arc<Object>], now: Time) -> bool {
    let [a, b] = running else {
        return false;
    };
    let (new, old) = if rules.is_of_hash(a) { (a, b) } else { (b, a) };
    rules.surge
        && rules.is_of_hash(new)
        && !rules.is_of_hash(old)
        && is_ready(old)
        && !is_available(new, rules.min_ready_seconds, now)
}

/// An int-or-string of `total` nodes, percentages rounded up.
pub(super) fn scaled(value: &Value, total: usize) -> usize {
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    usize::try_from(shared::scaled(value, total, Rounding::Up)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_up() {
        for (value, total, want) in
            [("10%", 4, 1), ("50%", 5, 3), ("100%", 7, 7), ("0%", 7, 0), ("1%", 0, 0), ("x", 9, 0)]
        {
            assert_eq!(scaled(&Value::from(value), total), want, "{value} of {total}");
        }
        assert_eq!(scaled(&Value::Int(3), 1), 3);
    }
}
