//! Why a pod is `Pending`, in the words of `pkg/scheduler/framework/types.go` (`FitError.Error`).

use std::collections::BTreeMap;

use super::Rejections;
use super::filter::Rejection;

/// The longest note an event can carry (`NoteLengthLimit`).
const NOTE_LIMIT: usize = 1024;

/// The message of a pod that none of `nodes` nodes can take, with what preemption came to; that is empty when it helped.
pub fn unschedulable(nodes: usize, rejections: &Rejections, preemption: &str) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let reasons = rejections.values().flat_map(Rejection::reasons).map(|reason| (reason, 1));
    with_preemption(unavailable(nodes, reasons), preemption)
}

/// The message of a pod that no node whatever can take, for one reason.
pub fn unresolvable(nodes: usize, reason: &str, preemption: &str) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    with_preemption(format!("0/{nodes} nodes are available: {reason}."), preemption)
}

fn with_preemption(message: String, preemption: &str) -> String {
    if preemption.is_empty() {
        return message;
    }
    format!("{message} no new claims to deallocate, preemption: {preemption}")
}

/// `0/4 nodes are available: 1 Too many pods, 3 Insufficient cpu.`, of the reasons of all nodes and how many
/// have each.
pub fn unavailable(nodes: usize, reasons: impl IntoIterator<Item = (String, usize)>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (reason, times) in reasons.into_iter().filter(|(_, times)| *times > 0) {
        *counts.entry(reason).or_default() += times;
    }
    format!("0/{nodes} nodes are available: {}.", counted(&counts))
}

/// `1 Insufficient cpu, 4 node(s) were unschedulable`: sorted as strings, the number included.
fn counted(reasons: &BTreeMap<String, usize>) -> String {
    let mut parts: Vec<_> = reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    parts.sort();
    parts.join(", ")
}

/// The message cut to what an event can carry.
pub fn truncated(message: &str) -> String {
    if message.len() <= NOTE_LIMIT {
        return message.to_owned();
    }
    let suffix = " ...";
    let mut end = NOTE_LIMIT - suffix.len();
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{suffix}", &message[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_without_nodes_says_so() {
        assert_eq!(unschedulable(0, &Rejections::new(), ""), "no nodes available to schedule pods");
    }

    #[test]
    fn reasons_are_sorted_with_their_counts() {
        let reasons = BTreeMap::from([("b".to_owned(), 2), ("a".to_owned(), 10), ("c".to_owned(), 1)]);
        assert_eq!(counted(&reasons), "1 c, 10 a, 2 b");
    }

    #[test]
    fn a_long_message_is_cut_for_the_event() {
        let cut = truncated(&"x".repeat(2000));
        assert_eq!((cut.len(), cut.ends_with("x ...")), (1024, true));
    }
}
