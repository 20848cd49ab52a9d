//! Containers whose resources change while they run (`pkg/kubelet/allocation/allocation_manager.go`,
//! `computePodResizeAction` in `pkg/kubelet/kuberuntime/kuberuntime_manager.go`).
//!
//! Known difference: a change that fits is made at once, so that `PodResizeInProgress` is never to be seen.

use super::container::State;
use super::surroundings::Surroundings;
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

/// Takes over what the spec says of the resources of containers that were started with others, if the node has the room.
pub fn sync(worker: &mut Worker, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
    let changed: Vec<usize> = (0..worker.mains().end).filter(|it| differs(worker, *it)).collect();
    if changed.is_empty() {
        worker.resize = None;
        return;
    }
    worker.resize = if around.latency.silent { None } else { pending(worker, around) };
    if worker.resize.is_some() {
        return;
    }
    for index in changed {
        let wanted = worker.spec(index)["resources"].clone();
        let old = std::mem::replace(&mut worker.containers[index].resources, wanted.clone());
        let restarts = RESIZABLE
            .into_iter()
            .any(|it| amounts(&old, it) != amounts(&wanted, it) && must_restart(worker, index, it));
        if restarts && matches!(worker.containers[index].state, State::Running(_)) {
            let name = worker.spec(index)["name"].str_or_empty();
            let why = Str::from(format!("Container {name} resize requires restart"));
            worker.kill(index, why, None, true, around, happenings);
        }
    }
}

/// Whether the container at `index` was started with other resources than its spec has now.
fn differs(worker: &Worker, index: usize) -> bool {
    let container = &worker.containers[index];
    let wanted = &worker.spec(index)["resources"];
    !container.image.is_empty() && !container.resources.is_same(wanted) && container.resources != *wanted
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
