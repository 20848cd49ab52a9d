//! The cells of what is asked before a write: webhooks and admission policies; and of certificates, flows and devices.

use super::KindPrinter;
use super::column::{AGE, Column, NAME, field, text};
use super::row::{Row, count, human_duration, number, or, selector, string, string_or};
use crate::clock::Span;
use crate::object::Value;

const WEBHOOKS: &[Column] = &[
    NAME,
    text("Webhooks", "Webhooks indicates the number of webhooks registered in this configuration").integer(),
    AGE,
];

const VALIDATING_POLICY: &[Column] = &[
    NAME,
    text("Validations", "Validations indicates the number of validation rules defined in this configuration").integer(),
    text("ParamKind", "ParamKind specifies the kind of resources used to parameterize this policy"),
    AGE,
];

const MUTATING_POLICY: &[Column] = &[
    NAME,
    text("Mutations", "Mutation indicates the number of mutations rules defined in this configuration").integer(),
    text("ParamKind", "ParamKind specifies the kind of resources used to parameterize this policy"),
    AGE,
];

const POLICY_BINDING: &[Column] = &[
    NAME,
    text("PolicyName", "PolicyName indicates the policy definition which the policy binding binded to"),
    text("ParamRef", "ParamRef indicates the param resource which sets the configration param"),
    AGE,
];

const API_SERVICE: &[Column] = &[
    NAME,
    text("Service", "The reference to the service that hosts this API endpoint."),
    text("Available", "Whether this service is available."),
    AGE,
];

const SIGNING_REQUEST: &[Column] = &[
    NAME,
    AGE,
    text(
        "SignerName",
        "Requested signer for the request. It is a qualified name in the form: `scope-hostname.io/name`. If empty, it will be defaulted:\n 1. If it's a kubelet client certificate, it is assigned\n    \"kubernetes.io/kube-apiserver-client-kubelet\".\n 2. If it's a kubelet serving certificate, it is assigned\n    \"kubernetes.io/kubelet-serving\".\n 3. Otherwise, it is assigned \"kubernetes.io/legacy-unknown\".\nDistribution of trust for signers happens out of band. You can select on this field using `spec.signerName`.",
    ),
    text("Requestor", "Base64-encoded PKCS#10 CSR data"),
    field("RequestedDuration", "certificates.v1.CertificateSigningRequestSpec", "expirationSeconds"),
    text("Condition", "Conditions applied to the request, such as approval or denial."),
];

const FLOW_SCHEMA: &[Column] = &[
    NAME,
    field("PriorityLevel", "flowcontrol.v1.PriorityLevelConfigurationReference", "name"),
    field("MatchingPrecedence", "flowcontrol.v1.FlowSchemaSpec", "matchingPrecedence"),
    field("DistinguisherMethod", "flowcontrol.v1.FlowSchemaSpec", "distinguisherMethod"),
    AGE,
    text("MissingPL", "references a broken or non-existent PriorityLevelConfiguration"),
];

const PRIORITY_LEVEL: &[Column] = &[
    NAME,
    field("Type", "flowcontrol.v1.PriorityLevelConfigurationSpec", "type"),
    field("NominalConcurrencyShares", "flowcontrol.v1.LimitedPriorityLevelConfiguration", "nominalConcurrencyShares"),
    field("Queues", "flowcontrol.v1.QueuingConfiguration", "queues"),
    field("HandSize", "flowcontrol.v1.QueuingConfiguration", "handSize"),
    field("QueueLengthLimit", "flowcontrol.v1.QueuingConfiguration", "queueLengthLimit"),
    AGE,
];

const NAME_AND_AGE: &[Column] = &[NAME, AGE];

const RESOURCE_CLAIM: &[Column] =
    &[NAME, text("State", "A summary of the current state (allocated, pending, reserved, etc.)."), AGE];

const RESOURCE_SLICE: &[Column] = &[
    NAME,
    field("Node", "resource.v1.ResourceSliceSpec", "nodeName"),
    field("Driver", "resource.v1.ResourceSliceSpec", "driver"),
    field("Pool", "resource.v1.ResourcePool", "name"),
    AGE,
];

const ADMISSION: &str = "admissionregistration.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const FLOW: &str = "flowcontrol.apiserver.k8s.io";
const RESOURCE: &str = "resource.k8s.io";

pub(super) const PRINTERS: &[KindPrinter] = &[
    KindPrinter { group: ADMISSION, kind: "MutatingAdmissionPolicy", columns: MUTATING_POLICY, cells: mutating_policy },
    KindPrinter { group: ADMISSION, kind: "MutatingAdmissionPolicyBinding", columns: POLICY_BINDING, cells: binding },
    KindPrinter { group: ADMISSION, kind: "MutatingWebhookConfiguration", columns: WEBHOOKS, cells: webhooks },
    KindPrinter {
        group: ADMISSION,
        kind: "ValidatingAdmissionPolicy",
        columns: VALIDATING_POLICY,
        cells: validating_policy,
    },
    KindPrinter { group: ADMISSION, kind: "ValidatingAdmissionPolicyBinding", columns: POLICY_BINDING, cells: binding },
    KindPrinter { group: ADMISSION, kind: "ValidatingWebhookConfiguration", columns: WEBHOOKS, cells: webhooks },
    KindPrinter {
        group: CERTIFICATES,
        kind: "CertificateSigningRequest",
        columns: SIGNING_REQUEST,
        cells: signing_request,
    },
    KindPrinter { group: "apiregistration.k8s.io", kind: "APIService", columns: API_SERVICE, cells: api_service },
    KindPrinter { group: FLOW, kind: "FlowSchema", columns: FLOW_SCHEMA, cells: flow_schema },
    KindPrinter { group: FLOW, kind: "PriorityLevelConfiguration", columns: PRIORITY_LEVEL, cells: priority_level },
    KindPrinter { group: RESOURCE, kind: "DeviceClass", columns: NAME_AND_AGE, cells: name_and_age },
    KindPrinter { group: RESOURCE, kind: "ResourceClaim", columns: RESOURCE_CLAIM, cells: resource_claim },
    KindPrinter { group: RESOURCE, kind: "ResourceClaimTemplate", columns: NAME_AND_AGE, cells: name_and_age },
    KindPrinter { group: RESOURCE, kind: "ResourceSlice", columns: RESOURCE_SLICE, cells: resource_slice },
];

fn api_service(row: &Row<'_>) -> Vec<Value> {
    let service = match row.spec("service") {
        Value::Null => "Local".to_owned(),
        it => format!("{}/{}", it["namespace"].str_or_empty(), it["name"].str_or_empty()),
    };
    let available = row.status("conditions").items().iter().find(|it| it["type"].as_str() == Some("Available"));
    let available = match available.map(|it| (it["status"].str_or_empty(), it["reason"].str_or_empty())) {
        None => "Unknown".to_owned(),
        Some((status, reason)) if status == "True" || reason.is_empty() => status.to_owned(),
        Some((status, reason)) => format!("{status} ({reason})"),
    };
    vec![row.name(), Value::from(service), Value::from(available), row.age()]
}

fn webhooks(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), count(row.at(&["webhooks"]).items().len()), row.age()]
}

fn policy(row: &Row<'_>, rules: &str) -> Vec<Value> {
    let kind = row.spec("paramKind");
    let kind = match kind {
        Value::Null => "<unset>".to_owned(),
        kind => format!("{}/{}", kind["apiVersion"].str_or_empty(), kind["kind"].str_or_empty()),
    };
    vec![row.name(), count(row.spec(rules).items().len()), Value::from(kind), row.age()]
}

fn validating_policy(row: &Row<'_>) -> Vec<Value> {
    policy(row, "validations")
}

fn mutating_policy(row: &Row<'_>) -> Vec<Value> {
    policy(row, "mutations")
}

fn binding(row: &Row<'_>) -> Vec<Value> {
    let param = row.spec("paramRef");
    let shown = match (param["name"].str_or_empty(), param["namespace"].str_or_empty()) {
        ("", _) if param["selector"].is_null() => "<unset>".to_owned(),
        ("", _) => selector(&param["selector"]),
        (name, namespace) => format!("{}/{name}", or(namespace.to_owned(), "*")),
    };
    vec![row.name(), string(row.spec("policyName")), Value::from(shown), row.age()]
}

fn signing_request(row: &Row<'_>) -> Vec<Value> {
    let has = |kind: &str| row.status("conditions").items().iter().any(|it| it["type"].as_str() == Some(kind));
    let mut status = if has("Denied") {
        "Denied"
    } else if has("Approved") {
        "Approved"
    } else {
        "Pending"
    }
    .to_owned();
    if has("Failed") {
        status.push_str(",Failed");
    }
    if !row.status("certificate").is_empty() {
        status.push_str(",Issued");
    }
    let duration = row.spec("expirationSeconds").as_i64().map(|it| human_duration(Span::seconds(it)));
    vec![
        row.name(),
        row.age(),
        string_or(row.spec("signerName"), "<none>"),
        string(row.spec("username")),
        Value::from(duration.unwrap_or_else(|| "<none>".to_owned())),
        Value::from(status),
    ]
}

fn flow_schema(row: &Row<'_>) -> Vec<Value> {
    let dangling = row.status("conditions").items().iter().find(|it| it["type"].as_str() == Some("Dangling"));
    vec![
        row.name(),
        string(&row.spec("priorityLevelConfiguration")["name"]),
        number(row.spec("matchingPrecedence")),
        string_or(&row.spec("distinguisherMethod")["type"], "<none>"),
        row.age(),
        dangling.map_or_else(|| Value::from("?"), |it| string(&it["status"])),
    ]
}

fn priority_level(row: &Row<'_>) -> Vec<Value> {
    let limited = row.spec("limited");
    let queuing = limited.at(&["limitResponse", "queuing"]);
    let number_of = |of: &Value, field: &str| {
        if of.is_null() { Value::from("<none>") } else { number(&of[field]) }
    };
    vec![
        row.name(),
        string(row.spec("type")),
        number_of(limited, "nominalConcurrencyShares"),
        number_of(queuing, "queues"),
        number_of(queuing, "handSize"),
        number_of(queuing, "queueLengthLimit"),
        row.age(),
    ]
}

fn name_and_age(row: &Row<'_>) -> Vec<Value> {
    vec![row.name(), row.age()]
}

fn resource_claim(row: &Row<'_>) -> Vec<Value> {
    let mut states = Vec::new();
    if row.is_deleted() {
        states.push("deleted");
    }
    if !row.status("allocation").is_null() {
        states.push("allocated");
        if !row.status("reservedFor").items().is_empty() {
            states.push("reserved");
        }
    } else if !row.is_deleted() {
        states.push("pending");
    }
    vec![row.name(), Value::from(states.join(",")), row.age()]
}

fn resource_slice(row: &Row<'_>) -> Vec<Value> {
    vec![
        row.name(),
        string(row.spec("nodeName")),
        string(row.spec("driver")),
        string(&row.spec("pool")["name"]),
        row.age(),
    ]
}
