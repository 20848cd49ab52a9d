//! Which volume suits a claim best (`pkg/controller/volume/persistentvolume/index.go`, component-helpers `storage/volume`).

use std::sync::Arc;

use crate::controllers::persistent_volume::{class_name, names_claim};
use crate::controllers::shared::node_fit::matches_node_selector;
use crate::object::{Object, Quantity, Value, matches_label_selector};

/// The volume that suits `claim` best: one that names it, or else of those that are free the one that offers the fewest
/// access modes beyond those asked for and then the smallest. With `node`, only those that can be reached from there.
pub fn best<'a>(
    volumes: impl IntoIterator<Item = &'a Arc<Object>>,
    claim: &Object,
    node: Option<&Object>,
    waits: bool,
) -> Option<Arc<Object>> {
    // Nearly all volumes of a large cluster are somebody else's, which is seen at once.
    let concerns = |it: &&Arc<Object>| it.spec()["claimRef"].is_empty() || names_claim(it, claim);
    let suits = |it: &&Arc<Object>| is_of_mode(it, claim) && !it.meta.is_terminating() && is_reachable(it, node);
    let mut fit: Vec<_> =
        volumes.into_iter().filter(concerns).filter(suits).filter(|it| is_large_enough(it, claim)).collect();
    fit.sort_by_cached_key(|it| (modes(it).len(), capacity(it), it.meta.name.clone()));
    if let Some(named) = fit.iter().find(|it| names_claim(it, claim)) {
        return Some(Arc::clone(named));
    }
    if waits && node.is_none() {
        return None;
    }
    fit.into_iter().find(|it| is_free(it, claim)).cloned()
}

/// Why `volume` cannot serve `claim` although the claim names it (`checkVolumeSatisfyClaim`).
pub fn mismatch(volume: &Object, claim: &Object) -> Option<&'static str> {
    if !is_large_enough(volume, claim) {
        Some("requested PV is too small")
    } else if class_name(volume) != class_name(claim) {
        Some("storageClassName does not match")
    } else if !is_of_mode(volume, claim) {
        Some("incompatible volumeMode")
    } else if !modes(claim).iter().all(|it| modes(volume).contains(it)) {
        Some("incompatible accessMode")
    } else {
        None
    }
}

fn is_free(volume: &Object, claim: &Object) -> bool {
    let selector = &claim.spec()["selector"];
    volume.status()["phase"].as_str() == Some("Available")
        && volume.spec()["claimRef"].is_empty()
        && class_name(volume) == class_name(claim)
        && modes(claim).iter().all(|it| modes(volume).contains(it))
        && (selector.is_empty() || matches_label_selector(selector, &volume.meta.labels))
}

fn modes(object: &Object) -> &[Value] {
    object.spec()["accessModes"].items()
}

fn is_of_mode(volume: &Object, claim: &Object) -> bool {
    let mode = |it: &Object| it.spec()["volumeMode"].as_str().unwrap_or("Filesystem").to_owned();
    mode(volume) == mode(claim)
}

fn capacity(volume: &Object) -> Quantity {
    Quantity::or_zero(volume.spec().at(&["capacity", "storage"]))
}

fn is_large_enough(volume: &Object, claim: &Object) -> bool {
    capacity(volume) >= Quantity::or_zero(claim.spec().at(&["resources", "requests", "storage"]))
}

/// Whether `volume` can be reached from `node`, if there is one in question.
pub fn is_reachable(volume: &Object, node: Option<&Object>) -> bool {
    let required = volume.spec().at(&["nodeAffinity", "required"]);
    node.is_none_or(|node| required.is_empty() || matches_node_selector(required, node))
}
