//! Server-side apply (`applyPatcher` of apiserver `pkg/endpoints/handlers/patch.go`).

use std::sync::Arc;

use super::super::body::{self, Body, Validation};
use super::super::decode::{DecodeError, decode};
use super::super::query::Params;
use super::super::route::Target;
use super::super::schema::schema;
use super::super::{Request, Response, conversion, empty, field_manager, write, yaml};
use crate::api::Status;
use crate::api::managed::writes::{Refused, conflict_status, go_kind};
use crate::api::registry::{Api, Part, WriteOptions, admission_warnings, class_warning, name_warning, warnings};
use crate::object::{Key, Object, Value};

/// PATCH with a configuration to apply. What is not there yet is created.
pub(super) fn apply(
    api: &mut Api<'_>,
    request: &Request,
    (target, params, part): (&Target, &Params, Part),
    mut options: WriteOptions,
) -> Result<Response, Response> {
    let key = Key::new(target.kind, &target.namespace, &target.name);
    let live = api.view().get(&key).cloned();
    if live.is_none() && part != Part::Main {
        return Err(Status::not_found(target.kind, &target.name).into());
    }
    let patch = read_patch(&request.body)?;
    check_kind(target, &patch)?;
    let applied = field_manager::apply(api, live.as_deref(), &patch, (target, params, part)).map_err(refusal)?;
    let strict = strict_warnings(request, params)?;
    let mut body = read(applied.value, &patch, target)?;
    body.warnings = strict;
    body::check_name(&body.object, target)?;
    write::check_version(&body.version)?;
    body.object.meta.managed_fields = applied.managed_fields;
    options.same_managers = applied.same_managers;
    let (code, stored) = match live {
        Some(_) => (200, write::store(api, &mut body, part, &options)?),
        None => (201, create(api, &mut body, target, &options)?),
    };
    let mut response = Response::json(code, field_manager::show(api.view(), &stored, target));
    response.warnings = body.warnings;
    Ok(response)
}

/// Creates what is applied where nothing was.
fn create(api: &mut Api<'_>, body: &mut Body, target: &Target, options: &WriteOptions) -> Result<Arc<Object>, Status> {
    let uid = &body.object.meta.uid;
    if !uid.is_empty() {
        let why = format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found");
        return Err(Status::conflict(target.kind, &target.name, &why));
    }
    empty::fill(&mut body.object);
    let of_contents = warnings(&body.object);
    let stored = api.create(body.object.clone(), options)?;
    body.warnings.extend(name_warning(&stored));
    body.warnings.extend(class_warning(&stored));
    body.warnings.extend(of_contents);
    body.warnings.extend(admission_warnings(api.view(), &stored, None, Part::Main));
    Ok(stored)
}

/// Reads the patch, which is YAML or JSON.
fn read_patch(bytes: &[u8]) -> Result<Value, Status> {
    let undecodable = |why: String| Status::bad_request(format!("error decoding patch: {why}"));
    let kind = match yaml::to_value(bytes).map_err(undecodable)? {
        Value::Null => return Ok(Value::empty_map()),
        Value::Map(map) => return Ok(Value::Map(map)),
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
    };
    let why = format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}");
    Err(undecodable(format!("error unmarshaling JSON: while decoding JSON: {why}")))
}

/// Refuses a patch for objects of another kind or version than the URL's.
fn check_kind(target: &Target, patch: &Value) -> Result<(), Status> {
    let is_same = *patch["apiVersion"].str_or_empty() == *target.api_version()
        && patch["kind"].str_or_empty() == target.kind.info().kind;
    if is_same { Ok(()) } else { Err(Status::bad_request(format!("invalid object type: {}", go_kind(patch)))) }
}

/// A configuration of a Scale to apply, with the warnings of reading it and the options of the request.
#[derive(Debug)]
pub(in crate::api::http) struct ScaleToApply {
    pub value: Value,
    pub warnings: Vec<String>,
    pub options: WriteOptions,
}

/// Reads what a request applies to a scale.
pub(in crate::api::http) fn scale_to_apply(request: &Request, params: &Params) -> Result<ScaleToApply, Response> {
    let options = super::options(params, super::Format::Apply)?;
    let value = read_patch(&request.body)?;
    let is_scale = value["apiVersion"].str_or_empty() == "autoscaling/v1" && value["kind"].str_or_empty() == "Scale";
    if !is_scale {
        return Err(Status::bad_request(format!("invalid object type: {}", go_kind(&value))).into());
    }
    Ok(ScaleToApply { warnings: strict_warnings(request, params)?, value, options })
}

/// The answer to an apply that is refused.
pub(in crate::api::http) fn refusal(refused: Refused) -> Response {
    match refused {
        Refused::Conflicts(conflicts) => conflict_status(&conflicts).into(),
        Refused::For(status) => status.into(),
    }
}

/// Keys that are there twice: what to warn of, or the refusal of a client that asked for strictness.
fn strict_warnings(request: &Request, params: &Params) -> Result<Vec<String>, Status> {
    let validation = Validation::of(params);
    let repeated = if validation == Validation::Ignore { Vec::new() } else { yaml::repeated_keys(&request.body) };
    if repeated.is_empty() {
        return Ok(Vec::new());
    }
    let lines: String = repeated.iter().map(|line| format!("\n  {line}")).collect();
    let why = format!("error converting YAML to JSON: yaml: unmarshal errors:{lines}");
    if validation == Validation::Strict {
        return Err(Status::bad_request(format!("error strict decoding patch: {why}")));
    }
    Ok(vec![why])
}

/// Reads the object that the apply came to. What does not convert is an error of the server: the types were checked before.
fn read(value: Value, patch: &Value, target: &Target) -> Result<Body, Response> {
    let ty = schema().root_of(target.kind, &target.api_version());
    let mut decoded = decode(value.to_json().as_bytes(), schema(), ty).map_err(|error| match error {
        DecodeError::Syntax(why) | DecodeError::Type(why) => {
            let text = |field: &str| patch["metadata"][field].str_or_empty();
            let what = format!("{}/{}; {}", text("namespace"), text("name"), go_kind(patch));
            Status::failure(500, "", format!("failed to convert new object ({what}) to proper version: {why}"))
        }
    })?;
    if let Some(custom) = &target.custom {
        custom.accept(&mut decoded.value).map_err(|why| Status::failure(500, "", why))?;
    }
    let mut object = conversion::stored(Object::from_value(target.kind, &decoded.value), target)?;
    body::place(&mut object, target)?;
    let version = decoded.value["metadata"]["resourceVersion"].as_shared_str().cloned().unwrap_or_default();
    Ok(Body { object, version, warnings: Vec::new() })
}
