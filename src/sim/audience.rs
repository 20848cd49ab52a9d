//! Who hears of a change: the controllers that watch its kind and want that news, in the order in which the cluster runs them.

use crate::controllers::{Controller, Hearing, News, lasting_controller};
use crate::object::{Kind, OwnerRef, kinds};
use crate::store::{Change, Store};

/// What the controllers hear of each kind. What they watch never changes, so that it is asked for once.
#[derive(Debug)]
pub(super) struct Audience {
    /// For each built-in kind; behind them, for every custom one.
    of_kind: Vec<Watchers>,
}

/// Those that watch a kind, by who controls its objects.
#[derive(Debug)]
struct Watchers {
    /// They hear of objects that nothing controls, or not the same before a change and after it.
    all: Vec<Listener>,
    /// They hear of objects that are controlled by one of a kind, as owner references call it, for each kind that any of them
    /// asks for.
    by_owner: Vec<(&'static str, Vec<Listener>)>,
    /// They hear of objects that are controlled by one of any other kind.
    of_others: Vec<Listener>,
}

/// One of those that watch a kind.
#[derive(Clone, Copy, Debug)]
struct Listener {
    /// Its number among the controllers.
    number: u16,
    /// What it wants to hear.
    news: News,
    /// The kind that there must have been an object of.
    once_there_was: Option<Kind>,
}

impl Listener {
    fn new(number: usize, hearing: Hearing) -> Self {
        let number = u16::try_from(number).expect("the controllers are a few dozen");
        Listener { number, news: hearing.news, once_there_was: hearing.once_there_was }
    }

    #[inline]
    fn wants(&self, news: News, store: &Store) -> bool {
        self.news.meets(news) && self.once_there_was.is_none_or(|kind| store.ever_had(kind))
    }
}

impl Watchers {
    /// Those that hear so, each with its number.
    fn new(hearings: &[(usize, Hearing)]) -> Self {
        let those = |wanted: &dyn Fn(Option<Kind>) -> bool| -> Vec<Listener> {
            let wanted = hearings.iter().filter(|(_, hearing)| wanted(hearing.controlled_by));
            wanted.map(|(number, hearing)| Listener::new(*number, *hearing)).collect()
        };
        let mut owners: Vec<Kind> = hearings.iter().filter_map(|(_, hearing)| hearing.controlled_by).collect();
        owners.sort();
        owners.dedup();
        let of_owner = |owner: Kind| (owner.info().kind, those(&|asked| asked.is_none_or(|it| it == owner)));
        Watchers {
            all: those(&|_| true),
            by_owner: owners.into_iter().map(of_owner).collect(),
            of_others: those(&|asked| asked.is_none()),
        }
    }

    /// Those that may hear of an object that `controller` controls before and after a change.
    #[inline]
    fn of(&self, controller: Option<&OwnerRef>) -> &[Listener] {
        let Some(controller) = controller else {
            return &self.all;
        };
        let of_owner = self.by_owner.iter().find(|(kind, _)| controller.kind == *kind);
        of_owner.map_or(&self.of_others, |(_, listeners)| listeners)
    }
}

impl Audience {
    /// What `controllers` watch.
    pub fn new(controllers: &[Box<dyn Controller>]) -> Self {
        let watching = |kind| {
            let numbered = controllers.iter().enumerate().filter(|(_, it)| it.watches().includes(kind));
            Watchers::new(&numbered.map(|(number, it)| (number, it.hears(kind))).collect::<Vec<_>>())
        };
        let rows = u16::try_from(kinds::BUILT_IN.len()).unwrap_or(u16::MAX);
        Audience { of_kind: (0..=rows).map(|row| watching(Kind(row))).collect() }
    }

    /// The numbers of the controllers that hear of `change` of what is in `store`.
    pub fn of<'a>(&'a self, change: &Change, store: &'a Store) -> Hearers<'a> {
        let row = usize::from(change.key.kind.0);
        let watchers = self.of_kind.get(row).or(self.of_kind.last());
        let listeners = watchers.map_or(&[][..], |it| it.of(lasting_controller(change)));
        Hearers { rest: listeners.iter(), news: News::of(change), store }
    }
}

/// The numbers of those who hear of a change.
#[derive(Debug)]
pub(super) struct Hearers<'a> {
    rest: std::slice::Iter<'a, Listener>,
    news: News,
    store: &'a Store,
}

impl Iterator for Hearers<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let (news, store) = (self.news, self.store);
        self.rest.find(|it| it.wants(news, store)).map(|it| usize::from(it.number))
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
        pod.meta.owners = vec![Object::new(kinds::CRON_JOB, "default", "web").controller_ref()].into();
        let of_other = hearing(|store| put(store, &pod));
        assert!(of_other.contains(&"kubelet") && !of_other.contains(&"daemonset-controller"), "{of_other:?}");
        pod.meta.owners = Default::default();
        assert!(hearing(|store| put(store, &pod)).contains(&"replicaset-controller"));
    }
}
