//! Steps about one object: deleting, patching, labelling, and what its fields are.

use super::manifest::value_under;
use super::path::{is_written, look_up, patch_at, written};
use super::request::PatchType;
use super::{Args, Result, steps};
use crate::map;
use crate::object::{Value, kinds};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Deletes an object, as `kubectl delete` does: in the background unless another way is named, with its own grace
    /// period unless another is named. Deletion is not waited for.
    When "I delete {object}( in the {propagation})( {orphaning})( with a grace period of {grace:duration})", "When I delete daemonset/web in the foreground" => delete;
    /// Deletes an object and its pods at once, as `kubectl delete --force --grace-period=0` does.
    When "I force delete {object}", "When I force delete pod/web-x7k2p" => force_delete;
    /// Evicts a pod, as `kubectl drain` does.
    When "I evict {object}", "When I evict the pod of daemonset/web on node-1" => evict;
    /// Sets the image of a container, as `kubectl set image` does.
    When "I set the image of {object} container {container:word} to {image:word}", "When I set the image of daemonset/web container web to nginx:latest" => set_image;
    /// Sets one field, with a merge patch.
    When "I set {path:word} of {object} to {value:rest}", "When I set spec.parallelism of job/pi to 3" => set_field;
    /// Removes one field, with a merge patch.
    When "I remove {path:word} of {object}", "When I remove spec.suspend of job/pi" => remove_field;
    /// Patches an object with the YAML or JSON under the step: a list is a JSON patch, anything else a strategic merge
    /// patch, or for custom resources a merge patch.
    When "I patch {object} with:", "When I patch job/pi with:\n  \"\"\"yaml\n  spec:\n    suspend: true\n  \"\"\"" => patch;
    /// Patches an object with a merge patch (RFC 7386).
    When "I merge patch {object} with:", "When I merge patch job/pi with:\n  \"\"\"yaml\n  spec:\n    suspend: true\n  \"\"\"" => merge_patch;
    /// Patches the status of an object with a merge patch, as a controller of yours would.
    When "I patch the status of {object} with:", "When I patch the status of node/node-1 with:\n  \"\"\"yaml\n  ...\n  \"\"\"" => patch_status;
    /// Sets labels, or removes those with a `-` at the end, as `kubectl label --overwrite` does.
    When "I label {object} {pairs:rest}", "When I label node/node-1 daemon=true" => label;
    /// Sets annotations, or removes those with a `-` at the end.
    When "I annotate {object} {pairs:rest}", "When I annotate job/pi note-" => annotate;
    /// Checks that an object is there; `*` in its name stands for any characters.
    Then "{object} exists", "Then configmap/settings exists" => exists;
    /// Checks that an object is not there.
    Then "{object} does not exist", "Then pod/web in namespace cce does not exist" => does_not_exist;
    /// Checks a field: text as it is written, the same YAML, or `not set`.
    Then "{path:word} of {object} is {value:rest}", "Then status.numberReady of daemonset/web is 3" => field_is;
    /// Checks a label.
    Then "{object} has <the |a |>label {pair:word}", "Then node/node-1 has the label daemon=true" => has_label;
    /// Checks an annotation.
    Then "{object} has <the |an |>annotation {pair:word}", "Then job/hello has the annotation example.com/team=web" => has_annotation;
    /// Checks that a finalizer is on an object.
    Then "{object} has <the |a |>finalizer {finalizer:word}", "Then daemonset/web has the finalizer foregroundDeletion" => has_finalizer;
    /// Checks that deletion has begun and is not over.
    Then "{object} is being deleted", "Then daemonset/web is being deleted" => being_deleted;
    /// Checks that an object is owned by another, through an owner reference with its uid.
    Then "{object} is owned by {owner:object}", "Then pod/web-* is owned by daemonset/web" => is_owned_by;
    /// Checks that an object has no owner.
    Then "{object} has no owner", "Then pod/web-x7k2p has no owner" => has_no_owner;
}

async fn delete(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await?;
    let propagation = match (args.word("propagation"), args.optional("orphaning")) {
        (_, Some(_)) => "Orphan",
        ("foreground", None) => "Foreground",
        _ => "Background",
    };
    let grace = match args.optional("grace") {
        Some(_) => Some(args.duration("grace")?.whole_seconds()),
        None => None,
    };
    let options = map! { "propagationPolicy" => propagation, "gracePeriodSeconds" => grace };
    world.delete(&target, &Value::Map(options)).await.map(|_| ())
}

async fn force_delete(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await?;
    let options = map! { "propagationPolicy" => "Background", "gracePeriodSeconds" => 0_i64 };
    world.delete(&target, &Value::Map(options)).await.map(|_| ())
}

async fn evict(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    world.evict(&target).await
}

async fn set_image(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let (path, spec): (&[&str], _) = if target.kind == kinds::POD {
        (&["spec"], object.get("spec"))
    } else {
        (&["spec", "template", "spec"], object.at(&["spec", "template", "spec"]))
    };
    let name = args.text("container");
    let Some(list) = ["containers", "initContainers"]
        .into_iter()
        .find(|list| spec[*list].items().iter().any(|it| it["name"].as_str() == Some(name)))
    else {
        let names: Vec<_> = spec["containers"].items().iter().map(|it| it["name"].str_or_empty()).collect();
        let failure = Failure::expectation(format!("unable to find container named {name:?}"));
        return Err(failure.help(format!("the containers of {target} are {}", names.join(", "))));
    };
    let container = Value::Map(map! { "name" => name, "image" => args.text("image") });
    let mut patch = Value::empty_map();
    patch.at_mut(path).set(list, Value::list([container]));
    world.patch(&target, "", PatchType::Strategic, &patch).await.map(|_| ())
}

async fn set_field(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await?;
    let text = args.word("value");
    let value: Value = serde_yaml::from_str(text)
        .map_err(|error| Failure::scenario(format!("{text:?} is no value: {error}")).help("write it as in YAML"))?;
    let patch = patch_at(args.word("path"), value)?;
    world.patch(&target, "", PatchType::Merge, &patch).await.map(|_| ())
}

async fn remove_field(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await?;
    let patch = patch_at(args.word("path"), Value::Null)?;
    world.patch(&target, "", PatchType::Merge, &patch).await.map(|_| ())
}

async fn patch(world: &mut World, args: Args) -> Result {
    let body = value_under(world, &args)?;
    let kind = match body {
        Value::List(_) => PatchType::Json,
        // Custom resources know no strategic merge, and kubectl does the same.
        _ if world.target(args.word("object")).await?.kind.is_custom() => PatchType::Merge,
        _ => PatchType::Strategic,
    };
    patch_as(world, &args, "", kind, &body).await
}

async fn merge_patch(world: &mut World, args: Args) -> Result {
    let body = value_under(world, &args)?;
    patch_as(world, &args, "", PatchType::Merge, &body).await
}

async fn patch_status(world: &mut World, args: Args) -> Result {
    let body = value_under(world, &args)?;
    patch_as(world, &args, "status", PatchType::Merge, &body).await
}

async fn patch_as(world: &mut World, args: &Args, subresource: &str, kind: PatchType, body: &Value) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await?;
    world.patch(&target, subresource, kind, body).await.map(|_| ())
}

async fn label(world: &mut World, args: Args) -> Result {
    set_pairs(world, &args, "labels").await
}

async fn annotate(world: &mut World, args: Args) -> Result {
    set_pairs(world, &args, "annotations").await
}

async fn set_pairs(world: &mut World, args: &Args, field: &str) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await?;
    let mut patch = Value::empty_map();
    for word in args.word("pairs").split_whitespace() {
        let (key, value) = match (word.split_once('='), word.strip_suffix('-')) {
            (Some((key, value)), _) => (key, Value::from(super::args::unquoted(value))),
            (None, Some(key)) => (key, Value::Null),
            (None, None) => {
                let failure = Failure::scenario(format!("{word:?} is no label"));
                return Err(failure.help("write `key=value` to set one and `key-` to remove one"));
            }
        };
        patch.at_mut(&["metadata", field]).set(key, value);
    }
    world.patch(&target, "", PatchType::Merge, &patch).await.map(|_| ())
}

async fn exists(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    world.existing(&target).await.map(|_| ())
}

async fn does_not_exist(world: &mut World, args: Args) -> Result {
    let words = args.word("object");
    if words.contains('*') {
        return match world.target(words).await {
            Ok(target) => Err(Failure::expectation(format!("{target} exists"))),
            Err(failure) if failure.class == crate::report::Class::Expectation => Ok(()),
            Err(failure) => Err(Failure::expectation(failure.message)),
        };
    }
    let target = world.target(words).await?;
    let Some(object) = world.read(&target).await? else {
        return Ok(());
    };
    let failure = Failure::expectation(format!("{target} exists"));
    let finalizers = object.at(&["metadata", "finalizers"]);
    match object.at(&["metadata", "deletionTimestamp"]).as_str() {
        Some(_) if finalizers.items().is_empty() => Err(failure.help("it is being deleted: let its grace period pass")),
        Some(_) => Err(failure.help(format!("it is being deleted, and waits for its finalizers {finalizers}"))),
        None => Err(failure),
    }
}

async fn field_is(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let (path, want) = (args.word("path"), args.word("value"));
    let value = look_up(&object, path)?;
    if is_written(&value, want) {
        return Ok(());
    }
    Err(Failure::expectation(format!("{path} of {target} is another")).comparing(want, written(&value)))
}

async fn has_label(world: &mut World, args: Args) -> Result {
    has_pair(world, &args, "label", "labels").await
}

async fn has_annotation(world: &mut World, args: Args) -> Result {
    has_pair(world, &args, "annotation", "annotations").await
}

async fn has_pair(world: &mut World, args: &Args, what: &str, field: &str) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let pairs = object.at(&["metadata", field]);
    let pair = args.word("pair");
    let (key, want) = pair.split_once('=').unwrap_or((pair, ""));
    let has = pairs.get(key).as_str().is_some_and(|it| want.is_empty() || it == super::args::unquoted(want));
    if has {
        return Ok(());
    }
    Err(Failure::expectation(format!("{target} has no {what} {pair}")).comparing(pair, written(pairs)))
}

async fn has_finalizer(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let finalizers = object.at(&["metadata", "finalizers"]);
    let want = args.word("finalizer");
    if finalizers.items().iter().any(|it| it.as_str() == Some(want)) {
        return Ok(());
    }
    Err(Failure::expectation(format!("{target} has no finalizer {want}")).comparing(want, written(finalizers)))
}

async fn being_deleted(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    if object.at(&["metadata", "deletionTimestamp"]).is_null() {
        return Err(Failure::expectation(format!("{target} is not being deleted")));
    }
    Ok(())
}

async fn is_owned_by(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let owner = world.target(args.word("owner")).await?;
    let (object, owning) = (world.existing(&target).await?, world.existing(&owner).await?);
    let references = object.at(&["metadata", "ownerReferences"]).items();
    if references.iter().any(|it| it["uid"] == *owning.at(&["metadata", "uid"])) {
        return Ok(());
    }
    let names = references.iter().map(|it| format!("{}/{}", it["kind"].str_or_empty(), it["name"].str_or_empty()));
    let names: Vec<_> = names.collect();
    let actual = if names.is_empty() { "no owner".to_owned() } else { names.join(", ") };
    Err(Failure::expectation(format!("{target} is not owned by {owner}")).comparing(owner.to_string(), actual))
}

async fn has_no_owner(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let references = object.at(&["metadata", "ownerReferences"]);
    if references.items().is_empty() {
        return Ok(());
    }
    Err(Failure::expectation(format!("{target} has an owner")).comparing("no owner", written(references)))
}
