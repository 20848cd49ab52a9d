//! How the containers of a pod are brought to an end (`pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`).

use super::container::KILLED;
use super::latency::Latency;
use super::process::Running;
use crate::clock::{Span, Time};
use crate::object::Object;

/// The least time that a process is given (`minimumGracePeriodInSeconds` in `kuberuntime_manager.go`).
const MINIMUM_GRACE: i64 = 2;

/// Why a pod is brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was deleted: its object goes as well.
    Deleted,
    /// Its main containers are over, or somebody set a terminal phase.
    Finished,
    /// It was active for longer than `activeDeadlineSeconds`.
    DeadlineExceeded,
}

/// The end of a pod, under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why.
    pub why: Why,
    /// When SIGTERM was sent.
    pub since: Time,
    /// When SIGKILL is sent.
    pub kill_at: Time,
}

impl Ending {
    /// The end of `pod`, begun at `now`.
    pub fn new(why: Why, pod: &Object, now: Time) -> Self {
        Ending { why, since: now, kill_at: now + grace(why, pod) }
    }

    /// The end of one container of `pod`, begun at `now`, with `grace` seconds where they are given.
    pub fn of_container(pod: &Object, grace: Option<i64>, now: Time) -> Self {
        let asked = grace.or_else(|| pod.spec()["terminationGracePeriodSeconds"].as_i64());
        Ending { why: Why::Finished, since: now, kill_at: now + least(asked) }
    }

    /// The same end after the deletion of `pod` was asked for, maybe again: a grace period can only become shorter.
    pub fn deleted(self, pod: &Object, now: Time) -> Self {
        let kill_at = self.kill_at.min(now + grace(Why::Deleted, pod));
        Ending { why: Why::Deleted, kill_at, ..self }
    }

    /// When and with which exit code `running` ends.
    pub fn of(&self, running: &Running, latency: &Latency) -> (Time, i64) {
        let code = if running.heeds_sigterm { 0 } else { KILLED };
        let stop = match latency.stop {
            Some(stop) => (self.since + stop, code),
            None if running.heeds_sigterm => (self.since, code),
            None => (self.kill_at, code),
        };
        running.end.filter(|(at, _)| *at <= stop.0).unwrap_or(stop)
    }

    /// The earliest end of the pod, even when no container runs.
    pub fn earliest(&self, latency: &Latency) -> Time {
        self.since + latency.stop.unwrap_or(Span::ZERO)
    }
}

fn grace(why: Why, pod: &Object) -> Span {
    let spec = pod.spec()["terminationGracePeriodSeconds"].as_i64();
    let asked = if why == Why::Deleted { pod.meta.deletion_grace_seconds.or(spec) } else { spec };
    least(asked)
}

fn least(seconds: Option<i64>) -> Span {
    Span::seconds(seconds.unwrap_or(MINIMUM_GRACE).max(MINIMUM_GRACE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::command::Process;
    use crate::object::{Str, kinds};

    fn pod(grace: i64) -> Object {
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.meta.deletion_grace_seconds = Some(grace);
        pod
    }

    fn end_of(end: Option<(i64, i64)>, heeds_sigterm: bool, grace: i64, stop: Option<Span>) -> (i64, i64) {
        let end = end.map(|(at, code)| (Time::from_unix(at), code));
        let mut running = Running::new(Process::Entrypoint, Time::from_unix(0), Str::new()).expect("it starts");
        (running.end, running.heeds_sigterm) = (end, heeds_sigterm);
        let ending = Ending::new(Why::Deleted, &pod(grace), Time::from_unix(100));
        let (at, code) = ending.of(&running, &Latency { stop, ..Latency::default() });
        (at.unix(), code)
    }

    #[test]
    fn a_process_ends_by_itself_or_at_sigterm_or_is_killed_after_the_grace_period() {
        assert_eq!(end_of(None, true, 30, None), (100, 0));
        assert_eq!(end_of(None, false, 30, None), (130, KILLED));
        assert_eq!(end_of(Some((110, 3)), false, 30, None), (110, 3));
        assert_eq!(end_of(Some((140, 3)), false, 30, None), (130, KILLED));
        assert_eq!(end_of(None, false, 1, None), (102, KILLED));
        assert_eq!(end_of(None, false, 30, Some(Span::seconds(3))), (103, KILLED));
    }

    #[test]
    fn a_second_deletion_can_only_shorten_the_grace_period() {
        let ending = Ending::new(Why::Deleted, &pod(30), Time::from_unix(0));
        assert_eq!(ending.deleted(&pod(5), Time::from_unix(10)).kill_at, Time::from_unix(15));
        assert_eq!(ending.deleted(&pod(60), Time::from_unix(10)).kill_at, Time::from_unix(30));
    }
}
