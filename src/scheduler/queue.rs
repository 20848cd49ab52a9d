//! The scheduling queue: pods to try now, pods that back off, and pods that wait for a change
//! (`pkg/scheduler/backend/queue`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::filter::{Plugin, PodNeeds};
use super::{FIRST_BACKOFF, FLUSH_AFTER, LAST_BACKOFF};
use crate::clock::{Span, Time};
use crate::object::Key;

/// A pod that no node could take when it was last tried.
#[derive(Debug)]
struct Rejected {
    needs: PodNeeds,
    plugins: BTreeSet<Plugin>,
    at: Time,
}

/// Which pods wait for what. A pod is in one of `active`, `backing_off` and `rejected`.
#[derive(Debug, Default)]
pub struct Queue {
    active: BTreeSet<(Reverse<i64>, u64, Key)>,
    backing_off: BTreeSet<(Time, Key)>,
    rejected: BTreeMap<Key, Rejected>,
    /// The priority and the number of attempts of every pod that is not bound yet.
    known: BTreeMap<Key, Known>,
    seq: u64,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    priority: i64,
    attempts: u32,
}

impl Queue {
    /// A pod that is new or that changed: it is tried at once.
    pub fn add(&mut self, key: Key, priority: i64) {
        let attempts = self.known.get(&key).map_or(0, |it| it.attempts);
        self.forget(&key);
        self.known.insert(key.clone(), Known { priority, attempts });
        self.activate(key, priority);
    }

    fn activate(&mut self, key: Key, priority: i64) {
        self.seq += 1;
        self.active.insert((Reverse(priority), self.seq, key));
    }

    /// A pod that is bound or gone.
    pub fn forget(&mut self, key: &Key) {
        if self.known.remove(key).is_none() {
            return;
        }
        if self.rejected.remove(key).is_none() {
            self.active.retain(|(_, _, it)| it != key);
            self.backing_off.retain(|(_, it)| it != key);
        }
    }

    /// The pod to try now: of those that are ready, the highest priority and then the longest wait.
    pub fn pop(&mut self, now: Time) -> Option<Key> {
        while let Some((due, _)) = self.backing_off.first()
            && *due <= now
        {
            let Some((_, key)) = self.backing_off.pop_first() else { break };
            let priority = self.known.get(&key).map_or(0, |it| it.priority);
            self.activate(key, priority);
        }
        self.flush(now);
        let (_, _, key) = self.active.pop_first()?;
        if let Some(known) = self.known.get_mut(&key) {
            known.attempts += 1;
        }
        Some(key)
    }

    fn flush(&mut self, now: Time) {
        let stale = |it: &Rejected| now - it.at >= FLUSH_AFTER;
        let keys: Vec<_> = self.rejected.iter().filter(|(_, it)| stale(it)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.rejected.remove(&key);
            let priority = self.known.get(&key).map_or(0, |it| it.priority);
            self.activate(key, priority);
        }
    }

    /// When the queue has to be looked at again: now while pods are ready.
    pub fn next_due(&self, now: Time) -> Option<Time> {
        if !self.active.is_empty() {
            return Some(now);
        }
        let backoff = self.backing_off.first().map(|(due, _)| *due);
        let flush = self.rejected.values().map(|it| it.at + FLUSH_AFTER).min();
        [backoff, flush].into_iter().flatten().min()
    }

    /// No node could take the pod, for the reasons of `plugins`.
    pub fn rejected(&mut self, key: Key, needs: PodNeeds, plugins: BTreeSet<Plugin>, now: Time) {
        self.rejected.insert(key, Rejected { needs, plugins, at: now });
    }

    /// The API refused to bind the pod: it is tried again after its back-off.
    pub fn refused(&mut self, key: Key, now: Time) {
        let known = *self.known.entry(key.clone()).or_insert(Known { priority: 0, attempts: 1 });
        self.backing_off.insert((now + backoff(known.attempts), key));
    }

    /// Room became free somewhere: pods that lacked it are tried again. Returns whether there are any.
    pub fn room_was_freed(&mut self, now: Time) -> bool {
        self.requeue(now, |it| {
            it.plugins.contains(&Plugin::NodeResourcesFit) || it.plugins.contains(&Plugin::NodePorts)
        })
    }

    /// A node changed: pods for which `helps` holds are tried again. Returns whether there are any.
    pub fn node_was_changed(&mut self, now: Time, helps: impl Fn(&PodNeeds, &BTreeSet<Plugin>) -> bool) -> bool {
        self.requeue(now, |it| it.plugins.is_empty() || helps(&it.needs, &it.plugins))
    }

    fn requeue(&mut self, now: Time, wanted: impl Fn(&Rejected) -> bool) -> bool {
        let keys: Vec<_> = self.rejected.iter().filter(|(_, it)| wanted(it)).map(|(key, _)| key.clone()).collect();
        for key in &keys {
            let Some(rejected) = self.rejected.remove(key) else { continue };
            let attempts = self.known.get(key).map_or(1, |it| it.attempts);
            self.backing_off.insert(((rejected.at + backoff(attempts)).max(now), key.clone()));
        }
        !keys.is_empty()
    }
}

/// How long a pod stays away after its `attempts`-th attempt.
fn backoff(attempts: u32) -> Span {
    (1..attempts).fold(FIRST_BACKOFF, |span, _| span.times(2).min(LAST_BACKOFF))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn key(name: &str) -> Key {
        Key::new(kinds::POD, "default", name)
    }

    #[test]
    fn the_highest_priority_is_tried_first_and_then_the_longest_wait() {
        let mut queue = Queue::default();
        for (name, priority) in [("first", 0), ("second", 0), ("urgent", 1000)] {
            queue.add(key(name), priority);
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(Time(0))).map(|it| it.name).collect();
        assert_eq!(order, ["urgent", "first", "second"]);
    }

    #[test]
    fn the_back_off_doubles_up_to_ten_seconds() {
        let seconds: Vec<_> = (1..=6).map(|n| backoff(n).whole_seconds()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 10, 10]);
    }
}
