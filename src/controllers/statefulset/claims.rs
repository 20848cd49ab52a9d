//! The storage of each pod: claims made of templates, and who owns them by the retention policy.

use std::sync::Arc;

use crate::controllers::statefulset::identity;
use crate::map;
use crate::object::{Key, Meta, Object, OwnerRef, Str, Value, kinds};
use crate::store::View;

/// A claim that a pod needs.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The name of its template, which is that of the pod's volume.
    pub volume: Str,
    /// The claim as it is created.
    pub object: Object,
}

/// What `pod` of `set` owns or is to own.
pub fn claims(set: &Object, pod: &Object) -> Vec<Claim> {
    let templates = set.spec()["volumeClaimTemplates"].items().iter();
    templates.filter_map(|template| claim(set, pod, template)).collect()
}

fn claim(set: &Object, pod: &Object, template: &Value) -> Option<Claim> {
    let ordinal = identity::ordinal(set, pod)?;
    let of_template = Meta::from_value(&template["metadata"]);
    let name = format!("{}-{}-{ordinal}", of_template.name, set.meta.name);
    let mut object = Object::new(kinds::PERSISTENT_VOLUME_CLAIM, set.meta.namespace.clone(), name);
    object.meta.labels = of_template.labels;
    object.meta.annotations = of_template.annotations;
    for (key, value) in set.spec().at(&["selector", "matchLabels"]).as_map().into_iter().flat_map(|it| it.iter()) {
        object.meta.set_label(key, value.as_shared_str().cloned().unwrap_or_default());
    }
    object.body.insert("spec", &template["spec"]);
    Some(Claim { volume: of_template.name, object })
}

/// Puts the volumes of `pod`'s claims before its own; they replace those of the same names (`updateStorage`).
pub fn mount(set: &Object, pod: &mut Object) {
    let claims = claims(set, pod);
    if claims.is_empty() {
        return;
    }
    let of_claim = |it: &Claim| {
        let source = map! { "claimName" => &it.object.meta.name };
        Value::Map(map! { "name" => &it.volume, "persistentVolumeClaim" => source })
    };
    let own = pod.spec()["volumes"].items().iter();
    let own = own.filter(|it| claims.iter().all(|claim| it["name"].str_or_empty() != claim.volume.as_str())).cloned();
    let volumes: Vec<Value> = claims.iter().map(of_claim).chain(own).collect();
    pod.spec_mut().set("volumes", Value::list(volumes));
}

/// Which owners a claim is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Owners {
    set: bool,
    pod: bool,
}

/// What the retention policy of `set` asks for (`claimOwnerMatchesSetAndPod`).
fn owners(set: &Object, is_condemned: bool) -> Owners {
    let policy = &set.spec()["persistentVolumeClaimRetentionPolicy"];
    let deletes = |when: &str| policy[when].str_or_empty() == "Delete";
    let with_pod = deletes("whenScaled") && is_condemned;
    Owners { set: deletes("whenDeleted") && !with_pod, pod: with_pod }
}

/// `claim` with the owners that it is to have, or `None` if it has them or another controller has it.
pub fn with_owners(set: &Object, pod: &Object, claim: &Object, is_condemned: bool) -> Option<Object> {
    let wanted = owners(set, is_condemned);
    let is_ours = |it: &OwnerRef| it.uid == set.meta.uid || (it.kind == "Pod" && it.name == pod.meta.name);
    if claim.meta.controller().is_some_and(|it| !is_ours(it)) {
        return None;
    }
    let has = |uid: &str| claim.meta.owners.iter().any(|it| it.uid == uid);
    if has(&set.meta.uid) == wanted.set && has(&pod.meta.uid) == wanted.pod {
        return None;
    }
    let mut claim = claim.clone();
    let list = Arc::make_mut(&mut claim.meta.owners);
    list.retain(|it| !is_ours(it));
    list.extend(wanted.set.then(|| set.controller_ref()));
    list.extend(wanted.pod.then(|| pod.controller_ref()));
    Some(claim)
}

/// The stored claims of `pod` that have to get other owners.
pub fn to_be_handed_over(view: View<'_>, set: &Object, pod: &Object, is_condemned: bool) -> Vec<Object> {
    let stored = |it: &Claim| view.get(&it.object.key()).cloned();
    claims(set, pod).iter().filter_map(stored).filter_map(|it| with_owners(set, pod, &it, is_condemned)).collect()
}

/// Whether a claim of `pod` still belongs to the pod that had its name before: it will go, and is waited for.
pub fn is_stale(view: View<'_>, set: &Object, pod: &Object) -> bool {
    let of_predecessor = |key: Key| {
        let owners = view.get(&key).map(|it| it.meta.owners.clone()).unwrap_or_default();
        owners.iter().any(|it| it.kind == "Pod" && it.name == pod.meta.name && it.uid != pod.meta.uid)
    };
    claims(set, pod).iter().any(|it| of_predecessor(it.object.key()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(deleted: &str, scaled: &str) -> Object {
        let mut set = Object::new(kinds::STATEFUL_SET, "default", "web");
        set.meta.uid = "set".into();
        let policy = map! { "whenDeleted" => deleted, "whenScaled" => scaled };
        set.spec_mut().set("persistentVolumeClaimRetentionPolicy", policy);
        set.spec_mut().set("selector", map! { "matchLabels" => map! { "app" => "web" } });
        let template = map! {
            "metadata" => map! { "name" => "data", "labels" => map! { "tier" => "db" } },
            "spec" => map! { "volumeName" => "x" },
        };
        set.spec_mut().set("volumeClaimTemplates", Value::list([template]));
        set
    }

    fn pod() -> Object {
        let mut pod = Object::new(kinds::POD, "default", "web-1");
        pod.meta.uid = "pod".into();
        pod
    }

    #[test]
    fn a_claim_is_named_by_template_set_and_ordinal_and_mounted_under_the_templates_name() {
        let (set, mut pod) = (set("Retain", "Retain"), pod());
        let volumes = [map! { "name" => "data" }, map! { "name" => "tmp" }];
        pod.spec_mut().set("volumes", Value::list(volumes));
        let claims = claims(&set, &pod);
        assert_eq!(claims[0].object.meta.name, "data-web-1");
        assert_eq!(claims[0].object.meta.labels.len(), 2);
        mount(&set, &mut pod);
        let want = r#"[{"name":"data","persistentVolumeClaim":{"claimName":"data-web-1"}},{"name":"tmp"}]"#;
        assert_eq!(pod.spec()["volumes"].to_json(), want);
    }

    #[test]
    fn the_retention_policy_says_who_owns_a_claim() {
        let table = [
            ("Retain", "Retain", false, ""),
            ("Retain", "Retain", true, ""),
            ("Delete", "Retain", false, "set"),
            ("Delete", "Retain", true, "set"),
            ("Retain", "Delete", false, ""),
            ("Retain", "Delete", true, "pod"),
            ("Delete", "Delete", false, "set"),
            ("Delete", "Delete", true, "pod"),
        ];
        for (deleted, scaled, is_condemned, want) in table {
            let (set, pod) = (set(deleted, scaled), pod());
            let claim = &claims(&set, &pod)[0].object;
            let got = with_owners(&set, &pod, claim, is_condemned);
            let uids: Vec<&str> = got.iter().flat_map(|it| it.meta.owners.iter()).map(|it| it.uid.as_str()).collect();
            assert_eq!(uids.join(","), want, "{deleted} {scaled} {is_condemned}");
            if let Some(got) = got {
                assert!(with_owners(&set, &pod, &got, is_condemned).is_none(), "it has them then");
            }
        }
    }
}
