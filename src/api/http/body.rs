//! Reading the body of a request as an object (apiserver `pkg/endpoints/handlers/create.go` and `rest.go`).

use super::custom::{self, Refusal};
use super::decode::{DecodeError, decode};
use super::query::Params;
use super::route::Target;
use super::schema::{Type, schema};
use super::{Request, Response};
use super::{conversion, negotiation, protobuf, scalars, yaml};
use crate::api::Status;
use crate::api::custom::Served;
use crate::object::{Kind, Object, Str, Value};

/// The object of a body, with the warnings that reading it gave.
#[derive(Debug)]
pub(super) struct Body {
    pub object: Object,
    /// `metadata.resourceVersion` as it was given.
    pub version: Str,
    pub warnings: Vec<String>,
}

/// `fieldValidation`: what becomes of unknown and repeated fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Validation {
    /// They are dropped silently.
    Ignore,
    /// They are dropped with a warning.
    Warn,
    /// They refuse the request.
    Strict,
}

impl Validation {
    /// What a request asks for; without a word, to be warned.
    pub(super) fn of(params: &Params) -> Self {
        match params.text("fieldValidation") {
            "Ignore" => Validation::Ignore,
            "Strict" => Validation::Strict,
            _ => Validation::Warn,
        }
    }
}

/// What a body has to be.
#[derive(Clone, Debug)]
pub(super) struct Expected<'a> {
    /// `apps/v1`.
    pub api_version: Str,
    /// `DaemonSet`.
    pub kind: &'a str,
    /// The Go type that it is decoded as.
    pub ty: &'a Type,
    /// The version of the definition, for an object of a custom kind.
    pub custom: Option<&'a Served>,
}

impl Expected<'_> {
    /// An object of the kind that `target` names.
    pub(super) fn of(target: &Target) -> Expected<'_> {
        let api_version = target.api_version();
        let ty = schema().root_of(target.kind, &api_version);
        Expected { api_version, kind: target.kind.info().kind, ty, custom: target.custom.as_ref() }
    }

    fn group_version(&self) -> (&str, &str) {
        self.api_version.split_once('/').unwrap_or(("", &self.api_version))
    }
}

/// Reads the body of `request` as an object of the kind that `target` names.
pub(super) fn object(request: &Request, target: &Target, params: &Params) -> Result<Body, Response> {
    let (value, warnings) = value(request, params, &Expected::of(target))?;
    let mut object = conversion::stored(Object::from_value(target.kind, &value), target)?;
    place(&mut object, target)?;
    let version = value["metadata"]["resourceVersion"].as_shared_str().cloned().unwrap_or_default();
    Ok(Body { object, version, warnings })
}

/// Reads the body of `request` as what is expected, with the warnings that reading it gave.
pub(super) fn value(
    request: &Request,
    params: &Params,
    expected: &Expected<'_>,
) -> Result<(Value, Vec<String>), Response> {
    let validation = Validation::of(params);
    if expected.custom.is_some() && negotiation::is_protobuf(&request.content_type) {
        return Err(negotiation::unknown_format("application/json, application/yaml"));
    }
    let unrecognized = |why: &str| unrecognized(expected.kind, why, &request.body);
    if negotiation::is_protobuf(&request.content_type) {
        let envelope = protobuf::open(&request.body).map_err(|why| unrecognized(&why))?;
        let mut gvk = Value::empty_map();
        gvk.set("apiVersion", envelope.api_version.clone());
        gvk.set("kind", envelope.kind.clone());
        check_kind(expected, &gvk)?;
        let value = protobuf::decode(envelope.raw, expected.ty)
            .map_err(|why| cannot_be_handled(expected, expected.kind, expected.group_version().1, &why))?;
        return Ok((value, Vec::new()));
    }
    let yaml = negotiation::is_yaml(&request.content_type)?;
    let converted = if yaml { Some(yaml::to_value(&request.body).map_err(|why| unrecognized(&why))?) } else { None };
    let text = converted.as_ref().map(|value| value.to_json().into_bytes());
    let text = text.as_deref().unwrap_or(&request.body);
    let mut decoded = match decode(text, schema(), expected.ty) {
        Ok(decoded) => decoded,
        Err(DecodeError::Syntax(why)) => {
            return Err(unrecognized(&format!("couldn't get version/kind; json parse error: {why}")).into());
        }
        Err(DecodeError::Type(why)) => {
            check_kind(expected, &Value::from_json(text).unwrap_or_default())?;
            return Err(cannot_be_handled(expected, expected.kind, expected.group_version().1, &why).into());
        }
    };
    let unknown = take(expected, &mut decoded.value).map_err(|refusal| match refusal {
        Refusal::Answer(status) => status,
        Refusal::Unreadable(why) => cannot_be_handled(expected, expected.kind, expected.group_version().1, &why),
    })?;
    decoded.strict.extend(unknown);
    let repeated =
        if yaml && validation != Validation::Ignore { yaml::repeated_keys(&request.body) } else { Vec::new() };
    let mut warnings = Vec::new();
    match validation {
        Validation::Ignore => {}
        Validation::Warn => warnings.extend(repeated.into_iter().chain(decoded.strict)),
        Validation::Strict if repeated.is_empty() && decoded.strict.is_empty() => {}
        Validation::Strict => {
            let lines: String = repeated.iter().map(|line| format!("\n  {line}")).collect();
            let yaml = (!repeated.is_empty()).then(|| format!("yaml: unmarshal errors:{lines}"));
            let errors: Vec<String> = yaml.into_iter().chain(decoded.strict).collect();
            let why = format!("strict decoding error: {}", errors.join(", "));
            return Err(cannot_be_handled(expected, expected.kind, expected.group_version().1, &why).into());
        }
    }
    Ok((decoded.value, warnings))
}

/// Checks that a value is what is expected, and brings a custom object into its shape; returns the strict errors of that.
pub(super) fn take(expected: &Expected<'_>, value: &mut Value) -> Result<Vec<String>, Refusal> {
    match expected.custom {
        Some(custom) => custom::accept(value, &expected.api_version, custom),
        None => check_kind(expected, value).map(|()| Vec::new()).map_err(Refusal::Answer),
    }
}

/// The refusal of a body that was read and is no object of the kind.
fn cannot_be_handled(expected: &Expected<'_>, kind: &str, version: &str, why: &str) -> Status {
    Status::bad_request(format!("{kind} in version {version:?} cannot be handled as a {}: {why}", expected.kind))
}

/// Reads the body of a POST to a subresource, which makes a `kind` that is not kept, with the warnings that reading it gave.
pub(super) fn posted(
    request: &Request,
    target: &Target,
    params: &Params,
    (api_version, kind): (&str, &str),
) -> Result<(Value, Vec<String>), Response> {
    let stored = Kind::by_api_version(api_version, kind);
    let ty = stored.map_or_else(|| schema().body_type(kind), |kind| schema().root(kind));
    let (value, warnings) =
        value(request, params, &Expected { api_version: api_version.into(), kind, ty, custom: None })?;
    check_namespace(value["metadata"]["namespace"].str_or_empty(), target)?;
    Ok((value, warnings))
}

/// Reads a body that is no stored object, such as `DeleteOptions` or a `Binding`.
pub(super) fn parse_as(request: &Request, kind: &str) -> Result<Value, Response> {
    if negotiation::is_protobuf(&request.content_type) {
        return parse_protobuf(&request.body, kind).map_err(|why| unrecognized(kind, &why, &request.body).into());
    }
    let yaml = negotiation::is_yaml(&request.content_type)?;
    let value = if yaml {
        yaml::to_value(&request.body)
    } else {
        Value::from_json(&request.body).map_err(|error| {
            let why = scalars::go_syntax_error(&request.body, &error);
            format!("couldn't get version/kind; json parse error: {why}")
        })
    };
    value.map_err(|why| unrecognized(kind, &why, &request.body).into())
}

/// Reads a message of the kind that it says it is, or of `kind` where it says none.
fn parse_protobuf(body: &[u8], kind: &str) -> Result<Value, String> {
    let envelope = protobuf::open(body)?;
    let kind = if envelope.kind.is_empty() { Str::from(kind) } else { envelope.kind };
    let ty = protobuf::type_of(&envelope.api_version, &kind).ok_or_else(|| {
        let version = &envelope.api_version;
        format!(
            "no kind {kind:?} is registered for version {version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )
    })?;
    let mut value = protobuf::decode(envelope.raw, &ty)?;
    value.set("apiVersion", envelope.api_version);
    value.set("kind", kind);
    Ok(value)
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

/// Refuses a body whose `apiVersion` and `kind` are not those that are expected; what is absent is taken to be so.
pub(super) fn check_kind(expected: &Expected<'_>, value: &Value) -> Result<(), Status> {
    let or = |text: &str, default: &str| if text.is_empty() { default.to_owned() } else { text.to_owned() };
    let api_version = or(value["apiVersion"].str_or_empty(), &expected.api_version);
    let kind = or(value["kind"].str_or_empty(), expected.kind);
    let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
    if (group, version) == expected.group_version() && kind == expected.kind {
        return Ok(());
    }
    let handled = |why: String| cannot_be_handled(expected, &kind, version_of(&api_version), &why);
    if Kind::ever_served(&api_version, &kind).is_none() {
        return Err(handled(format!(
            "no kind {kind:?} is registered for version {api_version:?} in scheme \"pkg/api/legacyscheme/scheme.go:30\""
        )));
    }
    if kind == expected.kind {
        return Err(Status::bad_request(format!(
            "the API version in the data ({api_version}) does not match the expected API version ({})",
            expected.api_version
        )));
    }
    let package = match expected.group_version().0 {
        "" => "core",
        group => group.split('.').next().unwrap_or_default(),
    };
    Err(handled(format!("converting (v1.{kind}) to ({package}.{}): unknown conversion", expected.kind)))
}

fn version_of(api_version: &str) -> &str {
    api_version.rsplit('/').next().unwrap_or_default()
}

/// Puts an object into the namespace of the URL.
pub(super) fn place(object: &mut Object, target: &Target) -> Result<(), Status> {
    check_namespace(&object.meta.namespace, target)?;
    object.meta.namespace = target.namespace.clone();
    Ok(())
}

fn check_namespace(namespace: &str, target: &Target) -> Result<(), Status> {
    if namespace.is_empty() || target.namespace.is_empty() || *namespace == *target.namespace {
        return Ok(());
    }
    Err(Status::bad_request("the namespace of the provided object does not match the namespace sent on the request"))
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
