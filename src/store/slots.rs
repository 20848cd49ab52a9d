//! Where each object is kept: numbered slots, found by key or by uid without a comparison of names.
//!
//! Every write and every reconcile looks an object up. The two tables hash what they are asked for with a hash that is
//! the same everywhere, hold nothing but slot numbers, and are never walked: their order cannot show in any result.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::HashTable;

use crate::object::{Fingerprint, Key, Kind, Object};

/// The number of a slot.
pub type Slot = u32;

/// The objects by slot, and the way to a slot.
#[derive(Debug, Default)]
pub struct Slots {
    objects: Vec<Option<Arc<Object>>>,
    free: Vec<Slot>,
    by_key: HashTable<Slot>,
    by_uid: HashTable<Slot>,
}

fn hash(parts: impl Hash) -> u64 {
    let mut hasher = Fingerprint::default();
    parts.hash(&mut hasher);
    hasher.finish()
}

fn hash_key(kind: Kind, namespace: &str, name: &str) -> u64 {
    hash((kind, namespace, name))
}

fn key_hash_of(object: &Object) -> u64 {
    hash_key(object.kind, &object.meta.namespace, &object.meta.name)
}

fn uid_hash_of(object: &Object) -> u64 {
    hash(object.meta.uid.as_str())
}

impl Slots {
    /// The object in `slot`.
    pub fn get(&self, slot: Slot) -> Option<&Arc<Object>> {
        self.objects.get(slot as usize)?.as_ref()
    }

    /// The object at `key`.
    pub fn by_key(&self, key: &Key) -> Option<&Arc<Object>> {
        self.get(self.slot_of(key)?)
    }

    /// The object with `uid`.
    pub fn by_uid(&self, uid: &str) -> Option<&Arc<Object>> {
        let is_it = |slot: &Slot| self.get(*slot).is_some_and(|it| it.meta.uid == uid);
        self.get(*self.by_uid.find(hash(uid), is_it)?)
    }

    fn slot_of(&self, key: &Key) -> Option<Slot> {
        let is_it = |slot: &Slot| {
            let object = self.get(*slot);
            object.is_some_and(|it| it.meta.name == key.name && it.kind == key.kind && it.meta.namespace == key.namespace)
        };
        self.by_key.find(hash_key(key.kind, &key.namespace, &key.name), is_it).copied()
    }

    /// Puts `object` in the place of the one with its key, which is returned, or else in a new slot, whose number is.
    pub fn put(&mut self, key: &Key, object: Arc<Object>) -> Result<Arc<Object>, Slot> {
        if let Some(slot) = self.slot_of(key) {
            let same_uid = self.get(slot).is_some_and(|it| it.meta.uid == object.meta.uid);
            if !same_uid {
                self.forget_uid(slot);
            }
            let before = self.objects[slot as usize].replace(object);
            if !same_uid {
                self.learn_uid(slot);
            }
            return before.ok_or(slot);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.objects.push(None);
            Slot::try_from(self.objects.len() - 1).expect("fewer objects than memory holds")
        });
        self.objects[slot as usize] = Some(object);
        let objects = &self.objects;
        let rehash = |slot: &Slot| objects[*slot as usize].as_deref().map_or(0, key_hash_of);
        self.by_key.insert_unique(rehash(&slot), slot, rehash);
        self.learn_uid(slot);
        Err(slot)
    }

    /// Takes the object at `key` out.
    pub fn remove(&mut self, key: &Key) -> Option<Arc<Object>> {
        let slot = self.slot_of(key)?;
        self.forget_uid(slot);
        if let Ok(found) = self.by_key.find_entry(hash_key(key.kind, &key.namespace, &key.name), |it| *it == slot) {
            found.remove();
        }
        self.free.push(slot);
        self.objects[slot as usize].take()
    }

    fn learn_uid(&mut self, slot: Slot) {
        let objects = &self.objects;
        let rehash = |slot: &Slot| objects[*slot as usize].as_deref().map_or(0, uid_hash_of);
        self.by_uid.insert_unique(rehash(&slot), slot, rehash);
    }

    fn forget_uid(&mut self, slot: Slot) {
        let Some(object) = self.objects[slot as usize].as_deref() else {
            return;
        };
        if let Ok(found) = self.by_uid.find_entry(uid_hash_of(object), |it| *it == slot) {
            found.remove();
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
            assert!(slots.put(&pod.key(), pod.clone()).is_err());
        }
        let replaced = pod("web-7", "another");
        let before = slots.put(&replaced.key(), replaced.clone()).expect("it was there");
        assert_eq!(before.meta.uid, "uid-7");
        assert_eq!((slots.by_uid("uid-7"), slots.by_uid("another")), (None, Some(&replaced)));
        assert_eq!(slots.remove(&replaced.key()), Some(replaced.clone()));
        assert_eq!((slots.by_key(&replaced.key()), slots.by_uid("another")), (None, None));
        for i in (0..1000).filter(|i| *i != 7) {
            let found = slots.by_uid(&format!("uid-{i}")).expect("it is there");
            assert_eq!(slots.by_key(&found.key()), Some(found));
        }
    }
}
