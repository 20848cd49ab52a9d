//! The state and the history of a cluster as text that people can review. Rendering is pure; [`mod@assert`] compares the text
//! with the file that was accepted.

pub mod assert;
pub mod columns;
mod render;
mod trace;

pub use assert::{SnapshotFile, SnapshotMode, Verdict};
pub use render::{render_cluster, render_object};
pub use trace::render_trace;

use crate::clock::Time;
use crate::object::Value;

/// An RFC 3339 time of the API as the scenario counts it: `T+40s`. Anything else stays as it is.
pub fn relative_time(text: &str, start: Time) -> String {
    Time::parse(text).map_or_else(|| text.to_owned(), |time| format!("T+{}", time - start))
}

/// `text` with `<uid>` in the place of every uid: which one it is says nothing, and depends on everything made before.
pub fn without_uids(text: &str) -> String {
    const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
    let is_uid = |it: &str| {
        let groups: Vec<_> = it.split('-').collect();
        groups.len() == GROUPS.len()
            && groups.iter().zip(GROUPS).all(|(group, n)| group.len() == n)
            && it.bytes().all(|c| c == b'-' || matches!(c, b'0'..=b'9' | b'a'..=b'f'))
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let inside = out.ends_with(|c: char| c.is_ascii_alphanumeric());
        if !inside && rest.get(..36).is_some_and(is_uid) {
            out.push_str("<uid>");
            rest = &rest[36..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Whether a fresh cluster holds this object: what a scenario is not about.
pub(crate) fn is_furniture(object: &Value) -> bool {
    const NAMESPACES: [&str; 4] = ["default", "kube-system", "kube-public", "kube-node-lease"];
    let name = object.at(&["metadata", "name"]).str_or_empty();
    let namespace = object.at(&["metadata", "namespace"]).str_or_empty();
    match object["kind"].str_or_empty() {
        "Namespace" => NAMESPACES.contains(&name),
        "ServiceAccount" => name == "default",
        "ConfigMap" => name == "kube-root-ca.crt",
        "PriorityClass" => name.starts_with("system-"),
        "Lease" => namespace == "kube-node-lease" || namespace == "kube-system",
        "Service" | "Endpoints" | "EndpointSlice" => namespace == "default" && name == "kubernetes",
        "ServiceCIDR" => name == "kubernetes",
        // The others follow from the services whose addresses they are.
        "IPAddress" => true,
        // Those that the API server makes itself for what it serves.
        "APIService" => !object.at(&["metadata", "labels", "kube-aggregator.kubernetes.io/automanaged"]).is_null(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_is_not_shown() {
        let text = "pod a_b(bf8c59bb-0035-43c1-916a-a4b296eb9d18), ä web-5469f95547";
        assert_eq!(without_uids(text), "pod a_b(<uid>), ä web-5469f95547");
    }
}
