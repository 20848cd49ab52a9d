//! The rules of core/v1 Events (`pkg/apis/core/validation/events.go`).

use std::sync::Arc;

use super::create::already_exists;
use super::metadata::IMMUTABLE;
use super::{Api, Strategy, admission, syntax};
use crate::api::Status;
use crate::api::field::{At, ErrorList};
use crate::object::{Map, Object, Str, Value, literal};

const REPORTER_MAX: usize = 128;
const REASON_MAX: usize = 128;
const NOTE_MAX: usize = 1024;

/// The rules of Events.
pub static STRATEGY: Strategy =
    Strategy { default, validate, validate_update: |new, _| validate(new), ..Strategy::PLAIN };

impl Api<'_> {
    /// Creates an Event that the engine itself tells, as [`Api::create`] would. It has every field, tells no `eventTime`, lives
    /// where it belongs, and has a name and nothing else in its metadata, so that nothing about it can be wrong.
    ///
    /// # Errors
    /// Why it may not be created.
    pub fn tell(&mut self, event: Object) -> Result<Arc<Object>, Status> {
        debug_assert!(has_all_fields(&event.body) && validate(&event).is_empty(), "{event:?}");
        self.store_told(event, ErrorList::new())
    }

    /// Does what [`Api::tell`] does for an Event with an `eventTime`, whose texts may be too long.
    ///
    /// # Errors
    /// What is wrong with the event, or why it may not be created.
    pub fn tell_series(&mut self, event: Object) -> Result<Arc<Object>, Status> {
        debug_assert!(has_all_fields(&event.body), "{event:?}");
        let errors = validate(&event);
        self.store_told(event, errors)
    }

    fn store_told(&mut self, mut event: Object, errors: ErrorList) -> Result<Arc<Object>, Status> {
        admission::admit_creation(self.store, self.names, &mut event, None, &mut self.precedents.open)?;
        event.meta.uid = self.names.uid();
        event.meta.created = Some(self.now.truncated());
        if !errors.is_empty() {
            return Err(Status::invalid(event.kind, &event.meta.name, &errors));
        }
        if let Some(existing) = self.store.stored(&event) {
            return Err(already_exists(existing, false));
        }
        Ok(self.store.put(event, self.now, self.actor.clone()))
    }
}

/// Go writes these fields even when they are empty.
fn default(event: &mut Object) {
    let body = &event.body;
    if has_all_fields(body) {
        return;
    }
    let mut missing: Vec<(Str, Value)> = Vec::new();
    for field in [literal!("eventTime"), literal!("firstTimestamp"), literal!("lastTimestamp")] {
        if body.get(&field).is_none() {
            missing.push((field, Value::Null));
        }
    }
    for field in [literal!("reportingComponent"), literal!("reportingInstance")] {
        if body[&*field].is_null() {
            missing.push((field, Value::Str(literal!(""))));
        }
    }
    for (field, is_missing) in [
        (literal!("source"), body["source"].is_null()),
        (literal!("involvedObject"), body["involvedObject"].as_map().is_none()),
    ] {
        if is_missing {
            missing.push((field, Value::empty_map()));
        }
    }
    if !missing.is_empty() {
        event.body = std::mem::take(&mut event.body).with(missing);
    }
}

/// Whether an event has every field that [`default`] sees to, as those have that the engine itself tells.
fn has_all_fields(body: &Map) -> bool {
    let has_field = |(field, value): &(&Str, &Value)| match field.as_str() {
        "eventTime" | "firstTimestamp" | "lastTimestamp" => true,
        "reportingComponent" | "reportingInstance" | "source" => !value.is_null(),
        "involvedObject" => value.as_map().is_some(),
        _ => false,
    };
    body.iter().filter(has_field).count() == 7
}

/// The checks that writes through either API have in common (`legacyValidateEvent`).
fn validate(event: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let about = event.body["involvedObject"]["namespace"].str_or_empty();
    let lives_in = event.meta.namespace.as_str();
    let is_new_style = !event.body["eventTime"].is_null();
    let fits = match (about.is_empty(), is_new_style) {
        (false, is_new_style) => is_new_style || about == lives_in,
        (true, true) => matches!(lives_in, "default" | "kube-system"),
        (true, false) => matches!(lives_in, "" | "default"),
    };
    if !fits {
        errors.invalid(&At::new("involvedObject").child("namespace"), about, "does not match event.namespace");
    }
    if is_new_style {
        validate_new_style(event, &mut errors);
    }
    errors
}

/// Checks what only events with an `eventTime` need.
fn validate_new_style(event: &Object, errors: &mut ErrorList) {
    let text = |field: &str| event.body[field].str_or_empty();
    let (controller, at) = (text("reportingComponent"), At::new("reportingController"));
    if controller.is_empty() {
        errors.required(&at, "");
    }
    if !syntax::is_qualified_name(controller) {
        for wrong in syntax::qualified_name(controller) {
            errors.invalid(&at, controller, wrong);
        }
    }
    let limits = [("reportingInstance", REPORTER_MAX), ("action", REPORTER_MAX), ("reason", REASON_MAX)];
    for (field, max) in limits {
        if text(field).is_empty() {
            errors.required(&At::new(field), "");
        } else if text(field).len() > max {
            errors.invalid(&At::new(field), "", format!("can have at most {max} characters"));
        }
    }
    if text("message").len() > NOTE_MAX {
        errors.invalid(&At::new("message"), "", format!("can have at most {NOTE_MAX} characters"));
    }
}

/// What only events.k8s.io/v1 asks of a new event (`ValidateEventCreate`), after what both ask.
///
/// # Errors
/// `Invalid`, with everything that is wrong.
pub fn check_strict_creation(event: &Object) -> Result<(), Status> {
    let mut of_this_api = ErrorList::new();
    validate_series(event, &mut of_this_api);
    if event.body["eventTime"].is_null() {
        of_this_api.required(&At::new("eventTime"), "");
    }
    let kind = event.body["type"].str_or_empty();
    if !matches!(kind, "Normal" | "Warning") {
        of_this_api.invalid(&At::new("type"), "", format!("has invalid value: {kind}"));
    }
    for field in ["firstTimestamp", "lastTimestamp", "count", "source"] {
        if !event.body[field].is_empty() {
            of_this_api.invalid(&At::new(field), "", "needs to be unset");
        }
    }
    refuse(event, of_this_api)
}

/// What only events.k8s.io/v1 asks of a changed event (`ValidateEventUpdate`): all but the series stays.
///
/// # Errors
/// `Invalid`, with everything that is wrong.
pub fn check_strict_update(event: &Object, old: &Object) -> Result<(), Status> {
    const FROZEN: [&str; 13] = [
        "involvedObject",
        "reason",
        "message",
        "source",
        "firstTimestamp",
        "lastTimestamp",
        "count",
        "type",
        "eventTime",
        "action",
        "related",
        "reportingComponent",
        "reportingInstance",
    ];
    let mut of_this_api = ErrorList::new();
    if event.body["series"] != old.body["series"] {
        validate_series(event, &mut of_this_api);
    }
    for field in FROZEN {
        let (is, was) = (&event.body[field], &old.body[field]);
        if is != was && !(is.is_empty() && was.is_empty()) {
            let shown_as = if field == "reportingComponent" { "reportingController" } else { field };
            of_this_api.invalid(&At::new(shown_as), is, IMMUTABLE);
        }
    }
    refuse(event, of_this_api)
}

fn refuse(event: &Object, of_this_api: ErrorList) -> Result<(), Status> {
    if of_this_api.is_empty() {
        return Ok(());
    }
    let mut errors = validate(event);
    errors.extend(of_this_api);
    Err(Status::invalid(event.kind, &event.meta.name, &errors))
}

fn validate_series(event: &Object, errors: &mut ErrorList) {
    let series = &event.body["series"];
    if series.is_null() {
        return;
    }
    if series["count"].as_i64().unwrap_or(0) < 2 {
        errors.invalid(&At::new("series.count"), "", "should be at least 2");
    }
    if series["lastObservedTime"].is_null() {
        errors.required(&At::new("series.lastObservedTime"), "");
    }
}
