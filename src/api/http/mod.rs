//! Requests and responses of the Kubernetes API, synchronous and without a socket (`apiserver/pkg/endpoints`).
