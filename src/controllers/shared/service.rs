//! Services as the endpoint controllers see them: which of them select a pod, at which port, and since when a change waits
//! to be published (`staging/src/k8s.io/endpointslice/util/{controller_utils,trigger_time_tracker}.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::pod::is_ready;
use crate::clock::Time;
use crate::controllers::Wake;
use crate::map;
use crate::object::{Key, Map, Object, Str, Value, kinds, literal};
use crate::store::{Change, View};

/// The annotation with the instant of the change that a list of endpoints was last written for.
pub const LAST_CHANGE_TRIGGER_TIME: Str = literal!("endpoints.kubernetes.io/last-change-trigger-time");
/// The label of what belongs to a Service without an address of its own.
pub const IS_HEADLESS: Str = literal!("service.kubernetes.io/headless");

/// The selector of `service`; `None` for one whose endpoints are not the controllers' business.
pub fn selector(service: &Object) -> Option<&Map> {
    let selects = service.spec()["type"].str_or_empty() != "ExternalName";
    service.spec()["selector"].as_map().filter(|it| selects && !it.is_empty())
}

/// Whether `selector` takes `labels`.
pub fn selects(selector: &Map, labels: &Map) -> bool {
    selector.iter().all(|(key, want)| labels.get(key) == Some(want))
}

/// Whether it has an address of its own (`IsServiceIPSet`).
pub fn has_address(service: &Object) -> bool {
    !matches!(service.spec()["clusterIP"].str_or_empty(), "" | "None")
}

/// The pods of `service`, by name.
pub fn pods(view: View<'_>, service: &Object, selector: &Map) -> Vec<Arc<Object>> {
    let all = view.list_in(kinds::POD, &service.meta.namespace);
    all.filter(|pod| selects(selector, &pod.meta.labels)).cloned().collect()
}

/// Whether `pod` belongs into a list of endpoints: it has an address and has not come to its end
/// (`ShouldPodBeInEndpoints`).
pub fn is_endpoint(pod: &Object) -> bool {
    !super::pod::is_terminal(pod) && (!pod.status()["podIP"].is_empty() || !pod.status()["podIPs"].is_empty())
}

/// What an endpoint says of the pod that it is.
pub fn target_ref(pod: &Object) -> Value {
    Value::Map(map! {
        "kind" => "Pod",
        "name" => &pod.meta.name,
        "namespace" => &pod.meta.namespace,
        "uid" => &pod.meta.uid,
    })
}

/// The host name under which DNS knows `pod` as a part of `service`.
pub fn hostname<'a>(pod: &'a Object, service: &Object) -> Option<&'a Str> {
    let own = pod.spec()["subdomain"].str_or_empty() == service.meta.name;
    pod.spec()["hostname"].as_shared_str().filter(|it| own && !it.is_empty())
}

/// The number of the port of `pod` that the Service's port `port` leads to (`FindPort`).
pub fn target_port(pod: &Object, port: &Value) -> Option<i64> {
    let target = &port["targetPort"];
    let Some(name) = target.as_str() else {
        return target.as_i64().or_else(|| port["port"].as_i64());
    };
    let sidecars =
        pod.spec()["initContainers"].items().iter().filter(|it| it["restartPolicy"].as_str() == Some("Always"));
    let containers = pod.spec()["containers"].items().iter().chain(sidecars);
    let mut ports = containers.flat_map(|it| it["ports"].items());
    let found = ports.find(|it| it["name"].as_str() == Some(name) && it["protocol"] == port["protocol"]);
    found.and_then(|it| it["containerPort"].as_i64())
}

/// Which Services there are that select pods: what a change of a pod is held against.
#[derive(Debug, Default)]
pub struct Selections {
    by_namespace: BTreeMap<Str, BTreeMap<Str, Map>>,
}

impl Selections {
    /// Learns of changed Services, and wakes those whose endpoints `change` may alter. A pod costs one look-up where no
    /// Service of its namespace selects anything.
    pub fn wakes(&mut self, change: &Change, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::POD => self.of_pod(change, wakes),
            kinds::SERVICE => {
                self.learn(change);
                wakes.push(Wake::now(change.key.clone()));
            }
            _ => {}
        }
    }

    fn learn(&mut self, change: &Change) {
        match change.after.as_deref().and_then(selector) {
            Some(selector) => {
                let services = self.by_namespace.entry(change.key.namespace.clone()).or_default();
                services.insert(change.key.name.clone(), selector.clone());
            }
            None => {
                if let Some(services) = self.by_namespace.get_mut(&change.key.namespace) {
                    services.remove(&change.key.name);
                    if services.is_empty() {
                        self.by_namespace.remove(&change.key.namespace);
                    }
                }
            }
        }
    }

    fn of_pod(&self, change: &Change, wakes: &mut Vec<Wake>) {
        let Some(services) = self.by_namespace.get(&change.key.namespace) else {
            return;
        };
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let (moved, changed) = match (before, after) {
            (Some(old), Some(new)) => (moved(old, new), changed(old, new)),
            _ => (false, true),
        };
        if !moved && !changed {
            return;
        }
        for (name, selector) in services {
            let had = before.is_some_and(|it| selects(selector, &it.meta.labels));
            let has = after.is_some_and(|it| selects(selector, &it.meta.labels));
            if had != has || (has && (changed || moved)) {
                wakes.push(Wake::now(Key::new(kinds::SERVICE, change.key.namespace.clone(), name.clone())));
            }
        }
    }
}

/// Whether other Services may select the pod now, or know it by another name.
fn moved(old: &Object, new: &Object) -> bool {
    let named = |it: &'static str| old.spec()[it] != new.spec()[it];
    old.meta.labels != new.meta.labels || (!old.spec().is_same(new.spec()) && (named("hostname") || named("subdomain")))
}

/// Whether the pod's place in a list of endpoints may be another one now (`podEndpointsChanged`).
fn changed(old: &Object, new: &Object) -> bool {
    old.meta.deleted != new.meta.deleted
        || (!old.status().is_same(new.status())
            && (is_ready(old) != is_ready(new) || old.status()["podIPs"] != new.status()["podIPs"]))
}

/// What was published when: from it follows [`LAST_CHANGE_TRIGGER_TIME`].
#[derive(Debug, Default)]
pub struct TriggerTimes {
    of_services: BTreeMap<Key, BTreeMap<Str, Time>>,
}

impl TriggerTimes {
    /// The instant of the earliest change since the last call for `service`: its own creation at first, then the moment at
    /// which one of its `pods` became ready or unready. `None` when nothing of that kind changed.
    pub fn next(&mut self, service: &Object, pods: &[Arc<Object>]) -> Option<Time> {
        let transition =
            |pod: &Object| super::pod::condition(pod, "Ready")["lastTransitionTime"].as_str().and_then(Time::parse);
        let times: BTreeMap<Str, Time> =
            pods.iter().filter_map(|it| Some((it.meta.name.clone(), transition(it)?))).collect();
        let before = self.of_services.insert(service.key(), times.clone());
        let Some(before) = before else {
            return service.meta.created;
        };
        times.iter().filter(|(name, at)| before.get(*name).is_none_or(|old| *at > old)).map(|(_, at)| *at).min()
    }

    /// Forgets a Service that is gone.
    pub fn forget(&mut self, service: &Key) {
        self.of_services.remove(service);
    }
}

/// Puts the annotation of the trigger time on `object`, or takes it off.
pub fn annotate(object: &mut Object, trigger: Option<Time>) {
    match trigger {
        Some(at) => object.meta.set_annotation(LAST_CHANGE_TRIGGER_TIME, at.rfc3339()),
        None => drop(object.meta.annotations.remove(&LAST_CHANGE_TRIGGER_TIME)),
    }
}
