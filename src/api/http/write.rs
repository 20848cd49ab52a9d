//! Creating, replacing and binding (apiserver `pkg/endpoints/handlers/create.go` and `update.go`).

use std::sync::Arc;

use super::body::Body;
use super::query::{Params, go_parse_error};
use super::route::Target;
use super::{Request, Response, body, empty, field_manager, list, success};
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::api::registry::{
    Api, Part, WriteOptions, admission_warnings, class_warning, event, name_warning, update_warnings, warnings,
};
use crate::object::{Key, Object, Value, kinds};

/// The checked options of a write. `options` is the name that errors give them, such as `CreateOptions`.
pub(super) fn write_options(params: &Params, options: &str) -> Result<WriteOptions, Response> {
    let errors = option_errors(params, ErrorList::new());
    if !errors.is_empty() {
        return Err(list::invalid_options(options, &errors).into());
    }
    Ok(WriteOptions { dry_run: params.get("dryRun").is_some(), ..WriteOptions::default() })
}

/// What is wrong with the options that every write has, after what was found before.
pub(super) fn option_errors(params: &Params, mut errors: ErrorList) -> ErrorList {
    check_field_manager(params.text("fieldManager"), &mut errors);
    let dry_run: Vec<&str> = params.all("dryRun").collect();
    check_dry_run(&dry_run, &mut errors);
    let validation = params.text("fieldValidation");
    if !matches!(validation, "" | "Ignore" | "Warn" | "Strict") {
        errors.not_supported(&Path::new("fieldValidation"), validation, &["Ignore", "Warn", "Strict"]);
    }
    errors
}

/// `ValidateFieldManager` of apimachinery `pkg/apis/meta/v1/validation`.
fn check_field_manager(manager: &str, errors: &mut ErrorList) {
    const LONGEST: usize = 128;
    let field = Path::new("fieldManager");
    if manager.len() > LONGEST {
        errors.too_long(&field, LONGEST);
    }
    for (i, c) in manager.char_indices().filter(|(_, c)| c.is_control()) {
        errors.invalid(&field, manager, format!("invalid character U+{:04X} (at position {i})", u32::from(c)));
    }
}

pub(super) fn check_dry_run(dry_run: &[&str], errors: &mut ErrorList) {
    if dry_run.iter().any(|it| *it != "All") {
        errors.not_supported(&Path::new("dryRun"), Value::list(dry_run.iter().copied()), &["All"]);
    }
}

/// POST to a collection.
pub(super) fn create(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let options = write_options(params, "CreateOptions")?;
    let mut body = body::object(request, target, params)?;
    empty::fill(&mut body.object);
    let of_contents = warnings(&body.object);
    if is_strict_about_events(target) {
        event::check_strict_creation(&body.object)?;
    }
    field_manager::record_creation(api, &mut body.object, target, params);
    let stored = api.create(body.object, &options)?;
    body.warnings.extend(name_warning(&stored));
    body.warnings.extend(class_warning(&stored));
    body.warnings.extend(of_contents);
    body.warnings.extend(admission_warnings(api.view(), &stored, None, Part::Main));
    let mut response = Response::json(201, field_manager::show(api.view(), &stored, target));
    response.warnings = body.warnings;
    Ok(response)
}

/// Whether events are written in the form that asks more of them than core/v1 does.
pub(super) fn is_strict_about_events(target: &Target) -> bool {
    target.kind == kinds::EVENT && target.group == "events.k8s.io"
}

/// PUT of an object or of a part of it.
pub(super) fn update(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
    part: Part,
) -> Result<Response, Response> {
    let options = write_options(params, "UpdateOptions")?;
    let mut body = body::object(request, target, params)?;
    body::check_name(&body.object, target)?;
    let exists = api.view().get(&body.object.key()).is_some();
    if exists {
        check_version(&body.version)?;
    }
    if is_strict_about_events(target)
        && let Some(old) = api.view().get(&body.object.key()).cloned()
    {
        event::check_strict_update(&body.object, &old)?;
    }
    let stored = replace(api, &mut body, (target, params, part), options)?;
    let code = if exists { 200 } else { 201 };
    let mut response = Response::json(code, field_manager::show(api.view(), &stored, target));
    response.warnings = body.warnings;
    Ok(response)
}

/// Replaces an object or a part of it, and records who manages what.
pub(super) fn replace(
    api: &mut Api<'_>,
    body: &mut Body,
    (target, params, part): (&Target, &Params, Part),
    mut options: WriteOptions,
) -> Result<Arc<Object>, Status> {
    match api.view().get(&body.object.key()).cloned() {
        Some(live) => {
            options.same_managers = field_manager::record_update(api, &live, &mut body.object, (target, params, part));
        }
        None => field_manager::record_creation(api, &mut body.object, target, params),
    }
    store(api, body, part, &options)
}

/// Stores what replaces an object. Where that changed what is wanted, the body's warnings grow by what is warned of.
pub(super) fn store(
    api: &mut Api<'_>,
    body: &mut Body,
    part: Part,
    options: &WriteOptions,
) -> Result<Arc<Object>, Status> {
    let before = api.view().get(&body.object.key()).cloned();
    empty::fill_times(&mut body.object);
    let stored = api.update(body.object.clone(), part, options)?;
    if part == Part::Main {
        let generation = before.as_ref().map(|object| object.meta.generation);
        body.warnings.extend(update_warnings(&body.object, generation != Some(stored.meta.generation)));
    }
    body.warnings.extend(admission_warnings(api.view(), &stored, before.as_deref(), part));
    Ok(stored)
}

/// Refuses a `metadata.resourceVersion` that is no number, as the storage does.
pub(super) fn check_version(version: &str) -> Result<(), Status> {
    if version.is_empty() || version.parse::<u64>().is_ok() {
        return Ok(());
    }
    Err(Status::failure(500, "", go_parse_error("ParseUint", version)))
}

/// POST to `pods/binding`.
pub(super) fn bind(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let options = write_options(params, "CreateOptions")?;
    let (binding, warnings) = body::posted(request, target, params, ("v1", "Binding"))?;
    let meta = &binding["metadata"];
    if meta["name"].str_or_empty() != target.name {
        return Err(Status::bad_request("name in URL does not match name in Binding object").into());
    }
    let errors = binding_errors(&binding);
    if !errors.is_empty() {
        // Upstream tells of these as of no API error.
        return Err(Status::failure(500, "", errors.to_string()).into());
    }
    let pod = Key::new(target.kind, &target.namespace, &target.name);
    let uid = meta["uid"].str_or_empty();
    if options.dry_run {
        api.check_bind(&pod, uid)?;
    } else {
        api.bind(&pod, uid, binding["target"]["name"].str_or_empty())?;
    }
    let mut response = success(201);
    response.warnings = warnings;
    Ok(response)
}

/// `ValidatePodBinding` of `pkg/apis/core/validation`.
fn binding_errors(binding: &Value) -> ErrorList {
    let mut errors = ErrorList::new();
    let target = Path::new("target");
    let kind = binding["target"]["kind"].str_or_empty();
    if !matches!(kind, "" | "Node") {
        errors.not_supported(&target.child("kind"), kind, &["Node", "<empty>"]);
    }
    if binding["target"]["name"].str_or_empty().is_empty() {
        errors.required(&target.child("name"), "");
    }
    errors
}
