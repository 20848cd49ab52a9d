//! The default service account and root CA ConfigMap of every namespace (`pkg/controller/serviceaccount`).
