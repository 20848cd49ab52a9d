//! Pods that use more of their node's disk than they may, whatever is left of it (`localStorageEviction` in
//! `pkg/kubelet/eviction/eviction_manager.go`). They have themselves to blame: nothing is said of a disruption.

use super::rank::ContainerUsage;
use crate::object::{Quantity, Value};

/// What is said of a pod with this spec whose containers use too much of the disk, together or one of them.
pub fn exceeded(spec: &Value, containers: &[ContainerUsage], used: i64) -> Option<String> {
    let limit = |container: &Value| {
        let limit = container.at(&["resources", "limits", "ephemeral-storage"]);
        (!limit.is_null()).then(|| Quantity::or_zero(limit)).filter(|it| !it.is_zero())
    };
    let sidecars = spec["initContainers"].items().iter().filter(|it| it["restartPolicy"].as_str() == Some("Always"));
    let all = || spec["containers"].items().iter().chain(sidecars.clone());
    let limits: Vec<Quantity> = all().filter_map(limit).collect();
    let total: Quantity = limits.iter().copied().sum();
    if !limits.is_empty() && Quantity::from_bytes(used) > total {
        return Some(format!("Pod ephemeral local storage usage exceeds the total limit of containers {total}. "));
    }
    containers.iter().find_map(|usage| {
        let spec = spec["containers"].items().iter().find(|it| it["name"].as_str() == Some(usage.name.as_str()))?;
        let limit = limit(spec).filter(|it| Quantity::from_bytes(usage.disk.0) > *it)?.to_string();
        Some(format!("Container {} exceeded its local ephemeral storage limit {limit:?}. ", usage.name))
    })
}

/// What is said of a pod with this spec one of whose `emptyDir` volumes holds more than it may; `used` says how many bytes one
/// holds.
pub fn overfull(spec: &Value, used: impl Fn(&str) -> i64) -> Option<String> {
    spec["volumes"].items().iter().find_map(|volume| {
        let limit = &volume["emptyDir"]["sizeLimit"];
        let limit = (!limit.is_null()).then(|| Quantity::or_zero(limit)).filter(|it| !it.is_zero())?;
        let name = volume["name"].str_or_empty();
        let limit_text = limit.to_string();
        (Quantity::from_bytes(used(name)) > limit)
            .then(|| format!("Usage of EmptyDir volume {name:?} exceeds the limit {limit_text:?}. "))
    })
}

/// Whether anything in this spec says how much of the disk the pod may use.
pub fn is_limited(spec: &Value) -> bool {
    let volumes = spec["volumes"].items().iter().any(|it| !it["emptyDir"]["sizeLimit"].is_null());
    let containers = spec["containers"].items().iter().chain(spec["initContainers"].items());
    volumes || containers.into_iter().any(|it| !it["resources"]["limits"]["ephemeral-storage"].is_null())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(limits: [&str; 2], used: [i64; 2], want: Option<&str>) {
        let container = |name: &str, limit: &str| {
            let limits = if limit.is_empty() { String::new() } else { format!(r#""ephemeral-storage":"{limit}""#) };
            format!(r#"{{"name":"{name}","resources":{{"limits":{{{limits}}}}}}}"#)
        };
        let spec = format!(r#"{{"containers":[{},{}]}}"#, container("a", limits[0]), container("b", limits[1]));
        let spec = Value::from_json(spec.as_bytes()).expect("valid JSON");
        let usage = |name: &str, gi: i64| ContainerUsage {
            name: name.into(),
            memory: (0, Quantity::ZERO),
            disk: (gi << 30, Quantity::ZERO),
        };
        let usages = [usage("a", used[0]), usage("b", used[1])];
        let got = exceeded(&spec, &usages, (used[0] + used[1]) << 30);
        assert_eq!(got.as_deref(), want, "{limits:?} {used:?}");
    }

    #[test]
    fn a_volume_may_hold_what_its_limit_says() {
        for (volume, used, want) in [
            (r#""emptyDir":{"sizeLimit":"1Gi"}"#, (1 << 30) + 1, true),
            (r#""emptyDir":{"sizeLimit":"1Gi"}"#, 1 << 30, false),
            (r#""emptyDir":{"medium":"Memory","sizeLimit":"10Mi"}"#, 11 << 20, true),
            (r#""emptyDir":{"sizeLimit":"0"}"#, 5, false),
            (r#""emptyDir":{}"#, 5, false),
            (r#""hostPath":{"path":"/"}"#, 5, false),
        ] {
            let spec = format!(r#"{{"volumes":[{{"name":"v",{volume}}}]}}"#);
            let spec = Value::from_json(spec.as_bytes()).expect("valid JSON");
            assert_eq!(overfull(&spec, |_| used).is_some(), want, "{volume}");
        }
        let spec =
            Value::from_json(br#"{"volumes":[{"name":"x","emptyDir":{"sizeLimit":"1Gi"}}]}"#).expect("valid JSON");
        let message = "Usage of EmptyDir volume \"x\" exceeds the limit \"1Gi\". ";
        assert_eq!(overfull(&spec, |_| 2 << 30).as_deref(), Some(message));
    }

    #[test]
    fn a_pod_may_use_what_its_containers_may_together_and_each_what_it_may_itself() {
        let pod =
            |limit: &str| format!("Pod ephemeral local storage usage exceeds the total limit of containers {limit}. ");
        check(["", ""], [50, 50], None);
        check(["2Gi", "3Gi"], [2, 3], None);
        check(["2Gi", "3Gi"], [2, 4], Some(&pod("5Gi")));
        check(["2Gi", ""], [1, 5], Some(&pod("2Gi")));
        check(["2Gi", "3Gi"], [3, 1], Some("Container a exceeded its local ephemeral storage limit \"2Gi\". "));
    }
}
