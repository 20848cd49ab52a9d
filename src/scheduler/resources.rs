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
    let [requests] = totals(spec, |asked| [Resources::of(asked)]);
    requests
}

/// The same amounts, and those that scoring counts with, where a container that asks for nothing asks for a little
/// (`GetNonzeroRequests`).
pub fn pod_and_nonzero_requests(spec: &Value) -> [Resources; 2] {
    totals(spec, |asked| {
        let amount = |name: Str, assumed: i64| {
            let amount = asked.as_map().and_then(|it| it.get(&name)).map_or(assumed, |it| amount_of(&name, it));
            (name, amount)
        };
        let assumed = vec![amount(literal!("cpu"), ASSUMED_CPU), amount(literal!("memory"), ASSUMED_MEMORY)];
        [Resources::of(asked), Resources(assumed)]
    })
}

/// What the containers of a pod come to, counted in several ways at once: `of` counts a resource list, or null, in each.
fn totals<const WAYS: usize>(spec: &Value, of: impl Fn(&Value) -> [Resources; WAYS]) -> [Resources; WAYS] {
    let asked = |it: &Value| of(&it["resources"]["requests"]);
    let mut sums: [Sum; WAYS] = std::array::from_fn(|_| Sum::default());
    for container in spec["containers"].items() {
        sums.iter_mut().zip(asked(container)).for_each(|(sum, amounts)| sum.running.absorb(amounts));
    }
    for container in spec["initContainers"].items() {
        let goes_on = container["restartPolicy"].as_str() == Some("Always");
        sums.iter_mut().zip(asked(container)).for_each(|(sum, amounts)| sum.start(amounts, goes_on));
    }
    let (pod, overhead) = (Resources::of(&spec["resources"]["requests"]), Resources::of(&spec["overhead"]));
    sums.map(|sum| sum.total(&pod, &overhead))
}

/// The amounts of a pod while its containers are counted.
#[derive(Default)]
struct Sum {
    /// Of all that run in the end.
    running: Resources,
    /// Of the init containers so far that go on beside the others.
    sidecars: Resources,
    /// The most at any moment of the initialization.
    peak: Resources,
}

impl Sum {
    fn start(&mut self, mut moment: Resources, goes_on: bool) {
        if goes_on {
            self.running.add(&moment);
            self.sidecars.absorb(moment);
            moment = self.sidecars.clone();
        } else {
            moment.add(&self.sidecars);
        }
        self.peak.raise_to(&moment);
    }

    fn total(self, pod: &Resources, overhead: &Resources) -> Resources {
        let mut total = self.running;
        total.raise_to(&self.peak);
        total.replace(pod);
        total.add(overhead);
        total
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
