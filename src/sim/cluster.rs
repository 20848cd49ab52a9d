//! A whole control plane at an instant: what is stored, what is due, and who acts on it.

use std::collections::BTreeSet;

use crate::api::registry::{Api, Precedents};
use crate::clock::{Names, Span, Time};
use crate::controllers::{Controller, Outcome, Wake};
use crate::object::{Release, Str};
use crate::sim::audience::Audience;
use crate::sim::events::Recorder;
use crate::sim::horizon::Horizon;
use crate::sim::timeline::Timeline;
use crate::store::{Store, View};

/// What a cluster starts from.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    /// Where names and uids come from.
    pub seed: u64,
    /// The first instant.
    pub start: Time,
    /// Which release of Kubernetes its API is that of. Everything behind the API is that of the newest.
    pub release: Release,
    /// How much of its past it remembers.
    pub horizon: Horizon,
}

impl Default for ClusterOptions {
    /// Midnight of 2026-01-01 in UTC, a Thursday, seed 1 and the newest release.
    fn default() -> Self {
        ClusterOptions {
            seed: 1,
            start: Time::from_unix(1_767_225_600),
            release: Release::LATEST,
            horizon: Horizon::default(),
        }
    }
}

/// An embedded control plane.
#[derive(Debug)]
pub struct Cluster {
    pub(super) store: Store,
    pub(super) names: Names,
    pub(super) precedents: Precedents,
    pub(super) now: Time,
    pub(super) start: Time,
    pub(super) timeline: Timeline,
    pub(super) controllers: Vec<Box<dyn Controller>>,
    /// The names that the controllers write under.
    actors: Vec<Str>,
    audience: Audience,
    pub(super) backoff: super::actions::Backoff,
    pub(super) recorder: Recorder,
    pub(super) horizon: Horizon,
    /// How many nodes ever joined; their addresses count it.
    pub(super) nodes_added: usize,
    /// The nodes whose leases nobody renews, because their kubelets are down.
    pub(super) silent: BTreeSet<Str>,
    /// The controllers that are down.
    pub(super) stopped: BTreeSet<usize>,
    /// The store's version up to which changes have woken controllers.
    routed: u64,
    /// The room for the keys that a controller is woken for, which is empty between two changes.
    woken: Vec<Wake>,
}

impl Cluster {
    /// An empty store with `controllers` watching it.
    pub fn new(options: &ClusterOptions, controllers: Vec<Box<dyn Controller>>) -> Self {
        let store = Store::of(options.release);
        let routed = store.version();
        Cluster {
            store,
            names: Names::new(options.seed),
            precedents: Precedents::default(),
            now: options.start,
            start: options.start,
            timeline: Timeline::default(),
            actors: controllers.iter().map(|it| Str::from(it.name())).collect(),
            audience: Audience::new(&controllers),
            controllers,
            backoff: super::actions::Backoff::default(),
            recorder: Recorder::default(),
            horizon: options.horizon,
            nodes_added: 0,
            silent: BTreeSet::new(),
            stopped: BTreeSet::new(),
            routed,
            woken: Vec::new(),
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The instant that the cluster started at: `T+0s`.
    pub fn start(&self) -> Time {
        self.start
    }

    /// What is stored.
    pub fn view(&self) -> View<'_> {
        View::new(&self.store)
    }

    /// What was done and what is due.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// The API, for `actor` at this instant. What it changes wakes controllers at the next step.
    pub fn api(&mut self, actor: impl Into<Str>) -> Api<'_> {
        Api {
            store: &mut self.store,
            now: self.now,
            names: &mut self.names,
            precedents: &mut self.precedents,
            actor: actor.into(),
        }
    }

    /// Forgets old history, as etcd's compaction does.
    pub fn compact(&mut self) {
        self.route();
        self.store.compact(self.store.version());
    }

    /// Forgets what happened up to `version`.
    pub fn compact_until(&mut self, version: u64) {
        self.route();
        self.store.compact(version);
    }

    /// Tells the controllers of every change that they have not been told of.
    pub(super) fn route(&mut self) {
        if self.routed == self.store.version() {
            return;
        }
        let mut wakes = std::mem::take(&mut self.woken);
        let view = View::new(&self.store);
        let Ok(changes) = self.store.changes_since(self.routed) else {
            return;
        };
        let all_run = self.stopped.is_empty();
        for change in changes {
            for index in self.audience.of(change, &self.store) {
                if !all_run && self.stopped.contains(&index) {
                    continue;
                }
                let Some(controller) = self.controllers.get_mut(index) else {
                    continue;
                };
                controller.wakes(change, view, &mut wakes);
                if wakes.is_empty() {
                    continue;
                }
                for wake in wakes.drain(..) {
                    self.timeline.push(index, wake.key, self.now + wake.after);
                }
            }
        }
        self.routed = self.store.version();
        self.woken = wakes;
    }

    /// When the next entry is due.
    pub fn next_due(&mut self) -> Option<Time> {
        self.route();
        self.timeline.next_due()
    }

    /// Takes one entry if one is due by `until`, moving time to it; returns whether there was one.
    pub fn step(&mut self, until: Time) -> bool {
        self.route();
        if self.timeline.next_due().is_none_or(|due| due > until) {
            return false;
        }
        let Some((due, index, key)) = self.timeline.pop() else {
            return false;
        };
        if due > self.now {
            self.now = due;
            self.expire_events();
            self.forget_the_past();
        }
        if !self.stopped.is_empty() && self.stopped.contains(&index) {
            return true;
        }
        let Some(controller) = self.controllers.get_mut(index) else {
            return true;
        };
        let Outcome { actions, wake_at, wakes, actor } = controller.reconcile(View::new(&self.store), &key, self.now);
        if let Some(at) = wake_at {
            self.timeline.push(index, key.clone(), at);
        }
        for wake in wakes {
            self.timeline.push(index, wake.key, self.now + wake.after);
        }
        if !actions.is_empty() || !self.backoff.is_empty() {
            let actor = actor.unwrap_or_else(|| self.actors[index].clone());
            self.apply(index, &key, &actor, actions);
        }
        true
    }

    /// Lets `span` pass: every entry due until then is taken, and then it is that time.
    ///
    /// # Errors
    /// [`super::NotSettled`] when more entries are due than any scenario needs.
    pub fn advance(&mut self, span: Span) -> Result<(), super::NotSettled> {
        let until = self.now + span;
        self.run_until(until)?;
        self.now = self.now.max(until);
        self.expire_events();
        self.forget_the_past();
        Ok(())
    }

    /// Puts the clock forward by `span` at once, as when a machine was asleep: what was due meanwhile happens now, late.
    ///
    /// # Errors
    /// [`super::NotSettled`] when more entries are due than any scenario needs.
    pub fn leap(&mut self, span: Span) -> Result<(), super::NotSettled> {
        self.route();
        self.now = self.now + span;
        self.expire_events();
        self.run_due()
    }
}
