//! A process of a container: what it still has to do, and what it knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::network::{Question, Reply};
use super::programs::network::Listener;
use super::script::Node;
use crate::clock::Time;

/// The number of a process in its container; the first is 1.
pub type Pid = u32;

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
    File(String),
    /// A stream that is written.
    Out(StreamId),
    /// A stream that is read.
    In(StreamId),
    /// Nowhere, and nothing comes from it.
    Null,
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its text, or `None` for one whose value is not known here, such as that of a secret.
    pub value: Option<String>,
    /// Whether it may be set again.
    pub readonly: bool,
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
    /// Anything in a stream, or its end.
    Text(StreamId),
    /// The end of a stream.
    End(StreamId),
    /// A file at this path whose text is longer or shorter than so many bytes.
    Change(String, usize),
    /// An answer from the network.
    Answer(Box<Question>),
    /// A connection.
    Listen(Listener),
    /// Nothing that will come.
    Forever,
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
    /// The `$( .. )` of a command's words: what the first ones printed, and the one that runs.
    Substitute(Arc<Node>, Vec<String>, Option<(Pid, StreamId)>),
    /// The condition with this number of an `if`.
    If(Arc<Node>, usize),
    /// A `while` or `until`: whether its body runs, and the last status of that.
    While(Arc<Node>, bool, i64),
    /// A `for`, and what it still goes through, the next one last.
    For(Arc<Node>, Vec<String>),
    /// The descriptors from before a redirection.
    Restore(Vec<Target>),
    /// The end of a function: the caller's parameters, and the variables that `local` hid.
    Call(Arc<Vec<String>>, Vec<(String, Option<Variable>)>),
    /// A program that waits for input.
    Program(Vec<String>),
    /// The next command of a shell that reads its commands.
    ReadScript {
        /// The lines that are no whole command yet.
        pending: String,
        /// Whether somebody at a terminal was asked for the next one.
        prompted: bool,
    },
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
    pub reply: Option<Reply>,
    /// The status of its last command.
    pub status: i64,
    /// Its variables.
    pub variables: Arc<BTreeMap<String, Variable>>,
    /// Its functions.
    pub functions: Arc<BTreeMap<String, Arc<Node>>>,
    /// Its positional parameters.
    pub args: Arc<Vec<String>>,
    /// Where its descriptors lead.
    pub fds: Vec<Target>,
    /// The folder it is in.
    pub folder: String,
    /// What it does upon signals, `None` for those that it ignores; `EXIT` is one of them.
    pub traps: Arc<BTreeMap<String, Option<Arc<Node>>>>,
    /// The signals that it was sent and has not looked at.
    pub signals: Vec<String>,
    /// `set -e`.
    pub stops_on_error: bool,
    /// `set -u`.
    pub stops_on_unset: bool,
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
            variables: Arc::default(),
            functions: Arc::default(),
            args: Arc::default(),
            fds: vec![Target::Null, Target::Log(false), Target::Log(true)],
            folder: "/".to_owned(),
            traps: Arc::default(),
            signals: Vec::new(),
            stops_on_error: false,
            stops_on_unset: false,
            guarded: false,
            background: None,
            children: Vec::new(),
        }
    }

    /// A copy of it that runs `node`: what a subshell is. It has no traps of its own.
    pub fn fork(&self, id: Pid, node: Arc<Node>) -> Self {
        let traps: BTreeMap<_, _> =
            self.traps.iter().filter(|(_, it)| it.is_none()).map(|(name, it)| (name.clone(), it.clone())).collect();
        Task {
            id,
            frames: vec![Frame::Run(node)],
            wait: Wait::Nothing,
            reply: None,
            traps: Arc::new(traps),
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
    pub fn assign(&mut self, name: &str, value: String) -> bool {
        if self.variables.get(name).is_some_and(|it| it.readonly) {
            return false;
        }
        let variable = Variable { value: Some(value), readonly: false };
        Arc::make_mut(&mut self.variables).insert(name.to_owned(), variable);
        true
    }

    /// Leaves every command: nothing but the trap of the end is still to come.
    pub fn exit(&mut self, status: i64) {
        self.frames.clear();
        self.status = status;
    }
}
