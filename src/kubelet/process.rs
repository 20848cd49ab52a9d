//! A container's process while it runs: when it will end, and what it has done by now.
//!
//! A script is run ahead of time to see when it ends, on a copy; the process itself stays where somebody last looked and is
//! brought up to an instant when that matters. A script that is still busy at the horizon is looked at again there: a loop
//! costs an entry of the timeline for each horizon, and not for each turn.

mod execution;

use std::sync::Arc;

use super::behaviour::{Behaviour, Effect, Server};
use super::command::Process;
use super::container::{Exit, KILLED};
use super::hooks::Hook;
use super::image_behaviour::{ImageBehaviour, Run};
use super::shell::files::Files;
use super::shell::foresight::{Course, Round};
use super::shell::machine::{Machine, Printed, State};
use super::termination::{Step, Stop};
use super::volume::together;
use crate::clock::{Span, Time};
use crate::object::Str;
pub use execution::Executed;

/// How far a script is run ahead.
pub const HORIZON: Span = Span::seconds(3600);
/// How much of a log becomes a termination message (`pkg/kubelet/container/runtime.go`).
const MESSAGE_LINES: usize = 80;
const MESSAGE_BYTES: usize = 2048;
/// How much of the file for it does.
const MESSAGE_FILE_BYTES: usize = 4096;

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
    /// The hook after its start, for as long as that runs.
    pub post_start: Option<Hook>,
    /// Its end, once somebody asked for it.
    pub stop: Option<Stop>,
    /// How often it was run ahead: what was foreseen of it before may be otherwise now.
    pub runs_ahead: u32,
    /// Whether its end is that it wants more memory than it may have.
    pub out_of_memory: bool,
    /// What it is on the network, if its processes are not interpreted.
    pub server: Option<Box<Server>>,
    /// The exit code of one that heeds SIGTERM.
    pub at_sigterm: i64,
    script: Option<Box<Script>>,
    /// The end that somebody said it comes to.
    fate: Option<(Time, i64)>,
    /// What a process that is not interpreted prints, and has printed.
    prints: Vec<Printed>,
}

/// A script under way.
#[derive(Clone, Debug)]
struct Script {
    /// As it was when somebody last looked.
    now: Machine,
    /// As it will be at the horizon, if it is still busy then.
    ahead: Option<Machine>,
    /// What it does over and over, if that is all it does.
    round: Option<Round>,
    /// Whether it changes files, as far as is known.
    wrote: bool,
    /// Whether its process 1 stands for one that is not interpreted step by step, and whose end is known otherwise.
    rests: bool,
    /// Those that see each other's files, as they were when somebody last interfered, and which of them it is.
    group: Option<(Arc<Vec<Machine>>, usize)>,
}

/// A copy of a container's processes that runs ahead, together with those whose files it sees.
#[derive(Clone, Debug)]
pub struct Ahead {
    machines: Vec<Machine>,
    own: usize,
}

impl Ahead {
    /// One that runs alone.
    pub fn alone(machine: Machine) -> Self {
        Ahead { machines: vec![machine], own: 0 }
    }

    /// Runs until `until`. Returns when something happens next by itself, if anything does.
    pub fn run(&mut self, until: Time) -> Option<Time> {
        if let [only] = self.machines.as_mut_slice() {
            return only.run(until);
        }
        together::run(&mut self.machines.iter_mut().collect::<Vec<_>>(), until);
        self.machines.iter().filter_map(Machine::next).min()
    }

    /// The container's own processes.
    pub fn own(&mut self) -> &mut Machine {
        &mut self.machines[self.own]
    }
}

impl Script {
    /// The script of `now`, a machine that has just started.
    fn new(now: Machine) -> Self {
        Script { now, ahead: None, round: None, wrote: true, rests: false, group: None }
    }

    /// The files of a process that is not interpreted step by step, for which process 1 of `now` stands.
    fn resting(now: Machine) -> Self {
        Script { rests: true, ..Script::new(now) }
    }

    /// Runs until `until`. Returns when something happens next by itself, if anything does.
    fn run(&mut self, until: Time) -> Option<Time> {
        match &self.round {
            Some(round) if self.group.is_none() => self.now.run_rounds(round, until),
            _ => self.now.run(until),
        }
    }
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
            post_start: None,
            stop: None,
            out_of_memory: false,
            server: None,
            at_sigterm: 0,
            fate: None,
            prints: Vec::new(),
            runs_ahead: 0,
            script: None,
        };
        match process {
            Process::Script(machine) => {
                running.script = Some(Box::new(Script::new(*machine)));
                running.run_ahead(started);
            }
            Process::Plain(end) => running.end = end.map(|(span, code)| (started + span, code)),
            Process::Image(image) => running.be(image),
            Process::Entrypoint => {
                running.heeds_sigterm = true;
                running.server = Some(Box::new(Server::new(None)));
            }
            Process::NotInterpreted(construct) => {
                running.stuck = Some(construct);
                running.server = Some(Box::new(Server::new(None)));
            }
            Process::CannotStart(message) => return Err(message),
        }
        Ok(running)
    }

    /// When and with which exit code it ends, as things stand.
    pub fn due_end(&self) -> Option<(Time, i64)> {
        match &self.stop {
            Some(Stop { step: Step::Term(at, code), .. }) => {
                self.end.filter(|(own, _)| own <= at).or(Some((*at, *code)))
            }
            _ => self.end,
        }
    }

    /// When something is to be done about it.
    pub fn deadline(&self, now: Time) -> Option<Time> {
        let end = self.due_end().map(|(at, _)| at);
        let hook = self.post_start.as_ref().and_then(|it| it.until);
        let stop = self.stop.as_ref().and_then(|it| it.deadline(now));
        [end, self.look, hook, stop].into_iter().flatten().min()
    }

    /// Does what is known of an image.
    fn be(&mut self, image: &'static ImageBehaviour) {
        match image.run {
            Run::Until(code) => (self.heeds_sigterm, self.at_sigterm) = (true, code),
            Run::UntilKilled => {}
            Run::Ends(code) => self.end = Some((self.started, code)),
        }
        self.server = Some(Box::new(Server::new(Some(image))));
        if !image.prints.is_empty() {
            let started = jiff::Timestamp::from_second(self.started.unix()).unwrap_or_default();
            let text = started.strftime(image.prints).to_string();
            self.prints.push(Printed { time: self.started, error: false, text });
        }
    }

    /// Does as well what is said of it, counted from `from`; `limit` is the memory that it may have, in bytes. A command that
    /// is interpreted goes on to be, unless it is said how it ends.
    pub fn follow(&mut self, behaviour: &Behaviour, from: Time, limit: Option<i64>) {
        for clause in &behaviour.clauses {
            let at = from + clause.after;
            let (end, out_of_memory) = match &clause.effect {
                Effect::Print(text) => {
                    self.prints.push(Printed { time: at, error: false, text: text.to_string() });
                    continue;
                }
                Effect::Exit(code) => ((at, *code), false),
                Effect::Grow(bytes) if limit.is_some_and(|it| *bytes > it) => ((at, KILLED), true),
                _ => continue,
            };
            if self.fate.is_none_or(|it| end.0 < it.0) {
                (self.fate, self.out_of_memory, self.stuck) = (Some(end), out_of_memory, None);
            }
        }
        self.meet_fate();
        self.prints.sort_by_key(|it| it.time);
        self.server.get_or_insert_default().follow(behaviour, from);
    }

    /// Makes it end as it was said, unless it ends earlier by itself.
    fn meet_fate(&mut self) {
        if let Some(fate) = self.fate
            && self.end.is_none_or(|it| it.0 > fate.0)
        {
            self.end = Some(fate);
        }
    }

    /// Sees what comes after `now`.
    pub fn run_ahead(&mut self, now: Time) {
        self.runs_ahead += 1;
        let Some(script) = &mut self.script else {
            return;
        };
        let mut ahead = script.now.without_log();
        let horizon = now + HORIZON;
        let course = ahead.foresee(horizon);
        self.foresee(&ahead, (course == Course::Busy).then_some(horizon));
        let Some(script) = &mut self.script else {
            return;
        };
        match course {
            Course::Busy => script.ahead = Some(ahead),
            Course::Repeats(round) => {
                script.round = Some(round);
                script.wrote = !ahead.files.is_untouched();
            }
            Course::Ends | Course::Rests => script.wrote = !ahead.files.is_untouched(),
        }
    }

    /// Takes note of what comes of its script, which `ahead` has run to the end or to where it is to be looked at again.
    pub fn foresee(&mut self, ahead: &Machine, look: Option<Time>) {
        let Some(script) = &mut self.script else {
            return;
        };
        (self.look, script.ahead, script.round, script.wrote) = (None, None, None, true);
        if !script.rests {
            self.end = None;
            self.stuck = ahead.stuck.get(&1).cloned();
        }
        match &ahead.state {
            State::Ended(at, code) => self.end = Some((*at, *code)),
            State::Running => self.look = look,
        }
        self.meet_fate();
    }

    /// Its processes and files as they were when somebody last looked.
    pub fn machine(&mut self) -> Option<&mut Machine> {
        self.script.as_mut().map(|it| &mut it.now)
    }

    /// Looks again at a script that was busy at the horizon.
    pub fn look_again(&mut self, now: Time) {
        if let Some(script) = &mut self.script
            && let Some(mut ahead) = script.ahead.take()
            && ahead.now > script.now.now
        {
            // What was run ahead began with an empty log.
            let lost = ahead.dropped - script.now.dropped;
            if lost == 0 {
                let mut log = std::mem::take(&mut script.now.log);
                log.append(&mut ahead.log);
                ahead.log = log;
            } else {
                ahead.dropped += script.now.log.len();
            }
            script.now = ahead;
        }
        self.run_ahead(now);
    }

    /// Sends SIGTERM at `now`. A process without a script takes it as it is known to.
    pub fn terminate(&mut self, now: Time) {
        if let Some(script) = &mut self.script {
            script.run(now);
            script.now.signal(1, "TERM");
            self.run_ahead(now);
        }
    }

    /// What was printed by `now`, in order. What is printed at `now` itself is part of it.
    pub fn log(&mut self, now: Time) -> &[Printed] {
        match &mut self.script {
            Some(script) => {
                script.run(now);
                let printed = self.prints.partition_point(|it| it.time <= now);
                script.now.log.extend(self.prints.drain(..printed));
                &script.now.log
            }
            None => {
                let printed = self.prints.partition_point(|it| it.time <= now);
                &self.prints[..printed]
            }
        }
    }

    /// How many pieces its log has lost.
    pub fn log_dropped(&self) -> usize {
        self.script.as_ref().map_or(0, |it| it.now.dropped)
    }

    /// When one of its processes does something next by itself, if any does.
    pub fn next_step(&mut self, now: Time) -> Option<Time> {
        self.script.as_mut()?.run(now)
    }

    /// Its processes and files as they will be at `at` if nobody interferes; `None` for a process that nobody has looked
    /// into yet, which has nothing but what its image has.
    pub fn machine_at(&self, at: Time) -> Option<Machine> {
        self.ahead_at(at).map(|mut it| it.machines.swap_remove(it.own))
    }

    /// The same, with those whose files it sees.
    pub fn ahead_at(&self, at: Time) -> Option<Ahead> {
        let script = self.script.as_ref()?;
        let mut ahead = match &script.group {
            Some((group, own)) => Ahead { machines: group.to_vec(), own: *own },
            None => {
                let mut machine = script.now.clone();
                if let Some(round) = &script.round {
                    machine.run_rounds(round, at);
                }
                Ahead::alone(machine)
            }
        };
        ahead.run(at);
        Some(ahead)
    }

    /// Says that what comes next is seen together with `group`, in which it stands at `own`.
    pub fn join(&mut self, group: Option<(Arc<Vec<Machine>>, usize)>) {
        self.runs_ahead += 1;
        if let Some(script) = &mut self.script {
            script.group = group;
        }
    }

    /// Whether its files have been looked into.
    pub fn has_files(&self) -> bool {
        self.script.is_some()
    }

    /// Whether what comes next is seen together with others.
    pub fn is_joined(&self) -> bool {
        self.script.as_ref().is_some_and(|it| it.group.is_some())
    }

    /// Gives a process that is not interpreted step by step `files`, which others may see.
    pub fn rest_on(&mut self, files: Files, now: Time) {
        if self.script.is_none() {
            self.script = Some(Box::new(Script::resting(Machine::resting(files, now))));
        }
    }

    /// From when on it does the same over and over, if it does.
    pub fn repeats_from(&self) -> Option<Time> {
        let script = self.script.as_ref().filter(|it| it.group.is_none())?;
        script.round.as_ref().map(|it| it.from + it.every)
    }

    /// The files at `now`.
    pub fn files(&mut self, now: Time) -> Option<&Files> {
        let script = self.script.as_mut()?;
        script.run(now);
        Some(&script.now.files)
    }

    /// What it wrote to the file `path` as its last words.
    fn termination_file(&mut self, now: Time, path: &str) -> Str {
        let writes = self.script.as_ref().is_some_and(|it| !it.rests && it.wrote);
        if path.is_empty() || !writes {
            return Str::new();
        }
        let text = self.files(now).and_then(|it| it.read(path).ok());
        text.map_or_else(Str::new, |it| Str::from(it.get(..floor(&it, MESSAGE_FILE_BYTES)).unwrap_or_default()))
    }

    /// The exit of this run at `finished` with `code`. Its message is in the file `path`, or, if that is empty and `from_log`
    /// says so, the end of the log of a failure.
    pub fn exit(mut self, finished: Time, code: i64, path: &str, from_log: bool) -> Exit {
        let reason = match code {
            0 => "Completed",
            _ if self.out_of_memory && self.end == Some((finished, code)) => "OOMKilled",
            _ => "Error",
        };
        let mut message = self.termination_file(finished, path);
        if message.is_empty() && code != 0 && from_log {
            message = log_tail(self.log(finished));
        }
        if let Some(Script { now, round: Some(round), .. }) = self.script.as_deref_mut() {
            now.skip_rounds(round, finished);
        }
        if self.script.is_none() && !self.prints.is_empty() {
            let mut now = Machine::resting(Files::new(Str::new(), self.started), finished);
            now.log = self.log(finished).to_vec();
            self.script = Some(Box::new(Script::resting(now)));
        }
        let machine = self.script.map(|it| Box::new(it.now));
        Exit { code, reason, message, started: self.started, finished, id: self.id, machine }
    }
}

/// The last place at or before `bytes` between two characters of `text`.
fn floor(text: &str, bytes: usize) -> usize {
    let mut at = bytes.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The end of what was printed.
fn log_tail(log: &[Printed]) -> Str {
    let text: String = log.iter().map(|it| it.text.as_str()).collect();
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
        let message = |at: i64, code: i64| start(script).exit(Time::from_unix(at), code, "", true).message;
        assert_eq!(message(4, 1), "a\n");
        assert_eq!(message(9, 1), format!("a\n{}", "b\n".repeat(79)));
        assert_eq!(message(10, 1), format!("{}c\n", "b\n".repeat(79)));
        assert_eq!(message(10, 0), "");
        assert_eq!(start(script).exit(Time::from_unix(10), 1, "", false).message, "");
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
    fn a_loop_that_leaves_no_trace_is_never_looked_at_again() {
        let mut running = start("trap 'echo bye; exit 3' TERM; while true; do echo hello; sleep 1; done");
        assert_eq!((running.end, running.look), (None, None));
        let day = Time::from_unix(86_400);
        assert_eq!(running.log(day).len(), 86_401);
        running.terminate(day);
        assert_eq!(running.end, Some((day + Span::seconds(1), 3)));
        let mut exit = running.exit(day + Span::seconds(1), 3, "", true);
        assert!(exit.message.ends_with("hello\nbye\n"));
        assert_eq!(exit.log().len(), 86_402);
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
