//! The Go types behind each kind: which fields there are, of which types, and how lists merge.
//!
//! Names and types come from the OpenAPI schemas that k8s-openapi carries. What Go knows beyond them (named string types,
//! patch strategies, what `omitempty` leaves out) is in [`super::go_types`].

use std::collections::BTreeMap;
use std::sync::OnceLock;

use k8s_openapi::Resource;
use k8s_openapi::api::{
    admissionregistration, apps, authentication, authorization, autoscaling, batch, certificates, coordination, core,
    discovery, events, flowcontrol, networking, node, policy, rbac, resource, scheduling, storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions;
use k8s_openapi::apimachinery::pkg::apis::meta;
use k8s_openapi::kube_aggregator::pkg::apis::apiregistration;
use schemars::SchemaGenerator;
use serde_json::Value as Json;

use super::go_types::{GoField, go_types};
use super::schema_facts as facts;
use crate::object::Kind;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// A struct, by its index in the [`Schema`].
    Struct(usize),
    Map(Box<Type>),
    List(Box<Type>),
    Str,
    Int32,
    Int64,
    Float,
    Bool,
    /// Base64 text.
    Bytes,
    /// `metav1.Time`.
    Time,
    /// `metav1.MicroTime`.
    MicroTime,
    Quantity,
    IntOrString,
    /// Any JSON, kept as it is.
    Any,
}

/// A Go struct.
#[derive(Clone, Debug, Default)]
pub(super) struct Struct {
    /// `PodSpec`.
    pub name: String,
    /// `io.k8s.api.core.v1.PodSpec`.
    pub full_name: String,
    /// `v1.PodSpec`.
    pub go_name: String,
    pub fields: BTreeMap<String, Field>,
}

/// A field of a struct.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub ty: Type,
    /// What Go calls its type in errors.
    pub go_type: String,
    /// Whether Go leaves the field out of its output when it is zero or empty.
    pub omits_zero: bool,
    /// What Go writes of it when nothing was set.
    pub zero: Zero,
    /// How a strategic merge patch treats it.
    pub merge: facts::Merge,
}

/// What Go writes of a field in which nothing was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Zero {
    /// Nothing: the field is left out.
    Absent,
    /// `null`: a list, a map, a pointer or a time without `omitempty`.
    Null,
    /// The struct, with what Go writes of its fields.
    Struct,
    Text(&'static str),
    Number,
    False,
}

/// Every struct that is reached from a kind.
#[derive(Debug, Default)]
pub(super) struct Schema {
    pub(super) structs: Vec<Struct>,
    /// The types of the preferred versions.
    roots: BTreeMap<Kind, Type>,
    /// The types of bodies that are no kind, by their names.
    named: BTreeMap<&'static str, Type>,
    /// The types of other versions that differ.
    pub(super) others: Vec<(Kind, &'static str, Type)>,
    /// The JSON schemas by their full names, in the order of `structs`.
    definitions: BTreeMap<String, Json>,
}

/// The schema of every built-in kind, made at the first use.
pub(super) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<Schema> = OnceLock::new();
    SCHEMA.get_or_init(Schema::built_in)
}

/// Makes the schema of one type, with its `apiVersion` and kind.
type Root = fn(&mut SchemaGenerator) -> (&'static str, &'static str, schemars::Schema);

macro_rules! roots {
    ($($ty:ty),* $(,)?) => {
        &[$(|generator| (<$ty as Resource>::API_VERSION, <$ty as Resource>::KIND, generator.subschema_for::<$ty>())),*]
    };
}

/// The type of every kind in every version that differs from the preferred one, and those of bodies that are no kind.
const ROOTS: &[Root] = roots![
    core::v1::Namespace,
    core::v1::Node,
    core::v1::Pod,
    core::v1::Event,
    core::v1::ConfigMap,
    core::v1::Secret,
    core::v1::ServiceAccount,
    core::v1::Service,
    core::v1::Endpoints,
    core::v1::PersistentVolume,
    core::v1::PersistentVolumeClaim,
    core::v1::PodTemplate,
    core::v1::ReplicationController,
    core::v1::LimitRange,
    core::v1::ResourceQuota,
    core::v1::Binding,
    core::v1::ComponentStatus,
    coordination::v1::Lease,
    apps::v1::DaemonSet,
    apps::v1::ControllerRevision,
    apps::v1::Deployment,
    apps::v1::ReplicaSet,
    apps::v1::StatefulSet,
    batch::v1::Job,
    batch::v1::CronJob,
    scheduling::v1::PriorityClass,
    autoscaling::v2::HorizontalPodAutoscaler,
    autoscaling::v1::HorizontalPodAutoscaler,
    policy::v1::PodDisruptionBudget,
    networking::v1::Ingress,
    networking::v1::IngressClass,
    networking::v1::NetworkPolicy,
    networking::v1::IPAddress,
    networking::v1::ServiceCIDR,
    discovery::v1::EndpointSlice,
    rbac::v1::Role,
    rbac::v1::RoleBinding,
    rbac::v1::ClusterRole,
    rbac::v1::ClusterRoleBinding,
    storage::v1::StorageClass,
    storage::v1::VolumeAttachment,
    storage::v1::VolumeAttributesClass,
    storage::v1::CSIDriver,
    storage::v1::CSINode,
    storage::v1::CSIStorageCapacity,
    admissionregistration::v1::MutatingWebhookConfiguration,
    admissionregistration::v1::ValidatingWebhookConfiguration,
    admissionregistration::v1::MutatingAdmissionPolicy,
    admissionregistration::v1::MutatingAdmissionPolicyBinding,
    admissionregistration::v1::ValidatingAdmissionPolicy,
    admissionregistration::v1::ValidatingAdmissionPolicyBinding,
    apiextensions::v1::CustomResourceDefinition,
    apiregistration::v1::APIService,
    authentication::v1::TokenReview,
    authentication::v1::SelfSubjectReview,
    authorization::v1::SubjectAccessReview,
    authorization::v1::SelfSubjectAccessReview,
    authorization::v1::SelfSubjectRulesReview,
    authorization::v1::LocalSubjectAccessReview,
    certificates::v1::CertificateSigningRequest,
    node::v1::RuntimeClass,
    flowcontrol::v1::FlowSchema,
    flowcontrol::v1::PriorityLevelConfiguration,
    resource::v1::DeviceClass,
    resource::v1::ResourceClaim,
    resource::v1::ResourceClaimTemplate,
    resource::v1::ResourceSlice,
    events::v1::Event,
    autoscaling::v1::Scale,
    authentication::v1::TokenRequest,
    policy::v1::Eviction,
];

impl Schema {
    fn built_in() -> Self {
        let mut generator = SchemaGenerator::default();
        let types: Vec<_> = ROOTS.iter().map(|root| root(&mut generator)).collect();
        generator.subschema_for::<meta::v1::DeleteOptions>();
        generator.subschema_for::<meta::v1::Status>();
        generator.subschema_for::<meta::v1::ListMeta>();
        generator.subschema_for::<meta::v1::APIGroup>();
        generator.subschema_for::<meta::v1::APIGroupList>();
        generator.subschema_for::<meta::v1::APIResourceList>();
        generator.subschema_for::<meta::v1::APIVersions>();
        // schemars sorts definitions only without other crates' features in the build.
        let definitions: BTreeMap<&String, &Json> = generator.definitions().iter().collect();
        let indexes: BTreeMap<&str, usize> =
            definitions.keys().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        let structs = definitions.iter().map(|(name, json)| new_struct(name, json, &indexes)).collect();
        let definitions = definitions.into_iter().map(|(name, json)| (name.clone(), json.clone())).collect();
        let mut schema = Schema { structs, definitions, ..Schema::default() };
        for (api_version, name, json) in types {
            let ty = type_of(json.as_value(), &indexes);
            let Some(kind) = Kind::by_api_version(api_version, name) else {
                schema.named.insert(name, ty);
                continue;
            };
            if kind.info().api_version() == api_version {
                schema.roots.insert(kind, ty);
            } else {
                schema.others.push((kind, api_version, ty));
            }
        }
        super::older_types::add_to(&mut schema);
        schema
    }

    /// The type of a body that is no kind, such as `Scale`; [`Type::Any`] for one that it does not know.
    pub(super) fn body_type(&self, name: &str) -> &Type {
        self.named.get(name).unwrap_or(&Type::Any)
    }

    /// The type of a kind's objects in a group version that may not be the preferred one.
    pub(super) fn root_of(&self, kind: Kind, api_version: &str) -> &Type {
        let other = self.others.iter().find(|it| it.0 == kind && it.1 == api_version);
        other.map_or_else(|| self.root(kind), |it| &it.2)
    }

    /// The JSON schemas that k8s-openapi carries, by their full names.
    pub(super) fn definitions(&self) -> &BTreeMap<String, Json> {
        &self.definitions
    }

    /// The type with that full name, such as `io.k8s.api.core.v1.PodSpec`.
    pub(super) fn by_name(&self, name: &str) -> Option<Type> {
        self.definitions.keys().position(|it| it == name).map(Type::Struct)
    }

    /// The struct with that full name.
    pub(super) fn named(&self, name: &str) -> Option<&Struct> {
        self.structs.iter().find(|it| it.full_name == name)
    }

    /// The type of a kind's objects; [`Type::Any`] for a kind that it does not know.
    pub(super) fn root(&self, kind: Kind) -> &Type {
        self.roots.get(&kind).unwrap_or(&Type::Any)
    }

    pub(super) fn get(&self, index: usize) -> &Struct {
        &self.structs[index]
    }

    /// Every struct, by its index.
    pub(super) fn structs(&self) -> &[Struct] {
        &self.structs
    }

    /// The name that Go gives a type in errors.
    pub(super) fn go_name(&self, ty: &Type) -> String {
        match ty {
            Type::Struct(index) => self.get(*index).go_name.clone(),
            Type::Map(of) => format!("map[string]{}", self.go_name(of)),
            Type::List(of) => format!("[]{}", self.go_name(of)),
            Type::Str => "string".to_owned(),
            Type::Int32 => "int32".to_owned(),
            Type::Int64 => "int64".to_owned(),
            Type::Float => "float64".to_owned(),
            Type::Bool => "bool".to_owned(),
            Type::Bytes => "[]uint8".to_owned(),
            Type::Time => "v1.Time".to_owned(),
            Type::MicroTime => "v1.MicroTime".to_owned(),
            Type::Quantity => "resource.Quantity".to_owned(),
            Type::IntOrString => "intstr.IntOrString".to_owned(),
            Type::Any => "interface {}".to_owned(),
        }
    }
}

fn new_struct(definition: &str, json: &Json, indexes: &BTreeMap<&str, usize>) -> Struct {
    let mut parts = definition.rsplit('.');
    let name = parts.next().unwrap_or_default().to_owned();
    let package = parts.next().unwrap_or_default();
    let go_name = format!("{package}.{name}");
    let none = GoField::default();
    let properties = json["properties"].as_object().into_iter().flatten();
    let fields = properties.map(|(field, json)| {
        let ty = type_of(json, indexes);
        let go = go_types().field(definition, field);
        // `apiVersion` and `kind` are in no table of ours: they are every object's.
        let omits_empty = go.is_none_or(|it| it.omits_empty && !it.is_pointer());
        // An empty list of managers asks for something: to forget all that there were.
        let asks = name == "ObjectMeta" && field == "managedFields";
        let omits_zero =
            omits_empty && !asks && !matches!(ty, Type::Struct(_) | Type::IntOrString | Type::Time | Type::MicroTime);
        let zero = go.map_or(Zero::Absent, |it| zero_of(it, &ty));
        let go_type = go.map_or_else(|| "string".to_owned(), |it| it.shown_type(package));
        (field.clone(), Field { ty, go_type, omits_zero, zero, merge: facts::merge(go.unwrap_or(&none)) })
    });
    Struct { fields: fields.collect(), full_name: definition.to_owned(), name, go_name }
}

fn zero_of(go: &GoField, ty: &Type) -> Zero {
    let (omits, is_pointer) = (go.omits_empty, go.is_pointer());
    match ty {
        _ if go.omits_zero || (is_pointer && omits) => Zero::Absent,
        _ if is_pointer => Zero::Null,
        Type::Struct(_) => Zero::Struct,
        Type::Quantity => Zero::Text("0"),
        // `omitempty` says nothing to structs, and these are written as null when they are empty.
        Type::Time | Type::MicroTime => Zero::Null,
        Type::Any if go.ty == "runtime.RawExtension" => Zero::Null,
        _ if omits => Zero::Absent,
        Type::Map(_) | Type::List(_) | Type::Bytes | Type::Any => Zero::Null,
        Type::Str => Zero::Text(""),
        Type::Int32 | Type::Int64 | Type::Float | Type::IntOrString => Zero::Number,
        Type::Bool => Zero::False,
    }
}

fn type_of(json: &Json, indexes: &BTreeMap<&str, usize>) -> Type {
    if let Some(reference) = json["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return match name.rsplit('.').next().unwrap_or_default() {
            "Quantity" => Type::Quantity,
            "IntOrString" => Type::IntOrString,
            "Time" => Type::Time,
            "MicroTime" => Type::MicroTime,
            "FieldsV1"
            | "RawExtension"
            | "JSON"
            | "JSONSchemaPropsOrArray"
            | "JSONSchemaPropsOrBool"
            | "JSONSchemaPropsOrStringArray" => Type::Any,
            _ => indexes.get(name).map_or(Type::Any, |index| Type::Struct(*index)),
        };
    }
    let inner = |key: &str| Box::new(type_of(&json[key], indexes));
    match (json["type"].as_str().unwrap_or_default(), json["format"].as_str().unwrap_or_default()) {
        ("string", "byte") => Type::Bytes,
        ("string", _) => Type::Str,
        ("integer", "int32") => Type::Int32,
        ("integer", _) => Type::Int64,
        ("number", _) => Type::Float,
        ("boolean", _) => Type::Bool,
        ("array", _) => Type::List(inner("items")),
        ("object", _) if json["additionalProperties"].is_object() => Type::Map(inner("additionalProperties")),
        _ => Type::Any,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn field<'a>(schema: &'a Schema, ty: &'a Type, path: &str) -> &'a Type {
        path.split('.').fold(ty, |ty, name| match ty {
            Type::Struct(index) => &schema.get(*index).fields[name].ty,
            Type::List(of) => match of.as_ref() {
                Type::Struct(index) => &schema.get(*index).fields[name].ty,
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn every_built_in_kind_has_a_struct() {
        for kind in Kind::all().filter(|it| it.info().served_in(Kind::LATEST_MINOR).next().is_some()) {
            assert!(matches!(schema().root(kind), Type::Struct(_)), "{}", kind.info().kind);
        }
    }

    #[test]
    fn fields_have_go_s_types() {
        let schema = schema();
        let pod = schema.root(kinds::POD);
        let table = [
            ("spec", "v1.PodSpec"),
            ("spec.containers", "[]v1.Container"),
            ("spec.containers.args", "[]string"),
            ("spec.containers.resources.limits", "map[string]resource.Quantity"),
            ("spec.activeDeadlineSeconds", "int64"),
            ("spec.containers.ports.containerPort", "int32"),
            ("metadata.labels", "map[string]string"),
            ("metadata.creationTimestamp", "v1.Time"),
        ];
        for (path, want) in table {
            assert_eq!(schema.go_name(field(schema, pod, path)), want, "{path}");
        }
    }
}
