//! A container's process while it runs: when it will end, and what it has done by now.
//!
//! Some processes are scripts (`process/script.rs`), others are known or said to do something (`process/said.rs`), and what is
//! executed beside them (`process/execution.rs`) gives even those a machine, for its files.

mod execution;
mod last_words;
mod network;
mod said;
mod script;

use std::sync::Arc;

use super::behaviour::Server;
use super::command::Process;
use super::hooks::Hook;
use super::shell::files::Files;
use super::shell::machine::{Machine, Printed};
use super::shell::scripts::Call;
use super::termination::{Step, Stop};
use crate::clock::Time;
use crate::object::Str;
pub use execution::Executed;
use script::Script;
pub use script::{Ahead, HORIZON};

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
    /// What prints and does nothing else, until somebody looks at what it printed.
    prints_alone: Option<Arc<Call>>,
    /// At how many instants is looked when it is run ahead.
    effort: u32,
    /// The end that somebody said it comes to.
    fate: Option<(Time, i64)>,
    /// What a process that is not interpreted prints, and has printed.
    prints: Vec<Printed>,
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
            prints_alone: None,
            effort: u32::MAX,
        };
        match process {
            Process::Script(machine) => {
                running.script = Some(Box::new(Script::new(*machine)));
                running.run_ahead(started);
            }
            Process::Prints(call, code) => {
                running.end = Some((started, code));
                running.prints_alone = Some(call);
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

    /// Its processes and files as they were when somebody last looked.
    pub fn machine(&mut self) -> Option<&mut Machine> {
        self.script.as_mut().map(|it| &mut it.now)
    }

    /// What was printed by `now`, in order. What is printed at `now` itself is part of it.
    pub fn log(&mut self, now: Time) -> &[Printed] {
        if let Some(call) = self.prints_alone.take() {
            self.script = Some(Box::new(Script::new(call.machine(self.started))));
        }
        let printed = self.prints.partition_point(|it| it.time <= now);
        match &mut self.script {
            Some(script) => {
                script.run(now);
                self.prints.drain(..printed).for_each(|it| script.now.log.push(it));
                script.now.log.pieces()
            }
            None => &self.prints[..printed],
        }
    }

    /// How many pieces its log has lost.
    pub fn log_dropped(&self) -> usize {
        self.script.as_ref().map_or(0, |it| it.now.log.dropped())
    }

    /// When one of its processes does something next by itself, if any does.
    pub fn next_step(&mut self, now: Time) -> Option<Time> {
        self.script.as_mut()?.run(now)
    }

    /// Whether its files have been looked into.
    pub fn has_files(&self) -> bool {
        self.script.is_some()
    }

    /// Gives a process that is not interpreted step by step `files`, which others may see.
    pub fn rest_on(&mut self, files: Files, now: Time) {
        if self.script.is_none() {
            self.script = Some(Box::new(Script::resting(Machine::resting(files, now))));
        }
    }

    /// The files at `now`.
    pub fn files(&mut self, now: Time) -> Option<&Files> {
        let script = self.script.as_mut()?;
        script.run(now);
        Some(&script.now.files)
    }
}

/// A process that has run a script since the epoch.
#[cfg(test)]
pub fn started(script: &str) -> Running {
    use crate::kubelet::shell::{Environment, Shell, shell};
    let machine = shell(script, &Shell::default(), &Environment::new(), Time::from_unix(0)).expect("a script");
    Running::new(Process::Script(Box::new(machine)), Time::from_unix(0), Str::new()).expect("it starts")
}
