//! How long a failed daemon pod stays before it is deleted, so that a node that keeps failing one is not worn out.
//!
//! Follows client-go `util/flowcontrol/backoff.go` as `podsShouldBeOnNode` uses it: 1 s, doubled up to 15 min, forgotten
//! when nothing failed for twice the maximum.

use std::collections::BTreeMap;

use crate::clock::{Span, Time};
use crate::object::Str;

/// The first delay.
const FIRST: Span = Span::seconds(1);
/// The longest delay.
const LONGEST: Span = Span::seconds(15 * 60);

#[derive(Clone, Debug)]
struct Entry {
    delay: Span,
    updated: Time,
    /// When the key is looked at again, set at the first look within the delay.
    look_again: Option<Time>,
}

/// The back-off of one DaemonSet's failed pods, by node.
#[derive(Clone, Debug, Default)]
pub(super) struct FailedPods {
    /// The uid and observed generation that the entries are of: a new generation starts anew.
    of: (Str, i64),
    entries: BTreeMap<Str, Entry>,
}

impl FailedPods {
    /// Forgets what was about another DaemonSet or generation, and what is long past.
    pub fn keep_to(&mut self, uid: &Str, observed_generation: i64, now: Time) {
        if self.of != (uid.clone(), observed_generation) {
            self.of = (uid.clone(), observed_generation);
            self.entries.clear();
        }
        self.entries.retain(|_, entry| now - entry.updated <= LONGEST.times(2));
    }

    /// Whether a failed pod on `node` may be deleted now; if so the next delay is twice as long. Otherwise the instant
    /// to look again.
    pub fn allows(&mut self, node: &Str, now: Time) -> Result<(), Time> {
        let Some(entry) = self.entries.get_mut(node) else {
            self.entries.insert(node.clone(), Entry { delay: FIRST, updated: now, look_again: None });
            return Ok(());
        };
        if now - entry.updated < entry.delay {
            return Err(*entry.look_again.get_or_insert(now + entry.delay));
        }
        *entry = Entry { delay: entry.delay.times(2).min(LONGEST), updated: now, look_again: None };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Time {
        Time::from_unix(seconds)
    }

    #[test]
    fn the_delay_doubles_from_a_second_to_fifteen_minutes() {
        let (mut failed, node) = (FailedPods::default(), Str::from("node-0"));
        let (mut now, mut delay) = (at(0), 1);
        assert_eq!(failed.allows(&node, now), Ok(()));
        for _ in 0..14 {
            assert_eq!(failed.allows(&node, now), Err(now + Span::seconds(delay)));
            now = now + Span::seconds(delay);
            assert_eq!(failed.allows(&node, now), Ok(()));
            delay = (delay * 2).min(900);
        }
        assert_eq!(delay, 900);
    }

    #[test]
    fn the_second_look_counts_from_the_first_within_the_delay() {
        let (mut failed, node) = (FailedPods::default(), Str::from("node-0"));
        assert_eq!(failed.allows(&node, at(0)), Ok(()));
        assert_eq!(failed.allows(&node, Time(500_000_000)), Err(Time(1_500_000_000)));
        assert_eq!(failed.allows(&node, Time(700_000_000)), Err(Time(1_500_000_000)));
        assert_eq!(failed.allows(&node, Time(1_500_000_000)), Ok(()));
    }

    #[test]
    fn a_new_generation_and_half_an_hour_without_failures_start_anew() {
        let (mut failed, node, uid) = (FailedPods::default(), Str::from("node-0"), Str::from("u"));
        failed.keep_to(&uid, 1, at(0));
        assert_eq!(failed.allows(&node, at(0)), Ok(()));
        assert!(failed.allows(&node, at(0)).is_err());
        failed.keep_to(&uid, 2, at(0));
        assert_eq!(failed.allows(&node, at(0)), Ok(()));
        failed.keep_to(&uid, 2, at(1801));
        assert_eq!(failed.allows(&node, at(1801)), Ok(()));
        assert_eq!(failed.allows(&node, at(1801)), Err(at(1802)));
    }
}
