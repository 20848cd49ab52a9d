//! Keeps the `default` service account and the `kube-root-ca.crt` ConfigMap in every active namespace.
//!
//! Two controllers of kube-controller-manager: `pkg/controller/serviceaccount/serviceaccounts_controller.go` and
//! `pkg/controller/certificates/rootcacertpublisher/publisher.go`. Both look at a namespace when it changes and when
//! what they keep there changes or goes away.

use std::sync::Arc;

use crate::controllers::{Action, Controller, Outcome, Wake, Watches};
use crate::map;
use crate::object::{Key, Kind, Map, Object, Str, kinds, literal};
use crate::store::{Change, View};

/// The service account that every namespace has.
const DEFAULT_ACCOUNT: Str = literal!("default");
/// The ConfigMap that every namespace has.
const ROOT_CA: Str = literal!("kube-root-ca.crt");
/// What the publisher writes into the ConfigMap's annotation of this name.
const DESCRIPTION: (Str, Str) = (
    literal!("kubernetes.io/description"),
    literal!(
        "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."
    ),
);
/// A certificate's shape; nothing inside the cluster verifies anything with it.
pub(super) const CERTIFICATE: Str = literal!(
    "-----BEGIN CERTIFICATE-----
MIIBszCCAVmgAwIBAgIBADAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwprdWJlcm5l
dGVzMB4XDTI2MDEwMTAwMDAwMFoXDTM1MTIzMDAwMDAwMFowFTETMBEGA1UEAxMK
a3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHNlYXRyaWFsIHJl
aGVhcnNlcyBLdWJlcm5ldGVzIHdvcmtsb2FkcyBiZWZvcmUgdGhleSBzYWlsIQ==
-----END CERTIFICATE-----
"
);

/// The `default` service account of `namespace`.
pub fn new_default_account(namespace: &Str) -> Object {
    Object::new(kinds::SERVICE_ACCOUNT, namespace.clone(), DEFAULT_ACCOUNT)
}

/// The `kube-root-ca.crt` ConfigMap of `namespace`.
pub fn new_root_ca(namespace: &Str) -> Object {
    let mut config_map = Object::new(kinds::CONFIG_MAP, namespace.clone(), ROOT_CA);
    config_map.meta.set_annotation(DESCRIPTION.0, DESCRIPTION.1);
    config_map.body = map! { "data" => root_ca_data() };
    config_map
}

fn root_ca_data() -> Map {
    map! { "ca.crt" => CERTIFICATE }
}

/// The namespace to look at after `change`: that of a lost or changed `name` of `kind`, or a namespace itself.
fn namespace_concerned(change: &Change, kind: Kind, name: &Str) -> Option<Key> {
    let is_kept = change.key.kind == kind && change.key.name == *name && change.before.is_some();
    let namespace = match change.key.kind {
        kinds::NAMESPACE if change.after.is_some() => &change.key.name,
        _ if is_kept => &change.key.namespace,
        _ => return None,
    };
    Some(Key::new(kinds::NAMESPACE, "", namespace.clone()))
}

fn is_active(namespace: &Arc<Object>) -> bool {
    namespace.status()["phase"].str_or_empty() != "Terminating"
}

/// The service account controller.
#[derive(Debug, Default)]
pub struct ServiceAccountController {}

impl Controller for ServiceAccountController {
    fn name(&self) -> &'static str {
        "service-account-controller"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::NAMESPACE, kinds::SERVICE_ACCOUNT])
    }

    fn wakes(&mut self, change: &Change, _view: View<'_>, wakes: &mut Vec<Wake>) {
        let account_changed = change.key.kind == kinds::SERVICE_ACCOUNT && change.after.is_some();
        if !account_changed {
            wakes.extend(namespace_concerned(change, kinds::SERVICE_ACCOUNT, &DEFAULT_ACCOUNT).map(Wake::now));
        }
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _now: crate::clock::Time) -> Outcome {
        let account = Key::new(kinds::SERVICE_ACCOUNT, key.name.clone(), DEFAULT_ACCOUNT);
        if !view.get(key).is_some_and(is_active) || view.get(&account).is_some() {
            return Outcome::default();
        }
        Outcome { actions: vec![Action::Create(new_default_account(&key.name))], ..Outcome::default() }
    }
}

/// The root CA certificate publisher.
#[derive(Debug, Default)]
pub struct RootCaPublisher {}

impl Controller for RootCaPublisher {
    fn name(&self) -> &'static str {
        "root-ca-certificate-publisher"
    }

    fn watches(&self) -> Watches {
        Watches::Only(&[kinds::CONFIG_MAP, kinds::NAMESPACE])
    }

    fn wakes(&mut self, change: &Change, _view: View<'_>, wakes: &mut Vec<Wake>) {
        wakes.extend(namespace_concerned(change, kinds::CONFIG_MAP, &ROOT_CA).map(Wake::now));
    }

    fn reconcile(&mut self, view: View<'_>, key: &Key, _now: crate::clock::Time) -> Outcome {
        if !view.get(key).is_some_and(is_active) {
            return Outcome::default();
        }
        let wanted = new_root_ca(&key.name);
        let action = match view.get(&wanted.key()) {
            None => Action::Create(wanted),
            Some(found) => match restored(found) {
                Some(changed) => Action::Update(changed),
                None => return Outcome::default(),
            },
        };
        Outcome { actions: vec![action], ..Outcome::default() }
    }
}

/// `found` with the published data and annotation, or `None` when it has them. Other annotations stay.
fn restored(found: &Arc<Object>) -> Option<Object> {
    let described = found.meta.annotation(&DESCRIPTION.0) == Some(DESCRIPTION.1.as_str());
    let data = root_ca_data();
    if described && found.body["data"].as_map() == Some(&data) {
        return None;
    }
    let mut changed = Object::clone(found);
    changed.meta.set_annotation(DESCRIPTION.0, DESCRIPTION.1);
    changed.body.insert(literal!("data"), data);
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::registry::{DeleteOptions, Part, WriteOptions};
    use crate::sim::{Cluster, ClusterOptions};

    fn cluster() -> Cluster {
        let controllers: Vec<Box<dyn Controller>> =
            vec![Box::new(ServiceAccountController::default()), Box::new(RootCaPublisher::default())];
        let mut cluster = Cluster::new(&ClusterOptions::default(), controllers);
        cluster.bootstrap(&[]).expect("the API takes what a fresh cluster holds");
        cluster
    }

    fn account() -> Key {
        Key::new(kinds::SERVICE_ACCOUNT, "default", "default")
    }

    fn root_ca() -> Key {
        Key::new(kinds::CONFIG_MAP, "default", "kube-root-ca.crt")
    }

    #[test]
    fn a_new_namespace_gets_its_account_and_its_certificate() {
        let mut cluster = cluster();
        let mut namespace = Object::new(kinds::NAMESPACE, "", "team");
        *namespace.status_mut() = map! { "phase" => "Active" }.into();
        cluster.api("kubectl").create(namespace, &WriteOptions::default()).expect("a namespace");
        cluster.run_due().expect("settles");
        assert!(cluster.view().get(&Key::new(kinds::SERVICE_ACCOUNT, "team", "default")).is_some());
        assert!(cluster.view().get(&Key::new(kinds::CONFIG_MAP, "team", "kube-root-ca.crt")).is_some());
    }

    #[test]
    fn what_is_deleted_comes_back_and_what_is_changed_is_restored() {
        let mut cluster = cluster();
        for key in [account(), root_ca()] {
            let old = cluster.view().get(&key).cloned().expect("made at the start");
            cluster.api("kubectl").delete(&key, &DeleteOptions::default()).expect("deleted");
            cluster.run_due().expect("settles");
            let new = cluster.view().get(&key).cloned().expect("made again");
            assert_ne!(old.meta.uid, new.meta.uid);
        }
        let mut changed = Object::clone(cluster.view().get(&root_ca()).expect("there"));
        changed.body.entry("data").set("other", "x");
        changed.meta.set_annotation("mine", "kept");
        cluster.api("kubectl").update(changed, Part::Main, &WriteOptions::default()).expect("updated");
        cluster.run_due().expect("settles");
        let found = cluster.view().get(&root_ca()).cloned().expect("there");
        assert_eq!(found.body["data"].as_map().map(Map::len), Some(1));
        assert_eq!(found.meta.annotation("mine"), Some("kept"));
    }

    #[test]
    fn a_terminating_namespace_gets_nothing_back() {
        let mut cluster = cluster();
        let mut namespace =
            Object::clone(cluster.view().get(&Key::new(kinds::NAMESPACE, "", "default")).expect("there"));
        namespace.status_mut().set("phase", "Terminating");
        let now = cluster.now();
        cluster.api("test").store.put(namespace, now, literal!("test"));
        cluster.api("test").delete(&account(), &DeleteOptions::default()).expect("deleted");
        cluster.run_due().expect("settles");
        assert!(cluster.view().get(&account()).is_none());
    }
}
