//! The DaemonSet controller: one pod of the template on every node that takes part, and a rollout when it changes.
//!
//! Follows `pkg/controller/daemon` of Kubernetes 1.36 (`daemon_controller.go`, `update.go`, `util/daemonset_util.go`).
//! Known differences: hashes are of another make (see [`super::history`]); expectations are not there, because what a
//! sync did is visible to the next one; nodes are taken in the order of their names, where upstream takes them in the
//! random order of a map.

mod backoff;
mod manage;
mod placement;
mod rolling_update;
mod roster;
mod seat;
mod status;
#[cfg(test)]
mod tests;
mod wakes;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::history::{History, Standing, construct, truncate};
use crate::controllers::{Action, Controller, EventRecord, Hearing, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Map, Object, Str, kinds};
use crate::store::{Change, View};

use backoff::FailedPods;
use manage::Plan;
use roster::Roster;
use seat::Rules;

/// The most pods that one sync makes, and the most that it deletes.
const BURST: usize = 250;

/// The DaemonSet controller.
#[derive(Debug, Default)]
pub struct DaemonSetController {
    /// The caches, by DaemonSet.
    rosters: BTreeMap<Key, Roster>,
    /// The revisions, by DaemonSet, until something about them changes.
    histories: BTreeMap<Key, KnownHistory>,
    /// The back-off of failed pods, by DaemonSet.
    failed: BTreeMap<Key, FailedPods>,
}

/// A history, and the revision of the DaemonSet's fields that it is of.
#[derive(Debug)]
struct KnownHistory {
    of: Arc<Object>,
    history: History,
}

impl Controller for DaemonSetController {
    fn name(&self) -> &'static str {
        "daemonset-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CONTROLLER_REVISION, kinds::DAEMON_SET, kinds::NODE, kinds::POD])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD { Hearing::controlled_by(kinds::DAEMON_SET) } else { Hearing::ALL }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        self.hear(change, view, wakes);
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(ds) = view.get(key) else {
            self.forget(key);
            return Outcome::default();
        };
        if ds.spec()["selector"].as_map().is_some_and(Map::is_empty) {
            let text = "This daemon set is selecting all pods. A non-empty selector is required.";
            return Outcome { actions: vec![EventRecord::warning(ds, "SelectingAll", text)], ..Outcome::default() };
        }
        // While a DaemonSet is deleted its revisions may be gone before its pods: nothing can be said of them.
        if ds.meta.is_terminating() {
            return Outcome::default();
        }
        let (history, actions) = match self.history(view, key, ds) {
            Standing::Known(history, actions) => (history, actions),
            Standing::Unsettled(actions) => return Outcome { actions, ..Outcome::default() },
        };
        self.sync(view, key, ds, &history, now, actions)
    }
}

impl DaemonSetController {
    fn forget(&mut self, key: &Key) {
        self.rosters.remove(key);
        self.histories.remove(key);
        self.failed.remove(key);
    }

    /// The revisions of `ds`, from memory if nothing about them changed.
    fn history(&mut self, view: View<'_>, key: &Key, ds: &Arc<Object>) -> Standing {
        if let Some(known) = self.histories.get_mut(key) {
            let same = known.of.meta.uid == ds.meta.uid
                && known.of.spec().is_same(ds.spec())
                && known.of.status()["collisionCount"] == ds.status()["collisionCount"];
            if same {
                known.of = ds.clone();
                return Standing::Known(known.history.clone(), Vec::new());
            }
        }
        let pods = view.owned_by(&ds.meta.uid).filter(|it| it.kind == kinds::POD);
        let standing = construct(view, ds, pods);
        match &standing {
            Standing::Known(history, actions) if actions.is_empty() => {
                let known = KnownHistory { of: ds.clone(), history: history.clone() };
                self.histories.insert(key.clone(), known);
            }
            _ => drop(self.histories.remove(key)),
        }
        standing
    }

    /// One sync, once the current revision is known: gather, plan, status.
    fn sync(
        &mut self,
        view: View<'_>,
        key: &Key,
        ds: &Arc<Object>,
        history: &History,
        now: Time,
        mut actions: Vec<Action>,
    ) -> Outcome {
        let rules = Rules::of(ds, history.hash.clone());
        if !self.rosters.get(key).is_some_and(|it| it.is_for(ds, &rules)) {
            self.rosters.insert(key.clone(), Roster::new(view, ds, rules));
        }
        let Some(roster) = self.rosters.get_mut(key) else {
            return Outcome::default();
        };
        actions.extend(roster.refresh(view, ds, now));
        let failed = self.failed.entry(key.clone()).or_default();
        let plan = plan_pods(ds, roster, failed, now);
        let look_again = plan.look_again;
        let moves = plan.is_empty().then(|| plan_update(ds, roster));
        actions.extend(carry_out(ds, roster, plan));
        let decided = match moves {
            Some(Some(plan)) => {
                actions.extend(carry_out(ds, roster, plan));
                true
            }
            Some(None) => false,
            None => true,
        };
        if decided {
            let limit = ds.spec()["revisionHistoryLimit"].as_i64().unwrap_or(i64::MAX);
            actions.extend(truncate(&ds.meta.namespace, history, limit, &roster.hashes));
        }
        actions.extend(roster.tally.counters.to_status(ds).map(Action::UpdateStatus));
        let until = roster.tally.until.first().map(|(at, _)| *at);
        let wake_at = until.into_iter().chain(look_again).min();
        Outcome { actions, wake_at, ..Outcome::default() }
    }
}

/// What is to be done on the nodes, updates aside (`manage`).
fn plan_pods(ds: &Arc<Object>, roster: &Roster, failed: &mut FailedPods, now: Time) -> Plan {
    let observed = ds.status()["observedGeneration"].as_i64().unwrap_or_default();
    failed.keep_to(&ds.meta.uid, observed, now);
    let mut plan = Plan::default();
    for node in &roster.tally.busy {
        if let Some(seat) = roster.seat(node) {
            manage::plan_seat(ds, &roster.rules, node, seat, failed, now, &mut plan);
        }
    }
    plan
}

/// The next moves of a rolling update; `None` when they cannot be decided.
fn plan_update(ds: &Object, roster: &Roster) -> Option<Plan> {
    let spec = ds.spec();
    if spec["updateStrategy"]["type"].str_or_empty() != "RollingUpdate" {
        return Some(Plan::default());
    }
    let tally = &roster.tally;
    let moves = rolling_update::plan_moves(spec, &tally.turns, tally.counters.desired, tally.serving)?;
    let old_pod = |node: &Str| roster.seat(node).and_then(|seat| seat.old_pod(&roster.rules));
    let delete = moves.remove_old.iter().filter_map(old_pod).collect();
    Some(Plan { create: moves.create, delete, ..Plan::default() })
}

/// Events, then creations, then deletions, each kind up to the burst (`syncNodes`).
fn carry_out(ds: &Arc<Object>, roster: &Roster, plan: Plan) -> Vec<Action> {
    let delete = |name: &Str| Action::DeleteChild {
        key: Key::new(kinds::POD, ds.meta.namespace.clone(), name.clone()),
        options: DeleteOptions::default(),
        owner: ds.clone(),
    };
    let objects: Vec<_> = plan.create.iter().take(BURST).map(|node| roster.new_pod(node)).collect();
    let creations = (!objects.is_empty()).then(|| Action::CreateChildren { objects, owner: ds.clone() });
    let deletions = plan.delete.iter().take(BURST).map(delete);
    plan.events.into_iter().chain(creations).chain(deletions).collect()
}
