//! One virtual container: what it does now, what it did before, and what comes next.

use super::command::Process;
use super::restart::Backoff;
use super::shell::Step;
use crate::clock::{Span, Time};
use crate::object::Str;

/// The exit code of a process that is killed with SIGKILL.
pub const KILLED: i64 = 137;
/// The exit code of a container that could not start.
pub const CANNOT_START: i64 = 128;

/// How much of a log becomes a termination message (`pkg/kubelet/container/runtime.go`).
const MESSAGE_LINES: usize = 80;
const MESSAGE_BYTES: usize = 2048;

/// A container of a pod on its node.
#[derive(Clone, Debug, Default)]
pub struct Container {
    /// What it does now.
    pub state: State,
    /// How it ended before the present state.
    pub last: Option<Box<Exit>>,
    /// How often it was started again.
    pub restarts: i64,
    /// What holds up its restarts.
    pub backoff: Backoff,
    /// The image it was made of, as its spec named it then; empty before the first start.
    pub image: Str,
}

/// What a container does now.
#[derive(Clone, Debug, Default)]
pub enum State {
    /// It was never started.
    #[default]
    Waiting,
    /// Its process runs.
    Running(Running),
    /// Its process ended.
    Exited(Exit, Next),
}

/// A process that runs.
#[derive(Clone, Debug)]
pub struct Running {
    /// When it started.
    pub started: Time,
    /// The container's id.
    pub id: Str,
    /// When it ends by itself and with which exit code; `None` for one that runs until it is stopped.
    pub end: Option<(Time, i64)>,
    /// Whether it stops at once and well at SIGTERM; any other process ignores it.
    pub heeds_sigterm: bool,
    /// What it prints and when, where its termination message may come from there.
    pub log: Vec<Step>,
    /// The end that it is brought to because its definition changed, and its exit code.
    pub replaced: Option<(Time, i64)>,
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit code.
    pub code: i64,
    /// `Completed`, `Error` or `StartError`.
    pub reason: &'static str,
    /// The runtime's message, or empty.
    pub message: Str,
    /// When it started; the epoch for one that could not start.
    pub started: Time,
    /// When it ended.
    pub finished: Time,
    /// The container's id.
    pub id: Str,
}

/// What comes after an exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it stays as it is.
    Stay,
    /// It is started again soon, and shows its exit until then.
    Restart(Time),
    /// It waits in `CrashLoopBackOff`.
    BackOff {
        /// When it is started again.
        until: Time,
        /// The delay that holds it up.
        delay: Span,
    },
}

impl Running {
    /// The run of `process` from `started` on, unless it cannot start.
    ///
    /// `keeps_log` is for containers whose message falls back to their log.
    pub fn new(process: &Process, started: Time, id: Str, keeps_log: bool) -> Option<Self> {
        let mut running = Running { started, id, end: None, heeds_sigterm: false, log: Vec::new(), replaced: None };
        match process {
            Process::Plan(plan) => {
                running.end = plan.end.map(|(span, code)| (started + span, code));
                if keeps_log {
                    running.log.clone_from(&plan.steps);
                }
            }
            Process::Entrypoint => running.heeds_sigterm = true,
            Process::NotInterpreted(_) => {}
            Process::CannotStart(_) => return None,
        }
        Some(running)
    }

    /// The exit of this run at `finished` with `code`.
    pub fn exit(&self, finished: Time, code: i64) -> Exit {
        let reason = if code == 0 { "Completed" } else { "Error" };
        let message = if code == 0 { Str::new() } else { self.log_tail(finished) };
        Exit { code, reason, message, started: self.started, finished, id: self.id.clone() }
    }

    /// The end of what it had printed by `finished`.
    fn log_tail(&self, finished: Time) -> Str {
        let mut at = self.started;
        let mut text = String::new();
        for step in &self.log {
            at = at + step.after;
            if at > finished {
                break;
            }
            text.push_str(&step.output);
        }
        let lines = text.split_inclusive('\n').count();
        let first = lines.saturating_sub(MESSAGE_LINES);
        let tail: String = text.split_inclusive('\n').skip(first).collect();
        let mut from = tail.len().saturating_sub(MESSAGE_BYTES);
        while !tail.is_char_boundary(from) {
            from += 1;
        }
        Str::from(&tail[from..])
    }
}

impl Container {
    /// The run, if its process runs.
    pub fn running(&self) -> Option<&Running> {
        match &self.state {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_termination_message_is_the_end_of_the_log() {
        let step = |after: i64, output: &str| Step { after: Span::seconds(after), output: output.to_owned() };
        let log = vec![step(0, "a\n"), step(5, &"b\n".repeat(79)), step(5, "c\n")];
        let running = Running {
            started: Time::from_unix(0),
            id: Str::new(),
            end: None,
            heeds_sigterm: false,
            log,
            replaced: None,
        };
        let message = |at: i64, code: i64| running.exit(Time::from_unix(at), code).message;
        assert_eq!(message(4, 1), "a\n");
        assert_eq!(message(9, 1), format!("a\n{}", "b\n".repeat(79)));
        assert_eq!(message(10, 1), format!("{}c\n", "b\n".repeat(79)));
        assert_eq!(message(10, 0), "");
    }
}
