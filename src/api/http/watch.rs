//! Watches: a cursor over the store's log (apiserver `pkg/storage/cacher`, `pkg/endpoints/handlers/watch.go`).

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

use super::empty::empty_body;
use super::encoded::Encoded;
use super::field_selector::FieldSelector;
use super::list::{Selection, current, invalid_options, parse_version};
use super::protobuf;
use super::query::Params;
use super::representation::Representation;
use super::route::Target;
use super::{Response, field_manager};
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
/// The most events of one poll. The others wait where they are, in the log, until the client has taken these.
const MOST_EVENTS: usize = 256;

/// A watch under way: polled with the store and the time, it yields what has happened since.
#[derive(Debug)]
pub struct Watch {
    target: Target,
    selection: Selection,
    /// The version up to which the watch has told of changes.
    version: u64,
    /// What is to be told before any change.
    first: VecDeque<Told>,
    ends: Time,
    bookmark_at: Option<Time>,
    failed: bool,
    /// Whether events are frames of protobuf rather than lines of JSON.
    in_protobuf: bool,
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

/// What a poll came to, as it goes over the wire.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lines {
    /// The new events, a line each. Watches that are shown the same share its bytes.
    pub lines: Vec<Bytes>,
    /// Whether there is more among them than bookmarks.
    pub tells: bool,
    /// Whether the watch has ended after them.
    pub ended: bool,
}

/// One event of a watch.
#[derive(Debug)]
enum Told {
    /// An event that is this watch's own.
    Own(Value),
    /// What became of an object, the same for every watch of it.
    Change {
        /// `ADDED`, `MODIFIED` or `DELETED`.
        sort: &'static str,
        object: Arc<Object>,
        /// The version to show, which for a removal is not the object's.
        version: u64,
    },
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
            first: VecDeque::new(),
            ends: now + timeout,
            bookmark_at: None,
            failed: false,
            in_protobuf: false,
            representation: None,
        };
        if wants_state {
            watch.first = watch.state(view);
            if bookmarks && params.flag("sendInitialEvents") == Some(true) {
                watch.first.push_back(Told::Own(watch.bookmark(true)));
            }
        } else if watch.version < view.floor() {
            let message = format!("too old resource version: {asked} ({})", view.floor());
            watch.first.push_back(Told::Own(event("ERROR", Status::failure(410, "Expired", message).to_value())));
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

    /// The same watch, whose events are told in protobuf.
    pub(super) fn in_protobuf(mut self) -> Self {
        self.in_protobuf = true;
        self
    }

    /// What the events are told in.
    pub fn media_type(&self) -> &'static str {
        if self.in_protobuf { protobuf::STREAM_MEDIA_TYPE } else { "application/json" }
    }

    /// What has happened since the last poll.
    pub fn poll(&mut self, view: View<'_>, now: Time) -> Frames {
        let (told, ended) = self.next(view, now);
        Frames { events: told.into_iter().map(|it| self.shown(it, view, now)).collect(), ended }
    }

    /// What has happened since the last poll, in bytes that watches share through `encoded`.
    pub fn poll_lines(&mut self, view: View<'_>, now: Time, encoded: &mut Encoded) -> Lines {
        let (told, ended) = self.next(view, now);
        let mut lines = Lines { ended, ..Lines::default() };
        for it in told {
            lines.tells |= !matches!(&it, Told::Own(event) if event["type"].as_str() == Some("BOOKMARK"));
            let line = match &it {
                // A form such as a Table depends on what the watch has told before.
                Told::Change { sort, version, .. } if self.representation.is_none() => {
                    let api_version = self.target.api_version();
                    let key = (*version, *sort, api_version, self.in_protobuf);
                    match encoded.get(&key) {
                        Some(line) => line,
                        None => {
                            let event = self.shown(it, view, now);
                            encoded.keep(key, self.line_of(&event))
                        }
                    }
                }
                _ => {
                    let event = self.shown(it, view, now);
                    self.line_of(&event)
                }
            };
            lines.lines.push(line);
        }
        lines
    }

    /// The next events, and whether the watch has ended after them.
    fn next(&mut self, view: View<'_>, now: Time) -> (Vec<Told>, bool) {
        let mut told: Vec<Told> = self.first.drain(..self.first.len().min(MOST_EVENTS)).collect();
        if !self.first.is_empty() {
            return (told, false);
        }
        if self.failed {
            return (told, true);
        }
        match view.changes_since(self.version) {
            Ok(changes) => {
                for change in changes {
                    if told.len() >= MOST_EVENTS {
                        return (told, false);
                    }
                    told.extend(self.tell(change));
                    self.version = self.version.max(change.version);
                }
                self.version = self.version.max(view.version());
            }
            Err(compacted) => {
                let message = format!("too old resource version: {} ({})", compacted.asked, compacted.floor);
                told.push(Told::Own(event("ERROR", Status::failure(410, "Expired", message).to_value())));
                self.failed = true;
            }
        }
        if self.bookmark_at.is_some_and(|at| at <= now) {
            told.push(Told::Own(self.bookmark(false)));
            self.bookmark_at = Some(self.next_bookmark(now));
        }
        (told, self.failed || now >= self.ends)
    }

    fn line_of(&self, event: &Value) -> Bytes {
        if self.in_protobuf {
            // Every built-in kind has a protobuf form, and custom ones are not watched in it.
            return protobuf::watch_frame(event).unwrap_or_default().into();
        }
        let mut line = event.to_json();
        line.push('\n');
        Bytes::from(line)
    }

    fn next_bookmark(&self, now: Time) -> Time {
        let (regular, last) = (now + BOOKMARK_PERIOD, self.ends - BOOKMARK_BEFORE_END);
        if last > now { regular.min(last) } else { regular }
    }

    /// Every selected object as an `ADDED` event.
    fn state(&self, view: View<'_>) -> VecDeque<Told> {
        let objects = current(view, &self.target).into_iter().filter(|object| self.selection.matches(object));
        let added = |object: Arc<Object>| {
            let version = object.meta.resource_version;
            Told::Change { sort: "ADDED", object, version }
        };
        objects.map(added).collect()
    }

    /// An event as its client is shown it.
    fn shown(&mut self, told: Told, view: View<'_>, now: Time) -> Value {
        let shown = match told {
            Told::Own(event) => event,
            Told::Change { sort, object, version } => {
                let mut shown = field_manager::show(view, &object, &self.target);
                if version != object.meta.resource_version {
                    shown.at_mut(&["metadata"]).set("resourceVersion", version.to_string());
                }
                event(sort, shown)
            }
        };
        match &mut self.representation {
            Some(representation) => representation.of_event(shown, now),
            None => shown,
        }
    }

    /// The event of a change, unless it is none of this watch's.
    fn tell(&self, change: &Change) -> Option<Told> {
        let outside = !self.target.namespace.is_empty() && change.key.namespace != self.target.namespace;
        if change.key.kind != self.target.kind || outside {
            return None;
        }
        let selected = |it: &Option<Arc<Object>>| it.clone().filter(|object| self.selection.matches(object));
        let (sort, object) = match (selected(&change.before), selected(&change.after)) {
            (None, None) => return None,
            (None, Some(after)) => ("ADDED", after),
            (Some(_), Some(after)) => ("MODIFIED", after),
            (Some(before), None) => ("DELETED", before),
        };
        Some(Told::Change { sort, object, version: change.version })
    }

    fn bookmark(&self, ends_initial_events: bool) -> Value {
        let end = ends_initial_events.then(|| map! { "k8s.io/initial-events-end" => "true" });
        let meta = map! { "resourceVersion" => Str::from(self.version.to_string()), "annotations" => end };
        let mut object = empty_body(self.target.kind, &self.target.api_version());
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
