//! The EndpointSlice controller: the slices of a Service list the addresses of the pods that it selects, a hundred in each.
//!
//! Follows `pkg/controller/endpointslice` and `staging/src/k8s.io/endpointslice` of Kubernetes 1.36. Known differences: new
//! endpoints come in the order of the pods' names, where upstream's order is random, and there are no hints by the
//! annotation `service.kubernetes.io/topology-mode`.

mod endpoint;
mod hints;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::registry::DeleteOptions;
use crate::clock::{Span, Time};
use crate::controllers::shared::service::{Selections, TriggerTimes, annotate, is_endpoint, pods, selector};
use crate::controllers::{Action, Controller, EventRecord, Outcome, Wake, Watches};
use crate::object::{Key, Object, Str, kinds};
use crate::store::{Change, View};
use endpoint::{CONTROLLER, MANAGED_BY, SERVICE_NAME, address_types};
use plan::{Group, Plan, plan};

/// How long after somebody else changed a slice it is put right (`endpointSliceChangeMinSyncDelay`).
const SLICE_CHANGE_DELAY: Span = Span::seconds(1);
/// The first delay before a Service with a pod on an unknown node is looked at again; it doubles each time.
const FIRST_RETRY: Span = Span::seconds(1);
/// The longest such delay.
const LAST_RETRY: Span = Span::seconds(1000);
/// How often it is tried again (`maxRetries`).
const MOST_RETRIES: u32 = 15;

/// The EndpointSlice controller.
#[derive(Debug, Default)]
pub struct EndpointSliceController {
    selections: Selections,
    triggers: TriggerTimes,
    failures: BTreeMap<Key, u32>,
}

impl Controller for EndpointSliceController {
    fn name(&self) -> &'static str {
        "endpointslice-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::ENDPOINT_SLICE, kinds::POD, kinds::SERVICE])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        self.selections.wakes(change, wakes);
        if change.key.kind == kinds::ENDPOINT_SLICE && change.actor != self.name() {
            for side in [&change.before, &change.after].into_iter().flatten() {
                wakes.extend(service_of(side).map(|key| Wake { key, after: SLICE_CHANGE_DELAY }));
            }
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(service) = view.get(key) else {
            self.triggers.forget(key);
            self.failures.remove(key);
            return Outcome::default();
        };
        let Some(selector) = selector(service) else {
            return Outcome::default();
        };
        let pods = pods(view, service, selector);
        let trigger = self.triggers.next(service, &pods);
        let slices = slices_of(view, service);
        let mut outcome = Outcome::default();
        let mut homeless = None;
        for slice in
            slices.iter().filter(|it| !address_types(service).iter().any(|kind| it.body["addressType"] == kind.into()))
        {
            outcome.actions.push(delete(slice));
        }
        for address_type in address_types(service) {
            let of_type: Vec<_> =
                slices.iter().filter(|it| it.body["addressType"] == (&address_type).into()).cloned().collect();
            let groups = groups(view, service, &pods, &address_type, &mut homeless);
            actions(plan(service, &address_type, groups, &of_type), trigger, &mut outcome.actions);
        }
        match homeless {
            Some(pod) => self.retry(service, pod, now, &mut outcome),
            None => drop(self.failures.remove(key)),
        }
        outcome
    }
}

impl EndpointSliceController {
    /// Tells of a pod whose node is not known, and has the Service looked at again.
    fn retry(&mut self, service: &Arc<Object>, pod: &Object, now: Time, outcome: &mut Outcome) {
        let (namespace, name) = (&service.meta.namespace, &service.meta.name);
        let node = pod.spec()["nodeName"].str_or_empty();
        let message = format!(
            "Error updating Endpoint Slices for Service {namespace}/{name}: skipping Pod {} for Service {namespace}/{name}: \
             Node {node} Not Found",
            pod.meta.name
        );
        outcome.actions.push(EventRecord::warning(service, "FailedToUpdateEndpointSlices", message));
        let failures = self.failures.entry(service.key()).or_default();
        *failures += 1;
        if *failures <= MOST_RETRIES {
            outcome.wake_at = Some(now + FIRST_RETRY.backed_off(*failures, LAST_RETRY));
        }
    }
}

/// The Service of a slice that this controller manages.
fn service_of(slice: &Object) -> Option<Key> {
    let name = slice.meta.label(&SERVICE_NAME)?;
    let managed = slice.meta.label(&MANAGED_BY) == Some(CONTROLLER.as_str());
    managed.then(|| Key::new(kinds::SERVICE, slice.meta.namespace.clone(), name))
}

fn slices_of(view: View<'_>, service: &Object) -> Vec<Arc<Object>> {
    let key = service.key();
    let all = view.list_in(kinds::ENDPOINT_SLICE, &service.meta.namespace);
    let own = all.filter(|it| !it.meta.is_terminating() && service_of(it).as_ref() == Some(&key));
    own.cloned().collect()
}

/// The endpoints wanted, by their ports. A pod on a node that is not known is left out and told of in `homeless`, unless the
/// Service publishes pods whatever their state.
fn groups<'a>(
    view: View<'_>,
    service: &Object,
    pods: &'a [Arc<Object>],
    address_type: &Str,
    homeless: &mut Option<&'a Object>,
) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for pod in pods.iter().filter(|it| is_endpoint(it)) {
        let ports = endpoint::ports(service, pod);
        let index = groups.iter().position(|it| it.ports == ports).unwrap_or_else(|| {
            groups.push(Group { ports, ..Group::default() });
            groups.len() - 1
        });
        let node = pod.node_name().and_then(|it| view.get(&Key::new(kinds::NODE, "", it.clone())));
        if node.is_none() && !service.spec()["publishNotReadyAddresses"].is_true() {
            *homeless = Some(pod);
            continue;
        }
        let endpoint = endpoint::endpoint(pod, node.map(|it| &**it), service, address_type);
        groups[index].endpoints.extend(endpoint);
    }
    groups
}

fn delete(slice: &Object) -> Action {
    Action::Delete(slice.key(), DeleteOptions::default())
}

fn actions(plan: Plan, trigger: Option<Time>, actions: &mut Vec<Action>) {
    for mut slice in plan.create {
        annotate(&mut slice, trigger);
        actions.push(Action::Create(slice));
    }
    for mut slice in plan.update {
        annotate(&mut slice, trigger);
        actions.push(Action::Update(slice));
    }
    actions.extend(plan.delete.iter().map(|it| delete(it)));
}
