//! The rules for writing a custom resource (apiextensions-apiserver `pkg/registry/customresource`), and the way from what a
//! client sends to what is written.
//!
//! Known differences: a webhook that converts between versions is never called, and whoever needs it meets its absence.

use std::sync::Arc;

use super::schema::Schema;
use super::validate::validate;
use super::{default, definition, field_path, list_type, metadata, prune, serving};
use crate::api::Status;
use crate::api::custom::Served;
use crate::api::field::{At, ErrorList, FieldError, Path, Wrong};
use crate::api::registry::syntax;
use crate::object::{Key, Object, Value};
use crate::store::View;

const ROOT: At<'static> = At::new("");

impl Served {
    /// Brings what a client sent into the shape of the version: unknown fields and useless nulls go, and defaults come.
    /// Returns the paths of the unknown fields.
    ///
    /// # Errors
    /// Why it cannot be read as an object.
    pub fn accept(&self, value: &mut Value) -> Result<Vec<String>, String> {
        let schema = &self.version().schema;
        let mut unknown = match value.as_map().is_some_and(|map| map.contains_key("metadata")) {
            true => metadata::coerce(value.field_mut("metadata"), "metadata")?,
            false => Vec::new(),
        };
        unknown.extend(prune::prune(value, schema, true));
        prune::prune_nulls(value, Some(schema));
        unknown.extend(metadata::coerce_embedded(value, schema, "")?);
        if self.version().has_defaults {
            default::apply(value, schema);
        }
        Ok(unknown)
    }

    /// Refuses to show stored objects in this version where a webhook would have to convert them: the one called `name`,
    /// or, without a name, those of the namespace or of all.
    ///
    /// # Errors
    /// That the webhook cannot be called.
    pub fn check_readable(&self, view: View<'_>, namespace: &str, name: &str) -> Result<(), Status> {
        let definition = self.definition();
        let Some(webhook) = &definition.webhook else {
            return Ok(());
        };
        let wanted = self.api_version();
        let is_other = |object: &&Arc<Object>| object.body["apiVersion"].str_or_empty() != wanted.as_str();
        let other = if name.is_empty() {
            let is_asked = |it: &&Arc<Object>| namespace.is_empty() || it.meta.namespace == namespace;
            view.list(definition.kind).filter(is_asked).find(is_other)
        } else {
            view.get(&Key::new(definition.kind, namespace, name)).filter(is_other)
        };
        match other {
            Some(object) => {
                Err(webhook.failure(view, object.body["apiVersion"].str_or_empty(), &definition.names.kind))
            }
            None => Ok(()),
        }
    }
}

/// A new object before it is checked.
pub fn prepare_create(served: &Served, object: &mut Object) {
    if served.version().status {
        object.body.remove("status");
    }
    object.meta.generation = 1;
}

/// A changed object before it is checked: the status stays where it is a subresource, and other changes are counted.
pub fn prepare_update(served: &Served, new: &mut Object, old: &Object) {
    if served.version().status {
        match old.body.get("status") {
            Some(status) => {
                new.body.insert("status", status);
            }
            None => {
                new.body.remove("status");
            }
        }
    }
    if new.body != old.body {
        new.meta.generation = old.meta.generation + 1;
    }
}

/// A changed status before it is checked: everything else stays.
pub fn prepare_status_update(new: &mut Object, old: &Object) {
    let status = new.body.remove("status");
    let managed = std::mem::take(&mut new.meta.managed_fields);
    *new = Object { meta: old.meta.clone(), ..old.clone() };
    new.meta.managed_fields = managed;
    match status {
        Some(status) => {
            new.body.insert("status", status);
        }
        None => {
            new.body.remove("status");
        }
    }
}

/// The object with its kind and the names that schemas and rules may look at.
fn whole(object: &Object) -> Value {
    object.to_value(None)
}

/// Checks a new object; its metadata is checked elsewhere.
pub fn validate_create(served: &Served, object: &Object) -> ErrorList {
    let schema = &served.version().schema;
    let value = whole(object);
    let mut errors = validate(schema, &value, None, "").field_errors(None);
    scale_spec(served, &value, &mut errors);
    scale_status(served, &value, &mut errors);
    metadata::validate_embedded(schema, &value, false, &ROOT, &mut errors);
    list_type::check(schema, &value, &ROOT, &mut errors);
    rules(served, &value, None, &mut errors);
    errors
}

/// Checks a changed object against what is stored, both in the same version.
pub fn validate_update(served: &Served, new: &Object, old: &Object) -> ErrorList {
    let schema = &served.version().schema;
    let (value, stored) = (whole(new), whole(old));
    let mut errors = validate(schema, &value, Some(&stored), "").field_errors(None);
    scale_spec(served, &value, &mut errors);
    scale_status(served, &value, &mut errors);
    metadata::validate_embedded(schema, &value, false, &ROOT, &mut errors);
    changed_lists(schema, &value, &stored, &mut errors);
    rules(served, &value, Some(&stored), &mut errors);
    errors
}

/// Checks a changed status.
pub fn validate_status_update(served: &Served, new: &Object, old: &Object) -> ErrorList {
    let schema = &served.version().schema;
    let (value, stored) = (whole(new), whole(old));
    let mut errors = ErrorList::new();
    if let (Some(of), Some(status)) = (schema.properties.get("status"), new.body.get("status")) {
        let outcome = validate(of, status, old.body.get("status"), "");
        errors.extend(outcome.field_errors(Some(&Path::new("status"))));
    }
    scale_status(served, &value, &mut errors);
    changed_lists(schema, &value, &stored, &mut errors);
    rules(served, &value, Some(&stored), &mut errors);
    errors
}

/// Duplicates are told of lists that had none before.
fn changed_lists(schema: &Schema, new: &Value, old: &Value, errors: &mut ErrorList) {
    let mut before = ErrorList::new();
    list_type::check(schema, old, &ROOT, &mut before);
    if before.is_empty() {
        list_type::check(schema, new, &ROOT, errors);
    }
}

/// Runs the rules of a version, unless what is wrong already could mislead them.
fn rules(served: &Served, value: &Value, old: Option<&Value>, errors: &mut ErrorList) {
    let Some(rules) = &served.version().rules else {
        return;
    };
    let is_blocking = |wrong: Wrong| {
        matches!(wrong, Wrong::NotSupported | Wrong::Required | Wrong::TooLong | Wrong::TooMany | Wrong::TypeInvalid)
    };
    if errors.iter().any(|error| is_blocking(error.wrong)) {
        let detail = "some validation rules were not checked because the object was invalid; correct the existing errors to \
                      complete validation";
        errors.add(FieldError {
            wrong: Wrong::Invalid,
            field: Path::default().to_string(),
            shown: "null".to_owned(),
            detail: detail.to_owned(),
        });
        return;
    }
    rules.validate(value, old, None, errors);
}

fn scale_spec(served: &Served, value: &Value, errors: &mut ErrorList) {
    if let Some(scale) = &served.version().scale {
        replicas(&scale.spec_replicas, value, errors);
    }
}

fn scale_status(served: &Served, value: &Value, errors: &mut ErrorList) {
    let Some(scale) = &served.version().scale else {
        return;
    };
    replicas(&scale.status_replicas, value, errors);
    if let Some(path) = &scale.label_selector
        && let Some(other) = field_path::value_at(value, path).filter(|it| it.as_str().is_none())
    {
        let why = accessor_error(path, other, "string");
        errors.invalid(&Path::new(path), "", why);
    }
}

/// Checks that what `path` leads to can be a number of replicas.
fn replicas(path: &str, value: &Value, errors: &mut ErrorList) {
    let at = Path::new(path);
    match field_path::value_at(value, path) {
        None => {}
        Some(Value::Int(it)) if *it < 0 => errors.invalid(&at, *it, "should be a non-negative integer"),
        Some(Value::Int(it)) if *it > i64::from(i32::MAX) => {
            errors.invalid(&at, *it, format!("should be less than or equal to {}", i32::MAX));
        }
        Some(Value::Int(_)) => {}
        Some(other) => errors.invalid(&at, 0_i64, accessor_error(path, other, "int64")),
    }
}

/// What Go's accessor says of a field of another type.
fn accessor_error(path: &str, value: &Value, wanted: &str) -> String {
    let (text, ty) = match value {
        Value::Null => ("<nil>".to_owned(), "<nil>"),
        Value::Bool(it) => (it.to_string(), "bool"),
        Value::Int(it) => (it.to_string(), "int64"),
        Value::Float(it) => (it.to_string(), "float64"),
        Value::Str(it) => (it.to_string(), "string"),
        Value::List(_) => (value.to_json(), "[]interface {}"),
        Value::Map(_) => (value.to_json(), "map[string]interface {}"),
    };
    format!("{path} accessor error: {text} is of the type {ty}, expected {wanted}")
}

/// What a client is told of finalizers without a domain or a path (`validateKubeFinalizerName`).
pub fn finalizer_warnings(object: &Object) -> Vec<String> {
    let mut added: Vec<&str> = object.meta.finalizers.iter().map(|it| it.as_str()).collect();
    added.sort_unstable();
    added.dedup();
    let mut warnings = Vec::new();
    for finalizer in added {
        for wrong in syntax::qualified_name(finalizer) {
            warnings.push(format!("metadata.finalizers: {finalizer:?}: {wrong}"));
        }
        if finalizer.contains('/') || matches!(finalizer, "orphan" | "foregroundDeletion" | "kubernetes") {
            continue;
        }
        let prefer = if finalizer.contains('.') {
            "prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer \
             writers"
        } else {
            "prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers"
        };
        warnings.push(format!("metadata.finalizers: {finalizer:?}: {prefer}"));
    }
    warnings
}

/// An object as it is stored: in the storage version of its definition.
///
/// # Errors
/// That the webhook cannot be called that would convert it.
pub fn to_storage(view: View<'_>, definition: &definition::Shared, object: &mut Object) -> Result<(), Status> {
    let Some(storage) = serving::stored(definition) else {
        return Ok(());
    };
    let api_version = storage.api_version();
    let given = object.body["apiVersion"].str_or_empty();
    if given == api_version.as_str() {
        return Ok(());
    }
    if let Some(webhook) = &definition.webhook {
        return Err(webhook.failure(view, given, &definition.names.kind));
    }
    object.body.insert("apiVersion", api_version);
    let mut value = Value::Map(std::mem::take(&mut object.body));
    prune::prune(&mut value, &storage.version().schema, true);
    prune::prune_nulls(&mut value, Some(&storage.version().schema));
    default::apply(&mut value, &storage.version().schema);
    if let Value::Map(body) = value {
        object.body = body;
    }
    Ok(())
}
