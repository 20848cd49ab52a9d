//! Sizes outside of a rollout: a Deployment that was scaled, or is paused (`sync` and `scale` in
//! `pkg/controller/deployment/sync.go`).

use std::cmp::Reverse;

use super::annotations;
use super::rollout::{Rollout, Set};
use super::spec::{Spec, Strategy};

impl Rollout<'_> {
    /// Whether the Deployment has another size than its ReplicaSets know of.
    pub fn is_scaling_event(&self) -> bool {
        let active = self.sets.iter().filter(|it| it.size_before() > 0);
        active.filter_map(|it| annotations::desired_replicas(&it.object)).any(|it| it != self.spec.replicas)
    }

    /// Scales without moving the rollout on.
    pub fn sync_scale(&mut self) {
        self.sync_new_replica_set(false);
        self.scale_sets();
        self.clean_up();
        self.sync_status();
    }

    fn scale_sets(&mut self) {
        let active: Vec<usize> = (0..self.sets.len()).filter(|i| self.sets[*i].size() > 0).collect();
        let only = match *active {
            [] => self.new.or_else(|| self.sets.len().checked_sub(1)),
            [only] => Some(only),
            _ => None,
        };
        if self.sets.is_empty() {
            return;
        }
        if let Some(only) = only {
            self.scale_unless_there(only, self.spec.replicas);
            return;
        }
        if self.new_set().is_some_and(|it| is_saturated(it, &self.spec)) {
            for old in self.active_old() {
                self.scale_unless_there(old, 0);
            }
            return;
        }
        if self.spec.strategy == Strategy::RollingUpdate {
            self.scale_in_proportion(active);
        }
    }

    /// Spreads the difference over all sets in proportion to their sizes, so that no scaling hastens the rollout.
    fn scale_in_proportion(&mut self, mut active: Vec<usize>) {
        let allowed = if self.spec.replicas > 0 { self.spec.max_replicas() } else { 0 };
        let to_add = allowed - active.iter().map(|i| self.sets[*i].size()).sum::<i64>();
        let sets = &self.sets;
        if to_add > 0 {
            active.sort_by_key(|i| Reverse((sets[*i].size(), sets[*i].age())));
        } else {
            active.sort_by_key(|i| (Reverse(sets[*i].size()), sets[*i].age()));
        }
        let replicas = self.deployment.status()["replicas"].as_i64().unwrap_or_default();
        let (mut sizes, mut added) = (Vec::new(), 0);
        for i in &active {
            let proportion = proportion(&self.sets[*i], &self.spec, replicas, to_add, added);
            sizes.push(self.sets[*i].size() + proportion);
            added += proportion;
        }
        // What is left over by rounding goes to the largest.
        if let Some(largest) = sizes.first_mut().filter(|_| to_add != 0) {
            *largest = (*largest + to_add - added).max(0);
        }
        for (i, size) in active.into_iter().zip(sizes) {
            self.scale(i, size);
        }
    }
}

/// Whether the Deployment and the set agree that the set has all its pods, and they are available (`IsSaturated`).
fn is_saturated(set: &Set, spec: &Spec) -> bool {
    set.size() == spec.replicas
        && annotations::desired_replicas(&set.object) == Some(spec.replicas)
        && set.count("availableReplicas") == spec.replicas
}

/// The share of a set in `to_add` replicas, of which `added` are given away (`GetReplicaSetProportion`).
fn proportion(set: &Set, spec: &Spec, replicas: i64, to_add: i64, added: i64) -> i64 {
    let (size, left) = (set.size(), to_add - added);
    if size == 0 || left == 0 {
        return 0;
    }
    let share = share(size, spec, annotations::max_replicas(&set.object).unwrap_or_default(), replicas);
    if to_add > 0 { share.min(left) } else { share.max(left) }
}

/// By how much a set of `size` would change if all sets changed alike; `before` is the size that the Deployment could have
/// when they were sized last, and where that is unknown the present number of its pods counts (`getReplicaSetFraction`).
fn share(size: i64, spec: &Spec, before: i64, replicas: i64) -> i64 {
    if spec.replicas == 0 {
        return -size;
    }
    let before = if before == 0 { replicas } else { before };
    if before == 0 {
        return 0;
    }
    // Rounded half away from zero.
    let (whole, twice) = (size * spec.max_replicas(), before * 2);
    (2 * whole + before).div_euclid(twice) - size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::{Object, Value, kinds};

    #[test]
    fn a_set_changes_as_much_as_the_deployment_does() {
        let spec = |replicas: i64, surge: i64| {
            let mut deployment = Object::new(kinds::DEPLOYMENT, "default", "web");
            let rolling = map! { "maxSurge" => surge, "maxUnavailable" => 1_i64 };
            *deployment.spec_mut() = Value::Map(map! {
                "replicas" => replicas,
                "strategy" => map! { "type" => "RollingUpdate", "rollingUpdate" => rolling },
            });
            Spec::of(&deployment)
        };
        for (size, replicas, surge, before, want) in [
            (3, 8, 2, 6, 2),
            (8, 15, 3, 13, 3),
            (5, 15, 3, 13, 2),
            (4, 0, 2, 6, -4),
            (10, 5, 0, 10, -5),
            (1, 3, 0, 0, 0),
        ] {
            assert_eq!(share(size, &spec(replicas, surge), before, 0), want, "{size} of {before} to {replicas}");
        }
    }
}
