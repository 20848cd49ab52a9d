//! Jobs as they are defaulted, refused and changed.

use crate::api::Status;
use crate::api::registry::{Api, DeleteOptions, Deleted, Part, Precedents, WriteOptions};
use crate::clock::{Names, Time};
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds};
use crate::store::Store;
use std::sync::Arc;

struct Desk {
    store: Store,
    names: Names,
    precedents: Precedents,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Desk { store: Store::new(), names: Names::new(1), precedents: Precedents::default() };
        let namespace = Object::new(kinds::NAMESPACE, "", "default");
        desk.api().create(namespace, &WriteOptions::default()).expect("a namespace");
        desk
    }

    fn api(&mut self) -> Api<'_> {
        let now = Time::from_unix(1_000_000_000);
        Api {
            store: &mut self.store,
            now,
            names: &mut self.names,
            precedents: &mut self.precedents,
            actor: Str::from("test"),
        }
    }

    /// Creates the Job `j` with `spec` besides a template.
    fn create(&mut self, spec: &str) -> Result<Arc<Object>, Status> {
        let mut job = Object::new(kinds::JOB, "default", "j");
        let template = r#"{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"b"}]}}}"#;
        *job.spec_mut() = Value::from_json(template.as_bytes()).expect("valid JSON");
        for (key, value) in Value::from_json(spec.as_bytes()).expect("valid JSON").as_map().expect("a map").iter() {
            job.spec_mut().set(key.clone(), value);
        }
        self.api().create(job, &WriteOptions::default())
    }

    fn edit(&mut self, part: Part, change: fn(&mut Object)) -> Result<Arc<Object>, Status> {
        self.api().modify(&Key::new(kinds::JOB, "default", "j"), part, &WriteOptions::default(), |it| {
            change(it);
            Ok(())
        })
    }
}

fn check_refused(spec: &str, want: &str) {
    let status = Desk::new().create(spec).expect_err(spec);
    assert_eq!(status.message, format!("Job.batch \"j\" is invalid: {want}"), "{spec}");
}

fn check_default(spec: &str, field: &str, want: &str) {
    let job = Desk::new().create(spec).expect(spec);
    assert_eq!(job.spec()[field].to_json(), want, "{spec} {field}");
}

fn check_status_refused(change: fn(&mut Object), want: &str) {
    let mut desk = Desk::new();
    desk.create("{}").expect("valid");
    let status = desk.edit(Part::Status, change).expect_err(want);
    assert_eq!(status.message, format!("Job.batch \"j\" is invalid: {want}"));
}

#[test]
fn completions_and_parallelism_default_together() {
    check_default("{}", "completions", "1");
    check_default("{}", "parallelism", "1");
    check_default(r#"{"parallelism":3}"#, "completions", "null");
    check_default(r#"{"completions":3}"#, "parallelism", "1");
    check_default("{}", "backoffLimit", "6");
    check_default(
        r#"{"completions":1,"completionMode":"Indexed","backoffLimitPerIndex":1}"#,
        "backoffLimit",
        "2147483647",
    );
    check_default("{}", "podReplacementPolicy", "\"TerminatingOrFailed\"");
}

#[test]
fn a_job_gets_a_selector_and_labels_of_its_own() {
    let mut desk = Desk::new();
    let job = desk.create("{}").expect("valid");
    let uid = job.meta.uid.as_str();
    let labels = job.spec().at(&["template", "metadata", "labels"]).as_map().expect("labels");
    assert_eq!(
        job.spec()["selector"].to_json(),
        format!(r#"{{"matchLabels":{{"batch.kubernetes.io/controller-uid":"{uid}"}}}}"#)
    );
    let keys: Vec<_> = labels.keys().map(Str::as_str).collect();
    let want = ["batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name"];
    assert_eq!(keys, want);
    assert_eq!(&job.meta.labels, labels, "a Job without labels has those of its template");
}

#[test]
fn a_job_with_a_manual_selector_keeps_it() {
    let mut desk = Desk::new();
    let template = r#""template":{"metadata":{"labels":{"a":"b"}},
        "spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"b"}]}}"#;
    let spec = format!(r#"{{"manualSelector":true,"selector":{{"matchLabels":{{"a":"b"}}}},{template}}}"#);
    let job = desk.create(&spec).expect("valid");
    assert_eq!(job.spec()["selector"].to_json(), r#"{"matchLabels":{"a":"b"}}"#);
    assert_eq!(Value::from(&job.meta.labels).to_json(), r#"{"a":"b"}"#);
}

#[test]
fn the_numbers_of_a_job_are_checked() {
    check_refused(r#"{"parallelism":-1}"#, "spec.parallelism: Invalid value: -1: must be greater than or equal to 0");
    check_refused(
        r#"{"backoffLimit":-1,"ttlSecondsAfterFinished":-1}"#,
        "[spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0, spec.ttlSecondsAfterFinished: Invalid \
         value: -1: must be greater than or equal to 0]",
    );
    check_refused(
        r#"{"completionMode":"Indexed","parallelism":2}"#,
        "spec.completions: Required value: when completion mode is Indexed",
    );
    check_refused(
        r#"{"completionMode":"Sorted","completions":1}"#,
        "spec.completionMode: Unsupported value: \"Sorted\": supported values: \"NonIndexed\", \"Indexed\"",
    );
    check_refused(
        r#"{"backoffLimitPerIndex":1}"#,
        "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode",
    );
    check_refused(
        r#"{"completions":100001,"parallelism":100001,"completionMode":"Indexed"}"#,
        "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed",
    );
}

#[test]
fn the_pods_of_a_job_never_restart_for_ever() {
    let template = |policy: &str| {
        format!(r#"{{"template":{{"spec":{{"restartPolicy":"{policy}","containers":[{{"name":"c","image":"b"}}]}}}}}}"#)
    };
    check_refused(
        &template("Always"),
        "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"",
    );
}

#[test]
fn what_a_job_is_about_cannot_change() {
    let mut desk = Desk::new();
    desk.create(r#"{"completions":3}"#).expect("valid");
    let refused = desk.edit(Part::Main, |it| it.spec_mut().set("completions", 4)).expect_err("immutable");
    assert_eq!(refused.message, "Job.batch \"j\" is invalid: spec.completions: Invalid value: 4: field is immutable");
    let refused = desk.edit(Part::Main, |it| it.spec_mut().set("completionMode", "Indexed")).expect_err("immutable");
    let want = "Job.batch \"j\" is invalid: spec.completionMode: Invalid value: \"Indexed\": field is immutable";
    assert_eq!(refused.message, want);
    let changed = desk.edit(Part::Main, |it| it.spec_mut().set("parallelism", 2)).expect("it may");
    assert_eq!(changed.meta.generation, 2);
}

#[test]
fn an_indexed_job_is_scaled_in_tandem() {
    let mut desk = Desk::new();
    desk.create(r#"{"completions":3,"parallelism":3,"completionMode":"Indexed"}"#).expect("valid");
    let refused = desk.edit(Part::Main, |it| it.spec_mut().set("completions", 4)).expect_err("not in tandem");
    assert!(refused.message.ends_with("Invalid value: 4: can only be modified in tandem with spec.parallelism"));
    let both = desk.edit(Part::Main, |it| {
        it.spec_mut().set("completions", 4);
        it.spec_mut().set("parallelism", 4);
    });
    assert!(both.is_ok());
}

#[test]
fn the_scheduling_directives_of_a_suspended_job_may_change() {
    let edit = |it: &mut Object| {
        it.spec_mut().at_mut(&["template", "spec", "nodeSelector"]).set("a", "b");
        it.spec_mut().at_mut(&["template", "metadata", "labels"]).set("q", "1");
    };
    for (spec, want) in [(r#"{"suspend":true}"#, true), ("{}", false)] {
        let mut desk = Desk::new();
        desk.create(spec).expect("valid");
        assert_eq!(desk.edit(Part::Main, edit).is_ok(), want, "{spec}");
    }
    let mut desk = Desk::new();
    desk.create(r#"{"suspend":true}"#).expect("valid");
    let image = |it: &mut Object| {
        let containers = it.spec_mut().at_mut(&["template", "spec", "containers"]).items_mut();
        containers[0].set("image", "other");
    };
    assert!(desk.edit(Part::Main, image).is_err(), "an image is no directive");
    let resources = |it: &mut Object| {
        let containers = it.spec_mut().at_mut(&["template", "spec", "containers"]).items_mut();
        containers[0].set("resources", map! { "requests" => map! { "cpu" => "2" } });
    };
    assert!(desk.edit(Part::Main, resources).is_ok(), "how much it needs may be found out while it waits");
    let mut desk = Desk::new();
    desk.create("{}").expect("valid");
    assert!(desk.edit(Part::Main, resources).is_err());
}

#[test]
fn the_status_of_a_job_makes_sense() {
    check_status_refused(
        |it| it.status_mut().set("failed", -1),
        "[status.failed: Invalid value: -1: must be greater than or equal to 0, status.failed: Invalid value: -1: cannot \
         decrease the failed counter]",
    );
    check_status_refused(
        |it| it.status_mut().set("ready", 1),
        "status.ready: Invalid value: 1: cannot set more ready pods than active",
    );
    check_status_refused(
        |it| it.status_mut().set("completionTime", "2026-01-01T00:00:00Z"),
        "status.completionTime: Invalid value: \"2026-01-01T00:00:00Z\": cannot set completionTime when there is no \
         Complete=True condition",
    );
}

#[test]
fn a_name_too_long_for_a_label_is_told_of_the_template_alone() {
    let mut desk = Desk::new();
    let mut job = Object::new(kinds::JOB, "default", "x".repeat(64));
    let spec = r#"{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"b"}]}}}"#;
    *job.spec_mut() = Value::from_json(spec.as_bytes()).expect("valid JSON");
    let status = desk.api().create(job, &WriteOptions::default()).expect_err("too long");
    let fields: Vec<_> = status.details["causes"].items().iter().map(|it| it["field"].str_or_empty()).collect();
    assert_eq!(fields, ["spec.template.labels", "spec.template.labels"]);
}

#[test]
fn a_job_orphans_its_pods_unless_told_otherwise() {
    let mut desk = Desk::new();
    let job = desk.create("{}").expect("valid");
    let Ok(Deleted::Waiting(going)) = desk.api().delete(&job.key(), &DeleteOptions::default()) else {
        unreachable!("it waits for its pods to be orphaned");
    };
    assert!(going.meta.has_finalizer("orphan"));
    assert_eq!(going.meta.generation, 2);
}

#[test]
fn a_changed_policy_is_shown_as_the_server_holds_it() {
    use crate::api::field::At;
    use crate::api::registry::pod::go_form::{Shape, invalid_as};
    let policy = r#"{"rules":[{"action":"Ignore","onPodConditions":[{"type":"X","status":"True"}]}]}"#;
    let policy = Value::from_json(policy.as_bytes()).expect("valid JSON");
    let shape = Shape::StructPointer(&super::go_types::FAILURE_POLICY);
    let error = invalid_as(shape, &policy, &At::new("spec").child("podFailurePolicy"), "field is immutable");
    let want = "spec.podFailurePolicy: Invalid value: {\"Rules\":[{\"Action\":\"Ignore\",\"OnExitCodes\":null,\
                \"OnPodConditions\":[{\"Type\":\"X\",\"Status\":\"True\"}]}]}: field is immutable";
    assert_eq!(error.to_string(), want);
}
