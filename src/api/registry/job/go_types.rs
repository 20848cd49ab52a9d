//! The parts of a Job that messages show, in the server's own types (`pkg/apis/batch/types.go`).

use crate::api::registry::pod::go_form::Shape::{List, Pointer, StructPointer, Structs, Text};
use crate::api::registry::pod::go_form::{Type, field};

static EXIT_CODES: Type = Type {
    fields: &[
        field("containerName", "ContainerName", Pointer),
        field("operator", "Operator", Text),
        field("values", "Values", List),
    ],
};

static CONDITION: Type = Type { fields: &[field("type", "Type", Text), field("status", "Status", Text)] };

static FAILURE_RULE: Type = Type {
    fields: &[
        field("action", "Action", Text),
        field("onExitCodes", "OnExitCodes", StructPointer(&EXIT_CODES)),
        field("onPodConditions", "OnPodConditions", Structs(&CONDITION)),
    ],
};

/// `batch.PodFailurePolicy`.
pub(super) static FAILURE_POLICY: Type = Type { fields: &[field("rules", "Rules", Structs(&FAILURE_RULE))] };

static SUCCESS_RULE: Type = Type {
    fields: &[
        field("succeededIndexes", "SucceededIndexes", Pointer),
        field("succeededCount", "SucceededCount", Pointer),
    ],
};

/// `batch.SuccessPolicy`.
pub(super) static SUCCESS_POLICY: Type = Type { fields: &[field("rules", "Rules", Structs(&SUCCESS_RULE))] };

/// `batch.UncountedTerminatedPods`.
pub(super) static UNCOUNTED: Type =
    Type { fields: &[field("succeeded", "Succeeded", List), field("failed", "Failed", List)] };
