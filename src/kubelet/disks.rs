//! Disks that several pods have something of: a `hostPath`, and a claim. What one pod writes the others see at once.
//!
//! A pod that runs beside others is woken at the instant at which it will write next; then the others take in what it wrote. A
//! volume to which nobody writes costs nothing.

use super::Kubelet;
use super::worker::Worker;
use crate::clock::Time;
use crate::controllers::{Outcome, Wake};
use crate::object::Key;

impl Kubelet {
    /// Shows the pods that share disks with `worker` what it wrote by `now`, and has it woken when it will write again.
    pub(super) fn share_disks(&mut self, worker: &mut Worker, now: Time, outcome: &mut Outcome) {
        if !worker.storage.is_on_disks || self.latency.silent {
            return;
        }
        let names = worker.storage.disks();
        if names.is_empty() {
            return;
        }
        let own = worker.pod.key();
        let runs = |key: &&Key| {
            let other = self.workers.get(key);
            **key != own && other.is_some_and(|it| it.containers.iter().any(|it| it.running().is_some()))
        };
        let users = names.iter().filter_map(|it| self.disk_users.get(it)).flatten();
        let others: Vec<Key> = users.filter(runs).cloned().collect();
        worker.storage.has_company = !others.is_empty();
        if others.is_empty() {
            return;
        }
        worker.bring_up(now);
        worker.storage.store(&mut self.disks);
        for key in &others {
            let Some(other) = self.workers.get_mut(key) else { continue };
            let is_news = !std::mem::replace(&mut other.storage.has_company, true);
            if other.take_in(&mut self.disks, now) || is_news {
                outcome.wakes.push(Wake::now(key.clone()));
            }
        }
        if worker.take_in(&mut self.disks, now) {
            outcome.wakes.push(Wake::now(own));
            return;
        }
        let next = worker.next_shared_write(now).filter(|it| *it > now);
        outcome.wake_at = outcome.wake_at.into_iter().chain(next).min();
    }
}
