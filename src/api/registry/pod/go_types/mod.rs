//! The fields of pod specs in the server's own types, as data (`pkg/apis/core/types.go`).
//!
//! Messages that show a part of a spec show it by these names and in this order. A part that is embedded upstream has its
//! fields among those of the whole. Known difference: volumes of other clouds and makers keep their names in JSON.

mod containers;
mod scheduling;
mod shared;
mod storage;
mod volumes;

use super::go_form::Shape::{Flag, List, Map, Pointer, StructPointer, Structs, Text};
use super::go_form::{Type, field};
use containers::CONTAINER;
pub(super) use containers::{CONTAINER_SECURITY, EPHEMERAL_CONTAINER};
pub(super) use scheduling::TERM;
use scheduling::{AFFINITY, SPREAD};
pub use scheduling::{NODE_SELECTOR, TOLERATION};
pub(super) use shared::SECCOMP;
use shared::{APP_ARMOR, RESOURCES, SE_LINUX, WINDOWS};
pub(super) use storage::{CLAIM_SPEC, VOLUME_SOURCE};
use volumes::VOLUME;

static SYSCTL: Type = Type { fields: &[field("name", "Name", Text), field("value", "Value", Text)] };

static POD_SECURITY: Type = Type {
    fields: &[
        field("hostNetwork", "HostNetwork", Flag),
        field("hostPID", "HostPID", Flag),
        field("hostIPC", "HostIPC", Flag),
        field("shareProcessNamespace", "ShareProcessNamespace", Pointer),
        field("hostUsers", "HostUsers", Pointer),
        field("seLinuxOptions", "SELinuxOptions", StructPointer(&SE_LINUX)),
        field("windowsOptions", "WindowsOptions", StructPointer(&WINDOWS)),
        field("runAsUser", "RunAsUser", Pointer),
        field("runAsGroup", "RunAsGroup", Pointer),
        field("runAsNonRoot", "RunAsNonRoot", Pointer),
        field("supplementalGroups", "SupplementalGroups", List),
        field("supplementalGroupsPolicy", "SupplementalGroupsPolicy", Pointer),
        field("fsGroup", "FSGroup", Pointer),
        field("fsGroupChangePolicy", "FSGroupChangePolicy", Pointer),
        field("sysctls", "Sysctls", Structs(&SYSCTL)),
        field("seccompProfile", "SeccompProfile", StructPointer(&SECCOMP)),
        field("appArmorProfile", "AppArmorProfile", StructPointer(&APP_ARMOR)),
        field("seLinuxChangePolicy", "SELinuxChangePolicy", Pointer),
    ],
};

static REFERENCE: Type = Type { fields: &[field("name", "Name", Text)] };

static HOST_ALIAS: Type = Type { fields: &[field("ip", "IP", Text), field("hostnames", "Hostnames", List)] };

static DNS_OPTION: Type = Type { fields: &[field("name", "Name", Text), field("value", "Value", Pointer)] };

static DNS_CONFIG: Type = Type {
    fields: &[
        field("nameservers", "Nameservers", List),
        field("searches", "Searches", List),
        field("options", "Options", Structs(&DNS_OPTION)),
    ],
};

static READINESS_GATE: Type = Type { fields: &[field("conditionType", "ConditionType", Text)] };

static OS: Type = Type { fields: &[field("name", "Name", Text)] };

static GATE: Type = Type { fields: &[field("name", "Name", Text)] };

/// `core.PodResourceClaim`.
pub(super) static POD_CLAIM: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("resourceClaimName", "ResourceClaimName", Pointer),
        field("resourceClaimTemplateName", "ResourceClaimTemplateName", Pointer),
    ],
};

/// `core.PodSpec`.
pub(super) static POD_SPEC: Type = Type {
    fields: &[
        field("volumes", "Volumes", Structs(&VOLUME)),
        field("initContainers", "InitContainers", Structs(&CONTAINER)),
        field("containers", "Containers", Structs(&CONTAINER)),
        field("ephemeralContainers", "EphemeralContainers", Structs(&EPHEMERAL_CONTAINER)),
        field("restartPolicy", "RestartPolicy", Text),
        field("terminationGracePeriodSeconds", "TerminationGracePeriodSeconds", Pointer),
        field("activeDeadlineSeconds", "ActiveDeadlineSeconds", Pointer),
        field("dnsPolicy", "DNSPolicy", Text),
        field("nodeSelector", "NodeSelector", Map),
        field("serviceAccountName", "ServiceAccountName", Text),
        field("automountServiceAccountToken", "AutomountServiceAccountToken", Pointer),
        field("nodeName", "NodeName", Text),
        field("securityContext", "SecurityContext", StructPointer(&POD_SECURITY)),
        field("imagePullSecrets", "ImagePullSecrets", Structs(&REFERENCE)),
        field("hostname", "Hostname", Text),
        field("subdomain", "Subdomain", Text),
        field("setHostnameAsFQDN", "SetHostnameAsFQDN", Pointer),
        field("affinity", "Affinity", StructPointer(&AFFINITY)),
        field("schedulerName", "SchedulerName", Text),
        field("tolerations", "Tolerations", Structs(&TOLERATION)),
        field("hostAliases", "HostAliases", Structs(&HOST_ALIAS)),
        field("priorityClassName", "PriorityClassName", Text),
        field("priority", "Priority", Pointer),
        field("preemptionPolicy", "PreemptionPolicy", Pointer),
        field("dnsConfig", "DNSConfig", StructPointer(&DNS_CONFIG)),
        field("readinessGates", "ReadinessGates", Structs(&READINESS_GATE)),
        field("runtimeClassName", "RuntimeClassName", Pointer),
        field("overhead", "Overhead", Map),
        field("enableServiceLinks", "EnableServiceLinks", Pointer),
        field("topologySpreadConstraints", "TopologySpreadConstraints", Structs(&SPREAD)),
        field("os", "OS", StructPointer(&OS)),
        field("schedulingGates", "SchedulingGates", Structs(&GATE)),
        field("resourceClaims", "ResourceClaims", Structs(&POD_CLAIM)),
        field("resources", "Resources", StructPointer(&RESOURCES)),
        field("hostnameOverride", "HostnameOverride", Pointer),
        field("schedulingGroup", "SchedulingGroup", Pointer),
    ],
};
