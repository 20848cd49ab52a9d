//! ServiceAccount: every pod has an account, and its containers the account's token
//! (`plugin/pkg/admission/serviceaccount/admission.go`).

use std::sync::{Arc, LazyLock};

use super::forbidden;
use crate::api::Status;
use crate::clock::Names;
use crate::map;
use crate::object::{Key, Map, Object, Str, Value, kinds, literal};
use crate::store::Store;

/// Where containers find the token.
const MOUNT_PATH: Str = literal!("/var/run/secrets/kubernetes.io/serviceaccount");
/// The annotation of pods that mirror a kubelet's own.
const MIRROR: &str = "kubernetes.io/config.mirror";
/// What the names of the volumes with tokens begin with.
const TOKEN_PREFIX: &str = "kube-api-access-";

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

/// Gives a pod its account, which is returned unless a kubelet's own pod has none.
pub(super) fn admit(store: &Store, pod: &mut Object) -> Result<Option<Arc<Object>>, Status> {
    if is_mirror(pod) {
        return admit_mirror(pod).map(|()| None);
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
    if spec["imagePullSecrets"].is_empty() && !account.body["imagePullSecrets"].is_empty() {
        spec.set(literal!("imagePullSecrets"), &account.body["imagePullSecrets"]);
    }
    Ok(Some(account))
}

/// Whether `pod` mirrors a kubelet's own.
pub(super) fn is_mirror(pod: &Object) -> bool {
    !pod.meta.annotations.is_empty() && pod.meta.annotation(MIRROR).is_some()
}

/// A mirror pod may not use what a kubelet's own pod cannot have.
fn admit_mirror(pod: &Object) -> Result<(), Status> {
    if !pod.spec()["serviceAccountName"].is_empty() {
        return Err(forbidden(pod, "a mirror pod may not reference service accounts"));
    }
    Ok(())
}

/// The volume with the token of an account.
pub(super) struct Token {
    pub(super) name: Str,
    /// The pod has no such volume yet.
    is_new: bool,
}

/// The token that the containers of a pod with this spec get, unless the pod or its `account` wants none.
pub(super) fn token(account: &Object, spec: &Value, names: &mut Names) -> Option<Token> {
    let mounts = match (&spec["automountServiceAccountToken"], &account.body["automountServiceAccountToken"]) {
        (Value::Bool(own), _) => *own,
        (_, Value::Bool(of_account)) => *of_account,
        _ => true,
    };
    if !mounts {
        return None;
    }
    let present = spec["volumes"].items().iter().find(|it| is_named_as_token(it) && !it["projected"].is_null());
    Some(match present {
        Some(volume) => Token { name: volume["name"].as_shared_str().cloned().unwrap_or_default(), is_new: false },
        None => Token { name: new_name(names), is_new: true },
    })
}

/// A name for the volume with a token.
pub(super) fn new_name(names: &mut Names) -> Str {
    names.with_suffix(TOKEN_PREFIX, 5)
}

/// Calls the volume with the token `new` in a spec that has it as `old`. Volume and mounts are the last of their lists, where
/// [`Token::mount`] put them.
pub(super) fn rename_token(spec: &mut Value, old: &str, new: &Str) {
    let fields = spec.map_mut();
    if !rename_last(fields, "volumes", old, new) {
        return;
    }
    for list in ["initContainers", "containers"] {
        if !fields[list].items().is_empty() {
            for container in fields.entry(list).items_mut() {
                rename_last(container.map_mut(), "volumeMounts", old, new);
            }
        }
    }
}

/// Calls the last item of the list `field` of `map` by the name `new` if its name is `old`; tells whether it was.
fn rename_last(map: &mut Map, field: &str, old: &str, new: &Str) -> bool {
    let is_it = map[field].items().last().is_some_and(|it| it["name"].as_str() == Some(old));
    if is_it && let Some(last) = map.entry(field).items_mut().last_mut() {
        *last.field_mut("name") = Value::Str(new.clone());
    }
    is_it
}

fn is_named_as_token(volume: &Value) -> bool {
    volume["name"].str_or_empty().starts_with(TOKEN_PREFIX)
}

/// Whether the name of a token's volume may be one that the spec has already.
pub(super) fn may_clash(spec: &Value) -> bool {
    spec["volumes"].items().iter().any(is_named_as_token)
}

impl Token {
    /// Mounts the token into every container that has nothing at its path.
    pub(super) fn mount(self, spec: &mut Value) {
        let mount = Value::Map(map! { "name" => &self.name, "readOnly" => true, "mountPath" => MOUNT_PATH });
        let mut changed: Vec<(Str, Value)> = Vec::with_capacity(3);
        for list in [literal!("initContainers"), literal!("containers")] {
            let containers = spec[&*list].items();
            if !containers.iter().all(has_mount) {
                let mounted: Vec<Value> = containers.iter().map(|it| with_mount(it, &mount)).collect();
                changed.push((list, Value::from(mounted)));
            }
        }
        if changed.is_empty() {
            return;
        }
        if self.is_new {
            let volume = Value::Map(map! { "name" => self.name, "projected" => &*TOKEN_SOURCE });
            let volumes: Vec<Value> = spec["volumes"].items().iter().cloned().chain([volume]).collect();
            changed.push((literal!("volumes"), Value::from(volumes)));
        }
        let fields = spec.map_mut();
        *fields = std::mem::take(fields).with(changed);
    }
}

fn has_mount(container: &Value) -> bool {
    container["volumeMounts"].items().iter().any(|it| it["mountPath"].as_str() == Some(MOUNT_PATH.as_str()))
}

fn with_mount(container: &Value, mount: &Value) -> Value {
    let mut container = container.clone();
    if !has_mount(&container) {
        let mounts: Vec<Value> = container["volumeMounts"].items().iter().chain([mount]).cloned().collect();
        container.set(literal!("volumeMounts"), mounts);
    }
    container
}
