//! How the objects of a version are owned field by field: their types, and what a write of them or of their status cannot
//! touch (apiextensions-apiserver `pkg/registry/customresource/strategy.go` and `status_strategy.go`, `GetResetFields`).

use super::Version;
use crate::api::managed::open_api;
use crate::api::managed::set::FieldSet;
use crate::api::managed::types::{TypeId, Types};
use crate::api::managed::update::ResetFields;

/// The facts about the objects of one version.
#[derive(Debug)]
pub struct Ownership {
    /// Every type that the schema comes to.
    pub types: Types,
    /// The type of a whole object.
    pub root: TypeId,
    /// What a write of an object cannot touch.
    pub main: ResetFields,
    /// What a write of a status cannot touch.
    pub status: ResetFields,
}

impl Ownership {
    /// Reads the schema of `version`; `add_metadata` adds the type of the metadata that every object has.
    pub fn of(version: &Version, add_metadata: impl FnOnce(&mut Types) -> TypeId) -> Self {
        let mut types = Types::new();
        let metadata = add_metadata(&mut types);
        let root = open_api::add_root(&mut types, &version.open_api, metadata);
        let except = |fields: &[&str]| ResetFields { except: FieldSet::of_fields(fields), only: None };
        let main = if version.status { except(&["status"]) } else { ResetFields::default() };
        Ownership { types, root, main, status: except(&["metadata", "spec"]) }
    }
}
