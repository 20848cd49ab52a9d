//! The fields of pod specs and containers in the server's own types (`pkg/apis/core/types.go`).

use crate::api::field::quote;
use crate::object::Value;

/// How a value of a field is written in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A string.
    Text,
    /// A boolean.
    Flag,
    /// A pointer to anything but a struct that is compared field by field.
    Pointer,
    /// A struct.
    Struct,
    /// A list.
    List,
    /// A list of containers.
    Containers,
    /// One of them.
    Container,
    /// A map from string to string.
    TextMap,
    /// A map of another type.
    Map,
    /// The security context of a pod.
    SecurityContext,
}

impl Shape {
    /// The value on one line.
    pub(super) fn show(self, value: &Value) -> String {
        match self {
            Shape::Text if value.is_null() => "\"\"".to_owned(),
            Shape::Flag if value.is_null() => "false".to_owned(),
            Shape::Struct if value.is_null() => "{}".to_owned(),
            _ if value.is_null() => "nil".to_owned(),
            Shape::Pointer | Shape::SecurityContext => format!("&{}", show(value)),
            _ => show(value),
        }
    }

    /// The value on one line, with its type where upstream names it.
    pub(super) fn show_typed(self, value: &Value) -> String {
        match self {
            Shape::TextMap if !value.is_null() => format!("map[string]string{}", show(value)),
            Shape::Containers if !value.is_null() => format!("[]core.Container{}", show(value)),
            Shape::SecurityContext if !value.is_null() => format!("&core.PodSecurityContext{}", show(value)),
            _ => self.show(value),
        }
    }
}

/// A value without its type: structs by the names of their fields, without those that are empty.
fn show(value: &Value) -> String {
    match value {
        Value::Null => "nil".to_owned(),
        Value::Str(text) => quote(text),
        Value::List(items) => format!("{{{}}}", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Value::Map(map) => {
            let entries = map.iter().filter(|(_, value)| !value.is_empty());
            let entry = |(key, value): (&crate::object::Str, &Value)| format!("{}: {}", name_in_go(key), show(value));
            format!("{{{}}}", entries.map(entry).collect::<Vec<_>>().join(", "))
        }
        other => other.to_json(),
    }
}

/// A key as Go has it: the name of a field, or in quotes if it is the key of a map.
fn name_in_go(key: &str) -> String {
    if key.bytes().all(|it| it.is_ascii_alphanumeric()) && key.starts_with(|it: char| it.is_ascii_lowercase()) {
        let mut letters = key.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(letters).collect()
    } else {
        quote(key)
    }
}

/// A field of a struct.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    /// Its name in JSON.
    pub(super) json: &'static str,
    /// Its name in Go.
    pub(super) name: &'static str,
    /// How its value is written.
    pub(super) shape: Shape,
}

const fn field(json: &'static str, name: &'static str, shape: Shape) -> Field {
    Field { json, name, shape }
}

/// The fields of a pod spec that the server keeps in the security context.
pub(super) const HOST_FIELDS: [&str; 5] = ["hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace", "hostUsers"];

/// `core.PodSpec`.
pub(super) const POD_SPEC: &[Field] = &[
    field("volumes", "Volumes", Shape::List),
    field("initContainers", "InitContainers", Shape::Containers),
    field("containers", "Containers", Shape::Containers),
    field("ephemeralContainers", "EphemeralContainers", Shape::List),
    field("restartPolicy", "RestartPolicy", Shape::Text),
    field("terminationGracePeriodSeconds", "TerminationGracePeriodSeconds", Shape::Pointer),
    field("activeDeadlineSeconds", "ActiveDeadlineSeconds", Shape::Pointer),
    field("dnsPolicy", "DNSPolicy", Shape::Text),
    field("nodeSelector", "NodeSelector", Shape::TextMap),
    field("serviceAccountName", "ServiceAccountName", Shape::Text),
    field("automountServiceAccountToken", "AutomountServiceAccountToken", Shape::Pointer),
    field("nodeName", "NodeName", Shape::Text),
    field("securityContext", "SecurityContext", Shape::SecurityContext),
    field("imagePullSecrets", "ImagePullSecrets", Shape::List),
    field("hostname", "Hostname", Shape::Text),
    field("subdomain", "Subdomain", Shape::Text),
    field("setHostnameAsFQDN", "SetHostnameAsFQDN", Shape::Pointer),
    field("affinity", "Affinity", Shape::Pointer),
    field("schedulerName", "SchedulerName", Shape::Text),
    field("tolerations", "Tolerations", Shape::List),
    field("hostAliases", "HostAliases", Shape::List),
    field("priorityClassName", "PriorityClassName", Shape::Text),
    field("priority", "Priority", Shape::Pointer),
    field("preemptionPolicy", "PreemptionPolicy", Shape::Pointer),
    field("dnsConfig", "DNSConfig", Shape::Pointer),
    field("readinessGates", "ReadinessGates", Shape::List),
    field("runtimeClassName", "RuntimeClassName", Shape::Pointer),
    field("overhead", "Overhead", Shape::Map),
    field("enableServiceLinks", "EnableServiceLinks", Shape::Pointer),
    field("topologySpreadConstraints", "TopologySpreadConstraints", Shape::List),
    field("os", "OS", Shape::Pointer),
    field("schedulingGates", "SchedulingGates", Shape::List),
    field("resourceClaims", "ResourceClaims", Shape::List),
    field("resources", "Resources", Shape::Pointer),
    field("hostnameOverride", "HostnameOverride", Shape::Pointer),
];

/// `core.PodSecurityContext`.
pub(super) const SECURITY_CONTEXT: &[Field] = &[
    field("hostNetwork", "HostNetwork", Shape::Flag),
    field("hostPID", "HostPID", Shape::Flag),
    field("hostIPC", "HostIPC", Shape::Flag),
    field("shareProcessNamespace", "ShareProcessNamespace", Shape::Pointer),
    field("hostUsers", "HostUsers", Shape::Pointer),
    field("seLinuxOptions", "SELinuxOptions", Shape::Pointer),
    field("windowsOptions", "WindowsOptions", Shape::Pointer),
    field("runAsUser", "RunAsUser", Shape::Pointer),
    field("runAsGroup", "RunAsGroup", Shape::Pointer),
    field("runAsNonRoot", "RunAsNonRoot", Shape::Pointer),
    field("supplementalGroups", "SupplementalGroups", Shape::List),
    field("supplementalGroupsPolicy", "SupplementalGroupsPolicy", Shape::Pointer),
    field("fsGroup", "FSGroup", Shape::Pointer),
    field("fsGroupChangePolicy", "FSGroupChangePolicy", Shape::Pointer),
    field("sysctls", "Sysctls", Shape::List),
    field("seccompProfile", "SeccompProfile", Shape::Pointer),
    field("appArmorProfile", "AppArmorProfile", Shape::Pointer),
    field("seLinuxChangePolicy", "SELinuxChangePolicy", Shape::Pointer),
];

macro_rules! container_fields {
    ($($more:expr),*) => {
        &[
            field("name", "Name", Shape::Text),
            field("image", "Image", Shape::Text),
            field("command", "Command", Shape::List),
            field("args", "Args", Shape::List),
            field("workingDir", "WorkingDir", Shape::Text),
            field("ports", "Ports", Shape::List),
            field("envFrom", "EnvFrom", Shape::List),
            field("env", "Env", Shape::List),
            field("resources", "Resources", Shape::Struct),
            field("resizePolicy", "ResizePolicy", Shape::List),
            field("restartPolicy", "RestartPolicy", Shape::Pointer),
            field("restartPolicyRules", "RestartPolicyRules", Shape::List),
            field("volumeMounts", "VolumeMounts", Shape::List),
            field("volumeDevices", "VolumeDevices", Shape::List),
            field("livenessProbe", "LivenessProbe", Shape::Pointer),
            field("readinessProbe", "ReadinessProbe", Shape::Pointer),
            field("startupProbe", "StartupProbe", Shape::Pointer),
            field("lifecycle", "Lifecycle", Shape::Pointer),
            field("terminationMessagePath", "TerminationMessagePath", Shape::Text),
            field("terminationMessagePolicy", "TerminationMessagePolicy", Shape::Text),
            field("imagePullPolicy", "ImagePullPolicy", Shape::Text),
            field("securityContext", "SecurityContext", Shape::Pointer),
            field("stdin", "Stdin", Shape::Flag),
            field("stdinOnce", "StdinOnce", Shape::Flag),
            field("tty", "TTY", Shape::Flag),
            $($more),*
        ]
    };
}

/// `core.Container`.
pub(super) const CONTAINER: &[Field] = container_fields!();

/// `core.EphemeralContainer`.
pub(super) const EPHEMERAL_CONTAINER: &[Field] =
    container_fields!(field("targetContainerName", "TargetContainerName", Shape::Text));
