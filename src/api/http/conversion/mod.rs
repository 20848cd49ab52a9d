//! The forms of a kind that are served besides the stored one, and the way between them (`pkg/apis/*/v*/conversion.go`).
//!
//! An object is stored in the form of its kind's preferred version. A group version that shows it in another shape has a
//! [`Conversion`] in the table of [`of`]; one that only carries another name needs none.

mod autoscaler;
mod endpoint_slice;
mod event;
mod ingress;
mod metrics;
mod older;
#[cfg(test)]
mod tests;

use super::route::Target;
use crate::api::Status;
use crate::object::{Kind, Map, Object, Value, kinds};

/// The way between the stored form of a kind and that of another group version.
#[derive(Debug)]
pub(super) struct Conversion {
    /// Makes the stored form of what a client sent: everything but `apiVersion` and `kind`, with `metadata` apart.
    pub to_stored: fn(&mut Object) -> Result<(), Status>,
    /// Makes the client's form of what is stored.
    pub to_served: fn(&mut Object),
}

/// The conversion that `kind` needs to be served by `group` and `version`; `None` where that is the stored form.
fn of(kind: Kind, group: &str, version: &str) -> Option<&'static Conversion> {
    Some(match (kind, group, version) {
        (kinds::CERTIFICATE_SIGNING_REQUEST, _, "v1beta1") => &older::SIGNING_REQUEST,
        (kinds::ENDPOINT_SLICE, _, "v1beta1") => &endpoint_slice::V1BETA1,
        (kinds::EVENT, "events.k8s.io", _) => &event::CONVERSION,
        (kinds::HORIZONTAL_POD_AUTOSCALER, _, "v1") => &autoscaler::V1,
        (kinds::HORIZONTAL_POD_AUTOSCALER, _, "v2beta1") => &autoscaler::V2BETA1,
        (kinds::INGRESS, _, "v1beta1") => &ingress::V1BETA1,
        (kinds::MUTATING_WEBHOOK_CONFIGURATION, _, "v1beta1") => &older::WEBHOOKS,
        (kinds::POD_DISRUPTION_BUDGET, _, "v1beta1") => &older::DISRUPTION_BUDGET,
        (kinds::PRIORITY_LEVEL_CONFIGURATION, _, "v1beta1" | "v1beta2") => &older::PRIORITY_LEVEL,
        (kinds::VALIDATING_WEBHOOK_CONFIGURATION, _, "v1beta1") => &older::WEBHOOKS,
        _ => return None,
    })
}

pub(super) use event::selected_field as selected_event_field;

/// The object as `target`'s group version shows it.
pub(super) fn shown(object: &Object, target: &Target) -> Value {
    if let Some(custom) = &target.custom {
        return Value::Map(custom.shown(object));
    }
    let api_version = target.api_version();
    match of(target.kind, &target.group, &target.version) {
        None => object.to_value(Some(&api_version)),
        Some(conversion) => {
            let mut object = object.clone();
            (conversion.to_served)(&mut object);
            object.to_value(Some(&api_version))
        }
    }
}

/// The object as an item of a list, which has no `apiVersion` and no `kind` of its own unless it is a custom one.
pub(super) fn item(object: &Object, target: &Target) -> Map {
    if let Some(custom) = &target.custom {
        return custom.shown(object);
    }
    let converted = of(target.kind, &target.group, &target.version).map(|conversion| {
        let mut object = object.clone();
        (conversion.to_served)(&mut object);
        object
    });
    let object = converted.as_ref().unwrap_or(object);
    let mut item = object.body.clone();
    item.insert("metadata", object.meta.to_value());
    item
}

/// The stored form of an object that came in `target`'s group version.
pub(super) fn stored(mut object: Object, target: &Target) -> Result<Object, Status> {
    if target.custom.is_some() {
        object.body.insert("apiVersion", target.api_version());
        return Ok(object);
    }
    if let Some(conversion) = of(target.kind, &target.group, &target.version) {
        (conversion.to_stored)(&mut object)?;
    }
    Ok(object)
}
