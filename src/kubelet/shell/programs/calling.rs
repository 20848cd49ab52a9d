//! How a program is called, and what its process comes to next: an end, a wait, or another program.

use super::super::dialect::Dialect;
use super::super::files::{Entry, absolute};
use super::super::invocation::{Invocation, Source};
use super::super::machine::Machine;
use super::super::task::{Frame, Task, Wait};
use super::{Call, Outcome, base_name, is_program, known, run};

/// Whether it is a word that other shells have.
fn is_nowhere(dialect: Dialect, name: &str) -> bool {
    dialect == Dialect::Dash && matches!(name, "[[" | "source" | "let" | "declare" | "typeset") || name.contains("+=")
}

impl Machine {
    /// Runs a program, or comes back to one that waited.
    pub(in super::super) fn program(&mut self, task: &mut Task, argv: Vec<String>) {
        let name = base_name(&argv[0]);
        if name == "wait" {
            return self.wait_again(task, &argv[1..]);
        }
        let is_there = |file: &str| self.files.get(&absolute(&task.folder, file)).is_some();
        if matches!(name, "sh" | "ash" | "bash" | "dash") {
            return self.called_shell(task, argv);
        }
        if argv[0].contains('/') && name == argv[0] && is_there(name) {
            return self.script_file(task, &argv);
        }
        if name == "env" && argv.len() > 1 {
            return self.with_environment(task, &argv);
        }
        if name == "timeout" {
            if self.timeout(task, &argv).is_none() {
                self.stick(task, &argv.join(" "));
            }
            return;
        }
        let outcome = run(&mut Call { machine: self, task, name, args: &argv[1..] });
        self.come_to(task, argv, outcome);
    }

    /// What a program called as `argv` came to.
    fn come_to(&mut self, task: &mut Task, argv: Vec<String>, outcome: Outcome) {
        match outcome {
            Outcome::Done(status) => {
                task.status = status;
                super::super::step::stop_on_error(task);
            }
            Outcome::After(span) => {
                task.status = 0;
                task.wait = Wait::Until(self.now + span);
            }
            Outcome::Later(span, status, text) => {
                task.wait = Wait::Until(self.now + span);
                task.frames.push(Frame::Fails(status, text));
            }
            Outcome::Ask(question) => {
                self.asked();
                task.wait = Wait::Answer(question);
                task.frames.push(Frame::Program(argv));
            }
            Outcome::Listen(listener) => {
                self.listened = true;
                task.status = 0;
                task.wait = Wait::Listen(listener);
            }
            Outcome::Never => task.wait = Wait::Forever,
            Outcome::Line(stream) => {
                task.wait = Wait::Line(stream);
                task.frames.push(Frame::Program(argv));
            }
            Outcome::All(stream) => {
                task.wait = Wait::End(stream);
                task.frames.push(Frame::Program(argv));
            }
            Outcome::Lines(stream, count) => {
                task.wait = Wait::Lines(stream, count);
                task.frames.push(Frame::Program(argv));
            }
            Outcome::More(stream, again) => {
                task.wait = Wait::More(stream);
                task.frames.push(Frame::Program(again));
            }
            Outcome::Runs => {}
            Outcome::Change(path, seen, again) => {
                task.wait = Wait::Change(path, seen);
                task.frames.push(Frame::Program(again));
            }
            Outcome::Unknown
                if is_nowhere(task.dialect, &argv[0])
                    || self.is_base && !known::exists(&argv[0]) && !is_program(base_name(&argv[0])) =>
            {
                let is_folder = matches!(self.files.get(&absolute(&task.folder, &argv[0])), Some(Entry::Folder));
                let (why, status) = match task.dialect {
                    _ if is_folder => ("Permission denied", 126),
                    Dialect::Bash if !argv[0].contains('/') => ("command not found", 127),
                    Dialect::Bash => ("No such file or directory", 127),
                    _ => ("not found", 127),
                };
                self.complain(task, &format!("{}: {why}", argv[0]));
                task.status = status;
                super::super::step::stop_on_error(task);
            }
            Outcome::Unknown => {
                let shown = if is_program(base_name(&argv[0])) { argv.join(" ") } else { argv[0].clone() };
                self.stick(task, &shown);
            }
        }
    }

    /// A shell in a process of its own: it runs a text, a file, or what comes on its standard input.
    fn called_shell(&mut self, task: &mut Task, argv: Vec<String>) {
        let invocation = match Invocation::parse(&argv) {
            Ok(invocation) => Invocation { dialect: self.sh.of_program(&argv[0]), ..invocation },
            Err(construct) => return self.stick(task, &construct),
        };
        match &invocation.script {
            Source::Text(script) => self.inner_shell(task, &script.clone(), &invocation),
            Source::File(name) => match self.files.read(&absolute(&task.folder, name)) {
                Ok(text) => self.inner_shell(task, &text, &invocation),
                Err(why) => {
                    self.complain(task, &format!("can't open '{name}': {why}"));
                    task.status = 2;
                    super::super::step::stop_on_error(task);
                }
            },
            Source::Input => self.shell_of_input(task, &invocation),
        }
    }

    /// Runs the script in a file that is called by its path, if it may be executed.
    fn script_file(&mut self, task: &mut Task, argv: &[String]) {
        let path = absolute(&task.folder, &argv[0]);
        let (why, status) = match self.files.read(&path) {
            Ok(text) if self.files.is_executable(&path) => {
                let (name, args) = (argv[0].clone(), argv[1..].to_vec());
                let program = text.lines().next().and_then(|it| it.strip_prefix("#!")).unwrap_or_default();
                let words = program.split_whitespace();
                let program = words.clone().find(|it| !it.ends_with("/env")).unwrap_or("sh");
                let dialect = self.sh.of_program(program);
                return self.inner_shell(task, &text, &Invocation { name, args, dialect, ..Invocation::default() });
            }
            Ok(_) | Err("Is a directory") => ("Permission denied", 126),
            Err(why) => (why, 127),
        };
        self.complain(task, &format!("{}: {why}", argv[0]));
        task.status = status;
        super::super::step::stop_on_error(task);
    }

    /// `env [-i] [-u NAME] [A=1 ..] [PROGRAM ARG..]`: the variables last for as long as the program does.
    fn with_environment(&mut self, task: &mut Task, argv: &[String]) {
        let before = task.variables.clone();
        let mut args = &argv[1..];
        let mut variables = before.clone();
        loop {
            args = match args {
                [flag, rest @ ..] if flag == "-i" || flag == "-" => {
                    variables.values_mut().for_each(|it| it.exported = false);
                    rest
                }
                [flag, name, rest @ ..] if flag == "-u" => {
                    variables.remove(name.as_str());
                    rest
                }
                [flag, ..] if flag.starts_with('-') => return self.stick(task, &argv.join(" ")),
                [pair, rest @ ..] if pair.find('=').is_some_and(|at| at > 0) => {
                    let (name, value) = pair.split_once('=').unwrap_or_default();
                    variables.insert(name.into(), super::super::exported(value.into()));
                    rest
                }
                _ => break,
            };
        }
        let changed = variables.keys().chain(before.keys()).filter(|name| variables.get(*name) != before.get(*name));
        let hidden = changed.map(|name| (name.clone(), before.get(name).cloned())).collect();
        task.frames.push(Frame::Call(task.args.clone(), hidden));
        task.variables = variables;
        let program = if args.is_empty() { vec!["env".to_owned()] } else { args.to_vec() };
        self.program(task, program);
    }
}
