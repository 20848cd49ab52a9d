//! Definitions that were read already. Reading one compiles its schemas and rules, which no request should wait for twice.
//!
//! What is remembered follows from the definition's revision alone, so that it makes no difference to any answer who read it
//! first; it is shared by the clusters of a process, and bounded.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Definition;
use crate::object::{Object, Str};

/// How many revisions of definitions of one name are remembered.
const REVISIONS: usize = 8;
/// How many names are.
const NAMES: usize = 1024;

type Known = Vec<(Arc<Object>, Option<Arc<Definition>>)>;

static KNOWN: Mutex<BTreeMap<Str, Known>> = Mutex::new(BTreeMap::new());

/// Reads a definition as it is stored, or remembers what reading it came to.
pub fn read(object: &Arc<Object>) -> Option<Arc<Definition>> {
    let lock = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same = |it: &Arc<Object>| Arc::ptr_eq(it, object);
    if let Some(known) = lock().get(&object.meta.name)
        && let Some((_, definition)) = known.iter().find(|(it, _)| is_same(it))
    {
        return definition.clone();
    }
    let definition = Definition::read(object).map(Arc::new);
    let mut all = lock();
    if all.len() >= NAMES {
        all.clear();
    }
    let known = all.entry(object.meta.name.clone()).or_default();
    if known.len() >= REVISIONS {
        known.remove(0);
    }
    known.push((object.clone(), definition.clone()));
    definition
}
