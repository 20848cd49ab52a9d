//! What a pod's containers wrote to its volumes, for as long as the pod is on its node, and the containers that see each
//! other's files while they run.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::setup::Attempts;
use super::{Disks, Sources, together};
use crate::clock::Time;
use crate::kubelet::container::{Exit, Left, State};
use crate::kubelet::downward::Facts;
use crate::kubelet::environment;
use crate::kubelet::process::{HORIZON, Running};
use crate::kubelet::shell::Environment;
use crate::kubelet::shell::files::Files;
use crate::kubelet::shell::machine::Machine;
use crate::kubelet::shell::tree::Tree;
use crate::kubelet::surroundings::Surroundings;
use crate::kubelet::worker::Worker;
use crate::object::{Object, Str, Value};

/// The volumes of a pod on its node.
#[derive(Clone, Debug, Default)]
pub struct Storage {
    /// What is in those that are written to, as of when somebody last looked.
    pub trees: BTreeMap<Str, Tree>,
    /// What was on the disks that the pod shares with others when it last took something from them.
    bases: BTreeMap<Str, Tree>,
    /// Whether containers may see what others write while both run.
    pub shares: bool,
    /// Whether a volume of it may be a part of a disk that other pods have something of, too.
    pub is_on_disks: bool,
    /// Whether other pods that run have something of its disks, as far as it was told.
    pub has_company: bool,
    /// Whether its spec limits how much of the disk it may use.
    pub is_limited: bool,
    /// How setting them up went.
    pub attempts: Attempts,
    /// When all were set up.
    pub ready: Option<Time>,
    /// When what is published in them is brought up to date.
    pub refresh_at: Option<Time>,
}

impl Storage {
    /// The empty volumes of `pod`, which has several containers or only one.
    pub fn new(pod: &Object, several: bool) -> Self {
        let is_limited = crate::kubelet::eviction::local::is_limited(pod.spec());
        let is_on_disks = pod.spec()["volumes"].items().iter().any(is_on_disk);
        Storage { shares: several && super::is_shared(pod), is_on_disks, is_limited, ..Storage::default() }
    }

    /// Takes what is on the disks that the pod shares with others.
    pub fn load(&mut self, names: &[Str], disks: &Disks) {
        for name in names {
            let tree = disks.get(name).cloned().unwrap_or_default();
            self.trees.insert(name.clone(), tree.clone());
            self.bases.insert(name.clone(), tree);
        }
    }

    /// Puts what the pod changed on those disks there.
    pub fn store(&mut self, disks: &mut Disks) {
        for (name, base) in &mut self.bases {
            if let Some(tree) = self.trees.get(name).filter(|it| !it.is_same(base)) {
                let disk = disks.entry(name.clone()).or_insert_with(|| base.clone());
                if disk.is_same(base) {
                    *disk = tree.clone();
                } else {
                    disk.apply(base, tree);
                }
                *base = tree.clone();
            }
        }
    }

    /// The names of the disks that it has something of.
    pub fn disks(&self) -> Vec<Str> {
        self.bases.keys().cloned().collect()
    }

    /// The disks that are other than when it last took something from them.
    pub fn changed(&self, disks: &Disks) -> Vec<(Str, Tree)> {
        let differs = |(name, base): (&Str, &Tree)| {
            let disk = disks.get(name).filter(|it| !it.is_same(base))?;
            Some((name.clone(), disk.clone()))
        };
        self.bases.iter().filter_map(differs).collect()
    }

    fn keep(&mut self, machine: &Machine) {
        let mounts = machine.files.mounts();
        for name in mounts.written() {
            if let Some(tree) = mounts.volume(name) {
                self.trees.insert(name.clone(), tree.clone());
            }
        }
    }
}

impl Worker {
    /// The facts of the downward API about its pod.
    pub fn facts<'a>(&'a self, node: &'a Arc<Object>) -> Facts<'a> {
        Facts { pod: &self.pod, address: self.address.as_ref(), node }
    }

    /// Where the content of its volumes comes from.
    pub fn sources<'a>(&'a self, around: &'a Surroundings<'_>) -> Sources<'a> {
        Sources { facts: self.facts(around.node), view: around.view, now: around.now }
    }

    /// The variables of the container at `index`, but for those of its runtime.
    ///
    /// # Errors
    /// What is missing.
    pub fn environment(&self, index: usize, around: &Surroundings<'_>) -> Result<Environment, String> {
        let facts = self.facts(around.node);
        let (view, volumes, known) = (around.view, &self.storage.trees, around.known);
        environment::environment(self.spec(index), &environment::Sources { facts, view, volumes, known })
    }

    /// The files with which the container at `index` starts.
    pub fn new_files(&self, index: usize, around: &Surroundings<'_>) -> Files {
        let mut files = Files::new(environment::hostname(&self.pod), around.now);
        super::furnish(&mut files, self, index, &self.sources(around), around.known);
        files
    }

    fn machines(&mut self) -> Vec<&mut Machine> {
        self.containers.iter_mut().filter_map(|it| it.running_mut()?.machine()).collect()
    }

    /// Brings everything that runs up to `now`, in step, and keeps what it wrote. Nothing that looks at a container's files
    /// or log may leave this out.
    pub fn bring_up(&mut self, now: Time) {
        if self.storage.shares || !self.storage.bases.is_empty() {
            together::run(&mut self.machines(), now);
            let mut storage = std::mem::take(&mut self.storage);
            self.machines().iter().for_each(|it| storage.keep(it));
            self.storage = storage;
        }
    }

    /// The worker, brought up to `now`.
    pub fn brought_up(&mut self, now: Time) -> &mut Self {
        self.bring_up(now);
        self
    }

    /// Takes in at `now` what others wrote to the disks that it shares with them; returns whether there was anything.
    pub fn take_in(&mut self, disks: &mut Disks, now: Time) -> bool {
        if self.storage.changed(disks).is_empty() {
            return false;
        }
        self.bring_up(now);
        self.storage.store(disks);
        let changed = self.storage.changed(disks);
        for (name, tree) in &changed {
            self.storage.trees.insert(name.clone(), tree.clone());
            self.storage.bases.insert(name.clone(), tree.clone());
        }
        for running in self.containers.iter_mut().filter_map(|it| it.running_mut()) {
            let Some(machine) = running.machine() else { continue };
            let mounts = machine.files.mounts_mut();
            let replaced = changed.iter().filter(|(name, tree)| mounts.replace(name, tree)).count();
            if replaced > 0 {
                machine.pass_to(now);
                running.run_ahead(now);
            }
        }
        self.look_ahead(now);
        !changed.is_empty()
    }

    /// When one of its containers will next write to a disk that it shares with others, or when to ask that again; `None` when
    /// none of them will by itself.
    pub fn next_shared_write(&self, now: Time) -> Option<Time> {
        const MOST: u32 = 4096;
        let running = || self.containers.iter().filter_map(|it| it.running());
        let mut machines: Vec<Machine> = running().filter_map(Running::processes).map(|it| it.ahead()).collect();
        let names = self.storage.disks();
        let held = |machines: &[Machine]| {
            let of =
                |it: &Machine| names.iter().map(|name| it.files.mounts().volume(name).cloned()).collect::<Vec<_>>();
            machines.iter().map(of).collect::<Vec<_>>()
        };
        let before = held(&machines);
        // What repeats itself is seen in one turn.
        let ends = running().map(|it| it.repeats_from().map_or(now + HORIZON, |at| at.max(now) + it.turn()));
        let horizon = ends.max().unwrap_or(now).min(now + HORIZON);
        let repeats = running().all(|it| it.repeats_from().is_some() || it.is_at_rest());
        let same = |after: &[Vec<Option<Tree>>]| {
            let pairs = before.iter().flatten().zip(after.iter().flatten());
            pairs.into_iter().all(|(a, b)| match (a, b) {
                (Some(a), Some(b)) => a.is_same(b),
                _ => true,
            })
        };
        for _ in 0..MOST {
            if machines.iter().any(|it| it.question().is_some()) {
                return None;
            }
            let next = machines.iter().filter_map(Machine::next).min()?;
            if next > horizon {
                return (!repeats).then_some(horizon);
            }
            together::run(&mut machines.iter_mut().collect::<Vec<_>>(), next);
            if !same(&held(&machines)) {
                return Some(next);
            }
        }
        machines.iter().map(|it| it.now).max()
    }

    /// Sees anew what comes after `now` of the containers that see each other's files.
    pub fn look_ahead(&mut self, now: Time) {
        if !self.storage.shares {
            return;
        }
        self.bring_up(now);
        let group: Vec<Machine> = self.machines().iter().map(|it| it.ahead()).collect();
        let effort = self.containers.iter().filter_map(|it| Some(it.running()?.effort())).min().unwrap_or(u32::MAX);
        let running = self.containers.iter_mut().filter_map(|it| it.running_mut()).filter(|it| it.has_files());
        if group.len() < 2 {
            for running in running.filter(|it| it.is_joined()) {
                running.join(None);
                running.run_ahead(now);
            }
            return;
        }
        let group = Arc::new(group);
        let mut ahead = group.to_vec();
        let horizon = together::run_steps(&mut ahead.iter_mut().collect::<Vec<_>>(), now + HORIZON, effort);
        for (index, (running, machine)) in running.zip(&ahead).enumerate() {
            running.join(Some((group.clone(), index)));
            running.foresee(machine, machine.next().map(|_| horizon));
        }
    }

    /// Shows others what was written to the files of the container at `index` in between.
    pub fn show_writes(&mut self, index: usize) {
        if self.storage.shares && self.containers[index].running().is_some_and(Running::has_files) {
            let before = self.containers.iter().take(index).filter_map(|it| it.running()).filter(|it| it.has_files());
            let own = before.count();
            together::hand_out(&mut self.machines(), own);
        }
    }

    /// The container at `index` has just started: it sees what others write from now on.
    pub fn join_others(&mut self, index: usize, around: &Surroundings<'_>) {
        if self.storage.shares && !around.latency.silent {
            if self.containers[index].running().is_some_and(|it| !it.has_files()) {
                let files = self.new_files(index, around);
                if let Some(running) = self.containers[index].running_mut() {
                    running.rest_on(files, around.now);
                }
            }
            self.look_ahead(around.now);
        }
    }

    /// Keeps what a container that ended wrote to its volumes.
    pub fn keep_volumes(&mut self, exit: &mut Exit) {
        if let Left::Processes(machine) = &mut exit.left
            && machine.files.mounts().written().next().is_some()
        {
            machine.run(exit.finished);
            self.storage.keep(machine);
        }
    }

    /// Brings what is published in its volumes up to date, where that is due.
    pub fn refresh(&mut self, around: &Surroundings<'_>) {
        if self.storage.refresh_at.is_none_or(|it| it > around.now) {
            return;
        }
        self.storage.refresh_at = None;
        let trees = super::published(&self.pod, &self.sources(around));
        self.bring_up(around.now);
        for container in &mut self.containers {
            let State::Running(running) = &mut container.state else { continue };
            let Some(machine) = running.machine() else { continue };
            machine.run(around.now);
            let mounts = machine.files.mounts_mut();
            let mut changed = false;
            for (name, tree) in &trees {
                let differs = mounts.volume(name).is_some_and(|it| !it.is_like(tree));
                changed |= differs && mounts.replace(name, tree);
            }
            if changed {
                running.run_ahead(around.now);
            }
        }
        self.look_ahead(around.now);
    }

    /// The next of the pod's full minutes after `now`: when its kubelet looks at it whatever happens.
    pub fn next_sync(&self, now: Time, period: crate::clock::Span) -> Time {
        let since = (now - self.seen).0.max(0);
        self.seen + crate::clock::Span((since / period.0 + 1) * period.0)
    }
}

/// The names of the disks that `pod` shares with others.
pub fn shared_names(pod: &Object, view: crate::store::View<'_>) -> Vec<Str> {
    let volumes = pod.spec()["volumes"].items().iter().filter(|it| is_on_disk(it));
    let mut names: Vec<Str> = volumes.filter_map(|it| super::shared_name(pod, it, view)).collect();
    names.dedup();
    names
}

/// Whether a volume may be a part of a disk that several pods have something of.
fn is_on_disk(volume: &Value) -> bool {
    let is_source = |key: &Str| matches!(key.as_str(), "hostPath" | "persistentVolumeClaim" | "ephemeral");
    volume.as_map().is_some_and(|it| it.keys().any(is_source))
}
