//! Where a scenario plays: the embedded cluster, behind a `kube::Client` and a small trait.

pub mod service;
