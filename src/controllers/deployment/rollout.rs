//! A Deployment in the course of being looked at: its ReplicaSets, what is planned for them, and the status as it will be.

use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::{Action, EventRecord, Outcome};
use crate::object::{Object, Str, Value, literal};
use crate::store::View;

use super::annotations;
use super::spec::Spec;
use super::template::is_same_template;

/// One of the Deployment's ReplicaSets.
#[derive(Debug)]
pub(super) struct Set {
    /// As it is stored, or as it is going to be created.
    pub object: Arc<Object>,
    /// As it is to be stored, if that differs.
    pub draft: Option<Object>,
}

impl Set {
    /// The size that it has or is to get.
    pub fn size(&self) -> i64 {
        size_of(self.draft.as_ref().unwrap_or(&self.object))
    }

    /// The size that it had when the sync began.
    pub fn size_before(&self) -> i64 {
        size_of(&self.object)
    }

    /// A counter of its status.
    pub fn count(&self, field: &str) -> i64 {
        self.object.status()[field].as_i64().unwrap_or_default()
    }

    /// What sorts sets by age.
    pub fn age(&self) -> (Option<Time>, Str) {
        (self.object.meta.created, self.object.meta.name.clone())
    }
}

fn size_of(set: &Object) -> i64 {
    set.spec()["replicas"].as_i64().unwrap_or(1)
}

/// What is to be done, in order.
#[derive(Debug)]
enum Planned {
    /// Store the draft of a set.
    Store(usize),
    /// Anything else.
    Act(Action),
}

/// A Deployment in the course of being looked at.
#[derive(Debug)]
pub(super) struct Rollout<'a> {
    /// The store.
    pub view: View<'a>,
    /// The Deployment as it is stored.
    pub deployment: &'a Arc<Object>,
    /// What it asks for.
    pub spec: Spec,
    /// The present.
    pub now: Time,
    /// Its ReplicaSets, the oldest first.
    pub sets: Vec<Set>,
    /// Which of them is of its template.
    pub new: Option<usize>,
    /// The Deployment with its status and revision as they will be.
    pub draft: Object,
    /// What the API answered to the last action that failed.
    pub refusal: Option<Str>,
    /// When to look again although nothing changed.
    pub wake_at: Option<Time>,
    planned: Vec<Planned>,
}

impl<'a> Rollout<'a> {
    /// The beginning of a sync of `deployment`, whose ReplicaSets are `sets`.
    pub fn new(
        view: View<'a>,
        deployment: &'a Arc<Object>,
        sets: Vec<Arc<Object>>,
        now: Time,
        refusal: Option<Str>,
    ) -> Self {
        let mut sets: Vec<_> = sets.into_iter().map(|object| Set { object, draft: None }).collect();
        sets.sort_by_key(Set::age);
        let template = &deployment.spec()["template"];
        let new = sets.iter().position(|it| is_same_template(&it.object.spec()["template"], template));
        Rollout {
            view,
            deployment,
            spec: Spec::of(deployment),
            now,
            sets,
            new,
            draft: Object::clone(deployment),
            refusal,
            wake_at: None,
            planned: Vec::new(),
        }
    }

    /// The set of the Deployment's template.
    pub fn new_set(&self) -> Option<&Set> {
        self.new.and_then(|i| self.sets.get(i))
    }

    /// The other sets by their places, the oldest first.
    pub fn old(&self) -> Vec<usize> {
        (0..self.sets.len()).filter(|i| Some(*i) != self.new).collect()
    }

    /// The other sets that are to have pods, the oldest first.
    pub fn active_old(&self) -> Vec<usize> {
        self.old().into_iter().filter(|i| self.sets[*i].size() > 0).collect()
    }

    /// The sum of a status counter over all sets.
    pub fn total(&self, field: &str) -> i64 {
        self.sets.iter().map(|it| it.count(field)).sum()
    }

    /// The sum of the sizes of all sets.
    pub fn total_size(&self) -> i64 {
        self.sets.iter().map(Set::size).sum()
    }

    /// Whether anything is to be done so far, or said of the Deployment.
    pub fn has_plans(&self) -> bool {
        !self.planned.is_empty() || !self.is_unchanged()
    }

    fn is_unchanged(&self) -> bool {
        self.draft.meta.annotations.is_shared_with(&self.deployment.meta.annotations)
            && self.draft.status().is_same(self.deployment.status())
    }

    /// Plans an action.
    pub fn act(&mut self, action: Action) {
        self.planned.push(Planned::Act(action));
    }

    /// Plans to store the draft of a set, if nothing did yet. Several changes of a set are one write.
    pub fn store(&mut self, set: usize) {
        if !self.planned.iter().any(|it| matches!(it, Planned::Store(other) if *other == set)) {
            self.planned.push(Planned::Store(set));
        }
    }

    /// Gives a set another size, or notes another size of the Deployment on it; returns whether the size is another
    /// (`scaleReplicaSet`).
    pub fn scale(&mut self, index: usize, size: i64) -> bool {
        let spec = self.spec;
        let set = &mut self.sets[index];
        let before = set.size();
        let mut sized = set.draft.clone().unwrap_or_else(|| Object::clone(&set.object));
        let noted = annotations::set_sizes(&mut sized, &spec);
        if before == size && !noted {
            return false;
        }
        sized.spec_mut().set(literal!("replicas"), size);
        let name = sized.meta.name.clone();
        set.draft = Some(sized);
        self.store(index);
        if before == size {
            return false;
        }
        let direction = if before < size { "up" } else { "down" };
        let text = format!("Scaled {direction} replica set {name} from {before} to {size}");
        self.act(EventRecord::normal(self.deployment, "ScalingReplicaSet", text));
        true
    }

    /// As [`Rollout::scale`], but a set of that size already is left alone (`scaleReplicaSetAndRecordEvent`).
    pub fn scale_unless_there(&mut self, index: usize, size: i64) -> bool {
        self.sets[index].size() != size && self.scale(index, size)
    }

    /// The conditions of the status as it will be.
    pub fn conditions(&self) -> &[Value] {
        self.draft.status()["conditions"].items()
    }

    /// What the sync came to.
    pub fn into_outcome(mut self) -> Outcome {
        let same = self.is_unchanged();
        let mut actions = Vec::with_capacity(self.planned.len() + 1);
        for planned in self.planned {
            match planned {
                Planned::Act(action) => actions.push(action),
                Planned::Store(i) => actions.extend(self.sets[i].draft.take().map(Action::Update)),
            }
        }
        if !same {
            actions.push(Action::UpdateStatus(self.draft));
        }
        Outcome { actions, wake_at: self.wake_at, ..Outcome::default() }
    }
}
