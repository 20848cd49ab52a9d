//! `postStart` and `preStop`: what they do and how they end (`pkg/kubelet/lifecycle/handlers.go`).
//!
//! A command is run ahead to see when it ends. One that asks something of the network is seen further whenever it was answered.

use super::behaviour::Answer;
use super::events::pod_name;
use super::net;
use super::probe::{self, network::of_host};
use super::process::Executed;
use super::surroundings::Surroundings;
use super::worker::Worker;
use crate::clock::{Span, Time};
use crate::object::{Str, Value};

/// How far ahead a command without a time limit is looked at.
const FAR: Span = Span::seconds(24 * 3600);

/// A hook under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// When it ends; `None` when it does not.
    pub until: Option<Time>,
    /// What the kubelet says of it when it fails.
    pub failure: Option<Str>,
    /// A command of which is not known yet how it ends: its session, and until when it is looked at.
    pub open: Option<(u32, Time)>,
}

impl Hook {
    /// One that ends at `until`, well or with an error.
    fn ends(until: Option<Time>, failure: Option<Str>) -> Self {
        Hook { until, failure, open: None }
    }
}

/// Runs `handler` (an `exec`, `httpGet` or `sleep`) of the container at `index` from now on, and sees what comes of it until
/// `limit`, if there is one.
pub fn run(
    worker: &mut Worker,
    index: usize,
    handler: &Value,
    limit: Option<Time>,
    around: &mut Surroundings<'_>,
) -> Hook {
    if let Some(seconds) = handler["sleep"]["seconds"].as_i64() {
        return Hook::ends(Some(around.now + Span::seconds(seconds)), None);
    }
    let command = handler["exec"]["command"].items();
    if !command.is_empty() {
        return execute(worker, index, command, limit.unwrap_or(around.now + FAR), around);
    }
    if !handler["httpGet"].is_null() {
        return request(worker, index, &handler["httpGet"], around);
    }
    Hook::ends(Some(around.now), None)
}

fn execute(worker: &mut Worker, index: usize, command: &[Value], limit: Time, around: &mut Surroundings<'_>) -> Hook {
    let argv: Vec<String> = command.iter().map(|it| it.str_or_empty().to_owned()).collect();
    match worker.execute(index, &argv, limit, around) {
        Ok(executed) if executed.asks => Hook { until: None, failure: None, open: Some((executed.session, limit)) },
        Ok(executed) => ended(worker, index, command, &executed),
        Err(message) => Hook::ends(Some(around.now), Some(failed(worker, index, &argv.join(" "), &message, ""))),
    }
}

/// A command that has come to its end, or will not.
fn ended(worker: &Worker, index: usize, command: &[Value], executed: &Executed) -> Hook {
    let words: Vec<&str> = command.iter().map(Value::str_or_empty).collect();
    let command = words.join(" ");
    let text = |errors: bool| -> String {
        executed.output.iter().filter(|it| !errors || it.error).map(|it| it.text.as_str()).collect()
    };
    let code = executed.ended.map_or(0, |(_, code)| code);
    let error = (code != 0).then(|| format!("command '{command}' exited with {code}: {}", text(true)));
    let failure = error.map(|error| failed(worker, index, &command, &error, &text(false)));
    Hook::ends(executed.ended.map(|(at, _)| at), failure)
}

fn failed(worker: &Worker, index: usize, command: &str, error: &str, output: &str) -> Str {
    let (name, pod) = (worker.spec(index)["name"].str_or_empty(), pod_name(&worker.pod));
    Str::from(format!(
        "Exec lifecycle hook ([{command}]) for Container {name:?} in Pod {pod:?} failed - error: {error}, message: {output:?}"
    ))
}

impl Worker {
    /// Sees further what becomes of the hooks whose commands ask something of the network.
    pub(super) fn follow_hooks(&mut self, now: Time) {
        for index in 0..self.containers.len() {
            for (field, is_stop) in [("postStart", false), ("preStop", true)] {
                let Some(running) = self.containers[index].running_mut() else { continue };
                let Some((session, limit)) = running.hook_mut(is_stop).and_then(|it| it.open) else { continue };
                let Some(executed) = running.outcome_of(session, now, limit) else { continue };
                let command = self.spec(index).at(&["lifecycle", field, "exec", "command"]).clone();
                let hook = ended(self, index, command.items(), &executed);
                if let Some(running) = self.containers[index].running_mut()
                    && let Some(open) = running.hook_mut(is_stop)
                {
                    *open = Hook { open: open.open.filter(|_| hook.until.is_none_or(|at| at > now)), ..hook };
                }
            }
        }
    }
}

/// Asks for a page. Whatever is answered is well; what fails is that nothing is.
fn request(worker: &Worker, index: usize, http: &Value, around: &Surroundings<'_>) -> Hook {
    let now = around.now;
    let (scheme, path) = probe::request(http);
    let own = worker.address.as_deref().unwrap_or("127.0.0.1");
    let host = http["host"].as_str().filter(|it| !it.is_empty()).unwrap_or(own);
    let failed = |error: &str| {
        let (name, pod) = (worker.spec(index)["name"].str_or_empty(), pod_name(&worker.pod));
        let asked = http["path"].str_or_empty();
        Some(Str::from(format!(
            "HTTP lifecycle hook ({asked}) for Container {name:?} in Pod {pod:?} failed - error: {error}"
        )))
    };
    let port = match probe::port(&http["port"], worker.spec(index)) {
        Ok(port) => port,
        Err(why) => return Hook::ends(Some(now), failed(&why)),
    };
    let url = format!("{scheme}://{host}:{port}{path}");
    let answer = if host == own {
        Ok(net::answer(worker, port, &path, now))
    } else {
        of_host(worker, host, port, &path, now, around)
    };
    match answer {
        Ok(Answer::Http { .. }) => Hook::ends(Some(now), None),
        Ok(Answer::Raw(_)) => Hook::ends(Some(now), failed(&format!("Get {url:?}: EOF"))),
        Ok(Answer::Silent) => Hook::ends(None, None),
        Ok(Answer::Refused) => {
            Hook::ends(Some(now), failed(&format!("Get {url:?}: dial tcp {host}:{port}: connect: connection refused")))
        }
        Err(why) => Hook::ends(Some(now), failed(&format!("Get {url:?}: {why}"))),
    }
}
