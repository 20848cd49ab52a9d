//! What the Go types of `k8s.io/api/*/types.go` say beyond their OpenAPI schemas: `patchStrategy` and `patchMergeKey` tags,
//! named string types, and which fields `omitempty` leaves out at zero.

/// How a strategic merge patch treats a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Merge {
    /// The key that elements of a list are matched by; lists without one are merged as sets or replaced.
    pub key: Option<&'static str>,
    /// `patchStrategy: merge`.
    pub merges: bool,
    /// `patchStrategy: retainKeys`.
    pub retains_keys: bool,
}

const fn by(key: &'static str) -> Merge {
    Merge { key: Some(key), merges: true, retains_keys: false }
}

const SET: Merge = Merge { key: None, merges: true, retains_keys: false };
const RETAIN_KEYS: Merge = Merge { key: None, merges: false, retains_keys: true };

/// The patch tags of a struct's field.
pub(super) fn merge(owner: &str, field: &str) -> Merge {
    match (owner, field) {
        ("PodSpec", "volumes") => Merge { key: Some("name"), merges: true, retains_keys: true },
        (
            "PodSpec",
            "containers" | "initContainers" | "ephemeralContainers" | "imagePullSecrets" | "resourceClaims",
        ) => by("name"),
        ("PodSpec", "hostAliases") => by("ip"),
        ("PodSpec", "topologySpreadConstraints") => by("topologyKey"),
        ("PodSpec", "schedulingGates") => by("name"),
        ("Container" | "EphemeralContainer", "ports") => by("containerPort"),
        ("Container" | "EphemeralContainer", "env") => by("name"),
        ("Container" | "EphemeralContainer", "volumeMounts") => by("mountPath"),
        ("Container" | "EphemeralContainer", "volumeDevices") => by("devicePath"),
        ("PodStatus", "conditions") => by("type"),
        ("PodStatus", "podIPs" | "hostIPs") => by("ip"),
        ("PodStatus", "resourceClaimStatuses") => Merge { key: Some("name"), merges: true, retains_keys: true },
        ("ContainerStatus", "volumeMounts") => by("mountPath"),
        ("NodeStatus" | "NamespaceStatus" | "DaemonSetStatus" | "JobStatus", "conditions") => by("type"),
        ("NodeStatus", "addresses") => by("type"),
        ("NodeSpec", "podCIDRs") => SET,
        ("ServiceAccount", "secrets" | "imagePullSecrets") => by("name"),
        ("ObjectMeta", "ownerReferences") => by("uid"),
        ("ObjectMeta", "finalizers") => SET,
        ("DeploymentSpec", "strategy") => RETAIN_KEYS,
        _ => Merge::default(),
    }
}

/// The Go name of a field's type where it is a named string or number.
pub(super) fn go_type(owner: &str, field: &str) -> Option<&'static str> {
    Some(match (owner, field) {
        ("ObjectMeta" | "OwnerReference" | "ObjectReference", "uid") => "types.UID",
        ("Container" | "EphemeralContainer", "imagePullPolicy") => "v1.PullPolicy",
        ("Container" | "EphemeralContainer", "terminationMessagePolicy") => "v1.TerminationMessagePolicy",
        ("Container" | "EphemeralContainer", "restartPolicy") => "v1.ContainerRestartPolicy",
        ("ContainerPort", "protocol") => "v1.Protocol",
        ("PodSpec", "restartPolicy") => "v1.RestartPolicy",
        ("PodSpec", "dnsPolicy") => "v1.DNSPolicy",
        ("PodSpec", "preemptionPolicy") | ("PriorityClass", "preemptionPolicy") => "v1.PreemptionPolicy",
        ("PodStatus", "phase") => "v1.PodPhase",
        ("PodStatus", "qosClass") => "v1.PodQOSClass",
        ("PodCondition", "type") => "v1.PodConditionType",
        ("PodCondition" | "NodeCondition" | "JobCondition" | "DaemonSetCondition" | "NamespaceCondition", "status") => {
            "v1.ConditionStatus"
        }
        ("NodeCondition", "type") => "v1.NodeConditionType",
        ("JobCondition", "type") => "v1.JobConditionType",
        ("Toleration", "operator") => "v1.TolerationOperator",
        ("Toleration" | "Taint", "effect") => "v1.TaintEffect",
        ("NodeSelectorRequirement", "operator") => "v1.NodeSelectorOperator",
        ("LabelSelectorRequirement", "operator") => "v1.LabelSelectorOperator",
        ("HTTPGetAction", "scheme") => "v1.URIScheme",
        ("Secret", "type") => "v1.SecretType",
        ("JobSpec", "completionMode") => "v1.CompletionMode",
        ("JobSpec", "podReplacementPolicy") => "v1.PodReplacementPolicy",
        ("DaemonSetUpdateStrategy", "type") => "v1.DaemonSetUpdateStrategyType",
        ("TopologySpreadConstraint", "whenUnsatisfiable") => "v1.UnsatisfiableConstraintAction",
        ("EmptyDirVolumeSource", "medium") => "v1.StorageMedium",
        ("HostPathVolumeSource", "type") => "v1.HostPathType",
        ("NamespaceStatus", "phase") => "v1.NamespacePhase",
        _ => return None,
    })
}

/// Strings, lists and maps that Go points to, so that an empty one is not left out.
pub(super) fn is_pointer(owner: &str, field: &str) -> bool {
    matches!(
        (owner, field),
        ("PodSpec", "runtimeClassName" | "hostnameOverride" | "preemptionPolicy")
            | ("HostPathVolumeSource", "type")
            | ("PersistentVolumeClaimSpec", "storageClassName" | "volumeMode" | "volumeAttributesClassName")
            | ("JobSpec", "completionMode" | "podReplacementPolicy" | "managedBy")
            | ("PriorityClass", "preemptionPolicy")
            | ("JobStatus", "failedIndexes")
            | ("LeaseSpec", _)
            | ("HTTPGetAction", "host")
    )
}

/// Numbers, booleans and structs that `omitempty` leaves out at zero.
pub(super) fn omits_zero(owner: &str, field: &str) -> bool {
    matches!(
        (owner, field),
        ("DaemonSetSpec", "minReadySeconds")
            | (
                "DaemonSetStatus",
                "numberUnavailable" | "numberAvailable" | "updatedNumberScheduled" | "observedGeneration"
            )
            | ("JobStatus", "active" | "succeeded" | "failed")
            | ("ContainerPort", "hostPort")
            | (
                "Probe",
                "initialDelaySeconds" | "timeoutSeconds" | "periodSeconds" | "successThreshold" | "failureThreshold"
            )
            | ("PodStatus" | "PodCondition", "observedGeneration")
            | ("Event", "count")
            | ("PodSpec", "hostNetwork" | "hostPID" | "hostIPC")
            | ("Container" | "EphemeralContainer", "stdin" | "stdinOnce" | "tty")
            | ("VolumeMount" | "PersistentVolumeClaimVolumeSource" | "NFSVolumeSource", "readOnly")
            | ("NodeSpec", "unschedulable")
            | ("PriorityClass", "globalDefault")
    )
}
