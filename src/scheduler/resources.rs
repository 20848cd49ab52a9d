//! How much a pod asks for and how much a node offers (`component-helpers/resource/helpers.go`, `framework/types.go`).

use crate::object::{Map, Quantity, Str, Value};

/// What scoring assumes of a container that asks for no CPU, in thousandths of a core (`DefaultMilliCPURequest`).
const ASSUMED_CPU: i64 = 100;
/// What scoring assumes of a container that asks for no memory, in bytes (`DefaultMemoryRequest`).
const ASSUMED_MEMORY: i64 = 200 * 1024 * 1024;

/// Amounts by resource name, in the order of the names: `cpu` in thousandths of a core, everything else in its own unit.
/// They are so few that a look at each is the shortest way to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources(Vec<(Str, i64)>);

impl Resources {
    /// Reads a resource list.
    pub fn of(list: &Value) -> Self {
        let amount = |(name, value): (&Str, &Value)| (name.clone(), amount_of(name, value));
        Resources(list.as_map().map(Map::iter).into_iter().flatten().map(amount).collect())
    }

    /// The amount of `name`, or 0.
    pub fn get(&self, name: &str) -> i64 {
        self.named(name).unwrap_or(0)
    }

    /// The amount of `name`, if it is named.
    fn named(&self, name: &str) -> Option<i64> {
        self.0.iter().find(|(it, _)| it == name).map(|(_, amount)| *amount)
    }

    /// Every resource that is named, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Str, i64)> {
        self.0.iter().map(|(name, amount)| (name, *amount))
    }

    /// The amount of `name` for changing, named as 0 when it is not.
    fn amount(&mut self, name: &Str) -> &mut i64 {
        let at = self.0.iter().position(|(it, _)| it == name).unwrap_or_else(|| {
            let at = self.0.partition_point(|(it, _)| it < name);
            self.0.insert(at, (name.clone(), 0));
            at
        });
        &mut self.0[at].1
    }

    /// Adds every amount of `other`.
    pub fn add(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            *self.amount(name) += amount;
        }
    }

    /// Takes every amount of `other` away.
    pub fn subtract(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            *self.amount(name) -= amount;
        }
    }

    /// Puts every amount of `other` in the place of its own: requests of the pod as a whole take that of its containers'.
    fn replace(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            *self.amount(name) = *amount;
        }
    }

    /// Raises every amount to at least that of `other`.
    fn raise_to(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            let mine = self.amount(name);
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
    Asked::by(spec).requests
}

/// What scoring counts with: CPU in thousandths of a core and memory in bytes, where a container that asks for nothing asks
/// for a little (`GetNonzeroRequests`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Assumed {
    /// CPU.
    pub cpu: i64,
    /// Memory.
    pub memory: i64,
}

impl Assumed {
    /// Adds both amounts of `other`.
    pub fn add(&mut self, other: Assumed) {
        self.cpu += other.cpu;
        self.memory += other.memory;
    }

    /// Takes both amounts of `other` away.
    pub fn subtract(&mut self, other: Assumed) {
        self.cpu -= other.cpu;
        self.memory -= other.memory;
    }
}

/// What a pod or a container asks for, counted in both ways.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// As it says.
    pub requests: Resources,
    /// As scoring counts it.
    pub assumed: Assumed,
}

impl Asked {
    /// What a pod with `spec` asks for.
    pub fn by(spec: &Value) -> Self {
        let mut running = Asked::default();
        for container in spec["containers"].items() {
            running.add(Asked::of_container(container));
        }
        let initial = spec["initContainers"].items();
        if !initial.is_empty() {
            running.initialized_by(initial);
        }
        let (pod, overhead) = (&spec["resources"]["requests"], &spec["overhead"]);
        if !pod.is_null() {
            running.replace(&Resources::of(pod));
        }
        if !overhead.is_null() {
            let overhead = Resources::of(overhead);
            running.assumed.add(Assumed { cpu: overhead.get("cpu"), memory: overhead.get("memory") });
            running.requests.add(&overhead);
        }
        running
    }

    fn of_container(container: &Value) -> Self {
        let requests = Resources::of(&container["resources"]["requests"]);
        let assumed = Assumed {
            cpu: requests.named("cpu").unwrap_or(ASSUMED_CPU),
            memory: requests.named("memory").unwrap_or(ASSUMED_MEMORY),
        };
        Asked { requests, assumed }
    }

    fn add(&mut self, other: Asked) {
        self.assumed.add(other.assumed);
        if self.requests.0.is_empty() {
            self.requests = other.requests;
        } else {
            self.requests.add(&other.requests);
        }
    }

    /// Counts init containers, which come one after the other: those that restart go on beside all that follows.
    fn initialized_by(&mut self, containers: &[Value]) {
        let (mut sidecars, mut peak) = (Asked::default(), Asked::default());
        for container in containers {
            let mut moment = Asked::of_container(container);
            if container["restartPolicy"].as_str() == Some("Always") {
                self.add(moment.clone());
                sidecars.add(moment);
                moment = sidecars.clone();
            } else {
                moment.add(sidecars.clone());
            }
            peak.raise_to(&moment);
        }
        self.raise_to(&peak);
    }

    fn raise_to(&mut self, other: &Asked) {
        self.requests.raise_to(&other.requests);
        self.assumed.cpu = self.assumed.cpu.max(other.assumed.cpu);
        self.assumed.memory = self.assumed.memory.max(other.assumed.memory);
    }

    /// Puts the amounts that a pod asks for as a whole in the place of those of its containers.
    fn replace(&mut self, pod: &Resources) {
        self.requests.replace(pod);
        self.assumed.cpu = pod.named("cpu").unwrap_or(self.assumed.cpu);
        self.assumed.memory = pod.named("memory").unwrap_or(self.assumed.memory);
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

    #[test]
    fn scoring_assumes_a_little_of_each_container_that_asks_for_nothing() {
        let (one, none) = (r#"{"resources":{"requests":{"cpu":"1"}}}"#, "{}");
        let sidecar = r#"{"restartPolicy":"Always"}"#;
        let whole = r#""resources":{"requests":{"memory":"1"}}"#;
        let table = [
            (format!(r#"{{"containers":[{one},{none}]}}"#), 1100, 2 * ASSUMED_MEMORY),
            (format!(r#"{{"containers":[{none}],"initContainers":[{one}]}}"#), 1000, ASSUMED_MEMORY),
            (format!(r#"{{"containers":[{none}],"initContainers":[{sidecar},{one}]}}"#), 1100, 2 * ASSUMED_MEMORY),
            (format!(r#"{{"containers":[{none}],{whole}}}"#), ASSUMED_CPU, 1),
            (format!(r#"{{"containers":[{none}],"overhead":{{"cpu":"50m"}}}}"#), ASSUMED_CPU + 50, ASSUMED_MEMORY),
        ];
        for (spec, cpu, memory) in table {
            let value = Value::from_json(spec.as_bytes()).expect("valid JSON");
            assert_eq!(Asked::by(&value).assumed, Assumed { cpu, memory }, "{spec}");
        }
    }
}
