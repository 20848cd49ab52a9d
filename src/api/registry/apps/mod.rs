//! The rules of the apps group, but for those of DaemonSets (`pkg/apis/apps/v1/defaults.go`,
//! `pkg/apis/apps/validation/validation.go`, `pkg/registry/apps/*/strategy.go`).

mod deployment;
mod replica_set;
mod stateful_set;
mod template;
#[cfg(test)]
mod tests;

pub use deployment::DEPLOYMENT;
pub use replica_set::{REPLICA_SET, validate_status as validate_replica_set_status};
pub use stateful_set::STATEFUL_SET;
pub use template::validate_template_of_replicas;
