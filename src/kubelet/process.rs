//! A container's process while it runs: when it will end, and what it has done by now.
//!
//! A script is run ahead of time to see when it ends, on a copy; the process itself stays where somebody last looked and is
//! brought up to an instant when that matters. A script that is still busy at the horizon is looked at again there: a loop
//! costs an entry of the timeline for each horizon, and not for each turn.

use super::command::Process;
use super::container::Exit;
use super::shell::machine::{Machine, State};
use crate::clock::{Span, Time};
use crate::object::Str;

/// How far a script is run ahead.
const HORIZON: Span = Span::seconds(3600);
/// How much of a log becomes a termination message (`pkg/kubelet/container/runtime.go`).
const MESSAGE_LINES: usize = 80;
const MESSAGE_BYTES: usize = 2048;

/// A process that runs.
#[derive(Clone, Debug)]
pub struct Running {
    /// When it started.
    pub started: Time,
    /// The container's id.
    pub id: Str,
    /// When it ends by itself and with which exit code; `None` for one that runs until it is stopped.
    pub end: Option<(Time, i64)>,
    /// When it is to be looked at again, because it was not run ahead any further.
    pub look: Option<Time>,
    /// The program that it has come to or will, and that is not interpreted.
    pub stuck: Option<String>,
    /// Whether it stops at once and well at SIGTERM; any other process does what its script says.
    pub heeds_sigterm: bool,
    /// The end that it is brought to because its definition changed, and its exit code.
    pub replaced: Option<(Time, i64)>,
    script: Option<Box<Script>>,
}

/// A script under way.
#[derive(Clone, Debug)]
struct Script {
    /// As it was when somebody last looked.
    now: Machine,
    /// As it will be at the horizon, if it is still busy then.
    ahead: Option<Machine>,
}

impl Running {
    /// The run of `process` from `started` on.
    ///
    /// # Errors
    /// The runtime's message about a process that cannot start.
    pub fn new(process: Process, started: Time, id: Str) -> Result<Self, String> {
        let mut running = Running {
            started,
            id,
            end: None,
            look: None,
            stuck: None,
            heeds_sigterm: false,
            replaced: None,
            script: None,
        };
        match process {
            Process::Script(machine) => {
                running.script = Some(Box::new(Script { now: *machine, ahead: None }));
                running.run_ahead(started);
            }
            Process::Plain(end) => running.end = end.map(|(span, code)| (started + span, code)),
            Process::Entrypoint => running.heeds_sigterm = true,
            Process::NotInterpreted(construct) => running.stuck = Some(construct),
            Process::CannotStart(message) => return Err(message),
        }
        Ok(running)
    }

    /// Sees what comes after `now`.
    fn run_ahead(&mut self, now: Time) {
        let Some(script) = &mut self.script else {
            return;
        };
        let mut ahead = script.now.clone();
        ahead.log.clear();
        let horizon = now + HORIZON;
        let next = ahead.run(horizon);
        (self.end, self.look, script.ahead) = (None, None, None);
        match &ahead.state {
            State::Ended(at, code) => self.end = Some((*at, *code)),
            State::Stuck(program) => self.stuck = Some(program.clone()),
            State::Running if next.is_some() => {
                self.look = Some(horizon);
                script.ahead = Some(ahead);
            }
            State::Running => {}
        }
    }

    /// Looks again at a script that was busy at the horizon.
    pub fn look_again(&mut self, now: Time) {
        if let Some(script) = &mut self.script
            && let Some(mut ahead) = script.ahead.take()
        {
            let mut log = std::mem::take(&mut script.now.log);
            log.append(&mut ahead.log);
            ahead.log = log;
            script.now = ahead;
        }
        self.run_ahead(now);
    }

    /// Sends SIGTERM at `now`. A process without a script takes it as it is known to.
    pub fn terminate(&mut self, now: Time) {
        if let Some(script) = &mut self.script {
            script.now.run(now);
            script.now.signal(1, "TERM");
            self.run_ahead(now);
        }
    }

    /// The exit of this run at `finished` with `code`; `from_log` says whether the end of the log is its message.
    pub fn exit(mut self, finished: Time, code: i64, from_log: bool) -> Exit {
        let reason = if code == 0 { "Completed" } else { "Error" };
        let message = match &mut self.script {
            Some(script) if code != 0 && from_log => {
                script.now.run(finished);
                log_tail(&script.now)
            }
            _ => Str::new(),
        };
        Exit { code, reason, message, started: self.started, finished, id: self.id }
    }
}

/// The end of what was printed.
fn log_tail(machine: &Machine) -> Str {
    let text: String = machine.log.iter().map(|it| it.text.as_str()).collect();
    let lines = text.split_inclusive('\n').count();
    let first = lines.saturating_sub(MESSAGE_LINES);
    let tail: String = text.split_inclusive('\n').skip(first).collect();
    let mut from = tail.len().saturating_sub(MESSAGE_BYTES);
    while !tail.is_char_boundary(from) {
        from += 1;
    }
    Str::from(&tail[from..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::shell::{Environment, Shell, shell};

    fn start(script: &str) -> Running {
        let machine = shell(script, &Shell::default(), &Environment::new(), Time::from_unix(0)).expect("a script");
        Running::new(Process::Script(Box::new(machine)), Time::from_unix(0), Str::new()).expect("it starts")
    }

    #[test]
    fn a_termination_message_is_the_end_of_the_log() {
        let script = "echo a; sleep 5; for i in $(seq 79); do echo b; done; sleep 5; echo c; exit 1";
        let message = |at: i64, code: i64| start(script).exit(Time::from_unix(at), code, true).message;
        assert_eq!(message(4, 1), "a\n");
        assert_eq!(message(9, 1), format!("a\n{}", "b\n".repeat(79)));
        assert_eq!(message(10, 1), format!("{}c\n", "b\n".repeat(79)));
        assert_eq!(message(10, 0), "");
        assert_eq!(start(script).exit(Time::from_unix(10), 1, false).message, "");
    }

    #[test]
    fn a_script_that_is_busy_at_the_horizon_is_looked_at_again() {
        let mut running = start("i=0; while [ $i -lt 90 ]; do i=$((i + 1)); sleep 60; done; exit 5");
        assert_eq!((running.end, running.look), (None, Some(Time::from_unix(3600))));
        running.look_again(Time::from_unix(3600));
        assert_eq!((running.end, running.look), (Some((Time::from_unix(5400), 5)), None));
        assert_eq!((start("sleep infinity").end, start("sleep infinity").look), (None, None));
    }

    #[test]
    fn a_trap_on_sigterm_decides_when_a_script_ends() {
        let mut running = start("trap 'sleep 3; exit 9' TERM; sleep 1000 & wait");
        assert_eq!(running.end, Some((Time::from_unix(1000), 0)));
        running.terminate(Time::from_unix(20));
        assert_eq!(running.end, Some((Time::from_unix(23), 9)));
    }

    #[test]
    fn a_program_that_is_not_known_is_told_ahead() {
        let running = start("sleep 5; nginx");
        assert_eq!((running.end, running.look, running.stuck.as_deref()), (None, None, Some("nginx")));
    }
}
