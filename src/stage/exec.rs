//! Executing a command in a container without a socket: the same session that `kubectl exec` has.

use std::fmt::Write as _;

use super::Ran;
use super::service::SharedCluster;
use crate::api::Status;
use crate::api::http::{self as api_http, Content, Reply, SessionRequest};
use crate::clock::{Span, Time};
use crate::kubelet::command::not_interpreted;
use crate::kubelet::session::Session;
use crate::object::Key;
use crate::sim::{Cluster, NotSettled};

/// A command to execute in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exec {
    /// The namespace of the pod.
    pub namespace: String,
    /// The name of the pod.
    pub pod: String,
    /// The name of the container; the pod's only one if it is not said.
    pub container: Option<String>,
    /// The command and its arguments.
    pub argv: Vec<String>,
    /// What it reads from its standard input.
    pub input: String,
    /// How much virtual time it may take.
    pub at_most: Span,
}

/// Why a command could not be executed, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExecError {
    /// The API refused.
    #[error("{0}")]
    Refused(Status),
    /// There is no such container now, or the command is not understood.
    #[error("{0}")]
    Failed(String),
    /// It did not end.
    #[error("`{line}` did not end within {at_most} of virtual time; it printed\n{output}")]
    TooLong {
        /// What was executed.
        line: String,
        /// How long it was waited for.
        at_most: Span,
        /// What it had printed by then.
        output: String,
    },
    /// The cluster did not come to rest meanwhile.
    #[error("{0}")]
    NotSettled(#[from] NotSettled),
}

/// Executes a command, letting time pass until it ends.
pub(super) fn run(cluster: &SharedCluster, exec: &Exec) -> Result<Ran, ExecError> {
    let request = cluster.with(|cluster| request(cluster, exec))?;
    let session = cluster.with(|cluster| cluster.start_session(&request)).map_err(ExecError::Failed)?;
    let input = (!exec.input.is_empty()).then_some(exec.input.as_str());
    // A command that does not read its input is free not to.
    let _ = cluster.with(|cluster| {
        let fed = input.map_or(Ok(()), |text| cluster.feed_session(&session, Some(text)));
        fed.and(cluster.feed_session(&session, None))
    });
    let ran = finish(cluster, exec, &session);
    cluster.with(|cluster| cluster.end_session(&session));
    ran
}

fn finish(cluster: &SharedCluster, exec: &Exec, session: &Session) -> Result<Ran, ExecError> {
    let line = exec.argv.join(" ");
    let until = cluster.with(|cluster| cluster.now()) + exec.at_most;
    let (mut told, mut output, mut error_output) = (0, String::new(), String::new());
    loop {
        let progress = cluster.with(|cluster| cluster.session(session, told));
        told += progress.printed.len();
        for printed in &progress.printed {
            if printed.error { &mut error_output } else { &mut output }.push_str(&printed.text);
        }
        if let Some(program) = &progress.stuck {
            return Err(ExecError::Failed(not_interpreted(program)));
        }
        if let Some(code) = progress.ended {
            let code = i32::try_from(code).unwrap_or(-1);
            return Ok(Ran { line, code, output, error_output });
        }
        let passed = cluster.with(|cluster| {
            let due = cluster.next_due().into_iter().chain(progress.next).min().filter(|due| *due <= until);
            due.map(|due| cluster.advance((due - cluster.now()).max(Span::ZERO))).transpose()
        })?;
        if passed.is_none() {
            return Err(ExecError::TooLong { line, at_most: exec.at_most, output: output + &error_output });
        }
    }
}

/// The request as the API understands it.
fn request(cluster: &mut Cluster, exec: &Exec) -> Result<SessionRequest, ExecError> {
    let mut query = "stdin=true&stdout=true&stderr=true".to_owned();
    if let Some(container) = &exec.container {
        let _ = write!(query, "&container={}", escaped(container));
    }
    for word in &exec.argv {
        let _ = write!(query, "&command={}", escaped(word));
    }
    let path = format!("/api/v1/namespaces/{}/pods/{}/exec", escaped(&exec.namespace), escaped(&exec.pod));
    let request = api_http::Request { method: "POST".to_owned(), path, query, ..api_http::Request::default() };
    match api_http::handle(&mut cluster.api("kubectl"), &request) {
        Reply::Session(request) => Ok(*request),
        Reply::Done(api_http::Response { code, content: Content::Json(value), .. }) => {
            let message = value["message"].str_or_empty().to_owned();
            let reason = if code == 404 { "NotFound" } else { "BadRequest" };
            Err(ExecError::Refused(Status::failure(code, reason, message)))
        }
        other => Err(ExecError::Failed(format!("the API answered with something else: {other:?}"))),
    }
}

/// As it stands in a URL.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// When something happens next, in the cluster or in one of these pods.
pub(super) fn next_due(cluster: &mut Cluster, pods: &[Key]) -> Option<Time> {
    let of_pods = pods.iter().filter_map(|pod| cluster.next_in_containers(pod)).min();
    cluster.next_due().into_iter().chain(of_pods).min()
}
