//! One look at a StatefulSet (`UpdateStatefulSet` in `stateful_set_control.go`): what it has is brought one step closer to what
//! it is to have. In order, a step is one pod and waits for those before it; in parallel, it is all of them.

use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::shared::pod::{available_at, is_available, is_terminal, phase};
use crate::controllers::statefulset::pods::{
    Ranks, Replica, claim, is_running_and_ready, is_unavailable, min_ready_seconds, rank,
};
use crate::controllers::statefulset::revisions::{Revisions, revisions, truncate};
use crate::controllers::statefulset::status::{Counts, count, status};
use crate::controllers::statefulset::{claims, identity};
use crate::controllers::{Action, Announced, Outcome};
use crate::object::Object;
use crate::store::View;

/// Whether the sync goes on with the next pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    On,
    /// What comes next has to wait.
    Waits,
}

struct Look<'a> {
    view: View<'a>,
    set: &'a Arc<Object>,
    now: Time,
    in_order: bool,
    actions: Vec<Action>,
}

/// What is to be done about `set` at `now`.
pub fn sync(view: View<'_>, set: &Arc<Object>, now: Time) -> Outcome {
    let mut revisions = revisions(view, set);
    let (pods, claiming) = claim(view, set);
    let mut actions = std::mem::take(&mut revisions.actions);
    actions.extend(claiming);
    let ranks = rank(set, &pods, &revisions);
    let in_order = set.spec()["podManagementPolicy"].str_or_empty() != "Parallel";
    let mut look = Look { view, set, now, in_order, actions };
    let mut counts = count(set, pods.iter().map(|it| &**it), &revisions, now);
    if !set.meta.is_terminating() && look.replicas(&ranks) == Going::On && look.condemned(&ranks) == Going::On {
        look.renew(&ranks, &revisions, &mut counts);
    }
    let mut actions = look.actions;
    let status = status(set, counts, &revisions);
    if !status.is_same(set.status()) {
        let mut updated = Object::clone(set);
        updated.body.insert("status", status);
        actions.push(Action::UpdateStatus(updated));
    }
    actions.extend(truncate(set, &revisions, &pods));
    let min_ready = min_ready_seconds(set);
    let ripens = pods.iter().filter_map(|it| available_at(it, min_ready)).filter(|it| *it > now).min();
    Outcome { actions, wake_at: ripens, ..Outcome::default() }
}

impl Look<'_> {
    fn replicas(&mut self, ranks: &Ranks) -> Going {
        for replica in &ranks.replicas {
            let going = match replica {
                Replica::There(pod) => self.replica(pod),
                Replica::Missing(pod) => self.create(pod),
            };
            if going == Going::Waits && self.in_order {
                return Going::Waits;
            }
        }
        Going::On
    }

    fn create(&mut self, pod: &Object) -> Going {
        if claims::is_stale(self.view, self.set, pod) {
            return Going::Waits;
        }
        let mut steps = self.missing_claims(pod, "create");
        let create = Action::Create(pod.clone());
        // That the name is taken is no news: the attempt is only made again.
        let is_taken = self.view.get(&pod.key()).is_some();
        steps.push(if is_taken { create } else { self.announced("create", create, pod) });
        self.actions.push(Action::Sequence(steps));
        Going::Waits
    }

    /// The creation of the claims that `pod` lacks. A failure is one of what was to be done with the pod as well.
    fn missing_claims(&self, pod: &Object, verb: &'static str) -> Vec<Action> {
        let (set, name) = (&self.set.meta.name, &pod.meta.name);
        let missing = claims::claims(self.set, pod).into_iter().filter(|it| self.view.get(&it.object.key()).is_none());
        let create = missing.map(|it| {
            let claim = claims::with_owners(self.set, pod, &it.object, false).unwrap_or(it.object);
            let of = &claim.meta.name;
            Action::Announced(Box::new(Announced {
                about: self.set.clone(),
                success: ("SuccessfulCreate", format!("Create Claim {of} Pod {name} in StatefulSet {set} success")),
                failures: std::iter::once((
                    "FailedCreate",
                    format!("Create Claim {of} for Pod {name} in StatefulSet {set} failed error: "),
                ))
                .chain((verb == "create").then(|| {
                    let subject = format!("Create Pod {name} in StatefulSet {set} failed error");
                    ("FailedCreate", format!("{subject}: failed to create PVC {of}: "))
                }))
                .collect(),
                action: Action::Create(claim),
            }))
        });
        create.collect()
    }

    /// `action` on `pod`, with an event on the set that says how it went (`recordPodEvent`).
    fn announced(&self, verb: &'static str, action: Action, pod: &Object) -> Action {
        let (success, failure, title) = match verb {
            "create" => ("SuccessfulCreate", "FailedCreate", "Create"),
            "delete" => ("SuccessfulDelete", "FailedDelete", "Delete"),
            _ => ("SuccessfulUpdate", "FailedUpdate", "Update"),
        };
        let subject = format!("{title} Pod {} in StatefulSet {}", pod.meta.name, self.set.meta.name);
        Action::Announced(Box::new(Announced {
            about: self.set.clone(),
            success: (success, format!("{subject} successful")),
            failures: vec![(failure, format!("{subject} failed error: "))],
            action,
        }))
    }

    fn delete(&mut self, pod: &Object) {
        let action = self.announced("delete", Action::Delete(pod.key(), DeleteOptions::default()), pod);
        self.actions.push(action);
    }

    /// Sees to a pod that is there (`processReplica`).
    fn replica(&mut self, pod: &Arc<Object>) -> Going {
        if is_terminal(pod) {
            if !pod.meta.is_terminating() {
                self.delete(pod);
            }
            return Going::Waits;
        }
        if phase(pod) == "Pending" {
            let missing = self.missing_claims(pod, "");
            self.actions.extend(missing);
        }
        let is_sound = is_running_and_ready(pod) && is_available(pod, min_ready_seconds(self.set), self.now);
        if self.in_order && (pod.meta.is_terminating() || !is_sound) {
            return Going::Waits;
        }
        let handed_over = claims::to_be_handed_over(self.view, self.set, pod, false);
        let is_itself = identity::matches(pod);
        if is_itself && handed_over.is_empty() {
            return Going::On;
        }
        let mut updated = Object::clone(pod);
        identity::label(&mut updated);
        let mut steps: Vec<Action> = handed_over.into_iter().map(Action::Update).collect();
        steps.push(self.announced("update", Action::Update(updated), pod));
        self.actions.push(Action::Sequence(steps));
        Going::On
    }

    /// Sees to the pods beyond those that the set is to have: the highest ordinal goes first.
    fn condemned(&mut self, ranks: &Ranks) -> Going {
        for pod in &ranks.condemned {
            let handed_over = claims::to_be_handed_over(self.view, self.set, pod, true);
            self.actions.extend(handed_over.into_iter().map(Action::Update));
        }
        let replicas = ranks.replicas.iter().map(Replica::pod);
        let all = replicas.chain(ranks.condemned.iter().rev().map(|it| &**it));
        let first_unavailable = all.clone().find(|it| is_unavailable(self.set, it, self.now));
        let first_unavailable = first_unavailable.map(|it| it.meta.name.clone());
        for pod in &ranks.condemned {
            let is_sound = is_running_and_ready(pod) && is_available(pod, min_ready_seconds(self.set), self.now);
            let is_next = is_sound || first_unavailable.as_ref() == Some(&pod.meta.name);
            if !pod.meta.is_terminating() && (is_next || !self.in_order) {
                self.delete(pod);
            }
            if self.in_order {
                return Going::Waits;
            }
        }
        Going::On
    }

    /// Deletes the pod with the highest ordinal that is not of the update revision, once those above it are available.
    fn renew(&mut self, ranks: &Ranks, revisions: &Revisions, counts: &mut Counts) {
        let strategy = &self.set.spec()["updateStrategy"];
        if strategy["type"].str_or_empty() == "OnDelete" {
            return;
        }
        let partition = strategy.at(&["rollingUpdate", "partition"]).as_i64().unwrap_or(0);
        let kept = usize::try_from(partition).unwrap_or(0);
        for replica in ranks.replicas.iter().skip(kept).rev() {
            let pod = replica.pod();
            let is_old = identity::revision(pod) != revisions.update.name.as_str();
            if is_old && !pod.meta.is_terminating() && matches!(replica, Replica::There(_)) {
                self.delete(pod);
                counts.current -= 1;
                return;
            }
            if is_unavailable(self.set, pod, self.now) {
                return;
            }
        }
    }
}
