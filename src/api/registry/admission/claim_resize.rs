//! PersistentVolumeClaimResize: a claim grows only where its class lets it
//! (`plugin/pkg/admission/storage/persistentvolume/resize`).

use super::forbidden;
use crate::api::Status;
use crate::api::registry::persistent_volume::storage_class_name;
use crate::object::{Key, Object, Quantity, kinds};
use crate::store::Store;

/// Refuses to let a claim grow that is not bound, or whose class does not allow it.
pub(super) fn check(store: &Store, new: &Object, old: &Object) -> Result<(), Status> {
    let size = |claim: &Object| Quantity::or_zero(&claim.spec()["resources"]["requests"]["storage"]);
    if size(new) <= size(old) {
        return Ok(());
    }
    if old.status()["phase"].as_str() != Some("Bound") {
        return Err(forbidden(new, "Only bound persistent volume claims can be expanded"));
    }
    let name = storage_class_name(new);
    let class = store.get(&Key::new(kinds::STORAGE_CLASS, "", name));
    let allows = class.is_some_and(|it| it.body["allowVolumeExpansion"].is_true());
    if name.is_empty() || name != storage_class_name(old) || !allows {
        let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must \
                   support resize";
        return Err(forbidden(new, why));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::object::{Str, Value};

    fn claim(class: &str, size: &str, phase: &str) -> Object {
        let mut claim = Object::new(kinds::PERSISTENT_VOLUME_CLAIM, "default", "data");
        let spec = format!(r#"{{"storageClassName":"{class}","resources":{{"requests":{{"storage":"{size}"}}}}}}"#);
        claim.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        claim.status_mut().set("phase", phase);
        claim
    }

    #[test]
    fn a_claim_grows_only_when_it_is_bound_and_its_class_allows_it() {
        let mut store = Store::new();
        for (name, allows) in [("fixed", false), ("elastic", true)] {
            let mut class = Object::new(kinds::STORAGE_CLASS, "", name);
            class.body.insert("allowVolumeExpansion", allows);
            store.put(class, Time(0), Str::from("test"));
        }
        let not_allowed = "persistentvolumeclaims \"data\" is forbidden: only dynamically provisioned pvc can be resized and \
                           the storageclass that provisions the pvc must support resize";
        let not_bound =
            "persistentvolumeclaims \"data\" is forbidden: Only bound persistent volume claims can be expanded";
        let table = [
            ("elastic", "2Gi", "Bound", ""),
            ("fixed", "2Gi", "Bound", not_allowed),
            ("", "2Gi", "Bound", not_allowed),
            ("gone", "2Gi", "Bound", not_allowed),
            ("elastic", "2Gi", "Pending", not_bound),
            ("fixed", "1Gi", "Bound", ""),
        ];
        for (class, size, phase, want) in table {
            let refused = check(&store, &claim(class, size, phase), &claim(class, "1Gi", phase));
            assert_eq!(refused.err().map(|it| it.message).unwrap_or_default(), want, "{class} {size} {phase}");
        }
    }
}
