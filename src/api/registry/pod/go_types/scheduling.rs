//! What tells the scheduler where a pod may go.

use super::super::go_form::Shape::{List, Number, Pointer, Selector, Struct, StructPointer, Structs, Text};
use super::super::go_form::Type;
use super::field;

static REQUIREMENT: Type =
    Type { fields: &[field("key", "Key", Text), field("operator", "Operator", Text), field("values", "Values", List)] };

/// `core.NodeSelectorTerm`.
pub(in crate::api::registry::pod) static TERM: Type = Type {
    fields: &[
        field("matchExpressions", "MatchExpressions", Structs(&REQUIREMENT)),
        field("matchFields", "MatchFields", Structs(&REQUIREMENT)),
    ],
};

/// `core.NodeSelector`.
pub static NODE_SELECTOR: Type = Type { fields: &[field("nodeSelectorTerms", "NodeSelectorTerms", Structs(&TERM))] };

static PREFERRED_TERM: Type =
    Type { fields: &[field("weight", "Weight", Number), field("preference", "Preference", Struct(&TERM))] };

static NODE_AFFINITY: Type = Type {
    fields: &[
        field(
            "requiredDuringSchedulingIgnoredDuringExecution",
            "RequiredDuringSchedulingIgnoredDuringExecution",
            StructPointer(&NODE_SELECTOR),
        ),
        field(
            "preferredDuringSchedulingIgnoredDuringExecution",
            "PreferredDuringSchedulingIgnoredDuringExecution",
            Structs(&PREFERRED_TERM),
        ),
    ],
};

static POD_TERM: Type = Type {
    fields: &[
        field("labelSelector", "LabelSelector", Selector),
        field("namespaces", "Namespaces", List),
        field("topologyKey", "TopologyKey", Text),
        field("namespaceSelector", "NamespaceSelector", Selector),
        field("matchLabelKeys", "MatchLabelKeys", List),
        field("mismatchLabelKeys", "MismatchLabelKeys", List),
    ],
};

static WEIGHTED_TERM: Type = Type {
    fields: &[field("weight", "Weight", Number), field("podAffinityTerm", "PodAffinityTerm", Struct(&POD_TERM))],
};

static POD_AFFINITY: Type = Type {
    fields: &[
        field(
            "requiredDuringSchedulingIgnoredDuringExecution",
            "RequiredDuringSchedulingIgnoredDuringExecution",
            Structs(&POD_TERM),
        ),
        field(
            "preferredDuringSchedulingIgnoredDuringExecution",
            "PreferredDuringSchedulingIgnoredDuringExecution",
            Structs(&WEIGHTED_TERM),
        ),
    ],
};

static POD_ANTI_AFFINITY: Type = Type {
    fields: &[
        field(
            "requiredDuringSchedulingIgnoredDuringExecution",
            "RequiredDuringSchedulingIgnoredDuringExecution",
            Structs(&POD_TERM),
        ),
        field(
            "preferredDuringSchedulingIgnoredDuringExecution",
            "PreferredDuringSchedulingIgnoredDuringExecution",
            Structs(&WEIGHTED_TERM),
        ),
    ],
};

/// `core.Affinity`.
pub(super) static AFFINITY: Type = Type {
    fields: &[
        field("nodeAffinity", "NodeAffinity", StructPointer(&NODE_AFFINITY)),
        field("podAffinity", "PodAffinity", StructPointer(&POD_AFFINITY)),
        field("podAntiAffinity", "PodAntiAffinity", StructPointer(&POD_ANTI_AFFINITY)),
    ],
};

/// `core.Toleration`.
pub static TOLERATION: Type = Type {
    fields: &[
        field("key", "Key", Text),
        field("operator", "Operator", Text),
        field("value", "Value", Text),
        field("effect", "Effect", Text),
        field("tolerationSeconds", "TolerationSeconds", Pointer),
    ],
};

/// `core.TopologySpreadConstraint`.
pub(super) static SPREAD: Type = Type {
    fields: &[
        field("maxSkew", "MaxSkew", Number),
        field("topologyKey", "TopologyKey", Text),
        field("whenUnsatisfiable", "WhenUnsatisfiable", Text),
        field("labelSelector", "LabelSelector", Selector),
        field("minDomains", "MinDomains", Pointer),
        field("nodeAffinityPolicy", "NodeAffinityPolicy", Pointer),
        field("nodeTaintsPolicy", "NodeTaintsPolicy", Pointer),
        field("matchLabelKeys", "MatchLabelKeys", List),
    ],
};
