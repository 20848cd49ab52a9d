//! Startup, liveness and readiness probes (`pkg/kubelet/prober`).
//!
//! A probe ticks with its period from the instant at which the kubelet first saw the pod, as upstream's workers do; what ticks
//! before the container runs, within its initial delay, or before it has started up tries nothing. A readiness probe is
//! tried at once when the container runs or has started up, and ticks from there. Upstream draws a random delay for
//! probes that are set up within a period of the kubelet's own start; here none is drawn.
//!
//! Only what makes a difference is an entry of the timeline: once the verdict of a probe is settled, the next try is the one
//! that will come to something else, or whose event the recorder will take (`exec::forecast`, [`crate::controllers::EventBudget`]). The tries
//! in between are counted with that event. Known differences: a kubelet also tries the readiness probe of a container
//! that is not ready whenever it syncs the pod for another reason.

mod clients;
mod exec;
pub mod network;
mod outcome;
mod spec;
mod tally;
#[cfg(test)]
mod tests;
mod ticks;

use super::container::Container;
use super::events::Happening;
use super::identity;
use super::net;
use super::shell::network::Question;
use super::surroundings::Surroundings;
use super::worker::{Happenings, Worker};
use crate::clock::{Span, Time};
use crate::object::{Object, Str, Value};
use exec::{Forecast, Tried};
use outcome::Outcome;
use spec::{Check, Role, Spec};
pub use spec::{are_in, port, request};
use tally::Tally;
use ticks::Ticks;

/// What is known of the probes of one container.
#[derive(Clone, Debug, Default)]
pub struct Probes {
    list: Vec<Probe>,
}

/// One probe of a container.
#[derive(Clone, Debug)]
struct Probe {
    role: Role,
    ticks: Ticks,
    tally: Tally,
    /// Whether it has failed the container, and waits for a new one.
    held: bool,
    /// When the next try comes, whether it makes a difference or not.
    next: Time,
    last: Option<Box<Last>>,
    under_way: Option<Box<Try>>,
    plan: Plan,
}

/// The last try that was carried out.
#[derive(Clone, Debug)]
struct Last {
    began: Time,
    outcome: Outcome,
}

/// A try that takes its time.
#[derive(Clone, Debug)]
struct Try {
    began: Time,
    ends: Time,
    outcome: Outcome,
    /// What goes on in the container meanwhile.
    session: Option<u32>,
}

/// Which try comes next, for a container whose process was run ahead so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    of: u32,
    what: Planned,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Planned {
    /// Not known: it is to be worked out.
    Stale,
    /// None that makes a difference.
    Nothing,
    /// This one.
    At(Time),
    /// None until this instant, at which it is to be worked out again.
    Look(Time),
}

const STALE: Plan = Plan { of: 0, what: Planned::Stale };

/// The container at `index` has been started: says whether it counts as started and ready from the start.
pub fn begin(worker: &mut Worker, index: usize, around: &Surroundings<'_>) {
    let (now, seen) = (around.now, worker.seen);
    let container = &mut worker.containers[index];
    if container.probes.list.is_empty() && !are_in(&container.spec) {
        (container.started, container.ready) = (true, true);
        return;
    }
    let spec = |role| if around.latency.silent { None } else { Spec::of(worker.spec(index), role) };
    let specs: Vec<Spec> = Role::ALL.into_iter().filter_map(spec).collect();
    let started = specs.iter().all(|it| it.role != Role::Startup);
    let ready = started && specs.iter().all(|it| it.role != Role::Readiness);
    let container = &mut worker.containers[index];
    let old = std::mem::take(&mut container.probes.list);
    let new = specs.iter().map(|spec| {
        let role = spec.role;
        let old = old.iter().find(|it| it.role == role);
        let ticks = old.map_or(Ticks { from: seen, period: spec.period }, |it| it.ticks);
        let next = ticks.after(now);
        Probe { role, ticks, tally: Tally::new(role), held: false, next, last: None, under_way: None, plan: STALE }
    });
    container.probes.list = new.collect();
    (container.started, container.ready) = (started, ready);
    if started {
        try_readiness(container, now);
    }
}

/// Lets the readiness probe be tried at once, and tick from now on.
fn try_readiness(container: &mut Container, now: Time) {
    for probe in &mut container.probes.list {
        if probe.role == Role::Readiness {
            (probe.ticks.from, probe.next, probe.plan) = (now, now, STALE);
        }
    }
}

/// Carries out the probes that are due and acts on what they find; returns whether anything changed.
pub fn advance(worker: &mut Worker, around: &mut Surroundings<'_>, happenings: &mut Happenings) -> bool {
    let mut any = false;
    for index in 0..worker.containers.len() {
        if worker.containers[index].running().is_some() && !worker.containers[index].is_up() {
            continue;
        }
        for which in 0..worker.containers[index].probes.list.len() {
            any |= advance_one(worker, index, which, around, happenings);
        }
    }
    any
}

fn advance_one(
    worker: &mut Worker,
    index: usize,
    which: usize,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) -> bool {
    let now = around.now;
    if worker.containers[index].running().is_none() {
        worker.containers[index].probes.list[which].under_way = None;
        return false;
    }
    let probe = &mut worker.containers[index].probes.list[which];
    if let Some(under_way) = probe.under_way.take() {
        if under_way.ends > now {
            probe.under_way = Some(under_way);
            return false;
        }
        let running = worker.containers[index].running_mut();
        if let (Some(running), Some(session)) = (running, under_way.session) {
            running.end_session(session, now);
        }
        finish(worker, index, which, under_way.began, under_way.outcome, around, happenings);
        return true;
    }
    if !is_active(worker, index, which) {
        return false;
    }
    plan(worker, index, which, around);
    match worker.containers[index].probes.list[which].plan.what {
        Planned::At(at) if at <= now => {
            attempt(worker, index, which, around, happenings);
            true
        }
        _ => false,
    }
}

/// When the next probe is due whose outcome makes a difference.
pub fn deadline(worker: &Worker, _around: &Surroundings<'_>) -> Option<Time> {
    let of = |(index, container): (usize, &Container)| {
        container.running().filter(|_| container.is_up())?;
        let due = |(which, probe): (usize, &Probe)| match (&probe.under_way, probe.plan.what) {
            (Some(under_way), _) => Some(under_way.ends),
            (None, Planned::At(at) | Planned::Look(at)) if is_active(worker, index, which) => Some(at),
            _ => None,
        };
        container.probes.list.iter().enumerate().filter_map(due).min()
    };
    worker.containers.iter().enumerate().filter_map(of).min()
}

/// Whether a probe is tried as things are. At the end of a pod nothing but the readiness is asked for.
fn is_active(worker: &Worker, index: usize, which: usize) -> bool {
    let container = &worker.containers[index];
    let probe = &container.probes.list[which];
    match probe.role {
        _ if probe.held => false,
        // The status that a prober reads knows of no container before the hook after its start is over.
        _ if container.running().is_none_or(|it| it.post_start.is_some()) => false,
        Role::Startup => !container.started && worker.ending.is_none(),
        Role::Readiness => container.started,
        Role::Liveness => container.started && worker.ending.is_none(),
    }
}

/// Works out which try comes next, unless that is known.
fn plan(worker: &mut Worker, index: usize, which: usize, around: &Surroundings<'_>) {
    let (now, container) = (around.now, &worker.containers[index]);
    let (Some(running), probe) = (container.running(), &container.probes.list[which]) else {
        return;
    };
    let of = running.runs_ahead;
    match probe.plan.what {
        Planned::Stale => {}
        Planned::Look(at) if at <= now => {}
        _ if probe.plan.of == of => return,
        _ => {}
    }
    let Some(spec) = Spec::of(worker.spec(index), probe.role) else {
        return;
    };
    // What came before now made no difference.
    let due = if probe.next < now { probe.ticks.from(now) } else { probe.next };
    let from = spec.from(running.started);
    let next = if due < from { probe.ticks.from(from) } else { due };
    let last = probe.last.as_ref().map_or(&Outcome::Success, |it| &it.outcome);
    let is_expected = probe.last.is_some() || {
        let tried = look(worker, index, &spec, next, around);
        tried.outcome == Outcome::Success && !tried.writes
    };
    let what = match last {
        last if (probe.tally.is_settled() && is_expected) || last.success().is_none() => {
            let changes = forecast(worker, index, &spec, (last, next, probe.ticks), around);
            let told = *last != Outcome::Success;
            let told = told.then(|| next.max(probe.ticks.from(worker.budget.admits_from())));
            match (changes, told) {
                (Forecast::At(at), told) => Planned::At(told.map_or(at, |told| told.min(at))),
                (Forecast::Look(at), Some(told)) if told <= at => Planned::At(told),
                (Forecast::Look(at), _) => Planned::Look(at),
                (Forecast::Same, Some(told)) => Planned::At(told),
                (Forecast::Same, None) => Planned::Nothing,
            }
        }
        _ => Planned::At(next),
    };
    let probe = &mut worker.containers[index].probes.list[which];
    (probe.next, probe.plan) = (next, Plan { of, what });
}

fn forecast(
    worker: &Worker,
    index: usize,
    spec: &Spec,
    from: (&Outcome, Time, Ticks),
    around: &Surroundings<'_>,
) -> Forecast {
    match (&spec.check, worker.containers[index].running()) {
        (Check::Exec(argv), Some(running)) => match worker.command(index, argv, around.now, around) {
            Ok(what) => {
                let answers = |question: &Question, at: Time| net::look(worker, question, at, around);
                exec::forecast(running, &what, argv, spec, from, &answers)
            }
            Err(_) => Forecast::Same,
        },
        _ => network::forecast(worker, spec, from, around),
    }
}

/// What a try at `at` comes to, without anything happening.
fn look(worker: &Worker, index: usize, spec: &Spec, at: Time, around: &Surroundings<'_>) -> Tried {
    match (&spec.check, worker.containers[index].running()) {
        (Check::Exec(argv), Some(running)) => match worker.command(index, argv, at, around) {
            Ok(what) => {
                let answers = |question: &Question, at: Time| net::look(worker, question, at, around);
                exec::attempt(running, &what, argv, (spec, at), &answers)
            }
            Err(_) => Tried::at_once(Outcome::NoProgram(argv.first().cloned().unwrap_or_default())),
        },
        _ => network::attempt(worker, spec, at, around),
    }
}

/// Carries out a try of a probe.
fn attempt(
    worker: &mut Worker,
    index: usize,
    which: usize,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) {
    let (now, role) = (around.now, worker.containers[index].probes.list[which].role);
    let Some(spec) = Spec::of(worker.spec(index), role) else {
        return;
    };
    let mut session = None;
    let tried = look(worker, index, &spec, now, around);
    if let Check::Exec(argv) = &spec.check
        && tried.writes
        && let Ok(executed) = worker.execute(index, argv, now + spec.timeout, around)
    {
        session = Some(executed.session);
    }
    let probe = &mut worker.containers[index].probes.list[which];
    let is_news = probe.last.as_ref().is_none_or(|it| it.outcome != tried.outcome);
    if let Some(program) = tried.stuck.filter(|_| is_news) {
        let message = format!(
            "{} probe of container {} is not interpreted: {program:?}; it takes until its timeout",
            role.name(),
            worker.spec(index)["name"].str_or_empty()
        );
        happenings.push((index, Happening::OfContainer(true, "NotInterpreted", Str::from(message))));
    }
    if tried.took == Span::ZERO {
        finish(worker, index, which, now, tried.outcome, around, happenings);
    } else {
        let ends = now + tried.took;
        let under_way = Try { began: now, ends, outcome: tried.outcome, session };
        worker.containers[index].probes.list[which].under_way = Some(Box::new(under_way));
    }
}

/// A try has come to its outcome.
fn finish(
    worker: &mut Worker,
    index: usize,
    which: usize,
    began: Time,
    outcome: Outcome,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) {
    let now = around.now;
    if !is_active(worker, index, which) {
        return;
    }
    let probe = &mut worker.containers[index].probes.list[which];
    let role = probe.role;
    let untold = match &probe.last {
        Some(last) if last.outcome == outcome && probe.tally.is_settled() => probe.ticks.between(last.began, began),
        _ => 0,
    };
    (probe.next, probe.plan) = (probe.ticks.after_try(began, now), STALE);
    probe.last = Some(Box::new(Last { began, outcome: outcome.clone() }));
    let id = || exec_id(&worker.pod, worker.spec(index), role, began);
    if let Some((reason, message)) = outcome.told(role, id) {
        worker.budget.spend(now);
        happenings.push((index, Happening::Probed(reason, Str::from(message), untold)));
    }
    let (Some(success), Some(spec)) = (outcome.success(), Spec::of(worker.spec(index), role)) else {
        return;
    };
    let probe = &mut worker.containers[index].probes.list[which];
    if let Some(verdict) = probe.tally.count(success, &spec) {
        act(worker, index, which, verdict, &spec, around, happenings);
    }
}

/// Acts on a verdict.
fn act(
    worker: &mut Worker,
    index: usize,
    which: usize,
    verdict: bool,
    spec: &Spec,
    around: &mut Surroundings<'_>,
    happenings: &mut Happenings,
) {
    let container = &mut worker.containers[index];
    match (spec.role, verdict) {
        (Role::Readiness, _) => container.ready = verdict,
        (Role::Startup, true) => {
            container.started = true;
            container.ready = container.probes.list.iter().all(|it| it.role != Role::Readiness);
            try_readiness(container, around.now);
            for probe in container.probes.list.iter_mut().filter(|it| it.role == Role::Liveness) {
                (probe.next, probe.plan) = (probe.ticks.after(around.now), STALE);
            }
        }
        (Role::Liveness, true) => {}
        (Role::Startup | Role::Liveness, false) => {
            container.probes.list[which].held = true;
            let message = failed(worker, index, spec.role);
            worker.kill(index, Str::from(message), spec.grace, false, around, happenings);
        }
    }
}

/// The message of the end of a container that failed a probe (`computePodActions` in
/// `pkg/kubelet/kuberuntime/kuberuntime_manager.go`).
fn failed(worker: &Worker, index: usize, role: Role) -> String {
    let container = worker.spec(index);
    let (name, probe) = (container["name"].str_or_empty(), role.name().to_lowercase());
    if worker.is_init(index) {
        return format!("Init container {name} failed {probe} probe");
    }
    let policy = container["restartPolicy"].as_str().or_else(|| worker.pod.spec()["restartPolicy"].as_str());
    let restarts = if policy == Some("Never") { "" } else { ", will be restarted" };
    format!("Container {name} failed {probe} probe{restarts}")
}

/// The id that the runtime gives what a probe executes.
fn exec_id(pod: &Object, container: &Value, role: Role, at: Time) -> Str {
    let parts = [pod.meta.uid.as_str(), container["name"].str_or_empty(), role.name(), &at.0.to_string()];
    identity::hex(&parts, 64)
}
