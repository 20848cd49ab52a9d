//! A container's processes in virtual time: run until an instant, or until the first of them ends.
//!
//! A [`Machine`] is a value. A copy of it can run ahead to see when it will end, and the machine itself is brought up to the
//! instant at which somebody looks, signals or execs. Nothing in it depends on when it is run.

use std::sync::Arc;

use super::dialect::Dialect;
use super::files::{Files, NO_SPACE};
use super::input::Input;
pub use super::output::{Output, Printed};
use super::script::Node;
use super::table::{List, Table};
use super::task::{Frame, Pid, StreamId, Target, Task, Wait};
use crate::clock::Time;

/// So many commands may run at one instant before the script counts as endless.
const MOST_COMMANDS: u32 = 200_000;
/// A question to the network counts as so many of them.
const COMMANDS_OF_QUESTION: u32 = 200;
/// The processes that a container may have at one time, about as many as a node lets a service have.
const MOST_PROCESSES: usize = 4096;
/// How deep commands and functions may stand in each other.
const MOST_FRAMES: usize = 50_000;
/// So many bytes that are moved at one instant count as a command.
const BYTES_OF_COMMAND: usize = 16 << 10;
/// The exit code of a process that was killed.
pub const KILLED: i64 = 137;
/// The bytes that a stream holds; a writer beyond that is as endless as one without a sleep.
const MOST_STREAM: usize = 4 << 20;
/// The bytes in a pipe for which its reader is waited for, if that reads at all.
const PIPE: usize = 4 << 10;

/// How a machine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Running,
    /// Its first process has ended, and with it all others.
    Ended(Time, i64),
}

/// Processes that were executed in a container beside its own.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// What they printed.
    pub output: Output,
    /// When the first of them ended, and its exit code.
    pub ended: Option<(Time, i64)>,
}

/// Text on its way from one process to another.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// What was written and not read.
    pub text: String,
    /// Whether it leads from one command of a pipeline to the next.
    pub is_pipe: bool,
}

/// The processes of a container, its files and what it printed.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The instant up to which it ran.
    pub now: Time,
    /// The files.
    pub files: Files,
    /// What was printed.
    pub log: Output,
    /// How it is.
    pub state: State,
    /// Whether its image is a base image, which has the usual programs and no others.
    pub(super) is_base: bool,
    /// What `sh` is in its image.
    pub(super) sh: Dialect,
    /// The program that is not interpreted and that a session came to, by the session's first process.
    pub stuck: Table<Pid, String>,
    /// What was executed beside process 1, by its first process.
    pub sessions: Table<Pid, Session>,
    /// The standard inputs that somebody outside may write to, by the process that was given each.
    pub(super) inputs: Table<Pid, Input>,
    /// The processes.
    pub(super) tasks: Table<Pid, Arc<Task>>,
    pub(super) ended: Table<Pid, i64>,
    pub(super) streams: Table<StreamId, Stream>,
    /// Whether a process has looked at something outside of the machine since somebody asked: at the clock.
    pub looked_outside: bool,
    /// Whether a process has waited for connections.
    pub listened: bool,
    /// Whether the process that goes on has written to a pipe that nobody reads any more.
    broken: bool,
    /// Whether it has written to a file for which there is no room.
    full: bool,
    last_pid: Pid,
    last_stream: StreamId,
    commands: u32,
}

impl Machine {
    /// A machine that starts `node` as process 1 at `now`.
    pub fn new(node: Arc<Node>, files: Files, now: Time) -> Self {
        Machine {
            now,
            files,
            log: Output::default(),
            state: State::Running,
            is_base: false,
            sh: Dialect::default(),
            stuck: Table::default(),
            sessions: Table::default(),
            inputs: Table::default(),
            tasks: [(1, Arc::new(Task::new(1, node)))].into_iter().collect(),
            ended: Table::default(),
            streams: Table::default(),
            looked_outside: false,
            listened: false,
            broken: false,
            full: false,
            last_pid: 1,
            last_stream: 0,
            commands: 0,
        }
    }

    /// The machine of a container whose image is a base image, or is not.
    pub fn of_image(mut self, is_base: bool) -> Self {
        self.is_base = is_base;
        self
    }

    /// The machine of a container in whose image `sh` is `dialect`.
    pub fn with_sh(mut self, dialect: Dialect) -> Self {
        self.sh = dialect;
        self
    }

    /// A machine whose process 1 does nothing, and never ends.
    pub fn resting(files: Files, now: Time) -> Self {
        let mut machine = Machine::new(Arc::new(Node::List(Vec::new())), files, now);
        if let Some(first) = machine.first() {
            first.wait = Wait::Forever;
        }
        machine
    }

    /// Executes what process 1 of `other` was to do, beside the processes that run; returns its number, which is also its
    /// session's.
    pub fn execute_beside(&mut self, mut other: Machine) -> Pid {
        self.last_pid += 1;
        let id = self.last_pid;
        self.is_base |= other.is_base;
        self.sh = other.sh;
        let mut session = Session { output: std::mem::take(&mut other.log), ..Session::default() };
        if let State::Ended(_, code) = other.state {
            session.ended = Some((self.now, code));
        }
        self.sessions.insert(id, session);
        if let Some(mut first) = other.tasks.remove(&1) {
            let task = Arc::make_mut(&mut first);
            (task.id, task.session, task.shell) = (id, id, id);
            task.fds = vec![Target::Null, Target::Session(id, false), Target::Session(id, true)].into();
            self.tasks.insert(id, first);
        }
        id
    }

    /// Ends every process of a session, as a runtime does to one that took too long.
    pub fn end_session(&mut self, session: Pid) {
        self.tasks.retain(|_, it| it.session != session);
        self.forget_session(session);
    }

    /// Forgets what a session printed. What it put in the background runs on.
    pub fn forget_session(&mut self, session: Pid) {
        self.ended.remove(&session);
        self.sessions.remove(&session);
        self.inputs.remove(&session);
        self.stuck.remove(&session);
    }

    /// A copy to run ahead with: it goes on where this one is, and has nothing of what was printed before.
    pub fn ahead(&self) -> Machine {
        let go_on = |(id, it): (&Pid, &Session)| {
            let session = Session { output: it.output.continued(), ended: it.ended };
            (*id, session)
        };
        Machine {
            now: self.now,
            files: self.files.clone(),
            log: self.log.continued(),
            state: self.state.clone(),
            is_base: self.is_base,
            sh: self.sh,
            stuck: self.stuck.clone(),
            sessions: self.sessions.iter().map(go_on).collect(),
            inputs: self.inputs.clone(),
            tasks: self.tasks.clone(),
            ended: self.ended.clone(),
            streams: self.streams.clone(),
            looked_outside: self.looked_outside,
            listened: self.listened,
            broken: self.broken,
            full: self.full,
            last_pid: self.last_pid,
            last_stream: self.last_stream,
            commands: self.commands,
        }
    }

    /// Becomes `later`, a copy that ran ahead of this one.
    pub fn catch_up(&mut self, mut later: Machine) {
        let mut log = std::mem::take(&mut self.log);
        log.catch_up(std::mem::take(&mut later.log));
        later.log = log;
        let known: Vec<Pid> = later.sessions.keys().copied().filter(|it| self.sessions.contains_key(it)).collect();
        for id in known {
            if let (Some(own), Some(session)) = (self.sessions.get_mut(&id), later.sessions.get_mut(&id)) {
                let mut output = std::mem::take(&mut own.output);
                output.catch_up(std::mem::take(&mut session.output));
                session.output = output;
            }
        }
        *self = later;
    }

    /// Process 1, for giving it its variables before it runs.
    pub fn first(&mut self) -> Option<&mut Task> {
        self.task_mut(1)
    }

    /// The process with this number, to be changed.
    pub(super) fn task_mut(&mut self, id: Pid) -> Option<&mut Task> {
        self.tasks.get_mut(&id).map(Arc::make_mut)
    }

    /// Runs until `until`. Returns when something happens next by itself, if anything does.
    pub fn run(&mut self, until: Time) -> Option<Time> {
        self.run_while(until, |_| true)
    }

    /// Runs until `until` for as long as `goes_on` says. Returns when something happens next by itself, if anything does.
    pub fn run_while(&mut self, until: Time, goes_on: impl Fn(&Machine) -> bool) -> Option<Time> {
        while self.state == State::Running && goes_on(self) {
            if let Some(id) = self.who_can_go_on() {
                self.go_on(id);
                continue;
            }
            // Time stands still until the question is answered.
            if self.question().is_some() {
                return Some(self.now);
            }
            let Some(next) = self.next_sleep().filter(|it| *it <= until) else {
                self.now = self.now.max(until);
                return self.next_sleep();
            };
            self.now = next;
            self.commands = 0;
        }
        None
    }

    /// The first process that can go on. One that fills a pipe whose reader wants all of it at once comes last.
    fn who_can_go_on(&self) -> Option<Pid> {
        let wants_all = |stream: StreamId| self.tasks.values().any(|it| it.wait == Wait::End(stream));
        let patient = || self.tasks.values().find(|it| matches!(it.wait, Wait::Room(stream) if wants_all(stream)));
        self.tasks.values().find(|it| self.can_go_on(it)).or_else(patient).map(|it| it.id)
    }

    /// The end of the first sleep of a process.
    fn next_sleep(&self) -> Option<Time> {
        let sleeps = self.tasks.values().filter_map(|it| match it.wait {
            Wait::Until(at) => Some(at),
            _ => None,
        });
        sleeps.min()
    }

    /// When something happens next by itself, if anything does.
    pub fn next(&self) -> Option<Time> {
        if self.state != State::Running {
            return None;
        }
        let goes_on = self.question().is_some() || self.who_can_go_on().is_some();
        if goes_on { Some(self.now) } else { self.next_sleep() }
    }

    /// Lets it be `at`, before which nothing happens by itself.
    pub fn pass_to(&mut self, at: Time) {
        if self.state == State::Running && at > self.now {
            self.now = at;
            self.commands = 0;
        }
    }

    /// Sends `signal` (`TERM`, `KILL`, ..) to the process `to` at the instant up to which the machine ran.
    pub fn signal(&mut self, to: Pid, signal: &str) -> bool {
        let Some(task) = self.task_mut(to) else {
            return false;
        };
        task.signals.push(signal.to_owned());
        let interrupts = match task.traps.get(signal) {
            Some(Some(_)) => matches!(task.wait, Wait::Background(_)),
            Some(None) => false,
            None => to != 1,
        };
        if interrupts || signal == "KILL" {
            task.wait = Wait::Nothing;
        }
        true
    }

    fn can_go_on(&self, task: &Task) -> bool {
        match &task.wait {
            Wait::Nothing => true,
            Wait::Until(at) => *at <= self.now,
            Wait::Child(child) => !self.tasks.contains_key(child),
            Wait::Background(children) => children.iter().all(|it| !self.tasks.contains_key(it)),
            Wait::Line(stream) => self.has_line(*stream) || !self.has_writers(*stream),
            Wait::End(stream) => !self.has_writers(*stream),
            Wait::More(stream) => {
                self.streams.get(stream).is_some_and(|it| !it.text.is_empty()) || !self.has_writers(*stream)
            }
            Wait::Lines(stream, count) => self.has_lines(*stream, *count) || !self.has_writers(*stream),
            Wait::Room(stream) => !self.is_full(*stream) || !self.has_readers(*stream),
            Wait::Change(path, seen) => self.files.read(path).is_ok_and(|text| text.len() != *seen),
            Wait::Answer(_) | Wait::Listen(_) | Wait::Forever => false,
        }
    }

    /// Whether so many lines can be read from a stream.
    pub(super) fn has_lines(&self, stream: StreamId, count: usize) -> bool {
        self.streams
            .get(&stream)
            .is_some_and(|it| it.text.bytes().filter(|it| *it == b'\n').take(count).count() == count)
    }

    fn is_full(&self, stream: StreamId) -> bool {
        self.streams.get(&stream).is_some_and(|it| it.text.len() >= PIPE)
    }

    /// Whether a process may still read from a stream.
    fn has_readers(&self, stream: StreamId) -> bool {
        let reads = |fds: &[Target]| fds.contains(&Target::In(stream));
        self.tasks.values().any(|task| {
            reads(&task.fds) || task.frames.iter().any(|it| matches!(it, Frame::Restore(fds) if reads(fds)))
        })
    }

    /// What a process that writes to a pipe does once the pipe is full: it waits for room. Where nobody reads, it ends.
    fn heed_pipe(&mut self, task: &mut Task) {
        if std::mem::take(&mut self.full) {
            self.complain(task, &format!("write error: {NO_SPACE}"));
            task.status = 1;
        }
        let pipe = task.fds.get(1).and_then(|it| match it {
            Target::Out(stream) => Some(*stream),
            _ => None,
        });
        if std::mem::take(&mut self.broken) && task.id != 1 {
            task.frames.clear();
            task.traps = Table::default();
            task.status = 128 + super::step::number("PIPE");
        } else if task.wait == Wait::Nothing
            && !task.frames.is_empty()
            && let Some(stream) =
                pipe.filter(|it| self.is_full(*it) && self.streams.get(it).is_some_and(|it| it.is_pipe))
        {
            task.wait = Wait::Room(stream);
        }
    }

    fn has_line(&self, stream: StreamId) -> bool {
        self.streams.get(&stream).is_some_and(|it| it.text.contains('\n'))
    }

    /// Whether a process may still write to a stream.
    pub(super) fn has_writers(&self, stream: StreamId) -> bool {
        let writes = |fds: &[Target]| fds.contains(&Target::Out(stream));
        if self.inputs.values().any(|it| it.stream == stream) {
            return true;
        }
        self.tasks.values().any(|task| {
            writes(&task.fds) || task.frames.iter().any(|it| matches!(it, Frame::Restore(fds) if writes(fds)))
        })
    }

    fn go_on(&mut self, id: Pid) {
        let Some(mut held) = self.tasks.remove(&id) else {
            return;
        };
        let task = Arc::make_mut(&mut held);
        task.wait = Wait::Nothing;
        while task.wait == Wait::Nothing && self.state == State::Running {
            self.commands += 1;
            if self.commands > MOST_COMMANDS {
                self.cut_off(task);
                return;
            }
            let others = self.tasks.len();
            if !self.step(task) {
                self.end(task);
                return;
            }
            if self.tasks.len() > others.max(MOST_PROCESSES) {
                self.complain(task, "can't fork: Resource temporarily unavailable");
                task.exit(2);
                task.wait = Wait::Nothing;
            } else if task.frames.len() > MOST_FRAMES {
                self.complain(task, super::expand::OUT_OF_MEMORY);
                task.exit(2);
            }
            self.heed_pipe(task);
        }
        self.tasks.insert(id, held);
    }

    /// A question counts as many commands: nothing answers so often at one instant.
    pub(super) fn asked(&mut self) {
        self.commands += COMMANDS_OF_QUESTION;
    }

    /// So many bytes that were written or put together count as a command: what goes on and on with long texts is cut off, too.
    pub(super) fn moved(&mut self, bytes: usize) {
        let more = u32::try_from(bytes / BYTES_OF_COMMAND).unwrap_or(MOST_COMMANDS);
        self.commands = self.commands.saturating_add(more);
    }

    fn cut_off(&mut self, task: &Task) {
        let text = format!("sh: {MOST_COMMANDS} commands at one instant: a loop without a sleep is cut off\n");
        self.print(&task.fds.get(2).cloned().unwrap_or(Target::Log(true)), &text);
        self.state = State::Ended(self.now, KILLED);
    }

    fn end(&mut self, task: &Task) {
        self.ended.insert(task.id, task.status);
        if let Some(session) = self.sessions.get_mut(&task.id) {
            session.ended = Some((self.now, task.status));
        }
        if task.id == 1 {
            self.state = State::Ended(self.now, task.status);
            self.tasks = Table::default();
        }
    }

    /// Of those that a process put in the background and never waited for, only the last ones are remembered.
    pub(super) fn forget_oldest(&mut self, task: &mut Task) {
        if task.children.len() > 2 * MOST_PROCESSES {
            let has_ended = |it: &Pid| !self.tasks.contains_key(it);
            let oldest: Vec<Pid> = task.children.iter().copied().take(MOST_PROCESSES).filter(has_ended).collect();
            task.children.retain(|it| oldest.binary_search(it).is_err());
            self.ended.retain(|it, _| oldest.binary_search(it).is_err());
        }
    }

    /// The status of a process that has ended, which is forgotten.
    pub(super) fn take_ended(&mut self, id: Pid) -> Option<i64> {
        self.ended.remove(&id)
    }

    /// Starts a copy of `parent` that runs `node` with these descriptors.
    pub(super) fn spawn(&mut self, parent: &Task, node: Arc<Node>, fds: List<Target>) -> Pid {
        self.last_pid += 1;
        let mut child = parent.fork(self.last_pid, node);
        child.fds = fds;
        self.tasks.insert(self.last_pid, Arc::new(child));
        self.last_pid
    }

    /// A new stream that holds `text`.
    pub(super) fn new_stream(&mut self, text: String) -> StreamId {
        self.last_stream += 1;
        self.streams.insert(self.last_stream, Stream { text, is_pipe: false });
        self.last_stream
    }

    /// A new stream from one command of a pipeline to the next.
    pub(super) fn new_pipe(&mut self) -> StreamId {
        self.last_stream += 1;
        self.streams.insert(self.last_stream, Stream { text: String::new(), is_pipe: true });
        self.last_stream
    }

    /// Prints `text` to where a descriptor leads.
    pub(super) fn print(&mut self, target: &Target, text: &str) {
        self.moved(text.len());
        match target {
            Target::Log(error) => {
                self.log.push(Printed { time: self.now, error: *error, text: text.to_owned() });
            }
            Target::Session(id, error) => {
                let printed = Printed { time: self.now, error: *error, text: text.to_owned() };
                if let Some(session) = self.sessions.get_mut(id) {
                    session.output.push(printed);
                }
            }
            Target::File(path) => {
                // The folder may have gone meanwhile; a real process would go on writing to a file that nobody sees.
                self.full |= self.files.write(path, text, true, self.now) == Err(NO_SPACE);
            }
            Target::Out(stream) => {
                let is_read = self.has_readers(*stream);
                let stream = self.streams.or_default(*stream);
                if stream.is_pipe && !is_read {
                    self.broken = true;
                } else if stream.text.len() < MOST_STREAM {
                    stream.text.push_str(text);
                }
            }
            Target::In(_) | Target::Null | Target::Closed => {}
        }
    }
}
