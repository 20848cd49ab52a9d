//! The rules of RuntimeClasses (`pkg/apis/node/validation/validation.go`). Every handler is taken to exist on every node.

use super::metadata::{IMMUTABLE, validate_labels};
use super::pod::validate_tolerations;
use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::Object;

/// The rules of RuntimeClasses.
pub static STRATEGY: Strategy = Strategy {
    validate: class_errors,
    validate_update: |new, old| {
        let mut errors = ErrorList::new();
        if new.body["handler"] != old.body["handler"] {
            errors.invalid(&At::new("handler"), &new.body["handler"], IMMUTABLE);
        }
        errors
    },
    ..Strategy::PLAIN
};

fn class_errors(class: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let handler = class.body["handler"].str_or_empty();
    for wrong in syntax::dns_label(handler) {
        errors.invalid(&At::new("handler"), handler, wrong);
    }
    let (scheduling, at) = (&class.body["scheduling"], At::new("scheduling"));
    if let Some(selector) = scheduling["nodeSelector"].as_map() {
        validate_labels(selector, &at.child("nodeSelector"), &mut errors);
    }
    validate_tolerations(&scheduling["tolerations"], &at.child("tolerations"), &mut errors);
    for (i, toleration) in scheduling["tolerations"].items().iter().enumerate() {
        if scheduling["tolerations"].items()[..i].contains(toleration) {
            errors.duplicate(&at.child("tolerations").index(i), toleration);
        }
    }
    errors
}
