//! One virtual container: what it does now, what it did before, and what comes next.

use std::sync::Arc;

use super::images::Pull;
use super::probe::Probes;
use super::process::Running;
use super::restart::Backoff;
use super::shell::machine::{Machine, Printed};
use super::shell::scripts::Call;
use crate::clock::{Span, Time};
use crate::object::{Str, Value};

/// The exit code of a process that is killed with SIGKILL.
pub const KILLED: i64 = 137;
/// The exit code of a container that could not start.
pub const CANNOT_START: i64 = 128;

/// A container of a pod on its node.
#[derive(Clone, Debug, Default)]
pub struct Container {
    /// Its part of the pod's spec.
    pub spec: Value,
    /// What it does now.
    pub state: State,
    /// How it ended before the present state, and what it printed until then.
    pub last: Option<Box<Exit>>,
    /// The resources that it has.
    pub resources: Value,
    /// The end that its next back-off counts from; `None` when there is none.
    pub counts: Option<Time>,
    /// How the pull of its image stands.
    pub pull: Pull,
    /// The resources that its node has set aside for it; null before its first start.
    pub allocated: Value,
    /// Why it is not started although its turn has come.
    pub hold: Option<Hold>,
    /// Whether its process has started up: no startup probe is still to pass.
    pub started: bool,
    /// Whether it may be asked for its service: no readiness probe fails.
    pub ready: bool,
    /// What its probes know.
    pub probes: Probes,
    /// How often it was started again.
    pub restarts: i64,
    /// What holds up its restarts.
    pub backoff: Backoff,
    /// The image it was made of, as its spec named it then; empty before the first start.
    pub image: Str,
}

/// What keeps a container from being started: it waits with a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The reason that its status shows: `ErrImagePull`, `CreateContainerConfigError`, ..; empty when it shows nothing of
    /// it, because the kubelet is still at work.
    pub reason: &'static str,
    /// The message beside it, or empty.
    pub message: Str,
    /// When the kubelet looks again.
    pub retry_at: Time,
}

/// What a container does now.
#[derive(Clone, Debug, Default)]
pub enum State {
    /// It was never started.
    #[default]
    Waiting,
    /// Its process runs.
    Running(Box<Running>),
    /// Its process ended.
    Exited(Exit, Next),
}

/// How a process ended.
#[derive(Clone, Debug)]
pub struct Exit {
    /// The exit code.
    pub code: i64,
    /// `Completed`, `Error`, `OOMKilled` or `StartError`.
    pub reason: Str,
    /// The runtime's message, or empty.
    pub message: Str,
    /// When it started; the epoch for one that could not start.
    pub started: Time,
    /// When it ended.
    pub finished: Time,
    /// The container's id.
    pub id: Str,
    /// What is left of its processes.
    pub left: Left,
}

/// What is left of the processes of a container.
#[derive(Clone, Debug)]
pub enum Left {
    /// Nothing that anybody can look at.
    Nothing,
    /// The processes and files as they were when somebody last looked.
    Processes(Box<Machine>),
    /// What this printed at its start, at which nobody has looked yet.
    Prints(Arc<Call>),
}

impl Exit {
    /// Its processes, if anything is left of them.
    pub fn processes(&mut self) -> Option<&mut Machine> {
        if let Left::Prints(call) = &self.left {
            self.left = Left::Processes(Box::new(call.machine(self.started)));
        }
        match &mut self.left {
            Left::Processes(machine) => {
                machine.run(self.finished);
                Some(machine)
            }
            _ => None,
        }
    }

    /// How many pieces the log has lost.
    pub fn log_dropped(&mut self) -> usize {
        self.processes().map_or(0, |it| it.log.dropped())
    }

    /// What was printed before the end.
    pub fn log(&mut self) -> &[Printed] {
        self.processes().map_or(&[], |it| it.log.pieces())
    }
}

/// What comes after an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it stays as it is.
    Stay,
    /// It is started again soon, and shows its exit until then.
    Restart(Time),
    /// A back-off holds it up.
    BackOff {
        /// When it is started again.
        until: Time,
        /// The delay that holds it up.
        delay: Span,
        /// When its kubelet next finds it held up: it shows `CrashLoopBackOff` from the first time on.
        found_at: Time,
        /// Whether it has found it so.
        found: bool,
    },
}

impl Container {
    /// The run, if its process runs.
    pub fn running(&self) -> Option<&Running> {
        match &self.state {
            State::Running(running) => Some(running),
            _ => None,
        }
    }

    /// The run, if its process runs, to be changed.
    pub fn running_mut(&mut self) -> Option<&mut Running> {
        match &mut self.state {
            State::Running(running) => Some(running),
            _ => None,
        }
    }

    /// The exit, if its process ended.
    pub fn exit(&self) -> Option<&Exit> {
        match &self.state {
            State::Exited(exit, _) => Some(exit),
            _ => None,
        }
    }

    /// Leaves it as it is if it has ended: it is not started again.
    pub fn stay(&mut self) {
        if let State::Exited(_, next) = &mut self.state {
            *next = Next::Stay;
        }
    }

    /// Whether it has not shown as anything but waiting yet.
    pub fn was_never_up(&self) -> bool {
        matches!(self.state, State::Waiting) || (self.restarts == 0 && self.running().is_some() && !self.is_up())
    }

    /// Whether it shows as running: its process runs, and the hook after its start is over.
    pub fn is_up(&self) -> bool {
        self.running().is_some_and(|it| it.post_start.is_none())
    }

    /// Finds it held up by a back-off, if that is due by `now`; then once every `period` until it is started again.
    pub fn find_held_up(&mut self, now: Time, period: Span) -> bool {
        match &mut self.state {
            State::Exited(_, Next::BackOff { until, found_at, found, .. }) if *found_at <= now && now < *until => {
                *found = true;
                self.hold = None;
                *found_at = *found_at + period;
                true
            }
            _ => false,
        }
    }

    /// When its kubelet next finds it held up.
    pub fn found_held_up_at(&self) -> Option<Time> {
        match self.state {
            State::Exited(_, Next::BackOff { until, found_at, .. }) => Some(found_at).filter(|it| *it < until),
            _ => None,
        }
    }

    /// Whether it ended and is not to be started again.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::Exited(_, Next::Stay))
    }

    /// When it is due to be started again.
    pub fn restart_at(&self) -> Option<Time> {
        match self.state {
            State::Exited(_, Next::Restart(at) | Next::BackOff { until: at, .. }) => Some(at),
            _ => None,
        }
    }
}
