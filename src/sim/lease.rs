//! Leases of nodes and of the control plane's leaders, which renew themselves when somebody looks.
//!
//! A kubelet renews its lease every ten seconds and a leader every two. Done at those times it would be all that an idle
//! cluster ever does, so it is done when a client asks for leases: what is read is what would have been written by then, under
//! the name of whoever renews it. Known difference: a watch of leases tells of renewals only as somebody reads them.

use crate::clock::{Span, Time};
use crate::kubelet::node::has_kubelet;
use crate::map;
use crate::object::{Key, Object, OwnerRef, Str, Value, kinds, literal};
use crate::sim::cluster::Cluster;

/// The seconds that a kubelet's lease lasts without renewal (`pkg/kubelet/apis/config/v1beta1/defaults.go`), and how often it
/// is renewed: after a quarter of that.
const NODE_SECONDS: i64 = 40;
const NODE_PERIOD: Span = Span::seconds(10);
/// The same for the lease of a leader (component-base `config/v1alpha1/defaults.go`).
const LEADER_SECONDS: i64 = 15;
const LEADER_PERIOD: Span = Span::seconds(2);

const NODE_LEASES: Str = literal!("kube-node-lease");
const LEADER_LEASES: Str = literal!("kube-system");
/// Those of the control plane that elect a leader.
pub(super) const LEADERS: [Str; 2] = [literal!("kube-controller-manager"), literal!("kube-scheduler")];

/// The lease of `node`.
pub(super) fn of_node(node: &Object, now: Time) -> Object {
    let mut lease = Object::new(kinds::LEASE, NODE_LEASES, node.meta.name.clone());
    let owner = OwnerRef {
        api_version: literal!("v1"),
        kind: literal!("Node"),
        name: node.meta.name.clone(),
        uid: node.meta.uid.clone(),
        controller: None,
        block_owner_deletion: None,
    };
    lease.meta.owners = vec![owner].into();
    *lease.spec_mut() = Value::Map(map! {
        "holderIdentity" => &node.meta.name,
        "leaseDurationSeconds" => NODE_SECONDS,
        "renewTime" => now.rfc3339_micro(),
    });
    lease
}

/// The lease by which `leader` leads.
pub(super) fn of_leader(leader: &Str, now: Time) -> Object {
    let mut lease = Object::new(kinds::LEASE, LEADER_LEASES, leader.clone());
    let now = now.rfc3339_micro();
    *lease.spec_mut() = Value::Map(map! {
        "acquireTime" => &now,
        "holderIdentity" => holder(leader),
        "leaseDurationSeconds" => LEADER_SECONDS,
        "leaseTransitions" => 0_i64,
        "renewTime" => now,
    });
    lease
}

fn holder(leader: &Str) -> String {
    format!("control-plane_{leader}")
}

impl Cluster {
    /// Brings the leases up to date that kubelets and leaders hold. Others are their holders' business.
    pub fn renew_leases(&mut self) {
        let mut renewed = Vec::new();
        for lease in self.store.list_in(kinds::LEASE, &NODE_LEASES) {
            let node = self.store.get(&Key::new(kinds::NODE, "", lease.meta.name.clone()));
            let is_held = lease.spec()["holderIdentity"].as_str() == Some(&lease.meta.name);
            if node.is_some_and(|node| has_kubelet(node)) && is_held && !self.silent.contains(&lease.meta.name) {
                let actor = Str::from(format!("kubelet {}", lease.meta.name));
                renewed.extend(renew(lease, NODE_PERIOD, self.now).map(|lease| (actor, lease)));
            }
        }
        for leader in LEADERS {
            let lease = self.store.get(&Key::new(kinds::LEASE, LEADER_LEASES, leader.clone()));
            let lease = lease.filter(|it| it.spec()["holderIdentity"].as_str() == Some(&holder(&leader)));
            renewed.extend(lease.and_then(|it| renew(it, LEADER_PERIOD, self.now)).map(|lease| (leader, lease)));
        }
        for (actor, lease) in renewed {
            self.store.put(lease, self.now, actor);
        }
    }
}

impl Cluster {
    /// Has the lease of `node` renewed from now on, or no more after its last renewal before now, and tells controllers so.
    pub(super) fn set_heartbeat(&mut self, actor: &Str, node: &Str, beats: bool) {
        let (Some(object), Some(lease)) = (
            self.store.get(&Key::new(kinds::NODE, "", node.clone())).cloned(),
            self.store.get(&Key::new(kinds::LEASE, NODE_LEASES, node.clone())).cloned(),
        ) else {
            return;
        };
        let last = if beats {
            self.silent.remove(node);
            let mut renewed = Object::clone(&lease);
            renewed.spec_mut().set(literal!("renewTime"), self.now.rfc3339_micro());
            self.store.put(renewed, self.now, actor.clone());
            None
        } else {
            self.silent.insert(node.clone());
            let renewed = renew(&lease, NODE_PERIOD, self.now);
            let last = renewed.as_ref().unwrap_or(&lease).spec()["renewTime"].as_str().and_then(Time::parse);
            if let Some(renewed) = renewed {
                self.store.put(renewed, self.now, actor.clone());
            }
            Some(last.unwrap_or(self.now))
        };
        for (index, controller) in self.controllers.iter_mut().enumerate() {
            if let Some(wake) = controller.heartbeat(&object, last) {
                self.timeline.push(index, wake.key, self.now + wake.after);
            }
        }
    }
}

/// The lease with the last renewal there would have been by now; `None` when that is the one it has.
fn renew(lease: &Object, period: Span, now: Time) -> Option<Object> {
    let last = Time::parse(lease.spec()["renewTime"].as_str()?)?;
    let periods = (now - last).0.div_euclid(period.0);
    if periods <= 0 {
        return None;
    }
    let mut renewed = lease.clone();
    renewed.spec_mut().set(literal!("renewTime"), (last + Span(periods * period.0)).rfc3339_micro());
    Some(renewed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ClusterOptions;
    use crate::sim::bootstrap::NodeSpec;

    #[test]
    fn a_lease_is_as_fresh_as_its_holder_s_last_renewal_and_costs_nothing_until_it_is_read() {
        let mut cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
        cluster.bootstrap(&NodeSpec::numbered(1)).expect("a node");
        let before = cluster.view().version();
        cluster.advance(Span::seconds(365 * 24 * 3600 + 25)).expect("idle");
        assert_eq!(cluster.view().version(), before);
        cluster.renew_leases();
        let renewed = |cluster: &Cluster, namespace: &str, name: &str| {
            let lease = cluster.view().get(&Key::new(kinds::LEASE, namespace, name)).cloned().expect(name);
            cluster.now() - Time::parse(lease.spec()["renewTime"].str_or_empty()).expect("a time")
        };
        assert_eq!(renewed(&cluster, "kube-node-lease", "node-0"), Span::seconds(5));
        assert_eq!(renewed(&cluster, "kube-system", "kube-scheduler"), Span::seconds(1));
        let after = cluster.view().version();
        cluster.renew_leases();
        assert_eq!(cluster.view().version(), after, "what is fresh stays as it is");
    }
}
