//! Programs that run others: `xargs` and `timeout`.

use std::sync::Arc;

use super::super::machine::Machine;
use super::super::script::{Node, Simple};
use super::super::step::{number, stop_on_error};
use super::super::task::{Frame, Pid, Task, Wait};
use super::super::word::Word;
use super::{Call, Outcome, clock};
use crate::clock::Span;

/// The exit status of `timeout` when the time was over.
const TIMED_OUT: i64 = 124;

/// A command that is these words and nothing else.
fn command(argv: &[String]) -> Arc<Node> {
    let words = argv.iter().map(|it| Word::literal(it)).collect();
    Arc::new(Node::Simple(Simple { words, ..Simple::default() }))
}

/// The words of `text`, as `xargs` tells them apart.
fn words(text: &str) -> Vec<String> {
    let (mut out, mut word, mut quote, mut escaped, mut any) = (Vec::new(), String::new(), None, false, false);
    for it in text.chars() {
        match it {
            _ if std::mem::take(&mut escaped) => word.push(it),
            _ if quote == Some(it) => quote = None,
            _ if quote.is_some() => word.push(it),
            '\\' => (escaped, any) = (true, true),
            '\'' | '"' => (quote, any) = (Some(it), true),
            _ if it.is_whitespace() => {
                if any {
                    out.push(std::mem::take(&mut word));
                }
                any = false;
            }
            _ => {
                word.push(it);
                any = true;
            }
        }
    }
    if any {
        out.push(word);
    }
    out
}

/// `xargs [-r] [-n COUNT] [-I NAME] PROGRAM..`: the commands that it runs, one after the other.
pub fn xargs(call: &mut Call<'_>) -> Result<Outcome, Outcome> {
    let (mut most, mut place, mut needs_some) = (usize::MAX, None, false);
    let mut args = call.args.iter();
    let mut program: Vec<String> = Vec::new();
    while let Some(arg) = args.next() {
        let mut value = |letters: usize| {
            if arg.len() > letters { Some(arg[letters..].to_owned()) } else { args.next().cloned() }
        };
        match arg.as_str() {
            "-r" => needs_some = true,
            flag if flag.starts_with("-n") => most = value(2).and_then(|it| it.parse().ok()).ok_or(Outcome::Unknown)?,
            flag if flag.starts_with("-L") => most = value(2).and_then(|it| it.parse().ok()).ok_or(Outcome::Unknown)?,
            flag if flag.starts_with("-I") => place = Some(value(2).ok_or(Outcome::Unknown)?),
            flag if flag.starts_with('-') => return Err(Outcome::Unknown),
            name => {
                program.push(name.to_owned());
                program.extend(args.by_ref().cloned());
            }
        }
    }
    if program.is_empty() {
        program.push("echo".to_owned());
    }
    let input = call.input()?;
    let commands: Vec<Arc<Node>> = if let Some(place) = place {
        let lines = input.lines().map(str::trim_start).filter(|it| !it.is_empty());
        lines.map(|line| command(&program.iter().map(|it| it.replace(&place, line)).collect::<Vec<_>>())).collect()
    } else {
        let words = words(&input);
        if words.is_empty() && !needs_some {
            vec![command(&program)]
        } else {
            let with = |it: &[String]| command(&[&program[..], it].concat());
            words.chunks(most.max(1)).map(with).collect()
        }
    };
    call.task.status = 0;
    let list = commands.into_iter().map(|it| (it, false)).collect();
    call.task.frames.push(Frame::Run(Arc::new(Node::List(list))));
    Ok(Outcome::Runs)
}

/// Runs a program for each of `names`, or once for all of them, in the place of `{}`.
pub fn each(call: &mut Call<'_>, words: &[String], names: &[String], together: bool) {
    let commands: Vec<Arc<Node>> = if together {
        let all = words.iter().flat_map(|it| if it == "{}" { names.to_vec() } else { vec![it.clone()] });
        if names.is_empty() { Vec::new() } else { vec![command(&all.collect::<Vec<_>>())] }
    } else {
        let with = |name: &String| words.iter().map(|it| it.replace("{}", name)).collect::<Vec<_>>();
        names.iter().map(|it| command(&with(it))).collect()
    };
    call.task.status = 0;
    let list = commands.into_iter().map(|it| (it, false)).collect();
    call.task.frames.push(Frame::Run(Arc::new(Node::List(list))));
}

impl Machine {
    /// `timeout [-s SIGNAL] DURATION PROGRAM ARG..`: the program in a process of its own, and beside it one that ends it.
    pub(super) fn timeout(&mut self, task: &mut Task, argv: &[String]) -> Option<()> {
        let (mut signal, mut args) = ("TERM".to_owned(), &argv[1..]);
        loop {
            match args {
                [flag, name, rest @ ..] if flag == "-s" => (signal, args) = (name.clone(), rest),
                [flag, _, rest @ ..] if flag == "-k" => args = rest,
                [flag, ..] if flag.starts_with('-') => return None,
                _ => break,
            }
        }
        let [duration, program @ ..] = args else { return None };
        let span = clock::sleeps(std::slice::from_ref(duration)).ok()??;
        if program.is_empty() {
            return None;
        }
        let child = self.program_beside(task, command(program));
        let kill = ["kill".to_owned(), "-s".to_owned(), signal.clone(), child.to_string()];
        let watch = self.program_beside(task, command(&kill));
        let ends = self.now + span;
        if let Some(watch) = self.task_mut(watch).filter(|_| span > Span::ZERO) {
            watch.wait = Wait::Until(ends);
        }
        let status = if matches!(signal.as_str(), "KILL" | "9") { 128 + number("KILL") } else { TIMED_OUT };
        self.end_of_timeout(task, child, watch, status);
        Some(())
    }

    /// Waits until the program is over, and sees whether that was because its time was.
    pub(in super::super) fn end_of_timeout(&mut self, task: &mut Task, child: Pid, watch: Pid, status: i64) {
        let Some(own) = self.take_ended(child) else {
            task.frames.push(Frame::Timeout(child, watch, status));
            task.wait = Wait::Child(child);
            return;
        };
        let was_late = self.take_ended(watch).is_some();
        self.tasks.remove(&watch);
        task.status = if was_late { status } else { own };
        stop_on_error(task);
    }
}
