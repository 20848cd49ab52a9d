//! Messages of the `k8s-pb` crate read here, and the other way round.

use std::collections::BTreeMap;

use k8s_pb::api as pb;
use k8s_pb::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_pb::apimachinery::pkg::apis::meta;
use prost::Message;

use super::super::schema::Struct;
use super::*;
use crate::clock::Names;
use crate::object::{Kind, Release, kinds};

fn read(kind: Kind, message: &impl Message) -> String {
    decode(&message.encode_to_vec(), schema().root(kind)).expect("a message").to_json()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn what_go_sends_of_unset_fields_is_left_out_as_in_json() {
    let container = pb::core::v1::Container {
        name: some("c"),
        image: some(""),
        resources: Some(pb::core::v1::ResourceRequirements::default()),
        stdin: Some(false),
        termination_message_path: some(""),
        liveness_probe: Some(pb::core::v1::Probe {
            handler: Some(pb::core::v1::ProbeHandler {
                tcp_socket: Some(pb::core::v1::TcpSocketAction {
                    port: Some(k8s_pb::apimachinery::pkg::util::intstr::IntOrString {
                        r#type: Some(1),
                        int_val: Some(0),
                        str_val: some("http"),
                    }),
                    host: some(""),
                }),
                ..Default::default()
            }),
            period_seconds: Some(5),
            timeout_seconds: Some(0),
            ..Default::default()
        }),
        ..Default::default()
    };
    let volume = pb::core::v1::Volume {
        name: some("v"),
        volume_source: Some(pb::core::v1::VolumeSource {
            empty_dir: Some(pb::core::v1::EmptyDirVolumeSource {
                medium: some(""),
                size_limit: Some(k8s_pb::apimachinery::pkg::api::resource::Quantity { string: some("1024Mi") }),
            }),
            ..Default::default()
        }),
    };
    let pod = pb::core::v1::Pod {
        metadata: Some(meta::v1::ObjectMeta {
            name: some("p"),
            namespace: some(""),
            generation: Some(0),
            creation_timestamp: Some(meta::v1::Time::default()),
            deletion_timestamp: Some(meta::v1::Time { seconds: Some(86_400), nanos: Some(0) }),
            labels: BTreeMap::from([("a".to_owned(), String::new())]),
            ..Default::default()
        }),
        spec: Some(pb::core::v1::PodSpec {
            containers: vec![container],
            volumes: vec![volume],
            restart_policy: some(""),
            host_network: Some(false),
            termination_grace_period_seconds: Some(0),
            automount_service_account_token: Some(false),
            ..Default::default()
        }),
        status: Some(pb::core::v1::PodStatus { phase: some(""), ..Default::default() }),
    };
    let want = r#"{"metadata":{"deletionTimestamp":"1970-01-02T00:00:00Z","labels":{"a":""},"name":"p"},"spec":{"automountServiceAccountToken":false,"containers":[{"livenessProbe":{"periodSeconds":5,"tcpSocket":{"port":"http"}},"name":"c","resources":{}}],"terminationGracePeriodSeconds":0,"volumes":[{"emptyDir":{"sizeLimit":"1Gi"},"name":"v"}]},"status":{}}"#;
    assert_eq!(read(kinds::POD, &pod), want);
}

#[test]
fn bytes_times_and_field_sets_are_written_as_json_has_them() {
    let secret = pb::core::v1::Secret {
        metadata: Some(meta::v1::ObjectMeta {
            managed_fields: vec![meta::v1::ManagedFieldsEntry {
                manager: some("m"),
                fields_v1: Some(meta::v1::FieldsV1 { raw: Some(br#"{"f:data":{}}"#.to_vec()) }),
                ..Default::default()
            }],
            ..Default::default()
        }),
        data: BTreeMap::from([("k".to_owned(), b"value".to_vec())]),
        ..Default::default()
    };
    let want = r#"{"data":{"k":"dmFsdWU="},"metadata":{"managedFields":[{"fieldsV1":{"f:data":{}},"manager":"m"}]}}"#;
    assert_eq!(read(kinds::SECRET, &secret), want);
    let lease = pb::coordination::v1::Lease {
        spec: Some(pb::coordination::v1::LeaseSpec {
            holder_identity: some(""),
            renew_time: Some(meta::v1::MicroTime { seconds: Some(1), nanos: Some(2_000) }),
            ..Default::default()
        }),
        ..Default::default()
    };
    let want = r#"{"spec":{"holderIdentity":"","renewTime":"1970-01-01T00:00:01.000002Z"}}"#;
    assert_eq!(read(kinds::LEASE, &lease), want);
}

#[test]
fn an_envelope_says_which_kind_it_holds() {
    let options = meta::v1::DeleteOptions { grace_period_seconds: Some(0), ..Default::default() };
    let about = map_of("meta.k8s.io/v1", "DeleteOptions");
    let body = wrapped(&about, &options.encode_to_vec());
    let envelope = open(&body).expect("an envelope");
    assert_eq!((envelope.api_version.as_str(), envelope.kind.as_str()), ("meta.k8s.io/v1", "DeleteOptions"));
    let ty = type_of(&envelope.api_version, &envelope.kind).expect("a type");
    assert_eq!(decode(envelope.raw, &ty).map(|it| it.to_json()), Ok(r#"{"gracePeriodSeconds":0}"#.to_owned()));
    for (api_version, kind) in [
        ("policy/v1", "Eviction"),
        ("autoscaling/v1", "Scale"),
        ("authentication.k8s.io/v1", "TokenRequest"),
        ("v1", "Status"),
    ] {
        assert!(type_of(api_version, kind).is_some(), "{kind}");
    }
}

fn map_of(api_version: &str, kind: &str) -> Value {
    Value::Map(crate::map! { "apiVersion" => api_version, "kind" => kind })
}

#[test]
fn what_is_no_envelope_is_told_in_the_server_s_words() {
    let table: [(&[u8], &str); 4] = [
        (b"", "empty data"),
        (b"{}", "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]"),
        (b"k8s\0", "empty body"),
        (b"k8s\0\x0a\xff", "unexpected EOF"),
    ];
    for (body, want) in table {
        assert_eq!(open(body).map(|it| it.kind), Err(want.to_owned()), "{body:?}");
    }
    let message = [0xf8, 0x07, 0x01];
    let error = decode(&message, schema().root(kinds::POD));
    assert!(error.is_ok(), "a number that no table knows is dropped: {error:?}");
    assert_eq!(
        decode(&[0x08, 0x01], schema().root(kinds::POD)),
        Err("proto: wrong wireType = 0 for field Metadata".to_owned())
    );
}

/// A value of that type with every field set, as deep as `depth`.
fn filled(ty: &Type, go: &str, depth: u32) -> Value {
    let innermost = self_reading(go);
    match ty {
        Type::Struct(index) if depth > 0 => full(schema().get(*index), depth - 1),
        Type::Struct(_) => Value::empty_map(),
        Type::Map(of) => Value::Map([("key", filled(of, go, depth))].into_iter().collect()),
        Type::List(of) => Value::list([filled(of, go, depth)]),
        Type::Str => Value::from("text"),
        Type::Int32 | Type::Int64 => Value::Int(7),
        Type::Float => Value::Float(1.5),
        Type::Bool => Value::Bool(true),
        Type::Bytes => Value::from("Ynl0ZXM="),
        Type::Time => Value::from("2026-01-01T00:00:40Z"),
        Type::MicroTime => Value::from("2026-01-01T00:00:40.000001Z"),
        Type::Quantity => Value::from("10Mi"),
        Type::IntOrString => Value::from("25%"),
        Type::Any if innermost == "JSONSchemaPropsOrBool" => Value::Bool(true),
        Type::Any if innermost == "JSONSchemaPropsOrStringArray" => Value::list(["a"]),
        Type::Any if innermost == "JSONSchemaPropsOrArray" => {
            Value::list([Value::Map([("type", "string")].into_iter().collect())])
        }
        Type::Any => Value::Map([("a", 1i64)].into_iter().collect()),
    }
}

fn full(of: &Struct, depth: u32) -> Value {
    let go = |field: &str| super::super::go_types::go_types().field(&of.full_name, field);
    let fields = of.fields.iter().filter_map(|(name, field)| Some((name, field, go(name)?)));
    Value::Map(fields.map(|(name, field, go)| (Str::from(name.as_str()), filled(&field.ty, go.ty, depth))).collect())
}

fn full_object(kind: Kind) -> Value {
    let Type::Struct(index) = schema().root(kind) else { panic!("{}", kind.info().kind) };
    full(schema().get(*index), 6)
}

/// What is read of the message that is written of `value`.
fn again(value: &Value, kind: Kind, through: impl Fn(&[u8]) -> Vec<u8>) -> Value {
    let mut typed = value.clone();
    typed.set("apiVersion", kind.info().api_version());
    typed.set("kind", kind.info().kind);
    let bytes = encode(&typed).expect("a built-in kind");
    let envelope = open(&bytes).expect("an envelope");
    decode(&through(envelope.raw), schema().root(kind)).expect("a message")
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    for kind in Kind::all().filter(|it| Release::LATEST.preferred(*it).is_some()) {
        let value = full_object(kind);
        assert_eq!(again(&value, kind, <[u8]>::to_vec).to_json(), value.to_json(), "{}", kind.info().kind);
    }
}

/// The paths at which `a` has what `b` has not.
fn lost(a: &Value, b: &Value, path: &str, found: &mut Vec<String>) {
    match (a, b) {
        (Value::Map(a), b) => {
            for (key, value) in a.iter() {
                let path = format!("{path}.{key}");
                if b[key.as_str()].is_null() { found.push(path) } else { lost(value, &b[key.as_str()], &path, found) }
            }
        }
        (Value::List(a), b) => lost(&a[0], &b[0], path, found),
        (a, b) if a != b => found.push(format!("{path}: {} {}", a.to_json(), b.to_json())),
        _ => {}
    }
}

macro_rules! agree {
    ($($kind:literal $api_version:literal $ty:ty,)*) => {
        [$((
            Kind::by_api_version($api_version, $kind).expect($kind),
            (|raw: &[u8]| <$ty>::decode(raw).expect($kind).encode_to_vec()) as fn(&[u8]) -> Vec<u8>,
        )),*]
    };
}

#[test]
fn the_crate_s_types_have_the_same_numbers() {
    let table = agree! {
        "Pod" "v1" pb::core::v1::Pod,
        "Node" "v1" pb::core::v1::Node,
        "Namespace" "v1" pb::core::v1::Namespace,
        "Service" "v1" pb::core::v1::Service,
        "ServiceAccount" "v1" pb::core::v1::ServiceAccount,
        "Endpoints" "v1" pb::core::v1::Endpoints,
        "Event" "v1" pb::core::v1::Event,
        "ConfigMap" "v1" pb::core::v1::ConfigMap,
        "Secret" "v1" pb::core::v1::Secret,
        "PersistentVolume" "v1" pb::core::v1::PersistentVolume,
        "PersistentVolumeClaim" "v1" pb::core::v1::PersistentVolumeClaim,
        "PodTemplate" "v1" pb::core::v1::PodTemplate,
        "ReplicationController" "v1" pb::core::v1::ReplicationController,
        "LimitRange" "v1" pb::core::v1::LimitRange,
        "ResourceQuota" "v1" pb::core::v1::ResourceQuota,
        "DaemonSet" "apps/v1" pb::apps::v1::DaemonSet,
        "Deployment" "apps/v1" pb::apps::v1::Deployment,
        "ReplicaSet" "apps/v1" pb::apps::v1::ReplicaSet,
        "StatefulSet" "apps/v1" pb::apps::v1::StatefulSet,
        "ControllerRevision" "apps/v1" pb::apps::v1::ControllerRevision,
        "Job" "batch/v1" pb::batch::v1::Job,
        "CronJob" "batch/v1" pb::batch::v1::CronJob,
        "HorizontalPodAutoscaler" "autoscaling/v2" pb::autoscaling::v2::HorizontalPodAutoscaler,
        "PodDisruptionBudget" "policy/v1" pb::policy::v1::PodDisruptionBudget,
        "PriorityClass" "scheduling.k8s.io/v1" pb::scheduling::v1::PriorityClass,
        "Lease" "coordination.k8s.io/v1" pb::coordination::v1::Lease,
        "EndpointSlice" "discovery.k8s.io/v1" pb::discovery::v1::EndpointSlice,
        "Ingress" "networking.k8s.io/v1" pb::networking::v1::Ingress,
        "IngressClass" "networking.k8s.io/v1" pb::networking::v1::IngressClass,
        "NetworkPolicy" "networking.k8s.io/v1" pb::networking::v1::NetworkPolicy,
        "Role" "rbac.authorization.k8s.io/v1" pb::rbac::v1::Role,
        "RoleBinding" "rbac.authorization.k8s.io/v1" pb::rbac::v1::RoleBinding,
        "ClusterRole" "rbac.authorization.k8s.io/v1" pb::rbac::v1::ClusterRole,
        "ClusterRoleBinding" "rbac.authorization.k8s.io/v1" pb::rbac::v1::ClusterRoleBinding,
        "StorageClass" "storage.k8s.io/v1" pb::storage::v1::StorageClass,
        "VolumeAttachment" "storage.k8s.io/v1" pb::storage::v1::VolumeAttachment,
        "CSIDriver" "storage.k8s.io/v1" pb::storage::v1::CSIDriver,
        "CSINode" "storage.k8s.io/v1" pb::storage::v1::CSINode,
        "MutatingWebhookConfiguration" "admissionregistration.k8s.io/v1"
            pb::admissionregistration::v1::MutatingWebhookConfiguration,
        "ValidatingAdmissionPolicy" "admissionregistration.k8s.io/v1"
            pb::admissionregistration::v1::ValidatingAdmissionPolicy,
        "CustomResourceDefinition" "apiextensions.k8s.io/v1" apiextensions::v1::CustomResourceDefinition,
        "TokenReview" "authentication.k8s.io/v1" pb::authentication::v1::TokenReview,
        "SubjectAccessReview" "authorization.k8s.io/v1" pb::authorization::v1::SubjectAccessReview,
    };
    let mut missing = std::collections::BTreeSet::new();
    for (kind, through) in table {
        let value = full_object(kind);
        let mut found = Vec::new();
        lost(&value, &again(&value, kind, through), kind.info().kind, &mut found);
        missing.extend(found.iter().map(|path| path.rsplit('.').next().unwrap_or_default().to_owned()));
    }
    // The crate is of the release before.
    let newer = [
        "message",
        "nodeAllocatableResourceClaimStatuses",
        "preventPodSchedulingIfMissing",
        "schedulingGroup",
        "volumeStatus",
    ];
    assert_eq!(missing.iter().map(String::as_str).collect::<Vec<_>>(), newer);
}

#[test]
fn random_bytes_are_refused_or_read_but_nothing_breaks() {
    let mut names = Names::new(1);
    let whole = encode(&{
        let mut pod = full_object(kinds::POD);
        pod.set("apiVersion", "v1");
        pod.set("kind", "Pod");
        pod
    })
    .expect("a pod");
    for round in 0..3_000 {
        let mut body =
            if round % 2 == 0 { whole.clone() } else { [b"k8s\0".as_slice(), &names.suffix(40).into_bytes()].concat() };
        for _ in 0..1 + round % 7 {
            let random = names.next_u64();
            let at = usize::try_from(random % 10_000).unwrap_or_default() % body.len();
            body[at] = u8::try_from(random >> 56).unwrap_or_default();
        }
        if round % 5 == 0 {
            body.truncate(usize::try_from(names.next_u64() % 10_000).unwrap_or_default() % body.len());
        }
        if let Ok(envelope) = open(&body) {
            for kind in [kinds::POD, Kind::by_any_name("customresourcedefinitions").unwrap_or(kinds::JOB)] {
                let _ = decode(envelope.raw, schema().root(kind));
            }
        }
    }
}
