//! Steps about conditions, and the plain words for them.

use super::target::matches_glob;
use super::{Args, Result, steps};
use crate::object::{Kind, Value, kinds};
use crate::report::Failure;
use crate::world::World;

steps! {
    /// Checks that a condition is True, and its reason and message where they are named.
    Then "{object} has condition {type:word}( with reason {reason:word})( and message {message:text})", "Then job/pi has condition Failed with reason BackoffLimitExceeded" => has_condition;
    /// Checks that a condition is absent or not True.
    Then "{object} does not have condition {type:word}", "Then job/pi does not have condition Complete" => lacks_condition;
    /// Checks the status of a condition, True, False or Unknown, and its reason where that is named.
    Then "condition {type:word} of {object} is <True|False|Unknown>( with reason {reason:word})", "Then condition Ready of node/node-1 is Unknown" => condition_is;
    /// Checks the message of a condition against the text under the step, in which `*` stands for any characters.
    Then "the message of condition {type:word} of {object} is:", "Then the message of condition Failed of job/pi is:\n  \"\"\"\n  Job has reached the specified backoff limit\n  \"\"\"" => message_is;
    /// Checks what kubectl's users would say of an object: a Job is `complete`, `failed` or `suspended`; a Pod `pending`,
    /// `running`, `succeeded` or `failed` by its phase, or `ready`; a Node `ready`; a DaemonSet, StatefulSet or Deployment
    /// `ready` or `rolled out`; a ReplicaSet or a ReplicationController `ready`. A pod whose container crashes again and
    /// again is `running`, and not `ready`.
    Then "{object} is <complete|failed|suspended|pending|running|succeeded|ready|rolled out>", "Then job/pi is complete" => is_state;
}

fn find<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object.at(&["status", "conditions"]).items().iter().find(|it| it["type"].as_str() == Some(kind))
}

/// The conditions of an object as a text for people.
fn render(object: &Value) -> String {
    let conditions = object.at(&["status", "conditions"]).items();
    let line = |it: &Value| {
        let mut line = format!("{}={}", it["type"].str_or_empty(), it["status"].str_or_empty());
        for field in ["reason", "message"] {
            if let Some(text) = it[field].as_str().filter(|it| !it.is_empty()) {
                line.push_str(&format!(", {field} {text}"));
            }
        }
        line
    };
    if conditions.is_empty() {
        "no conditions".into()
    } else {
        conditions.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

async fn has_condition(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let kind = args.word("type");
    let mut want = format!("{kind}=True");
    let mut holds = find(&object, kind).is_some_and(|it| it["status"].as_str() == Some("True"));
    for field in ["reason", "message"] {
        if args.optional(field).is_some() {
            want.push_str(&format!(", {field} {}", args.text(field)));
            holds &= find(&object, kind).is_some_and(|it| matches_glob(args.text(field), it[field].str_or_empty()));
        }
    }
    if holds {
        return Ok(());
    }
    Err(Failure::expectation(format!("{target} does not have this condition")).comparing(want, render(&object)))
}

async fn lacks_condition(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let kind = args.word("type");
    match find(&object, kind) {
        Some(it) if it["status"].as_str() == Some("True") => {
            let failure = Failure::expectation(format!("{target} has condition {kind}"));
            Err(failure.comparing(format!("no {kind}=True"), render(&object)))
        }
        _ => Ok(()),
    }
}

async fn condition_is(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let kind = args.word("type");
    let reason = args.optional("reason");
    let rest = args.step.value.split_once(" is ").map_or("", |(_, rest)| rest);
    let want = rest.split(' ').next().unwrap_or_default();
    let has = |it: &Value| {
        it["status"].as_str() == Some(want) && reason.is_none_or(|reason| it["reason"].as_str() == Some(reason))
    };
    if find(&object, kind).is_some_and(has) {
        return Ok(());
    }
    let failure = Failure::expectation(format!("condition {kind} of {target} is another"));
    let reason = reason.map(|it| format!(", reason {it}")).unwrap_or_default();
    Err(failure.comparing(format!("{kind}={want}{reason}"), render(&object)))
}

async fn message_is(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let (kind, want) = (args.word("type"), args.docstring()?.trim().to_owned());
    let actual = find(&object, kind).map(|it| it["message"].str_or_empty().to_owned());
    let actual = actual.ok_or_else(|| {
        Failure::expectation(format!("{target} has no condition {kind}")).comparing(kind, render(&object))
    })?;
    if matches_glob(&want, &actual) {
        return Ok(());
    }
    Err(Failure::expectation(format!("condition {kind} of {target} has another message")).comparing(want, actual))
}

async fn is_state(world: &mut World, args: Args) -> Result {
    let target = world.target(args.word("object")).await?;
    let object = world.existing(&target).await?;
    let prefix = format!("{} is ", args.word("object"));
    let word = args.step.value.strip_prefix(&prefix).unwrap_or_default();
    match is_in_state(target.kind, &object, word) {
        Some(true) => Ok(()),
        Some(false) => {
            Err(Failure::expectation(format!("{target} is not {word}")).comparing(word, describe(target.kind, &object)))
        }
        None => Err(Failure::scenario(format!("a {} is never {word}", target.kind.info().singular))),
    }
}

/// Whether `object` is what `word` says; `None` when objects of its kind never are.
fn is_in_state(kind: Kind, object: &Value, word: &str) -> Option<bool> {
    let status = object.get("status");
    let holds = |kind: &str| find(object, kind).is_some_and(|it| it["status"].as_str() == Some("True"));
    let count = |field: &str| status[field].as_i64().unwrap_or(0);
    match (kind, word) {
        (kinds::JOB, "complete") => Some(holds("Complete")),
        (kinds::JOB, "failed") => Some(holds("Failed")),
        (kinds::JOB, "suspended") => Some(holds("Suspended")),
        (kinds::POD, "pending" | "running" | "succeeded" | "failed") => {
            Some(status["phase"].str_or_empty().eq_ignore_ascii_case(word))
        }
        (kinds::POD | kinds::NODE, "ready") => Some(holds("Ready")),
        (kinds::DAEMON_SET, "ready" | "rolled out") => {
            let seen = status["observedGeneration"] == *object.at(&["metadata", "generation"]);
            let desired = count("desiredNumberScheduled");
            let updated = word == "ready" || count("updatedNumberScheduled") == desired;
            Some(seen && updated && count("numberReady") == desired && count("numberAvailable") == desired)
        }
        (kinds::STATEFUL_SET, "ready" | "rolled out") => {
            let seen = status["observedGeneration"] == *object.at(&["metadata", "generation"]);
            let wanted = object.at(&["spec", "replicas"]).as_i64().unwrap_or(1);
            let partition = object.at(&["spec", "updateStrategy", "rollingUpdate", "partition"]).as_i64().unwrap_or(0);
            let updated = word == "ready" || count("updatedReplicas") >= wanted - partition;
            Some(seen && updated && count("replicas") == wanted && count("readyReplicas") == wanted)
        }
        (kinds::DEPLOYMENT, "ready" | "rolled out") | (kinds::REPLICA_SET | kinds::REPLICATION_CONTROLLER, "ready") => {
            let seen = status["observedGeneration"] == *object.at(&["metadata", "generation"]);
            let wanted = object.at(&["spec", "replicas"]).as_i64().unwrap_or(1);
            let counters: &[&str] = match word {
                "ready" => &["readyReplicas", "availableReplicas"],
                _ => &["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"],
            };
            Some(seen && counters.iter().all(|it| count(it) == wanted))
        }
        _ => None,
    }
}

fn describe(kind: Kind, object: &Value) -> String {
    let status = object.get("status");
    match kind {
        kinds::POD => format!("phase {}\n{}", status["phase"].str_or_empty(), render(object)),
        kinds::DAEMON_SET => {
            let of = |field: &str| status[field].as_i64().unwrap_or(0);
            format!(
                "desired {}, current {}, updated {}, ready {}, available {}",
                of("desiredNumberScheduled"),
                of("currentNumberScheduled"),
                of("updatedNumberScheduled"),
                of("numberReady"),
                of("numberAvailable")
            )
        }
        kinds::STATEFUL_SET => {
            let of = |field: &str| status[field].as_i64().unwrap_or(0);
            let (replicas, ready) = (of("replicas"), of("readyReplicas"));
            format!("replicas {replicas}, ready {ready}, updated {}", of("updatedReplicas"))
        }
        kinds::DEPLOYMENT | kinds::REPLICA_SET | kinds::REPLICATION_CONTROLLER => {
            let of = |field: &str| status[field].as_i64().unwrap_or(0);
            let updated = match kind {
                kinds::DEPLOYMENT => format!(" updated {},", of("updatedReplicas")),
                _ => String::new(),
            };
            format!(
                "desired {}, current {},{updated} ready {}, available {}\n{}",
                object.at(&["spec", "replicas"]).as_i64().unwrap_or(1),
                of("replicas"),
                of("readyReplicas"),
                of("availableReplicas"),
                render(object)
            )
        }
        _ => render(object),
    }
}
