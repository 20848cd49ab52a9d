//! The checks of volumes.

use std::collections::BTreeSet;

use super::super::outcome::{Finding, plural, quoted};
use super::Pod;
use crate::object::Value;

/// The sources that hardened pods may have volumes of.
const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];
/// The other sources, in the order in which a volume is asked for them.
const RESTRICTED: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

/// `volume "a"`, or `volumes "a", "b"`.
fn named(volumes: &[&Value]) -> String {
    let names = quoted(volumes.iter().map(|it| it["name"].str_or_empty()));
    format!("{} {names}", plural("volume", "volumes", volumes.len()))
}

/// `check_hostPathVolumes.go`.
pub(super) fn host_paths(pod: Pod<'_>) -> Option<Finding> {
    let bad: Vec<&Value> = pod.spec["volumes"].items().iter().filter(|it| !it["hostPath"].is_null()).collect();
    (!bad.is_empty()).then(|| Finding::new("hostPath volumes", named(&bad)))
}

/// `check_restrictedVolumes.go`.
pub(super) fn restricted(pod: Pod<'_>) -> Option<Finding> {
    let has = |volume: &Value, source: &&str| !volume[*source].is_null();
    let volumes = pod.spec["volumes"].items().iter();
    let bad: Vec<&Value> = volumes.filter(|volume| !ALLOWED.iter().any(|it| has(volume, it))).collect();
    let source = |volume: &Value| RESTRICTED.iter().find(|it| has(volume, it)).copied().unwrap_or("unknown");
    let sources: BTreeSet<&str> = bad.iter().map(|it| source(it)).collect();
    (!bad.is_empty()).then(|| {
        let uses = plural("uses", "use", bad.len());
        let noun = plural("restricted volume type", "restricted volume types", sources.len());
        Finding::new("restricted volume types", format!("{} {uses} {noun} {}", named(&bad), quoted(sources)))
    })
}
