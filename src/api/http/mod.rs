//! The API's HTTP face: request to response, synchronously and without a socket.
//!
//! [`handle`] answers one request against the store at one instant. A watch is answered with a [`Watch`], a cursor that its
//! owner polls whenever the store or the time has moved. The service around a cluster makes streams of it.
//! It follows apiserver `pkg/endpoints`.

mod api_service;
mod body;
mod container;
mod conversion;
mod custom;
mod decode;
mod delete;
mod discovery;
mod discovery_aggregated;
mod empty;
mod encoded;
mod field_manager;
mod field_selector;
mod go_types;
mod health;
mod label_selector;
mod list;
mod log;
mod metrics;
mod negotiation;
mod older_types;
mod openapi;
mod openid;
mod ownership;
mod patch;
mod pretty;
mod protobuf;
mod proxy;
mod query;
mod representation;
mod resource;
mod review;
mod route;
mod scalars;
mod scale;
mod schema;
mod schema_facts;
mod session;
pub mod table;
#[cfg(test)]
mod tests;
mod warning;
mod watch;
mod write;
mod yaml;

use bytes::Bytes;

use self::negotiation::Endpoint;
use self::representation::Representation;
use self::route::Target;
use crate::api::Status;
use crate::api::registry::Api;
use crate::map;
use crate::object::{Str, Value};

pub use encoded::Encoded;
pub use label_selector::LabelSelector;
pub use log::LogRequest;
pub use review::{bearer, is_account};
pub use session::{SessionRequest, Streams};
pub use watch::{Frames, Lines, Watch};
pub use yaml::to_value as yaml_to_value;

/// A request as it arrived.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path, not decoded.
    pub path: String,
    /// What follows the `?`, not decoded.
    pub query: String,
    /// The `Content-Type` header, or empty.
    pub content_type: String,
    /// The `Accept` header, or empty.
    pub accept: String,
    /// The `If-None-Match` header, or empty.
    pub if_none_match: String,
    /// The `User-Agent` header, or empty.
    pub user_agent: String,
    /// The `Authorization` header, or empty.
    pub authorization: String,
    /// The `Impersonate-User` header, or empty.
    pub impersonated_user: String,
    /// The `Impersonate-Group` headers.
    pub impersonated_groups: Vec<String>,
    /// The body.
    pub body: Bytes,
}

/// A finished answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The HTTP code.
    pub code: u16,
    /// What it says.
    pub content: Content,
    /// The texts of `Warning` headers.
    pub warnings: Vec<String>,
    /// Headers besides `Content-Type` and `Warning`: names in lower case, and values.
    pub headers: Vec<(&'static str, String)>,
}

/// The body of a [`Response`].
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// An object.
    Json(Value),
    /// An object whose media type has parameters of its own.
    JsonAs(Value, &'static str),
    /// An object, for a client that asked for YAML.
    Yaml(Value),
    /// Plain text.
    Text(String),
    /// Bytes of a media type of their own.
    Bytes(Bytes, &'static str),
}

/// What [`handle`] answers.
#[derive(Debug)]
pub enum Reply {
    /// All of it.
    Done(Response),
    /// A stream of frames, to be polled.
    Watch(Box<Watch>),
    /// A part of a container's log, which its kubelet has.
    Log(Box<LogRequest>),
    /// A session with a container, which takes the connection over.
    Session(Box<SessionRequest>),
}

impl Response {
    fn new(code: u16, content: Content) -> Self {
        Response { code, content, warnings: Vec::new(), headers: Vec::new() }
    }

    fn json(code: u16, value: Value) -> Self {
        Self::new(code, Content::Json(value))
    }

    fn text(code: u16, text: &str) -> Self {
        Self::new(code, Content::Text(text.to_owned()))
    }

    /// What a path that nobody serves is answered with.
    fn page_not_found() -> Self {
        Self::text(404, "404 page not found\n")
    }

    /// An answer that names no resource, because none was found for the request (`NewGenericServerResponse`).
    fn generic(code: u16, reason: &'static str, message: &str) -> Self {
        let mut status = Status::failure(code, reason, message).to_value();
        status.set("details", Value::empty_map());
        Self::json(code, status)
    }

    fn no_such_resource() -> Self {
        Self::generic(404, "NotFound", "the server could not find the requested resource")
    }

    fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::generic(405, "MethodNotAllowed", message)
    }

    /// The bytes of the body and their media type.
    pub fn encode(&self) -> (Bytes, &'static str) {
        let (bytes, media_type) = match &self.content {
            Content::Bytes(bytes, media_type) => return (bytes.clone(), media_type),
            Content::Json(value) => (json_line(value), "application/json"),
            Content::JsonAs(value, media_type) => (json_line(value), *media_type),
            Content::Yaml(value) => (serde_yaml::to_string(value).unwrap_or_default().into_bytes(), "application/yaml"),
            Content::Text(text) => (text.clone().into_bytes(), "text/plain; charset=utf-8"),
        };
        (Bytes::from(bytes), media_type)
    }

    /// The values of its `Warning` headers.
    pub fn warning_headers(&self) -> Vec<String> {
        warning::headers(&self.warnings)
    }
}

impl From<Status> for Response {
    fn from(status: Status) -> Self {
        let mut response = Response::json(status.code, status.to_value());
        let retry_after = status.details["retryAfterSeconds"].as_i64().filter(|it| *it > 0);
        response.headers.extend(retry_after.map(|it| ("retry-after", it.to_string())));
        response
    }
}

fn json_line(value: &Value) -> Vec<u8> {
    let mut bytes = value.to_json().into_bytes();
    bytes.push(b'\n');
    bytes
}

/// Answers `request` by the rules of `api`, under the actor and at the instant that `api` carries.
pub fn handle(api: &mut Api<'_>, request: &Request) -> Reply {
    match answer(api, request) {
        Ok(Reply::Done(response)) | Err(response) => {
            Reply::Done(pretty::shape(negotiation::shape(response, &request.accept), request))
        }
        Ok(watch) => watch,
    }
}

fn answer(api: &mut Api<'_>, request: &Request) -> Result<Reply, Response> {
    review::authenticate(api, request)?;
    if let Some(response) = openapi::answer(api.view(), request)? {
        return Ok(Reply::Done(response));
    }
    if let Some(response) = openid::answer(request) {
        return Ok(Reply::Done(response));
    }
    if let Some(response) = discovery::answer(api.view(), request)? {
        return Ok(Reply::Done(response));
    }
    let path = query::decode(&request.path, false);
    let target = route::resolve(api.view(), &path)?;
    let deprecation = match &target.custom {
        Some(custom) => custom.version().deprecation.clone(),
        None => api.view().release().deprecation(target.kind, &target.group, &target.version),
    };
    let mut answered = answer_about(api, request, &target);
    if let (Ok(Reply::Done(response)) | Err(response), Some(warning)) = (&mut answered, deprecation) {
        response.warnings.insert(0, warning);
    }
    answered
}

fn answer_about(api: &mut Api<'_>, request: &Request, target: &Target) -> Result<Reply, Response> {
    let accepted = negotiation::negotiate(&request.accept, Endpoint::Objects)?;
    let params = query::Params::parse(&request.query);
    let representation = accepted.conversion.map(|it| Representation::new(it, target, &params)).transpose()?;
    match (resource::answer(api, request, target, &params)?, representation) {
        (Reply::Watch(watch), representation) => {
            let in_protobuf = negotiation::streams_protobuf(&accepted, target.custom.is_some())?;
            let watch = watch.shown_as(representation);
            Ok(Reply::Watch(Box::new(if in_protobuf { watch.in_protobuf() } else { watch })))
        }
        (Reply::Done(Response { code, content: Content::Json(value), warnings, headers }), Some(representation)) => {
            let content = Content::Json(representation.of(value, api.now)?);
            Ok(Reply::Done(Response { code, content, warnings, headers }))
        }
        (reply, _) => Ok(reply),
    }
}

/// Who a client is by its `User-Agent`: the first word, up to a slash or a blank; `unknown` when there is none.
pub fn actor_of(user_agent: &str) -> Str {
    let word = user_agent.split(['/', ' ']).next().unwrap_or_default();
    Str::from(if word.is_empty() { "unknown" } else { word })
}

/// `{"kind":"Status",...}` of something that went well and has no object to show.
fn success(code: u16) -> Response {
    let status = map! {
        "kind" => "Status", "apiVersion" => "v1", "metadata" => Value::empty_map(), "status" => "Success", "code" => i64::from(code),
    };
    Response::json(code, Value::Map(status))
}
