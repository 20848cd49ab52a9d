//! How the containers of a pod are started: whose turn it is, and what is done then (`startContainer` in
//! `pkg/kubelet/kuberuntime/kuberuntime_container.go`).

use super::behaviour::memory_limit;
use super::command::{self, Making};
use super::container::{CANNOT_START, Exit, Left, Next, State};
use super::events::Happening;
use super::latency::Latency;
use super::process::Running;
use super::shell::files::Files;
use super::shell::machine::Machine;
use super::surroundings::Surroundings;
use super::termination::Then;
use super::worker::{HOOK_FAILED, Happenings, Worker};
use super::{hold, hooks, identity, probe, shell};
use crate::clock::Time;
use crate::object::{Str, literal};

impl Worker {
    /// When the container at `index` is to be started, if its turn has come.
    pub(super) fn start_of(&self, index: usize, latency: &Latency) -> Option<Time> {
        let container = &self.containers[index];
        let restart = match container.state {
            State::Waiting => None,
            State::Exited(..) => Some(container.restart_at()?),
            State::Running(_) => return None,
        };
        let mut turn = self.hold.as_ref().map_or(self.volumes_ready() + latency.first_start(), |it| it.retry_at);
        let first = if self.is_ephemeral(index) { index } else { 0 };
        for before in first..index {
            let container = &self.containers[before];
            let sidecar = self.is_sidecar(before);
            // One sync starts one container after the other, and waits for images and hooks.
            if container.running().is_some_and(|it| it.post_start.is_some()) {
                return None;
            }
            if container.pull.is_under_way() {
                turn = turn.max(container.hold.as_ref().map_or(turn, |it| it.retry_at));
            }
            if !self.is_init(before) {
                continue;
            }
            match &container.state {
                State::Exited(exit, Next::Stay) if !sidecar && exit.code == 0 => {
                    turn = turn.max(exit.finished + latency.next_start());
                }
                State::Running(running) if sidecar && container.started => turn = turn.max(running.started),
                State::Exited(..) if sidecar && container.restarts > 0 => {}
                _ => return None,
            }
        }
        let held = container.hold.as_ref().map_or(turn, |it| it.retry_at);
        Some(restart.map_or(turn, |it| it.max(turn)).max(held))
    }

    pub(super) fn start_due(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) -> bool {
        let mut any = false;
        for index in 0..self.containers.len() {
            if self.start_of(index, around.latency).is_none_or(|at| at > around.now) {
                continue;
            }
            let hold = hold::check(self, index, around, happenings);
            let held = hold.is_some();
            self.containers[index].hold = hold;
            if !held {
                self.start(index, around, happenings);
                any = true;
            }
        }
        any
    }

    /// What `argv` does when it is executed in the container at `index` at `at`.
    ///
    /// # Errors
    /// The runtime's message about a program that cannot be started.
    pub fn command(
        &self,
        index: usize,
        argv: &[String],
        at: Time,
        around: &Surroundings<'_>,
    ) -> Result<Machine, String> {
        let mut making = Making { started: at, ..self.making(index, around) };
        // The files of a container that was looked into are those of its own processes.
        if self.containers[index].running().is_some_and(Running::has_files) {
            making.files = Box::new(move || Files::new(Str::new(), at));
        }
        command::executed(argv, &making)
    }

    /// What the process of the container at `index` is made of.
    fn making<'a>(&'a self, index: usize, around: &'a Surroundings<'_>) -> Making<'a> {
        let container = self.spec(index);
        let image = container["image"].as_shared_str().cloned().unwrap_or_default();
        Making {
            container,
            image: around.known.images.of(&image),
            pod: &self.pod,
            started: around.now,
            reading: around.latency.reading,
            env: Box::new(move || self.environment(index, around).unwrap_or_default()),
            files: Box::new(move || self.new_files(index, around)),
            scripts: &around.known.scripts,
        }
    }

    fn start(&mut self, index: usize, around: &mut Surroundings<'_>, happenings: &mut Happenings) {
        let (now, latency) = (around.now, around.latency);
        let container = &mut self.containers[index];
        if let State::Exited(exit, _) = std::mem::take(&mut container.state) {
            if let Some(finished) = container.counts {
                container.backoff.restarted(finished, now, latency.first_restart_waits);
            }
            container.restarts += 1;
            container.last = Some(Box::new(exit));
        }
        self.bring_up(now);
        let said = around.behaviours.of(&self.pod, self.spec(index));
        let prints = |it: &Self| command::known_to_print(it.spec(index), &around.known.scripts);
        let is_alone = !self.storage.shares && matches!(said, Ok(None));
        let process = match &said {
            Ok(_) if is_alone && let Some(process) = prints(self) => process,
            Ok(_) => command::process(&self.making(index, around)),
            Err(words) => command::Process::CannotStart(words.to_string()),
        };
        let spec = self.spec(index);
        let name = spec["name"].as_shared_str().cloned().unwrap_or_default();
        let image = spec["image"].as_shared_str().cloned().unwrap_or_default();
        let attempt = match self.containers[index].restarts {
            0 => literal!("0"),
            restarts => Str::from(restarts.to_string()),
        };
        let id = identity::labelled("containerd://", &[&self.pod.meta.uid, &name, &attempt], 64);
        self.containers[index].image = image;
        if self.resize.is_none() || self.containers[index].allocated.is_null() {
            self.containers[index].allocated = self.spec(index)["resources"].clone();
        }
        self.containers[index].resources = self.containers[index].allocated.clone();
        match Running::new(process, now, id.clone()) {
            Ok(mut running) => {
                if let Ok(Some(behaviour)) = said {
                    running.follow(&behaviour, now, memory_limit(self.spec(index)));
                }
                happenings.push((index, Happening::Started));
                let fails = running.end == Some((now, shell::NOT_UNDERSTOOD));
                happenings.extend(running.stuck.clone().map(|it| {
                    let text = format!("Command of container {name} is not interpreted: {it:?}; its shell fails");
                    let failed = Happening::OfContainer(true, "NotInterpreted", Str::from(text));
                    (index, if fails { failed } else { Happening::NotInterpreted(it) })
                }));
                self.containers[index].state = State::Running(Box::new(running));
                self.join_others(index, around);
                probe::begin(self, index, around);
                self.begin_post_start(index, around);
            }
            Err(message) => {
                let message = Str::from(message);
                happenings.push((index, Happening::CannotStart(message.clone())));
                let started = Time::from_unix(0);
                let reason = literal!("StartError");
                let exit =
                    Exit { code: CANNOT_START, reason, message, started, finished: now, id, left: Left::Nothing };
                self.exited(index, exit, None, latency);
            }
        }
    }

    fn begin_post_start(&mut self, index: usize, around: &mut Surroundings<'_>) {
        let handler = self.spec(index)["lifecycle"]["postStart"].clone();
        if handler.is_null() || around.latency.silent {
            return;
        }
        let hook = hooks::run(self, index, &handler, None, around);
        if let Some(running) = self.containers[index].running_mut() {
            running.post_start = Some(hook);
        }
    }

    /// Sees to the hooks after the start that are over: a container whose hook failed is killed.
    pub(super) fn hooks_due(&mut self, around: &mut Surroundings<'_>, happenings: &mut Happenings) -> bool {
        let mut any = false;
        self.follow_hooks(around.now);
        for index in 0..self.containers.len() {
            let Some(running) = self.containers[index].running_mut() else {
                continue;
            };
            let over = |hook: &hooks::Hook| hook.until.is_some_and(|at| at <= around.now);
            let Some(hook) = running.post_start.take_if(|it| over(it)) else {
                continue;
            };
            any = true;
            if hook.failure.is_none() {
                probe::begin(self, index, around);
            }
            if let Some(message) = hook.failure {
                happenings.push((index, Happening::OfContainer(true, "FailedPostStartHook", Str::from(HOOK_FAILED))));
                let why = Str::from("FailedPostStartHook");
                self.stop_alone(index, why, None, Then::HookFailed(message), around, happenings);
            }
        }
        any
    }
}
