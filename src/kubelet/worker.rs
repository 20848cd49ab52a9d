//! One pod on its node: which containers run, which come next, and when (`pkg/kubelet/pod_workers.go`,
//! `pkg/kubelet/kuberuntime/kuberuntime_manager.go`).

use std::ops::Range;
use std::sync::Arc;

use super::container::{Container, Exit, Hold, KILLED, Next, State};
use super::events::{DEADLINE_MESSAGE, Happening};
use super::latency::Latency;
use super::net::Client;
use super::probe;
use super::process::Executed;
use super::resize::{InProgress, Pending};
use super::restart::{Backoff, restarts_all, should_restart};
use super::surroundings::Surroundings;
use super::termination::{Ending, Then, Why};
use super::verdict::Verdict;
use super::volume::{NEVER, Storage};
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
    /// Its init containers, then its containers and then its ephemeral ones, in the order of the spec.
    pub containers: Vec<Container>,
    /// How many of them are init containers.
    pub inits: usize,
    /// How many of them are neither init containers nor ephemeral.
    pub mains: usize,
    /// Why not even its sandbox is made: a volume that is not there, say.
    pub hold: Option<Hold>,
    /// The address of its network, once it has one.
    pub address: Option<Str>,
    /// A change of resources that it waits for.
    pub resize: Option<Pending>,
    /// A change of resources that is being made.
    pub resizing: Option<InProgress>,
    /// Whether all its containers are being brought to an end, to start anew together.
    pub restarting_all: bool,
    /// Its end, once that has begun.
    pub ending: Option<Ending>,
    /// Why its kubelet ends it, if it does.
    pub verdict: Option<Box<Verdict>>,
    /// What is left for the kubelet's events about it.
    pub budget: EventBudget,
    /// Its volumes.
    pub storage: Storage,
    /// What the network remembers of it.
    pub client: Client,
}

/// The init containers of a pod, its containers and its ephemeral ones, as its spec has them.
fn lists(pod: &Object) -> [&[Value]; 3] {
    let spec = pod.spec();
    [spec["initContainers"].items(), spec["containers"].items(), spec["ephemeralContainers"].items()]
}

/// What happened to the container at an index.
pub type Happenings = Vec<(usize, Happening)>;

impl Worker {
    /// A worker for `pod`, first seen at `now`.
    pub fn new(pod: Arc<Object>, now: Time) -> Self {
        let lists = lists(&pod);
        let [inits, mains, ephemeral] = lists.map(<[Value]>::len);
        let mut containers = Vec::with_capacity(inits + mains + ephemeral);
        for spec in lists.into_iter().flatten() {
            containers.push(Container { spec: spec.clone(), ..Container::default() });
        }
        let budget = EventBudget::full(now);
        let storage = Storage::new(&pod, inits + mains > 1);
        Worker {
            pod,
            seen: now,
            containers,
            inits,
            mains,
            hold: None,
            address: None,
            resize: None,
            resizing: None,
            restarting_all: false,
            ending: None,
            verdict: None,
            budget,
            storage,
            client: Client::default(),
        }
    }

    /// Takes in what `pod` has become. Ephemeral containers can only have been added.
    pub fn see(&mut self, pod: &Arc<Object>) {
        let has_changed = !pod.spec().is_shared_with(self.pod.spec());
        self.pod = pod.clone();
        if !has_changed {
            return;
        }
        let ephemeral = pod.spec()["ephemeralContainers"].items().len();
        let count = self.containers.len().max(self.inits + self.mains + ephemeral);
        self.containers.resize_with(count, Container::default);
        self.hand_out_specs();
    }

    /// Gives each container its part of the spec.
    fn hand_out_specs(&mut self) {
        let firsts = [0, self.inits, self.inits + self.mains];
        for (list, first) in lists(&self.pod).into_iter().zip(firsts) {
            for (container, spec) in self.containers.iter_mut().skip(first).zip(list) {
                container.spec = spec.clone();
            }
        }
    }

    /// The list of the spec that the container at `index` is in.
    pub fn list(&self, index: usize) -> &'static str {
        if self.is_init(index) {
            "initContainers"
        } else if self.is_ephemeral(index) {
            "ephemeralContainers"
        } else {
            "containers"
        }
    }

    /// The spec of the container at `index`.
    pub fn spec(&self, index: usize) -> &Value {
        &self.containers[index].spec
    }

    /// Where the containers are that are neither init containers nor ephemeral.
    pub fn mains(&self) -> Range<usize> {
        self.inits..self.inits + self.mains
    }

    /// Those containers themselves.
    pub fn main_containers(&self) -> &[Container] {
        self.containers.get(self.mains()).unwrap_or_default()
    }

    /// Whether the container at `index` is an init container.
    pub fn is_init(&self, index: usize) -> bool {
        index < self.inits
    }

    /// Whether the container at `index` is ephemeral.
    pub fn is_ephemeral(&self, index: usize) -> bool {
        index >= self.inits + self.mains
    }

    /// Whether the container at `index` is a restartable init container, a sidecar.
    pub fn is_sidecar(&self, index: usize) -> bool {
        self.is_init(index) && self.spec(index)["restartPolicy"].as_str() == Some("Always")
    }

    /// When the making of its network began: its volumes were there.
    pub(super) fn volumes_ready(&self) -> Time {
        self.storage.ready.unwrap_or(self.seen)
    }

    /// Whether its network is set up at `now`.
    pub fn has_sandbox(&self, around: &Surroundings<'_>) -> bool {
        let ready = self.hold.is_none() && around.now >= self.volumes_ready() + around.latency.network();
        self.address.is_some() || (self.ending.is_none() && ready)
    }

    /// Whether every container is at its end, and the pod's end needs no more time.
    pub fn is_terminated(&self, around: &Surroundings<'_>) -> bool {
        let ending = self.ending.is_some_and(|it| around.now >= it.earliest(around.latency));
        ending && self.containers.iter().all(|it| it.running().is_none())
    }

    /// Whether nothing will ever run again without its end having been asked for.
    pub fn is_finished(&self) -> bool {
        let mains = self.main_containers();
        let failed_init = (0..self.inits).any(|it| !self.is_sidecar(it) && self.failed_for_good(it));
        let mains_over = mains.iter().all(Container::is_over) && !mains.is_empty();
        let sidecars = self.containers.iter().take(self.inits).any(|it| it.running().is_some());
        (failed_init || mains_over) && !sidecars && mains.iter().all(|it| it.running().is_none())
    }

    fn failed_for_good(&self, index: usize) -> bool {
        let container = &self.containers[index];
        container.is_over() && container.exit().is_some_and(|it| it.code != 0)
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
        self.bring_up(around.now);
        let what = self.command(index, argv, around.now, around)?;
        let running = self.containers[index].running_mut().ok_or("container not running")?;
        let executed = running.execute(what, around.now, limit);
        self.show_writes(index);
        self.look_ahead(around.now);
        Ok(executed)
    }

    /// Does all that is due by now.
    pub fn advance(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        // Each container ends and starts a bounded number of times at one instant: the back-off sees to that.
        while !self.is_idle(around) {
            let was_ending = self.ending.is_some();
            let stopped = self.stop_due(around, happenings);
            let ended = self.end_due(around, happenings);
            self.hold_up(around.now, happenings);
            if self.ending.is_none()
                && self.deadline_exceeded().is_some_and(|at| at <= around.now)
                && !self.is_finished()
            {
                let message = Str::from(DEADLINE_MESSAGE);
                happenings.push((0, Happening::OfPod(false, "DeadlineExceeded", message)));
                self.end(Why::DeadlineExceeded, around, happenings);
            }
            if self.ending.is_none() && self.needs_sidecars_stopped() {
                self.end(Why::Finished, around, happenings);
            }
            self.all_are_over(around.now);
            let started = self.ending.is_none() && !self.restarting_all && self.start_due(around, happenings);
            let hooked = self.hooks_due(around, happenings);
            let probed = probe::advance(self, around, happenings);
            let ends = self.ending.is_some() != was_ending;
            if !(stopped || ended || ends || started || hooked || probed) {
                return;
            }
        }
    }

    /// Whether none of its containers runs and nothing is due by now, so that there is nothing to do.
    fn is_idle(&self, around: &Surroundings<'_>) -> bool {
        let is_due = |it: Option<Time>| it.is_some_and(|at| at <= around.now);
        let is_idle = |(index, it): (usize, &Container)| {
            it.running().is_none() && !is_due(it.found_held_up_at()) && !is_due(self.start_of(index, around.latency))
        };
        !self.restarting_all && self.containers.iter().enumerate().all(is_idle) && !is_due(self.deadline_exceeded())
    }

    fn needs_sidecars_stopped(&self) -> bool {
        let mains = self.main_containers();
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
        let mut next = probe::deadline(self, around);
        let mut comes = |at: Option<Time>| {
            if let Some(at) = at {
                next = Some(next.map_or(at, |it| it.min(at)));
            }
        };
        let goes_on = self.ending.is_none();
        for (index, container) in self.containers.iter().enumerate() {
            match container.running() {
                Some(running) => comes(running.deadline(around.now)),
                None if goes_on => {
                    comes(if self.restarting_all { None } else { self.start_of(index, around.latency) });
                    comes(container.found_held_up_at());
                }
                None => {}
            }
        }
        if goes_on {
            comes(self.deadline_exceeded().filter(|_| !self.is_finished()));
            comes(self.resize.as_ref().and_then(|it| it.retry_at));
            comes(self.resizing.as_ref().map(|it| it.until));
            comes(self.storage.refresh_at);
        }
        next.or_else(|| self.ending.map(|it| it.earliest(around.latency))).filter(|it| *it < NEVER)
    }

    /// Replaces the containers whose image is another now (`computePodActions`, which compares hashes of the spec).
    pub fn replace_changed(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        for index in 0..self.inits + self.mains {
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

    fn end_due(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) -> bool {
        let (mut any, now, latency) = (false, around.now, around.latency);
        self.bring_up(now);
        for index in 0..self.containers.len() {
            self.look_at(index, now, happenings);
            let end = self.containers[index].running().and_then(|it| it.due_end());
            let Some((at, code)) = end.filter(|(at, _)| *at <= now) else {
                continue;
            };
            let from_log = self.spec(index)["terminationMessagePolicy"].as_str() == Some("FallbackToLogsOnError");
            let path = self.spec(index)["terminationMessagePath"].as_shared_str().cloned();
            if let State::Running(running) = std::mem::take(&mut self.containers[index].state) {
                let stop = running.stop.clone();
                let hook_failed = running.post_start.as_ref().is_some_and(|it| it.until.is_none_or(|it| it > at));
                if hook_failed && stop.is_none() {
                    happenings.push((index, Happening::OfContainer(true, "FailedPostStartHook", HOOK_FAILED.into())));
                }
                let mut exit = running.exit(at, code, path.as_deref().unwrap_or_default(), from_log);
                self.keep_volumes(&mut exit);
                let all = self.ending.is_none() && restarts_all(self.spec(index), exit.code);
                self.exited(index, exit, stop.map(|it| it.then), latency);
                if all {
                    self.restart_all(around, happenings);
                }
                any = true;
            }
        }
        if any {
            self.look_ahead(now);
        }
        any
    }

    /// Finds containers held up by their back-offs: when it would start them again, and whenever it looks at the pod again.
    fn hold_up(&mut self, now: Time, happenings: &mut Happenings) {
        if self.ending.is_some() {
            return;
        }
        for (index, container) in self.containers.iter_mut().enumerate() {
            if container.find_held_up(now, RESYNC) {
                happenings.push((index, Happening::BackOff));
            }
        }
    }

    /// Removes the containers that are to start anew together once the last of them is over: they show as waiting, and their
    /// ends as what their removal made of them (`convertToAPIContainerStatuses` in `pkg/kubelet/kubelet_pods.go`).
    fn all_are_over(&mut self, now: Time) {
        let range = 0..self.mains().end;
        if !self.restarting_all || self.containers[range.clone()].iter().any(|it| it.running().is_some()) {
            return;
        }
        self.restarting_all = false;
        for container in &mut self.containers[range] {
            if let State::Exited(exit, _) = &mut container.state {
                (exit.code, exit.reason, exit.message) = (KILLED, RESTARTING_ALL.into(), Str::from(REMOVED));
                let message = Str::from(REMOVED);
                container.hold = Some(Hold { reason: RESTARTING_ALL, message, retry_at: now });
            }
        }
    }

    /// Starts every container anew, the init containers first (`RestartAllContainers`). No hook before the end is run.
    fn restart_all(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        self.restarting_all = true;
        for index in 0..self.mains().end {
            match &mut self.containers[index].state {
                State::Exited(_, next) => *next = Next::Restart(around.now),
                State::Running(_) => {
                    let why = Str::from(format!("Stopping container {}", self.spec(index)["name"].str_or_empty()));
                    self.kill(index, why, Some(0), true, around, happenings);
                }
                State::Waiting => {}
            }
        }
    }

    /// Looks again at a script that was busy when it was last looked at.
    fn look_at(&mut self, index: usize, now: Time, happenings: &mut Happenings) {
        if let State::Running(running) = &mut self.containers[index].state
            && running.look.is_some_and(|at| at <= now)
        {
            running.look_again(now);
            happenings.extend(running.stuck.clone().map(|it| (index, Happening::NotInterpreted(it))));
            self.look_ahead(now);
        }
    }

    /// The container at `index` came to its end, which somebody asked for `then` to come next.
    pub(super) fn exited(&mut self, index: usize, exit: Exit, then: Option<Then>, latency: &Latency) {
        let container = &mut self.containers[index];
        if self.ending.is_none() && matches!(then, Some(Then::Replace)) {
            let next = Next::Restart(exit.finished);
            container.backoff = Backoff::default();
            container.state = State::Exited(exit, next);
            return;
        }
        // The sync that kills a container starts its successor, and knows of no exit but the one before.
        container.counts = match then {
            Some(Then::RestartAtOnce) => container.last.as_ref().map(|it| it.finished),
            _ => Some(exit.finished),
        };
        let counts = container.counts;
        let restarts = self.ending.is_none()
            && !self.is_ephemeral(index)
            && should_restart(self.spec(index), self.pod.spec(), exit.code, self.is_init(index));
        let container = &mut self.containers[index];
        let delay = counts.map_or(Span::ZERO, |it| container.backoff.delay(it, latency.first_restart_waits));
        let over = counts.is_none_or(|it| it + delay <= exit.finished) && matches!(then, Some(Then::RestartAtOnce));
        let next = if !restarts {
            Next::Stay
        } else if over {
            Next::Restart(exit.finished)
        } else if delay == Span::ZERO {
            Next::Restart(exit.finished + latency.next_start())
        } else {
            // The sync that kills a container finds its successor held up; an end by itself is noticed first.
            let at_once = matches!(&then, Some(Then::RestartAtOnce));
            let found_at = if at_once { exit.finished } else { exit.finished + latency.notice };
            Next::BackOff { until: exit.finished + delay, delay, found_at, found: false }
        };
        if let (Some(Then::HookFailed(message)), Next::Restart(retry_at) | Next::BackOff { found_at: retry_at, .. }) =
            (then, next)
        {
            container.hold = Some(Hold { reason: "PostStartHookError", message, retry_at });
        }
        container.state = State::Exited(exit, next);
    }
}

/// How often a kubelet looks at a pod of which it hears nothing: `syncFrequency`, a minute, to which upstream adds up to half of
/// it by chance. This is the middle.
const RESYNC: Span = Span::seconds(75);
/// The reason and the message of containers that were removed to start anew together.
const RESTARTING_ALL: &str = "RestartingAllContainers";
const REMOVED: &str = "The container is removed because RestartAllContainers in place";

/// What an event says of a hook that failed after the start: its own words might hold secrets.
pub(super) const HOOK_FAILED: &str = "PostStartHook failed";
