//! Whether a node takes a pod that is bound to it (`canAdmitPod` in `pkg/kubelet/kubelet.go`, `pkg/kubelet/lifecycle/predicate.go`,
//! `pkg/kubelet/sysctl`).
//!
//! What the scheduler has bound was held against the same node an instant before. Known difference: only a pod that came to
//! its node around the default scheduler is held against the room there.

use std::sync::Arc;

use super::Kubelet;
use super::eviction::{Pressure, words};
use super::housekeeping::is_over;
use super::preemption::{self, Requirement};
use super::shutdown;
use super::verdict::{Verdict, is_critical};
use crate::clock::Time;
use crate::controllers::shared::node_fit::{matches_required_node_affinity, tolerates, untolerated_taint};
use crate::controllers::{Action, EventRecord, Outcome, Wake};
use crate::map;
use crate::object::{Map, Object, Value};
use crate::scheduler::filter::{collide, host_ports};
use crate::scheduler::resources::{Resources, pod_requests};
use crate::store::View;

/// The operating system of every node.
const SYSTEM: &str = "linux";
/// The kernel settings that any pod may change (`pkg/kubelet/sysctl/safe_sysctls.go`).
const SAFE_SYSCTLS: [&str; 12] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
];

/// Why a node does not take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// `OutOfcpu`, `NodeAffinity`, ..
    pub reason: &'static str,
    /// The sentence.
    pub message: String,
}

impl Rejection {
    fn new(reason: &'static str, message: impl Into<String>) -> Option<Self> {
        Some(Rejection { reason, message: message.into() })
    }

    /// The status of a pod that was rejected: nothing of it but its QoS class stays (`rejectPod`).
    pub fn status(&self, pod: &Object, now: &str) -> Value {
        let old = pod.status();
        let mut status: Map = map! {
            "message" => format!("Pod was rejected: {}", self.message),
            "observedGeneration" => Some(pod.meta.generation).filter(|it| *it > 0),
            "phase" => "Failed",
            "qosClass" => &old["qosClass"],
            "reason" => self.reason,
            "startTime" => old["startTime"].as_str().unwrap_or(now),
        };
        let others: Vec<Value> = old["conditions"].items().iter().filter(|it| !is_own(it)).cloned().collect();
        if !others.is_empty() {
            status.insert("conditions", others);
        }
        Value::Map(status)
    }
}

/// Whether a condition is the kubelet's own, which a rejection takes away.
fn is_own(condition: &Value) -> bool {
    matches!(
        condition["type"].str_or_empty(),
        "PodScheduled" | "Ready" | "Initialized" | "ContainersReady" | "PodReadyToStartContainers"
    )
}

/// Why `node`, on which `others` are, does not take `pod`; `None` when it does.
///
/// Room is no reason against a critical pod: that is made ([`missing`]).
pub fn reject<'a>(pod: &Object, node: &Object, others: impl Iterator<Item = &'a Arc<Object>>) -> Option<Rejection> {
    let spec = pod.spec();
    let others: Vec<&Arc<Object>> = others.filter(|it| counts(it) && it.meta.uid != pod.meta.uid).collect();
    let failed = |name: &'static str, why: &str| Rejection::new(name, format!("Predicate {name} failed: {why}"));
    let missing = if is_critical(pod) { None } else { shortages(spec, node, &others).into_iter().next() };
    if let Some(shortage) = missing {
        let Shortage { name, requested, used, capacity } = shortage;
        let reason = match name {
            "pods" => "OutOfpods",
            "cpu" => "OutOfcpu",
            "memory" => "OutOfmemory",
            _ => "OutOfephemeral-storage",
        };
        let message = format!(
            "Node didn't have enough resource: {name}, requested: {requested}, used: {used}, capacity: {capacity}"
        );
        return Rejection::new(reason, message);
    }
    if !matches_required_node_affinity(spec, node) {
        return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
    }
    let wanted = host_ports(spec);
    if others.iter().any(|it| host_ports(it.spec()).iter().any(|taken| wanted.iter().any(|it| collide(it, taken)))) {
        return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
    }
    if untolerated_taint(node, spec["tolerations"].items(), &["NoExecute"]).is_some() {
        return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
    }
    None
}

/// Why no node takes `pod`; `None` when there is no such reason.
pub fn forbidden(pod: &Object) -> Option<Rejection> {
    let spec = pod.spec();
    let sysctls = spec["securityContext"]["sysctls"].items().iter().map(|it| it["name"].str_or_empty());
    if let Some(name) = sysctls.into_iter().find(|it| !SAFE_SYSCTLS.contains(it)) {
        return Rejection::new("SysctlForbidden", format!("forbidden sysctl: {name:?} not allowlisted"));
    }
    if pod.meta.label("kubernetes.io/os").is_some_and(|it| it != SYSTEM) {
        let message = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label";
        return Rejection::new("PodOSSelectorNodeLabelDoesNotMatch", message);
    }
    if spec["os"]["name"].as_str().is_some_and(|it| it != SYSTEM) {
        return Rejection::new("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
    }
    None
}

/// Why a node under `pressures` does not take `pod`; `None` when it does (`Admit` in `pkg/kubelet/eviction/eviction_manager.go`).
pub fn reject_under(pressures: &[Pressure], pod: &Object) -> Option<Rejection> {
    if pressures.is_empty() || is_critical(pod) {
        return None;
    }
    if pressures == [Pressure::Memory] {
        let taint = map! { "key" => "node.kubernetes.io/memory-pressure", "effect" => "NoSchedule" };
        let taint = Value::Map(taint);
        let tolerated = pod.spec()["tolerations"].items().iter().any(|it| tolerates(it, &taint));
        if tolerated || pod.status()["qosClass"].as_str() != Some("BestEffort") {
            return None;
        }
    }
    Rejection::new(words::REASON, words::refusal(pressures))
}

/// Whether the default scheduler bound it, which looked at the same node.
fn came_by_the_scheduler(pod: &Object) -> bool {
    let bound = pod.status()["conditions"].items().iter().any(|it| it["type"].as_str() == Some("PodScheduled"));
    bound && pod.spec()["schedulerName"].as_str() == Some("default-scheduler")
}

/// Whether a pod takes up room on its node.
fn counts(pod: &Object) -> bool {
    !super::status::is_terminal(pod.status()["phase"].str_or_empty())
}

/// A resource of which there is not enough.
struct Shortage {
    name: &'static str,
    requested: i64,
    used: i64,
    capacity: i64,
}

fn shortages(spec: &Value, node: &Object, others: &[&Arc<Object>]) -> Vec<Shortage> {
    let allocatable = Resources::of(&node.status()["allocatable"]);
    let (count, most) = (i64::try_from(others.len()).unwrap_or(i64::MAX), allocatable.get("pods"));
    let mut short = Vec::new();
    if count + 1 > most {
        short.push(Shortage { name: "pods", requested: 1, used: count, capacity: most });
    }
    let requests = pod_requests(spec);
    let mut all = Resources::default();
    others.iter().for_each(|it| all.add(&pod_requests(it.spec())));
    for name in ["cpu", "memory", "ephemeral-storage"] {
        let (requested, used, capacity) = (requests.get(name), all.get(name), allocatable.get(name));
        if requested > 0 && requested > capacity - used {
            short.push(Shortage { name, requested, used, capacity });
        }
    }
    short
}

/// What `node`, on which `others` are, lacks for `pod`.
pub fn missing<'a>(pod: &Object, node: &Object, others: impl Iterator<Item = &'a Arc<Object>>) -> Vec<Requirement> {
    let others: Vec<&Arc<Object>> = others.filter(|it| counts(it) && it.meta.uid != pod.meta.uid).collect();
    let amount = |it: Shortage| (it.name, it.requested - (it.capacity - it.used));
    shortages(pod.spec(), node, &others).into_iter().map(amount).collect()
}

impl Kubelet {
    /// Whether the pod, which is new to its kubelet, is taken: what is done about one that is not goes into `outcome`. A kubelet
    /// that has just started looks at all of its pods `again`.
    pub(super) fn admit(
        &mut self,
        pod: &Arc<Object>,
        node: &Object,
        (view, now): (View<'_>, Time),
        again: bool,
        outcome: &mut Outcome,
    ) -> bool {
        let is_due = again || pod.status()["startTime"].is_null();
        if !is_due || self.latency.silent || pod.meta.deleted.is_some() || is_over(pod) {
            return true;
        }
        if !self.preempting.is_empty()
            && let Some(victims) = self.preempting.get_mut(&pod.key())
        {
            victims.retain(|it| view.get(it).is_some_and(|it| !is_over(it)));
            return victims.is_empty() && self.preempting.remove(&pod.key()).is_some();
        }
        let Some(rejection) = self.rejection(pod, node, view, again, outcome) else {
            return self.preempting.is_empty() || !self.preempting.contains_key(&pod.key());
        };
        if again {
            self.forget(&pod.key(), &mut outcome.actions);
        }
        outcome.actions.push(EventRecord::warning(pod, rejection.reason, rejection.message.as_str()));
        let mut failed = Object::clone(pod);
        failed.body.insert("status", rejection.status(pod, &now.rfc3339()));
        outcome.actions.push(Action::UpdateStatus(failed));
        false
    }

    fn rejection(
        &mut self,
        pod: &Arc<Object>,
        node: &Object,
        view: View<'_>,
        again: bool,
        outcome: &mut Outcome,
    ) -> Option<Rejection> {
        let machine = self.machines.get(&node.meta.name);
        if let Some(rejection) = machine.and_then(|it| reject_under(it.pressures.holding(), pod)) {
            return Some(rejection);
        }
        let others = || view.pods_on(&node.meta.name).filter(|it| !self.is_unseen(&it.key()));
        if let Some(rejection) = forbidden(pod) {
            return Some(rejection);
        }
        if again || !came_by_the_scheduler(pod) {
            if let Some(rejection) = reject(pod, node, others()) {
                return Some(rejection);
            }
            let required = if is_critical(pod) { missing(pod, node, others()) } else { Vec::new() };
            if !required.is_empty() {
                let others: Vec<Arc<Object>> = others().filter(|it| counts(it)).cloned().collect();
                return self.make_room(pod, &others, &required, outcome);
            }
        }
        let shuts_down = self.machines.get(&node.meta.name).is_some_and(|it| it.shutdown.is_some());
        if shuts_down { Rejection::new(shutdown::REJECTED, shutdown::REJECTION) } else { None }
    }

    /// Has others make room for a critical pod, which waits for them.
    fn make_room(
        &mut self,
        pod: &Arc<Object>,
        others: &[Arc<Object>],
        required: &[Requirement],
        outcome: &mut Outcome,
    ) -> Option<Rejection> {
        let victims = match preemption::victims(pod, others, required) {
            Ok(victims) => victims,
            Err(error) => {
                let message = format!("Unexpected error while attempting to recover from admission failure: {error}");
                return Rejection::new("UnexpectedAdmissionError", message);
            }
        };
        for victim in &victims {
            outcome.actions.push(EventRecord::warning(victim, preemption::REASON, preemption::MESSAGE));
            let verdict = Verdict {
                reason: preemption::REASON,
                message: preemption::MESSAGE.into(),
                disruption: Some(preemption::DISRUPTION.into()),
                grace: None,
            };
            outcome.wakes.push(self.condemn(victim.key(), verdict, Wake::now(pod.key())));
        }
        self.preempting.insert(pod.key(), victims.iter().map(|it| it.key()).collect());
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::kubelet::node::new_node;
    use crate::object::kinds;

    fn pod(name: &str, spec: &str) -> Object {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.uid = name.into();
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        pod
    }

    fn check(spec: &str, want: Option<(&str, &str)>) {
        let mut node = new_node("node-0", 0, Time::from_unix(0));
        let taint = map! { "key" => "gone", "effect" => "NoExecute" };
        node.spec_mut().set("taints", Value::list([taint]));
        let other =
            r#"{"containers":[{"resources":{"requests":{"cpu":"3","memory":"1Gi"}},"ports":[{"hostPort":80}]}]}"#;
        let others = [Arc::new(pod("other", other))];
        let web = pod("web", spec);
        let got = forbidden(&web).or_else(|| reject(&web, &node, others.iter()));
        assert_eq!(got.as_ref().map(|it| (it.reason, it.message.as_str())), want, "{spec}");
    }

    #[test]
    fn a_node_says_what_keeps_it_from_taking_a_pod() {
        let tolerating = r#""tolerations":[{"operator":"Exists"}]"#;
        let of = |rest: &str| format!("{{{tolerating},{rest}}}");
        check(&of(r#""containers":[{}]"#), None);
        check(
            &of(r#""containers":[{"resources":{"requests":{"cpu":"1500m"}}}]"#),
            Some(("OutOfcpu", "Node didn't have enough resource: cpu, requested: 1500, used: 3000, capacity: 4000")),
        );
        check(
            &of(r#""containers":[{"resources":{"requests":{"memory":"16Gi"}}}]"#),
            Some((
                "OutOfmemory",
                "Node didn't have enough resource: memory, requested: 17179869184, used: 1073741824, capacity: 17179869184",
            )),
        );
        check(
            &of(r#""nodeSelector":{"disk":"ssd"}"#),
            Some(("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector")),
        );
        check(
            r#"{"containers":[{}]}"#,
            Some((
                "TaintToleration",
                "Predicate TaintToleration failed: node(s) had taints that the pod didn't tolerate",
            )),
        );
        check(
            &of(r#""os":{"name":"windows"}"#),
            Some(("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")),
        );
        check(
            &of(r#""securityContext":{"sysctls":[{"name":"kernel.msgmax","value":"1"}]}"#),
            Some(("SysctlForbidden", "forbidden sysctl: \"kernel.msgmax\" not allowlisted")),
        );
    }

    #[test]
    fn a_full_node_takes_no_pod() {
        let mut node = new_node("node-0", 0, Time::from_unix(0));
        node.status_mut().field_mut("allocatable").set("pods", "1");
        let others = [Arc::new(pod("other", "{}"))];
        let got = reject(&pod("web", "{}"), &node, others.iter()).map(|it| it.message);
        assert_eq!(got.as_deref(), Some("Node didn't have enough resource: pods, requested: 1, used: 1, capacity: 1"));
    }

    #[test]
    fn a_rejected_pod_keeps_nothing_but_its_class() {
        let mut web = pod("web", "{}");
        let status =
            r#"{"phase":"Pending","qosClass":"BestEffort","conditions":[{"type":"PodScheduled"},{"type":"Own"}]}"#;
        *web.status_mut() = Value::from_json(status.as_bytes()).expect("valid JSON");
        let rejection = Rejection { reason: "OutOfpods", message: "full".to_owned() };
        let got = rejection.status(&web, "T").to_json();
        assert_eq!(
            got,
            r#"{"conditions":[{"type":"Own"}],"message":"Pod was rejected: full","phase":"Failed","qosClass":"BestEffort","reason":"OutOfpods","startTime":"T"}"#
        );
    }
}
