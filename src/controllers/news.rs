//! What a change is news of, worked out once for all the controllers that might hear of it.
//!
//! Most changes are of the status of a pod, and most controllers find nothing in those. Upstream each of them has a filter in
//! its event handler; here a controller says which news it wants ([`Hearing`]), and is not shown the rest.

use std::sync::Arc;

use super::shared::pod::is_terminal;
use crate::object::{Kind, Object, OwnerRef, Value, kinds};
use crate::store::Change;

/// A set of things that a change can be news of. The spec and the status are looked at in pods alone: what changes any other
/// object counts as news of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News(u16);

impl News {
    /// Any change at all.
    pub const ALL: News = News(u16::MAX);
    /// The object is new.
    pub const CREATED: News = News(1);
    /// The object is gone.
    pub const REMOVED: News = News(1 << 1);
    /// Owner references or finalizers.
    pub const HOLD: News = News(1 << 2);
    /// The beginning of the deletion, or its end.
    pub const DELETION: News = News(1 << 3);
    /// The labels.
    pub const LABELS: News = News(1 << 4);
    /// The spec.
    pub const SPEC: News = News(1 << 5);
    /// Whether the pod came to its end, which its status tells.
    pub const END: News = News(1 << 6);
    /// Whatever may be news of a pod that no node was found for yet.
    pub const UNBOUND: News = News(1 << 7);
    /// What every change is.
    const CHANGE: News = News(1 << 15);

    /// This and `other`.
    #[inline]
    pub const fn and(self, other: News) -> News {
        News(self.0 | other.0)
    }

    /// Whether the two have anything in common.
    #[inline]
    pub const fn meets(self, other: News) -> bool {
        self.0 & other.0 != 0
    }

    /// What `change` is news of.
    pub fn of(change: &Change) -> News {
        let (before, after) = match (&change.before, &change.after) {
            (Some(before), Some(after)) => (before, after),
            (None, Some(_)) => return News::CHANGE.and(News::CREATED),
            (_, None) => return News::CHANGE.and(News::REMOVED),
        };
        let (old, new) = (&before.meta, &after.meta);
        let held_alike = Arc::ptr_eq(&old.owners, &new.owners) && Arc::ptr_eq(&old.finalizers, &new.finalizers);
        let news = News::CHANGE
            .with_if(!held_alike, News::HOLD)
            .with_if(old.deleted != new.deleted, News::DELETION)
            .with_if(!old.labels.is_shared_with(&new.labels), News::LABELS);
        if change.key.kind == kinds::POD { news.and(of_pod(before, after)) } else { news.and(News::PARTS) }
    }

    /// All that is looked for inside of pods alone.
    const PARTS: News = News::SPEC.and(News::END).and(News::UNBOUND);

    #[inline]
    fn with_if(self, holds: bool, other: News) -> News {
        if holds { self.and(other) } else { self }
    }
}

fn of_pod(before: &Object, after: &Object) -> News {
    let ((old_spec, old), (spec, new)) = (parts(before), parts(after));
    let other_phase = !old.is_shared_with(new) && old["phase"] != new["phase"];
    News(0)
        .with_if(!old_spec.is_shared_with(spec), News::SPEC)
        .with_if(other_phase && is_terminal(before) != is_terminal(after), News::END)
        .with_if(spec["nodeName"].str_or_empty().is_empty(), News::UNBOUND)
}

/// Spec and status, which are all that pods have.
fn parts(pod: &Object) -> (&Value, &Value) {
    let (mut spec, mut status) = (Value::null(), Value::null());
    for (field, value) in pod.body.iter() {
        match field.as_str() {
            "spec" => spec = value,
            "status" => status = value,
            _ => {}
        }
    }
    (spec, status)
}

/// Which changes of the objects of a kind a controller hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hearing {
    /// Those that are news of any of this.
    pub news: News,
    /// But for those of objects that are controlled by one of another kind, before the change and after it.
    pub controlled_by: Option<Kind>,
    /// And only once there was an object of this kind, without which the news is nothing to it: a cluster that never had a
    /// quota spares its controller all news of what is counted.
    pub once_there_was: Option<Kind>,
}

impl Hearing {
    /// Every change.
    pub const ALL: Hearing = Hearing { news: News::ALL, controlled_by: None, once_there_was: None };

    /// The changes that are news of any of `news`.
    pub const fn of(news: News) -> Self {
        Hearing { news, ..Hearing::ALL }
    }

    /// Every change of an object, unless it is controlled by one of another kind than `kind`.
    pub const fn controlled_by(kind: Kind) -> Self {
        Hearing { controlled_by: Some(kind), ..Hearing::ALL }
    }

    /// The same once there was an object of `kind`.
    pub const fn once_there_was(self, kind: Kind) -> Self {
        Hearing { once_there_was: Some(kind), ..self }
    }
}

/// The controller that an object has before and after a change alike; `None` as well where that is not seen at once.
pub fn lasting_controller(change: &Change) -> Option<&OwnerRef> {
    let side = match (&change.before, &change.after) {
        (Some(before), Some(after)) if !Arc::ptr_eq(&before.meta.owners, &after.meta.owners) => return None,
        (_, Some(side)) | (Some(side), None) => side,
        (None, None) => return None,
    };
    side.meta.controller()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::object::Str;
    use crate::store::Store;

    /// What the last of the changes that make `revisions` out of one another is news of.
    fn news(revisions: [&Object; 2]) -> News {
        let mut store = Store::new();
        revisions.into_iter().for_each(|it| drop(store.put(it.clone(), Time(0), "test".into())));
        store.history().next_back().map(News::of).expect("two changes")
    }

    fn pod() -> Object {
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.spec_mut().set("nodeName", "node-0");
        pod.status_mut().set("phase", "Running");
        pod
    }

    #[test]
    fn a_change_is_news_of_the_parts_that_differ() {
        type Edit = fn(&mut Object);
        let table: [(Edit, News); 7] = [
            (|it| it.status_mut().set("podIP", "10.0.0.1"), News(0)),
            (|it| it.status_mut().set("phase", "Pending"), News(0)),
            (|it| it.status_mut().set("phase", "Failed"), News::END),
            (|it| it.spec_mut().set("hostname", "web"), News::SPEC),
            (|it| it.meta.deleted = Some(Time(0)), News::DELETION),
            (|it| it.meta.finalizers = vec![Str::from("a/b")].into(), News::HOLD),
            (|it| drop(it.meta.labels.insert("app", "web")), News::LABELS),
        ];
        for (edit, want) in table {
            let mut after = pod();
            let before = after.clone();
            edit(&mut after);
            assert_eq!(news([&before, &after]), News::CHANGE.and(want));
        }
        let unbound = Object::new(kinds::POD, "default", "web");
        assert!(news([&unbound, &unbound]).meets(News::UNBOUND));
        let other = Object::new(kinds::CONFIG_MAP, "default", "web");
        assert_eq!(news([&other, &other]), News::CHANGE.and(News::PARTS));
    }

    #[test]
    fn what_comes_and_goes_is_news_of_that_alone() {
        let mut store = Store::new();
        let key = store.put(pod(), Time(0), "test".into()).key();
        store.remove(&key, Time(0), "test".into());
        let news: Vec<News> = store.history().map(News::of).collect();
        assert_eq!(news, [News::CHANGE.and(News::CREATED), News::CHANGE.and(News::REMOVED)]);
    }

    #[test]
    fn a_controller_lasts_as_long_as_the_owners_are_the_same() {
        let mut store = Store::new();
        let mut owned = pod();
        owned.meta.owners = vec![Object::new(kinds::JOB, "default", "web").controller_ref()].into();
        let key = owned.key();
        let mut orphan = owned.clone();
        orphan.meta.owners = Arc::default();
        [owned.clone(), owned, orphan].into_iter().for_each(|it| drop(store.put(it, Time(0), "test".into())));
        store.remove(&key, Time(0), "test".into());
        let kinds: Vec<_> = store.history().map(|it| lasting_controller(it).map(|it| it.kind.as_str())).collect();
        assert_eq!(kinds, [Some("Job"), Some("Job"), None, None]);
    }
}
