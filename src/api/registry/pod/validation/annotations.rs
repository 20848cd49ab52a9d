//! The annotations of a pod that mean something to the kubelet (`ValidatePodSpecificAnnotationUpdates`).

use crate::api::field::{At, ErrorList};
use crate::object::Meta;

/// The annotation of pods that mirror a kubelet's own.
pub(super) const MIRROR: &str = "kubernetes.io/config.mirror";

/// The prefix of annotations that named AppArmor profiles before there were fields.
const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";

/// These annotations stay what they were when the pod was made.
pub(super) fn validate_update(new: &Meta, old: &Meta, errors: &mut ErrorList) {
    if new.annotations.is_same(&old.annotations) {
        return;
    }
    let metadata = At::new("metadata");
    let at = metadata.child("annotations");
    let what = |key: &str| match key {
        MIRROR => Some("mirror pod annotation"),
        _ if key.starts_with(APP_ARMOR) => Some("AppArmor annotations"),
        _ => None,
    };
    for (key, value) in old.annotations.iter() {
        if let Some(what) = what(key).filter(|_| &new.annotations[key.as_str()] != value) {
            errors.forbidden(&at.key(key), format!("may not remove or update {what}"));
        }
    }
    for (key, _) in new.annotations.iter() {
        if let Some(what) = what(key).filter(|_| !old.annotations.contains_key(key)) {
            errors.forbidden(&at.key(key), format!("may not add {what}"));
        }
    }
}
