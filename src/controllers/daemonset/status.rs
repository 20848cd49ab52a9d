//! The counters of a DaemonSet's status (`updateDaemonSetStatus` and `storeDaemonSetStatus`).

use crate::object::{Object, Str, Value};

use super::seat::Verdict;

/// The counters, summed over the nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    /// Nodes that should run a daemon pod.
    pub desired: usize,
    /// Those of them that have one.
    pub current: usize,
    /// Nodes that have one and should not.
    pub misscheduled: usize,
    /// Nodes that should have one and whose pod is ready.
    pub ready: usize,
    /// Nodes whose pod has been ready for long enough.
    pub available: usize,
    /// Nodes whose pod is of the current template.
    pub updated: usize,
}

impl Counters {
    fn each(&mut self, verdict: &Verdict, change: impl Fn(&mut usize)) {
        let fields = [
            (&mut self.desired, verdict.desired),
            (&mut self.current, verdict.current),
            (&mut self.misscheduled, verdict.misscheduled),
            (&mut self.ready, verdict.ready),
            (&mut self.available, verdict.available),
            (&mut self.updated, verdict.updated),
        ];
        fields.into_iter().filter(|(_, counts)| *counts).for_each(|(field, _)| change(field));
    }

    /// Counts a node in.
    pub fn add(&mut self, verdict: &Verdict) {
        self.each(verdict, |field| *field += 1);
    }

    /// Counts a node out, which was counted in with the same verdict.
    pub fn remove(&mut self, verdict: &Verdict) {
        self.each(verdict, |field| *field -= 1);
    }

    /// `ds` with these counters and its generation as observed, or `None` when its status says so already.
    pub fn to_status(self, ds: &Object) -> Option<Object> {
        let number = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
        // The first four are always there; the others are left out at zero.
        let counters = [
            ("currentNumberScheduled", self.current),
            ("numberMisscheduled", self.misscheduled),
            ("desiredNumberScheduled", self.desired),
            ("numberReady", self.ready),
            ("updatedNumberScheduled", self.updated),
            ("numberAvailable", self.available),
            ("numberUnavailable", self.desired - self.available.min(self.desired)),
        ];
        let status = ds.status();
        let same = |(field, count): &(&str, usize)| status[*field].as_i64().unwrap_or_default() == number(*count);
        let observed = status["observedGeneration"].as_i64().unwrap_or_default();
        if counters.iter().all(same) && observed >= ds.meta.generation {
            return None;
        }
        let mut updated = ds.clone();
        let status = updated.status_mut();
        for (i, (field, count)) in counters.into_iter().enumerate() {
            if i < 4 || count > 0 {
                status.set(Str::from(field), Value::Int(number(count)));
            } else {
                status.remove(field);
            }
        }
        status.set("observedGeneration", ds.meta.generation);
        Some(updated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    #[test]
    fn counters_at_zero_are_left_out_but_for_four() {
        let mut ds = Object::new(kinds::DAEMON_SET, "default", "web");
        ds.meta.generation = 3;
        ds.status_mut().set("collisionCount", 1);
        let idle = Counters::default().to_status(&ds).expect("the generation is new");
        assert_eq!(
            idle.status().to_json(),
            r#"{"collisionCount":1,"currentNumberScheduled":0,"desiredNumberScheduled":0,"numberMisscheduled":0,"numberReady":0,"observedGeneration":3}"#
        );
        assert_eq!(Counters::default().to_status(&idle), None);
        let busy = Counters { desired: 3, current: 2, ready: 2, available: 1, updated: 1, misscheduled: 0 };
        let busy = busy.to_status(&idle).expect("the counters are new");
        assert_eq!(busy.status()["numberUnavailable"].as_i64(), Some(2));
        let back = Counters::default().to_status(&busy).expect("the counters are old");
        assert!(back.status()["numberUnavailable"].is_null());
    }
}
