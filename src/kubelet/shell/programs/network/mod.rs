//! Programs that talk to others: `wget`, `nc`, `nslookup` and `httpd` as busybox has them, and `curl`.
//!
//! Known differences: `wget` shows its progress as one finished line, and `curl` none.

mod curl;
mod nc;
mod nslookup;
mod options;
mod wget;

use super::super::files::absolute;
use super::super::machine::{Machine, State};
use super::super::network::{HttpRequest, Question, Reply, Wants};
use super::super::task::{Target, Task, Wait};
use super::{Call, Outcome};
use options::Options;

/// Who waits for connections on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The port.
    pub port: u16,
    /// What it does with a connection.
    pub serves: Serves,
}

/// What a listener does with a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Serves {
    /// It passes what comes to its standard output, and what it reads to the other end; then it ends.
    Once,
    /// The same, and goes on to listen.
    Always,
    /// It answers requests with the files of this folder.
    Files(String),
}

/// Runs one of them.
pub fn run(call: &mut Call<'_>) -> Outcome {
    match call.name {
        "wget" => wget::run(call),
        "curl" => curl::run(call),
        "nc" => nc::run(call),
        "nslookup" => nslookup::run(call),
        "httpd" => httpd(call),
        _ => Outcome::Unknown,
    }
}

impl Call<'_> {
    /// Prints to the standard error.
    fn tell(&mut self, text: &str) {
        let target = self.task.fds.get(2).cloned().unwrap_or(Target::Null);
        self.machine.print(&target, text);
    }

    /// The reply to a question, or the question that is to be asked first.
    fn ask(&mut self, host: &str, port: Option<u16>, wants: Wants) -> Result<Reply, Outcome> {
        if let Some(reply) = self.task.reply.take() {
            return Ok(*reply);
        }
        let host = match self.machine.files.read("/etc/hosts").ok().and_then(|it| named_in(&it, host)) {
            Some(address) => address,
            None => host.to_owned(),
        };
        Err(Outcome::Ask(Box::new(Question { host, port, wants })))
    }

    /// Asks for an HTTP response.
    fn request(&mut self, host: &str, port: u16, request: HttpRequest) -> Result<Reply, Outcome> {
        self.ask(host, Some(port), Wants::Http(Box::new(request)))
    }

    /// Writes a body to a file or, for `-`, to the standard output.
    fn save(&mut self, name: &str, body: &str) -> Result<(), &'static str> {
        if name == "-" {
            self.print(body);
            return Ok(());
        }
        if name == "/dev/null" {
            return Ok(());
        }
        let path = absolute(&self.task.folder, name);
        self.machine.files.write(&path, body, false, self.machine.now)
    }
}

/// The address of `host` in the text of `/etc/hosts`.
fn named_in(text: &str, host: &str) -> Option<String> {
    let lines = text.lines().map(|it| it.split('#').next().unwrap_or(it).split_ascii_whitespace());
    let mut found = lines.filter_map(|mut words| {
        let address = words.next().filter(|it| !it.contains(':'))?;
        words.any(|it| it == host).then(|| address.to_owned())
    });
    found.next()
}

/// `httpd -f [-p PORT] [-h FOLDER]`: it listens for as long as it runs.
fn httpd(call: &mut Call<'_>) -> Outcome {
    let options = Options::of(call.args, "phucr", &[]);
    if !options.has(&["f"]) {
        return Outcome::Unknown;
    }
    let port = options.get(&["p"]).map_or(Some(80), |it| it.rsplit(':').next()?.parse().ok());
    let folder = absolute(&call.task.folder, options.get(&["h"]).unwrap_or("."));
    match port {
        Some(port) => Outcome::Listen(Listener { port, serves: Serves::Files(folder) }),
        None => Outcome::Unknown,
    }
}

impl Machine {
    /// What a process asks of the network, and its number.
    pub fn question(&self) -> Option<(u32, &Question)> {
        if self.state != State::Running {
            return None;
        }
        self.tasks.values().find_map(|it| match &it.wait {
            Wait::Answer(question) => Some((it.id, &**question)),
            _ => None,
        })
    }

    /// Answers the question of a process.
    pub fn reply(&mut self, to: u32, reply: Reply) {
        if let Some(task) = self.task_mut(to) {
            (task.reply, task.wait) = (Some(Box::new(reply)), Wait::Nothing);
        }
    }

    /// The process that listens on `port`, and what it does with a connection.
    fn listener(&self, port: u16) -> Option<(&Task, &Serves)> {
        self.tasks.values().find_map(|it| match &it.wait {
            Wait::Listen(listener) if listener.port == port => Some((&**it, &listener.serves)),
            _ => None,
        })
    }

    /// What whoever listens on `port` answers to a request for `path`, if anybody does.
    pub fn answers(&self, port: u16, path: &str) -> Option<Said> {
        let (task, serves) = self.listener(port)?;
        let Serves::Files(folder) = serves else {
            let said = match task.fds.first() {
                Some(Target::In(stream)) => self.streams.get(stream).map(|it| it.text.clone()).unwrap_or_default(),
                _ => String::new(),
            };
            return Some(Said::Text(said));
        };
        let path = path.split('?').next().unwrap_or(path);
        let name = if path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
        Some(match self.files.read(&format!("{}{name}", folder.trim_end_matches('/'))) {
            Ok(text) => Said::Page(200, text.to_string()),
            Err(_) => Said::Page(404, NOT_FOUND.to_owned()),
        })
    }

    /// Takes note of a connection to `port` over which `sent` came; returns whether anything changed.
    pub fn connected(&mut self, port: u16, sent: &str) -> bool {
        let Some((id, serves)) = self.listener(port).map(|(task, serves)| (task.id, serves.clone())) else {
            return false;
        };
        let Some(task) = self.task_mut(id).filter(|_| !matches!(serves, Serves::Files(_))) else {
            return false;
        };
        if serves == Serves::Once {
            (task.wait, task.status) = (Wait::Nothing, 0);
        }
        let (input, output) = (task.fds.first().cloned(), task.fds.get(1).cloned());
        if let Some(Target::In(stream)) = input
            && let Some(held) = self.streams.get_mut(&stream)
        {
            held.text.clear();
        }
        if !sent.is_empty() {
            self.print(&output.unwrap_or(Target::Null), sent);
        }
        true
    }
}

/// What a listener says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// This text.
    Text(String),
    /// An HTTP response with this status code and body.
    Page(u16, String),
}

/// What busybox's `httpd` says of a file that it does not have.
const NOT_FOUND: &str = "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n";
