//! Where each object is kept: numbered slots, found by key or by uid without a comparison of names.
//!
//! Every write and every reconcile looks an object up. The two tables hash what they are asked for with a hash that is
//! the same everywhere, hold nothing but slot numbers, and are never walked: their order cannot show in any result.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;

use crate::object::{Fingerprint, Key, Kind, Object, Str};

/// The number of a slot.
pub type Slot = u32;

/// The objects by slot, and the way to a slot.
#[derive(Debug, Default)]
pub struct Slots {
    objects: Vec<Option<Arc<Object>>>,
    free: Vec<Slot>,
    by_key: Table,
    by_uid: Table,
}

/// Slots by a hash, which is kept so that neither a growing table nor a near miss looks at an object.
#[derive(Debug, Default)]
struct Table(HashTable<(u32, Slot)>);

/// A table takes the bits of its buckets from one end of a hash and those of its tags from the other.
fn widened(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

impl Table {
    fn find(&self, hash: u32, is_it: impl Fn(Slot) -> bool) -> Option<Slot> {
        self.0.find(widened(hash), |(kept, slot)| *kept == hash && is_it(*slot)).map(|(_, slot)| *slot)
    }

    fn insert(&mut self, hash: u32, slot: Slot) {
        self.0.insert_unique(widened(hash), (hash, slot), |(kept, _)| widened(*kept));
    }

    fn remove(&mut self, hash: u32, slot: Slot) {
        if let Ok(found) = self.0.find_entry(widened(hash), |it| *it == (hash, slot)) {
            found.remove();
        }
    }
}

fn hash(parts: impl Hash) -> u32 {
    let mut hasher = Fingerprint::default();
    parts.hash(&mut hasher);
    let full = hasher.finish();
    (full >> 32 ^ full) as u32
}

fn hash_key(kind: Kind, namespace: &str, name: &str) -> u32 {
    hash((kind, namespace, name))
}

fn uid_hash_of(object: &Object) -> u32 {
    hash(object.meta.uid.as_str())
}

impl Slots {
    /// The object in `slot`.
    pub fn get(&self, slot: Slot) -> Option<&Arc<Object>> {
        self.objects.get(slot as usize)?.as_ref()
    }

    /// The object at `key`.
    pub fn by_key(&self, key: &Key) -> Option<&Arc<Object>> {
        self.at(key.kind, &key.namespace, &key.name)
    }

    /// The object of `kind` with that namespace and name.
    pub fn at(&self, kind: Kind, namespace: &Str, name: &Str) -> Option<&Arc<Object>> {
        self.get(self.slot_of(hash_key(kind, namespace, name), kind, namespace, name)?)
    }

    /// The object with `uid`.
    pub fn by_uid(&self, uid: &str) -> Option<&Arc<Object>> {
        let is_it = |slot: Slot| self.get(slot).is_some_and(|it| it.meta.uid == uid);
        self.get(self.by_uid.find(hash(uid), is_it)?)
    }

    fn slot_of(&self, hash: u32, kind: Kind, namespace: &Str, name: &Str) -> Option<Slot> {
        let is_it = |slot: Slot| {
            let object = self.get(slot);
            object.is_some_and(|it| it.meta.name == *name && it.kind == kind && it.meta.namespace == *namespace)
        };
        self.by_key.find(hash, is_it)
    }

    /// Puts `object` in the place of the one with its key, which is returned, or else in a new slot. Tells the slot.
    pub fn put(&mut self, key: &Key, object: Arc<Object>) -> (Slot, Option<Arc<Object>>) {
        let hash = hash_key(key.kind, &key.namespace, &key.name);
        if let Some(slot) = self.slot_of(hash, key.kind, &key.namespace, &key.name) {
            let same_uid = self.get(slot).is_some_and(|it| it.meta.uid == object.meta.uid);
            if !same_uid {
                self.forget_uid(slot);
            }
            let before = self.objects[slot as usize].replace(object);
            if !same_uid {
                self.learn_uid(slot);
            }
            return (slot, before);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.objects.push(None);
            Slot::try_from(self.objects.len() - 1).expect("fewer objects than memory holds")
        });
        self.objects[slot as usize] = Some(object);
        self.by_key.insert(hash, slot);
        self.learn_uid(slot);
        (slot, None)
    }

    /// Takes the object at `key` out of its slot if it is `wanted` gone.
    pub fn remove_if(&mut self, key: &Key, wanted: impl FnOnce(&Object) -> bool) -> Option<(Slot, Arc<Object>)> {
        let hash = hash_key(key.kind, &key.namespace, &key.name);
        let slot = self.slot_of(hash, key.kind, &key.namespace, &key.name)?;
        self.get(slot).filter(|object| wanted(object))?;
        self.forget_uid(slot);
        self.by_key.remove(hash, slot);
        self.free.push(slot);
        self.objects[slot as usize].take().map(|object| (slot, object))
    }

    fn learn_uid(&mut self, slot: Slot) {
        if let Some(object) = self.objects[slot as usize].as_deref() {
            self.by_uid.insert(uid_hash_of(object), slot);
        }
    }

    fn forget_uid(&mut self, slot: Slot) {
        if let Some(object) = self.objects[slot as usize].as_deref() {
            self.by_uid.remove(uid_hash_of(object), slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::kinds;

    fn pod(name: &str, uid: &str) -> Arc<Object> {
        let mut pod = Object::new(kinds::POD, "default", name);
        pod.meta.uid = uid.into();
        Arc::new(pod)
    }

    #[test]
    fn an_object_is_found_by_key_and_uid_until_it_is_replaced_or_removed() {
        let mut slots = Slots::default();
        for i in 0..1000 {
            let pod = pod(&format!("web-{i}"), &format!("uid-{i}"));
            assert_eq!(slots.put(&pod.key(), pod.clone()).1, None);
        }
        let replaced = pod("web-7", "another");
        let (slot, before) = slots.put(&replaced.key(), replaced.clone());
        assert_eq!(before.map(|it| it.meta.uid.clone()).as_deref(), Some("uid-7"));
        assert_eq!((slots.by_uid("uid-7"), slots.by_uid("another")), (None, Some(&replaced)));
        assert_eq!(slots.remove_if(&replaced.key(), |_| true), Some((slot, replaced.clone())));
        assert_eq!((slots.by_key(&replaced.key()), slots.by_uid("another")), (None, None));
        for i in (0..1000).filter(|i| *i != 7) {
            let found = slots.by_uid(&format!("uid-{i}")).expect("it is there");
            assert_eq!(slots.by_key(&found.key()), Some(found));
        }
    }
}
