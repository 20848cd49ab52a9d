//! Scripts as they were read before: the pods of one template, and the probes of one container, run the same ones. Their
//! variables say mostly the same, too.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::dialect::Dialect;
use super::invocation::{Invocation, Source};
use super::script::{Node, Refused, parse};
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
    calls: RefCell<Vec<(Words, Arc<Call>)>>,
}

/// The words that a container's process is called by, and its image, by which these mean something. The pods of a template
/// share the words, so that one look tells whether they are the same.
#[derive(Clone, Debug)]
pub struct Words {
    /// `command` of the container.
    pub command: Value,
    /// Its `args`.
    pub args: Value,
    /// Its image.
    pub image: Str,
}

/// A shell as it is called, with its script as it was read.
#[derive(Debug)]
pub struct Call {
    /// How it is called.
    pub shell: Invocation,
    /// What it runs.
    pub node: Arc<Node>,
}

impl Words {
    fn are(&self, other: &Words) -> bool {
        let same = |a: &Value, b: &Value| a.is_shared_with(b) || a.is_null() && b.is_null();
        same(&self.command, &other.command) && same(&self.args, &other.args) && self.image == other.image
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
    pub fn call(&self, words: &Words) -> Option<Arc<Call>> {
        self.calls.borrow().iter().rev().find(|(it, _)| it.are(words)).map(|(_, call)| call.clone())
    }

    /// Remembers that a container with these words calls `shell`, if that is given a script that can be read.
    pub fn remember(&self, words: Words, shell: &Invocation) {
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
        calls.push((words, Arc::new(Call { shell: shell.clone(), node })));
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
        let words = |command: &Value, image: &str| {
            let (command, image) = (command.clone(), Str::from(image));
            Words { command, args: Value::Null, image }
        };
        let shell = Invocation { script: Source::Text("true".to_owned()), ..Invocation::default() };
        let (scripts, command) = (Scripts::default(), list());
        assert!(scripts.call(&words(&command, "busybox")).is_none());
        scripts.remember(words(&command, "busybox"), &shell);
        assert!(scripts.call(&words(&command, "busybox")).is_some_and(|it| it.shell == shell));
        assert!(scripts.call(&words(&command, "debian")).is_none());
        assert!(scripts.call(&words(&list(), "busybox")).is_none());
        let with_args = Words { args: Value::list(["x"]), ..words(&command, "busybox") };
        assert!(scripts.call(&with_args).is_none());
        (0..KEPT_CALLS).for_each(|_| scripts.remember(words(&list(), "busybox"), &shell));
        assert!(scripts.call(&words(&command, "busybox")).is_none());
    }
}
