//! The rules of RuntimeClasses (`pkg/apis/node/validation/validation.go`). Every handler is taken to exist on every node.

use super::metadata::{IMMUTABLE, validate_labels};
use super::pod::{TOLERATION, duplicate_as, validate_overhead, validate_tolerations};
use super::{Strategy, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Object, Value};

/// The rules of RuntimeClasses.
pub static STRATEGY: Strategy = Strategy {
    validate: class_errors,
    validate_update: |new, old| {
        let mut errors = class_errors(new);
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
    // The overhead is checked like the resources of a container, of which it is the limits.
    validate_overhead(&class.body["overhead"]["podFixed"], &At::new("overhead"), &mut errors);
    let (scheduling, at) = (&class.body["scheduling"], At::new("scheduling"));
    if let Some(selector) = scheduling["nodeSelector"].as_map() {
        validate_labels(selector, &at.child("nodeSelector"), &mut errors);
    }
    validate_tolerations(&scheduling["tolerations"], &at.child("tolerations"), &mut errors);
    let tolerations = scheduling["tolerations"].items();
    let is_same = |a: &Value, b: &Value| {
        ["key", "operator", "value", "effect"].iter().all(|it| a[*it].str_or_empty() == b[*it].str_or_empty())
    };
    for (i, toleration) in tolerations.iter().enumerate() {
        if tolerations[..i].iter().any(|it| is_same(it, toleration)) {
            errors.add(duplicate_as(&TOLERATION, toleration, &at.child("tolerations").index(i)));
        }
    }
    errors
}
