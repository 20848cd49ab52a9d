//! Kubelets with virtual containers: what a node does with the pods bound to it (`pkg/kubelet`).

mod identity;
pub mod node;
