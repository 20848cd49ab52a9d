//! Commands as probes: what one comes to at an instant, and when that will first be another.
//!
//! A try runs on a copy of the container's machine, and in the container itself only when it writes: a command that looks and
//! leaves nothing behind need not be run again while the files stay as they are. Known difference: a file that a probe
//! touches again and again keeps the time of the first touch.

use super::clients;
use super::outcome::{Outcome, of_command};
use super::spec::Spec;
use super::ticks::Ticks;
use crate::clock::{Span, Time};
use crate::kubelet::process::{Ahead, Running};
use crate::kubelet::shell::machine::{Machine, State};
use crate::kubelet::shell::network::{Question, Reply};

/// How far is looked ahead for a command that depends on the time alone.
pub const HORIZON: Span = Span::seconds(3600);

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Its outcome.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Span,
    /// Whether it left files other than it found them.
    pub writes: bool,
    /// The program that is not interpreted and that it came to.
    pub stuck: Option<String>,
    /// Whether it asked others, who may answer otherwise at any time.
    pub asks: bool,
}

/// What answers the questions of a try to the network at an instant, and whether that is all the pod's own.
pub type Answers<'a> = dyn Fn(&Question, Time) -> (Reply, bool) + 'a;

impl Tried {
    /// What took no time and left nothing behind.
    pub fn at_once(outcome: Outcome) -> Self {
        Tried { outcome, took: Span::ZERO, writes: false, stuck: None, asks: false }
    }
}

/// When a command comes to something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forecast {
    /// Never, if nobody interferes.
    Same,
    /// At this try.
    At(Time),
    /// Not before this instant, at which it is to be seen further.
    Look(Time),
}

/// The machine of a container at `at`; one that nobody has looked into has the files of `what`.
fn machine_at(running: &Running, what: &Machine, at: Time) -> Machine {
    running.machine_at(at).unwrap_or_else(|| Machine::resting(what.files.clone(), at))
}

/// Tries `what`, which is `argv`, in the container at `at`.
pub fn attempt(
    running: &Running,
    what: &Machine,
    argv: &[String],
    (spec, at): (&Spec, Time),
    answers: &Answers<'_>,
) -> Tried {
    on(machine_at(running, what, at), what, argv, spec.timeout, answers)
}

fn on(mut machine: Machine, what: &Machine, argv: &[String], timeout: Span, answers: &Answers<'_>) -> Tried {
    let (at, before) = (machine.now, machine.files.clone());
    let session = machine.execute_beside(what.clone());
    let mut asks = false;
    loop {
        machine.run_while(at + timeout, |it| it.sessions.get(&session).is_some_and(|it| it.ended.is_none()));
        let Some((process, question)) = machine.question() else {
            break;
        };
        let (reply, own) = answers(question, machine.now);
        asks |= !own;
        machine.reply(process, reply);
    }
    let seen = machine.sessions.remove(&session).unwrap_or_default();
    let stuck = machine.stuck.remove(&session);
    if seen.ended.is_none() && stuck.as_deref().is_some_and(clients::answers) {
        return Tried::at_once(Outcome::Success);
    }
    let output: String = seen.output.text();
    let outcome = of_command(argv, seen.ended.map(|(_, code)| code), &output, timeout);
    let took = seen.ended.map_or(timeout, |(ended, _)| ended - at);
    let writes = !machine.files.is_same(&before) && !machine.files.is_like(&before);
    Tried { outcome, took, writes, stuck, asks }
}

/// When tries from `first` on come to something else than `outcome`.
pub fn forecast(
    running: &Running,
    what: &Machine,
    argv: &[String],
    spec: &Spec,
    (outcome, first, ticks): (&Outcome, Time, Ticks),
    answers: &Answers<'_>,
) -> Forecast {
    let depends_on_time = is_volatile(argv);
    let is_quiet = !running.has_files();
    if is_quiet && !depends_on_time {
        return Forecast::Same;
    }
    let look = running.look.unwrap_or(first + HORIZON);
    let (mut at, mut known) = (first, None);
    let resting = || Ahead::alone(Machine::resting(what.files.clone(), first));
    let mut ahead = running.ahead_at(first).unwrap_or_else(resting);
    loop {
        if running.end.is_some_and(|(end, _)| end <= at) {
            return Forecast::Same;
        }
        if at > look {
            return Forecast::Look(look);
        }
        let next = ahead.run(at);
        let own = ahead.own();
        own.log.forget();
        if matches!(own.state, State::Ended(..)) {
            return Forecast::Same;
        }
        let is_known = known.as_ref().is_some_and(|it| own.files.is_same(it));
        let mut took = Span::ZERO;
        if depends_on_time || !is_known {
            known = Some(own.files.clone());
            let tried = on(own.ahead(), what, argv, spec.timeout, answers);
            if tried.outcome != *outcome || tried.writes || tried.asks {
                return Forecast::At(at);
            }
            took = tried.took;
        }
        if !depends_on_time && running.repeats_from().is_some_and(|it| it <= at) {
            return Forecast::Same;
        }
        at = match next {
            None if !depends_on_time => return Forecast::Same,
            Some(next) if !depends_on_time => ticks.from(next).max(ticks.after_try(at, at + took)),
            _ => ticks.after_try(at, at + took),
        };
    }
}

/// Whether what a command comes to may depend on more than the files: on the time, on processes, on others.
fn is_volatile(argv: &[String]) -> bool {
    const WORDS: [&str; 13] =
        ["date", "kill", "wget", "curl", "nc", "nslookup", "ps", "pgrep", "pidof", "jobs", "$$", "uptime", "find"];
    let mut words = argv.iter().flat_map(|it| it.split(|it: char| !(it.is_alphanumeric() || it == '_' || it == '$')));
    words.any(|it| WORDS.contains(&it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::command::Process;
    use crate::kubelet::probe::spec::{Check, Role};
    use crate::kubelet::process::started;
    use crate::kubelet::shell::{Environment, Shell, program, shell};
    use crate::object::{Str, Value};

    fn at(seconds: i64) -> Time {
        Time::from_unix(seconds)
    }

    fn nobody(_: &Question, _: Time) -> (Reply, bool) {
        (Reply::NoHost, true)
    }

    fn spec(probe: &str) -> (Spec, Vec<String>, Machine) {
        let container = format!(r#"{{"livenessProbe":{{"exec":{{"command":{probe}}},"periodSeconds":5}}}}"#);
        let container = Value::from_json(container.as_bytes()).expect("valid JSON");
        let spec = Spec::of(&container, Role::Liveness).expect("a probe");
        let Check::Exec(argv) = spec.check.clone() else {
            panic!("it is a command");
        };
        let what = match argv.as_slice() {
            [sh, flag, script] if sh == "sh" && flag == "-c" => {
                shell(script, &Shell::default(), &Environment::new(), at(0)).expect("a script")
            }
            _ => program(&argv, &Environment::new(), at(0)),
        };
        (spec, argv, what)
    }

    const CAT: &str = r#"["cat","/tmp/healthy"]"#;

    #[test]
    fn a_try_comes_to_what_the_files_are_at_its_instant() {
        let running = started("touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600");
        let (spec, argv, what) = spec(CAT);
        assert_eq!(attempt(&running, &what, &argv, (&spec, at(10)), &nobody).outcome, Outcome::Success);
        let missing = "cat: can't open '/tmp/healthy': No such file or directory\n";
        assert_eq!(
            attempt(&running, &what, &argv, (&spec, at(30)), &nobody).outcome,
            Outcome::Failure(missing.to_owned())
        );
    }

    #[test]
    fn a_try_that_takes_too_long_fails_when_its_time_is_up() {
        let running = started("sleep 600");
        let (spec, argv, what) = spec(r#"["sleep","5"]"#);
        let tried = attempt(&running, &what, &argv, (&spec, at(10)), &nobody);
        assert_eq!(tried.took, Span::seconds(1));
        assert_eq!(tried.outcome, Outcome::Failure("command timed out: \"sleep 5\" timed out after 1s".to_owned()));
    }

    #[test]
    fn a_client_of_a_known_server_is_answered_and_any_other_program_is_not() {
        let running = Running::new(Process::Entrypoint, at(0), Str::new()).expect("it starts");
        for (probe, passes) in [(r#"["pg_isready","-U","postgres"]"#, true), (r#"["/opt/check"]"#, false)] {
            let (spec, argv, what) = spec(probe);
            let tried = attempt(&running, &what, &argv, (&spec, at(10)), &nobody);
            assert_eq!(tried.outcome.success(), Some(passes), "{probe}");
            assert_eq!(tried.stuck.is_some(), !passes, "{probe}");
        }
    }

    fn check(script: &str, probe: &str, want: Forecast) {
        let (spec, argv, what) = spec(probe);
        let running = started(script);
        let outcome = attempt(&running, &what, &argv, (&spec, at(5)), &nobody).outcome;
        let ticks = Ticks { from: at(0), period: spec.period };
        assert_eq!(
            forecast(&running, &what, &argv, &spec, (&outcome, at(10), ticks), &nobody),
            want,
            "{script}: {probe}"
        );
    }

    #[test]
    fn an_outcome_is_the_same_until_the_files_change() {
        check("touch /tmp/healthy; sleep 30; rm -rf /tmp/healthy; sleep 600", CAT, Forecast::At(at(30)));
        check("touch /tmp/healthy; sleep 32; rm -rf /tmp/healthy; sleep 600", CAT, Forecast::At(at(35)));
        check("sleep 600; touch /tmp/healthy; sleep 600", CAT, Forecast::At(at(600)));
        check("touch /tmp/healthy; sleep 600", CAT, Forecast::Same);
        check("touch /tmp/healthy; sleep infinity", CAT, Forecast::Same);
    }

    #[test]
    fn a_script_that_is_never_done_is_seen_as_far_as_its_horizon() {
        check("touch /tmp/healthy; while true; do i=$((i + 1)); sleep 1; done", CAT, Forecast::Look(at(3600)));
        check("while true; do touch /tmp/healthy; sleep 7; done", CAT, Forecast::Look(at(3600)));
        check("while true; do sleep 600; i=x$i; done", r#"["false"]"#, Forecast::Look(at(3600)));
    }

    #[test]
    fn a_command_that_looks_at_the_clock_is_tried_time_by_time() {
        let minute = r#"["sh","-c","[ $(date +%M) -lt 10 ]"]"#;
        check("sleep infinity", minute, Forecast::At(at(600)));
        check("sleep infinity", r#"["date"]"#, Forecast::Look(at(3610)));
    }

    #[test]
    fn a_command_that_writes_is_tried_each_time() {
        check("sleep infinity", r#"["sh","-c","echo x >> /tmp/tries"]"#, Forecast::At(at(10)));
        check("touch /tmp/seen; sleep infinity", r#"["touch","/tmp/seen"]"#, Forecast::Same);
    }
}
