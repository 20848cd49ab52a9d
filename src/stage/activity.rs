//! What the clients of a service are doing: for whoever lets time pass only while they wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::clock::Time;
use crate::sim::Cluster;

/// The requests under way and the open watches of a service.
#[derive(Debug, Default)]
pub struct Activity {
    doing: Mutex<Doing>,
}

/// The counts of an [`Activity`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// Requests that have come in, ever.
    pub requests: u64,
    /// Requests that are not answered yet; an open watch counts as answered.
    pub unanswered: usize,
    /// Chunks of events that watches were told, and watches that ended, ever. Bookmarks do not count: nobody acts on one.
    pub told: u64,
    /// Open watches, followed logs and sessions.
    pub watches: usize,
}

#[derive(Debug, Default)]
struct Doing {
    glance: Glance,
    /// What each open watch has seen: the store's version and the time.
    seen: BTreeMap<u64, (u64, Time)>,
    /// When an open stream has something to tell next, unless the cluster changes before.
    due: BTreeMap<u64, Time>,
    next_watch: u64,
}

impl Activity {
    /// The counts now.
    pub fn glance(&self) -> Glance {
        let doing = self.lock();
        Glance { watches: doing.seen.len(), ..doing.glance }
    }

    /// Whether every open watch has looked at the cluster at `version` and `time`.
    pub fn has_seen(&self, version: u64, time: Time) -> bool {
        self.lock().seen.values().all(|seen| *seen >= (version, time))
    }

    /// When the first of the open streams has something to tell by itself: a process that prints is no entry of the
    /// cluster's timeline.
    pub fn next_due(&self) -> Option<Time> {
        self.lock().due.values().min().copied()
    }

    /// A request has come in.
    pub(super) fn asked(&self) {
        let mut doing = self.lock();
        doing.glance.requests += 1;
        doing.glance.unanswered += 1;
    }

    /// A request is answered, or given up.
    pub(super) fn answered(&self) {
        self.lock().glance.unanswered -= 1;
    }

    /// A watch is open; the number names it.
    fn opened(&self) -> u64 {
        let mut doing = self.lock();
        doing.next_watch += 1;
        let watch = doing.next_watch;
        doing.seen.insert(watch, (0, Time::default()));
        watch
    }

    /// A watch has looked at the cluster as it was then.
    fn looked(&self, watch: u64, version: u64, time: Time) {
        if let Some(seen) = self.lock().seen.get_mut(&watch) {
            *seen = (version, time);
        }
    }

    /// A stream has something to tell at that time, if nothing happens before.
    fn expects(&self, watch: u64, due: Option<Time>) {
        let mut doing = self.lock();
        match due {
            Some(due) => drop(doing.due.insert(watch, due)),
            None => drop(doing.due.remove(&watch)),
        }
    }

    /// A watch has told its client something.
    fn told(&self) {
        self.lock().glance.told += 1;
    }

    /// A watch is over.
    fn closed(&self, watch: u64) {
        let mut doing = self.lock();
        doing.seen.remove(&watch);
        doing.due.remove(&watch);
        doing.glance.told += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Doing> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream to a client that goes on: a watch, a log that is followed, a session. It counts until it is dropped.
#[derive(Debug)]
pub(super) struct OpenStream {
    number: u64,
    activity: Arc<Activity>,
}

impl OpenStream {
    /// Counts one more.
    pub(super) fn new(activity: Arc<Activity>) -> Self {
        OpenStream { number: activity.opened(), activity }
    }

    /// It has looked at the cluster, told something or not, and expects to have more to tell at `next`.
    pub(super) fn looked(&self, cluster: &Cluster, told: bool, next: Option<Time>) {
        if told {
            self.activity.told();
        }
        self.activity.expects(self.number, next);
        self.activity.looked(self.number, cluster.view().version(), cluster.now());
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.activity.closed(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_counts_while_it_is_open_and_holds_back_until_it_has_looked() {
        let activity = Activity::default();
        let watch = activity.opened();
        assert_eq!(activity.glance(), Glance { watches: 1, ..Glance::default() });
        assert!(!activity.has_seen(3, Time(5)));
        activity.looked(watch, 3, Time(5));
        assert!(activity.has_seen(3, Time(5)));
        activity.expects(watch, Some(Time(7)));
        assert_eq!(activity.next_due(), Some(Time(7)));
        activity.closed(watch);
        assert_eq!(activity.next_due(), None);
        assert_eq!(activity.glance(), Glance { told: 1, ..Glance::default() });
        assert!(activity.has_seen(9, Time(9)));
    }
}
