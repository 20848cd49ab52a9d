//! Which slices are made, changed and removed so that they hold the endpoints wanted, with as few writes as can be
//! (`staging/src/k8s.io/endpointslice/reconciler.go`).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::endpoint::{Identity, identity, labels, labels_differ, new_slice, set_endpoints};
use super::hints::{with_hints, without_hints};
use crate::object::{Object, Str, Value};

/// The most endpoints of a slice (`--max-endpoints-per-slice`).
pub const MOST_ENDPOINTS: usize = 100;

/// The endpoints wanted that have the same ports, in the order of the pods' names.
#[derive(Debug, Default)]
pub struct Group {
    /// Their ports, in order.
    pub ports: Vec<Value>,
    /// The endpoints.
    pub endpoints: Vec<Value>,
}

/// The writes wanted.
#[derive(Debug, Default)]
pub struct Plan {
    /// New slices.
    pub create: Vec<Object>,
    /// Changed slices.
    pub update: Vec<Object>,
    /// Slices that hold nothing that is wanted.
    pub delete: Vec<Arc<Object>>,
    unchanged: Vec<Arc<Object>>,
}

/// What is to be written for the slices `existing` of one address type.
pub fn plan(service: &Object, address_type: &Str, groups: Vec<Group>, existing: &[Arc<Object>]) -> Plan {
    let mut plan = Plan::default();
    let is_own = |slice: &&Arc<Object>| slice.meta.owners.iter().any(|it| it.uid == service.meta.uid);
    plan.delete.extend(existing.iter().filter(|it| !is_own(it)).cloned());
    let has_ports = |slice: &Object, ports: &[Value]| slice.body["ports"].items() == ports;
    for slice in existing.iter().filter(is_own) {
        if !groups.iter().any(|it| has_ports(slice, &it.ports)) {
            plan.delete.push(slice.clone());
        }
    }
    for group in groups {
        let slices: Vec<_> = existing.iter().filter(|it| is_own(it) && has_ports(it, &group.ports)).cloned().collect();
        plan.group(service, address_type, group, slices);
    }
    if existing.len() == plan.delete.len() && plan.create.is_empty() {
        let placeholder = new_slice(service, address_type, &[]);
        let is_there = |slice: &Object| {
            slice.body == placeholder.body
                && slice.meta.labels == placeholder.meta.labels
                && slice.meta.owners == placeholder.meta.owners
        };
        if plan.delete.len() == 1 && is_there(&plan.delete[0]) {
            plan.delete.clear();
        } else {
            plan.create.push(placeholder);
        }
    }
    plan.give_hints(service);
    plan.recycle(service);
    plan
}

impl Plan {
    /// Goes through the slices with the ports of one group: what they hold and is still wanted stays where it is, then
    /// changed slices are filled up, then one unchanged slice that has room, and new ones take the rest.
    fn group(&mut self, service: &Object, address_type: &Str, group: Group, slices: Vec<Arc<Object>>) {
        let mut wanted: Vec<Option<Value>> = Vec::with_capacity(group.endpoints.len());
        let mut places: BTreeMap<Identity, usize> = BTreeMap::new();
        for endpoint in group.endpoints {
            places.insert(identity(&endpoint), wanted.len());
            wanted.push(Some(endpoint));
        }
        let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
        for slice in slices {
            let held = slice.body["endpoints"].items();
            let (mut kept, mut differs) = (Vec::with_capacity(held.len()), false);
            for endpoint in held {
                let place = places.get(&identity(endpoint));
                if let Some(want) = place.and_then(|it| wanted[*it].take()) {
                    differs |= without_hints(endpoint) != want;
                    kept.push(want);
                }
            }
            differs |= kept.len() != held.len();
            if kept.is_empty() && differs {
                self.delete.push(slice);
            } else if differs {
                changed.push((slice, kept));
            } else if labels_differ(&slice, service) {
                let held = held.to_vec();
                changed.push((slice, held));
            } else {
                unchanged.push(slice);
            }
        }
        let mut rest: Vec<Value> = wanted.into_iter().flatten().rev().collect();
        changed.sort_by_key(|(_, kept)| std::cmp::Reverse(kept.len()));
        for (_, kept) in &mut changed {
            fill(kept, &mut rest);
        }
        while !rest.is_empty() {
            match fullest_with_room(&unchanged, rest.len()) {
                Some(index) => {
                    let slice = unchanged.remove(index);
                    let mut kept = slice.body["endpoints"].items().to_vec();
                    fill(&mut kept, &mut rest);
                    changed.push((slice, kept));
                }
                None => {
                    let mut endpoints = Vec::new();
                    fill(&mut endpoints, &mut rest);
                    let mut slice = new_slice(service, address_type, &group.ports);
                    set_endpoints(&mut slice, endpoints);
                    self.create.push(slice);
                }
            }
        }
        self.update.extend(changed.into_iter().map(|(slice, endpoints)| {
            let mut slice = Object::clone(&slice);
            slice.meta.labels = labels(service);
            set_endpoints(&mut slice, endpoints);
            slice
        }));
        self.unchanged.extend(unchanged);
    }

    /// Sets the hints of every slice that is written, and writes those that have wrong ones.
    fn give_hints(&mut self, service: &Object) {
        let hinted = |slice: &Object| -> Vec<Value> {
            slice.body["endpoints"].items().iter().map(|it| with_hints(service, it.clone())).collect()
        };
        for slice in std::mem::take(&mut self.unchanged) {
            let endpoints = hinted(&slice);
            if endpoints != slice.body["endpoints"].items() {
                self.update.push(Object::clone(&slice));
            }
        }
        for slice in self.create.iter_mut().chain(&mut self.update) {
            let endpoints = hinted(slice);
            set_endpoints(slice, endpoints);
        }
    }

    /// A slice that would be removed is written over instead of making a new one.
    fn recycle(&mut self, service: &Object) {
        let mut delete = Vec::new();
        for slice in std::mem::take(&mut self.delete) {
            let own = slice.meta.owners.iter().any(|it| it.uid == service.meta.uid);
            let fits = self.create.last().is_some_and(|it| it.body["addressType"] == slice.body["addressType"]);
            match self.create.pop_if(|_| own && fits) {
                Some(new) => {
                    let mut old = Object::clone(&slice);
                    old.meta.labels = new.meta.labels;
                    old.body = new.body;
                    self.update.push(old);
                }
                None => delete.push(slice),
            }
        }
        self.delete = delete;
        if service.meta.is_terminating() {
            self.create.clear();
        }
    }
}

/// Moves endpoints from the end of `rest` until the slice is full.
fn fill(endpoints: &mut Vec<Value>, rest: &mut Vec<Value>) {
    while endpoints.len() < MOST_ENDPOINTS
        && let Some(next) = rest.pop()
    {
        endpoints.push(next);
    }
}

/// The slice that comes closest to being full when it takes `more` endpoints.
fn fullest_with_room(slices: &[Arc<Object>], more: usize) -> Option<usize> {
    let room = |slice: &Arc<Object>| MOST_ENDPOINTS.checked_sub(slice.body["endpoints"].items().len() + more);
    let with_room = slices.iter().enumerate().filter_map(|(i, it)| Some((room(it)?, i)));
    with_room.filter(|(room, _)| *room < MOST_ENDPOINTS && more < MOST_ENDPOINTS).min().map(|it| it.1)
}
