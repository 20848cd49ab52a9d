//! A table that is looked up and never walked.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};

use hashbrown::HashTable;

use super::Fingerprint;

/// Values by key, found without comparing keys with one another. It cannot be walked, so its order shows nowhere.
#[derive(Clone, Debug)]
pub struct Lookup<K, V>(HashTable<(K, V)>);

impl<K, V> Default for Lookup<K, V> {
    fn default() -> Self {
        Lookup(HashTable::new())
    }
}

fn hash<Q: Hash + ?Sized>(key: &Q) -> u64 {
    let mut hasher = Fingerprint::default();
    key.hash(&mut hasher);
    hasher.finish()
}

impl<K: Hash + Eq, V> Lookup<K, V> {
    /// The value under `key`.
    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.0.find(hash(key), |(it, _)| it.borrow() == key).map(|(_, value)| value)
    }

    /// The value under `key` for changing, made by `make` when there is none.
    pub fn entry(&mut self, key: &K, make: impl FnOnce() -> V) -> &mut V
    where
        K: Clone,
    {
        let hashed = hash(key);
        let found = self.0.find_entry(hashed, |(it, _)| it == key);
        let entry = found.unwrap_or_else(|absent| {
            absent.into_table().insert_unique(hashed, (key.clone(), make()), |(it, _)| hash(it))
        });
        &mut entry.into_mut().1
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes every value out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The value under `key` for changing.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.find_mut(hash(key), |(it, _)| it == key).map(|(_, value)| value)
    }

    /// Whether there is a value under `key`.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get_key_value(key).is_some()
    }

    /// The kept key that equals `key`, with its value.
    pub fn get_key_value(&self, key: &K) -> Option<(&K, &V)> {
        self.0.find(hash(key), |(it, _)| it == key).map(|(key, value)| (key, value))
    }

    /// Puts `value` under `key`, and returns what was there.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let hashed = hash(&key);
        if let Some((_, there)) = self.0.find_mut(hashed, |(it, _)| *it == key) {
            return Some(std::mem::replace(there, value));
        }
        self.0.insert_unique(hashed, (key, value), |(it, _)| hash(it));
        None
    }

    /// Takes the value under `key` out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let found = self.0.find_entry(hash(key), |(it, _)| it == key).ok()?;
        let ((_, value), _) = found.remove();
        Some(value)
    }
}

/// Two tables are equal when they hold the same, in whatever order.
impl<K: Hash + Eq, V: PartialEq> PartialEq for Lookup<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.0.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_under_its_key_until_it_is_taken_out() {
        let mut table = Lookup::default();
        for i in 0..500 {
            assert_eq!(table.insert(format!("key-{i}"), i), None);
        }
        assert_eq!(table.insert("key-7".to_owned(), -7), Some(7));
        assert_eq!(table.remove(&"key-9".to_owned()), Some(9));
        for i in 0..500 {
            let want = match i {
                7 => Some(-7),
                9 => None,
                _ => Some(i),
            };
            assert_eq!(table.get(&format!("key-{i}")).copied(), want);
        }
    }
}
