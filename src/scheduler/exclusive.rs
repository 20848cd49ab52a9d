//! Claims that one pod alone may use (`pkg/scheduler/framework/plugins/volumerestrictions`).

use super::cache::occupies;
use crate::object::{Key, Object, Str, kinds};
use crate::store::View;

/// The access mode of a claim that one pod alone may use.
const ONE_POD: &str = "ReadWriteOncePod";

/// The claims of one pod that no other may use meanwhile, and how many times others do (`preFilterState`).
#[derive(Debug, Default)]
pub struct Exclusive {
    claims: Vec<Str>,
    uses: i64,
}

/// The claims that `pod` names among its volumes.
fn named(pod: &Object) -> impl Iterator<Item = &Str> {
    pod.spec()["volumes"].items().iter().filter_map(|it| it["persistentVolumeClaim"]["claimName"].as_shared_str())
}

/// Whether both pods name one and the same claim.
pub fn shares_a_claim(pod: &Object, other: &Object) -> bool {
    pod.meta.namespace == other.meta.namespace && named(pod).any(|claim| named(other).any(|it| it == claim))
}

impl Exclusive {
    /// Those of the claims of `pod`.
    ///
    /// # Errors
    /// Why no node can take the pod: it names a claim that is not there.
    pub fn of(view: View<'_>, pod: &Object) -> Result<Self, String> {
        let mut claims = Vec::new();
        for name in named(pod) {
            let key = Key::new(kinds::PERSISTENT_VOLUME_CLAIM, pod.meta.namespace.clone(), name.clone());
            let claim = view.get(&key).ok_or_else(|| format!("persistentvolumeclaim {name:?} not found"))?;
            if claim.spec()["accessModes"].items().iter().any(|it| it.as_str() == Some(ONE_POD)) {
                claims.push(name.clone());
            }
        }
        if claims.is_empty() {
            return Ok(Exclusive::default());
        }
        let placed = || view.list_in(kinds::POD, &pod.meta.namespace).filter(|it| occupies(it).is_some());
        let in_use = claims.iter().filter(|claim| placed().any(|it| named(it).any(|used| used == *claim)));
        let uses = i64::try_from(in_use.count()).unwrap_or(i64::MAX);
        Ok(Exclusive { claims, uses })
    }

    /// Whether another pod uses one of them.
    pub fn is_in_use(&self) -> bool {
        self.uses > 0
    }

    /// Supposes that `other` came to a node, or with a negative `sign` that it went (`AddPod`, `RemovePod`).
    pub fn suppose(&mut self, pod: &Object, other: &Object, sign: i64) {
        if self.claims.is_empty() || pod.meta.namespace != other.meta.namespace {
            return;
        }
        let shared = named(other).filter(|it| self.claims.contains(it)).count();
        self.uses += sign * i64::try_from(shared).unwrap_or(0);
    }
}
