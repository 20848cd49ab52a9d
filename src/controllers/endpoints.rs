//! The Endpoints controller: the object of a Service's name lists the addresses of the pods that it selects.
//!
//! Follows `pkg/controller/endpoint/endpoints_controller.go` and `pkg/api/v1/endpoints/util.go` of Kubernetes 1.36. Known
//! difference: ports and subsets come in the order of their names and numbers, where upstream's follows from an MD5 sum.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::Time;
use crate::controllers::shared::pod::is_ready;
use crate::controllers::shared::service::{
    IS_HEADLESS, Selections, TriggerTimes, annotate, has_address, hostname, is_endpoint, pods, selector, target_port,
    target_ref,
};
use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Map, Object, Str, Value, kinds, literal};
use crate::store::{Change, View};

/// The label with the name of the controller that writes an Endpoints object.
const MANAGED_BY: Str = literal!("endpoints.kubernetes.io/managed-by");
const CONTROLLER: Str = literal!("endpoint-controller");
/// The annotation of a list that was cut off.
const OVER_CAPACITY: Str = literal!("endpoints.kubernetes.io/over-capacity");
/// The most addresses of an Endpoints object (`maxCapacity`).
const MOST_ADDRESSES: usize = 1000;

/// The Endpoints controller.
#[derive(Debug, Default)]
pub struct EndpointsController {
    selections: Selections,
    triggers: TriggerTimes,
}

impl Controller for EndpointsController {
    fn name(&self) -> &'static str {
        "endpoint-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::ENDPOINTS, kinds::POD, kinds::SERVICE])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        self.selections.wakes(change, wakes);
        if change.key.kind == kinds::ENDPOINTS && change.after.is_none() {
            wakes.push(Wake::now(Key { kind: kinds::SERVICE, ..change.key.clone() }));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let mut outcome = Outcome::default();
        let own = Key { kind: kinds::ENDPOINTS, ..key.clone() };
        let Some(service) = view.get(key) else {
            self.triggers.forget(key);
            if view.get(&own).is_some() {
                outcome.actions.push(Action::Delete(own, DeleteOptions::default()));
            }
            return outcome;
        };
        let Some(selector) = selector(service) else {
            return outcome;
        };
        let pods = pods(view, service, selector);
        let trigger = self.triggers.next(service, &pods);
        let (subsets, over_capacity) = truncated(subsets(service, &pods));
        let current = view.get(&own);
        if current.is_some_and(|it| is_current(it, service, &subsets, over_capacity)) {
            return outcome;
        }
        let is_new = current.is_none();
        let mut endpoints =
            current.map_or_else(|| Object::new(own.kind, own.namespace, own.name), |it| Object::clone(it));
        endpoints.meta.labels = labels(service);
        annotate(&mut endpoints, trigger);
        if over_capacity {
            endpoints.meta.set_annotation(OVER_CAPACITY, literal!("truncated"));
        } else {
            endpoints.meta.annotations.remove(&OVER_CAPACITY);
        }
        if subsets.is_empty() {
            endpoints.body.remove("subsets");
        } else {
            endpoints.body.insert(literal!("subsets"), subsets);
        }
        outcome.actions.push(if is_new { Action::Create(endpoints) } else { Action::Update(endpoints) });
        outcome
    }
}

fn labels(service: &Object) -> Map {
    let mut labels = service.meta.labels.clone();
    labels.remove(&IS_HEADLESS);
    if !has_address(service) {
        labels.insert(IS_HEADLESS, literal!(""));
    }
    labels.insert(MANAGED_BY, CONTROLLER);
    labels
}

fn is_current(endpoints: &Object, service: &Object, subsets: &[Value], over_capacity: bool) -> bool {
    let own = |labels: &Map| {
        let mut labels = labels.clone();
        labels.retain(|key, _| key != IS_HEADLESS && key != MANAGED_BY);
        labels
    };
    endpoints.body["subsets"].items() == subsets
        && own(&endpoints.meta.labels) == own(&service.meta.labels)
        && endpoints.meta.annotation(&OVER_CAPACITY).is_some() == over_capacity
}

/// A port as Endpoints write it: name, number, protocol and application protocol.
type Port = (Str, i64, Str, Str);
/// An address with what it sorts by.
type Address = ((Str, Str), Value);

/// The addresses of `pods`, those with the same ports together: the ready ones and the others.
fn subsets(service: &Object, pods: &[Arc<Object>]) -> Vec<Value> {
    let publishes = service.spec()["publishNotReadyAddresses"].is_true();
    let ports = service.spec()["ports"].items();
    let mut by_ports: BTreeMap<Vec<Port>, [Vec<Address>; 2]> = BTreeMap::new();
    for pod in pods {
        let Some(address) = address_of(service, pod) else {
            continue;
        };
        if !is_endpoint(pod) || (pod.meta.is_terminating() && !publishes) {
            continue;
        }
        let text = |it: &Value| it.as_shared_str().cloned().unwrap_or_default();
        let port = |it: &Value| {
            Some((text(&it["name"]), target_port(pod, it)?, text(&it["protocol"]), text(&it["appProtocol"])))
        };
        let mut found: Vec<_> = ports.iter().filter_map(port).collect();
        found.sort();
        // A Service without an address may have no ports at all, and still names its pods; those of any other have to have
        // one of its ports.
        if found.is_empty() && (!ports.is_empty() || has_address(service)) {
            continue;
        }
        let entry = map! {
            "hostname" => hostname(pod, service),
            "ip" => &address,
            "nodeName" => pod.node_name(),
            "targetRef" => target_ref(pod),
        };
        let place = usize::from(!publishes && !is_ready(pod));
        by_ports.entry(found).or_default()[place].push(((address, pod.meta.uid.clone()), Value::Map(entry)));
    }
    by_ports.into_iter().map(|(ports, addresses)| subset(ports, addresses)).collect()
}

fn subset(ports: Vec<(Str, i64, Str, Str)>, addresses: [Vec<Address>; 2]) -> Value {
    let [ready, not_ready] = addresses.map(|mut list| {
        list.sort_by(|a, b| a.0.cmp(&b.0));
        let list: Vec<Value> = list.into_iter().map(|it| it.1).collect();
        (!list.is_empty()).then_some(list)
    });
    let port = |(name, port, protocol, app): (Str, i64, Str, Str)| {
        let unless_empty = |it: Str| (!it.is_empty()).then_some(it);
        map! {
            "appProtocol" => unless_empty(app),
            "name" => unless_empty(name),
            "port" => port,
            "protocol" => protocol,
        }
    };
    let ports = (!ports.is_empty()).then(|| Value::list(ports.into_iter().map(port)));
    Value::Map(map! { "addresses" => ready, "notReadyAddresses" => not_ready, "ports" => ports })
}

/// The address of `pod` in the first family of `service`.
fn address_of(service: &Object, pod: &Object) -> Option<Str> {
    let wants_six = service.spec()["ipFamilies"][0].as_str() == Some("IPv6");
    let all = pod.status()["podIPs"].items().iter().map(|it| &it["ip"]).chain([&pod.status()["podIP"]]);
    all.filter_map(Value::as_shared_str).find(|it| !it.is_empty() && it.contains(':') == wants_six).cloned()
}

/// `subsets` with a thousand addresses at most, and whether there were more: those that are not ready go first.
fn truncated(mut subsets: Vec<Value>) -> (Vec<Value>, bool) {
    let count = |subsets: &[Value], of: &str| subsets.iter().map(|it| it[of].items().len()).sum::<usize>();
    let ready = count(&subsets, "addresses");
    if ready + count(&subsets, "notReadyAddresses") <= MOST_ADDRESSES {
        return (subsets, false);
    }
    let mut room = MOST_ADDRESSES;
    for (field, is_kept) in [("addresses", true), ("notReadyAddresses", ready < MOST_ADDRESSES)] {
        for subset in &mut subsets {
            let keep = subset[field].items().len().min(if is_kept { room } else { 0 });
            room -= keep;
            if keep == 0 {
                subset.remove(field);
            } else {
                subset.field_mut(field).items_mut().truncate(keep);
            }
        }
    }
    (subsets, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Object {
        let mut service = Object::new(kinds::SERVICE, "default", "web");
        let ports = [map! { "name" => "http", "port" => 80, "protocol" => "TCP", "targetPort" => "web" }];
        service.body = map! { "spec" => map! {
            "clusterIP" => "10.96.0.9", "selector" => map! { "app" => "web" }, "ports" => Value::list(ports)
        } };
        service
    }

    fn pod(name: &str, ip: &str, ready: bool, port: i64) -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "default", name);
        let ports = Value::list([map! { "name" => "web", "containerPort" => port, "protocol" => "TCP" }]);
        pod.body = map! {
            "spec" => map! { "containers" => Value::list([map! { "name" => "c", "ports" => ports }]) },
            "status" => map! {
                "podIP" => ip,
                "podIPs" => Value::list([map! { "ip" => ip }]),
                "conditions" => Value::list([map! { "type" => "Ready", "status" => if ready { "True" } else { "False" } }]),
            },
        };
        Arc::new(pod)
    }

    #[test]
    fn addresses_with_the_same_ports_are_one_subset_with_the_ready_ones_first() {
        let pods =
            [pod("a", "10.0.0.2", true, 8080), pod("b", "10.0.0.1", true, 8080), pod("c", "10.0.0.3", false, 8080)];
        let subsets = subsets(&service(), &pods);
        assert_eq!(subsets.len(), 1);
        let ips = |of: &str| -> Vec<&str> { subsets[0][of].items().iter().map(|it| it["ip"].str_or_empty()).collect() };
        assert_eq!((ips("addresses"), ips("notReadyAddresses")), (vec!["10.0.0.1", "10.0.0.2"], vec!["10.0.0.3"]));
        assert_eq!(subsets[0]["ports"].to_json(), r#"[{"name":"http","port":8080,"protocol":"TCP"}]"#);
    }

    #[test]
    fn a_named_target_port_may_differ_from_pod_to_pod() {
        let pods = [pod("a", "10.0.0.2", true, 8081), pod("b", "10.0.0.1", true, 8080)];
        let ports: Vec<_> =
            subsets(&service(), &pods).iter().map(|it| it["ports"][0]["port"].as_i64().unwrap_or(0)).collect();
        assert_eq!(ports, [8080, 8081]);
    }

    #[test]
    fn a_headless_service_without_ports_names_its_pods_without_ports() {
        let pods = [pod("a", "10.0.0.2", true, 80), pod("b", "10.0.0.1", false, 80)];
        let mut service = service();
        service.spec_mut().remove("ports");
        assert!(subsets(&service, &pods).is_empty(), "a Service with an address has to have ports");
        service.spec_mut().set("clusterIP", "None");
        let found: Vec<_> = subsets(&service, &pods).iter().map(Value::to_json).collect();
        let target =
            |name: &str| format!(r#""targetRef":{{"kind":"Pod","name":"{name}","namespace":"default","uid":""}}"#);
        let (a, b) = (target("a"), target("b"));
        let want =
            format!(r#"{{"addresses":[{{"ip":"10.0.0.2",{a}}}],"notReadyAddresses":[{{"ip":"10.0.0.1",{b}}}]}}"#);
        assert_eq!(found, [want]);
        service.spec_mut().set("ports", Value::list([map! { "port" => 80, "targetPort" => "none" }]));
        assert!(subsets(&service, &pods).is_empty(), "none of its pods has the port");
    }

    #[test]
    fn more_than_a_thousand_addresses_are_cut_off() {
        let pods: Vec<_> =
            (0..1200).map(|i| pod(&format!("p{i}"), &format!("10.0.{}.{}", i / 200, i % 200), i < 700, 80)).collect();
        let (kept, over) = truncated(subsets(&service(), &pods));
        assert!(over);
        assert_eq!((kept[0]["addresses"].items().len(), kept[0]["notReadyAddresses"].items().len()), (700, 300));
    }
}
