//! Which endpoint of a Service a connection goes to (`pkg/proxy/iptables/proxier.go`, `pkg/proxy/topology.go`).

use super::names;
use crate::clock::{Span, Time};
use crate::kubelet::identity;
use crate::kubelet::worker::Worker;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::View;

/// How long a client stays with an endpoint when a Service says no other (`DefaultClientIPServiceAffinitySeconds`).
const AFFINITY_SECONDS: i64 = 10_800;

/// Where a connection to a Service goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The pod, if it is one.
    pub pod: Option<Key>,
    /// The address.
    pub address: Str,
    /// The port there.
    pub port: u16,
    /// Until when this client's connections go there.
    pub kept: Option<(Key, Time)>,
}

/// The Service that has `address` on `port`, and its port there; the port is `None` for one that has another.
pub fn behind<'a>(view: &'a View<'_>, address: &str, port: u16) -> Option<(&'a Object, Option<&'a Value>)> {
    let is_node =
        || view.list(kinds::NODE).any(|it| crate::kubelet::network::host_address(it).as_deref() == Some(address));
    let numbered = |service: &'a Object, field: &str| {
        let mut ports = service.spec()["ports"].items().iter();
        ports.find(|it| it[field].as_i64() == Some(i64::from(port)) && it["protocol"].as_str() != Some("UDP"))
    };
    let own = view.list(kinds::SERVICE).find(|it| has_address(it, address));
    if let Some(service) = own {
        return Some((service, numbered(service, "port")));
    }
    if !is_node() {
        return None;
    }
    view.list(kinds::SERVICE).find_map(|it| Some((&**it, Some(numbered(it, "nodePort")?))))
}

fn has_address(service: &Object, address: &str) -> bool {
    let is = |value: &Value| value.as_str() == Some(address);
    let spec = service.spec();
    is(&spec["clusterIP"])
        || spec["externalIPs"].items().iter().any(is)
        || service.status()["loadBalancer"]["ingress"].items().iter().any(|it| is(&it["ip"]))
}

/// The endpoint of `service` to which a connection of the pod of `client` to `port` goes; `None` when it has none.
pub fn endpoint(view: View<'_>, client: &Worker, service: &Object, port: &Value, now: Time) -> Option<Endpoint> {
    let (namespace, name) = (&service.meta.namespace, &service.meta.name);
    let all = names::endpoints(view, namespace, name, Some(port["name"].str_or_empty()));
    let is_local = service.spec()["internalTrafficPolicy"].as_str() == Some("Local");
    let node = client.pod.node_name().map(Str::as_str);
    let near = |it: &Value| !is_local || it["nodeName"].as_str() == node;
    let mut usable: Vec<&(Value, u16)> =
        all.iter().filter(|it| near(&it.0) && it.0["conditions"]["ready"].as_bool() != Some(false)).collect();
    if usable.is_empty() {
        // When all are about to end, those that still serve do.
        let serves = |it: &Value| it["conditions"]["serving"].is_true() && it["conditions"]["terminating"].is_true();
        usable = all.iter().filter(|it| near(&it.0) && serves(&it.0)).collect();
    }
    let key = service.key();
    let address = |it: &(Value, u16)| it.0["addresses"][0].as_shared_str().cloned().unwrap_or_default();
    let sticks = service.spec()["sessionAffinity"].as_str() == Some("ClientIP");
    let kept = client.client.kept.get(&key).filter(|(_, until)| sticks && *until > now);
    let kept = kept.and_then(|(to, _)| usable.iter().find(|it| address(it) == *to));
    let drawn = || {
        let asked = format!("{} {}", now.0, client.client.asked);
        let digits = identity::hex(&[&client.pod.meta.uid, name, &asked], 8);
        usable.get(usize::from_str_radix(&digits, 16).unwrap_or(0) % usable.len().max(1))
    };
    let chosen = kept.or_else(drawn)?;
    let seconds = service.spec().at(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]).as_i64();
    let until = now + Span::seconds(seconds.unwrap_or(AFFINITY_SECONDS));
    let target = &chosen.0["targetRef"];
    let pod = (target["kind"].as_str() == Some("Pod"))
        .then(|| Key::new(kinds::POD, namespace.clone(), target["name"].str_or_empty()));
    Some(Endpoint { pod, address: address(chosen), port: chosen.1, kept: sticks.then_some((key, until)) })
}
