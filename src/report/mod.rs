//! What a run came to, as plain records, and the texts made of them. Imports no engine module.

mod failure;
mod json;
mod junit;
mod record;
mod terminal;

pub use failure::{Class, Failure, Place};
pub use json::render_json;
pub use junit::render_junit;
pub use record::{Outcome, RunRecord, ScenarioRecord, StepRecord};
pub use terminal::{render_failure, render_summary, render_terminal};
