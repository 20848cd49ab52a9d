//! Which events of the events.k8s.io recorder are new, and which belong to a series.
//!
//! The policy of client-go `tools/events/event_broadcaster.go`: the second occurrence makes a series of two and is told;
//! further ones are only counted, and told when the series is refreshed (every half hour) or finished (nothing for six
//! minutes). Upstream has timers for those. Here they are looked at whenever the clock moves for another reason, so that a
//! quiet cluster needs no timeline entries for them.

use std::collections::BTreeMap;

use crate::clock::{Span, Time};
use crate::object::Key;

/// A series without a new occurrence for this long is over.
const FINISHED_AFTER: Span = Span::seconds(6 * 60);
/// A running series is told of this often.
const REFRESHED_EVERY: Span = Span::seconds(30 * 60);

/// How far a series has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The Event object.
    pub event: Key,
    /// How often it occurred.
    pub count: i64,
    /// When it last did.
    pub last: Time,
}

#[derive(Debug)]
struct Known {
    progress: Progress,
    told: i64,
}

/// What the recorder remembers of its latest events.
#[derive(Debug, Default)]
pub struct SeriesCache {
    known: BTreeMap<u64, Known>,
    looked: Time,
    refreshed: Time,
}

/// What an occurrence comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occurrence {
    /// It is the first: an Event object is to be made.
    New,
    /// It is the second: the Event object gets a series.
    Again(Progress),
    /// It is counted and not told yet.
    Counted,
}

impl SeriesCache {
    /// Takes note of an occurrence of the event with fingerprint `likeness`; `new` names its object if it is the first.
    pub fn observe(&mut self, likeness: u64, new: &Key, now: Time) -> Occurrence {
        let Some(known) = self.known.get_mut(&likeness) else {
            let progress = Progress { event: new.clone(), count: 1, last: now };
            self.known.insert(likeness, Known { progress, told: 1 });
            return Occurrence::New;
        };
        known.progress.count += 1;
        known.progress.last = now;
        if known.progress.count > 2 {
            return Occurrence::Counted;
        }
        known.told = 2;
        Occurrence::Again(known.progress.clone())
    }

    /// When it is time to see what is finished.
    pub fn next_look(&self) -> Time {
        self.looked + FINISHED_AFTER
    }

    /// Forgets what is finished by `now`, and returns the series that have something new to tell.
    pub fn due(&mut self, now: Time) -> Vec<Progress> {
        if self.next_look() > now {
            return Vec::new();
        }
        self.looked = now;
        let refresh = now - self.refreshed >= REFRESHED_EVERY;
        if refresh {
            self.refreshed = now;
        }
        let mut due = Vec::new();
        self.known.retain(|_, known| {
            let finished = now - known.progress.last > FINISHED_AFTER;
            if (finished || refresh) && known.told < known.progress.count {
                known.told = known.progress.count;
                due.push(known.progress.clone());
            }
            !finished
        });
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn a_series_is_told_at_its_second_occurrence_and_at_its_end() {
        let mut cache = SeriesCache::default();
        let key = Key::new(kinds::EVENT, "default", "web.1");
        let at = Time::from_unix;
        let start = 1_767_225_600;
        cache.due(at(start));
        assert_eq!(cache.next_look(), at(start + 360));
        assert_eq!(cache.observe(7, &key, at(start)), Occurrence::New);
        let second = Progress { event: key.clone(), count: 2, last: at(start + 10) };
        assert_eq!(cache.observe(7, &key, at(start + 10)), Occurrence::Again(second));
        assert_eq!(cache.observe(7, &key, at(start + 20)), Occurrence::Counted);
        assert_eq!(cache.due(at(start + 100)), []);
        let end = Progress { event: key.clone(), count: 3, last: at(start + 20) };
        assert_eq!(cache.due(at(start + 400)), [end]);
        assert_eq!(cache.observe(7, &key, at(start + 401)), Occurrence::New);
    }
}
