//! Whether the volumes of a pod can be set up, and what is told of one that cannot (`MountVolume.SetUp` in
//! `pkg/volume/util/operationexecutor`, `pkg/util/goroutinemap/exponentialbackoff`).

use super::{Origins, Sources, claim_name, content, is_published};
use crate::clock::{Span, Time};
use crate::kubelet::container::Hold;
use crate::kubelet::events::Happening;
use crate::kubelet::worker::{Happenings, Worker};
use crate::object::{Key, Object, Str, Value, kinds};

/// The wait after the first failure, which each further one doubles.
const FIRST_RETRY: Span = Span::millis(500);
/// The longest wait.
const LAST_RETRY: Span = Span::seconds(122);
/// How long a pod waits for its volumes before that itself is told of (`podAttachAndMountTimeout`).
const PATIENCE: Span = Span::seconds(123);
/// What a node has without anybody's doing.
const HOST_FOLDERS: [&str; 13] =
    ["/bin", "/boot", "/dev", "/etc", "/home", "/lib", "/opt", "/proc", "/root", "/run", "/sys", "/usr", "/var"];

/// How often the volumes of a pod could not be set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    failed: u32,
    last: Option<Time>,
    told: Option<Time>,
}

/// Sets up the volumes of `worker`'s pod, of which no container was started yet, or says what holds it up.
pub fn check(worker: &mut Worker, sources: &Sources<'_>, known: &Origins, happenings: &mut Happenings) -> Option<Hold> {
    let pod = worker.pod.clone();
    let volumes = pod.spec()["volumes"].items();
    let failures: Vec<(&Value, Failure)> =
        volumes.iter().filter_map(|it| Some((it, failure(&pod, it, sources, known)?))).collect();
    if failures.is_empty() {
        return None;
    }
    let (now, attempts) = (sources.now, &mut worker.storage.attempts);
    let retry_at = attempts.last.map(|it| it + FIRST_RETRY.backed_off(attempts.failed, LAST_RETRY));
    if retry_at.is_none_or(|it| it <= now) {
        for (volume, failure) in &failures {
            if let Failure::SetUp(message) = failure {
                let name = volume["name"].str_or_empty();
                let message = format!("MountVolume.SetUp failed for volume {name:?} : {message}");
                happenings.push((0, Happening::OfPod(true, "FailedMount", Str::from(message))));
            }
        }
        attempts.failed += 1;
        attempts.last = Some(now);
    }
    let since = attempts.told.unwrap_or(worker.seen);
    if now >= since + PATIENCE {
        attempts.told = Some(now);
        happenings.push((0, Happening::OfPod(true, "FailedMount", timed_out(&failures))));
    }
    let told_next = attempts.told.unwrap_or(worker.seen) + PATIENCE;
    let retry_at = attempts.last.unwrap_or(now) + FIRST_RETRY.backed_off(attempts.failed, LAST_RETRY);
    Some(Hold { reason: "ContainerCreating", message: Str::new(), retry_at: retry_at.min(told_next) })
}

/// Why a volume is not there.
enum Failure {
    /// Its content cannot be made.
    SetUp(String),
    /// The kubelet does not even know what to mount.
    Unknown(String),
}

fn timed_out(failures: &[(&Value, Failure)]) -> Str {
    let name = |it: &Value| it["name"].str_or_empty().to_owned();
    let mut unmounted: Vec<String> = failures.iter().map(|(it, _)| name(it)).collect();
    unmounted.sort();
    let unknown: Vec<(String, &str)> = failures
        .iter()
        .filter_map(|(it, failure)| match failure {
            Failure::Unknown(why) => Some((name(it), why.as_str())),
            Failure::SetUp(_) => None,
        })
        .collect();
    let why = match unknown.as_slice() {
        [] => "context deadline exceeded".to_owned(),
        [(_, why)] => (*why).to_owned(),
        all => format!("[{}]", all.iter().map(|(_, why)| *why).collect::<Vec<_>>().join(", ")),
    };
    let failed: Vec<&str> = unknown.iter().map(|(name, _)| name.as_str()).collect();
    Str::from(format!(
        "Unable to attach or mount volumes: unmounted volumes=[{}], unattached volumes=[], failed to process volumes=[{}]: {why}",
        unmounted.join(" "),
        failed.join(" ")
    ))
}

fn failure(pod: &Object, volume: &Value, sources: &Sources<'_>, known: &Origins) -> Option<Failure> {
    if is_published(volume) {
        return content_failure(volume, sources, known).map(Failure::SetUp);
    }
    if !volume["hostPath"].is_null() {
        return host_path_failure(&volume["hostPath"]).map(Failure::SetUp);
    }
    claim_failure(pod, volume, sources).map(Failure::Unknown)
}

/// The default token of a pod is looked at briefly: every pod has it, and what it needs is nearly always there.
fn content_failure(volume: &Value, sources: &Sources<'_>, known: &Origins) -> Option<String> {
    let there = |key: &Key| match key.kind {
        kinds::CONFIG_MAP => sources.view.get(key).is_some(),
        kind => kind != kinds::SECRET,
    };
    let is_token = volume["name"].str_or_empty().starts_with("kube-api-access-") && !volume["projected"].is_null();
    if is_token && known.of(volume, sources.facts.pod).iter().all(there) {
        return None;
    }
    content::tree(volume, sources).err()
}

fn host_path_failure(source: &Value) -> Option<String> {
    let path = source["path"].str_or_empty();
    let known = path == "/" || HOST_FOLDERS.iter().any(|it| path == *it || path.starts_with(&format!("{it}/")));
    let what = match source["type"].str_or_empty() {
        "Directory" => "directory",
        "File" => "file",
        "Socket" => "socket file",
        "CharDevice" => "character device",
        "BlockDevice" => "block device",
        _ => return None,
    };
    (!known).then(|| format!("hostPath type check failed: {path} is not a {what}"))
}

fn claim_failure(pod: &Object, volume: &Value, sources: &Sources<'_>) -> Option<String> {
    let name = claim_name(pod, volume)?;
    let namespace = &pod.meta.namespace;
    let prefix = format!("error processing PVC {namespace}/{name}: ");
    let Some(claim) = sources.view.get(&Key::new(kinds::PERSISTENT_VOLUME_CLAIM, namespace.clone(), name.clone()))
    else {
        let missing = format!("persistentvolumeclaims {name:?} not found");
        return Some(format!("{prefix}failed to fetch PVC from API server: {missing}"));
    };
    let bound = claim.status()["phase"].as_str() == Some("Bound") && !claim.spec()["volumeName"].is_empty();
    (!bound).then(|| format!("{prefix}PVC is not bound"))
}
