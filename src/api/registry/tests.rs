//! The write path, request by request.

use super::{Api, DeleteOptions, Deleted, Part, Precedents, Propagation, WriteOptions};
use crate::api::Status;
use crate::clock::{Names, Time};
use crate::object::{Key, Kind, Map, Object, Str, Value, kinds};
use crate::store::Store;
use std::sync::Arc;

mod precedents;

/// An API with the namespace `default` and its service account.
struct Desk {
    store: Store,
    names: Names,
    precedents: Precedents,
    now: Time,
}

impl Desk {
    fn new() -> Self {
        let mut desk = Desk {
            store: Store::new(),
            names: Names::new(1),
            precedents: Precedents::default(),
            now: Time::from_unix(1_000_000_000),
        };
        desk.create(kinds::NAMESPACE, "", r#"{"metadata":{"name":"default"}}"#).expect("a namespace");
        desk.create(kinds::SERVICE_ACCOUNT, "default", r#"{"metadata":{"name":"default"}}"#).expect("an account");
        desk
    }

    fn api(&mut self) -> Api<'_> {
        Api {
            store: &mut self.store,
            now: self.now,
            names: &mut self.names,
            precedents: &mut self.precedents,
            actor: Str::from("test"),
        }
    }

    fn create(&mut self, kind: Kind, namespace: &str, json: &str) -> Result<Arc<Object>, Status> {
        let mut object = Object::from_value(kind, &Value::from_json(json.as_bytes()).expect("valid JSON"));
        object.meta.namespace = Str::from(namespace);
        self.api().create(object, &WriteOptions::default())
    }

    fn config_map(&mut self, json: &str) -> Arc<Object> {
        self.create(kinds::CONFIG_MAP, "default", json).expect("a valid ConfigMap")
    }

    fn get(&self, kind: Kind, name: &str) -> Option<Arc<Object>> {
        let namespace = if kind.info().namespaced { "default" } else { "" };
        self.store.get(&Key::new(kind, namespace, name)).cloned()
    }

    /// Changes what is stored.
    fn edit(&mut self, kind: Kind, name: &str, part: Part, change: fn(&mut Object)) -> Result<Arc<Object>, Status> {
        let namespace = if kind.info().namespaced { "default" } else { "" };
        self.api().modify(&Key::new(kind, namespace, name), part, &WriteOptions::default(), |it| {
            change(it);
            Ok(())
        })
    }

    fn delete(&mut self, kind: Kind, name: &str, options: DeleteOptions) -> Result<Deleted, Status> {
        let namespace = if kind.info().namespaced { "default" } else { "" };
        self.api().delete(&Key::new(kind, namespace, name), &options)
    }
}

fn foreground() -> DeleteOptions {
    DeleteOptions { propagation: Some(Propagation::Foreground), ..DeleteOptions::default() }
}

/// What the creation of an object is refused with.
fn check_refused(kind: Kind, json: &str, want: &str) {
    let mut desk = Desk::new();
    let namespace = if kind.info().namespaced { "default" } else { "" };
    let status = desk.create(kind, namespace, json).expect_err(json);
    assert_eq!(status.message, want, "{json}");
}

/// What the status of a DELETE comes to: the finalizers left, or `gone`.
fn check_finalizers(json: &str, propagation: Option<Propagation>, want: &str) {
    let mut desk = Desk::new();
    desk.config_map(json);
    let options = DeleteOptions { propagation, ..DeleteOptions::default() };
    let text = match desk.delete(kinds::CONFIG_MAP, "x", options).expect("it is there") {
        Deleted::Gone(_) => "gone".to_owned(),
        Deleted::Waiting(object) => object.meta.finalizers.iter().map(Str::as_str).collect::<Vec<_>>().join(" "),
    };
    assert_eq!(text, want, "{json} {propagation:?}");
}

#[test]
fn names_labels_owners_and_finalizers_have_to_be_well_formed() {
    let map = kinds::CONFIG_MAP;
    check_refused(
        map,
        "{}",
        r#"ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required"#,
    );
    check_refused(
        map,
        r#"{"metadata":{"name":"x","finalizers":["a"]}}"#,
        "ConfigMap \"x\" is invalid: metadata.finalizers[0]: Invalid value: \"a\": name is neither a standard finalizer \
         name nor is it fully qualified",
    );
    check_refused(
        map,
        r#"{"metadata":{"name":"x","finalizers":["orphan","foregroundDeletion"]}}"#,
        "ConfigMap \"x\" is invalid: metadata.finalizers: Invalid value: [\"orphan\",\"foregroundDeletion\"]: finalizer \
         orphan and foregroundDeletion cannot be both set",
    );
    check_refused(
        map,
        r#"{"metadata":{"name":"x","ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p"}]}}"#,
        "ConfigMap \"x\" is invalid: metadata.ownerReferences.uid: Invalid value: \"\": must not be empty",
    );
    check_refused(
        map,
        r#"{"metadata":{"name":"x","resourceVersion":"1"}}"#,
        "resourceVersion should not be set on objects to be created",
    );
    check_refused(
        map,
        r#"{"metadata":{"name":"x"},"data":{"a":"1"},"binaryData":{"a":""}}"#,
        "ConfigMap \"x\" is invalid: data[a]: Invalid value: \"a\": duplicate of key present in binaryData",
    );
}

#[test]
fn nothing_is_made_in_a_namespace_that_is_not_there_or_is_going() {
    let mut desk = Desk::new();
    let absent = desk.create(kinds::CONFIG_MAP, "nowhere", r#"{"metadata":{"name":"x"}}"#).expect_err("no namespace");
    assert_eq!(absent.message, r#"namespaces "nowhere" not found"#);
    desk.create(kinds::NAMESPACE, "", r#"{"metadata":{"name":"b"}}"#).expect("a namespace");
    desk.delete(kinds::NAMESPACE, "b", DeleteOptions::default()).expect("it is there");
    let going = desk.create(kinds::CONFIG_MAP, "b", r#"{"metadata":{"name":"x"}}"#).expect_err("it is going");
    let want =
        "configmaps \"x\" is forbidden: unable to create new content in namespace b because it is being terminated";
    assert_eq!(going.message, want);
    assert_eq!(going.details["causes"][0]["reason"].as_str(), Some("NamespaceTerminating"));
    let kept = desk.delete(kinds::NAMESPACE, "default", DeleteOptions::default()).expect_err("it is protected");
    assert_eq!(kept.message, r#"namespaces "default" is forbidden: this namespace may not be deleted"#);
}

#[test]
fn labels_that_are_defaults_come_back_when_they_are_taken_away() {
    let mut desk = Desk::new();
    let changes: [fn(&mut Object); 2] =
        [|it| it.meta.set_label("kubernetes.io/metadata.name", "other"), |it| it.meta.labels = Map::new()];
    for change in changes {
        let namespace = desk.edit(kinds::NAMESPACE, "default", Part::Main, change).expect("a valid update");
        assert_eq!(namespace.meta.label("kubernetes.io/metadata.name"), Some("default"));
    }
    let job = r#"{"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never",
        "containers":[{"name":"c","image":"i"}]}}}}"#;
    desk.create(kinds::JOB, "default", job).expect("a valid Job");
    let job = desk.edit(kinds::JOB, "j", Part::Main, |it| it.meta.labels = Map::new()).expect("a valid update");
    assert_eq!(job.meta.label("job-name"), Some("j"), "a Job without labels has those of its template");
    let job = desk.edit(kinds::JOB, "j", Part::Main, |it| {
        it.meta.labels = Map::new();
        it.meta.set_label("own", "1");
    });
    assert_eq!(job.expect("a valid update").meta.labels.len(), 1);
}

#[test]
fn a_status_that_is_written_without_a_phase_gets_the_one_that_objects_begin_with() {
    let mut desk = Desk::new();
    let claim = r#"{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],
        "resources":{"requests":{"storage":"1Gi"}}}}"#;
    desk.create(kinds::PERSISTENT_VOLUME_CLAIM, "default", claim).expect("a valid claim");
    for (kind, name, want) in
        [(kinds::NAMESPACE, "default", "Active"), (kinds::PERSISTENT_VOLUME_CLAIM, "data", "Pending")]
    {
        let written = desk.edit(kind, name, Part::Status, |it| *it.status_mut() = Value::empty_map());
        assert_eq!(written.expect("a valid status").status()["phase"].str_or_empty(), want, "{name}");
    }
}

#[test]
fn a_namespace_goes_with_the_last_finalizer_of_its_spec() {
    let mut desk = Desk::new();
    let made = desk.create(kinds::NAMESPACE, "", r#"{"metadata":{"name":"b"}}"#).expect("a namespace");
    assert_eq!(made.to_value(None)["spec"].to_json(), r#"{"finalizers":["kubernetes"]}"#);
    assert_eq!(made.meta.label("kubernetes.io/metadata.name"), Some("b"));
    let Ok(Deleted::Waiting(going)) = desk.delete(kinds::NAMESPACE, "b", DeleteOptions::default()) else {
        unreachable!("a namespace waits for its content");
    };
    assert_eq!(going.status()["phase"].as_str(), Some("Terminating"));
    assert_eq!((going.meta.deleted, going.meta.deletion_grace_seconds), (Some(desk.now), None));
    desk.edit(kinds::NAMESPACE, "b", Part::Finalize, |it| it.spec_mut().set("finalizers", Vec::new())).expect("done");
    assert!(desk.get(kinds::NAMESPACE, "b").is_none());
}

#[test]
fn a_generated_name_is_the_prefix_cut_to_58_and_five_letters() {
    let mut desk = Desk::new();
    let json = format!(r#"{{"metadata":{{"generateName":"{}-"}}}}"#, "a".repeat(60));
    assert_eq!(desk.config_map(&json).meta.name.len(), 63);
    let made = desk.config_map(r#"{"metadata":{"generateName":"web-"}}"#);
    assert!(made.meta.name.starts_with("web-") && made.meta.name.len() == 9, "{}", made.meta.name);
}

#[test]
fn what_a_client_may_not_set_is_dropped() {
    let mut desk = Desk::new();
    let made = desk.config_map(
        r#"{"metadata":{"name":"x","uid":"mine","creationTimestamp":"2020-01-01T00:00:00Z",
            "deletionTimestamp":"2020-01-01T00:00:00Z","deletionGracePeriodSeconds":5}}"#,
    );
    assert_eq!((made.meta.created, made.meta.deleted, made.meta.deletion_grace_seconds), (Some(desk.now), None, None));
    assert_ne!(made.meta.uid, "mine");
}

#[test]
fn an_update_that_changes_nothing_makes_no_version() {
    let mut desk = Desk::new();
    let made = desk.config_map(r#"{"metadata":{"name":"x"},"data":{"a":"1"}}"#);
    let same = desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |_| {}).expect("nothing to do");
    assert_eq!(same.meta.resource_version, made.meta.resource_version);
    let other = desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |it| it.body.entry("data").set("a", "2")).expect("valid");
    assert!(other.meta.resource_version > made.meta.resource_version);
}

#[test]
fn an_update_with_an_old_version_or_another_uid_is_a_conflict() {
    let mut desk = Desk::new();
    let first = Object::clone(&desk.config_map(r#"{"metadata":{"name":"x"}}"#));
    desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |it| it.body.entry("data").set("a", "1")).expect("valid");
    let stale = desk.api().update(first.clone(), Part::Main, &WriteOptions::default()).expect_err("stale");
    assert_eq!(stale.reason, "Conflict");
    assert!(stale.message.ends_with("please apply your changes to the latest version and try again"));
    let mut other = first;
    other.meta.uid = Str::from("other");
    let conflict = desk.api().update(other, Part::Main, &WriteOptions::default()).expect_err("another object");
    assert!(conflict.message.contains("Precondition failed: UID in precondition: other, UID in object meta: "));
}

#[test]
fn finalizers_hold_an_object_until_the_last_is_taken_off() {
    let mut desk = Desk::new();
    desk.config_map(r#"{"metadata":{"name":"x","finalizers":["a/a","a/b"]}}"#);
    let Ok(Deleted::Waiting(going)) = desk.delete(kinds::CONFIG_MAP, "x", DeleteOptions::default()) else {
        unreachable!("it has finalizers");
    };
    assert_eq!((going.meta.deleted, going.meta.deletion_grace_seconds), (Some(desk.now), Some(0)));
    let more = desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |it| it.meta.add_finalizer("a/c")).expect_err("too late");
    assert_eq!(
        more.message,
        "ConfigMap \"x\" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being \
         deleted, found new finalizers []string{\"a/c\"}"
    );
    assert_eq!(more.details["causes"].items().len(), 2);
    let taken =
        desk.create(kinds::CONFIG_MAP, "default", r#"{"metadata":{"name":"x"}}"#).expect_err("it is still there");
    assert_eq!(taken.message, r#"object is being deleted: configmaps "x" already exists"#);
    desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |it| it.meta.remove_finalizer("a/a")).expect("one less");
    assert!(desk.get(kinds::CONFIG_MAP, "x").is_some());
    desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |it| it.meta.remove_finalizer("a/b")).expect("the last");
    assert!(desk.get(kinds::CONFIG_MAP, "x").is_none());
}

#[test]
fn what_happens_to_dependents_is_asked_for_or_on_the_object_or_the_kind_s_way() {
    let plain = r#"{"metadata":{"name":"x"}}"#;
    let orphaning = r#"{"metadata":{"name":"x","finalizers":["orphan"]}}"#;
    check_finalizers(plain, None, "gone");
    check_finalizers(plain, Some(Propagation::Orphan), "orphan");
    check_finalizers(plain, Some(Propagation::Foreground), "foregroundDeletion");
    check_finalizers(orphaning, None, "orphan");
    check_finalizers(orphaning, Some(Propagation::Background), "gone");
    check_finalizers(orphaning, Some(Propagation::Foreground), "foregroundDeletion");
    let held = r#"{"metadata":{"name":"x","finalizers":["a/a","orphan"]}}"#;
    check_finalizers(held, Some(Propagation::Foreground), "a/a foregroundDeletion");
}

#[test]
fn a_deletion_keeps_to_its_preconditions() {
    let mut desk = Desk::new();
    desk.config_map(r#"{"metadata":{"name":"x"}}"#);
    let options = DeleteOptions { uid: Some(Str::from("other")), ..DeleteOptions::default() };
    let status = desk.delete(kinds::CONFIG_MAP, "x", options).expect_err("another uid");
    assert!(status.message.starts_with(
        "Operation cannot be fulfilled on ConfigMap \"x\": the UID in the precondition (other) does not match the UID in \
         record ("
    ));
    let options = DeleteOptions { resource_version: Some(Str::from("1")), ..DeleteOptions::default() };
    assert!(desk.delete(kinds::CONFIG_MAP, "x", options).expect_err("an old version").is_conflict());
}

#[test]
fn a_pod_on_a_node_goes_in_two_steps_and_a_later_delete_only_shortens_them() {
    let mut desk = Desk::new();
    let pod = r#"{"metadata":{"name":"p"},"spec":{"nodeName":"n","terminationGracePeriodSeconds":30,
        "containers":[{"name":"c","image":"b"}]}}"#;
    desk.create(kinds::POD, "default", pod).expect("a valid pod");
    for (asked, want) in [(None, 30), (Some(60), 30), (Some(5), 5), (Some(-1), 1)] {
        let options = DeleteOptions { grace_seconds: asked, ..DeleteOptions::default() };
        let Ok(Deleted::Waiting(pod)) = desk.delete(kinds::POD, "p", options) else {
            unreachable!("a pod on a node waits for its kubelet");
        };
        assert_eq!(pod.meta.deletion_grace_seconds, Some(want), "{asked:?}");
        assert_eq!(pod.meta.deleted, Some(desk.now + crate::clock::Span::seconds(want)));
        assert_eq!(pod.meta.generation, 2);
    }
    let at_once = DeleteOptions { grace_seconds: Some(0), ..DeleteOptions::default() };
    assert!(matches!(desk.delete(kinds::POD, "p", at_once), Ok(Deleted::Gone(_))));
    assert!(desk.get(kinds::POD, "p").is_none());
}

#[test]
fn a_pod_without_a_node_goes_at_once() {
    let mut desk = Desk::new();
    let pod = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"b"}]}}"#;
    desk.create(kinds::POD, "default", pod).expect("a valid pod");
    let Ok(Deleted::Gone(gone)) = desk.delete(kinds::POD, "p", DeleteOptions::default()) else {
        unreachable!("nothing runs anywhere");
    };
    assert_eq!((gone.meta.deletion_grace_seconds, gone.meta.deleted), (Some(0), Some(desk.now)));
}

#[test]
fn a_pod_is_bound_once() {
    let mut desk = Desk::new();
    let json = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"b"}]}}"#;
    let pod = desk.create(kinds::POD, "default", json).expect("a valid pod");
    let bound = desk.api().bind(&pod.key(), &pod.meta.uid, "n").expect("free");
    assert_eq!(bound.node_name().map(Str::as_str), Some("n"));
    assert_eq!(bound.status()["conditions"][0]["type"].as_str(), Some("PodScheduled"));
    let again = desk.api().bind(&pod.key(), "", "m").expect_err("it has a node");
    let want = "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\"";
    assert_eq!((again.message.as_str(), again.code), (want, 409));
}

#[test]
fn a_pod_gets_its_account_token_tolerations_and_priority() {
    let mut desk = Desk::new();
    let json = r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"b"}]}}"#;
    let pod = desk.create(kinds::POD, "default", json).expect("a valid pod");
    let spec = pod.spec();
    let (volume, mount) = (&spec["volumes"][0], &spec["containers"][0]["volumeMounts"][0]);
    assert_eq!(spec["serviceAccountName"].as_str(), Some("default"));
    assert!(volume["name"].str_or_empty().starts_with("kube-api-access-"));
    assert_eq!(mount["name"], volume["name"]);
    assert_eq!(spec["tolerations"].items().len(), 2);
    assert_eq!(spec["priority"].as_i64(), Some(0));
    let pod = |spec: &str| format!(r#"{{"metadata":{{"generateName":"q-"}},"spec":{{"containers":[],{spec}}}}}"#);
    check_refused(
        kinds::POD,
        &pod(r#""serviceAccountName":"nobody""#),
        "pods \"q-\" is forbidden: error looking up service account default/nobody: serviceaccount \"nobody\" not found",
    );
    check_refused(
        kinds::POD,
        &pod(r#""priorityClassName":"none""#),
        "pods \"q-\" is forbidden: no PriorityClass with name none was found",
    );
    check_refused(
        kinds::POD,
        &pod(r#""priority":7"#),
        "pods \"q-\" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission \
         controller computed 0 from the given PriorityClass name",
    );
}

#[test]
fn a_new_node_has_the_not_ready_taint() {
    let mut desk = Desk::new();
    let json = r#"{"metadata":{"name":"n"},"spec":{"taints":[{"key":"k","effect":"NoSchedule"}]}}"#;
    let node = desk.create(kinds::NODE, "", json).expect("a valid node");
    assert_eq!(node.spec()["taints"][1]["key"].as_str(), Some("node.kubernetes.io/not-ready"));
}

#[test]
fn a_dry_run_stores_nothing() {
    let mut desk = Desk::new();
    let version = desk.store.version();
    let object = Object::new(kinds::CONFIG_MAP, "default", "x");
    let made = desk.api().create(object, &WriteOptions { dry_run: true, ..WriteOptions::default() }).expect("valid");
    assert_eq!((made.meta.resource_version, desk.store.version()), (0, version));
    assert!(!made.meta.uid.is_empty());
}

const DAEMON_SET: &str = r#"{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"app":"x"}},
    "template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"b"}]}}}}"#;

#[test]
fn a_daemon_set_counts_its_spec_and_its_template() {
    let mut desk = Desk::new();
    let counters = |set: &Object| {
        let annotation = set.meta.annotation("deprecated.daemonset.template.generation").unwrap_or_default();
        format!("{} {annotation}", set.meta.generation)
    };
    let kind = kinds::DAEMON_SET;
    assert_eq!(counters(&desk.create(kind, "default", DAEMON_SET).expect("valid")), "1 1");
    type Edit = (fn(&mut Object), &'static str);
    let edits: [Edit; 4] = [
        (|it| it.meta.set_label("a", "b"), "1 1"),
        (|it| it.spec_mut().set("minReadySeconds", 1), "2 1"),
        (|it| it.spec_mut().at_mut(&["template", "metadata", "annotations"]).set("a", "b"), "3 2"),
        (|it| it.meta.generation = 99, "3 2"),
    ];
    for (change, want) in edits {
        assert_eq!(counters(&desk.edit(kind, "d", Part::Main, change).expect("valid")), want);
    }
    let status = desk.edit(kind, "d", Part::Status, |it| {
        it.spec_mut().set("minReadySeconds", 9);
        it.status_mut().set("numberReady", 3);
    });
    let status = status.expect("valid");
    assert_eq!((counters(&status).as_str(), status.spec()["minReadySeconds"].as_i64()), ("3 2", Some(1)));
    assert_eq!(status.status()["numberReady"].as_i64(), Some(3));
    let kept = desk.edit(kind, "d", Part::Main, |it| it.status_mut().set("numberReady", 7)).expect("valid");
    assert_eq!(kept.status()["numberReady"].as_i64(), Some(3));
    let Ok(Deleted::Waiting(going)) = desk.delete(kind, "d", foreground()) else { unreachable!("it waits") };
    assert_eq!(going.meta.generation, 4, "a foreground deletion counts");
}

#[test]
fn the_selector_of_a_daemon_set_cannot_change() {
    let mut desk = Desk::new();
    desk.create(kinds::DAEMON_SET, "default", DAEMON_SET).expect("valid");
    let status = desk.edit(kinds::DAEMON_SET, "d", Part::Main, |it| {
        it.spec_mut().at_mut(&["selector", "matchLabels"]).set("app", "y");
        it.spec_mut().at_mut(&["template", "metadata", "labels"]).set("app", "y");
    });
    assert_eq!(
        status.expect_err("immutable").message,
        r#"DaemonSet.apps "d" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable"#
    );
}

#[test]
fn the_update_strategy_of_a_daemon_set_is_checked() {
    let with =
        |strategy: &str| DAEMON_SET.replacen(r#""template""#, &format!(r#""updateStrategy":{strategy},"template""#), 1);
    let rolling = "spec.updateStrategy.rollingUpdate";
    let table = [
        (r#"{"rollingUpdate":{"maxUnavailable":0}}"#, "maxUnavailable: Required value: cannot be 0 when maxSurge is 0"),
        (
            r#"{"rollingUpdate":{"maxSurge":1}}"#,
            "maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
        ),
        (
            r#"{"rollingUpdate":{"maxUnavailable":"150%"}}"#,
            "maxUnavailable: Invalid value: \"150%\": must not be greater than 100%",
        ),
        (
            r#"{"rollingUpdate":{"maxUnavailable":-1}}"#,
            "maxUnavailable: Invalid value: -1: must be greater than or equal to 0",
        ),
    ];
    for (strategy, want) in table {
        check_refused(
            kinds::DAEMON_SET,
            &with(strategy),
            &format!("DaemonSet.apps \"d\" is invalid: {rolling}.{want}"),
        );
    }
    check_refused(
        kinds::DAEMON_SET,
        &with(r#"{"type":"Recreate"}"#),
        "DaemonSet.apps \"d\" is invalid: spec.updateStrategy: Unsupported value: \
         {\"Type\":\"Recreate\",\"RollingUpdate\":null}: supported values: \"RollingUpdate\", \"OnDelete\"",
    );
}

#[test]
fn the_smaller_kinds_are_checked_too() {
    check_refused(
        kinds::SECRET,
        r#"{"metadata":{"name":"s"},"type":"kubernetes.io/tls"}"#,
        r#"Secret "s" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]"#,
    );
    check_refused(
        kinds::LEASE,
        r#"{"metadata":{"name":"l"},"spec":{"leaseDurationSeconds":0}}"#,
        "Lease.coordination.k8s.io \"l\" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
    );
    check_refused(
        kinds::CONTROLLER_REVISION,
        r#"{"metadata":{"name":"r"},"revision":1}"#,
        r#"ControllerRevision.apps "r" is invalid: data: Required value: data is mandatory"#,
    );
    check_refused(
        kinds::CONTROLLER_REVISION,
        r#"{"metadata":{"name":"r"},"revision":-1,"data":[]}"#,
        "ControllerRevision.apps \"r\" is invalid: [revision: Invalid value: -1: must be greater than or equal to 0, \
         data: Required value: data must be a valid JSON object]",
    );
    check_refused(
        kinds::RUNTIME_CLASS,
        r#"{"metadata":{"name":"r"},"handler":"h","overhead":{"podFixed":{"cpu":"-1"}},
            "scheduling":{"tolerations":[{"operator":"Exists"},{"operator":"Exists"}]}}"#,
        "RuntimeClass.node.k8s.io \"r\" is invalid: [overhead.limits[cpu]: Invalid value: \"-1\": must be greater than \
         or equal to 0, scheduling.tolerations[1]: Duplicate value: {\"Key\":\"\",\"Operator\":\"Exists\",\
         \"Value\":\"\",\"Effect\":\"\",\"TolerationSeconds\":null}]",
    );
    check_refused(
        kinds::PRIORITY_CLASS,
        r#"{"metadata":{"name":"p"},"value":1000000001}"#,
        "PriorityClass.scheduling.k8s.io \"p\" is invalid: value: Forbidden: maximum allowed value of a user defined \
         priority is 1000000000",
    );
    check_refused(
        kinds::NODE,
        r#"{"metadata":{"name":"n"},"spec":{"taints":[{"key":"a","effect":"Sometimes"}]}}"#,
        "Node \"n\" is invalid: metadata.taints[0].effect: Unsupported value: \"Sometimes\": supported values: \
         \"NoSchedule\", \"PreferNoSchedule\", \"NoExecute\"",
    );
    check_refused(
        kinds::NODE,
        r#"{"metadata":{"name":"n"},"spec":{"podCIDRs":["10.1.0.0/40"]},"status":{"capacity":{"pods":"-2"},
            "allocatable":{"pods":"1"}}}"#,
        "Node \"n\" is invalid: [status.capacity.pods: Invalid value: \"-2\": must be greater than or equal to 0, \
         spec.podCIDRs[0]: Invalid value: \"10.1.0.0/40\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or \
         2001:db8::/64)]",
    );
}

#[test]
fn an_immutable_config_map_stays_as_it_is() {
    let mut desk = Desk::new();
    desk.config_map(r#"{"metadata":{"name":"x"},"immutable":true,"data":{"a":"1"}}"#);
    let status = desk.edit(kinds::CONFIG_MAP, "x", Part::Main, |it| it.body.entry("data").set("a", "2"));
    let want = "ConfigMap \"x\" is invalid: data: Forbidden: field is immutable when `immutable` is set";
    assert_eq!(status.expect_err("frozen").message, want);
}
