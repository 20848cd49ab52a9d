//! A process of a container: what it still has to do, and what it knows.

use std::sync::Arc;

use super::dialect::Dialect;
use super::network::{Question, Reply};
use super::programs::network::Listener;
use super::script::Node;
use super::table::{List, Table};
use crate::clock::Time;
use crate::object::Str;

/// The number of a process in its container; the first is 1.
pub type Pid = u32;

/// The bytes that the variables of a process may take together.
const MOST_HELD: usize = 32 << 20;
/// Texts below this length are not added up each time.
const SHORT: usize = 1 << 10;

/// The number of a stream of text between processes.
pub type StreamId = u32;

/// Where a descriptor leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The container's log, and with `true` its standard error.
    Log(bool),
    /// What a session prints, and with `true` its standard error.
    Session(Pid, bool),
    /// The end of a file.
    File(Str),
    /// A stream that is written.
    Out(StreamId),
    /// A stream that is read.
    In(StreamId),
    /// Nowhere, and nothing comes from it.
    Null,
    /// Nowhere, because it is not open.
    Closed,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its text, or `None` for one whose value is not known here, such as that of a secret.
    pub value: Option<Str>,
    /// Whether it may not be set again.
    pub readonly: bool,
    /// Whether programs are told of it.
    pub exported: bool,
}

/// What `set` switches on and off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `-e`: a failure that nothing looks at is the end.
    pub errexit: bool,
    /// `-u`: a variable that is not set is an error.
    pub nounset: bool,
    /// `-x`: commands are shown before they run.
    pub xtrace: bool,
    /// `-f`: words are no patterns for file names.
    pub noglob: bool,
    /// `-a`: what is set is exported.
    pub allexport: bool,
    /// `-o pipefail`: a pipeline fails with its last command that fails.
    pub pipefail: bool,
}

/// The options by their letters and names; pipefail has no letter.
pub const OPTIONS: [(char, &str); 6] =
    [('e', "errexit"), ('u', "nounset"), ('x', "xtrace"), ('f', "noglob"), ('a', "allexport"), ('-', "pipefail")];

impl Options {
    fn place(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "errexit" => &mut self.errexit,
            "nounset" => &mut self.nounset,
            "xtrace" => &mut self.xtrace,
            "noglob" => &mut self.noglob,
            "allexport" => &mut self.allexport,
            "pipefail" => &mut self.pipefail,
            _ => return None,
        })
    }

    /// Switches the option with this name; returns whether a shell has it. Some change nothing here.
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        match self.place(name) {
            Some(place) => *place = on,
            None => {
                return matches!(name, "verbose" | "monitor" | "noclobber" | "vi" | "emacs" | "ignoreeof" | "nolog");
            }
        }
        true
    }

    /// Switches the option with this letter; returns whether a shell has it.
    pub fn set_letter(&mut self, letter: char, on: bool) -> bool {
        match OPTIONS.iter().find(|(it, _)| *it == letter && letter != '-') {
            Some((_, name)) => self.set(name, on),
            None => "vmhblCnIEV".contains(letter),
        }
    }

    /// The letters of what is on, as `$-` shows them.
    pub fn letters(mut self) -> String {
        let mut letters = String::new();
        for (letter, name) in OPTIONS {
            if letter != '-' && self.place(name).is_some_and(|it| *it) {
                letters.push(letter);
            }
        }
        letters
    }
}

/// What a process waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Nothing: it can go on.
    Nothing,
    /// This instant.
    Until(Time),
    /// The end of a process.
    Child(Pid),
    /// The end of processes in the background, which a signal interrupts.
    Background(Vec<Pid>),
    /// A line in a stream, or its end.
    Line(StreamId),
    /// The end of a stream.
    End(StreamId),
    /// More in a stream, or its end.
    More(StreamId),
    /// So many lines of a stream, or its end.
    Lines(StreamId, usize),
    /// Room in a stream, or that nobody else can do anything before it is written to.
    Room(StreamId),
    /// A file at this path whose text is longer or shorter than so many bytes.
    Change(String, usize),
    /// An answer from the network.
    Answer(Box<Question>),
    /// A connection.
    Listen(Listener),
    /// Nothing that will come.
    Forever,
}

/// A script that a command's words need before the command can go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// What those before it printed.
    pub outputs: Vec<String>,
    /// Its process, and the stream that takes what that prints.
    pub running: (Pid, StreamId),
    /// The status from before.
    pub before: i64,
}

/// What a process comes back to when the command above it is done.
#[derive(Clone, Debug)]
pub enum Frame {
    /// A command.
    Run(Arc<Node>),
    /// The next command of a list.
    List(Arc<Node>, usize),
    /// The next command of an and-or list.
    AndOr(Arc<Node>, usize),
    /// Turns the status round.
    Negate,
    /// The end of the stages of a pipeline.
    Pipeline(bool, Vec<Pid>),
    /// The end of a subshell.
    Subshell(Pid),
    /// The `$( .. )` of a command's words.
    Substitute(Arc<Node>, Box<Substitution>),
    /// The condition with this number of an `if`.
    If(Arc<Node>, usize),
    /// A `while` or `until`: whether its body runs, and the last status of that.
    While(Arc<Node>, bool, i64),
    /// A `for`, and what it still goes through, the next one last.
    For(Arc<Node>, Vec<String>),
    /// The descriptors from before a redirection.
    Restore(List<Target>),
    /// The end of a function: the caller's parameters, and the variables that `local` hid.
    Call(List<String>, Vec<(Str, Option<Variable>)>),
    /// A program that waits for input.
    Program(Vec<String>),
    /// The next command of a shell that reads its commands.
    ReadScript {
        /// The lines that are no whole command yet.
        pending: String,
        /// Whether somebody at a terminal was asked for the next one.
        prompted: bool,
    },
    /// `timeout`: the program, the process that ends it when its time is over, and the status that tells of that.
    Timeout(Pid, Pid, i64),
    /// The status from before a trap.
    Status(i64),
    /// The end of a program that has waited in vain: its status, and what it says on the standard error.
    Fails(i64, String),
}

/// A process.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its number.
    pub id: Pid,
    /// The first process of its session: 1, or the one that was executed in the container.
    pub session: Pid,
    /// What it does, the innermost last.
    pub frames: Vec<Frame>,
    /// What it waits for.
    pub wait: Wait,
    /// What the network answered.
    pub reply: Option<Box<Reply>>,
    /// The status of its last command.
    pub status: i64,
    /// Its variables.
    pub variables: Table<Str, Variable>,
    /// Its functions.
    pub functions: Table<String, Arc<Node>>,
    /// Its positional parameters.
    pub args: List<String>,
    /// Where its descriptors lead.
    pub fds: List<Target>,
    /// The folder it is in.
    pub folder: Str,
    /// What it does upon signals, `None` for those that it ignores; `EXIT` is one of them.
    pub traps: Table<String, Option<Arc<Node>>>,
    /// Those traps as they were written.
    pub trap_texts: Table<String, String>,
    /// The signals that it was sent and has not looked at.
    pub signals: Vec<String>,
    /// What `set` says.
    pub options: Options,
    /// Which shell it is.
    pub dialect: Dialect,
    /// The line of the script that it is at.
    pub line: u32,
    /// `$0`.
    pub name: Str,
    /// `$$`: the process of the shell that this one is a part of.
    pub shell: Pid,
    /// `$PPID`.
    pub parent: Pid,
    /// What the next `$RANDOM` follows from.
    pub random: u32,
    /// Whether it runs where a failure is looked at, so that `set -e` does not count.
    pub guarded: bool,
    /// `$!`.
    pub background: Option<Pid>,
    /// The processes that it put in the background.
    pub children: Vec<Pid>,
}

impl Task {
    /// A process that runs `node`.
    pub fn new(id: Pid, node: Arc<Node>) -> Self {
        Task {
            id,
            session: id,
            frames: vec![Frame::Run(node)],
            wait: Wait::Nothing,
            reply: None,
            status: 0,
            variables: Table::default(),
            functions: Table::default(),
            args: List::default(),
            fds: vec![Target::Null, Target::Log(false), Target::Log(true)].into(),
            folder: arcstr::literal!("/"),
            traps: Table::default(),
            trap_texts: Table::default(),
            signals: Vec::new(),
            options: Options::default(),
            dialect: Dialect::default(),
            line: 0,
            name: arcstr::literal!("sh"),
            shell: id,
            parent: 0,
            random: 1,
            guarded: false,
            background: None,
            children: Vec::new(),
        }
    }

    /// A copy of it that runs `node`: what a subshell is. It has no traps of its own.
    pub fn fork(&self, id: Pid, node: Arc<Node>) -> Self {
        let mut traps = self.traps.clone();
        traps.retain(|_, it| it.is_none());
        Task {
            id,
            frames: vec![Frame::Run(node)],
            wait: Wait::Nothing,
            reply: None,
            traps,
            signals: Vec::new(),
            guarded: self.is_guarded(),
            children: Vec::new(),
            ..self.clone()
        }
    }

    /// Whether a failure here is looked at by something around it.
    pub fn is_guarded(&self) -> bool {
        self.guarded
            || self.frames.iter().any(|frame| {
                matches!(frame, Frame::AndOr(..) | Frame::Negate | Frame::If(..) | Frame::While(_, false, _))
            })
    }

    /// The text of a variable, if it is set and known.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name)?.value.as_deref()
    }

    /// Sets a variable; returns whether it may be set.
    pub fn assign(&mut self, name: &str, value: impl Into<Str>) -> bool {
        let exported = self.options.allexport;
        match self.variables.get_mut(name) {
            Some(variable) if variable.readonly => return false,
            Some(variable) => {
                variable.value = Some(value.into());
                variable.exported |= exported;
            }
            None => {
                let variable = Variable { value: Some(value.into()), readonly: false, exported };
                self.variables.insert(Str::from(name), variable);
            }
        }
        true
    }

    /// Whether its variables are more than a process has room for, now that `name` was set.
    pub fn holds_too_much(&self, name: &str) -> bool {
        let length = |it: &Variable| it.value.as_ref().map_or(0, |it| it.len());
        // What is short is added up as the variables become twice as many.
        let counts = self.variables.len().is_power_of_two() || self.variables.get(name).map_or(0, length) >= SHORT;
        counts && self.variables.values().map(length).sum::<usize>() > MOST_HELD
    }

    /// Tells programs of the variable `name`, if it is set.
    pub fn export(&mut self, name: &str) {
        if self.variables.get(name).is_some_and(|it| !it.exported)
            && let Some(variable) = self.variables.get_mut(name)
        {
            variable.exported = true;
        }
    }

    /// The next `$RANDOM`: a number below 32768 that follows from the one before.
    pub fn next_random(&mut self) -> u32 {
        self.random = self.random.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        self.random >> 16 & 0x7fff
    }

    /// Leaves every command: nothing but the trap of the end is still to come.
    pub fn exit(&mut self, status: i64) {
        self.frames.clear();
        self.status = status;
    }
}
