//! The rules of storage.k8s.io (`pkg/apis/storage/v1/defaults.go`, `pkg/apis/storage/validation/validation.go`,
//! `pkg/registry/storage/*/strategy.go`).

mod csi;
mod storage_capacity;
mod storage_class;
mod volume_attachment;

pub use csi::{CSI_DRIVER, CSI_NODE};
pub use storage_capacity::CSI_STORAGE_CAPACITY;
pub use storage_class::{STORAGE_CLASS, VOLUME_ATTRIBUTES_CLASS};
pub use volume_attachment::VOLUME_ATTACHMENT;

use super::syntax;
use crate::api::field::{At, ErrorList};
use crate::object::Value;

/// The longest name of a CSI driver, in bytes.
const DRIVER_MAX: usize = 63;
/// The most parameters, and the room they may take in bytes.
const PARAMETERS_MAX: usize = 512;
const PARAMETER_BYTES_MAX: usize = 256 * 1024;

/// Checks the name of a CSI driver (`ValidateCSIDriverName`).
fn validate_driver_name(name: &str, at: &At<'_>, errors: &mut ErrorList) {
    if name.is_empty() {
        errors.required(at, "");
    }
    if name.len() > DRIVER_MAX {
        errors.too_long(at, DRIVER_MAX);
    }
    for wrong in syntax::dns_subdomain(&name.to_ascii_lowercase()) {
        errors.invalid(at, name, wrong);
    }
}

/// Checks what a provisioner is given (`validateParameters`).
fn validate_parameters(parameters: &Value, may_be_empty: bool, at: &At<'_>, errors: &mut ErrorList) {
    let entries = || parameters.as_map().into_iter().flat_map(|it| it.iter());
    let count = entries().count();
    if count > PARAMETERS_MAX {
        errors.too_long(at, PARAMETERS_MAX);
        return;
    }
    if entries().any(|(key, _)| key.is_empty()) {
        errors.invalid(at, "", "field can not be empty.");
    }
    if entries().map(|(key, value)| key.len() + value.str_or_empty().len()).sum::<usize>() > PARAMETER_BYTES_MAX {
        errors.too_long(at, PARAMETER_BYTES_MAX);
    }
    if !may_be_empty && count == 0 {
        errors.required(at, "must contain at least one key/value pair");
    }
}
