//! The conditions that a kubelet keeps (`pkg/kubelet/status/generate.go`).

use std::hash::{Hash, Hasher};

use super::container::{Container, State};
use super::shared::Shared;
use super::worker::Worker;
use crate::object::{Map, Str, Value, literal};

/// The conditions that are the kubelet's own, in the order in which it writes them.
static OWN: [Str; 5] = [
    literal!("PodReadyToStartContainers"),
    literal!("Initialized"),
    literal!("Ready"),
    literal!("ContainersReady"),
    literal!("PodScheduled"),
];

/// The condition of a pod that others than itself brought to its end.
static DISRUPTED: Str = literal!("DisruptionTarget");

/// The conditions of a pod whose resources are to change and cannot, and of one whose resources are being changed.
static RESIZE: [Str; 2] = [literal!("PodResizePending"), literal!("PodResizeInProgress")];

/// The condition of a pod with a rule that starts all its containers anew, which comes after all others.
static RESTARTING: Str = literal!("AllContainersRestarting");

/// One condition of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    kind: Str,
    status: bool,
    reason: Str,
    message: Str,
    since: Str,
    generation: i64,
}

/// What mostly tells two conditions apart goes in, and what takes no walk through texts.
impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let lengths = (self.reason.len() as u64) << 32 | self.message.len() as u64;
        state.write_u64(lengths << 1 | u64::from(self.status));
        state.write_u64(self.since.as_bytes().last_chunk().map_or(0, |it| u64::from_le_bytes(*it)));
    }
}

impl Condition {
    /// As the API shows it.
    pub fn to_value(&self) -> Value {
        let mut entries = Vec::with_capacity(7);
        entries.push((literal!("lastProbeTime"), Value::Null));
        entries.push((literal!("lastTransitionTime"), Value::from(&self.since)));
        if !self.message.is_empty() {
            entries.push((literal!("message"), Value::from(&self.message)));
        }
        if self.generation != 0 {
            entries.push((literal!("observedGeneration"), Value::Int(self.generation)));
        }
        if !self.reason.is_empty() {
            entries.push((literal!("reason"), Value::from(&self.reason)));
        }
        entries.push((literal!("status"), Value::Str(if self.status { literal!("True") } else { literal!("False") })));
        entries.push((literal!("type"), Value::from(&self.kind)));
        Value::Map(Map::from_sorted(entries))
    }
}

/// A status with its reason and message; both empty when there is nothing to say.
type Verdict = (bool, Str, Str);

const fn plain(status: bool) -> Verdict {
    (status, Str::new(), Str::new())
}

/// Whether the container at `index` is ready: while it runs and its probes say so, or for an init container that must
/// come to an end, once it has done so well.
pub fn is_ready(worker: &Worker, index: usize) -> bool {
    let ends_well = worker.is_init(index) && !worker.is_sidecar(index);
    match &worker.containers[index].state {
        State::Running(_) => !ends_well && worker.containers[index].is_up() && worker.containers[index].ready,
        State::Exited(exit, _) => ends_well && exit.code == 0,
        State::Waiting => false,
    }
}

/// The names of the containers that are `wanted`, between `before` and a bracket; `None` when there are none.
fn listed(worker: &Worker, before: &str, wanted: impl Fn(usize) -> bool) -> Option<Str> {
    let mut text = String::new();
    for index in (0..worker.mains().end).filter(|it| wanted(*it)) {
        text.push_str(if text.is_empty() { before } else { " " });
        text.push_str(worker.spec(index)["name"].str_or_empty());
    }
    (!text.is_empty()).then(|| {
        text.push(']');
        Str::from(text)
    })
}

fn containers_ready(worker: &Worker, phase: &str) -> Verdict {
    match phase {
        "Succeeded" => return (false, literal!("PodCompleted"), Str::new()),
        "Failed" => return (false, literal!("PodFailed"), Str::new()),
        _ => {}
    }
    let counts = |index| !worker.is_init(index) || worker.is_sidecar(index);
    let before = "containers with unready status: [";
    match listed(worker, before, |index| counts(index) && !is_ready(worker, index)) {
        None => plain(true),
        Some(message) => (false, literal!("ContainersNotReady"), message),
    }
}

fn ready(worker: &Worker, containers_ready: &Verdict, conditions: &Value) -> Verdict {
    if !containers_ready.0 {
        return containers_ready.clone();
    }
    let mut messages = Vec::new();
    for gate in worker.pod.spec()["readinessGates"].items() {
        let kind = gate["conditionType"].str_or_empty();
        match conditions.items().iter().find(|it| it["type"].as_str() == Some(kind)) {
            None => messages.push(format!("corresponding condition of pod readiness gate {kind:?} does not exist.")),
            Some(it) if it["status"].as_str() != Some("True") => messages.push(format!(
                "the status of pod readiness gate {kind:?} is not \"True\", but {}",
                it["status"].str_or_empty()
            )),
            Some(_) => {}
        }
    }
    if messages.is_empty() {
        return plain(true);
    }
    (false, literal!("ReadinessGatesNotReady"), Str::from(messages.join(", ")))
}

fn initialized(worker: &Worker, phase: &str) -> Verdict {
    if phase == "Succeeded" {
        return (true, literal!("PodCompleted"), Str::new());
    }
    if worker.inits == 0 || !worker.main_containers().iter().all(Container::was_never_up) {
        return plain(true);
    }
    let before = "containers with incomplete status: [";
    match listed(worker, before, |index| worker.is_init(index) && !is_ready(worker, index)) {
        None => plain(true),
        Some(message) => (false, literal!("ContainersNotInitialized"), message),
    }
}

/// Says of a pod that came to its end that its kubelet ended it, if others than the pod were the reason. What the same condition
/// said before is said no more.
fn disrupt(worker: &Worker, others: &mut Vec<Value>, now: &Str) {
    let Some(message) = worker.verdict.as_ref().and_then(|it| it.disruption.clone()) else {
        return;
    };
    let at = others.iter().position(|it| it["type"].as_str() == Some(&DISRUPTED));
    let stored = at.map(|it| &others[it]).filter(|it| it["status"].as_str() == Some("True"));
    let since = stored.and_then(|it| it["lastTransitionTime"].as_shared_str()).unwrap_or(now).clone();
    let (kind, reason, generation) = (DISRUPTED.clone(), literal!("TerminationByKubelet"), worker.pod.meta.generation);
    let condition = Condition { kind, status: true, reason, message, since, generation }.to_value();
    match at {
        Some(at) => others[at] = condition,
        None => others.push(condition),
    }
}

/// Whether all containers are being started anew; `None` for a pod of which no rule says so
/// (`GenerateAllContainersRestartingCondition`).
fn restarting(worker: &Worker, phase: &str) -> Option<Verdict> {
    let specs = (0..worker.mains().end).map(|it| worker.spec(it));
    if !specs.into_iter().any(super::restart::may_restart_all) {
        return None;
    }
    Some(match phase {
        "Succeeded" => (false, literal!("PodCompleted"), Str::new()),
        "Failed" => (false, literal!("PodFailed"), Str::new()),
        _ if worker.restarting_all => {
            (true, literal!("RestartAllContainersStarted"), literal!("container exited with restart policy rule"))
        }
        _ => plain(false),
    })
}

/// The conditions of a pod in `phase`: those of others as they stand, and then the kubelet's own, which keep their
/// transition times where the stored ones have the same status.
pub fn conditions(worker: &Worker, phase: &str, has_sandbox: bool, now: &Str, shared: &mut Shared) -> Value {
    let old = &worker.pod.status()["conditions"];
    let (mut stored, mut others) = ([None; OWN.len()], Vec::new());
    let (mut resizes, mut restarted) = ([None; RESIZE.len()], None);
    for condition in old.items() {
        let kind = condition["type"].as_str();
        if let Some(i) = OWN.iter().position(|it| kind == Some(it)) {
            stored[i] = stored[i].or(Some(condition));
        } else if let Some(i) = RESIZE.iter().position(|it| kind == Some(it)) {
            resizes[i] = Some(condition);
        } else if kind == Some(&RESTARTING) {
            restarted = Some(condition);
        } else {
            others.push(condition.clone());
        }
    }
    let generation = worker.pod.meta.generation;
    let since = |stored: Option<&Value>, status: bool| {
        let same = stored.filter(|it| (it["status"].as_str() == Some("True")) == status);
        same.and_then(|it| it["lastTransitionTime"].as_shared_str()).unwrap_or(now).clone()
    };
    let pending = worker.resize.as_ref().map(|it| (Str::from(it.reason), it.message.clone(), generation));
    let in_progress = worker.resizing.as_ref().map(|it| (Str::new(), Str::new(), it.generation));
    for ((kind, stored), what) in RESIZE.iter().zip(resizes).zip([pending, in_progress]) {
        let Some((reason, message, generation)) = what else { continue };
        let (kind, since) = (kind.clone(), since(stored, true));
        others.push(Condition { kind, status: true, reason, message, since, generation }.to_value());
    }
    if matches!(phase, "Succeeded" | "Failed") {
        disrupt(worker, &mut others, now);
    }
    let all_ready = containers_ready(worker, phase);
    let verdicts =
        [plain(has_sandbox), initialized(worker, phase), ready(worker, &all_ready, old), all_ready, plain(true)];
    let mut own = Vec::with_capacity(OWN.len() + 1);
    for ((kind, (status, reason, message)), stored) in OWN.iter().zip(verdicts).zip(stored) {
        own.push(Condition { kind: kind.clone(), status, reason, message, since: since(stored, status), generation });
    }
    if let Some((status, reason, message)) = restarting(worker, phase) {
        let since = since(restarted, status);
        own.push(Condition { kind: RESTARTING.clone(), status, reason, message, since, generation: 0 });
    }
    let own = shared.conditions(own);
    if others.is_empty() {
        return own;
    }
    others.extend(own.items().iter().cloned());
    Value::from(others)
}
