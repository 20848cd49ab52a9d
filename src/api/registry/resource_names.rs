//! The names of resources and the amounts they take (`pkg/apis/core/helper/helpers.go`, `pkg/apis/core/validation/validation.go`).

use super::{format, syntax};
use crate::api::field::{At, ErrorList};
use crate::object::{Quantity, Value};

/// Checks the amount of a resource (`ValidateResourceQuantityValue`): not negative, and whole where it counts things.
pub(super) fn validate_quantity(name: &str, amount: &Value, at: &At<'_>, errors: &mut ErrorList) {
    let amount = Quantity::or_zero(amount);
    if amount.is_negative() {
        errors.invalid(at, amount, format::NOT_NEGATIVE);
    }
    if is_integer_resource(name) && amount.milli_value() % 1000 != 0 {
        errors.invalid(at, amount, "must be an integer");
    }
}

/// Whether it is one of Kubernetes' own.
pub(super) fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether it is one that nodes offer beside Kubernetes' own, such as a GPU.
pub(super) fn is_extended(name: &str) -> bool {
    !is_native(name) && !name.starts_with("requests.") && syntax::qualified_name(&format!("requests.{name}")).is_empty()
}

/// Whether limits may exceed what there is.
pub(super) fn is_overcommit_allowed(name: &str) -> bool {
    is_native(name) && !name.starts_with("hugepages-")
}

fn is_integer_resource(name: &str) -> bool {
    let counted = [
        "pods",
        "services",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    ];
    counted.contains(&name) || is_extended(name)
}

fn is_standard(name: &str) -> bool {
    let standard = [
        "cpu",
        "memory",
        "ephemeral-storage",
        "requests.cpu",
        "requests.memory",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
        "storage",
        "requests.storage",
    ];
    standard.contains(&name)
        || (is_integer_resource(name) && !name.contains('/'))
        || name.starts_with("hugepages-")
        || name.starts_with("requests.hugepages-")
}

/// Checks the name of a resource of any object; false if it is none.
pub(super) fn validate_resource_name(name: &str, at: &At<'_>, errors: &mut ErrorList) -> bool {
    let wrong = syntax::qualified_name(name);
    for wrong in &wrong {
        errors.invalid(at, name, wrong.as_str());
    }
    if !wrong.is_empty() {
        return false;
    }
    let is_known = name.contains('/') || is_standard(name);
    if !is_known {
        errors.invalid(at, name, "must be a standard resource type or fully qualified");
    }
    is_known
}

/// Checks the name of a resource of a container (`validateContainerResourceName`).
pub(super) fn validate_container_resource_name(name: &str, at: &At<'_>, errors: &mut ErrorList) {
    validate_resource_name(name, at, errors);
    if !name.contains('/') {
        if !matches!(name, "cpu" | "memory" | "ephemeral-storage") && !name.starts_with("hugepages-") {
            errors.invalid(at, name, "must be a standard resource for containers");
        }
    } else if !is_native(name) && !is_extended(name) {
        errors.invalid(at, name, "doesn't follow extended resource name standard");
    }
}
