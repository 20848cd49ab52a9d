//! The scheduling queue: pods to try now, pods that back off, and pods that wait for a change
//! (`pkg/scheduler/backend/queue`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::filter::{Plugin, PodNeeds};
use super::{FIRST_BACKOFF, FLUSH_AFTER, LAST_BACKOFF};
use crate::clock::{Span, Time};
use crate::object::{Key, Lookup};

/// A pod that no node could take when it was last tried.
#[derive(Debug)]
struct Rejected {
    needs: PodNeeds,
    plugins: BTreeSet<Plugin>,
    at: Time,
}

/// Which pods wait for what. A pod is in one of `active`, `backing_off`, `in_error` and `rejected`.
#[derive(Debug, Default)]
pub struct Queue {
    /// The highest priority and of that the lowest number first. One that was taken out is still there until it comes up.
    active: BinaryHeap<(i64, Reverse<u64>, Key)>,
    /// How many of them were not taken out.
    ready: usize,
    /// Pods that something may have helped, by when they have waited long enough. A scheduler that has nothing else to do
    /// does not let them wait (`SchedulerPopFromBackoffQ`).
    backing_off: BTreeSet<(Time, Key)>,
    /// Pods that the API refused to bind, by when they are tried again.
    in_error: BTreeSet<(Time, Key)>,
    rejected: BTreeMap<Key, Rejected>,
    /// The priority and the number of attempts of every pod that is not bound yet.
    known: Lookup<Key, Known>,
    seq: u64,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    priority: i64,
    attempts: u32,
    place: Place,
}

/// Where in the queue a pod is, so that it is taken out without a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// In `active`, with its number.
    Active(u64),
    /// In `backing_off`, until then.
    BackingOff(Time),
    /// In `in_error`, until then.
    InError(Time),
    /// In `rejected`.
    Rejected,
    /// With the scheduler, which is trying it.
    InHand,
}

impl Queue {
    /// A pod that is new or that changed: it is tried at once.
    pub fn add(&mut self, key: Key, priority: i64) {
        let attempts = self.take_out(&key).map_or(0, |it| it.attempts);
        self.seq += 1;
        self.known.insert(key.clone(), Known { priority, attempts, place: Place::Active(self.seq) });
        self.active.push((priority, Reverse(self.seq), key));
        self.ready += 1;
    }

    fn activate(&mut self, key: Key) {
        let Some(known) = self.known.get_mut(&key) else { return };
        self.seq += 1;
        known.place = Place::Active(self.seq);
        self.active.push((known.priority, Reverse(self.seq), key));
        self.ready += 1;
    }

    fn back_off(&mut self, key: Key, until: Time) {
        let Some(known) = self.known.get_mut(&key) else { return };
        known.place = Place::BackingOff(until);
        self.backing_off.insert((until, key));
    }

    /// A pod that is bound or gone.
    pub fn forget(&mut self, key: &Key) {
        self.take_out(key);
    }

    fn take_out(&mut self, key: &Key) -> Option<Known> {
        let known = self.known.remove(key)?;
        match known.place {
            Place::Active(_) => self.ready -= 1,
            Place::BackingOff(until) => {
                self.backing_off.remove(&(until, key.clone()));
            }
            Place::InError(until) => {
                self.in_error.remove(&(until, key.clone()));
            }
            Place::Rejected => {
                self.rejected.remove(key);
            }
            Place::InHand => {}
        }
        Some(known)
    }

    /// The pod to try now: of those that are ready, the highest priority and then the longest wait.
    pub fn pop(&mut self, now: Time) -> Option<Key> {
        while let Some(key) = pop_due(&mut self.backing_off, now).or_else(|| pop_due(&mut self.in_error, now)) {
            self.activate(key);
        }
        self.flush(now);
        let key = match self.pop_active() {
            Some(key) => key,
            None => self.backing_off.pop_first()?.1,
        };
        if let Some(known) = self.known.get_mut(&key) {
            known.attempts += 1;
            known.place = Place::InHand;
        }
        Some(key)
    }

    fn pop_active(&mut self) -> Option<Key> {
        while let Some((_, Reverse(seq), key)) = self.active.pop() {
            if self.known.get(&key).is_some_and(|it| it.place == Place::Active(seq)) {
                self.ready -= 1;
                return Some(key);
            }
        }
        None
    }

    fn flush(&mut self, now: Time) {
        let stale = |it: &Rejected| now - it.at >= FLUSH_AFTER;
        let keys: Vec<_> = self.rejected.iter().filter(|(_, it)| stale(it)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.rejected.remove(&key);
            self.activate(key);
        }
    }

    /// When the queue has to be looked at again: now while pods are ready.
    pub fn next_due(&self, now: Time) -> Option<Time> {
        if self.ready > 0 || !self.backing_off.is_empty() {
            return Some(now);
        }
        let backoff = self.in_error.first().map(|(due, _)| *due);
        let flush = self.rejected.values().map(|it| it.at + FLUSH_AFTER).min();
        [backoff, flush].into_iter().flatten().min()
    }

    /// No node could take the pod, for the reasons of `plugins`.
    pub fn rejected(&mut self, key: Key, needs: PodNeeds, plugins: BTreeSet<Plugin>, now: Time) {
        if let Some(known) = self.known.get_mut(&key) {
            known.place = Place::Rejected;
            self.rejected.insert(key, Rejected { needs, plugins, at: now });
        }
    }

    /// The API refused to bind the pod: it is tried again after its back-off.
    pub fn refused(&mut self, key: Key, now: Time) {
        let Some(known) = self.take_out(&key) else { return };
        let until = now + backoff(known.attempts);
        self.known.insert(key.clone(), Known { place: Place::InError(until), ..known });
        self.in_error.insert((until, key));
    }

    /// Room became free somewhere: pods that lacked it are tried again. Returns whether there are any.
    pub fn room_was_freed(&mut self, now: Time) -> bool {
        self.requeue(now, |_, it| {
            it.plugins.contains(&Plugin::NodeResourcesFit) || it.plugins.contains(&Plugin::NodePorts)
        })
    }

    /// A node changed: pods for which `helps` holds are tried again. Returns whether there are any.
    pub fn node_was_changed(&mut self, now: Time, helps: impl Fn(&PodNeeds, &BTreeSet<Plugin>) -> bool) -> bool {
        self.requeue(now, |_, it| it.plugins.is_empty() || helps(&it.needs, &it.plugins))
    }

    /// Whether no pod waits for a change.
    pub fn nobody_waits(&self) -> bool {
        self.rejected.is_empty()
    }

    /// Whether the pod was kept away by other pods.
    pub fn waits_for_company(&self, key: &Key) -> bool {
        self.rejected.get(key).is_some_and(|it| depends_on_others(&it.plugins))
    }

    /// Pods on nodes came, changed or went: pods that others kept away and for which `helps` holds are tried again. Returns
    /// whether there are any.
    pub fn company_changed(&mut self, now: Time, helps: impl Fn(&Key, &BTreeSet<Plugin>) -> bool) -> bool {
        self.requeue(now, |key, it| depends_on_others(&it.plugins) && helps(key, &it.plugins))
    }

    /// Volumes or claims changed: pods that lacked them are tried again. Returns whether there are any.
    pub fn volumes_were_changed(&mut self, now: Time) -> bool {
        let lacks_volumes = |_: &Key, it: &Rejected| {
            it.plugins.contains(&Plugin::VolumeBinding) || it.plugins.contains(&Plugin::VolumeRestrictions)
        };
        !self.rejected.is_empty() && self.requeue(now, lacks_volumes)
    }

    /// What a pod waited for has come: it is tried at once.
    pub fn is_wanted_now(&mut self, key: &Key) {
        if self.rejected.remove(key).is_some() {
            self.activate(key.clone());
        }
    }

    fn requeue(&mut self, now: Time, wanted: impl Fn(&Key, &Rejected) -> bool) -> bool {
        let keys: Vec<_> =
            self.rejected.iter().filter(|(key, it)| wanted(key, it)).map(|(key, _)| key.clone()).collect();
        for key in &keys {
            let Some(rejected) = self.rejected.remove(key) else { continue };
            let attempts = self.known.get(key).map_or(1, |it| it.attempts);
            self.back_off(key.clone(), (rejected.at + backoff(attempts)).max(now));
        }
        !keys.is_empty()
    }
}

fn pop_due(waiting: &mut BTreeSet<(Time, Key)>, now: Time) -> Option<Key> {
    waiting.first().filter(|(due, _)| *due <= now)?;
    waiting.pop_first().map(|(_, key)| key)
}

fn depends_on_others(plugins: &BTreeSet<Plugin>) -> bool {
    [Plugin::PodTopologySpread, Plugin::InterPodAffinity, Plugin::VolumeRestrictions]
        .iter()
        .any(|it| plugins.contains(it))
}

/// How long a pod stays away after its `attempts`-th attempt.
fn backoff(attempts: u32) -> Span {
    FIRST_BACKOFF.backed_off(attempts, LAST_BACKOFF)
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
    fn a_pod_that_is_taken_out_or_changes_is_tried_no_more_at_its_old_place() {
        let mut queue = Queue::default();
        for name in ["bound", "changed", "last"] {
            queue.add(key(name), 0);
        }
        queue.forget(&key("bound"));
        queue.add(key("changed"), 0);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(Time(0))).map(|it| it.name).collect();
        assert_eq!((order.as_slice(), queue.next_due(Time(0))), (&["last".into(), "changed".into()][..], None));
        queue.add(key("again"), 0);
        queue.refused(key("again"), Time(0));
        assert_eq!(queue.next_due(Time(0)), Some(Time(0) + FIRST_BACKOFF), "it waits although it was ready");
        queue.forget(&key("again"));
        assert_eq!((queue.next_due(Time(0)), queue.pop(Time(0))), (None, None));
    }

    #[test]
    fn who_may_have_been_helped_waits_only_while_there_are_others() {
        let mut queue = Queue::default();
        queue.add(key("waiting"), 1000);
        queue.pop(Time(0));
        let needs = PodNeeds::of(&crate::object::Object::new(kinds::POD, "default", "waiting"));
        queue.rejected(key("waiting"), needs, BTreeSet::from([Plugin::NodeResourcesFit]), Time(0));
        assert!(queue.pop(Time(1)).is_none());
        queue.add(key("other"), 0);
        assert!(queue.room_was_freed(Time(1)));
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(Time(1))).map(|it| it.name).collect();
        assert_eq!(order, ["other", "waiting"]);
        queue.refused(key("waiting"), Time(1));
        assert!(queue.pop(Time(1)).is_none());
        assert_eq!(queue.next_due(Time(1)), Some(Time(1) + Span::seconds(2)));
        assert_eq!(queue.pop(Time(1) + Span::seconds(2)).map(|it| it.name.to_string()).as_deref(), Some("waiting"));
    }

    #[test]
    fn the_back_off_doubles_up_to_ten_seconds() {
        let seconds: Vec<_> = (1..=6).map(|n| backoff(n).whole_seconds()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 10, 10]);
    }
}
