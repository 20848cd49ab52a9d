//! A table that is looked up and never walked.

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

fn hash(key: &impl Hash) -> u64 {
    let mut hasher = Fingerprint::default();
    key.hash(&mut hasher);
    hasher.finish()
}

impl<K: Hash + Eq, V> Lookup<K, V> {
    /// The value under `key`.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.find(hash(key), |(it, _)| it == key).map(|(_, value)| value)
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
