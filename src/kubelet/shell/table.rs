//! Small lists and maps whose copies share everything until one of them changes.
//!
//! A process that waits is copied to see what it comes to, and thousands of pods hold such copies: what is empty takes a
//! pointer, what did not change is there once, and what grows takes little more than it needs.

use std::borrow::Borrow;
use std::ops::Deref;
use std::sync::Arc;

/// A list. Cloning it shares everything.
#[derive(Debug)]
pub struct List<T>(Option<Arc<Vec<T>>>);

impl<T> Default for List<T> {
    fn default() -> Self {
        List(None)
    }
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        List(self.0.clone())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        List((!items.is_empty()).then(|| Arc::new(items)))
    }
}

impl<T> Deref for List<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |it| it.as_slice())
    }
}

impl<T: PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || **self == **other
    }
}

impl<T: Eq> Eq for List<T> {}

impl<T> List<T> {
    /// Whether both are copies of one that has not changed since.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Clone> List<T> {
    /// Its items, to be changed in this copy alone.
    pub fn make_mut(&mut self) -> &mut Vec<T> {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

/// A map that is sorted by its keys. Cloning it shares everything.
#[derive(Debug)]
pub struct Table<K, V>(List<(K, V)>);

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Table(List::default())
    }
}

impl<K, V> Clone for Table<K, V> {
    fn clone(&self) -> Self {
        Table(self.0.clone())
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: Eq, V: Eq> Eq for Table<K, V> {}

impl<K: Ord, V> FromIterator<(K, V)> for Table<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut items: Vec<(K, V)> = items.into_iter().collect();
        items.sort_by(|a, b| a.0.cmp(&b.0));
        items.dedup_by(|a, b| a.0 == b.0);
        items.shrink_to_fit();
        Table(items.into())
    }
}

impl<K, V> Table<K, V> {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether both are copies of one that has not changed since.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.is_same(&other.0)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl Iterator<Item = &K> {
        self.0.iter().map(|(key, _)| key)
    }

    /// The values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }
}

impl<K: Ord, V> Table<K, V> {
    fn place<Q: Ord + ?Sized>(&self, key: &Q) -> Result<usize, usize>
    where
        K: Borrow<Q>,
    {
        self.0.binary_search_by(|(it, _)| it.borrow().cmp(key))
    }

    /// The value at `key`.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// Whether there is something at `key`.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.place(key).is_ok()
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// A copy with those of `items` as well at whose keys there is nothing. Each costs a move of what comes after it: they should
    /// be few.
    pub fn filled_up<const N: usize>(&self, items: [(K, V); N]) -> Self {
        let mut all = Vec::with_capacity(self.len() + N);
        all.extend_from_slice(&self.0);
        for (key, value) in items {
            if let Err(at) = all.binary_search_by(|(it, _): &(K, V)| it.cmp(&key)) {
                all.insert(at, (key, value));
            }
        }
        all.shrink_to_fit();
        Table(all.into())
    }

    /// The value at `key`, to be changed.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?;
        Some(&mut self.0.make_mut()[at].1)
    }

    /// Puts a value at `key`, in the place of what was there.
    pub fn insert(&mut self, key: K, value: V) {
        let place = self.place(&key);
        let items = self.0.make_mut();
        match place {
            Ok(at) => items[at].1 = value,
            Err(at) => {
                if items.len() == items.capacity() {
                    items.reserve_exact(1 + items.len() / 4);
                }
                items.insert(at, (key, value));
            }
        }
    }

    /// Takes away what is at `key`.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let at = self.place(key).ok()?;
        Some(self.0.make_mut().remove(at).1)
    }

    /// The value at `key`, to be changed; a new one if there is none.
    pub fn or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let place = self.place(&key);
        let items = self.0.make_mut();
        let at = place.unwrap_or_else(|at| {
            items.reserve_exact(usize::from(items.len() == items.capacity()));
            items.insert(at, (key, V::default()));
            at
        });
        &mut items[at].1
    }

    /// The values in the order of their keys, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        let items = if self.is_empty() { &mut [] } else { self.0.make_mut().as_mut_slice() };
        items.iter_mut().map(|(_, value)| value)
    }

    /// Keeps what `keeps` says of, and nothing else.
    pub fn retain(&mut self, keeps: impl Fn(&K, &V) -> bool) {
        if !self.0.iter().all(|(key, value)| keeps(key, value)) {
            self.0.make_mut().retain(|(key, value)| keeps(key, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_sorted_and_its_copies_are_their_own() {
        let mut one: Table<String, i32> = [("b", 2), ("a", 1)].map(|(k, v)| (k.to_owned(), v)).into_iter().collect();
        let other = one.clone();
        assert!(one.is_same(&other) && one == other);
        one.insert("c".to_owned(), 3);
        one.insert("a".to_owned(), 4);
        *one.or_default("aa".to_owned()) += 7;
        assert_eq!(
            one.iter().map(|(k, v)| (k.as_str(), *v)).collect::<Vec<_>>(),
            [("a", 4), ("aa", 7), ("b", 2), ("c", 3)]
        );
        assert_eq!((other.get("a"), other.len(), other.contains_key("c")), (Some(&1), 2, false));
        assert_eq!((one.remove("b"), one.remove("b")), (Some(2), None));
        one.retain(|_, it| *it > 3);
        one.values_mut().for_each(|it| *it += 1);
        assert_eq!(one.values().collect::<Vec<_>>(), [&5, &8]);
        assert_eq!(one.keys().collect::<Vec<_>>(), ["a", "aa"]);
        let more = one.filled_up([("b", 1), ("a", 2), ("b", 3)].map(|(k, v)| (k.to_owned(), v)));
        assert_eq!(more.iter().map(|(k, v)| (k.as_str(), *v)).collect::<Vec<_>>(), [("a", 5), ("aa", 8), ("b", 1)]);
        assert_eq!(one.len(), 2);
    }

    #[test]
    fn what_is_empty_takes_a_pointer_and_is_the_same_as_any_other() {
        let (one, other) = (Table::<u32, u32>::default(), Table::<u32, u32>::default());
        assert!(one.is_same(&other) && one.is_empty() && size_of_val(&one) == size_of::<usize>());
        assert_eq!(List::<u32>::from(Vec::new()), List::default());
    }
}
