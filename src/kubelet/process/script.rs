//! Processes that are interpreted: brought up to an instant when somebody looks, and run ahead of it to see when they end.
//!
//! A copy runs ahead; the processes themselves stay where somebody last looked. Bringing them up costs what happened since,
//! and changes nothing of what was foreseen. A script that is still busy where its copy stopped is looked at again there: a
//! loop costs an entry of the timeline for each horizon, and not for each turn. One that asks something of the network is looked
//! at again at that instant. Whoever interferes makes what was foreseen
//! void. The copy then looks at a few instants only, and at twice as many each time nobody has interfered since: running
//! ahead costs in proportion to what happens, however often somebody interferes.

use std::sync::Arc;

use super::Running;
use crate::clock::{Span, Time};
use crate::kubelet::shell::foresight::{Course, Round};
use crate::kubelet::shell::machine::{Machine, State};
use crate::kubelet::volume::together;

/// How far a script is run ahead.
pub const HORIZON: Span = Span::seconds(3600);
/// At how many instants is looked after somebody has interfered.
const EFFORT: u32 = 32;

/// A script under way.
#[derive(Clone, Debug)]
pub(super) struct Script {
    /// As it was when somebody last looked.
    pub(super) now: Machine,
    /// As it will be at the horizon, if it is still busy then.
    ahead: Option<Box<Machine>>,
    /// What it does over and over, if that is all it does.
    pub(super) round: Option<Round>,
    /// Whether it changes files, as far as is known.
    pub(super) wrote: bool,
    /// Whether its process 1 stands for one that is not interpreted step by step, and whose end is known otherwise.
    pub(super) rests: bool,
    /// Whether one of its processes listens to a port some time, as far as is known.
    pub(super) listens: bool,
    /// Those that see each other's files, as they were when somebody last interfered, and which of them it is.
    pub(super) group: Option<(Arc<Vec<Machine>>, usize)>,
}

/// A copy of a container's processes that runs ahead, together with those whose files it sees.
#[derive(Clone, Debug)]
pub struct Ahead {
    machines: Vec<Machine>,
    own: usize,
}

impl Ahead {
    /// One that runs alone.
    pub fn alone(machine: Machine) -> Self {
        Ahead { machines: vec![machine], own: 0 }
    }

    /// Runs until `until`. Returns when something happens next by itself, if anything does.
    pub fn run(&mut self, until: Time) -> Option<Time> {
        if let [only] = self.machines.as_mut_slice() {
            return only.run(until);
        }
        together::run(&mut self.machines.iter_mut().collect::<Vec<_>>(), until);
        self.machines.iter().filter_map(Machine::next).min()
    }

    /// The container's own processes.
    pub fn own(&mut self) -> &mut Machine {
        &mut self.machines[self.own]
    }
}

impl Script {
    /// The script of `now`, a machine that has just started.
    pub(super) fn new(now: Machine) -> Self {
        Script { now, ahead: None, round: None, wrote: true, rests: false, listens: false, group: None }
    }

    /// The files of a process that is not interpreted step by step, for which process 1 of `now` stands.
    pub(super) fn resting(now: Machine) -> Self {
        Script { rests: true, ..Script::new(now) }
    }

    /// Runs until `until`. Returns when something happens next by itself, if anything does.
    pub(super) fn run(&mut self, until: Time) -> Option<Time> {
        match &self.round {
            Some(round) if self.group.is_none() => self.now.run_rounds(round, until),
            _ => self.now.run(until),
        }
    }
}

impl Running {
    /// Sees what comes after `now`, when nobody has interfered.
    pub fn run_ahead(&mut self, now: Time) {
        self.runs_ahead += 1;
        let Some(script) = self.script.as_mut().filter(|it| it.group.is_none()) else {
            return;
        };
        let mut ahead = script.now.ahead();
        let course = ahead.foresee(now + HORIZON, self.effort);
        let reached = ahead.now;
        self.foresee(&ahead, matches!(course, Course::Busy | Course::Asks).then_some(reached));
        let Some(script) = &mut self.script else {
            return;
        };
        match course {
            Course::Busy | Course::Asks => script.ahead = Some(Box::new(ahead)),
            Course::Repeats(round) => {
                script.round = Some(round);
                script.wrote = !ahead.files.is_untouched();
            }
            Course::Ends | Course::Rests => {
                script.wrote = !ahead.files.is_untouched();
                // What is over at once need not be run once more.
                if matches!(ahead.state, State::Ended(at, _) if at == now && script.now.now == now) {
                    script.now.catch_up(ahead);
                }
            }
        }
    }

    /// Sees anew what comes after `now`, at which somebody has interfered.
    pub fn interfered(&mut self, now: Time) {
        self.effort = EFFORT;
        self.run_ahead(now);
    }

    /// At how many instants is looked when it is run ahead.
    pub fn effort(&self) -> u32 {
        self.effort
    }

    /// Takes note of what comes of its script, which `ahead` has run to the end or to where it is to be looked at again.
    pub fn foresee(&mut self, ahead: &Machine, look: Option<Time>) {
        let Some(script) = &mut self.script else {
            return;
        };
        (self.look, script.ahead, script.round, script.wrote) = (None, None, None, true);
        script.listens = ahead.listened;
        if !script.rests {
            self.end = None;
            self.stuck = ahead.stuck.get(&1).cloned();
        }
        match &ahead.state {
            State::Ended(at, code) => self.end = Some((*at, *code)),
            State::Running => self.look = look,
        }
        self.meet_fate();
    }

    /// Looks again at a script that was busy where it was last run ahead to.
    pub fn look_again(&mut self, now: Time) {
        if let Some(script) = &mut self.script
            && let Some(ahead) = script.ahead.take()
            && ahead.now > script.now.now
        {
            script.now.catch_up(*ahead);
        }
        self.effort = self.effort.saturating_mul(2);
        self.run_ahead(now);
    }

    /// Sends SIGTERM at `now`. A process without a script takes it as it is known to.
    pub fn terminate(&mut self, now: Time) {
        if let Some(script) = &mut self.script {
            script.run(now);
            script.now.signal(1, "TERM");
            self.run_ahead(now);
        }
    }

    /// Its processes and files as they will be at `at` if nobody interferes; `None` for a process that nobody has looked
    /// into yet, which has nothing but what its image has.
    pub fn machine_at(&self, at: Time) -> Option<Machine> {
        self.ahead_at(at).map(|mut it| it.machines.swap_remove(it.own))
    }

    /// The same, with those whose files it sees.
    pub fn ahead_at(&self, at: Time) -> Option<Ahead> {
        let script = self.script.as_ref()?;
        let mut ahead = match &script.group {
            Some((group, own)) => Ahead { machines: group.to_vec(), own: *own },
            None => {
                let mut machine = script.now.ahead();
                if let Some(round) = &script.round {
                    machine.run_rounds(round, at);
                }
                Ahead::alone(machine)
            }
        };
        ahead.run(at);
        Some(ahead)
    }

    /// Says that what comes next is seen together with `group`, in which it stands at `own`.
    pub fn join(&mut self, group: Option<(Arc<Vec<Machine>>, usize)>) {
        self.runs_ahead += 1;
        if let Some(script) = &mut self.script {
            script.group = group;
        }
    }

    /// Whether what comes next is seen together with others.
    pub fn is_joined(&self) -> bool {
        self.script.as_ref().is_some_and(|it| it.group.is_some())
    }

    /// Its processes as they were when somebody last looked.
    pub fn processes(&self) -> Option<&Machine> {
        self.script.as_ref().map(|it| &it.now)
    }

    /// Whether nothing more happens in it by itself but its end, as far as was foreseen.
    pub fn is_at_rest(&self) -> bool {
        self.look.is_none()
    }

    /// How long a turn takes of what it does over and over.
    pub fn turn(&self) -> Span {
        let round = self.script.as_ref().and_then(|it| it.round.as_ref());
        round.map_or(Span::ZERO, |it| it.every)
    }

    /// From when on it does the same over and over, if it does.
    pub fn repeats_from(&self) -> Option<Time> {
        let script = self.script.as_ref().filter(|it| it.group.is_none())?;
        script.round.as_ref().map(|it| it.from + it.every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubelet::process::started;

    #[test]
    fn a_script_that_is_over_at_once_has_printed_all_and_left_its_files() {
        let mut running = started("echo a; echo b > /tmp/x; exit 3");
        let now = Time::from_unix(0);
        assert_eq!((running.end, running.look, running.is_at_rest()), (Some((now, 3)), None, true));
        assert_eq!(running.log(now).iter().map(|it| it.text.as_str()).collect::<String>(), "a\n");
        assert_eq!(running.exit(now, 3, "/tmp/x", false).message, "b\n");
        let mut running = started("echo a; sleep 5; echo b");
        assert_eq!((running.end, running.log(now).len()), (Some((Time::from_unix(5), 0)), 1));
        assert_eq!(running.log(Time::from_unix(5)).len(), 2);
    }

    #[test]
    fn a_script_that_is_busy_at_the_horizon_is_looked_at_again() {
        let mut running = started("i=0; while [ $i -lt 90 ]; do i=$((i + 1)); sleep 60; done; exit 5");
        assert_eq!((running.end, running.look), (None, Some(Time::from_unix(3600))));
        running.look_again(Time::from_unix(3600));
        assert_eq!((running.end, running.look), (Some((Time::from_unix(5400), 5)), None));
        assert_eq!((started("sleep infinity").end, started("sleep infinity").look), (None, None));
    }

    #[test]
    fn a_loop_that_leaves_no_trace_is_never_looked_at_again() {
        let mut running = started("trap 'echo bye; exit 3' TERM; while true; do echo hello; sleep 1; done");
        assert_eq!((running.end, running.look), (None, None));
        let day = Time::from_unix(86_400);
        assert_eq!(running.log(day).len(), 86_401);
        running.terminate(day);
        assert_eq!(running.end, Some((day + Span::seconds(1), 3)));
        let mut exit = running.exit(day + Span::seconds(1), 3, "", true);
        assert!(exit.message.ends_with("hello\nbye\n"));
        assert_eq!(exit.log().len(), 86_402);
    }

    #[test]
    fn a_trap_on_sigterm_decides_when_a_script_ends() {
        let mut running = started("trap 'sleep 3; exit 9' TERM; sleep 1000 & wait");
        assert_eq!(running.end, Some((Time::from_unix(1000), 0)));
        running.terminate(Time::from_unix(20));
        assert_eq!(running.end, Some((Time::from_unix(23), 9)));
    }

    #[test]
    fn a_program_that_is_not_known_is_told_ahead() {
        let running = started("sleep 5; nginx");
        assert_eq!((running.end, running.look, running.stuck.as_deref()), (None, None, Some("nginx")));
    }

    #[test]
    fn what_was_printed_by_the_time_somebody_looked_is_printed_once() {
        let mut running = started("i=0; while true; do i=$((i + 1)); echo $i; sleep 60; done");
        assert_eq!(running.log(Time::from_unix(1_790)).len(), 30);
        running.look_again(Time::from_unix(3_600));
        let log = running.log(Time::from_unix(3_600));
        assert_eq!((log.len(), log.last().map(|it| it.text.as_str())), (61, Some("61\n")));
    }

    #[test]
    fn who_interferes_has_it_run_ahead_a_little_and_then_twice_as_far_each_time() {
        let mut running = started("i=0; while true; do i=$((i + 1)); sleep 1; done");
        running.interfered(Time::from_unix(0));
        let mut looks = Vec::new();
        while let Some(look) = running.look.filter(|_| looks.len() < 10) {
            looks.push(look.unix());
            running.look_again(look);
        }
        assert_eq!(looks, [32, 96, 224, 480, 992, 2_016, 4_064, 7_664, 11_264, 14_864]);
    }
}
