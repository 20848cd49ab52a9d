//! What an autoscaler remembers between looks: what it recommended, and how it scaled. Lost with the process upstream, too.

use crate::clock::{Span, Time};
use crate::object::{Object, Str, Value};

use super::PERIOD;

/// How long anything is remembered: the longest window that the API takes.
const LONGEST: Span = Span::seconds(3600);

/// The memory of one autoscaler.
#[derive(Debug, Default)]
pub(super) struct Memory {
    uid: Str,
    /// The label selector of the pods that it measured last.
    pub selector: Option<Value>,
    /// What was recommended before windows and policies, oldest first.
    pub recommendations: Vec<(Time, i64)>,
    /// By how many replicas it scaled up, oldest first.
    pub ups: Vec<(Time, i64)>,
    /// By how many replicas it scaled down, oldest first.
    pub downs: Vec<(Time, i64)>,
}

impl Memory {
    /// Forgets what was about another autoscaler of that name.
    pub fn keep_to(&mut self, scaler: &Object) {
        if self.uid != scaler.meta.uid {
            *self = Memory { uid: scaler.meta.uid.clone(), ..Memory::default() };
        }
    }

    /// Begins a look at `now`: while nothing changed, the last recommendation was made again at every period, and the first
    /// one is the size that there is.
    pub fn begin(&mut self, current: i64, now: Time) {
        match self.recommendations.last().copied() {
            None => self.recommendations.push((now, current)),
            Some((at, last)) if now - at > PERIOD => {
                // The end of the rest is all that a window can reach back to.
                let (earliest, until) = (now - LONGEST, now - PERIOD);
                let from = if at > earliest { at } else { earliest };
                let mut again = from + PERIOD;
                while again <= until {
                    self.recommendations.push((again, last));
                    again = again + PERIOD;
                }
            }
            Some(_) => {}
        }
        for list in [&mut self.recommendations, &mut self.ups, &mut self.downs] {
            list.retain(|(at, _)| now - *at <= LONGEST);
        }
    }

    /// Takes note of a scaling.
    pub fn scaled(&mut self, from: i64, to: i64, now: Time) {
        if to > from {
            self.ups.push((now, to - from));
        } else {
            self.downs.push((now, from - to));
        }
    }
}

/// By how many replicas was scaled within the last `period` (`getReplicasChangePerPeriod`).
pub(super) fn changed_within(events: &[(Time, i64)], period: Span, now: Time) -> i64 {
    events.iter().filter(|(at, _)| *at > now - period).map(|(_, change)| change).sum()
}
