//! Reading the body of a request as an object (apiserver `pkg/endpoints/handlers/create.go` and `rest.go`).

use super::negotiation;
use super::query::Params;
use super::route::Target;
use super::{Request, Response};
use crate::api::Status;
use crate::object::{Kind, Object, Str, Value};

/// The object of a body, with the warnings that reading it gave.
#[derive(Debug)]
pub(super) struct Body {
    pub object: Object,
    /// `metadata.resourceVersion` as it was given.
    pub version: Str,
    pub warnings: Vec<String>,
}

/// Reads the body of `request` as an object of the kind that `target` names.
pub(super) fn object(request: &Request, target: &Target, params: &Params) -> Result<Body, Response> {
    let _ = params;
    let yaml = negotiation::is_yaml(&request.content_type)?;
    let value = parse(&request.body, yaml).map_err(|why| unrecognized(target.kind.info().kind, &why, &request.body))?;
    check_kind(target, &value)?;
    let mut object = Object::from_value(target.kind, &value);
    place(&mut object, target)?;
    let version = value["metadata"]["resourceVersion"].as_shared_str().cloned().unwrap_or_default();
    Ok(Body { object, version, warnings: Vec::new() })
}

/// Reads a body that is no stored object, such as `DeleteOptions` or a `Binding`.
pub(super) fn parse_as(request: &Request, kind: &str) -> Result<Value, Response> {
    let yaml = negotiation::is_yaml(&request.content_type)?;
    parse(&request.body, yaml).map_err(|why| unrecognized(kind, &why, &request.body).into())
}

/// Parses JSON or YAML text.
pub(super) fn parse(bytes: &[u8], yaml: bool) -> Result<Value, String> {
    if yaml {
        serde_yaml::from_slice(bytes).map_err(|error| error.to_string())
    } else {
        Value::from_json(bytes).map_err(|error| error.to_string())
    }
}

/// The refusal of a body that cannot be read at all.
fn unrecognized(kind: &str, why: &str, bytes: &[u8]) -> Status {
    Status::bad_request(format!(
        "the object provided is unrecognized (must be of type {kind}): {why} ({})",
        summary(bytes)
    ))
}

/// The beginning of a body: as it is when it is JSON, in hexadecimal otherwise.
fn summary(bytes: &[u8]) -> String {
    const LENGTH: usize = 30;
    let shown = &bytes[..bytes.len().min(LENGTH)];
    let text = match bytes.first() {
        None => return "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(shown).into_owned(),
        Some(_) => shown.iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    if bytes.len() > LENGTH { format!("{text} ...") } else { text }
}

/// Refuses a body whose `apiVersion` and `kind` are not those of the URL; what is absent is taken from the URL.
fn check_kind(target: &Target, value: &Value) -> Result<(), Status> {
    let info = target.kind.info();
    let expected = target.api_version();
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let api_version = or(value["apiVersion"].str_or_empty(), &expected);
    let kind = or(value["kind"].str_or_empty(), info.kind);
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    if group == info.group && kind == info.kind && version == target.version {
        return Ok(());
    }
    let handled = |why: String| {
        Status::bad_request(format!("{kind} in version {version:?} cannot be handled as a {}: {why}", info.kind))
    };
    if Kind::by_api_version(&api_version, &kind).is_none() {
        return Err(handled(format!(
            "no kind {kind:?} is registered for version {api_version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )));
    }
    if kind == info.kind {
        return Err(Status::bad_request(format!(
            "the API version in the data ({api_version}) does not match the expected API version ({expected})"
        )));
    }
    let package = if info.group.is_empty() { "core" } else { info.group.split('.').next().unwrap_or_default() };
    Err(handled(format!("converting (v1.{kind}) to ({package}.{}): unknown conversion", info.kind)))
}

/// Puts an object into the namespace of the URL.
fn place(object: &mut Object, target: &Target) -> Result<(), Status> {
    let meta = &mut object.meta;
    if !meta.namespace.is_empty() && !target.namespace.is_empty() && meta.namespace != target.namespace {
        return Err(Status::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    meta.namespace = target.namespace.clone();
    Ok(())
}

/// Refuses an object with another name than the URL's.
pub(super) fn check_name(object: &Object, target: &Target) -> Result<(), Status> {
    let name = &object.meta.name;
    if name.is_empty() {
        return Err(Status::bad_request(format!(
            "the name of the object ({} based on URL) was undeterminable: name must be provided",
            target.name
        )));
    }
    if *name != target.name {
        return Err(Status::bad_request(format!(
            "the name of the object ({name}) does not match the name on the URL ({})",
            target.name
        )));
    }
    Ok(())
}
