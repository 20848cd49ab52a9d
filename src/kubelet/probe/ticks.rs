//! When a probe is tried: a ticker with the probe's period, as Go's `time.Ticker` ticks.

use crate::clock::{Span, Time};

/// Ticks in even steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// The instant from which on they count; it is none itself.
    pub from: Time,
    /// From one to the next.
    pub period: Span,
}

impl Ticks {
    /// The first tick after `at`.
    pub fn after(&self, at: Time) -> Time {
        let period = self.period.0.max(1);
        let passed = (at - self.from).0.max(0) / period;
        Time(self.from.0.saturating_add((passed + 1).saturating_mul(period)))
    }

    /// The first tick at `at` or after it.
    pub fn from(&self, at: Time) -> Time {
        self.after(Time(at.0.saturating_sub(1)))
    }

    /// The next try after one that began at `began` and ended at `ended`: a tick that came meanwhile is kept, and only one.
    pub fn after_try(&self, began: Time, ended: Time) -> Time {
        let next = self.after(began);
        if next <= ended { ended } else { next }
    }

    /// How many ticks there are after `after` and before `before`.
    pub fn between(&self, after: Time, before: Time) -> u32 {
        let first = self.after(after);
        if first >= before {
            return 0;
        }
        u32::try_from((before - first).0.saturating_sub(1) / self.period.0.max(1) + 1).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICKS: Ticks = Ticks { from: Time::from_unix(3), period: Span::seconds(10) };

    fn at(seconds: i64) -> Time {
        Time::from_unix(seconds)
    }

    #[test]
    fn ticks_come_in_even_steps() {
        for (after, want) in [(0, 13), (3, 13), (12, 13), (13, 23), (22, 23)] {
            assert_eq!(TICKS.after(at(after)), at(want), "{after}");
        }
        assert_eq!((TICKS.from(at(13)), TICKS.from(at(14))), (at(13), at(23)));
    }

    #[test]
    fn a_try_that_takes_longer_than_a_period_is_followed_by_the_next_at_once() {
        for (began, ended, want) in [(13, 13, 23), (13, 20, 23), (13, 23, 23), (13, 25, 25), (13, 60, 60)] {
            assert_eq!(TICKS.after_try(at(began), at(ended)), at(want), "{began} {ended}");
        }
        assert_eq!(TICKS.after_try(at(25), at(26)), at(33));
    }

    #[test]
    fn ticks_between_two_tries_are_counted() {
        for (after, before, want) in [(13, 23, 0), (13, 33, 1), (13, 32, 1), (13, 43, 2), (13, 13, 0), (0, 14, 1)] {
            assert_eq!(TICKS.between(at(after), at(before)), want, "{after} {before}");
        }
    }
}
