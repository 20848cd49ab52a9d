//! The programs that are interpreted, by what they do: as busybox has them, whose images the scripts mostly name.

mod about;
mod awk;
mod calling;
mod clock;
mod columns;
mod digest;
mod disk;
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

use super::machine::Machine;
use super::network::Question;
use super::task::{Frame, StreamId, Target, Task};
use crate::clock::{Span, Time};
pub use about::location;
use network::Listener;
pub use printf::unescaped;
pub(in super::super) use regular::regular;
pub(super) use truth::holds;

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
const PROGRAMS: [&str; 77] = [
    "[",
    "awk",
    "base64",
    "basename",
    "cat",
    "chmod",
    "chown",
    "cp",
    "curl",
    "cut",
    "date",
    "dd",
    "dirname",
    "du",
    "echo",
    "egrep",
    "env",
    "expr",
    "fallocate",
    "false",
    "fgrep",
    "find",
    "gawk",
    "grep",
    "head",
    "hostname",
    "httpd",
    "id",
    "ln",
    "ls",
    "mawk",
    "md5sum",
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
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "sleep",
    "sort",
    "stat",
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
    "truncate",
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
    if !path.starts_with('/') {
        return path;
    }
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
        "awk" | "gawk" | "mawk" => either(awk::awk(call)),
        "base64" => either(digest::base64(call)),
        "md5sum" | "sha1sum" | "sha256sum" | "sha512sum" => either(digest::sum(call)),
        "xargs" => either(run::xargs(call)),
        "find" => find::find(call),
        "touch" | "rm" | "mkdir" | "rmdir" | "ls" | "chmod" | "chown" | "cp" | "mv" | "ln" | "readlink"
        | "realpath" => file::run(call),
        "dd" | "fallocate" | "truncate" | "du" | "stat" => disk::run(call),
        "tar" => tar::run(call),
        "test" | "[" => truth::test(call),
        "expr" => truth::expr(call),
        "env" | "printenv" => about::environment(call),
        "which" => about::which(call),
        "mktemp" => about::make_temporary(call),
        "wget" | "curl" | "nc" | "nslookup" | "httpd" => network::run(call),
        "yes" => yes(call),
        _ => about::about(call),
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
