//! Mirroring: the slices of a Service without a selector follow the Endpoints object that somebody wrote for it.
//!
//! Follows `pkg/controller/endpointslicemirroring` of Kubernetes 1.36.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::shared::service::LAST_CHANGE_TRIGGER_TIME;
use crate::controllers::{Action, Controller, EventRecord, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::{Change, View};

const SERVICE_NAME: Str = literal!("kubernetes.io/service-name");
const MANAGED_BY: Str = literal!("endpointslice.kubernetes.io/managed-by");
const CONTROLLER: Str = literal!("endpointslicemirroring-controller.k8s.io");
/// The label of an Endpoints object that is not to be mirrored.
const SKIP_MIRROR: &str = "endpointslice.kubernetes.io/skip-mirror";
const LEADER: &str = "control-plane.alpha.kubernetes.io/leader";
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// The most addresses of a subset that are mirrored (`--mirroring-max-endpoints-per-subset`).
const MOST_ADDRESSES: usize = 1000;
/// How long after somebody else changed a slice it is put right.
const SLICE_CHANGE_DELAY: Span = Span::seconds(1);

/// The EndpointSlice mirroring controller.
#[derive(Debug, Default)]
pub struct EndpointSliceMirroring;

impl Controller for EndpointSliceMirroring {
    fn name(&self) -> &'static str {
        "endpointslicemirroring-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::ENDPOINTS, kinds::ENDPOINT_SLICE, kinds::SERVICE])
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        let endpoints = |name: &Str| Key::new(kinds::ENDPOINTS, change.key.namespace.clone(), name.clone());
        match change.key.kind {
            // What the Endpoints controller writes is of Services that have a selector.
            kinds::ENDPOINTS if change.actor != "endpoint-controller" => wakes.push(Wake::now(change.key.clone())),
            kinds::SERVICE if view.get(&endpoints(&change.key.name)).is_some() => {
                wakes.push(Wake::now(endpoints(&change.key.name)));
            }
            kinds::ENDPOINT_SLICE if change.actor != self.name() => {
                let managed = change.latest().filter(|it| is_managed(it));
                let name = managed.and_then(|it| it.meta.labels.get(&SERVICE_NAME)?.as_shared_str());
                wakes.extend(name.map(|it| Wake { key: endpoints(it), after: SLICE_CHANGE_DELAY }));
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _: Time) -> Outcome {
        let mut outcome = Outcome::default();
        let slices = view.list_in(kinds::ENDPOINT_SLICE, &key.namespace);
        let of_service = |it: &&Arc<Object>| it.meta.label(&SERVICE_NAME) == Some(key.name.as_str());
        let existing: Vec<_> =
            slices.filter(|it| is_managed(it) && !it.meta.is_terminating()).filter(of_service).cloned().collect();
        let service = view.get(&Key { kind: kinds::SERVICE, ..key.clone() });
        let is_bare = service.is_some_and(|it| it.spec()["selector"].is_empty());
        let Some(endpoints) = view.get(key).filter(|it| is_bare && is_mirrored(it)) else {
            outcome.actions.extend(existing.iter().map(|it| delete(it)));
            return outcome;
        };
        let (groups, skipped) = groups(endpoints);
        outcome.actions.extend(skipped);
        write(endpoints, groups, existing, &mut outcome.actions);
        outcome
    }
}

fn is_managed(slice: &Object) -> bool {
    slice.meta.label(&MANAGED_BY) == Some(CONTROLLER.as_str())
}

fn is_mirrored(endpoints: &Object) -> bool {
    endpoints.meta.label(SKIP_MIRROR) != Some("true") && endpoints.meta.annotation(LEADER).is_none()
}

fn delete(slice: &Object) -> Action {
    Action::Delete(slice.key(), DeleteOptions::default())
}

/// What one slice holds: address type, ports and endpoints.
type Group = (Str, Vec<Value>, Vec<Value>);

/// The endpoints of each address type and set of ports, and an event when some had to be left out.
fn groups(endpoints: &Arc<Object>) -> (Vec<Group>, Option<Action>) {
    let mut groups: Vec<Group> = Vec::new();
    let mut skipped = 0;
    for subset in endpoints.body["subsets"].items() {
        let ports: Vec<Value> = subset["ports"].items().iter().map(port).collect();
        let (ready, not_ready) = (subset["addresses"].items(), subset["notReadyAddresses"].items());
        let all = ready.iter().map(|it| (it, true)).chain(not_ready.iter().map(|it| (it, false)));
        skipped += (ready.len() + not_ready.len()).saturating_sub(MOST_ADDRESSES);
        for (address, is_ready) in all.take(MOST_ADDRESSES) {
            let ip = address["ip"].str_or_empty();
            let address_type = if ip.contains(':') { literal!("IPv6") } else { literal!("IPv4") };
            let endpoint = map! {
                "addresses" => Value::list([ip]),
                "conditions" => map! { "ready" => is_ready },
                "hostname" => Some(&address["hostname"]).filter(|it| !it.is_empty()),
                "nodeName" => &address["nodeName"],
                "targetRef" => &address["targetRef"],
            };
            let index = groups.iter().position(|it| it.0 == address_type && it.1 == ports).unwrap_or_else(|| {
                groups.push((address_type, ports.clone(), Vec::new()));
                groups.len() - 1
            });
            groups[index].2.push(Value::Map(endpoint));
        }
    }
    let event = (skipped > 0).then(|| {
        let message = format!(
            "A max of {MOST_ADDRESSES} addresses can be mirrored to EndpointSlices per Endpoints subset. {skipped} addresses \
             were skipped"
        );
        EventRecord::warning(endpoints, "TooManyAddressesToMirror", message)
    });
    (groups, event)
}

fn port(port: &Value) -> Value {
    let mut port = port.clone();
    port.set_default("name", literal!(""));
    port
}

/// The writes that bring `existing` to `groups`: slices that are not wanted any more are written over before new ones are made.
fn write(endpoints: &Object, groups: Vec<Group>, existing: Vec<Arc<Object>>, actions: &mut Vec<Action>) {
    let mut free: BTreeMap<usize, Arc<Object>> = existing.into_iter().enumerate().collect();
    let mut missing = Vec::new();
    for group in groups {
        let fits = |it: &Object| it.body["addressType"] == (&group.0).into() && it.body["ports"].items() == group.1;
        match free.iter().find(|(_, it)| fits(it)).map(|(index, _)| *index) {
            Some(index) => {
                let slice = free.remove(&index);
                let current = slice.filter(|it| it.body["endpoints"].items() != group.2 || !has_labels(it, endpoints));
                actions.extend(current.map(|it| Action::Update(filled(Object::clone(&it), endpoints, group))));
            }
            None => missing.push(group),
        }
    }
    for group in missing {
        let same_type =
            free.iter().find(|(_, it)| it.body["addressType"] == (&group.0).into()).map(|(index, _)| *index);
        match same_type.and_then(|it| free.remove(&it)) {
            Some(slice) => actions.push(Action::Update(filled(Object::clone(&slice), endpoints, group))),
            None if endpoints.meta.is_terminating() => {}
            None => {
                let mut slice = Object::new(kinds::ENDPOINT_SLICE, endpoints.meta.namespace.clone(), "");
                slice.meta.generate_name = Str::from(format!("{}-", endpoints.meta.name));
                actions.push(Action::Create(filled(slice, endpoints, group)));
            }
        }
    }
    actions.extend(free.values().map(|it| delete(it)));
}

fn has_labels(slice: &Object, endpoints: &Object) -> bool {
    endpoints.meta.labels.iter().all(|(key, want)| slice.meta.labels.get(key) == Some(want) || *key == MANAGED_BY)
}

fn filled(mut slice: Object, endpoints: &Object, (address_type, ports, held): Group) -> Object {
    slice.meta.owners = Arc::new(vec![endpoints.controller_ref()]);
    slice.meta.labels = endpoints.meta.labels.clone();
    slice.meta.labels.insert(SERVICE_NAME, endpoints.meta.name.clone());
    slice.meta.labels.insert(MANAGED_BY, CONTROLLER);
    slice.meta.annotations = endpoints.meta.annotations.clone();
    slice.meta.annotations.retain(|key, _| key != LAST_CHANGE_TRIGGER_TIME && key != LAST_APPLIED);
    slice.body = map! { "addressType" => address_type, "endpoints" => held };
    if !ports.is_empty() {
        slice.body.insert(literal!("ports"), ports);
    }
    slice
}
