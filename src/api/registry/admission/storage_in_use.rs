//! StorageObjectInUseProtection: volumes and claims are not removed while they are in use
//! (plugin/pkg/admission/storage/storageobjectinuseprotection).

use std::sync::Arc;

use crate::object::{Object, Str, kinds, literal};

/// Adds the finalizer that [`volume protection`](crate::controllers::volume_protection) takes off.
pub(super) fn admit(object: &mut Object) {
    let finalizer: Str = match object.kind {
        kinds::PERSISTENT_VOLUME_CLAIM => literal!("kubernetes.io/pvc-protection"),
        _ => literal!("kubernetes.io/pv-protection"),
    };
    if !object.meta.finalizers.contains(&finalizer) {
        Arc::make_mut(&mut object.meta.finalizers).push(finalizer);
    }
}
