//! Runs a command against a cluster: kubectl, a script, anything that reads `KUBECONFIG`.
//!
//! The cluster is served over loopback HTTP for as long as the command runs, from a thread of its own, so that nothing
//! else that the process does keeps the command waiting. Time stands still while the command works and passes while it
//! waits; [`pace`] has the rules.

mod asleep;
mod pace;

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::process::Child;
use tokio::sync::{Semaphore, oneshot};

use super::server::{self, Limits};
use super::service::{ApiService, SharedCluster};
use crate::clock::Span;
use crate::sim::NotSettled;

/// How long a command may run by the wall clock.
const PATIENCE: Duration = Duration::from_secs(180);
/// How much a command may print, to each of its outputs.
const MOST_OUTPUT: u64 = 16 << 20;
/// The commands that run at the same time: more would only take each other's processor.
static RUNNING: OnceLock<Semaphore> = OnceLock::new();
/// The port that captured output shows instead of the one that the machine chose.
const SHOWN_PORT: u16 = 8001;

/// A command to run.
#[derive(Clone, Debug)]
pub struct Command {
    /// What to run, as `sh -c` takes it.
    pub line: String,
    /// What it reads from its standard input.
    pub input: String,
    /// The folder to run it in.
    pub folder: PathBuf,
    /// The namespace of the kubeconfig's context.
    pub namespace: String,
    /// How much virtual time may pass in all while it waits.
    pub at_most: Span,
}

/// A command that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// What was run.
    pub line: String,
    /// Its exit code; as a shell tells it, 128 and the signal's number when a signal ended it.
    pub code: i32,
    /// What it printed to its standard output.
    pub output: String,
    /// What it printed to its standard error.
    pub error_output: String,
}

/// Why a command could not be run, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It could not be started, served or read.
    #[error("cannot run `{line}`: {source}")]
    Io {
        /// What was to be run.
        line: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It did not end.
    #[error("`{line}` did not end within {} s of the wall clock; it printed\n{output}", PATIENCE.as_secs())]
    TooLong {
        /// What was run.
        line: String,
        /// What it had printed by then.
        output: String,
    },
    /// It printed without end.
    #[error("`{line}` printed more than {} MiB", MOST_OUTPUT >> 20)]
    TooMuch {
        /// What was run.
        line: String,
    },
    /// The cluster did not come to rest while the command waited.
    #[error("{0}")]
    NotSettled(#[from] NotSettled),
}

/// Runs `command` against `cluster`.
///
/// # Errors
/// [`CommandError`] when it could not be run to its end. A command that fails is no error: its exit code says so.
pub async fn run(cluster: SharedCluster, command: Command) -> Result<Ran, CommandError> {
    let line = command.line.clone();
    let lost = |why: &str| CommandError::Io { line: line.clone(), source: std::io::Error::other(why.to_owned()) };
    let processors = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let Ok(_turn) = RUNNING.get_or_init(|| Semaphore::new(processors())).acquire().await else {
        return Err(lost("no command may run any more"));
    };
    let (done, result) = oneshot::channel();
    let thread = std::thread::Builder::new().name("command".to_owned()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let result = match runtime {
            Ok(runtime) => runtime.block_on(serve_and_run(cluster, &command)),
            Err(source) => Err(CommandError::Io { line: command.line.clone(), source }),
        };
        let _ = done.send(result);
    });
    thread.map_err(|source| CommandError::Io { line: line.clone(), source })?;
    result.await.map_err(|_| lost("its thread ended early"))?
}

async fn serve_and_run(cluster: SharedCluster, command: &Command) -> Result<Ran, CommandError> {
    let io = |source| CommandError::Io { line: command.line.clone(), source };
    let service = cluster.service();
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(io)?;
    let port = listener.local_addr().map_err(io)?.port();
    let home = tempfile::tempdir().map_err(io)?;
    let kubeconfig = home.path().join("kubeconfig");
    std::fs::write(&kubeconfig, kubeconfig_text(port, &command.namespace)).map_err(io)?;
    let mut child = spawn(command, &kubeconfig, home.path()).map_err(io)?;
    let group = child.id();
    let activity = service.activity();
    tokio::spawn(accept(listener, service));
    let result = tokio::select! {
        result = finish(&mut child, command) => result,
        error = pace::keep(&cluster, &activity, group, command.at_most) => Err(error.into()),
    };
    if result.is_err() {
        // What the command started goes with it: a shell would leave it running.
        asleep::kill_group(group);
        let _ = child.kill().await;
    }
    let mut ran = result?;
    let (real, shown) = (format!("127.0.0.1:{port}"), format!("127.0.0.1:{SHOWN_PORT}"));
    ran.output = ran.output.replace(&real, &shown);
    ran.error_output = ran.error_output.replace(&real, &shown);
    Ok(ran)
}

/// A kubeconfig whose only context is the cluster at a loopback port.
fn kubeconfig_text(port: u16, namespace: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: seatrial\n\
         clusters:\n- name: seatrial\n  cluster: {{server: \"http://127.0.0.1:{port}\"}}\n\
         contexts:\n- name: seatrial\n  context: {{cluster: seatrial, user: seatrial, namespace: \"{namespace}\"}}\n\
         users:\n- name: seatrial\n  user: {{}}\n"
    )
}

fn spawn(command: &Command, kubeconfig: &std::path::Path, home: &std::path::Path) -> std::io::Result<Child> {
    let mut shell = tokio::process::Command::new("sh");
    shell
        .args(["-c", &command.line])
        .current_dir(&command.folder)
        .env("KUBECONFIG", kubeconfig)
        // Neither the user's settings nor what kubectl remembers of other clusters may reach a scenario.
        .env("KUBECACHEDIR", home.join("cache"))
        .env("KUBERC", "off")
        .env("TZ", "UTC")
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    shell.process_group(0);
    shell.spawn()
}

/// Feeds the command, reads what it prints, and waits for its end.
async fn finish(child: &mut Child, command: &Command) -> Result<Ran, CommandError> {
    let io = |source| CommandError::Io { line: command.line.clone(), source };
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut output, mut error_output) = (Vec::new(), Vec::new());
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A command that does not read its input is free not to.
            let _ = stdin.write_all(command.input.as_bytes()).await;
        }
    };
    let read_output = async {
        match stdout {
            Some(stdout) => stdout.take(MOST_OUTPUT + 1).read_to_end(&mut output).await,
            None => Ok(0),
        }
    };
    let read_errors = async {
        match stderr {
            Some(stderr) => stderr.take(MOST_OUTPUT + 1).read_to_end(&mut error_output).await,
            None => Ok(0),
        }
    };
    let whole = async { tokio::join!(feed, read_output, read_errors, child.wait()) };
    let ended = tokio::time::timeout(PATIENCE, whole).await;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let Ok(((), out, err, status)) = ended else {
        let output = text(&output) + &text(&error_output);
        return Err(CommandError::TooLong { line: command.line.clone(), output });
    };
    for read in [out, err] {
        if read.map_err(io)? as u64 > MOST_OUTPUT {
            return Err(CommandError::TooMuch { line: command.line.clone() });
        }
    }
    Ok(Ran {
        line: command.line.clone(),
        code: exit_code(status.map_err(io)?),
        output: text(&output),
        error_output: text(&error_output),
    })
}

#[cfg(unix)]
fn exit_code(status: std::process::ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt as _;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}

#[cfg(not(unix))]
fn exit_code(status: std::process::ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

async fn accept(listener: TcpListener, service: ApiService) {
    let (service, limits) = (Arc::new(service), Arc::new(Limits::default()));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        tokio::spawn(server::connection(stream, service.clone(), limits.clone()));
    }
}
