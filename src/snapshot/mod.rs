//! The state and the history of a cluster as text that people can review. Rendering is pure; [`assert`] compares the text
//! with the file that was accepted.

pub mod assert;
pub mod columns;
mod duration;
mod render;
mod trace;

pub use assert::{SnapshotFile, SnapshotMode, Verdict};
pub use duration::human_duration;
pub use render::{render_cluster, render_object};
pub use trace::render_trace;

use crate::clock::Time;
use crate::object::Value;

/// An RFC 3339 time of the API as the scenario counts it: `T+40s`. Anything else stays as it is.
pub fn relative_time(text: &str, start: Time) -> String {
    Time::parse(text).map_or_else(|| text.to_owned(), |time| format!("T+{}", time - start))
}

/// Whether a fresh cluster holds this object: what a scenario is not about.
pub(crate) fn is_furniture(object: &Value) -> bool {
    const NAMESPACES: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];
    let name = object.at(&["metadata", "name"]).str_or_empty();
    match object["kind"].str_or_empty() {
        "Namespace" => NAMESPACES.contains(&name),
        "ServiceAccount" => name == "default",
        "ConfigMap" => name == "kube-root-ca.crt",
        "PriorityClass" => name.starts_with("system-"),
        "Lease" => object.at(&["metadata", "namespace"]).str_or_empty() == "kube-node-lease",
        _ => false,
    }
}
