//! What a container's processes ask of the network, and who listens among them.

use super::Running;
use crate::clock::Time;
use crate::kubelet::behaviour::Answer;
use crate::kubelet::shell::Said;
use crate::kubelet::shell::machine::Machine;
use crate::kubelet::shell::network::{Question, Reply};
use crate::object::Str;

impl Running {
    /// What one of its processes asks of the network at `now`, and the number of that process.
    pub fn question(&mut self, now: Time) -> Option<(u32, Question)> {
        let script = self.script.as_mut()?;
        script.run(now);
        script.now.question().map(|(id, question)| (id, question.clone()))
    }

    /// Answers what the process `to` asks, and sees what comes after it.
    pub fn reply(&mut self, to: u32, reply: Reply, now: Time) {
        if let Some(script) = &mut self.script {
            script.now.pass_to(now);
            script.now.reply(to, reply);
            script.run(now);
            self.interfered(now);
        }
    }

    /// Whether one of its processes listens to a port some time, as far as is known.
    pub fn listens(&self) -> bool {
        self.script.as_ref().is_some_and(|it| it.listens)
    }

    /// What one of its processes answers on `port` to a request for `path` at `at`.
    pub fn answers(&self, port: u16, path: &str, at: Time) -> Answer {
        let Some(script) = self.script.as_ref().filter(|it| it.listens) else {
            return Answer::Refused;
        };
        let is_there = script.group.is_none() && script.now.now == at;
        if is_there && script.now.next().is_none_or(|it| it > at) {
            return of_machine(&script.now, port, path);
        }
        self.machine_at(at).map_or(Answer::Refused, |it| of_machine(&it, port, path))
    }

    /// When one of its processes does something next after `at` that may change who listens.
    pub fn next_listening(&self, at: Time) -> Option<Time> {
        if !self.listens() || self.repeats_from().is_some_and(|it| it <= at) {
            return None;
        }
        self.ahead_at(at)?.own().next()
    }

    /// Takes note of a connection to `port` over which `sent` came; returns whether anything changed.
    pub fn connected(&mut self, port: u16, sent: &str, now: Time) -> bool {
        let Some(script) = self.script.as_mut().filter(|it| it.listens) else {
            return false;
        };
        script.run(now);
        let changed = script.now.connected(port, sent);
        if changed {
            script.run(now);
            self.interfered(now);
        }
        changed
    }
}

/// What a machine answers as it is.
pub fn of_machine(machine: &Machine, port: u16, path: &str) -> Answer {
    match machine.answers(port, path) {
        None => Answer::Refused,
        Some(Said::Page(status, body)) => Answer::Http { status, body: Str::from(body) },
        Some(Said::Text(text)) => match crate::kubelet::shell::network::parse_response(&text) {
            Some((status, body)) => Answer::Http { status, body: Str::from(body) },
            None => Answer::Raw(Str::from(text)),
        },
    }
}
