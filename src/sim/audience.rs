//! Who hears of a change: the controllers that watch its kind and want that news, in the order in which the cluster runs them.

use crate::controllers::{Controller, Hearing, News, lasting_controller};
use crate::object::{Kind, OwnerRef, kinds};
use crate::store::{Change, Store};

/// What the controllers hear of each kind. What they watch never changes, so that it is asked for once.
#[derive(Debug)]
pub(super) struct Audience {
    /// For each built-in kind; behind them, for every custom one.
    of_kind: Vec<Vec<Listener>>,
}

/// One of those that watch a kind.
#[derive(Debug)]
struct Listener {
    /// Its number among the controllers.
    number: usize,
    /// What it wants to hear.
    news: News,
    /// The kind by which an object must be controlled if it is controlled at all, as owner references call it.
    controlled_by: Option<&'static str>,
    /// The kind that there must have been an object of.
    once_there_was: Option<Kind>,
}

impl Listener {
    fn new(number: usize, hearing: Hearing) -> Self {
        let controlled_by = hearing.controlled_by.map(|kind| kind.info().kind);
        Listener { number, news: hearing.news, controlled_by, once_there_was: hearing.once_there_was }
    }

    #[inline]
    fn wants(&self, news: News, controller: Option<&OwnerRef>, store: &Store) -> bool {
        self.news.meets(news)
            && self.once_there_was.is_none_or(|kind| store.ever_had(kind))
            && match (self.controlled_by, controller) {
                (Some(kind), Some(controller)) => controller.kind == kind,
                _ => true,
            }
    }
}

impl Audience {
    /// What `controllers` watch.
    pub fn new(controllers: &[Box<dyn Controller>]) -> Self {
        let watching = |kind| {
            let numbered = controllers.iter().enumerate().filter(|(_, it)| it.watches().includes(kind));
            numbered.map(|(number, it)| Listener::new(number, it.hears(kind))).collect()
        };
        let rows = u16::try_from(kinds::BUILT_IN.len()).unwrap_or(u16::MAX);
        Audience { of_kind: (0..=rows).map(|row| watching(Kind(row))).collect() }
    }

    /// The numbers of the controllers that hear of `change` of what is in `store`.
    pub fn of<'a>(&'a self, change: &'a Change, store: &'a Store) -> Hearers<'a> {
        let row = usize::from(change.key.kind.0);
        let listeners = self.of_kind.get(row).or(self.of_kind.last()).map_or(&[][..], Vec::as_slice);
        Hearers { rest: listeners.iter(), news: News::of(change), controller: lasting_controller(change), store }
    }
}

/// The numbers of those who hear of a change.
#[derive(Debug)]
pub(super) struct Hearers<'a> {
    rest: std::slice::Iter<'a, Listener>,
    news: News,
    controller: Option<&'a OwnerRef>,
    store: &'a Store,
}

impl Iterator for Hearers<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let (news, controller, store) = (self.news, self.controller, self.store);
        self.rest.find(|it| it.wants(news, controller, store)).map(|it| it.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::object::Object;
    use crate::sim::{ControlPlaneOptions, control_plane};

    /// The controllers that hear of the last change that `make` makes.
    fn hearing(make: impl FnOnce(&mut Store)) -> Vec<&'static str> {
        let controllers = control_plane(&ControlPlaneOptions::default());
        let audience = Audience::new(&controllers);
        let mut store = Store::new();
        make(&mut store);
        let change = store.history().next_back().expect("a change");
        audience.of(change, &store).map(|it| controllers[it].name()).collect()
    }

    fn put(store: &mut Store, object: &Object) {
        drop(store.put(object.clone(), Time(0), "test".into()));
    }

    #[test]
    fn a_custom_object_concerns_only_those_that_hear_of_everything() {
        let custom = Object::new(Kind(u16::MAX), "default", "a");
        assert_eq!(hearing(|store| put(store, &custom)), ["namespace-controller", "garbage-collector-controller"]);
        let removed = hearing(|store| {
            put(store, &custom);
            store.remove(&custom.key(), Time(0), "test".into());
        });
        assert_eq!(removed, ["namespace-controller", "garbage-collector-controller"]);
        let removed_beside_a_quota = hearing(|store| {
            put(store, &Object::new(kinds::RESOURCE_QUOTA, "default", "a"));
            put(store, &custom);
            store.remove(&custom.key(), Time(0), "test".into());
        });
        assert!(removed_beside_a_quota.contains(&"resourcequota-controller"), "{removed_beside_a_quota:?}");
        let event = Object::new(kinds::EVENT, "default", "a");
        assert_eq!(hearing(|store| put(store, &event)), ["namespace-controller"]);
    }

    #[test]
    fn a_pod_concerns_the_controller_of_its_owner_s_kind_and_those_that_want_the_news() {
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.meta.owners = vec![Object::new(kinds::DAEMON_SET, "default", "web").controller_ref()].into();
        pod.spec_mut().set("nodeName", "node-0");
        let mut changed = pod.clone();
        changed.status_mut().set("podIP", "10.0.0.1");
        let of_new = hearing(|store| put(store, &pod));
        let of_status = hearing(|store| [&pod, &changed].into_iter().for_each(|it| put(store, it)));
        for (name, hears_of_new, hears_of_status) in [
            ("daemonset-controller", true, true),
            ("replicaset-controller", false, false),
            ("default-scheduler", true, false),
            ("garbage-collector-controller", true, false),
            ("kubelet", true, true),
        ] {
            let heard = (of_new.contains(&name), of_status.contains(&name));
            assert_eq!(heard, (hears_of_new, hears_of_status), "{name}");
        }
        pod.meta.owners = Default::default();
        assert!(hearing(|store| put(store, &pod)).contains(&"replicaset-controller"));
    }
}
