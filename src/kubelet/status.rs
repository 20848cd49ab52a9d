//! The status of a pod as its kubelet writes it (`pkg/kubelet/kubelet_pods.go`, `pkg/kubelet/status/status_manager.go`).

use std::ops::Range;

use super::conditions::{self, is_ready};
use super::container::{Container, Exit, Hold, Next, State};
use super::events::{DEADLINE_MESSAGE, pod_name};
use super::shared::Shared;
use super::termination::Why;
use super::worker::Worker;
use crate::clock::Time;
use crate::object::{Map, Str, Value, literal};
use crate::{full_map, map};

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
    let (mut never_up, mut running, mut stopped, mut over, mut failed) = (0, 0, 0, 0, false);
    for container in mains {
        never_up += usize::from(container.was_never_up());
        match &container.state {
            State::Waiting => {}
            State::Running(_) => running += 1,
            State::Exited(exit, next) => {
                stopped += 1;
                over += usize::from(*next == Next::Stay);
                failed |= exit.code != 0;
            }
        }
    }
    // A pod whose init containers run once more has been initialized all the same.
    if never_up > 0 || initializing && mains.is_empty() {
        return literal!("Pending");
    }
    if running > 0 || inits.iter().any(|it| it.running().is_some()) {
        return literal!("Running");
    }
    if stopped == 0 {
        return literal!("Pending");
    }
    if !terminated && stopped != over {
        return literal!("Running");
    }
    if failed { literal!("Failed") } else { literal!("Succeeded") }
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

macro_rules! fields {
    ($($name:literal),* $(,)?) => {
        /// The fields of a pod's status that its kubelet sees to, or leaves as they are. Those of others stay beside them.
        const FIELDS: [&str; <[&str]>::len(&[$($name),*])] = [$($name),*];

        /// What each of them holds in `status`.
        fn fields_of(status: &Value) -> [&Value; FIELDS.len()] {
            [$(&status[$name]),*]
        }
    };
}

fields!(
    "conditions",
    "containerStatuses",
    "ephemeralContainerStatuses",
    "hostIP",
    "hostIPs",
    "initContainerStatuses",
    "message",
    "observedGeneration",
    "phase",
    "podIP",
    "podIPs",
    "qosClass",
    "reason",
    "resize",
    "startTime",
);

/// The whole status of the pod of `worker` at `now`.
pub fn status(worker: &Worker, place: &Place, shared: &mut Shared, now: Time) -> Value {
    let old = worker.pod.status();
    let phase = phase(worker, place.terminated);
    let now_text = shared.stamps.rfc3339(now);
    let has_sandbox = place.has_sandbox && !is_terminal(&phase);
    let conditions = conditions::conditions(worker, &phase, has_sandbox, &now_text, shared);
    let kept = fields_of(old);
    let [_, of_mains, of_ephemeral, host, hosts, of_inits, message, generation, ..] = kept;
    let [.., old_phase, address, addresses, class, reason, resize, start] = kept;
    let (mains, all) = (worker.mains(), worker.containers.len());
    let of_mains = container_statuses(worker, mains.clone(), of_mains, place, shared);
    let mut statuses_of = |indexes: Range<usize>, old: &Value| match indexes.len() {
        0 => old.clone(),
        _ => container_statuses(worker, indexes, old, place, shared),
    };
    let of_inits = statuses_of(0..worker.inits, of_inits);
    let of_ephemeral = statuses_of(mains.end..all, of_ephemeral);
    let (host, hosts) = match &place.host {
        Some(host) => (Value::from(host), &place.hosts),
        None => (host.clone(), hosts),
    };
    let (address, addresses) = match own_address(worker, place).filter(|it| address.as_str() != Some(it)) {
        Some(own) => (Value::from(own), Value::from(vec![Value::Map(full_map! { "ip" => own })])),
        None => (address.clone(), addresses.clone()),
    };
    let (reason, message) = match said(worker, &phase) {
        Some((reason, message)) => (reason.into(), message.into()),
        None if old_phase.as_str() == Some(&phase) => (reason.clone(), message.clone()),
        None => (Value::Null, Value::Null),
    };
    let start = if start.is_null() { shared.stamps.rfc3339(worker.seen).into() } else { start.clone() };
    let generation = match worker.pod.meta.generation {
        0 => generation.clone(),
        generation => generation.into(),
    };
    let status = map! {
        "conditions" => conditions,
        "containerStatuses" => of_mains,
        "ephemeralContainerStatuses" => of_ephemeral,
        "hostIP" => host,
        "hostIPs" => hosts,
        "initContainerStatuses" => of_inits,
        "message" => message,
        "observedGeneration" => generation,
        "phase" => phase,
        "podIP" => address,
        "podIPs" => addresses,
        "qosClass" => class,
        "reason" => reason,
        "resize" => resize,
        "startTime" => start,
    };
    let known = kept.iter().filter(|it| !it.is_null()).count();
    match old.as_map() {
        Some(old) if old.len() > known => Value::Map(beside_others(status, old)),
        _ => Value::Map(status),
    }
}

/// `status` with those fields of `old` that the kubelet leaves to others.
#[cold]
fn beside_others(status: Map, old: &Map) -> Map {
    let mut others = old.clone();
    others.retain(|key, _| FIELDS.binary_search(&key).is_err());
    others.with(status.iter().map(|(key, value)| (key.clone(), value.clone())).collect())
}

/// Why the pod came to its end, and how that is put, if others than its containers were the reason.
fn said(worker: &Worker, phase: &str) -> Option<(Str, Str)> {
    if let Some(verdict) = worker.verdict.as_ref().filter(|_| phase == "Failed") {
        return Some((verdict.reason.into(), verdict.message.clone()));
    }
    let exceeded = is_terminal(phase) && worker.ending.is_some_and(|it| it.why == Why::DeadlineExceeded);
    exceeded.then(|| (literal!("DeadlineExceeded"), DEADLINE_MESSAGE.into()))
}

/// The address of the pod: on the network of its node it has the node's.
fn own_address<'a>(worker: &'a Worker, place: &'a Place) -> Option<&'a Str> {
    let on_host = worker.pod.spec()["hostNetwork"].is_true();
    if on_host { place.host.as_ref() } else { worker.address.as_ref() }
}

/// The statuses of the containers at `indexes`, of which `old` are the ones from before.
fn container_statuses(
    worker: &Worker,
    indexes: Range<usize>,
    old: &Value,
    place: &Place,
    shared: &mut Shared,
) -> Value {
    let mut statuses = Vec::with_capacity(indexes.len());
    for index in indexes.clone() {
        statuses.push(Value::Map(container_status(worker, index, old, place, shared)));
    }
    if indexes.start >= worker.inits && statuses.len() > 1 {
        // The kubelet sorts the containers' statuses by name, and leaves init containers in their order.
        statuses.sort_by(|a, b| a["name"].str_or_empty().cmp(b["name"].str_or_empty()));
    }
    Value::from(statuses)
}

fn container_status(worker: &Worker, index: usize, old: &Value, place: &Place, shared: &mut Shared) -> Map {
    let (spec, container) = (worker.spec(index), &worker.containers[index]);
    let (name, spec_image) = (&spec["name"], &spec["image"]);
    let old = old.items().iter().find(|it| it["name"] == *name);
    let mounts = old.map_or_else(|| volume_mounts(spec), |it| it["volumeMounts"].clone());
    let (state, last) = states(worker, index, place, shared);
    let id = match &container.state {
        State::Waiting => None,
        State::Running(_) if container.was_never_up() => None,
        State::Running(running) => Some(&running.id),
        State::Exited(exit, _) => Some(&exit.id),
    };
    let made = id.map(|_| {
        let resources = match &container.resources {
            Value::Null => shared.empty(),
            resources => resources.clone(),
        };
        let requests = &container.allocated["requests"];
        let allocated = if requests.is_empty() { Value::Null } else { requests.clone() };
        (shared.image(&container.image), resources, allocated, user(worker.pod.spec(), spec, shared))
    });
    let (image, image_id, resources, allocated, user) = match made {
        Some((image, resources, allocated, user)) => {
            (Value::from(image.name), Value::from(image.id), resources, allocated, user)
        }
        None => {
            let image = spec_image.as_shared_str().cloned().unwrap_or_default();
            (image.into(), Str::new().into(), Value::Null, Value::Null, Value::Null)
        }
    };
    map! {
        "allocatedResources" => allocated,
        "containerID" => id,
        "image" => image,
        "imageID" => image_id,
        "lastState" => last,
        "name" => name,
        "ready" => is_ready(worker, index),
        "resources" => resources,
        "restartCount" => container.restarts,
        "started" => container.is_up() && container.started,
        "state" => state,
        "user" => user,
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
    let (finished, started) = (shared.stamps.rfc3339(exit.finished), shared.stamps.rfc3339(exit.started));
    let terminated = map! {
        "containerID" => &exit.id,
        "exitCode" => exit.code,
        "finishedAt" => finished,
        "message" => (!exit.message.is_empty()).then_some(&exit.message),
        "reason" => &exit.reason,
        "startedAt" => started,
    };
    Value::Map(full_map! { "terminated" => terminated })
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
    let mounts = spec["volumeMounts"].items();
    if mounts.is_empty() {
        return Value::Null;
    }
    let mut shown = Vec::with_capacity(mounts.len());
    shown.extend(mounts.iter().map(volume_mount));
    Value::from(shown)
}

fn volume_mount(mount: &Value) -> Value {
    let (path, name) = (&mount["mountPath"], &mount["name"]);
    if !mount["readOnly"].is_true() {
        return Value::Map(full_map! { "mountPath" => path, "name" => name });
    }
    Value::Map(full_map! {
        "mountPath" => path,
        "name" => name,
        "readOnly" => true,
        "recursiveReadOnly" => literal!("Disabled"),
    })
}

/// Who the process runs as: root, unless a security context says otherwise.
fn user(pod: &Value, container: &Value, shared: &mut Shared) -> Value {
    let (of_pod, own) = (&pod["securityContext"], &container["securityContext"]);
    if of_pod.is_empty() && own.is_empty() {
        return shared.root();
    }
    let number = |key: &str| own[key].as_i64().or_else(|| of_pod[key].as_i64()).unwrap_or(0);
    let (uid, gid) = (number("runAsUser"), number("runAsGroup"));
    let mut groups = vec![gid];
    let listed = of_pod["supplementalGroups"].items().iter().chain([&of_pod["fsGroup"]]);
    groups.extend(listed.filter_map(Value::as_i64));
    groups.sort_unstable();
    groups.dedup();
    shared.user(uid, gid, groups)
}
