//! The entries of a map behind one pointer.
//!
//! A cluster keeps hundreds of thousands of maps, most of them of a few entries, and reading fields is most of what a
//! reconcile does. A shared vector would put its length and its entries in two places of memory, and every look-up would
//! wait for both; a shared array of known length is one place, and takes a quarter less. Before the entries stands a tag
//! of one byte for each: a look-up compares eight of them at once, and reads no key but the one it found. An absent field,
//! the most frequent answer of all, is told by the tags alone.

use std::sync::Arc;

use super::{Str, Value};

/// A key with its value.
pub type Entry = (Str, Value);

/// Entries with their tags: one byte for each, eight to a word. The tags are first, at one place for every length.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Tagged<const WORDS: usize, const LENGTH: usize> {
    tags: [u64; WORDS],
    entries: [Entry; LENGTH],
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A byte that differs between most keys of one map, and is never zero.
#[derive(Clone, Copy, Debug)]
pub struct Tag(u8);

/// The tag of `key`. A literal's is worked out at compile time.
#[inline(always)]
pub const fn tag(key: &str) -> Tag {
    let bytes = key.as_bytes();
    let length = bytes.len();
    let mut mixed = (length as u32).wrapping_mul(0x9e37);
    if length > 0 {
        mixed ^= (bytes[0] as u32).wrapping_mul(0x85eb)
            ^ (bytes[length / 2] as u32).wrapping_mul(0xc2b3)
            ^ (bytes[length - 1] as u32).wrapping_mul(0x27d5);
    }
    Tag((mixed >> 8 ^ mixed) as u8 | 1)
}

/// The most entries that have tags.
pub const TAGGED: usize = 16;

/// The tags of as many entries as have them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tags([u64; 2]);

impl Tags {
    /// Those of no entries.
    pub const NONE: Tags = Tags([0; 2]);

    /// Puts the tag of the entry at `i` in, which has none yet. More entries than have tags are left out.
    #[inline(always)]
    pub const fn put(&mut self, i: usize, Tag(tag): Tag) {
        if i < TAGGED {
            self.0[i / 8] |= (tag as u64) << (i % 8 * 8);
        }
    }

    fn of(entries: &[Entry]) -> Self {
        let mut tags = Tags::default();
        for (i, (key, _)) in entries.iter().enumerate().take(TAGGED) {
            tags.put(i, tag(key));
        }
        tags
    }

    /// The tags after another one is put in at `i`, whose entry was there before or is one of those that move on.
    fn with(self, i: usize, Tag(tag): Tag) -> Self {
        let all = u128::from(self.0[1]) << 64 | u128::from(self.0[0]);
        let (bits, before) = (i * 8, (1 << (i * 8)) - 1);
        let all = all & before | u128::from(tag) << bits | (all & !before) << 8;
        Tags([all as u64, (all >> 64) as u64])
    }

    fn words<const WORDS: usize>(self) -> [u64; WORDS] {
        std::array::from_fn(|i| self.0[i])
    }
}

macro_rules! entries {
    (one word: $($few:ident),*; two words: $($more:ident),*; $($variant:ident = $words:literal of $length:literal),*) => {
        /// A shared list of entries. Cloning it copies a pointer; changing a shared one copies the entries.
        #[derive(Clone, Debug, Default)]
        pub enum Entries {
            /// No entry.
            #[default]
            Empty,
            $(
                #[doc = concat!("An array of ", $length, ".")]
                $variant(Arc<Tagged<$words, $length>>),
            )*
            /// More than the arrays hold.
            Many(Arc<Vec<Entry>>),
        }

        impl Entries {
            /// The words of tags and the entries, where there are tags. The lengths that have equally many words are laid out
            /// alike, so that telling them apart takes no jump.
            #[inline(always)]
            fn tagged(&self) -> Option<(&[u64], &[Entry])> {
                match self {
                    $(Entries::$few(it) => Some((&it.tags, &it.entries)),)*
                    _ => match self {
                        $(Entries::$more(it) => Some((&it.tags, &it.entries)),)*
                        _ => None,
                    },
                }
            }

            /// The value of the entry at `i` for changing, copied with all others first where they are shared.
            pub fn value_mut(&mut self, i: usize) -> &mut Value {
                match self {
                    $(Entries::$variant(it) => &mut Arc::make_mut(it).entries[i].1,)*
                    Entries::Many(it) => &mut Arc::make_mut(it)[i].1,
                    Entries::Empty => unreachable!("there is no entry at {i}"),
                }
            }

            /// The entries for changing, if nothing else has them.
            fn own(&mut self) -> Option<&mut [Entry]> {
                match self {
                    Entries::Empty => None,
                    $(Entries::$variant(it) => match Arc::get_mut(it) {
                        Some(it) => Some(&mut it.entries),
                        None => None,
                    },)*
                    Entries::Many(it) => Arc::get_mut(it).map(Vec::as_mut_slice),
                }
            }

            /// The list of `length` entries, each of which is told once, in order; their tags are `tags`.
            pub fn of(length: usize, tags: Tags, mut entry: impl FnMut(usize) -> Entry) -> Self {
                match length {
                    0 => Entries::Empty,
                    $($length => {
                        Entries::$variant(Arc::new(Tagged { tags: tags.words(), entries: std::array::from_fn(entry) }))
                    })*
                    _ => Entries::Many(Arc::new((0..length).map(&mut entry).collect())),
                }
            }
        }

        $(
            impl From<([Entry; $length], Tags)> for Entries {
                #[inline(never)]
                fn from((entries, tags): ([Entry; $length], Tags)) -> Self {
                    Entries::$variant(Arc::new(Tagged { tags: tags.words(), entries }))
                }
            }
        )*
    };
}

entries!(
    one word: One, Two, Three, Four, Five, Six, Seven, Eight;
    two words: Nine, Ten, Eleven, Twelve, Thirteen, Fourteen, Fifteen, Sixteen;
    One = 1 of 1, Two = 1 of 2, Three = 1 of 3, Four = 1 of 4, Five = 1 of 5, Six = 1 of 6, Seven = 1 of 7,
    Eight = 1 of 8, Nine = 2 of 9, Ten = 2 of 10, Eleven = 2 of 11, Twelve = 2 of 12, Thirteen = 2 of 13,
    Fourteen = 2 of 14, Fifteen = 2 of 15, Sixteen = 2 of 16
);

impl From<Vec<Entry>> for Entries {
    #[inline(never)]
    fn from(mut entries: Vec<Entry>) -> Self {
        if entries.len() > TAGGED {
            return Entries::Many(Arc::new(entries));
        }
        Entries::of(entries.len(), Tags::of(&entries), |i| std::mem::take(&mut entries[i]))
    }
}

impl Entries {
    /// The entries with another one at `i`, copied where they are shared.
    #[inline(never)]
    pub fn with(mut self, i: usize, entry: Entry) -> Self {
        let length = self.as_slice().len();
        if length >= TAGGED || i > length {
            let mut entries = self.into_vec(1);
            entries.insert(i, entry);
            return Entries::from(entries);
        }
        let tags = self.tags().with(i, tag(&entry.0));
        let mut new = Some(entry);
        let place = |at: usize| if at < i { at } else { at - 1 };
        match self.own() {
            Some(own) => Entries::of(length + 1, tags, |at| match new.take_if(|_| at == i) {
                Some(new) => new,
                None => std::mem::take(&mut own[place(at)]),
            }),
            None => {
                let all = self.as_slice();
                Entries::of(length + 1, tags, |at| match new.take_if(|_| at == i) {
                    Some(new) => new,
                    None => all[place(at)].clone(),
                })
            }
        }
    }

    /// A copy with another value in the entry at `i`.
    #[inline(never)]
    pub fn with_value(&self, i: usize, value: Value) -> Self {
        let (entries, mut value) = (self.as_slice(), Some(value));
        Entries::of(entries.len(), self.tags(), |at| match value.take_if(|_| at == i) {
            Some(value) => (entries[at].0.clone(), value),
            None => entries[at].clone(),
        })
    }

    /// The tags of a list that has them.
    fn tags(&self) -> Tags {
        let words = self.tagged().map_or(&[][..], |(words, _)| words);
        Tags([0, 1].map(|i| words.get(i).copied().unwrap_or_default()))
    }

    /// The entries as a vector with room for as many more, copied where they are shared.
    pub fn into_vec(mut self, more: usize) -> Vec<Entry> {
        if let Entries::Many(it) = self {
            return Arc::unwrap_or_clone(it);
        }
        let mut entries = Vec::with_capacity(self.as_slice().len() + more);
        match self.own() {
            Some(own) => entries.extend(own.iter_mut().map(std::mem::take)),
            None => entries.extend_from_slice(self.as_slice()),
        }
        entries
    }

    /// The entries.
    #[inline]
    pub fn as_slice(&self) -> &[Entry] {
        match self.tagged() {
            Some((_, entries)) => entries,
            None => self.untagged(),
        }
    }

    /// The entries of a list that has no tags. It is out of line, for otherwise each caller would tell all lengths apart by a
    /// jump.
    #[cold]
    #[inline(never)]
    fn untagged(&self) -> &[Entry] {
        if let Entries::Many(entries) = self { entries } else { &[] }
    }

    /// Whether both are the very same list: what shares its entries has its tags at the same place.
    #[inline]
    pub fn is_same(&self, other: &Entries) -> bool {
        match (self.tagged(), other.tagged()) {
            (Some((own, _)), Some((its, _))) => own.as_ptr() == its.as_ptr(),
            (None, None) => self.is_same_untagged(other),
            _ => false,
        }
    }

    #[cold]
    #[inline(never)]
    fn is_same_untagged(&self, other: &Entries) -> bool {
        match (self, other) {
            (Entries::Many(own), Entries::Many(its)) => Arc::ptr_eq(own, its),
            (Entries::Empty, Entries::Empty) => true,
            _ => false,
        }
    }

    /// The index of the entry with `key`.
    #[inline]
    pub fn position(&self, key: &str) -> Option<usize> {
        self.tagged_position(tag(key), key)
    }

    #[inline(never)]
    fn tagged_position(&self, tag: Tag, key: &str) -> Option<usize> {
        self.find(tag, key).map(|(i, _)| i)
    }

    /// The value under `key`, whose tag is `tag`.
    #[inline(never)]
    pub fn value(&self, tag: Tag, key: &str) -> Option<&Value> {
        self.find(tag, key).map(|(_, value)| value)
    }

    /// The index of the entry with `key` and its value. All lengths take one way: a jump for each would be guessed wrong. Mostly
    /// one entry has the tag and is the one; whatever else there is to do is done out of line.
    #[inline(always)]
    pub fn find(&self, tag: Tag, key: &str) -> Option<(usize, &Value)> {
        let Some((tags, entries)) = self.tagged() else {
            return self.find_untagged(key);
        };
        let (mut first, mut found) = (0, hits(tags[0], tag));
        if found == 0 {
            (first, found) = (8, hits(*tags.get(1)?, tag));
            if found == 0 {
                return None;
            }
        }
        let i = first + found.trailing_zeros() as usize / 8;
        match entries.get(i) {
            Some((it, value)) if is_short_key(it.as_bytes(), key.as_bytes()) => Some((i, value)),
            _ => find_from(entries, i, key),
        }
    }

    #[cold]
    #[inline(never)]
    fn find_untagged(&self, key: &str) -> Option<(usize, &Value)> {
        let Entries::Many(entries) = self else {
            return None;
        };
        let i = entries.binary_search_by(|(it, _)| it.as_str().cmp(key)).ok()?;
        Some((i, &entries[i].1))
    }
}

/// A bit for each of the eight `tags` that may be `tag`, the lowest of them for one that is.
#[inline(always)]
fn hits(tags: u64, Tag(tag): Tag) -> u64 {
    // A byte that equals the tag is zero here; a zero byte is found by the bit that it borrows from.
    let differing = tags ^ (u64::from(tag) * ONES);
    differing.wrapping_sub(ONES) & !differing & HIGHS
}

#[cold]
#[inline(never)]
fn find_from<'a>(entries: &'a [Entry], first: usize, key: &str) -> Option<(usize, &'a Value)> {
    let i = first + entries.get(first..)?.iter().position(|(it, _)| it == key)?;
    Some((i, &entries[i].1))
}

/// Whether two keys are equal and have four to sixteen bytes, as most have: two words that may overlap hold all of them.
#[inline(always)]
fn is_short_key(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    match a.len() {
        8..=16 => a.first_chunk::<8>() == b.first_chunk::<8>() && a.last_chunk::<8>() == b.last_chunk::<8>(),
        4..=7 => a.first_chunk::<4>() == b.first_chunk::<4>() && a.last_chunk::<4>() == b.last_chunk::<4>(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(length: usize) -> Vec<Entry> {
        (0..length).map(|i| (Str::from(format!("{i:02}")), Value::from(i as i64))).collect()
    }

    #[test]
    fn a_value_is_two_words_whatever_it_holds() {
        assert_eq!((size_of::<Value>(), size_of::<Entry>()), (16, 24));
    }

    #[test]
    fn any_number_of_entries_goes_in_and_comes_out() {
        for length in [0, 1, 2, 15, 16, 17, 40] {
            let kept = Entries::from(entries(length));
            assert_eq!(kept.as_slice(), entries(length), "{length}");
            assert_eq!(kept.into_vec(1), entries(length), "{length}");
        }
    }

    #[test]
    fn an_entry_that_is_put_in_anywhere_is_found_and_so_are_the_others() {
        for length in [0, 1, 7, 8, 9, 15, 16, 20] {
            for at in 0..=length {
                let mut all = entries(length + 1);
                let new = all.remove(at);
                let (old, shared) = (Entries::from(all.clone()), Entries::from(all.clone()));
                for kept in [old.with(at, new.clone()), shared.clone().with(at, new)] {
                    assert_eq!(kept.as_slice(), entries(length + 1), "{at} of {length}");
                    for i in 0..=length {
                        assert_eq!(kept.position(&format!("{i:02}")), Some(i), "{i} after {at} of {length}");
                    }
                }
                assert_eq!(shared.as_slice(), all, "{at} of {length}");
            }
        }
    }

    #[test]
    fn every_key_is_found_where_it_is_and_no_other() {
        for length in [0, 1, 7, 8, 9, 16, 17, 40] {
            let kept = Entries::from(entries(length));
            for i in 0..length {
                assert_eq!(kept.position(&format!("{i:02}")), Some(i), "{i} of {length}");
            }
            for absent in ["", "0", "000", "99", "a longer key"] {
                assert_eq!(kept.position(absent), None, "{absent:?} of {length}");
            }
        }
    }

    #[test]
    fn keys_of_any_length_are_told_from_those_that_look_alike() {
        let of_length = |length: usize| (0..length).map(|i| char::from(b'a' + i as u8 % 26)).collect::<String>();
        for length in 0..30 {
            let key = of_length(length);
            let kept = Entries::from(vec![(Str::from(key.as_str()), Value::Null)]);
            assert_eq!(kept.position(&key), Some(0), "{key:?}");
            for changed in 0..length {
                let mut other = key.clone().into_bytes();
                other[changed] = b'Z';
                let other = String::from_utf8(other).expect("it is ASCII");
                assert!(!is_short_key(key.as_bytes(), other.as_bytes()), "{key:?} and {other:?}");
                assert_eq!(kept.position(&other), None, "{key:?} and {other:?}");
            }
            assert_eq!(is_short_key(key.as_bytes(), key.as_bytes()), (4..=16).contains(&length), "{key:?}");
            assert_eq!(kept.position(&of_length(length + 1)), None, "{key:?}");
        }
    }

    #[test]
    fn keys_with_one_tag_are_all_found() {
        // The first, the middle and the last byte make a tag, so that these have the same.
        let alike: Vec<String> = (b'a'..=b'h').map(|byte| format!("k{}m..z", char::from(byte))).collect();
        let kept = Entries::from(alike.iter().map(|key| (Str::from(key.as_str()), Value::Null)).collect::<Vec<_>>());
        for (i, key) in alike.iter().enumerate() {
            assert_eq!(kept.position(key), Some(i), "{key:?}");
        }
        assert_eq!(kept.position("k.m..z"), None);
    }

    #[test]
    fn changing_a_copy_leaves_the_original_alone() {
        for length in [1, 16, 17] {
            let original = Entries::from(entries(length));
            let mut copy = original.clone();
            assert!(copy.is_same(&original), "{length}");
            *copy.value_mut(0) = Value::Bool(true);
            assert!(!copy.is_same(&original), "{length}");
            assert_eq!((&original.as_slice()[0].1, &copy.as_slice()[0].1), (&Value::Int(0), &Value::Bool(true)));
        }
    }
}
