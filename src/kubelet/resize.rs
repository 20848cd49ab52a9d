//! Containers whose resources change while they run (`pkg/kubelet/allocation/allocation_manager.go`,
//! `computePodResizeAction` in `pkg/kubelet/kuberuntime/kuberuntime_manager.go`, `pkg/kubelet/events/pod_resize.go`).
//!
//! A change that fits is set aside at once, and made in the containers; it is over when the kubelet next lists them
//! ([`super::latency::NOTICE`]), or once those that have to start anew for it have done so.

use super::container::State;
use super::events::Happening;
use super::surroundings::Surroundings;
use super::volume::NEVER;
use super::worker::{Happenings, Worker};
use crate::clock::{Span, Time};
use crate::object::{Object, Quantity, Str, Value};

/// How long a change that does not fit now waits for the next look (`initialRetryDelay` and on).
const RETRY: Span = Span::seconds(180);
/// The resources that can change.
const RESIZABLE: [&str; 2] = ["cpu", "memory"];

/// A change that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// `Deferred` or `Infeasible`.
    pub reason: &'static str,
    /// What it lacks.
    pub message: Str,
    /// When the kubelet looks again; never at one that no node of this size has room for.
    pub retry_at: Option<Time>,
}

/// A change that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InProgress {
    /// The generation of the pod that asks for it.
    pub generation: i64,
    /// When the kubelet sees that it is made; never as long as a container has to start anew first.
    pub until: Time,
}

/// Takes over what the spec says of the resources of containers that were started with others, if the node has the room.
pub fn sync(worker: &mut Worker, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
    finish(worker, around, happenings);
    if (0..worker.mains().end).any(|it| differs(worker, it)) {
        take_over(worker, around, happenings);
    } else {
        worker.resize = None;
    }
}

#[cold]
fn take_over(worker: &mut Worker, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
    let changed: Vec<usize> = (0..worker.mains().end).filter(|it| differs(worker, *it)).collect();
    let old = worker.resize.take();
    if let Some(pending) = pending(worker, around).filter(|_| !around.latency.silent) {
        if old.is_none_or(|it| (it.reason, &it.message) != (pending.reason, &pending.message)) {
            let event = if pending.reason == "Deferred" { "ResizeDeferred" } else { "ResizeInfeasible" };
            let text = told(&worker.pod, &format!("Pod resize {}", pending.reason), &pending.message);
            happenings.push((0, Happening::OfPod(true, event, text)));
        }
        worker.resize = Some(pending);
        return;
    }
    if !around.latency.silent {
        let text = told(&worker.pod, "Pod resize started", "");
        happenings.push((0, Happening::OfPod(false, "ResizeStarted", text)));
        let (generation, until) = (worker.pod.meta.generation, around.now + around.latency.notice);
        worker.resizing = Some(InProgress { generation, until });
    }
    for index in changed {
        let wanted = worker.spec(index)["resources"].clone();
        let old = std::mem::replace(&mut worker.containers[index].allocated, wanted.clone());
        let restarts = RESIZABLE
            .into_iter()
            .any(|it| amounts(&old, it) != amounts(&wanted, it) && must_restart(worker, index, it));
        if restarts && matches!(worker.containers[index].state, State::Running(_)) {
            let name = worker.spec(index)["name"].str_or_empty();
            let why = Str::from(format!("Container {name} resize requires restart"));
            worker.kill(index, why, None, true, around, happenings);
        } else if around.latency.silent {
            worker.containers[index].resources = wanted;
        }
    }
}

/// Sees whether a change that is under way has been made.
pub fn finish(worker: &mut Worker, around: &Surroundings<'_>, happenings: &mut Happenings) {
    let Some(resizing) = worker.resizing.clone().filter(|it| it.until <= around.now || it.until == NEVER) else {
        return;
    };
    let mut waits = false;
    for container in &mut worker.containers {
        match container.running() {
            Some(running) if running.stop.is_some() => waits |= container.resources != container.allocated,
            Some(_) => container.resources = container.allocated.clone(),
            None => {}
        }
    }
    if waits {
        worker.resizing = Some(InProgress { until: NEVER, ..resizing });
        return;
    }
    worker.resizing = None;
    let text = told(&worker.pod, "Pod resize completed", "");
    happenings.push((0, Happening::OfPod(false, "ResizeCompleted", text)));
}

/// What an event tells of a change: the resources that the spec of `pod` asks for, and what is wrong with that.
fn told(pod: &Object, what: &str, error: &str) -> Str {
    let object = |resources: &Value| {
        let lists = ["limits", "requests"].into_iter().filter(|it| !resources[*it].is_empty());
        let lists = lists.map(|it| format!("\"{it}\":{}", resources[it].to_json()));
        format!("{{{}}}", lists.collect::<Vec<_>>().join(","))
    };
    let container =
        |it: &Value| format!("{{\"name\":{},\"resources\":{}}}", it["name"].to_json(), object(&it["resources"]));
    let mut fields = Vec::new();
    for list in ["initContainers", "containers"] {
        let containers: Vec<String> = pod.spec()[list].items().iter().map(container).collect();
        if !containers.is_empty() {
            fields.push(format!("\"{list}\":[{}]", containers.join(",")));
        }
    }
    fields.push(format!("\"generation\":{}", pod.meta.generation));
    if !error.is_empty() {
        fields.push(format!("\"error\":{}", Value::from(error).to_json()));
    }
    Str::from(format!("{what}: {{{}}}", fields.join(",")))
}

/// Whether other resources were set aside for the container at `index` than its spec asks for now.
fn differs(worker: &Worker, index: usize) -> bool {
    let container = &worker.containers[index];
    let wanted = &worker.spec(index)["resources"];
    !container.image.is_empty() && !container.allocated.is_same(wanted) && container.allocated != *wanted
}

fn must_restart(worker: &Worker, index: usize, resource: &str) -> bool {
    let policies = worker.spec(index)["resizePolicy"].items();
    let own = policies.iter().find(|it| it["resourceName"].as_str() == Some(resource));
    own.is_some_and(|it| it["restartPolicy"].as_str() == Some("RestartContainer"))
}

fn amounts(resources: &Value, resource: &str) -> (i64, i64) {
    (amount(&resources["requests"], resource), amount(&resources["limits"], resource))
}

/// Thousandths of a core, or bytes.
fn amount(list: &Value, resource: &str) -> i64 {
    let Some(quantity) = list[resource].as_str().and_then(|it| Quantity::parse(it).ok()) else {
        return 0;
    };
    if resource == "cpu" { quantity.milli_value() } else { quantity.value() }
}

fn requested(pod: &Object, resource: &str) -> i64 {
    let sidecars =
        pod.spec()["initContainers"].items().iter().filter(|it| it["restartPolicy"].as_str() == Some("Always"));
    let containers = pod.spec()["containers"].items().iter().chain(sidecars);
    containers.map(|it| amount(&it["resources"]["requests"], resource)).sum()
}

/// Why what the pod asks for now cannot be had, if it cannot.
fn pending(worker: &Worker, around: &Surroundings<'_>) -> Option<Pending> {
    let room = &around.node.status()["allocatable"];
    let others = |resource: &str| -> i64 {
        let pods = around.view.pods_on(&around.node.meta.name).filter(|it| it.meta.uid != worker.pod.meta.uid);
        pods.filter(|it| !super::status::is_terminal(it.status()["phase"].str_or_empty()))
            .map(|it| requested(it, resource))
            .sum()
    };
    RESIZABLE.into_iter().filter(|it| !room[*it].is_null()).find_map(|resource| {
        let (asked, capacity) = (requested(&worker.pod, resource), amount(room, resource));
        if asked > capacity {
            let message =
                format!("Node didn't have enough capacity: {resource}, requested: {asked}, capacity: {capacity}");
            return Some(Pending { reason: "Infeasible", message: Str::from(message), retry_at: None });
        }
        let used = others(resource);
        (asked + used > capacity).then(|| {
            let message = format!(
                "Node didn't have enough resource: {resource}, requested: {asked}, used: {used}, capacity: {capacity}"
            );
            Pending { reason: "Deferred", message: Str::from(message), retry_at: Some(around.now + RETRY) }
        })
    })
}
