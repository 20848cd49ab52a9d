//! The programs that are interpreted, by what they do: as busybox has them, whose images the scripts mostly name.

mod clock;
mod file;
pub mod known;
pub mod network;
mod tar;
mod text;
mod truth;

use super::files::absolute;
use super::machine::Machine;
use super::network::Question;
use super::task::{Frame, StreamId, Target, Task, Wait};
use crate::clock::{Span, Time};
use network::Listener;

/// What a program comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It ended with this status.
    Done(i64),
    /// It ends well after this long.
    After(Span),
    /// It ends with this status after this long, and says this on its standard error then.
    Later(Span, i64, String),
    /// It asks the network first, and is run anew with the answer.
    Ask(Box<Question>),
    /// It waits for connections.
    Listen(Listener),
    /// It never ends by itself.
    Never,
    /// It needs a line of this stream first, and is run anew then.
    Line(StreamId),
    /// It goes on with these arguments when there is something in this stream, or its end.
    Text(StreamId, Vec<String>),
    /// It needs all of this stream first, and is run anew then.
    All(StreamId),
    /// It goes on with these arguments when the file at a path has another length than this one.
    Change(String, usize, Vec<String>),
    /// It is not interpreted as it was called.
    Unknown,
}

/// What a program has to do with.
pub struct Call<'a> {
    /// The machine.
    pub machine: &'a mut Machine,
    /// The process.
    pub task: &'a mut Task,
    /// Its name, without a folder.
    pub name: &'a str,
    /// Its arguments.
    pub args: &'a [String],
}

impl Call<'_> {
    /// Prints to the standard output.
    pub fn print(&mut self, text: &str) {
        let target = self.task.fds.get(1).cloned().unwrap_or(Target::Null);
        self.machine.print(&target, text);
    }

    /// Prints `NAME: message` to the standard error, and fails.
    pub fn fail(&mut self, message: &str) -> Outcome {
        let target = self.task.fds.get(2).cloned().unwrap_or(Target::Null);
        self.machine.print(&target, &format!("{}: {message}\n", self.name));
        Outcome::Done(1)
    }

    /// The instant.
    pub fn now(&self) -> Time {
        self.machine.now
    }

    /// The flags, one letter each, and the other arguments; `None` when there is a flag that is not among `known`.
    pub fn flags(&self, known: &str) -> Option<(String, Vec<String>)> {
        let (mut flags, mut rest) = (String::new(), Vec::new());
        let mut args = self.args.iter();
        for arg in args.by_ref() {
            if arg == "--" {
                break;
            }
            match arg.strip_prefix('-').filter(|it| !it.is_empty()) {
                Some(letters) if rest.is_empty() => {
                    if !letters.chars().all(|it| known.contains(it)) {
                        return None;
                    }
                    flags.push_str(letters);
                }
                _ => rest.push(arg.clone()),
            }
        }
        rest.extend(args.cloned());
        Some((flags, rest))
    }

    /// All of the standard input, or the stream to wait for.
    pub fn input(&mut self) -> Result<String, Outcome> {
        match self.task.fds.first() {
            Some(Target::In(stream)) => {
                let stream = *stream;
                if self.machine.has_writers(stream) {
                    return Err(Outcome::All(stream));
                }
                Ok(self.machine.streams.get_mut(&stream).map(|it| std::mem::take(&mut it.text)).unwrap_or_default())
            }
            _ => Ok(String::new()),
        }
    }

    /// The text of files, or of the standard input when there are none or for `-`. A file that cannot be read is told of,
    /// and makes the second value false.
    pub fn texts(&mut self, names: &[String]) -> Result<(Vec<(String, String)>, bool), Outcome> {
        if names.is_empty() {
            return Ok((vec![(String::new(), self.input()?)], true));
        }
        let (mut texts, mut all) = (Vec::new(), true);
        for name in names {
            if name == "-" {
                texts.push((name.clone(), self.input()?));
                continue;
            }
            match self.machine.files.read(&super::files::absolute(&self.task.folder, name)) {
                Ok(text) => texts.push((name.clone(), text.to_string())),
                Err(why) => {
                    self.fail(&file::refusal(self.name, name, why));
                    all = false;
                }
            }
        }
        Ok((texts, all))
    }
}

/// Whether `name` is a program that is interpreted, when nothing but the container runtime looks for it.
pub fn is_program(name: &str) -> bool {
    matches!(
        name,
        "sleep"
            | "date"
            | "true"
            | "false"
            | "echo"
            | "printf"
            | "cat"
            | "touch"
            | "rm"
            | "mkdir"
            | "chmod"
            | "rmdir"
            | "ls"
            | "test"
            | "["
            | "seq"
            | "hostname"
            | "env"
            | "head"
            | "tail"
            | "wc"
            | "grep"
            | "sort"
            | "tar"
            | "tee"
            | "pwd"
            | "expr"
            | "basename"
            | "dirname"
            | "cp"
            | "mv"
            | "uname"
            | "whoami"
            | "id"
            | "nproc"
            | "usleep"
            | "which"
            | "yes"
            | "wget"
            | "curl"
            | "nc"
            | "nslookup"
            | "httpd"
    )
}

/// When a program ends and how, if it prints nothing and touches nothing: it then needs no machine. `None` inside stands for
/// one that never ends.
pub fn plain(argv: &[String]) -> Option<Option<(Span, i64)>> {
    let (name, args) = argv.split_first()?;
    match base_name(name) {
        "sleep" => clock::sleeps(args).ok().map(|span| span.map(|it| (it, 0))),
        "true" => Some(Some((Span::ZERO, 0))),
        "false" => Some(Some((Span::ZERO, 1))),
        _ => None,
    }
}

/// Whether a shell is called without a script, so that it reads one from its standard input.
pub fn reads_its_script(argv: &[String]) -> bool {
    argv.iter().skip(1).all(|it| matches!(it.as_str(), "-" | "-i" | "-l" | "-s"))
}

/// The last part of a program's path, when it is in one of the usual folders.
pub fn base_name(path: &str) -> &str {
    ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/", "/usr/sbin/"]
        .iter()
        .find_map(|it| path.strip_prefix(it))
        .unwrap_or(path)
}

fn run(call: &mut Call<'_>) -> Outcome {
    match call.name {
        "true" => Outcome::Done(0),
        "false" => Outcome::Done(1),
        "sleep" | "usleep" => clock::sleep(call),
        "date" => clock::date(call),
        "echo" => text::echo(call),
        "printf" => text::printf(call),
        "read" => text::read(call),
        "seq" => text::seq(call),
        "cat" | "head" | "tail" | "wc" | "grep" | "sort" | "tee" => text::filter(call),
        "touch" | "rm" | "mkdir" | "rmdir" | "ls" | "chmod" | "cp" | "mv" => file::run(call),
        "tar" => tar::run(call),
        "test" | "[" => truth::test(call),
        "expr" => truth::expr(call),
        "env" | "printenv" => environment(call),
        "which" => which(call),
        "wget" | "curl" | "nc" | "nslookup" | "httpd" => network::run(call),
        "hostname" => {
            let name = call.task.variable("HOSTNAME").unwrap_or("localhost").to_owned();
            say(call, &name)
        }
        "pwd" => {
            let folder = call.task.folder.clone();
            say(call, &folder)
        }
        "whoami" => say(call, "root"),
        "nproc" => say(call, "1"),
        "uname" if call.args.is_empty() => say(call, "Linux"),
        "id" if call.args.is_empty() => say(call, "uid=0(root) gid=0(root) groups=0(root)"),
        "id" if call.args == ["-u"] => say(call, "0"),
        "basename" if call.args.len() == 1 => {
            let name = call.args[0].trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
            say(call, &name)
        }
        "dirname" if call.args.len() == 1 => {
            let folder = match call.args[0].trim_end_matches('/').rsplit_once('/') {
                Some(("", _)) => "/".to_owned(),
                Some((folder, _)) => folder.to_owned(),
                None => ".".to_owned(),
            };
            say(call, &folder)
        }
        _ => Outcome::Unknown,
    }
}

fn say(call: &mut Call<'_>, text: &str) -> Outcome {
    call.print(&format!("{text}\n"));
    Outcome::Done(0)
}

/// Where a program is, as `which` and `command -v` tell.
pub fn location(name: &str) -> Option<String> {
    let is_there = is_program(name) || known::exists(name);
    (is_there && !name.contains('/')).then(|| format!("/bin/{name}"))
}

fn which(call: &mut Call<'_>) -> Outcome {
    let found: Vec<String> = call.args.iter().filter_map(|it| location(it)).collect();
    for path in &found {
        say(call, path);
    }
    Outcome::Done(i64::from(found.len() < call.args.len()))
}

fn environment(call: &mut Call<'_>) -> Outcome {
    match call.args {
        [] => {
            let all = call.task.variables.iter();
            let text: String = all.filter_map(|(name, it)| Some(format!("{name}={}\n", it.value.as_ref()?))).collect();
            call.print(&text);
            Outcome::Done(0)
        }
        [name] if call.name == "printenv" => match call.task.variable(name).map(str::to_owned) {
            Some(value) => say(call, &value),
            None => Outcome::Done(1),
        },
        _ => Outcome::Unknown,
    }
}

impl Machine {
    /// Runs a program, or comes back to one that waited.
    pub(super) fn program(&mut self, task: &mut Task, argv: Vec<String>) {
        let name = base_name(&argv[0]).to_owned();
        if name == "wait" {
            return self.wait_again(task, &argv[1..]);
        }
        let is_there = |file: &str| self.files.get(&absolute(&task.folder, file)).is_some();
        if matches!(name.as_str(), "sh" | "ash" | "bash" | "dash") {
            if argv.get(1).is_some_and(|it| it == "-c") {
                let script = argv.get(2).map(String::as_str).unwrap_or_default();
                return self.inner_shell(task, script, argv.get(4..).unwrap_or_default());
            }
            if argv.get(1).is_some_and(|it| !it.starts_with(['-', '+']) && is_there(it)) {
                return self.script_file(task, &argv[1..], false);
            }
            if reads_its_script(&argv) {
                return self.shell_of_input(task);
            }
        }
        if argv[0].contains('/') && name == argv[0] && is_there(&name) {
            return self.script_file(task, &argv, true);
        }
        if name == "env" && argv.len() > 1 {
            return self.with_environment(task, &argv);
        }
        let outcome = run(&mut Call { machine: self, task, name: &name, args: &argv[1..] });
        match outcome {
            Outcome::Done(status) => {
                task.status = status;
                super::step::stop_on_error(task);
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
            Outcome::Text(stream, again) => {
                task.wait = Wait::Text(stream);
                task.frames.push(Frame::Program(again));
            }
            Outcome::All(stream) => {
                task.wait = Wait::End(stream);
                task.frames.push(Frame::Program(argv));
            }
            Outcome::Change(path, seen, again) => {
                task.wait = Wait::Change(path, seen);
                task.frames.push(Frame::Program(again));
            }
            Outcome::Unknown if self.is_base && !known::exists(&argv[0]) && !is_program(&name) => {
                self.complain(task, &format!("{}: not found", argv[0]));
                task.status = 127;
                super::step::stop_on_error(task);
            }
            Outcome::Unknown => {
                let shown = if is_program(&name) { argv.join(" ") } else { argv[0].clone() };
                self.stick(task, &shown);
            }
        }
    }

    /// Runs the script that is in a file: `sh FILE ARG..`, or the file itself where that may be `executed`.
    fn script_file(&mut self, task: &mut Task, argv: &[String], executed: bool) {
        let path = absolute(&task.folder, &argv[0]);
        let (why, status) = match self.files.read(&path) {
            Ok(_) if executed && !self.files.is_executable(&path) => ("Permission denied", 126),
            Ok(text) => return self.inner_shell(task, &text, &argv[1..]),
            Err("Is a directory") if executed => ("Permission denied", 126),
            Err(why) => (why, if executed { 127 } else { 2 }),
        };
        let what = if executed { argv[0].clone() } else { format!("can't open '{}'", argv[0]) };
        self.complain(task, &format!("{what}: {why}"));
        task.status = status;
        super::step::stop_on_error(task);
    }

    /// `env A=1 PROGRAM ARG..`: the variables last for as long as the program does.
    fn with_environment(&mut self, task: &mut Task, argv: &[String]) {
        let is_variable = |it: &&String| it.split_once('=').is_some_and(|(name, _)| !name.is_empty());
        let variables: Vec<&String> = argv[1..].iter().take_while(is_variable).collect();
        let rest = &argv[1 + variables.len()..];
        if rest.first().is_some_and(|it| it.starts_with('-')) {
            return self.stick(task, &argv.join(" "));
        }
        let pairs = variables.iter().filter_map(|it| it.split_once('='));
        let hidden = pairs.clone().map(|(name, _)| (name.to_owned(), task.variables.get(name).cloned())).collect();
        task.frames.push(Frame::Call(task.args.clone(), hidden));
        for (name, value) in pairs {
            task.assign(name, value.to_owned());
        }
        let program = if rest.is_empty() { vec!["env".to_owned()] } else { rest.to_vec() };
        self.program(task, program);
    }

    /// `sh -c SCRIPT` within a script: a shell of its own, which knows what is exported; here that is everything.
    fn inner_shell(&mut self, task: &mut Task, script: &str, args: &[String]) {
        match super::script::parse(script) {
            Ok(node) => {
                let child = self.spawn(task, node, task.fds.clone());
                if let Some(child) = self.tasks.get_mut(&child) {
                    child.args = std::sync::Arc::new(args.to_vec());
                    child.stops_on_error = false;
                    child.guarded = false;
                }
                task.frames.push(Frame::Subshell(child));
                task.wait = Wait::Child(child);
            }
            Err(refused) => {
                self.print(&task.fds.get(2).cloned().unwrap_or(Target::Null), &refused.complaint());
                task.status = 2;
                super::step::stop_on_error(task);
            }
        }
    }
}
