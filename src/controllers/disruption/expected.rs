//! How many pods a budget expects, and how many of them have to be healthy (`getExpectedPodCount`).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::api::custom::serving;
use crate::api::registry::Scaling;
use crate::controllers::shared::{Rounding, scaled};
use crate::object::{Key, Object, OwnerRef, Str, Value, kinds};
use crate::store::View;

/// What a budget expects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// How many pods there should be.
    pub pods: i64,
    /// How many of them have to be healthy.
    pub desired: i64,
    /// Whether some pods have no controller, although its scale matters.
    pub has_unmanaged: bool,
}

/// What the budget with `spec` expects of `pods`, those that it covers; or why that cannot be told.
pub(super) fn count(view: View<'_>, spec: &Value, pods: &[&Arc<Object>]) -> Result<Expected, String> {
    let (most, least) = (&spec["maxUnavailable"], &spec["minAvailable"]);
    if let (true, Some(desired)) = (most.is_null(), least.as_i64()) {
        return Ok(Expected { pods: i64::try_from(pods.len()).unwrap_or(i64::MAX), desired, has_unmanaged: false });
    }
    if most.is_null() && least.is_null() {
        return Ok(Expected::default());
    }
    let (total, has_unmanaged) = scale(view, pods)?;
    let desired = if most.is_null() {
        scaled(least, total, Rounding::Up)
    } else {
        (total - scaled(most, total, Rounding::Up)).max(0)
    };
    Ok(Expected { pods: total, desired, has_unmanaged })
}

/// The scales of all controllers of `pods` together, and whether some pod has none.
fn scale(view: View<'_>, pods: &[&Arc<Object>]) -> Result<(i64, bool), String> {
    let mut scales: BTreeMap<Str, i64> = BTreeMap::new();
    let mut has_unmanaged = false;
    for pod in pods {
        let Some(reference) = pod.meta.controller() else {
            has_unmanaged = true;
            continue;
        };
        if scales.contains_key(&reference.uid) {
            continue;
        }
        let Some((uid, replicas)) = scale_of(view, reference, &pod.meta.namespace)? else {
            return Err(format!("found no controllers for pod {:?}", pod.meta.name.as_str()));
        };
        scales.insert(uid, replicas);
    }
    Ok((scales.values().sum(), has_unmanaged))
}

/// The controller of a pod that counts, and its scale: the Deployment of a ReplicaSet, or what the pod names itself.
fn scale_of(view: View<'_>, reference: &OwnerRef, namespace: &Str) -> Result<Option<(Str, i64)>, String> {
    let OwnerRef { api_version, kind: kind_name, .. } = reference;
    let Some(kind) = serving::kind_by_api_version(view, api_version, kind_name) else {
        return Err(format!("no matches for kind {:?} in version {:?}", kind_name.as_str(), api_version.as_str()));
    };
    let custom = serving::by_api_version(view, api_version, kind_name);
    let scaling = match &custom {
        Some(served) => served.version().scale.as_ref().map(Scaling::of_custom),
        None => Scaling::of(kind),
    };
    let Some(scaling) = scaling else {
        return Err(format!("{} does not implement the scale subresource", kind.info().resource()));
    };
    let replicas = |it: &Object| scaling.shown(it)["spec"]["replicas"].as_i64().unwrap_or_default();
    let stored = |reference: &OwnerRef, kind| {
        let found = view.get(&Key::new(kind, namespace.clone(), reference.name.clone()));
        found.filter(|it| it.meta.uid == reference.uid)
    };
    let Some(owner) = stored(reference, kind) else {
        return Ok(None);
    };
    let above = owner.meta.controller().filter(|it| kind == kinds::REPLICA_SET && it.kind == "Deployment");
    let deployment = above.and_then(|it| stored(it, kinds::DEPLOYMENT));
    let counted = deployment.unwrap_or(owner);
    Ok(Some((counted.meta.uid.clone(), replicas(counted))))
}
