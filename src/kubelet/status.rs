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
    let conditions = conditions::conditions(worker, &phase, has_sandbox, &now_text, shared);
    let mut kept = old.as_map().cloned().unwrap_or_default();
    if old["phase"].as_str() != Some(&phase) {
        kept.remove("reason");
        kept.remove("message");
    }
    let (inits, mains, all) = (worker.inits, worker.mains(), worker.containers.len());
    // In the order of the keys, which spares the map a look at it.
    let mut own: Vec<(Str, Value)> = Vec::with_capacity(14);
    own.push((literal!("conditions"), conditions));
    let statuses = container_statuses(worker, mains.clone(), "containerStatuses", place, shared);
    own.push((literal!("containerStatuses"), statuses));
    if mains.end < all {
        let statuses = container_statuses(worker, mains.end..all, "ephemeralContainerStatuses", place, shared);
        own.push((literal!("ephemeralContainerStatuses"), statuses));
    }
    if let Some(host) = &place.host {
        own.push((literal!("hostIP"), host.into()));
        own.push((literal!("hostIPs"), place.hosts.clone()));
    }
    if inits > 0 {
        let statuses = container_statuses(worker, 0..inits, "initContainerStatuses", place, shared);
        own.push((literal!("initContainerStatuses"), statuses));
    }
    let said = said(worker, &phase);
    if let Some((_, message)) = &said {
        own.push((literal!("message"), Value::from(message)));
    }
    if worker.pod.meta.generation > 0 {
        own.push((literal!("observedGeneration"), worker.pod.meta.generation.into()));
    }
    own.push((literal!("phase"), phase.into()));
    if let Some(address) = address(worker, place).filter(|it| old["podIP"].as_str() != Some(it)) {
        own.push((literal!("podIP"), address.into()));
        own.push((literal!("podIPs"), Value::list([map! { "ip" => address }])));
    }
    if let Some((reason, _)) = said {
        own.push((literal!("reason"), reason.into()));
    }
    if old["startTime"].is_null() {
        own.push((literal!("startTime"), shared.time(worker.seen).into()));
    }
    Value::Map(kept.with(own))
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
fn address<'a>(worker: &'a Worker, place: &'a Place) -> Option<&'a Str> {
    let on_host = worker.pod.spec()["hostNetwork"].is_true();
    if on_host { place.host.as_ref() } else { worker.address.as_ref() }
}

fn container_statuses(
    worker: &Worker,
    indexes: std::ops::Range<usize>,
    field: &str,
    place: &Place,
    shared: &mut Shared,
) -> Value {
    let old = &worker.pod.status()[field];
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
    let requests = &container.allocated["requests"];
    let (image, image_id) = if is_made { (image.name, image.id) } else { (spec_image, Str::new()) };
    // In the order of the keys, which spares the map a look at it.
    let mut entries = Vec::with_capacity(13);
    let mut put = |key: Str, value: Value| {
        if !value.is_null() {
            entries.push((key, value));
        }
    };
    if is_made && !requests.is_empty() {
        put(literal!("allocatedResources"), requests.clone());
    }
    put(literal!("containerID"), id.into());
    put(literal!("image"), image.into());
    put(literal!("imageID"), image_id.into());
    put(literal!("lastState"), last);
    put(literal!("name"), spec["name"].clone());
    put(literal!("ready"), is_ready(worker, index).into());
    if is_made {
        put(literal!("resources"), resources);
    }
    put(literal!("restartCount"), container.restarts.into());
    put(literal!("started"), (container.is_up() && container.started).into());
    put(literal!("state"), state);
    if is_made {
        put(literal!("user"), user(worker.pod.spec(), spec, shared));
    }
    put(literal!("volumeMounts"), mounts);
    Map::from_sorted(entries)
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
    let mut terminated = Vec::with_capacity(6);
    terminated.push((literal!("containerID"), Value::from(&exit.id)));
    terminated.push((literal!("exitCode"), exit.code.into()));
    terminated.push((literal!("finishedAt"), shared.time(exit.finished).into()));
    if !exit.message.is_empty() {
        terminated.push((literal!("message"), Value::from(&exit.message)));
    }
    terminated.push((literal!("reason"), Value::from(&exit.reason)));
    terminated.push((literal!("startedAt"), shared.time(exit.started).into()));
    Value::Map(map! { "terminated" => Map::from_sorted(terminated) })
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
    let mut entries = Vec::with_capacity(4);
    for key in [literal!("mountPath"), literal!("name")] {
        let value = &mount[key.as_str()];
        if !value.is_null() {
            entries.push((key, value.clone()));
        }
    }
    if mount["readOnly"].is_true() {
        entries.push((literal!("readOnly"), Value::Bool(true)));
        entries.push((literal!("recursiveReadOnly"), Value::Str(literal!("Disabled"))));
    }
    Value::Map(Map::from_sorted(entries))
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
