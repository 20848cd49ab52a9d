//! Commands once their words are known: assignments, redirections, and what a name stands for.

use std::sync::Arc;

use super::dialect::Dialect;
use super::expand::{self, Failure, Outputs};
use super::machine::Machine;
use super::script::{Node, Simple};
use super::step::stop_on_error;
use super::task::{Frame, Target, Task};
use super::word::Word;

impl Machine {
    /// Runs a command whose words' first scripts printed `outputs`, the last of which ended with `last`. If its words need
    /// another one, that runs first; whatever they changed until then is done anew.
    pub(super) fn execute(&mut self, task: &mut Task, node: &Arc<Node>, outputs: Vec<String>, last: Option<i64>) {
        // What may have to be taken back: a copy makes the next change of a variable dear.
        let asks = !matches!(&**node, Node::Simple(simple) if !simple.asks);
        let before = asks.then(|| (task.variables.clone(), task.random));
        let done = &mut Outputs::new(&outputs);
        let result = match &**node {
            Node::Simple(simple) => self.simple(task, simple, done, last),
            Node::Redirected(inner, redirects) => self.redirected(task, inner, redirects, done),
            Node::For { words, .. } => self.start_for(task, node, words.as_deref(), done),
            Node::Case(word, arms) => case(task, word, arms, done),
            Node::Test(truth) => self.test(task, truth, done),
            Node::Arithmetic(word) => self.arithmetic(task, word, done),
            _ => Ok(()),
        };
        match result {
            Ok(()) => {}
            Err(Failure::Unknown(what)) => self.stick(task, &what),
            Err(Failure::Message(message)) => {
                self.complain(task, &message);
                task.exit(2);
            }
            Err(Failure::Needs(script)) => {
                self.substitute(task, node, outputs, script);
                if let Some(before) = before {
                    (task.variables, task.random) = before;
                }
            }
        }
    }

    /// Prints a message of the shell to the standard error.
    pub(super) fn complain(&mut self, task: &Task, message: &str) {
        let place = match task.dialect {
            Dialect::Ash => "sh".to_owned(),
            Dialect::Bash => format!("{}: line {}", task.name, task.line.max(1)),
            Dialect::Dash => format!("{}: {}", task.name, task.line.max(1)),
        };
        self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &format!("{place}: {message}\n"));
    }

    fn simple(
        &mut self,
        task: &mut Task,
        simple: &Simple,
        outputs: &mut Outputs<'_>,
        last: Option<i64>,
    ) -> Result<(), Failure> {
        task.line = simple.line;
        let argv = expand::fields(task, &self.files, &simple.words, outputs)?;
        let openings = expand_redirects(task, &simple.redirects, outputs)?;
        let lasts = argv.first().is_none_or(|it| is_special(it));
        // Before a command they last for as long as that does, and show when commands are shown.
        let (mut hidden, mut shown) = (Vec::new(), Vec::new());
        for (name, word) in &simple.assignments {
            let value = expand::text(task, word, outputs)?;
            if !lasts {
                hidden.push((name.as_str().into(), task.variables.get(name.as_str()).cloned()));
            }
            if task.options.xtrace {
                shown.push((name.as_str(), value.clone()));
            }
            self.moved(value.len());
            if !task.assign(name, value) {
                return Err(Failure::Message(format!("{name}: is read only")));
            }
            if task.holds_too_much(name) {
                return Err(Failure::Message(expand::OUT_OF_MEMORY.to_owned()));
            }
            if !argv.is_empty() {
                task.export(name);
            }
        }
        self.moved(argv.iter().map(String::len).sum());
        for (name, change) in &simple.arrays {
            self.change_array(task, name, change, outputs)?;
        }
        if task.options.xtrace {
            self.trace(task, &shown, &argv);
        }
        if !simple.redirects.is_empty() {
            let old = task.fds.clone();
            if !self.redirect(task, openings) {
                task.fds = old;
                task.status = 2;
                stop_on_error(task);
                return Ok(());
            }
            if argv.first().is_none_or(|it| it != "exec") {
                task.frames.push(Frame::Restore(old));
            }
        }
        if argv.is_empty() {
            task.status = last.unwrap_or(0);
            stop_on_error(task);
            return Ok(());
        }
        if !hidden.is_empty() {
            task.frames.push(Frame::Call(task.args.clone(), hidden));
        }
        self.command(task, argv);
        Ok(())
    }

    /// Shows a command before it runs, as `set -x` asks for.
    fn trace(&mut self, task: &Task, assigned: &[(&str, String)], argv: &[String]) {
        let mut shown: Vec<String> = assigned.iter().map(|(name, value)| format!("{name}={}", quoted(value))).collect();
        shown.extend(argv.iter().map(|it| quoted(it)));
        let start = task.variable("PS4").unwrap_or("+ ").to_owned();
        self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &format!("{start}{}\n", shown.join(" ")));
    }

    fn start_for(
        &mut self,
        task: &mut Task,
        node: &Arc<Node>,
        words: Option<&[Word]>,
        outputs: &mut Outputs<'_>,
    ) -> Result<(), Failure> {
        let mut values = match words {
            Some(words) => expand::fields(task, &self.files, words, outputs)?,
            None => task.args.to_vec(),
        };
        values.reverse();
        task.status = 0;
        task.frames.push(Frame::For(node.clone(), values));
        Ok(())
    }

    /// Runs a command by its name: a builtin of the shell, a function, or a program.
    pub(super) fn command(&mut self, task: &mut Task, argv: Vec<String>) {
        let name = argv[0].as_str();
        if !is_special(name)
            && let Some(body) = task.functions.get(name).cloned()
        {
            task.frames.push(Frame::Call(task.args.clone(), Vec::new()));
            task.args = argv[1..].to_vec().into();
            task.frames.push(Frame::Run(body));
            return;
        }
        if !self.builtin(task, &argv) {
            self.program(task, argv);
        }
    }
}

use super::redirect::expand_redirects;

/// The builtins whose assignments last, and which no function hides.
fn is_special(name: &str) -> bool {
    matches!(
        name,
        ":" | "."
            | "break"
            | "continue"
            | "eval"
            | "exec"
            | "exit"
            | "export"
            | "readonly"
            | "return"
            | "set"
            | "shift"
            | "source"
            | "trap"
            | "unset"
    )
}

/// `text` as a shell would have to be given it.
pub(super) fn quoted(text: &str) -> String {
    let plain = |it: char| it.is_ascii_alphanumeric() || "_-+./:,%@=^".contains(it);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    single_quoted(text)
}

/// `text` in single quotes.
pub(super) fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn case(
    task: &mut Task,
    word: &Word,
    arms: &[(Vec<Word>, Option<Arc<Node>>)],
    outputs: &mut Outputs<'_>,
) -> Result<(), Failure> {
    let text = expand::text(task, word, outputs)?;
    for (patterns, body) in arms {
        for pattern in patterns {
            if expand::pattern(task, pattern, outputs)?.matches(&text) {
                task.status = 0;
                task.frames.extend(body.iter().cloned().map(Frame::Run));
                return Ok(());
            }
        }
    }
    task.status = 0;
    Ok(())
}
