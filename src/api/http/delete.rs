//! Deleting one object or a collection, and evicting (apiserver `pkg/endpoints/handlers/delete.go`).

use std::sync::Arc;

use super::query::Params;
use super::route::Target;
use super::{Request, Response, body, field_manager, list, success, write};
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::api::registry::{Api, DeleteOptions, Deleted, Propagation, returns_deleted_object};
use crate::map;
use crate::object::{Key, Object, Value};

/// DELETE of an object.
pub(super) fn object(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let given = given_options(request, params)?;
    let options = checked(&given)?;
    let key = Key::new(target.kind, &target.namespace, &target.name);
    let (object, waits) = match api.delete(&key, &options)? {
        Deleted::Waiting(object) => (object, true),
        Deleted::Gone(object) if returns_deleted_object(target.kind) => (object, false),
        Deleted::Gone(object) => return Ok(deleted(&object)),
    };
    // Whoever still asks in the old way, with `orphanDependents: false`, is told that it goes on.
    let code = if waits && given["orphanDependents"].as_bool() == Some(false) { 202 } else { 200 };
    Ok(Response::json(code, field_manager::show(api.view(), &object, target)))
}

/// The success `Status` that names what was deleted.
fn deleted(object: &Object) -> Response {
    let info = object.kind.info();
    let details = map! {
        "name" => &object.meta.name,
        "group" => (!info.group.is_empty()).then_some(info.group),
        "kind" => info.plural,
        "uid" => &object.meta.uid,
    };
    let status = map! {
        "kind" => "Status", "apiVersion" => "v1", "metadata" => Value::empty_map(), "status" => "Success", "details" => details,
    };
    Response::json(200, Value::Map(status))
}

/// DELETE of a collection: each object that is selected, and what they were.
pub(super) fn collection(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let selection = list::Selection::parse(target, params)?;
    list::check_options(params)?;
    let options = options(request, params)?;
    let version = api.view().version();
    // With a limit only the first page goes.
    let limit = params.number("limit")?.and_then(|it| usize::try_from(it).ok()).filter(|it| *it > 0);
    let selected = list::current(api.view(), target).into_iter().filter(|object| selection.matches(object));
    let chosen: Vec<Arc<Object>> = selected.take(limit.unwrap_or(usize::MAX)).collect();
    for object in &chosen {
        match api.delete(&object.key(), &options) {
            Err(status) if !status.is_not_found() => return Err(status.into()),
            _ => {}
        }
    }
    let meta = map! { "resourceVersion" => version.to_string() };
    Ok(Response::json(200, list::list_of(api.view(), target, meta, chosen.iter())))
}

const EVICTION_BETA: &str = "policy/v1beta1";

/// POST to `pods/eviction`: a deletion with the options that the eviction carries.
pub(super) fn evict(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
) -> Result<Response, Response> {
    let dry_run = write::write_options(params, "CreateOptions")?.dry_run;
    // The version that went before is taken as well.
    let is_beta = body::parse_as(request, "Eviction").is_ok_and(|it| it["apiVersion"].str_or_empty() == EVICTION_BETA);
    let version = if is_beta { EVICTION_BETA } else { "policy/v1" };
    let (eviction, warnings) = body::posted(request, target, params, (version, "Eviction"))?;
    let name = eviction["metadata"]["name"].str_or_empty();
    if name != target.name {
        return Err(Status::bad_request("name in URL does not match name in Eviction object").into());
    }
    let mut options = checked(&eviction["deleteOptions"])?;
    options.dry_run |= dry_run;
    api.evict(&Key::new(target.kind, &target.namespace, &target.name), &options)?;
    let mut response = success(201);
    response.warnings = warnings;
    Ok(response)
}

fn options(request: &Request, params: &Params) -> Result<DeleteOptions, Response> {
    checked(&given_options(request, params)?)
}

/// The options of a DELETE as they are given: its body, or without one its parameters.
fn given_options(request: &Request, params: &Params) -> Result<Value, Response> {
    if request.body.is_empty() {
        return Ok(from_params(params)?);
    }
    let given = body::parse_as(request, "DeleteOptions")?;
    let kind = given["kind"].str_or_empty();
    if !matches!(kind, "" | "DeleteOptions") {
        let version = given["apiVersion"].str_or_empty();
        return Err(Status::bad_request(format!(
            "no kind {kind:?} is registered for version {version:?} in scheme \
             \"k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27\""
        ))
        .into());
    }
    Ok(given)
}

/// `DeleteOptions` as an object, from a query.
fn from_params(params: &Params) -> Result<Value, Status> {
    let dry_run: Vec<&str> = params.all("dryRun").collect();
    Ok(Value::Map(map! {
        "gracePeriodSeconds" => params.number("gracePeriodSeconds")?,
        "propagationPolicy" => params.get("propagationPolicy"),
        "orphanDependents" => params.flag("orphanDependents"),
        "dryRun" => (!dry_run.is_empty()).then(|| Value::list(dry_run)),
    }))
}

/// Checks `DeleteOptions` (`ValidateDeleteOptions` of `pkg/apis/meta/v1/validation`).
fn checked(given: &Value) -> Result<DeleteOptions, Response> {
    let mut errors = ErrorList::new();
    let field = Path::new("propagationPolicy");
    let policy = given["propagationPolicy"].as_str();
    let orphan = given["orphanDependents"].as_bool();
    if let (Some(policy), Some(_)) = (policy, orphan) {
        errors.invalid(&field, policy, "orphanDependents and deletionPropagation cannot be both set");
    }
    let propagation = match policy {
        None => orphan.map(|it| if it { Propagation::Orphan } else { Propagation::Background }),
        Some("Orphan") => Some(Propagation::Orphan),
        Some("Background") => Some(Propagation::Background),
        Some("Foreground") => Some(Propagation::Foreground),
        Some(other) => {
            errors.not_supported(&field, other, &["Foreground", "Background", "Orphan", "nil"]);
            None
        }
    };
    let dry_run: Vec<&str> = given["dryRun"].items().iter().map(Value::str_or_empty).collect();
    write::check_dry_run(&dry_run, &mut errors);
    if !errors.is_empty() {
        return Err(list::invalid_options("DeleteOptions", &errors).into());
    }
    let preconditions = &given["preconditions"];
    Ok(DeleteOptions {
        grace_seconds: given["gracePeriodSeconds"].as_i64(),
        propagation,
        uid: preconditions["uid"].as_shared_str().cloned(),
        resource_version: preconditions["resourceVersion"].as_shared_str().cloned(),
        dry_run: !dry_run.is_empty(),
    })
}
