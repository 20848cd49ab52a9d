//! GET of one object and of a collection: selectors, pages, and the state at an earlier version
//! (apiserver `pkg/endpoints/handlers/get.go`, `pkg/storage/continue.go`, `pkg/storage/cacher`).

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};
use base64::{DecodeError, Engine};

use super::Response;
use super::api_service;
use super::field_manager;
use super::field_selector::FieldSelector;
use super::label_selector::LabelSelector;
use super::query::{Params, go_parse_error};
use super::review;
use super::route::Target;
use super::scalars::go_syntax_error;
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::map;
use crate::object::{Kind, Map, Object, Str, Value, kinds};
use crate::store::View;

/// Go's `base64.RawURLEncoding`, which does not mind bits that say nothing.
const TOKEN: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// Which objects of a collection are meant.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection {
    pub labels: LabelSelector,
    pub fields: FieldSelector,
}

impl Selection {
    pub(super) fn parse(target: &Target, params: &Params) -> Result<Self, Status> {
        let labels = LabelSelector::parse(params.text("labelSelector")).map_err(Status::bad_request)?;
        let fields = params.text("fieldSelector");
        let fields = match &target.custom {
            None => FieldSelector::parse(fields, target.kind, &target.group),
            Some(custom) => {
                let namespaced = custom.definition().namespaced;
                FieldSelector::parse_custom(fields, &custom.version().selectable_fields, namespaced)
            }
        };
        let fields = fields.map_err(Status::bad_request)?;
        Ok(Selection { labels, fields })
    }

    pub(super) fn matches(&self, object: &Object) -> bool {
        self.labels.matches(&object.meta.labels) && self.fields.matches(object)
    }

    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }
}

/// The 422 of options that do not go together.
pub(super) fn invalid_options(kind: &str, errors: &ErrorList) -> Status {
    let mut status = Status::failure(422, "Invalid", format!("{kind}.meta.k8s.io \"\" is invalid: {errors}"));
    let causes = Value::list(errors.iter().map(|error| Value::Map(error.cause())));
    status.details = map! { "group" => "meta.k8s.io", "kind" => kind, "causes" => causes };
    status
}

/// A `resourceVersion` parameter as a number; absent and empty are `None`.
pub(super) fn parse_version(params: &Params) -> Result<Option<u64>, String> {
    match params.text("resourceVersion") {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| format!("resourceVersion: Invalid value: {text:?}: {}", go_parse_error("ParseUint", text))),
    }
}

/// Refuses a version that is still to come.
fn check_reached(view: View<'_>, asked: u64) -> Result<(), Status> {
    let current = view.version();
    if asked <= current {
        return Ok(());
    }
    let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
    let mut status = Status::failure(504, "Timeout", message);
    let cause = map! { "reason" => "ResourceVersionTooLarge", "message" => "Too large resource version" };
    status.details = map! { "causes" => Value::list([Value::Map(cause)]), "retryAfterSeconds" => 1_i64 };
    Err(status)
}

/// GET of one object.
pub(super) fn get(view: View<'_>, target: &Target, params: &Params) -> Result<Value, Status> {
    let version = parse_version(params).map_err(|why| Status::failure(500, "", why))?;
    check_reached(view, version.unwrap_or(0))?;
    let key = crate::object::Key::new(target.kind, &target.namespace, &target.name);
    let object = match made_up(view, target.kind) {
        Some(objects) => objects.into_iter().find(|it| it.key() == key),
        None => view.get(&key).cloned(),
    };
    let object = object.ok_or_else(|| Status::not_found(target.kind, &target.name))?;
    Ok(field_manager::show(view, &object, target))
}

/// What of a list request is about versions and pages.
struct Page {
    /// The list as it was then, rather than as it is.
    at: Option<u64>,
    /// The key to go on from, without the collection's prefix.
    start: Option<String>,
    limit: usize,
}

fn page(view: View<'_>, target: &Target, params: &Params) -> Result<Page, Status> {
    let limit = usize::try_from(params.number("limit")?.unwrap_or(0)).unwrap_or(0);
    let token = params.text("continue");
    let version =
        parse_version(params).map_err(|why| Status::bad_request(format!("invalid resource version: {why}")))?;
    if !token.is_empty() {
        if version.unwrap_or(0) > 0 {
            return Err(Status::bad_request("specifying resource version is not allowed when using continue"));
        }
        let (at, start) =
            parse_token(token).map_err(|why| Status::bad_request(format!("invalid continue token: {why}")))?;
        return Ok(Page { at: u64::try_from(at).ok(), start: Some(start), limit });
    }
    // The cache that any version is served from knows no pages, and events are not in it.
    let limit = if params.text("resourceVersion") == "0" && target.kind != kinds::EVENT { 0 } else { limit };
    let exact = match params.text("resourceVersionMatch") {
        "Exact" => true,
        // A limited list from a version, without a word on how, is the list at that version.
        "" => limit > 0 && version.unwrap_or(0) > 0,
        _ => false,
    };
    let version = version.unwrap_or(0);
    check_reached(view, version)?;
    Ok(Page { at: (exact && version > 0).then_some(version), start: None, limit })
}

/// Refuses list options that cannot be read, or that do not go together (`ValidateListOptions`).
pub(super) fn check_options(params: &Params) -> Result<(), Status> {
    params.number("timeoutSeconds")?;
    params.number("limit")?;
    let errors = list_option_errors(params);
    if errors.is_empty() { Ok(()) } else { Err(invalid_options("ListOptions", &errors)) }
}

/// GET of a collection.
pub(super) fn list(view: View<'_>, target: &Target, params: &Params) -> Result<Value, Response> {
    let selection = Selection::parse(target, params)?;
    check_options(params)?;
    let mut page = page(view, target, params)?;
    let mut objects = collection(view, target, &page)?;
    // One name is looked up instead of a collection being walked: there are no pages of it.
    if let (Some(name), false, None) = (selection.fields.only_name(), target.spans_namespaces(), &page.start) {
        objects.retain(|object| object.meta.name.as_str() == name);
        page.limit = 0;
    }
    let version = page.at.unwrap_or(view.version());
    let (mut chosen, mut rest) = (Vec::new(), None);
    for (i, object) in objects.iter().enumerate() {
        if selection.matches(object) {
            chosen.push(object.clone());
        }
        if page.limit > 0 && chosen.len() >= page.limit {
            rest = objects.len().checked_sub(i + 1).filter(|left| *left > 0);
            break;
        }
    }
    let mut meta = map! { "resourceVersion" => version.to_string() };
    if let (Some(left), Some(last)) = (rest, chosen.last()) {
        meta.insert("continue", token(i64::try_from(version).unwrap_or(i64::MAX), &key_in(target, last)));
        if selection.is_empty() {
            meta.insert("remainingItemCount", i64::try_from(left).unwrap_or(i64::MAX));
        }
    }
    Ok(list_of(view, target, meta, chosen.iter()))
}

/// A list object of `objects`, whose items carry no kind of their own.
pub(super) fn list_of<'a>(
    view: View<'_>,
    target: &Target,
    meta: Map,
    objects: impl Iterator<Item = &'a Arc<Object>>,
) -> Value {
    let items = objects.map(|object| field_manager::item(view, object, target));
    Value::Map(map! {
        "kind" => target.list_kind(),
        "apiVersion" => target.api_version(),
        "metadata" => meta,
        "items" => Value::list(items),
    })
}

/// The objects that a page has left, in the order of their keys.
fn collection(view: View<'_>, target: &Target, page: &Page) -> Result<Vec<Arc<Object>>, Response> {
    let mut objects = match page.at {
        Some(at) if at < view.version() => at_version(view, target, at).map_err(|()| expired(page))?,
        _ => current(view, target),
    };
    if let Some(start) = &page.start {
        let slot = match start.split_once('/') {
            Some(slot) if target.spans_namespaces() => slot,
            _ => (target.namespace.as_str(), start.as_str()),
        };
        objects.retain(|object| (object.meta.namespace.as_str(), object.meta.name.as_str()) >= slot);
    }
    Ok(objects)
}

/// The objects of a kind that the server makes up when it is asked; `None` for a kind that is only stored.
fn made_up(view: View<'_>, kind: Kind) -> Option<Vec<Arc<Object>>> {
    Some(match kind {
        kinds::API_SERVICE => api_service::all(view),
        kinds::COMPONENT_STATUS => review::component_statuses().into_iter().map(Arc::new).collect(),
        _ => return None,
    })
}

/// Every object of the collection now.
pub(super) fn current(view: View<'_>, target: &Target) -> Vec<Arc<Object>> {
    if let Some(objects) = made_up(view, target.kind) {
        return objects;
    }
    if target.namespace.is_empty() {
        view.list(target.kind).cloned().collect()
    } else {
        view.list_in(target.kind, &target.namespace).cloned().collect()
    }
}

/// The collection as it was at an earlier version: every later change is taken back.
fn at_version(view: View<'_>, target: &Target, at: u64) -> Result<Vec<Arc<Object>>, ()> {
    let changes = view.changes_since(at).map_err(|_| ())?;
    let slot = |object: &Arc<Object>| (object.meta.namespace.clone(), object.meta.name.clone());
    let mut objects: BTreeMap<(Str, Str), Arc<Object>> =
        current(view, target).into_iter().map(|object| (slot(&object), object)).collect();
    for change in changes.rev() {
        let outside = !target.namespace.is_empty() && change.key.namespace != target.namespace;
        if change.key.kind != target.kind || outside {
            continue;
        }
        let slot = (change.key.namespace.clone(), change.key.name.clone());
        match &change.before {
            Some(before) => objects.insert(slot, before.clone()),
            None => objects.remove(&slot),
        };
    }
    Ok(objects.into_values().collect())
}

fn expired(page: &Page) -> Response {
    let Some(start) = &page.start else {
        return Status::failure(410, "Expired", "The resourceVersion for the provided list is too old.").into();
    };
    let status = Status::failure(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without \
         the continue parameter, or use the continue token in this response to retrieve the remainder of the results. \
         Continuing with the provided token results in an inconsistent list - objects that were created, modified, or \
         deleted between the time the first chunk was returned and now may show up in the list.",
    );
    let mut value = status.to_value();
    value.at_mut(&["metadata"]).set("continue", raw_token(-1, start));
    Response::json(410, value)
}

/// An object's key within the collection, as a token names it.
fn key_in(target: &Target, object: &Object) -> String {
    if target.spans_namespaces() {
        format!("{}/{}", object.meta.namespace, object.meta.name)
    } else {
        object.meta.name.to_string()
    }
}

/// The token for going on after the key `last`.
fn token(version: i64, last: &str) -> String {
    raw_token(version, &format!("{last}\0"))
}

fn raw_token(version: i64, start: &str) -> String {
    let json = map! { "v" => "meta.k8s.io/v1", "rv" => version, "start" => start };
    TOKEN.encode(Value::Map(json).to_json())
}

fn parse_token(token: &str) -> Result<(i64, String), String> {
    let bytes = TOKEN.decode(token).map_err(|error| {
        let at = match error {
            DecodeError::InvalidByte(at, _) | DecodeError::InvalidLastSymbol(at, _) => at,
            _ => token.len().saturating_sub(1),
        };
        format!("continue key is not valid: illegal base64 data at input byte {at}")
    })?;
    let value = Value::from_json(&bytes)
        .map_err(|error| format!("continue key is not valid: {}", go_syntax_error(&bytes, &error)))?;
    match value["v"].str_or_empty() {
        "meta.k8s.io/v1" => {}
        other => {
            return Err(format!("continue key is not valid: server does not recognize this encoded version {other}"));
        }
    }
    let version = value["rv"].as_i64().unwrap_or(0);
    if version == 0 {
        return Err(
            "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)".to_owned()
        );
    }
    let start = value["start"].str_or_empty();
    if start.is_empty() {
        return Err("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)".to_owned());
    }
    // A key that climbs out of its collection is refused as `path.Clean` would change it.
    let parts: Vec<_> = start.strip_prefix('/').unwrap_or(start).split('/').collect();
    if parts.iter().any(|part| matches!(*part, "" | "." | "..")) {
        return Err(format!("continue key is not valid: {start}"));
    }
    Ok((version, start.to_owned()))
}

fn list_option_errors(params: &Params) -> ErrorList {
    let mut errors = ErrorList::new();
    let field = Path::new("resourceVersionMatch");
    let how = params.text("resourceVersionMatch");
    if !how.is_empty() {
        if params.text("resourceVersion").is_empty() {
            errors.forbidden(&field, "resourceVersionMatch is forbidden unless resourceVersion is provided");
        }
        if !params.text("continue").is_empty() {
            errors.forbidden(&field, "resourceVersionMatch is forbidden when continue is provided");
        }
        if !matches!(how, "Exact" | "NotOlderThan") {
            errors.not_supported(&field, how, &["Exact", "NotOlderThan", ""]);
        }
        if how == "Exact" && params.text("resourceVersion") == "0" {
            errors.forbidden(&field, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }
    }
    if params.get("sendInitialEvents").is_some() {
        errors.forbidden(&Path::new("sendInitialEvents"), "sendInitialEvents is forbidden for list");
    }
    errors
}
