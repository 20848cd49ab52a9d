//! PATCH: JSON patch, merge patch, strategic merge patch and server-side apply (apiserver
//! `pkg/endpoints/handlers/patch.go`).

mod apply;
mod json;
mod merge;
mod strategic;

pub(super) use apply::{refusal, scale_to_apply};

use super::body::{self, Body, Expected, Validation};
use super::custom::Refusal;
use super::decode::{DecodeError, decode, decode_unstructured};
use super::query::Params;
use super::route::Target;
use super::schema::{Type, schema};
use super::{Request, Response, conversion, field_manager, list, negotiation, write};
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::api::registry::{Api, Part, WriteOptions};
use crate::map;
use crate::object::{Key, Object, Value};

/// The patch types that are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    Merge,
    Strategic,
    Apply,
}

/// A patched object as a value, with what reading the patch had to say.
#[derive(Debug)]
struct Patched {
    value: Value,
    /// Strict errors of the patch itself.
    strict: Vec<String>,
    /// The value that an error about the result shows.
    shown: String,
    /// Whether the value is converted to its type rather than read from text.
    is_unstructured: bool,
}

/// PATCH of an object or of a part of it.
pub(super) fn patch(
    api: &mut Api<'_>,
    request: &Request,
    target: &Target,
    params: &Params,
    part: Part,
) -> Result<Response, Response> {
    let format = format(&request.content_type, target.custom.is_some())?;
    let options = options(params, format)?;
    if format == Format::Apply {
        return apply::apply(api, request, (target, params, part), options);
    }
    let key = Key::new(target.kind, &target.namespace, &target.name);
    let Some(current) = api.view().get(&key).cloned() else {
        return Err(Status::not_found(target.kind, &target.name).into());
    };
    let ty = schema().root_of(target.kind, &target.api_version());
    let current = field_manager::show(api.view(), &current, target);
    let validation = Validation::of(params);
    let patched = apply_to(format, current, &request.body, ty, validation)?;
    let mut body = read(patched, target, validation)?;
    body::check_name(&body.object, target)?;
    write::check_version(&body.version)?;
    let stored = write::replace(api, &mut body, (target, params, part), options)?;
    let mut response = Response::json(200, field_manager::show(api.view(), &stored, target));
    response.warnings = body.warnings;
    Ok(response)
}

/// Applies the patch of `request` to a `current` value that is no stored object, such as a Scale: the result, the warnings of
/// reading it, and the options that the request carries.
pub(super) fn patched(
    request: &Request,
    params: &Params,
    current: Value,
    expected: &Expected<'_>,
) -> Result<(Value, Vec<String>, WriteOptions), Response> {
    let format = format(&request.content_type, false)?;
    let options = options(params, format)?;
    let validation = Validation::of(params);
    let patched = apply_to(format, current, &request.body, expected.ty, validation)?;
    let (value, warnings) = decoded(patched, expected, validation)?;
    Ok((value, warnings, options))
}

/// Whether a patch is one to apply.
pub(super) fn is_apply(request: &Request) -> bool {
    format(&request.content_type, false).is_ok_and(|it| it == Format::Apply)
}

/// The format of a patch; objects of custom kinds take no strategic ones.
fn format(content_type: &str, is_custom: bool) -> Result<Format, Response> {
    match content_type.split(';').next().unwrap_or_default().trim() {
        "application/json-patch+json" => Ok(Format::Json),
        "application/merge-patch+json" => Ok(Format::Merge),
        "application/strategic-merge-patch+json" if !is_custom => Ok(Format::Strategic),
        "application/apply-patch+yaml" => Ok(Format::Apply),
        _ if is_custom => Err(negotiation::unknown_format(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
        )),
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Response {
    negotiation::unknown_format(
        "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, \
         application/apply-patch+yaml",
    )
}

/// The checked options of a patch (`ValidatePatchOptions`).
fn options(params: &Params, format: Format) -> Result<WriteOptions, Response> {
    let mut errors = ErrorList::new();
    if format == Format::Apply {
        if params.text("fieldManager").is_empty() {
            errors.required(&Path::new("fieldManager"), "is required for apply patch");
        }
    } else if params.get("force").is_some() {
        errors.forbidden(&Path::new("force"), "may not be specified for non-apply patch");
    }
    if !errors.is_empty() {
        return Err(list::invalid_options("PatchOptions", &write::option_errors(params, errors)).into());
    }
    write::write_options(params, "PatchOptions")
}

/// Applies the patch `bytes` to `current`.
fn apply_to(
    format: Format,
    current: Value,
    bytes: &[u8],
    ty: &Type,
    validation: Validation,
) -> Result<Patched, Response> {
    let decoding = |error: DecodeError| match error {
        DecodeError::Syntax(why) | DecodeError::Type(why) if format == Format::Strategic => Status::bad_request(why),
        DecodeError::Syntax(why) | DecodeError::Type(why) => {
            Status::bad_request(format!("error decoding patch: {why}"))
        }
    };
    let expected = match format {
        Format::Json => Type::List(Box::new(Type::Map(Box::new(Type::Any)))),
        _ => Type::Map(Box::new(Type::Any)),
    };
    let read = decode(bytes, schema(), &expected).map_err(decoding)?;
    let mut strict = if validation == Validation::Ignore { Vec::new() } else { read.strict };
    let (value, shown) = match format {
        Format::Json => {
            strict = strict.into_iter().map(|it| format!("json patch {it}")).collect();
            if validation != Validation::Ignore {
                strict.extend(json::unknown_members(&read.value));
            }
            check_number(read.value.items().len())?;
            let value = json::apply(current, &read.value).map_err(|_| unprocessable())?;
            let shown = value.to_json();
            (value, shown)
        }
        Format::Merge => {
            // A null in the patch deletes, so the text is read again with its nulls kept.
            let patch = raw(bytes)?;
            let value = merge::apply(current, &patch);
            let shown = value.to_json();
            (value, shown)
        }
        Format::Strategic | Format::Apply => {
            let patch = raw(bytes)?;
            let shown = strategic::go_format(&patch);
            let value = strategic::apply(current, patch, schema(), ty).map_err(strategic_error)?;
            (value, shown)
        }
    };
    Ok(Patched { value, strict, shown, is_unstructured: format == Format::Strategic })
}

/// A patch as it stands, nulls included.
fn raw(bytes: &[u8]) -> Result<Value, Response> {
    Value::from_json(bytes).map_err(|error| Status::bad_request(error.to_string()).into())
}

fn strategic_error(error: strategic::PatchError) -> Response {
    match error {
        strategic::PatchError::Bad(why) => Status::bad_request(why).into(),
        strategic::PatchError::Unprocessable => unprocessable(),
        strategic::PatchError::Internal(why) => Status::failure(500, "", why).into(),
    }
}

/// The answer to a patch that can be read and cannot be applied: it does not say why.
fn unprocessable() -> Response {
    Response::generic(422, "Invalid", "the server rejected our request due to an error in our request")
}

/// Reads the patched value as an object of its kind.
fn read(patched: Patched, target: &Target, validation: Validation) -> Result<Body, Response> {
    let (value, warnings) = decoded(patched, &Expected::of(target), validation)?;
    let mut object = conversion::stored(Object::from_value(target.kind, &value), target)?;
    body::place(&mut object, target)?;
    let version = value["metadata"]["resourceVersion"].as_shared_str().cloned().unwrap_or_default();
    Ok(Body { object, version, warnings })
}

/// Reads the patched value as what is expected, with the warnings of doing so.
fn decoded(
    patched: Patched,
    expected: &Expected<'_>,
    validation: Validation,
) -> Result<(Value, Vec<String>), Response> {
    let decode = if patched.is_unstructured { decode_unstructured } else { decode };
    let mut decoded =
        decode(patched.value.to_json().as_bytes(), schema(), expected.ty).map_err(|error| match error {
            DecodeError::Syntax(why) | DecodeError::Type(why) => invalid_result(&patched.shown, &why),
        })?;
    if expected.custom.is_some() {
        let unknown = body::take(expected, &mut decoded.value).map_err(|refusal| match refusal {
            Refusal::Answer(status) => status,
            Refusal::Unreadable(why) => invalid_result(&patched.shown, &why),
        })?;
        decoded.strict.extend(unknown);
    }
    let mut strict = patched.strict;
    if validation != Validation::Ignore {
        strict.extend(decoded.strict);
    }
    if validation == Validation::Strict && !strict.is_empty() {
        let why = format!("strict decoding error: {}", strict.join(", "));
        return Err(invalid_result(&patched.shown, &why).into());
    }
    if expected.custom.is_none() {
        body::check_kind(expected, &decoded.value)?;
    }
    Ok((decoded.value, strict))
}

/// The 413 of a JSON patch with too many operations.
fn check_number(operations: usize) -> Result<(), Status> {
    let most = json::MOST_OPERATIONS;
    if operations <= most {
        return Ok(());
    }
    let why = format!("The allowed maximum operations in a JSON patch is {most}, got {operations}");
    Err(Status::failure(413, "RequestEntityTooLarge", format!("Request entity too large: {why}")))
}

/// The 422 of a patch whose result is no object of the kind: it names the patch rather than the object.
fn invalid_result(shown: &str, why: &str) -> Status {
    let mut errors = ErrorList::new();
    errors.invalid(&Path::new("patch"), shown, why);
    let mut status = Status::failure(422, "Invalid", format!(" \"\" is invalid: {errors}"));
    status.details = map! { "causes" => Value::list(errors.iter().map(|error| Value::Map(error.cause()))) };
    status
}
