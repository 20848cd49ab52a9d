//! What the write path asks of the definition behind a custom object.

use super::{Definition, Served, definition, resource, serving};
use crate::api::Status;
use crate::api::field::ErrorList;
use crate::object::Object;
use crate::store::View;

/// The rules of a custom object: those of its definition, in the version that the object is written in.
#[derive(Debug)]
pub struct CustomRules {
    definition: definition::Shared,
    served: Served,
}

impl CustomRules {
    /// The rules of `object`; `None` for an object of a built-in kind.
    ///
    /// # Errors
    /// `NotFound` when the definition is gone.
    #[inline]
    pub fn of(view: View<'_>, object: &Object) -> Result<Option<Self>, Status> {
        if object.kind.is_custom() { Self::of_custom(view, object).map(Some) } else { Ok(None) }
    }

    #[inline(never)]
    fn of_custom(view: View<'_>, object: &Object) -> Result<Self, Status> {
        let definition = serving::definition_of(view, object.kind);
        let served = definition.as_ref().and_then(|it| serving::of_object(it, object));
        match (definition, served) {
            (Some(definition), Some(served)) => Ok(CustomRules { definition, served }),
            _ => Err(Status::not_found(object.kind, &object.meta.name)),
        }
    }

    /// The definition.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// What is stored, in the version that is written.
    pub fn read(&self, stored: &Object) -> Object {
        self.served.read(stored)
    }

    /// Brings the object into the version that is stored.
    ///
    /// # Errors
    /// That the webhook cannot be called that would convert it.
    pub fn to_storage(&self, view: View<'_>, object: &mut Object) -> Result<(), Status> {
        resource::to_storage(view, &self.definition, object)
    }

    /// Prepares a new object.
    ///
    /// # Errors
    /// `Forbidden` while the definition is being deleted.
    pub fn prepare_create(&self, object: &mut Object) -> Result<(), Status> {
        if self.definition.is_terminating {
            let why = "create not allowed while custom resource definition is terminating";
            return Err(Status::forbidden(object.kind, &object.meta.name, why));
        }
        resource::prepare_create(&self.served, object);
        Ok(())
    }

    /// Checks a new object.
    pub fn validate_create(&self, object: &Object) -> ErrorList {
        resource::validate_create(&self.served, object)
    }

    /// Prepares a changed object.
    pub fn prepare_update(&self, new: &mut Object, old: &Object) {
        resource::prepare_update(&self.served, new, old);
    }

    /// Prepares a changed status.
    pub fn prepare_status_update(&self, new: &mut Object, old: &Object) {
        resource::prepare_status_update(new, old);
    }

    /// Checks a changed object or, when it is not `whole`, a changed status.
    pub fn validate_update(&self, new: &Object, old: &Object, whole: bool) -> ErrorList {
        if whole {
            resource::validate_update(&self.served, new, old)
        } else {
            resource::validate_status_update(&self.served, new, old)
        }
    }
}
