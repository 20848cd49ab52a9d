//! Evicting pods from a node that has too little of something (`pkg/kubelet/eviction/eviction_manager.go`).
//!
//! A kubelet looks every ten seconds. Here it looks at those instants at which it would find something else than the last time:
//! after what its pods use has changed, and when a grace or transition period ends. Known differences: the conditions of the
//! node are written at the same instant; while nothing can be done about a pressure, it is told of once; and no image or dead
//! container is removed first, because they take no room here.

pub mod local;
pub mod rank;
pub mod signal;
pub mod words;

use std::collections::BTreeMap;

use crate::clock::{Span, Time};
pub use rank::{Candidate, ContainerUsage, Usage};
pub use signal::{Amount, Observation, Pressure, Resource, Signal, Threshold};

/// How often a kubelet looks (`evictionMonitoringPeriod` in `pkg/kubelet/kubelet.go`).
pub const PERIOD: Span = Span::seconds(10);
/// How long a pressure is reported after it was last seen (`evictionPressureTransitionPeriod`).
pub const TRANSITION: Span = Span::seconds(300);
/// How long a pod that has to go at once is given (`immediateEvictionGracePeriodSeconds`).
pub const HARD_GRACE: Span = Span::seconds(1);
/// How often a kubelet looks whether a pod that it evicted is gone (`podCleanupPollFreq`).
pub const CLEANUP_POLL: Span = Span::seconds(1);
/// How many processes a machine may have: the kernel's `pid_max` on one with few cores.
pub const MAX_PIDS: i64 = 32_768;
/// How many bytes of a disk there are for each file that it can hold, as `mkfs.ext4` makes it.
pub const BYTES_PER_INODE: i64 = 16_384;

/// What a kubelet remembers of the pressures on its node.
#[derive(Clone, Debug)]
pub struct Pressures {
    thresholds: Vec<Threshold>,
    /// How long pods are given that a soft threshold evicts (`evictionMaxPodGracePeriod`).
    soft_grace: Span,
    /// Since when a threshold has been met, by its number.
    since: BTreeMap<usize, Time>,
    /// When a pressure was last seen.
    seen: BTreeMap<Pressure, Time>,
    /// When the kubelet last looked.
    looked: Option<Time>,
    /// What it reports.
    holding: Vec<Pressure>,
}

impl Default for Pressures {
    fn default() -> Self {
        Pressures {
            thresholds: signal::default_thresholds(),
            soft_grace: Span::ZERO,
            since: BTreeMap::new(),
            seen: BTreeMap::new(),
            looked: None,
            holding: Vec::new(),
        }
    }
}

/// What is to be done about a shortage.
#[derive(Clone, Debug, PartialEq)]
pub struct Shortage {
    /// The threshold that calls for it.
    pub threshold: Threshold,
    /// What was seen.
    pub observed: Observation,
    /// How long the evicted pod is given.
    pub grace: Span,
}

impl Pressures {
    /// The pressures that the node reports.
    pub fn holding(&self) -> &[Pressure] {
        &self.holding
    }

    /// Whether the kubelet has looked at `now` already.
    pub fn has_looked(&self, now: Time) -> bool {
        self.looked == Some(now)
    }

    /// Sets the hard threshold, or with a grace period the soft one, of a signal.
    pub fn set(&mut self, threshold: Threshold) {
        let is_same = |it: &Threshold| {
            it.signal == threshold.signal && (it.grace == Span::ZERO) == (threshold.grace == Span::ZERO)
        };
        self.thresholds.retain(|it| !is_same(it));
        self.thresholds.push(threshold);
        self.thresholds.sort_by_key(|it| (it.signal, it.grace));
        self.since.clear();
    }

    /// Forgets what a kubelet does not remember when it is started again.
    pub fn forget(&mut self) {
        let thresholds = std::mem::take(&mut self.thresholds);
        *self = Pressures { thresholds, soft_grace: self.soft_grace, ..Pressures::default() };
    }

    /// Looks at `observed` at `now`; returns the shortage to act on, the most urgent one, if there is any.
    pub fn look(&mut self, observed: impl Fn(Signal) -> Observation, now: Time) -> Option<Shortage> {
        // What was seen the last time was seen until the last look before this one.
        let before = self.looked.map(|it| it.max(Time(now.0 - PERIOD.0)));
        let was_met: Vec<Pressure> = self.since.keys().map(|it| self.thresholds[*it].signal.pressure()).collect();
        for pressure in was_met {
            self.seen.extend(before.map(|at| (pressure, at)));
        }
        let met: Vec<usize> = (0..self.thresholds.len())
            .filter(|it| self.thresholds[*it].is_met(observed(self.thresholds[*it].signal)))
            .collect();
        self.since = met.iter().map(|it| (*it, self.since.get(it).copied().unwrap_or(now))).collect();
        self.seen.extend(met.iter().map(|it| (self.thresholds[*it].signal.pressure(), now)));
        self.seen.retain(|_, at| now - *at < TRANSITION);
        self.holding = self.seen.keys().copied().collect();
        self.looked = Some(now);
        let due = |it: &&usize| self.since.get(it).is_some_and(|since| now - *since >= self.thresholds[**it].grace);
        let threshold = self.thresholds[*met.iter().find(due)?];
        let grace = if threshold.grace == Span::ZERO { HARD_GRACE } else { self.soft_grace };
        Some(Shortage { threshold, observed: observed(threshold.signal), grace })
    }

    /// When the kubelet will find something else although nothing changes, at the first look from then on: a grace period is
    /// over, or a pressure has not been seen for long enough.
    pub fn next(&self, now: Time) -> Option<Time> {
        let graces = self.since.iter().map(|(it, since)| *since + self.thresholds[*it].grace).filter(|it| *it > now);
        let is_met = |it: &Pressure| self.since.keys().any(|at| self.thresholds[*at].signal.pressure() == *it);
        let ends = self.seen.iter().filter(|(it, _)| !is_met(it)).map(|(_, at)| *at + TRANSITION);
        graces.chain(ends).min()
    }
}

/// The first of the looks that a kubelet takes from `from` on which is at `at` or later.
pub fn look_at(from: Time, at: Time) -> Time {
    let periods = (at - from).0.max(0).div_euclid(PERIOD.0);
    let look = Time(from.0 + periods * PERIOD.0);
    if look < at { look + PERIOD } else { look }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MI: i64 = 1 << 20;

    fn at(seconds: i64) -> Time {
        Time::from_unix(seconds)
    }

    /// A node with 4Gi of memory, of which so many Mi are left, and room on its disk.
    fn memory(available: i64) -> impl Fn(Signal) -> Observation {
        move |signal| match signal {
            Signal::Memory => Observation { available: available * MI, capacity: 4096 * MI },
            _ => Observation { available: 100, capacity: 100 },
        }
    }

    #[test]
    fn a_pressure_is_reported_for_five_minutes_after_it_was_last_seen() {
        let mut pressures = Pressures::default();
        assert_eq!(pressures.look(memory(500), at(0)), None);
        assert!(pressures.holding().is_empty() && pressures.next(at(0)).is_none());
        let shortage = pressures.look(memory(50), at(10)).expect("a shortage");
        assert_eq!((shortage.threshold.signal, shortage.grace), (Signal::Memory, HARD_GRACE));
        assert_eq!(pressures.holding(), [Pressure::Memory]);
        assert_eq!(pressures.next(at(10)), None);
        // It was seen for the last time at 90 seconds.
        assert_eq!(pressures.look(memory(500), at(100)), None);
        assert_eq!((pressures.holding(), pressures.next(at(100))), (&[Pressure::Memory][..], Some(at(390))));
        pressures.look(memory(500), at(390));
        assert!(pressures.holding().is_empty() && pressures.next(at(390)).is_none());
    }

    #[test]
    fn a_soft_threshold_reports_at_once_and_evicts_after_its_grace_period() {
        let mut pressures = Pressures::default();
        let amount = Amount::Percent(10.0);
        pressures.set(Threshold { signal: Signal::Memory, amount, grace: Span::seconds(90) });
        assert_eq!(pressures.look(memory(300), at(0)), None);
        assert_eq!((pressures.holding(), pressures.next(at(0))), (&[Pressure::Memory][..], Some(at(90))));
        let shortage = pressures.look(memory(300), at(90)).expect("a shortage");
        assert_eq!((shortage.threshold.amount, shortage.grace), (amount, Span::ZERO));
        let shortage = pressures.look(memory(50), at(100)).expect("a shortage");
        assert_eq!(shortage.grace, HARD_GRACE, "the hard threshold comes first");
    }

    #[test]
    fn a_kubelet_looks_every_ten_seconds() {
        let looks = [(0, 0), (1, 10), (10, 10), (25, 30)];
        for (from, want) in looks {
            assert_eq!(look_at(at(100), at(100 + from)), at(100 + want), "{from}");
        }
    }
}
