//! `RollingUpdate`: which old pods go next and which nodes get a new one first (`rollingUpdate` in
//! `pkg/controller/daemon/update.go`).
//!
//! Upstream walks the nodes in the random order of a Go map; here they come by name.

use std::collections::{BTreeMap, BTreeSet};

use crate::object::{Str, Value};

use super::seat::{Turn, scaled};

fn rolling<'a>(spec: &'a Value, field: &str) -> &'a Value {
    let strategy = &spec["updateStrategy"];
    if strategy["type"].str_or_empty() == "RollingUpdate" { &strategy["rollingUpdate"][field] } else { Value::null() }
}

/// How many nodes of `desired` may have a second pod.
pub(super) fn surge_count(spec: &Value, desired: usize) -> usize {
    scaled(rolling(spec, "maxSurge"), desired)
}

/// How many nodes of `desired` may be without an available pod.
pub(super) fn unavailable_count(spec: &Value, desired: usize) -> usize {
    scaled(rolling(spec, "maxUnavailable"), desired)
}

/// The nodes by what a rolling update makes of them.
pub(super) type Turns = BTreeMap<Turn, BTreeSet<Str>>;

/// The next moves of a rolling update, as nodes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// The nodes whose old pod goes.
    pub remove_old: Vec<Str>,
    /// The nodes that get a new pod beside the old one.
    pub create: Vec<Str>,
}

/// The next moves for a DaemonSet with `spec` that wants pods on `desired` nodes, `serving` of which have an available
/// one. `None` when that cannot be decided because an old pod's node is gone.
pub(super) fn plan_moves(spec: &Value, turns: &Turns, desired: usize, serving: usize) -> Option<Moves> {
    let count = |turn| turns.get(&turn).map_or(0, BTreeSet::len);
    let nodes = |turn, limit| turns.get(&turn).into_iter().flatten().take(limit).cloned();
    let surge = surge_count(spec, desired);
    if surge == 0 {
        let configured = unavailable_count(spec, desired);
        // A DaemonSet that allows neither would never move: upstream then allows one.
        let allowed = if configured == 0 && desired > 0 { 1 } else { configured };
        let unavailable = count(Turn::Waiting) + count(Turn::Broken);
        let room = allowed.saturating_sub(unavailable);
        let remove_old = nodes(Turn::Broken, usize::MAX).chain(nodes(Turn::Candidate, room)).collect();
        return Some(Moves { remove_old, create: Vec::new() });
    }
    if count(Turn::Unknown) > 0 {
        return None;
    }
    let mut remove_old: Vec<_> =
        nodes(Turn::Superseded, usize::MAX).chain(nodes(Turn::LeftBroken, usize::MAX)).collect();
    remove_old.sort();
    remove_old.extend(nodes(Turn::Leaving, serving.saturating_sub(desired)));
    let room = surge.saturating_sub(count(Turn::Waiting));
    let create = nodes(Turn::Broken, usize::MAX).chain(nodes(Turn::Candidate, room)).collect();
    Some(Moves { remove_old, create })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(unavailable: &str, surge: &str) -> Value {
        let text = format!(
            r#"{{"updateStrategy":{{"type":"RollingUpdate","rollingUpdate":{{"maxUnavailable":{unavailable},"maxSurge":{surge}}}}}}}"#
        );
        Value::from_json(text.as_bytes()).expect("valid JSON")
    }

    fn turns(of: &[(Turn, &[&str])]) -> Turns {
        of.iter().map(|(turn, nodes)| (*turn, nodes.iter().map(|it| Str::from(*it)).collect())).collect()
    }

    fn check(limits: (&str, &str), of: &[(Turn, &[&str])], counts: (usize, usize), want: Option<(&[&str], &[&str])>) {
        let got = plan_moves(&spec(limits.0, limits.1), &turns(of), counts.0, counts.1);
        let names = |it: &[&str]| it.iter().map(|it| Str::from(*it)).collect::<Vec<_>>();
        let want = want.map(|(old, new)| Moves { remove_old: names(old), create: names(new) });
        assert_eq!(got, want, "{limits:?} {of:?} {counts:?}");
    }

    #[test]
    fn without_surge_old_pods_go_while_fewer_than_max_unavailable_are_away() {
        use Turn::*;
        check(("1", "0"), &[(Candidate, &["a", "b"])], (2, 0), Some((&["a"], &[])));
        check(("1", "0"), &[(Waiting, &["a"]), (Candidate, &["b"])], (2, 0), Some((&[], &[])));
        check(("2", "0"), &[(Waiting, &["a"]), (Candidate, &["b", "c"])], (3, 0), Some((&["b"], &[])));
        check(("\"50%\"", "0"), &[(Candidate, &["a", "b", "c", "d", "e"])], (5, 0), Some((&["a", "b", "c"], &[])));
    }

    #[test]
    fn without_surge_old_pods_that_are_unavailable_go_whatever_the_limit() {
        use Turn::*;
        check(("1", "0"), &[(Broken, &["a", "b"]), (Candidate, &["c"])], (3, 0), Some((&["a", "b"], &[])));
        check(("1", "0"), &[(Waiting, &["c"]), (Broken, &["a"])], (2, 0), Some((&["a"], &[])));
    }

    #[test]
    fn neither_surge_nor_unavailability_means_one_unavailable() {
        check(("0", "0"), &[(Turn::Candidate, &["a", "b"])], (2, 0), Some((&["a"], &[])));
    }

    #[test]
    fn with_surge_new_pods_come_first_and_old_ones_go_when_they_serve() {
        use Turn::*;
        check(("0", "1"), &[(Candidate, &["a", "b"])], (2, 2), Some((&[], &["a"])));
        check(("0", "1"), &[(Waiting, &["a"]), (Candidate, &["b"])], (2, 2), Some((&[], &[])));
        check(("0", "1"), &[(Superseded, &["a"]), (Candidate, &["b"])], (2, 2), Some((&["a"], &["b"])));
        check(("0", "1"), &[(Broken, &["a", "b"]), (Candidate, &["c"])], (3, 1), Some((&[], &["a", "b", "c"])));
        check(("0", "\"50%\""), &[(Candidate, &["a", "b", "c"])], (3, 3), Some((&[], &["a", "b"])));
    }

    #[test]
    fn with_surge_nodes_that_take_no_part_any_more_wait_for_others_to_serve() {
        use Turn::*;
        check(("0", "1"), &[(Leaving, &["a", "b"])], (2, 2), Some((&[], &[])));
        check(("0", "1"), &[(Leaving, &["a", "b"])], (2, 3), Some((&["a"], &[])));
        check(("0", "1"), &[(LeftBroken, &["a"]), (Leaving, &["b"])], (1, 1), Some((&["a"], &[])));
        check(("0", "1"), &[(Unknown, &["a"]), (Candidate, &["b"])], (1, 1), None);
    }

    #[test]
    fn on_delete_allows_neither() {
        let spec = Value::from_json(br#"{"updateStrategy":{"type":"OnDelete"}}"#).expect("valid JSON");
        assert_eq!((surge_count(&spec, 9), unavailable_count(&spec, 9)), (0, 0));
    }
}
