//! Managers of an object as its `scale` subresource sees them, and back (apimachinery `pkg/util/managedfields/scalehandler.go`).

use super::entries::{Managed, Manager, Operation, Owned};
use super::path::Step;
use super::set::FieldSet;
use crate::object::{Str, literal};

/// The version of a `Scale`.
pub const SCALE_VERSION: Str = literal!("autoscaling/v1");

fn fields(path: &[Str]) -> FieldSet {
    let steps: Vec<Step> = path.iter().cloned().map(Step::Field).collect();
    FieldSet::of([steps.as_slice()])
}

fn scale_replicas() -> FieldSet {
    FieldSet::of_fields(&["spec.replicas"])
}

/// The managers of a `Scale`: those of the object who have the field at `replicas`.
pub fn to_scale(parent: &Managed, replicas: &[Str]) -> Managed {
    let path = fields(replicas);
    let mut scale = Managed::default();
    for (manager, owned) in parent.iter() {
        if !owned.fields.intersection(&path).is_empty() {
            let owned = Owned { fields: scale_replicas(), api_version: SCALE_VERSION, time: owned.time };
            scale.insert(manager.clone(), owned);
        }
    }
    scale
}

/// The managers of an object after `name` has set another number of replicas through its scale.
pub fn scaled(parent: &Managed, name: &str, replicas: &[Str], api_version: &Str) -> Managed {
    let mut scale = Managed::default();
    let owned = Owned { fields: scale_replicas(), api_version: SCALE_VERSION, time: None };
    scale.insert(Manager::updating(name, &SCALE_VERSION, "scale"), owned);
    to_parent(parent, &scale, replicas, api_version)
}

/// The managers of the object after its `Scale` got the managers `scale`.
pub fn to_parent(parent: &Managed, scale: &Managed, replicas: &[Str], api_version: &Str) -> Managed {
    let path = fields(replicas);
    let mut merged = Managed::default();
    for (manager, owned) in parent.iter() {
        let is_stolen = !owned.fields.intersection(&path).is_empty() && !scale.contains_key(manager);
        let mut owned = owned.clone();
        if is_stolen {
            owned.fields = owned.fields.difference(&path);
        }
        if !owned.fields.is_empty() {
            merged.insert(manager.clone(), owned);
        }
    }
    for (manager, owned) in scale.iter() {
        let has_replicas = !owned.fields.intersection(&scale_replicas()).is_empty();
        if has_replicas && parent.get(manager).is_none_or(|it| it.fields.intersection(&path).is_empty()) {
            // When a scale was written is not known to its object, but by the times that it had before.
            let time = parent.get(manager).and_then(|it| it.time);
            let identity = Manager { api_version: api_version.clone(), ..manager.clone() };
            let identity = if manager.operation == Operation::Apply { manager.clone() } else { identity };
            merged.insert(identity, Owned { fields: path.clone(), api_version: api_version.clone(), time });
        }
    }
    merged
}
