//! Which changes make an autoscaler look at its next instant.

use crate::controllers::Wake;
use crate::object::{Kind, Object, kinds, matches_label_selector};
use crate::store::{Change, View};

use super::next_look;
use super::sync::{SCALABLE, selector_of, target_key};

/// The autoscaler's own kind, what it can scale, and what it measures.
pub(super) const KINDS: &[Kind] =
    &[kinds::HORIZONTAL_POD_AUTOSCALER, kinds::POD, SCALABLE[0], SCALABLE[1], SCALABLE[2], SCALABLE[3]];

/// The autoscalers that `change` concerns. A namespace without any is seen to have none by one look-up.
pub(super) fn wakes(change: &Change, view: View<'_>, wakes: &mut Vec<Wake>) {
    let kind = change.key.kind;
    let wake = |scaler: &Object| Wake { key: scaler.key(), after: next_look(scaler, change.time) - change.time };
    if kind == kinds::HORIZONTAL_POD_AUTOSCALER {
        let asks_the_same = |after: &Object, before: &Object| {
            after.spec().is_same(before.spec()) && after.meta.annotations.is_shared_with(&before.meta.annotations)
        };
        match (&change.before, &change.after) {
            (Some(before), Some(after)) if asks_the_same(after, before) => {}
            (_, Some(after)) => wakes.push(wake(after)),
            (_, None) => wakes.push(Wake::now(change.key.clone())),
        }
        return;
    }
    let scalers = view.list_in(kinds::HORIZONTAL_POD_AUTOSCALER, &change.key.namespace);
    for scaler in scalers {
        let Some(target) = target_key(scaler) else {
            continue;
        };
        let concerned = match kind {
            kinds::POD => {
                let selector = view.get(&target).map(|it| selector_of(it)).unwrap_or_default();
                change.latest().is_some_and(|it| matches_label_selector(&selector, &it.meta.labels))
            }
            _ => target == change.key,
        };
        if concerned {
            wakes.push(wake(scaler));
        }
    }
}
