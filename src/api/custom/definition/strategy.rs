//! The rules of the kind CustomResourceDefinition (apiextensions-apiserver `pkg/registry/customresourcedefinition`,
//! `pkg/apis/apiextensions/v1/defaults.go`).

use super::super::format;
use super::super::schema::Schema;
use super::conditions::{self, Condition};
use super::{known_fields, spec, update};
use crate::api::field::{At, ErrorList};
use crate::api::registry::Strategy;
use crate::clock::Time;
use crate::map;
use crate::object::{Object, Value};

/// The finalizer that keeps a definition until its objects are gone.
pub const CLEANUP: &str = "customresourcecleanup.apiextensions.k8s.io";

/// The rules.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create,
    validate,
    prepare_update,
    validate_update,
    validate_status_update,
    ..Strategy::PLAIN
};

fn default(definition: &mut Object) {
    known_fields::tidy(definition);
    let spec = definition.spec_mut();
    let kind = spec["names"]["kind"].str_or_empty().to_owned();
    let names = spec.field_mut("names");
    if names["singular"].str_or_empty().is_empty() && !kind.is_empty() {
        names.set("singular", kind.to_lowercase());
    }
    if names["listKind"].str_or_empty().is_empty() && !kind.is_empty() {
        names.set("listKind", format!("{kind}List"));
    }
    if spec["conversion"].as_map().is_none() {
        spec.set("conversion", map! { "strategy" => "None" });
    }
    if spec["conversion"]["webhook"]["clientConfig"]["service"].as_map().is_some() {
        spec.at_mut(&["conversion", "webhook", "clientConfig", "service"]).set_default("port", 443_i64);
    }
}

/// The storage version is among the versions that objects may be stored in.
fn store_version(definition: &mut Object) {
    let versions = definition.spec()["versions"].items();
    let Some(name) = versions.iter().find(|it| it["storage"].is_true()).map(|it| it["name"].clone()) else {
        return;
    };
    if !definition.status()["storedVersions"].items().contains(&name) {
        definition.status_mut().field_mut("storedVersions").items_mut().push(name);
    }
}

/// Names and conditions that are empty and yet written.
fn empty_status() -> Value {
    Value::Map(map! {
        "acceptedNames" => map! { "kind" => "", "plural" => "" },
        "conditions" => Value::list(Vec::<Value>::new()),
        "storedVersions" => Value::list(Vec::<Value>::new()),
    })
}

fn prepare_create(definition: &mut Object) {
    *definition.status_mut() = empty_status();
    definition.meta.generation = 1;
    store_version(definition);
}

fn prepare_update(new: &mut Object, old: &Object) {
    if new.spec() != old.spec() {
        new.meta.generation = old.meta.generation + 1;
    }
    store_version(new);
}

fn required_name(definition: &Object) -> String {
    let spec = definition.spec();
    format!("{}.{}", spec["names"]["plural"].str_or_empty(), spec["group"].str_or_empty())
}

fn validate(definition: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if definition.meta.name != required_name(definition) {
        let metadata = At::new("metadata");
        let detail = "must be spec.names.plural+\".\"+spec.group";
        errors.invalid(&metadata.child("name"), &definition.meta.name, detail);
    }
    spec::check(definition.spec(), &mut errors);
    spec::check_status(definition, &mut errors);
    spec::check_stored_versions(definition, &mut errors);
    update::check_approval(definition, None, &mut errors);
    preserve_unknown_fields(definition, None, &mut errors);
    errors
}

fn validate_update(new: &Object, old: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    if new.spec() != old.spec() {
        spec::check(new.spec(), &mut errors);
    }
    update::check(new, old, &mut errors);
    spec::check_status(new, &mut errors);
    spec::check_stored_versions(new, &mut errors);
    update::check_approval(new, Some(old), &mut errors);
    preserve_unknown_fields(new, Some(old), &mut errors);
    errors
}

fn validate_status_update(new: &Object, _: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    spec::check_status(new, &mut errors);
    errors
}

fn preserve_unknown_fields(new: &Object, old: Option<&Object>, errors: &mut ErrorList) {
    let is_set = |it: &Object| it.spec()["preserveUnknownFields"].is_true();
    if is_set(new) && !old.is_some_and(is_set) {
        let spec = At::new("spec");
        let detail =
            "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
        errors.invalid(&spec.child("preserveUnknownFields"), true, detail);
    }
}

/// A definition as its deletion leaves it at first: kept by a finalizer, and marked; `None` when it is marked already
/// (`REST.Delete` in `pkg/registry/customresourcedefinition/etcd.go`).
pub fn deletion(definition: &Object, now: Time) -> Option<Object> {
    if definition.meta.is_terminating() {
        return None;
    }
    let mut marked = definition.clone();
    marked.meta.deleted = Some(now.truncated());
    marked.meta.add_finalizer(CLEANUP);
    let pending = Condition {
        ty: "Terminating",
        status: "True",
        reason: "InstanceDeletionPending",
        message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    };
    conditions::set(&mut marked, pending, now);
    Some(marked)
}

/// What a client is told for writing a definition: formats that nobody checks, and sets of what is no scalar.
pub fn warnings(definition: &Object) -> Vec<String> {
    let (mut formats, mut sets) = (Vec::new(), Vec::new());
    for version in definition.spec()["versions"].items() {
        let schema = Schema::parse(&version["schema"]["openAPIV3Schema"]);
        collect(&schema, &mut formats, &mut sets);
    }
    sets.sort();
    sets.dedup();
    formats.into_iter().chain(sets).collect()
}

fn collect(schema: &Schema, formats: &mut Vec<String>, sets: &mut Vec<String>) {
    if !schema.format.is_empty() && format::of_schema(schema).is_empty() {
        formats.push(format!("unrecognized format {:?}", schema.format));
    }
    if let (Some("set"), Some(items)) = (schema.list_type.as_deref(), &schema.items)
        && matches!(items.ty.as_str(), "object" | "array")
    {
        sets.push(format!(
            "x-kubernetes-list-type: set for items of type {:?} is not supported by server-side apply or CEL validation rules",
            items.ty
        ));
    }
    for child in schema.children() {
        collect(child, formats, sets);
    }
}
