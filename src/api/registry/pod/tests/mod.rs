//! Tables over whole pods.

mod defaults;
mod go_form;
mod label_keys;
mod update;
mod validation;

use crate::object::{Object, Value, kinds};

/// A pod from JSON, undefaulted.
fn pod(json: &str) -> Object {
    Object::from_value(kinds::POD, &Value::from_json(json.as_bytes()).expect("the table holds JSON"))
}

/// A pod with this spec, undefaulted.
fn pod_with_spec(spec: &str) -> Object {
    pod(&format!(r#"{{"metadata":{{"name":"p","namespace":"default"}},"spec":{spec}}}"#))
}
