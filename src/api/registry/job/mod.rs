//! The rules of Jobs (`pkg/apis/batch/v1/defaults.go`, `pkg/registry/batch/job/strategy.go`).

mod go_types;
mod indexes;
mod policies;
mod spec;
mod status;
mod update;

use super::pod::default_pod_template;
use super::{ByPrecedent, Strategy};
use crate::full_map;
use crate::object::{Map, Object, Str, Value, literal};

pub(super) use spec::validate_template;

/// The label of pods that carries the uid of their Job, and the one from before labels had prefixes.
const CONTROLLER_UID: [Str; 2] = [literal!("batch.kubernetes.io/controller-uid"), literal!("controller-uid")];
/// The label of pods that carries the name of their Job, and the one from before labels had prefixes.
const JOB_NAME: [Str; 2] = [literal!("batch.kubernetes.io/job-name"), literal!("job-name")];

/// The rules of Jobs.
pub static STRATEGY: Strategy = Strategy {
    default,
    prepare_create,
    validate: |job| spec::validate_job(job, true),
    read_back: take_template_labels,
    by_precedent: Some(ByPrecedent {
        default: take_template_labels,
        says_all: spec::has_generated_selector,
        is_valid: spec::is_valid_by_precedent,
    }),
    prepare_update: |new, old| {
        if !new.spec().is_same(old.spec()) {
            new.meta.generation = old.meta.generation + 1;
        }
    },
    validate_update: update::validate_update,
    validate_status_update: status::validate_status_update,
    ..Strategy::PLAIN
};

fn default(job: &mut Object) {
    let spec = job.spec_mut();
    default_template(spec);
    if spec["completions"].is_null() && spec["parallelism"].is_null() {
        spec.set(literal!("completions"), 1_i64);
        spec.set(literal!("parallelism"), 1_i64);
    }
    spec.set_default("parallelism", 1_i64);
    let no_limit = !spec["backoffLimitPerIndex"].is_null();
    spec.set_default("backoffLimit", if no_limit { i64::from(i32::MAX) } else { 6 });
    spec.set_default("completionMode", literal!("NonIndexed"));
    spec.set_default("suspend", false);
    spec.set_default("manualSelector", false);
    let fails_only = !spec["podFailurePolicy"].is_null();
    let replacement = if fails_only { literal!("Failed") } else { literal!("TerminatingOrFailed") };
    spec.set_default("podReplacementPolicy", replacement);
    take_template_labels(job);
}

/// Fills in what the spec of a Job and that of a CronJob's Jobs are given alike.
pub(super) fn default_template(spec: &mut Value) {
    default_pod_template(spec.field_mut("template"));
    for rule in spec["podFailurePolicy"]["rules"].items().to_vec().iter().enumerate() {
        default_pod_conditions(spec, rule.0, rule.1);
    }
}

/// A pattern on a pod condition means the condition's being true unless it says otherwise.
fn default_pod_conditions(spec: &mut Value, index: usize, rule: &Value) {
    if rule["onPodConditions"].items().iter().all(|it| !it["status"].str_or_empty().is_empty()) {
        return;
    }
    let rules = spec.at_mut(&["podFailurePolicy", "rules"]).items_mut();
    if let Some(rule) = rules.get_mut(index) {
        for pattern in rule.field_mut("onPodConditions").items_mut() {
            if pattern["status"].str_or_empty().is_empty() {
                pattern.set("status", literal!("True"));
            }
        }
    }
}

/// A Job without labels has those of its template.
fn take_template_labels(job: &mut Object) {
    if job.meta.labels.is_empty()
        && let Some(labels) = job.spec().at(&["template", "metadata", "labels"]).as_map()
    {
        job.meta.labels = labels.clone();
    }
}

fn prepare_create(job: &mut Object) {
    // Labels that came from the template stay those of the template, generated ones included.
    let template_labels = job.spec()["template"]["metadata"]["labels"].as_map();
    let shares_labels = template_labels.is_some_and(|it| it.is_shared_with(&job.meta.labels));
    if !job.spec()["manualSelector"].is_true() {
        generate_selector(job);
    }
    if shares_labels {
        job.meta.labels = Map::new();
        take_template_labels(job);
    }
    job.meta.generation = 1;
    job.body.insert(literal!("status"), Value::empty_map());
}

/// Makes the selector that no other Job has, and the labels that go with it (`generateSelectorIfNeeded`).
fn generate_selector(job: &mut Object) {
    let (uid, name) = (job.meta.uid.clone(), &job.meta.name);
    let labels = full_map! {
        "batch.kubernetes.io/controller-uid" => &uid,
        "batch.kubernetes.io/job-name" => name,
        "controller-uid" => &uid,
        "job-name" => name,
    };
    let spec = job.spec_mut().map_mut();
    put_missing(spec.entry("template").field_mut("metadata").field_mut("labels"), labels);
    let own = full_map! { "batch.kubernetes.io/controller-uid" => &uid };
    put_missing(spec.entry("selector").field_mut("matchLabels"), own);
}

/// Puts those of `entries` into a map whose keys it does not have.
fn put_missing(map: &mut Value, entries: Map) {
    let map = map.map_mut();
    if map.is_empty() {
        *map = entries;
        return;
    }
    let missing = entries.iter().filter(|(key, _)| !map.contains_key(key));
    let missing: Vec<_> = missing.map(|(key, value)| (key.clone(), value.clone())).collect();
    if !missing.is_empty() {
        *map = map.with(missing);
    }
}

#[cfg(test)]
mod tests;
