//! The volumes of a pod: what is in them, when they are there, and where a container sees them (`pkg/volume`,
//! `pkg/kubelet/volumemanager`, `makeMounts` in `pkg/kubelet/kubelet_pods.go`).
//!
//! Known differences: an update of a ConfigMap or Secret reaches the files at the pod's next full minute. A volume of a
//! driver that only a real node has is an empty folder.

mod content;
mod measure;
pub mod network_files;
mod setup;
mod storage;
pub mod together;

use std::collections::BTreeMap;

pub use content::Origins;
pub use setup::check;
pub use storage::{Storage, shared_names};

use super::downward::Facts;
use super::known::Known;
use super::shell::files::Files;
use super::shell::tree::{Mount, Tree};
use super::worker::Worker;
use crate::clock::{Span, Time};
use crate::object::{Key, Kind, Object, Str, Value, kinds};
use crate::store::View;

/// How often a kubelet looks at a pod of which nothing was heard (`syncFrequency`).
pub const SYNC_PERIOD: Span = Span::seconds(60);
/// How long it waits with a container that could not be made (`backOffPeriod` in `pkg/kubelet/kubelet.go`).
pub const RETRY_PERIOD: Span = Span::seconds(10);
/// An instant that never comes.
pub const NEVER: Time = Time(i64::MAX);

/// What the pods of a node have in common on its disks, and what is on the disks of claims: trees by the names that
/// [`shared_name`] gives them.
pub type Disks = BTreeMap<Str, Tree>;

/// The sources of what a volume holds.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// The pod and its place.
    pub facts: Facts<'a>,
    /// ConfigMaps, Secrets, accounts and claims.
    pub view: View<'a>,
    /// The instant.
    pub now: Time,
}

/// Whether what a volume holds comes from the API rather than from what was written to it.
fn is_published(volume: &Value) -> bool {
    let is_source = |key: &str| matches!(key, "configMap" | "secret" | "downwardAPI" | "projected");
    volume.as_map().is_some_and(|it| it.iter().any(|(key, source)| is_source(key) && !source.is_null()))
}

/// The name of the disk that a volume is a part of, if pods share it: the node's own, or that of a bound claim.
pub fn shared_name(pod: &Object, volume: &Value, view: View<'_>) -> Option<Str> {
    if !volume["hostPath"].is_null() {
        return Some(Str::from(format!("node {}", pod.spec()["nodeName"].str_or_empty())));
    }
    let claim = claim_name(pod, volume)?;
    let claim = view.get(&Key::new(kinds::PERSISTENT_VOLUME_CLAIM, pod.meta.namespace.clone(), claim))?;
    let bound = claim.spec()["volumeName"].as_str().filter(|it| !it.is_empty())?;
    Some(Str::from(format!("volume {bound}")))
}

/// The claim that a volume stands for, its own or one that is made for the pod.
fn claim_name(pod: &Object, volume: &Value) -> Option<String> {
    match (&volume["persistentVolumeClaim"], &volume["ephemeral"]) {
        (Value::Null, Value::Null) => None,
        (Value::Null, _) => Some(format!("{}-{}", pod.meta.name, volume["name"].str_or_empty())),
        (claim, _) => Some(claim["claimName"].str_or_empty().to_owned()),
    }
}

fn volume_named<'a>(pod: &'a Object, name: &str) -> &'a Value {
    let found = pod.spec()["volumes"].items().iter().find(|it| it["name"].as_str() == Some(name));
    found.unwrap_or(Value::null())
}

/// Whether containers of `pod` may see what others of it write while both run.
pub fn is_shared(pod: &Object) -> bool {
    let spec = pod.spec();
    let (mains, inits) = (spec["containers"].items(), spec["initContainers"].items());
    if mains.len() + inits.len() < 2 {
        return false;
    }
    let containers = mains.iter().chain(inits);
    let written = |volume: &Value| !is_published(volume);
    let mounting = |volume: &Value| {
        let mounts = |it: &&Value| it["volumeMounts"].items().iter().any(|it| it["name"] == volume["name"]);
        containers.clone().filter(mounts).count()
    };
    spec["volumes"].items().iter().any(|it| written(it) && mounting(it) > 1)
}

/// Gives the container at `index` its files: what the runtime makes, and the volumes that it mounts.
pub fn furnish(files: &mut Files, worker: &Worker, index: usize, sources: &Sources<'_>, known: &Known) {
    let pod = &*worker.pod;
    files.furnish(network_files::files(&sources.facts, &known.resolvers));
    for mount in worker.spec(index)["volumeMounts"].items() {
        let name = mount["name"].as_shared_str().cloned().unwrap_or_default();
        let volume = volume_named(pod, &name);
        let published = is_published(volume);
        let mut sub_path = mount["subPath"].str_or_empty().to_owned();
        let with_variables = mount["subPathExpr"].str_or_empty();
        if !with_variables.is_empty() {
            let value = |name: &str| variable(worker.spec(index), name, &sources.facts);
            sub_path = super::environment::expand(with_variables, value);
        }
        let own = &worker.storage.trees;
        let (volume_name, tree) = if published {
            let tree = content::later(volume, sources, &known.origins);
            // A part of what is published stays as it was when the container started.
            (if sub_path.is_empty() { name } else { Str::from(format!("{name} {sub_path}")) }, tree)
        } else if let Some(shared) = shared_name(pod, volume, sources.view) {
            let on_host = volume["hostPath"]["path"].str_or_empty();
            sub_path = if on_host.is_empty() { sub_path } else { format!("{on_host}/{sub_path}") };
            let tree = own.get(&shared).cloned().unwrap_or_default();
            (shared, tree)
        } else {
            let tree = own.get(&name).cloned().unwrap_or_default();
            (name, tree)
        };
        let path = super::shell::files::absolute("/", mount["mountPath"].str_or_empty());
        let read_only =
            published || mount["readOnly"].is_true() || volume["persistentVolumeClaim"]["readOnly"].is_true();
        files.mount(Mount { path, volume: volume_name, sub_path, read_only }, &tree);
    }
}

/// A variable of a container as `subPathExpr` may use it: one that is written out or tells of the pod.
fn variable(container: &Value, name: &str, facts: &Facts<'_>) -> Option<Str> {
    let variable = container["env"].items().iter().find(|it| it["name"].as_str() == Some(name))?;
    match variable["valueFrom"]["fieldRef"]["fieldPath"].as_str() {
        Some(path) => facts.field(path).ok().map(Str::from),
        None => Some(variable["value"].as_shared_str().cloned().unwrap_or_default()),
    }
}

/// What each published volume of the pod holds now, by its name.
pub fn published(pod: &Object, sources: &Sources<'_>) -> Vec<(Str, Tree)> {
    let volumes = pod.spec()["volumes"].items().iter().filter(|it| is_published(it));
    let tree = |it: &Value| Some((it["name"].as_shared_str()?.clone(), content::tree(it, sources).ok()?));
    volumes.filter_map(tree).collect()
}

/// Whether a volume or a variable of a pod with `spec` comes from the object of `kind` with this name.
pub fn uses(spec: &Value, kind: Kind, name: &str) -> bool {
    let is_secret = kind == kinds::SECRET;
    let (source, field) = if is_secret { ("secret", "secretName") } else { ("configMap", "name") };
    let is = |value: &Value| value.as_str() == Some(name);
    let in_volume = |it: &Value| {
        is(&it[source][field]) || it["projected"]["sources"].items().iter().any(|it| is(&it[source]["name"]))
    };
    let (key_ref, all_ref) =
        if is_secret { ("secretKeyRef", "secretRef") } else { ("configMapKeyRef", "configMapRef") };
    let in_container = |it: &Value| {
        it["env"].items().iter().any(|it| is(&it["valueFrom"][key_ref]["name"]))
            || it["envFrom"].items().iter().any(|it| is(&it[all_ref]["name"]))
    };
    spec["volumes"].items().iter().any(in_volume)
        || spec["containers"].items().iter().chain(spec["initContainers"].items()).any(in_container)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(spec: &str) -> Object {
        let mut pod = Object::new(kinds::POD, "default", "web");
        pod.body.insert("spec", Value::from_json(spec.as_bytes()).expect("valid JSON"));
        pod
    }

    #[test]
    fn a_volume_is_shared_when_two_containers_mount_it_and_somebody_can_write_to_it() {
        let of = |volume: &str, second: &str| {
            pod(&format!(
                r#"{{"volumes":[{{"name":"v",{volume}}}],"containers":[{{"volumeMounts":[{{"name":"v"}}]}},
                    {{"volumeMounts":[{{"name":"{second}"}}]}}]}}"#
            ))
        };
        assert!(is_shared(&of(r#""emptyDir":{}"#, "v")));
        assert!(!is_shared(&of(r#""emptyDir":{}"#, "w")));
        assert!(!is_shared(&of(r#""configMap":{"name":"x"}"#, "v")));
    }

    #[test]
    fn what_a_pod_takes_from_objects_is_found_wherever_it_says_so() {
        for (spec, is_secret) in [
            (r#"{"volumes":[{"configMap":{"name":"x"}}]}"#, false),
            (r#"{"volumes":[{"secret":{"secretName":"x"}}]}"#, true),
            (r#"{"volumes":[{"projected":{"sources":[{"configMap":{"name":"x"}}]}}]}"#, false),
            (r#"{"volumes":[{"projected":{"sources":[{"secret":{"name":"x"}}]}}]}"#, true),
            (r#"{"containers":[{"env":[{"valueFrom":{"configMapKeyRef":{"name":"x"}}}]}]}"#, false),
            (r#"{"initContainers":[{"envFrom":[{"secretRef":{"name":"x"}}]}]}"#, true),
        ] {
            let spec = Value::from_json(spec.as_bytes()).expect("valid JSON");
            assert_eq!(uses(&spec, kinds::SECRET, "x"), is_secret, "{spec:?}");
            assert_eq!(uses(&spec, kinds::CONFIG_MAP, "x"), !is_secret, "{spec:?}");
            assert!(!uses(&spec, kinds::CONFIG_MAP, "y"));
        }
    }
}
