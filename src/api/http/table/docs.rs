//! The documentation of the fields that columns are named after, as k8s-openapi carries it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use k8s_openapi::api::{
    apps, autoscaling, batch, certificates, coordination, core, discovery, flowcontrol, networking, resource,
    scheduling, storage,
};
use k8s_openapi::apimachinery::pkg::apis::meta;
use schemars::{JsonSchema, SchemaGenerator};

/// What the `field` of the struct `of`, such as `core.v1.PodSpec`, is documented with; empty when it is not.
pub(super) fn description(of: &str, field: &str) -> &'static str {
    static DOCS: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    let docs = DOCS.get_or_init(collect);
    docs.get(&format!("{of}.{field}")).map_or("", String::as_str)
}

macro_rules! documented {
    ($generator:ident, $docs:ident, $($ty:ty),* $(,)?) => {
        $(add::<$ty>(&mut $generator, &mut $docs);)*
    };
}

fn collect() -> BTreeMap<String, String> {
    let mut generator = SchemaGenerator::default();
    let mut docs = BTreeMap::new();
    documented! { generator, docs,
        meta::v1::ObjectMeta,
        core::v1::ConfigMap, core::v1::Endpoints, core::v1::Event, core::v1::NodeStatus, core::v1::NodeSystemInfo,
        core::v1::ObjectReference, core::v1::PersistentVolumeClaimSpec, core::v1::PersistentVolumeClaimStatus,
        core::v1::PersistentVolumeSpec, core::v1::PersistentVolumeStatus, core::v1::PodSpec, core::v1::PodStatus,
        core::v1::ReplicationControllerSpec, core::v1::ReplicationControllerStatus, core::v1::Secret,
        core::v1::ServiceAccount, core::v1::ServiceSpec,
        apps::v1::ControllerRevision, apps::v1::DaemonSetStatus, apps::v1::DeploymentStatus, apps::v1::ReplicaSetSpec,
        apps::v1::ReplicaSetStatus,
        autoscaling::v1::ScaleSpec, autoscaling::v1::ScaleStatus, autoscaling::v2::HorizontalPodAutoscalerSpec,
        autoscaling::v2::HorizontalPodAutoscalerStatus,
        batch::v1::CronJobSpec, batch::v1::CronJobStatus, batch::v1::JobSpec, batch::v1::JobStatus,
        certificates::v1::CertificateSigningRequestSpec, certificates::v1::CertificateSigningRequestStatus,
        coordination::v1::LeaseSpec,
        discovery::v1::EndpointSlice,
        flowcontrol::v1::FlowSchemaSpec, flowcontrol::v1::LimitedPriorityLevelConfiguration,
        flowcontrol::v1::PriorityLevelConfigurationReference, flowcontrol::v1::PriorityLevelConfigurationSpec,
        flowcontrol::v1::QueuingConfiguration,
        networking::v1::IPAddressSpec, networking::v1::ServiceCIDRSpec,
        resource::v1::ResourcePool, resource::v1::ResourceSliceSpec,
        scheduling::v1::PriorityClass,
        storage::v1::CSIDriverSpec, storage::v1::CSIStorageCapacity, storage::v1::StorageClass,
        storage::v1::VolumeAttachmentSource, storage::v1::VolumeAttachmentSpec, storage::v1::VolumeAttachmentStatus,
        storage::v1::VolumeAttributesClass,
    }
    docs
}

/// Adds the documented fields of one struct, under the last three parts of its name.
fn add<T: JsonSchema>(generator: &mut SchemaGenerator, docs: &mut BTreeMap<String, String>) {
    let name = T::schema_name();
    let start = name.rmatch_indices('.').nth(2).map_or(0, |(at, _)| at + 1);
    let schema = T::json_schema(generator);
    for (field, json) in schema.as_value()["properties"].as_object().into_iter().flatten() {
        if let Some(text) = json["description"].as_str() {
            docs.insert(format!("{}.{field}", &name[start..]), text.to_owned());
        }
    }
}
