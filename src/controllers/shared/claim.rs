//! Adoption and release: which objects a controller owns, by owner reference and selector.
//!
//! Follows `pkg/controller/controller_ref_manager.go`. The write back is an update against the revision that was read,
//! where upstream sends a patch with the uid as a precondition; both lose to a concurrent deletion.

use std::sync::Arc;

use crate::controllers::Action;
use crate::object::{Kind, Object, Value, matches_label_selector};
use crate::store::View;

/// What an object is to an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Controlled by the owner, and selected.
    Owned,
    /// Selected and without a controller: the owner takes it.
    Adopt,
    /// Controlled by the owner, but no longer selected: the owner lets it go.
    Release,
    /// None of the owner's business.
    Foreign,
}

/// What `object` is to `owner`, whose selector is the label selector `selector`.
///
/// An owner that is being deleted neither adopts nor releases, and nothing that is being deleted is adopted.
pub fn decide(owner: &Object, selector: &Value, object: &Object) -> Ownership {
    let selected = || matches_label_selector(selector, &object.meta.labels);
    if let Some(controller) = object.meta.controller() {
        return match () {
            () if controller.uid != owner.meta.uid => Ownership::Foreign,
            () if selected() => Ownership::Owned,
            () if owner.meta.is_terminating() => Ownership::Foreign,
            () => Ownership::Release,
        };
    }
    let adoptable = !owner.meta.is_terminating()
        && !object.meta.is_terminating()
        && object.meta.namespace == owner.meta.namespace
        && selected();
    if adoptable { Ownership::Adopt } else { Ownership::Foreign }
}

/// `object` with `owner` as its controller.
pub fn adopt(owner: &Object, object: &Object) -> Object {
    let mut adopted = object.clone();
    let owners = Arc::make_mut(&mut adopted.meta.owners);
    owners.retain(|it| it.uid != owner.meta.uid);
    owners.push(owner.controller_ref());
    adopted
}

/// `object` without its reference to `owner`.
pub fn release(owner: &Object, object: &Object) -> Object {
    let mut released = object.clone();
    Arc::make_mut(&mut released.meta.owners).retain(|it| it.uid != owner.meta.uid);
    released
}

/// What an owner has, and the updates by which it came to have it.
#[derive(Debug, Default)]
pub struct Claimed {
    /// The objects that are the owner's, by name; adopted ones carry the new reference already.
    pub objects: Vec<Arc<Object>>,
    /// One [`Action::Update`] for each object adopted or released.
    pub actions: Vec<Action>,
}

/// Every object of `kind` that is `owner`'s, after adoption and release.
///
/// `amend` may change an object that is adopted or released further, such as a Job's tracking finalizer.
pub fn claim(
    view: View<'_>,
    owner: &Object,
    kind: Kind,
    selector: &Value,
    amend: impl Fn(Ownership, &mut Object),
) -> Claimed {
    let mut claimed = Claimed::default();
    let owned =
        view.owned_by(&owner.meta.uid).filter(|it| it.kind == kind && it.meta.is_controlled_by(&owner.meta.uid));
    let orphans = view.without_controller(kind, &owner.meta.namespace);
    for object in owned.chain(orphans) {
        let ownership = decide(owner, selector, object);
        match ownership {
            Ownership::Owned => claimed.objects.push(object.clone()),
            Ownership::Adopt => {
                let mut adopted = adopt(owner, object);
                amend(ownership, &mut adopted);
                claimed.actions.push(Action::Update(adopted.clone()));
                claimed.objects.push(Arc::new(adopted));
            }
            Ownership::Release => {
                let mut released = release(owner, object);
                amend(ownership, &mut released);
                claimed.actions.push(Action::Update(released));
            }
            Ownership::Foreign => {}
        }
    }
    claimed.objects.sort_by(|a, b| a.meta.name.cmp(&b.meta.name));
    claimed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::map;
    use crate::object::kinds;
    use crate::store::Store;

    fn owner(uid: &str) -> Object {
        let mut owner = Object::new(kinds::DAEMON_SET, "default", "web");
        owner.meta.uid = uid.into();
        owner
    }

    fn pod(name: &str, app: &str) -> Object {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.uid = name.into();
        pod.meta.set_label("app", app);
        pod
    }

    fn selector() -> Value {
        Value::Map(map! { "matchLabels" => map! { "app" => "web" } })
    }

    #[test]
    fn an_object_is_owned_adopted_released_or_foreign() {
        let (web, mut leaving, other) = (owner("1"), owner("1"), owner("2"));
        leaving.meta.deleted = Some(Time(1));
        let mut dying = pod("p", "web");
        dying.meta.deleted = Some(Time(1));
        let table = [
            ("controlled and selected", &web, adopt(&web, &pod("p", "web")), Ownership::Owned),
            ("controlled, not selected", &web, adopt(&web, &pod("p", "db")), Ownership::Release),
            ("not selected, owner leaves", &leaving, adopt(&web, &pod("p", "db")), Ownership::Foreign),
            ("controlled by another", &web, adopt(&other, &pod("p", "web")), Ownership::Foreign),
            ("free and selected", &web, pod("p", "web"), Ownership::Adopt),
            ("free, owner leaves", &leaving, pod("p", "web"), Ownership::Foreign),
            ("free, but dying", &web, dying, Ownership::Foreign),
            ("free, not selected", &web, pod("p", "db"), Ownership::Foreign),
        ];
        for (what, owner, object, want) in table {
            assert_eq!(decide(owner, &selector(), &object), want, "{what}");
        }
    }

    #[test]
    fn claiming_adopts_free_objects_and_releases_those_no_longer_selected() {
        let (mut store, web) = (Store::new(), owner("1"));
        for object in [adopt(&web, &pod("kept", "web")), adopt(&web, &pod("lost", "db")), pod("found", "web")] {
            store.put(object, Time(0), "test".into());
        }
        let claimed = claim(View::new(&store), &web, kinds::POD, &selector(), |_, _| {});
        let names: Vec<_> = claimed.objects.iter().map(|it| it.meta.name.as_str()).collect();
        assert_eq!(names, ["found", "kept"]);
        let updated: Vec<_> = claimed
            .actions
            .iter()
            .map(|action| match action {
                Action::Update(it) => (it.meta.name.as_str(), it.meta.owners.len()),
                other => panic!("only updates: {other:?}"),
            })
            .collect();
        assert_eq!(updated, [("lost", 0), ("found", 1)]);
    }
}
