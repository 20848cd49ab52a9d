//! Which active pods go first when there are too many.
//!
//! Follows `ActivePods` of `pkg/controller/controller_utils.go`.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use crate::clock::Time;
use crate::controllers::shared::pod::{condition, is_ready, phase, restarts};
use crate::object::Object;

/// Sorts `pods` so that those that are least far along come first: not scheduled before scheduled, pending before
/// running, not ready before ready, ready for a shorter time, with more restarts, younger.
pub fn sort_for_removal(pods: &mut [Arc<Object>]) {
    pods.sort_by(|a, b| compare(a, b));
}

fn compare(a: &Object, b: &Object) -> Ordering {
    let rank = |pod: &Object| match phase(pod) {
        "Unknown" => 1,
        "Running" => 2,
        _ => 0,
    };
    let ready_since = |pod: &Object| condition(pod, "Ready")["lastTransitionTime"].as_str().and_then(Time::parse);
    let so_far = |pod: &Object| (pod.node_name().is_some(), rank(pod), is_ready(pod));
    so_far(a)
        .cmp(&so_far(b))
        .then_with(|| {
            if is_ready(a) && is_ready(b) { later_first(ready_since(a), ready_since(b)) } else { Ordering::Equal }
        })
        .then_with(|| Reverse(restarts(a)).cmp(&Reverse(restarts(b))))
        .then_with(|| later_first(a.meta.created, b.meta.created))
        .then_with(|| a.meta.name.cmp(&b.meta.name))
}

/// An unknown time comes before all others, then the later before the earlier.
fn later_first(a: Option<Time>, b: Option<Time>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => b.cmp(&a),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map;
    use crate::object::{Value, kinds};

    fn pod(name: &str, node: &str, phase: &str, ready_since: Option<i64>, restarts: i64, created: i64) -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.created = Some(Time::from_unix(created));
        pod.spec_mut().set("nodeName", node);
        pod.status_mut().set("phase", phase);
        pod.status_mut().set("containerStatuses", Value::list([map! { "restartCount" => restarts }]));
        if let Some(since) = ready_since {
            let ready = map! { "type" => "Ready", "status" => "True", "lastTransitionTime" => Time::from_unix(since) };
            pod.status_mut().set("conditions", Value::list([ready]));
        }
        Arc::new(pod)
    }

    #[test]
    fn pods_that_are_least_far_along_are_removed_first() {
        let mut pods = vec![
            pod("old", "n", "Running", Some(10), 0, 1),
            pod("young", "n", "Running", Some(10), 0, 2),
            pod("restarted", "n", "Running", Some(10), 3, 1),
            pod("ready-lately", "n", "Running", Some(20), 0, 1),
            pod("unready", "n", "Running", None, 0, 1),
            pod("pending", "n", "Pending", None, 0, 1),
            pod("unscheduled", "", "Pending", None, 0, 1),
        ];
        let mut with_sidecar = Object::clone(&pod("sidecar-restarted", "n", "Running", Some(10), 0, 1));
        let sidecar = map! { "name" => "s", "restartPolicy" => "Always" };
        with_sidecar.spec_mut().set("initContainers", Value::list([sidecar]));
        let restarted = map! { "name" => "s", "restartCount" => 1_i64 };
        with_sidecar.status_mut().set("initContainerStatuses", Value::list([restarted]));
        pods.push(Arc::new(with_sidecar));
        sort_for_removal(&mut pods);
        let names: Vec<_> = pods.iter().map(|it| it.meta.name.as_str()).collect();
        assert_eq!(
            names,
            ["unscheduled", "pending", "unready", "ready-lately", "restarted", "sidecar-restarted", "young", "old"]
        );
    }
}
