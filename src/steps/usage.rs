//! Steps that script what pods use, for autoscalers to see.

use super::request::PatchType;
use super::{Args, Result, steps};
use crate::controllers::horizontal_pod_autoscaler::annotation;
use crate::map;
use crate::object::{Map, Value, kinds};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Says what the pods of a workload use, now and until another load is said: so many percent of what they request, an
    /// amount for each (`300m`), or one that they share. It is written on the HorizontalPodAutoscalers of the workload, as
    /// the annotation `usage.seatrial.dev/RESOURCE`.
    Given "pods of {object} use {amount:word} {resource:word}( {sharing})", "Given pods of deployment/web use 80% cpu" => use_resource;
}

async fn use_resource(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let info = target.kind.info();
    let scalers = world.list(kinds::HORIZONTAL_POD_AUTOSCALER, Some(&target.namespace)).await?;
    let scales = |it: &&Value| {
        let reference = it.at(&["spec", "scaleTargetRef"]);
        reference["kind"].str_or_empty() == info.kind && reference["name"].str_or_empty() == target.name
    };
    let names: Vec<String> =
        scalers.iter().filter(scales).map(|it| it.at(&["metadata", "name"]).str_or_empty().to_owned()).collect();
    if names.is_empty() {
        let failure = Failure::scenario(format!("no HorizontalPodAutoscaler scales {target}"));
        return Err(failure.help("loads are scripted for autoscalers: apply one first"));
    }
    let shared = if args.optional("sharing").is_some() { " in all" } else { "" };
    let load = format!("{}{shared}", args.word("amount"));
    for name in names {
        let scaler = world.target(&format!("horizontalpodautoscaler/{name} in namespace {}", target.namespace)).await?;
        let mut annotations = Map::new();
        annotations.insert(annotation(args.word("resource")), load.as_str());
        let patch = map! { "metadata" => map! { "annotations" => annotations } };
        world.patch(&scaler, "", PatchType::Merge, &Value::Map(patch)).await?;
    }
    Ok(())
}
