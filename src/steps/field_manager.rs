//! Steps about server-side apply and who manages which fields.

use super::manifest::{Document, addressed, in_manifest, read_file, written_under};
use super::{Args, Result, steps};
use crate::api::managed::entries::Managed;
use crate::api::managed::path::path_text;
use crate::report::Failure;
use crate::world::World;

/// The field manager of `kubectl apply --server-side`.
const KUBECTL: &str = "kubectl";

steps! {
    /// Applies the manifests under the step on the server's side, as `kubectl apply --server-side` does, under the name of a
    /// field manager (`kubectl` when none is named). By force, it takes over the fields of others.
    When "I server-side apply( as {manager:text})( {force}):", "When I server-side apply as \"alice\":\n  \"\"\"yaml\n  apiVersion: v1\n  kind: ConfigMap\n  ...\n  \"\"\"" => apply_text;
    /// Applies the manifests of a file on the server's side.
    When "I server-side apply {file:text}( as {manager:text})( {force})", "When I server-side apply \"web.yaml\" as \"alice\"" => apply_file;
    /// Checks who manages a field, by name and in the order of names; `nobody` is an answer too. Elements of lists are
    /// named by their keys.
    Then "the managers of {path:word} of {object} are {managers:rest}", "Then the managers of .data.colour of configmap/settings are alice, bob" => managers_are;
}

async fn apply_text(world: &mut World, args: Args) -> Result {
    let documents = written_under(world, &args)?;
    apply_all(world, &args, &documents).await
}

async fn apply_file(world: &mut World, args: Args) -> Result {
    let documents = read_file(world, args.text("file"))?;
    apply_all(world, &args, &documents).await
}

async fn apply_all(world: &mut World, args: &Args, documents: &[Document]) -> Result {
    let manager = args.optional("manager").map_or(KUBECTL, |_| args.text("manager"));
    let force = args.optional("force").is_some();
    for document in documents {
        let (target, body) = addressed(world, document).await?;
        let result = world.apply(&target, manager, force, &body).await;
        result.map_err(|failure| in_manifest(failure, document))?;
    }
    Ok(())
}

async fn managers_are(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let managed = Managed::read(&object["metadata"]["managedFields"]).map_err(Failure::expectation)?;
    let path = args.word("path");
    let mut found: Vec<String> = Vec::new();
    for (manager, owned) in managed.iter() {
        if owned.fields.paths().iter().any(|it| path_text(it) == path) && !found.iter().any(|it| *it == *manager.name) {
            found.push(manager.name.to_string());
        }
    }
    let found = if found.is_empty() { "nobody".to_owned() } else { found.join(", ") };
    let want = args.word("managers");
    if found == want {
        return Ok(());
    }
    let known: Vec<String> = managed.values().flat_map(|owned| owned.fields.paths()).map(|it| path_text(&it)).collect();
    let failure = Failure::expectation(format!("the managers of {path} are others")).comparing(want, found);
    Err(if known.contains(&path.to_owned()) {
        failure
    } else {
        failure.help(format!("managed are {}", known.join(" ")))
    })
}
