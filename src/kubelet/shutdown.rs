//! A node that shuts down gracefully: which of its pods are ended when (`pkg/kubelet/nodeshutdown`).

use crate::clock::{Span, Time};

/// The reason of a pod that a shutdown ends.
pub const REASON: &str = "Terminated";
/// What is said of it.
pub const MESSAGE: &str = "Pod was terminated in response to imminent node shutdown.";
/// Why its node is not ready.
pub const NOT_READY: &str = "node is shutting down";
/// The reason of a pod that comes to a node that shuts down.
pub const REJECTED: &str = "NodeShutdown";
/// What is said of it.
pub const REJECTION: &str = "Pod was rejected as the node is shutting down.";
/// How long a machine runs on after its kubelet has waited in vain for pods: the system ends what is left then.
pub const SWITCH_OFF: Span = Span::seconds(1);
/// The priority from which on pods are ended last, as critical ones (`SystemCriticalPriority`).
const CRITICAL: i64 = 2_000_000_000;

/// Pods of at least a priority, which end together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The least priority that a pod of it has, but for the first group, which has all below it as well.
    pub priority: i64,
    /// How long its pods have at the most.
    pub grace: Span,
}

/// A shutdown under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shutdown {
    groups: Vec<Group>,
    /// How many groups were told to end.
    told: usize,
    /// Until when the last of them is waited for.
    pub until: Option<Time>,
    /// Whether the kubelet waits for nobody any more.
    pub is_released: bool,
}

impl Shutdown {
    /// A shutdown within `total`, of which the pods that are critical have the last `critical` (`migrateConfig`).
    pub fn new(total: Span, critical: Span) -> Self {
        let seconds = |it: Span| Span::seconds(it.0.div_euclid(1_000_000_000).max(0));
        let groups = vec![
            Group { priority: 0, grace: seconds(Span(total.0 - critical.0)) },
            Group { priority: CRITICAL, grace: seconds(critical) },
        ];
        Shutdown { groups, told: 0, until: None, is_released: false }
    }

    /// A shutdown in which pods of each of these priorities, and of those up to the next, have their own time.
    pub fn by_priority(mut groups: Vec<Group>) -> Self {
        groups.sort_by_key(|it| it.priority);
        Shutdown { groups, told: 0, until: None, is_released: false }
    }

    /// The group whose turn it is, with its number; `None` when all were told.
    pub fn next(&mut self, now: Time) -> Option<(usize, Group)> {
        let group = *self.groups.get(self.told)?;
        self.told += 1;
        self.until = Some(now + group.grace);
        Some((self.told - 1, group))
    }

    /// The number of the group that was told last, which is waited for.
    pub fn waits_for(&self) -> Option<usize> {
        self.told.checked_sub(1)
    }

    /// The number of the group that a pod of `priority` is in (`groupByPriority`).
    pub fn group_of(&self, priority: i64) -> usize {
        self.groups.iter().rposition(|it| it.priority <= priority).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critical_pods_end_after_all_others() {
        let mut shutdown = Shutdown::new(Span::seconds(30), Span::seconds(10));
        let now = Time::from_unix(100);
        assert_eq!(shutdown.next(now).map(|it| (it.0, it.1.grace)), Some((0, Span::seconds(20))));
        assert_eq!((shutdown.until, shutdown.waits_for()), (Some(Time::from_unix(120)), Some(0)));
        assert_eq!(shutdown.next(now).map(|it| (it.0, it.1.grace)), Some((1, Span::seconds(10))));
        assert_eq!(shutdown.next(now), None);
    }

    #[test]
    fn a_pod_is_in_the_group_of_the_highest_priority_that_it_has() {
        let group = |priority, seconds| Group { priority, grace: Span::seconds(seconds) };
        let shutdown =
            Shutdown::by_priority(vec![group(100_000, 10), group(10_000, 180), group(1000, 120), group(0, 60)]);
        let table = [(-5, 0), (0, 0), (999, 0), (1000, 1), (50_000, 2), (100_000, 3), (2_000_000_000, 3)];
        for (priority, want) in table {
            assert_eq!(shutdown.group_of(priority), want, "{priority}");
        }
    }
}
