//! Steps that scale workloads and steer their rollouts, as `kubectl scale` and `kubectl rollout` do.

use std::cmp::Reverse;

use super::request::PatchType;
use super::{Args, Result, Target, steps};
use crate::map;
use crate::object::{Kind, Map, Value, kinds};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Sets how many pods a workload is to have, through its `scale` subresource, as `kubectl scale` does.
    When "I scale {object} to {count}", "When I scale deployment/web to 5" => scale;
    /// Suspends the rollouts of a Deployment, as `kubectl rollout pause` does.
    When "I pause the rollout of {object}", "When I pause the rollout of deployment/web" => pause;
    /// Lets the rollouts of a Deployment go on, as `kubectl rollout resume` does.
    When "I resume the rollout of {object}", "When I resume the rollout of deployment/web" => resume;
    /// Replaces the pods of a workload by a new rollout of the same template, as `kubectl rollout restart` does.
    When "I restart {object}", "When I restart deployment/web" => restart;
    /// Gives a Deployment, DaemonSet or StatefulSet the template of an earlier revision, the last one unless another is named, as
    /// `kubectl rollout undo` does.
    When "I undo the rollout of {object}( to revision {revision:count})", "When I undo the rollout of deployment/web to revision 1" => undo;
}

const REVISION: &str = "deployment.kubernetes.io/revision";

async fn scale(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let replicas = i64::try_from(args.count("count")?).unwrap_or(i64::MAX);
    let patch = map! { "spec" => map! { "replicas" => replicas } };
    world.patch(&target, "scale", PatchType::Merge, &Value::Map(patch)).await.map(drop)
}

async fn pause(world: &mut World, args: Args) -> Result {
    set_paused(world, &args, true).await
}

async fn resume(world: &mut World, args: Args) -> Result {
    set_paused(world, &args, false).await
}

async fn set_paused(world: &mut World, args: &Args, paused: bool) -> Result {
    let target = world.target(args.word("object")).await?;
    if target.kind != kinds::DEPLOYMENT {
        let word = if paused { "pausing" } else { "resuming" };
        return Err(world.refuse(format!("{} {:?} {word} is not supported", resource(&target), target.name)));
    }
    let was = world.existing(&target).await?.at(&["spec", "paused"]).is_true();
    if was == paused {
        let word = if paused { "already" } else { "not" };
        return Err(world.refuse(format!("deployments.apps {:?} is {word} paused", target.name)));
    }
    let patch = map! { "spec" => map! { "paused" => paused } };
    world.patch(&target, "", PatchType::Merge, &Value::Map(patch)).await.map(drop)
}

/// The resource of `target` with its group, as kubectl names it.
fn resource(target: &Target) -> String {
    let info = target.kind.info();
    if info.group.is_empty() { info.plural.to_owned() } else { format!("{}.{}", info.plural, info.group) }
}

async fn restart(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let now = world.stage()?.now();
    let object = world.existing(&target).await?;
    if object.at(&["spec", "paused"]).is_true() {
        let why = "can't restart paused deployment (run rollout resume first)";
        return Err(world.refuse(format!("deployments.apps {:?} {why}", target.name)));
    }
    let annotations = map! { "kubectl.kubernetes.io/restartedAt" => now };
    let template = map! { "metadata" => map! { "annotations" => annotations } };
    let patch = map! { "spec" => map! { "template" => template } };
    world.patch(&target, "", PatchType::Merge, &Value::Map(patch)).await.map(drop)
}

fn revision_of(set: &Value) -> usize {
    set.at(&["metadata", "annotations", REVISION]).as_str().and_then(|it| it.parse().ok()).unwrap_or_default()
}

async fn undo(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let wanted = if args.optional("revision").is_some() { args.count("revision")? } else { 0 };
    let object = world.existing(&target).await?;
    let patch = match target.kind {
        kinds::DEPLOYMENT => {
            let set = revision(world, &target, kinds::REPLICA_SET, revision_of, wanted).await?;
            if object.at(&["spec", "paused"]).is_true() {
                let hint = "resume it first with 'kubectl rollout resume' and try again";
                return Err(world.refuse(format!("you cannot rollback a paused deployment; {hint}")));
            }
            let mut template = set.at(&["spec", "template"]).clone();
            template.at_mut(&["metadata", "labels"]).remove("pod-template-hash");
            let annotations = annotations_after_undo(&object, &set);
            vec![replace("/spec/template", template), replace("/metadata/annotations", annotations.into())]
        }
        kinds::DAEMON_SET | kinds::STATEFUL_SET => {
            let number = |it: &Value| it["revision"].as_i64().and_then(|it| usize::try_from(it).ok()).unwrap_or(0);
            let kept = revision(world, &target, kinds::CONTROLLER_REVISION, number, wanted).await?;
            let mut template = kept.at(&["data", "spec", "template"]).clone();
            template.remove("$patch");
            vec![replace("/spec/template", template)]
        }
        _ => return Err(Failure::scenario(format!("{target} has no rollouts"))),
    };
    world.patch(&target, "", PatchType::Json, &Value::from(patch)).await.map(drop)
}

fn replace(path: &str, value: Value) -> Value {
    Value::Map(map! { "op" => "replace", "path" => path, "value" => value })
}

/// What keeps the revision `wanted` of `target`, an object of `kind` whose number `number` tells; 0 is the one before the last.
async fn revision(
    world: &mut World,
    target: &Target,
    kind: Kind,
    number: fn(&Value) -> usize,
    wanted: usize,
) -> Result<Value> {
    let mut kept = world.owned_by(target, kind).await?;
    kept.sort_by_key(|it| Reverse(number(it)));
    let found = match wanted {
        0 => kept.into_iter().nth(1),
        revision => kept.into_iter().find(|it| number(it) == revision),
    };
    found.ok_or_else(|| {
        world.refuse(match wanted {
            0 if target.kind == kinds::DEPLOYMENT => {
                format!("no rollout history found for deployment {:?}", target.name)
            }
            0 => "no last revision to roll back to".to_owned(),
            revision => format!("unable to find specified revision {revision} in history"),
        })
    })
}

/// The annotations of the revision, and of the Deployment those that are about its rollouts.
fn annotations_after_undo(deployment: &Value, set: &Value) -> Map {
    let own = |key: &str| {
        key.starts_with("deployment.kubernetes.io/") || key == "kubectl.kubernetes.io/last-applied-configuration"
    };
    let of = |it: &Value| it.at(&["metadata", "annotations"]).as_map().cloned().unwrap_or_default();
    let (mut kept, mut taken) = (of(deployment), of(set));
    kept.retain(|key, _| own(key));
    taken.retain(|key, _| !own(key));
    kept.iter().chain(taken.iter()).map(|(key, value)| (key.clone(), value.clone())).collect()
}
