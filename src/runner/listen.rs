//! What cucumber tells about a run, made into records.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cucumber::event::{Cucumber, Feature as FeatureEvent, Info, Rule, Scenario as ScenarioEvent, Step as StepEvent};
use cucumber::event::{RetryableScenario, StepError};
use cucumber::gherkin::{Background, Feature, Scenario, Step};

use crate::report::{Class, Failure, Outcome, Place, ScenarioRecord, StepRecord};
use crate::steps::{StepFailed, undefined};
use crate::world::World;

/// A scenario of one feature: its line, and its name for the rows of an outline.
type ScenarioKey = (usize, String);

fn key(scenario: &Scenario) -> ScenarioKey {
    (scenario.position.line, scenario.name.clone())
}

/// What a World knows when its scenario is over.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// Why it failed, if a step said so.
    pub failure: Option<Failure>,
    /// The virtual time at the end.
    pub time: String,
    /// The running hash.
    pub digest: u64,
    /// The entries of the timeline.
    pub entries: u64,
    /// The snapshots looked at.
    pub snapshots: Vec<String>,
    /// The snapshots written for review.
    pub pending: Vec<String>,
}

/// The endings of one feature's scenarios.
#[derive(Clone, Debug, Default)]
pub(super) struct Endings(Rc<RefCell<BTreeMap<ScenarioKey, Ending>>>);

impl Endings {
    /// Keeps the ending of a scenario.
    pub(super) fn keep(&self, scenario: &Scenario, ending: Ending) {
        self.0.borrow_mut().insert(key(scenario), ending);
    }
}

/// Records one feature.
#[derive(Debug)]
pub(super) struct Listener {
    scenarios: BTreeMap<ScenarioKey, ScenarioRecord>,
}

impl Listener {
    /// A record of every scenario of `feature`, with no step run yet.
    pub(super) fn new(path: String, feature: &Feature) -> Self {
        let mut scenarios = BTreeMap::new();
        let plain = feature.scenarios.iter().map(|it| (it, None));
        let ruled = feature.rules.iter().flat_map(|rule| rule.scenarios.iter().map(move |it| (it, Some(rule))));
        for (scenario, rule) in plain.chain(ruled) {
            let backgrounds = [feature.background.as_ref(), rule.and_then(|it| it.background.as_ref())];
            let before = backgrounds.into_iter().flatten().flat_map(|it: &Background| it.steps.iter());
            let steps = before.chain(&scenario.steps).map(|it| step_record(&path, it)).collect();
            let tags = feature.tags.iter().chain(rule.iter().flat_map(|it| &it.tags)).chain(&scenario.tags);
            let place = Place { path: path.clone(), line: scenario.position.line, column: scenario.position.col };
            let record = ScenarioRecord {
                place,
                feature: feature.name.clone(),
                name: scenario.name.clone(),
                tags: tags.cloned().collect(),
                steps,
                time: String::new(),
                digest: 0,
                entries: 0,
                snapshots: Vec::new(),
                skipped: None,
            };
            scenarios.insert(key(scenario), record);
        }
        Listener { scenarios }
    }

    /// Notes that a scenario is not played, and why.
    pub(super) fn skip(&mut self, scenario: &Scenario, why: &str) {
        if let Some(record) = self.scenarios.get_mut(&key(scenario)) {
            record.skipped = Some(why.to_owned());
        }
    }

    /// Takes in one event.
    pub(super) fn hear(&mut self, event: Cucumber<World>) {
        let (scenario, event) = match event {
            Cucumber::Feature(_, FeatureEvent::Scenario(scenario, event)) => (scenario, event),
            Cucumber::Feature(_, FeatureEvent::Rule(_, Rule::Scenario(scenario, event))) => (scenario, event),
            _ => return,
        };
        self.hear_scenario(&scenario, event);
    }

    fn hear_scenario(&mut self, scenario: &Scenario, event: RetryableScenario<World>) {
        let Some(record) = self.scenarios.get_mut(&key(scenario)) else {
            return;
        };
        let (step, event) = match event.event {
            ScenarioEvent::Background(step, event) | ScenarioEvent::Step(step, event) => (step, event),
            _ => return,
        };
        let same = |it: &&mut StepRecord| {
            it.place.line == step.position.line && it.text == step.value && matches!(it.outcome, Outcome::NotRun)
        };
        let Some(record) = record.steps.iter_mut().find(same) else {
            return;
        };
        match event {
            StepEvent::Started => {}
            StepEvent::Passed(..) => record.outcome = Outcome::Passed,
            StepEvent::Skipped => record.outcome = Outcome::Failed(Box::new(undefined(&step.value))),
            StepEvent::Failed(_, _, _, error) => record.outcome = Outcome::Failed(Box::new(step_failure(error))),
        }
    }

    /// The records, and the snapshots written for review.
    pub(super) fn finish(self, endings: &Endings) -> (Vec<ScenarioRecord>, Vec<String>) {
        let mut pending = Vec::new();
        let mut endings = endings.0.borrow_mut();
        let finish = |(key, mut record): (ScenarioKey, ScenarioRecord)| {
            if let Some(ending) = endings.remove(&key) {
                record.time = ending.time;
                record.digest = ending.digest;
                record.entries = ending.entries;
                record.snapshots = ending.snapshots;
                pending.extend(ending.pending);
                if let Some(failure) = ending.failure {
                    put_failure(&mut record, failure);
                }
            }
            record
        };
        let scenarios = self.scenarios.into_iter().map(finish).collect();
        (scenarios, pending)
    }
}

fn step_record(path: &str, step: &Step) -> StepRecord {
    StepRecord {
        keyword: step.keyword.trim().to_owned(),
        text: step.value.clone(),
        place: Place { path: path.to_owned(), line: step.position.line, column: step.position.col },
        outcome: Outcome::NotRun,
    }
}

/// Puts the failure that the World kept in the place of the one that cucumber saw.
fn put_failure(record: &mut ScenarioRecord, failure: Failure) {
    let failed = record.steps.iter_mut().find(|it| matches!(it.outcome, Outcome::Failed(_)));
    if let Some(step) = failed {
        step.outcome = Outcome::Failed(Box::new(failure));
    }
}

fn step_failure(error: StepError) -> Failure {
    match error {
        StepError::NotFound => Failure::scenario("no step is written so"),
        StepError::AmbiguousMatch(error) => Failure::new(Class::Bug, format!("several steps are written so: {error}")),
        StepError::Panic(payload) => panic_failure(&payload),
    }
}

/// A panic that is not the unwinding of a failed step is a bug of the engine.
fn panic_failure(payload: &Info) -> Failure {
    if payload.downcast_ref::<StepFailed>().is_some() {
        return Failure::scenario("the step failed, and its reason was lost");
    }
    let text = payload.downcast_ref::<String>().cloned();
    let text = text.or_else(|| payload.downcast_ref::<&str>().map(|it| (*it).to_owned()));
    let text = text.unwrap_or_else(|| "a panic without words".to_owned());
    Failure::new(Class::Bug, text).help("this is a bug of seatrial: please report it with the scenario")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_bug_of_the_engine_and_a_failed_step_is_not() {
        let bug = panic_failure(&(std::sync::Arc::new("index out of bounds") as Info));
        assert_eq!((bug.class, bug.message.as_str()), (Class::Bug, "index out of bounds"));
        let step = panic_failure(&(std::sync::Arc::new(StepFailed) as Info));
        assert_eq!(step.class, Class::Scenario);
    }
}
