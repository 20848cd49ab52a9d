//! The programs that are interpreted, by what they do: as busybox has them, whose images the scripts mostly name.

mod clock;
mod columns;
mod digest;
mod file;
mod find;
mod grep;
pub mod known;
pub mod network;
mod printf;
mod regular;
mod run;
mod sed;
mod tar;
mod text;
mod truth;

use super::files::{Entry, absolute};
use super::invocation::{Invocation, Source};
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
    /// It needs all of this stream first, and is run anew then.
    All(StreamId),
    /// It needs so many lines of this stream first, and is run anew then.
    Lines(StreamId, usize),
    /// It goes on as this command when there is more in this stream, or its end.
    More(StreamId, Vec<String>),
    /// Other commands are to be run, which its process comes to next.
    Runs,
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

    /// What there is of the standard input, and the stream if more may come. Waits until there is something.
    pub fn what_is_there(&mut self) -> Result<(String, Option<StreamId>), Outcome> {
        let Some(Target::In(stream)) = self.task.fds.first().cloned() else {
            return Ok((String::new(), None));
        };
        let more = self.machine.has_writers(stream);
        let text = self.machine.streams.get_mut(&stream).map(|it| std::mem::take(&mut it.text)).unwrap_or_default();
        Ok((text, more.then_some(stream)))
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

/// The programs that are interpreted, by name.
const PROGRAMS: [&str; 67] = [
    "[",
    "base64",
    "basename",
    "cat",
    "chmod",
    "chown",
    "cp",
    "curl",
    "cut",
    "date",
    "dirname",
    "echo",
    "egrep",
    "env",
    "expr",
    "false",
    "fgrep",
    "find",
    "grep",
    "head",
    "hostname",
    "httpd",
    "id",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "nc",
    "nl",
    "nproc",
    "nslookup",
    "paste",
    "printenv",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "rev",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "sha256sum",
    "sha512sum",
    "sleep",
    "sort",
    "sync",
    "tac",
    "tail",
    "tar",
    "tee",
    "test",
    "timeout",
    "touch",
    "tr",
    "true",
    "tty",
    "uname",
    "uniq",
    "usleep",
    "wc",
    "wget",
    "which",
    "whoami",
    "xargs",
    "yes",
];

/// Whether `name` is a program that is interpreted, when nothing but the container runtime looks for it.
pub fn is_program(name: &str) -> bool {
    PROGRAMS.binary_search(&name).is_ok()
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

/// The last part of a program's path, when it is in one of the usual folders.
pub fn base_name(path: &str) -> &str {
    ["/bin/", "/usr/bin/", "/usr/local/bin/", "/sbin/", "/usr/sbin/"]
        .iter()
        .find_map(|it| path.strip_prefix(it))
        .unwrap_or(path)
}

fn run(call: &mut Call<'_>) -> Outcome {
    let either = |it: Result<Outcome, Outcome>| it.unwrap_or_else(|outcome| outcome);
    match call.name {
        "true" | "sync" => Outcome::Done(0),
        "false" => Outcome::Done(1),
        "sleep" | "usleep" => clock::sleep(call),
        "date" => clock::date(call),
        "echo" => text::echo(call),
        "printf" => printf::printf(call),
        "read" => text::read(call),
        "seq" => text::seq(call),
        "cat" | "head" | "tail" | "wc" | "tee" => text::filter(call),
        "grep" | "egrep" | "fgrep" => either(grep::grep(call)),
        "sed" => either(sed::sed(call)),
        "cut" => either(columns::cut(call)),
        "tr" => either(columns::tr(call)),
        "sort" => either(columns::sort(call)),
        "uniq" => either(columns::uniq(call)),
        "paste" => either(columns::paste(call)),
        "rev" | "tac" | "nl" => either(columns::turned(call)),
        "base64" => either(digest::base64(call)),
        "sha256sum" | "sha512sum" => either(digest::sum(call)),
        "xargs" => either(run::xargs(call)),
        "find" => find::find(call),
        "touch" | "rm" | "mkdir" | "rmdir" | "ls" | "chmod" | "chown" | "cp" | "mv" | "ln" | "readlink"
        | "realpath" => file::run(call),
        "tar" => tar::run(call),
        "test" | "[" => truth::test(call),
        "expr" => truth::expr(call),
        "env" | "printenv" => environment(call),
        "which" => which(call),
        "mktemp" => make_temporary(call),
        "wget" | "curl" | "nc" | "nslookup" | "httpd" => network::run(call),
        "yes" => yes(call),
        _ => about(call),
    }
}

/// Programs that tell of the container and of names.
fn about(call: &mut Call<'_>) -> Outcome {
    let args: Vec<&str> = call.args.iter().map(String::as_str).collect();
    let host = call.task.variable("HOSTNAME").unwrap_or("localhost").to_owned();
    match (call.name, args.as_slice()) {
        ("hostname", [] | ["-s" | "-f"]) => say(call, &host),
        ("pwd", _) => {
            let folder = call.task.folder.clone();
            say(call, &folder)
        }
        ("whoami", _) | ("id", ["-un" | "-gn"]) => say(call, "root"),
        ("nproc", _) => say(call, "1"),
        ("tty", _) => {
            say(call, "not a tty");
            Outcome::Done(1)
        }
        ("uname", [] | ["-s"]) => say(call, "Linux"),
        ("uname", ["-n"]) => say(call, &host),
        ("uname", ["-m" | "-p" | "-i"]) => say(call, "x86_64"),
        ("uname", ["-o"]) => say(call, "GNU/Linux"),
        ("id", []) => say(call, "uid=0(root) gid=0(root) groups=0(root)"),
        ("id", ["-u" | "-g" | "-G"]) => say(call, "0"),
        ("basename", [name]) => {
            let name = last_part(name).to_owned();
            say(call, &name)
        }
        ("basename", [name, end]) => {
            let name = last_part(name);
            let short = name.strip_suffix(end).filter(|it| !it.is_empty()).unwrap_or(name).to_owned();
            say(call, &short)
        }
        ("dirname", [name]) => {
            let folder = match name.trim_end_matches('/').rsplit_once('/') {
                _ if name.starts_with('/') && name.trim_end_matches('/').is_empty() => "/".to_owned(),
                Some(("", _)) => "/".to_owned(),
                Some((folder, _)) => folder.trim_end_matches('/').to_owned(),
                None => ".".to_owned(),
            };
            say(call, &folder)
        }
        _ => Outcome::Unknown,
    }
}

fn last_part(name: &str) -> &str {
    let name = if name.len() > 1 { name.trim_end_matches('/') } else { name };
    match name.rsplit_once('/') {
        _ if name.is_empty() || name == "/" => "/",
        Some((_, last)) => last,
        None => name,
    }
}

/// `mktemp [-d] [TEMPLATE]`: a new file or folder.
fn make_temporary(call: &mut Call<'_>) -> Outcome {
    let Some((flags, names)) = call.flags("dq") else {
        return Outcome::Unknown;
    };
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let template = names.first().cloned().unwrap_or_else(|| "/tmp/tmp.XXXXXX".to_owned());
    let start = template.trim_end_matches('X');
    loop {
        let letter = |call: &mut Call<'_>| char::from(LETTERS[call.task.next_random() as usize % LETTERS.len()]);
        let end: String = (start.len()..template.len()).map(|_| letter(call)).collect();
        let (name, now) = (format!("{start}{end}"), call.now());
        let path = absolute(&call.task.folder, &name);
        if call.machine.files.get(&path).is_some() && start.len() < template.len() {
            continue;
        }
        let files = &mut call.machine.files;
        let made =
            if flags.contains('d') { files.make_folder(&path, false) } else { files.write(&path, "", false, now) };
        return match made {
            Ok(()) => say(call, &name),
            Err(why) => call.fail(&format!("{name}: {why}")),
        };
    }
}

/// `yes`: some lines, and then it goes on for as long as somebody reads.
fn yes(call: &mut Call<'_>) -> Outcome {
    const LINES: usize = 64;
    let word = if call.args.is_empty() { "y".to_owned() } else { call.args.join(" ") };
    call.print(&format!("{word}\n").repeat(LINES));
    let mut again = vec!["yes".to_owned()];
    again.extend(call.args.iter().cloned());
    call.task.frames.push(Frame::Program(again));
    Outcome::Runs
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
            let all = all.filter(|(_, it)| it.exported);
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
            return self.called_shell(task, argv);
        }
        if argv[0].contains('/') && name == argv[0] && is_there(&name) {
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
        let outcome = run(&mut Call { machine: self, task, name: &name, args: &argv[1..] });
        self.come_to(task, &name, argv, outcome);
    }

    /// What a program called `name` as `argv` came to.
    fn come_to(&mut self, task: &mut Task, name: &str, argv: Vec<String>, outcome: Outcome) {
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
            Outcome::Unknown if self.is_base && !known::exists(&argv[0]) && !is_program(name) => {
                let is_folder = matches!(self.files.get(&absolute(&task.folder, &argv[0])), Some(Entry::Folder));
                let (why, status) = if is_folder { ("Permission denied", 126) } else { ("not found", 127) };
                self.complain(task, &format!("{}: {why}", argv[0]));
                task.status = status;
                super::step::stop_on_error(task);
            }
            Outcome::Unknown => {
                let shown = if is_program(name) { argv.join(" ") } else { argv[0].clone() };
                self.stick(task, &shown);
            }
        }
    }

    /// A shell in a process of its own: it runs a text, a file, or what comes on its standard input.
    fn called_shell(&mut self, task: &mut Task, argv: Vec<String>) {
        let invocation = match Invocation::parse(&argv) {
            Ok(invocation) => invocation,
            Err(construct) => return self.stick(task, &construct),
        };
        match &invocation.script {
            Source::Text(script) => self.inner_shell(task, &script.clone(), &invocation),
            Source::File(name) => match self.files.read(&absolute(&task.folder, name)) {
                Ok(text) => self.inner_shell(task, &text, &invocation),
                Err(why) => {
                    self.complain(task, &format!("can't open '{name}': {why}"));
                    task.status = 2;
                    super::step::stop_on_error(task);
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
                return self.inner_shell(task, &text, &Invocation { name, args, ..Invocation::default() });
            }
            Ok(_) | Err("Is a directory") => ("Permission denied", 126),
            Err(why) => (why, 127),
        };
        self.complain(task, &format!("{}: {why}", argv[0]));
        task.status = status;
        super::step::stop_on_error(task);
    }

    /// `env [-i] [-u NAME] [A=1 ..] [PROGRAM ARG..]`: the variables last for as long as the program does.
    fn with_environment(&mut self, task: &mut Task, argv: &[String]) {
        let before = task.variables.clone();
        let mut args = &argv[1..];
        let mut variables = (*before).clone();
        loop {
            args = match args {
                [flag, rest @ ..] if flag == "-i" || flag == "-" => {
                    variables.values_mut().for_each(|it| it.exported = false);
                    rest
                }
                [flag, name, rest @ ..] if flag == "-u" => {
                    variables.remove(name);
                    rest
                }
                [flag, ..] if flag.starts_with('-') => return self.stick(task, &argv.join(" ")),
                [pair, rest @ ..] if pair.find('=').is_some_and(|at| at > 0) => {
                    let (name, value) = pair.split_once('=').unwrap_or_default();
                    variables.insert(name.to_owned(), super::execute::given(Some(value.to_owned())));
                    rest
                }
                _ => break,
            };
        }
        let changed = variables.keys().chain(before.keys()).filter(|name| variables.get(*name) != before.get(*name));
        let hidden = changed.map(|name| (name.clone(), before.get(name).cloned())).collect();
        task.frames.push(Frame::Call(task.args.clone(), hidden));
        task.variables = std::sync::Arc::new(variables);
        let program = if args.is_empty() { vec!["env".to_owned()] } else { args.to_vec() };
        self.program(task, program);
    }
}
