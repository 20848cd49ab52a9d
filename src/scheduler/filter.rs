//! Which nodes can take a pod, and why the others cannot (`pkg/scheduler/framework/plugins`).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::affinity::named_nodes;
use super::burden::Burden;
use super::cache::NodeState;
use crate::controllers::shared::node_fit::{matches_required_node_affinity, tolerates, untolerated};
use crate::object::{Object, Str, Value};

/// A filter, in the order in which a node is put to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plugin {
    /// Cordoned nodes.
    NodeUnschedulable,
    /// `NoSchedule` and `NoExecute` taints.
    TaintToleration,
    /// `nodeSelector` and required node affinity.
    NodeAffinity,
    /// Host ports.
    NodePorts,
    /// CPU, memory, pods and other resources.
    NodeResourcesFit,
    /// Volumes that one pod alone may use.
    VolumeRestrictions,
    /// Volumes that are not bound, or cannot be reached.
    VolumeBinding,
    /// Even spread over nodes, zones and so on.
    PodTopologySpread,
    /// Pods that have to be near, or must not be.
    InterPodAffinity,
}

/// Why a node cannot take a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// It is cordoned.
    Unschedulable,
    /// It has a taint that the pod does not tolerate.
    Taint,
    /// It lacks labels that the pod asks for.
    Affinity,
    /// The pod names other nodes.
    NotNamed,
    /// A host port is in use.
    Ports,
    /// It lacks room: each reason, and whether even an empty node would.
    Resources(Vec<String>, bool),
    /// Another pod uses a claim that one pod alone may use.
    ClaimInUse,
    /// Its volumes are not there, or elsewhere: the reason.
    Volumes(&'static str),
    /// It lacks a label that the pod is to be spread by.
    NoTopology,
    /// It is in a domain that has too many pods already.
    Skew,
    /// It is not near the pods that the pod has to be near.
    PodAffinity,
    /// It is near pods that the pod must not be near.
    PodAntiAffinity,
    /// It is near pods that do not want the pod near.
    ExistingAntiAffinity,
}

impl Rejection {
    /// The plugin that rejects.
    pub fn plugin(&self) -> Plugin {
        match self {
            Rejection::Unschedulable => Plugin::NodeUnschedulable,
            Rejection::Taint => Plugin::TaintToleration,
            Rejection::Affinity | Rejection::NotNamed => Plugin::NodeAffinity,
            Rejection::Ports => Plugin::NodePorts,
            Rejection::Resources(..) => Plugin::NodeResourcesFit,
            Rejection::ClaimInUse => Plugin::VolumeRestrictions,
            Rejection::Volumes(_) => Plugin::VolumeBinding,
            Rejection::NoTopology | Rejection::Skew => Plugin::PodTopologySpread,
            Rejection::PodAffinity | Rejection::PodAntiAffinity | Rejection::ExistingAntiAffinity => {
                Plugin::InterPodAffinity
            }
        }
    }

    /// The reasons as `FailedScheduling` counts them.
    pub fn reasons(&self) -> Vec<String> {
        let text = match self {
            Rejection::Unschedulable => "node(s) were unschedulable",
            Rejection::Taint => "node(s) had untolerated taint(s)",
            Rejection::Affinity => "node(s) didn't match Pod's node affinity/selector",
            Rejection::NotNamed => "node(s) didn't satisfy plugin(s) [NodeAffinity]",
            Rejection::Ports => "node(s) didn't have free ports for the requested pod ports",
            Rejection::Resources(reasons, _) => return reasons.clone(),
            Rejection::ClaimInUse => {
                "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by \
                 another pod"
            }
            Rejection::Volumes(reason) => reason,
            Rejection::NoTopology => "node(s) didn't match pod topology spread constraints (missing required label)",
            Rejection::Skew => "node(s) didn't match pod topology spread constraints",
            Rejection::PodAffinity => "node(s) didn't match pod affinity rules",
            Rejection::PodAntiAffinity => "node(s) didn't match pod anti-affinity rules",
            Rejection::ExistingAntiAffinity => "node(s) didn't satisfy existing pods anti-affinity rules",
        };
        vec![text.to_owned()]
    }

    /// Whether removing pods from the node could not help (`UnschedulableAndUnresolvable`).
    pub fn is_unresolvable(&self) -> bool {
        match self {
            Rejection::Ports
            | Rejection::ClaimInUse
            | Rejection::Skew
            | Rejection::PodAntiAffinity
            | Rejection::ExistingAntiAffinity => false,
            Rejection::Resources(_, beyond_the_node) => *beyond_the_node,
            _ => true,
        }
    }
}

/// A host port in use: address, protocol and port.
pub type HostPort = (Str, Str, i64);

/// The host ports that a pod takes.
pub fn host_ports(spec: &Value) -> Vec<HostPort> {
    let text = |value: &Value, default: &str| value.as_shared_str().cloned().unwrap_or_else(|| Str::from(default));
    let mut taken = Vec::new();
    let mut take = |container: &Value| {
        for port in container["ports"].items() {
            if let Some(number) = port["hostPort"].as_i64().filter(|it| *it > 0) {
                taken.push((text(&port["hostIP"], "0.0.0.0"), text(&port["protocol"], "TCP"), number));
            }
        }
    };
    spec["containers"].items().iter().for_each(&mut take);
    let sidecars = spec["initContainers"].items().iter().filter(|it| it["restartPolicy"].as_str() == Some("Always"));
    sidecars.for_each(&mut take);
    taken
}

/// Whether two host ports cannot be taken at once.
pub fn collide(a: &HostPort, b: &HostPort) -> bool {
    let any = |it: &HostPort| it.0 == "0.0.0.0" || it.0.is_empty();
    a.1 == b.1 && a.2 == b.2 && (a.0 == b.0 || any(a) || any(b))
}

/// What the filters need to know of a pod, worked out once.
#[derive(Clone, Debug)]
pub struct PodNeeds {
    /// The pod's spec.
    pub spec: Value,
    /// What it takes of a node.
    pub burden: Arc<Burden>,
    /// The nodes that it names, if it names some.
    pub named_nodes: Option<BTreeSet<Str>>,
    /// Whether it asks for nodes by their labels or names.
    is_choosy: bool,
}

impl PodNeeds {
    /// What `pod` needs.
    pub fn of(pod: &Object) -> Self {
        Self::with(pod, Arc::new(Burden::of(pod.spec())))
    }

    /// What `pod` needs, which takes `burden` of a node.
    pub fn with(pod: &Object, burden: Arc<Burden>) -> Self {
        let spec = pod.spec();
        let has_affinity = !spec["affinity"].is_null();
        PodNeeds {
            spec: spec.clone(),
            burden,
            named_nodes: if has_affinity { named_nodes(spec) } else { None },
            is_choosy: has_affinity || !spec["nodeSelector"].is_null(),
        }
    }
}

/// Why `node` cannot take the pod: what the first filter that objects says. `None` when none does.
pub fn first_rejection(needs: &PodNeeds, node: &NodeState) -> Option<Rejection> {
    let taints = node.taints.items();
    if node.is_cordoned || !taints.is_empty() {
        let tolerations = needs.spec["tolerations"].items();
        if node.is_cordoned && !tolerations.iter().any(|it| tolerates(it, &cordon_taint())) {
            return Some(Rejection::Unschedulable);
        }
        if untolerated(taints, tolerations, &["NoSchedule", "NoExecute"]).is_some() {
            return Some(Rejection::Taint);
        }
    }
    if needs.is_choosy && !matches_required_node_affinity(&needs.spec, &node.object) {
        return Some(Rejection::Affinity);
    }
    if needs.burden.ports.iter().any(|port| node.load.ports.iter().any(|used| collide(port, used))) {
        return Some(Rejection::Ports);
    }
    lack_of_room(needs, node)
}

fn cordon_taint() -> Value {
    Value::Map(crate::map! { "key" => "node.kubernetes.io/unschedulable", "effect" => "NoSchedule" })
}

/// `Too many pods` and `Insufficient cpu` and so on (`noderesources/fit.go`).
fn lack_of_room(needs: &PodNeeds, node: &NodeState) -> Option<Rejection> {
    let mut reasons = Vec::new();
    let mut beyond_the_node = false;
    if node.load.pods + 1 > node.allocatable.get("pods") {
        reasons.push("Too many pods".to_owned());
    }
    for (name, asked) in needs.burden.asked.requests.iter() {
        let offered = node.allocatable.get(name);
        if asked > 0 && asked > offered - node.load.requested.get(name) {
            reasons.push(format!("Insufficient {name}"));
            beyond_the_node |= asked > offered;
        }
    }
    (!reasons.is_empty()).then_some(Rejection::Resources(reasons, beyond_the_node))
}
