//! Letting things happen until nothing more does, within bounds.

use std::fmt;

use crate::clock::{Span, Time};
use crate::sim::cluster::Cluster;
use crate::sim::timeline::Line;

/// When to call a cluster settled, and when to give up.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Settled means that nothing is due for this long.
    pub quiet: Span,
    /// Give up after this much virtual time.
    pub time: Span,
    /// Give up after this many entries.
    pub entries: u64,
}

impl Default for Bounds {
    /// Quiet for a minute, within a virtual day and two million entries.
    fn default() -> Self {
        Bounds { quiet: Span::seconds(60), time: Span::seconds(86_400), entries: 2_000_000 }
    }
}

/// A bound was reached before the cluster came to rest.
#[derive(Clone, Debug)]
pub struct NotSettled {
    /// Which bound: `2000000 entries`, `24h0m0s of virtual time`.
    pub bound: String,
    /// The instant that scenario times count from.
    pub start: Time,
    /// The last lines of the timeline.
    pub tail: Vec<Line>,
}

impl fmt::Display for NotSettled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not settled after {}", self.bound)?;
        for line in &self.tail {
            write!(f, "\n  T+{} {}: {}", line.time - self.start, line.actor, line)?;
        }
        Ok(())
    }
}

impl std::error::Error for NotSettled {}

impl Cluster {
    /// Takes every entry due now.
    ///
    /// # Errors
    /// [`NotSettled`] when they never end.
    pub fn run_due(&mut self) -> Result<(), NotSettled> {
        self.run_until(self.now)
    }

    /// Takes every entry due until `until`.
    pub(super) fn run_until(&mut self, until: Time) -> Result<(), NotSettled> {
        let bounds = Bounds::default();
        let (mut instant, mut at_once) = (self.now, 0_u64);
        while self.step(until) {
            at_once = if self.now == instant { at_once + 1 } else { 0 };
            instant = self.now;
            if at_once > bounds.entries {
                return Err(self.not_settled(format!("{} entries at one instant", bounds.entries)));
            }
        }
        Ok(())
    }

    /// Lets time pass until nothing is due for `bounds.quiet`. Time ends at the last entry taken.
    ///
    /// # Errors
    /// [`NotSettled`] when a bound is reached first.
    pub fn settle(&mut self, bounds: &Bounds) -> Result<(), NotSettled> {
        let (began, first) = (self.now, self.timeline.entries());
        while let Some(due) = self.next_due() {
            if due - self.now > bounds.quiet {
                return Ok(());
            }
            if due - began > bounds.time {
                return Err(self.not_settled(format!("{} of virtual time", bounds.time)));
            }
            if self.timeline.entries() - first >= bounds.entries {
                return Err(self.not_settled(format!("{} entries", bounds.entries)));
            }
            self.step(due);
        }
        Ok(())
    }

    fn not_settled(&self, bound: String) -> NotSettled {
        let tail = self.timeline.tail();
        let skip = tail.len().saturating_sub(20);
        NotSettled { bound, start: self.start, tail: tail.skip(skip).cloned().collect() }
    }
}
