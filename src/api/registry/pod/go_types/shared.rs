//! Parts that containers and pods, or containers and volumes, both have.

use super::super::go_form::Shape::{Map, Pointer, Quantity, Structs, Text};
use super::super::go_form::Type;
use super::field;

/// `core.ObjectFieldSelector`.
pub(super) static OBJECT_FIELD: Type =
    Type { fields: &[field("apiVersion", "APIVersion", Text), field("fieldPath", "FieldPath", Text)] };

/// `core.ResourceFieldSelector`.
pub(super) static RESOURCE_FIELD: Type = Type {
    fields: &[
        field("containerName", "ContainerName", Text),
        field("resource", "Resource", Text),
        field("divisor", "Divisor", Quantity),
    ],
};

static CLAIM: Type = Type { fields: &[field("name", "Name", Text), field("request", "Request", Text)] };

/// `core.ResourceRequirements`.
pub(super) static RESOURCES: Type = Type {
    fields: &[
        field("limits", "Limits", Map),
        field("requests", "Requests", Map),
        field("claims", "Claims", Structs(&CLAIM)),
    ],
};

/// `core.SELinuxOptions`.
pub(super) static SE_LINUX: Type = Type {
    fields: &[
        field("user", "User", Text),
        field("role", "Role", Text),
        field("type", "Type", Text),
        field("level", "Level", Text),
    ],
};

/// `core.WindowsSecurityContextOptions`.
pub(super) static WINDOWS: Type = Type {
    fields: &[
        field("gmsaCredentialSpecName", "GMSACredentialSpecName", Pointer),
        field("gmsaCredentialSpec", "GMSACredentialSpec", Pointer),
        field("runAsUserName", "RunAsUserName", Pointer),
        field("hostProcess", "HostProcess", Pointer),
    ],
};

/// `core.SeccompProfile`.
pub(in crate::api::registry::pod) static SECCOMP: Type =
    Type { fields: &[field("type", "Type", Text), field("localhostProfile", "LocalhostProfile", Pointer)] };

/// `core.AppArmorProfile`.
pub(super) static APP_ARMOR: Type =
    Type { fields: &[field("type", "Type", Text), field("localhostProfile", "LocalhostProfile", Pointer)] };
