//! The checks of pods and pod templates (`pkg/apis/core/validation/validation.go`).
//!
//! A valid pod is checked on every write, so the checks allocate only for what is wrong: paths are [`At`]s, which are
//! rendered by the error that names them. Metadata is checked by the registry, for every kind alike.

mod affinity;
mod annotations;
mod containers;
mod dns;
mod env;
mod ephemeral;
mod gated;
mod os;
mod probes;
mod projected;
mod resize;
mod resource_requirements;
mod security;
mod spec;
mod status_update;
mod template;
mod tolerations;
mod topology_spread;
mod update;
mod volume_mounts;
mod volumes;

use super::super::{format, resource_names, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Meta, Object, Value};

pub use affinity::validate_node_selector;
pub use ephemeral::validate_ephemeral_containers_update;
pub use resize::validate_pod_resize;
pub use resource_requirements::validate_overhead;
pub use spec::validate_pod_spec;
pub use status_update::validate_pod_status_update;
pub use template::{validate_pod_template, validate_template_metadata};
pub use tolerations::validate_tolerations;
pub use update::validate_pod_update;

const SPEC: At<'static> = At::new("spec");

/// Checks a new pod, all but its metadata.
pub fn validate_pod(pod: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    let spec = pod.spec();
    validate_spec(pod, &mut errors);
    let metadata = At::new("metadata");
    annotations::validate_specific(&pod.meta.annotations, spec, &metadata.child("annotations"), &mut errors);
    if !spec["ephemeralContainers"].items().is_empty() {
        errors.forbidden(&SPEC.child("ephemeralContainers"), "cannot be set on create");
    }
    let is_bound = !spec["nodeName"].str_or_empty().is_empty();
    if is_bound && !spec["schedulingGates"].items().is_empty() {
        errors.forbidden(&SPEC.child("nodeName"), "cannot be set until all schedulingGates have been cleared");
    }
    errors
}

/// Whether the annotations of a new pod that have a form have it: what [`validate_pod`] looks at besides the spec.
pub fn has_sound_annotations(pod: &Object) -> bool {
    let mut errors = ErrorList::new();
    let metadata = At::new("metadata");
    annotations::validate_specific(&pod.meta.annotations, pod.spec(), &metadata.child("annotations"), &mut errors);
    errors.is_empty()
}

/// What creations and updates check alike (`validatePodMetadataAndSpec`).
fn validate_spec(pod: &Object, errors: &mut ErrorList) {
    let spec = pod.spec();
    spec::validate_pod_spec(spec, Some(&pod.meta), &SPEC, errors);
    if spec["serviceAccountName"].str_or_empty().is_empty() {
        refuse_tokens(spec, errors);
    }
    containers::validate_images_of_pod(&spec["containers"], &SPEC.child("containers"), errors);
    containers::validate_images_of_pod(&spec["initContainers"], &SPEC.child("initContainers"), errors);
}

fn refuse_tokens(spec: &Value, errors: &mut ErrorList) {
    let volumes = SPEC.child("volumes");
    for (i, volume) in spec["volumes"].items().iter().enumerate() {
        for (j, source) in volume["projected"]["sources"].items().iter().enumerate() {
            if !source["serviceAccountToken"].is_null() {
                let volume = volumes.index(i);
                let projected = volume.child("projected");
                let sources = projected.child("sources");
                let source = sources.index(j);
                let detail = "must not be specified when serviceAccountName is not set";
                errors.forbidden(&source.child("serviceAccountToken"), detail);
            }
        }
    }
}

/// What the checks of a part of a pod spec know of the rest.
struct Context<'a> {
    /// The whole spec.
    spec: &'a Value,
    /// The metadata, when the spec is that of a pod and not of a template.
    pod: Option<&'a Meta>,
    /// The volumes that containers may mount: those without an error.
    volumes: Vec<&'a Value>,
}

impl<'a> Context<'a> {
    fn volume(&self, name: &str) -> Option<&'a Value> {
        self.volumes.iter().find(|it| it["name"].str_or_empty() == name).copied()
    }

    fn grace_seconds(&self) -> Option<i64> {
        self.spec["terminationGracePeriodSeconds"].as_i64()
    }

    fn has_host_users(&self) -> bool {
        self.spec["hostUsers"].as_bool() != Some(false)
    }

    fn claim_names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.spec["resourceClaims"].items().iter().map(|it| it["name"].str_or_empty()).filter(|it| !it.is_empty())
    }
}

/// Visits every container of a pod spec with its path: init containers, containers and ephemeral ones, in Go's order.
fn visit_containers(spec: &Value, at: &At<'_>, mut visit: impl FnMut(&Value, &At<'_>)) {
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let list_at = at.child(list);
        for (i, container) in spec[list].items().iter().enumerate() {
            visit(container, &list_at.index(i));
        }
    }
}
