//! The store: every object's current revision, the log of every change, and indexes. Knows no kind's rules.
//!
//! One resource version counts the changes of the whole store. A watch reads the log from any version that is kept;
//! below the compaction floor it is answered with [`Compacted`]. Reading never copies: objects are shared.

mod slots;
mod unsorted;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::clock::Time;
use crate::object::{Key, Kind, Object, OwnerRef, Release, Str, kinds};
use slots::{Slot, Slots};
use unsorted::Unsorted;

/// One change: who did what to which object, and when.
#[derive(Clone, Debug)]
pub struct Change {
    /// The store's version that this change made.
    pub version: u64,
    /// When, in virtual time.
    pub time: Time,
    /// Who: `daemonset-controller`, `kubelet node-1`, `kubectl`, a step.
    pub actor: Str,
    /// The object.
    pub key: Key,
    /// The revision before, or `None` for a creation.
    pub before: Option<Arc<Object>>,
    /// The revision after, or `None` for a removal.
    pub after: Option<Arc<Object>>,
}

impl Change {
    /// The later side: the revision after, or for a removal the one before.
    pub fn latest(&self) -> Option<&Arc<Object>> {
        self.after.as_ref().or(self.before.as_ref())
    }
}

/// The version asked for lies below what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// The version asked for.
    pub asked: u64,
    /// The oldest version that can be watched from.
    pub floor: u64,
}

/// Where the objects of a kind are, by namespace and name.
type ByNamespace = BTreeMap<Str, BTreeMap<Str, Slot>>;

/// Where the objects of each kind are. A kind is a small number, by which its row is found at once: many a controller asks
/// at every change whether there is anything of its kind.
#[derive(Debug, Default)]
struct ByKind {
    rows: Vec<ByNamespace>,
    /// The kinds that something was ever stored of.
    known: BTreeSet<Kind>,
}

impl ByKind {
    fn get(&self, kind: Kind) -> Option<&ByNamespace> {
        self.rows.get(usize::from(kind.0))
    }

    fn get_mut(&mut self, kind: Kind) -> Option<&mut ByNamespace> {
        self.rows.get_mut(usize::from(kind.0))
    }

    fn entry(&mut self, kind: Kind) -> &mut ByNamespace {
        let row = usize::from(kind.0);
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, BTreeMap::new);
        }
        let of_kind = &mut self.rows[row];
        if of_kind.is_empty() {
            self.known.insert(kind);
        }
        of_kind
    }
}

/// The objects, their log and their indexes.
#[derive(Debug, Default)]
pub struct Store {
    release: Release,
    version: u64,
    floor: u64,
    forgotten: Option<Time>,
    objects: Slots,
    by_name: ByKind,
    /// The events, which are in no tree of names.
    events: Unsorted,
    by_owner: BTreeMap<Str, BTreeMap<Key, Slot>>,
    by_node: BTreeMap<Str, BTreeMap<Key, Slot>>,
    without_controller: BTreeMap<Kind, ByNamespace>,
    /// The version of the last change of each kind.
    last_changes: Vec<u64>,
    log: VecDeque<Change>,
}

impl Store {
    /// An empty store at version 1: a resource version is above zero even when nothing was ever stored.
    pub fn new() -> Self {
        Store { version: 1, floor: 1, ..Store::default() }
    }

    /// An empty store of a cluster of that release.
    pub fn of(release: Release) -> Self {
        Store { release, ..Store::new() }
    }

    /// Which release of Kubernetes the cluster is. What is stored does not depend on it, only what is served.
    pub fn release(&self) -> Release {
        self.release
    }

    /// The version of the last change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The oldest version a watch can start from.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// The current revision of `key`.
    pub fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        self.objects.by_key(key)
    }

    /// What is stored where `object` lives: its current revision, once it is stored.
    pub fn stored(&self, object: &Object) -> Option<&Arc<Object>> {
        self.objects.at(object.kind, &object.meta.namespace, &object.meta.name)
    }

    /// Every object of `kind`, by namespace and name.
    pub fn list(&self, kind: Kind) -> impl DoubleEndedIterator<Item = &Arc<Object>> {
        let slots = self.by_name.get(kind).into_iter().flat_map(BTreeMap::values).flat_map(BTreeMap::values);
        slots.filter_map(|slot| self.objects.get(*slot)).chain(self.sorted(kind, |_| true))
    }

    /// The objects of `kind` in `namespace`, by name.
    pub fn list_in<'a>(&'a self, kind: Kind, namespace: &'a str) -> impl Iterator<Item = &'a Arc<Object>> {
        let slots = self.by_name.get(kind).and_then(|all| all.get(namespace)).into_iter().flat_map(BTreeMap::values);
        let others = self.sorted(kind, |object| object.meta.namespace == namespace);
        slots.filter_map(|slot| self.objects.get(*slot)).chain(others)
    }

    /// The `wanted` objects by namespace and name, if they are of the kind that is kept without an order.
    fn sorted(&self, kind: Kind, wanted: impl Fn(&Object) -> bool) -> std::vec::IntoIter<&Arc<Object>> {
        let slots = if is_unsorted(kind) { self.events.slots() } else { &[] };
        let objects = slots.iter().filter_map(|slot| self.objects.get(*slot));
        let mut sorted: Vec<_> = objects.filter(|object| wanted(object)).collect();
        fn place(object: &Object) -> (&str, &str) {
            (&object.meta.namespace, &object.meta.name)
        }
        sorted.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
        sorted.into_iter()
    }

    /// Every kind that something was ever stored of, in order.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.by_name.known.iter().copied()
    }

    /// The number of objects of `kind`.
    pub fn count(&self, kind: Kind) -> usize {
        if is_unsorted(kind) {
            return self.events.slots().len();
        }
        self.by_name.get(kind).map_or(0, |all| all.values().map(BTreeMap::len).sum())
    }

    /// The version of the last change of an object of `kind`; 0 when there never was one. What was found out about the objects
    /// of a kind holds as long as this stays what it was.
    #[inline]
    pub fn last_change_of(&self, kind: Kind) -> u64 {
        self.last_changes.get(usize::from(kind.0)).copied().unwrap_or(0)
    }

    /// Whether there is or was an object of `kind`.
    #[inline]
    pub fn ever_had(&self, kind: Kind) -> bool {
        self.last_change_of(kind) != 0
    }

    #[inline]
    fn note_change_of(&mut self, kind: Kind) {
        let row = usize::from(kind.0);
        if self.last_changes.len() <= row {
            self.last_changes.resize(row + 1, 0);
        }
        self.last_changes[row] = self.version;
    }

    /// The object with `uid`.
    pub fn by_uid(&self, uid: &str) -> Option<&Arc<Object>> {
        self.objects.by_uid(uid)
    }

    /// Every object with an owner reference to `uid`, in the order of keys.
    pub fn owned_by(&self, uid: &str) -> impl Iterator<Item = &Arc<Object>> {
        self.by_owner.get(uid).into_iter().flat_map(BTreeMap::values).filter_map(|slot| self.objects.get(*slot))
    }

    /// The uids that some object names as an owner, in order.
    pub fn owner_uids(&self) -> impl Iterator<Item = &Str> {
        self.by_owner.keys()
    }

    /// The pods bound to `node`, in the order of keys.
    pub fn pods_on(&self, node: &str) -> impl Iterator<Item = &Arc<Object>> {
        self.by_node.get(node).into_iter().flat_map(BTreeMap::values).filter_map(|slot| self.objects.get(*slot))
    }

    /// The objects of `kind` in `namespace` that no controller owns, by name.
    pub fn without_controller<'a>(
        &'a self,
        kind: Kind,
        namespace: &str,
    ) -> impl Iterator<Item = &'a Arc<Object>> + use<'a> {
        let of_kind = self.without_controller.get(&kind);
        let slots = of_kind.and_then(|all| all.get(namespace)).into_iter().flat_map(BTreeMap::values);
        slots.filter_map(|slot| self.objects.get(*slot))
    }

    /// Stores a revision and returns it with its new resource version.
    pub fn put(&mut self, mut object: Object, time: Time, actor: Str) -> Arc<Object> {
        self.version += 1;
        object.meta.resource_version = self.version;
        self.note_change_of(object.kind);
        let key = object.key();
        let after = Arc::new(object);
        let (slot, before) = self.objects.put(&key, after.clone());
        if before.is_none() {
            self.place(&key, slot);
        }
        self.reindex(&key, slot, before.as_deref(), Some(&after));
        self.log.push_back(Change { version: self.version, time, actor, key, before, after: Some(after.clone()) });
        after
    }

    fn place(&mut self, key: &Key, slot: Slot) {
        if is_unsorted(key.kind) {
            self.by_name.known.insert(key.kind);
            return self.events.insert(slot);
        }
        let of_kind = self.by_name.entry(key.kind);
        of_kind.entry(key.namespace.clone()).or_default().insert(key.name.clone(), slot);
    }

    /// Removes an object. Its removal has a version of its own.
    pub fn remove(&mut self, key: &Key, time: Time, actor: Str) -> Option<Arc<Object>> {
        self.remove_if(key, |_| true, time, actor)
    }

    /// Removes an object that is `wanted` gone.
    pub fn remove_if(
        &mut self,
        key: &Key,
        wanted: impl FnOnce(&Object) -> bool,
        time: Time,
        actor: Str,
    ) -> Option<Arc<Object>> {
        let (slot, before) = self.objects.remove_if(key, wanted)?;
        if is_unsorted(key.kind) {
            self.events.remove(slot);
        } else if let Some(names) = self.by_name.get_mut(key.kind).and_then(|all| all.get_mut(&key.namespace)) {
            names.remove(&key.name);
        }
        self.version += 1;
        self.note_change_of(key.kind);
        self.reindex(key, slot, Some(&before), None);
        let change =
            Change { version: self.version, time, actor, key: key.clone(), before: Some(before.clone()), after: None };
        self.log.push_back(change);
        Some(before)
    }

    /// Every kept change after `version`, oldest first, or [`Compacted`] when some of them are not kept any more.
    pub fn changes_since(
        &self,
        version: u64,
    ) -> Result<impl ExactSizeIterator<Item = &Change> + DoubleEndedIterator, Compacted> {
        if version < self.floor {
            return Err(Compacted { asked: version, floor: self.floor });
        }
        // Every version is one change, so that the number of a change says where it is.
        let kept = u64::try_from(self.log.len()).unwrap_or(u64::MAX);
        let after = self.version.saturating_sub(version).min(kept);
        let start = self.log.len() - usize::try_from(after).unwrap_or(0);
        Ok(self.log.range(start..))
    }

    /// Every kept change, oldest first.
    pub fn history(&self) -> impl ExactSizeIterator<Item = &Change> + DoubleEndedIterator {
        self.log.iter()
    }

    /// Forgets the changes up to `version`: a watch from before it is [`Compacted`].
    pub fn compact(&mut self, version: u64) {
        self.floor = self.floor.max(version.min(self.version));
        while self.log.front().is_some_and(|change| change.version <= self.floor) {
            self.forget_oldest();
        }
    }

    /// Forgets changes from before `time` until no more than `most` are left.
    pub fn forget(&mut self, most: usize, time: Time) {
        while self.log.len() > most && self.log.front().is_some_and(|change| change.time < time) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some(change) = self.log.pop_front() {
            self.floor = self.floor.max(change.version);
            self.forgotten = Some(change.time);
        }
    }

    /// When the last of the changes happened that are not kept any more; `None` while all of them are.
    pub fn forgotten(&self) -> Option<Time> {
        self.forgotten
    }

    /// Brings the indexes up to date. Most changes are of a status, which no index is made of, and are seen to be.
    fn reindex(&mut self, key: &Key, slot: Slot, before: Option<&Object>, after: Option<&Object>) {
        fn owners(it: Option<&Object>) -> &[OwnerRef] {
            it.map_or(&[], |object| &object.meta.owners)
        }
        let same_owners = before.zip(after).is_some_and(|(old, new)| Arc::ptr_eq(&old.meta.owners, &new.meta.owners));
        if !same_owners {
            let (old, new) = (owners(before), owners(after));
            if old != new {
                old.iter().for_each(|owner| remove_from(&mut self.by_owner, &owner.uid, key));
                for owner in new {
                    self.by_owner.entry(owner.uid.clone()).or_default().insert(key.clone(), slot);
                }
            }
            self.reindex_uncontrolled(key, slot, before, after);
        }
        if key.kind != kinds::POD || before.zip(after).is_some_and(|(old, new)| old.spec().is_shared_with(new.spec())) {
            return;
        }
        let (old, new) = (before.and_then(Object::node_name), after.and_then(Object::node_name));
        if old != new {
            if let Some(node) = old {
                remove_from(&mut self.by_node, node, key);
            }
            if let Some(node) = new {
                self.by_node.entry(node.clone()).or_default().insert(key.clone(), slot);
            }
        }
    }

    fn reindex_uncontrolled(&mut self, key: &Key, slot: Slot, before: Option<&Object>, after: Option<&Object>) {
        // Nothing adopts an event, and a busy cluster has more of them than of anything else.
        if key.kind == kinds::EVENT {
            return;
        }
        let free = |it: Option<&Object>| it.is_some_and(|object| object.meta.controller().is_none());
        let (old, new) = (free(before), free(after));
        if old == new {
            return;
        }
        let of_kind = self.without_controller.entry(key.kind).or_default();
        if new {
            of_kind.entry(key.namespace.clone()).or_default().insert(key.name.clone(), slot);
        } else if let Some(names) = of_kind.get_mut(&key.namespace) {
            names.remove(&key.name);
        }
    }
}

/// Whether the objects of `kind` are put in order only when they are listed.
fn is_unsorted(kind: Kind) -> bool {
    kind == kinds::EVENT
}

fn remove_from(index: &mut BTreeMap<Str, BTreeMap<Key, Slot>>, at: &Str, key: &Key) {
    if let Some(keys) = index.get_mut(at) {
        keys.remove(key);
        if keys.is_empty() {
            index.remove(at);
        }
    }
}

/// What a reconcile may read: the store as it stands, and nothing that could change it.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    store: &'a Store,
}

impl<'a> View<'a> {
    /// A view of `store`.
    pub fn new(store: &'a Store) -> Self {
        View { store }
    }

    /// What is viewed, for as long as it is.
    pub fn store(self) -> &'a Store {
        self.store
    }
}

impl<'a> std::ops::Deref for View<'a> {
    type Target = Store;
    fn deref(&self) -> &Store {
        self.store
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_listed_by_kind_and_a_kind_stays_known() {
        let mut store = Store::new();
        for (kind, name) in [(kinds::POD, "b"), (kinds::NAMESPACE, "n"), (kinds::POD, "a")] {
            store.put(Object::new(kind, "", name), Time(0), "test".into());
        }
        let names = |store: &Store, kind| store.list(kind).map(|it| it.meta.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(&store, kinds::POD), ["a", "b"]);
        assert_eq!((store.count(kinds::NAMESPACE), store.count(kinds::SERVICE)), (1, 0));
        store.remove(&Key::new(kinds::NAMESPACE, "", "n"), Time(0), "test".into());
        assert!(names(&store, kinds::NAMESPACE).is_empty());
        let mut known = vec![kinds::POD, kinds::NAMESPACE];
        known.sort();
        assert_eq!(store.kinds().collect::<Vec<_>>(), known);
    }

    #[test]
    fn events_are_listed_by_namespace_and_name_like_any_other_kind() {
        let mut store = Store::new();
        for (namespace, name) in [("b", "x"), ("a", "z"), ("a", "y"), ("b", "w")] {
            store.put(Object::new(kinds::EVENT, namespace, name), Time(0), "test".into());
        }
        store.put(Object::new(kinds::POD, "a", "pod"), Time(0), "test".into());
        let all = |store: &Store| store.list(kinds::EVENT).map(|it| it.meta.name.to_string()).collect::<Vec<_>>();
        assert_eq!(all(&store), ["y", "z", "w", "x"]);
        assert_eq!(store.list_in(kinds::EVENT, "b").map(|it| it.meta.name.as_str()).collect::<Vec<_>>(), ["w", "x"]);
        store.remove(&Key::new(kinds::EVENT, "a", "z"), Time(0), "test".into());
        assert_eq!((all(&store), store.count(kinds::EVENT)), (vec!["y".into(), "w".into(), "x".into()], 3));
        assert!(store.kinds().any(|kind| kind == kinds::EVENT));
    }

    #[test]
    fn the_oldest_changes_are_forgotten_until_few_are_left_or_young_ones() {
        let after = |most, time| {
            let mut store = Store::new();
            for i in 0..10 {
                store.put(Object::new(kinds::POD, "", "a"), Time(i), "test".into());
            }
            store.forget(most, Time(time));
            (store.history().len(), store.floor(), store.forgotten())
        };
        assert_eq!(after(10, 10), (10, 1, None));
        assert_eq!(after(4, 10), (4, 7, Some(Time(5))));
        assert_eq!(after(4, 3), (7, 4, Some(Time(2))), "what is young is kept however much it is");
    }

    #[test]
    fn the_last_change_of_a_kind_is_that_of_any_of_its_objects() {
        let mut store = Store::new();
        assert_eq!((store.last_change_of(kinds::POD), store.ever_had(kinds::POD)), (0, false));
        for name in ["a", "b"] {
            store.put(Object::new(kinds::POD, "", name), Time(0), "test".into());
        }
        let created = store.version();
        assert_eq!((store.last_change_of(kinds::POD), store.ever_had(kinds::POD)), (created, true));
        store.put(Object::new(kinds::NAMESPACE, "", "n"), Time(0), "test".into());
        assert_eq!(store.last_change_of(kinds::POD), created, "another kind's change is none");
        store.remove(&Key::new(kinds::POD, "", "a"), Time(0), "test".into());
        assert_eq!(store.last_change_of(kinds::POD), store.version());
        store.remove(&Key::new(kinds::POD, "", "absent"), Time(0), "test".into());
        assert_eq!(store.last_change_of(kinds::POD), store.version(), "nothing was removed");
    }
}
