//! The loops that look after CustomResourceDefinitions (apiextensions-apiserver `pkg/controller`): which names are accepted,
//! when a kind is established, and the removal of its objects before its definition goes.

mod establishing;
mod finalizer;
mod naming;
#[cfg(test)]
mod tests;

pub use establishing::EstablishingController;
pub use finalizer::DefinitionFinalizer;
pub use naming::NamingController;

use super::{Action, Outcome};
use crate::object::Object;

/// Nothing to do, or the status as it should be.
fn status_update(changed: Option<Object>) -> Outcome {
    Outcome { actions: changed.map(Action::UpdateStatus).into_iter().collect(), ..Outcome::default() }
}
