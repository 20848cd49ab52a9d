//! Commands once their words are known: assignments, redirections, the builtins that change the shell itself.

use std::sync::Arc;

use super::expand::{self, Failure};
use super::files::absolute;
use super::machine::Machine;
use super::script::{Node, Redirect, RedirectTo, Simple};
use super::step::stop_on_error;
use super::task::{Frame, Target, Task, Variable};
use super::word::Word;

impl Node {
    /// The scripts of its words, in the order in which they run.
    pub(super) fn scripts(&self) -> Box<dyn Iterator<Item = &Arc<Node>> + '_> {
        match self {
            Node::Simple(simple) => {
                let assigned = simple.assignments.iter().map(|(_, it)| it);
                Box::new(expand::scripts(assigned.chain(&simple.words).chain(redirect_words(&simple.redirects))))
            }
            Node::Redirected(_, redirects) => Box::new(expand::scripts(redirect_words(redirects))),
            Node::For { words, .. } => Box::new(expand::scripts(words.iter().flatten())),
            Node::Case(word, arms) => {
                let patterns = arms.iter().flat_map(|(patterns, _)| patterns);
                Box::new(expand::scripts(std::iter::once(word).chain(patterns)))
            }
            _ => Box::new(std::iter::empty()),
        }
    }
}

fn redirect_words(redirects: &[Redirect]) -> impl Iterator<Item = &Word> {
    redirects.iter().filter_map(|it| match &it.to {
        RedirectTo::Read(word) | RedirectTo::Write(word) | RedirectTo::Append(word) | RedirectTo::Text(word) => {
            Some(word)
        }
        RedirectTo::Duplicate(_) => None,
    })
}

/// Hands out the outputs of scripts, word by word.
struct Outputs<'a>(&'a [String]);

impl<'a> Outputs<'a> {
    fn of(&mut self, words: &[&Word]) -> &'a [String] {
        let count = words.iter().map(|it| it.scripts.len()).sum::<usize>().min(self.0.len());
        let (own, rest) = self.0.split_at(count);
        self.0 = rest;
        own
    }
}

impl Machine {
    /// Runs a command whose words' scripts printed `outputs`.
    pub(super) fn execute(&mut self, task: &mut Task, node: &Arc<Node>, outputs: &[String]) {
        let result = match &**node {
            Node::Simple(simple) => self.simple(task, simple, outputs),
            Node::Redirected(inner, redirects) => self.redirected(task, inner, redirects, outputs),
            Node::For { words, .. } => self.start_for(task, node, words.as_deref(), outputs),
            Node::Case(word, arms) => case(task, word, arms, outputs),
            _ => Ok(()),
        };
        match result {
            Ok(()) => {}
            Err(Failure::Unknown(what)) => self.stick(task, &what),
            Err(Failure::Message(message)) => {
                self.complain(task, &message);
                task.exit(2);
            }
        }
    }

    /// Prints a message of the shell to the standard error.
    pub(super) fn complain(&mut self, task: &Task, message: &str) {
        self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &format!("sh: {message}\n"));
    }

    fn simple(&mut self, task: &mut Task, simple: &Simple, outputs: &[String]) -> Result<(), Failure> {
        let mut outputs = Outputs(outputs);
        let mut assigned = Vec::with_capacity(simple.assignments.len());
        for (name, word) in &simple.assignments {
            assigned.push((name, expand::text(task, word, outputs.of(&[word]))?));
        }
        let words: Vec<&Word> = simple.words.iter().collect();
        let argv = expand::fields(task, &self.files, &simple.words, outputs.of(&words))?;
        if !simple.redirects.is_empty() {
            let old = task.fds.clone();
            if !self.redirect(task, &simple.redirects, &mut outputs)? {
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
            if simple.words.is_empty() && simple.assignments.iter().all(|(_, it)| it.scripts.is_empty()) {
                task.status = 0;
            }
            for (name, value) in assigned {
                self.assign(task, name, value);
            }
            return Ok(());
        }
        if !assigned.is_empty() {
            // They last for as long as the command does.
            let hidden =
                assigned.iter().map(|(name, _)| ((*name).clone(), task.variables.get(*name).cloned())).collect();
            task.frames.push(Frame::Call(task.args.clone(), hidden));
            for (name, value) in assigned {
                self.assign(task, name, value);
            }
        }
        self.command(task, argv);
        Ok(())
    }

    fn assign(&mut self, task: &mut Task, name: &str, value: String) {
        if !task.assign(name, value) {
            self.complain(task, &format!("{name}: is read only"));
            task.exit(2);
        }
    }

    fn redirected(
        &mut self,
        task: &mut Task,
        inner: &Arc<Node>,
        redirects: &[Redirect],
        outputs: &[String],
    ) -> Result<(), Failure> {
        let old = task.fds.clone();
        if self.redirect(task, redirects, &mut Outputs(outputs))? {
            task.frames.push(Frame::Restore(old));
            task.frames.push(Frame::Run(inner.clone()));
        } else {
            task.fds = old;
            task.status = 2;
        }
        Ok(())
    }

    /// Redirects descriptors; returns whether all could be.
    fn redirect(
        &mut self,
        task: &mut Task,
        redirects: &[Redirect],
        outputs: &mut Outputs<'_>,
    ) -> Result<bool, Failure> {
        for redirect in redirects {
            let target = match &redirect.to {
                RedirectTo::Duplicate(from) => task.fds.get(*from).cloned().unwrap_or(Target::Null),
                RedirectTo::Text(word) => Target::In(self.new_stream(expand::text(task, word, outputs.of(&[word]))?)),
                RedirectTo::Read(word) | RedirectTo::Write(word) | RedirectTo::Append(word) => {
                    let name = expand::text(task, word, outputs.of(&[word]))?;
                    match self.open(task, &redirect.to, &name) {
                        Ok(target) => target,
                        Err(why) => {
                            self.complain(task, &why);
                            return Ok(false);
                        }
                    }
                }
            };
            if task.fds.len() <= redirect.fd {
                task.fds.resize(redirect.fd + 1, Target::Null);
            }
            task.fds[redirect.fd] = target;
        }
        Ok(true)
    }

    fn open(&mut self, task: &Task, how: &RedirectTo, name: &str) -> Result<Target, String> {
        let path = absolute(&task.folder, name);
        match (path.as_str(), how) {
            ("/dev/null", _) => return Ok(Target::Null),
            ("/dev/stdout", _) if task.session != 1 => return Ok(Target::Session(task.session, false)),
            ("/dev/stderr", _) if task.session != 1 => return Ok(Target::Session(task.session, true)),
            ("/dev/stdout" | "/proc/1/fd/1", _) => return Ok(Target::Log(false)),
            ("/dev/stderr" | "/proc/1/fd/2", _) => return Ok(Target::Log(true)),
            _ => {}
        }
        match how {
            RedirectTo::Read(_) => {
                let text = self.files.read(&path).map_err(|why| format!("can't open {name}: {}", no_file(why)))?;
                Ok(Target::In(self.new_stream(text.to_string())))
            }
            _ => {
                let append = matches!(how, RedirectTo::Append(_));
                let made = self.files.write(&path, "", append, self.now);
                made.map_err(|why| format!("can't create {name}: {}", nonexistent(why)))?;
                Ok(Target::File(path))
            }
        }
    }

    fn start_for(
        &mut self,
        task: &mut Task,
        node: &Arc<Node>,
        words: Option<&[Word]>,
        outputs: &[String],
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
    fn command(&mut self, task: &mut Task, argv: Vec<String>) {
        let args = &argv[1..];
        match argv[0].as_str() {
            ":" => task.status = 0,
            "exit" => {
                let status = self.status_argument(task, args);
                task.exit(status);
            }
            "return" => {
                let status = self.status_argument(task, args);
                leave_function(task, status);
            }
            "break" | "continue" => leave_loop(task, argv[0] == "continue", args),
            "export" | "readonly" => self.export(task, args, argv[0] == "readonly"),
            "local" => self.local(task, args),
            "unset" => unset(task, args),
            "set" => self.set(task, args),
            "shift" => self.shift(task, args),
            "cd" => self.cd(task, args),
            "command" | "type" if argv[0] == "type" || args.first().is_some_and(|it| it == "-v" || it == "-V") => {
                self.locate(task, &argv);
            }
            "eval" | "." | "source" | "command" | "exec" => self.another(task, &argv),
            "trap" => self.trap(task, args),
            "wait" => self.wait(task, args),
            "kill" => self.kill(task, args),
            name => match task.functions.get(name).cloned() {
                Some(body) => {
                    task.frames.push(Frame::Call(task.args.clone(), Vec::new()));
                    task.args = Arc::new(args.to_vec());
                    task.frames.push(Frame::Run(body));
                }
                None => self.program(task, argv),
            },
        }
    }

    /// `command -v NAME` and `type NAME`: what a name stands for.
    fn locate(&mut self, task: &mut Task, argv: &[String]) {
        let explains = argv[0] == "type" || argv[1] == "-V";
        task.status = 0;
        for name in argv[1..].iter().filter(|it| !it.starts_with('-')) {
            let builtin = is_builtin(name) || task.functions.contains_key(name);
            let found = if builtin { Some(name.clone()) } else { super::programs::location(name) };
            let line = match found {
                Some(_) if explains && builtin => format!("{name} is a shell builtin\n"),
                Some(path) if explains => format!("{name} is {path}\n"),
                Some(path) => format!("{path}\n"),
                None => {
                    task.status = 127;
                    if explains { format!("{name}: not found\n") } else { String::new() }
                }
            };
            self.print(&task.fds.get(1).cloned().unwrap_or(Target::Null), &line);
        }
        stop_on_error(task);
    }

    fn status_argument(&mut self, task: &Task, args: &[String]) -> i64 {
        match args.first() {
            None => task.status,
            Some(text) => text.parse::<u32>().map_or_else(
                |_| {
                    self.complain(task, &format!("exit: Illegal number: {text}"));
                    2
                },
                |it| i64::from(it & 0xff),
            ),
        }
    }

    fn export(&mut self, task: &mut Task, args: &[String], readonly: bool) {
        task.status = 0;
        for arg in args {
            let (name, value) = match arg.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (arg.as_str(), None),
            };
            if let Some(value) = value {
                self.assign(task, name, value.to_owned());
            }
            if readonly && let Some(variable) = Arc::make_mut(&mut task.variables).get_mut(name) {
                variable.readonly = true;
            }
        }
    }

    fn local(&mut self, task: &mut Task, args: &[String]) {
        task.status = 0;
        for arg in args {
            let (name, value) = arg.split_once('=').unwrap_or((arg, ""));
            let old = task.variables.get(name).cloned();
            let call = task.frames.iter_mut().rev().find_map(|it| match it {
                Frame::Call(_, locals) => Some(locals),
                _ => None,
            });
            match call {
                Some(locals) => locals.push((name.to_owned(), old)),
                None => return self.complain(task, "local: not in a function"),
            }
            self.assign(task, name, value.to_owned());
        }
    }

    fn set(&mut self, task: &mut Task, args: &[String]) {
        task.status = 0;
        let mut rest = args;
        while let [flag, after @ ..] = rest {
            let on = flag.starts_with('-');
            if flag == "--" || !(on || flag.starts_with('+')) {
                break;
            }
            rest = after;
            for letter in flag[1..].chars() {
                match letter {
                    'e' => task.stops_on_error = on,
                    'u' => task.stops_on_unset = on,
                    // What a trace prints is not kept; a shell that prints none runs the same.
                    'x' | 'v' | 'm' | 'a' | 'f' | 'h' => {}
                    'o' => {
                        match rest.first().map(String::as_str) {
                            Some("errexit") => task.stops_on_error = on,
                            Some("nounset") => task.stops_on_unset = on,
                            _ => {}
                        }
                        rest = rest.get(1..).unwrap_or_default();
                    }
                    _ => {
                        self.complain(task, &format!("set: Illegal option -{letter}"));
                        return task.exit(2);
                    }
                }
            }
        }
        match rest {
            [first, after @ ..] if first == "--" => task.args = Arc::new(after.to_vec()),
            [] => {}
            values => task.args = Arc::new(values.to_vec()),
        }
    }

    fn shift(&mut self, task: &mut Task, args: &[String]) {
        let count = args.first().map_or(Ok(1), |it| it.parse::<usize>());
        match count {
            Ok(count) if count <= task.args.len() => {
                task.args = Arc::new(task.args[count..].to_vec());
                task.status = 0;
            }
            _ => {
                self.complain(task, "shift: can't shift that many");
                task.exit(2);
            }
        }
    }

    fn cd(&mut self, task: &mut Task, args: &[String]) {
        let to = args.first().map_or("/root", String::as_str);
        let path = absolute(&task.folder, to);
        if matches!(self.files.get(&path), Some(super::files::Entry::Folder)) {
            task.folder = path;
            task.status = 0;
        } else {
            self.complain(task, &format!("cd: can't cd to {to}"));
            task.status = 2;
            stop_on_error(task);
        }
    }

    /// Commands that run another: `eval`, `command`, `exec`.
    fn another(&mut self, task: &mut Task, argv: &[String]) {
        match (argv[0].as_str(), argv.get(1)) {
            ("eval", _) => match super::script::parse(&argv[1..].join(" ")) {
                Ok(node) => task.frames.push(Frame::Run(node)),
                Err(refused) => {
                    self.complain(task, refused.complaint().trim_start_matches("sh: ").trim_end());
                    task.exit(2);
                }
            },
            (".", Some(name)) | ("source", Some(name)) => match self.files.read(&absolute(&task.folder, name)) {
                Ok(text) => match super::script::parse(&text) {
                    Ok(node) => task.frames.push(Frame::Run(node)),
                    Err(_) => task.exit(2),
                },
                Err(_) => {
                    self.complain(task, &format!("can't open '{name}': No such file or directory"));
                    task.exit(2);
                }
            },
            ("exec", Some(_)) => {
                // The program takes the place of the shell, whose handlers are gone.
                task.traps = Arc::default();
                task.frames.clear();
                self.program(task, argv[1..].to_vec());
            }
            ("command", Some(_)) => self.program(task, argv[1..].to_vec()),
            _ => task.status = 0,
        }
    }
}

/// Whether busybox's shell does it itself.
fn is_builtin(name: &str) -> bool {
    matches!(
        name,
        ":" | "."
            | "["
            | "break"
            | "cd"
            | "command"
            | "continue"
            | "echo"
            | "eval"
            | "exec"
            | "exit"
            | "export"
            | "false"
            | "kill"
            | "local"
            | "printf"
            | "pwd"
            | "read"
            | "readonly"
            | "return"
            | "set"
            | "shift"
            | "test"
            | "trap"
            | "true"
            | "type"
            | "unset"
            | "wait"
    )
}

fn case(
    task: &mut Task,
    word: &Word,
    arms: &[(Vec<Word>, Option<Arc<Node>>)],
    outputs: &[String],
) -> Result<(), Failure> {
    let mut outputs = Outputs(outputs);
    let text = expand::text(task, word, outputs.of(&[word]))?;
    task.status = 0;
    for (patterns, body) in arms {
        for pattern in patterns {
            if expand::pattern(task, pattern, outputs.of(&[pattern]))?.matches(&text) {
                task.frames.extend(body.iter().cloned().map(Frame::Run));
                return Ok(());
            }
        }
    }
    Ok(())
}

fn unset(task: &mut Task, args: &[String]) {
    task.status = 0;
    for arg in args.iter().filter(|it| !it.starts_with('-')) {
        Arc::make_mut(&mut task.variables).remove(arg);
        Arc::make_mut(&mut task.functions).remove(arg);
    }
}

fn leave_function(task: &mut Task, status: i64) {
    let Some(at) = task.frames.iter().rposition(|it| matches!(it, Frame::Call(..))) else {
        return task.exit(status);
    };
    // The descriptors of redirections inside of the function come back as it is left.
    let restored = task.frames[at..].iter().find_map(|it| match it {
        Frame::Restore(fds) => Some(fds.clone()),
        _ => None,
    });
    if let Some(fds) = restored {
        task.fds = fds;
    }
    task.frames.truncate(at + 1);
    task.status = status;
}

fn leave_loop(task: &mut Task, goes_on: bool, args: &[String]) {
    let mut levels = args.first().and_then(|it| it.parse::<usize>().ok()).unwrap_or(1).max(1);
    task.status = 0;
    while let Some(frame) = task.frames.pop() {
        match frame {
            Frame::While(node, _, _) => {
                levels -= 1;
                if levels == 0 {
                    if goes_on {
                        task.frames.push(Frame::While(node, true, 0));
                    }
                    return;
                }
            }
            Frame::For(node, values) => {
                levels -= 1;
                if levels == 0 {
                    if goes_on {
                        task.frames.push(Frame::For(node, values));
                    }
                    return;
                }
            }
            Frame::Restore(fds) => task.fds = fds,
            Frame::Call(args, locals) => {
                // A loop around the function is not the function's to leave.
                task.frames.push(Frame::Call(args, locals));
                return;
            }
            _ => {}
        }
    }
}

fn no_file(why: &'static str) -> &'static str {
    if why == "No such file or directory" { "no such file" } else { why }
}

fn nonexistent(why: &'static str) -> &'static str {
    if why == "No such file or directory" { "nonexistent directory" } else { why }
}

/// A variable that is set from outside.
pub fn given(value: Option<String>) -> Variable {
    Variable { value, readonly: false }
}
