//! Steps about nodes: joining, labels, taints, cordoning.

use super::request::PatchType;
use super::{Args, Result, Target, steps};
use crate::clock::Span;
use crate::kubelet::latency::{Part, parse_percent};
use crate::map;
use crate::object::{Value, kinds};
use crate::report::Failure;
use crate::sim::NodeSpec;
use crate::world::{World, not_settled};

steps! {
    /// Starts a machine whose kubelet registers a node of that name.
    When "node< |/>{node:word} joins", "When node/node-3 joins" => joins;
    /// Starts the machines of the table, which has the columns of `a cluster with nodes:`.
    When "these nodes join:", "When these nodes join:\n  | NAME   | LABELS    |\n  | node-3 | disk=ssd  |" => join;
    /// Says how long one thing takes on a node from now on: `pull images`, `set up sandboxes`, `start containers`, `stop
    /// containers` (whatever their processes do at SIGTERM) or `notice exits`.
    Given "node< |/>{node:word} takes {duration} to {what:rest}", "Given node/node-0 takes 5 seconds to pull images" => takes;
    /// Says the same for all nodes.
    Given "every node takes {duration} to {what:rest}", "Given every node takes 2 seconds to start containers" => all_take;
    /// Lets chance make everything that takes time on a node that much shorter or longer at most. What chance makes of it
    /// follows from the seed, 1 if nothing is said.
    Given "node< |/>{node:word} takes up to {percent:word} more or less time( with seed {seed:count})", "Given node/node-0 takes up to 20% more or less time" => varies;
    /// Says the same for all nodes.
    Given "every node takes up to {percent:word} more or less time( with seed {seed:count})", "Given every node takes up to 10% more or less time with seed 7" => all_vary;
    /// Deletes a node, as `kubectl delete node` does.
    When "node< |/>{node:word} is deleted", "When node/node-1 is deleted" => leaves;
    /// Puts a taint on a node, or takes it off with a `-` at the end, as `kubectl taint` does.
    When "I taint node< |/>{node:word} {taint:word}", "When I taint node/node-1 env=dev:NoSchedule" => taint;
    /// Marks a node as unschedulable.
    When "I cordon node< |/>{node:word}", "When I cordon node/node-1" => cordon;
    /// Marks a node as unschedulable and evicts its pods but those of DaemonSets, as `kubectl drain --ignore-daemonsets
    /// --force` does. A pod that a disruption budget holds is tried again every 5 seconds, for 10 minutes if nothing else is
    /// said. Deletions are not waited for.
    When "I drain node< |/>{node:word}( for at most {duration})", "When I drain node/node-1" => drain;
    /// Marks a node as schedulable again.
    When "I uncordon node< |/>{node:word}", "When I uncordon node/node-1" => uncordon;
}

/// How long a drain waits before it tries a pod again that a budget holds.
const EVICTION_RETRY: Span = Span::seconds(5);
/// How long a drain tries when it does not say.
const DRAIN_PATIENCE: Span = Span::seconds(600);

/// A node's name, with or without `node/` before it.
fn named(args: &Args) -> Target {
    let name = args.word("node");
    Target { kind: kinds::NODE, api_version: None, namespace: String::new(), name: name.to_owned() }
}

async fn joins(world: &mut World, args: Args) -> Result {
    let spec = NodeSpec::new(named(&args).name);
    world.stage()?.add_node(&spec).map_err(Failure::expectation)?;
    world.catch_up().await
}

async fn join(world: &mut World, args: Args) -> Result {
    for spec in parse_table(&args)? {
        world.stage()?.add_node(&spec).map_err(Failure::expectation)?;
    }
    world.catch_up().await
}

async fn takes(world: &mut World, args: Args) -> Result {
    let node = named(&args);
    world.existing(&node).await?;
    let (part, span) = (latency(args.word("what"))?, args.duration("duration")?);
    world.stage()?.set_latency(Some(&node.name), part, span);
    Ok(())
}

async fn all_take(world: &mut World, args: Args) -> Result {
    let (part, span) = (latency(args.word("what"))?, args.duration("duration")?);
    world.stage()?.set_latency(None, part, span);
    Ok(())
}

async fn varies(world: &mut World, args: Args) -> Result {
    let node = named(&args);
    world.existing(&node).await?;
    let (jitter, seed) = jitter(&args)?;
    world.stage()?.set_jitter(Some(&node.name), jitter, seed);
    Ok(())
}

async fn all_vary(world: &mut World, args: Args) -> Result {
    let (jitter, seed) = jitter(&args)?;
    world.stage()?.set_jitter(None, jitter, seed);
    Ok(())
}

/// How much of a time chance may add or take away, in thousandths, and its seed.
fn jitter(args: &Args) -> Result<(i64, u64)> {
    let percent = args.word("percent");
    let seed = if args.optional("seed").is_some() { args.count("seed")? as u64 } else { 1 };
    let jitter = parse_percent(percent).ok_or_else(|| {
        Failure::scenario(format!("{percent:?} is no part of a time")).help("write it as `10%`, at most `100%`")
    })?;
    Ok((jitter, seed))
}

/// The latency that is meant by what somebody takes time to do.
fn latency(what: &str) -> Result<Part> {
    const WORDS: [(&str, Part); 5] = [
        ("pull images", Part::Pull),
        ("set up sandboxes", Part::Sandbox),
        ("start containers", Part::Start),
        ("stop containers", Part::Stop),
        ("notice exits", Part::Notice),
    ];
    let found = WORDS.iter().find(|(words, _)| *words == what).map(|(_, part)| *part);
    found.ok_or_else(|| {
        let known: Vec<&str> = WORDS.iter().map(|(words, _)| *words).collect();
        Failure::scenario(format!("no node takes time to {what:?}"))
            .help(format!("what takes time is to {}", known.join(", ")))
    })
}

async fn leaves(world: &mut World, args: Args) -> Result {
    let node = named(&args);
    world.existing(&node).await?;
    world.delete(&node, &Value::empty_map()).await.map(|_| ())
}

async fn cordon(world: &mut World, args: Args) -> Result {
    unschedulable(world, &named(&args), Value::Bool(true)).await
}

async fn drain(world: &mut World, args: Args) -> Result {
    let node = named(&args);
    let patience = if args.optional("duration").is_some() { args.duration("duration")? } else { DRAIN_PATIENCE };
    unschedulable(world, &node, Value::Bool(true)).await?;
    let mut waiting = pods_to_evict(world, &node).await?;
    let until = world.stage()?.now() + patience;
    loop {
        let mut refused = None;
        let mut held = Vec::new();
        for pod in waiting {
            let Err(failure) = world.evict(&pod).await else {
                continue;
            };
            match world.refusal.take().filter(|it| matches!(it.code, 404 | 429)) {
                Some(refusal) if refusal.code == 429 => {
                    held.push(pod);
                    refused = Some((failure, refusal));
                }
                Some(_) => {}
                None => return Err(failure),
            }
        }
        let Some((failure, refusal)) = refused else {
            return Ok(());
        };
        let stage = world.stage()?;
        if stage.now() + EVICTION_RETRY > until {
            world.refusal = Some(refusal);
            return Err(failure);
        }
        stage.pass(EVICTION_RETRY).await.map_err(not_settled)?;
        waiting = held;
    }
}

/// The pods on `node` that a drain evicts.
async fn pods_to_evict(world: &mut World, node: &Target) -> Result<Vec<Target>> {
    let mut pods = Vec::new();
    for pod in world.list(kinds::POD, None).await? {
        let metadata = &pod["metadata"];
        let of_daemon_set = |it: &Value| it["controller"].is_true() && it["kind"].as_str() == Some("DaemonSet");
        let stays = metadata["ownerReferences"].items().iter().any(of_daemon_set);
        let over = ["Succeeded", "Failed"].contains(&pod.at(&["status", "phase"]).str_or_empty());
        if pod.at(&["spec", "nodeName"]).as_str() != Some(&node.name) || (stays && !over) {
            continue;
        }
        let text = |field: &str| metadata[field].str_or_empty().to_owned();
        pods.push(Target { kind: kinds::POD, api_version: None, namespace: text("namespace"), name: text("name") });
    }
    Ok(pods)
}

async fn uncordon(world: &mut World, args: Args) -> Result {
    unschedulable(world, &named(&args), Value::Null).await
}

async fn unschedulable(world: &mut World, node: &Target, value: Value) -> Result {
    world.existing(node).await?;
    let mut body = Value::empty_map();
    body.field_mut("spec").set("unschedulable", value);
    world.patch(node, "", PatchType::Strategic, &body).await.map(|_| ())
}

async fn taint(world: &mut World, args: Args) -> Result {
    let node = named(&args);
    let mut taints = world.existing(&node).await?.at(&["spec", "taints"]).items().to_vec();
    for word in args.word("taint").split(',') {
        match word.strip_suffix('-') {
            Some(word) => {
                let (key, _, effect) = parse_taint(word);
                let before = taints.len();
                let same = |it: &Value| {
                    it["key"].str_or_empty() == key && (effect.is_empty() || it["effect"].str_or_empty() == effect)
                };
                taints.retain(|it| !same(it));
                if taints.len() == before {
                    return Err(Failure::expectation(format!("taint {word:?} not found on {node}")));
                }
            }
            None => {
                let (key, value, effect) = checked_taint(word)?;
                taints.retain(|it| it["key"].str_or_empty() != key || it["effect"].str_or_empty() != effect);
                taints.push(new_taint(key, value, effect));
            }
        }
    }
    let taints = if taints.is_empty() { Value::Null } else { Value::from(taints) };
    let mut body = Value::empty_map();
    body.field_mut("spec").set("taints", taints);
    world.patch(&node, "", PatchType::Merge, &body).await.map(|_| ())
}

/// `key=value:Effect`, `key:Effect` or `key` as key, value and effect.
fn parse_taint(word: &str) -> (String, String, String) {
    let (rest, effect) = word.split_once(':').unwrap_or((word, ""));
    let (key, value) = rest.split_once('=').unwrap_or((rest, ""));
    (key.to_owned(), value.to_owned(), effect.to_owned())
}

fn new_taint(key: String, value: String, effect: String) -> Value {
    let value = (!value.is_empty()).then_some(value);
    Value::Map(map! { "key" => key, "value" => value, "effect" => effect })
}

fn checked_taint(word: &str) -> Result<(String, String, String)> {
    let (key, value, effect) = parse_taint(word);
    if key.is_empty() || !["NoSchedule", "PreferNoSchedule", "NoExecute"].contains(&effect.as_str()) {
        let help = "write it as `key=value:NoSchedule`; effects are NoSchedule, PreferNoSchedule and NoExecute";
        return Err(Failure::scenario(format!("invalid taint spec: {word}")).help(help));
    }
    Ok((key, value, effect))
}

/// The machines of the table under a step.
///
/// # Errors
/// For an unknown column, a row without a name, or words that mean no label or taint.
pub(super) fn parse_table(args: &Args) -> Result<Vec<NodeSpec>> {
    const COLUMNS: &str = "NAME, LABELS, TAINTS, CPU, MEMORY, PODS";
    let (header, rows) = args.table()?;
    let mut nodes = Vec::new();
    for row in rows {
        let mut node = NodeSpec::new("");
        for (column, cell) in header.iter().zip(row) {
            let words = || cell.split([',', ' ']).filter(|it| !it.is_empty() && *it != "<none>");
            match column.as_str() {
                "NAME" => node.name = cell.as_str().into(),
                "LABELS" => node.labels = words().map(parse_label).collect::<Result<_>>()?,
                "TAINTS" => {
                    let taint = |word| checked_taint(word).map(|(key, value, effect)| new_taint(key, value, effect));
                    node.taints = words().map(taint).collect::<Result<_>>()?;
                }
                "CPU" | "MEMORY" | "PODS" if cell.is_empty() => {}
                "CPU" | "MEMORY" | "PODS" => {
                    node.capacity.insert(column.to_ascii_lowercase(), cell.as_str());
                }
                other => {
                    let message = format!("a table of nodes has no column {other:?}");
                    return Err(Failure::scenario(message).help(format!("its columns are {COLUMNS}")));
                }
            }
        }
        if node.name.is_empty() {
            return Err(Failure::scenario("a node of the table has no name").help("give it a column NAME"));
        }
        nodes.push(node);
    }
    Ok(nodes)
}

fn parse_label(word: &str) -> Result<(String, String)> {
    let (key, value) = word.split_once('=').ok_or_else(|| {
        Failure::scenario(format!("{word:?} is no label")).help("write labels as `key=value`, with commas between them")
    })?;
    Ok((key.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taint_is_read_as_kubectl_reads_it() {
        let parts = |word: &str| checked_taint(word).map(|(key, value, effect)| format!("{key} {value} {effect}"));
        assert_eq!(parts("env=dev:NoSchedule").as_deref(), Ok("env dev NoSchedule"));
        assert_eq!(parts("gpu:NoExecute").as_deref(), Ok("gpu  NoExecute"));
        assert!(parts("gpu").is_err());
        assert!(parts("gpu:Never").is_err());
    }
}
