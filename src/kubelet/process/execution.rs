//! What is executed in a container beside its own process: `exec`, probes and hooks.

use super::{Running, Script};
use crate::clock::Time;
use crate::kubelet::hooks::Hook;
use crate::kubelet::shell::machine::{Machine, Printed, State};
use crate::kubelet::termination::{Step, Stop};

/// What came of something that was executed in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
    /// Its session, for as long as it goes on.
    pub session: u32,
    /// When it ended, and its exit code; `None` when it was still going on at the limit.
    pub ended: Option<(Time, i64)>,
    /// What it printed by then.
    pub output: Vec<Printed>,
    /// The program that is not interpreted and that it came to.
    pub stuck: Option<String>,
    /// Whether it asks something of the network first, so that it is not known how it goes on.
    pub asks: bool,
}

impl Running {
    /// Executes process 1 of `what`, a machine of its own until now, in this container at `now`, and sees what comes of it
    /// until `limit`. It changes this container's files and may signal its processes. What does not end by then goes on.
    pub fn execute(&mut self, what: Machine, now: Time, limit: Time) -> Executed {
        let files = what.files.clone();
        let script = self.script.get_or_insert_with(|| Box::new(Script::resting(Machine::resting(files, now))));
        script.run(now);
        let before = script.now.ahead();
        let session = script.now.execute_beside(what);
        let is_over = |it: &Machine| it.sessions.get(&session).is_none_or(|it| it.ended.is_some());
        let mut ahead = script.now.ahead();
        ahead.run_while(limit, |it| !is_over(it));
        // A program that cannot be started has printed before it ran.
        let mut output = script.now.sessions.get(&session).map(|it| it.output.clone()).unwrap_or_default();
        let seen = ahead.sessions.get(&session).cloned().unwrap_or_default();
        output.catch_up(seen.output);
        let stuck = ahead.stuck.get(&session).cloned();
        let asks = seen.ended.is_none() && ahead.question().is_some();
        match seen.ended {
            Some((at, _)) if at == now && ahead.now == now => {
                script.now.catch_up(ahead);
                script.now.forget_session(session);
                // What left everything as it was leaves what was foreseen as it was.
                if script.now.state != State::Running || !script.now.is_where(&before) {
                    self.interfered(now);
                }
            }
            _ => self.interfered(now),
        }
        Executed { session, ended: seen.ended, output: output.pieces().to_vec(), stuck, asks }
    }

    /// Begins to execute process 1 of `what` as [`Self::execute`] does, and keeps its session until that is ended; with
    /// `input` it has a standard input to be fed, which is a terminal or is not.
    pub fn begin(&mut self, what: Machine, input: Option<bool>, now: Time) -> u32 {
        let files = what.files.clone();
        let script = self.script.get_or_insert_with(|| Box::new(Script::resting(Machine::resting(files, now))));
        script.run(now);
        let session = script.now.execute_beside(what);
        if let Some(terminal) = input {
            script.now.open_input(session, terminal);
        }
        script.run(now);
        self.interfered(now);
        session
    }

    /// Writes to the standard input of a session, or of the container's own process, which is 1; or ends it with `None`. False
    /// when more was written than is read.
    pub fn feed(&mut self, session: u32, text: Option<&str>, now: Time) -> bool {
        let Some(script) = &mut self.script else {
            return true;
        };
        script.run(now);
        let fits = script.now.feed(session, text);
        script.run(now);
        self.interfered(now);
        fits
    }

    /// What a session that went on has come to by `now`, without the first `told` pieces of its output.
    pub fn session(&mut self, session: u32, told: usize, now: Time) -> Option<Executed> {
        let script = self.script.as_mut()?;
        script.run(now);
        let seen = script.now.sessions.get(&session)?;
        let stuck = script.now.stuck.get(&session).cloned();
        Some(Executed { session, ended: seen.ended, output: seen.output.after(told).to_vec(), stuck, asks: false })
    }

    /// What a session that asked something of the network will have come to, and when, if that is known by now.
    pub fn outcome_of(&mut self, session: u32, now: Time, limit: Time) -> Option<Executed> {
        let script = self.script.as_mut()?;
        script.run(now);
        let is_over = |it: &Machine| it.sessions.get(&session).is_none_or(|it| it.ended.is_some());
        let mut ahead = script.now.ahead();
        ahead.run_while(limit, |it| !is_over(it));
        if !is_over(&ahead) && ahead.question().is_some() {
            return None;
        }
        let stuck = ahead.stuck.get(&session).cloned();
        let mut output = script.now.sessions.get(&session)?.output.clone();
        let seen = ahead.sessions.remove(&session)?;
        output.catch_up(seen.output);
        Some(Executed { session, ended: seen.ended, output: output.pieces().to_vec(), stuck, asks: false })
    }

    /// The hook that runs before its end, or the one after its start.
    pub fn hook_mut(&mut self, is_stop: bool) -> Option<&mut Hook> {
        match &mut self.stop {
            Some(Stop { step: Step::Hook(hook), .. }) if is_stop => Some(hook),
            _ if is_stop => None,
            _ => self.post_start.as_mut(),
        }
    }

    /// Ends a session at `now`, if it still goes on, and forgets it.
    pub fn end_session(&mut self, session: u32, now: Time) {
        if let Some(script) = &mut self.script {
            script.run(now);
            script.now.end_session(session);
            self.interfered(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::command::Process;
    use crate::kubelet::process::started;
    use crate::kubelet::shell::{Environment, Shell, shell};
    use crate::object::Str;

    fn execute(running: &mut Running, script: &str, at: i64, limit: i64) -> Executed {
        let what = shell(script, &Shell::default(), &Environment::new(), Time::from_unix(at)).expect("a script");
        running.execute(what, Time::from_unix(at), Time::from_unix(limit))
    }

    fn text(printed: &[Printed]) -> String {
        printed.iter().map(|it| it.text.as_str()).collect()
    }

    #[test]
    fn what_is_executed_sees_and_changes_the_files_of_the_container() {
        let mut running = started("touch /tmp/a; sleep 30; rm /tmp/a; until [ -e /tmp/b ]; do sleep 1; done; exit 4");
        assert_eq!(execute(&mut running, "cat /tmp/a", 29, 30).ended, Some((Time::from_unix(29), 0)));
        assert_eq!((running.end, running.look), (None, None));
        let late = execute(&mut running, "cat /tmp/a", 30, 31);
        assert_eq!(late.ended, Some((Time::from_unix(30), 1)));
        assert_eq!(text(&late.output), "cat: can't open '/tmp/a': No such file or directory\n");
        execute(&mut running, "touch /tmp/b", 35, 36);
        assert_eq!(running.end, Some((Time::from_unix(36), 4)));
    }

    #[test]
    fn what_is_executed_and_takes_its_time_goes_on_until_it_is_ended() {
        let mut running = started("sleep 100");
        let executed = execute(&mut running, "echo a; sleep 5; echo b; sleep 60; touch /tmp/c", 10, 20);
        assert_eq!((executed.ended, text(&executed.output)), (None, "a\nb\n".to_owned()));
        running.end_session(executed.session, Time::from_unix(20));
        assert_eq!(running.session(executed.session, 0, Time::from_unix(90)), None);
        assert_eq!(running.files(Time::from_unix(90)).and_then(|it| it.get("/tmp/c")), None);
        assert_eq!(running.end, Some((Time::from_unix(100), 0)));
    }

    #[test]
    fn a_process_without_a_script_has_files_too() {
        let mut running = Running::new(Process::Entrypoint, Time::from_unix(0), Str::new()).expect("it starts");
        execute(&mut running, "echo x > /tmp/x", 5, 6);
        let executed = execute(&mut running, "cat /tmp/x; nginx -t", 8, 9);
        assert_eq!((executed.ended, executed.stuck.as_deref()), (None, Some("nginx")));
        assert_eq!(text(&executed.output), "x\n");
        assert_eq!((running.end, running.stuck), (None, None));
    }
}
