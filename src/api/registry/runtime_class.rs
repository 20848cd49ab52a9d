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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Value, kinds};

    #[test]
    fn the_overhead_of_a_class_has_the_form_of_limits() {
        let mut class = Object::new(kinds::RUNTIME_CLASS, "", "sandbox");
        class.body.insert("handler", "sandbox");
        let mut check = |fixed: &str, want: &str| {
            let overhead = Value::from_json(format!(r#"{{"podFixed":{fixed}}}"#).as_bytes()).expect("valid JSON");
            class.body.insert("overhead", overhead);
            let errors = class_errors(&class);
            assert_eq!(if errors.is_empty() { String::new() } else { errors.to_string() }, want, "{fixed}");
        };
        check(r#"{"cpu":"250m","memory":"10Mi"}"#, "");
        check(r#"{"cpu":"-1"}"#, "overhead.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0");
    }
}
