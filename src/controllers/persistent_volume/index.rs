//! Where the volumes are that a claim may be concerned with, so that a claim costs the same among ten volumes and ten thousand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::controllers::persistent_volume::{claim_key, claim_uid};
use crate::object::{Key, Object, Str};
use crate::store::{Change, View};

/// The volumes by the claims that they name.
#[derive(Debug, Default)]
pub struct Index {
    /// Those that name no claim.
    free: BTreeSet<Key>,
    of_claims: BTreeMap<Key, BTreeSet<Key>>,
    of_uids: BTreeMap<Str, BTreeSet<Key>>,
}

impl Index {
    /// Learns of a volume that came, changed or went.
    pub fn learn(&mut self, change: &Change) {
        let place = |it: &Option<Arc<Object>>| it.as_ref().map(|it| (claim_key(it), Str::from(claim_uid(it))));
        let (before, after) = (place(&change.before), place(&change.after));
        if before == after {
            return;
        }
        if let Some((claim, uid)) = before {
            match claim {
                Some(claim) => leave(&mut self.of_claims, &claim, &change.key),
                None => drop(self.free.remove(&change.key)),
            }
            leave(&mut self.of_uids, &uid, &change.key);
        }
        if let Some((claim, uid)) = after {
            match claim {
                Some(claim) => drop(self.of_claims.entry(claim).or_default().insert(change.key.clone())),
                None => drop(self.free.insert(change.key.clone())),
            }
            self.of_uids.entry(uid).or_default().insert(change.key.clone());
        }
    }

    /// The volumes that `claim` may be bound to: those that name it, and those that name none.
    pub fn candidates<'v>(&self, view: View<'v>, claim: &Object) -> Vec<&'v Arc<Object>> {
        let naming = self.of_claims.get(&claim.key()).into_iter().flatten();
        naming.chain(&self.free).filter_map(move |key| view.store().get(key)).collect()
    }

    /// The volumes that name the claim with `uid`.
    pub fn of_uid(&self, uid: &str) -> impl Iterator<Item = &Key> {
        self.of_uids.get(uid).into_iter().flatten()
    }
}

fn leave<K: Ord>(index: &mut BTreeMap<K, BTreeSet<Key>>, at: &K, volume: &Key) {
    if let Some(volumes) = index.get_mut(at) {
        volumes.remove(volume);
        if volumes.is_empty() {
            index.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;
    use crate::map;
    use crate::object::kinds;
    use crate::store::Store;

    #[test]
    fn a_volume_stands_with_the_claim_that_it_names_or_among_the_free() {
        let (mut store, mut index, mut heard) = (Store::new(), Index::default(), 1);
        let mut volume = Object::new(kinds::PERSISTENT_VOLUME, "", "v");
        let claim = |name: &str| Object::new(kinds::PERSISTENT_VOLUME_CLAIM, "team", name);
        let reference = |name: &str| map! { "namespace" => "team", "name" => name, "uid" => format!("uid of {name}") };
        let mut seen = Vec::new();
        for named in [None, Some("a"), Some("b"), None] {
            match named {
                Some(name) => volume.spec_mut().set("claimRef", reference(name)),
                None => drop(volume.spec_mut().remove("claimRef")),
            }
            store.put(volume.clone(), Time(0), "test".into());
            store.changes_since(heard).expect("kept").for_each(|it| index.learn(it));
            heard = store.version();
            let view = View::new(&store);
            seen.push(["a", "b"].map(|it| index.candidates(view, &claim(it)).len()));
            assert_eq!(index.of_uid("uid of a").count(), usize::from(named == Some("a")));
        }
        assert_eq!(seen, [[1, 1], [1, 0], [0, 1], [1, 1]]);
        store.remove(&volume.key(), Time(0), "test".into());
        store.changes_since(heard).expect("kept").for_each(|it| index.learn(it));
        assert!(index.candidates(View::new(&store), &claim("a")).is_empty());
    }
}
