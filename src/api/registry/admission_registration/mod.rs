//! The rules of admissionregistration.k8s.io (`pkg/apis/admissionregistration/v1/defaults.go`,
//! `pkg/apis/admissionregistration/validation/validation.go`, `pkg/registry/admissionregistration/*/strategy.go`).
//!
//! Known differences: no webhook is called and no policy is asked, and expressions are stored without being compiled.

mod match_resources;
mod policies;
mod rules;
#[cfg(test)]
mod tests;
mod webhooks;

pub use policies::{MUTATING_POLICY, MUTATING_POLICY_BINDING, VALIDATING_POLICY, VALIDATING_POLICY_BINDING};
pub use webhooks::{MUTATING_WEBHOOK, VALIDATING_WEBHOOK};

const FAILURE_POLICIES: [&str; 2] = ["Fail", "Ignore"];
const MATCH_POLICIES: [&str; 2] = ["Equivalent", "Exact"];
const REINVOCATION_POLICIES: [&str; 2] = ["IfNeeded", "Never"];
