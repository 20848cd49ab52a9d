//! One pod on its node: which containers run, which come next, and when (`pkg/kubelet/pod_workers.go`,
//! `pkg/kubelet/kuberuntime/kuberuntime_manager.go`).

use std::sync::Arc;

use super::command;
use super::container::{CANNOT_START, Container, Exit, Hold, Next, State};
use super::events::{DEADLINE_MESSAGE, Happening};
use super::identity;
use super::latency::Latency;
use super::process::{Executed, Running, Stop};
use super::restart::{Backoff, should_restart};
use super::surroundings::Surroundings;
use super::termination::{Ending, Why};
use super::{hold, probe};
use crate::clock::{Span, Time};
use crate::controllers::EventBudget;
use crate::object::{Object, Str, Value};

/// A pod that a kubelet takes care of.
#[derive(Clone, Debug)]
pub struct Worker {
    /// The pod as it was last seen.
    pub pod: Arc<Object>,
    /// When the kubelet first saw it.
    pub seen: Time,
    /// Its init containers and then its containers, in the order of the spec.
    pub containers: Vec<Container>,
    /// How many of them are init containers.
    pub inits: usize,
    /// Why not even its sandbox is made: a volume that is not there, say.
    pub hold: Option<Hold>,
    /// The address of its network, once it has one.
    pub address: Option<Str>,
    /// Its end, once that has begun.
    pub ending: Option<Ending>,
    /// What is left for the kubelet's events about it.
    pub budget: EventBudget,
}

/// What happened to the container at an index.
pub type Happenings = Vec<(usize, Happening)>;

impl Worker {
    /// A worker for `pod`, first seen at `now`.
    pub fn new(pod: Arc<Object>, now: Time) -> Self {
        let inits = pod.spec()["initContainers"].items().len();
        let containers = vec![Container::default(); inits + pod.spec()["containers"].items().len()];
        Worker {
            pod,
            seen: now,
            containers,
            inits,
            hold: None,
            address: None,
            ending: None,
            budget: EventBudget::full(now),
        }
    }

    /// The spec of the container at `index`.
    pub fn spec(&self, index: usize) -> &Value {
        match index.checked_sub(self.inits) {
            Some(index) => &self.pod.spec()["containers"][index],
            None => &self.pod.spec()["initContainers"][index],
        }
    }

    /// Whether the container at `index` is an init container.
    pub fn is_init(&self, index: usize) -> bool {
        index < self.inits
    }

    /// Whether the container at `index` is a restartable init container, a sidecar.
    pub fn is_sidecar(&self, index: usize) -> bool {
        self.is_init(index) && self.spec(index)["restartPolicy"].as_str() == Some("Always")
    }

    /// Whether its network is set up at `now`.
    pub fn has_sandbox(&self, around: &Surroundings<'_>) -> bool {
        let ready = self.hold.is_none() && around.now >= self.seen + around.latency.start;
        self.address.is_some() || (self.ending.is_none() && ready)
    }

    /// Whether every container is at its end, and the pod's end needs no more time.
    pub fn is_terminated(&self, around: &Surroundings<'_>) -> bool {
        let ending = self.ending.is_some_and(|it| around.now >= it.earliest(around.latency));
        ending && self.containers.iter().all(|it| it.running().is_none())
    }

    /// Whether nothing will ever run again without its end having been asked for.
    pub fn is_finished(&self) -> bool {
        let mains = self.containers.get(self.inits..).unwrap_or_default();
        let failed_init = (0..self.inits).any(|it| !self.is_sidecar(it) && self.failed_for_good(it));
        let mains_over = mains.iter().all(Container::is_over) && !mains.is_empty();
        let sidecars = self.containers.iter().take(self.inits).any(|it| it.running().is_some());
        (failed_init || mains_over) && !sidecars && mains.iter().all(|it| it.running().is_none())
    }

    fn failed_for_good(&self, index: usize) -> bool {
        let container = &self.containers[index];
        container.is_over() && container.exit().is_some_and(|it| it.code != 0)
    }

    /// Begins its end, unless it has begun.
    pub fn end(&mut self, why: Why, now: Time, happenings: &mut Happenings) {
        let ending = match self.ending {
            Some(ending) if why == Why::Deleted => ending.deleted(&self.pod, now),
            Some(ending) => ending,
            None => {
                for (index, container) in self.containers.iter_mut().enumerate() {
                    match &mut container.state {
                        State::Running(running) => {
                            running.terminate(now);
                            happenings.push((index, Happening::Killing));
                        }
                        State::Exited(_, next) => *next = Next::Stay,
                        State::Waiting => {}
                    }
                }
                Ending::new(why, &self.pod, now)
            }
        };
        self.ending = Some(ending);
    }

    /// Stops the container at `index` alone, with its grace period, or `grace` seconds where that is given; `why` is the
    /// message of the event. Then its restart policy decides, unless it `replaces` itself.
    pub fn kill(
        &mut self,
        index: usize,
        why: Str,
        grace: Option<i64>,
        replaces: bool,
        around: &Surroundings<'_>,
        happenings: &mut Happenings,
    ) {
        let ending = Ending::of_container(&self.pod, grace, around.now);
        let Some(running) = self.containers[index].running_mut().filter(|it| it.stop.is_none()) else {
            return;
        };
        running.terminate(around.now);
        let (at, code) = ending.of(running, around.latency);
        running.stop = Some(Stop { at, code, replaces });
        happenings.push((index, Happening::OfContainer(false, "Killing", why)));
    }

    /// Executes `argv` in the container at `index`, and sees what comes of it until `limit`.
    ///
    /// # Errors
    /// The runtime's message about a program that cannot be started, or about a container that does not run.
    pub fn execute(
        &mut self,
        index: usize,
        argv: &[String],
        limit: Time,
        around: &Surroundings<'_>,
    ) -> Result<Executed, String> {
        let what = command::executed(argv, self.spec(index), &self.pod, around.now)?;
        let running = self.containers[index].running_mut().ok_or("container not running")?;
        Ok(running.execute(what, around.now, limit))
    }

    /// Does all that is due by now.
    pub fn advance(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        // Each container ends and starts a bounded number of times at one instant: the back-off sees to that.
        loop {
            let now = around.now;
            let ended = self.end_due(around, happenings);
            if self.deadline_exceeded().is_some_and(|at| at <= now) && self.ending.is_none() && !self.is_finished() {
                let message = Str::from(DEADLINE_MESSAGE);
                happenings.push((0, Happening::OfPod(false, "DeadlineExceeded", message)));
                self.end(Why::DeadlineExceeded, now, happenings);
            }
            if self.ending.is_none() && self.needs_sidecars_stopped() {
                self.end(Why::Finished, now, happenings);
            }
            let started = self.ending.is_none() && self.start_due(around, happenings);
            let probed = probe::advance(self, around, happenings);
            if !ended && !started && !probed {
                return;
            }
        }
    }

    fn needs_sidecars_stopped(&self) -> bool {
        let mains = self.containers.get(self.inits..).unwrap_or_default();
        let over = mains.iter().all(Container::is_over) && !mains.is_empty();
        let failed = (0..self.inits).any(|it| !self.is_sidecar(it) && self.failed_for_good(it));
        (over || failed) && self.containers.iter().any(|it| it.running().is_some())
    }

    fn deadline_exceeded(&self) -> Option<Time> {
        let seconds = self.pod.spec()["activeDeadlineSeconds"].as_i64()?;
        Some(self.seen + Span::seconds(seconds))
    }

    /// When there is something to do next.
    pub fn deadline(&self, around: &Surroundings<'_>) -> Option<Time> {
        let latency = around.latency;
        let ends = self.containers.iter().filter_map(|it| self.end_of(it, latency)).map(|(at, _)| at);
        let looks = self.containers.iter().filter_map(|it| it.running()?.look);
        let ends = ends.chain(looks).chain(probe::deadline(self, around));
        let Some(ending) = self.ending else {
            let starts = (0..self.containers.len()).filter_map(|it| self.start_of(it, latency));
            let expires = self.deadline_exceeded().filter(|_| !self.is_finished());
            return ends.chain(starts).chain(expires).min();
        };
        ends.min().or_else(|| Some(ending.earliest(latency)))
    }

    fn end_of(&self, container: &Container, latency: &Latency) -> Option<(Time, i64)> {
        let running = container.running()?;
        match &self.ending {
            Some(ending) => Some(ending.of(running, latency)),
            None => match running.stop {
                Some(stop) => running.end.filter(|(at, _)| *at <= stop.at).or(Some((stop.at, stop.code))),
                None => running.end,
            },
        }
    }

    /// Replaces the containers whose image is another now (`computePodActions`, which compares hashes of the spec).
    pub fn replace_changed(&mut self, around: &Surroundings<'_>, happenings: &mut Happenings) {
        for index in 0..self.containers.len() {
            let image = self.spec(index)["image"].as_shared_str().cloned().unwrap_or_default();
            let container = &mut self.containers[index];
            if container.image.is_empty() || container.image == image {
                continue;
            }
            match &mut container.state {
                State::Running(_) => {
                    let name = self.spec(index)["name"].str_or_empty();
                    let why = Str::from(format!("Container {name} definition changed, will be restarted"));
                    self.kill(index, why, None, true, around, happenings);
                }
                State::Exited(_, next @ Next::BackOff { .. }) => {
                    // The back-off counts the failures of one definition.
                    container.backoff = Backoff::default();
                    *next = Next::Restart(around.now);
                }
                _ => {}
            }
        }
    }

    fn end_due(&mut self, around: &Surroundings<'_>, happenings: &mut Happenings) -> bool {
        let (mut any, now, latency) = (false, around.now, around.latency);
        for index in 0..self.containers.len() {
            self.look_at(index, now, happenings);
            let Some((at, code)) = self.end_of(&self.containers[index], latency).filter(|(at, _)| *at <= now) else {
                continue;
            };
            let from_log = self.spec(index)["terminationMessagePolicy"].as_str() == Some("FallbackToLogsOnError");
            if let State::Running(running) = std::mem::take(&mut self.containers[index].state) {
                let replaces = running.stop.is_some_and(|it| it.replaces);
                let exit = running.exit(at, code, from_log);
                self.exited(index, exit, replaces, latency, happenings);
                any = true;
            }
        }
        any
    }

    /// Looks again at a script that was busy when it was last looked at.
    fn look_at(&mut self, index: usize, now: Time, happenings: &mut Happenings) {
        if let State::Running(running) = &mut self.containers[index].state
            && running.look.is_some_and(|at| at <= now)
        {
            running.look_again(now);
            happenings.extend(running.stuck.clone().map(|it| (index, Happening::NotInterpreted(it))));
        }
    }

    fn exited(&mut self, index: usize, exit: Exit, replaces: bool, latency: &Latency, happenings: &mut Happenings) {
        if self.ending.is_none() && replaces {
            let next = Next::Restart(exit.finished);
            self.containers[index].backoff = Backoff::default();
            self.containers[index].state = State::Exited(exit, next);
            return;
        }
        let restarts =
            self.ending.is_none() && should_restart(self.spec(index), self.pod.spec(), exit.code, self.is_init(index));
        let delay = self.containers[index].backoff.delay(exit.finished, latency.first_restart_waits);
        let next = if !restarts {
            Next::Stay
        } else if delay == Span::ZERO {
            Next::Restart(exit.finished + latency.notice)
        } else {
            happenings.push((index, Happening::BackOff));
            Next::BackOff { until: exit.finished + delay, delay }
        };
        self.containers[index].state = State::Exited(exit, next);
    }

    /// When the container at `index` is to be started, if its turn has come.
    fn start_of(&self, index: usize, latency: &Latency) -> Option<Time> {
        let ready = self.hold.as_ref().map_or(self.seen + latency.start, |it| it.retry_at);
        let mut turn = ready;
        for before in 0..index.min(self.inits) {
            let container = &self.containers[before];
            let sidecar = self.is_sidecar(before);
            match &container.state {
                State::Exited(exit, _) if !sidecar && exit.code == 0 => turn = turn.max(exit.finished + latency.notice),
                State::Running(running) if sidecar && container.started => turn = turn.max(running.started),
                State::Exited(..) if sidecar && container.restarts > 0 => {}
                _ => return None,
            }
        }
        let container = &self.containers[index];
        let due = if matches!(container.state, State::Waiting) { Some(turn) } else { container.restart_at() };
        due.map(|it| container.hold.as_ref().map_or(it, |hold| hold.retry_at.max(it)))
    }

    fn start_due(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) -> bool {
        let mut any = false;
        for index in 0..self.containers.len() {
            if self.start_of(index, around.latency).is_none_or(|at| at > around.now) {
                continue;
            }
            let hold = hold::check(self, index, around, happenings);
            let held = hold.is_some();
            self.containers[index].hold = hold;
            if !held {
                self.start(index, around, happenings);
                any = true;
            }
        }
        any
    }

    fn start(&mut self, index: usize, around: &Surroundings<'_>, happenings: &mut Happenings) {
        let (now, latency) = (around.now, around.latency);
        let container = &mut self.containers[index];
        if let State::Exited(exit, _) = std::mem::take(&mut container.state) {
            container.backoff.restarted(exit.finished, now, latency.first_restart_waits);
            container.restarts += 1;
            container.last = Some(Box::new(exit));
        }
        let process = command::process(self.spec(index), &self.pod, now, latency.reading);
        let name = self.spec(index)["name"].str_or_empty();
        let attempt = self.containers[index].restarts.to_string();
        let image = self.spec(index)["image"].as_shared_str().cloned().unwrap_or_default();
        let id = Str::from(format!("containerd://{}", identity::hex(&[&self.pod.meta.uid, name, &attempt], 64)));
        self.containers[index].image = image;
        match Running::new(process, now, id.clone()) {
            Ok(running) => {
                happenings.push((index, Happening::Started));
                happenings.extend(running.stuck.clone().map(|it| (index, Happening::NotInterpreted(it))));
                self.containers[index].state = State::Running(running);
                probe::begin(self, index, around);
            }
            Err(message) => {
                let message = Str::from(message);
                happenings.push((index, Happening::CannotStart(message.clone())));
                let started = Time::from_unix(0);
                let reason = "StartError";
                let exit = Exit { code: CANNOT_START, reason, message, started, finished: now, id, machine: None };
                self.exited(index, exit, false, latency, happenings);
            }
        }
    }
}
