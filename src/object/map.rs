//! The map of a JSON value: sorted by key, shared, and copied when one side changes.

use std::mem::take;
use std::ops::Index;

use super::entries::{Entries, Entry, Tags, tag};
use super::key_order::{FEW, compare_keys, is_sorted, order};
use super::shape::{Row, Shape};
use super::{Str, Value};

/// A JSON object, sorted by key.
#[derive(Clone, Debug, Default)]
pub struct Map(pub(super) Entries);

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        self.0.is_same(&other.0) || self.0.as_slice() == other.0.as_slice()
    }
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Builds a map from entries in any order; of two entries with one key the later wins.
    pub fn from_entries(mut entries: Vec<Entry>) -> Self {
        if entries.len() <= FEW
            && let Some(order) = order(&entries)
        {
            let sorted: Vec<Entry> =
                order[..entries.len()].iter().map(|i| take(&mut entries[usize::from(*i)])).collect();
            return Self(Entries::from(sorted));
        }
        entries.sort_by(|a, b| compare_keys(&a.0, &b.0));
        entries.reverse();
        entries.dedup_by(|later, kept| later.0 == kept.0);
        entries.reverse();
        Self(Entries::from(entries))
    }

    /// Builds a map of `shape` from those of `entries` that it keeps, as [`map!`](crate::map) does.
    pub fn of<const N: usize>(mut entries: [Entry; N], shape: &Shape<N>) -> Self {
        match shape.gather(&mut entries) {
            Some(entries) => Self(entries),
            None => Self::from_entries(entries.into_iter().filter(|(_, value)| !value.is_null()).collect()),
        }
    }

    /// Builds a map of all `entries`, whose keys are those of `row`, as [`full_map!`](crate::full_map) does.
    #[inline]
    pub fn full<const N: usize>(entries: [Entry; N], row: Row<N>) -> Self
    where
        Entries: From<([Entry; N], Tags)>,
    {
        Self(row.fill(entries))
    }

    /// The map with `entries` as well, in the place of those with the same keys: one new map, however many they are. It is made
    /// with the least effort of entries in the order of their keys.
    pub fn with(&self, entries: Vec<Entry>) -> Self {
        let new = if is_sorted(&entries) { entries } else { Self::from_entries(entries).0.into_vec(0) };
        let mut old = self.0.as_slice();
        let mut all = Vec::with_capacity(old.len() + new.len());
        for entry in new {
            while let Some((before, rest)) = old.split_first() {
                let order = compare_keys(&before.0, &entry.0);
                if order.is_gt() {
                    break;
                }
                if order.is_lt() {
                    all.push(before.clone());
                }
                old = rest;
            }
            all.push(entry);
        }
        all.extend_from_slice(old);
        Self(Entries::from(all))
    }

    /// The map with `value` under `key`.
    pub fn with_one(&self, key: Str, value: Value) -> Map {
        Self(match self.find(&key) {
            Ok(i) => self.0.with_value(i, value),
            Err(i) => self.0.clone().with(i, (key, value)),
        })
    }

    /// Where `key` is, or where it would go.
    fn find(&self, key: &str) -> Result<usize, usize> {
        match self.0.position(key) {
            Some(i) => Ok(i),
            None => Err(self.0.as_slice().partition_point(|(it, _)| it.as_str() < key)),
        }
    }

    /// The value under `key`, or `None` when the key is absent.
    #[inline(always)]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.value(tag(key), key)
    }

    /// The string under `key`, or `None` when it is absent or not a string.
    pub fn str(&self, key: &str) -> Option<&str> {
        self.get(key).and_then(Value::as_str)
    }

    /// Whether `key` is present, even with a null.
    pub fn contains_key(&self, key: &str) -> bool {
        self.0.position(key).is_some()
    }

    /// Sets `key`, and returns what it held.
    pub fn insert(&mut self, key: impl Into<Str>, value: impl Into<Value>) -> Option<Value> {
        let (key, value) = (key.into(), value.into());
        match self.find(&key) {
            Ok(i) => {
                if self.0.as_slice()[i].1.is_same(&value) {
                    return Some(value);
                }
                Some(std::mem::replace(self.0.value_mut(i), value))
            }
            Err(i) => {
                self.insert_at(i, key, value);
                None
            }
        }
    }

    fn insert_at(&mut self, i: usize, key: Str, value: Value) {
        self.0 = take(&mut self.0).with(i, (key, value));
    }

    /// Takes entries away.
    fn edit<T>(&mut self, change: impl FnOnce(&mut Vec<Entry>) -> T) -> T {
        let mut entries = take(&mut self.0).into_vec(0);
        let result = change(&mut entries);
        self.0 = Entries::from(entries);
        result
    }

    /// Removes `key`, and returns what it held.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let i = self.0.position(key)?;
        Some(self.edit(|entries| entries.remove(i).1))
    }

    /// The value under `key` for changing, put there as null when it is absent.
    pub fn entry(&mut self, key: &str) -> &mut Value {
        let i = match self.find(key) {
            Ok(i) => i,
            Err(i) => {
                self.insert_at(i, Str::from(key), Value::Null);
                i
            }
        };
        self.0.value_mut(i)
    }

    /// The value under `key` for changing, or `None` when it is absent.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let i = self.0.position(key)?;
        Some(self.0.value_mut(i))
    }

    /// Keeps the entries for which `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &Value) -> bool) {
        if self.0.as_slice().iter().any(|(k, v)| !keep(k, v)) {
            self.edit(|entries| entries.retain(|(k, v)| keep(k, v)));
        }
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Str, &Value)> + DoubleEndedIterator {
        self.0.as_slice().iter().map(|(k, v)| (k, v))
    }

    /// The keys in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Str> {
        self.0.as_slice().iter().map(|(k, _)| k)
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.0.as_slice().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Entries::Empty)
    }

    /// Whether both are the very same shared map, which is told without a look inside. Maps that are equal need not be.
    pub fn is_shared_with(&self, other: &Map) -> bool {
        self.0.is_same(&other.0)
    }
}

impl Index<&str> for Map {
    type Output = Value;
    #[inline(always)]
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or(Value::null())
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(entries: T) -> Self {
        Self::from_entries(entries.into_iter().map(|(k, v)| (k.into(), v.into())).collect())
    }
}

/// Builds a [`Map`] from literal keys and any values; entries whose value is null are left out, but for those that are said
/// to be null before all others.
///
/// ```
/// use seatrial::map;
/// let taint = map! { "key" => "dedicated", "value" => None::<&str>, "effect" => "NoSchedule" };
/// assert_eq!(taint.len(), 2);
/// let condition = map! { null "lastProbeTime", "type" => "Ready", "reason" => None::<&str> };
/// assert!(condition.contains_key("lastProbeTime") && !condition.contains_key("reason"));
/// ```
#[macro_export]
macro_rules! map {
    ($(null $null:literal,)* $($key:literal => $value:expr),* $(,)?) => {
        {
            const NULLS: usize = <[&str]>::len(&[$($null),*]);
            const KEYS: usize = NULLS + <[&str]>::len(&[$($key),*]);
            const SHAPE: $crate::object::Shape<KEYS> = $crate::object::Shape::of([$($null,)* $($key),*], NULLS);
            $crate::object::Map::of([
                $(($crate::object::literal!($null), $crate::object::Value::Null),)*
                $(($crate::object::literal!($key), $crate::object::Value::from($value))),*
            ], &SHAPE)
        }
    };
}

/// Builds a [`Map`] from literal keys in their order, no more than sixteen, and any values; those that are null are kept.
///
/// ```
/// use seatrial::full_map;
/// let condition = full_map! { "lastProbeTime" => None::<&str>, "status" => "True", "type" => "Ready" };
/// assert_eq!(condition.len(), 3);
/// ```
#[macro_export]
macro_rules! full_map {
    ($($key:literal => $value:expr),* $(,)?) => {
        {
            const ROW: $crate::object::Row<{ <[&str]>::len(&[$($key),*]) }> = $crate::object::Row::of([$($key),*]);
            $crate::object::Map::full([$(($crate::object::literal!($key), $crate::object::Value::from($value))),*], ROW)
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_sorted_by_the_whole_key_and_the_later_of_two_equal_keys_wins() {
        let keys = ["reportingInstance", "b", "", "reportingComponent", "reporting", "a", "b"];
        let map: Map = keys.iter().enumerate().map(|(i, key)| (*key, i as i64)).collect();
        let mut sorted: Vec<_> = keys.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(map.keys().map(Str::as_str).collect::<Vec<_>>(), sorted);
        assert_eq!(map["b"], Value::Int(6));
        for key in sorted {
            assert!(map.contains_key(key), "{key}");
        }
        for absent in ["reportingX", "reportin", "reportingComponen", "c"] {
            assert!(!map.contains_key(absent), "{absent}");
        }
    }

    #[test]
    fn a_map_of_many_or_few_entries_is_the_same_however_it_is_made() {
        for length in [0_i64, 1, 5, 16, 17, 24, 25, 60] {
            let entry = |i: i64| (Str::from(format!("{:b}", i * 7 % 61)), Value::Int(i));
            let whole: Map = (0..length).map(entry).collect();
            assert!(whole.iter().zip(whole.iter().skip(1)).all(|((a, _), (b, _))| a < b), "{length}: {whole:?}");
            let old: Map = (0..length).filter(|i| i % 2 == 0).map(|i| (entry(i).0, Value::from("old"))).collect();
            assert_eq!(old.with((0..length).map(entry).collect()), whole, "{length}");
            assert_eq!(old.with((0..length).rev().map(entry).collect()), whole, "{length}");
            let twice = (0..length).map(|i| (entry(i).0, Value::from("old"))).chain((0..length).map(entry));
            assert_eq!(Map::from_entries(twice.collect()), whole, "{length}");
        }
        assert_eq!(map! { "b" => 1, "a" => None::<i64>, "b" => 2 }, map! { "b" => 2 });
    }

    #[test]
    fn a_copy_with_one_more_value_or_another_one_leaves_the_original_alone() {
        let original = map! { "a" => 1, "c" => 3 };
        assert_eq!(original.with_one("b".into(), Value::Int(2)), map! { "a" => 1, "b" => 2, "c" => 3 });
        assert_eq!(original.with_one("c".into(), Value::Int(2)), map! { "a" => 1, "c" => 2 });
        assert_eq!(Map::new().with_one("a".into(), Value::Int(1)).with_one("c".into(), Value::Int(3)), original);
        let many: Map = (0..40).map(|i| (format!("{i:02}"), i)).collect();
        assert_eq!(many.with_one("07".into(), Value::Int(0))["07"], Value::Int(0));
        assert_eq!((&many["07"], original.len()), (&Value::Int(7), 2));
    }

    #[test]
    fn a_changed_copy_leaves_the_original_alone_and_shares_the_rest() {
        let original = map! { "spec" => map! { "replicas" => 1 }, "status" => map! { "ready" => 1 } };
        let mut copy = original.clone();
        copy.entry("status").set("ready", 2);
        assert_eq!((&original["status"]["ready"], &copy["status"]["ready"]), (&Value::Int(1), &Value::Int(2)));
        let (Value::Map(a), Value::Map(b)) = (&original["spec"], &copy["spec"]) else { panic!("both are maps") };
        assert!(a.is_shared_with(b));
    }
}
