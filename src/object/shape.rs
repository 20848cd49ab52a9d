//! The shape of a map that the code writes down: the order and the tags of its keys, worked out at compile time.

use super::entries::{Entries, Entry, Tag, Tags, tag};

/// The most keys that a map has which the code writes down.
const MOST: usize = 64;

/// Where a key was written down.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u8,
    /// Whether its entry is kept though its value is null.
    even_null: bool,
    tag: Tag,
}

/// The order of `N` literal keys, and their tags.
#[derive(Clone, Copy, Debug)]
pub struct Shape<const N: usize> {
    /// Each key's place among those that were written down, in the order of the keys.
    keys: [Place; N],
    /// Whether a key is there twice.
    repeats: bool,
}

impl<const N: usize> Shape<N> {
    /// The shape of a map with `keys`, of which the first `nulls` are kept though their values are null. The code does not
    /// compile if there are more than 64 of them.
    pub const fn of(keys: [&str; N], nulls: usize) -> Self {
        assert!(N <= MOST, "so many keys are not written down");
        let (mut sorted, mut repeats, mut i) = ([Place { at: 0, even_null: false, tag: tag("") }; N], false, 0);
        while i < N {
            let mut at = i;
            while at > 0 {
                let before = sorted[at - 1];
                match compare(keys[i].as_bytes(), keys[before.at as usize].as_bytes()) {
                    0 => repeats = true,
                    less if less < 0 => sorted[at] = before,
                    _ => break,
                }
                if repeats {
                    break;
                }
                at -= 1;
            }
            sorted[at] = Place { at: i as u8, even_null: i < nulls, tag: tag(keys[i]) };
            i += 1;
        }
        Shape { keys: sorted, repeats }
    }

    /// The entries of a map of this shape, without those that are null and not kept; `None` if a key is there twice.
    #[inline]
    pub fn gather(&self, entries: &mut [Entry; N]) -> Option<Entries> {
        if self.repeats { None } else { Some(gather(entries, &self.keys)) }
    }
}

/// The tags of `N` literal keys that were written down in their order.
#[derive(Clone, Copy, Debug)]
pub struct Row<const N: usize>(Tags);

impl<const N: usize> Row<N> {
    /// The row of `keys`. Keys out of order are no row: the code does not compile.
    pub const fn of(keys: [&str; N]) -> Self {
        let (mut tags, mut i) = (Tags::NONE, 0);
        while i < N {
            assert!(i == 0 || compare(keys[i - 1].as_bytes(), keys[i].as_bytes()) < 0, "the keys are not in order");
            tags.put(i, tag(keys[i]));
            i += 1;
        }
        Row(tags)
    }

    /// All entries of a map with these keys, nulls included.
    #[inline]
    pub fn fill(self, entries: [Entry; N]) -> Entries
    where
        Entries: From<([Entry; N], Tags)>,
    {
        Entries::from((entries, self.0))
    }
}

/// Below zero if `a` sorts before `b`, zero if they are equal.
const fn compare(a: &[u8], b: &[u8]) -> i32 {
    let mut i = 0;
    while i < a.len() && i < b.len() {
        if a[i] != b[i] {
            return a[i] as i32 - b[i] as i32;
        }
        i += 1;
    }
    a.len() as i32 - b.len() as i32
}

#[inline(never)]
fn gather(entries: &mut [Entry], keys: &[Place]) -> Entries {
    let (mut kept, mut length, mut tags) = ([0; MOST], 0, Tags::NONE);
    for Place { at, even_null, tag } in keys {
        if *even_null || !entries[usize::from(*at)].1.is_null() {
            tags.put(length, *tag);
            kept[length] = *at;
            length += 1;
        }
    }
    Entries::of(length, tags, |i| std::mem::take(&mut entries[usize::from(kept[i])]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::{Str, Value};

    #[test]
    fn literal_keys_are_in_order_and_found_without_those_of_nulls() {
        const SHAPE: Shape<5> = Shape::of(["kind", "apiVersion", "", "kinds", "a"], 0);
        let entry = |key: &str, value: Value| (Str::from(key), value);
        let mut entries = [
            entry("kind", 1.into()),
            entry("apiVersion", 2.into()),
            entry("", 3.into()),
            entry("kinds", Value::Null),
            entry("a", 5.into()),
        ];
        let kept = SHAPE.gather(&mut entries).expect("no key is there twice");
        let keys: Vec<&str> = kept.as_slice().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["", "a", "apiVersion", "kind"]);
        for (i, key) in keys.into_iter().enumerate() {
            assert_eq!(kept.position(key), Some(i), "{key:?}");
        }
        assert_eq!(kept.position("kinds"), None);
    }

    #[test]
    fn only_the_nulls_that_are_meant_are_kept() {
        const SHAPE: Shape<4> = Shape::of(["c", "b", "d", "a"], 2);
        let mut entries = ["c", "b", "d", "a"].map(|key| (Str::from(key), Value::Null));
        let kept = SHAPE.gather(&mut entries).expect("no key is there twice");
        assert_eq!(kept.as_slice(), [(Str::from("b"), Value::Null), (Str::from("c"), Value::Null)]);
    }

    #[test]
    fn a_row_keeps_nulls_and_every_key_is_found() {
        const ROW: Row<9> = Row::of(["", "a", "ab", "b", "c", "kind", "name", "namespace", "uid"]);
        let keys = ["", "a", "ab", "b", "c", "kind", "name", "namespace", "uid"];
        let filled = ROW.fill(keys.map(|key| (Str::from(key), Value::Null)));
        for (i, key) in keys.into_iter().enumerate() {
            assert_eq!(filled.position(key), Some(i), "{key:?}");
        }
        assert_eq!((filled.position("d"), filled.as_slice().len()), (None, 9));
    }

    #[test]
    fn a_key_that_is_there_twice_is_seen() {
        const SHAPE: Shape<3> = Shape::of(["b", "a", "b"], 0);
        assert!(SHAPE.gather(&mut Default::default()).is_none());
    }
}
