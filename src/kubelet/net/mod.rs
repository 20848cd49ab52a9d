//! The virtual network: what listens in a pod, what comes back from there, and where the questions of a container's processes
//! lead.

mod api;
mod ask;
mod names;
mod service;

use std::collections::BTreeMap;

pub use api::ApiCall;
pub use ask::{Visit, answers, look};

use super::behaviour::{Answer, Server};
use super::image_behaviour::ImageBehaviour;
use super::process::Running;
use super::worker::Worker;
use crate::clock::Time;
use crate::object::{Key, Str, Value};

/// What the network remembers of a pod as a client.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// How often it asked for something.
    asked: u32,
    /// The endpoints that answered it, by Service, and until when each goes on to do so.
    kept: BTreeMap<Key, (Str, Time)>,
}

/// What comes back from `port` of the pod of `worker` at `at`, to a request for `path`: the first of its containers that has
/// the port open answers.
pub fn answer(worker: &Worker, port: u16, path: &str, at: Time) -> Answer {
    let of = |index: usize| answer_of(worker.containers[index].running()?, worker.spec(index), port, path, at);
    (0..worker.containers.len()).find_map(of).unwrap_or(Answer::Refused)
}

/// When what the pod of `worker` answers may first be something else, after `at`, if nobody interferes.
pub fn next_change(worker: &Worker, at: Time) -> Option<Time> {
    let running = || worker.containers.iter().filter_map(|it| it.running());
    let servers = running().filter_map(|it| it.server.as_ref()?.next_change(at));
    servers.chain(running().filter_map(|it| it.next_listening(at))).min()
}

/// What one container answers, unless it refuses.
fn answer_of(running: &Running, spec: &Value, port: u16, path: &str, at: Time) -> Option<Answer> {
    let known = match (&running.server, &running.stuck) {
        (Some(server), _) => server.answer(spec, port, path, at),
        // A script that has come to a server: it is what the program is known to be.
        (None, Some(program)) => {
            let image = ImageBehaviour::of_program(program.split(' ').next().unwrap_or(program));
            Server::new(image).answer(spec, port, path, at)
        }
        (None, None) => Answer::Refused,
    };
    let answer = if known == Answer::Refused { running.answers(port, path, at) } else { known };
    (answer != Answer::Refused).then_some(answer)
}
