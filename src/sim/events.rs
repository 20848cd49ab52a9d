//! The event recorder: turns an [`EventRecord`] into an Event object, correlated as client-go does.
//!
//! `tools/record/event.go` and `tools/events/event_recorder.go`. Events are the most numerous objects of a busy cluster:
//! what many of them share (source, reason, message, the reference to one object) is shared in memory too.
//!
//! An event is gone an hour after its last change (`--event-ttl`). Nothing waits for that on the timeline, which would
//! make idle time cost something: expired events are removed whenever the clock moves for another reason. Events
//! that clients create through the API are not removed.

mod correlator;
mod series;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::hash::Hasher;
use std::sync::Arc;

use hashbrown::HashTable;

use crate::api::Status;
use crate::api::registry::{DeleteOptions, Part, WriteOptions};
use crate::clock::{Names, Span, Stamps, Time};
use crate::controllers::{EventRecord, EventVia};
use crate::object::{
    Coordinates, Fingerprint, Key, Lookup, Map, Meta, Object, Str, Value, decimal, fingerprint, hexadecimal, joined,
    kinds, literal,
};
use crate::sim::cluster::Cluster;
use crate::{full_map, map};
use correlator::{Correlator, Likeness, Observed};
use series::{Occurrence, Progress, SeriesCache};

/// How long an event is kept after its last change.
const TTL: Span = Span::seconds(3600);
/// The host that the components of the control plane run on.
const CONTROL_PLANE_HOST: &str = "control-plane";
/// The texts that are kept to be shared.
const SHARED_TEXTS: usize = 4096;
/// The longest name that an object may have.
const LONGEST_NAME: usize = 253;

/// Which bytes may stand in the name of an Event.
const IN_NAMES: [bool; 256] = {
    let (mut all, mut byte) = ([false; 256], 0);
    while byte < 256 {
        all[byte] = matches!(byte as u8, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
        byte += 1;
    }
    all
};

/// What recorders remember between events.
#[derive(Debug, Default)]
pub struct Recorder {
    sources: Lookup<Str, Source>,
    series: BTreeMap<Str, SeriesCache>,
    /// When it is time to look for series that ended; `None` while there are none.
    series_look: Option<Time>,
    texts: Texts,
    reference: Option<Reference>,
    stamps: Stamps,
    blank: Meta,
    last_name: i64,
    expiring: VecDeque<(Time, Key, u64)>,
}

/// Texts that were told, to be shared with those that are told again, by the fingerprints that events are counted by.
#[derive(Debug, Default)]
struct Texts(HashTable<(u64, Str)>);

impl Texts {
    /// The same text as it was kept before, or else as it was `made` or is made now, which is kept.
    fn shared(&mut self, text: &str, fingerprint: u64, made: Option<&Str>) -> Str {
        if self.0.len() >= SHARED_TEXTS {
            self.0.clear();
        }
        let found = self.0.entry(fingerprint, |(_, known)| known.as_str() == text, |(fingerprint, _)| *fingerprint);
        let make = || (fingerprint, made.map_or_else(|| Str::from(text), Str::clone));
        found.or_insert_with(make).get().1.clone()
    }
}

/// The fingerprints of what a record says.
#[derive(Clone, Copy)]
struct Words {
    reason: u64,
    message: u64,
}

impl Words {
    fn of(record: &EventRecord) -> Self {
        Words { reason: fingerprint([record.reason]), message: fingerprint([record.message.as_str()]) }
    }
}

/// How an object is referred to (`client-go/tools/reference`): one that was never stored is without a version.
fn refer_to(about: &Object, field_path: &Str) -> Map {
    let (Coordinates { api_version, kind }, meta) = (about.kind.coordinates(), &about.meta);
    let unless_empty = |text: &Str| (!text.is_empty()).then(|| text.clone());
    map! {
        "apiVersion" => api_version,
        "fieldPath" => unless_empty(field_path),
        "kind" => kind,
        "name" => &meta.name,
        "namespace" => unless_empty(&meta.namespace),
        "resourceVersion" => (meta.resource_version > 0).then(|| decimal(meta.resource_version)),
        "uid" => unless_empty(&meta.uid),
    }
}

/// One component on one host.
#[derive(Debug)]
struct Source {
    reporter: Reporter,
    correlator: Correlator,
}

/// Who tells.
#[derive(Clone, Debug)]
struct Reporter {
    /// `source` as core/v1 shows it.
    shown: Map,
    component: Str,
    host: Str,
    /// How events.k8s.io tells it from others of its kind.
    instance: Str,
}

/// The last `involvedObject`, for the next event about the same revision.
#[derive(Debug)]
struct Reference {
    about: Arc<Object>,
    field_path: Str,
    shown: Map,
}

impl Source {
    /// `kubelet node-1` is the component `kubelet` on the host `node-1`; controllers tell no host, and some of them
    /// call themselves otherwise in events.
    fn new(actor: &str) -> Self {
        let (component, host) = actor.split_once(' ').unwrap_or((actor, ""));
        let component = match component {
            "disruption-controller" => "controllermanager",
            "ephemeral-volume-controller" => "ephemeral_volume",
            other => other,
        };
        let instance = joined(&[component, "-", CONTROL_PLANE_HOST]);
        let (component, host) = (Str::from(component), Str::from(host));
        let shown = map! { "component" => &component, "host" => (!host.is_empty()).then_some(&*host) };
        Source { reporter: Reporter { shown, component, host, instance }, correlator: Correlator::default() }
    }
}

/// The fields of an event that do not depend on the recorder.
struct Told {
    about: Map,
    kind: Str,
    reason: Str,
    message: Str,
    stamp: Str,
}

impl Recorder {
    fn source(&mut self, actor: &Str) -> &mut Source {
        self.sources.entry(actor, || Source::new(actor))
    }

    /// How `about` is referred to, the part of it included.
    fn reference(&mut self, about: &Arc<Object>, field_path: &Str) -> Map {
        if let Some(last) = &self.reference
            && Arc::ptr_eq(&last.about, about)
            && last.field_path == *field_path
        {
            return last.shown.clone();
        }
        let shown = refer_to(about, field_path);
        self.reference = Some(Reference { about: about.clone(), field_path: field_path.clone(), shown: shown.clone() });
        shown
    }

    /// The nanoseconds that name the next event, moved on where two share an instant.
    fn next_number(&mut self, now: Time) -> i64 {
        self.last_name = now.0.max(self.last_name.saturating_add(1));
        self.last_name
    }

    fn told(&mut self, record: &EventRecord, words: Words, now: Time) -> Told {
        Told {
            about: self.reference(&record.about, &record.field_path),
            kind: if record.warning { literal!("Warning") } else { literal!("Normal") },
            reason: self.texts.shared(record.reason, words.reason, None),
            message: self.texts.shared(&record.message, words.message, Some(&record.message)),
            stamp: self.stamps.rfc3339(now),
        }
    }

    fn new_event(&self, key: &Key, body: Map) -> Object {
        let meta = Meta { name: key.name.clone(), namespace: key.namespace.clone(), ..self.blank.clone() };
        Object { kind: kinds::EVENT, meta, body }
    }
}

impl Cluster {
    /// Records an event by `actor`. An event that cannot be stored is dropped, as upstream's recorder drops it.
    pub(super) fn record_event(&mut self, actor: &Str, record: EventRecord) {
        let stored = match &record.via {
            EventVia::Core => self.record_counted(actor, &record, 0),
            EventVia::CoreAgain { untold } => self.record_counted(actor, &record, *untold),
            EventVia::Events { action, related } => self.record_series(actor, &record, action, related.as_ref()),
        };
        drop(stored);
    }

    /// Removes the events that nothing changed for an hour, and tells of series that ended. The cluster does so whenever
    /// its clock moves.
    pub fn expire_events(&mut self) {
        let now = self.now;
        if self.recorder.series_look.is_some_and(|at| at <= now) {
            self.tell_of_series();
        }
        while self.recorder.expiring.front().is_some_and(|(at, _, _)| *at <= now) {
            if let Some((_, key, version)) = self.recorder.expiring.pop_front() {
                self.expire(&key, version);
            }
        }
    }

    fn tell_of_series(&mut self) {
        let mut told = Vec::new();
        for (actor, series) in &mut self.recorder.series {
            told.extend(series.due(self.now).into_iter().map(|progress| (actor.clone(), progress)));
        }
        self.recorder.series_look = self.recorder.series.values().map(SeriesCache::next_look).min();
        for (actor, progress) in told {
            drop(self.write_series(&actor, &progress));
        }
    }

    /// Removes the event at `key` if nothing changed it since `version`. Its time is up without a request: there is nothing
    /// that would keep it, but for a finalizer, which is the API's business.
    fn expire(&mut self, key: &Key, version: u64) {
        let (actor, mut is_held) = (literal!("kube-apiserver"), false);
        let is_over = |event: &Object| {
            let unchanged = event.meta.resource_version == version;
            is_held = unchanged && !event.meta.finalizers.is_empty();
            unchanged && !is_held
        };
        self.store.remove_if(key, is_over, self.now, actor.clone());
        if is_held {
            drop(self.api(actor).delete(key, &DeleteOptions::default()));
        }
    }

    fn record_counted(&mut self, actor: &Str, record: &EventRecord, untold: u32) -> Result<(), Status> {
        let (now, recorder) = (self.now, &mut self.recorder);
        let name = EventName::of(&record.about, recorder.next_number(now), &mut self.names);
        let source = recorder.source(actor);
        let words = Words::of(record);
        let Some(observed) = source.correlator.observe(likeness(record, words), untold, || name.text(), now) else {
            return Ok(());
        };
        let reporter = source.reporter.clone();
        let mut told = recorder.told(record, words, now);
        if observed.combined {
            told.message = Str::from(format!("(combined from similar events): {}", record.message));
        }
        let key = event_key(record, observed.name.clone());
        let stored = if observed.count > 1 { self.store.get(&key) } else { None };
        let Some(stored) = stored else {
            let event = recorder.new_event(&key, counted_body(reporter, told, &observed));
            let version = self.api(actor.clone()).tell(event)?.meta.resource_version;
            self.expire_later(key, version);
            return Ok(());
        };
        let mut changed = Object::clone(stored);
        changed.body.insert(literal!("count"), observed.count);
        changed.body.insert(literal!("lastTimestamp"), told.stamp);
        changed.body.insert(literal!("message"), told.message);
        self.update_event(actor, changed)
    }

    fn record_series(
        &mut self,
        actor: &Str,
        record: &EventRecord,
        action: &'static str,
        related: Option<&Arc<Object>>,
    ) -> Result<(), Status> {
        let (now, recorder) = (self.now, &mut self.recorder);
        let name = EventName::of(&record.about, recorder.next_number(now), &mut self.names);
        let key = event_key(record, name.text());
        let mut likeness = Fingerprint::default();
        likeness.write_u64(record.about.meta.resource_version);
        for part in [&record.about.meta.uid, kind_of(record), record.reason, action] {
            likeness.write(part.as_bytes());
        }
        let likeness = likeness.finish();
        let series = recorder.series.entry(actor.clone()).or_default();
        let look = series.next_look();
        recorder.series_look = Some(recorder.series_look.map_or(look, |at| at.min(look)));
        match series.observe(likeness, &key, now) {
            Occurrence::Counted => Ok(()),
            Occurrence::Again(progress) => self.write_series(actor, &progress),
            Occurrence::New => {
                let told = recorder.told(record, Words::of(record), now);
                let Reporter { component, instance, .. } = recorder.source(actor).reporter.clone();
                let mut body = full_map! {
                    "action" => recorder.texts.shared(action, fingerprint([action]), None),
                    "eventTime" => now.rfc3339_micro(),
                    "firstTimestamp" => Value::Null,
                    "involvedObject" => told.about,
                    "lastTimestamp" => Value::Null,
                    "message" => told.message,
                    "reason" => told.reason,
                    "reportingComponent" => component,
                    "reportingInstance" => instance,
                    "source" => Value::empty_map(),
                    "type" => told.kind,
                };
                if let Some(related) = related {
                    body.insert(literal!("related"), recorder.reference(related, &Str::new()));
                }
                let event = recorder.new_event(&key, body);
                let version = self.api(actor.clone()).tell_series(event)?.meta.resource_version;
                self.expire_later(key, version);
                Ok(())
            }
        }
    }

    fn write_series(&mut self, actor: &Str, progress: &Progress) -> Result<(), Status> {
        let Some(stored) = self.store.get(&progress.event) else {
            return Ok(());
        };
        let mut changed = Object::clone(stored);
        let series = map! { "count" => progress.count, "lastObservedTime" => progress.last.rfc3339_micro() };
        changed.body.insert(literal!("series"), series);
        self.update_event(actor, changed)
    }

    fn update_event(&mut self, actor: &Str, event: Object) -> Result<(), Status> {
        let key = event.key();
        let stored = self.api(actor.clone()).update(event, Part::Main, &WriteOptions::default())?;
        self.expire_later(key, stored.meta.resource_version);
        Ok(())
    }

    fn expire_later(&mut self, event: Key, version: u64) {
        self.recorder.expiring.push_back((self.now + TTL, event, version));
    }
}

/// The body of an event that is counted.
fn counted_body(reporter: Reporter, told: Told, observed: &Observed) -> Map {
    // client-go's aggregator builds the combined event without the reporter.
    let (component, host) =
        if observed.combined { (Str::new(), Str::new()) } else { (reporter.component, reporter.host) };
    let first = if observed.count == 1 { told.stamp.clone() } else { observed.first.rfc3339() };
    full_map! {
        "count" => observed.count,
        "eventTime" => Value::Null,
        "firstTimestamp" => first,
        "involvedObject" => told.about,
        "lastTimestamp" => told.stamp,
        "message" => told.message,
        "reason" => told.reason,
        "reportingComponent" => component,
        "reportingInstance" => host,
        "source" => reporter.shown,
        "type" => told.kind,
    }
}

fn kind_of(record: &EventRecord) -> &'static str {
    if record.warning { "Warning" } else { "Normal" }
}

/// Events about cluster-scoped objects live in the namespace `default`.
fn event_key(record: &EventRecord, name: Str) -> Key {
    let namespace = &record.about.meta.namespace;
    let namespace = if namespace.is_empty() { literal!("default") } else { namespace.clone() };
    Key { kind: kinds::EVENT, namespace, name }
}

fn likeness(record: &EventRecord, Words { reason, message }: Words) -> Likeness {
    let meta = &record.about.meta;
    let mut object = Fingerprint::default();
    object.write_u16(record.about.kind.0);
    object.write(meta.uid.as_bytes());
    // What has no uid is known by where it is.
    if meta.uid.is_empty() {
        object.write(meta.namespace.as_bytes());
        object.write(meta.name.as_bytes());
    }
    let mut group = object;
    group.write_u8(u8::from(record.warning));
    group.write_u64(reason);
    let mut exact = group;
    exact.write(record.field_path.as_bytes());
    exact.write_u64(message);
    Likeness { object: object.finish(), group: group.finish(), message, exact: exact.finish() }
}

/// The name of an Event before it is written out: most events that are told again have a name already.
enum EventName<'a> {
    /// `web-x7k2p.188fd2a0c1b2d3e4`: the object and a number.
    Numbered(&'a str, u64),
    /// A uid, where that would be no name.
    Uid(Str),
}

impl<'a> EventName<'a> {
    fn of(about: &'a Object, number: i64, names: &mut Names) -> Self {
        let (name, number) = (about.meta.name.as_str(), number as u64);
        let length = name.len() + 1 + hex_digits(number);
        let is_name = length <= LONGEST_NAME && name.bytes().all(|byte| IN_NAMES[usize::from(byte)]);
        if is_name { EventName::Numbered(name, number) } else { EventName::Uid(names.uid()) }
    }

    fn text(self) -> Str {
        let (name, number) = match self {
            EventName::Numbered(name, number) => (name, number),
            EventName::Uid(uid) => return uid,
        };
        let written = Str::init_with(name.len() + 1 + hex_digits(number), |text| {
            let (front, digits) = text.split_at_mut(name.len() + 1);
            front[..name.len()].copy_from_slice(name.as_bytes());
            front[name.len()] = b'.';
            let all = hexadecimal(number);
            digits.copy_from_slice(&all[all.len() - digits.len()..]);
        });
        written.expect("a text, a dot and digits are a text")
    }
}

/// How many digits `number` has to the base 16.
fn hex_digits(number: u64) -> usize {
    (64 - number.leading_zeros()).div_ceil(4).max(1) as usize
}
