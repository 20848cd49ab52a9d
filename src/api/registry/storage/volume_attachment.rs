//! The rules of VolumeAttachments. A volume that a PersistentVolume does not name is taken as it is.

use super::validate_driver_name;
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::IMMUTABLE;
use crate::api::registry::{Strategy, syntax};
use crate::map;
use crate::object::{Object, Value, literal};

/// The longest message of an attach or detach error, in bytes.
const MESSAGE_MAX: usize = 1024;

/// The rules of VolumeAttachments.
pub static VOLUME_ATTACHMENT: Strategy = Strategy {
    prepare_create: |attachment| {
        attachment.body.insert(literal!("status"), map! { "attached" => false });
    },
    validate: |attachment| {
        let mut errors = attachment_errors(attachment);
        validate_driver_name(attachment.spec()["attacher"].str_or_empty(), &At::new("spec.attacher"), &mut errors);
        if let Some(name) = attachment.spec()["source"]["persistentVolumeName"].as_str() {
            for wrong in syntax::dns_subdomain(name) {
                errors.invalid(&At::new("spec.source.persistentVolumeName"), name, wrong);
            }
        }
        errors
    },
    validate_update: |new, old| {
        let mut errors = attachment_errors(new);
        if !new.spec().is_same(old.spec()) {
            errors.invalid(&At::new("spec"), new.spec(), IMMUTABLE);
        }
        errors
    },
    validate_status_update: |new, _| attachment_errors(new),
    ..Strategy::PLAIN
};

fn attachment_errors(attachment: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (spec, at) = (attachment.spec(), At::new("spec"));
    if spec["attacher"].is_empty() {
        errors.required(&at.child("attacher"), "");
    }
    validate_source(&spec["source"], &at.child("source"), &mut errors);
    let node = spec["nodeName"].str_or_empty();
    for wrong in syntax::dns_subdomain(node) {
        errors.invalid(&at.child("nodeName"), node, wrong);
    }
    let (status, at) = (attachment.status(), At::new("status"));
    for field in ["attachError", "detachError"] {
        if status[field]["message"].str_or_empty().len() > MESSAGE_MAX {
            errors.too_long(&at.child(field).child("message"), MESSAGE_MAX);
        }
    }
    errors
}

fn validate_source(source: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let (name, inline) = (&source["persistentVolumeName"], &source["inlineVolumeSpec"]);
    let both = "must specify exactly one of inlineVolumeSpec and persistentVolumeName";
    match (name.as_str(), inline.is_null()) {
        (None, true) => errors.required(at, both),
        (Some(_), false) => errors.forbidden(at, both),
        (Some(""), true) => {
            errors.required(&at.child("persistentVolumeName"), "must specify non empty persistentVolumeName");
        }
        _ => {}
    }
}
