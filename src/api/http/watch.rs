//! Watches: a cursor over the store's log (apiserver `pkg/storage/cacher`, `pkg/endpoints/handlers/watch.go`).

use std::sync::Arc;

use super::Response;
use super::empty::empty_body;
use super::field_selector::FieldSelector;
use super::list::{Selection, current, invalid_options, parse_version};
use super::query::Params;
use super::representation::Representation;
use super::route::Target;
use crate::api::Status;
use crate::api::field::{ErrorList, Path};
use crate::clock::{Span, Time};
use crate::map;
use crate::object::{Object, Str, Value};
use crate::store::{Change, View};

/// How long a watch lasts when the client names no time: a server draws between 30 and 60 minutes.
const LASTS: Span = Span::seconds(45 * 60);
/// How often a watch that takes bookmarks gets one.
const BOOKMARK_PERIOD: Span = Span::seconds(60);
/// How long before its end a watch gets a last bookmark.
const BOOKMARK_BEFORE_END: Span = Span::seconds(2);

/// A watch under way: polled with the store and the time, it yields what has happened since.
#[derive(Debug)]
pub struct Watch {
    target: Target,
    selection: Selection,
    /// The version up to which the watch has told of changes.
    version: u64,
    /// What is to be told before any change.
    first: Vec<Value>,
    ends: Time,
    bookmark_at: Option<Time>,
    failed: bool,
    /// What the objects are shown as, when not as they are.
    representation: Option<Representation>,
}

/// What a poll came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frames {
    /// The new events, each an object with `type` and `object`.
    pub events: Vec<Value>,
    /// Whether the watch has ended after them.
    pub ended: bool,
}

impl Watch {
    /// Begins a watch of the collection `target`, or refuses it.
    pub(super) fn start(view: View<'_>, now: Time, target: &Target, params: &Params) -> Result<Self, Response> {
        let mut selection = Selection::parse(target, params)?;
        if !target.name.is_empty() {
            selection.fields = FieldSelector::name(&target.name);
        }
        let errors = option_errors(params);
        if !errors.is_empty() {
            return Err(invalid_options("ListOptions", &errors).into());
        }
        let asked = parse_version(params).map_err(|why| Status::failure(500, "", why))?.unwrap_or(0);
        let timeout = params.number("timeoutSeconds")?.filter(|it| *it > 0).map_or(LASTS, Span::seconds);
        let bookmarks = params.flag("allowWatchBookmarks") == Some(true);
        let wants_state = match params.flag("sendInitialEvents") {
            Some(wants) => wants,
            None => asked == 0,
        };
        let mut watch = Watch {
            target: target.clone(),
            selection,
            version: if asked == 0 || wants_state { view.version().max(asked) } else { asked },
            first: Vec::new(),
            ends: now + timeout,
            bookmark_at: None,
            failed: false,
            representation: None,
        };
        if wants_state {
            watch.first = watch.state(view);
            if bookmarks && params.flag("sendInitialEvents") == Some(true) {
                watch.first.push(watch.bookmark(true));
            }
        } else if watch.version < view.floor() {
            let message = format!("too old resource version: {asked} ({})", view.floor());
            watch.first = vec![event("ERROR", Status::failure(410, "Expired", message).to_value())];
            watch.failed = true;
        }
        watch.bookmark_at = bookmarks.then(|| watch.next_bookmark(now));
        Ok(watch)
    }

    /// The same watch, with its objects in another form.
    pub(super) fn shown_as(mut self, representation: Option<Representation>) -> Self {
        self.representation = representation;
        self
    }

    /// What has happened since the last poll.
    pub fn poll(&mut self, view: View<'_>, now: Time) -> Frames {
        let mut frames = self.poll_objects(view, now);
        if let Some(representation) = &mut self.representation {
            for event in &mut frames.events {
                *event = representation.of_event(std::mem::take(event), now);
            }
        }
        frames
    }

    fn poll_objects(&mut self, view: View<'_>, now: Time) -> Frames {
        let mut frames = Frames { events: std::mem::take(&mut self.first), ended: self.failed };
        if self.failed {
            return frames;
        }
        match view.changes_since(self.version) {
            Ok(changes) => {
                frames.events.extend(changes.filter_map(|change| self.tell(change)));
                self.version = self.version.max(view.version());
            }
            Err(compacted) => {
                let message = format!("too old resource version: {} ({})", compacted.asked, compacted.floor);
                frames.events.push(event("ERROR", Status::failure(410, "Expired", message).to_value()));
                self.failed = true;
            }
        }
        if self.bookmark_at.is_some_and(|at| at <= now) {
            frames.events.push(self.bookmark(false));
            self.bookmark_at = Some(self.next_bookmark(now));
        }
        frames.ended = self.failed || now >= self.ends;
        frames
    }

    fn next_bookmark(&self, now: Time) -> Time {
        let (regular, last) = (now + BOOKMARK_PERIOD, self.ends - BOOKMARK_BEFORE_END);
        if last > now { regular.min(last) } else { regular }
    }

    /// Every selected object as an `ADDED` event.
    fn state(&self, view: View<'_>) -> Vec<Value> {
        let objects = current(view, &self.target);
        let selected = objects.iter().filter(|object| self.selection.matches(object));
        selected.map(|object| event("ADDED", self.shown(object))).collect()
    }

    fn shown(&self, object: &Object) -> Value {
        super::conversion::shown(object, &self.target)
    }

    /// The event of a change, unless it is none of this watch's.
    fn tell(&self, change: &Change) -> Option<Value> {
        let outside = !self.target.namespace.is_empty() && change.key.namespace != self.target.namespace;
        if change.key.kind != self.target.kind || outside {
            return None;
        }
        let selected = |it: &Option<Arc<Object>>| it.clone().filter(|object| self.selection.matches(object));
        match (selected(&change.before), selected(&change.after)) {
            (None, None) => None,
            (None, Some(after)) => Some(event("ADDED", self.shown(&after))),
            (Some(_), Some(after)) => Some(event("MODIFIED", self.shown(&after))),
            (Some(before), None) => {
                let mut last = Object::clone(&before);
                last.meta.resource_version = change.version;
                Some(event("DELETED", self.shown(&last)))
            }
        }
    }

    fn bookmark(&self, ends_initial_events: bool) -> Value {
        let end = ends_initial_events.then(|| map! { "k8s.io/initial-events-end" => "true" });
        let meta = map! { "resourceVersion" => Str::from(self.version.to_string()), "annotations" => end };
        let mut object = empty_body(self.target.kind);
        object.insert("kind", self.target.kind.info().kind);
        object.insert("apiVersion", self.target.api_version());
        object.insert("metadata", meta);
        event("BOOKMARK", Value::Map(object))
    }
}

fn event(kind: &str, object: Value) -> Value {
    Value::Map(map! { "type" => kind, "object" => object })
}

/// `validateWatchOptions` of `pkg/apis/meta/internalversion/validation`.
fn option_errors(params: &Params) -> ErrorList {
    let mut errors = ErrorList::new();
    let field = Path::new("resourceVersionMatch");
    let how = params.text("resourceVersionMatch");
    let wants_initial = params.get("sendInitialEvents").is_some();
    if wants_initial && how != "NotOlderThan" {
        errors.forbidden(&field, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if !how.is_empty() {
        if !wants_initial {
            errors
                .forbidden(&field, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        }
        if how != "NotOlderThan" {
            errors.not_supported(&field, how, &["NotOlderThan"]);
        }
        if !params.text("continue").is_empty() {
            errors.forbidden(&field, "resourceVersionMatch is forbidden when continue is provided");
        }
    }
    errors
}
