//! Why a pod is `Pending`, in the words of `pkg/scheduler/framework/types.go` (`FitError.Error`).

use std::collections::BTreeMap;

use super::Rejections;

/// The longest note an event can carry (`NoteLengthLimit`).
const NOTE_LIMIT: usize = 1024;

/// The message of a pod that none of `nodes` nodes can take.
pub fn unschedulable(nodes: usize, rejections: &Rejections) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let (mut helpless, mut victimless) = (0_usize, 0_usize);
    for rejection in rejections.values() {
        for reason in rejection.reasons() {
            *reasons.entry(reason).or_default() += 1;
        }
        if rejection.is_unresolvable() {
            helpless += 1;
        } else {
            victimless += 1;
        }
    }
    let mut preemption = BTreeMap::new();
    if helpless > 0 {
        preemption.insert("Preemption is not helpful for scheduling".to_owned(), helpless);
    }
    if victimless > 0 {
        preemption.insert("No preemption victims found for incoming pod".to_owned(), victimless);
    }
    format!(
        "0/{nodes} nodes are available: {}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {}.",
        counted(&reasons),
        counted(&preemption)
    )
}

/// The message of a pod that no node whatever can take, for one reason.
pub fn unresolvable(nodes: usize, reason: &str) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    format!(
        "0/{nodes} nodes are available: {reason}. no new claims to deallocate, preemption: 0/{nodes} nodes are available: {nodes} \
         Preemption is not helpful for scheduling."
    )
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
        assert_eq!(unschedulable(0, &Rejections::new()), "no nodes available to schedule pods");
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
