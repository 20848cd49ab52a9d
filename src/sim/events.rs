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

use crate::api::Status;
use crate::api::registry::{DeleteOptions, Part, WriteOptions};
use crate::clock::{Names, Span, Time};
use crate::controllers::{EventRecord, EventVia};
use crate::map;
use crate::object::{Fingerprint, Key, Kind, Lookup, Map, Meta, Object, Str, Value, fingerprint, kinds, literal};
use crate::sim::cluster::Cluster;
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

/// What recorders remember between events.
#[derive(Debug, Default)]
pub struct Recorder {
    sources: Lookup<Str, Source>,
    series: BTreeMap<Str, SeriesCache>,
    texts: Lookup<Str, ()>,
    shared_literals: Lookup<&'static str, Str>,
    api_versions: BTreeMap<Kind, Str>,
    reference: Option<Reference>,
    stamp: Option<(Time, Str)>,
    blank: Meta,
    last_name: i64,
    expiring: VecDeque<(Time, Key, u64)>,
}

/// One component on one host.
#[derive(Debug)]
struct Source {
    /// `source` as core/v1 shows it.
    shown: Map,
    component: Str,
    host: Str,
    correlator: Correlator,
}

/// The last `involvedObject`, for the next event about the same revision.
#[derive(Debug)]
struct Reference {
    uid: Str,
    version: u64,
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
        let (component, host) = (Str::from(component), Str::from(host));
        let shown = map! { "component" => &component, "host" => (!host.is_empty()).then_some(&*host) };
        Source { shown, component, host, correlator: Correlator::default() }
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

    /// `text`, or the same text as it was kept before.
    fn shared(&mut self, text: &Str) -> Str {
        if Str::is_static(text) {
            return text.clone();
        }
        if let Some((known, ())) = self.texts.get_key_value(text) {
            return known.clone();
        }
        if self.texts.len() >= SHARED_TEXTS {
            self.texts.clear();
        }
        self.texts.insert(text.clone(), ());
        text.clone()
    }

    /// What is written in the code, shared.
    fn known(&mut self, text: &'static str) -> Str {
        self.shared_literals.entry(&text, || Str::from(text)).clone()
    }

    fn stamp(&mut self, now: Time) -> Str {
        let second = now.truncated();
        match &self.stamp {
            Some((time, text)) if *time == second => text.clone(),
            _ => {
                let text = second.rfc3339();
                self.stamp = Some((second, text.clone()));
                text
            }
        }
    }

    /// `client-go/tools/reference`: an object that was never stored is referred to without a version.
    fn reference(&mut self, about: &Object, field_path: &Str) -> Map {
        if let Some(last) = &self.reference
            && last.uid == about.meta.uid
            && last.version == about.meta.resource_version
            && last.field_path == *field_path
            && !last.uid.is_empty()
        {
            return last.shown.clone();
        }
        let info = about.kind.info();
        let version = (about.meta.resource_version > 0).then(|| about.meta.resource_version.to_string());
        let unless_empty = |text: &Str| (!text.is_empty()).then(|| text.clone());
        let shown = map! {
            "apiVersion" => self.api_versions.entry(about.kind).or_insert_with(|| Str::from(info.api_version())).clone(),
            "fieldPath" => unless_empty(field_path),
            "kind" => self.known(info.kind),
            "name" => &about.meta.name,
            "namespace" => unless_empty(&about.meta.namespace),
            "resourceVersion" => version,
            "uid" => unless_empty(&about.meta.uid),
        };
        self.reference = Some(Reference {
            uid: about.meta.uid.clone(),
            version: about.meta.resource_version,
            field_path: field_path.clone(),
            shown: shown.clone(),
        });
        shown
    }

    /// `web-x7k2p.188fd2a0c1b2d3e4`: the object and the nanoseconds, moved on where two events share an instant.
    /// Where that is no name for an Event, a uid is.
    fn new_name(&mut self, about: &Object, now: Time, names: &mut Names) -> Str {
        self.last_name = now.0.max(self.last_name.saturating_add(1));
        let name = format!("{}.{:x}", about.meta.name, self.last_name);
        let is_name =
            name.len() <= LONGEST_NAME && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
        if is_name { Str::from(name) } else { names.uid() }
    }

    fn told(&mut self, record: &EventRecord, now: Time) -> Told {
        Told {
            about: self.reference(&record.about, &record.field_path),
            kind: if record.warning { literal!("Warning") } else { literal!("Normal") },
            reason: self.known(record.reason),
            message: self.shared(&record.message),
            stamp: self.stamp(now),
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
            EventVia::Events { action, related } => self.record_series(actor, &record, action, related.as_deref()),
        };
        drop(stored);
    }

    /// Removes the events that nothing changed for an hour, and tells of series that ended. The cluster does so whenever
    /// its clock moves.
    pub fn expire_events(&mut self) {
        let (now, mut told) = (self.now, Vec::new());
        for (actor, series) in &mut self.recorder.series {
            told.extend(series.due(now).into_iter().map(|progress| (actor.clone(), progress)));
        }
        for (actor, progress) in told {
            drop(self.write_series(&actor, &progress));
        }
        while self.recorder.expiring.front().is_some_and(|(at, _, _)| *at <= now) {
            let Some((_, key, version)) = self.recorder.expiring.pop_front() else {
                return;
            };
            if self.store.get(&key).is_some_and(|event| event.meta.resource_version == version) {
                drop(self.api(literal!("kube-apiserver")).delete(&key, &DeleteOptions::default()));
            }
        }
    }

    fn record_counted(&mut self, actor: &Str, record: &EventRecord, untold: u32) -> Result<(), Status> {
        let (now, recorder) = (self.now, &mut self.recorder);
        let name = recorder.new_name(&record.about, now, &mut self.names);
        let likeness = likeness(record);
        let Some(observed) = recorder.source(actor).correlator.observe(likeness, untold, name, now) else {
            return Ok(());
        };
        let mut told = recorder.told(record, now);
        if observed.combined {
            told.message = Str::from(format!("(combined from similar events): {}", record.message));
        }
        let key = event_key(record, observed.name.clone());
        let Some(stored) = self.store.get(&key).cloned().filter(|_| observed.count > 1) else {
            let body = self.counted_body(actor, told, &observed);
            return self.create_event(actor, &key, body);
        };
        let mut changed = Object::clone(&stored);
        changed.body.insert(literal!("count"), observed.count);
        changed.body.insert(literal!("lastTimestamp"), told.stamp);
        changed.body.insert(literal!("message"), told.message);
        self.update_event(actor, changed)
    }

    fn counted_body(&mut self, actor: &Str, told: Told, observed: &Observed) -> Map {
        let first = self.recorder.stamp(observed.first);
        let source = self.recorder.source(actor);
        // client-go's aggregator builds the combined event without the reporter.
        let (component, host) =
            if observed.combined { (Str::new(), Str::new()) } else { (source.component.clone(), source.host.clone()) };
        Map::from_entries(vec![
            (literal!("count"), observed.count.into()),
            (literal!("eventTime"), Value::Null),
            (literal!("firstTimestamp"), first.into()),
            (literal!("involvedObject"), told.about.into()),
            (literal!("lastTimestamp"), told.stamp.into()),
            (literal!("message"), told.message.into()),
            (literal!("reason"), told.reason.into()),
            (literal!("reportingComponent"), component.into()),
            (literal!("reportingInstance"), host.into()),
            (literal!("source"), Value::from(&source.shown)),
            (literal!("type"), told.kind.into()),
        ])
    }

    fn record_series(
        &mut self,
        actor: &Str,
        record: &EventRecord,
        action: &'static str,
        related: Option<&Object>,
    ) -> Result<(), Status> {
        let (now, recorder) = (self.now, &mut self.recorder);
        let name = recorder.new_name(&record.about, now, &mut self.names);
        let key = event_key(record, name);
        let version = record.about.meta.resource_version.to_string();
        let likeness = fingerprint([&record.about.meta.uid, version.as_str(), kind_of(record), record.reason, action]);
        match recorder.series.entry(actor.clone()).or_default().observe(likeness, &key, now) {
            Occurrence::Counted => Ok(()),
            Occurrence::Again(progress) => self.write_series(actor, &progress),
            Occurrence::New => {
                let told = recorder.told(record, now);
                let component = recorder.source(actor).component.clone();
                let instance = format!("{component}-{CONTROL_PLANE_HOST}");
                let mut body = Map::from_entries(vec![
                    (literal!("action"), recorder.known(action).into()),
                    (literal!("eventTime"), now.rfc3339_micro().into()),
                    (literal!("firstTimestamp"), Value::Null),
                    (literal!("involvedObject"), told.about.into()),
                    (literal!("lastTimestamp"), Value::Null),
                    (literal!("message"), told.message.into()),
                    (literal!("reason"), told.reason.into()),
                    (literal!("reportingComponent"), component.into()),
                    (literal!("reportingInstance"), recorder.shared(&Str::from(instance)).into()),
                    (literal!("source"), Value::empty_map()),
                    (literal!("type"), told.kind.into()),
                ]);
                if let Some(related) = related {
                    body.insert(literal!("related"), recorder.reference(related, &Str::new()));
                }
                self.create_event(actor, &key, body)
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

    fn create_event(&mut self, actor: &Str, key: &Key, body: Map) -> Result<(), Status> {
        let event = self.recorder.new_event(key, body);
        let stored = self.api(actor.clone()).create(event, &WriteOptions::default())?;
        self.expire_later(&stored);
        Ok(())
    }

    fn update_event(&mut self, actor: &Str, event: Object) -> Result<(), Status> {
        let stored = self.api(actor.clone()).update(event, Part::Main, &WriteOptions::default())?;
        self.expire_later(&stored);
        Ok(())
    }

    fn expire_later(&mut self, event: &Arc<Object>) {
        let entry = (self.now + TTL, event.key(), event.meta.resource_version);
        self.recorder.expiring.push_back(entry);
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

fn likeness(record: &EventRecord) -> Likeness {
    let meta = &record.about.meta;
    let object = fingerprint([record.about.kind.info().kind, &meta.namespace, &meta.name, &meta.uid]);
    let message = fingerprint([record.message.as_str()]);
    let mut group = Fingerprint::default();
    group.write_u64(object);
    group.write(kind_of(record).as_bytes());
    group.write(record.reason.as_bytes());
    let mut exact = group;
    exact.write(record.field_path.as_bytes());
    exact.write_u64(message);
    Likeness { object, group: group.finish(), message, exact: exact.finish() }
}
