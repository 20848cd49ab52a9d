//! Which loops a cluster runs, in the order in which they hear of a change.
//!
//! Of the controllers that `cmd/kube-controller-manager/names/controller_names.go` of Kubernetes 1.36 names, these are not here.
//! Off unless they are asked for: bootstrap-signer, token-cleaner, node-ipam (and with it `podCIDR`), certificatesigningrequest-signing
//! (which needs a CA), storageversion-garbage-collector, storage-version-migrator, selinux-warning, device-taint-eviction.
//! Another's business: service-lb, node-route and cloud-node-lifecycle are the cloud's. Nothing for them to do:
//! persistentvolume-attach-detach (volumes are virtual, and no driver wants attachments), service-cidr beyond the range that a
//! fresh cluster has, certificatesigningrequest-approving (kubelets join without certificates), and
//! legacy-serviceaccount-token-cleaner (whose patience is a year). Known differences: persistentvolume-expander and resourceclaim
//! would be visible.

use crate::controllers::Controller;
use crate::controllers::admission_policy_status::AdmissionPolicyStatus;
use crate::controllers::certificate_cleaner::CertificateCleaner;
use crate::controllers::cluster_role_aggregation::ClusterRoleAggregation;
use crate::controllers::cronjob::CronJobController;
use crate::controllers::custom_resource_definition::{DefinitionFinalizer, EstablishingController, NamingController};
use crate::controllers::daemonset::DaemonSetController;
use crate::controllers::deployment::DeploymentController;
use crate::controllers::disruption::DisruptionController;
use crate::controllers::endpoint_slice::EndpointSliceController;
use crate::controllers::endpoint_slice_mirroring::EndpointSliceMirroring;
use crate::controllers::endpoints::EndpointsController;
use crate::controllers::ephemeral_volume::EphemeralVolumeController;
use crate::controllers::garbage_collector::GarbageCollector;
use crate::controllers::horizontal_pod_autoscaler::HorizontalController;
use crate::controllers::job::JobController;
use crate::controllers::namespace::NamespaceController;
use crate::controllers::node_lifecycle::NodeLifecycleController;
use crate::controllers::node_ttl::NodeTtlController;
use crate::controllers::persistent_volume::{PersistentVolumeController, VirtualProvisioner};
use crate::controllers::pod_gc::PodGarbageCollector;
use crate::controllers::replicaset::ReplicaSetController;
use crate::controllers::resource_quota::ResourceQuotaController;
use crate::controllers::service_account::{RootCaPublisher, ServiceAccountController};
use crate::controllers::service_account_token::TokensController;
use crate::controllers::statefulset::StatefulSetController;
use crate::controllers::taint_eviction::TaintEvictionController;
use crate::controllers::ttl_after_finished::TtlAfterFinished;
use crate::controllers::volume_protection::VolumeProtection;
use crate::kubelet::{Kubelet, Latency};
use crate::scheduler::Scheduler;

/// What a control plane can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlPlaneOptions {
    /// How long things take on the nodes.
    pub latency: Latency,
}

/// Every controller, the scheduler and the kubelets of a default cluster.
pub fn control_plane(options: &ControlPlaneOptions) -> Vec<Box<dyn Controller>> {
    vec![
        Box::new(NamingController),
        Box::new(EstablishingController),
        Box::new(DefinitionFinalizer::default()),
        Box::new(NamespaceController::default()),
        Box::new(ServiceAccountController::default()),
        Box::new(RootCaPublisher::default()),
        Box::new(TokensController),
        Box::new(ResourceQuotaController),
        Box::new(ClusterRoleAggregation),
        Box::new(AdmissionPolicyStatus),
        Box::new(CertificateCleaner),
        Box::new(NodeTtlController::default()),
        Box::new(NodeLifecycleController::default()),
        Box::new(TaintEvictionController::default()),
        Box::new(PodGarbageCollector::default()),
        Box::new(DaemonSetController::default()),
        Box::new(EndpointsController::default()),
        Box::new(EndpointSliceController::default()),
        Box::new(EndpointSliceMirroring),
        Box::new(JobController::default()),
        Box::new(CronJobController::default()),
        Box::new(StatefulSetController),
        Box::new(DeploymentController::default()),
        Box::new(ReplicaSetController::of_replica_sets()),
        Box::new(ReplicaSetController::of_replication_controllers()),
        Box::new(HorizontalController::default()),
        Box::new(PersistentVolumeController::default()),
        Box::new(DisruptionController::default()),
        Box::new(EphemeralVolumeController),
        Box::new(VirtualProvisioner),
        Box::new(TtlAfterFinished),
        Box::new(VolumeProtection),
        // After the controllers: of two that hear of a deletion, its owner's is quicker than the collector, which asks the API.
        Box::new(GarbageCollector::default()),
        Box::new(Scheduler::default()),
        Box::new(Kubelet::new(options.latency)),
    ]
}
