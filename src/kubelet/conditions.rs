//! The conditions that a kubelet keeps (`pkg/kubelet/status/generate.go`).

use super::container::{Container, State};
use super::shared::Shared;
use super::status::is_terminal;
use super::worker::Worker;
use crate::map;
use crate::object::{Str, Value, literal};

/// The conditions that are the kubelet's own, in the order in which it writes them.
static OWN: [Str; 5] = [
    literal!("PodReadyToStartContainers"),
    literal!("Initialized"),
    literal!("Ready"),
    literal!("ContainersReady"),
    literal!("PodScheduled"),
];

/// So many conditions may be the kubelet's own.
const PLACES: usize = OWN.len() + 1;

/// Where a condition of the kubelet's own has its place: that in [`OWN`], or the one after it.
fn own_place(kind: &str) -> Option<usize> {
    Some(match kind {
        "PodReadyToStartContainers" => 0,
        "Initialized" => 1,
        "Ready" => 2,
        "ContainersReady" => 3,
        "PodScheduled" => 4,
        "AllContainersRestarting" => OWN.len(),
        _ => return None,
    })
}

/// The condition of a pod that others than itself brought to its end.
static DISRUPTED: Str = literal!("DisruptionTarget");

/// The conditions of a pod whose resources are to change and cannot, and of one whose resources are being changed.
static RESIZE: [Str; 2] = [literal!("PodResizePending"), literal!("PodResizeInProgress")];

/// The condition of a pod with a rule that starts all its containers anew, which comes after all others.
static RESTARTING: Str = literal!("AllContainersRestarting");

/// No reason, and no message.
static NOTHING: Str = literal!("");
/// The reasons of conditions.
static COMPLETED: Str = literal!("PodCompleted");
static FAILED: Str = literal!("PodFailed");

/// One condition of a pod.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    kind: &'a Str,
    status: bool,
    reason: &'a Str,
    message: &'a Str,
    since: &'a Str,
    generation: i64,
}

impl Condition<'_> {
    /// As the API shows it.
    pub fn to_value(&self) -> Value {
        let unless_empty = |text: &Str| (!text.is_empty()).then(|| text.clone());
        Value::Map(map! {
            null "lastProbeTime",
            "lastTransitionTime" => self.since,
            "message" => unless_empty(self.message),
            "observedGeneration" => (self.generation != 0).then_some(self.generation),
            "reason" => unless_empty(self.reason),
            "status" => if self.status { literal!("True") } else { literal!("False") },
            "type" => self.kind,
        })
    }

    /// Whether `stored` is this very condition, as [`Condition::to_value`] would show it.
    pub fn is_told_by(&self, stored: &Value) -> bool {
        let Some(stored) = stored.as_map() else {
            return false;
        };
        let (message, reason, generation) = (self.message, self.reason, self.generation);
        let optional = [!message.is_empty(), !reason.is_empty(), generation != 0];
        let status = if self.status { "True" } else { "False" };
        stored.len() == 4 + optional.into_iter().map(usize::from).sum::<usize>()
            && stored.iter().all(|(key, value)| match key.as_str() {
                "lastProbeTime" => value.is_null(),
                "lastTransitionTime" => value.as_shared_str() == Some(self.since),
                "message" => !message.is_empty() && value.as_shared_str() == Some(message),
                "observedGeneration" => generation != 0 && value.as_i64() == Some(generation),
                "reason" => !reason.is_empty() && value.as_shared_str() == Some(reason),
                "status" => value.as_str() == Some(status),
                "type" => value.as_shared_str() == Some(self.kind),
                _ => false,
            })
    }
}

/// A status with its reason and message; both empty when there is nothing to say.
type Verdict = (bool, &'static Str, Str);

const fn plain(status: bool) -> Verdict {
    (status, &NOTHING, Str::new())
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
fn listed(worker: &Worker, before: &'static str, shared: &mut Shared, wanted: impl Fn(usize) -> bool) -> Option<Str> {
    let mut wanted = (0..worker.mains().end).filter(|it| wanted(*it));
    let name = |it: usize| worker.spec(it)["name"].as_shared_str().unwrap_or(&NOTHING);
    let first = name(wanted.next()?);
    let Some(second) = wanted.next() else {
        return Some(shared.in_brackets(before, first));
    };
    let mut names = vec![first.as_str(), name(second).as_str()];
    names.extend(wanted.map(|it| name(it).as_str()));
    Some(Str::from([before, &names.join(" "), "]"].concat()))
}

fn containers_ready(worker: &Worker, phase: &str, shared: &mut Shared) -> Verdict {
    static NOT_READY: Str = literal!("ContainersNotReady");
    match phase {
        "Succeeded" => return (false, &COMPLETED, Str::new()),
        "Failed" => return (false, &FAILED, Str::new()),
        _ => {}
    }
    let counts = |index| !worker.is_init(index) || worker.is_sidecar(index);
    let before = "containers with unready status: [";
    match listed(worker, before, shared, |index| counts(index) && !is_ready(worker, index)) {
        None => plain(true),
        Some(message) => (false, &NOT_READY, message),
    }
}

fn ready(worker: &Worker, containers_ready: &Verdict, conditions: &Value) -> Verdict {
    if !containers_ready.0 {
        return containers_ready.clone();
    }
    static NOT_READY: Str = literal!("ReadinessGatesNotReady");
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
    (false, &NOT_READY, Str::from(messages.join(", ")))
}

fn initialized(worker: &Worker, phase: &str, shared: &mut Shared) -> Verdict {
    static NOT_INITIALIZED: Str = literal!("ContainersNotInitialized");
    if phase == "Succeeded" {
        return (true, &COMPLETED, Str::new());
    }
    if worker.inits == 0 || !worker.main_containers().iter().all(Container::was_never_up) {
        return plain(true);
    }
    let before = "containers with incomplete status: [";
    match listed(worker, before, shared, |index| worker.is_init(index) && !is_ready(worker, index)) {
        None => plain(true),
        Some(message) => (false, &NOT_INITIALIZED, message),
    }
}

/// Says of a pod that came to its end that its kubelet ended it, if others than the pod were the reason. What the same condition
/// said before is said no more.
fn disrupt(worker: &Worker, others: &mut Vec<Value>, now: &Str) {
    static REASON: Str = literal!("TerminationByKubelet");
    let Some(message) = worker.verdict.as_ref().and_then(|it| it.disruption.as_ref()) else {
        return;
    };
    let at = others.iter().position(|it| it["type"].as_str() == Some(&DISRUPTED));
    let stored = at.map(|it| &others[it]).filter(|it| it["status"].as_str() == Some("True"));
    let since = stored.and_then(|it| it["lastTransitionTime"].as_shared_str()).unwrap_or(now);
    let (kind, reason, generation) = (&DISRUPTED, &REASON, worker.pod.meta.generation);
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
    static STARTED: Str = literal!("RestartAllContainersStarted");
    Some(match phase {
        "Succeeded" => (false, &COMPLETED, Str::new()),
        "Failed" => (false, &FAILED, Str::new()),
        _ if worker.restarting_all => (true, &STARTED, literal!("container exited with restart policy rule")),
        _ => plain(false),
    })
}

/// The conditions of a pod in `phase`: those of others as they stand, and then the kubelet's own, which keep their
/// transition times where the stored ones have the same status. What is stored as it is to be stands as it is.
pub fn conditions(worker: &Worker, phase: &str, has_sandbox: bool, now: &Str, shared: &mut Shared) -> Value {
    let old = &worker.pod.status()["conditions"];
    let (mut stored, mut others) = ([None; PLACES], Vec::new());
    let mut resizes = [None; RESIZE.len()];
    for condition in old.items() {
        let kind = condition["type"].str_or_empty();
        if let Some(place) = own_place(kind) {
            stored[place] = stored[place].or(Some(condition));
        } else if let Some(i) = RESIZE.iter().position(|it| kind == *it) {
            resizes[i] = Some(condition);
        } else {
            others.push(condition.clone());
        }
    }
    if worker.resize.is_some() || worker.resizing.is_some() {
        others.extend(resized(worker, resizes, now));
    }
    if is_terminal(phase) {
        disrupt(worker, &mut others, now);
    }
    let own = own_conditions(worker, phase, has_sandbox, now, &stored, shared);
    if !others.is_empty() {
        others.extend(own);
        return Value::from(others);
    }
    if is_list_of(old.items(), &own) { old.clone() } else { shared.condition_list(own) }
}

/// Whether `list` has just these very conditions.
pub fn is_list_of(list: &[Value], conditions: &[Value]) -> bool {
    list.len() == conditions.len() && list.iter().zip(conditions).all(|(one, other)| one.is_shared_with(other))
}

/// Since when a condition has its status: since what is stored of it says so, or since now.
fn since<'a>(stored: Option<&'a Value>, status: bool, now: &'a Str) -> &'a Str {
    let same = stored.filter(|it| (it["status"].as_str() == Some("True")) == status);
    same.and_then(|it| it["lastTransitionTime"].as_shared_str()).unwrap_or(now)
}

/// The kubelet's own conditions of a pod in `phase`, of which `stored` are the ones from before. What is stored as it is to be
/// stands as it is.
fn own_conditions(
    worker: &Worker,
    phase: &str,
    has_sandbox: bool,
    now: &Str,
    stored: &[Option<&Value>; PLACES],
    shared: &mut Shared,
) -> Vec<Value> {
    let generation = worker.pod.meta.generation;
    let all_ready = containers_ready(worker, phase, shared);
    let ready = ready(worker, &all_ready, &worker.pod.status()["conditions"]);
    let verdicts = [plain(has_sandbox), initialized(worker, phase, shared), ready, all_ready, plain(true)];
    let mut own = Vec::with_capacity(OWN.len());
    let mut tell = |place: usize, kind: &Str, (status, reason, message): &Verdict, generation: i64| {
        let (status, stored) = (*status, stored[place]);
        let condition = Condition { kind, status, reason, message, since: since(stored, status, now), generation };
        own.push(match stored.filter(|it| condition.is_told_by(it)) {
            Some(stored) => stored.clone(),
            None => shared.condition(now, place, &condition),
        });
    };
    for (place, (kind, verdict)) in OWN.iter().zip(&verdicts).enumerate() {
        tell(place, kind, verdict, generation);
    }
    if let Some(verdict) = restarting(worker, phase) {
        tell(OWN.len(), &RESTARTING, &verdict, 0);
    }
    own
}

/// What is told of a pod whose resources are to change or are being changed, of which `stored` was told before.
fn resized<'a>(
    worker: &'a Worker,
    stored: [Option<&'a Value>; RESIZE.len()],
    now: &'a Str,
) -> impl Iterator<Item = Value> + 'a {
    let generation = worker.pod.meta.generation;
    let pending = worker.resize.as_ref().map(|it| (Str::from(it.reason), &it.message, generation));
    let in_progress = worker.resizing.as_ref().map(|it| (Str::new(), &NOTHING, it.generation));
    RESIZE.iter().zip(stored).zip([pending, in_progress]).filter_map(move |((kind, stored), what)| {
        let (reason, message, generation) = what?;
        let since = since(stored, true, now);
        Some(Condition { kind, status: true, reason: &reason, message, since, generation }.to_value())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_of_a_kubelet_has_its_place() {
        for (place, kind) in OWN.iter().chain([&RESTARTING]).enumerate() {
            assert_eq!(own_place(kind), Some(place), "{kind}");
        }
        assert_eq!(own_place("DisruptionTarget"), None);
    }

    #[test]
    fn a_condition_stands_as_it_is_stored_only_if_all_of_it_is_the_same() {
        let [ready, other, reason, message] = ["Ready", "Initialized", "ContainersNotReady", "x"].map(Str::from);
        let [since, later] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"].map(Str::from);
        let (kind, reason, since) = (&ready, &reason, &since);
        let own = Condition { kind, status: false, reason, message: &NOTHING, since, generation: 1 };
        let stored = own.to_value();
        assert!(own.is_told_by(&stored));
        for other in [
            Condition { kind: &other, ..own },
            Condition { status: true, ..own },
            Condition { reason: &NOTHING, ..own },
            Condition { message: &message, ..own },
            Condition { since: &later, ..own },
            Condition { generation: 2, ..own },
            Condition { generation: 0, ..own },
            Condition { reason: &NOTHING, message: reason, ..own },
        ] {
            assert!(!other.is_told_by(&stored), "{other:?}");
        }
        for it in [
            Condition { generation: 0, ..own },
            Condition { reason: &NOTHING, ..own },
            Condition { message: &message, ..own },
            Condition { reason: &NOTHING, message: &message, ..own },
        ] {
            let shown = it.to_value();
            assert!(it.is_told_by(&shown) && shown.as_map().is_some_and(|it| it.contains_key("lastProbeTime")));
        }
        let probed = stored.as_map().cloned().unwrap_or_default();
        let probed = probed.with_one(literal!("lastProbeTime"), Value::from(&later));
        assert!(!own.is_told_by(&Value::Map(probed)));
        assert!(!own.is_told_by(&Value::Map(map! { "type" => "Ready" })) && !own.is_told_by(&Value::Null));
    }

    #[test]
    fn pods_share_the_conditions_that_were_made_at_one_instant() {
        fn of(since: &Str, status: bool) -> Condition<'_> {
            Condition { kind: &OWN[2], status, reason: &NOTHING, message: &NOTHING, since, generation: 1 }
        }
        let (mut shared, now) = (Shared::default(), Str::from("2026-01-01T00:00:00Z"));
        let later = Str::from("2026-01-01T00:00:01Z");
        let mut made_at = |now: &Str, status: bool| {
            let condition = shared.condition(now, 2, &of(now, status));
            shared.condition_list(vec![condition])
        };
        let one = made_at(&now, true);
        assert!(made_at(&now, true).is_shared_with(&one) && one.items() == [of(&now, true).to_value()]);
        assert_eq!(made_at(&now, false).items(), [of(&now, false).to_value()]);
        assert!(made_at(&now, true).is_shared_with(&one));
        assert_eq!(made_at(&later, true).items(), [of(&later, true).to_value()]);
        assert!(!made_at(&now, true).is_shared_with(&one));
    }
}
