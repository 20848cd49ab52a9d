//! The managers that the loops of a cluster write as. Many of them are one process in a real cluster.

use crate::object::{Kind, Map, Object, Str, Value, kinds, literal};

/// The process that `actor`, a name of the history, belongs to; clients and steps are themselves.
pub fn manager_of(actor: &str) -> &str {
    let controllers = ["-controller", "-collector", "-publisher", "-cleaner", "-binder", "-expander"];
    if actor == "kubelet" || actor.starts_with("kubelet ") {
        "kubelet"
    } else if matches!(actor, "scheduler" | "default-scheduler" | "kube-scheduler") {
        "kube-scheduler"
    } else if controllers.iter().any(|end| actor.ends_with(end)) {
        "kube-controller-manager"
    } else {
        actor
    }
}

/// The object as its creator sent it: without what admission and the server put into it.
pub fn as_sent(object: &Object) -> Object {
    let mut sent = object.clone();
    if sent.kind.info().subresources.contains(&"status") {
        sent.body.remove("status");
    }
    match sent.kind {
        kinds::POD => without_pod_admission(&mut sent),
        kinds::NAMESPACE => {
            sent.body.remove("spec");
            sent.meta.labels.remove("kubernetes.io/metadata.name");
        }
        _ => {}
    }
    sent
}

fn without_pod_admission(pod: &mut Object) {
    let Value::Map(spec) = pod.body.entry("spec") else {
        return;
    };
    for field in ["priority", "preemptionPolicy", "serviceAccount", "serviceAccountName", "nodeName"] {
        spec.remove(field);
    }
    let is_added = |toleration: &Value| {
        toleration["tolerationSeconds"].as_i64() == Some(300)
            && matches!(
                toleration["key"].str_or_empty(),
                "node.kubernetes.io/not-ready" | "node.kubernetes.io/unreachable"
            )
    };
    if spec["tolerations"].items().iter().all(is_added) {
        spec.remove("tolerations");
    }
    let is_token = |it: &Value| it["name"].str_or_empty().starts_with("kube-api-access-");
    without(spec, "volumes", is_token);
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        let has_token = |it: &Value| it["volumeMounts"].items().iter().any(is_token);
        if !spec[list].items().iter().any(has_token) {
            continue;
        }
        for container in spec.entry(list).items_mut() {
            if let Value::Map(container) = container {
                without(container, "volumeMounts", is_token);
            }
        }
    }
}

/// Takes the elements that `is_added` off the list `field`, and the list with its last one.
fn without(map: &mut Map, field: &str, is_added: impl Fn(&Value) -> bool) {
    if !map[field].items().iter().any(&is_added) {
        return;
    }
    let kept: Vec<Value> = map[field].items().iter().filter(|it| !is_added(it)).cloned().collect();
    if kept.is_empty() {
        map.remove(field);
    } else {
        map.insert(Str::from(field), kept);
    }
}

/// What a change of the loops is about, as far as ownership goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The object itself.
    Main,
    /// Its status.
    Status,
    /// Nothing that anybody owns: a deletion, or a binding.
    Unowned,
}

/// What the change from `before` to `after` is about.
pub fn change_of(before: &Object, after: &Object) -> Change {
    let is_bound = |object: &Object| object.node_name().is_some();
    if before.meta.deleted != after.meta.deleted || is_bound(before) != is_bound(after) {
        return Change::Unowned;
    }
    let has_status = served_status(after.kind);
    let same_status = before.status() == after.status();
    if has_status && !same_status && has_same_main(before, after) { Change::Status } else { Change::Main }
}

fn served_status(kind: Kind) -> bool {
    kind.info().subresources.contains(&"status")
}

fn has_same_main(before: &Object, after: &Object) -> bool {
    let status = literal!("status");
    let rest = |object: &Object| object.body.iter().filter(|(key, _)| **key != status).count();
    let same = |(key, value): (&Str, &Value)| *key == status || after.body.get(key) == Some(value);
    before.meta.labels == after.meta.labels
        && before.meta.annotations == after.meta.annotations
        && before.meta.finalizers == after.meta.finalizers
        && before.meta.owners == after.meta.owners
        && rest(before) == rest(after)
        && before.body.iter().all(same)
}
