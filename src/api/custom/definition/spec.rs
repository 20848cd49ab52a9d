//! The checks of a definition's `spec` and `status` (apiextensions-apiserver
//! `pkg/apis/apiextensions/validation/validation.go`).
//!
//! Parts that all versions have in common are told as `spec.validation`, `spec.subresources` and so on, the form in which a
//! server keeps them.
//!
//! Known differences: the value that is shown for `spec.versions` is the list as a client wrote it.

use super::super::names::dns1035_label;
use super::super::schema::Schema;
use super::super::structural;
use super::{conversion, open_api, parts, schema_defaults};
use crate::api::field::{At, ErrorList};
use crate::api::registry::syntax;
use crate::object::{Object, Value};

const SPEC: At<'static> = At::new("spec");

/// What a root schema may say when the version has a status subresource.
const AT_ROOT: [&str; 22] = [
    "Description",
    "Type",
    "Format",
    "Title",
    "Maximum",
    "ExclusiveMaximum",
    "Minimum",
    "ExclusiveMinimum",
    "MaxLength",
    "MinLength",
    "Pattern",
    "MaxItems",
    "MinItems",
    "UniqueItems",
    "MultipleOf",
    "Required",
    "Items",
    "Properties",
    "ExternalDocs",
    "Example",
    "XPreserveUnknownFields",
    "XValidations",
];

/// A field of versions, and whether all of them say the same about it.
fn common<'a>(versions: &'a [Value], field: &str) -> Option<&'a Value> {
    let first = versions.first()?.get(field);
    versions.iter().all(|it| it.get(field) == first).then_some(first)
}

/// Checks `spec`.
pub fn check(spec: &Value, errors: &mut ErrorList) {
    let versions = spec["versions"].items();
    group_and_scope(spec, errors);
    for (i, version) in versions.iter().enumerate() {
        if version["schema"]["openAPIV3Schema"].as_map().is_none() {
            let at = SPEC.child("versions");
            let at = at.index(i);
            let at = at.child("schema");
            errors.required(&at.child("openAPIV3Schema"), "");
        }
    }
    if spec["preserveUnknownFields"].is_true() && has_schema_with(versions, &|it| it.default.is_some()) {
        let detail = "must be false in order to use defaults in the schema";
        errors.invalid(&SPEC.child("preserveUnknownFields"), true, detail);
    }
    each_version(versions, errors);
    list_of_versions(&spec["versions"], errors);
    let names = &spec["names"];
    let at_names = SPEC.child("names");
    for field in ["plural", "singular", "kind", "listKind"] {
        if names[field].str_or_empty().is_empty() {
            errors.required(&at_names.child(field), "");
        }
    }
    parts::names(names, &at_names, errors);
    if let Some(shared) = common(versions, "schema") {
        let has_status = versions.iter().any(has_status);
        check_schema(&shared["openAPIV3Schema"], has_status, &SPEC.child("validation"), errors);
    }
    if let Some(shared) = common(versions, "subresources") {
        parts::subresources(shared, &SPEC.child("subresources"), errors);
    }
    if let Some(shared) = common(versions, "additionalPrinterColumns") {
        parts::columns(shared, &SPEC.child("additionalPrinterColumns"), errors);
    }
    if let Some(shared) = common(versions, "selectableFields") {
        let schema = versions.first().map(|it| Schema::parse(&it["schema"]["openAPIV3Schema"])).unwrap_or_default();
        parts::selectable_fields(shared, &schema, &SPEC.child("selectableFields"), errors);
    }
    conversion::check(&spec["conversion"], &SPEC.child("conversion"), errors);
}

fn has_schema_with(versions: &[Value], holds: &dyn Fn(&Schema) -> bool) -> bool {
    versions.iter().any(|it| Schema::parse(&it["schema"]["openAPIV3Schema"]).any(holds))
}

fn has_status(version: &Value) -> bool {
    version["subresources"]["status"].as_map().is_some()
}

fn group_and_scope(spec: &Value, errors: &mut ErrorList) {
    let group = spec["group"].str_or_empty();
    let at = SPEC.child("group");
    let wrong = syntax::dns_subdomain(group);
    if group.is_empty() {
        errors.required(&at, "");
    } else if !wrong.is_empty() {
        errors.invalid(&at, group, wrong.join(","));
    } else if !group.contains('.') {
        errors.invalid(&at, group, "should be a domain with at least one dot");
    }
    let at = SPEC.child("scope");
    match spec["scope"].str_or_empty() {
        "" => errors.required(&at, ""),
        "Cluster" | "Namespaced" => {}
        other => errors.not_supported(&at, other, &["Cluster", "Namespaced"]),
    }
}

fn each_version(versions: &[Value], errors: &mut ErrorList) {
    let is_own = |field: &str| common(versions, field).is_none();
    let at_versions = SPEC.child("versions");
    for (i, version) in versions.iter().enumerate() {
        let at = at_versions.index(i);
        let wrong = dns1035_label(version["name"].str_or_empty());
        if !wrong.is_empty() {
            errors.invalid(&at.child("name"), version["name"].str_or_empty(), wrong.join(","));
        }
        parts::deprecation(version, &at, errors);
        if is_own("schema") {
            check_schema(&version["schema"]["openAPIV3Schema"], has_status(version), &at.child("schema"), errors);
        }
        if is_own("subresources") {
            parts::subresources(&version["subresources"], &at.child("subresources"), errors);
        }
        if is_own("additionalPrinterColumns") {
            let columns = &version["additionalPrinterColumns"];
            parts::columns(columns, &at.child("additionalPrinterColumns"), errors);
        }
        if is_own("selectableFields") {
            let schema = Schema::parse(&version["schema"]["openAPIV3Schema"]);
            parts::selectable_fields(&version["selectableFields"], &schema, &at.child("selectableFields"), errors);
        }
    }
}

fn list_of_versions(versions: &Value, errors: &mut ErrorList) {
    let at = SPEC.child("versions");
    let all = versions.items();
    let is_repeated = |(i, it): (usize, &Value)| all[..i].iter().any(|before| before["name"] == it["name"]);
    if all.iter().enumerate().any(is_repeated) {
        errors.invalid(&at, versions, "must contain unique version names");
    }
    if all.iter().filter(|it| it["storage"].is_true()).count() != 1 {
        errors.invalid(&at, versions, "must have exactly one version marked as storage version");
    }
}

/// Checks a schema that is at `at` (`spec.validation`, or `schema` of a version).
fn check_schema(value: &Value, has_status: bool, at: &At<'_>, errors: &mut ErrorList) {
    if value.as_map().is_none() {
        return;
    }
    let schema = Schema::parse(value);
    let at_schema = at.child("openAPIV3Schema");
    let count = errors.len();
    if has_status {
        root_with_status(&schema, value, at, errors);
    }
    if schema.nullable {
        errors.forbidden(&at.child("openAPIV3Schema.nullable"), "nullable cannot be true at the root");
    }
    let unreadable = structural::unreadable(&schema);
    let mut is_structural = false;
    if unreadable.is_none() {
        let found = structural::errors(&schema, &at_schema);
        is_structural = found.is_empty();
        errors.extend(found);
        if is_structural {
            let before = errors.len();
            schema_defaults::check(&schema, &at_schema, errors);
            is_structural = errors.len() == before;
        }
    }
    open_api::check(&schema, &at_schema, is_structural, errors);
    if let Some(why) = unreadable.filter(|_| errors.len() == count) {
        errors.invalid(&at_schema, "", why);
    }
}

fn root_with_status(schema: &Schema, value: &Value, at: &At<'_>, errors: &mut ErrorList) {
    if schema.ty != "object" && !schema.ty.is_empty() {
        let detail =
            "only \"object\" is allowed as the type at the root of the schema if the status subresource is enabled";
        errors.invalid(&at.child("openAPIV3Schema.type"), schema.ty.as_str(), detail);
        return;
    }
    let go_name = |key: &str| match key.strip_prefix("x-kubernetes-") {
        Some(rest) => format!("X{}", rest.split('-').map(capitalized).collect::<String>()),
        None => capitalized(key.trim_start_matches('$')),
    };
    let is_allowed = |key: &str| AT_ROOT.contains(&go_name(key).as_str());
    let mut keys = value.as_map().into_iter().flat_map(|map| map.iter()).filter(|(_, it)| !it.is_empty());
    if keys.any(|(key, _)| !is_allowed(key)) {
        let detail = format!(
            "only [{}] fields are allowed at the root of the schema if the status subresource is enabled",
            AT_ROOT.join(" ")
        );
        errors.invalid(&at.child("openAPIV3Schema"), value, detail);
    }
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// Checks `status`.
pub fn check_status(definition: &Object, errors: &mut ErrorList) {
    let status = At::new("status");
    parts::names(&definition.status()["acceptedNames"], &status.child("acceptedNames"), errors);
}

/// Checks which versions objects may still be stored in.
pub fn check_stored_versions(definition: &Object, errors: &mut ErrorList) {
    let status = At::new("status");
    let at = status.child("storedVersions");
    let stored = &definition.status()["storedVersions"];
    let versions = definition.spec()["versions"].items();
    if stored.items().is_empty() {
        errors.invalid(&at, stored, "must have at least one stored version");
        return;
    }
    for version in versions.iter().filter(|it| it["storage"].is_true()) {
        if !stored.items().contains(&version["name"]) {
            let detail = format!("must have the storage version {}", version["name"].str_or_empty());
            errors.invalid(&at, stored, detail);
        }
    }
    for (i, name) in stored.items().iter().enumerate() {
        if !versions.iter().any(|it| it["name"] == *name) {
            let version = name.str_or_empty();
            let detail = format!(
                "missing from spec.versions; {version} was previously a storage version, and must remain in spec.versions until \
                 a storage migration ensures no data remains persisted in {version} and removes {version} from \
                 status.storedVersions"
            );
            errors.invalid(&at.index(i), name, detail);
        }
    }
}
