//! Probes that go over the network: requests, connections and health checks of the pod's address.

use super::exec::{Forecast, HORIZON, Tried};
use super::outcome::{Connection, Outcome, Response, of_connection, of_health, of_request};
use super::spec::{Check, Spec};
use super::ticks::Ticks;
use crate::clock::{Span, Time};
use crate::kubelet::behaviour::Answer;
use crate::kubelet::shell::network::{HttpRequest, Question, Reply, Wants};
use crate::kubelet::surroundings::Surroundings;
use crate::kubelet::worker::Worker;
use crate::kubelet::{net, network};

/// Tries a probe at `at`.
pub fn attempt(worker: &Worker, spec: &Spec, at: Time, around: &Surroundings<'_>) -> Tried {
    let own = worker.address.as_deref().unwrap_or("127.0.0.1");
    let address = |host: &Option<String>, port: u16| format!("{}:{port}", host.as_deref().unwrap_or(own));
    let (port, path) = match &spec.check {
        Check::Http { port: Err(why), .. } | Check::Tcp { port: Err(why), .. } => {
            return Tried::at_once(Outcome::Error(why.clone()));
        }
        Check::Http { port: Ok(port), path, .. } => (*port, path.as_str()),
        Check::Tcp { port: Ok(port), .. } | Check::Grpc { port, .. } => (*port, "/"),
        Check::Exec(_) | Check::Missing => {
            return Tried::at_once(Outcome::Error("missing probe handler".to_owned()));
        }
    };
    let answer = match elsewhere(worker, spec) {
        Some(host) => match of_host(worker, host, port, path, at, around) {
            Ok(answer) => answer,
            Err(why) => return Tried { asks: true, ..Tried::at_once(unknown_host(spec, host, path, why)) },
        },
        None => net::answer(worker, port, path, at),
    };
    let connection = if answer == Answer::Refused { Connection::Refused } else { Connection::Open };
    let mut took = Span::ZERO;
    let outcome = match &spec.check {
        Check::Http { scheme, host, .. } => {
            let response = match &answer {
                Answer::Http { status, .. } => Ok(Response::Status(*status, None)),
                Answer::Raw(_) => {
                    let url = format!("{scheme}://{}{path}", address(host, port));
                    return Tried::at_once(Outcome::Failure(format!("Get {url:?}: EOF")));
                }
                Answer::Silent => {
                    took = spec.timeout;
                    Ok(Response::Silent)
                }
                Answer::Refused => Err(connection),
            };
            of_request(scheme, &address(host, port), path, &response)
        }
        Check::Tcp { host, .. } => of_connection(&address(host, port), &connection),
        _ => {
            let status = match &answer {
                Answer::Http { status: 200..=399, .. } => Some("SERVING"),
                Answer::Http { .. } => Some("NOT_SERVING"),
                _ => None,
            };
            of_health(&address(&None, port), &connection, status, spec.timeout)
        }
    };
    Tried { took, ..Tried::at_once(outcome) }
}

/// A host whose name nobody knows, in the words of the check.
fn unknown_host(spec: &Spec, host: &str, path: &str, why: String) -> Outcome {
    match &spec.check {
        Check::Http { scheme, port: Ok(port), .. } => {
            Outcome::Failure(format!("Get \"{scheme}://{host}:{port}{path}\": {why}"))
        }
        _ => Outcome::Failure(why),
    }
}

/// The host of a check where it is another than the pod.
fn elsewhere<'a>(worker: &Worker, spec: &'a Spec) -> Option<&'a str> {
    let (Check::Http { host, .. } | Check::Tcp { host, .. }) = &spec.check else {
        return None;
    };
    host.as_deref().filter(|it| worker.address.as_deref() != Some(*it))
}

/// What comes back from another host: a kubelet asks from the node, so that loopback is the node's and names are those that its
/// resolver knows.
///
/// # Errors
/// That there is no such host.
pub fn of_host(
    worker: &Worker,
    host: &str,
    port: u16,
    path: &str,
    at: Time,
    around: &Surroundings<'_>,
) -> Result<Answer, String> {
    let own = network::host_address(around.node);
    let is_loopback = host == "localhost" || host.starts_with("127.");
    let host = if is_loopback { own.as_deref().unwrap_or(host) } else { host };
    if host.parse::<std::net::IpAddr>().is_err() {
        return Err(format!("dial tcp: lookup {host}: no such host"));
    }
    let request = HttpRequest { method: "GET".to_owned(), path: path.to_owned(), ..HttpRequest::default() };
    let question = Question { host: host.to_owned(), port: Some(port), wants: Wants::Http(Box::new(request)) };
    Ok(match net::look(worker, &question, at, around).0 {
        Reply::Refused(_) | Reply::NoHost | Reply::Host(..) => Answer::Refused,
        Reply::Silent(..) => Answer::Silent,
        Reply::Http { status, body, .. } => Answer::Http { status, body },
        Reply::Raw(_, text) => Answer::Raw(text),
    })
}

/// When tries from `first` on come to something else than `outcome`.
pub fn forecast(
    worker: &Worker,
    spec: &Spec,
    (outcome, first, ticks): (&Outcome, Time, Ticks),
    around: &Surroundings<'_>,
) -> Forecast {
    if elsewhere(worker, spec).is_some() {
        // Others may answer otherwise at any time.
        return Forecast::At(first);
    }
    let mut at = first;
    loop {
        if attempt(worker, spec, at, around).outcome != *outcome {
            return Forecast::At(at);
        }
        let Some(change) = net::next_change(worker, at) else {
            return Forecast::Same;
        };
        let look = worker.containers.iter().filter_map(|it| it.running()?.look).min();
        match look.filter(|it| *it <= change) {
            Some(look) => return Forecast::Look(look),
            None if at - first > HORIZON => return Forecast::Look(at),
            None => at = ticks.from(change).max(ticks.after_try(at, at)),
        }
    }
}
