//! The built-in kinds, one row each, and a constant that names it.
//!
//! A row is group, version, kind, plural, singular, and what differs from [`KindInfo::PLAIN`]. Everything that discovery says of a
//! kind is here; its rules are one line in `api::registry::strategy`, and its Go type one line in `api::http::schema`.

use super::kind::{Kind, KindInfo, Served};

/// The category that `kubectl get all` means.
const ALL: &[&str] = &["all"];
/// The category of what extends the API itself.
const API_EXTENSIONS: &[&str] = &["api-extensions"];
/// The verbs of kinds that are asked, and not stored.
const CREATE: &[&str] = &["create"];
/// The verbs of kinds that the server itself makes up.
const READ: &[&str] = &["get", "list"];
/// The verbs of kinds that cannot be deleted all at once.
const NO_COLLECTION: &[&str] = &["create", "delete", "get", "list", "patch", "update", "watch"];

macro_rules! kinds {
    ($($constant:ident = $group:literal $version:literal $kind:ident $plural:literal $singular:literal
       { $($field:ident: $value:expr),* };)*) => {
        #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "the variants only count the rows of the table")]
        #[repr(u16)]
        enum Row { $($constant),* }

        $(
            #[doc = concat!("The kind ", stringify!($kind), " of ", $group, "/", $version, ".")]
            pub const $constant: Kind = Kind(Row::$constant as u16);
        )*

        /// Every built-in kind, indexed by [`Kind`].
        pub static BUILT_IN: &[KindInfo] = &[$(KindInfo {
            group: $group,
            version: $version,
            kind: stringify!($kind),
            plural: $plural,
            singular: $singular,
            $($field: $value,)*
            ..KindInfo::PLAIN
        }),*];
    };
}

kinds! {
    NAMESPACE = "" "v1" Namespace "namespaces" "namespace" {
        short_names: &["ns"], namespaced: false, subresources: &["finalize", "status"], verbs: NO_COLLECTION,
        storage_hash: "Q3oi5N2YM8M="
    };
    NODE = "" "v1" Node "nodes" "node" {
        short_names: &["no"], namespaced: false, subresources: &["proxy", "status"], storage_hash: "XwShjMxG9Fs="
    };
    POD = "" "v1" Pod "pods" "pod" {
        short_names: &["po"], categories: ALL, counts_generation: true,
        subresources: &["attach", "binding", "ephemeralcontainers", "eviction", "exec", "log", "portforward", "proxy", "resize", "status"],
        storage_hash: "xPOwRZ+Yhw8="
    };
    EVENT = "" "v1" Event "events" "event" {
        also: &[Served::in_every_release("events.k8s.io", "v1"), Served::between("events.k8s.io", "v1beta1", 0, 25)], short_names: &["ev"], storage_hash: "r2yiGXH7wu8="
    };
    CONFIG_MAP = "" "v1" ConfigMap "configmaps" "configmap" { short_names: &["cm"], storage_hash: "qFsyl6wFWjQ=" };
    SECRET = "" "v1" Secret "secrets" "secret" { storage_hash: "S6u1pOWzb84=" };
    SERVICE_ACCOUNT = "" "v1" ServiceAccount "serviceaccounts" "serviceaccount" {
        short_names: &["sa"], subresources: &["token"], storage_hash: "pbx9ZvyFpBE="
    };
    SERVICE = "" "v1" Service "services" "service" {
        short_names: &["svc"], categories: ALL, subresources: &["proxy", "status"], storage_hash: "0/CO1lhkEBI="
    };
    ENDPOINTS = "" "v1" Endpoints "endpoints" "endpoints" { short_names: &["ep"], storage_hash: "fWeeMqaN/OA=" };
    PERSISTENT_VOLUME = "" "v1" PersistentVolume "persistentvolumes" "persistentvolume" {
        short_names: &["pv"], namespaced: false, subresources: &["status"], storage_hash: "HN/zwEC+JgM="
    };
    PERSISTENT_VOLUME_CLAIM = "" "v1" PersistentVolumeClaim "persistentvolumeclaims" "persistentvolumeclaim" {
        short_names: &["pvc"], subresources: &["status"], storage_hash: "QWTyNDq0dC4="
    };
    POD_TEMPLATE = "" "v1" PodTemplate "podtemplates" "podtemplate" {
        counts_generation: true, storage_hash: "LIXB2x4IFpk="
    };
    REPLICATION_CONTROLLER = "" "v1" ReplicationController "replicationcontrollers" "replicationcontroller" {
        short_names: &["rc"], categories: ALL, counts_generation: true, subresources: &["scale", "status"],
        storage_hash: "Jond2If31h0="
    };
    LIMIT_RANGE = "" "v1" LimitRange "limitranges" "limitrange" {
        short_names: &["limits"], storage_hash: "EBKMFVe6cwo="
    };
    RESOURCE_QUOTA = "" "v1" ResourceQuota "resourcequotas" "resourcequota" {
        short_names: &["quota"], subresources: &["status"], storage_hash: "8uhSgffRX6w="
    };
    BINDING = "" "v1" Binding "bindings" "binding" { verbs: CREATE };
    COMPONENT_STATUS = "" "v1" ComponentStatus "componentstatuses" "componentstatus" {
        short_names: &["cs"], namespaced: false, verbs: READ
    };
    LEASE = "coordination.k8s.io" "v1" Lease "leases" "lease" { also: &[Served::between("coordination.k8s.io", "v1beta1", 0, 22)], storage_hash: "gqkMMb/YqFM=" };
    DAEMON_SET = "apps" "v1" DaemonSet "daemonsets" "daemonset" {
        short_names: &["ds"], categories: ALL, counts_generation: true, subresources: &["status"],
        storage_hash: "dd7pWHUlMKQ="
    };
    CONTROLLER_REVISION = "apps" "v1" ControllerRevision "controllerrevisions" "controllerrevision" {
        storage_hash: "85nkx63pcBU="
    };
    DEPLOYMENT = "apps" "v1" Deployment "deployments" "deployment" {
        short_names: &["deploy"], categories: ALL, counts_generation: true, subresources: &["scale", "status"],
        storage_hash: "8aSe+NMegvE="
    };
    REPLICA_SET = "apps" "v1" ReplicaSet "replicasets" "replicaset" {
        short_names: &["rs"], categories: ALL, counts_generation: true, subresources: &["scale", "status"],
        storage_hash: "P1RzHs8/mWQ="
    };
    STATEFUL_SET = "apps" "v1" StatefulSet "statefulsets" "statefulset" {
        short_names: &["sts"], categories: ALL, counts_generation: true, subresources: &["scale", "status"],
        storage_hash: "H+vl74LkKdo="
    };
    JOB = "batch" "v1" Job "jobs" "job" {
        categories: ALL, counts_generation: true, subresources: &["status"], storage_hash: "mudhfqk/qZY="
    };
    CRON_JOB = "batch" "v1" CronJob "cronjobs" "cronjob" { also: &[Served::between("batch", "v1beta1", 0, 25)], since: 21,
        short_names: &["cj"], categories: ALL, counts_generation: true, subresources: &["status"],
        storage_hash: "sd5LIXh4Fjs="
    };
    PRIORITY_CLASS = "scheduling.k8s.io" "v1" PriorityClass "priorityclasses" "priorityclass" { also: &[Served::between("scheduling.k8s.io", "v1beta1", 0, 22)],
        short_names: &["pc"], namespaced: false, counts_generation: true, storage_hash: "1QwjyaZjj3Y="
    };
    HORIZONTAL_POD_AUTOSCALER = "autoscaling" "v2" HorizontalPodAutoscaler "horizontalpodautoscalers" "horizontalpodautoscaler" {
        since: 23, also: &[Served::in_every_release("autoscaling", "v1"), Served::between("autoscaling", "v2beta2", 0, 26), Served::between("autoscaling", "v2beta1", 0, 25)], short_names: &["hpa"], categories: ALL,
        subresources: &["status"], storage_hash: "qwQve8ut294="
    };
    POD_DISRUPTION_BUDGET = "policy" "v1" PodDisruptionBudget "poddisruptionbudgets" "poddisruptionbudget" { also: &[Served::between("policy", "v1beta1", 0, 25)],
        since: 21, short_names: &["pdb"], counts_generation: true, subresources: &["status"],
        storage_hash: "EVWiDmWqyJw="
    };
    INGRESS = "networking.k8s.io" "v1" Ingress "ingresses" "ingress" { also: &[Served::between("networking.k8s.io", "v1beta1", 0, 22), Served::between("extensions", "v1beta1", 0, 22)],
        short_names: &["ing"], counts_generation: true, subresources: &["status"], storage_hash: "39NQlfNR+bo="
    };
    INGRESS_CLASS = "networking.k8s.io" "v1" IngressClass "ingressclasses" "ingressclass" { also: &[Served::between("networking.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, counts_generation: true, storage_hash: "l/iqIbDgFyQ="
    };
    NETWORK_POLICY = "networking.k8s.io" "v1" NetworkPolicy "networkpolicies" "networkpolicy" {
        short_names: &["netpol"], counts_generation: true, storage_hash: "YpfwF18m1G8="
    };
    IP_ADDRESS = "networking.k8s.io" "v1" IPAddress "ipaddresses" "ipaddress" {
        since: 33, short_names: &["ip"], namespaced: false, storage_hash: "3f/plJFChNE="
    };
    SERVICE_CIDR = "networking.k8s.io" "v1" ServiceCIDR "servicecidrs" "servicecidr" {
        since: 33, namespaced: false, subresources: &["status"], storage_hash: "gNLvruQhW2g="
    };
    ENDPOINT_SLICE = "discovery.k8s.io" "v1" EndpointSlice "endpointslices" "endpointslice" { also: &[Served::between("discovery.k8s.io", "v1beta1", 0, 25)],
        since: 21, counts_generation: true, storage_hash: "qgS0xkrxYAI="
    };
    ROLE = "rbac.authorization.k8s.io" "v1" Role "roles" "role" { also: &[Served::between("rbac.authorization.k8s.io", "v1beta1", 0, 22)], storage_hash: "7FuwZcIIItM=" };
    ROLE_BINDING = "rbac.authorization.k8s.io" "v1" RoleBinding "rolebindings" "rolebinding" { also: &[Served::between("rbac.authorization.k8s.io", "v1beta1", 0, 22)],
        storage_hash: "eGsCzGH6b1g="
    };
    CLUSTER_ROLE = "rbac.authorization.k8s.io" "v1" ClusterRole "clusterroles" "clusterrole" { also: &[Served::between("rbac.authorization.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, storage_hash: "bYE5ZWDrJ44="
    };
    CLUSTER_ROLE_BINDING = "rbac.authorization.k8s.io" "v1" ClusterRoleBinding "clusterrolebindings" "clusterrolebinding" { also: &[Served::between("rbac.authorization.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, storage_hash: "48tpQ8gZHFc="
    };
    STORAGE_CLASS = "storage.k8s.io" "v1" StorageClass "storageclasses" "storageclass" { also: &[Served::between("storage.k8s.io", "v1beta1", 0, 22)],
        short_names: &["sc"], namespaced: false, storage_hash: "K+m6uJwbjGY="
    };
    VOLUME_ATTACHMENT = "storage.k8s.io" "v1" VolumeAttachment "volumeattachments" "volumeattachment" { also: &[Served::between("storage.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, subresources: &["status"], storage_hash: "tJx/ezt6UDU="
    };
    VOLUME_ATTRIBUTES_CLASS = "storage.k8s.io" "v1" VolumeAttributesClass "volumeattributesclasses" "volumeattributesclass" {
        since: 34, short_names: &["vac"], namespaced: false, storage_hash: "tIjydgKBC5w="
    };
    CSI_DRIVER = "storage.k8s.io" "v1" CSIDriver "csidrivers" "csidriver" { also: &[Served::between("storage.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, storage_hash: "hL6j/rwBV5w="
    };
    CSI_NODE = "storage.k8s.io" "v1" CSINode "csinodes" "csinode" { also: &[Served::between("storage.k8s.io", "v1beta1", 0, 22)], namespaced: false, storage_hash: "Pe62DkZtjuo=" };
    CSI_STORAGE_CAPACITY = "storage.k8s.io" "v1" CSIStorageCapacity "csistoragecapacities" "csistoragecapacity" { also: &[Served::between("storage.k8s.io", "v1beta1", 21, 27)],
        since: 24, storage_hash: "xeVl+2Ly1kE="
    };
    MUTATING_WEBHOOK_CONFIGURATION = "admissionregistration.k8s.io" "v1" MutatingWebhookConfiguration "mutatingwebhookconfigurations" "mutatingwebhookconfiguration" { also: &[Served::between("admissionregistration.k8s.io", "v1beta1", 0, 22)],
        categories: API_EXTENSIONS, namespaced: false, counts_generation: true, storage_hash: "Sqi0GUgDaX0="
    };
    VALIDATING_WEBHOOK_CONFIGURATION = "admissionregistration.k8s.io" "v1" ValidatingWebhookConfiguration "validatingwebhookconfigurations" "validatingwebhookconfiguration" { also: &[Served::between("admissionregistration.k8s.io", "v1beta1", 0, 22)],
        categories: API_EXTENSIONS, namespaced: false, counts_generation: true, storage_hash: "B0wHjQmsGNk="
    };
    MUTATING_ADMISSION_POLICY = "admissionregistration.k8s.io" "v1" MutatingAdmissionPolicy "mutatingadmissionpolicies" "mutatingadmissionpolicy" {
        since: 36, categories: API_EXTENSIONS, namespaced: false, counts_generation: true,
        storage_hash: "mHCkTKpUTrE="
    };
    MUTATING_ADMISSION_POLICY_BINDING = "admissionregistration.k8s.io" "v1" MutatingAdmissionPolicyBinding "mutatingadmissionpolicybindings" "mutatingadmissionpolicybinding" {
        since: 36, categories: API_EXTENSIONS, namespaced: false, counts_generation: true,
        storage_hash: "ZKgZT1uTmZ0="
    };
    VALIDATING_ADMISSION_POLICY = "admissionregistration.k8s.io" "v1" ValidatingAdmissionPolicy "validatingadmissionpolicies" "validatingadmissionpolicy" {
        since: 30, categories: API_EXTENSIONS, namespaced: false, counts_generation: true, subresources: &["status"],
        storage_hash: "6OxvlMmQ6is="
    };
    VALIDATING_ADMISSION_POLICY_BINDING = "admissionregistration.k8s.io" "v1" ValidatingAdmissionPolicyBinding "validatingadmissionpolicybindings" "validatingadmissionpolicybinding" {
        since: 30, categories: API_EXTENSIONS, namespaced: false, counts_generation: true,
        storage_hash: "v9715VZqakg="
    };
    CUSTOM_RESOURCE_DEFINITION = "apiextensions.k8s.io" "v1" CustomResourceDefinition "customresourcedefinitions" "customresourcedefinition" { also: &[Served::between("apiextensions.k8s.io", "v1beta1", 0, 22)],
        short_names: &["crd", "crds"], categories: API_EXTENSIONS, namespaced: false, counts_generation: true,
        subresources: &["status"], storage_hash: "M5uH+AlWATY="
    };
    API_SERVICE = "apiregistration.k8s.io" "v1" APIService "apiservices" "apiservice" { also: &[Served::between("apiregistration.k8s.io", "v1beta1", 0, 22)],
        categories: API_EXTENSIONS, namespaced: false, subresources: &["status"], storage_hash: "InPBPD7+PqM="
    };
    TOKEN_REVIEW = "authentication.k8s.io" "v1" TokenReview "tokenreviews" "tokenreview" { also: &[Served::between("authentication.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, verbs: CREATE
    };
    SELF_SUBJECT_REVIEW = "authentication.k8s.io" "v1" SelfSubjectReview "selfsubjectreviews" "selfsubjectreview" {
        since: 28, namespaced: false, verbs: CREATE
    };
    SUBJECT_ACCESS_REVIEW = "authorization.k8s.io" "v1" SubjectAccessReview "subjectaccessreviews" "subjectaccessreview" { also: &[Served::between("authorization.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, verbs: CREATE
    };
    SELF_SUBJECT_ACCESS_REVIEW = "authorization.k8s.io" "v1" SelfSubjectAccessReview "selfsubjectaccessreviews" "selfsubjectaccessreview" { also: &[Served::between("authorization.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, verbs: CREATE
    };
    SELF_SUBJECT_RULES_REVIEW = "authorization.k8s.io" "v1" SelfSubjectRulesReview "selfsubjectrulesreviews" "selfsubjectrulesreview" { also: &[Served::between("authorization.k8s.io", "v1beta1", 0, 22)],
        namespaced: false, verbs: CREATE
    };
    LOCAL_SUBJECT_ACCESS_REVIEW = "authorization.k8s.io" "v1" LocalSubjectAccessReview "localsubjectaccessreviews" "localsubjectaccessreview" { also: &[Served::between("authorization.k8s.io", "v1beta1", 0, 22)],
        verbs: CREATE
    };
    CERTIFICATE_SIGNING_REQUEST = "certificates.k8s.io" "v1" CertificateSigningRequest "certificatesigningrequests" "certificatesigningrequest" { also: &[Served::between("certificates.k8s.io", "v1beta1", 0, 22)],
        short_names: &["csr"], namespaced: false, subresources: &["approval", "status"], storage_hash: "95fRKMXA+00="
    };
    RUNTIME_CLASS = "node.k8s.io" "v1" RuntimeClass "runtimeclasses" "runtimeclass" { also: &[Served::between("node.k8s.io", "v1beta1", 0, 25)],
        namespaced: false, storage_hash: "WQTu1GL3T2Q="
    };
    FLOW_SCHEMA = "flowcontrol.apiserver.k8s.io" "v1" FlowSchema "flowschemas" "flowschema" { also: &[Served::between("flowcontrol.apiserver.k8s.io", "v1beta3", 26, 32), Served::between("flowcontrol.apiserver.k8s.io", "v1beta2", 23, 29), Served::between("flowcontrol.apiserver.k8s.io", "v1beta1", 20, 26)],
        since: 29, namespaced: false, counts_generation: true, subresources: &["status"], storage_hash: "GJVAJZSZBIw="
    };
    PRIORITY_LEVEL_CONFIGURATION = "flowcontrol.apiserver.k8s.io" "v1" PriorityLevelConfiguration "prioritylevelconfigurations" "prioritylevelconfiguration" { also: &[Served::between("flowcontrol.apiserver.k8s.io", "v1beta3", 26, 32), Served::between("flowcontrol.apiserver.k8s.io", "v1beta2", 23, 29), Served::between("flowcontrol.apiserver.k8s.io", "v1beta1", 20, 26)],
        since: 29, namespaced: false, counts_generation: true, subresources: &["status"], storage_hash: "Kir5PVfvNeI="
    };
    DEVICE_CLASS = "resource.k8s.io" "v1" DeviceClass "deviceclasses" "deviceclass" {
        since: 34, namespaced: false, counts_generation: true, storage_hash: "Yk2PTc1Ybxk="
    };
    RESOURCE_CLAIM = "resource.k8s.io" "v1" ResourceClaim "resourceclaims" "resourceclaim" {
        since: 34, subresources: &["status"], storage_hash: "wgAZaHcZxUg="
    };
    RESOURCE_CLAIM_TEMPLATE = "resource.k8s.io" "v1" ResourceClaimTemplate "resourceclaimtemplates" "resourceclaimtemplate" {
        since: 34, storage_hash: "TuzjC49aUfM="
    };
    RESOURCE_SLICE = "resource.k8s.io" "v1" ResourceSlice "resourceslices" "resourceslice" {
        since: 34, namespaced: false, counts_generation: true, storage_hash: "KsC072WgaEY="
    };
    POD_SECURITY_POLICY = "policy" "v1beta1" PodSecurityPolicy "podsecuritypolicies" "podsecuritypolicy" {
        until: 25, short_names: &["psp"], namespaced: false, storage_hash: "khBLobUXkqA="
    };
}
