//! What admission makes of a new pod, and whether it would make the same of another one with the same spec.

use std::sync::Arc;

use super::{default_tolerations, limit_ranger, priority, runtime_class, service_account};
use crate::api::Status;
use crate::clock::Names;
use crate::object::{Object, Str, Value, kinds};
use crate::store::Store;

/// What admission of a pod went by besides its spec.
#[derive(Debug)]
pub(in crate::api::registry) struct Grounds {
    account: Arc<Object>,
    class: Option<Arc<Object>>,
    as_of: LastChanges,
}

/// The last changes of the kinds that admission of pods goes by. As long as there is no later one, the account and the class
/// need not be looked up again.
#[derive(Debug, PartialEq, Eq)]
struct LastChanges {
    accounts: u64,
    classes: u64,
}

impl LastChanges {
    #[inline]
    fn of(store: &Store) -> Self {
        LastChanges {
            accounts: store.last_change_of(kinds::SERVICE_ACCOUNT),
            classes: store.last_change_of(kinds::PRIORITY_CLASS),
        }
    }
}

/// The spec of a pod as it was admitted, and what it was admitted on.
#[derive(Debug)]
pub(in crate::api::registry) struct Admitted {
    pub(in crate::api::registry) spec: Value,
    /// The name that was made for the volume with the token: each pod has its own.
    token: Option<Str>,
    grounds: Grounds,
}

/// Lets a new pod in, in the order of kube-apiserver. What is returned holds for the next pod with this spec too; there is
/// nothing to return where it went by more than [`Grounds`] knows of.
pub(super) fn admit(store: &Store, names: &mut Names, pod: &mut Object) -> Result<Option<Admitted>, Status> {
    limit_ranger::admit(store, pod);
    let account = service_account::admit(store, pod)?;
    let token = account.as_ref().and_then(|it| service_account::token(it, pod.spec(), names));
    let class = priority::admit(store, pod)?;
    default_tolerations::admit(pod);
    runtime_class::admit(store, pod)?;
    let is_repeatable =
        pod.spec()["runtimeClassName"].is_null() && !has_limits(store, pod) && !service_account::may_clash(pod.spec());
    let made = token.as_ref().map(|it| it.name.clone());
    if let Some(token) = token {
        token.mount(pod.spec_mut());
    }
    let grounds =
        account.filter(|_| is_repeatable).map(|account| Grounds { account, class, as_of: LastChanges::of(store) });
    Ok(grounds.map(|grounds| Admitted { spec: pod.spec().clone(), token: made, grounds }))
}

fn has_limits(store: &Store, pod: &Object) -> bool {
    super::has_limits(store) && store.list_in(kinds::LIMIT_RANGE, &pod.meta.namespace).next().is_some()
}

impl Grounds {
    /// Whether admission of `pod`, which has the spec of the pod before, would go by the same.
    fn hold_for(&self, store: &Store, pod: &Object) -> bool {
        (self.as_of == LastChanges::of(store) || self.are_current(store, pod))
            && self.account.meta.namespace == pod.meta.namespace
            && !service_account::is_mirror(pod)
            && !has_limits(store, pod)
    }

    /// Whether the account and the class are those that admission would find now.
    fn are_current(&self, store: &Store, pod: &Object) -> bool {
        let is_current = |it: &Arc<Object>| store.by_uid(&it.meta.uid).is_some_and(|now| Arc::ptr_eq(now, it));
        let same_class = match &self.class {
            // The class that the spec names is looked up by that name, the others are the default of all.
            Some(class) if pod.spec()["priorityClassName"].as_str() == Some(&class.meta.name) => is_current(class),
            class => priority::default_class(store).map(Arc::as_ptr) == class.as_ref().map(Arc::as_ptr),
        };
        same_class && is_current(&self.account)
    }
}

impl Admitted {
    /// Whether `pod`, which has the spec that this was made of, would be admitted as this is.
    pub(in crate::api::registry) fn holds_for(&self, store: &Store, pod: &Object) -> bool {
        self.grounds.hold_for(store, pod)
    }

    /// Gives the token of a pod that has this spec a name of its own.
    pub(super) fn name_token(&self, names: &mut Names, pod: &mut Object) {
        if let Some(made) = &self.token {
            service_account::rename_token(pod.spec_mut(), made, &service_account::new_name(names));
        }
    }
}
