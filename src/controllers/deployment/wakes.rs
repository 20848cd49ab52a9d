//! Which changes wake which Deployments (the event handlers of `pkg/controller/deployment/deployment_controller.go`).

use std::sync::Arc;

use crate::controllers::Wake;
use crate::object::{Kind, Object, OwnerRef, kinds, matches_label_selector};
use crate::store::{Change, View};

/// Which Deployments `change` concerns.
pub(super) fn wakes(change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
    match change.key.kind {
        kinds::DEPLOYMENT => wakes.push(Wake::now(change.key.clone())),
        kinds::REPLICA_SET => of_replica_set(change, view, wakes),
        kinds::POD if change.after.is_none() => of_removed_pod(change, view, wakes),
        _ => {}
    }
}

fn of_replica_set(change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    let old = before.and_then(|it| it.meta.controller());
    let new = after.and_then(|it| it.meta.controller());
    let lost = old.filter(|_| old != new).and_then(|it| resolve(&view, kinds::DEPLOYMENT, it));
    let kept = new.and_then(|it| resolve(&view, kinds::DEPLOYMENT, it));
    wakes.extend(lost.into_iter().chain(kept).map(|it| Wake::now(it.key())));
    let Some(set) = after.filter(|it| new.is_none() && !it.meta.is_terminating() && !it.meta.labels.is_empty()) else {
        return;
    };
    if before.is_none_or(|it| old.is_some() || it.meta.labels != set.meta.labels) {
        let deployments = view.list_in(kinds::DEPLOYMENT, &set.meta.namespace);
        let selecting = deployments.filter(|it| matches_label_selector(&it.spec()["selector"], &set.meta.labels));
        wakes.extend(selecting.map(|it| Wake::now(it.key())));
    }
}

/// A Deployment that recreates its pods waits for the last old one to be gone.
fn of_removed_pod(change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
    let owner = change.before.as_ref().and_then(|it| it.meta.controller());
    let set = owner.and_then(|it| resolve(&view, kinds::REPLICA_SET, it));
    let deployment = set.and_then(|it| it.meta.controller()).and_then(|it| resolve(&view, kinds::DEPLOYMENT, it));
    let recreates = |it: &&Arc<Object>| it.spec()["strategy"]["type"].str_or_empty() == "Recreate";
    wakes.extend(deployment.filter(recreates).map(|it| Wake::now(it.key())));
}

fn resolve<'a>(view: &'a View<'_>, kind: Kind, owner: &OwnerRef) -> Option<&'a Arc<Object>> {
    if owner.kind != kind.info().kind {
        return None;
    }
    view.by_uid(&owner.uid).filter(|it| it.kind == kind)
}
