//! The records of a run: every scenario, every step, every failure.

use std::collections::BTreeMap;

use super::failure::{Class, Failure, Place};

/// What became of a step or a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it says.
    Passed,
    /// It failed.
    Failed(Box<Failure>),
    /// An earlier step failed, so it was not run.
    NotRun,
}

/// One step as it was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// `Given`, `When`, `Then`, `And`, ...
    pub keyword: String,
    /// The text after the keyword.
    pub text: String,
    /// Where it starts.
    pub place: Place,
    /// What became of it.
    pub outcome: Outcome,
}

/// One scenario as it was played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioRecord {
    /// Where it starts.
    pub place: Place,
    /// The feature's name.
    pub feature: String,
    /// The scenario's name; the row of an outline is told by its line.
    pub name: String,
    /// Its tags, the feature's and the rule's included.
    pub tags: Vec<String>,
    /// Its steps, those of the background first.
    pub steps: Vec<StepRecord>,
    /// How long it took in virtual time, as `T+40s`.
    pub time: String,
    /// The running hash of everything that happened, when and by whom; 0 when there was no cluster.
    pub digest: u64,
    /// The entries of the timeline that it took.
    pub entries: u64,
    /// The snapshots that it looked at, by path.
    pub snapshots: Vec<String>,
    /// Why it was not played at all, if it was not.
    pub skipped: Option<String>,
}

impl ScenarioRecord {
    /// The first failure, with its step when it is one of a step.
    pub fn failure(&self) -> Option<(&StepRecord, &Failure)> {
        self.steps.iter().find_map(|step| match &step.outcome {
            Outcome::Failed(failure) => Some((step, failure.as_ref())),
            _ => None,
        })
    }
}

/// Everything that a run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// The scenarios in the order of their files and lines, whatever order they were played in.
    pub scenarios: Vec<ScenarioRecord>,
    /// Files that could not be played, and filters that make no sense.
    pub errors: Vec<Failure>,
    /// The number of feature files looked at.
    pub features: usize,
    /// Snapshot files that no scenario looked at, when every scenario was played.
    pub unreferenced: Vec<String>,
    /// Snapshots that were written for review.
    pub pending: Vec<String>,
}

impl RunRecord {
    /// The worst class of failure, if anything failed.
    pub fn worst(&self) -> Option<Class> {
        let steps = self.scenarios.iter().filter_map(|it| it.failure()).map(|(_, failure)| failure.class);
        steps.chain(self.errors.iter().map(|it| it.class)).max()
    }

    /// The exit code: 0, or that of the worst failure.
    pub fn exit_code(&self) -> u8 {
        self.worst().map_or(0, Class::exit_code)
    }

    /// Why scenarios were skipped, and how many for each reason.
    pub fn skipped(&self) -> BTreeMap<&str, usize> {
        let mut reasons = BTreeMap::new();
        for reason in self.scenarios.iter().filter_map(|it| it.skipped.as_deref()) {
            *reasons.entry(reason).or_default() += 1;
        }
        reasons
    }

    /// The number of scenarios that failed.
    pub fn failed(&self) -> usize {
        self.scenarios.iter().filter(|it| it.failure().is_some()).count()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A run of two scenarios, of which the second failed.
    pub(in crate::report) fn run() -> RunRecord {
        let place = |line| Place { path: "features/a.feature".into(), line, column: 3 };
        let step = |line, outcome| StepRecord {
            keyword: "Then".into(),
            text: format!("line {line} holds"),
            place: place(line),
            outcome,
        };
        let scenario = |line, name: &str, steps| ScenarioRecord {
            place: place(line),
            feature: "A & B".into(),
            name: name.into(),
            tags: vec!["job".into()],
            steps,
            time: "T+40s".into(),
            digest: 7,
            entries: 3,
            snapshots: Vec::new(),
            skipped: None,
        };
        let failure = Failure::expectation("it is <another>").comparing("a", "b");
        let failed = vec![step(6, Outcome::Failed(Box::new(failure))), step(7, Outcome::NotRun)];
        let scenarios = vec![scenario(2, "first", vec![step(3, Outcome::Passed)]), scenario(5, "second", failed)];
        RunRecord { scenarios, features: 1, ..RunRecord::default() }
    }

    #[test]
    fn the_worst_failure_decides_the_exit_code() {
        let mut run = run();
        assert_eq!((run.failed(), run.exit_code()), (1, 1));
        run.errors.push(Failure::scenario("broken"));
        assert_eq!(run.exit_code(), 2);
        run.errors.push(Failure::new(Class::Bug, "broken"));
        assert_eq!(run.exit_code(), 101);
        assert_eq!(RunRecord::default().exit_code(), 0);
    }
}
