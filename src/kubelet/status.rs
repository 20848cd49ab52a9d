//! The status of a pod as its kubelet writes it (`pkg/kubelet/kubelet_pods.go`, `pkg/kubelet/status/status_manager.go`).

use super::conditions::{self, is_ready};
use super::container::{Container, Exit, Hold, Next, State};
use super::events::{DEADLINE_MESSAGE, pod_name};
use super::shared::Shared;
use super::termination::Why;
use super::worker::Worker;
use crate::clock::Time;
use crate::map;
use crate::object::{Map, Str, Value, literal};

/// The phase of a pod; `terminated` when its end is complete.
pub fn phase(worker: &Worker, terminated: bool) -> Str {
    let stored = worker.pod.status()["phase"].as_shared_str();
    if let Some(stored) = stored.filter(|it| is_terminal(it)) {
        return stored.clone();
    }
    if terminated && worker.ending.is_some_and(|it| it.why == Why::DeadlineExceeded) {
        return literal!("Failed");
    }
    let phase = observed_phase(worker, terminated);
    if terminated && !is_terminal(&phase) { literal!("Failed") } else { phase }
}

/// Whether no pod leaves `phase` any more.
pub fn is_terminal(phase: &str) -> bool {
    matches!(phase, "Succeeded" | "Failed")
}

fn observed_phase(worker: &Worker, terminated: bool) -> Str {
    let (inits, mains) = (&worker.containers[..worker.inits], worker.main_containers());
    let mut initializing = false;
    for (index, container) in inits.iter().enumerate() {
        match &container.state {
            State::Exited(exit, Next::Stay) if exit.code != 0 && !worker.is_sidecar(index) => {
                return literal!("Failed");
            }
            State::Exited(..) => {}
            State::Running(_) if worker.is_sidecar(index) && container.is_up() => {}
            State::Running(_) | State::Waiting => initializing = true,
        }
    }
    let count = |wanted: fn(&Container) -> bool| mains.iter().filter(|it| wanted(it)).count();
    // A pod whose init containers run once more has been initialized all the same.
    initializing &= mains.iter().all(Container::was_never_up);
    let stopped = count(|it| it.exit().is_some());
    if initializing || count(Container::was_never_up) > 0 {
        return literal!("Pending");
    }
    if count(|it| it.running().is_some()) > 0 || inits.iter().any(|it| it.running().is_some()) {
        return literal!("Running");
    }
    if stopped == 0 {
        return literal!("Pending");
    }
    if !terminated && stopped != count(Container::is_over) {
        return literal!("Running");
    }
    let failed = |it: &Container| it.exit().is_some_and(|exit| exit.code != 0);
    if mains.iter().any(failed) { literal!("Failed") } else { literal!("Succeeded") }
}

/// Where a pod is, as its status tells.
#[derive(Debug)]
pub struct Place {
    /// `hostIP`, when the node has an address.
    pub host: Option<Str>,
    /// `hostIPs`.
    pub hosts: Value,
    /// Whether the pod's network is set up.
    pub has_sandbox: bool,
    /// Whether its end is complete.
    pub terminated: bool,
}

/// The whole status of the pod of `worker` at `now`.
pub fn status(worker: &Worker, place: &Place, shared: &mut Shared, now: Time) -> Value {
    let old = worker.pod.status();
    let phase = phase(worker, place.terminated);
    let now_text = shared.time(now);
    let has_sandbox = place.has_sandbox && !is_terminal(&phase);
    let (mut others, own) = conditions::conditions(worker, &phase, has_sandbox, &now_text);
    let own = shared.conditions(own);
    let conditions = if others.is_empty() {
        own
    } else {
        others.extend(own.items().iter().cloned());
        Value::list(others)
    };
    let mut kept = old.as_map().cloned().unwrap_or_default();
    if old["phase"].as_str() != Some(&phase) {
        kept.remove("reason");
        kept.remove("message");
    }
    let mut own: Vec<(Str, Value)> = Vec::with_capacity(12);
    if is_terminal(&phase) && worker.ending.is_some_and(|it| it.why == Why::DeadlineExceeded) {
        own.push((literal!("reason"), literal!("DeadlineExceeded").into()));
        own.push((literal!("message"), DEADLINE_MESSAGE.into()));
    }
    if let Some(verdict) = worker.verdict.as_ref().filter(|_| phase == "Failed") {
        own.push((literal!("reason"), verdict.reason.into()));
        own.push((literal!("message"), Value::from(&verdict.message)));
    }
    own.push((literal!("conditions"), conditions));
    own.push((literal!("phase"), phase.into()));
    if old["startTime"].is_null() {
        own.push((literal!("startTime"), shared.time(worker.seen).into()));
    }
    if worker.pod.meta.generation > 0 {
        own.push((literal!("observedGeneration"), worker.pod.meta.generation.into()));
    }
    addresses(&mut own, old, worker, place);
    let split = worker.inits;
    let inits = container_statuses(worker, 0..split, "initContainerStatuses", place, shared);
    let mains = container_statuses(worker, worker.mains(), "containerStatuses", place, shared);
    let last = worker.mains().end..worker.containers.len();
    let ephemeral = container_statuses(worker, last, "ephemeralContainerStatuses", place, shared);
    if !inits.is_empty() {
        own.push((literal!("initContainerStatuses"), inits));
    }
    own.push((literal!("containerStatuses"), mains));
    if !ephemeral.is_empty() {
        own.push((literal!("ephemeralContainerStatuses"), ephemeral));
    }
    Value::Map(kept.with(own))
}

fn addresses(own: &mut Vec<(Str, Value)>, old: &Value, worker: &Worker, place: &Place) {
    if let Some(host) = &place.host {
        own.push((literal!("hostIP"), host.into()));
        own.push((literal!("hostIPs"), place.hosts.clone()));
    }
    let on_host = worker.pod.spec()["hostNetwork"].is_true();
    let address = if on_host { place.host.as_ref() } else { worker.address.as_ref() };
    if let Some(address) = address.filter(|it| old["podIP"].as_str() != Some(it)) {
        own.push((literal!("podIP"), address.into()));
        own.push((literal!("podIPs"), Value::list([map! { "ip" => address }])));
    }
}

fn container_statuses(
    worker: &Worker,
    indexes: std::ops::Range<usize>,
    field: &str,
    place: &Place,
    shared: &mut Shared,
) -> Value {
    let old = &worker.pod.status()[field];
    let mut statuses: Vec<Value> =
        indexes.clone().map(|index| Value::Map(container_status(worker, index, old, place, shared))).collect();
    if indexes.start >= worker.inits {
        // The kubelet sorts the containers' statuses by name, and leaves init containers in their order.
        statuses.sort_by(|a, b| a["name"].str_or_empty().cmp(b["name"].str_or_empty()));
    }
    Value::from(statuses)
}

fn container_status(worker: &Worker, index: usize, old: &Value, place: &Place, shared: &mut Shared) -> Map {
    let spec = worker.spec(index);
    let container = &worker.containers[index];
    let spec_image = spec["image"].as_shared_str().cloned().unwrap_or_default();
    let id = match &container.state {
        State::Waiting => None,
        State::Running(_) if container.was_never_up() => None,
        State::Running(running) => Some(running.id.clone()),
        State::Exited(exit, _) => Some(exit.id.clone()),
    };
    let old = old.items().iter().find(|it| it["name"] == spec["name"]);
    let mounts = old.map_or_else(|| volume_mounts(spec), |it| it["volumeMounts"].clone());
    let (state, last) = states(worker, index, place, shared);
    let is_made = id.is_some();
    let image = shared.image(if is_made { &container.image } else { &spec_image });
    let resources = match if is_made { &container.resources } else { &spec["resources"] } {
        Value::Null => shared.empty(),
        resources => resources.clone(),
    };
    let requests = container.allocated["requests"].clone();
    map! {
        "allocatedResources" => Some(requests).filter(|it| is_made && !it.is_empty()),
        "containerID" => id,
        "image" => if is_made { image.name } else { spec_image },
        "imageID" => if is_made { image.id } else { Str::new() },
        "lastState" => last,
        "name" => &spec["name"],
        "ready" => is_ready(worker, index),
        "resources" => is_made.then_some(resources),
        "restartCount" => container.restarts,
        "started" => container.is_up() && container.started,
        "state" => state,
        "user" => is_made.then(|| user(worker.pod.spec(), spec, shared)),
        "volumeMounts" => mounts,
    }
}

/// The state and the last state of the container at `index`.
fn states(worker: &Worker, index: usize, place: &Place, shared: &mut Shared) -> (Value, Value) {
    let container = &worker.containers[index];
    let last = |exit: Option<&Exit>, shared: &mut Shared| match exit {
        Some(exit) => terminated(exit, shared),
        None => shared.empty(),
    };
    let initializes = worker.inits > 0 && !worker.is_ephemeral(index);
    let reason = if initializes { literal!("PodInitializing") } else { literal!("ContainerCreating") };
    match &container.state {
        State::Waiting if place.terminated && is_unknown(worker, index) => (unknown(), shared.empty()),
        State::Waiting if let Some(hold) = shown_hold(container) => (shared.held(hold), shared.empty()),
        State::Waiting => (shared.waiting(reason), shared.empty()),
        State::Running(_) if !container.is_up() => match container.last.as_deref() {
            Some(exit) => (terminated(exit, shared), shared.empty()),
            None => (shared.waiting(reason), shared.empty()),
        },
        State::Running(running) => (shared.running(running.started), last(container.last.as_deref(), shared)),
        State::Exited(exit, _) if let Some(hold) = shown_hold(container) => {
            (shared.held(hold), last(Some(exit), shared))
        }
        State::Exited(exit, Next::BackOff { delay, found: true, .. }) => {
            let name = worker.spec(index)["name"].str_or_empty();
            let message = format!("back-off {delay} restarting failed container={name} pod={}", pod_name(&worker.pod));
            let waiting = map! { "reason" => literal!("CrashLoopBackOff"), "message" => message };
            (Value::Map(map! { "waiting" => waiting }), last(Some(exit), shared))
        }
        State::Exited(exit, _) => (terminated(exit, shared), last(container.last.as_deref(), shared)),
    }
}

/// What holds a container up, where its status says so.
fn shown_hold(container: &Container) -> Option<&Hold> {
    container.hold.as_ref().filter(|it| !it.reason.is_empty())
}

/// Whether a container that never started counts as lost at the end of its pod: once the pod is initialized, and of the
/// init containers at least the first.
fn is_unknown(worker: &Worker, index: usize) -> bool {
    let initialized = worker.inits == 0 || is_ready(worker, worker.inits - 1);
    if worker.is_init(index) { index == 0 } else { initialized }
}

fn terminated(exit: &Exit, shared: &mut Shared) -> Value {
    let terminated = map! {
        "containerID" => &exit.id,
        "exitCode" => exit.code,
        "finishedAt" => shared.time(exit.finished),
        "message" => Some(&exit.message).filter(|it| !it.is_empty()),
        "reason" => exit.reason,
        "startedAt" => shared.time(exit.started),
    };
    Value::Map(map! { "terminated" => terminated })
}

fn unknown() -> Value {
    let terminated = Map::from_entries(vec![
        (literal!("exitCode"), Value::Int(super::container::KILLED)),
        (literal!("finishedAt"), Value::Null),
        (literal!("message"), Value::from("The container could not be located when the pod was terminated")),
        (literal!("reason"), Value::from("ContainerStatusUnknown")),
        (literal!("startedAt"), Value::Null),
    ]);
    Value::Map(map! { "terminated" => terminated })
}

fn volume_mounts(spec: &Value) -> Value {
    let mount = |it: &Value| {
        let read_only = it["readOnly"].is_true();
        map! {
            "mountPath" => &it["mountPath"],
            "name" => &it["name"],
            "readOnly" => read_only.then_some(true),
            "recursiveReadOnly" => read_only.then_some("Disabled"),
        }
    };
    let mounts: Vec<Value> = spec["volumeMounts"].items().iter().map(|it| Value::Map(mount(it))).collect();
    if mounts.is_empty() { Value::Null } else { Value::from(mounts) }
}

/// Who the process runs as: root, unless a security context says otherwise.
fn user(pod: &Value, container: &Value, shared: &mut Shared) -> Value {
    let (of_pod, own) = (&pod["securityContext"], &container["securityContext"]);
    let number = |key: &str| own[key].as_i64().or_else(|| of_pod[key].as_i64()).unwrap_or(0);
    let (uid, gid) = (number("runAsUser"), number("runAsGroup"));
    let mut groups = vec![gid];
    let listed = of_pod["supplementalGroups"].items().iter().chain([&of_pod["fsGroup"]]);
    groups.extend(listed.filter_map(Value::as_i64));
    groups.sort_unstable();
    groups.dedup();
    shared.user(uid, gid, groups)
}
