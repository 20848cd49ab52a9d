//! The rules of CSIStorageCapacities.

use crate::api::field::{At, ErrorList};
use crate::api::registry::metadata::{IMMUTABLE, NOT_NEGATIVE};
use crate::api::registry::selector::validate_label_selector;
use crate::api::registry::{Strategy, syntax};
use crate::object::{Object, Quantity};

/// The rules of CSIStorageCapacities.
pub static CSI_STORAGE_CAPACITY: Strategy = Strategy {
    validate: capacity_errors,
    validate_update: |new, old| {
        let mut errors = capacity_errors(new);
        for field in ["nodeTopology", "storageClassName"] {
            if !new.body[field].is_same(&old.body[field]) {
                errors.invalid(&At::new(field), &new.body[field], IMMUTABLE);
            }
        }
        errors
    },
    ..Strategy::PLAIN
};

fn capacity_errors(capacity: &Object) -> ErrorList {
    let mut errors = ErrorList::new();
    validate_label_selector(&capacity.body["nodeTopology"], &At::new("nodeTopology"), &mut errors);
    let class = capacity.body["storageClassName"].str_or_empty();
    for wrong in syntax::dns_subdomain(class) {
        errors.invalid(&At::new("storageClassName"), class, wrong);
    }
    for field in ["capacity", "maximumVolumeSize"] {
        let quantity = &capacity.body[field];
        if !quantity.is_null() && Quantity::from_value(quantity).is_ok_and(Quantity::is_negative) {
            errors.invalid(&At::new(field), quantity, NOT_NEGATIVE);
        }
    }
    errors
}
