//! The rules of IPAddresses.

use super::ingress_class::validate_segment;
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::IMMUTABLE;
use crate::api::registry::pod::go_form::Shape::{self, Text};
use crate::api::registry::pod::go_form::{Type, field, invalid_as};
use crate::api::registry::{Strategy, syntax};

/// `networking.ParentReference`.
static PARENT: Type = Type {
    fields: &[
        field("group", "Group", Text),
        field("resource", "Resource", Text),
        field("namespace", "Namespace", Text),
        field("name", "Name", Text),
    ],
};

/// The rules of IPAddresses.
pub static IP_ADDRESS: Strategy = Strategy {
    validate: |address| {
        let mut errors = ErrorList::new();
        let (parent, at) = (&address.spec()["parentRef"], At::new("spec"));
        let at = at.child("parentRef");
        if parent.is_null() {
            errors.required(&at, "");
            return errors;
        }
        let group = parent["group"].str_or_empty();
        if !group.is_empty() {
            for wrong in syntax::dns_subdomain(group) {
                errors.invalid(&at.child("group"), group, wrong);
            }
        }
        for field in ["resource", "name"] {
            validate_segment(parent, field, &at, &mut errors);
        }
        let namespace = parent["namespace"].str_or_empty();
        for wrong in syntax::path_segment(namespace) {
            errors.invalid(&at.child("namespace"), namespace, wrong);
        }
        errors
    },
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        let parent = &new.spec()["parentRef"];
        if !parent.is_same(&old.spec()["parentRef"]) {
            let at = At::new("spec");
            errors.add(invalid_as(Shape::StructPointer(&PARENT), parent, &at.child("parentRef"), IMMUTABLE));
        }
        errors
    },
    ..Strategy::PLAIN
};
