//! Admission of Ingresses and claims that name no class: they get the default one (plugin/pkg/admission/network/defaultingressclass,
//! plugin/pkg/admission/storage/storageclass/setdefault).

use crate::object::{Kind, Object, Str, kinds, literal};
use crate::store::Store;

const DEFAULT_INGRESS: [&str; 1] = ["ingressclass.kubernetes.io/is-default-class"];
const DEFAULT_STORAGE: [&str; 2] =
    ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

/// Where an Ingress named its class before there was a field for it.
const INGRESS_ANNOTATION: &str = "kubernetes.io/ingress.class";
/// Where a claim named its class before there was a field for it.
const CLAIM_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

/// Gives an Ingress its class.
pub(super) fn admit_ingress(store: &Store, ingress: &mut Object) {
    if !ingress.spec()["ingressClassName"].is_null() || ingress.meta.annotation(INGRESS_ANNOTATION).is_some() {
        return;
    }
    if let Some(class) = default_class(store, kinds::INGRESS_CLASS, &DEFAULT_INGRESS) {
        ingress.spec_mut().set(literal!("ingressClassName"), class);
    }
}

/// Gives a claim its class.
pub(super) fn admit_claim(store: &Store, claim: &mut Object) {
    if !claim.spec()["storageClassName"].is_null() || claim.meta.annotation(CLAIM_ANNOTATION).is_some() {
        return;
    }
    if let Some(class) = default_class(store, kinds::STORAGE_CLASS, &DEFAULT_STORAGE) {
        claim.spec_mut().set(literal!("storageClassName"), class);
    }
}

/// The newest of the classes that say they are the default; of several of an age the first by name.
fn default_class(store: &Store, kind: Kind, annotations: &[&str]) -> Option<Str> {
    let is_default =
        |class: &&std::sync::Arc<Object>| annotations.iter().any(|it| class.meta.annotation(it) == Some("true"));
    let mut found: Vec<_> = store.list(kind).filter(is_default).collect();
    found.sort_by(|a, b| b.meta.created.cmp(&a.meta.created).then_with(|| a.meta.name.cmp(&b.meta.name)));
    found.first().map(|class| class.meta.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Time;

    #[test]
    fn what_names_no_class_gets_the_newest_default() {
        let mut store = Store::new();
        for (name, age, value) in [("old", 0, "true"), ("b", 9, "true"), ("a", 9, "true"), ("newest", 10, "false")] {
            let mut class = Object::new(kinds::INGRESS_CLASS, "", name);
            class.meta.created = Some(Time::from_unix(age));
            class.meta.set_annotation(literal!("ingressclass.kubernetes.io/is-default-class"), value);
            store.put(class, Time::from_unix(10), "test".into());
        }
        let mut ingress = Object::new(kinds::INGRESS, "default", "web");
        admit_ingress(&store, &mut ingress);
        assert_eq!(ingress.spec()["ingressClassName"].str_or_empty(), "a");
        let mut named = Object::new(kinds::INGRESS, "default", "web");
        named.meta.set_annotation(literal!("kubernetes.io/ingress.class"), "nginx");
        admit_ingress(&store, &mut named);
        assert!(named.spec()["ingressClassName"].is_null());
        let mut claim = Object::new(kinds::PERSISTENT_VOLUME_CLAIM, "default", "data");
        admit_claim(&store, &mut claim);
        assert!(claim.spec()["storageClassName"].is_null(), "there is no class at all");
    }
}
