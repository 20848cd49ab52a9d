//! How the containers of a pod are brought to an end (`pkg/kubelet/kuberuntime/kuberuntime_container.go`, `killContainer`,
//! `kuberuntime_termination_order.go`).

use super::container::KILLED;
use super::events::Happening;
use super::hooks::{self, Hook};
use super::latency::Latency;
use super::surroundings::Surroundings;
use super::worker::{Happenings, Worker};
use crate::clock::{Span, Time};
use crate::object::{Object, Str};

/// The least time that a process is given (`minimumGracePeriodInSeconds` in `kuberuntime_manager.go`).
const MINIMUM_GRACE: Span = Span::seconds(2);

/// Why a pod is brought to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was deleted: its object goes as well.
    Deleted,
    /// Its main containers are over, or somebody set a terminal phase.
    Finished,
    /// It was active for longer than `activeDeadlineSeconds`.
    DeadlineExceeded,
    /// Its kubelet decided so, as the worker's verdict says.
    ByKubelet,
}

/// The end of a pod, under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Why.
    pub why: Why,
    /// When it began.
    pub since: Time,
    /// When its grace period is over.
    pub kill_at: Time,
}

/// The end of a container, under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// When it began.
    pub since: Time,
    /// When the grace period is over.
    pub kill_at: Time,
    /// How far it has come.
    pub step: Step,
    /// Whether sidecars wait for the others.
    pub ordered: bool,
    /// What comes next.
    pub then: Then,
}

/// How far the end of a container has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its `preStop` hook runs.
    Hook(Hook),
    /// It waits for the containers that end before it.
    Turn,
    /// It was sent SIGTERM: when it ends at the latest, and with which exit code.
    Term(Time, i64),
}

/// What comes after the end of a container that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// What its restart policy says, after the exit was noticed.
    Policy,
    /// What its restart policy says, at once: the sync that kills it starts the next one.
    RestartAtOnce,
    /// Its hook after the start failed, as this message says; then its restart policy decides.
    HookFailed(Str),
    /// Another in its place, whatever its restart policy says.
    Replace,
}

impl Ending {
    /// The end of `pod`, begun at `now`.
    pub fn new(why: Why, pod: &Object, now: Time) -> Self {
        Ending { why, since: now, kill_at: now + grace(why, pod) }
    }

    /// The same end after the deletion of `pod` was asked for, maybe again: a grace period can only become shorter.
    pub fn deleted(self, pod: &Object, now: Time) -> Self {
        let kill_at = self.kill_at.min(now + grace(Why::Deleted, pod));
        Ending { why: Why::Deleted, kill_at, ..self }
    }

    /// The earliest end of the pod, even when no container runs.
    pub fn earliest(&self, latency: &Latency) -> Time {
        self.since + latency.stop.unwrap_or(Span::ZERO)
    }
}

impl Stop {
    /// When something is to be done about it.
    pub fn deadline(&self, now: Time) -> Option<Time> {
        match &self.step {
            Step::Hook(hook) => Some(hook.until.map_or(self.kill_at, |it| it.min(self.kill_at))),
            Step::Turn => Some(self.kill_at).filter(|it| *it > now),
            Step::Term(at, _) => Some(*at),
        }
    }

    /// Makes the grace period end at `kill_at`, unless it ends earlier.
    fn hurry(&mut self, kill_at: Time, now: Time) {
        self.kill_at = self.kill_at.min(kill_at);
        if let Step::Term(at, _) = &mut self.step {
            *at = (*at).min(kill_at.max(now + MINIMUM_GRACE));
        }
    }
}

impl Worker {
    /// Begins its end, unless it has begun.
    pub fn end(&mut self, why: Why, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        let now = around.now;
        self.bring_up(now);
        if let Some(ending) = self.ending {
            if why == Why::Deleted {
                self.ending = Some(ending.deleted(&self.pod, now));
                self.hurry(now + grace(why, &self.pod), now);
            }
            return;
        }
        self.begin_end(Ending::new(why, &self.pod, now), around, happenings);
    }

    /// Makes an end that is under way come at `kill_at` at the latest.
    pub(super) fn hurry(&mut self, kill_at: Time, now: Time) {
        let Some(ending) = &mut self.ending else { return };
        ending.kill_at = ending.kill_at.min(kill_at);
        let stops = self.containers.iter_mut().filter_map(|it| it.running_mut()?.stop.as_mut());
        stops.for_each(|it| it.hurry(kill_at, now));
    }

    /// Begins the end `ending`.
    pub(super) fn begin_end(&mut self, ending: Ending, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        self.bring_up(around.now);
        self.ending = Some(ending);
        for index in 0..self.containers.len() {
            let container = &mut self.containers[index];
            container.stay();
            if container.running().is_some() {
                happenings.push((index, Happening::Killing));
                self.begin_stop(index, ending.kill_at, true, Then::Policy, around);
            }
        }
    }

    /// Everything is killed at once, because the object is gone.
    pub fn discard(&self, happenings: &mut Happenings) {
        let running =
            self.containers.iter().enumerate().filter(|(_, it)| it.running().is_some_and(|it| it.stop.is_none()));
        happenings.extend(running.map(|(index, _)| (index, Happening::Killing)));
    }

    /// Stops the container at `index` alone, with its grace period, or `grace` seconds where that is given; `why` is the
    /// message of the event. Then its restart policy decides at once, unless it `replaces` itself.
    pub fn kill(
        &mut self,
        index: usize,
        why: Str,
        grace: Option<i64>,
        replaces: bool,
        around: &mut Surroundings<'_>,
        happenings: &mut Happenings,
    ) {
        let then = if replaces { Then::Replace } else { Then::RestartAtOnce };
        self.stop_alone(index, why, grace, then, around, happenings);
    }

    pub(super) fn stop_alone(
        &mut self,
        index: usize,
        why: Str,
        grace: Option<i64>,
        then: Then,
        around: &mut Surroundings<'_>,
        happenings: &mut Happenings,
    ) {
        if self.containers[index].running().is_none_or(|it| it.stop.is_some()) {
            return;
        }
        let seconds = grace.or_else(|| self.pod.spec()["terminationGracePeriodSeconds"].as_i64());
        let kill_at = around.now + seconds.map_or(MINIMUM_GRACE, Span::seconds);
        happenings.push((index, Happening::OfContainer(false, "Killing", why)));
        self.begin_stop(index, kill_at, false, then, around);
    }

    fn begin_stop(&mut self, index: usize, kill_at: Time, ordered: bool, then: Then, around: &mut Surroundings<'_>) {
        let now = around.now;
        if let Some(stop) = self.containers[index].running_mut().and_then(|it| it.stop.as_mut()) {
            stop.hurry(kill_at, now);
            stop.ordered |= ordered;
            return;
        }
        let handler = self.spec(index)["lifecycle"]["preStop"].clone();
        let mut step = Step::Turn;
        if let Some(latency) = around.latency.stop {
            let Some(running) = self.containers[index].running_mut() else { return };
            running.terminate(now);
            self.look_ahead(now);
            let Some(running) = self.containers[index].running_mut() else { return };
            step = Step::Term(now + latency, if running.heeds_sigterm { running.at_sigterm } else { KILLED });
        } else if !handler.is_null() && kill_at > now {
            step = Step::Hook(hooks::run(self, index, &handler, Some(kill_at), around));
        }
        if let Some(running) = self.containers[index].running_mut() {
            running.stop = Some(Stop { since: now, kill_at, step, ordered, then });
        }
    }

    /// Takes the ends that are under way further: from the hook to the container's turn, and then to SIGTERM.
    pub(super) fn stop_due(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) -> bool {
        let (mut any, now) = (false, around.now);
        self.bring_up(now);
        for index in 0..self.containers.len() {
            let waits = self.waits_for_others(index);
            let Some(running) = self.containers[index].running_mut() else { continue };
            let Some(stop) = &mut running.stop else { continue };
            let late = stop.kill_at <= now;
            if let Step::Hook(hook) = &stop.step {
                let over = hook.until.is_some_and(|it| it <= now);
                if !over && !late {
                    continue;
                }
                if over && hook.failure.is_some() {
                    let message = Str::from("PreStopHook failed");
                    happenings.push((index, Happening::OfContainer(true, "FailedPreStopHook", message)));
                }
                stop.step = Step::Turn;
            }
            if stop.step == Step::Turn && (late || !stop.ordered || !waits) {
                let kill_at = stop.kill_at.max(now + MINIMUM_GRACE);
                let end = if running.heeds_sigterm { (now, running.at_sigterm) } else { (kill_at, KILLED) };
                stop.step = Step::Term(end.0, end.1);
                running.terminate(now);
                any = true;
                self.look_ahead(now);
            }
        }
        any
    }

    /// Whether the container at `index` is a sidecar before which others have to end: the containers, and the sidecars that
    /// come after it.
    fn waits_for_others(&self, index: usize) -> bool {
        self.is_sidecar(index) && (index + 1..self.inits + self.mains).any(|it| self.containers[it].running().is_some())
    }
}

fn grace(why: Why, pod: &Object) -> Span {
    let spec = pod.spec()["terminationGracePeriodSeconds"].as_i64();
    let asked = if why == Why::Deleted { pod.meta.deletion_grace_seconds.or(spec) } else { spec };
    asked.map_or(MINIMUM_GRACE, Span::seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn pod(grace: i64) -> Object {
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.meta.deletion_grace_seconds = Some(grace);
        pod
    }

    #[test]
    fn a_second_deletion_can_only_shorten_the_grace_period() {
        let ending = Ending::new(Why::Deleted, &pod(30), Time::from_unix(0));
        assert_eq!(ending.deleted(&pod(5), Time::from_unix(10)).kill_at, Time::from_unix(15));
        assert_eq!(ending.deleted(&pod(60), Time::from_unix(10)).kill_at, Time::from_unix(30));
        let stop = |step| Stop {
            since: Time::from_unix(0),
            kill_at: Time::from_unix(30),
            step,
            ordered: true,
            then: Then::Policy,
        };
        let hurried = |step, to: i64| {
            let mut stop = stop(step);
            stop.hurry(Time::from_unix(to), Time::from_unix(10));
            stop.deadline(Time::from_unix(10)).map(Time::unix)
        };
        assert_eq!(hurried(Step::Term(Time::from_unix(30), KILLED), 15), Some(15));
        assert_eq!(hurried(Step::Term(Time::from_unix(30), KILLED), 10), Some(12));
        assert_eq!(hurried(Step::Turn, 15), Some(15));
        assert_eq!(hurried(Step::Hook(Hook { until: None, failure: None, open: None }), 15), Some(15));
    }
}
