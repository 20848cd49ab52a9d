//! StatefulSet: pods with names, order and storage of their own.
//!
//! Follows `pkg/controller/statefulset` of Kubernetes 1.36. `maxUnavailable` of a rolling update is behind a feature gate that
//! is off by default, so the API drops it and one pod is renewed at a time. Known differences: a claim is created with the
//! owners that its retention policy asks for, where upstream adds them in a second write; hashes of templates are those of
//! [`super::history`]; and with Parallel pod management the first pod that cannot be created does not hold up the others.

mod claims;
mod identity;
mod pods;
mod revisions;
mod status;
mod sync;

use crate::clock::Time;
use crate::controllers::{Controller, Hearing, Outcome, Wake, Watches};
use crate::object::{Key, Kind, Object, OwnerRef, Str, kinds, matches_label_selector};
use crate::store::{Change, View};

/// The StatefulSet controller.
#[derive(Debug, Default)]
pub struct StatefulSetController;

impl Controller for StatefulSetController {
    fn name(&self) -> &'static str {
        "statefulset-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::PERSISTENT_VOLUME_CLAIM, kinds::POD, kinds::STATEFUL_SET])
    }

    fn hears(&self, kind: Kind) -> Hearing {
        if kind == kinds::POD { Hearing::controlled_by(kinds::STATEFUL_SET) } else { Hearing::ALL }
    }

    fn wakes(&mut self, change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
        match change.key.kind {
            kinds::STATEFUL_SET if change.after.is_some() => wakes.push(Wake::now(change.key.clone())),
            kinds::POD => of_pod(change, view, wakes),
            // A pod waits for the claim of the pod that had its name before.
            kinds::PERSISTENT_VOLUME_CLAIM if change.after.is_none() => {
                let owners = change.before.iter().flat_map(|it| it.meta.owners.iter()).filter(|it| it.kind == "Pod");
                wakes.extend(owners.filter_map(|it| set_of_pod(view, &change.key.namespace, &it.name)).map(Wake::now));
            }
            _ => {}
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, now: Time) -> Outcome {
        view.get(key).map_or_else(Outcome::default, |it| sync::sync(view, it, now))
    }
}

fn of_pod(change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let old = before.and_then(|it| it.meta.controller());
    let new = after.and_then(|it| it.meta.controller());
    let changed_hands = !before.zip(after).is_some_and(|(before, after)| before.meta.has_controller_of(&after.meta));
    let owners = old.filter(|_| changed_hands).into_iter().chain(new);
    wakes.extend(owners.filter_map(|it| resolve(view, &change.key.namespace, it)).map(Wake::now));
    let Some(pod) = change.after.as_ref().filter(|it| new.is_none() && !it.meta.is_terminating()) else {
        return;
    };
    let is_news = change.before.as_ref().is_none_or(|it| old.is_some() || it.meta.labels != pod.meta.labels);
    if is_news {
        let sets = view.list_in(kinds::STATEFUL_SET, &pod.meta.namespace);
        let selects = |set: &&_| -> bool {
            let set: &Object = set;
            matches_label_selector(&set.spec()["selector"], &pod.meta.labels)
        };
        wakes.extend(sets.map(|it| &**it).filter(selects).map(|it| Wake::now(it.key())));
    }
}

fn resolve(view: View<'_>, namespace: &Str, owner: &OwnerRef) -> Option<Key> {
    if owner.kind != "StatefulSet" {
        return None;
    }
    let key = Key::new(kinds::STATEFUL_SET, namespace.clone(), owner.name.clone());
    view.get(&key).is_some_and(|it| it.meta.uid == owner.uid).then_some(key)
}

/// The StatefulSet whose pods are named as `pod` is.
fn set_of_pod(view: View<'_>, namespace: &Str, pod: &str) -> Option<Key> {
    let (set, _) = identity::parse(pod)?;
    let key = Key::new(kinds::STATEFUL_SET, namespace.clone(), set);
    view.get(&key).is_some().then_some(key)
}
