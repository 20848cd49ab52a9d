//! `/pods/NAME/exec`, `/attach` and `/portforward`: what a client wants to talk to (`pkg/registry/core/pod/rest/subresources.go`).

use super::query::Params;
use super::route::Target;
use super::{Reply, Request, Response, container};
use crate::api::Status;
use crate::api::registry::Api;
use crate::object::{Key, Str};

/// A session with the processes of a container, over a connection that is upgraded for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRequest {
    /// The pod.
    pub pod: Key,
    /// The name of the container.
    pub container: Str,
    /// The command that is executed; `None` for the process that runs already.
    pub command: Option<Vec<String>>,
    /// Which streams the client wants.
    pub streams: Streams,
}

/// The streams of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// The client sends a standard input.
    pub stdin: bool,
    /// It takes the standard output.
    pub stdout: bool,
    /// It takes the standard error.
    pub stderr: bool,
    /// It has a terminal.
    pub tty: bool,
}

/// Finds what a client wants to talk to.
pub(super) fn answer(api: &Api<'_>, request: &Request, target: &Target, params: &Params) -> Result<Reply, Response> {
    if !matches!(request.method.as_str(), "GET" | "POST") {
        return Err(Response::method_not_allowed());
    }
    let pod = container::pod(api, target)?;
    if target.subresource == "portforward" {
        bound(pod.node_name(), &target.name)?;
        let message =
            "port-forward is not supported: the ports of virtual containers lead nowhere outside of the cluster";
        return Err(Status::failure(501, "NotImplemented", message).into());
    }
    let container = container::chosen(&pod, params.text("container"))?;
    let node = bound(pod.node_name(), &target.name)?;
    let path = format!("/{}/{}/{}/{container}", target.subresource, target.namespace, target.name);
    container::check_node(api, node, &path)?;
    let executes = target.subresource == "exec";
    let wants =
        |stream: &str| params.flag(stream).unwrap_or(!executes && stream.starts_with("std") && stream != "stdin");
    let streams =
        Streams { stdin: wants("stdin"), stdout: wants("stdout"), stderr: wants("stderr"), tty: wants("tty") };
    if !(streams.stdin || streams.stdout || streams.stderr) {
        return Err(Status::bad_request("you must specify at least 1 of stdin, stdout, stderr").into());
    }
    let command = executes.then(|| params.all("command").map(str::to_owned).collect());
    Ok(Reply::Session(Box::new(SessionRequest { pod: pod.key(), container, command, streams })))
}

fn bound<'a>(node: Option<&'a Str>, pod: &str) -> Result<&'a Str, Response> {
    node.ok_or_else(|| Status::bad_request(format!("pod {pod} does not have a host assigned")).into())
}
