//! `pods/binding` (`pkg/registry/core/pod/storage/storage.go`).

use std::sync::Arc;

use super::update::uid_mismatch;
use super::{Api, admission};
use crate::api::Status;
use crate::clock::Time;
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds, literal};

/// The labels of a node that its pods get when they are bound to it.
const TOPOLOGY_LABELS: [&str; 2] = ["topology.kubernetes.io/region", "topology.kubernetes.io/zone"];

impl Api<'_> {
    /// Binds the pod `pod` to `node` (`pods/binding`), as the scheduler does. An empty `uid` fits any pod.
    ///
    /// # Errors
    /// `NotFound`, or `Conflict` when the pod has a node already, is being deleted or waits for its scheduling gates.
    pub fn bind(&mut self, pod: &Key, uid: &str, node: &str) -> Result<Arc<Object>, Status> {
        let old = self.check_bind(pod, uid)?;
        let mut bound = Object::clone(&old);
        let host = Key::new(kinds::NODE, literal!(""), node);
        bound.spec_mut().set(literal!("nodeName"), host.name.clone());
        if let Some(host) = self.store.get(&host) {
            for label in TOPOLOGY_LABELS {
                if let Some(value) = host.meta.labels.get(label) {
                    bound.meta.labels.insert(label, value.clone());
                }
            }
        }
        let status = bound.status_mut();
        // Whoever made room for it has done so.
        status.remove("nominatedNodeName");
        // The generation that was observed is the kubelet's to say.
        set_true(status, literal!("PodScheduled"), Because::default(), self.now);
        Ok(self.store.put(bound, self.now, self.actor.clone()))
    }

    /// The pod `pod`, if it may be bound.
    ///
    /// # Errors
    /// Those of [`Api::bind`].
    pub fn check_bind(&mut self, pod: &Key, uid: &str) -> Result<Arc<Object>, Status> {
        admission::admit_subresource(self.store, pod, &mut self.precedents.open)?;
        let Some(old) = self.store.get(pod).cloned() else {
            return Err(Status::not_found(pod.kind, &pod.name));
        };
        if !uid.is_empty() && uid != old.meta.uid {
            return Err(Status::conflict(pod.kind, &pod.name, &uid_mismatch(&old, uid)));
        }
        if let Some(why) = reason_not_to_bind(&old) {
            let mut status = Status::conflict(pod.kind, &pod.name, &why);
            status.message = format!("Operation cannot be fulfilled on pods/binding {:?}: {why}", pod.name.as_str());
            status.details.insert("kind", "pods/binding");
            return Err(status);
        }
        Ok(old)
    }
}

fn reason_not_to_bind(pod: &Object) -> Option<String> {
    let name = &pod.meta.name;
    if pod.meta.is_terminating() {
        return Some(format!("pod {name} is being deleted, cannot be assigned to a host"));
    }
    if let Some(node) = pod.node_name() {
        return Some(format!("pod {name} is already assigned to node {:?}", node.as_str()));
    }
    let is_gated = !pod.spec()["schedulingGates"].items().is_empty();
    is_gated.then(|| format!("pod {name} has non-empty .spec.schedulingGates"))
}

/// What a condition that became true says of itself, and of which generation of its object.
#[derive(Default)]
pub(super) struct Because {
    pub(super) message: Option<Str>,
    pub(super) reason: Option<Str>,
    pub(super) generation: Option<i64>,
}

/// Makes the condition `kind` true, in the place of the one of its type (`UpdatePodCondition`): its transition is now unless it
/// was true before.
pub(super) fn set_true(status: &mut Value, kind: Str, because: Because, now: Time) {
    let conditions = status["conditions"].items();
    let (count, place) = (conditions.len(), conditions.iter().position(|it| it["type"].as_str() == Some(&kind)));
    let since = match place.map(|it| &conditions[it]) {
        Some(old) if old["status"].as_str() == Some("True") => old["lastTransitionTime"].clone(),
        _ => Value::from(now),
    };
    let condition = Value::Map(map! {
        null "lastProbeTime",
        "lastTransitionTime" => since,
        "message" => because.message,
        "observedGeneration" => because.generation,
        "reason" => because.reason,
        "status" => literal!("True"),
        "type" => kind,
    });
    match place {
        Some(place) => status.field_mut("conditions").items_mut()[place] = condition,
        None if count == 0 => status.set(literal!("conditions"), vec![condition]),
        None => status.field_mut("conditions").items_mut().push(condition),
    }
}
