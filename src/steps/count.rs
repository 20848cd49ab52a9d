//! Steps that count objects.

use super::{Args, Result, steps};
use crate::object::{Kind, Map, Value, kinds, matches_label_selector};
use crate::report::Failure;
use crate::snapshot::columns;
use crate::world::World;

steps! {
    /// Counts objects of the current namespace, of another, or of the whole cluster where a kind has none. Pods may be told apart by state
    /// (`pending`, `running`, `succeeded`, `failed`, `ready`, `terminating`), and everything by owner, labels and node.
    Then "there <is|are> {count}( {state}) {resource}( of {owner:object})( labelled {labels:word})( on {node})( in namespace {namespace:word})", "Then there are 3 running pods of daemonset/web" => there_are;
}

/// Which objects of a kind a step means.
#[derive(Debug)]
pub(super) struct Selection {
    /// The kind.
    pub kind: Kind,
    /// The objects, by name.
    pub objects: Vec<Value>,
}

/// The objects that the words `resource`, `state`, `owner`, `labels` and `node` of a step mean.
///
/// # Errors
/// For an unknown kind or state, and when the owner is not there.
pub(super) async fn select(world: &World, args: &Args) -> Result<Selection> {
    let kind = world.kind_called(args.word("resource")).await?;
    let namespace = args.optional("namespace").unwrap_or(&world.namespace);
    let mut objects = match args.optional("owner") {
        Some(owner) => {
            let owner = world.target(owner).await?;
            if kind == kinds::EVENT { world.events_of(&owner).await? } else { world.owned_by(&owner, kind).await? }
        }
        None if kind.info().namespaced => world.list(kind, Some(namespace)).await?,
        None => world.list(kind, None).await?,
    };
    if kind == kinds::EVENT {
        columns::sort_events(&mut objects);
    }
    if let Some(labels) = args.optional("labels") {
        let selector = parse_selector(labels)?;
        objects.retain(|it| {
            let labels = it.at(&["metadata", "labels"]).as_map().cloned().unwrap_or_default();
            matches_label_selector(&selector, &labels)
        });
    }
    if let Some(node) = args.optional("node") {
        let node = node.strip_prefix("node/").unwrap_or(node);
        objects.retain(|it| it.at(&["spec", "nodeName"]).as_str() == Some(node));
    }
    if let Some(state) = args.optional("state") {
        objects.retain(|it| is_pod_in_state(it, state));
    }
    Ok(Selection { kind, objects })
}

/// `a=b,c=d` as a label selector.
fn parse_selector(labels: &str) -> Result<Value> {
    let mut pairs = Map::new();
    for word in labels.split(',') {
        let (key, value) = word.split_once('=').ok_or_else(|| {
            Failure::scenario(format!("{word:?} is no label")).help("write labels as `app=web,tier=front`")
        })?;
        pairs.insert(key, value);
    }
    Ok(Value::Map(crate::map! { "matchLabels" => pairs }))
}

fn is_pod_in_state(pod: &Value, state: &str) -> bool {
    let terminating = !pod.at(&["metadata", "deletionTimestamp"]).is_null();
    match state {
        "terminating" => terminating,
        "ready" => pod
            .at(&["status", "conditions"])
            .items()
            .iter()
            .any(|it| it["type"].as_str() == Some("Ready") && it["status"].as_str() == Some("True")),
        state => pod.at(&["status", "phase"]).str_or_empty().eq_ignore_ascii_case(state),
    }
}

async fn there_are(world: &mut World, args: Args) -> Result {
    let want = args.count("count")?;
    let found = select(world, &args).await?;
    if found.objects.len() == want {
        return Ok(());
    }
    let now = world.stage()?.now();
    let there = match found.objects.as_slice() {
        [] => String::new(),
        objects => format!(":\n{}", columns::render(found.kind, objects, now).trim_end()),
    };
    let message = format!("there are {} {}, not {want}{there}", found.objects.len(), found.kind.info().plural);
    Err(Failure::expectation(message).comparing(want.to_string(), found.objects.len().to_string()))
}
