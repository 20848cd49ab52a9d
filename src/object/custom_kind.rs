//! The kinds that CustomResourceDefinitions make, next to the built-in table.
//!
//! A kind is its group, its plural, its name and its scope: what a definition cannot change once it is established. A process
//! gives each such kind a number when it first meets it, and keeps it. Which clusters serve the kind is none of this: a
//! cluster asks its own definitions. The numbers depend on which of several clusters came first, and so nothing may: kinds
//! are ordered by what they are.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::kinds::BUILT_IN;
use super::{Kind, KindInfo};

/// What makes a custom kind the same one everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomKind<'a> {
    /// `example.com`.
    pub group: &'a str,
    /// `widgets`.
    pub plural: &'a str,
    /// `Widget`.
    pub kind: &'a str,
    /// Whether objects live in namespaces.
    pub namespaced: bool,
}

/// How many kinds a block of the table holds, and how many blocks there are.
const BLOCK: usize = 256;

type Block = Box<[OnceLock<&'static KindInfo>]>;

/// The kinds by their numbers, to be read without a lock.
static TABLE: [OnceLock<Block>; BLOCK] = [const { OnceLock::new() }; BLOCK];

/// The numbers by what the kinds are.
static NUMBERS: Mutex<BTreeMap<CustomKind<'static>, usize>> = Mutex::new(BTreeMap::new());

impl CustomKind<'_> {
    /// The kind of this identity; `None` when a process has met more kinds than it can number.
    pub fn interned(self) -> Option<Kind> {
        let mut numbers = NUMBERS.lock().unwrap_or_else(PoisonError::into_inner);
        let number = match numbers.get(&self) {
            Some(number) => *number,
            None => {
                let number = numbers.len();
                let block = TABLE.get(number / BLOCK)?;
                u16::try_from(BUILT_IN.len() + number).ok()?;
                let leaked = self.leaked();
                let block = block.get_or_init(|| (0..BLOCK).map(|_| OnceLock::new()).collect());
                block[number % BLOCK].get_or_init(|| Box::leak(Box::new(leaked.info())));
                numbers.insert(leaked, number);
                number
            }
        };
        u16::try_from(BUILT_IN.len() + number).ok().map(Kind)
    }

    fn leaked(self) -> CustomKind<'static> {
        let leak = |text: &str| -> &'static str { Box::leak(Box::from(text)) };
        CustomKind {
            group: leak(self.group),
            plural: leak(self.plural),
            kind: leak(self.kind),
            namespaced: self.namespaced,
        }
    }
}

impl CustomKind<'static> {
    fn info(self) -> KindInfo {
        KindInfo {
            group: self.group,
            kind: self.kind,
            plural: self.plural,
            singular: Box::leak(self.kind.to_lowercase().into_boxed_str()),
            namespaced: self.namespaced,
            counts_generation: true,
            storage_hash: "custom",
            ..KindInfo::PLAIN
        }
    }
}

/// The row of the custom kind with this number, counted from 0.
pub(super) fn info(number: usize) -> &'static KindInfo {
    let row = TABLE.get(number / BLOCK).and_then(OnceLock::get).and_then(|block| block[number % BLOCK].get());
    row.copied().expect("a kind above the built-in ones was numbered here")
}

/// The order of two custom kinds: by group, plural, name and scope.
pub(super) fn compare(a: &KindInfo, b: &KindInfo) -> Ordering {
    let identity = |it: &'_ KindInfo| (it.group, it.plural, it.kind, it.namespaced);
    identity(a).cmp(&identity(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(group: &str, plural: &str) -> Kind {
        let kind = CustomKind { group, plural, kind: "Thing", namespaced: true };
        kind.interned().expect("there is room")
    }

    #[test]
    fn a_kind_is_the_same_wherever_it_is_met_and_custom_ones_are_ordered_by_what_they_are() {
        let (later, earlier) = (kind("z.example.com", "things"), kind("a.example.com", "things"));
        assert_eq!(later, kind("z.example.com", "things"));
        assert!(earlier < later);
        assert!(Kind::all().all(|built_in| built_in < earlier));
        assert!(later.is_custom());
        assert_eq!(later.info().resource(), "things.z.example.com");
    }
}
