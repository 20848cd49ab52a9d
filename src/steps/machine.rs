//! Steps about the machines under nodes: what of them is used, and when their kubelets evict pods for it.

use super::{Args, Result, Target, steps};
use crate::clock::Span;
use crate::kubelet::eviction::{Amount, Resource, Signal, Threshold};
use crate::kubelet::machine::{NodeDirection, Order};
use crate::object::kinds;
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Says how much of the `memory`, the `disk`, the `inodes` or the `pids` of a node's machine is used by other things than
    /// its pods from now on: an amount, or a part of what there is.
    Given "{amount:word} of the {resource:word} of node< |/>{node:word} <is|are> used outside of pods", "Given 95% of the disk of node/node-0 is used outside of pods" => used;
    /// Sets the hard threshold of an eviction signal, or with a duration the soft one and its grace period. The signals are
    /// `memory.available`, `nodefs.available`, `nodefs.inodesFree`, `imagefs.available`, `imagefs.inodesFree` and
    /// `pid.available`; all but the last have the usual hard thresholds otherwise.
    Given "the kubelet of node< |/>{node:word} evicts pods when {signal:word} is below {amount:word}( for {duration})", "Given the kubelet of node/node-0 evicts pods when memory.available is below 500Mi for 90 seconds" => threshold;
}

async fn used(world: &mut World, args: Args) -> Result {
    const KNOWN: [(&str, Resource); 4] = [
        ("memory", Resource::Memory),
        ("disk", Resource::Disk),
        ("inodes", Resource::Inodes),
        ("pids", Resource::Pids),
    ];
    let resource = known(&KNOWN, args.word("resource"), "a machine has no", "what is used of it is")?;
    order(world, &args, Order::Use(resource, amount(&args)?)).await
}

async fn threshold(world: &mut World, args: Args) -> Result {
    let signal = known(&Signal::ALL, args.word("signal"), "there is no eviction signal", "the signals are")?;
    let grace = if args.optional("duration").is_some() { args.duration("duration")? } else { Span::ZERO };
    order(world, &args, Order::Threshold(Threshold { signal, amount: amount(&args)?, grace })).await
}

fn amount(args: &Args) -> Result<Amount> {
    let text = args.word("amount");
    Amount::parse(text).ok_or_else(|| {
        Failure::scenario(format!("{text:?} is no amount")).help("write it as `1900Mi`, `30000` or `95%`")
    })
}

/// The one of `table` that has the name `word`.
fn known<T: Copy>(table: &[(&str, T)], word: &str, wrong: &str, right: &str) -> Result<T> {
    table.iter().find(|it| it.0 == word).map(|it| it.1).ok_or_else(|| {
        let names: Vec<&str> = table.iter().map(|it| it.0).collect();
        Failure::scenario(format!("{wrong} {word:?}")).help(format!("{right} {}", names.join(", ")))
    })
}

/// Does to the machine under the node that `args` names what `order` says.
async fn order(world: &mut World, args: &Args, order: Order) -> Result {
    let name = args.word("node");
    let node = Target { kind: kinds::NODE, api_version: None, namespace: String::new(), name: name.to_owned() };
    world.existing(&node).await?;
    let direction = NodeDirection { node: name.into(), order };
    world.stage()?.direct_node(&direction).map_err(Failure::scenario)?;
    world.catch_up().await
}
