//! The cells of the kinds that keep pods running: replication controllers and those of `apps`.

use super::KindPrinter;
use super::column::{AGE, CONTAINERS, Column, IMAGES, NAME, field, text};
use super::row::{Row, labels, number, selector, selector_cell};
use crate::object::Value;

const RC_SPEC: &str = "core.v1.ReplicationControllerSpec";
const RC_STATUS: &str = "core.v1.ReplicationControllerStatus";
const RS_SPEC: &str = "apps.v1.ReplicaSetSpec";
const RS_STATUS: &str = "apps.v1.ReplicaSetStatus";
const DS_STATUS: &str = "apps.v1.DaemonSetStatus";
const DEPLOYMENT_STATUS: &str = "apps.v1.DeploymentStatus";

const REPLICATION_CONTROLLER: &[Column] = &[
    NAME,
    field("Desired", RC_SPEC, "replicas").integer(),
    field("Current", RC_STATUS, "replicas").integer(),
    field("Ready", RC_STATUS, "readyReplicas").integer(),
    AGE,
    CONTAINERS.wide(),
    IMAGES.wide(),
    field("Selector", RC_SPEC, "selector").wide(),
];

const REPLICA_SET: &[Column] = &[
    NAME,
    field("Desired", RS_SPEC, "replicas").integer(),
    field("Current", RS_STATUS, "replicas").integer(),
    field("Ready", RS_STATUS, "readyReplicas").integer(),
    AGE,
    CONTAINERS.wide(),
    IMAGES.wide(),
    text(
        "Selector",
        "Selector is a label query over pods that should match the replica count. If the selector is empty, it is defaulted to the labels present on the pod template. Label keys and values that must match in order to be controlled by this replica set. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    )
    .wide(),
];

const DAEMON_SET: &[Column] = &[
    NAME,
    field("Desired", DS_STATUS, "desiredNumberScheduled").integer(),
    field("Current", DS_STATUS, "currentNumberScheduled").integer(),
    text(
        "Ready",
        "The number of nodes that should be running the daemon pod and have one or more of the daemon pod running and ready.",
    )
    .integer(),
    field("Up-to-date", DS_STATUS, "updatedNumberScheduled").integer(),
    field("Available", DS_STATUS, "numberAvailable").integer(),
    field("Node Selector", "core.v1.PodSpec", "nodeSelector"),
    AGE,
    CONTAINERS.wide(),
    IMAGES.wide(),
    text(
        "Selector",
        "A label query over pods that are managed by the daemon set. Must match in order to be controlled. If empty, defaulted to labels on Pod template. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
    )
    .wide(),
];

const STATEFUL_SET: &[Column] =
    &[NAME, text("Ready", "Number of the pod with ready state"), AGE, CONTAINERS.wide(), IMAGES.wide()];

const DEPLOYMENT: &[Column] = &[
    NAME,
    text("Ready", "Number of the pod with ready state"),
    field("Up-to-date", DEPLOYMENT_STATUS, "updatedReplicas"),
    field("Available", DEPLOYMENT_STATUS, "availableReplicas"),
    AGE,
    CONTAINERS.wide(),
    IMAGES.wide(),
    text(
        "Selector",
        "Label selector for pods. Existing ReplicaSets whose pods are selected by this will be the ones affected by this deployment.",
    )
    .wide(),
];

const CONTROLLER_REVISION: &[Column] = &[
    NAME,
    text("Controller", "Controller of the object"),
    field("Revision", "apps.v1.ControllerRevision", "revision"),
    AGE,
];

const SCALE: &[Column] = &[
    NAME.plain(),
    field("Desired", "autoscaling.v1.ScaleSpec", "replicas").integer(),
    field("Available", "autoscaling.v1.ScaleStatus", "replicas").integer(),
    AGE,
];

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter {
        group: "",
        kind: "ReplicationController",
        columns: REPLICATION_CONTROLLER,
        cells: replication_controller,
    },
    KindPrinter { group: "apps", kind: "ControllerRevision", columns: CONTROLLER_REVISION, cells: controller_revision },
    KindPrinter { group: "apps", kind: "DaemonSet", columns: DAEMON_SET, cells: daemon_set },
    KindPrinter { group: "apps", kind: "Deployment", columns: DEPLOYMENT, cells: deployment },
    KindPrinter { group: "apps", kind: "ReplicaSet", columns: REPLICA_SET, cells: replica_set },
    KindPrinter { group: "apps", kind: "StatefulSet", columns: STATEFUL_SET, cells: stateful_set },
    KindPrinter { group: "autoscaling", kind: "Scale", columns: SCALE, cells: scale },
];

/// What a replication controller and a replica set have in common: all but the selector.
fn replicas(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["spec", "template"]);
    vec![
        row.name(),
        number(row.spec("replicas")),
        number(row.status("replicas")),
        number(row.status("readyReplicas")),
        row.age(),
        names,
        images,
    ]
}

fn replication_controller(row: &Row<'_>) -> Vec<Value> {
    let mut cells = replicas(row);
    cells.push(labels(row.spec("selector")));
    cells
}

fn replica_set(row: &Row<'_>) -> Vec<Value> {
    let mut cells = replicas(row);
    cells.push(selector_cell(row.spec("selector")));
    cells
}

fn daemon_set(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["spec", "template"]);
    vec![
        row.name(),
        number(row.status("desiredNumberScheduled")),
        number(row.status("currentNumberScheduled")),
        number(row.status("numberReady")),
        number(row.status("updatedNumberScheduled")),
        number(row.status("numberAvailable")),
        labels(row.at(&["spec", "template", "spec", "nodeSelector"])),
        row.age(),
        names,
        images,
        selector_cell(row.spec("selector")),
    ]
}

/// `2/3`: how many are ready of those that are wanted.
fn ready_of_wanted(row: &Row<'_>) -> Value {
    let number = |value: &Value| value.as_i64().unwrap_or(0);
    Value::from(format!("{}/{}", number(row.status("readyReplicas")), number(row.spec("replicas"))))
}

fn stateful_set(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["spec", "template"]);
    vec![row.name(), ready_of_wanted(row), row.age(), names, images]
}

fn deployment(row: &Row<'_>) -> Vec<Value> {
    let [names, images] = row.containers(&["spec", "template"]);
    let selector = match selector(row.spec("selector")) {
        text if text == "<error>" => "<invalid>".to_owned(),
        text => text,
    };
    vec![
        row.name(),
        ready_of_wanted(row),
        number(row.status("updatedReplicas")),
        number(row.status("availableReplicas")),
        row.age(),
        names,
        images,
        Value::from(selector),
    ]
}

fn controller_revision(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), Value::from(controller(row.object)), number(row.at(&["revision"])), row.age()]
}

/// `daemonset.apps/web`: the controller of an object.
fn controller(object: &Value) -> String {
    let owners = object.at(&["metadata", "ownerReferences"]).items();
    let Some(owner) = owners.iter().find(|it| it["controller"].is_true()) else {
        return "<none>".to_owned();
    };
    let kind = owner["kind"].str_or_empty().to_lowercase();
    let name = owner["name"].str_or_empty();
    match owner["apiVersion"].str_or_empty().split_once('/') {
        Some((group, _)) => format!("{kind}.{}/{name}", group.to_lowercase()),
        None => format!("{kind}/{name}"),
    }
}

fn scale(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), number(row.spec("replicas")), number(row.status("replicas")), row.age()]
}
