//! Containers.

use super::super::go_form::Shape::{Flag, List, Number, Pointer, Struct, StructPointer, Structs, Text};
use super::super::go_form::Type;
use super::field;
use super::shared::{APP_ARMOR, OBJECT_FIELD, RESOURCE_FIELD, RESOURCES, SE_LINUX, SECCOMP, WINDOWS};

static KEY: Type =
    Type { fields: &[field("name", "Name", Text), field("key", "Key", Text), field("optional", "Optional", Pointer)] };

static SECRET_KEY: Type =
    Type { fields: &[field("name", "Name", Text), field("key", "Key", Text), field("optional", "Optional", Pointer)] };

static FILE_KEY: Type = Type {
    fields: &[
        field("volumeName", "VolumeName", Text),
        field("path", "Path", Text),
        field("key", "Key", Text),
        field("optional", "Optional", Pointer),
    ],
};

static ENV_SOURCE: Type = Type {
    fields: &[
        field("fieldRef", "FieldRef", StructPointer(&OBJECT_FIELD)),
        field("resourceFieldRef", "ResourceFieldRef", StructPointer(&RESOURCE_FIELD)),
        field("configMapKeyRef", "ConfigMapKeyRef", StructPointer(&KEY)),
        field("secretKeyRef", "SecretKeyRef", StructPointer(&SECRET_KEY)),
        field("fileKeyRef", "FileKeyRef", StructPointer(&FILE_KEY)),
    ],
};

static ENV: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("value", "Value", Text),
        field("valueFrom", "ValueFrom", StructPointer(&ENV_SOURCE)),
    ],
};

static ENV_CONFIG_MAP: Type = Type { fields: &[field("name", "Name", Text), field("optional", "Optional", Pointer)] };

static ENV_SECRET: Type = Type { fields: &[field("name", "Name", Text), field("optional", "Optional", Pointer)] };

static ENV_FROM: Type = Type {
    fields: &[
        field("prefix", "Prefix", Text),
        field("configMapRef", "ConfigMapRef", StructPointer(&ENV_CONFIG_MAP)),
        field("secretRef", "SecretRef", StructPointer(&ENV_SECRET)),
    ],
};

static PORT: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("hostPort", "HostPort", Number),
        field("containerPort", "ContainerPort", Number),
        field("protocol", "Protocol", Text),
        field("hostIP", "HostIP", Text),
    ],
};

static RESIZE_POLICY: Type =
    Type { fields: &[field("resourceName", "ResourceName", Text), field("restartPolicy", "RestartPolicy", Text)] };

static EXIT_CODES: Type = Type { fields: &[field("operator", "Operator", Text), field("values", "Values", List)] };

static RESTART_RULE: Type =
    Type { fields: &[field("action", "Action", Text), field("exitCodes", "ExitCodes", StructPointer(&EXIT_CODES))] };

static VOLUME_MOUNT: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("readOnly", "ReadOnly", Flag),
        field("recursiveReadOnly", "RecursiveReadOnly", Pointer),
        field("mountPath", "MountPath", Text),
        field("subPath", "SubPath", Text),
        field("mountPropagation", "MountPropagation", Pointer),
        field("subPathExpr", "SubPathExpr", Text),
    ],
};

static VOLUME_DEVICE: Type = Type { fields: &[field("name", "Name", Text), field("devicePath", "DevicePath", Text)] };

static EXEC: Type = Type { fields: &[field("command", "Command", List)] };

static HEADER: Type = Type { fields: &[field("name", "Name", Text), field("value", "Value", Text)] };

static HTTP_GET: Type = Type {
    fields: &[
        field("path", "Path", Text),
        field("port", "Port", Number),
        field("host", "Host", Text),
        field("scheme", "Scheme", Text),
        field("httpHeaders", "HTTPHeaders", Structs(&HEADER)),
    ],
};

static TCP_SOCKET: Type = Type { fields: &[field("port", "Port", Number), field("host", "Host", Text)] };

static GRPC: Type = Type { fields: &[field("port", "Port", Number), field("service", "Service", Pointer)] };

static SLEEP: Type = Type { fields: &[field("seconds", "Seconds", Number)] };

static PROBE: Type = Type {
    fields: &[
        field("exec", "Exec", StructPointer(&EXEC)),
        field("httpGet", "HTTPGet", StructPointer(&HTTP_GET)),
        field("tcpSocket", "TCPSocket", StructPointer(&TCP_SOCKET)),
        field("grpc", "GRPC", StructPointer(&GRPC)),
        field("initialDelaySeconds", "InitialDelaySeconds", Number),
        field("timeoutSeconds", "TimeoutSeconds", Number),
        field("periodSeconds", "PeriodSeconds", Number),
        field("successThreshold", "SuccessThreshold", Number),
        field("failureThreshold", "FailureThreshold", Number),
        field("terminationGracePeriodSeconds", "TerminationGracePeriodSeconds", Pointer),
    ],
};

static HOOK: Type = Type {
    fields: &[
        field("exec", "Exec", StructPointer(&EXEC)),
        field("httpGet", "HTTPGet", StructPointer(&HTTP_GET)),
        field("tcpSocket", "TCPSocket", StructPointer(&TCP_SOCKET)),
        field("sleep", "Sleep", StructPointer(&SLEEP)),
    ],
};

static LIFECYCLE: Type = Type {
    fields: &[
        field("postStart", "PostStart", StructPointer(&HOOK)),
        field("preStop", "PreStop", StructPointer(&HOOK)),
        field("stopSignal", "StopSignal", Pointer),
    ],
};

static CAPABILITIES: Type = Type { fields: &[field("add", "Add", List), field("drop", "Drop", List)] };

/// `core.SecurityContext`.
pub(in crate::api::registry::pod) static CONTAINER_SECURITY: Type = Type {
    fields: &[
        field("capabilities", "Capabilities", StructPointer(&CAPABILITIES)),
        field("privileged", "Privileged", Pointer),
        field("seLinuxOptions", "SELinuxOptions", StructPointer(&SE_LINUX)),
        field("windowsOptions", "WindowsOptions", StructPointer(&WINDOWS)),
        field("runAsUser", "RunAsUser", Pointer),
        field("runAsGroup", "RunAsGroup", Pointer),
        field("runAsNonRoot", "RunAsNonRoot", Pointer),
        field("readOnlyRootFilesystem", "ReadOnlyRootFilesystem", Pointer),
        field("allowPrivilegeEscalation", "AllowPrivilegeEscalation", Pointer),
        field("procMount", "ProcMount", Pointer),
        field("seccompProfile", "SeccompProfile", StructPointer(&SECCOMP)),
        field("appArmorProfile", "AppArmorProfile", StructPointer(&APP_ARMOR)),
    ],
};

/// `core.Container`.
pub(super) static CONTAINER: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("image", "Image", Text),
        field("command", "Command", List),
        field("args", "Args", List),
        field("workingDir", "WorkingDir", Text),
        field("ports", "Ports", Structs(&PORT)),
        field("envFrom", "EnvFrom", Structs(&ENV_FROM)),
        field("env", "Env", Structs(&ENV)),
        field("resources", "Resources", Struct(&RESOURCES)),
        field("resizePolicy", "ResizePolicy", Structs(&RESIZE_POLICY)),
        field("restartPolicy", "RestartPolicy", Pointer),
        field("restartPolicyRules", "RestartPolicyRules", Structs(&RESTART_RULE)),
        field("volumeMounts", "VolumeMounts", Structs(&VOLUME_MOUNT)),
        field("volumeDevices", "VolumeDevices", Structs(&VOLUME_DEVICE)),
        field("livenessProbe", "LivenessProbe", StructPointer(&PROBE)),
        field("readinessProbe", "ReadinessProbe", StructPointer(&PROBE)),
        field("startupProbe", "StartupProbe", StructPointer(&PROBE)),
        field("lifecycle", "Lifecycle", StructPointer(&LIFECYCLE)),
        field("terminationMessagePath", "TerminationMessagePath", Text),
        field("terminationMessagePolicy", "TerminationMessagePolicy", Text),
        field("imagePullPolicy", "ImagePullPolicy", Text),
        field("securityContext", "SecurityContext", StructPointer(&CONTAINER_SECURITY)),
        field("stdin", "Stdin", Flag),
        field("stdinOnce", "StdinOnce", Flag),
        field("tty", "TTY", Flag),
    ],
};

/// `core.EphemeralContainer`.
pub(in crate::api::registry::pod) static EPHEMERAL_CONTAINER: Type = Type {
    fields: &[
        field("name", "Name", Text),
        field("image", "Image", Text),
        field("command", "Command", List),
        field("args", "Args", List),
        field("workingDir", "WorkingDir", Text),
        field("ports", "Ports", Structs(&PORT)),
        field("envFrom", "EnvFrom", Structs(&ENV_FROM)),
        field("env", "Env", Structs(&ENV)),
        field("resources", "Resources", Struct(&RESOURCES)),
        field("resizePolicy", "ResizePolicy", Structs(&RESIZE_POLICY)),
        field("restartPolicy", "RestartPolicy", Pointer),
        field("restartPolicyRules", "RestartPolicyRules", Structs(&RESTART_RULE)),
        field("volumeMounts", "VolumeMounts", Structs(&VOLUME_MOUNT)),
        field("volumeDevices", "VolumeDevices", Structs(&VOLUME_DEVICE)),
        field("livenessProbe", "LivenessProbe", StructPointer(&PROBE)),
        field("readinessProbe", "ReadinessProbe", StructPointer(&PROBE)),
        field("startupProbe", "StartupProbe", StructPointer(&PROBE)),
        field("lifecycle", "Lifecycle", StructPointer(&LIFECYCLE)),
        field("terminationMessagePath", "TerminationMessagePath", Text),
        field("terminationMessagePolicy", "TerminationMessagePolicy", Text),
        field("imagePullPolicy", "ImagePullPolicy", Text),
        field("securityContext", "SecurityContext", StructPointer(&CONTAINER_SECURITY)),
        field("stdin", "Stdin", Flag),
        field("stdinOnce", "StdinOnce", Flag),
        field("tty", "TTY", Flag),
        field("targetContainerName", "TargetContainerName", Text),
    ],
};
