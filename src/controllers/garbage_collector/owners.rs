//! Which of an object's owners are there, which are not, and which wait for their dependents.

use crate::api::custom::serving;
use crate::object::{Key, Kind, Meta, Object, OwnerRef, Str};
use crate::store::View;

/// The owner references of an object by the state of the owners (`classifyReferences`).
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Owners<'a> {
    /// How many owners are there and are not waiting.
    pub solid: usize,
    /// The uids of owners that are not there.
    pub dangling: Vec<&'a Str>,
    /// The uids of owners that are there and wait for their dependents' deletion.
    pub waiting: Vec<&'a Str>,
}

impl<'a> Owners<'a> {
    /// Looks up each owner of `item` under the coordinates that its reference gives: an object of another uid there is not
    /// the owner, nor is the object of that uid elsewhere.
    ///
    /// `None` when one of them cannot be looked up: a kind that is not served, or a namespaced owner of a cluster-scoped
    /// object. Such an item is left alone whatever its other owners are.
    pub fn classify(view: View<'_>, item: &'a Object) -> Option<Self> {
        let mut owners = Owners::default();
        for reference in item.meta.owners.iter() {
            match find(view, reference, &item.meta.namespace)? {
                Found::Nothing => owners.dangling.push(&reference.uid),
                Found::Waiting => owners.waiting.push(&reference.uid),
                Found::Solid => owners.solid += 1,
            }
        }
        Some(owners)
    }
}

/// What is found where a reference leads.
enum Found {
    Nothing,
    Waiting,
    Solid,
}

fn find(view: View<'_>, reference: &OwnerRef, namespace: &Str) -> Option<Found> {
    let kind = serving::kind_by_api_version(view, &reference.api_version, &reference.kind)?;
    let namespace = match (kind.info().namespaced, namespace.is_empty()) {
        (true, true) => return None,
        (true, false) => namespace.clone(),
        (false, _) => Str::new(),
    };
    let found = view.get(&Key { kind, namespace, name: reference.name.clone() });
    Some(match found.filter(|it| it.meta.uid == reference.uid) {
        None => Found::Nothing,
        Some(owner) if is_deleting_dependents(owner) => Found::Waiting,
        Some(_) => Found::Solid,
    })
}

/// Whether `item` waits for the deletion of its dependents.
pub fn is_deleting_dependents(item: &Object) -> bool {
    item.meta.is_terminating() && item.meta.has_finalizer(&Meta::FOREGROUND)
}

/// Whether `dependent` keeps the owner with `uid` from its foreground deletion.
pub fn is_blocking(dependent: &Object, uid: &str) -> bool {
    dependent.meta.owners.iter().any(|owner| owner.uid == uid && owner.block_owner_deletion == Some(true))
}

/// Whether `owner` lives in a namespace that `dependent` does not live in.
pub fn is_in_wrong_namespace(owner: &Object, dependent: &Object) -> bool {
    !owner.meta.namespace.is_empty() && owner.meta.namespace != dependent.meta.namespace
}

/// Whether `reference` names `owner` by what it is, and not by its uid alone.
pub fn matches_coordinates(reference: &OwnerRef, owner: &Object) -> bool {
    let info = owner.kind.info();
    let is_kind = if owner.kind.is_custom() {
        let group = reference.api_version.split('/').next().unwrap_or_default();
        group == info.group && reference.kind == info.kind
    } else {
        let (group, version) = reference.api_version.split_once('/').unwrap_or(("", &reference.api_version));
        // Nearly every reference is to the preferred version, which needs no search among all.
        let is_preferred = group == info.group && version == info.version && reference.kind == info.kind;
        is_preferred || Kind::by_api_version(&reference.api_version, &reference.kind) == Some(owner.kind)
    };
    is_kind && reference.name == owner.meta.name
}
