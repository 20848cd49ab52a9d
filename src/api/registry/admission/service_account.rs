//! ServiceAccount: every pod has an account, and its containers the account's token
//! (`plugin/pkg/admission/serviceaccount/admission.go`).

use std::sync::{Arc, LazyLock};

use super::forbidden;
use crate::api::Status;
use crate::clock::Names;
use crate::map;
use crate::object::{Key, Object, Str, Value, kinds, literal};
use crate::store::Store;

/// Where containers find the token.
const MOUNT_PATH: Str = literal!("/var/run/secrets/kubernetes.io/serviceaccount");
/// The annotation of pods that mirror a kubelet's own.
const MIRROR: &str = "kubernetes.io/config.mirror";

/// The projected volume with the token, the root CA and the namespace: the same for every pod.
static TOKEN_SOURCE: LazyLock<Value> = LazyLock::new(|| {
    let sources = [
        map! { "serviceAccountToken" => map! { "expirationSeconds" => 3607_i64, "path" => "token" } },
        map! { "configMap" => map! {
            "name" => "kube-root-ca.crt",
            "items" => Value::list([map! { "key" => "ca.crt", "path" => "ca.crt" }]),
        } },
        map! { "downwardAPI" => map! {
            "items" => Value::list([map! {
                "path" => "namespace",
                "fieldRef" => map! { "apiVersion" => "v1", "fieldPath" => "metadata.namespace" },
            }]),
        } },
    ];
    Value::Map(map! { "sources" => Value::list(sources), "defaultMode" => 420_i64 })
});

pub(super) fn admit(store: &Store, names: &mut Names, pod: &mut Object) -> Result<(), Status> {
    if pod.meta.annotation(MIRROR).is_some() {
        return admit_mirror(pod);
    }
    let named = pod.spec()["serviceAccountName"].str_or_empty();
    let account_name = if named.is_empty() { "default" } else { named };
    let namespace = pod.meta.namespace.clone();
    let Some(account) = store.get(&Key::new(kinds::SERVICE_ACCOUNT, namespace.clone(), account_name)) else {
        let why = format!(
            "error looking up service account {namespace}/{account_name}: serviceaccount {account_name:?} not found"
        );
        return Err(forbidden(pod, &why));
    };
    let account = account.clone();
    let spec = pod.spec_mut();
    spec.set(literal!("serviceAccountName"), &account.meta.name);
    spec.set(literal!("serviceAccount"), &account.meta.name);
    let mounts = match (&spec["automountServiceAccountToken"], &account.body["automountServiceAccountToken"]) {
        (Value::Bool(own), _) => *own,
        (_, Value::Bool(of_account)) => *of_account,
        _ => true,
    };
    if mounts {
        mount_token(spec, names);
    }
    if spec["imagePullSecrets"].is_empty() && !account.body["imagePullSecrets"].is_empty() {
        spec.set(literal!("imagePullSecrets"), &account.body["imagePullSecrets"]);
    }
    Ok(())
}

/// A mirror pod may not use what a kubelet's own pod cannot have.
fn admit_mirror(pod: &Object) -> Result<(), Status> {
    if !pod.spec()["serviceAccountName"].is_empty() {
        return Err(forbidden(pod, "a mirror pod may not reference service accounts"));
    }
    Ok(())
}

/// Mounts the token into every container that has nothing at its path.
fn mount_token(spec: &mut Value, names: &mut Names) {
    let present = spec["volumes"]
        .items()
        .iter()
        .find(|it| it["name"].str_or_empty().starts_with("kube-api-access-") && !it["projected"].is_null());
    let (name, is_new) = match present {
        Some(volume) => (volume["name"].as_shared_str().cloned().unwrap_or_default(), false),
        None => (Str::from(format!("kube-api-access-{}", names.suffix(5))), true),
    };
    let mount = Value::Map(map! { "name" => &name, "readOnly" => true, "mountPath" => MOUNT_PATH });
    let mut is_used = false;
    for list in ["initContainers", "containers"] {
        if spec[list].items().iter().all(has_mount) {
            continue;
        }
        for container in spec.field_mut(list).items_mut() {
            if !has_mount(container) {
                container.field_mut("volumeMounts").items_mut().push(mount.clone());
                is_used = true;
            }
        }
    }
    if is_used && is_new {
        let volume = Value::Map(map! { "name" => name, "projected" => &*TOKEN_SOURCE });
        match spec.field_mut("volumes") {
            Value::List(volumes) => Arc::make_mut(volumes).push(volume),
            absent => *absent = Value::from(vec![volume]),
        }
    }
}

fn has_mount(container: &Value) -> bool {
    container["volumeMounts"].items().iter().any(|it| it["mountPath"].as_str() == Some(MOUNT_PATH.as_str()))
}
