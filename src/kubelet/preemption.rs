//! Which pods make room for a critical one that does not fit on its node (`pkg/kubelet/preemption/preemption.go`).

use std::sync::Arc;

use super::verdict::{is_critical, priority};
use crate::object::Object;
use crate::scheduler::resources::pod_requests;

/// The reason of a pod that made room.
pub const REASON: &str = "Preempting";
/// What is said of it.
pub const MESSAGE: &str = "Preempted in order to admit critical pod";
/// What its condition `DisruptionTarget` says.
pub const DISRUPTION: &str = "Pod was preempted by Kubelet to accommodate a critical pod.";

/// So much of a resource that there is too little of: thousandths of a core, bytes, pods.
pub type Requirement = (&'static str, i64);

/// The pods of `pods` that have to go for `required` to be free, so that `pod` fits: as few as will do, and those of a class
/// only for what those of the classes below it do not free.
///
/// # Errors
/// That not even all of them would free enough.
pub fn victims(pod: &Object, pods: &[Arc<Object>], required: &[Requirement]) -> Result<Vec<Arc<Object>>, String> {
    let of_class = |class: &str| -> Vec<Arc<Object>> {
        let fits = |it: &&Arc<Object>| it.status()["qosClass"].as_str() == Some(class) && may_preempt(pod, it);
        pods.iter().filter(fits).cloned().collect()
    };
    let (best_effort, burstable, guaranteed) = (of_class("BestEffort"), of_class("Burstable"), of_class("Guaranteed"));
    let missing = left(required, best_effort.iter().chain(&burstable).chain(&guaranteed));
    if !missing.is_empty() {
        return Err(nobody(&missing));
    }
    let of_guaranteed = fewest(guaranteed, left(required, best_effort.iter().chain(&burstable)))?;
    let of_burstable = fewest(burstable, left(required, best_effort.iter().chain(&of_guaranteed)))?;
    let mut chosen = fewest(best_effort, left(required, of_burstable.iter().chain(&of_guaranteed)))?;
    chosen.extend(of_burstable);
    chosen.extend(of_guaranteed);
    Ok(chosen)
}

/// Whether `pod` may take the place of `other` (`Preemptable` in `pkg/kubelet/types/pod_update.go`).
fn may_preempt(pod: &Object, other: &Object) -> bool {
    (is_critical(pod) && !is_critical(other)) || priority(pod) > priority(other)
}

fn request(pod: &Object, resource: &str) -> i64 {
    if resource == "pods" { 1 } else { pod_requests(pod.spec()).get(resource) }
}

/// What is still required once `gone` are gone.
fn left<'a>(required: &[Requirement], gone: impl Iterator<Item = &'a Arc<Object>> + Clone) -> Vec<Requirement> {
    let after = |(resource, amount): &Requirement| {
        (*resource, amount - gone.clone().map(|it| request(it, resource)).sum::<i64>())
    };
    required.iter().map(after).filter(|it| it.1 > 0).collect()
}

/// The pods that free what is required, the one first that comes nearest to it, until enough is free.
fn fewest(mut pods: Vec<Arc<Object>>, mut required: Vec<Requirement>) -> Result<Vec<Arc<Object>>, String> {
    let mut chosen = Vec::new();
    while !required.is_empty() {
        let mut best: Option<(usize, f64)> = None;
        for (index, pod) in pods.iter().enumerate() {
            let distance = distance(pod, &required);
            let is_better =
                |(at, least): (usize, f64)| distance < least || (distance == least && requests_less(pod, &pods[at]));
            if best.is_none_or(is_better) {
                best = Some((index, distance));
            }
        }
        let Some((index, _)) = best else {
            return Err(nobody(&required));
        };
        // The last one takes the place of the one chosen, which decides between equals of the next round.
        let pod = pods.swap_remove(index);
        required = left(&required, [&pod].into_iter());
        chosen.push(pod);
    }
    Ok(chosen)
}

/// How far the requests of `pod` are from what is required, each part of which weighs the same.
fn distance(pod: &Object, required: &[Requirement]) -> f64 {
    let part = |(resource, amount): &Requirement| {
        let missing = (amount - request(pod, resource)) as f64;
        if missing > 0.0 { (missing / *amount as f64).powi(2) } else { 0.0 }
    };
    required.iter().map(part).sum()
}

/// Whether `pod` requests no more than `other`: less memory, or as much of it and no more cpu.
fn requests_less(pod: &Object, other: &Object) -> bool {
    let of = |it: &Object| (request(it, "memory"), request(it, "cpu"));
    of(pod) <= of(other)
}

fn nobody(missing: &[Requirement]) -> String {
    let list: String = missing.iter().map(|(resource, amount)| format!("(res: {resource}, q: {amount}), ")).collect();
    format!(
        "preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: [{list}]"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Value, kinds};

    /// A pod of a class with this priority that requests so many thousandths of a core and Mi of memory.
    fn pod(name: &str, class: &str, priority: i64, cpu: i64, memory: i64) -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "default", name);
        let spec = format!(
            r#"{{"priority":{priority},"containers":[{{"resources":{{"requests":{{"cpu":"{cpu}m","memory":"{memory}Mi"}}}}}}]}}"#
        );
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        pod.status_mut().set("qosClass", Value::from(class));
        Arc::new(pod)
    }

    fn check(pods: &[Arc<Object>], required: &[Requirement], want: Result<&str, &str>) {
        let critical = pod("critical", "Burstable", 2_000_001_000, 500, 100);
        let names = |it: Vec<Arc<Object>>| it.iter().map(|it| it.meta.name.to_string()).collect::<Vec<_>>().join(" ");
        let got = victims(&critical, pods, required).map(names);
        assert_eq!(got.as_deref().map_err(String::as_str), want, "{required:?}");
    }

    #[test]
    fn a_critical_pod_takes_the_place_of_as_few_and_as_cheap_pods_as_will_do() {
        let pods = [
            pod("guaranteed", "Guaranteed", 0, 1000, 1000),
            pod("large", "Burstable", 0, 800, 100),
            pod("small", "Burstable", 0, 200, 100),
            pod("mid", "Burstable", 0, 500, 100),
            pod("none", "BestEffort", 0, 0, 0),
            pod("critical-too", "Burstable", 2_000_001_000, 900, 900),
        ];
        check(&pods, &[("cpu", 200)], Ok("small"));
        check(&pods, &[("cpu", 400)], Ok("mid"));
        check(&pods, &[("cpu", 1000)], Ok("large small"));
        check(&pods, &[("cpu", 2000)], Ok("large small guaranteed"));
        check(&pods, &[("pods", 1)], Ok("none"));
        check(&pods, &[("memory", 250 << 20)], Ok("small mid large"));
    }

    #[test]
    fn when_nobody_is_left_to_go_it_says_what_is_missing() {
        let pods = [pod("small", "Burstable", 0, 200, 100), pod("equal", "Burstable", 2_000_001_000, 900, 900)];
        let want = "preemption: error finding a set of pods to preempt: no set of running pods found to reclaim resources: \
                    [(res: cpu, q: 300), ]";
        check(&pods, &[("cpu", 500)], Err(want));
    }
}
