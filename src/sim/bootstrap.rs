//! What a fresh cluster holds: the system namespaces and priority classes, and nodes whose kubelets have registered.
//!
//! Everything goes through the API's write path under the name of the component that makes it in a real cluster:
//! kube-apiserver (`pkg/controlplane/controller/systemnamespaces`, `pkg/registry/scheduling/rest`), the kubelet
//! (see [`crate::kubelet::node`]), and the two controllers that furnish a namespace. Known difference: the ConfigMaps with
//! which a real control plane tells of itself in kube-system, and its roles, are not there.

use crate::api::Status;
use crate::api::registry::{Part, WriteOptions};
use crate::controllers::node_ttl;
use crate::controllers::service_account::{new_default_account, new_root_ca};
use crate::kubelet::node::{new_node, say_simulated};
use crate::map;
use crate::object::{Map, Object, Str, Value, kinds, literal};
use crate::sim::cluster::Cluster;
use crate::sim::lease;

/// The namespaces that kube-apiserver makes, in their order.
const SYSTEM_NAMESPACES: [Str; 4] =
    [literal!("default"), literal!("kube-system"), literal!("kube-public"), literal!("kube-node-lease")];

/// A node to be added to a cluster. All of it but the name has the defaults of [`NodeSpec::new`].
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSpec {
    /// The node's name, and its host name.
    pub name: Str,
    /// Labels besides those that a kubelet sets itself; they win over those.
    pub labels: Map,
    /// Annotations besides those that the kubelet and the node controller set.
    pub annotations: Map,
    /// `spec.taints`.
    pub taints: Vec<Value>,
    /// Whether the node is cordoned.
    pub unschedulable: bool,
    /// `status.capacity`: resource to quantity. All of it is allocatable, as with a kubelet that reserves nothing.
    pub capacity: Map,
}

impl NodeSpec {
    /// A Linux node on amd64 with 4 cpus, 16Gi of memory, 100Gi of ephemeral storage and room for 110 pods.
    pub fn new(name: impl Into<Str>) -> Self {
        NodeSpec {
            name: name.into(),
            labels: Map::new(),
            annotations: Map::new(),
            taints: Vec::new(),
            unschedulable: false,
            capacity: map! { "cpu" => "4", "memory" => "16Gi", "ephemeral-storage" => "100Gi", "pods" => "110" },
        }
    }

    /// `count` default nodes, `node-0` and on.
    pub fn numbered(count: usize) -> Vec<NodeSpec> {
        (0..count).map(|i| NodeSpec::new(format!("node-{i}"))).collect()
    }
}

impl Cluster {
    /// Furnishes a new cluster: the system namespaces with their default service accounts and root CA ConfigMaps, the
    /// system priority classes, and `nodes`, all of them Ready.
    ///
    /// # Errors
    /// What the API answered to the first write that it refused, such as a node name that is none.
    pub fn bootstrap(&mut self, nodes: &[NodeSpec]) -> Result<(), Status> {
        let plain = WriteOptions::default();
        for name in &SYSTEM_NAMESPACES {
            let namespace = new_system_namespace(name);
            self.api(literal!("kube-apiserver")).create(namespace, &plain)?;
        }
        for class in system_priority_classes() {
            self.api(literal!("kube-apiserver")).create(class, &plain)?;
        }
        for name in &SYSTEM_NAMESPACES {
            self.api(literal!("root-ca-certificate-publisher")).create(new_root_ca(name), &plain)?;
            self.api(literal!("service-account-controller")).create(new_default_account(name), &plain)?;
        }
        self.furnish()?;
        nodes.iter().try_for_each(|node| self.register(node, nodes.len()))
    }

    /// Adds a node as its kubelet registers it, Ready at once, with its lease in kube-node-lease.
    ///
    /// # Errors
    /// What the API answered when it refused the node or its lease.
    pub fn add_node(&mut self, node: &NodeSpec) -> Result<(), Status> {
        let nodes = self.store.count(kinds::NODE) + 1;
        self.register(node, nodes)
    }

    /// Adds a node to a cluster that is to have `nodes` of them.
    fn register(&mut self, node: &NodeSpec, nodes: usize) -> Result<(), Status> {
        let plain = WriteOptions::default();
        let kubelet = Str::from(format!("kubelet {}", node.name));
        self.silent.remove(&node.name);
        let mut stored = self.new_node(node);
        if !node.annotations.contains_key(&node_ttl::TTL) {
            stored.meta.set_annotation(node_ttl::TTL, node_ttl::annotation_for(nodes));
        }
        let made = self.api(kubelet.clone()).create(stored, &plain)?;
        // Admission gives every new node the not-ready taint, and the node controller takes it off a node that is Ready.
        // A node that joins here is past that.
        if made.spec()["taints"].items() != node.taints {
            let mut ready = Object::clone(&made);
            set_taints(&mut ready, &node.taints);
            self.api(literal!("node-controller")).update(ready, Part::Main, &plain)?;
        }
        let lease = lease::of_node(&made, self.now);
        self.api(kubelet).create(lease, &plain)?;
        Ok(())
    }

    fn new_node(&mut self, node: &NodeSpec) -> Object {
        let mut object = new_node(&node.name, self.nodes_added, self.now);
        let version = self.store.release().git_version();
        object.status_mut().field_mut("nodeInfo").set(literal!("kubeletVersion"), version);
        self.nodes_added += 1;
        if self.kubelet().is_some_and(|(_, kubelets)| kubelets.is_simulated()) {
            say_simulated(&mut object);
        }
        for (key, value) in node.labels.iter() {
            object.meta.labels.insert(key.clone(), value.clone());
        }
        for (key, value) in node.annotations.iter() {
            object.meta.annotations.insert(key.clone(), value.clone());
        }
        *object.spec_mut() = Value::empty_map();
        if node.unschedulable {
            object.spec_mut().set(literal!("unschedulable"), true);
        }
        set_taints(&mut object, &node.taints);
        object.status_mut().set(literal!("capacity"), &node.capacity);
        object.status_mut().set(literal!("allocatable"), &node.capacity);
        object
    }
}

fn set_taints(node: &mut Object, taints: &[Value]) {
    if taints.is_empty() {
        node.spec_mut().remove("taints");
    } else {
        node.spec_mut().set(literal!("taints"), taints.to_vec());
    }
}

fn new_system_namespace(name: &Str) -> Object {
    let mut namespace = Object::new(kinds::NAMESPACE, "", name.clone());
    namespace.meta.set_label(literal!("kubernetes.io/metadata.name"), name.clone());
    *namespace.spec_mut() = Value::Map(map! { "finalizers" => Value::list([literal!("kubernetes")]) });
    *namespace.status_mut() = Value::Map(map! { "phase" => "Active" });
    namespace
}

/// `pkg/apis/scheduling/v1/helpers.go`.
fn system_priority_classes() -> [Object; 2] {
    let class = |name: &'static str, value: i64, description: &'static str| {
        let mut class = Object::new(kinds::PRIORITY_CLASS, "", name);
        class.body = map! {
            "value" => value,
            "description" => description,
            "preemptionPolicy" => "PreemptLowerPriority",
        };
        class
    };
    [
        class(
            "system-node-critical",
            2_000_001_000,
            "Used for system critical pods that must not be moved from their current node.",
        ),
        class(
            "system-cluster-critical",
            2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Key;
    use crate::sim::ClusterOptions;

    fn cluster(nodes: &[NodeSpec]) -> Cluster {
        let mut cluster = Cluster::new(&ClusterOptions::default(), Vec::new());
        cluster.bootstrap(nodes).expect("the API takes what a fresh cluster holds");
        cluster
    }

    #[test]
    fn a_fresh_cluster_has_its_namespaces_furnished() {
        let cluster = cluster(&[]);
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            let namespace = cluster.view().get(&Key::new(kinds::NAMESPACE, "", name)).cloned().expect(name);
            assert_eq!(namespace.status()["phase"].str_or_empty(), "Active");
            assert_eq!(namespace.spec()["finalizers"][0].str_or_empty(), "kubernetes");
            assert!(cluster.view().get(&Key::new(kinds::SERVICE_ACCOUNT, name, "default")).is_some());
            assert!(cluster.view().get(&Key::new(kinds::CONFIG_MAP, name, "kube-root-ca.crt")).is_some());
        }
        assert_eq!(cluster.view().count(kinds::PRIORITY_CLASS), 2);
    }

    #[test]
    fn a_default_node_is_ready_has_room_and_no_taints() {
        let cluster = cluster(&NodeSpec::numbered(4));
        let node = cluster.view().get(&Key::new(kinds::NODE, "", "node-3")).cloned().expect("the fourth node");
        assert_eq!(node.status()["capacity"]["cpu"].str_or_empty(), "4");
        assert_eq!(node.status()["allocatable"]["ephemeral-storage"].str_or_empty(), "100Gi");
        assert_eq!(node.status()["conditions"][3]["reason"].str_or_empty(), "KubeletReady");
        assert!(node.spec()["taints"].is_null());
        assert_eq!(node.meta.label("kubernetes.io/hostname"), Some("node-3"));
        assert_eq!(node.status()["addresses"][0]["address"].str_or_empty(), "10.0.0.4");
        let lease =
            cluster.view().get(&Key::new(kinds::LEASE, "kube-node-lease", "node-3")).cloned().expect("its lease");
        assert_eq!(lease.meta.owners[0].uid, node.meta.uid);
    }

    #[test]
    fn a_node_keeps_the_taints_and_labels_it_is_given() {
        let mut spec = NodeSpec::new("gpu");
        spec.taints = vec![Value::Map(map! { "key" => "gpu", "effect" => "NoSchedule" })];
        spec.labels = map! { "zone" => "a" };
        let cluster = cluster(&[spec.clone()]);
        let node = cluster.view().get(&Key::new(kinds::NODE, "", "gpu")).cloned().expect("the node");
        assert_eq!(node.spec()["taints"].items(), spec.taints);
        assert_eq!((node.meta.label("zone"), node.meta.labels.len()), (Some("a"), 6));
    }
}
