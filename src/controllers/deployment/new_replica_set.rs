//! The ReplicaSet of the Deployment's template: found and kept up to date, or created (`getNewReplicaSet` in
//! `pkg/controller/deployment/sync.go`).

use std::sync::Arc;

use crate::controllers::history::compute_hash;
use crate::controllers::{Action, EventRecord};
use crate::map;
use crate::object::{Key, Map, Object, Str, Value, kinds, literal};

use super::annotations;
use super::conditions::{Condition, PROGRESSING, find, set};
use super::rollout::{Rollout, Set};
use super::spec::Strategy;
use super::template::{selector_with_hash, with_hash};

/// The longest name of an object.
const LONGEST_NAME: usize = 253;

impl Rollout<'_> {
    /// Brings the new ReplicaSet and the Deployment's revision up to date, and creates the set if there is none and `create`
    /// says so. `false` when nothing more can be done about the Deployment now.
    pub fn sync_new_replica_set(&mut self, create: bool) -> bool {
        let next = self.old().iter().map(|i| annotations::revision(&self.sets[*i].object)).max().unwrap_or(0) + 1;
        match self.new {
            Some(index) => {
                self.keep_new(index, next);
                true
            }
            None if create => self.create_new(next),
            None => true,
        }
    }

    fn keep_new(&mut self, index: usize, next: i64) {
        let min_ready_seconds = self.spec.min_ready_seconds;
        let set = &mut self.sets[index];
        let mut kept = set.draft.clone().unwrap_or_else(|| Object::clone(&set.object));
        let mut changed = annotations::hand_on(self.deployment, &mut kept, next);
        if kept.spec()["minReadySeconds"].as_i64().unwrap_or_default() != min_ready_seconds {
            set_min_ready_seconds(&mut kept, min_ready_seconds);
            changed = true;
        }
        if changed {
            // The Deployment takes over the revision when the set has it.
            set.draft = Some(kept);
            self.store(index);
            return;
        }
        let revision = Str::from(kept.meta.annotation(annotations::REVISION).unwrap_or_default());
        annotations::set_revision(&mut self.draft, &revision);
        if self.spec.progress_deadline.is_some() && find(self.conditions(), PROGRESSING).is_null() {
            let message = format!("Found new replica set {:?}", kept.meta.name.as_str());
            let condition = Condition::new(PROGRESSING, "True", "FoundNewReplicaSet", message, self.now);
            set_condition(self, condition);
        }
    }

    fn create_new(&mut self, next: i64) -> bool {
        let namespace = self.view.get(&Key::new(kinds::NAMESPACE, "", self.deployment.meta.namespace.clone()));
        if namespace.is_some_and(|it| it.meta.is_terminating()) {
            return false;
        }
        let mut created = self.plan_new(next);
        if self.view.get(&created.key()).is_some() {
            // Another template's set has the name: the next attempt gets another hash.
            let collisions = self.draft.status()["collisionCount"].as_i64().unwrap_or_default();
            self.draft.status_mut().set(literal!("collisionCount"), collisions + 1);
            return false;
        }
        let name = created.meta.name.clone();
        if let Some(refusal) = self.refusal.take() {
            self.tell_of_refusal(&name, &refusal);
        }
        let size = self.new_size(0);
        created.spec_mut().set(literal!("replicas"), size);
        annotations::set_sizes(&mut created, &self.spec);
        self.act(Action::Create(created.clone()));
        if size > 0 {
            let text = format!("Scaled up replica set {name} from 0 to {size}");
            self.act(EventRecord::normal(self.deployment, "ScalingReplicaSet", text));
        }
        annotations::set_revision(&mut self.draft, &next.to_string());
        if self.spec.progress_deadline.is_some() {
            let message = format!("Created new replica set {:?}", name.as_str());
            let condition = Condition::new(PROGRESSING, "True", "NewReplicaSetCreated", message, self.now);
            set_condition(self, condition);
        }
        created.meta.created = Some(self.now.truncated());
        self.new = Some(self.sets.len());
        self.sets.push(Set { object: Arc::new(created), draft: None });
        true
    }

    /// Tells that the last attempt to create the set failed. This attempt ends the sync if it fails as well, so that the
    /// status is written first.
    fn tell_of_refusal(&mut self, name: &Str, refusal: &Str) {
        let message = Str::from(format!("Failed to create new replica set {:?}: {refusal}", name.as_str()));
        self.act(EventRecord::warning(self.deployment, "ReplicaSetCreateError", message.clone()));
        if self.spec.progress_deadline.is_some() {
            let condition = Condition::new(PROGRESSING, "False", "ReplicaSetCreateError", message, self.now);
            set_condition(self, condition);
            self.act(Action::UpdateStatus(self.draft.clone()));
            self.draft.meta.resource_version = 0;
        }
    }

    /// The new ReplicaSet, but for its size.
    fn plan_new(&self, next: i64) -> Object {
        let (meta, spec) = (&self.deployment.meta, self.deployment.spec());
        let hash = Str::from(compute_hash(&spec["template"], self.draft.status()["collisionCount"].as_i64()));
        let room = LONGEST_NAME - 1 - hash.len();
        let name = format!("{}-{hash}", meta.name.get(..room).unwrap_or(&meta.name));
        let mut created = Object::new(kinds::REPLICA_SET, meta.namespace.clone(), name);
        let template = with_hash(&spec["template"], &hash);
        created.meta.labels = template.at(&["metadata", "labels"]).as_map().cloned().unwrap_or_else(Map::new);
        created.meta.owners = Arc::new(vec![self.deployment.controller_ref()]);
        *created.spec_mut() = Value::Map(map! {
            "replicas" => 0_i64,
            "selector" => selector_with_hash(&spec["selector"], &hash),
            "template" => template,
        });
        set_min_ready_seconds(&mut created, self.spec.min_ready_seconds);
        annotations::hand_on(self.deployment, &mut created, next);
        created
    }

    /// The size that the new ReplicaSet, which has `size`, is to get (`NewRSNewReplicas`).
    pub fn new_size(&self, size: i64) -> i64 {
        if self.spec.strategy == Strategy::Recreate {
            return self.spec.replicas;
        }
        let room = self.spec.max_replicas() - self.total_size();
        if room <= 0 { size } else { size + room.min(self.spec.replicas - size) }
    }
}

fn set_condition(rollout: &mut Rollout<'_>, condition: Condition) {
    set(&mut rollout.draft, condition);
}

fn set_min_ready_seconds(set: &mut Object, seconds: i64) {
    if seconds == 0 {
        set.spec_mut().remove("minReadySeconds");
    } else {
        set.spec_mut().set(literal!("minReadySeconds"), seconds);
    }
}
