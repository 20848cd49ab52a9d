//! Probes that go over the network: requests, connections and health checks of the pod's address.

use super::exec::Tried;
use super::outcome::{Connection, Outcome, Response, of_connection, of_health, of_request};
use super::spec::{Check, Spec};
use crate::kubelet::worker::Worker;

/// Tries a probe of the container at `index`.
pub fn attempt(worker: &Worker, index: usize, spec: &Spec) -> Tried {
    let own = worker.address.as_deref().unwrap_or("127.0.0.1");
    let address = |host: &Option<String>, port: u16| format!("{}:{port}", host.as_deref().unwrap_or(own));
    // A container that runs what its image has listens; one that runs a script opens no port.
    let listens = worker.containers[index].running().is_some_and(|it| it.heeds_sigterm || it.stuck.is_some());
    let connection = if listens { Connection::Open } else { Connection::Refused };
    let outcome = match &spec.check {
        Check::Http { port: Err(why), .. } | Check::Tcp { port: Err(why), .. } => Outcome::Error(why.clone()),
        Check::Http { scheme, host, port: Ok(port), path } => {
            let answer = if listens { Ok(Response::Status(200, None)) } else { Err(connection) };
            of_request(scheme, &address(host, *port), path, &answer)
        }
        Check::Tcp { host, port: Ok(port) } => of_connection(&address(host, *port), &connection),
        Check::Grpc { port, .. } => {
            of_health(&address(&None, *port), &connection, listens.then_some("SERVING"), spec.timeout)
        }
        Check::Exec(_) | Check::Missing => Outcome::Error("missing probe handler".to_owned()),
    };
    Tried::at_once(outcome)
}
