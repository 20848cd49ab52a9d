//! A node as its kubelet registers it, and what tells a node with a kubelet from a mere object
//! (`pkg/kubelet/kubelet_node_status.go`, `pkg/kubelet/nodestatus/setters.go`).

use crate::clock::Time;
use crate::map;
use crate::object::{Kind, Object, Str, Value, kinds};

/// The version that every kubelet reports.
pub const KUBELET_VERSION: &str = "v1.36.2";
/// The container runtime that every kubelet reports.
pub const RUNTIME_VERSION: &str = "containerd://2.2.1";
/// The port of the kubelet's own API.
const KUBELET_PORT: i64 = 10_250;
const NODE: Kind = kinds::NODE;

/// The node `name` as its kubelet registers it at `now`: Ready, with 4 cpus, 16Gi of memory and room for 110 pods.
///
/// `index` counts the nodes of a cluster from 0 and gives the node its address.
pub fn new_node(name: &str, index: usize, now: Time) -> Object {
    let mut node = Object::new(NODE, "", name);
    let labels = [
        ("beta.kubernetes.io/arch", "amd64"),
        ("beta.kubernetes.io/os", "linux"),
        ("kubernetes.io/arch", "amd64"),
        ("kubernetes.io/hostname", name),
        ("kubernetes.io/os", "linux"),
    ];
    for (key, value) in labels {
        node.meta.set_label(key, value);
    }
    node.meta.set_annotation("volumes.kubernetes.io/controller-managed-attach-detach", "true");
    let room = Value::Map(map! {
        "cpu" => "4",
        "ephemeral-storage" => "100Gi",
        "memory" => "16Gi",
        "pods" => "110",
    });
    let addresses = Value::list([
        Value::Map(map! { "type" => "InternalIP", "address" => address(index) }),
        Value::Map(map! { "type" => "Hostname", "address" => name }),
    ]);
    node.body.insert(
        "status",
        map! {
            "addresses" => addresses,
            "allocatable" => &room,
            "capacity" => &room,
            "conditions" => conditions(now),
            "daemonEndpoints" => map! { "kubeletEndpoint" => map! { "Port" => KUBELET_PORT } },
            "nodeInfo" => node_info(name),
        },
    );
    node
}

/// Has `node` say that it is a simulated one: there is no machine whose system, kernel and container runtime it could name.
pub fn say_simulated(node: &mut Object) {
    let info = node.status_mut().field_mut("nodeInfo");
    for (field, value) in [("containerRuntimeVersion", "fake://1"), ("kernelVersion", "6"), ("osImage", "fake")] {
        info.set(field, value);
    }
}

/// Whether a kubelet runs on `node`: it has reported its version, and nobody has given it up (`Ready` is not `Unknown`).
///
/// A node that someone merely creates has no kubelet, and its pods stay as they are.
pub fn has_kubelet(node: &Object) -> bool {
    let status = node.status();
    !status["nodeInfo"]["kubeletVersion"].is_empty()
        && !status["conditions"]
            .items()
            .iter()
            .any(|it| it["type"].as_str() == Some("Ready") && it["status"].as_str() == Some("Unknown"))
}

fn address(index: usize) -> Str {
    let host = index + 1;
    Str::from(format!("10.{}.{}.{}", host >> 16 & 0xff, host >> 8 & 0xff, host & 0xff))
}

fn conditions(now: Time) -> Value {
    let rows = [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ];
    let now = now.rfc3339();
    Value::list(rows.map(|(kind, status, reason, message)| {
        map! {
            "type" => kind,
            "status" => status,
            "lastHeartbeatTime" => &now,
            "lastTransitionTime" => &now,
            "reason" => reason,
            "message" => message,
        }
    }))
}

fn node_info(name: &str) -> Value {
    Value::Map(map! {
        "architecture" => "amd64",
        "bootID" => super::identity::uuid(&["boot", name]),
        "containerRuntimeVersion" => RUNTIME_VERSION,
        "kernelVersion" => "6.12.0",
        "kubeProxyVersion" => "",
        "kubeletVersion" => KUBELET_VERSION,
        "machineID" => super::identity::hex(&["machine", name], 32),
        "operatingSystem" => "linux",
        "osImage" => "Linux",
        "systemUUID" => super::identity::uuid(&["system", name]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registered_node_has_a_kubelet_and_a_created_one_has_none() {
        let node = new_node("node-7", 7, Time::from_unix(0));
        assert!(has_kubelet(&node));
        assert_eq!(node.status()["addresses"][0]["address"].as_str(), Some("10.0.0.8"));
        assert!(!has_kubelet(&Object::new(NODE, "", "ghost")));
        let mut lost = node.clone();
        let unknown = map! { "type" => "Ready", "status" => "Unknown" };
        lost.status_mut().set("conditions", Value::list([unknown]));
        assert!(!has_kubelet(&lost));
    }
}
