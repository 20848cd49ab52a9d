//! What is asked before a container is started, in the order in which a kubelet does (`startContainer` in
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go`).

use super::container::Hold;
use super::events::{Happening, pod_name};
use super::images;
use super::surroundings::Surroundings;
use super::volume::NEVER;
use super::worker::{Happenings, Worker};
use crate::object::{Str, Value};

/// What holds up the container at `index` of `worker`, whose turn has come.
pub fn check(
    worker: &mut Worker,
    index: usize,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) -> Option<Hold> {
    if around.latency.silent {
        return None;
    }
    if let Some(hold) = images::check(worker, index, around, happenings) {
        return Some(hold);
    }
    let message = Str::from(configuration(worker, index, around)?);
    happenings.push((index, Happening::OfContainer(true, "Failed", Str::from(format!("Error: {message}")))));
    // It is tried again once something that the container needs has changed.
    Some(Hold { reason: "CreateContainerConfigError", message, retry_at: NEVER })
}

/// Why the configuration of a container cannot be made (`generateContainerConfig`).
fn configuration(worker: &Worker, index: usize, around: &Surroundings<'_>) -> Option<String> {
    let container = worker.spec(index);
    let (own, of_pod) = (&container["securityContext"], &worker.pod.spec()["securityContext"]);
    let asked = |field: &str| Some(&own[field]).filter(|it| !it.is_null()).unwrap_or(&of_pod[field]);
    let says_who = !(own.is_empty() && of_pod.is_empty());
    if says_who && asked("runAsNonRoot").is_true() && *asked("runAsUser") == Value::Int(0) {
        let (pod, name) = (pod_name(&worker.pod), container["name"].str_or_empty());
        return Some(format!("container's runAsUser breaks non-root policy (pod: {pod:?}, container: {name})"));
    }
    if container["env"].is_empty() && container["envFrom"].is_empty() {
        return None;
    }
    worker.environment(index, around).err()
}
