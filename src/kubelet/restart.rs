//! Whether a container that ended is started again, and when (`pkg/kubelet/kuberuntime/kuberuntime_manager.go`,
//! client-go `util/flowcontrol/backoff.go`, `pkg/api/v1/pod/util.go`).

use crate::clock::{Span, Time};
use crate::object::Value;

/// The delay of the second restart.
const FIRST_DELAY: Span = Span::seconds(10);
/// The longest delay between restarts.
const LAST_DELAY: Span = Span::seconds(300);
/// A container that ran this long since the last delay was set starts over.
const FORGET_AFTER: Span = Span::seconds(600);

/// The crash-loop back-off of one container.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    /// The delay of the next restart and the instant it was set; `None` before the first restart.
    entry: Option<(Span, Time)>,
}

impl Backoff {
    /// The delay that holds up the restart of a container that finished at `finished`; zero when nothing does.
    pub fn delay(&self, finished: Time, first_restart_waits: bool) -> Span {
        match self.entry {
            Some((delay, set)) if finished - set <= FORGET_AFTER => delay,
            _ if first_restart_waits => FIRST_DELAY,
            _ => Span::ZERO,
        }
    }

    /// A restart at `now` of a container that finished at `finished`: the next delay is twice this one's.
    pub fn restarted(&mut self, finished: Time, now: Time, first_restart_waits: bool) {
        let delay = match self.entry {
            Some((delay, set)) if finished - set <= FORGET_AFTER => delay.times(2).min(LAST_DELAY),
            _ if first_restart_waits => FIRST_DELAY.times(2),
            _ => FIRST_DELAY,
        };
        self.entry = Some((delay, now));
    }
}

/// Whether `container`, which ended with `exit_code`, is to be started again.
///
/// `is_init` is for init containers, which `Always` restarts on failure only.
pub fn should_restart(container: &Value, pod_spec: &Value, exit_code: i64, is_init: bool) -> bool {
    let policy = match container["restartPolicy"].as_str() {
        Some(policy) => {
            if let Some(restart) = by_rules(container, exit_code) {
                return restart;
            }
            policy
        }
        None => pod_spec["restartPolicy"].as_str().unwrap_or("Always"),
    };
    match policy {
        "Always" => !is_init || exit_code != 0 || container["restartPolicy"].as_str() == Some("Always"),
        "OnFailure" => exit_code != 0,
        _ => false,
    }
}

/// Whether every container of the pod is to be started anew because `container` ended with `exit_code`.
pub fn restarts_all(container: &Value, exit_code: i64) -> bool {
    rule(container, exit_code).is_some_and(|it| it["action"].as_str() == Some("RestartAllContainers"))
}

/// Whether a rule of `container` starts every container of the pod anew.
pub fn may_restart_all(container: &Value) -> bool {
    container["restartPolicyRules"].items().iter().any(|it| it["action"].as_str() == Some("RestartAllContainers"))
}

/// What the first rule that matches says: a rule can only ask for a restart.
fn by_rules(container: &Value, exit_code: i64) -> Option<bool> {
    let action = rule(container, exit_code)?["action"].as_str();
    matches!(action, Some("Restart" | "RestartAllContainers")).then_some(true)
}

/// The first rule that matches.
fn rule(container: &Value, exit_code: i64) -> Option<&Value> {
    let matches = |rule: &&Value| {
        let codes = &rule["exitCodes"];
        let listed = codes["values"].items().contains(&Value::Int(exit_code));
        match codes["operator"].as_str() {
            Some("In") => listed,
            Some("NotIn") => !listed,
            _ => false,
        }
    };
    container["restartPolicyRules"].items().iter().find(matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_to_five_minutes_and_the_first_restart_is_immediate() {
        let mut backoff = Backoff::default();
        let mut now = Time::from_unix(0);
        let mut delays = Vec::new();
        for _ in 0..8 {
            let delay = backoff.delay(now, false);
            delays.push(delay.whole_seconds());
            let restarted = now + delay;
            backoff.restarted(now, restarted, false);
            now = restarted + Span::seconds(1);
        }
        assert_eq!(delays, [0, 10, 20, 40, 80, 160, 300, 300]);
    }

    #[test]
    fn a_container_that_ran_for_ten_minutes_starts_over() {
        let mut backoff = Backoff::default();
        backoff.restarted(Time::from_unix(0), Time::from_unix(0), false);
        assert_eq!(backoff.delay(Time::from_unix(600), false), Span::seconds(10));
        assert_eq!(backoff.delay(Time::from_unix(601), false), Span::ZERO);
    }

    #[test]
    fn a_simulated_kubelet_makes_the_first_restart_wait_too() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.delay(Time::from_unix(0), true), Span::seconds(10));
        backoff.restarted(Time::from_unix(0), Time::from_unix(10), true);
        assert_eq!(backoff.delay(Time::from_unix(11), true), Span::seconds(20));
    }

    #[test]
    fn the_restart_policy_decides_by_the_exit_code() {
        let table = [
            ("Always", 0, false, true),
            ("Always", 1, false, true),
            ("OnFailure", 0, false, false),
            ("OnFailure", 1, false, true),
            ("Never", 1, false, false),
            ("Always", 0, true, false),
            ("Always", 1, true, true),
        ];
        for (policy, code, is_init, want) in table {
            let spec = Value::Map(crate::map! { "restartPolicy" => policy });
            assert_eq!(should_restart(&Value::Null, &spec, code, is_init), want, "{policy} {code} {is_init}");
        }
        let container = r#"{"restartPolicy":"Never","restartPolicyRules":
            [{"action":"Restart","exitCodes":{"operator":"In","values":[42]}}]}"#;
        let container = Value::from_json(container.as_bytes()).expect("valid JSON");
        assert!(should_restart(&container, &Value::Null, 42, false));
        assert!(!should_restart(&container, &Value::Null, 1, false));
    }
}
