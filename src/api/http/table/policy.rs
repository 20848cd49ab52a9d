//! The cells of budgets, autoscalers, priorities, leases and role bindings.

use super::KindPrinter;
use super::autoscaler;
use super::column::{AGE, Column, NAME, field, text};
use super::row::{Row, int_or_string, number, string};
use crate::object::Value;

const PRIORITY: &str = "scheduling.v1.PriorityClass";

const POD_DISRUPTION_BUDGET: &[Column] = &[
    NAME,
    text("Min Available", "The minimum number of pods that must be available."),
    text("Max Unavailable", "The maximum number of pods that may be unavailable."),
    text("Allowed Disruptions", "Calculated number of pods that may be disrupted at this time.").integer(),
    AGE,
];

const PRIORITY_CLASS: &[Column] = &[
    NAME,
    field("Value", PRIORITY, "value").integer(),
    field("Global-Default", PRIORITY, "globalDefault").boolean(),
    AGE,
    field("PreemptionPolicy", PRIORITY, "preemptionPolicy"),
];

const LEASE: &[Column] = &[NAME, field("Holder", "coordination.v1.LeaseSpec", "holderIdentity"), AGE];

const ROLE_BINDING: &[Column] = &[
    NAME,
    text(
        "Role",
        "RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
    ),
    AGE,
    text("Users", "Users in the roleBinding").wide(),
    text("Groups", "Groups in the roleBinding").wide(),
    text("ServiceAccounts", "ServiceAccounts in the roleBinding").wide(),
];

const CLUSTER_ROLE_BINDING: &[Column] = &[
    NAME,
    text(
        "Role",
        "RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
    ),
    AGE,
    text("Users", "Users in the clusterRoleBinding").wide(),
    text("Groups", "Groups in the clusterRoleBinding").wide(),
    text("ServiceAccounts", "ServiceAccounts in the clusterRoleBinding").wide(),
];

const RUNTIME_CLASS: &[Column] = &[NAME, text("Handler", ""), AGE];

const RBAC: &str = "rbac.authorization.k8s.io";

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter {
        group: "autoscaling",
        kind: "HorizontalPodAutoscaler",
        columns: autoscaler::COLUMNS,
        cells: autoscaler::cells,
    },
    KindPrinter { group: "coordination.k8s.io", kind: "Lease", columns: LEASE, cells: lease },
    KindPrinter { group: "node.k8s.io", kind: "RuntimeClass", columns: RUNTIME_CLASS, cells: runtime_class },
    KindPrinter { group: "policy", kind: "PodDisruptionBudget", columns: POD_DISRUPTION_BUDGET, cells: budget },
    KindPrinter { group: RBAC, kind: "ClusterRoleBinding", columns: CLUSTER_ROLE_BINDING, cells: role_binding },
    KindPrinter { group: RBAC, kind: "RoleBinding", columns: ROLE_BINDING, cells: role_binding },
    KindPrinter { group: "scheduling.k8s.io", kind: "PriorityClass", columns: PRIORITY_CLASS, cells: priority_class },
];

fn budget(row: &Row<'_>) -> Vec<Value> {
    let bound = |field: &str| Value::from(int_or_string(row.spec(field)).unwrap_or_else(|| "N/A".to_owned()));
    vec![
        row.name(),
        bound("minAvailable"),
        bound("maxUnavailable"),
        number(row.status("disruptionsAllowed")),
        row.age(),
    ]
}

fn priority_class(row: &Row<'_>) -> Vec<Value> {
    vec![
        row.name(),
        number(row.at(&["value"])),
        Value::Bool(row.at(&["globalDefault"]).is_true()),
        row.age(),
        string(row.at(&["preemptionPolicy"])),
    ]
}

fn lease(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), string(row.spec("holderIdentity")), row.age()]
}

fn runtime_class(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), string(row.at(&["handler"])), row.age()]
}

fn role_binding(row: &Row<'_>) -> Vec<Value> {
    let role = row.at(&["roleRef"]);
    let subjects = |kind: &str| {
        let of_kind = row.at(&["subjects"]).items().iter().filter(|it| it["kind"].as_str() == Some(kind));
        let name = |it: &Value| match (kind, it["namespace"].str_or_empty()) {
            ("ServiceAccount", namespace) => format!("{namespace}/{}", it["name"].str_or_empty()),
            _ => it["name"].str_or_empty().to_owned(),
        };
        Value::from(of_kind.map(name).collect::<Vec<_>>().join(", "))
    };
    vec![
        row.name(),
        Value::from(format!("{}/{}", role["kind"].str_or_empty(), role["name"].str_or_empty())),
        row.age(),
        subjects("User"),
        subjects("Group"),
        subjects("ServiceAccount"),
    ]
}
