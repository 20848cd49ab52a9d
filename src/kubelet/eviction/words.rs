//! What is said of a pod that is evicted (`evictionMessage` in `pkg/kubelet/eviction/helpers.go`).

use std::fmt::Write as _;

use super::rank::Candidate;
use super::signal::{Observation, Pressure, Resource, Threshold};

/// The reason of a pod that was evicted, or refused under pressure.
pub const REASON: &str = "Evicted";

/// Why `pod` is evicted: of what there is too little, how little, and which containers use more of it than they request.
pub fn message(pod: &Candidate, threshold: &Threshold, observed: Observation) -> String {
    let resource = threshold.signal.resource();
    let (quantity, available) = (threshold.amount.quantity(observed.capacity), resource.quantity(observed.available));
    let name = resource.name();
    let mut text = format!("The node was low on resource: {name}. ");
    // A text takes any words.
    let _ = write!(text, "Threshold quantity: {quantity}, available: {available}. ");
    for container in &pod.containers {
        let (used, requested) = match resource {
            Resource::Memory => container.memory,
            Resource::Disk => container.disk,
            Resource::Inodes | Resource::Pids => continue,
        };
        let used = resource.quantity(used);
        if used > requested {
            let container = &container.name;
            let _ = write!(
                text,
                "Container {container} was using {used}, request is {requested}, has larger consumption of {name}. "
            );
        }
    }
    text
}

/// Why a pod is not taken by a node that is under `pressures`.
pub fn refusal(pressures: &[Pressure]) -> String {
    let names: Vec<&str> = pressures.iter().map(|it| it.name()).collect();
    format!("The node had condition: [{}]. ", names.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::eviction::rank::{ContainerUsage, Usage};
    use crate::kubelet::eviction::signal::default_thresholds;
    use crate::object::{Key, Quantity, kinds};

    #[test]
    fn the_containers_are_named_that_use_more_than_they_request() {
        let mi = |it: i64| it << 20;
        let container = |name: &str, used, requested: &str| ContainerUsage {
            name: name.into(),
            memory: (used, Quantity::parse(requested).unwrap_or_default()),
            disk: (0, Quantity::ZERO),
        };
        let pod = Candidate {
            key: Key::new(kinds::POD, "default", "web"),
            priority: 0,
            is_critical: false,
            usage: Usage::default(),
            requests: (0, 0),
            containers: vec![
                container("web", mi(700), "200M"),
                container("log", mi(1), "50Mi"),
                container("x", 4096, "0"),
            ],
        };
        let observed = Observation { available: 75_423_744, capacity: 4 << 30 };
        assert_eq!(
            message(&pod, &default_thresholds()[0], observed),
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 73656Ki. \
             Container web was using 700Mi, request is 200M, has larger consumption of memory. \
             Container x was using 4Ki, request is 0, has larger consumption of memory. "
        );
        assert_eq!(
            refusal(&[Pressure::Memory, Pressure::Disk]),
            "The node had condition: [MemoryPressure DiskPressure]. "
        );
    }
}
