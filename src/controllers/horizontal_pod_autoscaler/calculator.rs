//! How many replicas a metric asks for (`pkg/controller/podautoscaler/replica_calculator.go`).

use std::sync::Arc;

use crate::clock::{Span, Time};
use crate::controllers::shared::pod::{condition, phase};
use crate::object::{Object, Quantity, Str, Value};

use super::usage::Usage;

/// For how long after its start a pod's processor time may be that of its start
/// (`--horizontal-pod-autoscaler-cpu-initialization-period`).
const INITIALIZATION: Span = Span::seconds(300);
/// For how long after its start a pod that is not ready has never been so
/// (`--horizontal-pod-autoscaler-initial-readiness-delay`).
const READINESS_DELAY: Span = Span::seconds(30);
/// The time over which a metrics server takes a sample.
const SAMPLE: Span = Span::seconds(15);

/// How far usage may be from the target without a scaling (`--horizontal-pod-autoscaler-tolerance`), up and down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tolerance {
    /// Above the target.
    pub up: f64,
    /// Below it.
    pub down: f64,
}

impl Tolerance {
    /// What `behavior` sets, or a tenth.
    pub fn of(behavior: &Value) -> Self {
        let read = |direction: &str| {
            let set = Quantity::from_value(&behavior[direction]["tolerance"]).ok();
            let set = set.filter(|_| !behavior[direction]["tolerance"].is_null());
            set.map_or(0.1, |it| it.milli_value() as f64 / 1000.0)
        };
        Tolerance { up: read("scaleUp"), down: read("scaleDown") }
    }

    fn holds(self, ratio: f64) -> bool {
        1.0 - self.down <= ratio && ratio <= 1.0 + self.up
    }
}

/// What a metric aims at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    /// A share of what pods request, in percent.
    Utilization(i64),
    /// An amount for each pod, in thousandths.
    AverageValue(i64),
}

/// What a metric comes to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Proposal {
    /// How many replicas it asks for.
    pub replicas: i64,
    /// The share of what pods request, in percent, where that is the target.
    pub utilization: Option<i64>,
    /// What a pod uses on average, in thousandths.
    pub average: i64,
    /// Whether the proposal changes as pods grow older.
    pub is_settling: bool,
}

/// Why pods say nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// The selector names none.
    NoPods,
    /// None of them is old enough to count.
    Unready,
    /// The resource, the container that requests none of it, and its pod.
    NoRequest(Str, Str, Str),
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Silence::NoPods => f.write_str("no pods returned by selector while calculating replica count"),
            Silence::Unready => f.write_str("did not receive metrics for targeted pods (pods might be unready)"),
            Silence::NoRequest(resource, container, pod) => {
                write!(f, "missing request for {resource} in container {container} of Pod {pod}")
            }
        }
    }
}

/// A pod as the calculation sees it.
#[derive(Clone, Copy, Debug)]
struct Sample {
    group: Group,
    used: i64,
    requested: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Ready,
    Unready,
    Missing,
}

/// What is to be calculated.
#[derive(Debug)]
pub(super) struct Calculation<'a> {
    /// `cpu` or `memory`.
    pub resource: &'a str,
    /// The one container that counts, if it is not all of them.
    pub container: Option<&'a str>,
    /// The pods that the target's selector names.
    pub pods: &'a [Arc<Object>],
    /// What they use.
    pub usage: Usage,
    /// What is aimed at.
    pub target: Target,
    /// How many replicas there are to be now.
    pub current: i64,
    /// The tolerance.
    pub tolerance: Tolerance,
    /// The present.
    pub now: Time,
}

impl Calculation<'_> {
    /// How many replicas it comes to (`GetResourceReplicas` and `GetRawResourceReplicas`), or why that cannot be said.
    pub fn propose(&self) -> Result<Proposal, Silence> {
        if self.pods.is_empty() {
            return Err(Silence::NoPods);
        }
        let samples = self.samples()?;
        let (ready, unready): (Vec<&Sample>, Vec<&Sample>) =
            samples.iter().filter(|it| it.group != Group::Missing).partition(|it| it.group == Group::Ready);
        let missing: Vec<&Sample> = samples.iter().filter(|it| it.group == Group::Missing).collect();
        if ready.is_empty() {
            return Err(Silence::Unready);
        }
        let used: i64 = ready.iter().map(|it| it.used).sum();
        let requested: i64 = ready.iter().map(|it| it.requested).sum();
        let count = |it: &[&Sample]| i64::try_from(it.len()).unwrap_or(i64::MAX);
        let (ratio, utilization) = self.ratio(used, requested, count(&ready));
        let is_settling = self.resource == "cpu" && samples.iter().any(|it| it.group == Group::Unready);
        let proposal = |replicas: i64| Proposal { replicas, utilization, average: used / count(&ready), is_settling };
        let counts_unready = !unready.is_empty() && ratio > 1.0;
        if !counts_unready && missing.is_empty() {
            let replicas = if self.tolerance.holds(ratio) { self.current } else { ceil(ratio, count(&ready)) };
            return Ok(proposal(replicas));
        }
        // Pods that tell nothing are thought to speak against a scaling: to be busy when there were to be fewer pods, and
        // idle when there were to be more.
        let (mut used, mut requested, mut counted) = (used, requested, count(&ready));
        if ratio != 1.0 {
            used += missing.iter().map(|it| if ratio < 1.0 { self.busy(it) } else { 0 }).sum::<i64>();
            requested += missing.iter().map(|it| it.requested).sum::<i64>();
            counted += count(&missing);
        }
        if counts_unready {
            requested += unready.iter().map(|it| it.requested).sum::<i64>();
            counted += count(&unready);
        }
        let (again, _) = self.ratio(used, requested, counted);
        let turned = (ratio < 1.0 && again > 1.0) || (ratio > 1.0 && again < 1.0);
        let replicas = ceil(again, counted);
        let contrary = (again < 1.0 && replicas > self.current) || (again > 1.0 && replicas < self.current);
        let stays = self.tolerance.holds(again) || turned || contrary;
        Ok(proposal(if stays { self.current } else { replicas }))
    }

    /// The ratio of what is used to what is aimed at, and the utilization if that is what is aimed at.
    fn ratio(&self, used: i64, requested: i64, pods: i64) -> (f64, Option<i64>) {
        match self.target {
            Target::Utilization(target) => {
                let utilization = used * 100 / requested.max(1);
                (utilization as f64 / target as f64, Some(utilization))
            }
            Target::AverageValue(target) => ((used / pods.max(1)) as f64 / target as f64, None),
        }
    }

    /// What a pod without a sample uses at its busiest.
    fn busy(&self, sample: &Sample) -> i64 {
        match self.target {
            Target::Utilization(target) => sample.requested * target.max(100) / 100,
            Target::AverageValue(target) => target,
        }
    }

    /// The pods that count (`groupPods`).
    fn samples(&self) -> Result<Vec<Sample>, Silence> {
        let running = self.pods.iter().filter(|it| phase(it) == "Running" && !it.meta.is_terminating()).count();
        let running = i64::try_from(running).unwrap_or(i64::MAX);
        let mut samples = Vec::with_capacity(self.pods.len());
        for pod in self.pods {
            let requested = match (self.target, request(pod, self.resource, self.container)) {
                (Target::Utilization(_), asked) => asked?,
                (Target::AverageValue(_), asked) => asked.unwrap_or_default(),
            };
            if pod.meta.is_terminating() || phase(pod) == "Failed" {
                continue;
            }
            let group = match phase(pod) {
                "Pending" | "" => Group::Unready,
                "Running" if self.resource == "cpu" && is_unready(pod, self.now) => Group::Unready,
                "Running" => Group::Ready,
                _ => Group::Missing,
            };
            samples.push(Sample { group, used: self.usage.of_pod(requested, running), requested });
        }
        Ok(samples)
    }
}

fn ceil(ratio: f64, pods: i64) -> i64 {
    // Products of small numbers: nothing is lost on the way.
    (ratio * pods as f64).ceil() as i64
}

/// Whether a pod's processor time says nothing yet.
fn is_unready(pod: &Object, now: Time) -> bool {
    let ready = condition(pod, "Ready");
    let time = |value: &Value| value.as_str().and_then(Time::parse);
    let (Some(started), Some(since)) = (time(&pod.status()["startTime"]), time(&ready["lastTransitionTime"])) else {
        return true;
    };
    let is_false = ready["status"].str_or_empty() == "False";
    if started + INITIALIZATION > now {
        return is_false || now < since + SAMPLE;
    }
    is_false && started + READINESS_DELAY > since
}

/// What a pod's containers request, or the one named `only`, in thousandths (`calculatePodRequests`).
fn request(pod: &Object, resource: &str, only: Option<&str>) -> Result<i64, Silence> {
    let spec = pod.spec();
    let sidecars = spec["initContainers"].items().iter().filter(|it| it["restartPolicy"].str_or_empty() == "Always");
    let counts = |it: &&Value| only.is_none_or(|only| it["name"].str_or_empty() == only);
    let mut sum = 0;
    for container in spec["containers"].items().iter().chain(sidecars).filter(counts) {
        let request = container.at(&["resources", "requests", resource]);
        if request.is_null() {
            let container = Str::from(container["name"].str_or_empty());
            return Err(Silence::NoRequest(resource.into(), container, pod.meta.name.clone()));
        }
        sum += Quantity::or_zero(request).milli_value();
    }
    Ok(sum)
}
