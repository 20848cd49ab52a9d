//! ResourceQuota: what a namespace may hold (apiserver `pkg/admission/plugin/resourcequota/controller.go`).
//!
//! Known difference: a write that fails after admission is not charged; in Kubernetes it is, until the controller counts
//! again.

use super::forbidden;
use crate::api::Status;
use crate::api::registry::pod::ResourceList;
use crate::api::registry::quota;
use crate::clock::Time;
use crate::object::{Map, Object, Quantity, Str, Value, kinds};
use crate::store::Store;

/// Checks that the quotas of the namespace have room for `new`, and returns those that it takes from with what is used of
/// them then. `old` is the stored object when it is an update.
pub(super) fn charge(store: &Store, new: &Object, old: Option<&Object>, now: Time) -> Result<Vec<Object>, Status> {
    // Only services and claims can come to take more of a quota than they did.
    let is_charged = old.is_none() || matches!(new.kind, kinds::SERVICE | kinds::PERSISTENT_VOLUME_CLAIM);
    if new.kind == kinds::EVENT || !is_charged {
        return Ok(Vec::new());
    }
    let mut quotas = store.list_in(kinds::RESOURCE_QUOTA, &new.meta.namespace).peekable();
    if quotas.peek().is_none() {
        return Ok(Vec::new());
    }
    let usage = quota::usage(new, now);
    let mut charged = Vec::new();
    for found in quotas {
        let hard = list(&found.status()["hard"]);
        let counted: Vec<&Str> = hard.keys().filter(|name| quota::counts(name, new.kind)).collect();
        if counted.is_empty() || !quota::matches_scopes(found, new) {
            continue;
        }
        check_constraints(new, found, &counted)?;
        let before = old.filter(|old| quota::matches_scopes(found, old)).map(|old| quota::usage(old, now));
        let mut requested = ResourceList::new();
        for (name, amount) in &usage {
            let was = before.as_ref().and_then(|it| it.get(name)).copied().unwrap_or_default();
            if hard.contains_key(name) && *amount > was {
                requested.insert(name.clone(), *amount - was);
            }
        }
        if !requested.is_empty() {
            charged.push(with_used(new, found, &hard, &requested)?);
        }
    }
    Ok(charged)
}

/// A pod has to say what it needs of that which is counted.
fn check_constraints(object: &Object, found: &Object, counted: &[&Str]) -> Result<(), Status> {
    let name = &found.meta.name;
    if object.kind == kinds::POD
        && let Some(missing) = quota::missing_of_pod(object, counted.iter().map(|it| it.as_str()))
    {
        return Err(forbidden(object, &format!("failed quota: {name}: must specify {missing}")));
    }
    if counted.iter().any(|it| found.status()["used"].get(it).is_null()) {
        let names: Vec<&str> = counted.iter().map(|it| it.as_str()).collect();
        let why = format!("status unknown for quota: {name}, resources: {}", names.join(","));
        return Err(forbidden(object, &why));
    }
    Ok(())
}

/// The quota with `requested` used besides what is used, if that is within what is `hard`.
fn with_used(object: &Object, found: &Object, hard: &ResourceList, requested: &ResourceList) -> Result<Object, Status> {
    let mut used = list(&found.status()["used"]);
    let mut exceeded: Vec<&Str> = Vec::new();
    for (name, amount) in requested {
        let sum = used.get(name).copied().unwrap_or_default() + *amount;
        if hard.get(name).is_some_and(|most| sum > *most) {
            exceeded.push(name);
        }
    }
    if !exceeded.is_empty() {
        let show = |amounts: &ResourceList| {
            let shown = exceeded.iter().filter_map(|name| amounts.get(*name).map(|it| format!("{name}={it}")));
            shown.collect::<Vec<_>>().join(",")
        };
        let why = format!(
            "exceeded quota: {}, requested: {}, used: {}, limited: {}",
            found.meta.name,
            show(requested),
            show(&used),
            show(hard)
        );
        return Err(forbidden(object, &why));
    }
    for (name, amount) in requested {
        *used.entry(name.clone()).or_default() += *amount;
    }
    let mut changed = found.clone();
    let shown: Map = used.into_iter().map(|(name, amount)| (name, Value::from(amount))).collect();
    changed.status_mut().set("used", shown);
    Ok(changed)
}

fn list(value: &Value) -> ResourceList {
    let amounts = value.as_map().into_iter().flat_map(|it| it.iter());
    amounts.map(|(name, amount)| (name.clone(), Quantity::or_zero(amount))).collect()
}
