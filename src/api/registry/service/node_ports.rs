//! The ports that services have on every node (`pkg/registry/core/service/portallocator`).

use std::collections::BTreeSet;

use super::needs_health_check_port;
use crate::api::Status;
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value, kinds, literal};
use crate::store::Store;

/// `--service-node-port-range`, with its last port.
const RANGE: std::ops::RangeInclusive<i64> = 30_000..=32_767;
/// As many ports at the range's beginning are left to those who ask for one by number, while there are others.
const RESERVED: i64 = 86;

/// The ports of nodes that `service` names, in the order of its ports; 0 where it names none.
pub(super) fn of(service: &Object) -> impl Iterator<Item = i64> {
    service.spec()["ports"].items().iter().map(|port| port["nodePort"].as_i64().unwrap_or(0))
}

/// The ports in use, and those that one write adds to them.
pub(super) struct NodePorts {
    taken: BTreeSet<i64>,
}

impl NodePorts {
    /// The ports of all stored services but `except`'s own.
    pub(super) fn in_use(store: &Store, except: &Object) -> Self {
        let is_own = |it: &Object| it.meta.name == except.meta.name && it.meta.namespace == except.meta.namespace;
        let mut taken = BTreeSet::new();
        for service in store.list(kinds::SERVICE).filter(|it| !is_own(it)) {
            taken.extend(of(service).filter(|port| *port != 0));
            taken.extend(service.spec()["healthCheckNodePort"].as_i64());
        }
        NodePorts { taken }
    }

    /// Keeps a port that was this service's before.
    fn keep(&mut self, port: i64) {
        self.taken.insert(port);
    }

    /// Takes the port that was asked for, or says why not.
    fn take(&mut self, port: i64) -> Result<(), String> {
        if !RANGE.contains(&port) {
            let (first, last) = (RANGE.start(), RANGE.end());
            return Err(format!("provided port is not in the valid range. The range of valid ports is {first}-{last}"));
        }
        if self.taken.insert(port) { Ok(()) } else { Err("provided port is already allocated".to_owned()) }
    }

    /// Takes any port: for one service the same one whatever else happens in the cluster, as long as it is free.
    fn take_any(&mut self, service: &Object, what: &str) -> Result<i64, Status> {
        let first = RANGE.start() + RESERVED;
        let size = RANGE.end() - first + 1;
        let start = super::cluster_ips::spread(&[&service.meta.namespace, &service.meta.name, what]);
        let start = i64::from(u32::try_from(start % size.unsigned_abs()).unwrap_or(0));
        let upper = (0..size).map(|i| first + (start + i) % size);
        let free = upper.chain(*RANGE.start()..first).find(|port| !self.taken.contains(port));
        let Some(port) = free else {
            let message = "Internal error occurred: failed to allocate a nodePort: range is full";
            return Err(Status::failure(500, "InternalError", message));
        };
        self.taken.insert(port);
        Ok(port)
    }
}

/// Gives the ports of a new service their ports on the nodes (`initNodePorts`): one port with two protocols shares one.
pub(super) fn allocate_new(service: &mut Object, ports: &mut NodePorts) -> Result<(), Status> {
    let allocates = super::needs_node_ports(service);
    let mut chosen: Vec<(i64, i64)> = Vec::new();
    let asked: Vec<(i64, i64)> =
        service.spec()["ports"].items().iter().map(|it| (it["port"].as_i64().unwrap_or(0), node_port(it))).collect();
    for (i, (port, own)) in asked.iter().copied().enumerate() {
        if own == 0 && !allocates {
            continue;
        }
        let shared = chosen.iter().find(|it| it.0 == port).map(|it| it.1);
        let number = match shared {
            Some(number) if own == 0 || own == number => number,
            Some(_) => {
                ports.take(own).map_err(|why| refused(service, i, own, why))?;
                own
            }
            None => {
                let requested = asked.iter().find(|it| it.0 == port && it.1 != 0).map_or(0, |it| it.1);
                let number = if requested == 0 {
                    ports.take_any(service, &port.to_string())?
                } else {
                    ports.take(requested).map_err(|why| refused(service, i, requested, why))?;
                    requested
                };
                chosen.push((port, number));
                number
            }
        };
        set(service, i, number);
    }
    Ok(())
}

/// Gives the ports of a changed service that have none a port on the nodes, and checks those that it asks for anew
/// (`updateNodePorts`).
pub(super) fn allocate_changed(new: &mut Object, old: &Object, ports: &mut NodePorts) -> Result<(), Status> {
    let before: BTreeSet<i64> = of(old).filter(|port| *port != 0).collect();
    before.iter().for_each(|port| ports.keep(*port));
    let allocates = super::needs_node_ports(new);
    let mut asked_for: BTreeSet<i64> = BTreeSet::new();
    for i in 0..new.spec()["ports"].items().len() {
        let port = &new.spec()["ports"][i];
        let own = node_port(port);
        if own == 0 && allocates {
            let what = port["port"].as_i64().unwrap_or(0).to_string();
            let number = ports.take_any(new, &what)?;
            set(new, i, number);
        } else if own != 0 && !before.contains(&own) && asked_for.insert(own) {
            ports.take(own).map_err(|why| refused(new, i, own, why))?;
        }
    }
    Ok(())
}

/// Gives a service whose nodes are asked for their health the port to ask at (`allocHealthCheckNodePort`).
pub(super) fn allocate_health_check(
    new: &mut Object,
    old: Option<&Object>,
    ports: &mut NodePorts,
) -> Result<(), Status> {
    if !needs_health_check_port(new) || old.is_some_and(needs_health_check_port) {
        return Ok(());
    }
    let asked = new.spec()["healthCheckNodePort"].as_i64().unwrap_or(0);
    if asked == 0 {
        let port = ports.take_any(new, "health check")?;
        new.spec_mut().set(literal!("healthCheckNodePort"), port);
        return Ok(());
    }
    ports.take(asked).map_err(|why| {
        let message =
            format!("Internal error occurred: failed to allocate requested HealthCheck NodePort {asked}: {why}");
        Status::failure(500, "InternalError", message)
    })
}

fn node_port(port: &Value) -> i64 {
    port["nodePort"].as_i64().unwrap_or(0)
}

fn set(service: &mut Object, i: usize, number: i64) {
    if node_port(&service.spec()["ports"][i]) != number
        && let Some(port) = service.spec_mut().field_mut("ports").items_mut().get_mut(i)
    {
        port.set(literal!("nodePort"), number);
    }
}

fn refused(service: &Object, i: usize, port: i64, why: String) -> Status {
    let mut errors = ErrorList::new();
    let spec = At::new("spec");
    errors.invalid(&spec.child("ports").index(i).child("nodePort"), port, why);
    Status::invalid(service.kind, &service.meta.name, &errors)
}
