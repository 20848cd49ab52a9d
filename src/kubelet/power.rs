//! Kubelets that stop and start, and machines that go down and come back: what becomes of the containers, and what a kubelet
//! finds when it starts (`pkg/kubelet/kubelet.go`, `computePodActions` in `pkg/kubelet/kuberuntime/kuberuntime_manager.go`,
//! containerd's `internal/cri/server/restart.go`).
//!
//! Containers live on without their kubelet, and none outlives its machine. Known differences: the status of a node that comes
//! back is written in one piece, Ready and all, and the order of the events is that of a kubelet that finds everything at once.

use std::sync::Arc;

use super::Kubelet;
use super::container::{Container, Next, State};
use super::events::{self, Happening};
use super::eviction::Pressure;
use super::identity;
use super::machine::{Machine, Power};
use super::node_status::told;
use super::surroundings::Surroundings;
use super::termination::Why;
use super::worker::{Happenings, Worker};
use crate::clock::{Span, Time};
use crate::controllers::{Action, EventRecord, Outcome, Wake};
use crate::object::{Key, Object, Str, Value};
use crate::store::View;

/// How long a machine takes to come back after a reboot.
pub const REBOOT: Span = Span::seconds(30);
/// The exit code of a container of which the runtime knows only that it is gone (`unknownExitCode`).
const LOST: i64 = 255;
/// The reason beside it (`unknownExitReason`).
const LOST_REASON: &str = "Unknown";
/// What is told of a pod whose network was lost with its machine.
const SANDBOX_CHANGED: &str = "Pod sandbox changed, it will be killed and re-created.";

impl Kubelet {
    /// Whether the kubelet of `node` does nothing, because it or its machine is down.
    pub fn is_down(&self, node: &str) -> bool {
        self.machines.get(node).is_some_and(|it| it.power != Power::Running)
    }

    /// The kubelet of `node` stops; the machine goes on, unless it is the machine that goes down.
    pub(super) fn stop(
        &mut self,
        machine: &mut Machine,
        power: Power,
        node: &Object,
        view: View<'_>,
        now: Time,
        outcome: &mut Outcome,
    ) {
        if machine.power == Power::Running {
            outcome.actions.push(Action::Heartbeat { node: node.meta.name.clone(), beats: false });
        }
        machine.power = power;
        machine.shutdown = None;
        if power == Power::KubeletStopped {
            return;
        }
        for key in view.pods_on(&node.meta.name).map(|it| it.key()) {
            if let Some(worker) = self.workers.get_mut(&key) {
                worker.lose_power(now);
                worker.storage.store(&mut self.disks);
            }
        }
    }

    /// The kubelet of `node` starts, after a boot of the machine if it was down.
    pub(super) fn start(
        &mut self,
        machine: &mut Machine,
        node: &mut Arc<Object>,
        view: View<'_>,
        now: Time,
        outcome: &mut Outcome,
    ) {
        let boots = matches!(machine.power, Power::Off { .. });
        if machine.power != Power::Running {
            outcome.actions.push(Action::Heartbeat { node: node.meta.name.clone(), beats: true });
        }
        machine.power = Power::Running;
        machine.shutdown = None;
        machine.evicting = None;
        machine.pressures.forget();
        machine.looks_from = Some(now);
        outcome.actions.push(EventRecord::normal(&events::own_node(node), "Starting", "Starting kubelet."));
        outcome.actions.extend(Pressure::ALL.map(|it| told(node, it.words(false).2)));
        let enforced = "Updated Node Allocatable limit across pods";
        outcome.actions.push(EventRecord::normal(&events::own_node(node), "NodeAllocatableEnforced", enforced));
        if boots {
            machine.boots += 1;
            let boot = identity::uuid(&["boot", &node.meta.name, &machine.boots.to_string()]);
            let rebooted = format!("Node {} has been rebooted, boot id: {boot}", node.meta.name);
            outcome.actions.push(EventRecord::warning(&events::own_node(node), "Rebooted", rebooted));
            let mut changed = Object::clone(node);
            changed.status_mut().field_mut("nodeInfo").set("bootID", Value::from(boot));
            *node = Arc::new(changed);
        }
        let mut pods: Vec<&Arc<Object>> = view.pods_on(&node.meta.name).collect();
        pods.sort_by_key(|it| it.meta.created);
        for key in pods.iter().map(|it| it.key()) {
            self.restarted.insert(key.clone(), boots);
            outcome.wakes.push(Wake::now(key));
        }
    }

    /// The kubelet that has just started looks at the pod of `worker` for the first time.
    pub(super) fn find(
        &mut self,
        worker: &mut Worker,
        booted: bool,
        around: &mut Surroundings<'_>,
        happenings: &mut Happenings,
    ) {
        worker.forget_backoff(around.now);
        if !booted {
            return;
        }
        let node = worker.pod.node_name().and_then(|it| self.nodes.get_mut(it));
        if let (Some(address), Some(node)) = (worker.address.take(), node) {
            node.range.give_back(&address);
        }
        worker.find_after_boot(around, happenings);
    }

    /// The pods that a kubelet which has just started has not looked at yet.
    pub(super) fn is_unseen(&self, pod: &Key) -> bool {
        self.restarted.contains_key(pod)
    }
}

impl Worker {
    /// The machine loses its power: every process is gone, and nobody is there to notice.
    fn lose_power(&mut self, now: Time) {
        self.bring_up(now);
        for index in 0..self.containers.len() {
            let container = &mut self.containers[index];
            if container.running().is_none() {
                continue;
            }
            let State::Running(running) = std::mem::take(&mut container.state) else {
                continue;
            };
            let mut exit = running.exit(now, LOST, "", false);
            (exit.reason, exit.message) = (LOST_REASON.into(), Str::new());
            self.keep_volumes(&mut exit);
            self.containers[index].state = State::Exited(exit, Next::Stay);
        }
    }

    /// A kubelet that was started anew remembers no back-off.
    fn forget_backoff(&mut self, now: Time) {
        for container in &mut self.containers {
            container.backoff = super::restart::Backoff::default();
            if let State::Exited(_, next @ Next::BackOff { .. }) = &mut container.state {
                *next = Next::Restart(now);
            }
            if container.hold.is_some() {
                container.pull = super::images::Pull::default();
            }
            if let Some(hold) = &mut container.hold {
                hold.retry_at = now;
            }
        }
    }

    /// The runtime lists what was lost with the machine, and the kubelet makes everything anew that is to run.
    fn find_after_boot(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        let now = around.now;
        for container in &mut self.containers {
            if let State::Exited(exit, _) = &mut container.state
                && exit.reason == LOST_REASON
            {
                exit.finished = now;
            }
        }
        if super::housekeeping::is_over(&self.pod) || self.storage.ready.is_none() {
            return;
        }
        // What the kubelet itself had decided on is forgotten with it.
        if self.ending.is_some_and(|it| it.why != Why::Deleted) {
            (self.ending, self.verdict) = (None, None);
        }
        if self.ending.is_some() {
            return;
        }
        let policy = self.pod.spec()["restartPolicy"].as_str().unwrap_or("Always").to_owned();
        let was_up = self.containers.iter().any(|it| it.exit().is_some());
        if policy == "Never" && was_up {
            self.end(Why::Finished, around, happenings);
            return;
        }
        let stays = |it: &Container| policy == "OnFailure" && it.exit().is_some_and(|it| it.code == 0);
        if self.main_containers().iter().all(stays) {
            return;
        }
        happenings.push((0, Happening::OfPod(false, "SandboxChanged", SANDBOX_CHANGED.into())));
        (self.storage.ready, self.hold) = (None, None);
        let mains = self.mains();
        for (index, container) in self.containers.iter_mut().enumerate() {
            let again = index < mains.start || (mains.contains(&index) && !stays(container));
            if let State::Exited(exit, next) = &mut container.state
                && again
            {
                container.counts = Some(exit.finished);
                *next = Next::Restart(now);
            }
        }
    }
}
