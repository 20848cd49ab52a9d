//! A kind whose names are accepted is established: it is served from then on (`pkg/controller/establish`).

use super::status_update;
use crate::api::custom::definition::conditions::{self, Condition};
use crate::clock::Time;
use crate::controllers::{Controller, Outcome, Wake, Watches};
use crate::object::{Key, Object, kinds};
use crate::store::{Change, View};

/// The loop.
#[derive(Debug, Default)]
pub struct EstablishingController;

impl Controller for EstablishingController {
    fn name(&self) -> &'static str {
        "crd-establishing-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CUSTOM_RESOURCE_DEFINITION])
    }

    fn wakes(&mut self, change: &Change, _: View<'_>, wakes: &mut Vec<Wake>) {
        if change.key.kind == kinds::CUSTOM_RESOURCE_DEFINITION && change.after.as_deref().is_some_and(is_due) {
            wakes.push(Wake::now(change.key.clone()));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        let Some(definition) = view.get(key).filter(|it| is_due(it)) else {
            return Outcome::default();
        };
        let mut changed = Object::clone(definition);
        let established = Condition {
            ty: "Established",
            status: "True",
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
        };
        conditions::set(&mut changed, established, now);
        status_update(Some(changed))
    }
}

fn is_due(definition: &Object) -> bool {
    conditions::is_true(definition, "NamesAccepted") && !conditions::is_true(definition, "Established")
}
