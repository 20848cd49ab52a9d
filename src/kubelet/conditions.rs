//! The conditions that a kubelet keeps (`pkg/kubelet/status/generate.go`).

use super::container::{Container, State};
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Condition {
    kind: Str,
    status: bool,
    reason: Str,
    message: Str,
    since: Str,
    generation: i64,
}

impl Condition {
    /// As the API shows it.
    pub fn to_value(&self) -> Value {
        let mut entries = vec![
            (literal!("lastProbeTime"), Value::Null),
            (literal!("lastTransitionTime"), Value::from(&self.since)),
            (literal!("status"), Value::Str(if self.status { literal!("True") } else { literal!("False") })),
            (literal!("type"), Value::from(&self.kind)),
        ];
        if self.generation != 0 {
            entries.push((literal!("observedGeneration"), Value::Int(self.generation)));
        }
        for (key, text) in [(literal!("reason"), &self.reason), (literal!("message"), &self.message)] {
            if !text.is_empty() {
                entries.push((key, Value::from(text)));
            }
        }
        Value::Map(Map::from_entries(entries))
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

fn names(worker: &Worker, wanted: impl Fn(usize) -> bool) -> String {
    let names = (0..worker.mains().end).filter(|it| wanted(*it)).map(|it| worker.spec(it)["name"].str_or_empty());
    names.collect::<Vec<_>>().join(" ")
}

fn containers_ready(worker: &Worker, phase: &str) -> Verdict {
    match phase {
        "Succeeded" => return (false, literal!("PodCompleted"), Str::new()),
        "Failed" => return (false, literal!("PodFailed"), Str::new()),
        _ => {}
    }
    let counts = |index| !worker.is_init(index) || worker.is_sidecar(index);
    let unready = names(worker, |index| counts(index) && !is_ready(worker, index));
    if unready.is_empty() {
        return plain(true);
    }
    (false, literal!("ContainersNotReady"), Str::from(format!("containers with unready status: [{unready}]")))
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
    let has_started = |it: &Container| !it.was_never_up();
    let mains = worker.main_containers();
    let incomplete = names(worker, |index| worker.is_init(index) && !is_ready(worker, index));
    if mains.iter().any(has_started) || incomplete.is_empty() {
        return plain(true);
    }
    (
        false,
        literal!("ContainersNotInitialized"),
        Str::from(format!("containers with incomplete status: [{incomplete}]")),
    )
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
pub fn conditions(worker: &Worker, phase: &str, has_sandbox: bool, now: &Str) -> (Vec<Value>, Vec<Condition>) {
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
    let own = OWN.iter().cloned().zip(verdicts).zip(stored).map(|((kind, (status, reason, message)), stored)| {
        let since = since(stored, status);
        Condition { kind, status, reason, message, since, generation }
    });
    let mut own: Vec<Condition> = own.collect();
    if let Some((status, reason, message)) = restarting(worker, phase) {
        let since = since(restarted, status);
        own.push(Condition { kind: RESTARTING.clone(), status, reason, message, since, generation: 0 });
    }
    (others, own)
}
