//! When a namespace that something holds is looked at again, without an entry on the timeline for every look.
//!
//! Upstream comes back for a held namespace again and again, and finds nothing changed. Those looks follow a rule, so the
//! one that will find something can be reckoned when something changes: looks happen when they would, and cost nothing
//! meanwhile.

use crate::clock::{Span, Time};

/// The first retry when something remains that nothing holds; each further one doubles it
/// (client-go `util/workqueue/default_rate_limiters.go`).
const FIRST_RETRY: Span = Span::millis(5);
/// The longest time between such retries (`nsControllerRateLimiter`).
const LAST_RETRY: Span = Span::seconds(60);

/// The time from the `failures`th failure in a row to the retry.
fn retry_after(failures: u32) -> Span {
    FIRST_RETRY.backed_off(failures, LAST_RETRY)
}

/// The looks at a namespace, past and to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Looks {
    /// The next one.
    pub next: Time,
    rule: Rule,
}

/// What the time between two looks follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// Finalizers hold something: always the same.
    Every(Span),
    /// Something is left that nothing holds: ever longer, after so many failures.
    BackOff(u32),
}

impl Looks {
    /// After a look at `now` that found finalizers.
    pub fn every(span: Span, now: Time) -> Self {
        Looks { next: now + span, rule: Rule::Every(span) }
    }

    /// After a look at `now` that found what should not be there, and the looks before it.
    pub fn back_off(before: Option<Looks>, now: Time) -> Self {
        let failures = match before {
            Some(Looks { rule: Rule::BackOff(failures), .. }) => failures.saturating_add(1),
            _ => 1,
        };
        Looks { next: now + retry_after(failures), rule: Rule::BackOff(failures) }
    }

    /// Passes over the looks before `now`, which found nothing new.
    pub fn pass_over(&mut self, now: Time) {
        while self.next < now {
            let mut step = match &mut self.rule {
                Rule::Every(span) => *span,
                Rule::BackOff(failures) => {
                    *failures = failures.saturating_add(1);
                    retry_after(*failures)
                }
            };
            if matches!(self.rule, Rule::Every(_)) || step == LAST_RETRY {
                let missed = (now - self.next).0.div_euclid(step.0.max(1)).max(1);
                step = step.times(missed);
            }
            self.next = self.next + step;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Time {
        Time(0) + Span::millis(millis)
    }

    #[test]
    fn looks_for_finalizers_keep_their_rhythm() {
        for (now, next) in [(0, 8000), (8000, 8000), (8001, 16000), (100_000, 104_000), (800_000_000, 800_000_000)] {
            let mut looks = Looks::every(Span::seconds(8), at(0));
            looks.pass_over(at(now));
            assert_eq!(looks.next, at(next), "{now}");
        }
    }

    #[test]
    fn looks_after_failures_come_ever_less_often_up_to_a_minute() {
        for (now, next) in [(0, 5), (6, 15), (16, 35), (20_000, 20_475), (200_000, 201_915)] {
            let mut looks = Looks::back_off(None, at(0));
            looks.pass_over(at(now));
            assert_eq!(looks.next, at(next), "{now}");
        }
        let mut looks = Looks::back_off(None, at(0));
        looks.pass_over(at(31_536_000_000));
        assert!(looks.next - at(31_536_000_000) <= LAST_RETRY, "a year is passed over in a few steps");
    }
}
