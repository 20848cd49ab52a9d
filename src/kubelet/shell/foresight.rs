//! What becomes of a machine that nobody touches: it ends, it rests, or it does the same over and over.
//!
//! A loop that leaves no trace but its output comes back to where it was. From then on nothing about it is news, and it can be
//! taken past any number of rounds at once. Known difference: of the rounds of more than a day, only the last ones have printed.

use std::sync::Arc;

use super::machine::{Machine, State};
use super::task::{Frame, Task, Wait};
use crate::clock::{Span, Time};

/// So many rounds before an instant are run to see what they print.
const PRINTED_ROUNDS: i64 = 100_000;

/// What becomes of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// It ends.
    Ends,
    /// Nothing happens in it by itself any more.
    Rests,
    /// It does the same over and over.
    Repeats(Round),
    /// It is still busy at the horizon, or where it has come to by as much effort as was to be spent.
    Busy,
    /// It asks something of the network.
    Asks,
}

/// What a machine does over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// From when on.
    pub from: Time,
    /// How long it takes.
    pub every: Span,
    /// Whether anything is printed.
    pub prints: bool,
}

impl Machine {
    /// Runs until it is known what becomes of it, or until `horizon`, but past no more than so many instants at which
    /// something happens.
    pub fn foresee(&mut self, horizon: Time, most: u32) -> Course {
        let mut mark: Option<(Machine, usize)> = None;
        let (mut steps, mut enough, mut taken) = (0_u32, 1_u32, 0);
        loop {
            let next = self.run(self.now);
            if self.question().is_some() {
                return Course::Asks;
            }
            let Some(next) = next else {
                return if self.state == State::Running { Course::Rests } else { Course::Ends };
            };
            if std::mem::take(&mut self.looked_outside) || !self.sessions.is_empty() {
                (mark, steps, enough) = (None, 0, 1);
            } else if let Some((then, printed)) = &mark
                && self.is_where(then)
            {
                let prints = self.log.total() > *printed;
                return Course::Repeats(Round { from: then.now, every: self.now - then.now, prints });
            }
            // The mark moves on after 1, 2, 4, .. steps, so that a round of any length is found.
            if mark.is_none() || steps == enough {
                mark = Some((self.ahead(), self.log.total()));
                (steps, enough) = (0, enough.saturating_mul(2));
            }
            steps += 1;
            if next > horizon {
                self.run(horizon);
                return Course::Busy;
            }
            if taken >= most {
                return Course::Busy;
            }
            taken += 1;
            self.run(next);
        }
    }

    /// Runs until `until`, past what it does over and over as `round` says.
    pub fn run_rounds(&mut self, round: &Round, until: Time) -> Option<Time> {
        self.skip_rounds(round, until);
        self.run(until)
    }

    /// Passes over rounds before `until` whose output nobody will see.
    pub fn skip_rounds(&mut self, round: &Round, until: Time) {
        let printed = if round.prints { Span(round.every.0.saturating_mul(PRINTED_ROUNDS)) } else { round.every };
        if until - round.from > printed {
            self.run(self.now.max(round.from));
            let rounds = ((until - self.now).0 - printed.0) / round.every.0.max(1);
            if rounds > 0 {
                self.skip(Span(round.every.0 * rounds));
            }
        }
    }

    /// Puts everything that is still to come off.
    fn skip(&mut self, by: Span) {
        self.now = self.now + by;
        for task in self.tasks.values_mut().map(Arc::make_mut) {
            if let Wait::Until(at) = &mut task.wait {
                *at = *at + by;
            }
        }
    }

    /// Whether it would do from now on what `then` did from then on.
    pub fn is_where(&self, then: &Machine) -> bool {
        let passed = self.now - then.now;
        let held = |it: &Machine| it.streams.values().all(|it| it.text.is_empty());
        self.tasks.len() == then.tasks.len()
            && self.files.is_same(&then.files)
            && self.tasks.values().zip(then.tasks.values()).all(|(one, other)| one.is_where(other, passed))
            && held(self)
            && held(then)
    }
}

impl Task {
    /// Whether it is what `then` was, `passed` ago.
    fn is_where(&self, then: &Task, passed: Span) -> bool {
        let waits = match (&self.wait, &then.wait) {
            (Wait::Until(at), Wait::Until(then)) => *at == *then + passed,
            (wait, then) => wait == then,
        };
        let same_frames = || self.frames.iter().zip(&then.frames).all(|(one, other)| one.is(other));
        waits
            && (self.id, self.status, self.background) == (then.id, then.status, then.background)
            && self.frames.len() == then.frames.len()
            && same_frames()
            && self.variables == then.variables
            && self.functions.is_same(&then.functions)
            && self.traps.is_same(&then.traps)
            && (&self.args, &self.fds, &self.folder) == (&then.args, &then.fds, &then.folder)
            && (&self.signals, &self.children) == (&then.signals, &then.children)
            && (self.options, self.guarded, self.random) == (then.options, then.guarded, then.random)
    }
}

impl Frame {
    /// Whether both are the same place in the same script.
    fn is(&self, other: &Frame) -> bool {
        let same = Arc::ptr_eq;
        match (self, other) {
            (Frame::Run(one), Frame::Run(other)) => same(one, other),
            (Frame::List(one, a), Frame::List(other, b)) => same(one, other) && a == b,
            (Frame::AndOr(one, a), Frame::AndOr(other, b)) => same(one, other) && a == b,
            (Frame::Negate, Frame::Negate) => true,
            (Frame::Substitute(one, a), Frame::Substitute(other, b)) => same(one, other) && a == b,
            (Frame::If(one, a), Frame::If(other, b)) => same(one, other) && a == b,
            (Frame::While(one, a, x), Frame::While(other, b, y)) => same(one, other) && (a, x) == (b, y),
            (Frame::For(one, a), Frame::For(other, b)) => same(one, other) && a == b,
            (Frame::Restore(one), Frame::Restore(other)) => one == other,
            (Frame::Call(one, a), Frame::Call(other, b)) => one == other && a == b,
            (Frame::Program(one), Frame::Program(other)) => one == other,
            (Frame::ReadScript { pending: one, .. }, Frame::ReadScript { pending: other, .. }) => one == other,
            (Frame::Status(one), Frame::Status(other)) => one == other,
            (Frame::Fails(one, a), Frame::Fails(other, b)) => one == other && a == b,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Environment, Shell, shell};
    use super::*;

    fn machine(script: &str) -> Machine {
        shell(script, &Shell::default(), &Environment::new(), Time::from_unix(0)).expect("a script")
    }

    fn course(script: &str) -> Course {
        machine(script).foresee(Time::from_unix(3600), u32::MAX)
    }

    fn repeats(from: i64, every: i64, prints: bool) -> Course {
        Course::Repeats(Round { from: Time::from_unix(from), every: Span::seconds(every), prints })
    }

    #[test]
    fn a_loop_that_leaves_no_trace_repeats() {
        assert_eq!(course("while true; do sleep 1; done"), repeats(0, 1, false));
        assert_eq!(course("while true; do echo hello; sleep 5; done"), repeats(0, 5, true));
        assert_eq!(course("while :; do date; sleep 1; echo b; sleep 2; done"), repeats(0, 3, true));
        assert_eq!(course("touch /tmp/a; sleep 7; while [ -e /tmp/a ]; do sleep 2; done"), repeats(9, 2, false));
        assert_eq!(course("trap 'exit 0' TERM; f() { sleep 2; }; while true; do f; done"), repeats(0, 2, false));
    }

    #[test]
    fn a_loop_that_changes_something_or_looks_at_the_clock_does_not_repeat() {
        for script in [
            "i=0; while true; do i=$((i + 1)); sleep 1; done",
            "while true; do echo x >> /tmp/log; sleep 1; done",
            "while true; do touch /tmp/a; sleep 1; rm /tmp/a; sleep 1; done",
            "while [ $(date +%s) -lt 4000 ]; do sleep 1; done",
            "seq 4000 | while read i; do sleep 1; done",
        ] {
            assert_eq!(course(script), Course::Busy, "{script}");
        }
        assert_eq!(course("while [ $(date +%s) -lt 1000 ]; do sleep 1; done"), Course::Ends);
        assert_eq!(course("echo a; sleep infinity"), Course::Rests);
    }

    #[test]
    fn a_machine_is_taken_past_rounds_and_is_as_if_it_had_run() {
        let script = "sleep 3; while true; do echo hello; sleep 2; sleep 5; done";
        let Course::Repeats(round) = course(script) else { panic!("it repeats") };
        let (mut run, mut taken) = (machine(script), machine(script));
        run.run(Time::from_unix(500));
        taken.run_rounds(&round, Time::from_unix(500));
        assert_eq!(run.log, taken.log);
        assert_eq!(run.run(Time::from_unix(90_000)), taken.run_rounds(&round, Time::from_unix(90_000)));
        assert_eq!(run.log, taken.log);
        let script = "sleep 3; while true; do sleep 2; sleep 5; done";
        let Course::Repeats(round) = course(script) else { panic!("it repeats") };
        let day = Time::from_unix(86_400);
        assert_eq!(machine(script).run_rounds(&round, day), machine(script).run(day));
    }
}
