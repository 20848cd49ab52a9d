//! The rules of StorageClasses and VolumeAttributesClasses.

use super::{validate_driver_name, validate_parameters};
use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::IMMUTABLE;
use crate::api::registry::{Strategy, format, syntax};
use crate::object::{Map, Object, Str, Value, literal};

/// The rules of StorageClasses.
pub static STORAGE_CLASS: Strategy = Strategy {
    default: |class| {
        for (field, value) in [("reclaimPolicy", literal!("Delete")), ("volumeBindingMode", literal!("Immediate"))] {
            if class.body[field].is_null() {
                class.body.insert(field, value);
            }
        }
    },
    validate: class_errors,
    validate_update: |new, old| {
        let mut errors = class_errors(new);
        for field in ["parameters", "provisioner", "reclaimPolicy"] {
            if !same(&new.body, &old.body, field) {
                errors.forbidden(&At::new(field), format!("updates to {field} are forbidden."));
            }
        }
        if !same(&new.body, &old.body, "volumeBindingMode") {
            errors.invalid(&At::new("volumeBindingMode"), &new.body["volumeBindingMode"], IMMUTABLE);
        }
        errors
    },
    ..Strategy::PLAIN
};

/// The rules of VolumeAttributesClasses.
pub static VOLUME_ATTRIBUTES_CLASS: Strategy = Strategy {
    validate: attributes_errors,
    validate_update: |new, old| {
        let mut errors = attributes_errors(new);
        for field in ["driverName", "parameters"] {
            if !same(&new.body, &old.body, field) {
                errors.forbidden(&At::new(field), format!("updates to {field} are forbidden."));
            }
        }
        errors
    },
    ..Strategy::PLAIN
};

fn attributes_errors(class: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    validate_driver_name(class.body["driverName"].str_or_empty(), &At::new("driverName"), &mut errors);
    validate_parameters(&class.body["parameters"], false, &At::new("parameters"), &mut errors);
    errors
}

fn same(new: &Map, old: &Map, field: &str) -> bool {
    new[field].is_same(&old[field]) || new[field].is_empty() && old[field].is_empty()
}

fn class_errors(class: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let (provisioner, at) = (class.body["provisioner"].str_or_empty(), At::new("provisioner"));
    if provisioner.is_empty() {
        errors.required(&at, "");
    } else {
        for wrong in syntax::qualified_name(&provisioner.to_ascii_lowercase()) {
            errors.invalid(&at, provisioner, wrong);
        }
    }
    validate_parameters(&class.body["parameters"], true, &At::new("parameters"), &mut errors);
    let policy = &class.body["reclaimPolicy"];
    if !policy.is_empty() {
        format::optional_one_of(policy, &["Delete", "Retain"], &At::new("reclaimPolicy"), &mut errors);
    }
    let modes = ["Immediate", "WaitForFirstConsumer"];
    format::optional_one_of(&class.body["volumeBindingMode"], &modes, &At::new("volumeBindingMode"), &mut errors);
    validate_topologies(&class.body["allowedTopologies"], &mut errors);
    errors
}

/// Checks topologies: no two of them may say the same (`validateAllowedTopologies`).
fn validate_topologies(topologies: &Value, errors: &mut ErrorList) {
    let at = At::new("allowedTopologies");
    let mut seen: Vec<Map> = Vec::new();
    for (i, term) in topologies.items().iter().enumerate() {
        let at = at.index(i);
        let at = at.child("matchLabelExpressions");
        let mut keys = Map::new();
        for (i, requirement) in term["matchLabelExpressions"].items().iter().enumerate() {
            let at = at.index(i);
            let key = requirement["key"].str_or_empty();
            let values = validate_requirement(requirement, &at, errors);
            if keys.contains_key(key) {
                errors.duplicate(&at.child("key"), key);
            }
            keys.insert(key, Value::list(values));
        }
        if seen.contains(&keys) {
            errors.duplicate(&at, "");
        }
        seen.push(keys);
    }
}

fn validate_requirement(requirement: &Value, at: &At<'_>, errors: &mut ErrorList) -> Vec<Str> {
    let values_at = at.child("values");
    let mut values: Vec<Str> = Vec::new();
    if requirement["values"].items().is_empty() {
        errors.required(&values_at, "");
    }
    for (i, value) in requirement["values"].items().iter().enumerate() {
        let value = Str::from(value.str_or_empty());
        if values.contains(&value) {
            errors.duplicate(&values_at.index(i), &value);
        } else {
            values.push(value);
        }
    }
    let key = requirement["key"].str_or_empty();
    for wrong in syntax::qualified_name(key) {
        errors.invalid(&at.child("key"), key, wrong);
    }
    values.sort();
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn class(json: &str) -> Object {
        let mut class =
            Object::from_value(kinds::STORAGE_CLASS, &Value::from_json(json.as_bytes()).expect("the table holds JSON"));
        (STORAGE_CLASS.default)(&mut class);
        class
    }

    #[test]
    fn a_storage_class_keeps_what_its_volumes_were_made_by() {
        let old = class(r#"{"provisioner":"csi.example.com","parameters":{"type":"ssd"}}"#);
        assert_eq!(old.body["reclaimPolicy"].str_or_empty(), "Delete");
        assert!(class_errors(&old).is_empty());
        let new = class(
            r#"{"provisioner":"csi.example.com","volumeBindingMode":"WaitForFirstConsumer","allowVolumeExpansion":true}"#,
        );
        let want = "[parameters: Forbidden: updates to parameters are forbidden., volumeBindingMode: Invalid value: \
                    \"WaitForFirstConsumer\": field is immutable]";
        assert_eq!((STORAGE_CLASS.validate_update)(&new, &old).to_string(), want);
        let new = class(r#"{"provisioner":"csi.example.com","parameters":{"type":"ssd"},"reclaimPolicy":"Recycle"}"#);
        let want = "[reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\", \
                    reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.]";
        assert_eq!((STORAGE_CLASS.validate_update)(&new, &old).to_string(), want);
    }

    #[test]
    fn two_topologies_that_say_the_same_are_one_too_many() {
        let topology = r#"{"matchLabelExpressions":[{"key":"zone","values":["b","a"]}]}"#;
        let again = topology.replace("\"b\",\"a\"", "\"a\",\"b\"");
        let errors =
            class_errors(&class(&format!(r#"{{"provisioner":"p","allowedTopologies":[{topology},{again}]}}"#)));
        assert_eq!(errors.to_string(), "allowedTopologies[1].matchLabelExpressions: Duplicate value: \"\"");
    }
}
