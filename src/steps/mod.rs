//! The steps: one file per noun. A step parses its words, makes its calls, and returns what was wrong.
//!
//! Steps talk to the cluster through the API and the stage only. Each is data: a pattern, a sentence, an example and
//! a function. The catalogue that people read is made of the same data.

mod args;
mod behaviour;
mod catalogue;
mod cluster;
mod command;
mod condition;
mod controller;
mod count;
mod custom;
mod event;
mod exec;
mod field_manager;
mod history;
mod image;
mod log;
mod machine;
mod manifest;
mod node;
mod object;
mod owner;
mod path;
mod pattern;
mod request;
mod rollout;
mod snapshot;
mod table;
mod target;
mod time;
mod trying;
mod usage;
mod why;

use std::sync::OnceLock;

use cucumber::codegen::Regex;
use cucumber::step::{Collection, Context};

pub use args::Args;
pub use catalogue::{nearest, render_catalogue, undefined};
pub use pattern::{Pattern, parse_duration};
pub use request::Refusal;
pub use target::Target;

use crate::report::{Class, Failure, Place};
use crate::world::World;

/// What a step returns.
pub type Result<T = ()> = std::result::Result<T, Failure>;

/// One step as data.
#[derive(Clone, Copy)]
pub struct Step {
    /// The keyword it reads best after; every keyword is accepted.
    pub keyword: &'static str,
    /// What it looks like; see [`Pattern`].
    pub pattern: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    /// How it is used.
    pub example: &'static str,
    /// What it runs.
    pub run: cucumber::step::Step<World>,
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.keyword, self.pattern)
    }
}

/// Declares the steps of a file: documentation, keyword, pattern, example and function.
macro_rules! steps {
    ($($(#[doc = $doc:literal])+ $keyword:ident $pattern:literal, $example:literal => $function:path;)*) => {
        /// The steps of this file.
        pub const STEPS: &[$crate::steps::Step] = &[$($crate::steps::Step {
            keyword: stringify!($keyword),
            pattern: $pattern,
            doc: concat!($($doc),+),
            example: $example,
            run: |world, context| Box::pin($crate::steps::perform(world, context, $function)),
        }),*];
    };
}
pub(crate) use steps;

/// Every chapter of the catalogue: a title and its steps.
pub const CHAPTERS: &[(&str, &[Step])] = &[
    ("Clusters", cluster::STEPS),
    ("Nodes", node::STEPS),
    ("Machines", machine::STEPS),
    ("Controllers", controller::STEPS),
    ("Images", image::STEPS),
    ("Containers", behaviour::STEPS),
    ("Time", time::STEPS),
    ("Manifests", manifest::STEPS),
    ("Field managers", field_manager::STEPS),
    ("Trying and waiting", trying::STEPS),
    ("Objects", object::STEPS),
    ("Owners", owner::STEPS),
    ("Rollouts", rollout::STEPS),
    ("Loads", usage::STEPS),
    ("Conditions", condition::STEPS),
    ("Counts", count::STEPS),
    ("Commands", command::STEPS),
    ("Commands in containers", exec::STEPS),
    ("Logs", log::STEPS),
    ("Events", event::STEPS),
    ("Tables", table::STEPS),
    ("Over time", history::STEPS),
    ("Snapshots", snapshot::STEPS),
];

/// Every step.
pub fn all() -> impl Iterator<Item = &'static Step> {
    CHAPTERS.iter().flat_map(|(_, steps)| steps.iter())
}

/// Every step with its regular expression, made once.
fn compiled() -> &'static [(Regex, &'static Step)] {
    static COMPILED: OnceLock<Vec<(Regex, &'static Step)>> = OnceLock::new();
    COMPILED.get_or_init(|| all().map(|step| (Pattern::new(step.pattern).regex(), step)).collect())
}

/// What the parts of a pattern matched, as cucumber hands it to a step.
type Matches = Vec<(Option<String>, String)>;

/// The step that `words` are written as, and what its parts matched.
fn find(words: &str) -> Option<(&'static Step, Matches)> {
    let (regex, step) = compiled().iter().find(|(regex, _)| regex.is_match(words))?;
    let captures = regex.captures(words)?;
    let part = |name: &str| (Some(name.to_owned()), captures.name(name).map_or("", |it| it.as_str()).to_owned());
    Some((*step, regex.capture_names().flatten().map(part).collect()))
}

/// Every step for cucumber, under every keyword: `And` after a `Then` may well be an action.
pub fn collection() -> Collection<World> {
    compiled().iter().fold(Collection::new(), |steps, (regex, step)| {
        let regex = regex.clone();
        steps.given(None, regex.clone(), step.run).when(None, regex.clone(), step.run).then(None, regex, step.run)
    })
}

/// The payload of the unwinding that ends a failed step: cucumber knows no other way. The failure itself rides in the
/// World.
#[derive(Debug)]
pub struct StepFailed;

/// Runs one step, and keeps why it failed in the World.
async fn perform(world: &mut World, context: Context, step: impl AsyncFnOnce(&mut World, Args) -> Result) {
    let position = context.step.position;
    world.place = Place { path: world.scene.feature.clone(), line: position.line, column: position.col };
    let words = context.step.value.clone();
    let Err(mut failure) = step(world, Args::new(context)).await else {
        return;
    };
    if world.trying > 0 {
        world.failure = Some(failure);
        return;
    }
    failure.time = world.time();
    // A scenario that is wrong says all there is to say; the others are about what happened.
    if failure.class != Class::Scenario {
        if failure.tail.is_empty() {
            failure.tail = world.tail(10);
        }
        let (why, help) = why::explain(world, &words).await;
        failure.why = why;
        failure.help = failure.help.or(help);
    }
    world.failure = Some(failure);
    std::panic::resume_unwind(Box::new(StepFailed));
}
