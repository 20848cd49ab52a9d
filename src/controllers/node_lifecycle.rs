//! Node taints that follow from conditions and cordoning (`pkg/controller/nodelifecycle`).
