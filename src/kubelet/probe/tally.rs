//! What the outcomes of a probe come to: so many of one kind in a row change its verdict (`doProbe` in
//! `pkg/kubelet/prober/worker.go`).

use super::spec::{Role, Spec};

/// The verdict of a probe, and how far it is from another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// Whether the container passes; `None` before that is known.
    pub verdict: Option<bool>,
    last: Option<bool>,
    row: u32,
}

impl Tally {
    /// The tally of a new container.
    pub fn new(role: Role) -> Self {
        Tally { verdict: role.initial(), last: None, row: 0 }
    }

    /// Counts an outcome. Returns the verdict that it brings, be it another one or the same again.
    pub fn count(&mut self, success: bool, spec: &Spec) -> Option<bool> {
        self.row = if self.last == Some(success) { self.row.saturating_add(1) } else { 1 };
        self.last = Some(success);
        let threshold = if success { spec.successes } else { spec.failures };
        if self.row < threshold {
            return None;
        }
        self.verdict = Some(success);
        self.verdict
    }

    /// Whether more outcomes like the last one change nothing. Before the first one that is a success.
    pub fn is_settled(&self) -> bool {
        self.verdict == self.last.or(Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Value;

    fn spec(role: Role, successes: i64, failures: i64) -> Spec {
        let field = role.field();
        let text = format!(r#"{{"{field}":{{"successThreshold":{successes},"failureThreshold":{failures}}}}}"#);
        let container = Value::from_json(text.as_bytes()).expect("valid JSON");
        Spec::of(&container, role).expect("a probe")
    }

    /// The verdicts after each outcome: `+` a success, `-` a failure.
    fn check(role: Role, successes: i64, failures: i64, outcomes: &str, want: &str) {
        let spec = spec(role, successes, failures);
        let mut tally = Tally::new(role);
        let shown = |it: Option<bool>| it.map_or('?', |it| if it { '+' } else { '-' });
        let got = outcomes.chars().map(|it| {
            tally.count(it == '+', &spec);
            shown(tally.verdict)
        });
        assert_eq!(got.collect::<String>(), want, "{role:?} {successes} {failures} {outcomes}");
    }

    #[test]
    fn so_many_outcomes_in_a_row_change_the_verdict() {
        check(Role::Liveness, 1, 3, "---", "++-");
        check(Role::Liveness, 1, 3, "--+---", "+++++-");
        check(Role::Readiness, 1, 3, "-+---+", "-+++-+");
        check(Role::Readiness, 2, 1, "+-++-", "---+-");
        check(Role::Startup, 1, 3, "--+", "??+");
        check(Role::Startup, 1, 2, "--", "?-");
    }

    #[test]
    fn a_probe_is_settled_when_more_of_the_same_changes_nothing() {
        let spec = spec(Role::Readiness, 2, 2);
        let mut tally = Tally::new(Role::Readiness);
        assert!(!tally.is_settled() && Tally::new(Role::Liveness).is_settled());
        for (success, want) in [(false, true), (true, false), (true, true), (false, false), (false, true)] {
            tally.count(success, &spec);
            assert_eq!(tally.is_settled(), want);
        }
    }
}
