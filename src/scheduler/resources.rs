//! How much a pod asks for and how much a node offers (`component-helpers/resource/helpers.go`, `framework/types.go`).

use crate::object::{Map, Quantity, Str, Value, literal};

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
        self.0.iter().find(|(it, _)| it == name).map_or(0, |(_, amount)| *amount)
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

    /// Adds every amount of `other`, which is needed no more.
    fn absorb(&mut self, other: Resources) {
        if self.0.is_empty() {
            *self = other;
        } else {
            self.add(&other);
        }
    }

    /// Takes every amount of `other` away.
    pub fn subtract(&mut self, other: &Resources) {
        for (name, amount) in &other.0 {
            *self.amount(name) -= amount;
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
    Parts::of(spec).total(Resources::of)
}

/// The same amounts, and those that scoring counts with, where a container that asks for nothing asks for a little
/// (`GetNonzeroRequests`).
pub fn pod_and_nonzero_requests(spec: &Value) -> (Resources, Resources) {
    let parts = Parts::of(spec);
    let assumed = parts.total(|asked| {
        let amount = |name: Str, assumed: i64| {
            let amount = asked.as_map().and_then(|it| it.get(&name)).map_or(assumed, |it| amount_of(&name, it));
            (name, amount)
        };
        Resources(vec![amount(literal!("cpu"), ASSUMED_CPU), amount(literal!("memory"), ASSUMED_MEMORY)])
    });
    (parts.total(Resources::of), assumed)
}

/// What a pod asks for, by who asks: each is a resource list, or null.
struct Parts<'a> {
    containers: Vec<&'a Value>,
    /// With whether they go on beside the containers.
    init_containers: Vec<(&'a Value, bool)>,
    pod: &'a Value,
    overhead: &'a Value,
}

impl<'a> Parts<'a> {
    fn of(spec: &'a Value) -> Self {
        let asked = |it: &'a Value| &it["resources"]["requests"];
        let goes_on = |it: &Value| it["restartPolicy"].as_str() == Some("Always");
        Parts {
            containers: spec["containers"].items().iter().map(asked).collect(),
            init_containers: spec["initContainers"].items().iter().map(|it| (asked(it), goes_on(it))).collect(),
            pod: asked(spec),
            overhead: &spec["overhead"],
        }
    }

    fn total(&self, of: impl Fn(&Value) -> Resources) -> Resources {
        let mut running = Resources::default();
        self.containers.iter().for_each(|it| running.absorb(of(it)));
        let (mut sidecars, mut peak) = (Resources::default(), Resources::default());
        for (asked, goes_on) in &self.init_containers {
            let mut moment = of(asked);
            if *goes_on {
                running.add(&moment);
                sidecars.add(&moment);
                moment = sidecars.clone();
            } else {
                moment.add(&sidecars);
            }
            peak.raise_to(&moment);
        }
        running.raise_to(&peak);
        running.raise_to_pod_level(self.pod);
        running.absorb(Resources::of(self.overhead));
        running
    }
}

impl Resources {
    /// Requests of the pod as a whole take the place of those of its containers.
    fn raise_to_pod_level(&mut self, requests: &Value) {
        for (name, amount) in &Resources::of(requests).0 {
            *self.amount(name) = *amount;
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
