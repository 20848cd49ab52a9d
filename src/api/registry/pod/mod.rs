//! The rules of pods and pod templates (`pkg/apis/core/validation`, `pkg/registry/core/pod`).

mod defaults;
mod draft;
pub mod go_form;
mod go_types;
mod image;
mod label_keys;
mod resources;
#[cfg(test)]
mod tests;
mod validation;
mod volume_defaults;

pub use defaults::{default_pod, default_pod_spec, default_pod_template, resource_list};
pub use go_form::{claim_difference, duplicate_as, template_in_go, volume_source_difference};
pub use go_types::{NODE_SELECTOR, TOLERATION};
pub use label_keys::{has_label_keys, merge_label_keys};
pub use resources::{ResourceList, aggregate_containers, is_sidecar, qos_class};
pub use validation::{
    has_sound_annotations, validate_ephemeral_containers_update, validate_node_selector, validate_overhead,
    validate_pod, validate_pod_resize, validate_pod_spec, validate_pod_status_update, validate_pod_template,
    validate_pod_update, validate_template_metadata, validate_tolerations,
};
