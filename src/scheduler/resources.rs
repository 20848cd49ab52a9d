//! How much a pod asks for and how much a node offers (`component-helpers/resource/helpers.go`, `framework/types.go`).

use std::collections::BTreeMap;

use crate::object::{Map, Quantity, Str, Value, literal};

/// What scoring assumes of a container that asks for no CPU, in thousandths of a core (`DefaultMilliCPURequest`).
const ASSUMED_CPU: i64 = 100;
/// What scoring assumes of a container that asks for no memory, in bytes (`DefaultMemoryRequest`).
const ASSUMED_MEMORY: i64 = 200 * 1024 * 1024;

/// Amounts by resource name: `cpu` in thousandths of a core, everything else in its own unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources(BTreeMap<Str, i64>);

impl Resources {
    /// Reads a resource list.
    pub fn of(list: &Value) -> Self {
        let amount = |(name, value): (&Str, &Value)| (name.clone(), amount_of(name, value));
        Resources(list.as_map().map(Map::iter).into_iter().flatten().map(amount).collect())
    }

    /// The amount of `name`, or 0.
    pub fn get(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// Every resource that is named, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Str, i64)> {
        self.0.iter().map(|(name, amount)| (name, *amount))
    }

    /// Adds every amount of `other`.
    pub fn add(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            *self.0.entry(name.clone()).or_default() += amount;
        }
    }

    /// Takes every amount of `other` away.
    pub fn subtract(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            *self.0.entry(name.clone()).or_default() -= amount;
        }
    }

    /// Raises every amount to at least that of `other`.
    fn raise_to(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            let mine = self.0.entry(name.clone()).or_default();
            *mine = (*mine).max(*amount);
        }
    }
}

fn amount_of(name: &str, value: &Value) -> i64 {
    let Some(quantity) = value.as_str().and_then(|text| Quantity::parse(text).ok()) else {
        return value.as_i64().map_or(0, |it| if name == "cpu" { it * 1000 } else { it });
    };
    if name == "cpu" { quantity.milli_value() } else { quantity.value() }
}

/// What a pod asks for in all: its containers together with its restartable init containers, or the largest moment of
/// its initialization, with its overhead (`PodRequests`).
pub fn pod_requests(spec: &Value) -> Resources {
    total(spec, |container| Resources::of(&container["resources"]["requests"]))
}

/// The same for scoring, where a container that asks for nothing counts as asking for a little (`GetNonzeroRequests`).
pub fn nonzero_requests(spec: &Value) -> Resources {
    total(spec, |container| {
        let asked = Resources::of(&container["resources"]["requests"]);
        let mut assumed = BTreeMap::new();
        for (name, amount) in [(literal!("cpu"), ASSUMED_CPU), (literal!("memory"), ASSUMED_MEMORY)] {
            let amount = asked.0.get(&name).copied().unwrap_or(amount);
            assumed.insert(name, amount);
        }
        Resources(assumed)
    })
}

fn total(spec: &Value, of: impl Fn(&Value) -> Resources) -> Resources {
    let mut running = Resources::default();
    for container in spec["containers"].items() {
        running.add(&of(container));
    }
    let (mut sidecars, mut peak) = (Resources::default(), Resources::default());
    for container in spec["initContainers"].items() {
        let mut moment = of(container);
        if container["restartPolicy"].as_str() == Some("Always") {
            running.add(&moment);
            sidecars.add(&moment);
            moment = sidecars.clone();
        } else {
            moment.add(&sidecars);
        }
        peak.raise_to(&moment);
    }
    running.raise_to(&peak);
    running.raise_to_pod_level(&spec["resources"]["requests"]);
    running.add(&Resources::of(&spec["overhead"]));
    running
}

impl Resources {
    /// Requests of the pod as a whole take the place of those of its containers.
    fn raise_to_pod_level(&mut self, requests: &Value) {
        for (name, amount) in Resources::of(requests).0 {
            self.0.insert(name, amount);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(spec: &str, cpu: i64) {
        let spec = Value::from_json(spec.as_bytes()).expect("valid JSON");
        assert_eq!(pod_requests(&spec).get("cpu"), cpu, "{spec}");
    }

    #[test]
    fn a_pod_asks_for_its_containers_or_for_its_largest_init_container() {
        let one = |cpu: &str| format!(r#"{{"resources":{{"requests":{{"cpu":"{cpu}"}}}}}}"#);
        let (a, b, big) = (one("100m"), one("1"), one("3"));
        check(&format!(r#"{{"containers":[{a},{b}]}}"#), 1100);
        check(&format!(r#"{{"containers":[{a}],"initContainers":[{big},{b}]}}"#), 3000);
        let sidecar = r#"{"restartPolicy":"Always","resources":{"requests":{"cpu":"500m"}}}"#;
        check(&format!(r#"{{"containers":[{a}],"initContainers":[{sidecar}]}}"#), 600);
        check(&format!(r#"{{"containers":[{a}],"initContainers":[{sidecar},{b}]}}"#), 1500);
        check(&format!(r#"{{"containers":[{a}],"overhead":{{"cpu":"50m"}}}}"#), 150);
    }
}
