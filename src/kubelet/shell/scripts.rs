//! Scripts as they were read before: the pods of one template, and the probes of one container, run the same ones. Their
//! variables say mostly the same, too.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dialect::Dialect;
use super::invocation::{Invocation, Source};
use super::machine::{Machine, State};
use super::script::{Node, Refused, parse};
use super::{Environment, called};
use crate::clock::Time;
use crate::object::{Str, Value};

/// How many scripts are remembered.
const KEPT: usize = 256;
/// How many containers' shells are remembered: those of the templates that pods are made of now.
const KEPT_CALLS: usize = 16;
/// How many texts are remembered, and how long one of them may be.
const KEPT_TEXTS: usize = 4096;
const LONGEST_TEXT: usize = 128;

/// The scripts that were read so far.
#[derive(Debug, Default)]
pub struct Scripts {
    read: RefCell<BTreeMap<Dialect, BTreeMap<String, Arc<Node>>>>,
    texts: RefCell<BTreeSet<Str>>,
    calls: RefCell<Vec<Known>>,
}

/// The words that a container's process is called by, and its image, by which these mean something. The pods of a template
/// share the words, so that one look tells whether they are the same.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// `command` of the container.
    pub command: &'a Value,
    /// Its `args`.
    pub args: &'a Value,
    /// Its image.
    pub image: &'a Value,
}

/// A shell as it is called, with its script as it was read.
#[derive(Debug)]
pub struct Call {
    /// How it is called.
    pub shell: Invocation,
    /// What it runs.
    pub node: Arc<Node>,
    /// The exit code of a script that prints and does nothing else (`Node::only_prints`): it is over as soon as it starts,
    /// and what it printed is worked out when somebody asks.
    pub prints: Option<i64>,
}

/// A call by the words that it is known by.
#[derive(Debug)]
struct Known {
    command: Value,
    args: Value,
    image: Value,
    call: Arc<Call>,
}

impl Known {
    fn is_called(&self, words: Words<'_>) -> bool {
        let same = |a: &Value, b: &Value| a.is_shared_with(b) || a.is_null() && b.is_null();
        same(&self.command, words.command) && same(&self.args, words.args) && self.image == *words.image
    }
}

impl<'a> Words<'a> {
    /// Those of `container`.
    pub fn of(container: &'a Value) -> Self {
        Words { command: &container["command"], args: &container["args"], image: &container["image"] }
    }
}

impl Call {
    /// The call of `shell`, which runs `node`.
    pub fn new(shell: Invocation, node: Arc<Node>) -> Self {
        let mut call = Call { shell, node, prints: None };
        if call.node.only_prints() && !call.shell.options.xtrace {
            let start = Time::from_unix(0);
            let mut machine = call.machine(start);
            machine.run(start);
            call.prints = match machine.state {
                State::Ended(at, code) if at == start && machine.stuck.is_empty() => Some(code),
                _ => None,
            };
        }
        call
    }

    /// Its process at its start at `started`, without the variables and files of a container, of which a script that only
    /// prints takes none.
    pub fn machine(&self, started: Time) -> Machine {
        called(self, &Environment::default(), started)
    }
}

impl Scripts {
    /// Reads a script, or remembers it.
    ///
    /// # Errors
    /// What the shell refuses, with what is wrong or not interpreted.
    pub fn read(&self, text: &str, dialect: Dialect) -> Result<Arc<Node>, Refused> {
        if let Some(known) = self.read.borrow().get(&dialect).and_then(|it| it.get(text)) {
            return Ok(known.clone());
        }
        let node = parse(text, dialect)?;
        let mut known = self.read.borrow_mut();
        let known = known.entry(dialect).or_default();
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(text.to_owned(), node.clone());
        Ok(node)
    }

    /// The shell that a container with these words is known to call.
    pub fn call(&self, words: Words<'_>) -> Option<Arc<Call>> {
        self.calls.borrow().iter().rev().find(|it| it.is_called(words)).map(|it| it.call.clone())
    }

    /// Remembers that a container with these words calls `shell`, if that is given a script that can be read.
    pub fn remember(&self, words: Words<'_>, shell: &Invocation) {
        let Source::Text(script) = &shell.script else {
            return;
        };
        let Ok(node) = self.read(script, shell.dialect) else {
            return;
        };
        let mut calls = self.calls.borrow_mut();
        if calls.len() >= KEPT_CALLS {
            calls.remove(0);
        }
        let (command, args, image) = (words.command.clone(), words.args.clone(), words.image.clone());
        calls.push(Known { command, args, image, call: Arc::new(Call::new(shell.clone(), node)) });
    }

    /// `text`, as it is shared by everybody who has the same.
    pub fn text(&self, text: &str) -> Str {
        let known = self.texts.borrow().get(text).cloned();
        known.unwrap_or_else(|| self.shared(Str::from(text)))
    }

    /// `made`, or what is shared already by everybody who has the same.
    pub fn shared(&self, made: Str) -> Str {
        if let Some(known) = self.texts.borrow().get(&made) {
            return known.clone();
        }
        if made.len() <= LONGEST_TEXT {
            let mut known = self.texts.borrow_mut();
            if known.len() >= KEPT_TEXTS {
                known.clear();
            }
            known.insert(made.clone());
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_known_by_the_very_words_of_a_template_and_by_its_image() {
        let list = || Value::list(["sh", "-c", "true"]);
        let (busybox, debian) = (Value::from("busybox"), Value::from("debian"));
        let shell = Invocation { script: Source::Text("true".to_owned()), ..Invocation::default() };
        let (scripts, command, others) = (Scripts::default(), list(), Value::list(["x"]));
        let words = Words { command: &command, args: Value::null(), image: &busybox };
        assert!(scripts.call(words).is_none());
        scripts.remember(words, &shell);
        assert!(scripts.call(words).is_some_and(|it| it.shell == shell));
        assert!(scripts.call(Words { image: &debian, ..words }).is_none());
        assert!(scripts.call(Words { command: &list(), ..words }).is_none());
        assert!(scripts.call(Words { args: &others, ..words }).is_none());
        (0..KEPT_CALLS).for_each(|_| scripts.remember(Words { command: &list(), ..words }, &shell));
        assert!(scripts.call(words).is_none());
    }

    #[test]
    fn a_script_that_only_prints_is_known_to_be_over_with_its_exit_code() {
        let prints = |text: &str, letters: &str| {
            let mut shell = Invocation { script: Source::Text(text.to_owned()), ..Invocation::default() };
            letters.chars().for_each(|it| assert!(shell.options.set_letter(it, true)));
            Call::new(shell, parse(text, Dialect::Ash).expect("a script")).prints
        };
        for (text, code) in [
            ("date; echo Hello", 0),
            ("echo 'a*' \"b c\"\nexit 3", 3),
            ("false || echo no; false", 1),
            ("true && printf '%s' x", 0),
            ("date -d nonsense", 1),
        ] {
            assert_eq!(prints(text, ""), Some(code), "{text}");
        }
        for text in [
            "echo $HOSTNAME",
            "echo $(date)",
            "echo *",
            "echo ~",
            "echo a > /tmp/a",
            "A=1 date",
            "A=1",
            "date & wait",
            "echo a | cat",
            "sleep 1; echo a",
            "cat /etc/hostname",
            "if true; then echo a; fi",
            "date -s x",
            "date() { sleep 5; }; date",
        ] {
            assert_eq!(prints(text, ""), None, "{text}");
        }
        assert_eq!((prints("false; echo a", "e"), prints("echo a", "x")), (Some(1), None));
    }

    #[test]
    fn a_script_that_only_prints_says_what_time_it_was_when_it_started() {
        let call = Call::new(Invocation::default(), parse("date +%s; echo a", Dialect::Ash).expect("a script"));
        let mut machine = call.machine(Time::from_unix(77));
        machine.run(Time::from_unix(77));
        let printed: String = machine.log.pieces().iter().map(|it| it.text.as_str()).collect();
        assert_eq!(printed, "77\na\n");
    }
}
