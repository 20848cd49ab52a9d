//! How the API server shows itself in a fresh cluster: the range of service addresses, the `kubernetes` Service with its
//! endpoints, and the leases of the control plane's leaders (`pkg/controlplane/controller/{defaultservicecidr,kubernetesservice}`,
//! `pkg/controlplane/reconcilers`).

use crate::api::Status;
use crate::api::registry::service::{CLUSTER_IP_RANGE, KUBERNETES_SERVICE_IP};
use crate::api::registry::{Api, Part, WriteOptions};
use crate::clock::Names;
use crate::map;
use crate::object::{Map, Object, Str, Value, kinds, literal};
use crate::sim::cluster::Cluster;
use crate::sim::lease;

/// Where the API server listens, inside the cluster's network.
const SERVER_ADDRESS: &str = "172.18.0.2";
const SERVER_PORT: i64 = 6_443;
const KUBERNETES: Str = literal!("kubernetes");

impl Cluster {
    /// Puts everything of this file into a fresh cluster.
    ///
    /// The uids come from a sequence of their own, so that the names of everything else do not depend on what is here.
    pub(super) fn furnish(&mut self) -> Result<(), Status> {
        let mut names = Names::new(self.names.clone().next_u64() ^ 0x6b75_6265_726e_6574);
        let now = self.now;
        let mut api = Api {
            store: &mut self.store,
            now,
            names: &mut names,
            precedents: &mut self.precedents,
            actor: literal!("kube-apiserver"),
        };
        let plain = WriteOptions::default();
        let range = api.create(new_range(), &plain)?;
        let mut ready = Object::clone(&range);
        let condition = map! {
            "type" => "Ready", "status" => "True", "lastTransitionTime" => now, "reason" => "",
            "message" => "Kubernetes default Service CIDR is ready",
        };
        *ready.status_mut() = Value::Map(map! { "conditions" => Value::list([condition]) });
        api.update(ready, Part::Status, &plain)?;
        for object in [new_service(), new_endpoints(), new_slice()] {
            api.create(object, &plain)?;
        }
        for leader in lease::LEADERS {
            api.actor = leader.clone();
            api.create(lease::of_leader(&leader, now), &plain)?;
        }
        Ok(())
    }
}

fn new_range() -> Object {
    let mut range = Object::new(kinds::SERVICE_CIDR, "", KUBERNETES);
    range.meta.add_finalizer("networking.k8s.io/service-cidr-finalizer");
    range.body = map! { "spec" => map! { "cidrs" => Value::list([CLUSTER_IP_RANGE]) } };
    range
}

fn new_service() -> Object {
    let mut service = Object::new(kinds::SERVICE, "default", KUBERNETES);
    service.meta.labels = map! { "component" => "apiserver", "provider" => "kubernetes" };
    let port = map! { "name" => "https", "port" => 443_i64, "protocol" => "TCP", "targetPort" => SERVER_PORT };
    service.body = map! { "spec" => map! {
        "clusterIP" => KUBERNETES_SERVICE_IP,
        "ports" => Value::list([port]),
        "type" => "ClusterIP",
    } };
    service
}

fn server_port() -> Map {
    map! { "name" => "https", "port" => SERVER_PORT, "protocol" => "TCP" }
}

fn new_endpoints() -> Object {
    let mut endpoints = Object::new(kinds::ENDPOINTS, "default", KUBERNETES);
    endpoints.meta.labels = map! { "endpointslice.kubernetes.io/skip-mirror" => "true" };
    let subset = map! {
        "addresses" => Value::list([map! { "ip" => SERVER_ADDRESS }]),
        "ports" => Value::list([server_port()]),
    };
    endpoints.body = map! { "subsets" => Value::list([subset]) };
    endpoints
}

fn new_slice() -> Object {
    let mut slice = Object::new(kinds::ENDPOINT_SLICE, "default", KUBERNETES);
    slice.meta.labels = map! { "kubernetes.io/service-name" => "kubernetes" };
    let endpoint = map! {
        "addresses" => Value::list([SERVER_ADDRESS]),
        "conditions" => map! { "ready" => true },
    };
    slice.body = map! {
        "addressType" => "IPv4",
        "endpoints" => Value::list([endpoint]),
        "ports" => Value::list([server_port()]),
    };
    slice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Key;
    use crate::sim::ClusterOptions;

    #[test]
    fn the_server_is_a_service_with_endpoints_in_every_cluster() {
        let mut cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
        cluster.bootstrap(&[]).expect("the API takes what a fresh cluster holds");
        let get = |kind, namespace: &str, name: &str| {
            cluster.view().get(&Key::new(kind, namespace, name)).cloned().expect("there")
        };
        let service = get(kinds::SERVICE, "default", "kubernetes");
        assert_eq!(service.spec()["clusterIPs"].to_json(), r#"["10.96.0.1"]"#);
        let address = &get(kinds::ENDPOINTS, "default", "kubernetes").body["subsets"][0]["addresses"][0]["ip"];
        let slice = get(kinds::ENDPOINT_SLICE, "default", "kubernetes");
        assert_eq!(slice.body["endpoints"][0]["addresses"][0], *address);
        get(kinds::IP_ADDRESS, "", "10.96.0.1");
        let range = get(kinds::SERVICE_CIDR, "", "kubernetes");
        assert_eq!(range.status()["conditions"][0]["status"].as_str(), Some("True"));
    }
}
