//! How much of the disk a pod's files take up: those that its containers wrote to their own file systems, their logs, and the
//! `emptyDir` volumes (`podLocalEphemeralStorageUsage` in `pkg/kubelet/eviction/helpers.go`).
//!
//! It is measured where the pod's spec sets a limit, at the instants at which a kubelet looks. Copies of its containers run
//! ahead to see at which of them a limit will first be exceeded.

use super::together;
use crate::clock::Time;
use crate::kubelet::eviction::{self, local};
use crate::kubelet::process::{HORIZON, Running};
use crate::kubelet::shell::machine::Machine;
use crate::kubelet::worker::Worker;

/// The number of a container, and its processes and files.
type Files<'a> = Vec<(usize, &'a Machine)>;

impl Worker {
    /// Whether its spec limits how much of the disk it may use.
    pub fn is_limited(&self) -> bool {
        self.storage.is_limited
    }

    fn running_machines(&self) -> Files<'_> {
        let all = self.containers.iter().enumerate();
        all.filter_map(|(index, it)| Some((index, it.running().and_then(Running::processes)?))).collect()
    }

    /// What is said of it at `now` if it uses more than it may.
    pub fn excess(&mut self, now: Time) -> Option<String> {
        for running in self.containers.iter_mut().filter_map(|it| it.running_mut()) {
            running.files(now);
        }
        self.bring_up(now);
        self.excess_of(&self.running_machines(), now)
    }

    fn excess_of(&self, machines: &Files<'_>, now: Time) -> Option<String> {
        let spec = self.pod.spec();
        let in_volume = |name: &str| {
            let of = |(_, it): &(usize, &Machine)| it.files.mounts().volume(name).map(|it| it.size());
            let kept = || self.storage.trees.get(name).map_or(0, |it| it.size());
            let size = machines.iter().find_map(of).unwrap_or_else(kept);
            i64::try_from(size).unwrap_or(i64::MAX)
        };
        let (said, mut containers) = self.usage(now);
        let mut total = said.disk;
        for (index, machine) in machines {
            let written = machine.files.size() + machine.log.bytes() as u64;
            let written = i64::try_from(written).unwrap_or(i64::MAX);
            total = total.saturating_add(written);
            let name = self.spec(*index)["name"].str_or_empty();
            if let Some(usage) = containers.iter_mut().find(|it| it.name.as_str() == name) {
                usage.disk.0 = usage.disk.0.saturating_add(written);
            }
        }
        let on_disk = |it: &&crate::object::Value| {
            !it["emptyDir"].is_null() && it["emptyDir"]["medium"].as_str() != Some("Memory")
        };
        for volume in spec["volumes"].items().iter().filter(on_disk) {
            total = total.saturating_add(in_volume(volume["name"].str_or_empty()));
        }
        local::overfull(spec, in_volume).or_else(|| local::exceeded(spec, &containers, total))
    }

    /// The first of the looks that are taken from `from` on, after `now`, at which it will use more than it may, or at which
    /// that is to be asked again; `None` when it will not by itself.
    pub fn next_excess(&self, from: Time, now: Time) -> Option<Time> {
        let machines = self.running_machines();
        let numbers: Vec<usize> = machines.iter().map(|it| it.0).collect();
        let mut ahead: Vec<Machine> = machines.iter().map(|it| it.1.ahead()).collect();
        let mut look = eviction::look_at(from, Time(now.0 + 1));
        while look <= now + HORIZON {
            if ahead.iter().any(|it| it.question().is_some()) {
                return Some(look);
            }
            let next = ahead.iter().filter_map(Machine::next).min()?;
            look = look.max(eviction::look_at(from, next));
            together::run(&mut ahead.iter_mut().collect::<Vec<_>>(), look);
            let files: Files<'_> = numbers.iter().copied().zip(&ahead).collect();
            if self.excess_of(&files, look).is_some() {
                return Some(look);
            }
            look = look + eviction::PERIOD;
        }
        Some(look)
    }
}
