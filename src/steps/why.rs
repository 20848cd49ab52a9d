//! Why things are as they are: the last events, container exits and scheduler messages of what a failed step is about.

use super::Target;
use crate::object::{Kind, Value, kinds};
use crate::snapshot::columns;
use crate::world::World;

/// The most lines that are worth reading.
const LINES: usize = 8;

/// The last lines of a failed container's log that are worth reading.
const LOG_LINES: usize = 3;

/// What the cluster says about the objects that the failed step names, in a few lines, and what to do about it where that
/// is known.
pub(super) async fn explain(world: &World, step: &str) -> (Vec<String>, Option<String>) {
    let mut lines = Vec::new();
    if !world.has_cluster() {
        return (lines, None);
    }
    let Some(target) = mentioned(world, step).await else {
        return (lines, None);
    };
    let pods = match target.kind {
        kinds::POD => world.read(&target).await.ok().flatten().into_iter().collect(),
        _ => world.owned_by(&target, kinds::POD).await.unwrap_or_default(),
    };
    let (told, image) = not_interpreted(world, &pods).await;
    lines.extend(told);
    for event in world.events_of(&target).await.unwrap_or_default().iter().rev().take(3).rev() {
        let line = render_event(&target.to_string(), event);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    for pod in &pods {
        let name = format!("pod/{}", pod.at(&["metadata", "name"]).str_or_empty());
        lines.extend(pod_troubles(pod).into_iter().map(|trouble| format!("{name}: {trouble}")));
        for (container, previous) in failed_containers(pod) {
            let printed = world.log_tail(pod, container, previous, LOG_LINES).await;
            lines.extend(printed.into_iter().map(|line| format!("{name}: container {container} printed: {line}")));
        }
    }
    lines.truncate(LINES);
    let help = image.map(|image| {
        format!("say what the program does: `Given containers of image \"{image}\" print \"..\" and exit 0 after 10 seconds`")
    });
    (lines, help)
}

/// What the containers of `pods` were to do and nobody here knows how to: whatever failed may have waited for that. With it
/// comes the image of the first of them.
async fn not_interpreted(world: &World, pods: &[Value]) -> (Vec<String>, Option<String>) {
    let (mut lines, mut image) = (Vec::new(), None);
    for pod in pods.iter().take(LINES) {
        let text = |field: &str| pod.at(&["metadata", field]).str_or_empty().to_owned();
        let target = Target { kind: kinds::POD, api_version: None, namespace: text("namespace"), name: text("name") };
        let events = world.events_of(&target).await.unwrap_or_default();
        for event in events.iter().filter(|it| it["reason"].as_str() == Some("NotInterpreted")) {
            lines.push(render_event(&target.to_string(), event));
            image = image.or_else(|| image_at(pod, event.at(&["involvedObject", "fieldPath"]).str_or_empty()));
        }
    }
    lines.truncate(LINES / 2);
    (lines, image)
}

/// The image of the container that a path such as `spec.containers{web}` names.
fn image_at(pod: &Value, path: &str) -> Option<String> {
    let (list, name) = path.strip_prefix("spec.")?.strip_suffix('}')?.split_once('{')?;
    let container = pod.at(&["spec", list]).items().iter().find(|it| it["name"].as_str() == Some(name))?;
    Some(container["image"].as_str()?.to_owned())
}

/// The first `kind/name` in the words of a step.
async fn mentioned(world: &World, step: &str) -> Option<Target> {
    let definitions = world.definitions().await.unwrap_or_default();
    let (kind, name) = step.split([' ', '"', ',']).find_map(|word| {
        let (kind, name) = word.split_once('/')?;
        let kind = Kind::by_any_name(kind).or_else(|| Some(definitions.called(kind)?.kind))?;
        Some((kind, name))
    })?;
    let namespace = match step.split_once(" in namespace ") {
        Some((_, rest)) => rest.split(' ').next().unwrap_or_default().to_owned(),
        None => world.namespace.clone(),
    };
    let namespace = if kind.info().namespaced { namespace } else { String::new() };
    Some(Target { kind, api_version: None, namespace, name: name.to_owned() })
}

fn render_event(about: &str, event: &Value) -> String {
    let (kind, reason) = (event["type"].str_or_empty(), event["reason"].str_or_empty());
    format!("{about}: {kind} {reason} from {}: {}", columns::event_source(event), event["message"].str_or_empty())
}

/// The containers that failed in their last run, and whether that is the run before the present one.
fn failed_containers(pod: &Value) -> Vec<(&str, bool)> {
    let lists = ["initContainerStatuses", "containerStatuses"].map(|list| pod.at(&["status", list]).items());
    let failed = |it: &Value, state: &str| it.at(&[state, "terminated", "exitCode"]).as_i64().is_some_and(|it| it != 0);
    let of = |it: &'_ Value| match (failed(it, "state"), failed(it, "lastState")) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        _ => None,
    };
    lists.into_iter().flatten().filter_map(|it| Some((it["name"].str_or_empty(), of(it)?))).collect()
}

/// What keeps a pod from running: the scheduler's words, what its containers wait for, and how they ended.
fn pod_troubles(pod: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for condition in pod.at(&["status", "conditions"]).items() {
        if condition["type"].as_str() == Some("PodScheduled") && condition["status"].as_str() == Some("False") {
            out.push(format!("{}: {}", condition["reason"].str_or_empty(), condition["message"].str_or_empty()));
        }
    }
    for list in ["initContainerStatuses", "containerStatuses"] {
        for status in pod.at(&["status", list]).items() {
            let name = status["name"].str_or_empty();
            let waiting = status.at(&["state", "waiting"]);
            if let Some(reason) = waiting["reason"].as_str() {
                let message = waiting["message"].str_or_empty();
                out.push(format!("container {name} waits: {reason} {message}").trim_end().to_owned());
            }
            for state in ["state", "lastState"] {
                let ended = status.at(&[state, "terminated"]);
                if let Some(code) = ended["exitCode"].as_i64().filter(|code| *code != 0) {
                    out.push(format!("container {name} exited with {code} ({})", ended["reason"].str_or_empty()));
                }
            }
        }
    }
    out
}
