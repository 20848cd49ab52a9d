//! How often a source may tell of one object before its events are dropped (the spam filter of client-go
//! `tools/record/events_cache.go`).

use crate::clock::{Span, Time};

/// What an event costs: the budget refills by one event in that time.
const COST: Span = Span::seconds(300);
/// The budget when it is full: a burst of 25 events.
const FULL: Span = Span::seconds(25 * 300);

/// What a source has left for events about one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventBudget {
    used: Time,
    left: Span,
}

impl EventBudget {
    /// The full budget of a source that has not told anything by `now`.
    pub fn full(now: Time) -> Self {
        EventBudget { used: now, left: FULL }
    }

    /// When it was asked last.
    pub fn used(&self) -> Time {
        self.used
    }

    /// Takes the cost of an event at `now`; returns whether there was enough for it. One that is dropped costs nothing.
    pub fn spend(&mut self, now: Time) -> bool {
        let elapsed = now - self.used;
        self.used = now;
        self.left = (self.left + elapsed).min(FULL);
        if self.left < COST {
            return false;
        }
        self.left = Span(self.left.0 - COST.0);
        true
    }

    /// From when on an event is recorded, if none is told before.
    pub fn admits_from(&self) -> Time {
        self.used + Span((COST.0 - self.left.0).max(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_recorded_and_then_one_event_in_five_minutes() {
        let mut budget = EventBudget::full(Time::from_unix(0));
        let told = (0..40).filter(|at| budget.spend(Time::from_unix(at * 10))).map(|at| at * 10);
        assert_eq!(told.collect::<Vec<_>>(), (0..25).map(|at| at * 10).chain([300]).collect::<Vec<_>>());
        assert_eq!(budget.admits_from(), Time::from_unix(600));
        assert!(!budget.spend(Time::from_unix(599)));
        assert_eq!(budget.admits_from(), Time::from_unix(600));
        assert!(budget.spend(Time::from_unix(600)));
    }
}
