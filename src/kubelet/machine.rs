//! The machine under a node: whether it and its kubelet run, and what of it is used. Only of machines about which something is
//! to be known there is one of these.

use super::eviction::{
    Amount, BYTES_PER_INODE, ContainerUsage, MAX_PIDS, Observation, Pressures, Resource, Signal, Threshold, Usage,
};
use super::shutdown::Shutdown;
use super::worker::Worker;
use crate::clock::{Span, Time};
use crate::object::{Key, Object, Quantity, Str, Value};

/// What a running container uses of which nothing is said: that of a process that waits, its log and its `/etc/hosts`.
const IDLE: Usage = Usage { memory: 1 << 20, disk: 8 << 10, inodes: 10, pids: 1 };

/// A machine.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// What is used of it outside of pods.
    pub outside: Usage,
    /// What its kubelet knows of pressures.
    pub pressures: Pressures,
    /// The pod that its kubelet evicts and waits for.
    pub evicting: Option<Key>,
    /// The instant that the looks of its kubelet count from.
    pub looks_from: Option<Time>,
    /// What is to be done to it.
    pub orders: Vec<Order>,
    /// Whether it and its kubelet run.
    pub power: Power,
    /// How often it was booted again.
    pub boots: u64,
    /// Its shutdown, while that is under way.
    pub shutdown: Option<Shutdown>,
}

/// Whether a machine runs, and its kubelet on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// Both run.
    #[default]
    Running,
    /// The machine runs without its kubelet.
    KubeletStopped,
    /// Nothing runs.
    Off {
        /// When the machine boots by itself, if it does.
        until: Option<Time>,
    },
}

/// What a scenario does to a machine.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// So much of something is used outside of pods.
    Use(Resource, Amount),
    /// Its kubelet evicts pods from this threshold on.
    Threshold(Threshold),
    /// Its kubelet stops, and the containers go on.
    StopKubelet,
    /// Its kubelet starts.
    StartKubelet,
    /// Its kubelet stops and starts at once.
    RestartKubelet,
    /// It loses its power, and its containers with it.
    PowerOff,
    /// It boots.
    PowerOn,
    /// It loses its power and is back after so long.
    Reboot(Span),
    /// It shuts down gracefully.
    ShutDown(Shutdown),
}

/// What a scenario says of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDirection {
    /// The node.
    pub node: Str,
    /// What is to be done.
    pub order: Order,
}

impl Machine {
    /// Whether `order` can be carried out on the machine under the node `name`.
    ///
    /// # Errors
    /// Why not: what is to be started runs, or what is to be stopped does not.
    pub fn check(&self, order: &Order, name: &str) -> Result<(), String> {
        match (order, self.power) {
            (Order::StopKubelet | Order::RestartKubelet | Order::ShutDown(_), power) if power != Power::Running => {
                Err(format!("the kubelet of node/{name} does not run"))
            }
            (Order::StartKubelet, Power::Running) => Err(format!("the kubelet of node/{name} runs already")),
            (Order::StartKubelet, Power::Off { .. }) => Err(format!("node/{name} is down")),
            (Order::PowerOff | Order::Reboot(_), Power::Off { .. }) => Err(format!("node/{name} is down already")),
            (Order::PowerOn, Power::Running | Power::KubeletStopped) => Err(format!("node/{name} is not down")),
            _ => Ok(()),
        }
    }
}

/// How much of `resource` there is in all on `node`.
pub fn capacity(node: &Object, resource: Resource) -> i64 {
    let of = |name: &str| Quantity::or_zero(&node.status()["capacity"][name]).value();
    match resource {
        Resource::Memory | Resource::Disk => of(resource.name()),
        Resource::Inodes => of(Resource::Disk.name()) / BYTES_PER_INODE,
        Resource::Pids => MAX_PIDS,
    }
}

/// What is to be seen of `signal` on `node` when all of these are used.
pub fn observe(node: &Object, used: &[Usage], signal: Signal) -> Observation {
    let resource = signal.resource();
    let capacity = capacity(node, resource);
    let used = used.iter().fold(0_i64, |sum, it| sum.saturating_add(it.of(resource)));
    Observation { available: capacity.saturating_sub(used).max(0), capacity }
}

impl Worker {
    /// What its running containers use at `at`.
    pub fn usage(&self, at: Time) -> (Usage, Vec<ContainerUsage>) {
        let (mut all, mut each) = (Usage::default(), Vec::new());
        for (index, container) in self.containers.iter().enumerate() {
            let Some(running) = container.running() else { continue };
            let (memory, disk) = running.server.as_ref().map_or((None, None), |it| it.usage(at));
            let (memory, disk) = (memory.unwrap_or(IDLE.memory), disk.unwrap_or(IDLE.disk));
            all.memory += memory;
            all.disk += disk;
            all.inodes += IDLE.inodes;
            all.pids += IDLE.pids;
            // Ephemeral containers request nothing, and are blamed for nothing.
            if !self.is_ephemeral(index) {
                let (spec, requests) = (self.spec(index), &self.spec(index)["resources"]["requests"]);
                let request = |it: Resource| requested(requests, it);
                each.push(ContainerUsage {
                    name: spec["name"].as_shared_str().cloned().unwrap_or_default(),
                    memory: (memory, request(Resource::Memory)),
                    disk: (disk, request(Resource::Disk)),
                });
            }
        }
        (all, each)
    }

    /// When one of its containers uses another amount of something for the first time from `at` on, if one was said to.
    pub fn next_usage(&self, at: Time) -> Option<Time> {
        let running = self.containers.iter().filter_map(|it| it.running()?.server.as_ref());
        running.filter_map(|it| it.next_usage(at)).min()
    }

    /// Whether anything was said of what its running containers use.
    pub fn has_usage(&self) -> bool {
        self.containers.iter().filter_map(|it| it.running()?.server.as_ref()).any(|it| it.has_usage())
    }
}

fn requested(requests: &Value, resource: Resource) -> Quantity {
    Quantity::or_zero(&requests[resource.name()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::node::new_node;

    #[test]
    fn what_runs_is_not_started_and_what_does_not_is_not_stopped() {
        let off = Power::Off { until: None };
        let table = [
            (Power::Running, Order::StartKubelet, "the kubelet of node/a runs already"),
            (Power::Running, Order::PowerOn, "node/a is not down"),
            (Power::Running, Order::Reboot(Span::seconds(1)), ""),
            (Power::KubeletStopped, Order::StopKubelet, "the kubelet of node/a does not run"),
            (Power::KubeletStopped, Order::PowerOff, ""),
            (off, Order::StartKubelet, "node/a is down"),
            (off, Order::PowerOff, "node/a is down already"),
            (off, Order::PowerOn, ""),
        ];
        for (power, order, want) in table {
            let machine = Machine { power, ..Machine::default() };
            let got = machine.check(&order, "a").err().unwrap_or_default();
            assert_eq!(got, want, "{order:?} while {power:?}");
        }
    }

    #[test]
    fn what_is_left_is_what_neither_pods_nor_others_use() {
        let node = new_node("a", 0, Time::from_unix(0));
        let (outside, pods) = (Usage { memory: 10 << 30, ..IDLE }, Usage { memory: 2 << 30, ..IDLE });
        let memory = observe(&node, &[outside, pods], Signal::Memory);
        assert_eq!((memory.available, memory.capacity), (4 << 30, 16 << 30));
        let all = Usage { memory: 20 << 30, ..IDLE };
        assert_eq!(observe(&node, &[all], Signal::Memory).available, 0);
        assert_eq!(observe(&node, &[], Signal::NodeFsInodes).capacity, 6_553_600);
    }
}
