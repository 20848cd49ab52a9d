//! Sessions with containers: logs, commands that are executed, and who is attached (`pkg/kubelet/server/server.go`).
//!
//! A session is a number of a run of a container. It reads on from where it was, whenever somebody asks, and the container
//! has nothing to do for it meanwhile. Known difference: whoever attaches to a container with `stdin: true` is told all that it
//! has printed since its start, so that the output of a command that ends at once is never lost.

use super::Kubelet;
use super::container::State;
use super::log::Reader;
use super::process::Running;
use super::shell::machine::Printed;
use super::surroundings::Surroundings;
use crate::api::http::SessionRequest;
use crate::clock::Time;
use crate::object::{Key, Lookup, Str, kinds};
use crate::store::View;

/// The container's own process.
const PROCESS: u32 = 1;
/// The exit code of a process that is killed with its container.
const KILLED: i64 = 137;

/// A session with a run of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pod: Key,
    container_id: Str,
    /// What is executed; `None` for whoever is attached.
    process: Option<u32>,
    /// Where in the log an attached one began.
    from: usize,
    /// Whether the standard input of the container's process ends with this session (`stdinOnce`).
    closes_input: bool,
}

/// What has come of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was printed since the last time.
    pub printed: Vec<Printed>,
    /// The exit code, once it has ended.
    pub ended: Option<i64>,
    /// The program that is not interpreted and that it came to.
    pub stuck: Option<String>,
    /// When something happens next by itself.
    pub next: Option<Time>,
}

/// There was more input than anything reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputRefused;

impl Session {
    /// The pod.
    pub fn pod(&self) -> &Key {
        &self.pod
    }

    /// Whether it is attached to the container's own process.
    pub fn is_attached(&self) -> bool {
        self.process.is_none()
    }
}

impl Progress {
    /// Whether there is something to tell.
    pub fn tells(&self) -> bool {
        !self.printed.is_empty() || self.ended.is_some() || self.stuck.is_some()
    }
}

impl Kubelet {
    /// Reads on in the log of a run of a container; returns what there is to tell, and when something happens next. A run
    /// that is no more has nothing more to tell.
    pub fn read_log(
        &mut self,
        pod: &Key,
        container_id: &str,
        reader: &mut Reader,
        now: Time,
    ) -> (Vec<u8>, Option<Time>) {
        let worker = self.workers.get_mut(pod).map(|it| it.brought_up(now));
        let containers = worker.map(|it| it.containers.iter_mut()).into_iter().flatten();
        for container in containers {
            match &mut container.state {
                State::Running(running) if running.id == container_id => {
                    let next = running.next_step(now);
                    let dropped = running.log_dropped();
                    return (reader.read(running.log(now), dropped, None), next);
                }
                State::Exited(exit, _) if exit.id == container_id => {
                    let (ended, dropped) = (exit.finished, exit.log_dropped());
                    return (reader.read(exit.log(), dropped, Some(ended)), None);
                }
                _ => {}
            }
            if let Some(exit) = container.last.as_mut().filter(|it| it.id == container_id) {
                let (ended, dropped) = (exit.finished, exit.log_dropped());
                return (reader.read(exit.log(), dropped, Some(ended)), None);
            }
        }
        (reader.read(&[], 0, Some(now)), None)
    }

    /// When a process of the pod does something next by itself, if any does.
    pub fn next_in_containers(&mut self, pod: &Key, now: Time) -> Option<Time> {
        let containers = self.workers.get_mut(pod)?.containers.iter_mut();
        containers.filter_map(|it| it.running_mut()?.next_step(now)).min()
    }

    /// Begins a session.
    ///
    /// # Errors
    /// Why there can be none.
    pub fn start_session(&mut self, request: &SessionRequest, view: View<'_>, now: Time) -> Result<Session, String> {
        let gone = || format!("unable to upgrade connection: container not found ({:?})", request.container.as_str());
        let node = self.workers.get(&request.pod).and_then(|it| it.pod.node_name());
        if let Some(node) = node.filter(|it| self.is_down(it)) {
            let host = self.nodes.get(node).and_then(|it| it.host.clone()).unwrap_or_default();
            return Err(format!("error dialing backend: dial tcp {host}:10250: connect: connection refused"));
        }
        let worker = self.workers.get_mut(&request.pod).ok_or_else(gone)?;
        worker.bring_up(now);
        let names = |index: &usize| worker.spec(*index)["name"].as_str() == Some(&request.container);
        let index = (0..worker.containers.len()).find(names).ok_or_else(gone)?;
        let has_stdin = worker.spec(index)["stdin"].is_true();
        let closes_input = worker.spec(index)["stdinOnce"].is_true();
        let machine = match &request.command {
            Some(argv) => {
                let node = worker.pod.node_name().cloned().unwrap_or_default();
                let node = view.get(&Key::new(kinds::NODE, "", node)).ok_or_else(gone)?;
                let around = Surroundings {
                    now,
                    view,
                    latency: &self.latency,
                    node,
                    images: self.images.get_or_insert_default(),
                    behaviours: &self.behaviours,
                    known: self.known.get_or_insert_default(),
                    workers: &Lookup::default(),
                };
                let failed = |why: String| format!("error executing command in container: {why}");
                Some(worker.command(index, argv, now, &around).map_err(failed)?)
            }
            None => None,
        };
        let running = worker.containers[index].running_mut().ok_or_else(gone)?;
        let input = request.streams.stdin.then_some(request.streams.tty);
        let closes_input = machine.is_none() && request.streams.stdin && closes_input;
        let process = machine.map(|it| running.begin(it, input, now));
        let from = if has_stdin { 0 } else { running.log_dropped() + running.log(now).len() };
        let container_id = running.id.clone();
        worker.show_writes(index);
        worker.look_ahead(now);
        Ok(Session { pod: request.pod.clone(), container_id, process, from, closes_input })
    }

    /// What has come of a session by `now`, without the first `told` pieces of what was printed in it.
    pub fn session(&mut self, session: &Session, told: usize, now: Time) -> Progress {
        if let Some(worker) = self.workers.get_mut(&session.pod) {
            worker.bring_up(now);
        }
        let Some(process) = session.process else {
            return self.attached(session, session.from + told, now);
        };
        let ended = || Progress { ended: Some(KILLED), ..Progress::default() };
        let Some(running) = self.running(session) else {
            return ended();
        };
        let next = running.next_step(now);
        let Some(seen) = running.session(process, told, now) else {
            return ended();
        };
        Progress { printed: seen.output, ended: seen.ended.map(|(_, code)| code), stuck: seen.stuck, next }
    }

    fn attached(&mut self, session: &Session, read: usize, now: Time) -> Progress {
        let Some(worker) = self.workers.get_mut(&session.pod) else {
            return Progress { ended: Some(KILLED), ..Progress::default() };
        };
        for container in &mut worker.containers {
            let (log, dropped, next, ended) = match &mut container.state {
                State::Running(running) if running.id == session.container_id => {
                    let (next, dropped) = (running.next_step(now), running.log_dropped());
                    (running.log(now), dropped, next, None)
                }
                State::Exited(exit, _) if exit.id == session.container_id => {
                    let (code, dropped) = (exit.code, exit.log_dropped());
                    (exit.log(), dropped, None, Some(code))
                }
                _ => continue,
            };
            let printed = log.iter().skip(read.saturating_sub(dropped)).cloned().collect();
            return Progress { printed, ended, stuck: None, next };
        }
        Progress { ended: Some(KILLED), ..Progress::default() }
    }

    /// Gives a session input, or with `None` the end of it.
    ///
    /// # Errors
    /// When there is more input than anything reads.
    pub fn feed_session(&mut self, session: &Session, text: Option<&str>, now: Time) -> Result<(), InputRefused> {
        if let Some(worker) = self.workers.get_mut(&session.pod) {
            worker.bring_up(now);
        }
        let fed = match (session.process, self.running(session)) {
            (Some(process), Some(running)) => running.feed(process, text, now),
            // The end of one client's input is not the end of a process's that others may attach to.
            (None, Some(running)) if text.is_some() || session.closes_input => running.feed(PROCESS, text, now),
            _ => true,
        };
        if let Some(worker) = self.workers.get_mut(&session.pod) {
            worker.look_ahead(now);
        }
        fed.then_some(()).ok_or(InputRefused)
    }

    /// Ends a session, with all that still runs in it.
    pub fn end_session(&mut self, session: &Session, now: Time) {
        match (session.process, self.running(session)) {
            (Some(process), Some(running)) => running.end_session(process, now),
            (None, Some(running)) if session.closes_input => drop(running.feed(PROCESS, None, now)),
            _ => {}
        }
        if let Some(worker) = self.workers.get_mut(&session.pod) {
            worker.look_ahead(now);
        }
    }

    /// The run that a session is with, as long as it lasts.
    fn running(&mut self, session: &Session) -> Option<&mut Running> {
        let containers = self.workers.get_mut(&session.pod)?.containers.iter_mut();
        containers.filter_map(|it| it.running_mut()).find(|it| it.id == session.container_id)
    }
}
