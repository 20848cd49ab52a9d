//! Workloads with replicas as they are defaulted, refused and changed.

use crate::api::Status;
use crate::api::registry::{Api, Part, Precedents, WriteOptions};
use crate::clock::{Names, Time};
use crate::object::{Key, Kind, Object, Str, Value, kinds};
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

    /// Creates the workload `x` with `changes` of its spec: a null takes a field away.
    fn create(&mut self, kind: Kind, changes: &str) -> Result<Arc<Object>, Status> {
        let mut object = Object::new(kind, "default", "x");
        let spec = r#"{"selector":{"matchLabels":{"app":"x"}},"template":{"metadata":{"labels":{"app":"x"}},
            "spec":{"containers":[{"name":"c","image":"busybox"}]}}}"#;
        let mut spec = Value::from_json(spec.as_bytes()).expect("valid JSON");
        for (field, value) in Value::from_json(changes.as_bytes()).expect("valid JSON").as_map().expect("a map").iter()
        {
            if value.is_null() {
                spec.remove(field);
            } else {
                spec.set(field, value);
            }
        }
        object.body.insert("spec", spec);
        self.api().create(object, &WriteOptions::default())
    }

    fn edit(&mut self, kind: Kind, part: Part, change: fn(&mut Object)) -> Result<Arc<Object>, Status> {
        self.api().modify(&Key::new(kind, "default", "x"), part, &WriteOptions::default(), |it| {
            change(it);
            Ok(())
        })
    }
}

fn refusal(kind: Kind, changes: &str) -> String {
    Desk::new().create(kind, changes).map_or_else(|status| status.message, |_| String::new())
}

#[test]
fn a_deployment_rolls_by_quarters_and_keeps_ten_revisions_unless_it_says_otherwise() {
    let table = [
        ("{}", r#"{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":"25%"},"type":"RollingUpdate"}"#),
        (r#"{"strategy":{"type":"Recreate"}}"#, r#"{"type":"Recreate"}"#),
        (
            r#"{"strategy":{"rollingUpdate":{"maxSurge":2}}}"#,
            r#"{"rollingUpdate":{"maxSurge":2,"maxUnavailable":"25%"},"type":"RollingUpdate"}"#,
        ),
    ];
    for (changes, want) in table {
        let deployment = Desk::new().create(kinds::DEPLOYMENT, changes).expect("a valid Deployment");
        assert_eq!(deployment.spec()["strategy"].to_json(), want, "{changes}");
        assert_eq!(deployment.spec()["replicas"].as_i64(), Some(1));
        assert_eq!(deployment.spec()["revisionHistoryLimit"].as_i64(), Some(10));
        assert_eq!(deployment.spec()["progressDeadlineSeconds"].as_i64(), Some(600));
        assert_eq!(deployment.meta.generation, 1);
    }
}

#[test]
fn a_deployment_that_cannot_roll_is_refused() {
    let table = [
        (
            r#"{"strategy":{"rollingUpdate":{"maxUnavailable":0,"maxSurge":0}}}"#,
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
        ),
        (
            r#"{"strategy":{"rollingUpdate":{"maxUnavailable":"101%"}}}"#,
            "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%",
        ),
        (
            r#"{"strategy":{"type":"Recreate","rollingUpdate":{"maxSurge":1}}}"#,
            "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
        ),
        (
            r#"{"strategy":{"type":"Slow"}}"#,
            "spec.strategy: Unsupported value: {\"Type\":\"Slow\",\"RollingUpdate\":null}: supported values: \"Recreate\", \
             \"RollingUpdate\"",
        ),
        (
            r#"{"replicas":-1,"minReadySeconds":-1}"#,
            "[spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.minReadySeconds: Invalid value: -1: \
             must be greater than or equal to 0]",
        ),
        (
            r#"{"progressDeadlineSeconds":5,"minReadySeconds":5}"#,
            "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
        ),
        (
            r#"{"selector":null}"#,
            "[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {\"app\":\"x\"}: `selector` does \
             not match template `labels`]",
        ),
        (r#"{"selector":{}}"#, "spec.selector: Invalid value: {}: empty selector is invalid for deployment"),
    ];
    for (changes, want) in table {
        assert_eq!(
            refusal(kinds::DEPLOYMENT, changes),
            format!("Deployment.apps \"x\" is invalid: {want}"),
            "{changes}"
        );
    }
}

#[test]
fn annotations_of_a_deployment_count_as_a_generation_and_those_of_a_replica_set_do_not() {
    for (kind, want) in [(kinds::DEPLOYMENT, 2), (kinds::REPLICA_SET, 1)] {
        let mut desk = Desk::new();
        desk.create(kind, "{}").expect("a valid workload");
        let changed = desk.edit(kind, Part::Main, |it| it.meta.set_annotation(Str::from("a"), "b".to_owned()));
        assert_eq!(changed.expect("a valid change").meta.generation, want, "{}", kind.info().kind);
    }
}

#[test]
fn annotations_that_are_written_anew_as_they_are_count_as_no_generation() {
    let mut desk = Desk::new();
    desk.create(kinds::DEPLOYMENT, r#"{"replicas":1}"#).expect("a valid Deployment");
    let set = |it: &mut Object| it.meta.set_annotation(Str::from("a"), "b".to_owned());
    desk.edit(kinds::DEPLOYMENT, Part::Main, set).expect("a valid change");
    let again = desk.edit(kinds::DEPLOYMENT, Part::Main, |it| {
        it.meta.annotations = it.meta.annotations.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        it.meta.set_label("tier", "web");
    });
    assert_eq!(again.expect("a valid change").meta.generation, 2);
}

#[test]
fn the_selector_of_a_workload_stays_what_it_is() {
    let mut desk = Desk::new();
    desk.create(kinds::REPLICA_SET, "{}").expect("a valid ReplicaSet");
    let refused = desk.edit(kinds::REPLICA_SET, Part::Main, |it| {
        it.spec_mut().at_mut(&["selector", "matchLabels"]).set("app", "y");
        it.spec_mut().at_mut(&["template", "metadata", "labels"]).set("app", "y");
    });
    let want = "ReplicaSet.apps \"x\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"y\"}}: field is \
                immutable";
    assert_eq!(refused.expect_err("another selector").message, want);
}

#[test]
fn the_status_of_a_deployment_counts_parts_of_the_whole() {
    let mut desk = Desk::new();
    desk.create(kinds::DEPLOYMENT, "{}").expect("a valid Deployment");
    let refused = desk.edit(kinds::DEPLOYMENT, Part::Status, |it| {
        it.status_mut().set("replicas", 1_i64);
        it.status_mut().set("readyReplicas", 2_i64);
    });
    let want = "Deployment.apps \"x\" is invalid: status.readyReplicas: Invalid value: 2: cannot be greater than \
                status.replicas";
    assert_eq!(refused.expect_err("more than all").message, want);
}

#[test]
fn a_stateful_set_is_ordered_rolls_from_the_end_and_keeps_its_claims() {
    let changes = r#"{"serviceName":"s","volumeClaimTemplates":[{"metadata":{"name":"data"},
        "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}"#;
    let set = Desk::new().create(kinds::STATEFUL_SET, changes).expect("a valid StatefulSet");
    let spec = set.spec();
    assert_eq!(spec["podManagementPolicy"].str_or_empty(), "OrderedReady");
    assert_eq!(spec["updateStrategy"].to_json(), r#"{"rollingUpdate":{"partition":0},"type":"RollingUpdate"}"#);
    let retention = r#"{"whenDeleted":"Retain","whenScaled":"Retain"}"#;
    assert_eq!(spec["persistentVolumeClaimRetentionPolicy"].to_json(), retention);
    let claim = &spec["volumeClaimTemplates"][0];
    assert_eq!(claim["kind"].str_or_empty(), "PersistentVolumeClaim");
    assert_eq!(claim["spec"]["volumeMode"].str_or_empty(), "Filesystem");
    assert_eq!(claim["status"].to_json(), r#"{"phase":"Pending"}"#);
    assert_eq!(set.status().to_json(), r#"{"availableReplicas":0,"replicas":0}"#);
}

#[test]
fn a_stateful_set_changes_in_few_fields() {
    let mut desk = Desk::new();
    desk.create(kinds::STATEFUL_SET, r#"{"serviceName":"s"}"#).expect("a valid StatefulSet");
    desk.edit(kinds::STATEFUL_SET, Part::Main, |it| it.spec_mut().set("replicas", 3_i64)).expect("a valid change");
    let refused = desk.edit(kinds::STATEFUL_SET, Part::Main, |it| it.spec_mut().set("serviceName", "t"));
    let want = "StatefulSet.apps \"x\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than \
                'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', \
                'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    assert_eq!(refused.expect_err("another service").message, want);
}

#[test]
fn containers_of_a_stateful_set_mount_its_claims() {
    let template = r#""template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"busybox",
        "volumeMounts":[{"name":"data","mountPath":"/data"}]}]}}"#;
    let claims = r#""volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],
        "resources":{"requests":{"storage":"1Gi"}}}}]"#;
    assert_eq!(refusal(kinds::STATEFUL_SET, &format!("{{{template},{claims}}}")), "");
    let refused = refusal(kinds::STATEFUL_SET, &format!("{{{template}}}"));
    assert!(refused.contains("volumeMounts[0].name: Not found: \"data\""), "{refused}");
}

#[test]
fn the_claims_of_a_new_stateful_set_are_checked_and_count_before_its_volumes() {
    let claims = r#""volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"]}}]"#;
    let want =
        "StatefulSet.apps \"x\" is invalid: spec.volumeClaimTemplates[0].spec.resources[storage]: Required value";
    assert_eq!(refusal(kinds::STATEFUL_SET, &format!("{{{claims}}}")), want);
    let template = r#""template":{"metadata":{"labels":{"app":"x"}},"spec":{"containers":[{"name":"c","image":"busybox"}],
        "volumes":[{"name":"v","hostPath":{}}]}}"#;
    let claims = r#""volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],
        "resources":{"requests":{"storage":"1Gi"}}}}]"#;
    let want = "StatefulSet.apps \"x\" is invalid: spec.template.spec.volumes[1].hostPath.path: Required value";
    assert_eq!(refusal(kinds::STATEFUL_SET, &format!("{{{template},{claims}}}")), want);
}

#[test]
fn a_replication_controller_takes_labels_and_selector_from_its_template() {
    let controller =
        Desk::new().create(kinds::REPLICATION_CONTROLLER, r#"{"selector":null}"#).expect("a valid controller");
    assert_eq!(controller.spec()["selector"].to_json(), r#"{"app":"x"}"#);
    assert_eq!(Value::Map(controller.meta.labels.clone()).to_json(), r#"{"app":"x"}"#);
    assert_eq!(controller.spec()["replicas"].as_i64(), Some(1));
    let refused = refusal(kinds::REPLICATION_CONTROLLER, r#"{"selector":{"app":"y"}}"#);
    let want = "ReplicationController \"x\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"x\"}: \
                `selector` does not match template `labels`";
    assert_eq!(refused, want);
}
