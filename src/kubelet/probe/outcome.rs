//! What a try of a probe came to, in the words of the kubelet's events (`pkg/kubelet/prober/prober.go`, `pkg/probe`).

use super::spec::Role;
use crate::clock::Span;
use crate::object::Str;

/// So much of what a command printed is kept (`maxReadLength` in `pkg/probe/exec/exec.go`).
const MOST_OUTPUT: usize = 10 << 10;

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It passed.
    Success,
    /// It passed with a warning.
    Warning(String),
    /// It failed.
    Failure(String),
    /// It could not be tried, which counts as nothing.
    Error(String),
    /// There is no such program to execute, which counts as nothing.
    NoProgram(String),
}

impl Outcome {
    /// Whether it passed; `None` when it says nothing.
    pub fn success(&self) -> Option<bool> {
        match self {
            Outcome::Success | Outcome::Warning(_) => Some(true),
            Outcome::Failure(_) => Some(false),
            Outcome::Error(_) | Outcome::NoProgram(_) => None,
        }
    }

    /// The reason and the message of the event about it, if there is one; `exec` is the id that the runtime gave what was
    /// executed.
    pub fn told(&self, role: Role, exec: impl FnOnce() -> Str) -> Option<(&'static str, String)> {
        let role = role.name();
        let errored = |why: &str| ("Unhealthy", format!("{role} probe errored and resulted in unknown state: {why}"));
        match self {
            Outcome::Success => None,
            Outcome::Warning(text) => Some(("ProbeWarning", format!("{role} probe warning: {text}"))),
            Outcome::Failure(text) => Some(("Unhealthy", format!("{role} probe failed: {text}"))),
            Outcome::Error(text) => Some(errored(text)),
            Outcome::NoProgram(program) => Some(errored(&format!(
                "rpc error: code = Unknown desc = failed to exec in container: failed to start exec {:?}: OCI runtime exec \
                 failed: exec failed: unable to start container process: exec: {program:?}: executable file not found in \
                 $PATH: unknown",
                exec()
            ))),
        }
    }
}

/// What a command came to that ended with `code`, or did not in time.
pub fn of_command(argv: &[String], code: Option<i64>, output: &str, timeout: Span) -> Outcome {
    match code {
        Some(0) => Outcome::Success,
        Some(_) => {
            let mut end = output.len().min(MOST_OUTPUT);
            while !output.is_char_boundary(end) {
                end -= 1;
            }
            Outcome::Failure(output[..end].to_owned())
        }
        None => Outcome::Failure(format!("command timed out: {:?} timed out after {timeout}", argv.join(" "))),
    }
}

/// What became of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Connection {
    /// It was made.
    Open,
    /// Nobody listens.
    Refused,
    /// Nobody answered in time.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "virtual servers answer or refuse until they can be told to be silent")
    )]
    Silent,
}

/// What came back from an HTTP server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Response {
    /// A status code, with the host that a redirection leads to.
    Status(u16, Option<String>),
    /// The connection was made, and nothing came over it in time.
    Silent,
}

/// What a connection to `address`, such as `10.1.0.3:8080`, came to.
pub fn of_connection(address: &str, connection: &Connection) -> Outcome {
    match connection {
        Connection::Open => Outcome::Success,
        Connection::Refused => Outcome::Failure(format!("dial tcp {address}: connect: connection refused")),
        Connection::Silent => Outcome::Failure(format!("dial tcp {address}: i/o timeout")),
    }
}

/// What a request to `scheme://address/path` came to.
pub fn of_request(scheme: &str, address: &str, path: &str, answer: &Result<Response, Connection>) -> Outcome {
    let url = format!("{scheme}://{address}{path}");
    match answer {
        Ok(Response::Status(code @ 300..=399, Some(host))) if *host != address => {
            // A client follows a redirection only to the same host.
            let _ = code;
            Outcome::Warning("Probe terminated redirects, Response body: ".to_owned())
        }
        Ok(Response::Status(200..=399, _)) => Outcome::Success,
        Ok(Response::Status(code, _)) => Outcome::Failure(format!("HTTP probe failed with statuscode: {code}")),
        Err(Connection::Refused) => {
            Outcome::Failure(format!("Get {url:?}: dial tcp {address}: connect: connection refused"))
        }
        Ok(Response::Silent) | Err(Connection::Open) => Outcome::Failure(format!(
            "Get {url:?}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
        )),
        Err(Connection::Silent) => Outcome::Failure(format!(
            "Get {url:?}: dial tcp {address}: i/o timeout (Client.Timeout exceeded while awaiting headers)"
        )),
    }
}

/// What a health check over gRPC came to; `status` is what the service says of itself, `None` one that knows no such check.
pub fn of_health(address: &str, connection: &Connection, status: Option<&str>, timeout: Span) -> Outcome {
    if *connection != Connection::Open {
        return Outcome::Failure(format!(
            "timeout: failed to connect service {address:?} within {timeout}: context deadline exceeded"
        ));
    }
    match status {
        Some("SERVING") => Outcome::Success,
        Some(status) => Outcome::Failure(format!("service unhealthy (responded with {status:?})")),
        None => Outcome::Failure(
            "error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service \
             grpc.health.v1.Health"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(outcome: &Outcome) -> String {
        outcome
            .told(Role::Liveness, || Str::from("0a"))
            .map_or_else(String::new, |(reason, it)| format!("{reason}: {it}"))
    }

    #[test]
    fn a_command_is_told_of_with_what_it_printed() {
        let argv = ["cat".to_owned(), "/tmp/healthy".to_owned()];
        let second = Span::seconds(1);
        let output = "cat: can't open '/tmp/healthy': No such file or directory\n";
        for (outcome, want) in [
            (of_command(&argv, Some(0), "x", second), String::new()),
            (of_command(&argv, Some(1), output, second), format!("Unhealthy: Liveness probe failed: {output}")),
            (
                of_command(&argv, None, "", second),
                "Unhealthy: Liveness probe failed: command timed out: \"cat /tmp/healthy\" timed out after 1s"
                    .to_owned(),
            ),
        ] {
            assert_eq!(message(&outcome), want);
        }
        assert!(message(&of_command(&argv, Some(1), &"é".repeat(20_000), second)).len() < 11_000);
    }

    #[test]
    fn a_program_that_is_none_is_an_error_and_no_failure() {
        let outcome = Outcome::NoProgram("check".to_owned());
        assert_eq!(outcome.success(), None);
        let text = message(&outcome);
        assert!(
            text.starts_with("Unhealthy: Liveness probe errored and resulted in unknown state: rpc error"),
            "{text}"
        );
        assert!(text.contains("failed to start exec \"0a\"") && text.contains("exec: \"check\""), "{text}");
    }

    #[test]
    fn codes_from_200_to_399_pass() {
        let get = |answer| of_request("http", "10.1.0.3:8080", "/healthz", &answer);
        let status = |code| Ok(Response::Status(code, None));
        for code in [200, 204, 302, 399] {
            assert_eq!(get(status(code)), Outcome::Success, "{code}");
        }
        for (answer, want) in [
            (status(500), "HTTP probe failed with statuscode: 500"),
            (status(404), "HTTP probe failed with statuscode: 404"),
            (
                Err(Connection::Refused),
                "Get \"http://10.1.0.3:8080/healthz\": dial tcp 10.1.0.3:8080: connect: connection refused",
            ),
            (
                Ok(Response::Silent),
                "Get \"http://10.1.0.3:8080/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting \
                 headers)",
            ),
        ] {
            assert_eq!(get(answer), Outcome::Failure(want.to_owned()));
        }
        let elsewhere = get(Ok(Response::Status(302, Some("example.com".to_owned()))));
        assert_eq!(
            message(&elsewhere),
            "ProbeWarning: Liveness probe warning: Probe terminated redirects, Response body: "
        );
    }

    #[test]
    fn a_connection_passes_when_it_is_made() {
        let address = "10.1.0.3:3306";
        for (connection, want) in [
            (Connection::Open, ""),
            (
                Connection::Refused,
                "Unhealthy: Liveness probe failed: dial tcp 10.1.0.3:3306: connect: connection refused",
            ),
            (Connection::Silent, "Unhealthy: Liveness probe failed: dial tcp 10.1.0.3:3306: i/o timeout"),
        ] {
            assert_eq!(message(&of_connection(address, &connection)), want);
        }
    }

    #[test]
    fn a_service_passes_that_says_it_serves() {
        let health = |connection, status| of_health("10.1.0.3:2379", &connection, status, Span::seconds(1));
        assert_eq!(health(Connection::Open, Some("SERVING")), Outcome::Success);
        for (outcome, want) in [
            (health(Connection::Open, Some("NOT_SERVING")), "service unhealthy (responded with \"NOT_SERVING\")"),
            (
                health(Connection::Refused, None),
                "timeout: failed to connect service \"10.1.0.3:2379\" within 1s: context deadline exceeded",
            ),
        ] {
            assert_eq!(outcome, Outcome::Failure(want.to_owned()));
        }
    }
}
