//! What volumes and claims are warned of (`pkg/api/persistentvolume/util.go`, `pkg/api/persistentvolumeclaim/util.go`).

use super::pod::selector_term;
use crate::api::field::Path;
use crate::object::{Object, Quantity, Value};

/// Warns of an amount of bytes that is none.
pub(super) fn fraction(at: &Path, amount: &Value, found: &mut Vec<String>) {
    if !amount.is_null() && Quantity::from_value(amount).is_ok_and(|it| !it.is_integer()) {
        let text = Quantity::or_zero(amount).to_string();
        found.push(format!("{at}: fractional byte value {text:?} is invalid, must be an integer"));
    }
}

/// Adds what a claim is warned of.
pub(super) fn claim(claim: &Object, found: &mut Vec<String>) {
    claim_spec(&Path::new("spec"), claim.spec(), found);
}

/// Adds what the spec of a claim is warned of.
pub(super) fn claim_spec(path: &Path, spec: &Value, found: &mut Vec<String>) {
    for list in ["requests", "limits"] {
        let at = path.child("resources").child(list).key("storage");
        fraction(&at, spec["resources"][list].get("storage"), found);
    }
}

/// Adds what a volume is warned of.
pub(super) fn volume(volume: &Object, found: &mut Vec<String>) {
    let (spec, path) = (volume.spec(), Path::new("spec"));
    let annotations = Path::new("metadata").child("annotations");
    for (annotation, field) in [
        ("volume.beta.kubernetes.io/storage-class", "storageClassName"),
        ("volume.beta.kubernetes.io/mount-options", "mountOptions"),
    ] {
        if volume.meta.annotation(annotation).is_some() {
            let since = if field == "mountOptions" { "v1.31" } else { "v1.8" };
            let at = annotations.key(annotation);
            found.push(format!("{at}: deprecated since {since}; use {field:?} attribute instead"));
        }
    }
    if spec["persistentVolumeReclaimPolicy"].as_str() == Some("Recycle") {
        let at = path.child("persistentVolumeReclaimPolicy");
        found.push(format!(
            "{at}: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic \
             provisioning."
        ));
    }
    let terms = path.child("nodeAffinity").child("required").child("nodeSelectorTerms");
    for (i, term) in spec["nodeAffinity"]["required"]["nodeSelectorTerms"].items().iter().enumerate() {
        selector_term(&terms.index(i), term, found);
    }
}
