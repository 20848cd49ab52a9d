//! Steps about the machines under nodes: what of them is used, and when their kubelets evict pods for it.

use super::{Args, Result, Target, parse_duration, steps};
use crate::clock::Span;
use crate::kubelet::eviction::{Amount, Resource, Signal, Threshold};
use crate::kubelet::machine::{NodeDirection, Order};
use crate::kubelet::power::REBOOT;
use crate::kubelet::shutdown::{Group, Shutdown};
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
    /// Stops the kubelet of a node. Its containers go on, and nobody looks after them.
    When "the kubelet of node< |/>{node:word} stops", "When the kubelet of node/node-0 stops" => stop_kubelet;
    /// Starts the kubelet of a node again.
    When "the kubelet of node< |/>{node:word} starts", "When the kubelet of node/node-0 starts" => start_kubelet;
    /// Stops the kubelet of a node and starts it at once: it looks at everything anew.
    When "the kubelet of node< |/>{node:word} restarts", "When the kubelet of node/node-0 restarts" => restart_kubelet;
    /// Switches a machine off, with all containers on it.
    When "node< |/>{node:word} goes down", "When node/node-0 goes down" => power_off;
    /// Switches a machine on that went down.
    When "node< |/>{node:word} comes back", "When node/node-0 comes back" => power_on;
    /// Reboots a machine, without a shutdown of its pods. It takes 30 seconds unless another time is said.
    When "node< |/>{node:word} reboots( within {duration})", "When node/node-0 reboots within 2 minutes" => reboot;
    /// Shuts a machine down within that time, of which critical pods have the last part. Pods are told to end, the node takes no
    /// more of them, and at the end the machine is down.
    When "node< |/>{node:word} shuts down gracefully within {duration}(, {critical:duration} of them for critical pods)", "When node/node-0 shuts down gracefully within 30 seconds, 10 seconds of them for critical pods" => shut_down;
    /// Shuts a machine down, with a time for the pods of each PRIORITY and of those up to the next.
    When "node< |/>{node:word} shuts down gracefully with:", "When node/node-0 shuts down gracefully with:\n  | PRIORITY | PERIOD |\n  | 0        | 60s    |\n  | 10000    | 10s    |" => shut_down_by_priority;
}

async fn stop_kubelet(world: &mut World, args: Args) -> Result {
    order(world, &args, Order::StopKubelet).await
}

async fn start_kubelet(world: &mut World, args: Args) -> Result {
    order(world, &args, Order::StartKubelet).await
}

async fn restart_kubelet(world: &mut World, args: Args) -> Result {
    order(world, &args, Order::RestartKubelet).await
}

async fn power_off(world: &mut World, args: Args) -> Result {
    order(world, &args, Order::PowerOff).await
}

async fn power_on(world: &mut World, args: Args) -> Result {
    order(world, &args, Order::PowerOn).await
}

async fn reboot(world: &mut World, args: Args) -> Result {
    let takes = if args.optional("duration").is_some() { args.duration("duration")? } else { REBOOT };
    order(world, &args, Order::Reboot(takes)).await
}

async fn shut_down(world: &mut World, args: Args) -> Result {
    let total = args.duration("duration")?;
    let critical = if args.optional("critical").is_some() { args.duration("critical")? } else { Span::ZERO };
    if critical > total {
        return Err(Failure::scenario(format!("critical pods cannot have {critical} of {total}")));
    }
    order(world, &args, Order::ShutDown(Shutdown::new(total, critical))).await
}

async fn shut_down_by_priority(world: &mut World, args: Args) -> Result {
    let help = "its columns are PRIORITY, a number, and PERIOD, a time such as `60s`";
    let wrong = |what: &str| Failure::scenario(format!("{what} is not to be understood")).help(help);
    let mut groups = Vec::new();
    let (header, rows) = args.table()?;
    for row in rows {
        let mut group = Group { priority: 0, grace: Span::ZERO };
        for (column, cell) in header.iter().zip(row) {
            match column.as_str() {
                "PRIORITY" => group.priority = cell.parse().map_err(|_| wrong(cell))?,
                "PERIOD" => group.grace = parse_duration(cell).ok_or_else(|| wrong(cell))?,
                other => return Err(wrong(other)),
            }
        }
        groups.push(group);
    }
    order(world, &args, Order::ShutDown(Shutdown::by_priority(groups))).await
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
