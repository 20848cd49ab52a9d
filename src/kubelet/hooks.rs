//! `postStart` and `preStop`: what they do and how they end (`pkg/kubelet/lifecycle/handlers.go`).
//!
//! Known difference: an `httpGet` is taken to be answered at once, whoever listens.

use super::events::pod_name;
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
        return Hook { until: Some(around.now + Span::seconds(seconds)), failure: None };
    }
    let command = handler["exec"]["command"].items();
    if !command.is_empty() {
        return execute(worker, index, command, limit.unwrap_or(around.now + FAR), around);
    }
    Hook { until: Some(around.now), failure: None }
}

fn execute(worker: &mut Worker, index: usize, command: &[Value], limit: Time, around: &mut Surroundings<'_>) -> Hook {
    let argv: Vec<String> = command.iter().map(|it| it.str_or_empty().to_owned()).collect();
    let (ended, error, output) = match worker.execute(index, &argv, limit, around) {
        Ok(executed) => {
            let text = |errors: bool| -> String {
                executed.output.iter().filter(|it| !errors || it.error).map(|it| it.text.as_str()).collect()
            };
            let code = executed.ended.map_or(0, |(_, code)| code);
            let error = (code != 0).then(|| format!("command '{}' exited with {code}: {}", argv.join(" "), text(true)));
            (executed.ended.map(|(at, _)| at), error, text(false))
        }
        Err(message) => (Some(around.now), Some(message), String::new()),
    };
    let name = worker.spec(index)["name"].str_or_empty();
    let failure = error.map(|error| {
        Str::from(format!(
            "Exec lifecycle hook ([{}]) for Container {name:?} in Pod {:?} failed - error: {error}, message: {output:?}",
            argv.join(" "),
            pod_name(&worker.pod),
        ))
    });
    Hook { until: ended, failure }
}
