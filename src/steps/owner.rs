//! Steps about owner references: objects that own each other, as controllers would make them.

use super::request::PatchType;
use super::{Args, Result, Target, steps};
use crate::map;
use crate::object::Value;
use crate::report::Failure;
use crate::world::World;

/// The uid of an owner that never was.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

steps! {
    /// Creates objects that have nothing but owners and finalizers, in the order of the table. OBJECT is needed; OWNERS
    /// lists owners, each with `(blocking)` after it if its foreground deletion waits for the object, or `(missing)` if it
    /// is not there; FINALIZERS lists finalizers.
    Given "these objects:", "Given these objects:\n  | OBJECT          | OWNERS                     | FINALIZERS       |\n  | configmap/owner |                            |                  |\n  | configmap/dep   | configmap/owner (blocking) | example.com/hold |" => objects;
    /// Adds an owner reference to an object.
    When "I make {owner:object} an owner of {object}( that waits for it)", "When I make configmap/b an owner of configmap/a that waits for it" => make_owner;
    /// Makes an object the controller of another, which has none: its owner reference says `controller: true`.
    When "I make {owner:object} the controller of {object}", "When I make cronjob/hello the controller of job/by-hand" => make_controller;
}

/// An owner as a cell of the table names it.
struct Owner<'a> {
    object: &'a str,
    is_blocking: bool,
    is_missing: bool,
}

fn parse_owner(cell: &str) -> Owner<'_> {
    let (mut object, mut is_blocking, mut is_missing) = (cell.trim(), false, false);
    loop {
        if let Some(rest) = object.strip_suffix("(blocking)") {
            (object, is_blocking) = (rest.trim_end(), true);
        } else if let Some(rest) = object.strip_suffix("(missing)") {
            (object, is_missing) = (rest.trim_end(), true);
        } else {
            return Owner { object, is_blocking, is_missing };
        }
    }
}

fn listed(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').map(str::trim).filter(|it| !it.is_empty())
}

async fn objects(world: &mut World, args: Args) -> Result {
    let (header, rows) = args.table()?;
    if let Some(unknown) = header.iter().find(|it| !matches!(it.as_str(), "OBJECT" | "OWNERS" | "FINALIZERS")) {
        let failure = Failure::scenario(format!("there is no column {unknown:?} here"));
        return Err(failure.help("the columns are OBJECT, OWNERS and FINALIZERS"));
    }
    for row in rows {
        let cell = |name: &str| {
            let column = header.iter().position(|it| it == name);
            column.and_then(|i| row.get(i)).map_or("", String::as_str)
        };
        let target = world.target(cell("OBJECT")).await?;
        let mut owners = Vec::new();
        for owner in listed(cell("OWNERS")).map(parse_owner) {
            owners.push(reference(world, &owner).await?);
        }
        let metadata = map! {
            "name" => target.name.as_str(),
            "namespace" => (!target.namespace.is_empty()).then_some(target.namespace.as_str()),
            "ownerReferences" => (!owners.is_empty()).then_some(owners),
            "finalizers" => Some(Value::list(listed(cell("FINALIZERS")))).filter(|it| !it.is_empty()),
        };
        let api_version = world.spoken(target.kind).await?;
        let body = map! { "apiVersion" => api_version, "kind" => target.kind.info().kind, "metadata" => metadata };
        world.create(target.kind, &target.namespace, "kubectl-create", &Value::Map(body)).await?;
    }
    Ok(())
}

async fn reference(world: &World, owner: &Owner<'_>) -> Result<Value> {
    let target: Target = if owner.is_missing {
        let (kind, name) = owner.object.split_once('/').unwrap_or((owner.object, ""));
        Target {
            kind: world.kind_called(kind).await?,
            api_version: None,
            namespace: String::new(),
            name: name.to_owned(),
        }
    } else {
        world.target(owner.object).await?
    };
    let uid = match owner.is_missing {
        true => Value::from(NOBODY),
        false => world.existing(&target).await?.at(&["metadata", "uid"]).clone(),
    };
    let info = target.kind.info();
    Ok(Value::Map(map! {
        "apiVersion" => world.spoken(target.kind).await?,
        "kind" => info.kind,
        "name" => target.name.as_str(),
        "uid" => uid,
        "blockOwnerDeletion" => owner.is_blocking.then_some(true),
    }))
}

async fn make_owner(world: &mut World, args: Args) -> Result {
    let is_blocking = args.step.value.ends_with(" that waits for it");
    let owner = Owner { object: args.word("owner"), is_blocking, is_missing: false };
    let owner = reference(world, &owner).await?;
    add_owner(world, &args, owner).await
}

async fn make_controller(world: &mut World, args: Args) -> Result {
    let owner = Owner { object: args.word("owner"), is_blocking: true, is_missing: false };
    let mut owner = reference(world, &owner).await?;
    owner.set("controller", true);
    add_owner(world, &args, owner).await
}

async fn add_owner(world: &mut World, args: &Args, owner: impl Into<Value>) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let mut owners = object.at(&["metadata", "ownerReferences"]).items().to_vec();
    owners.push(owner.into());
    let patch = map! { "metadata" => map! { "ownerReferences" => owners } };
    world.patch(&target, "", PatchType::Merge, &Value::Map(patch)).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_may_block_and_may_be_missing() {
        for (cell, object, blocking, missing) in [
            ("configmap/a", "configmap/a", false, false),
            ("configmap/a (blocking)", "configmap/a", true, false),
            (" node/n (missing) (blocking)", "node/n", true, true),
            ("configmap/a in namespace b (blocking)", "configmap/a in namespace b", true, false),
        ] {
            let owner = parse_owner(cell);
            assert_eq!((owner.object, owner.is_blocking, owner.is_missing), (object, blocking, missing), "{cell}");
        }
    }
}
