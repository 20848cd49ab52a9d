//! Probes that go over the network: requests, connections and health checks of the pod's address.

use super::exec::{Forecast, Tried};
use super::outcome::{Connection, Outcome, Response, of_connection, of_health, of_request};
use super::spec::{Check, Spec};
use super::ticks::Ticks;
use crate::clock::{Span, Time};
use crate::kubelet::behaviour::Answer;
use crate::kubelet::net;
use crate::kubelet::worker::Worker;

/// Tries a probe at `at`.
pub fn attempt(worker: &Worker, spec: &Spec, at: Time) -> Tried {
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
    let answer = net::answer(worker, port, path, at);
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

/// When tries from `first` on come to something else than `outcome`.
pub fn forecast(worker: &Worker, spec: &Spec, (outcome, first, ticks): (&Outcome, Time, Ticks)) -> Forecast {
    let mut at = first;
    loop {
        if attempt(worker, spec, at).outcome != *outcome {
            return Forecast::At(at);
        }
        match net::next_change(worker, at) {
            Some(change) => at = ticks.from(change),
            None => return Forecast::Same,
        }
    }
}
