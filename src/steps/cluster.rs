//! Steps about the cluster as a whole.

use super::{Args, Result, node, steps};
use crate::object::Release;
use crate::report::Failure;
use crate::sim::NodeSpec;
use crate::world::World;

steps! {
    /// Starts the scenario's cluster with that many Ready nodes, named `node-0` on.
    Given "a cluster with {count} node(s)", "Given a cluster with 3 nodes" => with_nodes;
    /// Starts the scenario's cluster with the nodes of the table. NAME is needed; LABELS (`a=b,c=d`), TAINTS
    /// (`key=value:NoSchedule`), CPU, MEMORY and PODS may follow.
    Given "a cluster with nodes:", "Given a cluster with nodes:\n  | NAME   | LABELS      | TAINTS                                          |\n  | master |             | node-role.kubernetes.io/control-plane:NoSchedule |\n  | node-1 | daemon=true |                                                 |" => with_table;
    /// Starts the scenario's cluster with the API of that release of Kubernetes, from 1.20 on, with that many Ready nodes or
    /// with one.
    Given "a Kubernetes {release:word} cluster( with {count} node(s))", "Given a Kubernetes 1.24 cluster with 3 nodes" => of_release;
    /// Starts the scenario's cluster with the API of that release of Kubernetes and the nodes of the table.
    Given "a Kubernetes {release:word} cluster with nodes:", "Given a Kubernetes 1.24 cluster with nodes:\n  | NAME   | LABELS   |\n  | node-0 | disk=ssd |" => of_release_with_table;
    /// Sets where generated names and uids come from; every scenario starts from seed 1.
    Given "the seed is {count}", "Given the seed is 7" => seed;
    /// Uses that namespace for every object that names none; it is created when it is not there.
    Given "I use namespace {word}", "Given I use namespace cce" => use_namespace;
}

async fn with_nodes(world: &mut World, args: Args) -> Result {
    start(world, &NodeSpec::numbered(args.count("count")?)).await
}

async fn with_table(world: &mut World, args: Args) -> Result {
    let nodes = node::parse_table(&args)?;
    start(world, &nodes).await
}

async fn of_release(world: &mut World, args: Args) -> Result {
    set_release(world, &args)?;
    let count = if args.optional("count").is_some() { args.count("count")? } else { 1 };
    start(world, &NodeSpec::numbered(count)).await
}

async fn of_release_with_table(world: &mut World, args: Args) -> Result {
    set_release(world, &args)?;
    let nodes = node::parse_table(&args)?;
    start(world, &nodes).await
}

fn set_release(world: &mut World, args: &Args) -> Result {
    let release: Release = args.word("release").parse().map_err(|error| {
        Failure::scenario(format!("{error}")).help("write it as `Given a Kubernetes 1.24 cluster with 3 nodes`")
    })?;
    world.options.release = release;
    Ok(())
}

async fn start(world: &mut World, nodes: &[NodeSpec]) -> Result {
    world.start_cluster()?;
    for spec in nodes {
        world.stage()?.add_node(spec).map_err(Failure::expectation)?;
    }
    world.catch_up().await
}

async fn seed(world: &mut World, args: Args) -> Result {
    if world.has_cluster() {
        return Err(Failure::scenario("the seed is set before the cluster starts").help("move the step up"));
    }
    world.options.seed = args.count("count")? as u64;
    Ok(())
}

async fn use_namespace(world: &mut World, args: Args) -> Result {
    let name = args.text("word").to_owned();
    let target = world.target(&format!("namespace/{name}")).await?;
    if world.read(&target).await?.is_none() {
        let body = crate::map! {
            "apiVersion" => "v1", "kind" => "Namespace", "metadata" => crate::map! { "name" => name.as_str() },
        };
        world.create(target.kind, "", "kubectl-create", &body.into()).await?;
    }
    world.namespace = name;
    Ok(())
}
