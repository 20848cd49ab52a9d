//! `metav1.Status`: the API's error as a value, with the texts of apimachinery `pkg/api/errors`.

use crate::api::field::ErrorList;
use crate::map;
use crate::object::{Kind, Map, Str, Value};

/// What the API answers when it does not answer with an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// The HTTP code.
    pub code: u16,
    /// `NotFound`, `Conflict`, `Invalid`, ...
    pub reason: &'static str,
    /// The sentence that people read.
    pub message: String,
    /// `details`: name, group, kind, causes; empty when there are none.
    pub details: Map,
}

impl Status {
    /// A failure without details.
    #[cold]
    pub fn failure(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Status { code, reason, message: message.into(), details: Map::new() }
    }

    /// A failure about the resource `name` of `kind`.
    #[cold]
    pub fn about(code: u16, reason: &'static str, kind: Kind, name: &str, message: impl Into<String>) -> Self {
        let info = kind.info();
        let group = (!info.group.is_empty()).then_some(info.group);
        let name = (!name.is_empty()).then(|| Str::from(name));
        let details = map! { "name" => name, "group" => group, "kind" => info.plural };
        Status { code, reason, message: message.into(), details }
    }

    /// `pods "web" not found`.
    #[cold]
    pub fn not_found(kind: Kind, name: &str) -> Self {
        Self::about(404, "NotFound", kind, name, format!("{} {name:?} not found", kind.info().resource()))
    }

    /// `pods "web" already exists`.
    #[cold]
    pub fn already_exists(kind: Kind, name: &str) -> Self {
        Self::about(409, "AlreadyExists", kind, name, format!("{} {name:?} already exists", kind.info().resource()))
    }

    /// `Operation cannot be fulfilled on pods "web": why`.
    #[cold]
    pub fn conflict(kind: Kind, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {} {name:?}: {why}", kind.info().resource());
        Self::about(409, "Conflict", kind, name, message)
    }

    /// The conflict of an update against an older resource version.
    #[cold]
    pub fn stale(kind: Kind, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and try again";
        Self::conflict(kind, name, why)
    }

    /// `pods "web" is forbidden: why`.
    #[cold]
    pub fn forbidden(kind: Kind, name: &str, why: &str) -> Self {
        let message = if name.is_empty() {
            format!("{} is forbidden: {why}", kind.info().resource())
        } else {
            format!("{} {name:?} is forbidden: {why}", kind.info().resource())
        };
        Self::about(403, "Forbidden", kind, name, message)
    }

    /// A request that makes no sense.
    #[cold]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::failure(400, "BadRequest", message)
    }

    /// `DaemonSet.apps "web" is invalid: ...` with one cause for each error.
    #[cold]
    pub fn invalid(kind: Kind, name: &str, errors: &ErrorList) -> Self {
        let info = kind.info();
        let group_kind =
            if info.group.is_empty() { info.kind.to_owned() } else { format!("{}.{}", info.kind, info.group) };
        let mut status = Self::about(422, "Invalid", kind, name, "");
        status.message = format!("{group_kind} {name:?} is invalid: {errors}");
        status.details.insert("kind", info.kind);
        status.details.insert("causes", Value::list(errors.iter().map(|error| Value::Map(error.cause()))));
        status
    }

    /// Whether this is a 404.
    pub fn is_not_found(&self) -> bool {
        self.code == 404
    }

    /// Whether this is the refusal of new objects in a namespace that is being deleted.
    pub fn is_namespace_terminating(&self) -> bool {
        self.details["causes"].items().iter().any(|it| it["reason"].str_or_empty() == "NamespaceTerminating")
    }

    /// Whether this is a 409 of an existing name.
    pub fn is_already_exists(&self) -> bool {
        self.reason == "AlreadyExists"
    }

    /// Whether this is a 409 of a stale version or a broken precondition.
    pub fn is_conflict(&self) -> bool {
        self.reason == "Conflict"
    }

    /// As the API shows it.
    pub fn to_value(&self) -> Value {
        let details = (!self.details.is_empty()).then(|| Value::Map(self.details.clone()));
        Value::Map(map! {
            "kind" => "Status",
            "apiVersion" => "v1",
            "metadata" => Value::empty_map(),
            "status" => if self.code < 400 { "Success" } else { "Failure" },
            "message" => (!self.message.is_empty()).then_some(self.message.as_str()),
            "reason" => (!self.reason.is_empty()).then_some(self.reason),
            "details" => details,
            "code" => i64::from(self.code),
        })
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Status {}
